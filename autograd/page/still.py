"""The same graph as a still picture and a table, for where scripts do not run: with the page's numbers."""

import html
import re
from dataclasses import replace

from autograd.graph.adjoints import backward_order, gradients, path_counts
from autograd.graph.snapshot import Snapshot
from autograd.picture import draw
from autograd.picture.render import RenderError
from autograd.picture.svg import data_uri
from autograd.support.text import clean, format_number, plural, shorten

ROWS = 40  # leaves in the table
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
NARROW = 640  # pixels: less than the width of a cell


def with_gradients(picture: Snapshot) -> Snapshot:
    """The snapshot with ∂output/∂node in place of whatever `.grad` held, as the page shows it.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> [node.grad for node in with_gradients(snapshot(a * a)).nodes]
    [6.0, 1.0]
    """
    # `.grad` is the sum over all `backward()` calls so far, or 0 before the first.
    grads = gradients(picture, backward_order(picture))
    return replace(picture, nodes=tuple(replace(v, grad=g) for v, g in zip(picture.nodes, grads, strict=True)))


def still(picture: Snapshot, theme: str = "auto") -> str:
    """The snapshot as SVG, for an image: every node of a small graph, the boxes of a large one.

    Raises `RenderError` where it cannot be laid out in time.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> still(with_gradients(snapshot(Value(2.0, label="a").tanh()))).count("<svg")
    1
    """
    return draw(picture, theme=theme, max_nodes=len(picture.nodes)).svg


def caption(picture: Snapshot, title: str) -> str:
    """One sentence that stands for the picture."""
    output = picture.output
    name = shorten(clean(title) or clean(output.name))
    operations = sum(not node.is_leaf for node in picture.nodes)
    return (
        f"Computation graph of {name}: {plural(len(picture.nodes), 'node')}, {plural(operations, 'operation')}, "
        f"value {format_number(output.data)}"
    )


def image(picture: Snapshot, about: str, theme: str = "auto") -> str:
    """The picture as an `<img>` with its data inside; where it cannot be drawn, a sentence."""
    try:
        svg = still(picture, theme)
    except RenderError as error:
        return f"<p>{html.escape(about)}. (No picture: {html.escape(str(error))})</p>"
    size = re.search(r'width="([0-9.]+)"', svg)
    pixels = float(size[1]) if size else NARROW
    width = "100%" if pixels > NARROW else round(pixels)  # a small picture is not blown up
    return f'<img alt="{html.escape(about)}" width="{width}" src="{data_uri(svg)}">'


def table(picture: Snapshot, summary: str) -> str:
    """The leaves that take a gradient: value, derivative of the output, and over how many paths that is the sum.

    What is read before it is opened is `summary`.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0, label="a")
    >>> "<td>a</td><td>3</td><td>6</td><td>2</td>" in table(with_gradients(snapshot(a * a)), "a · a")
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
        f"<details><summary>{html.escape(summary)}</summary><table><thead><tr><th>leaf</th><th>value</th>"
        f"<th>∂{output}/∂leaf</th><th>sum over paths</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{more}</details>"
    )


def _count(paths: int) -> str:
    """A number of paths, which may have thousands of digits."""
    if paths < 10**15:
        return f"{paths:,}"
    exponent = len(str(paths)) - 1 if paths < 10**4000 else int(paths.bit_length() * 0.30102999566398120)
    return f"about 10{str(exponent).translate(RAISED)}"
