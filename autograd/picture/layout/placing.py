"""Inside one box of a picture: the order within each column, then ports and heights; layered drawing.

Columns are given, vertices are sorted by the barycentre of their neighbours (Sugiyama, Tagawa and Toda 1981), and what
is numbered (neuron 0, 1, 2; x0, x1) keeps the order of its numbers within a column. Heights come last.

The graph p = a·b, q = b·c, s = p + q, with its leaves as they were met:

    columns                [a, c, b]   [q, p]   [s]     wires a-p, b-p, b-q, c-q, p-s, q-s: a-p and c-q cross b's
    after best_order       [a, b, c]   [p, q]   [s]     no crossing
    after set_heights      a above p, b between p and q, c below q, s in the middle: wires are nearly level

Everything here is laid out from left to right; a picture from top to bottom is the same one with its axes exchanged.
"""

from __future__ import annotations

import time
from bisect import bisect_right, insort
from dataclasses import dataclass, field
from math import inf

__all__ = ["Box", "Segment", "Vertex", "Wire", "best_order", "set_heights", "set_ports"]

ROW, WIRE_ROW = 14.0, 10.0  # between two things in a column, and where one of them is a wire that passes
ASIDE = 7.0  # from the middle, where a wire in another lane leaves
PORTS = 12.0  # between two wires that enter a box
ROUNDS = 16  # of sorting all columns; of a large box, whose crossings take long to count, fewer
PATIENCE = 4  # rounds without a better order


@dataclass(slots=True, eq=False)
class Box:
    """Something to place: a closed thing of a size, or an open box with `items` in it, whose size follows.

    `pitch` is the distance of the wires that enter it. `family` says which things are numbered together, and `number`
    their order. `title` is the room for a title of an open box.
    """

    key: str
    w: float = 0.0
    h: float = 0.0
    items: list[Box] | None = None
    pitch: float = 0.0
    family: str = ""
    number: tuple[int, ...] = ()
    title: float = 0.0
    x: float = 0.0
    y: float = 0.0
    ports: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Vertex:
    """What stands in a column: a box, a port on the border (with a key), or the bend of a wire that passes."""

    key: str
    box: Box | None
    rank: int = 0
    order: int = 0
    w: float = 0.0
    h: float = 0.0
    x: float = 0.0
    y: float = 0.0
    family: str = ""
    number: tuple[int, ...] = ()
    wish: float = 0.0
    weight: float = 0.0
    below: float = 0.0
    before: list[Segment] = field(default_factory=list)
    after: list[Segment] = field(default_factory=list)

    @property
    def is_bend(self) -> bool:
        """True for a wire that passes the column."""
        return not self.key


@dataclass(slots=True, eq=False)
class Wire:
    """A way inside one open box, from one vertex to another; `leave` and `enter` are heights on these.

    `aside` leaves beside the others."""

    a: Vertex
    b: Vertex
    source: str
    slot: int
    aside: bool = False
    leave: float = 0.0
    enter: float = 0.0
    back: bool = False
    bends: list[Vertex] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Segment:
    """A piece of a wire between neighbouring columns."""

    start: Vertex
    end: Vertex
    wire: Wire


Columns = list[list[Vertex]]


def best_order(columns: Columns, deadline: float) -> None:
    """Sort every column by where its neighbours stand, to and fro, and keep the order with the fewest crossings.

    Raises TimeoutError when the clock (`time.monotonic`) passes `deadline` on the way.
    """
    _first_order(columns)
    for column in columns:
        _keep_numbers(column)
    pieces = sum(len(v.after) for column in columns for v in column)
    rounds = 4 if pieces > 3000 else 8 if pieces > 600 else ROUNDS
    best, kept, since = _crossings(columns), [column[:] for column in columns], 0
    for turn in range(rounds):
        if best == 0 or since == PATIENCE:
            break
        if time.monotonic() > deadline:
            raise TimeoutError
        # One round to the right, by what stands before a vertex, the next to the left, by what comes after it.
        forward = turn % 2 == 0
        for column in columns[1:] if forward else columns[-2::-1]:
            _sort(column, forward, turn % 4 > 1)
        # A round may make things worse on its way to something better: the best order so far is remembered.
        crossed, since = _crossings(columns), since + 1
        if crossed < best:
            best, kept, since = crossed, [column[:] for column in columns], 0
    for column, order in zip(columns, kept, strict=True):
        column[:] = order
        _number(column)


def _first_order(columns: Columns) -> None:
    """Depth first from the results, operands in their order: a tree comes out without a crossing."""
    seen: set[int] = set()
    ordered: Columns = [[] for _ in columns]
    stack = [v for column in columns for v in column if not v.after][::-1]
    while stack:
        v = stack.pop()
        if id(v) not in seen:
            seen.add(id(v))
            ordered[v.rank].append(v)
            stack += [s.start for s in sorted(v.before, key=lambda s: s.wire.slot, reverse=True)]
    # What no result depends on keeps its place at the end.
    for column, order in zip(columns, ordered, strict=True):
        column[:] = order + [v for v in column if id(v) not in seen]
        _number(column)


def _number(column: list[Vertex]) -> None:
    for order, v in enumerate(column):
        v.order = order


def _keep_numbers(column: list[Vertex]) -> None:
    """Those of one family take the places that they have together in the order of their numbers.

    For x2, b, x0, x1 this is x0, b, x1, x2.
    """
    families: dict[str, list[int]] = {}
    for place, v in enumerate(column):
        if v.family:
            families.setdefault(v.family, []).append(place)
    for places in families.values():
        for place, v in zip(places, sorted((column[i] for i in places), key=lambda v: v.number), strict=True):
            column[place] = v
    _number(column)


def _spot(v: Vertex, side: str, wire: Wire) -> float:
    """Where a segment ends within a large box matters as much as which box it ends in."""
    if v.box is None or v.box.items is None:
        return v.order
    return v.order + 0.9 * (v.box.ports.get(f"{side} {wire.source}", v.h / 2) / v.h - 0.5)


def _sort(column: list[Vertex], forward: bool, turn_ties: bool) -> None:
    """By the mean of where the neighbours on one side stand.

    Ties are turned in every other pair of rounds, as two vertices with one mean may stand in the wrong order for ever.
    """
    for v in column:
        pieces = v.before if forward else v.after
        if pieces:
            spots = [_spot(s.start, "out", s.wire) if forward else _spot(s.end, "in", s.wire) for s in pieces]
            v.wish = sum(spots) / len(spots)
        else:
            v.wish = v.order
    column.sort(key=lambda v: (v.wish, -v.order if turn_ties else v.order))
    _keep_numbers(column)


def _crossings(columns: Columns) -> int:
    """Pairs of segments that cross, between all neighbouring columns: from top to bottom on the left, a wire crosses
    those before it that end further down on the right."""
    count = 0
    for column in columns:
        ends = sorted((_spot(v, "out", s.wire), _spot(s.end, "in", s.wire)) for v in column for s in v.after)
        seen: list[float] = []
        for _, end in ends:
            count += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return count


def set_ports(columns: Columns, wires: list[Wire]) -> None:
    """Where wires leave and enter: on the right at one height; on the left spread out, from top to bottom as they come.

    A thing that says its `pitch` has been made high enough for it.
    """
    for w in wires:
        w.leave, w.enter = w.a.h / 2, w.b.h / 2
        if w.a.box is not None:
            w.leave += ASIDE * w.aside
            if w.a.box.items is not None:
                w.leave = w.a.box.ports[f"out {w.source}"]
        if w.b.box is not None and w.b.box.items is not None:
            w.enter = w.b.box.ports[f"in {w.source}"]
    for column in columns:
        for v in column:
            if v.box is not None and v.box.items is None:
                entering = sorted(v.before, key=lambda s: (s.start.order, s.wire.slot))
                apart = v.box.pitch or min(PORTS, (v.h - 16) / max(1, len(entering) - 1))
                for place, s in enumerate(entering):
                    s.wire.enter = v.h / 2 + (place - (len(entering) - 1) / 2) * apart


def set_heights(columns: Columns) -> None:
    """Every vertex goes to where its wires are straight, as far as its neighbours in the column let it."""
    for column in columns:
        y = 0.0
        for v in column:
            v.y = y
            y += v.h + ROW
        # All columns are centred on one line, to begin with.
        for v in column:
            v.y -= y / 2
    # To the right, to the left, and in the end by both sides at once.
    size = sum(map(len, columns))
    for _ in range(2 if size > 1000 else 3 if size > 200 else 6):
        for column in columns:
            _pull(column, True, False)
        for column in reversed(columns):
            _pull(column, False, True)
    for _ in range(2):
        for column in columns:
            _pull(column, True, True)


def _pull(column: list[Vertex], before: bool, after: bool) -> None:
    """Each vertex wishes for the mean height of its wires' other ends.

    A wire that passes a column has a bend there, and a kink in the middle of a long wire is seen first: so wires
    between two bends pull six times as hard, wires at one bend twice (the priorities of Gansner et al. 1993 are 8, 2
    and 1).
    """
    for v in column:
        total, weight = 0.0, 0.0
        bend = not v.key
        if before:
            for s in v.before:
                start, wire = s.start, s.wire
                strength = (6 if bend else 2) if not start.key else 2 if bend else 1
                leave = start.y + (wire.leave if start is wire.a else 0.0)
                total += strength * (leave - (wire.enter if v is wire.b else 0.0))
                weight += strength
        if after:
            for s in v.after:
                end, wire = s.end, s.wire
                strength = (6 if bend else 2) if not end.key else 2 if bend else 1
                enter = end.y + (wire.enter if end is wire.b else 0.0)
                total += strength * (enter - (wire.leave if v is wire.a else 0.0))
                weight += strength
        v.wish = total / weight if weight else v.y
        v.weight = weight or 0.2
    _separate(column)


def _separate(column: list[Vertex]) -> None:
    """The heights closest to what each wishes (least squares), in this order, without overlap: pool adjacent violators.

    Two vertices, 20 high and 14 apart, that both wish for 0 become one block, and stand at -17 and 17.
    """
    below = 0.0
    blocks: list[tuple[float, float, int]] = []  # sum of wishes, weight, first member
    for i, v in enumerate(column):
        if i:
            above = column[i - 1]
            below += above.h + (ROW if above.key and v.key else WIRE_ROW)
        v.below = below
        # Less what lies above it, every vertex wishes for the height of the block it will be in. Blocks in the wrong
        # order become one, with the mean of their wishes.
        total, weight, first = v.weight * (v.wish - below), v.weight, i
        while blocks and blocks[-1][0] / blocks[-1][1] > total / weight:
            more, heavier, first = blocks.pop()
            total, weight = total + more, weight + heavier
        blocks.append((total, weight, first))
    ends = [first for _, _, first in blocks[1:]] + [len(column)]
    for (total, weight, first), end in zip(blocks, ends, strict=True):
        for v in column[first:end]:
            v.y = total / weight + v.below


def span(columns: Columns) -> tuple[float, float]:
    """The height of the highest and of the lowest thing."""
    low, high = inf, -inf
    for column in columns:
        for v in column:
            low, high = min(low, v.y), max(high, v.y + v.h)
    return (low, high) if low < high else (0.0, 0.0)
