"""Losses: how far predictions are from targets, as one Value.

`predictions` has one entry per example, a Value or a list of Values; `targets` likewise. Plain numbers in both give a
plain number. `reduction` is "mean" over all examples and outputs, "sum", or "none" for one loss each, in the shape of
the predictions: in lists, or in an array where predictions or targets are one of plain numbers. Values and gradients
are PyTorch's, where that is exact.

Every loss raises ValueError for lists of different lengths, an empty list, a target that is nan or out of range and an
unknown reduction, and TypeError for what is no number; the message names the argument and the entry.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.support import answers
from autograd.support.convert import to_float
from autograd.support.text import short
from nn.losses.cross_entropy import binary_cross_entropy as binary_cross_entropy
from nn.losses.cross_entropy import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from nn.losses.cross_entropy import categorical_cross_entropy as categorical_cross_entropy
from nn.losses.cross_entropy import cross_entropy as cross_entropy
from nn.losses.targets import data, elementwise

Loss = Callable[..., Any]


def mse(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """The mean squared error, Σ (ŷ − y)² / n.

    >>> from autograd import Value
    >>> mse([Value(1.0), Value(2.0)], [3.0, 5.0]).data
    6.5
    """
    return elementwise(predictions, targets, _square, reduction)


def squared_error(predictions: Any, targets: Any, reduction: str = "sum") -> Any:
    """The squared error as a sum, Σ (ŷ − y)².

    >>> from autograd import Value
    >>> squared_error([Value(1.0), Value(2.0)], [3.0, 5.0]).data
    13.0
    """
    return elementwise(predictions, targets, _square, reduction)


def half_squared_error(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """Half the squared error, ½(ŷ − y)², whose slope is ŷ − y.

    >>> from autograd import Value
    >>> prediction = Value(2.0)
    >>> half_squared_error(prediction, 5.0).backward()
    >>> prediction.grad
    -3.0
    """
    return elementwise(predictions, targets, lambda xp, p, y: _square(xp, p, y) * 0.5, reduction)


def mae(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """The mean absolute error, Σ |ŷ − y| / n; slope 0 where they are equal, by convention.

    >>> from autograd import Value
    >>> mae([Value(1.0), Value(2.0)], [3.0, 5.0]).data
    2.5
    """
    return elementwise(predictions, targets, lambda xp, p, y: xp.abs(p - y), reduction)


def huber(predictions: Any, targets: Any, reduction: str = "mean", *, delta: float = 1.0) -> Any:
    """½d² for a difference d up to delta, and delta·(|d| − ½delta) beyond (Huber 1964).

    The second derivative is 1 inside and 0 outside; at ±delta that of the inside (PyTorch: of the outside).

    Raises ValueError if delta is not above 0.

    >>> from autograd import Value
    >>> huber([Value(0.5), Value(3.0)], [0.0, 0.0], reduction="none")[1].data
    2.5
    """
    expected = "delta is the difference from which the loss is straight and must be above 0"
    try:
        number = to_float(delta)
    except TypeError:
        raise TypeError(f"{expected}, got {short(delta)}") from None
    if not number > 0.0:
        raise ValueError(f"{expected}, got {short(delta)}")

    def bent(xp: Any, p: Any, y: Any) -> Any:
        # c·(d − ½c) with c = d held within ±delta: all pieces in one formula, without a branch on the data. With |d|,
        # whose slope at 0 is 0 by convention, the second derivative would come out as 0 there.
        difference = p - y
        bounded = xp.clamp(difference, -delta, delta)
        return bounded * (difference - 0.5 * bounded)

    return elementwise(predictions, targets, bent, reduction)


def hinge(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """max(0, 1 − y·s) for scores s and targets −1 or 1, the loss of a support vector machine.

    >>> from autograd import Value
    >>> hinge([Value(0.5), Value(-2.0)], [1, -1]).data
    0.25
    """

    def check(i: int, s: Any, y: Any) -> None:
        if data(y) not in (-1.0, 1.0):
            raise ValueError(f"targets[{i}] is {data(y):g}: hinge takes -1 and 1; for 0 and 1, give 2 * y - 1")

    def fine(s: Any, y: Any) -> bool:
        return bool((abs(y) == 1.0).all())

    return elementwise(predictions, targets, lambda xp, s, y: xp.relu(1.0 - y * s), reduction, check, fine=fine)


def _square(xp: Any, p: Any, y: Any) -> Any:
    try:
        return (p - y) ** 2
    except OverflowError:  # of Python's floats, where Values and arrays give inf
        return math.inf


LOSSES: dict[str, Loss] = {
    "mse": mse,
    "squared_error": squared_error,
    "half_squared_error": half_squared_error,
    "mae": mae,
    "huber": huber,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "cross_entropy": cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
    "hinge": hinge,
    # Keras's names
    "mean_squared_error": mse,
    "mean_absolute_error": mae,
    "binary_crossentropy": binary_cross_entropy,
    "categorical_crossentropy": categorical_cross_entropy,
    "sparse_categorical_crossentropy": categorical_cross_entropy,
}

CLASSES: tuple[Loss, ...] = (cross_entropy, categorical_cross_entropy)
"""The losses that take one score for each class, and the index of a class as a target."""

OF_NUMBERS: tuple[Loss, ...] = (mse, squared_error, half_squared_error, mae, huber)
"""The losses that take any finite number as a target."""


def get(loss: str | Loss) -> Loss:
    """The loss of that name, Keras's names included, or the function as it is.

    Raises ValueError for a name that is not among `LOSSES`, TypeError for what is neither a name nor a function.

    >>> get("mean_squared_error") is mse
    True
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            names = answers.choose("nn.losses", loss, LOSSES)
            raise ValueError(f"loss={short(loss)} is not known: {names}, or give a function")
        return LOSSES[loss]
    if not callable(loss):
        raise TypeError(f"loss is a name or a function (predictions, targets) -> Value, got {short(loss)}")
    return loss


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.losses")
