"""The namespaces over which the rules of the table run on JAX's arrays.

`VALUES` computes: its `tanh` is `jax.numpy.tanh`. `SLOPES` computes what can be differentiated again by the table: its
`tanh` is the row tanh, so that the slopes of slopes are the engine's too. Numbers by themselves stay numbers.

>>> import jax.numpy as jnp
>>> float(VALUES.power(jnp.float32(3.0), 2.0)), VALUES.power(3.0, 2.0)
(9.0, 9.0)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.engine import ops, special
from autograd.program.source.numpy_names import SAME_IN_NUMPY

# What the table's namespace calls otherwise than its own row.
ROWS = {
    "divide": "/", "power": "**", "remainder": "%", "floor_divide": "//", "rint": "round", "arcsin": "asin",
    "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip

# ----- Where JAX has another name, or another answer at some number -----


def _truth(compare: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison as 1.0 and 0.0: sums and differences of truth values are none."""
    return lambda *xs: jnp.where(compare(*xs), 1.0, 0.0)


def _where(condition: Any, a: Any, b: Any) -> Any:
    return jnp.where(jnp.asarray(condition) != 0.0, a, b)


def _power(a: Any, b: Any) -> Any:
    # By multiplication where the exponent is a small whole number, as NumPy code has it.
    if isinstance(b, float) and b in (1.0, 2.0, 3.0, 4.0, -1.0, -2.0):
        power = a if abs(b) == 1.0 else a * a if abs(b) == 2.0 else a * a * a if b == 3.0 else (a * a) * (a * a)
        return power if b > 0.0 else 1.0 / power
    return jnp.power(a, b)


def _sign(x: Any) -> Any:
    return jnp.where(jnp.isnan(x), 0.0, jnp.sign(x))


def _remainder(a: Any, b: Any) -> Any:
    return jnp.where(jnp.isfinite(a), jnp.remainder(a, b), jnp.nan)


def _floor_divide(a: Any, b: Any) -> Any:
    # As Python divides: by the exact remainder, which a rounded quotient does not know.
    rest = jnp.fmod(a, b)
    quotient = (a - rest) / b - jnp.where((rest != 0.0) & ((b < 0.0) != (rest < 0.0)), 1.0, 0.0)
    whole = jnp.floor(quotient) + jnp.where(quotient - jnp.floor(quotient) > 0.5, 1.0, 0.0)
    signed = jnp.where(quotient == 0.0, jnp.copysign(0.0, a / b), whole)
    return jnp.where(b == 0.0, a / b, signed)


def _lgamma(x: Any) -> Any:
    return jnp.where(x == 0.0, jnp.inf, jax.scipy.special.gammaln(x))


def _polygamma(n: Any, x: Any) -> Any:
    """The engine's own function on the host, number by number: JAX's has no answers below 0."""
    n, x = jnp.broadcast_arrays(jnp.asarray(n, jnp.result_type(x)), x)
    result = jax.ShapeDtypeStruct(x.shape, x.dtype)
    return jax.pure_callback(_polygamma_on_host, result, n, x, vmap_method="broadcast_all")


def _polygamma_on_host(n: Any, x: Any) -> Any:
    with np.errstate(all="ignore"):  # nan and infinity are answers here
        return np.vectorize(special.polygamma, otypes=[x.dtype])(n, x)


OWN: dict[str, Callable[..., Any]] = {
    **{name: _truth(getattr(jnp, name)) for name in ("greater", "greater_equal", "equal", "isnan", "isfinite")},
    "where": _where, "power": _power, "sign": _sign, "remainder": _remainder, "floor_divide": _floor_divide,
    "erf": jax.scipy.special.erf, "lgamma": _lgamma, "polygamma": _polygamma, "digamma": partial(_polygamma, 0.0),
}  # fmt: skip

# ----- The namespaces -----


class Names:
    """The functions of one namespace; `row` gives that of a row of the table, where slopes are wanted."""

    inf, nan, pi = ops.FLOATS.inf, ops.FLOATS.nan, ops.FLOATS.pi

    def __init__(self, row: Callable[[ops.Op], Callable[..., Any]] | None = None) -> None:
        self.row = row

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Find a function of JAX, or a row."""
        if name.startswith("_"):
            raise AttributeError(name)
        on_floats, op = getattr(ops.FLOATS, name), ops.TABLE.get(ROWS.get(name, name))
        if self.row is not None and op is not None:
            on_arrays = self.row(op)
        elif name in OWN:
            on_arrays = OWN[name]
        elif name in SAME_IN_NUMPY:
            on_arrays = getattr(jnp, name)
        else:
            on_arrays = partial(ops.TABLE[name].forward, self)

        def either(*xs: Any) -> Any:
            if all(isinstance(x, (float, int)) for x in xs):
                return on_floats(*map(float, xs))
            # A choice that is known already is made here.
            if name == "where" and isinstance(xs[0], (float, int)):
                return xs[1] if xs[0] else xs[2]
            return on_arrays(*fitting(xs))

        setattr(self, name, either)  # from now on an attribute: __getattr__ runs once for each
        return either


def fitting(xs: Any) -> list[Any]:
    """Operands in which a number that float32 does not hold, such as the largest float64, is the largest it does."""
    largest = float(jnp.finfo(jnp.result_type(*[x for x in xs if not isinstance(x, (float, int))], jnp.float16)).max)
    return [
        math.copysign(largest, x) if isinstance(x, float) and largest < abs(x) < math.inf else x for x in xs
    ]  # fmt: skip


VALUES = Names()
