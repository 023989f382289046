"""Digamma, trigamma and their derivatives on floats: what the derivative of `lgamma` needs and `math` lacks."""

import math

# Bernoulli numbers B2, B4, ..., B20 of the asymptotic series (Abramowitz and Stegun 23.2).
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)


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
    """The n-th derivative of digamma: ψ⁽ⁿ⁾(x), n = 0, 1, 2, ...; polygamma(1, x) is trigamma.

    Recurrence up to a large x, then the asymptotic series (Abramowitz and Stegun 6.4); reflection below 0.
    Poles are at 0, -1, -2, ...: inf there for odd n, nan for even n (the two sides differ).

    Raises ValueError for an order that is negative or not whole.

    >>> round(polygamma(1, 1.0), 14) == round(math.pi**2 / 6, 14)
    True
    """
    if not math.isfinite(n) or n < 0 or n != math.floor(n):
        raise ValueError(f"polygamma: the order must be 0, 1, 2, ..., got {n!r}")
    order = int(n)
    if order == 0:
        return digamma(x)
    if x != x or x == math.inf:
        return x if x != x else 0.0
    if x <= 0.0 and (math.isinf(x) or x == math.floor(x)):
        return math.inf if order % 2 and not math.isinf(x) else math.nan
    sign = 1.0 if order % 2 else -1.0
    if x < 0.0:
        # ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x + m) + (-1)^(n+1) n! Σ 1/(x+k)^(n+1): walk up to the positive side.
        steps = int(-x) + 1
        if steps > 100_000:
            return math.nan  # no float near there has digits enough to place it between two poles
        try:
            up = math.fsum(1.0 / (x + k) ** (order + 1) for k in range(steps))
        except (OverflowError, ZeroDivisionError):  # closer to a pole than its power can tell
            return math.inf if order % 2 else -math.copysign(math.inf, x - round(x))
        return polygamma(order, x + steps) + sign * math.factorial(order) * up
    try:
        terms = []
        while x < 15.0 + order:
            terms.append(math.factorial(order) / x ** (order + 1))
            x += 1.0
    except (OverflowError, ZeroDivisionError):
        return sign * math.inf
    r = 1.0 / x
    series = [math.factorial(order - 1) * r**order, math.factorial(order) / 2 * r ** (order + 1)]
    for k, b in enumerate(_BERNOULLI, 1):
        series.append(b * math.factorial(2 * k + order - 1) / math.factorial(2 * k) * r ** (2 * k + order))
    return sign * math.fsum([*terms, *series])
