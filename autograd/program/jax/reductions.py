"""Operations over several operands, along the first axis of a JAX array, by the rules that NumPy code has.

>>> import jax, jax.numpy as jnp
>>> largest = reduction("max", ())
>>> jax.grad(largest)(jnp.array([1.0, 3.0, 3.0])).tolist()  # those that tie share the slope
[0.0, 0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp

from autograd.program.jax.names import VALUES, Names
from autograd.program.jax.rows import SLOPES, times
from autograd.program.source.reductions import FORWARD, LOCAL_DERIVATIVES


class ArrayReduction:
    """An operation on x, an array along k first; see `ReductionOf`. Each step of a rule is computed at once."""

    careful = True

    def __init__(self, x: Any, settings: tuple[float, ...], xp: Names) -> None:
        self.x, self.settings, self.xp = x, settings, xp
        self.y: Any = None
        self.saved: dict[str, Any] = {}
        self.largest = float(jnp.finfo(x.dtype).max)

    @property
    def count(self) -> int:
        """How many operands."""
        return int(self.x.shape[0])

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
        found = _OVER[ufunc](a)
        return jax.lax.stop_gradient(found) if ufunc == "maximum" else found

    def first(self) -> Any:
        """The first operand."""
        return self.x[0]

    def square(self, a: Any) -> Any:
        """In one operation."""
        return a * a

    def others(self, a: Any) -> Any:
        """Running products from both sides; no division, so zeros are right."""
        one = jnp.ones_like(a[:1])
        left = jnp.cumprod(jnp.concatenate([one, a[:-1]]), axis=0)
        right = jnp.cumprod(jnp.concatenate([one, a[:0:-1]]), axis=0)
        return left * right[::-1]


def _length(a: Any) -> Any:
    """√(Σ a²) without squares that overflow; infinite beside nan too, as hypot has it."""
    a = jnp.abs(a)
    top = jnp.max(a, axis=0)
    scale = jnp.where((top > 0.0) & jnp.isfinite(top), top, 1.0)
    length = scale * jnp.sqrt(jnp.sum((a / scale) ** 2, axis=0))
    return jnp.where(jnp.any(jnp.isinf(a), axis=0), jnp.inf, length)


_OVER: dict[str, Callable[[Any], Any]] = {
    "add": partial(jnp.sum, axis=0), "multiply": partial(jnp.prod, axis=0), "hypot": _length,
    "maximum": partial(jnp.max, axis=0), "minimum": partial(jnp.min, axis=0),
}  # fmt: skip


@lru_cache
def reduction(op: str, settings: tuple[float, ...]) -> Callable[[Any], Any]:
    """One result of all operands, along the first axis of the array that the function takes."""

    def computed(x: Any, xp: Names) -> ArrayReduction:
        r = ArrayReduction(x, settings, xp)
        FORWARD[op](r)
        return r

    @jax.custom_jvp
    def function(x: Any) -> Any:
        return computed(x, VALUES).y

    @function.defjvp
    def tangent(xs: Any, ts: Any) -> Any:
        r = computed(xs[0], SLOPES)  # for the arrays that it keeps
        r.y = function(xs[0])
        return r.y, jnp.sum(times(LOCAL_DERIVATIVES[op](r), ts[0]), axis=0)

    return function


def family(op: str, x: Any) -> Any:
    """As many results as operands, of a softmax: JAX differentiates what computes them, with no matrix of all pairs."""
    r = ArrayReduction(x, (), SLOPES)
    FORWARD[op](r)
    return r.y
