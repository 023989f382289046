"""Read-only questions about a recorded graph: its order, leaves, levels, and how many paths there are.

The walks themselves are the engine's, see `autograd.engine.many`: without recursion, so deep graphs are fine, and in
operand order, so results are deterministic.

In this room: `snapshot` freezes a graph; `adjoints` sweeps over a frozen graph for derivatives and counts; `paths` and
`strongest` see it as paths; `boxes` finds neurons and layers by labels; `stale` finds numbers that do not follow from
their inputs; `labels` names nodes; `copying` copies and pickles live graphs; `nested` takes the arguments of functions
apart and puts their derivatives together.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from autograd.engine.many.flat import FlatGraph
from autograd.engine.many.order import places_of, topological
from autograd.engine.value import Value
from autograd.support.settings import check_list
from autograd.support.text import got

__all__ = ["count_paths", "leaves", "levels", "parameters", "topological_order"]

Place = TypeVar("Place", bound=Hashable)


def topological_order(root: Value | Iterable[Value]) -> list[Value]:
    """Every node below the root (or roots), operands before results, each once.

    Raises TypeError if a root is not a Value.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [v.label or v.op for v in topological_order(a * b + a)]
    ['a', 'b', '*', '+']
    """
    roots = [root] if isinstance(root, Value) else check_list("topological_order", "root", root, "a Value or a list")
    for start in roots:
        if not isinstance(start, Value):
            raise TypeError(f"a graph starts at a Value, got {got(start)}")
    return topological(roots)


def leaves(root: Value) -> list[Value]:
    """The nodes that no operation computed, constants among them, in topological order.

    >>> x = Value(2.0, label="x")
    >>> [v.label or v.data for v in leaves(x * 3 + x)]
    ['x', 3.0]
    """
    return [node for node in topological_order(_one("leaves", root)) if node.is_leaf]


def parameters(root: Value) -> list[Value]:
    """The leaves whose role is "parameter", in topological order."""
    return [node for node in topological_order(_one("parameters", root)) if node.role == "parameter"]


def levels(root: Value) -> dict[Value, int]:
    """How many operations lie between each node and the leaves, at most: 0 for a leaf.

    >>> x = Value(2.0)
    >>> y = x * x + x
    >>> levels(y)[y]
    2
    """
    order = topological_order(_one("levels", root))
    return dict(zip(order, FlatGraph(order).levels(), strict=True))


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
        raise TypeError(f"count_paths() goes from a Value to a Value, got {got(leaf)}")
    order = topological_order(_one("count_paths", root))
    (place,) = places_of([leaf], order)
    return FlatGraph(order).count_paths(place, len(order) - 1) if place >= 0 else 0


def _one(owner: str, root: Value) -> Value:
    """The Value that a graph is of."""
    if not isinstance(root, Value):
        raise TypeError(f"{owner}: root must be a Value, the end of a graph, got {got(root)}")
    return root


def count_between(
    order: Iterable[Place], operands: Callable[[Place], Sequence[Place]], source: Place, target: Place
) -> int:
    """How many paths lead from the source up to the target, exactly; `order` holds results before operands.

    `FlatGraph.count_paths` does the same for nodes; this one serves stops, too. The source has no operands here.

    In y = a · a + a, the target y passes its 1 on to a · a and to a; a · a passes it on to a by both of its edges:

    >>> operands = {"y": ["a * a", "a"], "a * a": ["a", "a"], "a": []}
    >>> count_between(["y", "a * a", "a"], operands.__getitem__, "a", "y")
    3
    """
    counts = {target: 1}
    for node in order:
        below = operands(node)
        if below:
            # All results of this node are behind it, so its count is needed no more. Dropping it matters: a count of
            # 50,000 bits takes its room, and a deep graph has as many of them as nodes.
            number = counts.pop(node, 0)
            for operand in below:
                counts[operand] = counts.get(operand, 0) + number
    return counts.get(source, 0)
