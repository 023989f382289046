"""Which boxes a graph has beside its modules, and which of them are closed at first.

A graph that is too large to be read at once starts folded. Modules are the natural boxes; where labels tell of none,
the boxes are made from the shape of the graph: leaves that are used alike, what stands behind one named node, and at
last stretches of levels, which every graph has.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograd.graph.boxes import Group, module_groups
from autograd.graph.snapshot import Snapshot

FOLD_ABOVE = 150  # nodes: what fits on a screen in letters that can be read
ALIKE = 10  # leaves that are used alike make a box from here on
FEW_NAMES = 3  # names that are all told in the title of a box
WORTH_A_BOX = 6  # nodes behind one name
CROWDED = 60  # boxes and loose nodes: more than that is cut into stretches
STRETCHES = 16
FEW = 40  # boxes that may be seen at first, when an inner level of boxes is shown at once


@dataclass(frozen=True, slots=True)
class Folding:
    """All boxes of a graph, the innermost box of each node (-1: none), and the boxes that are closed at first."""

    groups: list[Group]
    member: list[int]
    folded: list[int]


def fold(picture: Snapshot) -> Folding:
    """Decide on the boxes of a graph; up to `FOLD_ABOVE` nodes all are open.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = y = Value(1.0)
    >>> for _ in range(200):
    ...     y = y + y
    >>> frozen = fold(snapshot(y))
    >>> len(frozen.groups), frozen.groups[0].title, len(frozen.folded)
    (16, 'levels 0 to 12', 16)
    """
    groups, member = module_groups(picture)
    if len(picture.nodes) <= FOLD_ABOVE:
        return Folding(groups, member, [])
    _box_alike_leaves(picture, groups, member)
    _box_behind_names(picture, groups, member)
    if _loose(groups, member) > CROWDED:
        _box_levels(picture, groups, member)
    return Folding(groups, member, _closed_at_first(groups, member, picture.root))


def _box_alike_leaves(picture: Snapshot, groups: list[Group], member: list[int]) -> None:
    """Leaves of one role in one place, used in the same places: the weights of a wide neuron, the inputs of a net."""
    alike: dict[tuple[int, str, frozenset[int]], list[int]] = {}
    for node in picture.nodes:
        if node.is_leaf:
            users = frozenset(_user(groups, member, edge.target) for edge in picture.outgoing[node.index])
            alike.setdefault((member[node.index], node.role, users), []).append(node.index)
    for (parent, role, _), leaves in alike.items():
        if len(leaves) >= ALIKE:
            names = list(dict.fromkeys(_last_step(picture.nodes[i].label) for i in leaves))
            title = ", ".join(names) if len(names) <= FEW_NAMES else f"{names[0]} … {names[-1]}"
            if not all(names):
                title = f"{role}s"
            for index in leaves:
                member[index] = len(groups)
            groups.append(Group(title, parent, "leaves"))


def _box_behind_names(picture: Snapshot, groups: list[Group], member: list[int]) -> None:
    """What leads to one named node and to nothing else goes into a box with it; the output counts as named."""
    owner = [-1] * len(picture.nodes)
    for node in reversed(picture.nodes):
        index = node.index
        if member[index] >= 0 and not (node.is_leaf and groups[member[index]].kind == "leaves"):
            continue
        owners = {owner[edge.target] for edge in picture.outgoing[index]}
        if (node.label and not node.is_leaf) or index == picture.root:
            owner[index] = index
        elif len(owners) == 1:
            owner[index] = owners.pop()
    _gather(groups, member, owner, lambda index: Group(picture.nodes[index].label or "output", -1, "behind"))


def _box_levels(picture: Snapshot, groups: list[Group], member: list[int]) -> None:
    """Cut what stands outside of the modules into stretches of levels with about as many nodes each."""
    levels = [0] * len(picture.nodes)
    for node in picture.nodes:
        levels[node.index] = 1 + max((levels[edge.source] for edge in picture.incoming[node.index]), default=-1)
    for node in reversed(picture.nodes):  # a leaf stands just before its first use
        if node.is_leaf and picture.outgoing[node.index]:
            levels[node.index] = max(0, min(levels[edge.target] for edge in picture.outgoing[node.index]) - 1)
    outside = [i for i in range(len(member)) if _kind(groups, _outermost(groups, member[i])) != "module"]
    if member[picture.root] < 0:
        outside.remove(picture.root)  # the output is always to be seen
    place = dict.fromkeys(outside, 0)
    for box in {_outermost(groups, member[i]) for i in outside} - {-1}:
        inside = [i for i in outside if _outermost(groups, member[i]) == box]
        place.update(dict.fromkeys(inside, max(levels[i] for i in inside)))
    place.update({i: levels[i] for i in outside if member[i] < 0})
    widths: dict[int, int] = {}
    for level in place.values():
        widths[level] = widths.get(level, 0) + 1
    cuts: list[list[int]] = [[]]
    held = 0
    for level in sorted(widths):
        if held >= len(outside) / STRETCHES:
            cuts.append([])
            held = 0
        cuts[-1].append(level)
        held += widths[level]
    for cut in cuts:
        inside = [i for i in outside if cut[0] <= place[i] <= cut[-1]]
        number = len(groups)
        title = f"levels {cut[0]} to {cut[-1]}" if len(cut) > 1 else f"level {cut[0]}"
        groups.append(Group(title, -1, "levels"))
        for box in {_outermost(groups, member[i]) for i in inside} - {-1}:
            groups[box] = Group(groups[box].title, number, groups[box].kind)
        for i in inside:
            member[i] = number if member[i] < 0 else member[i]


def _gather(groups: list[Group], member: list[int], owner: Sequence[int], made: Callable[[int], Group]) -> None:
    """Make a box for every owner that owns enough and not too much, and move what stands loose into it."""
    owned: dict[int, list[int]] = {}
    for index, of in enumerate(owner):
        if of >= 0:
            owned.setdefault(of, []).append(index)
    for of, inside in owned.items():
        if not WORTH_A_BOX <= len(inside) <= len(owner) / 2:  # one box around nearly everything tells nothing
            continue
        number = len(groups)
        groups.append(made(of))
        for index in inside:
            box = member[index]
            if box < 0:
                member[index] = number
            elif groups[box].parent < 0 and box != number:
                groups[box] = Group(groups[box].title, number, groups[box].kind)


def _closed_at_first(groups: list[Group], member: list[int], root: int) -> list[int]:
    """All boxes, but the outermost modules stay open where the boxes inside them are few enough to be seen at once.

    So do the modules around the output, unless they hold too much: a page that hides its output tells little.
    """
    around, box = set(), member[root]
    while box >= 0:
        held = sum(group.parent == box for group in groups) + sum(number == box for number in member)
        around |= {box} if groups[box].kind == "module" and held <= FEW else set()
        box = groups[box].parent
    outer = {group.parent for group in groups if group.kind == "module" and group.parent >= 0}
    outer = {i for i in outer if groups[i].kind == "module" and groups[i].parent < 0}
    inner = sum(group.parent in outer for group in groups) + sum(box in outer for box in member)
    seen = _loose(groups, member) - len(outer) + inner
    return [i for i in range(len(groups)) if i not in around and (i not in outer or seen > FEW)]


def _loose(groups: list[Group], member: list[int]) -> int:
    """How many boxes and nodes are seen when all boxes are closed."""
    return sum(group.parent < 0 for group in groups) + sum(box < 0 for box in member)


def _outermost(groups: list[Group], box: int) -> int:
    while box >= 0 and groups[box].parent >= 0:
        box = groups[box].parent
    return box


def _user(groups: list[Group], member: list[int], index: int) -> int:
    """The outermost box around a node, or a number of its own where there is none."""
    box = _outermost(groups, member[index])
    return box if box >= 0 else -2 - index


def _kind(groups: list[Group], box: int) -> str:
    return groups[box].kind if box >= 0 else ""


def _last_step(label: str) -> str:
    return label.rpartition(".")[2]
