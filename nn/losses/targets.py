"""Predictions beside targets: the checks that every loss makes first, and the reduction that it ends with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.engine.node import peek
from autograd.support.convert import to_float

REDUCTIONS = ("mean", "sum", "none")

Row = tuple[list[Any], list[Any]]


def examples(predictions: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    """Both as lists with one entry per example; a single number or Value is one example.

    Raises ValueError if there is none, or not as many of one as of the other; TypeError if one is no list.
    """
    if _is_number(predictions):
        predictions, targets = [predictions], [targets]
    ps, ys = _listed("predictions", predictions), _listed("targets", targets)
    if len(ps) != len(ys):
        raise ValueError(f"{len(ps)} predictions but {len(ys)} targets: there must be one target for each prediction")
    if not ps:
        raise ValueError("predictions is empty: a loss needs at least one example")
    return ps, ys


def rows(ps: Sequence[Any], ys: Sequence[Any]) -> list[Row]:
    """For each example its outputs beside as many targets; an example of one output may or may not be in a list.

    Raises ValueError if an example has more or fewer targets than outputs, or a target that is nan or infinite.
    """
    found: list[Row] = []
    for i, (p, y) in enumerate(zip(ps, ys, strict=True)):
        outputs = [p] if _is_number(p) else _listed(f"predictions[{i}]", p)
        wanted = [y] if _is_number(y) else _listed(f"targets[{i}]", y)
        if len(outputs) != len(wanted):
            raise ValueError(f"predictions[{i}] has width {len(outputs)} but targets[{i}] has width {len(wanted)}")
        if not outputs:
            raise ValueError(f"predictions[{i}] is empty")
        numbers = [_plain(f"predictions[{i}]", x) for x in outputs]
        found.append((numbers, [finite(f"targets[{i}]", x) for x in wanted]))
    return found


def elementwise(
    predictions: Any,
    targets: Any,
    loss: Callable[[Any, Any], Any],
    reduction: str,
    check: Callable[[int, Any, Any], None] | None = None,
) -> Any:
    """loss(prediction, target) for every output of every example, reduced; `check(i, p, y)` may refuse example i."""
    checked_reduction(reduction)
    ps, ys = examples(predictions, targets)
    pairs = rows(ps, ys)
    if check is not None:
        for i, (outputs, wanted) in enumerate(pairs):
            for p, y in zip(outputs, wanted, strict=True):
                check(i, p, y)
    losses = [[loss(p, y) for p, y in zip(outputs, wanted, strict=True)] for outputs, wanted in pairs]
    if reduction != "none":
        return reduced([x for row in losses for x in row], reduction)
    if _is_number(predictions):
        return losses[0][0]
    return [row[0] if _is_number(p) else row for row, p in zip(losses, ps, strict=True)]


def checked_reduction(reduction: str) -> None:
    """Raise ValueError for a word other than "mean", "sum" and "none"."""
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {reduction!r}')


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
    if isinstance(x, Value):
        return x
    try:
        return to_float(x)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def _is_number(x: Any) -> bool:
    return isinstance(x, Value) or getattr(x, "ndim", None) == 0 or not hasattr(x, "__iter__")


def _listed(name: str, x: Any) -> list[Any]:
    if isinstance(x, (str, bytes, dict)) or _is_number(x):
        raise TypeError(f"{name} must be a list, got {x!r} ({type(x).__name__})")
    return list(x)
