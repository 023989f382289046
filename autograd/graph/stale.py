"""Numbers that do not follow from those they were computed from: somebody set `.data` after the graph was recorded.

x = Value(2.0); y = x * 3.0; z = y + 1.0      x = 2, y = 6, z = 7
x.data = 5.0                                  x = 5, y = 6, z = 7: y does not follow from x; z follows from y
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from autograd.engine.flags import LEAF
from autograd.engine.ops import FLOATS, ROWS, TABLE
from autograd.graph.snapshot import Snapshot

NAMED = 3  # of the nodes in a sentence


def stale(picture: Snapshot, among: Iterable[int] | None = None) -> list[int]:
    """The nodes whose numbers do not follow from their operands: one of them, or a rule, was changed after recording.

    Only those `among` these are looked at, if they are given; a look takes 2 to 6 µs a node.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(1e-20)
    >>> y = x * x
    >>> stale(snapshot(y))
    []
    >>> x.data = 2e-20
    >>> stale(snapshot(y))
    [1]
    """
    graph = picture.graph
    node, edge, span, settings = graph.node, graph.edge, graph.span, graph.params
    found = []
    for index in range(graph.count) if among is None else among:
        _, code, _, data, _ = node(index)
        op = None if code == LEAF else TABLE.get(ROWS[code].name)
        if op is None:  # a leaf, or an operation of the user's that has been taken out of the table since
            continue
        edges = [edge(e) for e in range(*span(index))]
        if not edges:  # of a node that stands alone in its picture
            continue
        operands, own = [node(source)[3] for source, _, _, _ in edges], settings.get(index, ())
        try:
            value = op.value(FLOATS, operands, own)
            slopes = op.local(FLOATS, value, operands, own)
        except Exception:  # a rule of the user's may raise anything
            continue
        if not all(map(_same, [value, *slopes], [data, *[slope for _, _, _, slope in edges]])):
            found.append(index)
    return found


def stale_note(names: Sequence[str]) -> str:
    """The sentence about nodes of these names, which is none about none.

    >>> stale_note(["z", "y"])
    'z and y do not follow from their inputs: a number, or a rule, was changed since. Record the graph again.'
    >>> stale_note([])
    ''
    """
    if not names:
        return ""
    some = list(names[:NAMED]) + ([f"{len(names) - NAMED:,} more"] if len(names) > NAMED else [])
    several = len(some) > 1
    listed = f"{', '.join(some[:-1])} and {some[-1]} do" if several else f"{some[0]} does"
    inputs = "their inputs" if several else "its inputs"
    return f"{listed} not follow from {inputs}: a number, or a rule, was changed since. Record the graph again."


def _same(a: float, b: float) -> bool:
    """Equal up to rounding: the compiled engine may add what is added up in another order."""
    return a == b or (a != a and b != b) or math.isclose(a, b, rel_tol=1e-12)
