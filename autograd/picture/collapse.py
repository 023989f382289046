"""A large graph with one box for each neuron or layer, nested, instead of the nodes inside.

Neurons and layers are known by the labels of their parameters, such as layers.0.neurons.1.w2. Edges between the same
two boxes become one, and no edge carries text: clusters together with edge labels can take Graphviz minutes.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd.graph.boxes import Group, module_groups
from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import add_operation, add_value, in_dot, role_of, sheet
from autograd.picture.paint import Paint
from autograd.support.text import clean, format_number, plural, shorten

if TYPE_CHECKING:
    import graphviz

__all__ = ["LEVELS", "Box", "Folded", "build_folded", "fold"]

LEVELS = ("neuron", "layer")


@dataclass(frozen=True)
class Box:
    """A folded box: the nodes inside, and the norm of the gradients of the parameters among them."""

    name: str
    title: str
    members: tuple[int, ...]
    parameters: int
    gradient: float

    @property
    def lines(self) -> list[str]:
        """What the box says."""
        lines = [shorten(clean(self.title)), plural(len(self.members), "node")]
        if self.parameters:
            lines += [plural(self.parameters, "parameter"), f"|grad| {format_number(self.gradient)}"]
        return lines


@dataclass(frozen=True)
class Link:
    """What is drawn as one edge: the ends by their names in the picture, and the edges of the graph it stands for."""

    source: str
    target: str
    edges: tuple[int, ...]


@dataclass(frozen=True)
class Folded:
    """What a folded picture shows: boxes, the nodes outside of them, links, and the frames around several of them.

    `frames` are (title, number of the frame around it or -1, nodes inside); `around[name]` is the frame of a box or
    of a node `v<i>`. `maker` is the box that computes the output, "" if it is computed outside of all boxes: the
    operation is then inside the box, and the value is shown beside it.
    """

    level: str
    boxes: tuple[Box, ...]
    outside: tuple[int, ...]
    links: tuple[Link, ...]
    frames: tuple[tuple[str, int, int], ...]
    around: dict[str, int]
    maker: str = ""

    @property
    def size(self) -> int:
        """How many boxes and values the picture has."""
        return len(self.boxes) + len(self.outside)

    def maker_of(self, index: int, picture: Snapshot) -> str:
        """What stands before the value of node `index`: its operation, or the box that this is inside of."""
        return self.maker if self.maker and index == picture.root else f"o{index}"


def fold(picture: Snapshot, level: str) -> Folded | None:
    """Fold every "neuron" or every "layer" of a snapshot into a box; None where no label tells of one.

    The value of the output is always shown, beside the box where it belongs to one.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> w, b = (Value(1.0, label=f"hidden.{name}", role="parameter") for name in "wb")
    >>> folded = fold(snapshot((w * 2.0 + b).tanh() ** 2), "neuron")
    >>> [(box.title, len(box.members)) for box in folded.boxes], folded.outside
    ([('hidden', 6)], (6, 7))
    """
    from autograd.explanation.stops import layer_name

    groups, member = module_groups(picture)
    parents = {group.parent for group in groups}
    leaves = [number for number in range(len(groups)) if number not in parents]
    layers = {layer_name(groups[number].title) for number in leaves}
    titles: dict[int, str] = {}
    for node in picture.nodes:
        number = member[node.index]
        if number < 0 or (node.is_leaf and node.index == picture.root):
            continue
        title = groups[number].title
        if level == "layer" and (number not in parents or title in layers):
            titles[node.index] = layer_name(title)
        elif level == "neuron" and number not in parents:
            titles[node.index] = title
    if not titles:
        return None
    inside: dict[str, list[int]] = {}
    for index, title in titles.items():
        inside.setdefault(title, []).append(index)
    boxes = tuple(_box(picture, f"g{k}", title, members) for k, (title, members) in enumerate(inside.items()))
    stands = {index: box.name for box in boxes for index in box.members}
    maker = stands.get(picture.root, "")
    outside = tuple(node.index for node in picture.nodes if node.index not in stands or node.index == picture.root)
    merged: dict[tuple[str, str], list[int]] = {}
    for edge in picture.edges:
        source, target = stands.get(edge.source, f"v{edge.source}"), stands.get(edge.target, f"o{edge.target}")
        if source != target:
            merged.setdefault((source, target), []).append(edge.index)
    links = tuple(Link(source, target, tuple(edges)) for (source, target), edges in merged.items())
    around: dict[str, int] = {}
    for box in boxes:
        around[box.name] = _frame(groups, member[box.members[0]], box.title)
    for index in outside:
        if member[index] >= 0 and index not in stands:
            around[f"v{index}"] = _frame(groups, member[index], "")
    held = _held(groups, member)
    frames = tuple((group.title, group.parent, held[number]) for number, group in enumerate(groups))
    return Folded(level, boxes, outside, links, frames, {name: k for name, k in around.items() if k >= 0}, maker)


def _frame(groups: list[Group], number: int, title: str) -> int:
    """The frame around a box: the next group outwards that has another title; for a node, its group."""
    if title:
        while number >= 0 and groups[number].title != title:
            number = groups[number].parent
        number = groups[number].parent if number >= 0 else -1
    return number


def _held(groups: list[Group], member: list[int]) -> list[int]:
    held = [0] * len(groups)
    for number in member:
        while number >= 0:
            held[number] += 1
            number = groups[number].parent
    return held


def _box(picture: Snapshot, name: str, title: str, members: list[int]) -> Box:
    parameters = [picture.nodes[i].grad for i in members if picture.nodes[i].role == "parameter"]
    return Box(name, title, tuple(members), len(parameters), math.hypot(*parameters))


def build_folded(
    picture: Snapshot, folded: Folded, *, rankdir: str, legend: bool, paint: Paint, direction: str
) -> graphviz.Digraph:
    """Describe the folded picture in DOT: `g<k>` for a box, `m<k>` for a link, the others as in an unfolded one."""
    graph = sheet(paint, rankdir, {"ranksep": "0.5"})
    children = Counter(folded.around.values())
    for frame, (_, parent, _) in enumerate(folded.frames):
        if children[frame] and parent >= 0:
            children[parent] += 1
    _add_inside(graph, picture, folded, paint, -1, children)
    for index in folded.outside:
        node = picture.nodes[index]
        if not node.is_leaf:
            carries = paint.carries(edge.index for edge in picture.incoming[index])
            attributes = {"id": f"r{index}", "class": "result", "weight": "4", **carries}
            source = folded.maker_of(index, picture)
            graph.edge(source, f"v{index}", _attributes=attributes | arrows(direction, node.requires_grad))
    for number, link in enumerate(folded.links):
        width = {"penwidth": f"{min(3.0, 1 + 0.35 * math.log2(len(link.edges))):.2f}"}
        attributes = {"id": f"m{number}", "class": "operand", **width, **paint.carries(link.edges)}
        gradient = any(picture.nodes[picture.edges[k].source].requires_grad for k in link.edges)
        graph.edge(link.source, link.target, _attributes=attributes | arrows(direction, gradient))
    if legend or paint.scale:
        from autograd.picture.legend import add_gradients, add_roles

        if legend:
            roles = [role_of(picture.nodes[index], picture) for index in folded.outside]
            add_roles(graph, roles, paint.theme, direction)
        if paint.scale:
            add_gradients(graph, paint)
    return graph


def arrows(direction: str, has_gradient: bool) -> dict[str, str]:
    """Which end of a merged edge has an arrow: data goes forward, gradients go back."""
    if direction == "forward":
        return {}
    if has_gradient:
        return {"dir": "back" if direction == "backward" else "both"}
    return {"dir": "none", "style": "dotted"} if direction == "backward" else {}


def _add_inside(
    graph: graphviz.Digraph, picture: Snapshot, folded: Folded, paint: Paint, frame: int, children: Counter[int]
) -> None:
    """Everything directly inside a frame, and then the frames in it."""
    for box in folded.boxes:
        if folded.around.get(box.name, -1) == frame:
            takes = any(picture.nodes[index].requires_grad for index in box.members)
            look = paint.box(box.gradient, box.members, takes)
            graph.node(box.name, in_dot(box.lines), _attributes={"id": box.name, "class": "box", **look})
    for index in folded.outside:
        if folded.around.get(f"v{index}", -1) == frame:
            node = picture.nodes[index]
            add_value(graph, picture, node, paint)
            if not node.is_leaf and folded.maker_of(index, picture) == f"o{index}":
                add_operation(graph, node, paint)
    fill, border = paint.theme.fills["cluster"]
    for number, (title, parent, held) in enumerate(folded.frames):
        if parent == frame and children[number]:
            with graph.subgraph(name=f"cluster_{number}") as inner:
                text = in_dot([f"{shorten(clean(title))}: {plural(held, 'node')}"])
                inner.attr(
                    "graph", label=text, style="filled,rounded", fillcolor=fill, color=border, id=f"frame{number}",
                    labeljust="l", **{"class": "frame"},
                )  # fmt: skip
                _add_inside(inner, picture, folded, paint, number, children)
