"""Digamma, trigamma and their derivatives on floats: what the derivative of `lgamma` needs and `math` lacks."""

import math

# Bernoulli numbers B2, B4, ..., B20 of the asymptotic series (Abramowitz and Stegun 23.2).
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)


_PARTS = tuple([b / math.factorial(2 * k) for k, b in enumerate(_BERNOULLI, 1)])  # of Euler and Maclaurin's formula

# The largest n of a ψ⁽ⁿ⁾: up to there every factor stays below 2¹⁰²⁴, and the result has 12 digits.
LARGEST_ORDER = 1000.0


def digamma(x: float) -> float:
    """ψ(x) = d/dx log Γ(x): -inf at 0, nan at the negative whole numbers.

    Recurrence up to x >= 10, then the asymptotic series; reflection below 0 (Abramowitz and Stegun 6.3).

    >>> round(digamma(1.0), 15), digamma(0.0)
    (-0.577215664901533, -inf)
    """
    if x == 0.0:
        return math.copysign(math.inf, -x)
    if x == math.inf or x != x:
        return x
    if x < 0.0:
        if math.isinf(x) or x == math.floor(x):
            return math.nan
        # tan of the distance to the nearest whole number: x itself would lose digits in pi * x.
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * (x - round(x)))
    terms = []
    while x < 10.0:
        terms.append(-1.0 / x)
        x += 1.0
    r = 1.0 / x  # in powers of 1/x the series underflows to 0 where powers of x would overflow
    series = [-b / (2 * k) * r ** (2 * k) for k, b in enumerate(_BERNOULLI, 1)]
    return math.fsum([math.log(x), -0.5 * r, *terms, *series])


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma: ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! Σ 1/(x + k)ⁿ⁺¹ over k = 0, 1, ...; n = 1 is trigamma.

    The sum is Hurwitz's zeta function (Abramowitz and Stegun 6.4.10). Poles are at 0, -1, -2, ...: inf there for odd n,
    nan for even n (the two sides differ).

    Raises ValueError for an order that is negative, not whole, or above 1000.

    >>> round(polygamma(1, 1.0), 14) == round(math.pi**2 / 6, 14)
    True
    """
    if not 0.0 <= n <= LARGEST_ORDER or n != math.floor(n):
        raise ValueError(f"polygamma: the order must be 0, 1, 2, ..., {LARGEST_ORDER:g}, got {n!r}")
    order = int(n)
    if order == 0:
        return digamma(x)
    if x != x or math.isinf(x):
        return 0.0 if x > 0.0 else math.nan
    if x <= 0.0 and x == math.floor(x):
        return math.inf if order % 2 else math.nan
    s = order + 1
    if x > 0.0:
        nearest, total = x, hurwitz(s, x)
    else:
        # Terms with x + k > 0 begin at `above`, those with x + k < 0 run from `below` to -x.
        steps = math.floor(-x)
        below, above, beyond = -(x + steps), x + steps + 1.0, 1.0 - x
        nearest = min(below, above)
        if below == above and s % 2:  # halfway between two poles odd powers cancel, but for those beyond
            nearest, total = beyond, hurwitz(s, beyond)
        else:
            right, left, rest = [hurwitz(s, a) * (nearest / a) ** s for a in (above, below, beyond)]
            total = right - left + rest if s % 2 else right + left - rest
    # n! total / nearestˢ with the powers of two apart: each factor by itself would overflow long before the product.
    mantissa, exponent = math.frexp(nearest)
    part, power = math.frexp(total)
    factorial = math.factorial(order)
    bits = factorial.bit_length()
    number = part * (factorial / 2**bits) * mantissa**-s
    try:
        size = math.ldexp(number, power + bits - s * exponent)
    except OverflowError:
        size = math.copysign(math.inf, total)
    return size if order % 2 else -size


def hurwitz(s: int, a: float) -> float:
    """aˢ·ζ(s, a) = Σ (a/(a + k))ˢ over k = 0, 1, ..., for a > 0: terms up to a large a + k, then Euler and Maclaurin's.

    >>> round(hurwitz(2, 1.0), 14) == round(math.pi**2 / 6, 14)
    True
    """
    terms = []
    z = a
    while z < s + 10.0:
        terms.append((a / z) ** s)
        if terms[-1] < 1e-19:
            return math.fsum(terms)
        z += 1.0
    rest = [z / (s - 1.0), 0.5]
    factor, order = s / z, float(s)
    for part in _PARTS:
        rest.append(part * factor)
        factor *= (order + 1.0) / z * ((order + 2.0) / z)
        order += 2.0
    return math.fsum([*terms, (a / z) ** s * math.fsum(rest)])
