"""gradcheck and the helpers for hand-derived gradients: they catch what is wrong, and say what and by how much."""

from typing import Any

import pytest

from autograd import Value, exp, maximum, operation, sin
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


def test_gradcheck_refuses_a_strange_order() -> None:
    with pytest.raises(ValueError, match=r"order must be a whole number from 1 on, got 0"):
        gradcheck(lambda x: x, 1.0, order=0)


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
        assert_gradients({3.0: 1.0})  # type: ignore[dict-item]


def test_nothing_to_check_and_strange_tolerances_are_refused() -> None:
    with pytest.raises(ValueError, match=r"gradcheck has no inputs"):
        gradcheck(lambda: 3, [])
    with pytest.raises(ValueError, match=r"given nothing to compare"):
        assert_gradients({})
    for name, value in (("rtol", float("inf")), ("rtol", -1.0), ("atol", -1.0), ("step", 0.0), ("step", float("nan"))):
        settings: dict[str, Any] = {name: value}
        with pytest.raises(ValueError, match=rf"{name} must be .* 0 and finite, got"):
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
