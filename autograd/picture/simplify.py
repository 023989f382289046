"""A graph without the steps that change nothing, which a derivative that is itself a graph is full of.

Recorded derivatives choose between rules by constants and keep factors of 1 and terms of 0. The derivative of 2x³ is

    2 · where(0, 0, 3 · x^2)    as it is recorded        2 · (3 · x^2)    as it is drawn

Only graphs with such a choice or a power of 0 or 1 are simplified: whoever writes `a * 1.0` sees it. A node with a
label stays, and no number of a node that stays is changed.

    >>> from autograd import Value, grad
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(0.5, label="x")
    >>> (slope,) = grad(2.0 * x**3, [x], create_graph=True)
    >>> recorded = snapshot(slope)
    >>> simple, numbers = simplified(recorded)
    >>> [node.op or node.data for node in recorded.nodes if node.op], [node.op for node in simple.nodes if node.op]
    (['**', '*', 'where', '*'], ['**', '*', '*'])
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import accumulate

from autograd.engine.flags import CONSTANT, LEAF
from autograd.engine.many.flat import FlatGraph, restored
from autograd.graph.snapshot import Edge, Node, Snapshot

__all__ = ["simplified"]


def simplified(picture: Snapshot) -> tuple[Snapshot, dict[int, int]]:
    """The graph without what changes nothing, and the new number of every node that is left or stood for."""
    nodes = [*picture.nodes]
    stands = list(range(len(nodes)))  # for each node, the one that is drawn in its place
    if not any(_is_sign(picture, node) for node in nodes):
        return picture, dict(enumerate(stands))
    # Operands come first, so what stands for them is known.
    for index, node in enumerate(nodes):
        if node.is_leaf or node.label or index in picture.outputs:
            continue
        operands = [stands[edge.source] for edge in picture.incoming[index]]
        constants = [nodes[i].data if _is_constant(nodes[i]) else None for i in operands]
        if None not in constants or (node.op == "*" and 0.0 in constants and node.data == 0.0):
            nodes[index] = replace(node, op="", symbol="", role="constant", requires_grad=False)
        elif (same := _same_as(node.op, constants)) is not None:
            stands[index] = operands[same]
    return _without(picture, nodes, stands)


def _is_constant(node: Node) -> bool:
    return node.is_leaf and node.role == "constant" and not node.label


def _is_sign(picture: Snapshot, node: Node) -> bool:
    """A choice that is made already, or a power of 0 or 1: what people hardly write, and recorded rules do."""
    operands = [picture.nodes[edge.source] for edge in picture.incoming[node.index]]
    if node.op == "where":
        return _is_constant(operands[0])
    return node.op == "**" and _is_constant(operands[1]) and operands[1].data in (0.0, 1.0)


def _same_as(op: str, constants: list[float | None]) -> int | None:
    """Which operand a result is equal to; None if it is a number of its own."""
    if op == "where" and constants[0] is not None:
        return 1 if constants[0] else 2
    if len(constants) != 2:
        return None
    left, right = constants
    if right == {"*": 1.0, "/": 1.0, "**": 1.0, "+": 0.0, "-": 0.0}.get(op):
        return 0
    return 1 if left is not None and left == {"*": 1.0, "+": 0.0}.get(op) else None


def _columns(picture: Snapshot, kept: tuple[Node, ...], edges: list[Edge], new: dict[int, int]) -> FlatGraph:
    """The same as arrays."""
    _, _, codes, flags, _, _, _, labels, params = picture.graph.__reduce__()[1]
    counts = Counter(edge.target for edge in edges)
    first = [0, *accumulate(counts[node.index] for node in kept)]
    folded = [node.is_leaf and codes[index] != LEAF for index, node in zip(new, kept, strict=True)]
    graph: FlatGraph = restored(
        first, [edge.source for edge in edges],
        [LEAF if is_folded else codes[index] for index, is_folded in zip(new, folded, strict=True)],
        [CONSTANT if is_folded else flags[index] for index, is_folded in zip(new, folded, strict=True)],
        [node.data for node in kept], [node.grad for node in kept], [edge.local_grad for edge in edges],
        {new[index]: label for index, label in labels.items() if index in new},
        {new[index]: own for index, own in params.items() if index in new and not kept[new[index]].is_leaf},
    )  # fmt: skip
    return graph


def _without(picture: Snapshot, nodes: list[Node], stands: list[int]) -> tuple[Snapshot, dict[int, int]]:
    """The snapshot of what the outputs still depend on, numbered anew."""
    needed = [False] * len(nodes)
    for index in picture.outputs:
        needed[index] = True
    for index in range(len(nodes) - 1, -1, -1):
        if needed[index] and not nodes[index].is_leaf:
            for edge in picture.incoming[index]:
                needed[stands[edge.source]] = True
    new = {index: number for number, index in enumerate(i for i in range(len(nodes)) if needed[i])}
    edges: list[Edge] = []
    for index in new:
        for edge in () if nodes[index].is_leaf else picture.incoming[index]:
            edges.append(replace(edge, index=len(edges), source=new[stands[edge.source]], target=new[index]))
    kept = tuple(replace(nodes[index], index=number) for index, number in new.items())
    outputs = tuple(new[index] for index in picture.outputs)
    return Snapshot(kept, tuple(edges), new[picture.root], _columns(picture, kept, edges, new), outputs), {
        index: new[stand] for index, stand in enumerate(stands) if stand in new
    }
