"""The page inside a notebook: alive where scripts may run, a right picture where they may not, and never a blank cell.

What survives differs. A notebook that is not trusted loses `<iframe>` and keeps an `<img>` with its data inside; so the
picture is always there, and the page lies on top of it. Others write tags as text instead of taking them out: so a
sentence and a table in plain HTML come first, what is large comes last, and all of that stands in attributes, which are
gone with their tags. There is no `<style>`, whose text would be left over. In one cell of 7 nodes:

    <details><summary>Computation graph of L: ...</summary><table> 150 characters </table></details>
    <div><img src="8,000 characters"><iframe srcdoc="42,000 characters"></iframe></div>
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
# Both in one place, the page above. Where scripts are blocked the page cannot scroll, so the picture fits its height.
TOGETHER = "grid-area:1/1;box-sizing:border-box"
FITS = TOGETHER + ";max-width:100%;max-height:{height}px;object-fit:contain;object-position:0 0"
FRAME = TOGETHER + ";border:1px solid #c9ccd1;border-radius:6px"


def cell(view: View) -> str:
    """What a notebook shows of a view, as HTML."""
    picture = with_gradients(view.snapshot)
    about = caption(picture, view.title)
    packed = base64.b64encode(zlib.compress(page_of(view).encode("utf-8"), 9)).decode("ascii")
    page = html.escape(LOADER.format(title=html.escape(about), packed=packed))
    return (
        f"{table(picture, about)}"
        f'<div style="display:grid">{image(picture, about, FITS.format(height=view.height))}'
        f'<iframe title="{html.escape(about)}" sandbox="allow-scripts" width="100%" height="{view.height}" '
        f'style="{FRAME}" srcdoc="{page}"></iframe></div>'
    )
