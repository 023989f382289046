"""Read-only questions about a recorded graph: its order, leaves, levels, and how many paths there are.

Everything here walks with an explicit stack and in operand order: deep graphs are fine, results are deterministic.
"""

from collections.abc import Iterable

from autograd.engine.value import Value


def topological_order(root: Value | Iterable[Value]) -> list[Value]:
    """Every node below the root (or roots), operands before results, each once.

    Raises TypeError if a root is not a Value.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [v.label or v.op for v in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    roots = [root] if isinstance(root, Value) else list(root)
    for given in roots:
        if not isinstance(given, Value):
            raise TypeError(f"a graph starts at a Value, got {given!r} ({type(given).__name__})")
    order: list[Value] = []
    done: set[Value] = set()
    stack: list[tuple[Value, bool]] = [(given, False) for given in reversed(roots)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            if node not in done:
                done.add(node)
                order.append(node)
        elif node not in done:
            operands = node.operands
            if operands:
                stack.append((node, True))
                stack.extend([(operand, False) for operand in reversed(operands) if operand not in done])
            else:
                done.add(node)
                order.append(node)
    return order


def leaves(root: Value) -> list[Value]:
    """The nodes that were given and not computed, constants among them, in topological order.

    >>> x = Value(2.0, label="x")
    >>> [v.label or v.data for v in leaves(x * 3 + x)]
    ['x', 3.0]
    """
    return [node for node in topological_order(root) if node.is_leaf]


def parameters(root: Value) -> list[Value]:
    """The leaves whose role is "parameter", in topological order."""
    return [node for node in topological_order(root) if node.role == "parameter"]


def levels(root: Value) -> dict[Value, int]:
    """How many operations lie between each node and the leaves, at most: 0 for a leaf.

    >>> x = Value(2.0)
    >>> y = x * x + x
    >>> levels(y)[y]
    2
    """
    level: dict[Value, int] = {}
    for node in topological_order(root):
        level[node] = 1 + max((level[operand] for operand in node.operands), default=-1)
    return level


def count_paths(root: Value, leaf: Value) -> int:
    """How many different paths lead from a node up to the root, exactly, by adding up along the order.

    Raises TypeError if one of the two is no Value.

    >>> x = Value(1.0)
    >>> y = x
    >>> for _ in range(100):
    ...     y = y + y
    >>> count_paths(y, x) == 2**100
    True
    """
    if not isinstance(leaf, Value):
        raise TypeError(f"count_paths() goes from a Value to a Value, got {leaf!r} ({type(leaf).__name__})")
    count: dict[Value, int] = {}
    for node in topological_order(root):
        count[node] = 1 if node is leaf else sum(count[operand] for operand in node.operands)
    return count[root]
