"""Which picture of a graph reads best: how far it is folded, and whether it runs left to right or top to bottom.

Type is 11 pixels high as drawn, and a picture that is wider than a column of text is made smaller until it fits. So
a picture with type of at least 9 pixels in a column of 700 is at most 855 wide; printed on A4 with margins of 20 mm,
where 8 points are the least, at most 660. A graph is folded, box by box, until one direction is narrow enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograd.graph.snapshot import Snapshot
from autograd.picture.collapse import Folded
from autograd.picture.figure import Figure, figure_of
from autograd.picture.layout.layers import Point, circular, flow_size, lay_out
from autograd.picture.render import too_slow

__all__ = ["MOST_DRAWN", "SIZES", "Laid", "Manner", "best", "laid_out"]

SCREEN = 1000.0  # pixels: what is higher is not seen without scrolling
MOST_DRAWN = 100  # boxes and values in a picture that was folded to be read


@dataclass(frozen=True, slots=True)
class Paper:
    """A width to fit into without making the picture smaller, the largest width that still reads, and a height."""

    whole: float
    most: float
    high: float = float("inf")


SIZES = {"screen": Paper(700.0, 855.0), "print": Paper(642.0, 660.0, 970.0)}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a picture is drawn: "auto", "LR" or "TB"; for "screen" or "print"; with numbers on edges; which way."""

    rankdir: str
    size: str
    derivatives: bool
    direction: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Laid:
    """A figure with everything in its place: the points of every way, and how wide and high it is."""

    figure: Figure
    folded: Folded
    routes: list[list[Point]]
    w: float
    h: float


def best(picture: Snapshot, foldings: Iterable[Folded], most: int, manner: Manner) -> tuple[Folded, Laid | None]:
    """The first of these pictures, from the most open to the most folded, that is narrow enough; else the narrowest.

    One of more than `most` things is not laid out; if there is no other, it comes without a layout.
    """
    tried: list[Laid] = []
    for folded in foldings:
        if folded.size <= most:
            tried.append(laid_out(picture, folded, manner))
            if _fits(tried[-1], SIZES[manner.size]):
                return tried[-1].folded, tried[-1]
    if not tried:
        return folded, None
    narrowest = min(tried, key=lambda laid: laid.w)
    return narrowest.folded, narrowest


def _fits(laid: Laid, paper: Paper) -> bool:
    """Narrow enough to read, and without a box that is higher than a page."""
    if laid.figure.across:
        return laid.w <= paper.most and laid.h <= paper.high
    return laid.w <= paper.most and all(box.w < paper.high for box in laid.figure.root.items or ())


def laid_out(picture: Snapshot, folded: Folded, manner: Manner) -> Laid:
    """Lay out a picture in the direction that gives the larger type; if both give the same, in the flatter one.

    Raises `RenderError` when it takes longer than the limit.
    """
    folded = _untangled(picture, folded, manner)
    ways = {"LR": (True,), "TB": (False,)}.get(manner.rankdir, (True, False))
    figures = [_figure(picture, folded, manner, across) for across in ways]
    if len(figures) == 1:
        return _lay(_in_rows(figures[0], manner), folded, manner)
    sizes = [_estimate(figure) for figure in figures]
    paper = SIZES[manner.size]
    scales = [min(1.0, paper.whole / w) for w, _ in sizes]
    if sizes[0][1] > paper.high:
        scales[0] = 0.0
    # A small difference in type counts less than a picture that is seen without scrolling.
    across = scales[0] >= 0.93 * scales[1] and (sizes[0][1] <= sizes[1][1] or scales[0] > scales[1] / 0.93)
    first, second = figures if across else figures[::-1]
    laid = _lay(first, folded, manner)
    if not _fits(laid, paper):  # the estimate of a height knows nothing of wires that pass
        other = _lay(second, folded, manner)
        laid = min(laid, other, key=lambda one: (not _fits(one, paper), one.w))
    if not laid.figure.across and laid.h > SCREEN:
        # A chain is easier to follow in rows; many wires from row to row are not, and take the height that rows save.
        rows = _lay(_in_rows(_figure(picture, folded, manner, True), manner), folded, manner)
        if _fits(rows, paper) and rows.h < 0.45 * laid.h:
            return rows
    return laid


def _figure(picture: Snapshot, folded: Folded, manner: Manner, across: bool) -> Figure:
    figure = figure_of(picture, folded, across=across, derivatives=manner.derivatives, direction=manner.direction)
    figure.page = SIZES[manner.size].high
    return figure


def _in_rows(figure: Figure, manner: Manner) -> Figure:
    """What runs across and would be too wide may stand in rows that are as wide as there is room."""
    paper = SIZES[manner.size]
    if figure.across and _estimate(figure)[0] > paper.most:
        figure.row = paper.whole
    return figure


def _untangled(picture: Snapshot, folded: Folded, manner: Manner) -> Folded:
    """Without the frames that something leaves only to come back, such as the cell of an unrolled recurrence.

    Where closed boxes lead to each other in a circle, that would help nothing.
    """
    while frames := folded.shown_frames():
        figure = _figure(picture, folded, manner, True)
        wrong = circular(figure.root, figure.links)
        if not wrong:
            break
        flat = _figure(picture, folded.without(frames), manner, True)
        if circular(flat.root, flat.links):
            break
        folded = folded.without({figure.parts[key].index for key in wrong if key.startswith("frame")})
    return folded


def _estimate(figure: Figure) -> tuple[float, float]:
    w, h = flow_size(figure.root, figure.links, figure.room)
    return (w, h) if figure.across else (h, w)


def _lay(figure: Figure, folded: Folded, manner: Manner) -> Laid:
    try:
        routes = lay_out(figure.root, figure.links, figure.room, manner.seconds)
    except TimeoutError:
        raise too_slow(manner.seconds) from None
    w, h = figure.root.w, figure.root.h
    return Laid(figure, folded, routes, *((w, h) if figure.across else (h, w)))
