"""Curves over epochs: loss, metrics, learning rates compared."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autograd.support.settings import check_list, check_text
from autograd.support.text import short
from nn.columns import is_column, named_number
from nn.plots.style import BLUE, CYCLE, DASHES, VERMILION, Axes, axes, finish


def _columns(history: Any) -> dict[str, list[float]]:
    """The numbers by name: of a History, of a mapping, or of a plain list, which is the loss."""
    logs = getattr(history, "history", history)
    if isinstance(logs, Mapping):
        columns = {str(name): _numbers(f"history[{short(name)}]", numbers) for name, numbers in logs.items()}
    elif is_column(logs):
        columns = {"loss": _numbers("history", logs)}
    else:
        raise TypeError(f"give a History, a dict of lists or a list of losses, got {short(history)}")
    if not any(columns.values()):
        raise ValueError("the history is empty: train for at least one epoch first")
    return columns


def _numbers(name: str, column: Any) -> list[float]:
    entries = check_list("a curve", name, column, "a list with a number for each epoch")
    return [named_number(f"{name}[{i}]", x) for i, x in enumerate(entries)]


def loss_curve(history: Any, ax: Axes | None = None) -> Axes:
    """The loss of every epoch, and that of the validation data if there is one, on a logarithmic axis.

    `history` is what `fit` returns, a dict of lists, or a list of losses. Raises ValueError if it is empty.
    """
    return metric_curve(history, "loss", ax)


def metric_curve(history: Any, metric: str, ax: Axes | None = None) -> Axes:
    """One metric over the epochs, on the training and the validation data.

    Raises ValueError for a metric that was not measured; the message lists those that were.
    """
    columns = _columns(history)
    check_text("metric_curve", "metric", metric)
    if metric not in columns:
        raise ValueError(f"there is no {short(metric)} in the history, only {', '.join(map(short, columns))}")
    return _train_and_validation(columns, metric, axes(ax))


def _train_and_validation(columns: dict[str, list[float]], name: str, ax: Axes) -> Axes:
    lines = [(name, "training", BLUE, "-"), (f"val_{name}", "validation", VERMILION, "--")]
    present = [line for line in lines if columns.get(line[0])]
    for key, label, colour, dash in present:
        numbers = columns[key]
        ax.plot(range(1, len(numbers) + 1), numbers, color=colour, linestyle=dash, label=label)
    if name == "loss" and _spans_decades(columns, [key for key, *_ in present]):
        ax.set_yscale("log")
    _whole_epochs(ax)
    return finish(ax, name.replace("_", " "), "epoch", name.replace("_", " "), legend=len(present) > 1)


def _whole_epochs(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _spans_decades(columns: Mapping[str, list[float]], names: Sequence[str]) -> bool:
    numbers = [x for name in names for x in columns[name] if math.isfinite(x)]
    return bool(numbers) and min(numbers) > 0 and max(numbers) / min(numbers) > 10


def learning_rates(runs: Mapping[Any, Sequence[float]], ax: Axes | None = None) -> Axes:
    """The loss over the epochs for several learning rates: too small crawls, too large overshoots or diverges.

    `runs` holds a list of losses for each rate. A run that leaves the picture is cut off and marked as diverging.
    Raises ValueError if there is no run, or an empty one.
    """
    if not isinstance(runs, Mapping):
        raise TypeError(f"runs is a dict from learning rate to its list of losses, got {short(runs)}")
    if not runs:
        raise ValueError("give at least one run: a dict from learning rate to its list of losses")
    runs = {rate: _numbers(f"runs[{short(rate)}]", losses) for rate, losses in runs.items()}
    ax = axes(ax)
    starts = [float(losses[0]) for losses in runs.values() if len(losses) and math.isfinite(losses[0])]
    top = 3 * min(starts) if starts and min(starts) > 0 else math.inf
    left_the_picture = False
    for (rate, losses), colour, dash in zip(runs.items(), CYCLE * len(runs), DASHES * len(runs), strict=False):
        if not len(losses):
            raise ValueError(f"the run at rate {rate} is empty: train for at least one epoch first")
        out = next((k for k, loss in enumerate(losses) if not loss <= top), None)
        shown = [float(loss) for loss in losses[: None if out is None else out + 1] if math.isfinite(loss)]
        label = f"{rate:g}" if isinstance(rate, (int, float)) else str(rate)
        if out is not None:
            label += " (diverges)"
            left_the_picture = True
            ax.plot(min(out + 1, max(len(shown), 1)), top, "x", color=colour, markersize=9, clip_on=False)
        ax.plot(range(1, len(shown) + 1), shown, color=colour, linestyle=dash, label=label)
    if left_the_picture and math.isfinite(top):
        ax.set_ylim(0.0, top)
    _whole_epochs(ax)
    finish(ax, "learning rates", "epoch", "loss")
    ax.legend(title="rate", frameon=False)
    return ax
