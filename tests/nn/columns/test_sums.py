"""The sum of an array is that of `math.fsum`, to the last bit and to the error; its length is that of `math.hypot`."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.columns import exact_length, exact_sum

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False, max_value=1e300, min_value=-1e300), max_size=60)


@given(xs=numbers)
def test_it_is_fsum(xs: list[float]) -> None:
    for column in (xs, [*xs, *[-x for x in xs]], [*xs, *[-x * (1.0 + 2.0**-52) for x in reversed(xs)]]):
        assert exact_sum(np.array(column, dtype=np.float64)) == math.fsum(column)


@pytest.mark.parametrize(
    "xs",
    [
        [],
        [0.0, -0.0],
        [5e-324] * 3,
        [2.0**-1074, 1.0, -1.0],
        [1e308, -1e308, 1.0],
        [1.7e308, -1.7e308] * 5,
        [math.inf, 1.0],
        [1.0, 1e100, 1.0, -1e100] * 25_000,
    ],
)
def test_it_is_fsum_at_the_edges(xs: list[float]) -> None:
    column = np.array(xs, dtype=np.float64)
    assert exact_sum(column) == math.fsum(xs)
    assert column.tolist() == xs  # nothing was written into it
    assert exact_sum(column[::-1]) == math.fsum(xs)


def test_nan_and_what_is_beyond_a_float() -> None:
    assert math.isnan(exact_sum(np.array([math.nan, 1.0])))
    with pytest.raises(OverflowError, match="intermediate overflow in fsum"):
        exact_sum(np.array([1.7e308, 1.7e308]))
    with pytest.raises(ValueError, match=r"-inf \+ inf in fsum"):
        exact_sum(np.array([math.inf, -math.inf]))


@given(xs=numbers, seed=st.integers(0, 1000), spread=st.integers(0, 300), exponent=st.integers(-1060, 1000))
def test_a_length_is_hypot(xs: list[float], seed: int, spread: int, exponent: int) -> None:
    assert exact_length(np.array(xs, dtype=np.float64)) == math.hypot(*xs)
    rng = np.random.default_rng(seed)
    numbers = np.ldexp(rng.normal(size=200), exponent - rng.integers(0, spread + 1, 200))
    assert exact_length(numbers.reshape(2, 100)) == math.hypot(*numbers.tolist())


@pytest.mark.parametrize("xs", [[], [-0.0], [5e-324], [1.7e308, 1.7e308], [math.inf, 1.0], [-math.inf, math.nan]])
def test_a_length_at_the_edges(xs: list[float]) -> None:
    assert exact_length(np.array(xs)) == math.hypot(*xs)


def test_a_length_over_many_blocks() -> None:
    numbers = np.random.default_rng(0).normal(size=100_000)
    assert exact_length(numbers) == math.hypot(*numbers.tolist())
    assert math.isnan(exact_length(np.array([math.nan, 1.0])))
