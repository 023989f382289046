"""Activation functions and their slopes, from the engine's own table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value, grad
from autograd.support.settings import check_positive
from autograd.support.text import short
from nn import activations
from nn.plots.style import CYCLE, VERMILION, Axes, axes

SHOWN = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "softplus")


def activation_functions(names: Sequence[str] | str = "sigmoid", ax: Axes | None = None, *, span: float = 5.0) -> Axes:
    """One or more activations (solid) and their derivatives (dashed) between −span and span.

    Where several of them have the same values, as relu and leaky_relu have above 0, their lines run side by side.

    Raises ValueError for an unknown name, for one that goes over a whole layer, and for a span that is not above 0.
    """
    if not isinstance(names, Iterable):
        raise TypeError(f"names is the name of an activation or a list of names, got {short(names)}")
    listed = [names] if isinstance(names, str) else list(names)
    if not listed:
        raise ValueError(f"names is empty: give at least one activation, such as {short(SHOWN[0])}")
    span = check_positive("activation_functions", "span", span, "units to each side")
    from matplotlib.transforms import ScaledTranslation

    ax = axes(ax)
    grid = [-span + 2 * span * i / 400 for i in range(401)]
    drawn: list[Sequence[float]] = []
    for k, name in enumerate(listed):
        activation = activations.get(name)
        if activation.over_layer:
            raise ValueError(f"{name} goes over a whole layer: there is no curve of one number to draw")
        values, slopes = zip(*[_value_and_slope(activation.function, x) for x in grid], strict=True)
        colour = CYCLE[k % len(CYCLE)]
        slope = VERMILION if len(listed) == 1 else colour
        lines = [*ax.plot(grid, values, color=colour, label=name)]
        lines += ax.plot(grid, slopes, "--", color=slope, linewidth=1.2, label=f"{name}′ (derivative)")
        aside = sum(_run_together(values, other, span) for other in drawn)
        for line in lines:
            shift = ScaledTranslation(0, -aside * line.get_linewidth() / 72, ax.figure.dpi_scale_trans)
            line.set_transform(ax.transData + shift)
        drawn.append(values)
    ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.axvline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.set(title=", ".join(listed), xlabel="x", ylabel="")
    ax.spines[["top", "right"]].set_visible(False)
    beside: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)} if len(listed) > 2 else {}
    ax.legend(frameon=False, **beside)
    return ax


def _run_together(values: Sequence[float], other: Sequence[float], span: float) -> bool:
    """True where a tenth of two curves is nearer than the eye can tell."""
    return sum(abs(a - b) < 0.01 * span for a, b in zip(values, other, strict=True)) > len(values) / 10


def _value_and_slope(function: Any, x: float) -> tuple[float, float]:
    at = Value(x)
    y = function(at)
    return y.data, grad(y, at)
