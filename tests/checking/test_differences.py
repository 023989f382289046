"""Slopes by difference quotients: how exact they are, how far off they say they are, and what is at special points."""

import math
from collections.abc import Callable

import pytest

from autograd.checking.differences import RATIO, SAFETY, Quotient, Tableau, slopes, steps

EPS = 2.0**-52

Function = Callable[[float], float]

# function, its derivative, x
SMOOTH: list[tuple[str, Function, Function, float]] = [
    ("sin", math.sin, math.cos, 0.7),
    ("sin far out", math.sin, math.cos, 3000.0),
    ("sin very far out", math.sin, math.cos, 1e10),
    ("tan beside its pole", math.tan, lambda x: 1.0 + math.tan(x) ** 2, 1.5707),
    ("1/x", lambda x: 1.0 / x, lambda x: -1.0 / x**2, 1e-5),
    ("1/x, far out", lambda x: 1.0 / x, lambda x: -1.0 / x**2, 1e6),
    ("log", lambda x: math.log(x) if x > 0.0 else math.nan, lambda x: 1.0 / x, 1e-9),
    ("sqrt of hardly anything", lambda x: math.sqrt(x) if x >= 0.0 else math.nan, lambda x: 0.5 / math.sqrt(x), 1e-300),
    ("atan steep", lambda x: math.atan(1e6 * x), lambda x: 1e6 / (1.0 + 1e12 * x * x), 1e-6),
    ("whole periods", lambda x: math.sin(32 * math.pi * x), lambda x: 32 * math.pi * math.cos(32 * math.pi * x), 0.3),
    ("small on top of large", lambda x: x * x + 1e4, lambda x: 2.0 * x, 1e-3),
    ("a bend on the way", lambda x: x + 1e-9 * math.tanh(1e9 * x), lambda x: 2.0, 0.0),
    ("teeth", lambda x: x % 1.0, lambda x: 1.0, 1e5 + 0.3),
    ("stairs", math.floor, lambda x: 0.0, -468384.1496958),
    ("beside a kink", abs, lambda x: -1.0, -1e-7),
    ("beside a jump", lambda x: float(x > 1.0) + x, lambda x: 1.0, 1.0 - 1e-7),
]


@pytest.mark.parametrize(("f", "derivative", "x"), [row[1:] for row in SMOOTH], ids=[row[0] for row in SMOOTH])
def test_a_slope_is_as_far_off_as_it_says(f: Function, derivative: Function, x: float) -> None:
    found = slopes(f, x, EPS * abs(f(x)))
    exact = derivative(x)
    assert not found.kink and not found.jump
    assert abs(found.slope.slope - exact) <= SAFETY * found.slope.error + 1e-12 * abs(exact)
    assert SAFETY * found.slope.error <= max(1e-5 * abs(exact), 1e-6)


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (abs, -1.0, 1.0),
        (lambda x: max(x, 0.0) + math.sin(x), 1.0, 2.0),
        (lambda x: abs(x) * 1e-3 + math.exp(x), 0.999, 1.001),
        (lambda x: abs(x) * 1e-3 + x + math.cos(30.0 * x), 0.999, 1.001),  # both sides at once settle at the third step
        (lambda x: math.sqrt(abs(x)), -math.inf, math.inf),
    ],
)
def test_a_kink(f: Function, left: float, right: float) -> None:
    found = slopes(f, 0.0, EPS * abs(f(0.0)))
    assert found.kink and not found.jump
    assert found.left.slope == pytest.approx(left, 1e-6) and found.right.slope == pytest.approx(right, 1e-6)


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (lambda x: math.sqrt(x) if x >= 0.0 else math.nan, 0.0, math.inf),
        (math.cbrt, 0.0, math.inf),
        (lambda x: -math.cbrt(x) + 2.0, 0.0, -math.inf),
        (lambda x: math.asin(x) if abs(x) <= 1.0 else math.nan, 1.0, math.inf),
        (lambda x: x * math.log(x) if x > 0.0 else (0.0 if x == 0.0 else math.nan), 0.0, -math.inf),
    ],
)
def test_a_vertical_tangent(f: Function, x: float, slope: float) -> None:
    found = slopes(f, x, EPS * abs(f(x)))
    assert found.slope.slope == slope and not found.jump


@pytest.mark.parametrize("f", [math.floor, lambda x: float(x >= 2.0), lambda x: 1e-6 * (x > 2.0) + x])
def test_a_jump(f: Function) -> None:
    found = slopes(f, 2.0, 2.0 * EPS)
    assert found.jump and not found.kink and found.steepest > 1e6


def test_no_side_no_slope() -> None:
    found = slopes(lambda x: 0.0 if x == 1.0 else math.nan, 1.0, 0.0)
    assert math.isnan(found.slope.slope) and found.slope.error == math.inf


def test_two_quotients_are_too_few() -> None:
    table = Tableau(power=2)
    for step in (1.0, 0.25):
        table.add(Quotient(step, 0.5, 1e-12))
    assert table.best().error == math.inf
    table.add(Quotient(0.06, 0.5, 1e-12))
    assert table.best().error < 1e-11


def test_rounding_does_not_look_like_growth() -> None:
    table = Tableau(power=1)
    for k in range(12):
        table.add(Quotient(4.0**-k, 1.0 + 1e-15 * 4.0**k, 1e-15 * 4.0**k))
    assert table.growth() == 0.0


def test_what_smaller_steps_contradict_does_not_count() -> None:
    table = Tableau(power=2)
    for step, slope in ((1.0, 0.5), (0.25, 0.5), (0.06, 0.5), (0.015, 8.0)):
        table.add(Quotient(step, slope, 1e-12))
    assert table.best().error > 7.0


@pytest.mark.parametrize("x", [0.0, 1.0, -3000.0, 1e-3, -1e-200, 1e300])
def test_steps_go_down_from_the_size_of_x_to_its_last_digits(x: float) -> None:
    found = list(steps(x))
    size = max(abs(x), 1.0)
    assert found[0] == pytest.approx(size / RATIO) and len(found) <= 46
    assert found == sorted(found, reverse=True)
    assert all(x + step != x for step in found)
    assert found[-1] < 1e-12 * (abs(x) or 1.0)
    assert list(steps(x, larger=3))[3:] == found
