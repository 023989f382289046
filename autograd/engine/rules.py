"""Rules that are too long for one row of the table in `ops`, each over a namespace `xp` as there."""

import sys
from math import pi, sqrt
from typing import Any

from autograd.engine import ieee

INF, NAN = ieee.inf, ieee.nan
LARGEST = sys.float_info.max
HUGE = 1e300  # differences of numbers up to here, and sums of many of them, stay finite


def zero(xp: Any, y: Any, *operands: Any) -> float:
    return 0.0


def inside(xp: Any, x: Any) -> Any:
    """1 where x >= 0, else nan: a numerator that keeps every derivative outside of a domain nan, of any order."""
    return xp.where(xp.greater_equal(x, 0.0), 1.0, NAN)


def below_zero(xp: Any, x: Any) -> Any:
    """x below 0, else 0; unlike min(x, 0) without half a slope at 0."""
    return xp.where(xp.greater(0.0, x), x, 0.0)


def step(xp: Any, x: Any, below: Any = 0.0) -> Any:
    """1 above zero, `below` at and under it, nan at nan."""
    return xp.where(xp.isnan(x), NAN, xp.where(xp.greater(x, 0.0), 1.0, below))


def at_zero(x: float, *_: float) -> bool:
    return x == 0.0


def tied(a: float, b: float) -> bool:
    return a == b


def winner(xp: Any, a: Any, b: Any, wins: Any) -> Any:
    """1 for the one chosen, 0 for the other, one half to each at a tie, nan if either is nan."""
    chosen = xp.where(xp.equal(a, b), 0.5, wins)
    return xp.where(xp.isnan(a), NAN, xp.where(xp.isnan(b), NAN, chosen))


# Of slopes that come close to 1, what they lack to it has digits of its own: σ(−x) is 1 − σ(x) written without the
# subtraction. So the functions below keep all digits when they are differentiated once more, in both tails. They choose
# the sign of the exponent and not |x|, whose slope at 0 is neither that of the one side nor of the other.


def sigmoid(xp: Any, x: Any) -> Any:
    # The exponential of a number <= 0 cannot overflow: one form for both signs, exact down to the smallest float.
    positive = xp.greater_equal(x, 0.0)
    z = xp.exp(xp.where(positive, -x, x))
    return xp.divide(xp.where(positive, 1.0, z), 1.0 + z)


def silu_slope(xp: Any, y: Any, x: Any) -> Any:
    # σ(x) and σ(−x) of one exponential.
    positive = xp.greater_equal(x, 0.0)
    z = xp.exp(xp.where(positive, -x, x))
    share, rest = [xp.divide(part, 1.0 + z) for part in (xp.where(positive, 1.0, z), xp.where(positive, z, 1.0))]
    return share * (1.0 + x * rest)


def short_sigmoid(xp: Any, x: Any) -> Any:
    return 1.0 / (1.0 + xp.exp(-x))  # where e^(-x) overflows, this is 0 as it should be


def short_silu_slope(xp: Any, y: Any, x: Any) -> Any:
    share = short_sigmoid(xp, x)
    return share * (1.0 + x * (1.0 - share))


def short_gelu_tanh_slope(xp: Any, y: Any, x: Any) -> Any:
    scale, square = sqrt(2.0 / pi), x * x
    share = short_sigmoid(xp, 2.0 * scale * x * (1.0 + 0.044715 * square))
    return share + x * (share * (1.0 - share)) * (2.0 * scale * (1.0 + 3 * 0.044715 * square))


def short_mish_slope(xp: Any, y: Any, x: Any) -> Any:
    # tanh(softplus(x)) is w/(w + 2) with n = e^x and w = n² + 2n; from 20 on, 1 minus that is too small to be seen.
    x = xp.minimum(x, 20.0)
    n = xp.exp(x)
    w = n * (n + 2.0)
    rest = 2.0 / (w + 2.0)
    return w / (w + 2.0) + x * (rest * (2.0 - rest)) * (n / (1.0 + n))


def short_winner(xp: Any, a: Any, b: Any) -> Any:
    return xp.where(xp.equal(a, b), 0.5, xp.greater(a, b))


def atan_slope(xp: Any, y: Any, x: Any) -> Any:
    share = xp.divide(1.0, xp.hypot(x, 1.0))
    return share * share  # and not 1/(1 + x²), where the square overflows long before the slope is gone


def softsign_slope(xp: Any, y: Any, x: Any) -> Any:
    share = xp.divide(1.0, 1.0 + xp.abs(x))
    return share * share  # as that of atan


def gelu_inner(xp: Any, x: Any) -> Any:
    return xp.tanh(sqrt(2.0 / pi) * (x + 0.044715 * x * x * x))


_GELU_TWICE = 2.0 * sqrt(2.0 / pi)  # 2u = x·(a + b·x²)
_GELU_CUBIC = _GELU_TWICE * 0.044715


def gelu_tanh_slope(xp: Any, y: Any, x: Any) -> Any:
    # (1 + tanh u)/2 is σ(2u), with the slope 2·σ(2u)·σ(−2u), which is 2z/(1 + z)² for both signs of u.
    square = x * x
    twice = x * (_GELU_TWICE + _GELU_CUBIC * square)
    positive = xp.greater_equal(twice, 0.0)
    z = xp.exp(xp.where(positive, -twice, twice))
    whole = 1.0 + z
    share = xp.divide(xp.where(positive, 1.0, z), whole)
    return share + x * xp.divide(z, whole * whole) * (_GELU_TWICE + 3.0 * _GELU_CUBIC * square)


def mish_slope(xp: Any, y: Any, x: Any) -> Any:
    # t = tanh(softplus(x)) is (n² + 2n)/(n² + 2n + 2) with n = e^x; above 0 both are divided by n², so that it cannot
    # overflow. rest is 1 − t.
    positive = xp.greater_equal(x, 0.0)
    z = xp.exp(xp.where(positive, -x, x))
    rest = xp.divide(
        xp.where(positive, 2.0 * z * z, 2.0), xp.where(positive, 1.0 + 2.0 * z * (1.0 + z), 2.0 + z * (2.0 + z))
    )
    t = xp.where(positive, 1.0 - rest, xp.divide(z * (2.0 + z), 2.0 + z * (2.0 + z)))
    return t + x * (rest * (1.0 + t)) * xp.divide(xp.where(positive, 1.0, z), 1.0 + z)


def total(xs: Any) -> Any:
    """Left to right, from 0: the order in which a chain of additions would do it."""
    result = 0.0
    for x in xs:
        result = result + x
    return result


def others(xp: Any, y: Any, xs: Any) -> list[Any]:
    """For each factor the product of all others, from running products on both sides: zeros come out right."""
    left, right = [1.0], [1.0]
    for x in xs[:-1]:
        left.append(left[-1] * x)
    for x in reversed(xs[1:]):
        right.append(right[-1] * x)
    return [a * b for a, b in zip(left, reversed(right), strict=True)] if xs else []


def product(xp: Any, xs: Any) -> Any:
    result = 1.0
    for x in xs:
        result = result * x
    return result


def mean(xp: Any, xs: Any) -> Any:
    return xp.divide(total(xs), float(len(xs)))


def deviations(xp: Any, xs: Any) -> list[Any]:
    """The distance of each from the mean of all.

    They are measured from the first one: equal numbers then are exactly 0 apart, where a mean that was rounded would
    lie beside all of them. A first one that is infinite or huge is not taken off: the differences could overflow.
    """
    if not xs:
        return []
    origin = xp.where(xp.greater(xp.abs(xs[0]), HUGE), 0.0, xs[0])
    moved = [x - origin for x in xs]
    middle = mean(xp, moved)
    return [x - middle for x in moved]


def variance(xp: Any, xs: Any, correction: float = 1.0) -> Any:
    return xp.divide(total([d * d for d in deviations(xp, xs)]), len(xs) - correction)


def deviation_slope(xp: Any, y: Any, xs: Any, correction: float = 1.0) -> list[Any]:
    scale = y * (len(xs) - correction)
    return [xp.where(xp.equal(y, 0.0), 0.0, xp.divide(d, scale)) for d in deviations(xp, xs)]


def norm(xp: Any, xs: Any) -> Any:
    length = xp.abs(xs[0]) if xs else 0.0
    for x in xs[1:]:
        length = xp.hypot(length, x)
    return length


def extreme(xp: Any, xs: Any, choose: Any) -> Any:
    best = xs[0]
    for x in xs[1:]:
        best = choose(best, x)
    return best


def share(xp: Any, y: Any, xs: Any) -> list[Any]:
    """1/k to each of the k that tie for the extreme; to those that are nan if one is."""
    hits = [xp.where(xp.isnan(y), xp.isnan(x) * 1.0, xp.equal(x, y)) for x in xs]
    ties = total(hits)
    return [xp.divide(hit, ties) for hit in hits]


def exponentials(xp: Any, xs: Any, guard: float) -> tuple[Any, list[Any]]:
    """e^(x - m) with m the largest, so that nothing overflows; with `guard`, m is a finite number in any case."""
    top = extreme(xp, xs, xp.maximum)
    top = xp.maximum(xp.minimum(top, LARGEST), -LARGEST) if guard else top
    return top, [xp.exp(x - top) for x in xs]


def logsumexp(xp: Any, xs: Any, guard: float = 1.0) -> Any:
    if not xs:
        return -INF
    top, terms = exponentials(xp, xs, guard)
    return top + xp.log(total(terms))


def shares(xp: Any, xs: Any, guard: float = 0.0) -> list[Any]:
    _, terms = exponentials(xp, xs, guard)
    whole = total(terms)
    return [xp.divide(term, whole) for term in terms]


def log_softmax(xp: Any, xs: Any, k: float) -> Any:
    top, terms = exponentials(xp, xs, 0.0)
    return xs[int(k)] - top - xp.log(total(terms))


def softmaxes(xp: Any, xs: Any) -> tuple[Any, list[Any], list[Any]]:
    """logsumexp, and softmax and log_softmax for every k, of one set of exponentials."""
    if not xs:
        return -INF, [], []
    top, terms = exponentials(xp, xs, 0.0)
    whole = total(terms)
    rest = xp.log(whole)
    return top + rest, [xp.divide(term, whole) for term in terms], [x - top - rest for x in xs]


def kronecker(i: int, k: float) -> float:
    return 1.0 if i == int(k) else 0.0


def dot(xp: Any, operands: Any) -> Any:
    """Operands are n weights, n inputs and perhaps a bias, which comes first in the sum, as in an expanded neuron."""
    n = len(operands) // 2
    result = operands[-1] if len(operands) % 2 else 0.0
    for w, x in zip(operands[:n], operands[n : 2 * n], strict=True):
        result = result + w * x
    return result


def dot_slopes(xp: Any, y: Any, operands: Any) -> list[Any]:
    n = len(operands) // 2
    return [*operands[n : 2 * n], *operands[:n], *([1.0] if len(operands) % 2 else [])]
