"""Where a model with two inputs draws the line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from autograd import Value
from autograd.support.settings import check_count, check_function, check_number
from nn.columns import check_labels, in_a_plane, in_order, named_number
from nn.module import Evaluating, Module, unrecorded
from nn.perceptron import Perceptron
from nn.plots.style import CYCLE, GREY, Axes, axes

MARKERS = "osD^vP"
STEP = 4  # times finer for a function that is a step


def decision_boundary(
    model: Any,
    X: Sequence[Sequence[float]],
    y: Sequence[Any],
    ax: Axes | None = None,
    *,
    threshold: float | None = None,
    resolution: int = 50,
) -> Axes:
    """The points, and the regions of the plane in which the model chooses each class.

    A model with one output chooses by a threshold: 0.5 if its last activation is the sigmoid, else 0; with several
    outputs by the largest; a `Perceptron` by its weighted sum. Colour and marker say the true class of a point.

    Raises ValueError if examples have not two numbers, if there is not one label for each, and for a resolution below
    2 in each direction.
    """
    check_count("decision_boundary", "resolution", resolution, least=2)
    if threshold is not None:
        threshold = check_number("decision_boundary", "threshold", threshold)
    check_function("decision_boundary", "model", model, "a model")
    points = in_a_plane("decision_boundary", X)
    y = check_labels("decision_boundary", "y", y)
    if len(y) != len(points):
        raise ValueError(f"there are {len(points)} examples but {len(y)} labels")
    wide, high = (max(column) - min(column) or 1.0 for column in zip(*points, strict=True))
    ax = axes(ax, (5.5, min(6.5, 1.0 + 4.2 * max(0.25, high / wide))))
    outputs_of, cut = _scores(model, threshold)
    with Evaluating(model) if isinstance(model, Module) else nullcontext():  # or any function of two numbers
        grids, outputs = _grid(outputs_of, points, resolution)
        scores = {z[0] for row in outputs for z in row}
        if len(outputs[0][0]) == 1 and len(scores) == 2:
            # A function that is a step says no more than on which side a point lies: look at more of them.
            grids, outputs = _grid(outputs_of, points, STEP * resolution)
            cut = sum(scores) / 2
    labels = in_order(y)
    if len(outputs[0][0]) > 1:
        for k in range(len(outputs[0][0])):
            # How far the output of this class is above the largest of the others: 0 on its borders.
            lead = [[z[k] - max(z[:k] + z[k + 1 :]) for z in row] for row in outputs]
            if max(map(max, lead)) > 0:
                ax.contourf(*grids, lead, levels=[0.0, math.inf], colors=[CYCLE[k % len(CYCLE)]], alpha=0.2)
            if max(map(max, lead)) > 0 > min(map(min, lead)):
                ax.contour(*grids, lead, levels=[0.0], colors="0.4", linewidths=1.0)
    else:
        rows = [[z[0] for z in row] for row in outputs]
        low, high = min(min(map(min, rows)), cut), max(max(map(max, rows)), cut)
        margin = 1e-9 * max(1.0, abs(low), abs(high))  # levels rise, however large the scores are
        ax.contourf(*grids, rows, levels=[low - margin, cut, high + margin], colors=list(CYCLE[:2]), alpha=0.2)
        if min(map(min, rows)) < cut < max(map(max, rows)):
            ax.contour(*grids, rows, levels=[cut], colors="0.4", linewidths=1.5)
    for k, label in enumerate(labels):
        members = [x for x, other in zip(points, y, strict=True) if other == label]
        ax.scatter(
            [x[0] for x in members], [x[1] for x in members], s=28, marker=MARKERS[k % len(MARKERS)],
            color=CYCLE[k % len(CYCLE)], edgecolors="white", linewidths=0.6, label=str(label), zorder=3,
        )  # fmt: skip
    ax.set(title="decision boundary", xlabel="x0", ylabel="x1", aspect="equal")
    ax.legend(title="class", loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    ax.tick_params(color=GREY)
    return ax


def _grid(
    outputs_of: Callable[[list[float]], Any], points: list[list[float]], resolution: int
) -> tuple[list[list[float]], list[list[list[float]]]]:
    grids = [_span([x[i] for x in points], resolution) for i in (0, 1)]
    return grids, unrecorded(lambda: [[_numbers(outputs_of([a, b])) for a in grids[0]] for b in grids[1]])


def _span(numbers: list[float], resolution: int) -> list[float]:
    low, high = min(numbers), max(numbers)
    margin = 0.12 * (high - low) or 1.0
    step = (high - low + 2 * margin) / (resolution - 1)
    return [low - margin + i * step for i in range(resolution)]


def _numbers(output: Any) -> list[float]:
    outputs = output if isinstance(output, (list, tuple)) else [output]
    return [v.data if isinstance(v, Value) else named_number("the output of the model", v) for v in outputs]


def _scores(model: Any, threshold: float | None) -> tuple[Callable[[list[float]], Any], float]:
    """What a model says of a point before it decides, and where it decides."""
    if isinstance(model, Perceptron) and threshold is None:
        return super(Perceptron, model).__call__, model.threshold
    layers = getattr(model, "layers", None) or [model]
    activation = getattr(layers[-1], "activation", None)
    middle = 0.5 if getattr(activation, "name", "") == "sigmoid" else 0.0
    return model, middle if threshold is None else threshold
