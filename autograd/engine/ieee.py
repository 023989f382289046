"""Arithmetic on floats as IEEE 754 has it: every function here takes floats, returns a float and never raises.

Python's own operators and `math` raise for numbers that the standard has an answer for (`1.0 / 0.0`,
`math.log(0.0)`, `math.exp(1000.0)`) and turn complex where a real answer is wanted (`(-8.0) ** (1 / 3)`). A graph
must not break on a number, so these say inf or nan instead. Names are NumPy's: with `ops.Namespace` around it, this
module is to floats what `numpy` is to arrays.
"""

import math
from collections.abc import Callable

from autograd.engine.special import polygamma as polygamma

inf, nan, pi = math.inf, math.nan, math.pi
isnan, isfinite = math.isnan, math.isfinite
abs, copysign, arctan, arctan2, arcsinh, hypot, tanh, cbrt, erf = (
    math.fabs, math.copysign, math.atan, math.atan2, math.asinh, math.hypot, math.tanh, math.cbrt, math.erf,
)  # fmt: skip


def divide(a: float, b: float) -> float:
    """a / b.

    >>> divide(1.0, 0.0), divide(-1.0, 0.0), divide(0.0, 0.0)
    (inf, -inf, nan)
    """
    if b == 0.0:
        return nan if a == 0.0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)
    return a / b


def power(a: float, b: float) -> float:
    """a to the power b, nan for a negative base with a broken exponent.

    >>> power(0.0, -1.0), power(2.0, 1024.0), power(-8.0, 1 / 3), power(0.0, 0.0)
    (inf, inf, nan, 1.0)
    """
    if b == 2.0:
        return a * a  # exactly rounded, and what PyTorch and NumPy do
    odd = math.isfinite(b) and math.fmod(b, 2.0) in (1.0, -1.0)
    if a < 0.0 and math.isfinite(a) and math.isfinite(b) and b != math.floor(b):
        return nan
    try:
        return float(a**b)
    except ZeroDivisionError:
        return math.copysign(inf, a) if odd else inf
    except OverflowError:
        return -inf if a < 0.0 and odd else inf


def remainder(a: float, b: float) -> float:
    """a - b * floor(a / b), with the sign of b; nan for b = 0.

    >>> remainder(-7.0, 3.0), remainder(7.0, 0.0)
    (2.0, nan)
    """
    return a % b if b != 0.0 and math.isfinite(a) else nan


def floor_divide(a: float, b: float) -> float:
    """The floor of a / b; nan for an infinite a, whose remainder is not known.

    >>> floor_divide(-7.0, 3.0), floor_divide(1.0, 0.0), floor_divide(inf, 2.0)
    (-3.0, inf, nan)
    """
    return a // b if b != 0.0 else divide(a, b)


def exp(x: float) -> float:
    """e to the power x.

    >>> exp(1000.0), exp(-1000.0)
    (inf, 0.0)
    """
    try:
        return math.exp(x)
    except OverflowError:
        return inf


def exp2(x: float) -> float:
    """2 to the power x."""
    try:
        return math.exp2(x)
    except OverflowError:
        return inf


def expm1(x: float) -> float:
    """e to the power x, minus 1, exact near 0."""
    try:
        return math.expm1(x)
    except OverflowError:
        return inf


def log(x: float) -> float:
    """The natural logarithm: -inf at 0, nan below.

    >>> log(0.0), log(-1.0)
    (-inf, nan)
    """
    return math.log(x) if x > 0.0 else (-inf if x == 0.0 else nan)


def log2(x: float) -> float:
    """The logarithm to base 2."""
    return math.log2(x) if x > 0.0 else (-inf if x == 0.0 else nan)


def log10(x: float) -> float:
    """The logarithm to base 10."""
    return math.log10(x) if x > 0.0 else (-inf if x == 0.0 else nan)


def log1p(x: float) -> float:
    """The natural logarithm of 1 + x, exact near 0."""
    return math.log1p(x) if x > -1.0 else (-inf if x == -1.0 else nan)


def sqrt(x: float) -> float:
    """The square root: nan below 0, -0.0 at -0.0."""
    return math.sqrt(x) if x >= 0.0 else nan


def sin(x: float) -> float:
    """The sine of x radians: nan at the infinities."""
    return math.sin(x) if math.isfinite(x) else nan


def cos(x: float) -> float:
    """The cosine of x radians: nan at the infinities."""
    return math.cos(x) if math.isfinite(x) else nan


def tan(x: float) -> float:
    """The tangent of x radians: nan at the infinities."""
    return math.tan(x) if math.isfinite(x) else nan


def arcsin(x: float) -> float:
    """The angle in radians whose sine is x: nan outside [-1, 1]."""
    return math.asin(x) if -1.0 <= x <= 1.0 else nan


def arccos(x: float) -> float:
    """The angle in radians whose cosine is x: nan outside [-1, 1]."""
    return math.acos(x) if -1.0 <= x <= 1.0 else nan


def sinh(x: float) -> float:
    """The hyperbolic sine."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(inf, x)


def cosh(x: float) -> float:
    """The hyperbolic cosine."""
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def arccosh(x: float) -> float:
    """The inverse hyperbolic cosine: nan below 1."""
    return math.acosh(x) if x >= 1.0 else nan


def arctanh(x: float) -> float:
    """The inverse hyperbolic tangent: ±inf at ±1, nan beyond."""
    return math.atanh(x) if -1.0 < x < 1.0 else divide(x, 0.0) if x in (1.0, -1.0) else nan


def lgamma(x: float) -> float:
    """The logarithm of |Γ(x)|: inf at 0, -1, -2, ..."""
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError):
        return inf


def floor(x: float) -> float:
    """The largest whole number that is not above x, as a float."""
    return _whole(x, math.floor)


def ceil(x: float) -> float:
    """The smallest whole number that is not below x, as a float.

    >>> ceil(-0.5), ceil(inf)
    (-0.0, inf)
    """
    return _whole(x, math.ceil)


def rint(x: float) -> float:
    """The nearest whole number, halves to the even one, as a float.

    >>> rint(0.5), rint(1.5), rint(-0.5)
    (0.0, 2.0, -0.0)
    """
    return _whole(x, round)


def sign(x: float) -> float:
    """-1, 0 or 1; 0 for nan, as PyTorch has it."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)


def maximum(a: float, b: float) -> float:
    """The larger of two; nan if either is nan, whatever the order."""
    return nan if a != a or b != b else (a if a >= b else b)


def minimum(a: float, b: float) -> float:
    """The smaller of two; nan if either is nan, whatever the order."""
    return nan if a != a or b != b else (a if a <= b else b)


def greater(a: float, b: float) -> float:
    """1.0 if a > b, else 0.0."""
    return 1.0 if a > b else 0.0


def greater_equal(a: float, b: float) -> float:
    """1.0 if a >= b, else 0.0."""
    return 1.0 if a >= b else 0.0


def equal(a: float, b: float) -> float:
    """1.0 if a == b, else 0.0."""
    return 1.0 if a == b else 0.0


def where(condition: float, a: float, b: float) -> float:
    """a where the condition is not 0, else b."""
    return a if condition else b


def _whole(x: float, rounding: Callable[[float], float]) -> float:
    # copysign keeps the zero of ceil(-0.5) and rint(-0.5) negative, which float(int) would lose.
    return math.copysign(float(rounding(x)), x) if math.isfinite(x) else x
