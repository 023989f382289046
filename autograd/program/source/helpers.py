"""Functions that NumPy lacks, as source for the programs that need them: what `autograd.engine.ieee` has on floats."""

from __future__ import annotations

import inspect

from autograd.engine import special

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
    return np.where(np.isfinite(a) & (b != 0.0), np.floor_divide(a, b), np.divide(a, b))
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
from autograd.engine.operation import FLOATS, TABLE

RULES = dict(TABLE)  # as they are now: a name may be given to another operation later


def own_value(op, *xs):
    return np.vectorize(lambda *x: RULES[op].value(FLOATS, [float(v) for v in x]), otypes=[float])(*xs)


def own_slope(op, j, y, *xs):
    rule = RULES[op].derivatives[j]
    return np.vectorize(lambda *x: rule(FLOATS, *[float(v) for v in x]), otypes=[float])(y, *xs)
"""


def _polygamma() -> str:
    # The engine's own functions, as they stand: one source for both.
    code = "\n\n".join(inspect.getsource(f) for f in (special.digamma, special.polygamma))
    renamed = code.replace("polygamma(", "polygamma_of(")
    lines = [f"_BERNOULLI = {special._BERNOULLI!r}", renamed, "polygamma = np.vectorize(polygamma_of, otypes=[float])"]
    return "\n" + "\n\n".join(lines) + "\n"


# What each helper is, and which others it calls.
HELPERS: dict[str, str] = {
    "sigmoid": _SIGMOID,
    "sign": _SIGN,
    "floor_divide": _FLOOR_DIVIDE,
    "power": _POWER,
    "erf": _ERF,
    "lgamma": _LGAMMA,
    "polygamma": _polygamma(),
    "others": _OTHERS,
    "own_value": _OWN,
    "own_slope": _OWN,
    "times": _TIMES,
    "sum_of_times": _SUM_OF_TIMES,
}
NEEDS = {"sum_of_times": ("times",)}
NEED_MATH = ("erf", "lgamma", "polygamma")
