"""`topological`: every node below some roots, operands before results; and where nodes stand in such an order.

This file runs as plain Python, and compiled by Cython (`order.pxd` beside it gives the C types), with the same results.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.flags import INLINE_A, INLINE_B, LEAF, MEMBER, SHARED, WIDE
from autograd.engine.node import shared_by
from autograd.engine.value import Value
from autograd.support.text import got

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython


def topological(roots: Iterable[Any], shared: bool = False) -> list[Any]:
    """Every node below these, operands before results, each once: depth first, by the order of the operands.

    With `shared`, nodes that softmaxes share stand in front of the first of these; see `node.pair_slope`.

    >>> from autograd import Value, softmax
    >>> [v.op for v in topological(softmax([Value(0.0), Value(0.0)]), shared=True)]
    ['', '', 'logsumexp', 'softmax', 'softmax']

    Raises TypeError for what is no Value.
    """
    starts = [*roots]
    check_values("topological", starts)
    while True:
        order: list[Any] = []
        folded: list[Any] = []
        # Plain Python may turn to another thread anywhere, and would leave marks for it to find.
        if not cython.compiled or not _walk(starts, order, folded):
            order = _walk_beside(starts)
            folded = []
        if not folded:
            return order if shared else _without_shared(order)
        # Plain numbers became leaves just now, and are part of the order.
        for v in folded:
            v.operands  # noqa: B018  (reading it makes the leaves)


def check_values(name: str, values: list[Any]) -> None:
    for v in values:
        if not isinstance(v, Value):
            raise TypeError(f"{name}() takes Values, got {got(v)}")


def _without_shared(order: list[Any]) -> list[Any]:
    for v in order:
        if v._flags & SHARED:
            return [v for v in order if not v._flags & SHARED]
    return order


def operand(v: Value, k: int) -> Any:
    if v._flags & MEMBER:
        v = v._b
    if v._flags & WIDE:
        return cython.cast(Value, v._extra.operands[k])
    return v._a if k == 0 else v._b


def operand_count(v: Value) -> int:
    """How many operands a node has whose plain numbers are leaves by now."""
    if v._flags & MEMBER:
        v = v._b
    if v._flags & WIDE:
        return len(v._extra.operands)
    if v._code == LEAF:
        return 0
    return 1 if v._b is None else 2


def _walk(roots: list[Any], order: list[Any], folded: list[Any]) -> bool:
    """The walk with its marks in the nodes; False, and nothing marked, where a walk back has left its own.

    No code of anybody else runs in between. A walk back may stand still meanwhile: its nodes have `_left` above 0. Here
    that is 1 + the operands looked at while a node is open, and then -1; an open node is never met, for there are no
    circles. `_next` of an open node is the one that the walk came from.

    `folded` takes the nodes that hold a plain number in place of a leaf.
    """
    done = False
    v = None
    try:
        for root in roots:
            if root._left < 0:
                continue
            if root._left > 0:
                return False
            v = root
            v._next = cython.NULL
            v._left = 1
            while v is not None:
                k = v._left - 1
                if v._flags & (INLINE_A | INLINE_B) and k == 0:
                    folded.append(v)
                # What softmaxes share has the operands that each of them shows: n steps in place of n².
                alone = v._flags & MEMBER != 0
                if k < (1 if alone else operand_count(v)):
                    v._left += 1
                    a = v._b if alone else operand(v, k)
                    if a is None or a._left < 0:  # a plain number, or a node that the order has
                        continue
                    if a._left > 0:
                        return False
                    a._left = 1
                    a._next = cython.cast("NodeFields *", v)
                    v = a
                    continue
                order.append(v)
                v._left = -1
                above = v._next
                v = None if above is cython.NULL else cython.cast(Value, above)
        done = True
    finally:
        while not done and v is not None:
            v._left = 0
            above = v._next
            v = None if above is cython.NULL else cython.cast(Value, above)
        unmark(order, len(order))
    return True


def unmark(order: list[Any], count: int) -> None:
    for i in range(count):
        v = order[i]
        v._left = 0


def _walk_beside(roots: list[Any]) -> list[Any]:
    """The same walk with its marks beside the nodes: 10 times as slow, and nothing to be in the way of."""
    order: list[Any] = []
    done: set[Any] = set()
    # What a recursion would do before and after its calls: True marks a node whose operands are all above it.
    stack: list[tuple[Any, bool]] = [(start, False) for start in reversed(roots)]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue  # a node with two uses can be on the stack twice; the first visit counts
        shared = shared_by(node)
        operands = () if expanded else node.operands if shared is None else (shared,)
        if operands:
            # Reversed, because the stack gives back last what went on it first.
            stack.append((node, True))
            stack.extend([(operand, False) for operand in reversed(operands) if operand not in done])
        else:
            done.add(node)
            order.append(node)
    return order


def places_of(values: Sequence[Any], order: list[Any]) -> list[int]:
    """At which place of a list each of these nodes stands, -1 for none; `list.index` would ask nodes for their `==`."""
    if order is None:
        raise TypeError("places_of() takes a list of nodes, got None")
    if len(values) == 1:
        sought = values[0]
        for i in range(len(order)):
            if order[i] is sought:
                return [i]
        return [-1]
    number = {id(v): i for i, v in enumerate(order)}
    return [number.get(id(v), -1) for v in values]
