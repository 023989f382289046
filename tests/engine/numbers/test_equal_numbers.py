"""Variance and standard deviation where operands are equal, or nearly; and PyTorch's numbers elsewhere."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, derivative, grad, hessian, std, var

FLOATS = st.floats(-1e300, 1e300)


@given(FLOATS, st.integers(2, 40))
def test_equal_numbers_have_no_variance_and_no_slope(x: float, n: int) -> None:
    values = [Value(x) for _ in range(n)]
    for spread in (var(values), std(values), var(values, correction=0), std(values, correction=0)):
        assert spread.data == 0.0
        assert grad(spread, values) == [0.0] * n


@given(FLOATS, st.integers(2, 6))
def test_the_variance_of_equal_numbers_is_curved_as_everywhere(x: float, n: int) -> None:
    expected = [[2.0 * ((i == j) - 1.0 / n) / (n - 1) for j in range(n)] for i in range(n)]
    for row, wanted in zip(hessian(var)([x] * n), expected, strict=True):
        assert row == pytest.approx(wanted, rel=1e-14, abs=1e-16)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12), st.sampled_from([0.0, 1.0, -3e4]))
def test_slopes_are_those_of_pytorch(numbers: list[float], shift: float) -> None:
    numbers = [x + shift for x in numbers]
    size = max(map(abs, numbers))
    if max(numbers) - min(numbers) < 1e-3 * size:
        return  # what PyTorch's mean was rounded by shows there
    tensors = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    for ours, theirs in ((var, torch.var), (std, torch.std)):
        values, expected = [Value(x) for x in numbers], theirs(tensors)
        spread = ours(values)
        assert spread.data == pytest.approx(expected.item(), rel=1e-13)
        (wanted,) = torch.autograd.grad(expected, tensors)
        largest = wanted.abs().max().item()
        assert grad(spread, values) == pytest.approx(wanted.tolist(), rel=1e-14, abs=4e-13 * largest)


@pytest.mark.parametrize("numbers", [[0.1] * 10, [1e8 + 0.1] * 7, [-3.3] * 3, [5e-324] * 4, [1e300] * 5])
def test_the_kink_is_where_the_operands_are_equal(numbers: list[float]) -> None:
    values = [Value(x) for x in numbers]
    assert grad(std(values), values) == [0.0] * len(numbers)


def test_near_equality_the_digits_of_the_differences_are_kept() -> None:
    """1, 1 + ε and 1 − ε/2, with differences that are exact: var is (e₁² + e₂² − (e₁ + e₂)²/3)/2."""
    a, b = 2.0**-40, -(2.0**-41)
    exact = (a * a + b * b - (a + b) ** 2 / 3.0) / 2.0
    assert var([1.0, 1.0 + a, 1.0 + b]) == pytest.approx(exact, rel=1e-15)
    assert derivative(lambda x: std([x, 1.0 + a]))(1.0) == pytest.approx(-math.sqrt(0.5), rel=1e-15)


@pytest.mark.parametrize("numbers", [[math.inf, 0.0, 1.0], [0.0, -math.inf, 1e308], [1e308, 0.0, 0.0], [math.nan, 1.0]])
def test_infinite_and_huge_numbers_are_as_in_pytorch(numbers: list[float]) -> None:
    tensors = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    for ours, theirs in ((var, torch.var), (std, torch.std)):
        values, expected = [Value(x) for x in numbers], theirs(tensors)
        (wanted,) = torch.autograd.grad(expected, tensors)
        assert ours(values).data == pytest.approx(expected.item(), nan_ok=True)
        assert grad(ours(values), values) == pytest.approx(wanted.tolist(), rel=1e-14, nan_ok=True)
