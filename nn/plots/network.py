"""A network as people draw it: neurons as circles, weights as lines, an image as an image, and what each holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.support.text import format_number, short
from nn.columns import check_labels, is_column, named_number
from nn.plots.style import BLUE, VERMILION, Axes, axes
from nn.plots.weights import checked_shape, neuron_layers, square, weight_rows

MOST_SHOWN = 16  # circles in a column; of a wider layer the first and the last are shown, with a gap between them
LEAST_IMAGE = 49  # numbers that make a square and are taken for an image: 7 × 7
RADIUS = 0.34  # of a circle; in a column, they are 1 apart
Place = tuple[float, float]


def network(
    model: Any,
    x: Sequence[float] | None = None,
    ax: Axes | None = None,
    *,
    classes: Sequence[Any] | None = None,
    shape: tuple[int, int] | None = None,
) -> Axes:
    """Neurons as circles, weights as lines: blue and solid above 0, orange and dashed below.

    A line is as wide as the weight's share of the largest one between its two layers. With an input `x`, each circle
    shows what its neuron holds for it: the darker, the larger; blue above 0, orange below, white at 0, on a scale of
    each layer's own. `classes` names the outputs, the one with the largest output in bold. Of a layer with more than 16
    neurons, the first and the last ones are shown, and between them how many are not.

    An input of a `shape` (rows, columns) is shown as an image, and so is one of 49 numbers or more that make a square;
    the line from there to a neuron is what all pixels add to its weighted sum.

    Raises ValueError if the model has no layers of neurons, if `x` has another width than its input or does not fill
    the shape, and if there is not one class for each output; TypeError for what is none of these.
    """
    layers = neuron_layers(model)
    if not layers:
        raise ValueError(f"{type(model).__name__} has no layers of neurons to draw")
    weights = [weight_rows(layer) for layer in layers]
    widths = [len(weights[0][0]), *[len(rows) for rows in weights]]
    inputs = None if x is None else _checked(x, widths[0])
    held = None if inputs is None else [inputs, *model.activations(inputs)]
    pixels = shape is not None or (widths[0] >= LEAST_IMAGE and square(widths[0]))
    read = checked_shape("network", shape, widths[0])
    image = read if pixels and inputs is not None else None
    names = [] if classes is None else [str(name) for name in check_labels("network", "classes", classes)]
    if names and len(names) != widths[-1]:
        raise ValueError(f"network: the model has {widths[-1]} outputs, but there are {len(names)} classes")
    columns = [_places(n) for n in widths]
    top = max(y for column in columns[image is not None :] for y in column.values())
    apart = 1.9 + 0.17 * max(0.0, top - 2.0)  # so that lines are not too steep
    at = [{k: (apart * i, y) for k, y in column.items()} for i, column in enumerate(columns)]
    side = 0.0 if image is None else min(max(2 * top + 2 * RADIUS, 3.0), 6.0)
    left = min(-0.6, RADIUS - side - 0.1)
    right = apart * (len(widths) - 1) + 0.6 + 0.22 * max(map(len, names), default=0)
    top = max(top, side / 2 - RADIUS)
    unit = 0.62 if top < 4 else 0.5  # inches
    ax = axes(ax, (unit * (right - left) + 0.2, unit * (2 * top + 2.3) + 0.2))
    titles = [f"input\n{widths[0]}", *(f"{name}\n{n}" for name, n in zip(_activations(model), widths[1:], strict=True))]
    if image is not None and inputs is not None:
        _image(ax, inputs, image, side)
        titles[0] = f"input\n{image[0]} × {image[1]}"
        totals = {k: sum(w * a for w, a in zip(weights[0][k], inputs, strict=True)) for k in at[1]}
        _lines(ax, [((RADIUS, 0.0), at[1][k], total) for k, total in totals.items()])
        at[0] = {}
    for i, rows in enumerate(weights):
        _lines(ax, [(start, end, rows[k][j]) for k, end in at[i + 1].items() for j, start in at[i].items()])
    for i, column in enumerate(at):
        _circles(ax, column, widths[i], held[i] if held else None)
        middle = apart * i if column else RADIUS - side / 2
        ax.text(middle, top + 0.6, titles[i], ha="center", va="bottom", fontsize=9)
    for k, (x_end, y) in at[-1].items() if names else ():
        largest = held is not None and held[-1][k] == max(held[-1])
        ax.text(x_end + 0.5, y, names[k], va="center", fontsize=9, fontweight="bold" if largest else None)
    ax.set(title="", xlim=(left, right), ylim=(-top - 0.6, top + 1.7), aspect="equal")
    ax.axis("off")
    return ax


def _checked(x: Any, width: int) -> list[float]:
    if not is_column(x) or not hasattr(x, "__len__"):
        raise TypeError(f"x is one input, a list of {width} numbers, got {short(x)}")
    inputs = [named_number(f"x[{i}]", v) for i, v in enumerate(x)]
    if len(inputs) != width:
        raise ValueError(f"the network takes {width} inputs, x has {len(inputs)}")
    return inputs


def _activations(model: Any) -> list[str]:
    """The name of the activation of each layer of neurons; one that is a layer of its own counts to those before it."""
    names: list[str] = []
    for layer in getattr(model, "layers", [model]):
        name = getattr(getattr(layer, "activation", None), "name", "")
        if getattr(layer, "neurons", None):
            names.append(name)
        elif name and names:
            names[-1] = name
    return names


def _places(n: int) -> dict[int, float]:
    """How high the circles of a layer stand that are shown, from top to bottom; a gap is as high as two of them."""
    if n <= MOST_SHOWN:
        return {k: (n - 1) / 2 - k for k in range(n)}
    half = MOST_SHOWN // 2
    return {k: half + 0.5 - k for k in range(half)} | {n - half + k: -1.5 - k for k in range(half)}


def _lines(ax: Axes, links: Sequence[tuple[Place, Place, float]]) -> None:
    """Lines for weights; the largest lie on top."""
    from matplotlib.collections import LineCollection

    if not links:  # from an image
        return
    links = sorted(links, key=lambda link: abs(link[2]))
    largest = abs(links[-1][2]) or 1.0
    ax.add_collection(
        LineCollection(
            [(start, end) for start, end, _ in links],
            colors=[BLUE if weight >= 0 else VERMILION for *_, weight in links],
            linestyles=["-" if weight >= 0 else (0, (4, 2)) for *_, weight in links],
            linewidths=[0.2 + 2.8 * abs(weight) / largest for *_, weight in links],
            alpha=[0.25 + 0.55 * abs(weight) / largest for *_, weight in links],
            zorder=1,
        )
    )


def _circles(ax: Axes, column: dict[int, Place], n: int, held: Sequence[float] | None) -> None:
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patches import Circle

    # From orange over white to blue; at full strength black text could not be read, so the ends are paler.
    hues = LinearSegmentedColormap.from_list("sign", ["#ee9a5c", "#ffffff", "#5fa8d8"])
    largest = max(map(abs, held), default=0.0) if held else 0.0
    share = Normalize(-largest or -1.0, largest or 1.0)
    for k, place in column.items():
        colour = hues(share(held[k])) if held else "white"
        ax.add_patch(Circle(place, RADIUS, facecolor=colour, edgecolor="0.3", linewidth=1.2, zorder=2))
        if held:
            text = format_number(float(f"{held[k]:.{2 if abs(held[k]) >= 0.01 else 1}g}"))
            ax.text(*place, text, ha="center", va="center", fontsize=7.5 if len(text) < 6 else 6, zorder=3)
    if n > len(column) > 0:
        x, _ = column[0]
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        ax.text(x, 0, f"⋮\n{n - len(column)} more\n⋮", ha="center", va="center", fontsize=8, bbox=paper, zorder=3)


def _image(ax: Axes, inputs: Sequence[float], shape: tuple[int, int], side: float) -> None:
    """The input as grey pixels, the larger the darker, in the place of the first column."""
    rows, wide = shape
    pixels = [inputs[i * wide : (i + 1) * wide] for i in range(rows)]
    w, h = (side, side * rows / wide) if wide >= rows else (side * wide / rows, side)
    ax.imshow(pixels, cmap="Greys", extent=(RADIUS - w, RADIUS, -h / 2, h / 2), interpolation="nearest", zorder=2)
    across, up = [RADIUS - w, RADIUS, RADIUS, RADIUS - w, RADIUS - w], [-h / 2, -h / 2, h / 2, h / 2, -h / 2]
    ax.plot(across, up, color="0.3", linewidth=1)
