"""What is said about a picture: one line on all of it, and the exact numbers of every part, shown on hovering."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import role_of
from autograd.support.text import clean, exact_number, plural, shorten

if TYPE_CHECKING:
    from autograd.picture.collapse import Folded
    from autograd.picture.highlight import Highlight

__all__ = ["data_uri", "describe", "link_title", "titles"]


def describe(picture: Snapshot) -> str:
    """One line on a graph: its output, values and operations."""
    operations = sum(not node.is_leaf for node in picture.nodes)
    name = shorten(", ".join(clean(picture.nodes[index].name) for index in picture.outputs))
    return f"{name}: {plural(len(picture.nodes), 'value')}, {plural(operations, 'operation')}"


def titles(picture: Snapshot, folded: Folded | None = None, highlight: Highlight | None = None) -> dict[str, str]:
    """What a browser shows on hovering, by the id of the element."""
    names = [clean(node.name) for node in picture.nodes]
    output = names[picture.root]
    # Numbers in full, by repr: what stands in the picture is rounded.
    texts = {"graph0": "Computation graph of " + describe(picture)}
    for node in picture.nodes:
        gradient = f", grad {exact_number(node.grad)}" if node.requires_grad else ""
        name = f"{names[node.index]} ({role_of(node, picture)})"
        texts[f"v{node.index}"] = f"{name}: data {exact_number(node.data)}{gradient}"
        if not node.is_leaf:
            texts[f"o{node.index}"] = f"{clean(node.op)} gives {names[node.index]}"
    for edge in picture.edges:
        of, by = names[edge.target], names[edge.source]
        if picture.nodes[edge.source].requires_grad:
            text = f"∂{of}/∂{by} = {exact_number(edge.local_grad)}"
            if highlight is not None and edge.index in highlight.flow:
                name = names[highlight.source]
                carried, total = exact_number(highlight.flow[edge.index]), exact_number(highlight.total)
                text += f"; carries {carried} of ∂{output}/∂{name} = {total}"
            texts[f"e{edge.index}"] = text
            passed_back = contribution(picture.nodes[edge.target].grad, edge)
            texts[f"b{edge.index}"] = f"adds {exact_number(passed_back)} to the gradient of {by}"
    if folded is not None:
        for box in folded.boxes:
            texts[box.name] = ", ".join(box.lines)
            if box.gradient is not None:
                texts[box.name] += ": the largest of all nodes inside, without its sign"
    return texts


def link_title(picture: Snapshot, edges: Sequence[int], highlight: Highlight | None) -> str:
    """What a browser shows of an edge that stands for these edges of the graph."""
    text = plural(len(edges), "edge")
    if highlight is not None and (carried := [highlight.flow[k] for k in edges if k in highlight.flow]):
        names = [clean(picture.nodes[index].name) for index in (picture.root, highlight.source)]
        text += f", carrying {exact_number(sum(carried))} of ∂{names[0]}/∂{names[1]} = {exact_number(highlight.total)}"
    return text


def data_uri(svg: str) -> str:
    """The picture as the address of an image, with all its data inside."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")
