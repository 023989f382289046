"""A row of the table, applied to Values and plain numbers: `apply`; and what it records, `node`.

This file runs as plain Python, and compiled by Cython (`applying.pxd` beside it gives the C types).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.flags import REQUIRES
from autograd.engine.operation import Op
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython

    from autograd.engine.value import Value
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from arithmetic.pxd and memory.h
    from autograd.engine.arithmetic import as_value, binary, is_value, number, unary, wide
    from autograd.engine.uncompiled import new_slopes


def node(
    op: Op, operands: Sequence[Any], data: float, local_grads: Sequence[float], params: Sequence[float] = ()
) -> Value:
    """Record one node: the result `data` of `op` on operands (Values or plain numbers), with its local derivatives.

    Raises TypeError for an `op` that is no row of the table, ValueError unless there is one derivative an operand.
    """
    if not isinstance(op, Op) or not 0 <= op.index < len(ops.ROWS) or ops.ROWS[op.index] is not op:
        raise TypeError(f"node() takes a row of the table of operations, got {short(op)}")
    values = tuple([as_value(x) for x in operands])
    # A finished list: a sequence may lie about its length, and the walk back does not look again.
    numbers = [number(slope) for slope in local_grads]
    if len(numbers) != len(values):
        raise ValueError(f"{op.name}: {len(values)} operands but {len(numbers)} local derivatives")
    settings = tuple(params)
    y = number(data)
    if settings or len(values) > 2 or not values:
        slopes = new_slopes(len(numbers))
        for i in range(len(numbers)):
            slopes[i] = numbers[i]
        v = wide(op.index, values, y, slopes, settings)
    elif len(values) == 2:
        v = binary(values[0], values[1], y, numbers[0], numbers[1], op.index)
    else:
        v = unary(values[0], y, numbers[0], op.index)
    if not op.differentiable:
        v._flags &= ~REQUIRES
    return v


def apply(op: Op, operands: Sequence[Any], params: Sequence[float] = ()) -> Value | float:
    """Apply a row of the table: a node if any operand is a Value, a float if all are plain numbers."""
    numbers = [number(x) for x in operands]
    y = number(op.value(ops.FLOATS, numbers, params))
    for x in operands:
        if is_value(x):
            return node(op, operands, y, op.local(ops.FLOATS, y, numbers, params), params)
    return y


def apply_unary(a: Value, name: str) -> Value:
    row: Op = ops.TABLE[name]
    y = number(row.forward(ops.FLOATS, a._data))
    v = unary(a, y, number(row.derivatives[0](ops.FLOATS, y, a._data)), row.index)
    if not row.differentiable:
        v._flags &= ~REQUIRES
    return v
