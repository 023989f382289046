"""The same graph as a still picture, for where scripts do not run: the page's numbers, folded where it is folded."""

from dataclasses import replace

from autograd.graph.adjoints import backward_order, gradients
from autograd.graph.snapshot import Snapshot
from autograd.page.folding import Folding, fold
from autograd.picture import draw
from autograd.picture.render import render
from autograd.support.text import clean, format_number, shorten

STYLE = 'fontname="Helvetica", fontsize=10, fontcolor="#1a1a1a", penwidth=1.5'
LOOKS = {
    "input": 'shape=ellipse, style=filled, fillcolor="#fdeccb", color="#b07400"',
    "parameter": 'shape=box, style=filled, fillcolor="#d5e8f4", color="#0072b2"',
    "constant": 'shape=box, style="filled,dashed", fillcolor="#efefef", color="#6a6d73"',
    "result": 'shape=box, style="filled,rounded", fillcolor="#ffffff", color="#6a6d73"',
    "output": 'shape=box, style="filled,rounded", fillcolor="#d2eee4", color="#008060", peripheries=2',
    "box": 'shape=box, style=filled, fillcolor="#f4f6f8", color="#6a6d73", peripheries=2',
}


def with_gradients(picture: Snapshot) -> Snapshot:
    """The snapshot with ∂output/∂node in place of whatever `.grad` held, as the page shows it.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> [node.grad for node in with_gradients(snapshot(a * a)).nodes]
    [6.0, 1.0]
    """
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
    folding = fold(picture)
    if not folding.folded:
        return draw(picture, max_nodes=len(picture.nodes)).svg
    svg = render(folded_dot(picture, folding))
    return svg[svg.index("<svg") :]


def folded_dot(picture: Snapshot, folding: Folding) -> str:
    """DOT of what is seen while boxes are closed: one box for each of them, and the nodes outside."""
    stands = [_stand_in(folding, index) for index in range(len(picture.nodes))]
    lines = ['digraph "graph" {', "rankdir=LR; nodesep=0.14; ranksep=0.35; bgcolor=white;", f"node [{STYLE}];"]
    lines.append('edge [color="#5a5a5a", arrowsize=0.6];')
    for number, group in enumerate(folding.groups):
        inside = [i for i, stand in enumerate(stands) if stand == f"g{number}"]
        if inside:
            texts = [shorten(clean(group.title)), f"{len(inside)} nodes"]
            lines.append(f"g{number} [{LOOKS['box']}, label={_quoted(texts)}];")
    for node in picture.nodes:
        if stands[node.index] == f"v{node.index}":
            look = LOOKS["output" if node.index == picture.root else node.role]
            name = shorten(clean(node.label)) or node.symbol
            texts = [name, f"data {format_number(node.data)}"][0 if name else 1 :]
            if node.requires_grad:
                texts.append(f"grad {format_number(node.grad)}")
            lines.append(f"v{node.index} [{look}, label={_quoted(texts)}];")
    seen = dict.fromkeys((stands[edge.source], stands[edge.target]) for edge in picture.edges)
    lines += [f"{source} -> {target};" for source, target in seen if source != target]
    return "\n".join([*lines, "}"])


def _stand_in(folding: Folding, index: int) -> str:
    """The outermost closed box around a node, or the node."""
    stand, box = f"v{index}", folding.member[index]
    while box >= 0:
        if box in folding.folded:
            stand = f"g{box}"
        box = folding.groups[box].parent
    return stand


def _quoted(texts: list[str]) -> str:
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for text in texts)
    return '"' + "\\n".join(escaped) + '"'
