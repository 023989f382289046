"""The walk back of `Value.backward()`, which is the chain rule.

First the computed nodes below the root are linked, results before their operands; then each of them, in this order,
passes on to its operands local derivative · its own gradient. An example stands at `_link`.

This file runs as plain Python, and compiled by Cython (`backward.pxd` beside it gives the C types). Compiled, nodes are
plain pointers here: to count each passing reference to one takes a sixth of the walk's time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine.flags import LEAF, MEMBER, REQUIRES, WIDE
from autograd.engine.node import Extra, Node
from autograd.engine.state import check_gradient, check_stopped

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from node.pxd and memory.h
    from autograd.engine.node import pair_slope
    from autograd.engine.uncompiled import look_ahead

NOTHING = cython.cast("NodeFields *", None)  # where an operand is not there


def _to_meet(a: Any) -> bool:
    """Whether the walk has not met an operand yet and goes through it: computed, and taking a gradient."""
    return a is not NOTHING and a._left == 0 and a._code != LEAF and a._flags & REQUIRES != 0


def _wide_operand_to_meet(v: Node) -> Any:
    operands = cython.cast(Extra, v._extra).operands
    while v._left > 1:
        v._left -= 1
        operand = cython.cast(Node, operands[v._left - 1])
        if _to_meet(cython.cast("NodeFields *", operand)):
            return cython.cast("NodeFields *", operand)
    return NOTHING


def _meet(v: Node, above: Any) -> None:
    """Open a node: it remembers from where the walk came, and how many of its operands are to be looked at."""
    look_ahead(v)
    v._grad = 0.0
    v._left = 1 + (len(cython.cast(Extra, v._extra).operands) if v._flags & WIDE else 2)
    v._next = above


def _link(root: Node) -> None:
    """Link the computed nodes below `root` that take a gradient, from the root on, results before their operands.

    Depth first, without a stack: while an operand is looked into, its `_next` is the node that the walk came from, and
    once nothing is left there, the node that comes after it. Leaves are left out, so that threads with graphs of their
    own can share parameters.

        y = a·b,  a = x + x,  b = a·x        down y -> b -> a, then up: a, b before a, y before b:  y -> b -> a
    """
    v = cython.cast("NodeFields *", root)
    done = cython.NULL
    _meet(v, cython.NULL)
    while True:
        # The next operand to look into: of two, the second comes first.
        if v._flags & WIDE:
            a = _wide_operand_to_meet(v)
        else:
            a = NOTHING
            if v._left == 3:
                v._left = 2
                if _to_meet(v._b):
                    a = v._b
            if a is NOTHING and v._left == 2:
                v._left = 1
                if _to_meet(v._a):
                    a = v._a
        if a is not NOTHING:
            _meet(a, v)
            v = a
            continue
        # All operands stand in the list: v goes before them, and the walk back to where it came from.
        above = v._next
        v._next = done
        done = v
        if above is cython.NULL:
            return
        v = above


def _forget(root: Node) -> None:
    """After an exception in the middle of a walk, leave no trace of it: `_left` is 0 outside of walks."""
    stack = [root]
    while stack:
        v = stack.pop()
        if v._left != 0:
            v._left = 0
            v._next = cython.NULL
            stack.extend(v.operands)
            if v._flags & MEMBER:
                stack.append(v._b)


def walk_back(root: Node, seed: float, anomalies: bool) -> None:
    if root._code == LEAF:
        root._grad += seed
        return
    link = cython.NULL
    try:
        _link(root)
        root._grad = seed
        link = cython.cast("NodeFields *", root)
        while link is not cython.NULL:
            v = link
            look_ahead(v)
            v._left = 0
            link = v._next
            if anomalies:
                step_back(cython.cast(Node, v), True)
            else:
                _pass_back(v)
    except BaseException:
        _forget(root)
        while link is not cython.NULL:
            link._left = 0
            link = link._next
        raise


def step_back(v: Node, anomalies: bool) -> None:
    """The chain rule at one node, looked at before and after where `detect_anomaly()` is on."""
    if anomalies:
        for a, slope in zip(v.operands, v.local_grads, strict=True):
            check_stopped(a, slope, v, v._grad)
    _pass_back(cython.cast("NodeFields *", v))
    if anomalies and v._grad != 0.0:
        for a in v.operands:
            check_gradient(a, a._grad, v, v._grad)


def _pass_back(v: Node) -> None:
    """The chain rule at one node: every operand gets local derivative · grad of the node."""
    if v._grad == 0.0:
        return  # nothing arrives here, so nothing leaves: not even 0 · inf
    if v._flags & WIDE:
        _spread(cython.cast(Extra, v._extra), v._grad)
    elif v._flags & MEMBER and v._grad - v._grad != 0.0:
        _spread_pairs(cython.cast(Node, v))
    else:
        if v._a is not NOTHING:
            _send(v._a, v._da, v._grad)
        if v._b is not NOTHING:
            _send(v._b, v._db, v._grad)


def _spread(extra: Extra, grad: float) -> None:
    for i in range(len(extra.operands)):
        operand = cython.cast(Node, extra.operands[i])
        _send(cython.cast("NodeFields *", operand), extra.slopes[i], grad)


def _spread_pairs(v: Node) -> None:
    for i in range(len(v._b._extra.operands)):
        operand = cython.cast(Node, v._b._extra.operands[i])
        _send(cython.cast("NodeFields *", operand), pair_slope(v, i), v._grad)


def _send(a: Node, slope: float, grad: float) -> None:
    """operand.grad += local derivative · node.grad; a local derivative of exactly 0 stops even an infinite grad."""
    if a._flags & REQUIRES:
        part = slope * grad
        if part != part and slope == 0.0 and grad == grad:
            return
        a._grad += part
