"""The page inside a notebook: alive where scripts may run, a right picture where they may not, and never a blank cell.

What survives differs: a notebook that is not trusted loses `<style>` and `<iframe>`, and keeps an `<img>` with its
data inside. So the picture is always there, the page lies on top of it, and below both is a table in plain HTML.
"""

from __future__ import annotations

import base64
import hashlib
import html
import zlib
from typing import TYPE_CHECKING

from autograd.graph.adjoints import path_counts
from autograd.graph.snapshot import Snapshot
from autograd.page.still import still, with_gradients
from autograd.picture.render import RenderError
from autograd.picture.svg import data_uri, width_in_pixels
from autograd.support.text import clean, format_number, shorten

if TYPE_CHECKING:
    from autograd.page import View

ROWS = 40
WIDE = 900  # pixels: about as wide as a cell

# The page unpacks itself: a tenth of the size in the notebook file. Until it has, and where scripts are blocked, it is
# transparent, and the picture shows.
LOADER = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><script>
(async () => {{
  const packed = Uint8Array.from(atob("{packed}"), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const page = await new Response(stream).text();
  document.open();
  document.write(page);
  document.close();
}})();
</script></body></html>"""

STYLE = (
    ".{name}{{position:relative;height:{height}px;overflow:hidden}}"
    ".{name} iframe{{position:absolute;inset:0;box-sizing:border-box;width:100%;height:100%;"
    "border:1px solid #c9ccd1;border-radius:6px}}"
)


def cell(view: View) -> str:
    """What a notebook shows of a view, as HTML."""
    picture = with_gradients(view.snapshot)
    name = "chaingrad-" + hashlib.sha256(view.html.encode("utf-8")).hexdigest()[:10]
    about = caption(picture, view.title)
    packed = base64.b64encode(zlib.compress(view.html.encode("utf-8"), 9)).decode("ascii")
    page = LOADER.format(title=html.escape(about), packed=packed)
    return (
        f"<style>{STYLE.format(name=name, height=view.height)}</style>"
        f'<div class="{name}">{_image(picture, about)}'
        f'<iframe title="{html.escape(about)}" sandbox="allow-scripts" srcdoc="{html.escape(page)}"></iframe></div>'
        f"{table(picture)}"
    )


def caption(picture: Snapshot, title: str) -> str:
    """One sentence that stands for the picture."""
    output = picture.output
    name = shorten(clean(title) or clean(output.name))
    operations = sum(not node.is_leaf for node in picture.nodes)
    return (
        f"Computation graph of {name}: {len(picture.nodes)} nodes, {operations} operations, "
        f"value {format_number(output.data)}"
    )


def _image(picture: Snapshot, about: str) -> str:
    try:
        svg = still(picture)
    except RenderError as error:
        return f"<p>{html.escape(about)}. (No picture: {html.escape(str(error))})</p>"
    pixels = width_in_pixels(svg) or WIDE
    width = "100%" if pixels >= WIDE else round(pixels)  # a small picture is not blown up
    return f'<img alt="{html.escape(about)}" width="{width}" src="{data_uri(svg)}">'


def table(picture: Snapshot) -> str:
    """The leaves that take a gradient: value, derivative of the output, and over how many paths that is the sum.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0, label="a")
    >>> "<td>a</td><td>3</td><td>6</td><td>2</td>" in table(with_gradients(snapshot(a * a)))
    True
    """
    counts = path_counts(picture)
    output = html.escape(shorten(clean(picture.output.label)) or "output")
    leaves = [node for node in picture.nodes if node.is_leaf and node.requires_grad]
    rows = [
        f"<tr><td>{html.escape(shorten(clean(node.name)))}</td><td>{format_number(node.data)}</td>"
        f"<td>{format_number(node.grad)}</td><td>{_count(counts[node.index])}</td></tr>"
        for node in leaves[:ROWS]
    ]
    more = f"<p>and {len(leaves) - ROWS:,} more</p>" if len(leaves) > ROWS else ""
    return (
        f"<details><summary>Gradients of {output}</summary><table><thead><tr><th>leaf</th><th>value</th>"
        f"<th>∂{output}/∂leaf</th><th>sum over paths</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{more}</details>"
    )


def _count(paths: int) -> str:
    """A number of paths, which may have thousands of digits."""
    if paths < 10**15:
        return f"{paths:,}"
    exponent = len(str(paths)) - 1 if paths < 10**4000 else int(paths.bit_length() * 0.30102999566398120)
    return f"about 10^{exponent}"
