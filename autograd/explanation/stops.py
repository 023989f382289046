"""At which nodes an explanation stops: those with names, all of them, or the outputs of neurons and of layers.

Neurons and layers are found by the labels of their parameters (`layers.0.neurons.1.w2`), as boxes in pictures are. An
output of a neuron is the last node of its box: one whose result is used outside of it, or its activation. A network
that runs on several examples, or several times, has several outputs of the same neuron, each a stop of its own. The
outputs of one layer that are computed from the same inputs are one stop together, with a vector for a number.

A layer of two neurons on two examples, x and z: four outputs of neurons, but two stops at the grain of layers.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> weights = [Value(0.5, label=f"layers.0.neurons.{i}.w", role="parameter") for i in range(2)]
    >>> def layer(x):
    ...     return [(w * x).tanh() for w in weights]
    >>> x, z = Value(1.0, label="x"), Value(2.0, label="z")
    >>> picture = snapshot(sum(layer(x)) * sum(layer(z)))
    >>> on_path = [1] * len(picture.nodes)
    >>> for grain in ("neuron", "layer"):
    ...     blocks = choose(picture, on_path, 0, picture.root, grain).blocks
    ...     [[picture.nodes[index].op for index in block] for block in blocks]
    [['tanh'], ['tanh'], ['tanh'], ['tanh']]
    [['tanh', 'tanh'], ['tanh', 'tanh']]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from autograd.explanation.notation import unique
from autograd.graph.boxes import ACTIVATIONS, layer_name, module_boxes
from autograd.graph.snapshot import Node, Snapshot
from autograd.support.text import short

NUMBERED = re.compile(r"v\d+$")
GRAINS = ("auto", "named", "all", "neuron", "layer")


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on a path: mostly one node; at the grain of layers, the outputs of a whole layer."""

    name: str
    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Grain:
    """The stops of an explanation: blocks of nodes, and their titles; None stops at every node."""

    kind: str
    blocks: list[tuple[int, ...]] | None
    titles: dict[int, str]


def choose(picture: Snapshot, on_path: Sequence[int], source: int, target: int, grain: str) -> Grain:
    """The stops for a grain; "auto" is the first that has a stop between the two ends: "named", "neuron", "all".

    Raises ValueError for an unknown grain, and for "neuron" and "layer" where no label tells of a module.
    """
    if not isinstance(grain, str) or grain not in GRAINS:
        problem = ValueError if isinstance(grain, str) else TypeError
        raise problem(f"grain is one of {', '.join(map(short, GRAINS))}, got {short(grain)}")
    named = [index for index in picture.graph.labels if source < index < target and on_path[index]]
    if grain == "named" or (grain == "auto" and named):
        return Grain("named", [(index,) for index in named], {})
    if grain == "all":
        return Grain("all", None, {})
    nesting = module_boxes(picture)
    if grain == "auto" and not nesting.boxes:
        return Grain("all", None, {})
    boxes = nesting.titles()
    neurons = _outputs(picture, boxes)
    inner = [*compress(range(source + 1, target), on_path[source + 1 :])]
    if grain == "auto":
        # No name lies on the way: the neurons, if one of them does.
        if not neurons.keys() & inner:
            return Grain("all", None, {})
        grain = "neuron"
    if grain == "layer":
        boxes = [layer_name(box) if box else "" for box in boxes]
    titles = neurons if grain == "neuron" else _outputs(picture, boxes)
    if not titles:
        raise ValueError(
            f"grain={short(grain)} needs parameters with a module in their names, such as layers.0.neurons.1.w2, and "
            'there are none: use a model of nn, or grain="named" or "all"'
        )
    kept = {index: titles[index] for index in inner if index in titles}
    if grain == "neuron":
        return Grain(grain, [(index,) for index in kept], titles)
    # The output is one node, and may be one of several that its layer gives: it keeps its neuron's name.
    return Grain(grain, _layers(picture, boxes, titles, kept), {**titles, target: neurons.get(target, "")})


def stops(picture: Snapshot, blocks: list[tuple[int, ...]], titles: dict[int, str]) -> dict[int, Stop]:
    """A `Stop` for each block, by its first node; where two would have one name, they are numbered."""
    first = [picture.nodes[block[0]] for block in blocks]
    names = unique(node.label or titles.get(node.index) or node.name for node in first)
    return {
        block[0]: Stop(name, tuple([picture.nodes[index] for index in block]))
        for block, name in zip(blocks, names, strict=True)
    }


class EveryStop(dict[int, Stop]):
    """The same where every node is a stop: made when they are asked for, for most names are v and a number.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a, b = Value(1.0, label="a"), Value(2.0, label="a")
    >>> every = EveryStop(snapshot((a * b).tanh()), range(4))
    >>> every[0].name, every[1].name, every[3].name
    ('a#1', 'a#2', 'v3')
    """

    def __init__(self, picture: Snapshot, indices: Iterable[int]) -> None:
        self.picture = picture
        labels = picture.graph.labels
        chosen = {index: labels[index] for index in indices if index in labels} if labels else {}
        # A label may be what another node is called by its number.
        numbers = {f"v{index}": index for index in indices} if any(map(NUMBERED.match, chosen.values())) else {}
        both = sorted({*chosen, *(numbers[name] for name in chosen.values() if name in numbers)})
        self.names = dict(zip(both, unique(picture.nodes[index].name for index in both), strict=True))

    def __missing__(self, index: int) -> Stop:
        self[index] = stop = Stop(self.names.get(index, f"v{index}"), (self.picture.nodes[index],))
        return stop


def _outputs(picture: Snapshot, boxes: list[str]) -> dict[int, str]:
    """The nodes at which a box ends, with its name."""
    return {
        node.index: boxes[node.index]
        for node in picture.nodes
        if boxes[node.index] and not node.is_leaf
        if node.op in ACTIVATIONS
        or node.index == picture.root
        or any(boxes[edge.target] != boxes[node.index] for edge in picture.outgoing[node.index])
    }


def _layers(
    picture: Snapshot, boxes: list[str], outputs: dict[int, str], kept: dict[int, str]
) -> list[tuple[int, ...]]:
    """Put together the outputs of one layer that depend on a common input and lie equally deep.

    Equally deep, so that no output of a block can depend on another one, whatever the wiring.
    """
    # Sets that grow together, as a forest (union-find): each node points to its parent, a root to itself.
    parent = list(range(len(picture.nodes)))
    first_use: dict[tuple[int, str], int] = {}
    depth = [0] * len(picture.nodes)

    def root_of(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]  # half the way up is cut off for the next time
            index = parent[index]
        return index

    for edge in picture.edges:
        operand, box = picture.nodes[edge.source], boxes[edge.target]
        # How many outputs of layers lie below: edges come in topological order, so the operand's depth is final.
        depth[edge.target] = max(depth[edge.target], depth[edge.source] + (edge.source in outputs))
        # A parameter or a constant joins nothing: all examples share it.
        if not box or (operand.is_leaf and (operand.role != "input" or boxes[edge.source])):
            continue
        # Inside a layer, a node belongs to its operand. What comes from outside joins all that use it in this layer.
        inside = boxes[edge.source] == box and edge.source not in outputs
        other = edge.source if inside else first_use.setdefault((edge.source, box), edge.target)
        parent[root_of(edge.target)] = root_of(other)
    blocks: dict[tuple[str, int, int], list[int]] = {}
    for index, title in kept.items():
        blocks.setdefault((title, root_of(index), depth[index]), []).append(index)
    return [tuple(block) for block in blocks.values()]
