r"""The same graph as a still picture and a table, for where scripts do not run: the page's numbers, folded as it is.

A graph of 400 steps, of which the page shows the first 26 nodes as one closed box, becomes in DOT

    digraph "graph" {
    g0 [shape="box", ..., label="levels 0 to 25\n26 nodes"];
    ...
    v399 [shape="box", ..., label="sin\ndata 0.1\ngrad 1"];
    g0 -> g1;
    ...
"""

import html
from dataclasses import replace

from autograd.graph.adjoints import backward_order, gradients, path_counts
from autograd.graph.boxes import merged_edges
from autograd.graph.snapshot import Snapshot
from autograd.page.folding import Folding, initial_folding
from autograd.picture import draw
from autograd.picture.dot import quoted, role_of
from autograd.picture.render import RenderError, render
from autograd.picture.svg import compact, data_uri, width_in_pixels
from autograd.picture.themes import PAGE_LIGHT
from autograd.support.text import clean, format_number, plural, shorten

ROWS = 40  # leaves in the table
WIDE = 900  # pixels: about as wide as a cell
FEW = 40  # nodes: of more, an operation and its result are one box, as on the page, and half as many characters


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


def still(picture: Snapshot) -> str:
    """The snapshot as SVG, for an image: every node of a small graph, the boxes of a large one.

    Raises `RenderError` where there is no renderer.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> still(with_gradients(snapshot(Value(2.0, label="a").tanh()))).count("<svg")
    1
    """
    folding = initial_folding(picture)
    if folding.closed or len(picture.nodes) > FEW:
        svg = render(_dot(picture, folding))
    else:
        svg = draw(picture, max_nodes=len(picture.nodes)).svg
    return compact(svg[svg.index("<svg") :])


def _dot(picture: Snapshot, folding: Folding) -> str:
    """DOT of what is seen while boxes are closed: one box for each of them, and the nodes outside."""
    closed_boxes = folding.hidden_in()
    # What stands for each node: itself, or the outermost closed box around it.
    names = [f"v{index}" if box < 0 else f"g{box}" for index, box in enumerate(closed_boxes)]
    style = f'fontname="Helvetica", fontsize=10, fontcolor="{PAGE_LIGHT.ink}", penwidth=1.5'
    lines = ['digraph "graph" {', "rankdir=LR; nodesep=0.14; ranksep=0.35; bgcolor=white;", f"node [{style}];"]
    lines.append(f'edge [color="{PAGE_LIGHT.line}", arrowsize=0.6];')
    # A closed box inside of a closed one hides no node of its own, and is left out.
    for number, box in enumerate(folding.boxes):
        if number in closed_boxes:
            texts = [shorten(clean(box.title)), f"{closed_boxes.count(number)} nodes"]
            lines.append(f"g{number} [{_look('box')}, label={quoted(texts)}];")
    for node in picture.nodes:
        if closed_boxes[node.index] < 0:
            name = shorten(clean(node.label)) or node.symbol
            texts = [name, f"data {format_number(node.data)}"][0 if name else 1 :]
            if node.requires_grad:
                texts.append(f"grad {format_number(node.grad)}")
            lines.append(f"v{node.index} [{_look(role_of(node, picture))}, label={quoted(texts)}];")
    lines += [f"{source} -> {target};" for source, target in merged_edges(picture, names, names)]
    return "\n".join([*lines, "}"])


def _look(kind: str) -> str:
    """The attributes of a kind of node, but for its margin: here, text is at the distance that Graphviz thinks best."""
    return ", ".join(f'{name}="{value}"' for name, value in PAGE_LIGHT.look(kind).items() if name != "margin")


def caption(picture: Snapshot, title: str) -> str:
    """One sentence that stands for the picture."""
    output = picture.output
    name = shorten(clean(title) or clean(output.name))
    operations = sum(not node.is_leaf for node in picture.nodes)
    return (
        f"Computation graph of {name}: {plural(len(picture.nodes), 'node')}, {plural(operations, 'operation')}, "
        f"value {format_number(output.data)}"
    )


def image(picture: Snapshot, about: str) -> str:
    """The picture as an `<img>` with its data inside; where it cannot be drawn, a sentence."""
    try:
        svg = still(picture)
    except RenderError as error:
        return f"<p>{html.escape(about)}. (No picture: {html.escape(str(error))})</p>"
    pixels = width_in_pixels(svg) or WIDE
    width = "100%" if pixels >= WIDE else round(pixels)  # a small picture is not blown up
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
    return f"about 10^{exponent}"
