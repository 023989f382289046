"""Which nodes belong to one box: the neurons and layers that parameter labels tell of.

A parameter called `layers.0.neurons.1.w2` belongs to the box `layers.0.neurons.1` inside the box `layers.0`. A computed
node belongs to the neuron whose parameters it uses, and so does what only finishes that neuron's work: the sum of its
products, and its activation. What comes after the activation (a loss, a residual sum) stays outside.
"""

import re
from dataclasses import dataclass

from autograd.graph.snapshot import Edge, Snapshot

PLACE = re.compile(r"[^\W\d]\w*(\.\w+)+")
JOINERS = {"+", "sum"}
SHARED = {"softmax", "log_softmax"}
ACTIVATIONS = SHARED | {
    "relu", "leaky_relu", "elu", "selu", "tanh", "sigmoid", "logsigmoid", "softplus", "softsign", "silu", "gelu",
    "gelu_tanh", "mish", "hardtanh",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A box: its title, the number of the box around it (-1: none), and what made it.

    `kind` is "module" (parameter labels), "leaves" (alike leaves), "behind" (what only one named node uses) or
    "levels" (a stretch of an unnamed graph).
    """

    title: str
    parent: int
    kind: str


Groups = tuple[list[Group], list[int]]


def module_path(label: str) -> tuple[str, ...]:
    """The boxes that a label names, outermost first; none for a label that is no place.

    >>> module_path("layers.0.neurons.1.w2"), module_path("w2")
    (('layers.0', 'layers.0.neurons.1'), ())
    """
    if not PLACE.fullmatch(label):
        return ()
    boxes: list[str] = []
    parts = label.split(".")[:-1]
    for i in range(len(parts)):
        # A word and the number after it are one step: layers.0, not layers and then 0.
        if i + 1 == len(parts) or not parts[i + 1].isdigit():
            boxes.append(".".join(parts[: i + 1]))
    return tuple(boxes)


def module_groups(picture: Snapshot) -> Groups:
    """The boxes of a snapshot, and for each node the number of its innermost box (-1: none).

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> w, b = Value(2.0, label="layer.w", role="parameter"), Value(1.0, label="layer.b", role="parameter")
    >>> y = (w * 3.0 + b).tanh() * 2.0
    >>> groups, member = module_groups(snapshot(y))
    >>> [group.title for group in groups], member  # w, 3, w * 3, b, the sum, tanh, 2 and the product
    (['layer'], [0, 0, 0, 0, 0, 0, -1, -1])
    """
    paths: list[tuple[str, ...]] = [module_path(node.label) for node in picture.nodes]
    finished = [False] * len(picture.nodes)
    for node in picture.nodes:
        if not node.is_leaf and not paths[node.index]:
            edges = picture.incoming[node.index]
            paths[node.index] = _home(picture, node.op, edges, paths, finished)
            finished[node.index] = bool(paths[node.index]) and node.op in ACTIVATIONS
    for node in picture.nodes:
        if node.role == "constant" and not node.label:
            homes = {paths[edge.target] for edge in picture.outgoing[node.index]}
            paths[node.index] = homes.pop() if len(homes) == 1 else ()
    return _numbered(paths)


def _home(
    picture: Snapshot, op: str, edges: tuple[Edge, ...], paths: list[tuple[str, ...]], finished: list[bool]
) -> tuple[str, ...]:
    """The box of a node, from those of its operands."""
    operands = [picture.nodes[edge.source] for edge in edges]
    own = {paths[v.index] for v in operands if v.is_leaf and paths[v.index]}
    if own:
        return _common(own)
    computed = [v.index for v in operands if not v.is_leaf]
    loose = [v for v in operands if v.is_leaf and v.role != "constant"]
    homes = {paths[index] for index in computed}
    if not computed or loose or () in homes or any(finished[index] for index in computed):
        return ()
    if op in SHARED:
        return _common(homes)
    if len(homes) > 1:
        return ()
    added = [v.data for v in operands if v.is_leaf]
    # `sum()` of Python starts at 0; any other constant that is added is no longer the neuron's own work.
    if op in ACTIVATIONS or (op in JOINERS and not any(added)):
        return homes.pop()
    return ()


def _common(paths: set[tuple[str, ...]]) -> tuple[str, ...]:
    """The boxes that all these have in common."""
    shared: list[str] = []
    for steps in zip(*paths, strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return tuple(shared)


def _numbered(paths: list[tuple[str, ...]]) -> Groups:
    """Number the boxes, parents first; a box that would hold a single thing is left out."""
    contents: dict[str, set[object]] = {}
    for index, path in enumerate(paths):
        for i, name in enumerate(path):
            contents.setdefault(name, set()).add(path[i + 1] if i + 1 < len(path) else index)
    numbers: dict[str, int] = {}
    groups: list[Group] = []
    member: list[int] = []
    for path in paths:
        parent = -1
        for name in path:
            if len(contents[name]) > 1:
                if name not in numbers:
                    numbers[name] = len(groups)
                    groups.append(Group(name, parent, "module"))
                parent = numbers[name]
        member.append(parent)
    return groups, member
