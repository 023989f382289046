"""From Values to the intermediate representation: one walk over a recorded graph."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograd.engine import ops
from autograd.engine.value import Value
from autograd.program.passes.graph import GIVEN, INPUT, LITERAL, PARAMETER, Graph, Leaf


@dataclass(frozen=True, slots=True)
class Recorded:
    """A graph and the Values behind its leaves: `parameters[p]` is the leaf PARAMETER number p, and so on."""

    graph: Graph
    inputs: list[Value]
    parameters: list[Value]
    givens: list[Value]


def read_graph(outputs: Sequence[Value], inputs: Sequence[Value] = (), parameters: Sequence[Value] = ()) -> Recorded:
    """Read the graph below `outputs`. `inputs` are fed per example; `parameters` come first among the parameters.

    Every other leaf is a parameter if it takes a gradient, given if not, and a literal if its role is "constant".

    Raises TypeError if something is not a Value, ValueError if an input or one of `parameters` is computed, or listed
    twice.

    >>> x, w = Value(1.0, label="x"), Value(2.0, label="w")
    >>> print(read_graph([(x * w + 1.0).tanh()], [x]).graph.describe())
    #2 = *(#0 x, #1 w)
    #4 = +(#2, 1.0)
    #5 = tanh(#4)
    """
    inputs, parameters = _list_of(inputs, "inputs"), _list_of(parameters, "parameters")
    columns = _numbered(inputs, "input", {})
    places = _numbered(parameters, "parameter", columns)
    order, operands, number = _walk(outputs)
    names = [v.op for v in order]
    graph = Graph(names, operands, {}, [], tuple([number[id(v)] for v in outputs]), len(order))
    graph.labels.update((i, label) for i, label in enumerate([v.label for v in order]) if label)
    wide = {name for name, row in ops.TABLE.items() if row.variadic}
    found, givens = list(parameters), list[Value]()
    for i, name in enumerate(names):
        if operands[i]:
            graph.order.append(i)
            if name in wide and order[i].params:
                graph.settings[i] = order[i].params
        else:
            graph.leaves[i] = _leaf(order[i], columns, places, found, givens)
            names[i] = ""  # the sum of nothing is computed, but of no operand
    for i, leaf in graph.leaves.items():
        if leaf.kind == LITERAL:
            graph.literals.setdefault(struct.pack("d", leaf.value), i)
    return Recorded(graph, inputs, found, givens)


def _leaf(v: Value, columns: dict[int, int], places: dict[int, int], found: list[Value], givens: list[Value]) -> Leaf:
    if id(v) in columns:
        return Leaf(INPUT, columns[id(v)])
    if id(v) in places:
        return Leaf(PARAMETER, places[id(v)])
    if v.requires_grad:
        found.append(v)
        return Leaf(PARAMETER, len(found) - 1)
    if v.role in ("constant", "result"):
        return Leaf(LITERAL, 0, v.data)
    givens.append(v)
    return Leaf(GIVEN, len(givens) - 1)


def _list_of(given: Iterable[Value], what: str) -> list[Value]:
    if isinstance(given, Value):
        raise TypeError(f"{what} is a list of Values, got {given!r}: write {what}=[...] around it")
    return list(given)


def _numbered(leaves: Sequence[Value], kind: str, others: dict[int, int]) -> dict[int, int]:
    """The places of these leaves by their ids; `others` are the inputs already numbered."""
    places: dict[int, int] = {}
    for k, v in enumerate(leaves):
        if not isinstance(v, Value):
            raise TypeError(f"{kind} {k} is no Value but {v!r} ({type(v).__name__}): list Values as {kind}s")
        if not v.is_leaf:
            raise ValueError(f"{kind} {k}, {v!r}, is computed: list the leaves that it is made of")
        if id(v) in places:
            raise ValueError(f"{kind} {k}, {v!r}, is listed twice: it was number {places[id(v)]} already")
        if id(v) in others:
            raise ValueError(f"{kind} {k}, {v!r}, is input {others[id(v)]} too: it can only be one of them")
        places[id(v)] = k
    return places


def _walk(outputs: Sequence[Value]) -> tuple[list[Value], list[tuple[int, ...]], dict[int, int]]:
    """All nodes, operands first; their operands by number; and the number of each id.

    The order is that of `graph.topological_order`; this asks each node once for its operands, and keeps numbers.
    """
    order: list[Value] = []
    operands: list[tuple[int, ...]] = []
    number: dict[int, int] = {}
    stack: list[tuple[Value, tuple[Value, ...]]] = []
    for v in reversed(outputs):
        if not isinstance(v, Value):
            raise TypeError(f"an output is a Value, got {v!r} ({type(v).__name__})")
        stack.append((v, ()))
    while stack:
        v, of = stack.pop()
        if of:
            if id(v) not in number:  # all operands have their numbers by now
                number[id(v)] = len(order)
                order.append(v)
                operands.append(tuple([number[id(a)] for a in of]))
            continue
        if id(v) in number:
            continue
        of = v.operands
        open_: list[tuple[Value, tuple[Value, ...]]] = []
        for a in of:
            if id(a) not in number:
                if open_ or not a.is_leaf:
                    open_.append((a, ()))
                else:
                    number[id(a)] = len(order)
                    order.append(a)
                    operands.append(())
        if open_:
            stack.append((v, of))
            stack.extend(reversed(open_))
        else:
            number[id(v)] = len(order)
            order.append(v)
            operands.append(tuple([number[id(a)] for a in of]))
    return order, operands, number
