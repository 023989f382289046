"""Passes: what is made of literals alone becomes a literal, equal nodes become one, what nothing needs goes."""

from __future__ import annotations

from autograd.engine import ops
from autograd.program.passes.graph import LITERAL, Graph

# x op number, for which the result is x itself, with slope 1: exactly, for nan, infinities and -0.0 too.
_NEUTRAL_RIGHT = {"*": 1.0, "/": 1.0, "**": 1.0, "-": 0.0}
_NEUTRAL_LEFT = {"*": 1.0}


def fold(graph: Graph) -> Graph:
    """Compute what does not depend on any leaf but literals; replace x·1, x/1, x¹ and x − 0 by x.

    >>> from autograd import Value
    >>> from autograd.program.passes.walk import read_graph
    >>> x = Value(3.0)
    >>> print(fold(read_graph([(x * 1.0) * (Value(2.0, role="constant") ** 3)], [x]).graph).describe())
    #6 = *(#0, 8.0)
    """
    same = {i: graph.literal(leaf.value) for i, leaf in graph.leaves.items() if leaf.kind == LITERAL}  # none is new
    if not same:
        return graph
    new = graph.copy()
    order: list[int] = []
    for i in graph.order:
        operands = graph.operands[i]
        for a in operands:
            if a in same:
                new.operands[i] = operands = tuple([same.get(a, a) for a in operands])
                break
        else:
            order.append(i)
            continue
        if all(new.is_literal(a) for a in operands):
            row = ops.TABLE[graph.ops[i]]
            values = [new.leaves[a].value for a in operands]
            same[i] = new.literal(float(row.value(ops.FLOATS, values, graph.settings.get(i, ()))))
        elif (k := _neutral(new, i, operands)) is not None:
            same[i] = operands[k]
        else:
            order.append(i)
    return new.with_order(order, tuple([same.get(i, i) for i in graph.outputs]))


def _neutral(graph: Graph, i: int, operands: tuple[int, ...]) -> int | None:
    """Which operand the result is the same as, if it is."""
    if len(operands) == 2:
        for k, neutral in ((0, _NEUTRAL_RIGHT), (1, _NEUTRAL_LEFT)):
            other = operands[1 - k]
            if graph.is_literal(other) and repr(graph.leaves[other].value) == repr(neutral.get(graph.ops[i])):
                return k
    return None


def drop_dead(graph: Graph) -> Graph:
    """Keep the computed nodes that the outputs depend on.

    >>> from autograd import Value
    >>> from autograd.program.passes.walk import read_graph
    >>> x = Value(1.0)
    >>> y, unused = x.exp(), x.sin()
    >>> recorded = read_graph([y, unused]).graph
    >>> len(recorded.order), len(drop_dead(recorded.with_order(recorded.order, recorded.outputs[:1])).order)
    (2, 1)
    """
    alive = bytearray(len(graph))
    for i in graph.outputs:
        alive[i] = 1
    for i in reversed(graph.order):
        if alive[i]:
            for a in graph.operands[i]:
                alive[a] = 1
    return graph.with_order([i for i in graph.order if alive[i]])


def merge_equal(graph: Graph) -> Graph:
    """Make one node of those that apply the same operation to the same operands.

    >>> from autograd import Value
    >>> from autograd.program.passes.walk import read_graph
    >>> x, y = Value(3.0), Value(4.0)
    >>> print(merge_equal(read_graph([x * y + x * y], [x, y]).graph).describe())
    #2 = *(#0, #1)
    #4 = +(#2, #2)
    """
    same: dict[int, int] = {}
    known: dict[tuple[str, tuple[int, ...], tuple[float, ...]], int] = {}
    new = graph.copy()
    order: list[int] = []
    for i in graph.order:
        operands = graph.operands[i]
        if same:
            new.operands[i] = operands = tuple([same.get(a, a) for a in operands])
        first = known.setdefault((graph.ops[i], operands, graph.settings.get(i, ())), i)
        if first == i:
            order.append(i)
        else:
            same[i] = first
            if i in new.labels:
                new.labels.setdefault(first, new.labels[i])
    return new.with_order(order, tuple([same.get(i, i) for i in graph.outputs]))
