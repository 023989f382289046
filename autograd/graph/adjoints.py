"""The walk back over a snapshot: in which order the engine visits the nodes, and what arrives at each.

`.grad` says what all `backward()` calls so far have left behind; after two of them, or none, it is not the derivative
of this output. The page shows derivatives, so it sweeps the frozen local derivatives itself, with the engine's rules
and in the engine's order: the sums come out the same to the last bit.
"""

from autograd.graph.snapshot import Snapshot


def backward_order(picture: Snapshot) -> list[int]:
    """The computed nodes that take a gradient, operands before results, in the order in which the engine sorts them.

    The order matters where several results send something to one operand: a sum of floats depends on it.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(2.0)
    >>> backward_order(snapshot((a * a).tanh()))
    [1, 2]
    """
    nodes, incoming = picture.nodes, picture.incoming
    order: list[int] = []
    opened, closed = bytearray(len(nodes)), bytearray(len(nodes))
    stack = [picture.root] if not picture.output.is_leaf and picture.output.requires_grad else []
    while stack:
        index = stack[-1]
        if opened[index]:
            stack.pop()
            if not closed[index]:
                closed[index] = 1
                order.append(index)
            continue
        opened[index] = 1
        for edge in incoming[index]:
            operand = nodes[edge.source]
            if not operand.is_leaf and operand.requires_grad and not closed[edge.source]:
                stack.append(edge.source)
    return order


def gradients(picture: Snapshot, order: list[int]) -> list[float]:
    """∂output/∂node for every node, 0 where no gradient is taken; a factor of exactly 0 stops even inf and nan.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> frozen = snapshot(a * a)
    >>> gradients(frozen, backward_order(frozen))
    [6.0, 1.0]
    """
    grads = [0.0] * len(picture.nodes)
    grads[picture.root] = 1.0 if picture.output.requires_grad else 0.0
    for index in reversed(order):
        grad = grads[index]
        if grad == 0.0:
            continue
        for edge in picture.incoming[index]:
            if picture.nodes[edge.source].requires_grad:
                part = edge.local_grad * grad
                if part != part and edge.local_grad == 0.0 and grad == grad:
                    continue
                grads[edge.source] += part
    return grads


def path_counts(picture: Snapshot) -> list[int]:
    """How many paths lead from each node to the output, exactly, by one sweep."""
    counts = [0] * len(picture.nodes)
    counts[picture.root] = 1
    for index in range(picture.root, -1, -1):
        for edge in picture.incoming[index]:
            counts[edge.source] += counts[index]
    return counts
