"""What all plots share: colours that colour-blind readers can tell apart, and where to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.picture.themes import BLUE as BLUE
from autograd.picture.themes import GREEN
from autograd.picture.themes import ORANGE as ORANGE
from autograd.picture.themes import SKY as SKY
from autograd.picture.themes import VERMILION as VERMILION
from autograd.support.text import got

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
else:  # matplotlib is imported when the first picture is drawn
    Axes = Any

PURPLE, GREY = "#cc79a7", "#7f7f7f"
# Okabe and Ito's palette, the darker ones first so that lines show on white and on black.
CYCLE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":", (0, (6, 1.5)), (0, (1, 1)))  # the second way to tell lines apart, in print


def axes(ax: Any, size: tuple[float, float] = (6.0, 4.0)) -> Axes:
    """The Axes to draw into: `ax` if it is one, a new figure's if it is None.

    Raises TypeError for anything else.
    """
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(figsize=size, layout="constrained")[1]
    if not hasattr(ax, "plot") or not hasattr(ax, "figure"):
        raise TypeError(f"ax is a matplotlib Axes or None, got {got(ax)}")
    checked: Axes = ax
    return checked


def finish(ax: Axes, title: str, x: str, y: str, legend: bool = False) -> Axes:
    """Name the axes, take away the box around them."""
    ax.set(title=title, xlabel=x, ylabel=y)
    ax.spines[["top", "right"]].set_visible(False)
    if legend:
        ax.legend(frameon=False)
    return ax
