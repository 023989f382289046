"""Predictions beside targets: the checks that every loss makes first, and the reduction that it ends with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.engine.node import peek
from autograd.support.text import got, short
from nn.columns import check_aligned, is_column, named_number
from nn.losses.arrays import as_arrays, in_blocks, reduced_array

REDUCTIONS = ("mean", "sum", "none")

Row = tuple[list[Any], list[Any]]


def examples(predictions: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    """Both as lists with one entry per example; a single number or Value is one example.

    Raises ValueError if there is none, or not as many of one as of the other; TypeError if one is no list.
    """
    if is_number(predictions):
        predictions, targets = [predictions], [targets]
    ps, ys = _listed("predictions", predictions), _listed("targets", targets)
    unequal = "{} predictions but {} targets: there must be one target for each prediction"
    check_aligned(ps, ys, unequal, "predictions is empty: a loss needs at least one example")
    return ps, ys


def rows(ps: Sequence[Any], ys: Sequence[Any]) -> list[Row]:
    """For each example its outputs beside as many targets; an example of one output may or may not be in a list.

    Raises ValueError if an example has more or fewer targets than outputs, or a target that is nan or infinite.
    """
    result: list[Row] = []
    for i, (p, y) in enumerate(zip(ps, ys, strict=True)):
        outputs = [p] if is_number(p) else _listed(f"predictions[{i}]", p)
        labels = [y] if is_number(y) else _listed(f"targets[{i}]", y)
        if len(outputs) != len(labels):
            raise ValueError(f"predictions[{i}] has width {len(outputs)} but targets[{i}] has width {len(labels)}")
        if not outputs:
            raise ValueError(f"predictions[{i}] is empty")
        numbers = [_plain(f"predictions[{i}]", x) for x in outputs]
        result.append((numbers, [finite(f"targets[{i}]", x) for x in labels]))
    return result


def elementwise(
    predictions: Any,
    targets: Any,
    loss: Callable[[Any, Any, Any], Any],
    reduction: str,
    check: Callable[[int, Any, Any], None] | None = None,
    check_all: Callable[[], None] | None = None,
    fine: Callable[[Any, Any], bool] = lambda p, y: True,
) -> Any:
    """loss(xp, prediction, target) for every output of every example, reduced; `xp` is the namespace they belong to.

    `check(i, p, y)` may refuse example i, and `check_all()` all of them together. `fine(p, y)` says of two arrays
    whether none would be refused.
    """
    checked_reduction(reduction)
    result = _of_arrays(predictions, targets, loss, reduction, fine)
    if result is not None:
        return result
    ps, ys = examples(predictions, targets)
    pairs = rows(ps, ys)
    if check is not None:
        for i, (outputs, labels) in enumerate(pairs):
            for p, y in zip(outputs, labels, strict=True):
                check(i, p, y)
    if check_all is not None:
        check_all()
    losses = [[loss(autograd, p, y) for p, y in zip(outputs, labels, strict=True)] for outputs, labels in pairs]
    if reduction != "none":
        return reduced([x for row in losses for x in row], reduction)
    if is_number(predictions):
        return losses[0][0]
    return [row[0] if is_number(p) else row for row, p in zip(losses, ps, strict=True)]


def _of_arrays(predictions: Any, targets: Any, loss: Any, reduction: str, fine: Callable[[Any, Any], bool]) -> Any:
    """The result for plain numbers as arrays; None where there is none."""
    pair = as_arrays(predictions, targets)
    if pair is None:
        return None
    p, y = pair[0].reshape(len(pair[0]), -1), pair[1].reshape(len(pair[1]), -1)
    if p.shape != y.shape or not fine(p, y):
        return None
    losses = in_blocks(loss, p, y)
    return reduced_array(losses.reshape(pair[0].shape), reduction, predictions, targets)


def checked_reduction(reduction: str) -> None:
    """Raise ValueError for a word other than "mean", "sum" and "none"."""
    if not isinstance(reduction, str) or reduction not in REDUCTIONS:
        problem = ValueError if isinstance(reduction, str) else TypeError
        raise problem(f'reduction must be "mean", "sum" or "none", got {short(reduction)}')


def reduced(losses: Sequence[Any], reduction: str) -> Any:
    """The mean or the sum of the losses as one node, or the list as it is."""
    if reduction == "none":
        return list(losses)
    return autograd.mean(losses) if reduction == "mean" else autograd.sum(losses)


def data(x: Any) -> float:
    """The number in a Value, or the number itself; unlike `.data`, it may be asked while a function is traced."""
    number: float = peek(x) if isinstance(x, Value) else x
    return number


def finite(name: str, x: Any) -> Any:
    """A target: a Value as it is, anything else as a float.

    Raises ValueError if it is nan or infinite, TypeError if it is no number.
    """
    number = _plain(name, x)
    if not math.isfinite(data(number)):
        raise ValueError(f"{name} is {data(number)}: every target must be a finite number")
    return number


def _plain(name: str, x: Any) -> Any:
    return x if isinstance(x, Value) else named_number(name, x)


def is_number(x: Any) -> bool:
    """Whether something is one number or Value, and no list of them."""
    return isinstance(x, Value) or getattr(x, "ndim", None) == 0 or not hasattr(x, "__iter__")


def _listed(name: str, x: Any) -> list[Any]:
    if is_number(x) or not is_column(x):
        raise TypeError(f"{name} must be a list, got {got(x)}")
    return list(x)
