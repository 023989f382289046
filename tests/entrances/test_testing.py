"""gradcheck and the helpers for hand-derived gradients: they catch what is wrong, and say what and by how much."""

import math
import random
import re
from typing import Any

import pytest

from autograd import (
    Value,
    acos,
    asin,
    atanh,
    cbrt,
    cos,
    exp,
    floor,
    log,
    log_softmax,
    maximum,
    no_grad,
    operation,
    sigmoid,
    sin,
    sqrt,
    tan,
    where,
)
from autograd.testing import GradientMismatch, assert_gradient, assert_gradients, gradcheck


def test_gradcheck_passes_what_is_right() -> None:
    report = gradcheck(lambda x, y: sin(x * y) + exp(x) / y, [0.7, -1.3], order=2)
    assert report and len(report.comparisons) == 2 + 4
    assert "∂x∂y" in str(report)
    assert gradcheck(lambda x: x**3, 2.0, order=3)


@pytest.mark.parametrize("error", [1.001, 0.999, 0.0, -1.0])
def test_gradcheck_catches_a_wrong_derivative(error: float) -> None:
    @operation(lambda xp, y, x: error * xp.cos(x), name="slightly_wrong_sin")
    def wrong_sin(xp: Any, x: Any) -> Any:
        return xp.sin(x)

    with pytest.raises(GradientMismatch, match=r"finite differences in ∂b\n(?s:.*)∂b .*WRONG") as caught:
        gradcheck(lambda a, b: a * wrong_sin(b), [2.0, 0.5])
    assert str(caught.value).count("ok") == 1


def test_gradcheck_catches_a_wrong_second_derivative() -> None:
    @operation(lambda xp, y, x: x**2 + 2 * xp.floor(x), name="wrong_in_the_second")
    def f(xp: Any, x: Any) -> Any:
        return x**3 / 3 + 2 * xp.floor(x) * x

    gradcheck(f, 1.5)

    @operation(lambda xp, y, x: x * x + 0.0 * xp.where(xp.greater(x, 9.0), x, 1.0), name="sound_in_both")
    def g(xp: Any, x: Any) -> Any:
        return x * x * x / 3.0

    gradcheck(g, 1.5, order=2)

    @operation(lambda xp, y, x: xp.floor(x * 1000.0) * xp.floor(x * 1000.0) / 1e6, name="flat_in_the_first")
    def h(xp: Any, x: Any) -> Any:
        return x * x * x / 3.0

    with pytest.raises(GradientMismatch, match=r"∂x∂x"):
        gradcheck(h, 1.5, order=2, rtol=1e-3)


def test_gradcheck_at_a_kink_says_so() -> None:
    report = gradcheck(lambda x: x.relu(), [0.0])
    assert report
    assert "one-sided slopes differ (0 from the left, 1 from the right)" in str(report)
    assert "relu at 0: slope 0 at exactly 0, by convention" in str(report)
    tied = str(gradcheck(lambda a, b: maximum(a, b), [2.0, 2.0]))
    assert "maximum at 2, 2: one half to each at a tie" in tied and tied.count("kink,") == 2


def test_gradcheck_refuses_a_slope_outside_of_the_two_sides() -> None:
    @operation(lambda xp, y, x: xp.where(xp.equal(x, 0.0), 7.0, xp.sign(x)), name="seven_at_zero")
    def bad_abs(xp: Any, x: Any) -> Any:
        return xp.abs(x)

    with pytest.raises(GradientMismatch, match=r"NOT between"):
        gradcheck(bad_abs, 0.0)


# function and point: right derivatives beside edges of domains, far out, and on top of a large number
CLOSE: list[tuple[str, Any, float]] = [
    ("log", log, 1e-3),
    ("log, nearer", log, 1e-6),
    ("log, nearest", log, 1e-300),
    ("-log(1 - p)", lambda p: -log(1.0 - p), 0.999),
    ("p log p", lambda p: p * log(p), 1e-4),
    ("sqrt", sqrt, 1e-4),
    ("1/x", lambda x: 1.0 / x, 1e-3),
    ("atanh", atanh, 0.999),
    ("tan", tan, 1.57),
    ("sin", sin, 3000.0),
    ("cos", cos, 1e4),
    ("x² + 1e4", lambda x: x**2 + 1e4, 1e-3),
    ("a slope of 1e-12", lambda x: 1.0 + 1e-12 * x, 1.0),
    ("cancellation", lambda x: x + 1e6 - 1e6, 1e-3),
]


@pytest.mark.parametrize(("f", "x"), [row[1:] for row in CLOSE], ids=[row[0] for row in CLOSE])
def test_gradcheck_finds_its_own_accuracy(f: Any, x: float) -> None:
    (comparison,) = gradcheck(f, [x]).comparisons
    assert comparison.decided and str(comparison).endswith("  ok")
    assert comparison.numeric == pytest.approx(comparison.analytic, 1e-5)
    # The same value, with a slope that is off by a thousandth.
    with pytest.raises(GradientMismatch, match=r"∂x .*WRONG"):
        gradcheck(lambda x: f(x) + 0.001 * (f(x) - f(x).data), [x])


@pytest.mark.parametrize(("f", "x"), [row[1:] for row in CLOSE], ids=[row[0] for row in CLOSE])
def test_gradcheck_of_second_derivatives_beside_edges(f: Any, x: float) -> None:
    assert gradcheck(f, [x], order=2)


@pytest.mark.parametrize(
    ("f", "x", "slope"), [(sqrt, 0.0, math.inf), (cbrt, 0.0, math.inf), (asin, 1.0, math.inf), (acos, -1.0, -math.inf)]
)
def test_an_infinite_slope_agrees_with_quotients_that_grow_without_bound(f: Any, x: float, slope: float) -> None:
    (comparison,) = gradcheck(f, x).comparisons
    assert comparison.numeric == comparison.analytic == slope and comparison.decided
    with pytest.raises(
        GradientMismatch, match=r"∂x0?: a vertical tangent, the difference quotients grow without bound"
    ):
        gradcheck(lambda x: f(x.data) + 0.0 * x, x)


def test_an_infinite_slope_where_there_is_none_is_wrong() -> None:
    @operation(lambda xp, y, x: float("inf"), name="steep_sin")
    def steep(xp: Any, x: Any) -> Any:
        return xp.sin(x)

    with pytest.raises(GradientMismatch, match=r"∂x +inf +0\.87758\d+ +WRONG"):
        gradcheck(steep, 0.5)


@pytest.mark.parametrize(("f", "x"), [(floor, 2.0), (lambda x: x % 1.0, 7.0), (lambda x: where(x >= 1.0, 5.0, x), 1.0)])
def test_a_jump_has_no_slope(f: Any, x: float) -> None:
    with pytest.raises(GradientMismatch, match=r"∂x0?: a jump, the difference quotients grow without bound"):
        gradcheck(f, x)


def test_at_the_edge_of_a_domain_one_side_is_enough() -> None:
    (comparison,) = gradcheck(lambda x: x**2.5 + 3.0 * x, 0.0).comparisons
    assert comparison.numeric == pytest.approx(3.0, 1e-9) and comparison.decided
    assert math.isnan(comparison.left) and comparison.right == comparison.numeric
    with pytest.raises(GradientMismatch, match="WRONG"):
        gradcheck(lambda x: x**2.5 + 3.0 * x + 0.003 * (x - x.data), 0.0)


def test_what_cannot_be_decided_is_not_called_wrong_and_says_so() -> None:
    report = gradcheck(lambda x: 1.0 + sigmoid(x), [-40.0])
    assert report and not report.comparisons[0].decided
    assert re.search(r"^∂x +4\.248\S+ +\S+ +± \de-1\d$", str(report), re.MULTILINE)
    assert "∂x: cannot be decided, the numeric slope is known to ± " in str(report)
    assert "cannot be decided, what has the slope is -inf there" in str(gradcheck(log, [0.0]))
    assert "cannot be decided, no limit of the difference quotients is in sight" in str(
        gradcheck(lambda x: sqrt(-((x - 1.0) ** 2)) + x, [1.0])
    )
    # A large error is seen all the same.
    with pytest.raises(GradientMismatch, match="WRONG"):
        gradcheck(lambda x: 1.0 + sigmoid(x) + x - x.data, [-40.0])


def test_a_slope_that_hides_in_rounding_is_not_called_wrong() -> None:
    # Larger steps show a first derivative of exactly 1 everywhere; its slope of 1e-18 is below their rounding.
    point = [-39.7752986352099, 1.6575492713473716e-05, -0.0004161116127699111]
    report = gradcheck(lambda *xs: log_softmax(xs)[0], point, order=2)
    assert not {c.name: c.decided for c in report.comparisons}["∂x0∂x1"]


def test_a_derivative_that_loses_digits_by_its_own_formula_is_not_called_wrong() -> None:
    @operation(lambda xp, y, x: (1.0 + x) - 1.0, name="half_square")
    def half_square(xp: Any, x: Any) -> Any:
        return 0.5 * x * x

    (comparison,) = gradcheck(half_square, 1e-12).comparisons
    assert abs(comparison.analytic - 1e-12) > 5e-17 and comparison.numeric == pytest.approx(1e-12, 1e-5)


def test_one_quotient_of_rounding_alone_is_not_enough() -> None:
    unit = 2.0**-52
    slope = 2.0**-35  # one unit in the last place of f over the first step, from a slope 1.3 times as large

    def f(x: Any) -> Any:
        value = 1.5 + 1.3 * slope * (x.data - 1.0)
        return value + slope * (x - x.data)

    assert (
        f(Value(1.0 + 2.0**-17)).data - f(Value(1.0)).data == unit == f(Value(1.0)).data - f(Value(1.0 - 2.0**-17)).data
    )
    with pytest.raises(GradientMismatch, match=r"∂x .*WRONG"):
        gradcheck(f, 1.0)


def test_at_a_kink_a_second_derivative_is_not_compared() -> None:
    report = gradcheck(lambda x: x.relu(), [0.0], order=2)
    assert report and "∂x∂x: cannot be decided, at a kink of f its derivative jumps" in str(report)


def test_gradcheck_says_that_an_input_is_cut_off() -> None:
    with pytest.raises(GradientMismatch, match=r"∂b: b is not in the graph of f: \.data and float\(\) cut it off"):
        gradcheck(lambda a, b: a * b.data**2, [1.0, 3.0])


def test_gradcheck_needs_a_function_without_chance() -> None:
    draw = random.Random(0)
    with pytest.raises(ValueError, match=r"f gave 0\.84\d+ and then 0\.75\d+ at the same inputs.*Seed it inside of f"):
        gradcheck(lambda x: x * draw.random(), 1.0)


def test_gradcheck_records_under_no_grad() -> None:
    with no_grad():
        assert gradcheck(lambda x: x * x, 3.0).comparisons[0].analytic == 6.0


@pytest.mark.parametrize(
    ("f", "inputs", "fewest", "most"),
    [
        (lambda *xs: xs[0] * xs[1] + sin(xs[2]), [0.5, 2.0, 3.0], 8, 8),  # two evaluations an input, two for all
        (lambda x: x.relu() + 1.0, [-1.0], 6, 6),  # two more where it is flat
        (log, [1e-3], 50, 60),
        (abs, [0.0], 45, 50),  # all steps down to the last digits
        (lambda x: 1.0 + sigmoid(x), [-40.0], 60, 66),  # and larger ones
    ],
)
def test_what_a_check_costs(f: Any, inputs: list[float], fewest: int, most: int) -> None:
    calls = 0

    def counted(*xs: Any) -> Any:
        nonlocal calls
        calls += 1
        return f(*xs)

    gradcheck(counted, inputs)
    assert fewest <= calls <= most


def test_the_first_step_can_be_given() -> None:
    tried = []

    def f(x: Any) -> Any:
        tried.append(x.data)
        return x * x

    gradcheck(f, 2.0, step=0.125)
    assert tried[2:4] == [2.25, 1.75]


def test_gradcheck_refuses_a_strange_order() -> None:
    for order in (0, True, None, 1.5):
        with pytest.raises((ValueError, TypeError), match=rf"order must be a whole number from 1 on, got {order}"):
            gradcheck(lambda x: x, 1.0, order=order)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"gradcheck: f must be a function, got 3\.0"):
        gradcheck(3.0, 1.0)  # type: ignore[arg-type]


def test_assert_gradients_shows_right_and_wrong_side_by_side() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    (a * b).backward()
    assert_gradients({a: 3.0, b: 2.0})
    with pytest.raises(GradientMismatch) as caught:
        assert_gradients({a: 3.0, b: 1.0})
    assert str(caught.value).splitlines() == [
        "the gradients differ in b",
        "               engine    by hand  difference",
        "  a                 3          3",
        "  b                 2          1  1           <-- off by the factor 2",
    ]


@pytest.mark.parametrize(
    ("engine", "by_hand"), [(3.0, 3.003), (3.0, 0.0), (0.0, 1e-12), (float("nan"), 3.0), (3.0, float("inf"))]
)
def test_assert_gradient_fails(engine: float, by_hand: float) -> None:
    v = Value(1.0)
    v.grad = engine
    with pytest.raises(GradientMismatch, match="value 0"):
        assert_gradient(v, by_hand)


def test_assert_gradient_accepts() -> None:
    v = Value(1.0)
    for x in (3.0, float("nan"), float("inf"), 0.0):
        v.grad = x
        assert_gradient(v, x)
    v.grad = 3.0001
    assert_gradient(v, 3.0, rtol=1e-3)
    with pytest.raises(TypeError, match=r"takes a Value and its gradient by hand, got 3.0"):
        assert_gradients({3.0: 1.0})  # type: ignore[arg-type]


WRONG_TOLERANCES: list[tuple[str, Any]] = [
    ("rtol", math.inf), ("rtol", -1.0), ("rtol", None), ("rtol", True),
    ("rtol", 10**400), ("atol", 10**400),
    ("atol", math.nan), ("atol", -1.0), ("atol", "1"), ("step", 0.0), ("step", math.nan), ("step", []),
]  # fmt: skip


def test_nothing_to_check_and_strange_tolerances_are_refused() -> None:
    with pytest.raises(ValueError, match=r"gradcheck has no inputs"):
        gradcheck(lambda: 3, [])
    with pytest.raises(ValueError, match=r"given nothing to compare"):
        assert_gradients({})
    for name, value in WRONG_TOLERANCES:
        settings: dict[str, Any] = {name: value}
        with pytest.raises((ValueError, TypeError), match=rf"gradcheck: {name} must be .*, got"):
            gradcheck(lambda x: x, 1.0, **settings)


@pytest.mark.parametrize(
    ("engine", "by_hand", "hint"),
    [
        (0.2880411719, 0.288, "agree to 3 digits: rounded"),
        (0.0, 0.5, "was backward() called?"),
        (0.5, 0.0, "by hand it is 0"),
        (0.5, float("nan"), "by hand it is nan"),
        (1.0, 0.5, "off by the factor 2"),
    ],
)
def test_the_hint_says_what_may_have_happened(engine: float, by_hand: float, hint: str) -> None:
    v = Value(1.0)
    v.grad = engine
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(v, by_hand)
    assert hint in str(caught.value)
