"""A large graph with one box for each neuron or layer, nested, instead of the nodes inside.

Neurons and layers are known by the labels of their parameters, such as layers.0.neurons.1.w2. Edges between the same
two boxes become one, and no edge carries text: clusters together with edge labels can take Graphviz minutes.

The graph of `(hidden.w * 2 + hidden.b).tanh() ** 2` has 8 nodes. Folded, it shows one box and what lies outside of it:

    hidden.w ─┐                                        ┌────────┐
           2 ─┴─ × ─┐                becomes           │ hidden │
    hidden.b ───────┴─ + ─ tanh ─┐                     └───┬────┘
                              2 ─┴─ ** ─                2 ─┴─ ** ─

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> w, b = (Value(1.0, label=f"hidden.{name}", role="parameter") for name in "wb")
    >>> folded = fold_modules(snapshot((w * 2.0 + b).tanh() ** 2), "neuron")
    >>> [(box.title, len(box.members)) for box in folded.boxes], folded.outside
    ([('hidden', 6)], (6, 7))
    >>> [(link.source, link.target, link.edges) for link in folded.links]
    [('g0', 'o7', (5,)), ('v6', 'o7', (6,))]
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograd.graph.boxes import Box, Nesting, layer_name, merged_edges, module_boxes
from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import add_legends, add_operation, add_value, blank_graph, in_dot, role_of
from autograd.picture.names import box_title, shown_name
from autograd.picture.paint import Paint
from autograd.support.text import clean, format_number, plural, shorten

if TYPE_CHECKING:
    import graphviz

__all__ = ["LEVELS", "Folded", "FoldedBox", "Link", "build_folded", "fold_closed", "fold_modules"]

LEVELS = ("neuron", "layer")
DOTS = "\u22ef"  # stands for the many that are not drawn


@dataclass(frozen=True)
class FoldedBox:
    """A folded box: the nodes inside, how many are parameters, and the largest |gradient| (None if none takes one).

    `kind` is that of `autograd.graph.boxes.Box`; a box of leaves has the role that all of them have.
    """

    name: str
    title: str
    members: tuple[int, ...]
    parameters: int
    gradient: float | None
    kind: str = "module"
    role: str = "box"

    @property
    def lines(self) -> list[str]:
        """What the box says."""
        return self.shown()

    def shown(self, around: str = "") -> list[str]:
        """What the box says inside of a frame with the title `around`."""
        if self.kind == "examples":
            return [*self.title.split(": "), DOTS]
        if self.kind == "leaves":
            ends = [shown_name(name, around) for name in self.title.split(" … ")]
            lines = [plural(len(self.members), self.role), " … ".join(ends) if ends[-1] != f"{self.role}s" else DOTS]
            return lines if self.gradient is None else [*lines, f"|grad| up to {format_number(self.gradient)}"]
        title = shorten(clean(box_title(self.title, around)))
        lines = [title, plural(len(self.members), "node")]
        if self.parameters:
            lines.append(plural(self.parameters, "parameter"))
        if self.gradient is not None:
            lines.append(f"|grad| up to {format_number(self.gradient)}")
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
    of a node `v<i>`. `makers[index]` is the box that computes an output, which has no entry if it is computed
    outside of all boxes: the operation is then inside the box, and the value is shown beside it.
    """

    level: str
    boxes: tuple[FoldedBox, ...]
    outside: tuple[int, ...]
    links: tuple[Link, ...]
    frames: tuple[tuple[str, int, int], ...]
    around: dict[str, int]
    makers: dict[int, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many boxes and values the picture has."""
        return len(self.boxes) + len(self.outside)

    def title_around(self, name: str) -> str:
        """The title of the frame around a box or a node `v<i>`; "" where there is none."""
        frame = self.around.get(name, -1)
        return self.frames[frame][0] if frame >= 0 else ""

    def shown_frames(self) -> list[int]:
        """The frames that hold something, outer ones first."""
        used: set[int] = set()
        for inner in self.around.values():
            frame = inner
            while frame >= 0 and frame not in used:
                used.add(frame)
                frame = self.frames[frame][1]
        return sorted(used)

    def without(self, frames: Collection[int]) -> Folded:
        """The same picture with what is inside of these frames directly in the frames around them."""

        def outwards(frame: int) -> int:
            while frame in frames:
                frame = self.frames[frame][1]
            return frame

        around = {name: outwards(frame) for name, frame in self.around.items()}
        kept = tuple((title, outwards(parent), size) for title, parent, size in self.frames)
        return replace(self, frames=kept, around={name: frame for name, frame in around.items() if frame >= 0})

    def maker_of(self, index: int) -> str:
        """What stands before the value of node `index`: its operation, or the box that this is inside of."""
        return self.makers.get(index, f"o{index}")


def fold_modules(picture: Snapshot, level: str) -> Folded | None:
    """Fold every "neuron" or every "layer" of a snapshot into a box; None where no label tells of one.

    The value of an output is always shown, beside the box where it belongs to one.
    """
    nesting = module_boxes(picture)
    modules, innermost = nesting.boxes, nesting.innermost
    # A neuron is a module without modules inside, and a layer is what holds neurons, or a neuron that stands alone.
    parents = {module.parent for module in modules}
    layers = {layer_name(module.title) for number, module in enumerate(modules) if number not in parents}
    # Which box each node goes into: by its title, as two boxes of the nesting can be one layer.
    members: dict[str, list[int]] = {}
    for node in picture.nodes:
        number = innermost[node.index]
        if number < 0 or (node.is_leaf and node.index in picture.outputs):
            continue
        title = modules[number].title
        if number not in parents or (level == "layer" and title in layers):
            members.setdefault(layer_name(title) if level == "layer" else title, []).append(node.index)
    if not members:
        return None
    # The frame of a box is the module around the one it is named after.
    spec = []
    for title, nodes in members.items():
        outwards = (modules[number] for number in nesting.outwards(innermost[nodes[0]]))
        frame = next((module.parent for module in outwards if module.title == title), -1)
        spec.append((Box(title, frame, "module"), nodes))
    return _folded(picture, nesting, level, spec)


def fold_closed(picture: Snapshot, nesting: Nesting, closed: Collection[int]) -> Folded:
    """A snapshot with these boxes of a nesting closed, and with a frame around each of the others."""
    members: dict[int, list[int]] = {}
    for index, inner in enumerate(nesting.innermost):
        outermost = [-1, *(box for box in nesting.outwards(inner) if box in closed)][-1]
        if outermost >= 0 and not (picture.nodes[index].is_leaf and index in picture.outputs):
            members.setdefault(outermost, []).append(index)
    return _folded(picture, nesting, "", [(nesting.boxes[box], nodes) for box, nodes in members.items()])


def _folded(picture: Snapshot, nesting: Nesting, level: str, closed: list[tuple[Box, list[int]]]) -> Folded:
    """The folded picture with these boxes closed, each with the nodes inside."""
    modules, innermost = nesting.boxes, nesting.innermost
    boxes = tuple(_box(picture, f"g{k}", box, nodes) for k, (box, nodes) in enumerate(closed))
    box_of = {index: box.name for box in boxes for index in box.members}
    outside = tuple(node.index for node in picture.nodes if node.index not in box_of or node.index in picture.outputs)
    # An edge leaves a value and enters an operation; inside a box, both are the box.
    sources = [box_of.get(index, f"v{index}") for index in range(len(picture.nodes))]
    targets = [box_of.get(index, f"o{index}") for index in range(len(picture.nodes))]
    merged = merged_edges(picture, sources, targets)
    links = tuple(Link(source, target, tuple(edges)) for (source, target), edges in merged.items())
    around = {made.name: box.parent for made, (box, _) in zip(boxes, closed, strict=True)}
    around |= {f"v{index}": innermost[index] for index in outside if index not in box_of}
    frames = tuple((m.title, m.parent, size) for m, size in zip(modules, nesting.sizes(), strict=True))
    around = {name: frame for name, frame in around.items() if frame >= 0}
    makers = {index: box_of[index] for index in picture.outputs if index in box_of}
    return Folded(level, boxes, outside, links, frames, around, makers)


def _box(picture: Snapshot, name: str, box: Box, members: list[int]) -> FoldedBox:
    nodes = [picture.nodes[i] for i in members]
    sizes = [abs(node.grad) for node in nodes if node.requires_grad]
    # max() passes over a nan that is not the first; what is wrong has to be seen.
    largest = next((size for size in sizes if size != size), max(sizes, default=None))
    parameters = sum(node.role == "parameter" for node in nodes)
    role = nodes[0].role if box.kind == "leaves" else "box"
    return FoldedBox(name, box.title, tuple(members), parameters, largest, box.kind, role)


def build_folded(
    picture: Snapshot, folded: Folded, *, rankdir: str, legend: bool, paint: Paint, direction: str
) -> graphviz.Digraph:
    """Describe the folded picture in DOT: `g<k>` for a box, `m<k>` for a link, the others as in an unfolded one."""
    graph = blank_graph(paint, rankdir, {"ranksep": "0.5"})
    # How many boxes, nodes and frames each frame shows: one that would be empty is not drawn.
    contents = Counter(folded.around.values())
    # A frame comes after the one around it, so from the last to the first what is inside is counted already.
    for frame, (_, parent, _) in reversed([*enumerate(folded.frames)]):
        if contents[frame] and parent >= 0:
            contents[parent] += 1
    _add_inside(graph, picture, folded, paint, -1, contents)
    # From operations (or the box that computes the output) to values.
    for index in folded.outside:
        node = picture.nodes[index]
        if not node.is_leaf:
            carries = paint.carries(edge.index for edge in picture.incoming[index])
            attributes = {"id": f"r{index}", "class": "result", "weight": "4", **carries}
            source = folded.maker_of(index)
            graph.edge(source, f"v{index}", _attributes=attributes | _arrows(direction, node.requires_grad))
    # From values and boxes to operations and boxes: the more edges a link stands for, the wider it is.
    for number, link in enumerate(folded.links):
        width = {"penwidth": f"{min(3.0, 1 + 0.35 * math.log2(len(link.edges))):.2f}"}
        attributes = {"id": f"m{number}", "class": "operand", **width, **paint.carries(link.edges)}
        has_gradient = any(picture.nodes[picture.edges[k].source].requires_grad for k in link.edges)
        graph.edge(link.source, link.target, _attributes=attributes | _arrows(direction, has_gradient))
    roles = [role_of(picture.nodes[index], picture) for index in folded.outside]
    add_legends(graph, roles if legend else (), paint, direction)
    return graph


def _arrows(direction: str, has_gradient: bool) -> dict[str, str]:
    """Which end of a merged edge has an arrow: data goes forward, gradients go back."""
    if direction == "forward":
        return {}
    if has_gradient:
        return {"dir": "back" if direction == "backward" else "both"}
    return {"dir": "none", "style": "dotted"} if direction == "backward" else {}


def _add_inside(
    graph: graphviz.Digraph, picture: Snapshot, folded: Folded, paint: Paint, frame: int, contents: Counter[int]
) -> None:
    """Everything directly inside a frame, and then the frames in it."""
    for box in folded.boxes:
        if folded.around.get(box.name, -1) == frame:
            look = paint.box(box.gradient, box.members, box.role)
            graph.node(box.name, in_dot(box.lines), _attributes={"id": box.name, "class": "box", **look})
    for index in folded.outside:
        if folded.around.get(f"v{index}", -1) == frame:
            node = picture.nodes[index]
            add_value(graph, picture, node, paint)
            if not node.is_leaf and folded.maker_of(index) == f"o{index}":
                add_operation(graph, picture, node, paint)
    fill, border = paint.theme.fills["cluster"]
    for number, (title, parent, size) in enumerate(folded.frames):
        if parent == frame and contents[number]:
            with graph.subgraph(name=f"cluster_{number}") as inner:
                text = in_dot([f"{shorten(clean(title))}: {plural(size, 'node')}"])
                inner.attr(
                    "graph", label=text, style="filled,rounded", fillcolor=fill, color=border, id=f"frame{number}",
                    labeljust="l", **{"class": "frame"},
                )  # fmt: skip
                _add_inside(inner, picture, folded, paint, number, contents)
