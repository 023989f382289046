"""The loss against one weight, and the way that gradient descent took on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from autograd.support.settings import check_count, check_list, check_number, check_numbers
from autograd.support.text import short
from nn.columns import named_number
from nn.module import unrecorded
from nn.plots.style import BLUE, VERMILION, Axes, axes, finish


def loss_along_weight(
    loss: Callable[[], Any],
    weight: Value,
    path: Sequence[float] = (),
    ax: Axes | None = None,
    *,
    span: tuple[float, float] | None = None,
    points: int = 101,
) -> Axes:
    """The loss as a curve over one weight, all others held still, with the steps of a descent on it.

    `loss()` computes the loss with the weight as it is; `path` lists the weights that were visited. The weight is as
    before afterwards. Raises TypeError if `weight` is no Value or `loss` no function, ValueError for an empty span and
    for fewer than 2 points.
    """
    if not callable(loss):
        raise TypeError(f"loss is a function without arguments that computes the loss, got {short(loss)}")
    if not isinstance(weight, Value):
        raise TypeError(f"weight is a Value, one of model.parameters(), got {short(weight)}")
    check_count("loss_along_weight", "points", points, least=2)
    if span is not None:
        span = check_numbers("loss_along_weight", "span", span)
    path = [check_number("loss_along_weight", "path", w) for w in check_list("loss_along_weight", "path", path)]
    around = [*path, weight.data]
    low, high = span or (min(around), max(around))
    if span is None:
        margin = 0.3 * (high - low) or 1.0
        low, high = low - margin, high + margin
    if not low < high:
        raise ValueError(f"span goes from a smaller to a larger weight, got {span}")
    ax = axes(ax)
    grid = [low + (high - low) * i / (points - 1) for i in range(points)]
    ax.plot(grid, _losses(loss, weight, grid), color=BLUE)
    if path:
        heights = _losses(loss, weight, path)
        ax.plot(path, heights, "o-", color=VERMILION, markersize=5, linewidth=1, label="descent")
        ax.annotate("start", (path[0], heights[0]), textcoords="offset points", xytext=(6, 6), color=VERMILION)
    return finish(ax, "loss along one weight", weight.label or "weight", "loss")


def _losses(loss: Callable[[], Any], weight: Value, grid: Sequence[float]) -> list[float]:
    """The loss for every weight of the grid; the weight itself is put back."""
    before = weight.data
    try:
        losses = []
        for w in grid:
            weight.data = w
            result = unrecorded(loss)
            losses.append(result.data if isinstance(result, Value) else named_number("loss()", result))
        return losses
    finally:
        weight.data = before
