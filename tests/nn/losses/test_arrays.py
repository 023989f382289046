"""Losses of plain numbers by arrays are those of lists and of Values, with the same errors."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn import losses
from nn.losses.arrays import MANY, as_arrays

RNG = np.random.default_rng(0)
N = MANY + 6
SCORES = RNG.normal(size=(N, 3))
SHARES = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)
CLASSES = RNG.integers(0, 3, N)
SOFT = RNG.dirichlet([1.0, 1.0, 1.0], N)
ONE_HOT = np.eye(3)[CLASSES]
NUMBERS, OTHERS = RNG.normal(size=N), RNG.normal(size=N)
SURE = 1.0 / (1.0 + np.exp(-4.0 * NUMBERS))
BITS, PARTS = RNG.integers(0, 2, N), RNG.random(N)

CASES: dict[str, tuple[Callable[..., Any], Any, Any]] = {
    "mse": (losses.mse, NUMBERS, OTHERS),
    "rows": (losses.mse, SCORES, SOFT),
    "column": (losses.mse, NUMBERS[:, None], OTHERS),
    "squared": (losses.squared_error, NUMBERS, OTHERS),
    "half": (losses.half_squared_error, NUMBERS, OTHERS),
    "mae": (losses.mae, NUMBERS, OTHERS),
    "huber": (partial(losses.huber, delta=0.5), NUMBERS, OTHERS),
    "hinge": (losses.hinge, NUMBERS, 2 * BITS - 1),
    "two": (losses.binary_cross_entropy, SURE, BITS),
    "two, parts": (losses.binary_cross_entropy, SURE, PARTS),
    "two, sure": (losses.binary_cross_entropy, np.where(NUMBERS > 1.0, 1.0, SURE), BITS),
    "logits": (losses.binary_cross_entropy_with_logits, 40.0 * NUMBERS, BITS),
    "logits, parts": (losses.binary_cross_entropy_with_logits, NUMBERS, PARTS),
    "classes": (losses.cross_entropy, 30.0 * SCORES, CLASSES),
    "one-hot": (losses.cross_entropy, SCORES, ONE_HOT),
    "soft": (losses.cross_entropy, SCORES, SOFT),
    "smooth": (partial(losses.cross_entropy, label_smoothing=0.2), SCORES, CLASSES),
    "weighted": (partial(losses.cross_entropy, weight=[0.5, 0.0, 3.0]), SCORES, CLASSES),
    "both": (partial(losses.cross_entropy, weight=[0.5, 2.0, 3.0], label_smoothing=0.1), SCORES, ONE_HOT),
    "shares": (losses.categorical_cross_entropy, SHARES, CLASSES),
    "soft shares": (losses.categorical_cross_entropy, SHARES, SOFT),
}


def one_by_one(loss: Any, predictions: Any, targets: Any, reduction: Any) -> Any:
    """The loss of Values, as floats."""
    values = [[Value(x) for x in p] if isinstance(p, list) else Value(p) for p in predictions.tolist()]
    result = loss(values, targets.tolist(), **reduction)
    if not isinstance(result, list):
        return float(result.data)
    return [[v.data for v in x] if isinstance(x, list) else x.data for x in result]


@pytest.mark.parametrize("reduction", [{}, {"reduction": "mean"}, {"reduction": "sum"}, {"reduction": "none"}])
@pytest.mark.parametrize("name", CASES)
def test_arrays_and_lists_give_what_values_give(name: str, reduction: dict[str, str]) -> None:
    loss, predictions, targets = CASES[name]
    expected = one_by_one(loss, predictions, targets, reduction)
    assert as_arrays(predictions.tolist(), targets.tolist()) is not None
    of_arrays = loss(predictions, targets, **reduction)
    of_lists = loss(predictions.tolist(), targets.tolist(), **reduction)
    assert type(of_lists) is type(expected)
    assert isinstance(of_arrays, np.ndarray if isinstance(expected, list) else float)
    for result in (of_arrays, of_lists):
        np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", CASES)
def test_blocks_are_the_whole(name: str, reduction: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loss, predictions, targets = CASES[name]
    expected = loss(predictions, targets, reduction=reduction)
    monkeypatch.setattr("nn.losses.arrays.BLOCK", 16)
    np.testing.assert_allclose(loss(predictions, targets, reduction=reduction), expected, rtol=1e-15, atol=0.0)


def test_neither_predictions_nor_targets_are_changed() -> None:
    for loss, predictions, targets in CASES.values():
        before = predictions.copy(), targets.copy()
        loss(predictions, targets)
        assert (predictions == before[0]).all() and (targets == before[1]).all()


WRONG: list[tuple[Callable[..., Any], Any, Any, type[Exception], str]] = [
    (losses.mse, NUMBERS, OTHERS[1:], ValueError, "70 predictions but 69 targets"),
    (losses.mse, SCORES, OTHERS, ValueError, r"predictions\[0\] has width 3 but targets\[0\] has width 1"),
    (losses.mse, NUMBERS, np.where(NUMBERS > 0.0, math.nan, 0.0), ValueError, r"targets\[\d+\] is nan"),
    (losses.hinge, NUMBERS, BITS, ValueError, r"targets\[\d+\] is 0: hinge takes -1 and 1"),
    (losses.binary_cross_entropy, SURE, 2 * BITS, ValueError, r"targets\[\d+\] is 2"),
    (losses.binary_cross_entropy, 3.0 * SURE, BITS, ValueError, r"predictions\[\d+\] is [\d.]+: predictions are prob"),
    (losses.binary_cross_entropy, BITS, PARTS, ValueError, "did they change places"),
    (losses.cross_entropy, SCORES, CLASSES + 1, ValueError, r"targets\[\d+\] is .*3.*: a class index is"),
    (losses.cross_entropy, SCORES, 0.5 * CLASSES, ValueError, r"targets\[\d+\] is .*0.5.*: a class index is"),
    (losses.cross_entropy, SCORES, SOFT[:, :2], ValueError, r"targets\[0\] has 2 classes but predictions\[0\] has 3"),
    (losses.cross_entropy, SCORES, 2.0 * ONE_HOT, ValueError, r"targets\[0\] is 2"),
    (losses.cross_entropy, NUMBERS, CLASSES, TypeError, r"predictions\[0\] is the single"),
    (partial(losses.cross_entropy, weight=[1.0]), SCORES, CLASSES, ValueError, "weight has 1 classes"),
    (losses.categorical_cross_entropy, SCORES, CLASSES, ValueError, r"predictions\[\d+\] is .*: predictions are prob"),
    (losses.categorical_cross_entropy, 0.5 * SHARES, CLASSES, ValueError, r"predictions\[0\] adds up to 0.5"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "predictions", "targets", "error", "message"), WRONG)
def test_errors_name_the_entry(loss: Any, predictions: Any, targets: Any, error: Any, message: str) -> None:
    for p, y in ((predictions, targets), (predictions.tolist(), targets.tolist())):
        with pytest.raises(error, match=message):
            loss(p, y)


def test_what_is_not_finite_comes_out_as_before() -> None:
    assert math.isnan(losses.mse(np.array([math.nan, 1.0]), np.array([1.0, 1.0])))
    assert losses.mae(np.array([math.inf, 1.0]), np.array([1.0, 1.0])) == math.inf
    none = losses.mae(np.array([math.inf, 1.0]), np.array([1.0, 1.0]), reduction="none")
    assert list(none) == [math.inf, 0.0]
    with pytest.raises(ValueError, match="reduction must be"):
        losses.mse(NUMBERS, OTHERS, reduction="median")


@pytest.mark.parametrize("n", [1, MANY])
@pytest.mark.parametrize("size", [1e155, -1e308])
@pytest.mark.parametrize("loss", losses.OF_NUMBERS)
def test_a_loss_beyond_all_numbers_is_that_of_values(loss: Any, size: float, n: int) -> None:
    expected = loss([Value(size)] * n, [-size] * n).data
    assert loss([size] * n, [-size] * n) == expected == loss(np.full(n, size), np.full(n, -size))
