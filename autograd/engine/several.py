"""Operations over several numbers that record more cheaply than their rows say: maximum, where, dot, softmax.

A dot or a where is one *wide* node of all its operands. n softmaxes of n operands keep two edges each, to their own
operand and to one wide node that they share; see `node.pair_slope`.

This file runs as plain Python, and compiled by Cython (`several.pxd` beside it gives the C types).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine import ops, rules
from autograd.engine.applying import apply
from autograd.engine.flags import MEMBER, SHARED, WIDE
from autograd.engine.value import Value

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from arithmetic.pxd and memory.h
    from autograd.engine.arithmetic import (
        any_requires,
        as_value,
        bare,
        extra_of,
        maximum_of,
        maximum_with,
        number,
        under_modes,
        wide,
    )
    from autograd.engine.uncompiled import new_slopes

MAXIMUM, WHERE, DOT = (ops.TABLE[name].index for name in ("maximum", "where", "dot"))
SOFTMAX, LOG_SOFTMAX, LOGSUMEXP = (ops.TABLE[name].index for name in ("softmax", "log_softmax", "logsumexp"))
UNGUARDED = (0.0,)  # the setting of logsumexp that softmax wants


def maximum(a: Any, b: Any) -> Any:
    """The larger of two, as in the row of that name."""
    if isinstance(a, Value):
        return maximum_of(a, b) if isinstance(b, Value) else maximum_with(a, number(b), False)
    if isinstance(b, Value):
        return maximum_with(b, number(a), True)
    return apply(ops.ROWS[MAXIMUM], (a, b))


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition is not 0, else b; both are recorded, and the branch not taken gets no gradient.

    Derivative: 1 for the branch taken, 0 for the other and for the condition. While a function is traced for
    compilation, write the condition as a function: `where(greater(x, 0.0), a, b)`.

    >>> from autograd import Value, where
    >>> x = Value(0.0)
    >>> y = where(x > 0, x.sqrt(), 0.0)
    >>> y.backward()
    >>> y.data, x.grad
    (0.0, 0.0)
    """

    if not (isinstance(a, Value) or isinstance(b, Value) or isinstance(condition, Value)):
        return apply(ops.ROWS[WHERE], (condition, a, b))
    operands = (_value_of(condition), _value_of(a), _value_of(b))
    taken = 1 if cython.cast(Value, operands[0])._data != 0.0 else 2
    slopes = new_slopes(3)
    slopes[taken] = 1.0
    return wide(WHERE, operands, cython.cast(Value, operands[taken])._data, slopes, ())


def _value_of(x: Any) -> Value:
    # Without a cast C would look at the type again.
    return cython.cast(Value, x) if isinstance(x, Value) else as_value(x)


def dot_node(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Value:
    """One node for bias + Σ weights[i]·inputs[i]; bias may be None.

    Raises ValueError unless there are as many weights as inputs.
    """
    factors = [*weights]
    n = len(factors)  # of the finished list: a sequence may lie about its length
    factors += inputs
    if len(factors) != 2 * n:
        raise ValueError(f"dot: {n} weights but {len(factors) - n} inputs; there must be as many of each")
    if bias is not None:
        factors.append(bias)
    operands = tuple([_value_of(x) for x in factors])
    slopes = new_slopes(len(operands))
    return wide(DOT, operands, _dot(operands, slopes, n), slopes, ())


def _dot(operands: tuple[Value, ...], slopes: Any, n: int) -> float:
    total = 0.0
    if len(operands) > 2 * n:
        a = operands[2 * n]
        total = a._data
        slopes[2 * n] = 1.0
    for i in range(n):
        a = operands[i]
        b = operands[n + i]
        slopes[i] = b._data
        slopes[n + i] = a._data
        total += a._data * b._data
    return total


def softmax_nodes(xs: Sequence[Any], logs: bool) -> list[Any]:
    """softmax or log_softmax of all, e^(xₖ - s) or xₖ - s with s = ln Σ e^(xⱼ): floats if all of xs are, else nodes.

    Each shows all xs as operands, with the local derivatives of its row. It keeps two: xₖ and s, a node that all of
    them share; see `node.pair_slope`.
    """
    given = [*xs]
    numbers = [number(x) for x in given]
    s, shares, logarithms = rules.softmaxes(ops.FLOATS, numbers)
    results: list[Any] = logarithms if logs else shares
    for x in given:
        if isinstance(x, Value):
            break
    else:
        return results
    operands = tuple([_value_of(x) for x in given])
    slopes = new_slopes(len(operands))
    for i in range(len(operands)):
        slopes[i] = shares[i]
    flags = any_requires(operands)
    shared: Value = bare(None, None, s, 0.0, 0.0, LOGSUMEXP, flags | WIDE | SHARED)
    shared._extra = extra_of(operands, slopes, UNGUARDED, "")
    nodes = []
    for k in range(len(operands)):
        y = results[k]
        c = 1.0 if logs else y
        v: Value = bare(operands[k], shared, y, c, -c, LOG_SOFTMAX if logs else SOFTMAX, flags | MEMBER)
        v._extra = extra_of((), new_slopes(0), (float(k),), "")
        nodes.append(under_modes(v))
    return nodes
