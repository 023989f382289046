"""The page inside a notebook: alive where scripts may run, a right picture where they may not, and never a blank cell.

What survives differs. A notebook that is not trusted loses `<iframe>` and keeps an `<img>` with its data inside; so the
picture is always there, and the page lies on top of it. Others write tags as text instead of taking them out: so a
sentence and a table in plain HTML come first, what is large comes last, and all of that stands in attributes, which are
gone with their tags. In one cell of 7 nodes:

    <details><summary>Computation graph of L: ...</summary><table> 300 characters </table></details>
    <style> 180 characters </style>
    <div><img src="8,000 characters"><iframe srcdoc="42,000 characters"></iframe></div>
    <script> 500 characters </script>
"""

from __future__ import annotations

import base64
import html
import zlib
from typing import TYPE_CHECKING

from autograd.page.document import page_of
from autograd.page.still import caption, image, table, with_gradients

if TYPE_CHECKING:
    from autograd.page import View

# The page unpacks itself: a third of the size in the notebook file. Until it has, and where scripts are blocked, it is
# transparent, and the picture shows. One line, and every statement has its semicolon: a front end may join lines.
LOADER = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><script>'
    "(async () => {{"
    'const packed = Uint8Array.from(atob("{packed}"), (character) => character.charCodeAt(0)); '
    'const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")); '
    "const page = await new Response(stream).text(); "
    "document.open(); document.write(page); document.close(); "
    "}})();</script></body></html>"
)
# Under the page the picture fits its frame, for where scripts are blocked nothing could scroll it; without a frame it
# has all the height that it needs. The same for every cell of a notebook: the height is an attribute of each frame.
STYLE = (
    ".chaingrad:has(iframe){position:relative}"
    ".chaingrad:has(iframe) img{position:absolute;width:100%;height:100%;object-fit:scale-down;object-position:0 0}"
    '[data-jp-theme-light="true"] .chaingrad img,.vscode-light .chaingrad img{color-scheme:light}'
    '[data-jp-theme-light="false"] .chaingrad img,.vscode-dark .chaingrad img,'
    ".vscode-high-contrast .chaingrad img{color-scheme:dark}"
)
# The page in its frame cannot see the notebook, so it asks: JupyterLab says on the body which theme it has, and VS Code
# by a class of it. Without an answer the reader's system decides.
SCRIPT = (
    'window.chaingradTheme ??= window.addEventListener("message", ({ data, source }) => { '
    'if (data !== "chaingrad: light or dark?") return; '
    "const { classList, dataset } = document.body; "
    'const dark = dataset.jpThemeLight === "false" || /vscode-(dark|high-contrast)/.test(classList); '
    'const light = dataset.jpThemeLight === "true" || classList.contains("vscode-light"); '
    'if (dark || light) source.postMessage(dark ? "dark" : "light", "*"); }) ?? true;'
)
FRAME = "position:relative;display:block;box-sizing:border-box;border:1px solid #c9ccd1;border-radius:6px"


def cell(view: View) -> str:
    """What a notebook shows of a view, as HTML."""
    picture = with_gradients(view.snapshot)
    about = caption(picture, view.title)
    packed = base64.b64encode(zlib.compress(page_of(view).encode("utf-8"), 9)).decode("ascii")
    page = html.escape(LOADER.format(title=html.escape(about), packed=packed))
    return (
        f"{table(picture, about)}"
        f'<style>{STYLE}</style><div class="chaingrad">{image(picture, about, view.theme)}'
        f'<iframe title="{html.escape(about)}" sandbox="allow-scripts" width="100%" height="{view.height}" '
        f'style="{FRAME}" srcdoc="{page}"></iframe></div><script>{SCRIPT}</script>'
    )
