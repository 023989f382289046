r"""The same graph as a still picture, for where scripts do not run: the page's numbers, folded where it is folded.

A graph of 400 steps, of which the page shows the first 26 nodes as one closed box, becomes in DOT

    digraph "graph" {
    g0 [shape="box", ..., label="levels 0 to 25\n26 nodes"];
    ...
    v399 [shape="box", ..., label="sin\ndata 0.1\ngrad 1"];
    g0 -> g1;
    ...
"""

from dataclasses import replace

from autograd.graph.adjoints import backward_order, gradients
from autograd.graph.boxes import merged_edges
from autograd.graph.snapshot import Snapshot
from autograd.page.folding import Folding, initial_folding
from autograd.picture import draw
from autograd.picture.dot import quoted, role_of
from autograd.picture.render import render
from autograd.picture.themes import PAGE_LIGHT
from autograd.support.text import clean, format_number, shorten


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
    """The snapshot as SVG: every node of a small graph, the boxes of a large one.

    Raises `RenderError` where there is no renderer.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> still(with_gradients(snapshot(Value(2.0, label="a").tanh()))).count("<svg")
    1
    """
    folding = initial_folding(picture)
    if not folding.closed:
        return draw(picture, max_nodes=len(picture.nodes)).svg
    svg = render(_dot(picture, folding))
    return svg[svg.index("<svg") :]


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
