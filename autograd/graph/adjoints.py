"""Derivatives over a frozen graph, by sweeps: every edge is used once, however many paths there are.

`.grad` says what all `backward()` calls so far have left behind; after two of them, or none, it is not the derivative
of this output. So pictures, pages and explanations sweep the local derivatives of their snapshot.

One sweep, worked out for y = a · a − a at a = 3. The adjoint of a node is ∂y/∂node; each row shows all three after the
node on the left has passed its own on to its operands:

             a    v1   y
    start    0    0    1
    y       -1    1    1     1 · 1 for v1, 1 · (−1) for a
    v1       5    1    1     1 · 3 for a, twice: a · a has two edges from a

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0, label="a")
    >>> adjoints(snapshot(a * a - a))
    [5.0, 1.0, 1.0]

The order of a sweep decides in which order floats are added, so it decides the last bit of a sum. `adjoints` goes down
the numbers of the nodes; `gradients` follows `backward_order`, the engine's own, and agrees with it to the last bit.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from autograd.engine.many.flat import chain as chain
from autograd.graph.snapshot import Edge, Snapshot

Total = TypeVar("Total", int, float)


def contribution(adjoint: float, edge: Edge) -> float:
    """What an edge adds to the adjoint of its operand, from the adjoint of its result: a term of `sweep`."""
    return chain(adjoint, edge.local_grad)


def unchanged(number: int, _: Edge) -> int:
    """The term of `sweep` that counts paths: as many lead on through each edge as arrive."""
    return number


def sweep(
    picture: Snapshot,
    order: Iterable[int],
    totals: list[Total] | dict[int, Total],
    term: Callable[[Total, Edge], Total],
) -> None:
    """For each node in this order, results before operands, add a term to the total of every operand of it."""
    for index in order:
        total = totals[index]
        # Most nodes lie beside the paths or under a factor of 0: there is nothing to pass on from there.
        if total != 0 and (total == total or picture.graph.passes(index)):
            for edge in picture.incoming[index]:
                totals[edge.source] += term(total, edge)


def adjoints(
    picture: Snapshot, target: int | None = None, *, size: bool = False, order: Sequence[int] | None = None
) -> list[float]:
    """∂target/∂node for every node, by one sweep back from the target; by default from the root.

    With `size`, every local derivative counts by its absolute value: the sum over paths of |product|, a measure of how
    much cancels in the derivative. `order` holds the nodes to go through, operands first; by default all, by number.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> adjoints(snapshot(a * a - a)), adjoints(snapshot(a * a - a), size=True)
    ([5.0, 1.0, 1.0], [7.0, 1.0, 1.0])
    """
    # Nodes above the target get nothing: the sweep begins there, with ∂target/∂target = 1.
    return picture.graph.adjoints(picture.root if target is None else target, size, order)


def gradients(picture: Snapshot, order: Sequence[int]) -> list[float]:
    """∂output/∂node for every node, with 0 where no gradient is taken, summed in the given order.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> picture = snapshot(a * 2.0)
    >>> adjoints(picture), gradients(picture, backward_order(picture))  # 2.0 is a constant
    ([2.0, 3.0, 1.0], [2.0, 0.0, 1.0])
    """
    # A constant has a derivative too, but `backward()` stores none in it.
    pairs = zip(picture.nodes, adjoints(picture, order=order), strict=True)
    return [adjoint if node.requires_grad else 0.0 for node, adjoint in pairs]


def backward_order(picture: Snapshot) -> list[int]:
    """The computed nodes that take a gradient, operands before results, in the order in which the engine sorts them.

    The order matters where several results pass something on to one operand: a sum of floats depends on it.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(2.0)
    >>> backward_order(snapshot((a * a).tanh()))
    [1, 2]
    """
    nodes, incoming = picture.nodes, picture.incoming
    order: list[int] = []
    opened, closed = bytearray(len(nodes)), bytearray(len(nodes))
    # A stack in place of a recursion: graphs can be deeper than Python's calls.
    stack = [picture.root] if not picture.output.is_leaf and picture.output.requires_grad else []
    while stack:
        index = stack[-1]
        # Met again with all operands behind it: the node is next. One pushed twice is on the stack still, but closed.
        if opened[index]:
            stack.pop()
            if not closed[index]:
                closed[index] = 1
                order.append(index)
            continue
        # Met for the first time: it stays on the stack, below its operands. The last operand is visited first, as
        # in the engine.
        opened[index] = 1
        for edge in incoming[index]:
            operand = nodes[edge.source]
            if not operand.is_leaf and operand.requires_grad and not closed[edge.source]:
                stack.append(edge.source)
    return order


def tangents(picture: Snapshot, source: int) -> list[float]:
    """∂node/∂source for every node, by one sweep forward from the source.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> tangents(snapshot(a * a - a), 0)
    [1.0, 6.0, 5.0]
    """
    return picture.graph.tangents(source)


def flows(picture: Snapshot, source: int) -> list[float]:
    """What every edge carries of the derivative of the root by the source: the sum over the paths through that edge.

    Flow is conserved like water: what enters a node leaves it, and every cut between source and root carries the
    whole derivative.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> flows(snapshot(a * a - a), 0)
    [3.0, 3.0, 6.0, -1.0]
    """
    # A path through an edge is a path from the root to its upper end, the edge, and a path from its lower end down.
    forward, back = tangents(picture, source), adjoints(picture)
    passes = picture.graph.passes
    return [
        chain(contribution(up, edge), forward[edge.source]) if up == up or passes(edge.target) else 0.0
        for edge, up in [(edge, back[edge.target]) for edge in picture.edges]
    ]


def path_counts(picture: Snapshot) -> list[int]:
    """How many paths lead from each node to the output, exactly.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> path_counts(snapshot(a * a - a))
    [3, 1, 1]
    """
    return picture.graph.path_counts(picture.root)
