"""Pass: where the square of a number is computed, its third and fourth powers are computed from that."""

from __future__ import annotations

from autograd.program.passes.graph import Graph


def share_squares(graph: Graph) -> Graph:
    """Replace x³ by x²·x and x⁴ by (x²)², where there is x².

    That is how NumPy code for these powers is written anyway, so that their values stay the same, bit by bit.

    >>> from autograd import Value
    >>> from autograd.program.passes.walk import read_graph
    >>> x = Value(3.0)
    >>> print(share_squares(read_graph([x**4 + x**2], [x]).graph).describe())
    #4 = **(#0, 2.0)
    #2 = **(#4, 2.0)
    #5 = +(#2, #4)
    """
    powers = {i: _exponent(graph, i) for i in graph.order if graph.ops[i] == "**"}
    squares = {graph.operands[i][0]: i for i, n in powers.items() if n == 2.0}
    if not any(n in (3.0, 4.0) and graph.operands[i][0] in squares for i, n in powers.items()):
        return graph
    new = graph.copy()
    order: dict[int, None] = {}
    for i in graph.order:
        base = graph.operands[i][0]
        if i in powers and powers[i] in (3.0, 4.0) and base in squares:
            square = squares[base]
            order[square] = None  # it may come later in the graph
            if powers[i] == 3.0:
                new.ops[i], new.operands[i] = "*", (square, base)
            else:
                new.operands[i] = (square, new.literal(2.0))
        order[i] = None
    return new.with_order(list(order))


def _exponent(graph: Graph, i: int) -> float | None:
    exponent = graph.operands[i][1]
    return graph.leaves[exponent].value if graph.is_literal(exponent) else None
