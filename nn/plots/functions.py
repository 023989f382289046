"""Activation functions and their slopes, from the engine's own table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value, grad
from autograd.support.settings import check_positive
from autograd.support.text import short
from nn import activations
from nn.plots.style import BLUE, CYCLE, VERMILION, Axes, axes

SHOWN = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus")


def activation_functions(names: Sequence[str] | str = "sigmoid", ax: Axes | None = None, *, span: float = 5.0) -> Axes:
    """One or more activations (solid) and their derivatives (dashed) between −span and span.

    Raises ValueError for an unknown name, for one that goes over a whole layer, and for a span that is not above 0.
    """
    if not isinstance(names, Iterable):
        raise TypeError(f"names is the name of an activation or a list of names, got {short(names)}")
    listed = [names] if isinstance(names, str) else list(names)
    if not listed:
        raise ValueError(f"names is empty: give at least one activation, such as {short(SHOWN[0])}")
    span = check_positive("activation_functions", "span", span, "units to each side")
    ax = axes(ax)
    grid = [-span + 2 * span * i / 400 for i in range(401)]
    for k, name in enumerate(listed):
        activation = activations.get(name)
        if activation.over_layer:
            raise ValueError(f"{name} goes over a whole layer: there is no curve of one number to draw")
        values, slopes = zip(*[_value_and_slope(activation.function, x) for x in grid], strict=True)
        single = len(listed) == 1
        ax.plot(grid, values, color=BLUE if single else CYCLE[k % 6], label=name)
        ax.plot(
            grid,
            slopes,
            "--",
            color=VERMILION if single else CYCLE[k % 6],
            linewidth=1.2,
            label=f"{name}′ (derivative)",
        )
    ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.axvline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.set(title=", ".join(listed), xlabel="x", ylabel="")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax


def _value_and_slope(function: Any, x: float) -> tuple[float, float]:
    at = Value(x)
    y = function(at)
    return y.data, grad(y, at)
