"""A function and its program are compared: on which examples, how often, how closely."""

from typing import Any

import numpy as np
import pytest

from autograd import TracingError, Value, exp, log
from autograd.program import compile
from autograd.program.trace import first_mismatch, rounding_error, rows_to_compare

FOLLOW = "uses numbers that a trace cannot follow"


def test_the_rows_that_tell() -> None:
    assert rows_to_compare(np.array([[1.0]])) == [0]
    assert rows_to_compare(np.array([[0.0, 1.0], [5.0, 5.0], [-7.0, 0.0], [2.0, 2.0]])) == [0, 1, 2, 3]
    assert rows_to_compare(np.zeros((1000, 0))) == [0, 999]


@pytest.mark.parametrize("row", [0, 7, 13, 29])
def test_one_example_that_differs_is_found(row: int) -> None:
    """The function runs for the first example, is traced, and then runs for those that tell, in order."""
    rows = np.zeros(30)
    rows[7], rows[13] = 2.0, -2.0
    seen = iter([0, *rows_to_compare(rows[:, None])])
    function = compile(lambda x: x + (1e-5 if next(seen) == row else 0.0))
    with pytest.raises(TracingError, match=FOLLOW):
        function(rows)


@pytest.mark.parametrize("changed", range(1, 12))
def test_a_number_in_a_closure_that_changes_is_noticed(changed: int) -> None:
    settings = {"k": 2.0}
    scaled = compile(lambda x: settings["k"] * x)
    found = None
    for call in range(1, 33):
        if call > changed:
            settings["k"] = 2.00001
        try:
            assert scaled(3.0) == 6.0
        except TracingError as error:
            found = found or (call, str(error))
            assert call >= found[0]
        else:
            assert found is None, "it is refused until they agree"
    assert found is not None
    assert found[0] in (2, 4, 8, 16)
    assert "closures, globals and attributes" in found[1]
    assert "make them arguments, or Values, which are read at every call" in found[1]
    settings["k"] = 2.0
    assert scaled(3.0) == 6.0


def test_a_number_in_a_value_may_change() -> None:
    k = Value(2.0)
    scaled = compile(lambda x: k * x)
    for call in range(1, 20):
        k.data = float(call)
        assert scaled(3.0) == 3.0 * call


def test_how_often_a_function_runs() -> None:
    runs = 0

    @compile
    def counted(x: Any) -> Any:
        nonlocal runs
        runs += 1
        return x * x

    for k in range(1000):
        counted(float(k))
    assert runs == 1 + 9  # traced, and compared at 2, 4, ..., 512


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_the_tolerance_is_relative(scale: float) -> None:
    factors = iter([1.0, 1.00001] * 2)
    with pytest.raises(TracingError, match=FOLLOW):
        compile(lambda x: x * next(factors))(np.array([1.0, 2.0]) * scale)


def test_a_result_of_many_is_compared_by_itself() -> None:
    small = iter([1.0, 1.0, 1.001])
    with pytest.raises(TracingError, match=FOLLOW):
        compile(lambda x: [x * 1e9, x * next(small)])(np.array([1.0, 2.0]))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_that_cancel_are_no_reason(dtype: Any) -> None:
    """Their rounding is all that is left of them, and programs add up in another order."""

    @compile(dtype=dtype)
    def nothing(x: Any) -> Any:
        return sum([v * 0.1 for v in x]) - sum([v * 0.1 for v in reversed(x)])

    rng = np.random.default_rng(1)
    for _ in range(8):
        assert np.abs(nothing(rng.normal(size=(50, 30)))).max() < 1e-5
    steep = compile(lambda x: exp(log(x * x) * 40.0) - x, dtype=dtype)
    assert steep(rng.uniform(0.9, 1.1, size=20)).shape == (20,)


def test_what_is_not_finite() -> None:
    x, huge = Value(1.0), Value(1e300)
    double, single = np.dtype(np.float64), np.dtype(np.float32)
    assert first_mismatch([[x], [Value(float("inf"))]], np.array([[1.0], [float("nan")]]), double) == -1
    assert first_mismatch([[x], [Value(float("inf"))]], np.array([[1.0], [2.0]]), double) == 1
    assert first_mismatch([[huge]], np.array([[float("inf")]]), double) == 0
    assert first_mismatch([[huge]], np.array([[float("inf")]]), single) == -1
    assert first_mismatch([[x], [x, x]], np.array([[1.0], [1.0]]), double) == 1


def test_what_rounding_can_come_to() -> None:
    x = Value(1e8)
    y = (x + 0.1) - x
    assert abs(y.data - 0.1) > 1e-9
    assert abs(y.data - 0.1) < rounding_error(y, 2.0**-52) < 1e-6
    assert rounding_error(y * 0.0, 2.0**-52) == pytest.approx(0.0, abs=1e-15)
