"""At which nodes an explanation stops: those with names, all of them, or the outputs of neurons and of layers.

Neurons and layers are found by the labels of their parameters (`layers.0.neurons.1.w2`), as boxes in pictures are. An
output of a neuron is the last node of its box: one whose result is used outside of it, or its activation. A network
that runs on several examples, or several times, has several outputs of the same neuron, each a stop of its own. The
outputs of one layer that are computed from the same inputs are one stop together, with a vector for a number.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograd.explanation.notation import unique
from autograd.graph.snapshot import Node, Snapshot

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


def choose(picture: Snapshot, on_path: bytearray, source: int, target: int, wanted: str) -> Grain:
    """The stops for a grain; "auto" is the first that has a stop between the two ends: "named", "neuron", "all".

    Raises ValueError for an unknown grain, and for "neuron" and "layer" where no label tells of a module.
    """
    if wanted not in GRAINS:
        raise ValueError(f"grain is one of {', '.join(map(repr, GRAINS))}, got {wanted!r}")
    inner = [index for index in range(source + 1, target) if on_path[index]]
    named = [index for index in inner if picture.nodes[index].label]
    if wanted == "named" or (wanted == "auto" and named):
        return Grain("named", [(index,) for index in named], {})
    if wanted == "auto":
        titles = _neurons(picture)
        wanted = "neuron" if titles.keys() & inner else "all"
    if wanted == "all":
        return Grain("all", None, {})
    titles = _neurons(picture) if wanted == "neuron" else _layer_outputs(picture)
    if not titles:
        raise ValueError(
            f"grain={wanted!r} needs parameters with a module in their names, such as layers.0.neurons.1.w2, and there "
            'are none: use a model of nn, or grain="named" or "all"'
        )
    kept = {index: titles[index] for index in inner if index in titles}
    if wanted == "layer":
        # The output is one node, and may be one of several that its layer gives.
        return Grain(wanted, _layers(picture, titles, kept), {**titles, target: _neurons(picture).get(target, "")})
    return Grain(wanted, [(index,) for index in kept], titles)


def stops(picture: Snapshot, blocks: list[tuple[int, ...]], titles: dict[int, str]) -> dict[int, Stop]:
    """A `Stop` for each block, by its first node; where two would have one name, they are numbered."""
    names = unique(_name(picture.nodes[block[0]], titles) for block in blocks)
    return {
        block[0]: Stop(name, tuple([picture.nodes[index] for index in block]))
        for block, name in zip(blocks, names, strict=True)
    }


def _name(node: Node, titles: dict[int, str]) -> str:
    return node.label or titles.get(node.index) or node.name


# ----- Neurons -----


def _boxes(picture: Snapshot) -> list[str]:
    """The name of the innermost module box of each node; "" for none."""
    from autograd.graph.boxes import module_groups

    groups, member = module_groups(picture)
    return [groups[number].title if number >= 0 else "" for number in member]


def _outputs(picture: Snapshot, boxes: list[str]) -> dict[int, str]:
    """The nodes at which a box ends, with its name."""
    from autograd.graph.boxes import ACTIVATIONS

    return {
        node.index: boxes[node.index]
        for node in picture.nodes
        if boxes[node.index] and not node.is_leaf
        if node.op in ACTIVATIONS
        or node.index == picture.root
        or any(boxes[edge.target] != boxes[node.index] for edge in picture.outgoing[node.index])
    }


def _neurons(picture: Snapshot) -> dict[int, str]:
    return _outputs(picture, _boxes(picture))


# ----- Layers -----


def layer_name(box: str) -> str:
    """The layer around a neuron's box; any other box counts as a layer itself.

    >>> layer_name("net.layers.0.neurons.1"), layer_name("neurons.1"), layer_name("hidden")
    ('net.layers.0', 'layer', 'hidden')
    """
    head, _, number = box.rpartition(".")
    outer, _, word = head.rpartition(".")
    return (outer or "layer") if number.isdigit() and word == "neurons" else box


def _layer_boxes(picture: Snapshot) -> list[str]:
    return [layer_name(box) if box else "" for box in _boxes(picture)]


def _layer_outputs(picture: Snapshot) -> dict[int, str]:
    return _outputs(picture, _layer_boxes(picture))


def _layers(picture: Snapshot, outputs: dict[int, str], kept: dict[int, str]) -> list[tuple[int, ...]]:
    """Put together the outputs of one layer that depend on a common input and lie equally deep.

    Equally deep, so that no output of a block can depend on another one, whatever the wiring.
    """
    boxes = _layer_boxes(picture)
    leader = list(range(len(picture.nodes)))
    user: dict[tuple[int, str], int] = {}
    depth = [0] * len(picture.nodes)

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    for edge in picture.edges:
        operand, box = picture.nodes[edge.source], boxes[edge.target]
        depth[edge.target] = max(depth[edge.target], depth[edge.source] + (edge.source in outputs))
        if not box or (operand.is_leaf and (operand.role != "input" or boxes[edge.source])):
            continue
        inside = boxes[edge.source] == box and edge.source not in outputs
        other = edge.source if inside else user.setdefault((edge.source, box), edge.target)
        leader[find(edge.target)] = find(other)
    blocks: dict[tuple[str, int, int], list[int]] = {}
    for index, title in kept.items():
        blocks.setdefault((title, find(index), depth[index]), []).append(index)
    return [tuple(block) for block in blocks.values()]
