"""Where a model with two inputs draws the line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from autograd import Value
from autograd.support.settings import check_count, check_function, check_number
from nn.columns import check_labels, in_a_plane, in_order, named_number
from nn.module import Evaluating, Module, unrecorded
from nn.plots.style import CYCLE, GREY, Axes, axes

MARKERS = "osD^vP"


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
    outputs by the largest. Colour and marker say the true class of a point.

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
    ax = axes(ax, (5.0, 4.5))
    grids = [_span([x[i] for x in points], resolution) for i in (0, 1)]
    with Evaluating(model) if isinstance(model, Module) else nullcontext():  # or any function of two numbers
        outputs = unrecorded(lambda: [[_numbers(model([a, b])) for a in grids[0]] for b in grids[1]])
    labels = in_order(y)
    several = len(outputs[0][0]) > 1
    cut = _threshold(model) if threshold is None else threshold
    if several:
        winners = [[float(max(range(len(z)), key=z.__getitem__)) for z in row] for row in outputs]
        levels, classes = [k - 0.5 for k in range(len(outputs[0][0]) + 1)], len(outputs[0][0])
        ax.contourf(*grids, winners, levels=levels, colors=[CYCLE[k % len(CYCLE)] for k in range(classes)], alpha=0.2)
    else:
        scores = [[z[0] for z in row] for row in outputs]
        flat = [z for row in scores for z in row]
        low, high = min(*flat, cut), max(*flat, cut)
        margin = 1e-9 * max(1.0, abs(low), abs(high))  # levels rise, however large the scores are
        ax.contourf(*grids, scores, levels=[low - margin, cut, high + margin], colors=list(CYCLE[:2]), alpha=0.2)
        if min(flat) < cut < max(flat):
            ax.contour(*grids, scores, levels=[cut], colors="0.4", linewidths=1.5)
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


def _span(numbers: list[float], resolution: int) -> list[float]:
    low, high = min(numbers), max(numbers)
    margin = 0.12 * (high - low) or 1.0
    step = (high - low + 2 * margin) / (resolution - 1)
    return [low - margin + i * step for i in range(resolution)]


def _numbers(output: Any) -> list[float]:
    outputs = output if isinstance(output, (list, tuple)) else [output]
    return [v.data if isinstance(v, Value) else named_number("the output of the model", v) for v in outputs]


def _threshold(model: Any) -> float:
    layers = getattr(model, "layers", None) or [model]
    activation = getattr(layers[-1], "activation", None)
    return 0.5 if getattr(activation, "name", "") == "sigmoid" else 0.0
