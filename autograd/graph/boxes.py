"""Which nodes belong to one box: the neurons and layers that parameter labels tell of.

A parameter called `layers.0.neurons.1.w2` belongs to the box `layers.0.neurons.1` inside the box `layers.0`. A computed
node belongs to the neuron whose parameters it uses, and so does what only finishes that neuron's work: the sum of its
products, and its activation. What comes after the activation (a loss, a residual sum) stays outside.

    node              operands               box
    layer.w, layer.b                         layer    as their labels say
    layer.w * 3       layer.w, 3             layer    uses a parameter of it
    3                                        layer    a constant that is used in this box alone
    ... + layer.b     the product, layer.b   layer    uses a parameter of it
    tanh              the sum                layer    an activation: the neuron's work ends here
    ... * 2           tanh, 2                none     comes after the activation

Pictures, pages and explanations all read this nesting. A picture or a page closes some of the boxes; then several
edges of the graph have the same two ends and are drawn as one (`merged_edges`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from autograd.graph.snapshot import Edge, Snapshot

PLACE = re.compile(r"[^\W\d]\w*(\.\w+)+")
JOINERS = {"+", "sum"}  # what adds up the products of one neuron
SHARED = {"softmax", "log_softmax"}  # activations of all neurons of a layer together
ACTIVATIONS = SHARED | {
    "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "logsigmoid", "softplus", "softsign", "silu", "gelu",
    "gelu_tanh", "mish", "hardtanh",
}  # fmt: skip

Path = tuple[str, ...]  # the titles of the boxes around something, outermost first


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its title, the number of the box around it (-1: none), and why it is there.

    `kind` is "module" (parameter labels), "leaves" (alike leaves), "behind" (what only one named node uses) or
    "levels" (a stretch of an unnamed graph).
    """

    title: str
    parent: int
    kind: str


@dataclass(frozen=True, slots=True)
class Nesting:
    """Boxes inside each other, and for each node of a snapshot the number of its innermost box (-1: none)."""

    boxes: list[Box]
    innermost: list[int]

    def outwards(self, box: int) -> Iterator[int]:
        """A box and all boxes around it, from the inside out; nothing for -1."""
        while box >= 0:
            yield box
            box = self.boxes[box].parent

    def outermost(self, box: int) -> int:
        """The last box around a box; -1 for -1."""
        return [-1, *self.outwards(box)][-1]

    def titles(self) -> list[str]:
        """The title of each node's innermost box; "" for a node outside of all boxes."""
        return [self.boxes[box].title if box >= 0 else "" for box in self.innermost]

    def sizes(self) -> list[int]:
        """How many nodes each box holds, those in its inner boxes included."""
        sizes = Counter(outer for box in self.innermost for outer in self.outwards(box))
        return [sizes[box] for box in range(len(self.boxes))]

    def contents(self) -> Counter[int]:
        """How many nodes and boxes stand directly inside each box; at -1, how many stand outside of all."""
        return Counter(self.innermost) + Counter(box.parent for box in self.boxes)

    def enclose(self, nodes: Iterable[int], title: str, kind: str) -> None:
        """Put a new box around nodes that stand outside of all boxes, and around outermost boxes that hold nodes."""
        number = len(self.boxes)
        self.boxes.append(Box(title, -1, kind))
        for node in nodes:
            box = self.innermost[node]
            if box < 0:
                self.innermost[node] = number
            # The first node of an outermost box takes the whole box with it; for the others, it is inside already.
            elif self.boxes[box].parent < 0:
                self.boxes[box] = replace(self.boxes[box], parent=number)


def module_path(label: str) -> Path:
    """The boxes that a label names, outermost first; none for a label that is no place.

    >>> module_path("layers.0.neurons.1.w2"), module_path("w2")
    (('layers.0', 'layers.0.neurons.1'), ())
    """
    if not PLACE.fullmatch(label):
        return ()
    words = label.split(".")[:-1]
    # A word and the number after it are one step: layers.0, not layers and then 0.
    ends = [i + 1 for i in range(len(words)) if i + 1 == len(words) or not words[i + 1].isdigit()]
    return tuple(".".join(words[:end]) for end in ends)


def layer_name(title: str) -> str:
    """The layer around a neuron's box; any other box counts as a layer itself.

    >>> layer_name("net.layers.0.neurons.1"), layer_name("neurons.1"), layer_name("hidden")
    ('net.layers.0', 'layer', 'hidden')
    """
    head, _, number = title.rpartition(".")
    outer, _, word = head.rpartition(".")
    return (outer or "layer") if number.isdigit() and word == "neurons" else title


def module_boxes(picture: Snapshot) -> Nesting:
    """The boxes of a snapshot that the labels of its parameters tell of.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> w, b = Value(2.0, label="layer.w", role="parameter"), Value(1.0, label="layer.b", role="parameter")
    >>> y = (w * 3.0 + b).tanh() * 2.0
    >>> nesting = module_boxes(snapshot(y))
    >>> [box.title for box in nesting.boxes], nesting.innermost  # w, 3, w * 3, b, the sum, tanh, 2 and the product
    (['layer'], [0, 0, 0, 0, 0, 0, -1, -1])
    """
    # Whatever has a label that names a place is there, be it a leaf or not.
    paths: list[Path] = [()] * len(picture.nodes)
    for index, label in picture.graph.labels.items():
        paths[index] = module_path(label)
    if not any(paths):
        return Nesting([], [-1] * len(paths))
    finished = [False] * len(picture.nodes)
    # Operands come before results, so one pass decides on every computed node.
    for node in picture.nodes:
        if not node.is_leaf and not paths[node.index]:
            edges = picture.incoming[node.index]
            paths[node.index] = _path_from_operands(picture, node.op, edges, paths, finished)
            finished[node.index] = bool(paths[node.index]) and node.op in ACTIVATIONS
    # A plain number stands where it is used, if that is one box.
    for node in picture.nodes:
        if node.role == "constant" and not node.label:
            users = {paths[edge.target] for edge in picture.outgoing[node.index]}
            paths[node.index] = users.pop() if len(users) == 1 else ()
    return _nesting(paths)


def _path_from_operands(
    picture: Snapshot, op: str, edges: tuple[Edge, ...], paths: list[Path], finished: list[bool]
) -> Path:
    """The boxes around a computed node, from those around its operands."""
    operands = [picture.nodes[edge.source] for edge in edges]
    # Parameters decide: those of one neuron lead into it, those of two neurons into the layer around both.
    parameters = {paths[operand.index] for operand in operands if operand.is_leaf and paths[operand.index]}
    if parameters:
        return _common_start(parameters)
    computed = [operand.index for operand in operands if not operand.is_leaf]
    inputs = [operand for operand in operands if operand.is_leaf and operand.role != "constant"]
    sources = {paths[index] for index in computed}
    # Otherwise all must come from unfinished work inside of boxes: a loss takes targets, a residual sum activations.
    if not computed or inputs or () in sources or any(finished[index] for index in computed):
        return ()
    # A softmax over the neurons of one layer belongs to that layer.
    if op in SHARED:
        return _common_start(sources)
    if len(sources) > 1:
        return ()
    constants = [operand.data for operand in operands if operand.is_leaf]
    # `sum()` of Python starts at 0; any other constant that is added is no longer the neuron's own work.
    if op in ACTIVATIONS or (op in JOINERS and not any(constants)):
        return sources.pop()
    return ()


def _common_start(paths: set[Path]) -> Path:
    """The boxes that all these have in common."""
    common: list[str] = []
    for titles in zip(*paths, strict=False):
        if len(set(titles)) > 1:
            break
        common.append(titles[0])
    return tuple(common)


def _nesting(paths: list[Path]) -> Nesting:
    """Number the boxes, parents first; a box that would hold a single thing is left out."""
    # What stands directly inside each box: titles of boxes and numbers of nodes.
    contents: dict[str, set[object]] = {}
    for index, path in enumerate(paths):
        for title, inner in zip(path, (*path[1:], index), strict=False):
            contents.setdefault(title, set()).add(inner)
    numbers: dict[str, int] = {}
    nesting = Nesting([], [])
    for path in paths:
        box = -1
        for title in path:
            if len(contents[title]) > 1:
                # A box is met first from outside, so the box around it has its number already.
                if title not in numbers:
                    numbers[title] = len(nesting.boxes)
                    nesting.boxes.append(Box(title, box, "module"))
                box = numbers[title]
        nesting.innermost.append(box)
    return nesting


def merged_edges(picture: Snapshot, sources: Sequence[str], targets: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """The edges of a graph by the things that stand for their two ends; an edge inside of one thing is left out.

    `sources[i]` stands for node i where an edge begins, `targets[i]` where one ends.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> names = ["a", "box", "box"]  # a, a * a and the result are shown as two things
    >>> merged_edges(snapshot(a * a - a), names, names)
    {('a', 'box'): [0, 1, 3]}
    """
    merged: dict[tuple[str, str], list[int]] = {}
    for edge in picture.edges:
        ends = (sources[edge.source], targets[edge.target])
        if ends[0] != ends[1]:
            merged.setdefault(ends, []).append(edge.index)
    return merged
