"""Passes: constant folding, elimination of common subexpressions and of dead code, and powers by way of squares.

>>> from autograd.program.passes.graph import Value, read_graph
>>> x, two = Value(3.0, label="x"), Value(2.0, role="constant")
>>> graph = read_graph([x * 1.0 + x ** (two + two) + x**2], [x]).graph
>>> print(graph.describe())
#2 = *(#0 x, 1.0)
#4 = +(2.0, 2.0)
#5 = **(#0 x, #4)
#6 = +(#2, #5)
#8 = **(#0 x, 2.0)
#9 = +(#6, #8)
>>> print(share_squares(fold_constants(graph)).describe())
#8 = **(#0 x, 2.0)
#5 = **(#8, 2.0)
#6 = +(#0 x, #5)
#9 = +(#6, #8)
"""

from __future__ import annotations

from autograd.engine import ops
from autograd.program.passes.graph import LITERAL, STOPS, Graph, Leaf

# x op number, for which the result is x itself, with slope 1: exactly, for nan, infinities and -0.0 too.
_NEUTRAL_RIGHT = {"*": 1.0, "/": 1.0, "**": 1.0, "-": 0.0}
_NEUTRAL_LEFT = {"*": 1.0}


def assume_finite(graph: Graph) -> Graph:
    """Leave out the questions whether a factor of 0 stops an infinite one: none does, where all numbers are finite.

    >>> from autograd import where
    >>> from autograd.program.passes.graph import Value, read_graph
    >>> from autograd.program.operations import stops
    >>> a, b = Value(3.0), Value(2.0)
    >>> graph = read_graph([where(stops(a, b), 0.0, a * b)]).graph
    >>> print(graph.describe())
    #2 = stops(#0, #1)
    #4 = *(#0, #1)
    #5 = where(#2, 0.0, #4)
    >>> print(fold_constants(assume_finite(graph)).describe())
    #4 = *(#0, #1)
    """
    asked = [i for i in graph.order if graph.ops[i] == STOPS]
    if not asked:
        return graph
    new = graph.copy()
    for i in asked:
        new.ops[i], new.operands[i], new.leaves[i] = "", (), Leaf(LITERAL, 0, 0.0)
    return new.with_order([i for i in graph.order if graph.ops[i] != STOPS])


def fold_constants(graph: Graph, choices: bool = True) -> Graph:
    """Compute what does not depend on any leaf but literals; replace x·1, x/1, x¹ and x − 0 by x, known choices too.

    >>> from autograd.program.passes.graph import Value, read_graph
    >>> x = Value(3.0)
    >>> print(fold_constants(read_graph([(x * 1.0) * (Value(2.0, role="constant") ** 3)], [x]).graph).describe())
    #6 = *(#0, 8.0)
    """
    # Node -> the node to use in its place. It begins with the literals: equal ones have one node, and none is new.
    same = {i: graph.literal(leaf.value) for i, leaf in graph.leaves.items() if leaf.kind == LITERAL}
    if not same:
        return graph
    new = graph.copy()
    order: list[int] = []
    for i in graph.order:
        operands = graph.operands[i]
        # Most nodes have no operand that was replaced: they stay as they are.
        if same.keys().isdisjoint(operands):
            order.append(i)
            continue
        new.operands[i] = operands = tuple([same.get(a, a) for a in operands])
        if all(new.is_literal(a) for a in operands):
            # The rule of the table computes the number, the one that the engine would have computed.
            row = ops.TABLE[graph.ops[i]]
            values = [new.leaves[a].value for a in operands]
            same[i] = new.literal(float(row.value(ops.FLOATS, values, graph.settings.get(i, ()))))
        elif (k := _neutral(new, i, operands, choices)) is not None:
            same[i] = operands[k]
        else:
            order.append(i)
    return new.with_order(order, tuple([same.get(i, i) for i in graph.outputs]))


def fold_but_choices(graph: Graph) -> Graph:
    """The same, but known choices stay: a nan that arrives at one is seen behind the branch that is not taken, too."""
    return fold_constants(graph, choices=False)


def _neutral(graph: Graph, i: int, operands: tuple[int, ...], choices: bool) -> int | None:
    """Which operand the result is the same as, if it is."""
    if choices and graph.ops[i] == "where" and graph.is_literal(operands[0]):
        return 1 if graph.leaves[operands[0]].value else 2
    if len(operands) == 2:
        for k, neutral in ((0, _NEUTRAL_RIGHT), (1, _NEUTRAL_LEFT)):
            other = operands[1 - k]
            # As text: -0.0 is not 0.0 here, because x - (-0.0) turns -0.0 into 0.0.
            if graph.is_literal(other) and repr(graph.leaves[other].value) == repr(neutral.get(graph.ops[i])):
                return k
    return None


def drop_dead(graph: Graph) -> Graph:
    """Dead code elimination: keep the computed nodes that the outputs depend on.

    >>> from autograd.program.passes.graph import Value, read_graph
    >>> x = Value(1.0)
    >>> y, unused = x.exp(), x.sin()
    >>> recorded = read_graph([y, unused]).graph
    >>> len(recorded.order), len(drop_dead(recorded.with_order(recorded.order, recorded.outputs[:1])).order)
    (2, 1)
    """
    alive = bytearray(len(graph))
    for i in graph.outputs:
        alive[i] = 1
    # Results come before their operands here, so one sweep marks everything.
    for i in reversed(graph.order):
        if alive[i]:
            for a in graph.operands[i]:
                alive[a] = 1
    return graph.with_order([i for i in graph.order if alive[i]])


def merge_equal(graph: Graph) -> Graph:
    """Common subexpression elimination: one node for all that apply the same operation to the same operands.

    >>> from autograd.program.passes.graph import Value, read_graph
    >>> x, y = Value(3.0), Value(4.0)
    >>> print(merge_equal(read_graph([x * y + x * y], [x, y]).graph).describe())
    #2 = *(#0, #1)
    #4 = +(#2, #2)
    """
    same: dict[int, int] = {}
    first_with: dict[tuple[str, tuple[int, ...], tuple[float, ...]], int] = {}
    new = graph.copy()
    order: list[int] = []
    for i in graph.order:
        # Operands are merged before their results, so equal results have equal operands by now.
        operands = graph.operands[i]
        if same:
            new.operands[i] = operands = tuple([same.get(a, a) for a in operands])
        first = first_with.setdefault((graph.ops[i], operands, graph.settings.get(i, ())), i)
        if first == i:
            order.append(i)
        else:
            same[i] = first
            if i in new.labels:  # a label is not lost with its node
                new.labels.setdefault(first, new.labels[i])
    return new.with_order(order, tuple([same.get(i, i) for i in graph.outputs]))


def share_squares(graph: Graph) -> Graph:
    """Replace x³ by x²·x and x⁴ by (x²)², where there is x².

    That is how NumPy code for these powers is written anyway, so that their values stay the same, bit by bit.

    >>> from autograd.program.passes.graph import Value, read_graph
    >>> x = Value(3.0)
    >>> print(share_squares(read_graph([x**4 + x**2], [x]).graph).describe())
    #4 = **(#0, 2.0)
    #2 = **(#4, 2.0)
    #5 = +(#2, #4)
    """
    # Node -> its exponent, for powers whose exponent is a number of the formula.
    exponents: dict[int, float] = {}
    for i in graph.order:
        if graph.ops[i] == "**" and graph.is_literal(graph.operands[i][1]):
            exponents[i] = graph.leaves[graph.operands[i][1]].value
    squares = {graph.operands[i][0]: i for i, n in exponents.items() if n == 2.0}
    higher = {i: n for i, n in exponents.items() if n in (3.0, 4.0) and graph.operands[i][0] in squares}
    if not higher:
        return graph
    new = graph.copy()
    order: dict[int, None] = {}  # a dict keeps the order, and takes each node once
    for i in graph.order:
        if i in higher:
            base = graph.operands[i][0]
            square = squares[base]
            order[square] = None  # it may come later in the graph
            if higher[i] == 3.0:
                new.ops[i], new.operands[i] = "*", (square, base)
            else:
                new.operands[i] = (square, new.literal(2.0))
        order[i] = None
    return new.with_order(list(order))
