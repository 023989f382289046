"""Second derivatives of the losses by a prediction: in the middle, far out, and at every kink.

What is expected is the formula, written out by hand and rounded once; no difference of slopes can tell 1e-18 from 0.
"""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from mpmath import mp, mpf
from torch.nn import functional as F

from autograd import Value, grad, hessian
from nn import losses

# A loss -> targets, predictions, the second derivative of one of them.
Exact = Callable[[Any, Any], Any]


def bce(p: Any, y: Any) -> Any:
    return y / p**2 + (1 - y) / (1 - p) ** 2


def bce_with_logits(z: Any, y: Any) -> Any:
    return 1 / ((1 + mp.exp(-z)) * (1 + mp.exp(z)))


def huber(d: Any, y: Any) -> Any:
    return 1 if abs(d - y) <= 1 else 0  # on the bound, that of the inside


PROBABILITIES = [1.1e-12, 1e-9, 1e-3, 0.25, 0.5, 0.999, 1.0 - 1e-9, 1.0 - 2.0**-38]
SCORES = [-1000.0, -700.0, -40.0, -15.0, -1.0, 0.0, 1e-9, 2.0, 20.0, 37.0, 300.0, 1000.0]
DISTANCES = [0.0, -0.0, 1e-300, 0.5, -0.5, 1.0, -1.0, 1.0 + 1e-12, -3.0, 1e300]
TABLE: dict[str, tuple[list[float], list[float], Exact]] = {
    "mse": ([0.0, 2.0], DISTANCES, lambda p, y: 2),
    "squared_error": ([0.0, 2.0], DISTANCES, lambda p, y: 2),
    "half_squared_error": ([0.0, 2.0], DISTANCES, lambda p, y: 1),
    "mae": ([0.0, 2.0], [*DISTANCES, 2.0], lambda p, y: 0),
    "huber": ([0.0], DISTANCES, huber),
    "hinge": ([-1.0, 1.0], DISTANCES, lambda p, y: 0),
    "binary_cross_entropy": ([0.0, 0.3, 1.0], PROBABILITIES, bce),
    "binary_cross_entropy_with_logits": ([0.0, 0.3, 1.0], SCORES, bce_with_logits),
}


def second(loss: Callable[..., Any], p: float, y: float) -> float:
    x = Value(p)
    slope = grad(loss([x], [y]), x, create_graph=True)
    return float(grad(slope, x))


@pytest.mark.parametrize("name", TABLE)
def test_every_loss(name: str) -> None:
    targets, predictions, exact = TABLE[name]
    for y in targets:
        for p in predictions:
            with mp.workprec(3000):
                expected = float(exact(mpf(p), mpf(y)))
            assert second(losses.get(name), p, y) == pytest.approx(expected, rel=1e-12, abs=1e-300), (p, y)


def test_every_loss_of_single_predictions_is_in_the_table() -> None:
    of_classes = {losses.get(name) for name in losses.LOSSES} & set(losses.CLASSES)
    assert {losses.get(name) for name in TABLE} | of_classes == set(losses.LOSSES.values())


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("share", [0.0, 0.5, -0.5, 1.5, -1.5])
def test_huber_is_that_of_pytorch_off_its_bounds(delta: float, share: float) -> None:
    x = torch.tensor([share * delta], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(F.huber_loss(x, torch.zeros_like(x), delta=delta), x, create_graph=True)
    (expected,) = torch.autograd.grad(slope, x)
    assert second(lambda p, y: losses.huber(p, y, delta=delta), share * delta, 0.0) == expected.item()


@pytest.mark.parametrize(
    "z", [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [60.0, 0.0, -1.0], [-700.0, 0.0, 1.0], [1e3, 999.0, 0.0]]
)
@pytest.mark.parametrize("k", [0, 1, 2])
def test_cross_entropy_of_scores(z: list[float], k: int) -> None:
    """pᵢ(δᵢⱼ − pⱼ), whatever the class."""
    found = hessian(lambda scores: losses.cross_entropy([scores], [k]))(z)
    with mp.workprec(3000):
        total = mp.fsum([mp.exp(mpf(x)) for x in z])
        p = [mp.exp(mpf(x)) / total for x in z]
        expected = [[float(p[i] * ((i == j) - p[j])) for j in range(3)] for i in range(3)]
    for row, wanted in zip(found, expected, strict=True):
        assert row == pytest.approx(wanted, rel=1e-12, abs=1e-300)


def test_cross_entropy_of_probabilities() -> None:
    found = hessian(lambda p: losses.categorical_cross_entropy([p], [1]))([0.25, 0.75])
    assert found == [[0.0, 0.0], [0.0, pytest.approx(1.0 / 0.75**2, rel=1e-14)]]


def test_binary_cross_entropy_where_the_slope_is_held() -> None:
    """The slope is a straight line there, (p − y)·10¹², as in PyTorch; so is its derivative its own."""
    assert second(losses.binary_cross_entropy, 1.0, 1.0) == pytest.approx(1e12, rel=1e-12)
    assert math.isfinite(second(losses.binary_cross_entropy, 0.0, 1.0))


def test_a_mixed_derivative_by_prediction_and_target() -> None:
    for y in (0.0, 0.25, 1.0):
        found = hessian(lambda p, t: losses.binary_cross_entropy([p], [t]))(0.4, y)
        assert found[0][1] == pytest.approx(-1.0 / 0.24, rel=1e-13)
        assert found[1][0] == pytest.approx(-1.0 / 0.24, rel=1e-13)
