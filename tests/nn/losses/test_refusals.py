"""Losses on what makes no loss: every refusal names the argument, the entry, its value and what is expected."""

import math
from typing import Any

import pytest

from autograd import Value
from nn import losses
from nn.losses import LOSSES

V = [Value(0.5), Value(0.25)]


@pytest.mark.parametrize(
    ("name", "predictions", "targets", "error", "message"),
    [
        ("mse", V, [1.0], ValueError, "2 predictions but 1 targets"),
        ("mse", [], [], ValueError, "predictions is empty"),
        ("mse", [[]], [[]], ValueError, r"predictions\[0\] is empty"),
        ("mse", V, 1.0, TypeError, r"targets must be a list, got 1.0 \(float\)"),
        ("mse", "ab", [1.0, 2.0], TypeError, r"predictions must be a list, got 'ab' \(str\)"),
        ("mse", [V], [[1.0, 2.0, 3.0]], ValueError, r"predictions\[0\] has width 2 but targets\[0\] has width 3"),
        ("mse", [V], [1.0], ValueError, r"predictions\[0\] has width 2 but targets\[0\] has width 1"),
        ("mse", V, [1.0, math.nan], ValueError, r"targets\[1\] is nan: every target must be a finite number"),
        ("mae", V, [1.0, math.inf], ValueError, r"targets\[1\] is inf"),
        ("mse", V, [1.0, None], TypeError, r"targets\[1\]: a Value holds one real number, got None"),
        ("mse", [V[0], 1j], [1.0, 1.0], TypeError, r"predictions\[1\]: .* complex"),
        ("hinge", V, [1, 0], ValueError, r"targets\[1\] is 0: hinge takes -1 and 1; for 0 and 1, give 2 \* y - 1"),
        ("binary_cross_entropy", V, [0, 2], ValueError, r"targets\[1\] is 2: a target is the probability of class 1"),
        ("binary_cross_entropy", V, [0, -0.1], ValueError, r"targets\[1\] is -0.1"),
        ("binary_cross_entropy", [1.5, 0.5], [0, 1], ValueError, r"predictions\[0\] is 1.5: .* use a sigmoid output"),
        ("binary_cross_entropy_with_logits", V, [0, 1.5], ValueError, r"targets\[1\] is 1.5"),
        ("cross_entropy", [V], [2], ValueError, r"targets\[0\] is 2: a class index is a whole number from 0 to 1"),
        ("cross_entropy", [V], [-1], ValueError, r"targets\[0\] is -1: a class index"),
        ("cross_entropy", [V], [0.5], ValueError, r"targets\[0\] is 0.5: a class index"),
        ("cross_entropy", [V], [math.nan], ValueError, r"targets\[0\] is nan"),
        ("cross_entropy", [V], [[0.5, 0.5, 0.0]], ValueError, r"targets\[0\] has 3 classes but predictions\[0\] has 2"),
        ("cross_entropy", [V], [[1.0, 1.0]], ValueError, r"targets\[0\] adds up to 2: the probabilities .* make 1"),
        ("cross_entropy", [V], [[2.0, -1.0]], ValueError, r"targets\[0\] is 2: a target is a probability"),
        ("cross_entropy", V, [0, 1], TypeError, r"predictions\[0\] is the single .* there is binary_cross_entropy"),
        ("cross_entropy", [V], [Value(1.0)], TypeError, r"targets\[0\] is a Value: give a plain whole number"),
        ("cross_entropy", [[]], [0], ValueError, r"predictions\[0\] is empty: it needs one score for each class"),
        ("cross_entropy", [V, V], [0], ValueError, "2 predictions but 1 targets"),
        ("categorical_cross_entropy", [[0.5, 0.6]], [0], ValueError, r"predictions\[0\] adds up to 1.1 instead of 1"),
        ("categorical_cross_entropy", [[1.5, -0.5]], [0], ValueError, r"predictions\[0\] is 1.5: .* a softmax output"),
    ],
)
def test_what_makes_no_loss_is_named(
    name: str, predictions: Any, targets: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        losses.get(name)(predictions, targets)


@pytest.mark.parametrize("name", LOSSES)
def test_an_unknown_reduction_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match='reduction must be "mean", "sum" or "none", got \'max\''):
        losses.get(name)([0.5], [1.0], reduction="max")


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan])
def test_huber_refuses_a_delta_that_is_not_above_zero(delta: float) -> None:
    with pytest.raises(ValueError, match=f"delta is the difference .* must be above 0, got {delta}"):
        losses.huber([1.0], [0.0], delta=delta)


def test_a_prediction_that_is_not_a_number_shows_in_the_loss() -> None:
    # Training reports which operation made it; the loss must not hide it, nor raise first.
    for name in ("mse", "binary_cross_entropy", "binary_cross_entropy_with_logits"):
        assert math.isnan(losses.get(name)([math.nan], [1.0]))
    for name in ("cross_entropy", "categorical_cross_entropy"):
        assert math.isnan(losses.get(name)([[math.nan, 1.0]], [0]))
