"""A network as people draw it: neurons as circles, weights as lines, and what the neurons hold for one input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.support.text import short
from nn.columns import is_column, named_number
from nn.plots.style import BLUE, VERMILION, Axes, axes

MOST_SHOWN = 16  # circles in a column; of a wider layer the first and last are shown


def network(model: Any, x: Sequence[float] | None = None, ax: Axes | None = None) -> Axes:
    """Neurons as circles, weights as lines: wider for larger, blue and solid above 0, orange and dashed below.

    With an input `x`, each circle shows what its neuron holds for it, and is darker the larger that is. Of a layer
    with more than 16 neurons, the first and the last ones are shown.

    Raises ValueError if the model has no layers of neurons, or if `x` has another width than its input.
    """
    layers = neuron_layers(model)
    if not layers:
        raise ValueError(f"{type(model).__name__} has no layers of neurons to draw")
    weights = [weight_rows(layer) for layer in layers]
    widths = [len(weights[0][0]), *[len(rows) for rows in weights]]
    activations: list[list[float]] | None = None
    if x is not None:
        if not is_column(x) or not hasattr(x, "__len__"):
            raise TypeError(f"x is one input, a list of {widths[0]} numbers, got {short(x)}")
        x = [named_number(f"x[{i}]", v) for i, v in enumerate(x)]
        if len(x) != widths[0]:
            raise ValueError(f"the network takes {widths[0]} inputs, x has {len(x)}")
        activations = [list(x), *model.activations(x)]
    shown = [_shown(n) for n in widths]
    tallest = max(map(len, shown))
    ax = axes(ax, (1.2 + 1.9 * len(widths), 1.2 + 0.62 * tallest))
    places = [
        {k: (1.6 * i, (len(column) - 1) / 2 - row) for row, k in enumerate(column)} for i, column in enumerate(shown)
    ]
    largest = max(abs(w) for layer in weights for row in layer for w in row) or 1.0
    for i, rows in enumerate(weights):
        for k, (x1, y1) in places[i + 1].items():
            for j, (x0, y0) in places[i].items():
                w = rows[k][j]
                ax.plot(
                    [x0, x1], [y0, y1], color=BLUE if w >= 0 else VERMILION, linestyle="-" if w >= 0 else (0, (4, 2)),
                    linewidth=0.2 + 2.8 * abs(w) / largest, alpha=0.7, zorder=1,
                )  # fmt: skip
    for i, column in enumerate(places):
        _circles(ax, column, activations[i] if activations else None)
        name = "input" if i == 0 else layers[i - 1].activation.name
        gap = "" if len(column) == widths[i] else f", {len(column)} shown"
        ax.text(1.6 * i, (tallest - 1) / 2 + 0.75, f"{name}\n{widths[i]}{gap}", ha="center", va="bottom", fontsize=9)
    ax.set(
        title="",
        xlim=(-0.6, 1.6 * (len(widths) - 1) + 0.6),
        ylim=(-tallest / 2 - 0.2, tallest / 2 + 1.1),
        aspect="equal",
    )
    ax.axis("off")
    return ax


def neuron_layers(model: Any) -> list[Any]:
    """The layers of neurons of a model, or the model itself if it is one."""
    return [layer for layer in getattr(model, "layers", [model]) if getattr(layer, "neurons", None)]


def weight_rows(layer: Any) -> list[list[float]]:
    """The weights of a layer, one row for each neuron."""
    return [[w.data for w in neuron.w] for neuron in layer.neurons]


def _shown(n: int) -> list[int]:
    return list(range(n)) if n <= MOST_SHOWN else [*range(MOST_SHOWN // 2), *range(n - MOST_SHOWN // 2, n)]


def _circles(ax: Axes, column: dict[int, tuple[float, float]], activations: list[float] | None) -> None:
    from matplotlib.patches import Circle

    largest = max(map(abs, activations), default=0.0) if activations else 0.0
    for k, place in column.items():
        share = abs(activations[k]) / largest if activations and largest else 0.0
        grey = 1.0 - 0.75 * share
        ax.add_patch(Circle(place, 0.34, facecolor=str(grey), edgecolor="0.3", linewidth=1.2, zorder=2))
        if activations:
            text = f"{activations[k]:.2g}" if abs(activations[k]) < 1000 else f"{activations[k]:.0e}"
            ax.text(
                *place, text, ha="center", va="center", fontsize=7.5, color="white" if grey < 0.5 else "black", zorder=3
            )
