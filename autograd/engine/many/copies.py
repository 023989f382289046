"""Copies of recorded nodes: the same numbers, local derivatives and names over other operands; nothing is computed.

This file runs as plain Python, and compiled by Cython (`copies.pxd` beside it gives the C types).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.applying import node
from autograd.engine.flags import INLINE_A, INLINE_B, LEAF, MEMBER, MIRRORED, REQUIRES, SHARED, WIDE
from autograd.engine.value import Value
from autograd.support.text import got, short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from copies.pxd, arithmetic.pxd and memory.h
    from autograd.engine.arithmetic import binary, constant, extra_of, unary, wide
    from autograd.engine.uncompiled import new_slopes

    address = id


def copy_over(v: Value, over: Iterable[Value]) -> Value:
    """A node with the numbers and the name of v, over these operands.

    Raises TypeError for what is no Value, ValueError for fewer or more operands than v has.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(3.0)
    >>> y = copy_over(a * b, [b, b])
    >>> y.data, y.local_grads, y.operands == (b, b)
    (6.0, (3.0, 2.0), True)
    """
    if not isinstance(v, Value):
        raise TypeError(f"copy_over() takes a Value, got {got(v)}")
    operands = tuple(over)
    for a in operands:
        if not isinstance(a, Value):
            raise TypeError(f"an operand is a Value, got {got(a)}")
    n = len(v.operands)  # it makes leaves of plain numbers
    if len(operands) != n:
        raise ValueError(f"{len(operands)} operands for a copy of {short(v)}, which has {n}")
    if v._flags & MEMBER:
        return _finished(v, node(ops.ROWS[v._code], operands, v._data, v.local_grads, v.params))
    if v._flags & WIDE:
        return _copy_wide(v, operands)
    return _copy(v, operands[0] if n else None, operands[1] if n > 1 else None)


def _copy(v: Value, a: Any, b: Any) -> Value:
    """Of a leaf, or of a node of one or two operands."""
    if v._code == LEAF:
        copy = constant(v._data)
        copy._flags = v._flags & ~MIRRORED
        copy._label = v._label or ""
        copy._grad = v._grad
        return copy
    if b is None:
        return _finished(v, unary(a, v._data, v._da, v._code))
    copy = binary(a, b, v._data, v._da, v._db, v._code)
    if v._flags & MEMBER and copy._code != LEAF:  # as it is under no_grad()
        copy._flags |= MEMBER
        copy._extra = extra_of((), new_slopes(0), v._extra.params, "")
    return _finished(v, copy)


def _copy_wide(v: Value, operands: tuple[Value, ...]) -> Value:
    slopes = new_slopes(len(operands))
    for i in range(len(operands)):
        slopes[i] = v._extra.slopes[i]
    copy = wide(v._code, operands, v._data, slopes, v._extra.params)
    copy._flags |= v._flags & SHARED
    return _finished(v, copy)


def _finished(v: Value, copy: Value) -> Value:
    if copy._flags & REQUIRES and not v._flags & REQUIRES and not ops.ROWS[v._code].differentiable:
        copy._flags &= ~REQUIRES
    copy._grad, copy._label = v._grad, v._label
    return copy


def copy_graph(order: Iterable[Value], memo: dict[int, Any]) -> None:
    """Copy nodes, operands before results, into the memo of a `copy.deepcopy`; those in it have been copied before.

    Raises TypeError for what is no Value, KeyError where an operand is missing.
    """
    nodes = [*order]
    for each in nodes:
        if not isinstance(each, Value):
            raise TypeError(f"copy_graph() takes Values, got {got(each)}")
    copied: list[Any] = []
    for v in nodes:
        key = address(v)
        # What another object of the same deepcopy holds has been copied with that one, and stays shared.
        if key in memo:
            continue
        if v._flags & (INLINE_A | INLINE_B):
            v.operands  # noqa: B018  (it makes leaves of plain numbers)
        if v._flags & WIDE:
            memo[key] = _copy_wide(v, tuple([_copied(a, memo) for a in v._extra.operands]))
        else:
            a = None if v._a is None else _copied(v._a, memo)
            b = None if v._b is None else _copied(v._b, memo)
            memo[key] = _copy(v, a, b)
        copied.append(v)
    memo.setdefault(address(memo), []).extend(copied)  # as copy does: ids in the memo are those of living objects


def _copied(v: Value, memo: dict[int, Any]) -> Value:
    copy = memo[address(v)]
    if not isinstance(copy, Value):
        raise TypeError(f"the memo holds {got(copy)} for {short(v)}")
    # Checked just above; to mypy, a cast of Cython gives anything.
    return cython.cast(Value, copy)  # type: ignore[no-any-return]
