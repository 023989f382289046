"""`draw`, and the picture it returns: in a notebook, as a file, or as DOT text to go on with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.engine.value import Value
from autograd.graph.boxes import module_boxes
from autograd.graph.folding import foldings
from autograd.graph.snapshot import GraphTooLarge, Snapshot, check_root, check_size, snapshot_of, summary
from autograd.picture.cell import notebook_html
from autograd.picture.collapse import LEVELS, Folded, build_folded, fold_closed, fold_modules
from autograd.picture.dot import build
from autograd.picture.exports import to_json, to_mermaid
from autograd.picture.fit import MOST_DRAWN, SIZES, Laid, Manner, best, laid_out
from autograd.picture.highlight import highlighted, index_of
from autograd.picture.paint import Paint, Scale
from autograd.picture.render import BINARY_FORMATS, TIME_LIMIT, rendered
from autograd.picture.simplify import simplified
from autograd.picture.svg import describe, titles
from autograd.picture.themes import THEMES
from autograd.picture.write import Sheet, cut, written
from autograd.support import answers, files
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_choice, check_count, check_flag, check_positive
from autograd.support.text import short, short_path

__all__ = ["NAMES", "Drawing", "check_shared", "draw"]

RANKDIRS = ("auto", "LR", "TB")
DIRECTIONS = ("forward", "backward", "both")
COLLAPSES = (None, "auto", *LEVELS)
FILE_FORMATS = ("svg", "dot", "gv", "png", "pdf", "mmd", "json")
TEXTS = {"svg": "svg", "dot": "source", "gv": "source", "mmd": "mermaid", "json": "json"}  # where a Drawing has them
MOST_FOLDED = 100_000  # nodes that `collapse` is ready to look through
NAMES = {
    "direction": ["rankdir"], "layout": ["rankdir"], "orientation": ["rankdir"], "dir": ["rankdir"],
    "limit": ["max_nodes"], "timeout": ["time_limit"], "fold": ["collapse"], "group": ["collapse"],
    "dark": ["theme"], "style": ["theme"], "colors": ["theme"], "grads": ["gradients"], "paths": ["highlight"],
    "fps": ["seconds"], "duration": ["seconds"], "interval": ["seconds"],
    "title": ["a picture has no title: set root.label, or use view(root, title=...)"],
    "filename": ["save the picture that comes back, as in draw(root).save('graph.svg')"],
    "path": ["save the picture that comes back, as in draw(root).save('graph.svg')"],
}  # fmt: skip


@suggest_keywords(NAMES)
def draw(
    root: Value | Sequence[Value] | Snapshot,
    *,
    rankdir: str = "auto",
    format: str = "svg",
    max_nodes: int = 300,
    derivatives: bool = True,
    legend: bool = False,
    time_limit: float = TIME_LIMIT,
    highlight: Value | str | int | None = None,
    k: int | None = None,
    collapse: str | None = "auto",
    gradients: bool = False,
    direction: str = "forward",
    theme: str = "auto",
    size: str = "screen",
) -> Drawing:
    """Draw the graph that leads to `root`, or to several results in a list, with the numbers it has now.

    Every value is a box with its label, data and grad, and in front of a result stands its operation, small and dark;
    the number on an edge from an operand to an operation is the local derivative ∂result/∂operand. Inputs are orange
    with round ends, parameters blue, constants grey and dashed, results white and rounded, and the output is green with
    a double border. Constants take no gradient, so their edges carry no number. Neurons, inputs and weights stand in
    the order of their numbers: neuron 0, 1, 2, and in neuron 2 the weight w₂₁ of input x₁.

    - `rankdir` is "LR" (left to right), "TB" (top to bottom), or "auto": whichever gives the larger type in a column of
      700 pixels. `size` is "screen", or "print" for type of at least 8 points on a page of A4.
    - `theme` is "light", "dark" or "auto", which follows the reader's notebook or system.
    - `highlight`, a Value, a label or the number of a node in the snapshot, shows the paths from there to the output,
      or the `k` strongest of them. An edge is as wide as what it carries of the derivative, blue where that adds to
      it, orange and dashed where it takes away; all else is dimmed.
    - `collapse` folds every "neuron" or "layer" into a box that says how many nodes it holds, found by the labels of
      parameters such as layers.0.neurons.1.w2, and the largest |gradient| in it. "auto" folds a large graph, box by
      box, until type in a column of 700 pixels is at least 9 pixels high: many inputs, weights or examples first, then
      neurons, layers, and stretches of whatever there is. None folds nothing.
    - `gradients=True` colours by the size of the gradient, of a box by the largest in it, with a legend.
    - `direction` is "forward" (data), "backward" (gradients, each edge with what it adds to its operand) or "both".
    - `format` is the kind of file that `save` writes for a name without an extension.
    - `time_limit`, in seconds, bounds each layout: one or a few in `draw` if `collapse` is "auto", else one when `.svg`
      is first asked for. The rest of the work (to take the graph, to fold it, to search
      the `k` strongest paths) is bounded by `max_nodes`, by 100,000 nodes if there is a `collapse`, and by `k`.

    Raises TypeError when `root` is no Value or list of them and for a setting of the wrong kind, ValueError for one
    that is unknown or out of range, a `highlight` that is not in the graph, or of several results, or a `collapse`
    where no label tells of a neuron, and `GraphTooLarge` (a ValueError) at once, with a summary of the graph, when more
    than `max_nodes` values and boxes would be shown; and `RenderError` where the layout takes longer than its limit.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> loss = a * b + a
    >>> loss.label = "loss"
    >>> loss.backward()
    >>> picture = draw(loss)
    >>> picture
    <Drawing of loss: 4 values, 2 operations; .svg, .source, .save("graph.svg")>
    >>> picture.svg.count('class="edge operand"')
    4
    >>> draw(loss, highlight=b).svg.count("∂loss/∂b = 2.0")
    2
    >>> draw([a + b, a * b])
    <Drawing of v2, v3: 4 values, 2 operations; .svg, .source, .save("graph.svg")>
    """
    check_shared("draw", rankdir, theme, max_nodes, time_limit)
    check_choice("format", format, FILE_FORMATS)
    check_choice("direction", direction, DIRECTIONS)
    check_choice("collapse", collapse, COLLAPSES)
    check_choice("size", size, SIZES)
    for name, flag in (("derivatives", derivatives), ("legend", legend), ("gradients", gradients)):
        check_flag("draw", name, flag)
    if k is not None and highlight is None:
        raise ValueError("k says how many paths to highlight: give highlight=parameter with it")
    manner = Manner(rankdir, size, derivatives, direction, time_limit)
    recorded = _snapshot_to_draw(root, max_nodes, collapse)
    picture, numbers = simplified(recorded)
    shown, laid = _folded(picture, max_nodes, collapse, manner)
    if highlight is not None and len(picture.outputs) > 1:
        raise ValueError("highlight shows the paths to one output: draw one of the results with it")
    paths = None
    if highlight is not None:
        index = index_of(highlight, root, recorded)
        if index not in numbers:
            raise ValueError(f"highlight={short(highlight)} is a step that changes nothing, and is left out: not drawn")
        paths = highlighted(picture, numbers[index], k)
    scale = None
    if gradients:
        # Of what is shown: a box counts by the largest in it.
        values = [picture.nodes[index] for index in shown.outside]
        sizes = [node.grad for node in values if node.requires_grad]
        scale = Scale.of([*sizes, *(box.gradient for box in shown.boxes if box.gradient is not None)])
    paints = tuple(Paint(one, paths, scale) for one in THEMES[theme])
    return Drawing(picture, shown, manner, paints, format, legend, laid)


def check_shared(owner: str, rankdir: str, theme: str, max_nodes: int, time_limit: float) -> None:
    """Check the settings that pictures and animations share, for `owner`; raises TypeError and ValueError."""
    if not isinstance(rankdir, str) or rankdir not in RANKDIRS:
        problem = ValueError if isinstance(rankdir, str) else TypeError
        raise problem(f'rankdir is "auto", "LR" (left to right) or "TB" (top to bottom), got {short(rankdir)}')
    check_choice("theme", theme, THEMES)
    check_count(owner, "max_nodes", max_nodes)
    check_positive(owner, "time_limit", time_limit, "seconds")


def _snapshot_to_draw(root: Value | Sequence[Value] | Snapshot, max_nodes: int, collapse: str | None) -> Snapshot:
    """The snapshot to draw: of at most `max_nodes` nodes, or of many more where they may be folded."""
    limit = max_nodes if collapse is None else max(max_nodes, MOST_FOLDED)
    try:
        picture = root if isinstance(root, Snapshot) else snapshot_of(_roots(root), max_nodes=limit)
        check_size(len(picture.nodes), limit)
    except GraphTooLarge as error:
        raise GraphTooLarge(f"{error}. {summary(root)}") from None
    return picture


def _folded(picture: Snapshot, max_nodes: int, collapse: str | None, manner: Manner) -> tuple[Folded, Laid | None]:
    """What is shown of a snapshot: folded if asked for or needed, and never more than `max_nodes` things.

    Where it was laid out to find out what is needed, that comes, too.
    """
    if collapse is None:
        return fold_closed(picture, module_boxes(picture), ()), None
    if collapse == "auto":
        most = min(max_nodes, MOST_DRAWN)
        candidates = (fold_closed(picture, *folding) for folding in foldings(picture, most))
        folded: Folded | None
        folded, laid = best(picture, candidates, max_nodes, manner)
    else:
        folded, laid = fold_modules(picture, collapse), None
    if folded is None:
        raise ValueError(
            f"collapse={short(collapse)} needs parameters with a module in their names, such as "
            "layers.0.neurons.1.w2, and there are none: use a model with layers, or leave collapse out"
        )
    try:
        check_size(folded.size, max_nodes)
    except GraphTooLarge as error:
        folding = "this is after folding " + ("all that can be folded" if collapse == "auto" else f"each {collapse}")
        raise GraphTooLarge(f"{error}; {folding}. {summary(picture)}") from None
    return folded, laid


def _roots(root: Value | Sequence[Value]) -> Sequence[Value]:
    """One or more results; TypeError for anything else, and ValueError for none."""
    roots: Sequence[Any] = root if isinstance(root, (list, tuple)) else [root]
    for value in roots:
        check_root(value)
    if not roots:
        raise ValueError("root is an empty list: there is no graph to draw without a result")
    return roots


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of one snapshot: `svg` is the drawn picture, `source` its DOT text; a notebook shows it by itself."""

    snapshot: Snapshot
    shown: Folded
    manner: Manner = field(compare=False)
    paints: tuple[Paint, ...] = field(compare=False)
    format: str = "svg"
    legend: bool = False
    _known: Laid | None = field(default=None, compare=False)

    @property
    def folded(self) -> Folded | None:
        """The boxes that are closed, and what is around them; None for a picture of all nodes."""
        return self.shown if self.shown.boxes else None

    @property
    def paint(self) -> Paint:
        """How the parts look, in the first of the themes."""
        return self.paints[0]

    @property
    def rankdir(self) -> str:
        """ "LR" or "TB": where the picture runs to."""
        return self.manner.rankdir if self.manner.rankdir != "auto" else "LR" if self.laid.figure.across else "TB"

    @property
    def width(self) -> float:
        """The width of the picture in pixels, without a legend."""
        return self.laid.w

    @property
    def height(self) -> float:
        """The height of the picture in pixels, without a legend."""
        return self.laid.h

    @cached_property
    def laid(self) -> Laid:
        """Where everything stands."""
        return self._known or laid_out(self.snapshot, self.shown, self.manner)

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG document, where hovering over a node or an edge shows its numbers in full.

        Raises `RenderError` when the layout takes longer than the time limit.
        """
        sheet = Sheet(self.paints, titles(self.snapshot, self.folded, self.paint.highlight))
        return written(sheet, self.laid, self.snapshot, self.manner.direction, self.legend)

    @property
    def pages(self) -> list[str]:
        """The picture in pieces that each fit on a page, if it is one for "print"; no box is in two of them."""
        return cut(self.svg, SIZES[self.manner.size].high)

    @cached_property
    def source(self) -> str:
        """The graph as DOT text, for Graphviz to lay out in its own way; in light colours unless the theme is dark."""
        picture, manner, paint = self.snapshot, self.manner, self.paint
        if self.folded is not None:
            graph = build_folded(
                picture, self.folded, rankdir=self.rankdir, legend=self.legend, paint=paint, direction=manner.direction
            )
        else:
            graph = build(
                picture, rankdir=self.rankdir, derivatives=manner.derivatives, legend=self.legend, paint=paint,
                direction=manner.direction,
            )  # fmt: skip
        text: str = graph.source
        return text

    @cached_property
    def mermaid(self) -> str:
        """The graph as a Mermaid flowchart, for Markdown; without highlight and colours of gradients."""
        numbers = self.manner.derivatives
        return to_mermaid(self.snapshot, rankdir=self.rankdir, derivatives=numbers, folded=self.folded)

    @cached_property
    def json(self) -> str:
        """The whole graph as JSON: values, gradients, local derivatives, and the boxes if it is folded."""
        return to_json(self.snapshot, folded=self.folded)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path` and return the path; its extension says which kind of file.

        What there is: .svg, .dot and .gv (DOT), .png, .pdf, .mmd (Mermaid) and .json. A name without an extension gets
        the one of `format`. The file appears whole or not at all. `.png` and `.pdf` need the package
        matplotlib; the other kinds need nothing.

        Raises ValueError for another extension, IsADirectoryError for a folder, FileNotFoundError when the folder does
        not exist, and `RenderError` when the picture cannot be made.
        """
        target = files.target(path, f"graph.{self.format}")
        if not target.suffix:
            target = target.with_name(f"{target.name}.{self.format}")
        kind = target.suffix[1:].lower()
        if kind not in FILE_FORMATS:
            works = ", ".join(f".{name}" for name in FILE_FORMATS)
            raise ValueError(
                f"cannot tell what to write from {short(target.suffix)} in {short_path(path)}; what works: {works}"
            )
        files.write(target, self._content(kind))
        return target

    if not TYPE_CHECKING:  # which would take every attribute for one that is there

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # a picture that failed inside: say what failed there
                return object.__getattribute__(self, name)
            raise answers.missing("Drawing", self, name, dir(self))

    def _content(self, kind: str) -> bytes:
        if kind in BINARY_FORMATS:
            return rendered(self.svg, kind)
        text: str = getattr(self, TEXTS[kind])
        return text.encode("utf-8")

    def _repr_html_(self) -> str:
        """The picture as an image with its data inside, which a script makes large on a click where scripts may run."""
        return notebook_html(self.pages, self._summary())

    def _summary(self) -> str:
        return "Computation graph of " + describe(self.snapshot)

    def __repr__(self) -> str:
        return f'<Drawing of {describe(self.snapshot)}; .svg, .source, .save("graph.svg")>'
