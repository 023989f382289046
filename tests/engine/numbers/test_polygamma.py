"""Digamma and its derivatives up to the largest order, against sums at fifty digits."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from autograd import Value, derivative, grad, lgamma, polygamma
from autograd.command.expression import evaluate
from autograd.engine.special import LARGEST_ORDER

ORDERS = [1, 2, 3, 4, 7, 20, 61, 80, 119, 120, 500, 999, 1000]
POSITIVE = [1e-3, 0.3, 0.5, 1.0, 1.5, 7.25, 60.0, 137.0, 2e3, 1e5, 1e15, 1e154, 1.7e308]
NEGATIVE = [-1e-3, -0.5, -0.3, -0.999, -1.5, -2.7, -10.2, -33.5, -1e3 - 0.25]


def zeta(s: int, a: Any) -> Any:
    """Hurwitz's ζ(s, a). mpmath's own has 9 digits of 60 at a = 1275 and s = 73."""
    first = max(0, int(s + 150 - a))
    terms = mp.fsum((a + k) ** -s for k in range(first))
    z = a + first
    terms += z ** (1 - s) / (s - 1) + z**-s / 2
    for k in range(1, 25):
        terms += mp.bernoulli(2 * k) / mp.factorial(2 * k) * mp.rf(s, 2 * k - 1) * z ** (1 - s - 2 * k)
    return terms


def exact(n: int, x: float) -> Any:
    """ψ⁽ⁿ⁾(x) for n > 0: from the poles below x one by one, and all others at once."""
    steps = math.floor(-x) + 1 if x < 0.0 else 0
    total = zeta(n + 1, mpf(x) + steps) + mp.fsum((mpf(x) + k) ** -(n + 1) for k in range(steps))
    return (-1) ** (n + 1) * mp.factorial(n) * total


def check(n: int, x: float) -> None:
    halfway = x < 0.0 and x % 1.0 == 0.5  # between two poles: all but the last digits of a large order cancel
    with mp.workdps(50 + 2 * n if halfway else 50):
        expected = exact(n, x)
        # Near a zero, between two negative poles, the digits of x itself are what is missing.
        given = abs(mpf(x) * exact(n + 1, x)) * 2.0**-53 if x < 0.0 else 0
        got = polygamma(float(n), x)
        if abs(expected) > 1.797e308:
            assert got == math.copysign(math.inf, expected)
        else:
            assert abs(got - expected) <= 1e-12 * abs(expected) + given + 1e-305


@pytest.mark.parametrize("n", ORDERS)
def test_every_order(n: int) -> None:
    for x in [*POSITIVE, *NEGATIVE]:
        check(n, x)


@given(st.integers(1, 120), st.floats(1e-3, 1e5) | st.floats(-30.0, -1e-3).filter(lambda x: x != math.floor(x)))
def test_orders_to_120_anywhere(n: int, x: float) -> None:
    check(n, x)


@pytest.mark.parametrize("x", [x for x in (*POSITIVE, *NEGATIVE) if x != 1.5])
def test_digamma(x: float) -> None:
    with mp.workdps(50):
        assert polygamma(0.0, x) == pytest.approx(float(mp.digamma(mpf(x))), rel=1e-12)


@pytest.mark.parametrize("n", [1001.0, 1e9, 1e300, math.inf, math.nan, -1.0, 2.5])
def test_other_orders_are_refused_at_once(n: float) -> None:
    for make in (lambda: polygamma(n, 0.5), lambda: polygamma(n, Value(0.5)), lambda: polygamma(Value(n), 0.5)):
        with pytest.raises(ValueError, match=r"the order must be 0, 1, 2, \.\.\., 1000, got"):
            make()


def test_the_command_line_refuses_them_too() -> None:
    with pytest.raises(ValueError, match=r"the order must be 0, 1, 2, \.\.\., 1000, got 1000000000\.0"):
        evaluate("polygamma(1e9, 0.5)", {})


def test_the_largest_order_has_a_value_and_no_slope() -> None:
    x = Value(300.5)
    y = polygamma(LARGEST_ORDER, x)
    assert math.isfinite(y.data)
    slope = grad(y, x, create_graph=True)
    assert math.isnan(slope.data)
    assert math.isnan(grad(slope, x))
    below = derivative(lambda x: polygamma(LARGEST_ORDER - 1.0, x))
    assert below(300.5) == y.data
    assert math.isnan(derivative(lambda x: polygamma(LARGEST_ORDER - 1.0, x), order=2)(300.5))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("x", [0.3, 5.5, -0.7, 1e4])
def test_derivatives_of_lgamma(order: int, x: float) -> None:
    with mp.workdps(50):
        expected = float(mp.digamma(mpf(x)) if order == 1 else exact(order - 1, x))
    assert derivative(lgamma, order)(x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("n", "x", "expected"),
    [
        (1.0, 0.0, math.inf), (2.0, 0.0, math.nan), (1.0, -3.0, math.inf), (2.0, -3.0, math.nan),
        (1.0, math.inf, 0.0), (2.0, -math.inf, math.nan), (1.0, math.nan, math.nan),
        (1.0, 1e300, 1e-300), (2.0, 5e-324, -math.inf), (4.0, -1e-300, math.inf), (5.0, -1e-300, math.inf),
        (1000.0, -1.5, -math.inf), (1000.0, 1e6, 0.0), (1.0, -1e17, math.inf),
    ],
)  # fmt: skip
def test_poles_and_ends(n: float, x: float, expected: float) -> None:
    assert polygamma(n, x) == pytest.approx(expected, rel=1e-15, nan_ok=True)
