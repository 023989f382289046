"""Which boxes a graph has beside its modules, and which of them are closed at first.

A graph that is too large to be read at once starts folded. Modules are the natural boxes; where labels tell of none,
the boxes are made from the shape of the graph, in this order:

    leaves that are used alike                the 100 inputs of a layer           "x0 … x99"
    what leads to one named node alone        the work before `loss`              "loss"
    stretches of levels, if much is left      a chain of 200 unnamed doublings    "levels 0 to 12", "levels 13 to 25", …

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> y = Value(1.0)
    >>> for _ in range(200):
    ...     y = y + y
    >>> folding = initial_folding(snapshot(y))
    >>> len(folding.boxes), folding.boxes[0].title, len(folding.closed)
    (16, 'levels 0 to 12', 16)
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from autograd.graph.boxes import Box, Nesting, module_boxes
from autograd.graph.snapshot import Snapshot

FOLD_ABOVE = 150  # nodes: what fits on a screen in letters that can be read
ALIKE = 10  # leaves that are used alike make a box from here on
FEW_NAMES = 3  # names that are all told in the title of a box
WORTH_A_BOX = 6  # nodes behind one name
CROWDED = 60  # boxes and loose nodes: more than that is cut into stretches
STRETCHES = 16
SUMS = {"+", "sum", "mean"}
SHOWN = 2  # examples that are drawn where there are many
FEW = 40  # boxes that may be seen at first, when an inner level of boxes is shown at once


@dataclass(frozen=True, slots=True)
class Folding(Nesting):
    """All boxes of a graph, the innermost box of each node (-1: none), and the boxes that are closed at first."""

    closed: list[int]

    def hidden_in(self) -> list[int]:
        """The outermost closed box around each node; -1 for a node that is seen."""
        closed = set(self.closed)
        return [[-1, *(box for box in self.outwards(inner) if box in closed)][-1] for inner in self.innermost]


def initial_folding(picture: Snapshot) -> Folding:
    """Decide on the boxes of a graph; up to `FOLD_ABOVE` nodes all are open."""
    nesting = module_boxes(picture)
    if len(picture.nodes) <= FOLD_ABOVE:
        return Folding(nesting.boxes, nesting.innermost, [])
    _box_alike_leaves(picture, nesting)
    _box_behind_names(picture, nesting)
    if nesting.contents()[-1] > CROWDED:
        _box_levels(picture, nesting)
    return Folding(nesting.boxes, nesting.innermost, _closed_at_first(nesting, picture.root))


def _box_alike_leaves(picture: Snapshot, nesting: Nesting) -> None:
    """Leaves of one role in one place, used in the same places: the weights of a wide neuron, the inputs of a net."""
    # Where each node stands as its operands see it: the outermost box around it, or a number of its own.
    places = [nesting.outermost(box) if box >= 0 else -2 - index for index, box in enumerate(nesting.innermost)]
    alike: dict[tuple[int, str, frozenset[int]], list[int]] = {}
    for node in picture.nodes:
        box = nesting.innermost[node.index]
        if node.is_leaf and not (box >= 0 and nesting.boxes[box].kind == "examples"):
            users = frozenset(places[edge.target] for edge in picture.outgoing[node.index])
            alike.setdefault((nesting.innermost[node.index], node.role, users), []).append(node.index)
    for (parent, role, _), leaves in alike.items():
        if len(leaves) >= ALIKE:
            # The title tells the last steps of the labels: w0, where layers.0.neurons.1 stands around the box already.
            names = list(dict.fromkeys(picture.nodes[i].label.rpartition(".")[2] for i in leaves))
            title = ", ".join(names) if len(names) <= FEW_NAMES else f"{names[0]} … {names[-1]}"
            for index in leaves:
                nesting.innermost[index] = len(nesting.boxes)
            nesting.boxes.append(Box(title if all(names) else f"{role}s", parent, "leaves"))


def _box_behind_names(picture: Snapshot, nesting: Nesting) -> None:
    """What leads to one named node and to nothing else goes into a box with it; the output counts as named."""
    # From the output down: a node belongs to the owner of its users if that is the same one for all of them.
    owner = [-1] * len(picture.nodes)
    for node in reversed(picture.nodes):
        index, box = node.index, nesting.innermost[node.index]
        if box >= 0 and not (node.is_leaf and nesting.boxes[box].kind == "leaves"):
            continue
        owners = {owner[edge.target] for edge in picture.outgoing[index]}
        if (node.label and not node.is_leaf) or index == picture.root:
            owner[index] = index
        elif len(owners) == 1:
            owner[index] = owners.pop()
    owned: dict[int, list[int]] = {}
    for index, named in enumerate(owner):
        if named >= 0:
            owned.setdefault(named, []).append(index)
    for named, nodes in owned.items():
        if WORTH_A_BOX <= len(nodes) <= len(owner) / 2:  # one box around nearly everything tells nothing
            nesting.enclose(nodes, picture.nodes[named].label or "output", "behind")


def _box_levels(picture: Snapshot, nesting: Nesting) -> None:
    """Cut what stands outside of the modules into stretches of levels with about as many nodes each."""
    outermost = [nesting.outermost(box) for box in nesting.innermost]
    outside = [i for i, box in enumerate(outermost) if box < 0 or nesting.boxes[box].kind != "module"]
    if outermost[picture.root] < 0:
        outside.remove(picture.root)  # the output is always to be seen
    # A box stays whole: all of it stands at the highest level inside.
    highest: dict[int, int] = {}
    for i in outside:
        if outermost[i] >= 0:
            highest[outermost[i]] = max(highest.get(outermost[i], 0), picture.levels[i])
    level = {i: highest.get(outermost[i], picture.levels[i]) for i in outside}
    # Levels are added to a stretch until it holds its share of the nodes.
    widths = Counter(level.values())
    stretches: list[list[int]] = [[]]
    size = 0
    for number in sorted(widths):
        if size >= len(outside) / STRETCHES:
            stretches.append([])
            size = 0
        stretches[-1].append(number)
        size += widths[number]
    for first, *rest in stretches:
        last = rest[-1] if rest else first
        title = f"levels {first} to {last}" if rest else f"level {first}"
        nesting.enclose([i for i in outside if first <= level[i] <= last], title, "levels")


def _closed_at_first(nesting: Nesting, root: int) -> list[int]:
    """All boxes, but the outermost modules stay open where the boxes inside them are few enough to be seen at once.

    So do the modules around the output, unless they hold too much: a page that hides its output tells little.
    """
    boxes, contents = nesting.boxes, nesting.contents()
    modules = {number for number, box in enumerate(boxes) if box.kind == "module"}
    around_output = {box for box in nesting.outwards(nesting.innermost[root]) if contents[box] <= FEW} & modules
    # The outermost modules with modules inside, and how many things are seen once these are open.
    outer = {box for box in {boxes[number].parent for number in modules} & modules if boxes[box].parent < 0}
    seen = contents[-1] - len(outer) + sum(contents[box] for box in outer)
    opened = around_output | (outer if seen <= FEW else set())
    return [number for number in range(len(boxes)) if number not in opened]


def foldings(picture: Snapshot, most: int) -> Iterator[tuple[Nesting, list[int]]]:
    """Nestings with the boxes to close, for a still picture: from all open to all closed.

    Skipped is what shows more than `most` nodes and boxes; the last one comes in any case.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> w = Value(0.5, label="w")
    >>> errors = [(w * Value(float(i), label=f"x{i}") - 1.0) ** 2 for i in range(100)]
    >>> nesting, closed = next(foldings(snapshot(sum(errors)), 60))
    >>> [nesting.boxes[box].title for box in closed]
    ['98 more examples']
    """
    nesting = module_boxes(picture)
    folding: tuple[Nesting, list[int]] = (nesting, [])
    if len(picture.nodes) <= most:
        yield folding
    # What is many times the same goes first, then modules from the inside out, then whatever there is.
    nesting = Nesting(nesting.boxes[:], nesting.innermost[:])
    _box_examples(picture, nesting)
    _box_alike_leaves(picture, nesting)
    alike = [number for number, box in enumerate(nesting.boxes) if box.kind != "module"]
    steps = [(nesting, alike)]
    heights = [0] * len(nesting.boxes)
    for number in range(len(nesting.boxes) - 1, -1, -1):
        parent = nesting.boxes[number].parent
        if parent >= 0 and nesting.boxes[number].kind == "module":
            heights[parent] = max(heights[parent], heights[number] + 1)
    modules = [number for number, box in enumerate(nesting.boxes) if box.kind == "module"]
    for height in range(max(heights, default=-1) + 1 if modules else 0):
        steps.append((nesting, alike + [number for number in modules if heights[number] <= height]))
    whole = Nesting(nesting.boxes[:], nesting.innermost[:])
    _box_behind_names(picture, whole)
    steps.append((whole, [*range(len(whole.boxes))]))
    if whole.contents()[-1] > CROWDED:
        whole = Nesting(whole.boxes[:], whole.innermost[:])
        _box_levels(picture, whole)
        steps.append((whole, [*range(len(whole.boxes))]))
    # Boxes of labels that are no modules can be wide, or lead to each other in a circle: levels never do.
    levels = Nesting([], [-1] * len(picture.nodes))
    _box_levels(picture, levels)
    steps.append((levels, [*range(len(levels.boxes))]))
    for folding in steps:
        if _seen(*folding) <= most or folding is steps[-1]:
            yield folding


def _seen(nesting: Nesting, closed: list[int]) -> int:
    """How many nodes and closed boxes are seen."""
    shut = set(closed)
    hides = [
        [-1, *(box for box in nesting.outwards(number) if box in shut)][-1] for number in range(len(nesting.boxes))
    ]
    hidden = [hides[inner] if inner >= 0 else -1 for inner in nesting.innermost]
    return hidden.count(-1) + len(set(hidden) - {-1})


def _box_examples(picture: Snapshot, nesting: Nesting) -> None:
    """Of many terms of one sum that are computed alike, all but the first two: the examples of a loss.

    What they give to modules is one box, and what comes after these another, so that neither is on both sides.
    """
    terms, spine = _terms(picture)
    if len(terms) < ALIKE:
        return
    # Whose each node is: that of its users, if they are all of one term.
    owner = [-1] * len(picture.nodes)
    for place, term in enumerate(terms):
        owner[term] = place
    feeds = [False] * len(picture.nodes)
    for node in reversed(picture.nodes):
        index, uses = node.index, picture.outgoing[node.index]
        owners = {owner[edge.target] for edge in uses}
        if owner[index] < 0 and len(owners) == 1:
            owner[index] = owners.pop()
        feeds[index] = any(feeds[edge.target] or nesting.innermost[edge.target] >= 0 for edge in uses)
    own: list[list[int]] = [[] for _ in terms]
    for index, place in enumerate(owner):
        if place >= 0:
            own[place].append(index)
    shapes = [tuple(sorted((picture.nodes[i].op, picture.nodes[i].role) for i in nodes)) for nodes in own]
    shape, count = Counter(shapes).most_common(1)[0]
    if count < ALIKE or not any(op for op, _ in shape):
        return
    folded = [place for place, other in enumerate(shapes) if other == shape][SHOWN:]
    roles = Counter(role for op, role in shape if not op)
    works = any(nesting.innermost[index] >= 0 for index in own[folded[0]])
    word = "examples" if works or roles["input"] or roles["constant"] > 1 else "terms"
    nodes = [index for place in folded for index in own[place] if nesting.innermost[index] < 0]
    # The sums of what is folded go with it.
    inside = set(nodes)
    for index in sorted(spine):
        if index not in picture.outputs and any(edge.source in inside for edge in picture.incoming[index]):
            inside.add(index)
    before = [index for index in nodes if feeds[index]]
    for part, title in ((before, f"{len(before):,} inputs: of {len(folded):,} more {word}"),
                        (sorted(inside.difference(before)), f"{len(folded):,} more {word}")):  # fmt: skip
        if part:
            nesting.enclose(part, title, "examples")


def _terms(picture: Snapshot) -> tuple[list[int], set[int]]:
    """The terms of the sum that the root is, or is a multiple of, in their order; and the nodes that add them up."""
    terms: list[int] = []
    spine: set[int] = set()
    seen: set[int] = set()  # a sum of sums that share their terms has as many ways down as paths
    stack = [picture.root]
    while stack:
        index = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        node, operands = picture.nodes[index], [edge.source for edge in picture.incoming[index]]
        constant = [picture.nodes[i].is_leaf and picture.nodes[i].role == "constant" for i in operands]
        if node.op in SUMS or (node.op in ("*", "/", "neg") and sum(constant) == len(operands) - 1):
            spine.add(index)
            stack += [i for i, is_constant in zip(operands, constant, strict=True) if not is_constant][::-1]
        else:
            terms.append(index)
    return terms, spine
