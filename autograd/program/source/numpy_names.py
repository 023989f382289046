"""The namespace over which the rules of the table give formulas in place of numbers: names as NumPy has them.

A derivative is written once, in the table. Run over floats it is the engine's; run over this namespace it is source
code. What NumPy lacks stands here as source, for the programs that need it:

>>> from autograd.program.source.formula import name
>>> x = name("x", "nb")
>>> print(XP.where(XP.greater(x, 0.0), XP.tanh(x), XP.cos(0.0)))
np.where(x > 0.0, np.tanh(x), 1.0)
>>> print(XP.sign(x), HELPERS["sign"])
sign(x)
def sign(x):
    return np.where(np.isnan(x), 0.0, np.sign(x))
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.engine import ops, special
from autograd.program.source.formula import Formula, Operand, call

# These have the same name and the same meaning in the table's namespace and in NumPy.
SAME_IN_NUMPY = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "ceil", "copysign",
    "cos", "cosh", "divide", "equal", "exp", "exp2", "expm1", "floor", "greater", "greater_equal", "hypot", "isfinite",
    "isnan", "log", "log10", "log1p", "log2", "maximum", "minimum", "remainder", "rint", "sin", "sinh", "sqrt", "tan",
    "tanh",
)  # fmt: skip

# ----- Functions that NumPy lacks: what `autograd.engine.ieee` has on floats -----

_SIGMOID = """
def sigmoid(x):
    z = np.exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, z) / (1.0 + z)
"""

_SIGN = """
def sign(x):
    return np.where(np.isnan(x), 0.0, np.sign(x))
"""

_FLOOR_DIVIDE = """
def floor_divide(a, b):
    return np.where(b != 0.0, np.floor_divide(a, b), np.divide(a, b))
"""

# Where an exponent is the same for a whole array, NumPy takes the square root for the power 0.5: nan at -inf, not inf.
_POWER = """
def power(a, b):
    return np.power(np.where((a == -np.inf) & (b == 0.5), np.inf, a), b)
"""

_ERF = """
erf = np.vectorize(math.erf, otypes=[float])
"""

_LGAMMA = """
def log_of_gamma(x):
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return math.inf

lgamma = np.vectorize(log_of_gamma, otypes=[float])
"""

_OTHERS = '''
def others(x):
    """For each of several factors (along the first axis) the product of all others; no division, so zeros are right."""
    one = np.ones_like(x[:1])
    left = np.cumprod(np.concatenate([one, x[:-1]]), axis=0)
    right = np.cumprod(np.concatenate([one, x[:0:-1]]), axis=0)
    return left * right[::-1]
'''

# The two of the careful source, in which factors of exactly 0 stop infinite and nan ones.
_TIMES = '''
def times(slope, g):
    """The product, but 0 where a factor is exactly 0: a branch not taken adds nothing, not even 0 times inf."""
    part = slope * g
    return np.where((g == 0.0) | ((slope == 0.0) & ~np.isnan(g)), 0.0, part)
'''

_SUM_OF_TIMES = '''
def sum_of_times(slopes, gs):
    """The sum of times(slope, g) over pairs along the first axes: a matrix product with `times` for each product."""
    total = 0.0
    for slope, g in zip(slopes, gs):
        total = total + times(slope, g)
    return total
'''

# Operations whose rules are written for floats: these alone make a program need chaingrad to run.
_OWN = """
from autograd.engine.ops import FLOATS, TABLE

RULES = dict(TABLE)  # as they are now: a name may be given to another operation later


def own_value(op, *xs):
    return np.vectorize(lambda *x: RULES[op].value(FLOATS, [float(v) for v in x]), otypes=[float])(*xs)


def own_slope(op, j, y, *xs):
    rule = RULES[op].derivatives[j]
    return np.vectorize(lambda *x: rule(FLOATS, *[float(v) for v in x]), otypes=[float])(y, *xs)
"""


def _polygamma() -> str:
    # The engine's own functions, as they stand: one source for both.
    code = "\n\n".join(inspect.getsource(f) for f in (special.digamma, special.hurwitz, special.polygamma))
    renamed = code.replace("polygamma(", "polygamma_of(")
    numbers = [f"{what} = {getattr(special, what)!r}" for what in ("_BERNOULLI", "_PARTS", "LARGEST_ORDER")]
    last = "polygamma = np.vectorize(polygamma_of, otypes=[float])"
    return "\n" + "\n".join(numbers) + "\n\n" + renamed + "\n\n" + last + "\n"


# The source of each helper; which others it calls; which of them need `import math`.
HELPERS: dict[str, str] = {
    "sigmoid": _SIGMOID, "sign": _SIGN, "floor_divide": _FLOOR_DIVIDE, "power": _POWER, "erf": _ERF, "lgamma": _LGAMMA,
    "polygamma": _polygamma(), "others": _OTHERS, "own_value": _OWN, "own_slope": _OWN, "times": _TIMES,
    "sum_of_times": _SUM_OF_TIMES,
}  # fmt: skip
NEEDS = {"sum_of_times": ("times",)}
NEED_MATH = ("erf", "lgamma", "polygamma")

# ----- The namespace -----


class NumpyNames:
    """`xp.tanh(x)` is the formula `np.tanh(x)`; of numbers alone, it is the number."""

    inf, nan, pi = ops.FLOATS.inf, ops.FLOATS.nan, ops.FLOATS.pi

    def __getattr__(self, function: str) -> Callable[..., Any]:
        """Find how NumPy, a helper, or the table writes this function."""
        if function.startswith("_"):
            raise AttributeError(function)
        on_floats = getattr(ops.FLOATS, function)
        if function in SAME_IN_NUMPY:
            on_formulas: Callable[..., Any] = partial(call, f"np.{function}")
        elif function in HELPERS:
            on_formulas = partial(call, function)
        else:  # a row of the table, such as relu: its own rule, over this namespace
            on_formulas = partial(ops.TABLE[function].forward, self)

        def either(*parts: Operand) -> Any:
            return (on_formulas if any(isinstance(x, Formula) for x in parts) else on_floats)(*parts)

        setattr(self, function, either)  # from now on an attribute: __getattr__ runs once for each
        return either

    def where(self, condition: Operand, a: Operand, b: Operand) -> Operand:
        """a or b; a choice that is known already is made here."""
        if isinstance(condition, Formula):
            return call("np.where", condition, a, b)
        return a if condition else b

    def power(self, a: Operand, b: Operand) -> Operand:
        """a to the power b, by multiplication where the exponent is a small whole number."""
        if not isinstance(a, Formula) and not isinstance(b, Formula):
            number: float = ops.FLOATS.power(a, b)
            return number
        if isinstance(a, Formula) and not isinstance(b, Formula):
            if b == 0.0:
                return 1.0
            if b in (1.0, 2.0, -1.0, -2.0):
                whole = a if abs(b) == 1.0 else call("np.square", a)
                return whole if b > 0.0 else call("np.divide", 1.0, whole)
            if b == 3.0:
                return call("np.square", a) * a
            if b == 4.0:
                return call("np.square", call("np.square", a))
        # np.power is right wherever the exponent is known not to be 0.5: see the helper of that name.
        if not isinstance(b, Formula) and b != 0.5:
            return call("np.power", a, b)
        return call("power", a, b)


XP = NumpyNames()
