"""A picture from left to right in several rows, as a text is: where it is cut, and how wires go on in the next row.

Cuts are where few wires cross them. A wire leaves its row on the right, turns, runs back between the rows, and turns
into the next row on the left; the turns of several wires lie inside of each other, so that none of them cross:

    a ─▶ b ─▶ c ─╮ ╮        the upper wire takes the outer turn on the right,
    ╭────────────┼─╯        the lower lane between the rows,
    │ ╭──────────╯          and the inner turn on the left:
    │ ╰▶ d ─▶ e             it enters above the other one
    ╰──▶ f
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf, sqrt

from autograd.picture.layout.placing import Segment, Vertex, span

__all__ = ["Rows", "cut", "into_rows", "turn"]

LANE, CORRIDOR = 9.0, 16.0  # from lane to lane between two rows, and from a row to the first lane
ROW_COST = 6.0  # wires that may cross one cut more, rather than that there be one row more
Span = tuple[float, float]


@dataclass(slots=True)
class Rows:
    """The last column of each row but the last; where all rows begin and end; and the lane of every wire at a cut."""

    cuts: list[int]
    left: float
    right: float
    lanes: dict[int, list[tuple[float, float]]] = field(default_factory=dict)  # by cut: height of the wire, of its lane

    def lane(self, column: int, height: float) -> float | None:
        """Where the wire that leaves a column at some height runs back, if there is a cut behind the column."""
        lanes = self.lanes.get(column)
        return None if lanes is None else min(lanes, key=lambda lane: abs(lane[0] - height))[1]


def turn(height: float) -> float:
    """How far a turn of this height reaches out: the higher, the further, so that one fits around the other."""
    return 5.0 + 3.0 * sqrt(abs(height))


def cut(columns: list[list[Vertex]], spans: Sequence[Span], room: float) -> list[int]:
    """The last columns of all rows but the last, of which none is wider than `room`; [] where that cannot be."""
    if not spans or spans[-1][1] - spans[0][0] <= room:
        return []
    # The best way to fill rows up to each column, by the best ways up to all columns before it.
    best, came = [0.0] + [inf] * len(spans), [0] * (len(spans) + 1)
    for end in range(1, len(spans) + 1):
        for start in range(end):
            width = spans[end - 1][1] - spans[start][0]
            if width <= room:
                crossed = len({(id(s.start), _leaves(s)) for v in columns[start - 1] for s in v.after}) if start else 0
                # Rows of one length look better than one that is nearly empty.
                cost = best[start] + crossed + ROW_COST * (1.0 + (1.0 - width / room) ** 2)
                if cost < best[end]:
                    best[end], came[end] = cost, start
    cuts, at = [], len(spans)
    while came[at] and best[-1] < inf:
        at = came[at]
        cuts.append(at - 1)
    return cuts[::-1]


def _leaves(s: Segment) -> float:
    return s.start.y + (s.wire.leave if s.start is s.wire.a else 0.0)


def into_rows(columns: list[list[Vertex]], spans: list[Span], cuts: list[int], margin: float) -> Rows:
    """Move columns, and where each of them begins and ends, into rows."""
    starts, ends = [0, *(last + 1 for last in cuts)], [*cuts, len(columns) - 1]
    exits = [sorted({_leaves(s) for v in columns[last] for s in v.after}) for last in ends]
    extents = [span(columns[start : end + 1]) for start, end in zip(starts, ends, strict=True)]
    # No turn is higher than a row and the lanes below or above it.
    highest = max(high - low for low, high in extents) + CORRIDOR + LANE * max(map(len, exits))
    left = margin + 0.75 * turn(highest)
    rows = Rows(
        cuts, left, left + max(spans[end][1] - spans[start][0] for start, end in zip(starts, ends, strict=True))
    )
    top = margin
    for start, end, (low, high), leaving in zip(starts, ends, extents, exits, strict=True):
        across, down = left - spans[start][0], top - low
        for rank in range(start, end + 1):
            spans[rank] = (spans[rank][0] + across, spans[rank][1] + across)
            for v in columns[rank]:
                v.x, v.y = v.x + across, v.y + down
        top += high - low + CORRIDOR
        if end in cuts:
            rows.lanes[end] = [(y + down, top + LANE * place) for place, y in enumerate(reversed(leaving))]
            top += LANE * len(leaving) + CORRIDOR
    return rows
