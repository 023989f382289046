"""Operations over several operands, along one axis of a JAX array, by the rules that NumPy code has.

>>> import jax, jax.numpy as jnp
>>> largest = reduction("max", (), axis=0)
>>> jax.grad(largest)(jnp.array([1.0, 3.0, 3.0])).tolist()  # those that tie share the slope
[0.0, 0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp

from autograd.program.jax.names import VALUES, Names
from autograd.program.jax.rows import SLOPES, times
from autograd.program.source.reductions import FORWARD, LOCAL_DERIVATIVES


class ArrayReduction:
    """An operation on x along an axis, which stays with length 1; see `ReductionOf`. Each step is computed at once."""

    careful = True

    def __init__(self, x: Any, settings: tuple[float, ...], axis: int, xp: Names) -> None:
        self.x, self.settings, self.axis, self.xp = x, settings, axis, xp
        self.y: Any = None
        self.saved: dict[str, Any] = {}
        self.largest = float(jnp.finfo(x.dtype).max)

    @property
    def count(self) -> int:
        """How many operands."""
        return int(self.x.shape[self.axis])

    def write(self, value: Any) -> None:
        """Let y be this."""
        self.y = value

    def keep(self, label: str, like: Any, value: Any) -> Any:
        """Let saved[label] be this."""
        self.saved[label] = value
        return value

    def over(self, ufunc: str, a: Any) -> Any:
        """A reduction along k."""
        # What is only taken off again has no slope: softmax and logsumexp are the same for every number near the top.
        found = _OVER[ufunc](a, axis=self.axis, keepdims=True)
        return jax.lax.stop_gradient(found) if ufunc == "maximum" else found

    def first(self) -> Any:
        """The first operand."""
        return jax.lax.slice_in_dim(self.x, 0, 1, axis=self.axis)

    def square(self, a: Any) -> Any:
        """In one operation."""
        return a * a

    def others(self, a: Any) -> Any:
        """Running products from both sides; no division, so zeros are right."""
        a = jnp.moveaxis(a, self.axis, 0)
        one = jnp.ones_like(a[:1])
        left = jnp.cumprod(jnp.concatenate([one, a[:-1]]), axis=0)
        right = jnp.cumprod(jnp.concatenate([one, a[:0:-1]]), axis=0)
        return jnp.moveaxis(left * right[::-1], 0, self.axis)


def _length(a: Any, **how: Any) -> Any:
    """√(Σ a²) without squares that overflow; infinite beside nan too, as hypot has it."""
    a = jnp.abs(a)
    top = jnp.max(a, **how)
    scale = jnp.where((top > 0.0) & jnp.isfinite(top), top, 1.0)
    length = scale * jnp.sqrt(jnp.sum((a / scale) ** 2, **how))
    return jnp.where(jnp.any(jnp.isinf(a), **how), jnp.inf, length)


_OVER: dict[str, Callable[..., Any]] = {
    "add": jnp.sum, "multiply": jnp.prod, "hypot": _length, "maximum": jnp.max, "minimum": jnp.min,
}  # fmt: skip


@lru_cache
def reduction(op: str, settings: tuple[float, ...], axis: int) -> Callable[[Any], Any]:
    """One result of all operands, along this axis of the array that the function takes."""

    def computed(x: Any, xp: Names) -> ArrayReduction:
        r = ArrayReduction(x, settings, axis, xp)
        FORWARD[op](r)
        return r

    @jax.custom_jvp
    def function(x: Any) -> Any:
        return computed(x, VALUES).y.squeeze(axis)

    @function.defjvp
    def tangent(xs: Any, ts: Any) -> Any:
        r, y = computed(xs[0], SLOPES), function(xs[0])  # for the arrays that it keeps
        r.y = jnp.expand_dims(y, axis)
        return y, jnp.sum(times(LOCAL_DERIVATIVES[op](r), ts[0]), axis=axis)

    return function


def family(op: str, x: Any, axis: int) -> Any:
    """As many results as operands, of a softmax: JAX differentiates what computes them, with no matrix of all pairs."""
    r = ArrayReduction(x, (), axis, SLOPES)
    FORWARD[op](r)
    return r.y
