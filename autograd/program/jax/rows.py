"""A row of the table as a function of JAX arrays: its value rule, and its derivative rules as the way to differentiate.

What JAX would make of a value rule by itself has other slopes at kinks and ties: for |x| at 0, max(a, b) at a tie.

>>> import jax
>>> from autograd.engine import ops
>>> relu = row_function(ops.TABLE["relu"])
>>> float(jax.grad(relu)(0.0)), float(jax.grad(lambda x: row_function(ops.TABLE["maximum"])(x, 1.0))(1.0))
(0.0, 0.5)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
from jax.custom_derivatives import SymbolicZero
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from autograd.engine.operation import Op
from autograd.program.jax.names import VALUES, Names, fitting
from autograd.support.text import short

# ----- A factor of exactly 0 stops an infinite one -----


def _stopped(slope: Any, t: Any) -> Any:
    stops = (t == 0.0) | ((slope == 0.0) & ~jnp.isnan(t))
    return jnp.where(stops, 0.0, slope * t)


def _stopped_in_batches(operands: Any, axes: Any) -> tuple[Any, int]:
    """What `vmap` makes of it: the axis of the batch first, in both factors."""
    size = next(x.shape[axis] for x, axis in zip(operands, axes, strict=True) if axis is not None)
    slope, t = [
        jnp.broadcast_to(x, (size, *x.shape)) if axis is None else jnp.moveaxis(x, axis, 0)
        for x, axis in zip(operands, axes, strict=True)
    ]
    return _TIMES.bind(slope, t), 0


# The engine's product of a slope and a gradient: a branch not taken adds nothing, not even 0 · inf. It is linear in
# both factors, as a product is, but JAX can only be told that of a primitive: what `where` does with t is not linear.
_TIMES = Primitive("times")
_TIMES.def_impl(jax.jit(_stopped))
_TIMES.def_abstract_eval(lambda slope, t: t)
mlir.register_lowering(_TIMES, mlir.lower_fun(_stopped, multiple_results=False))
batching.primitive_batchers[_TIMES] = _stopped_in_batches
ad.defbilinear(_TIMES, lambda g, slope, t: _TIMES.bind(t, g), lambda g, slope, t: _TIMES.bind(slope, g))


def times(slope: Any, t: Any) -> Any:
    """slope · t, but 0 where a factor is exactly 0; the slope may be a number by itself.

    >>> float(times(jnp.inf * jnp.ones(()), jnp.zeros(()))), float(times(2.0, jnp.ones(())))
    (0.0, 2.0)
    """
    if isinstance(slope, (float, int)) and math.isfinite(slope):
        return t if slope == 1.0 else -t if slope == -1.0 else slope * t
    slope, t = jnp.broadcast_arrays(jnp.asarray(slope, t.dtype), t)
    return _TIMES.bind(slope, t)


# ----- Rows -----


_REMEDY = "write them over xp alone, as xp.where(xp.greater(x, 0.0), x, 0.0) for a choice"


class NotForJax(TypeError):
    """An operation of the user's own whose rule does not run over JAX's arrays."""


def row_function(op: Op) -> Callable[..., Any]:
    """The row as a function of arrays and numbers, which JAX differentiates by the rules of the row.

    Raises NotForJax for an operation whose rule is written for floats.
    """

    def call(*xs: Any) -> Any:
        xs = tuple(fitting(xs))
        # Numbers stay numbers, so that x² is a product and no power; as text, because 0.0 is -0.0 to a cache.
        numbers = tuple([repr(float(x)) if isinstance(x, (float, int)) else "" for x in xs])
        return _differentiable(op, numbers)(*[x for x in xs if not isinstance(x, (float, int))])

    return call


@lru_cache(maxsize=4096)
def _differentiable(op: Op, numbers: tuple[str, ...]) -> Callable[..., Any]:
    """The function of those operands of a row that are no numbers."""
    places = [j for j, number in enumerate(numbers) if not number]

    def operands(arrays: Sequence[Any]) -> list[Any]:
        left = iter(arrays)
        return [float(number) if number else next(left) for number in numbers]

    @jax.custom_jvp
    def function(*arrays: Any) -> Any:
        y = jnp.asarray(_by_rule(op, op.forward, VALUES, *operands(arrays)), jnp.result_type(*arrays))
        return jnp.broadcast_to(y, jnp.broadcast_shapes(*map(jnp.shape, arrays)))

    def tangent(arrays: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        y = function(*arrays)
        total = None
        for j, t in zip(places, tangents, strict=True):
            if isinstance(t, SymbolicZero):
                continue
            slope = _by_rule(op, op.derivatives[j], SLOPES, y, *operands(arrays))
            if not isinstance(slope, (float, int)) or slope != 0.0:
                part = times(slope, jnp.broadcast_to(t, y.shape))
                total = part if total is None else total + part
        return y, jnp.zeros_like(y) if total is None else total

    function.defjvp(tangent, symbolic_zeros=True)
    return function


def _by_rule(op: Op, rule: Callable[..., Any], xp: Names, *xs: Any) -> Any:
    try:
        return rule(xp, *xs)
    except (TypeError, AttributeError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise NotForJax(f"the rules of {short(op.name)} do not run over arrays of JAX ({reason}): {_REMEDY}") from error


SLOPES = Names(row_function)
