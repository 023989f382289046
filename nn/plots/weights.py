"""The weights of a first layer as small images, one for each neuron."""

from __future__ import annotations

import math
from typing import Any

from autograd.support.settings import check_count
from autograd.support.text import short
from nn.plots.style import Axes, axes


def first_layer(
    model: Any, shape: tuple[int, int] | None = None, ax: Axes | None = None, *, columns: int | None = None
) -> Axes:
    """What each neuron of the first layer looks for: its weights laid out as the input; purple below 0, orange above.

    `shape` is that of an input image in rows and columns; a square is guessed. All neurons share one colour scale,
    symmetric around 0. Raises ValueError if the weights do not fill the shape, TypeError for a shape that is no pair of
    whole numbers.
    """
    if columns is not None:
        columns = check_count("first_layer", "columns", columns)
    layers = neuron_layers(model)
    if not layers:
        raise ValueError(f"{type(model).__name__} has no layer of neurons to show")
    rows = weight_rows(layers[0])
    width = len(rows[0])
    high, wide = checked_shape("first_layer", shape, width)
    across = columns or max(1, round(math.sqrt(len(rows) * high / wide)) if high > 1 else 1)
    down = math.ceil(len(rows) / across)
    mosaic = [[math.nan] * (across * (wide + 1) - 1) for _ in range(down * (high + 1) - 1)]
    for k, row in enumerate(rows):
        top, left = (k // across) * (high + 1), (k % across) * (wide + 1)
        for i in range(high):
            mosaic[top + i][left : left + wide] = row[i * wide : (i + 1) * wide]
    ax = axes(ax, (6.0, 6.0 * down * (high + 1) / (across * (wide + 1)) + 0.5))
    largest = max(abs(w) for row in rows for w in row) or 1.0
    image = ax.imshow(mosaic, cmap="PuOr_r", vmin=-largest, vmax=largest, interpolation="nearest")
    ax.set(title="weights of the first layer", xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    figure: Any = ax.figure
    figure.colorbar(image, ax=ax, shrink=0.7, label="weight")
    return ax


def neuron_layers(model: Any) -> list[Any]:
    """The layers of neurons of a model, or the model itself if it is one."""
    return [layer for layer in getattr(model, "layers", [model]) if getattr(layer, "neurons", None)]


def weight_rows(layer: Any) -> list[list[float]]:
    """The weights of a layer, one row for each neuron."""
    return [[w.data for w in neuron.w] for neuron in layer.neurons]


def square(width: int) -> bool:
    """True for 4, 9, 16, ..."""
    return math.isqrt(width) ** 2 == width


def checked_shape(owner: str, shape: Any, width: int) -> tuple[int, int]:
    """The rows and columns of an image of `width` pixels: those given, or a square, or else one row.

    Raises ValueError if there are not so many pixels, TypeError for what is no pair of whole numbers.
    """
    if shape is None:
        side = math.isqrt(width)
        return (side, side) if side * side == width else (1, width)
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise TypeError(f"{owner}: shape must be a pair (rows, columns), got {short(shape)}")
    high, wide = (check_count(owner, f"shape[{i}]", side) for i, side in enumerate(shape))
    if high * wide != width:
        raise ValueError(f"shape {(high, wide)} has {high * wide} places, the neurons have {width} weights")
    return high, wide
