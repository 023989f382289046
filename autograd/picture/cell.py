"""A picture in a notebook: it fits the cell, follows the notebook's light or dark theme, and opens large on a click.

What is stored is an image with its data inside, which trusted, untrusted and converted notebooks all show. Where
scripts may run, one puts the picture itself in the place of the image, so that its text can be selected, and opens it
in a dialog over the whole window. It stands in a tree of its own, as the ids of two pictures in one notebook are the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograd.picture.svg import data_uri

__all__ = ["notebook_html"]

# JupyterLab says on the body which theme it has, and VS Code by a class of it; elsewhere the reader's system decides.
STYLE = (
    ".chaingrad-picture{color-scheme:light dark}"
    '[data-jp-theme-light="true"] .chaingrad-picture,.vscode-light .chaingrad-picture{color-scheme:light}'
    '[data-jp-theme-light="false"] .chaingrad-picture,.vscode-dark .chaingrad-picture,'
    ".vscode-high-contrast .chaingrad-picture{color-scheme:dark}"
    "dialog.chaingrad-picture{position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none;margin:0;"
    "padding:0;border:0;overflow:auto;background:Canvas}"
    ".chaingrad-picture form{position:fixed;top:8px;left:8px}"
)
# One line, and every statement has its semicolon: a front end may join lines. `LARGE` times its size, as type is 11 px.
SCRIPT = (
    "(() => { const LARGE = 1.6; "
    'for (const image of document.querySelectorAll(".chaingrad-picture > img")) { '
    'const bytes = Uint8Array.from(atob(image.src.split(",")[1]), (c) => c.charCodeAt(0)); '
    "const svg = new TextDecoder().decode(bytes); "
    "const put = (host, css) => { "
    'host.attachShadow({ mode: "open" }).innerHTML = `<style>svg{display:block;${css}}</style>${svg}`; '
    'return host.shadowRoot.querySelector("svg"); }; '
    'const host = document.createElement("div"); '
    "host.tabIndex = 0; "
    'host.role = "group"; '
    "host.ariaLabel = `${image.alt}. Enter opens it large.`; "
    'host.title = "Click to open it large"; '
    'host.style.cursor = "zoom-in"; '
    'put(host, "max-width:100%;height:auto"); '
    "const open = () => { "
    'const dialog = document.createElement("dialog"); '
    'dialog.className = "chaingrad-picture"; '
    "dialog.ariaLabel = image.alt; "
    "dialog.innerHTML = '<form method=\"dialog\"><button>Close</button></form><div></div>'; "
    'const large = put(dialog.lastChild, "margin:auto"); '
    'for (const side of ["width", "height"]) large.setAttribute(side, LARGE * large.getAttribute(side)); '
    "document.body.append(dialog); "
    'dialog.addEventListener("close", () => dialog.remove()); '
    'dialog.addEventListener("keydown", (event) => event.stopPropagation()); '
    "dialog.showModal(); }; "
    "let start = [0, 0]; "
    'host.addEventListener("pointerdown", (event) => { start = [event.clientX, event.clientY]; }); '
    # Whoever drags selects text, and does not want it in another place.
    'host.addEventListener("click", (event) => { '
    "if (Math.hypot(event.clientX - start[0], event.clientY - start[1]) < 5) open(); }); "
    'host.addEventListener("keydown", (event) => { '
    'if (event.key === "Enter") { event.preventDefault(); event.stopPropagation(); open(); } }); '
    "image.replaceWith(host); } })();"
)


def notebook_html(pages: Sequence[str], about: str, script: str = "") -> str:
    """What a notebook shows of a picture, in one or more SVG documents; `about` says in words what it shows.

    A `script` runs when the pictures stand in their places.
    """
    images = "".join(
        f'<img alt="{escape(about)}" style="max-width:100%;height:auto;break-inside:avoid" src="{data_uri(svg)}">'
        for svg in pages
    )
    return f'<style>{STYLE}</style><div class="chaingrad-picture">{images}</div><script>{SCRIPT}{script}</script>'
