"""A backward pass as a moving picture: one step a node, each with what it passes back to its operands.

As SVG it moves by itself; a notebook adds a button that stops it and a slider over its steps. As GIF it is painted
frame by frame, over what stays the same. Only what the picture shows is named: a result without a label is "the ×",
and if there are several, "the × (data −6)".

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> film = animate(a * a)
    >>> for step in film.steps:
    ...     print(step.gradients, step.caption)
    (0.0, 1.0) start: the gradient of the output is 1
    (6.0, 1.0) the output passes 1 back through ×: a gets 3 + 3
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import groupby
from pathlib import Path

from autograd.engine.value import Value
from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot, snapshot
from autograd.picture.cell import notebook_html
from autograd.picture.dot import role_of, value_lines
from autograd.picture.drawing import NAMES, Drawing, check_shared, draw
from autograd.picture.film.controls import CONTROLS
from autograd.picture.film.gif import gif
from autograd.picture.film.timeline import Timeline
from autograd.picture.layout.measure import TYPE, text_width
from autograd.picture.render import TIME_LIMIT, Shape, frames, shapes
from autograd.picture.simplify import simplified
from autograd.picture.svg import describe
from autograd.picture.themes import THEMES, css_colours
from autograd.support import files
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_positive
from autograd.support.text import clean, format_number, short_path, shorten

__all__ = ["Animation", "Step", "animate"]

FORMATS = ("svg", "gif")
LINE, MARGIN = 16.0, 8.0  # of the captions: from line to line, and around them
NARROWEST = 420.0  # pixels for captions
MARKED = "3.5"  # pixels: the width of a border or a line that is lit


@dataclass(frozen=True)
class Step:
    """One step: the node that passes its gradient back (-1: the start), and the gradients after it."""

    node: int
    gradients: tuple[float, ...]
    caption: str


@suggest_keywords(NAMES)
def animate(
    root: Value | Snapshot,
    *,
    rankdir: str = "auto",
    theme: str = "auto",
    max_nodes: int = 100,
    seconds: float = 1.0,
    time_limit: float = TIME_LIMIT,
) -> Animation:
    """The backward pass from `root` as an animation, one step a node, each shown for some `seconds`.

    It starts with gradients of 0 and 1 at the output, and changes nothing in the graph: the numbers come from the
    local derivatives that it recorded. The node of a step and the edges that its gradient takes are lit. A notebook
    shows it by itself; a GIF needs the package matplotlib.

    `time_limit`, in seconds, bounds the layout, which is the same for all steps.

    Raises what `draw` raises, and ValueError when `seconds` is not positive.
    """
    check_shared("animate", rankdir, theme, max_nodes, time_limit)
    check_positive("animate", "seconds", seconds, "seconds for each step")
    recorded = root if isinstance(root, Snapshot) else snapshot(root, max_nodes=max_nodes)
    picture, _ = simplified(recorded)
    passes = _passes(picture)
    # Every box gets the longest text that its gradient will be, so that all steps have room in one layout.
    nodes = []
    for node in picture.nodes:
        gradients = [after[node.index] for _, after, _ in passes]
        nodes.append(replace(node, grad=max(gradients, key=lambda gradient: len(format_number(gradient)))))
    drawing = draw(
        replace(picture, nodes=tuple(nodes)), rankdir=rankdir, theme=theme, max_nodes=max_nodes,
        time_limit=time_limit, collapse=None,
    )  # fmt: skip
    return Animation(picture, _captioned(picture, passes, drawing), seconds, drawing, theme)


Pass = tuple[int, tuple[float, ...], dict[int, list[float]]]  # a node, gradients after it, what each operand got


def _passes(picture: Snapshot) -> list[Pass]:
    gradients = [0.0] * len(picture.nodes)
    gradients[picture.root] = 1.0
    passes: list[Pass] = [(-1, tuple(gradients), {})]
    # Results before operands, so that a node passes on its whole gradient.
    for node in reversed(picture.nodes):
        edges = [edge for edge in picture.incoming[node.index] if picture.nodes[edge.source].requires_grad]
        if not edges or not node.requires_grad:
            continue
        gains: dict[int, list[float]] = {}
        for edge in edges:
            gain = contribution(gradients[node.index], edge)
            gradients[edge.source] += gain
            gains.setdefault(edge.source, []).append(gain)
        passes.append((node.index, tuple(gradients), gains))
    return passes


def _captioned(picture: Snapshot, passes: list[Pass], drawing: Drawing) -> tuple[Step, ...]:
    names = _names(picture, drawing)
    steps = []
    for index, gradients, gains in passes:
        if index < 0:
            steps.append(Step(index, gradients, f"start: the gradient of {names[picture.root]} is 1"))
            continue
        node = picture.nodes[index]
        sums = [f"{names[operand]} gets {_sum(terms)}" for operand, terms in gains.items()]
        effect = ", ".join(sums[:3]) + (f", and {len(sums) - 3} more" if len(sums) > 3 else "")
        symbol = shorten(clean(node.symbol))
        through = "" if names[index].startswith(f"the {symbol}") else f" through {symbol}"
        passed = format_number(passes[len(steps) - 1][1][index])
        steps.append(Step(index, gradients, f"{names[index]} passes {passed} back{through}: {effect}"))
    return tuple(steps)


def _sum(gains: list[float]) -> str:
    first, *others = map(format_number, gains)
    return " + ".join([first, *(text if text[0].isdigit() else f"({text})" for text in others)])


def _names(picture: Snapshot, drawing: Drawing) -> list[str]:
    """What the captions call each node: as the picture names it, or else by its operation."""
    folded = drawing.laid.folded
    symbols = Counter(node.symbol for node in picture.nodes if not clean(node.label))
    names = []
    for node in picture.nodes:
        frame = folded.around.get(f"v{node.index}", -1)
        if clean(node.label):
            names.append(value_lines(node, folded.frames[frame][0] if frame >= 0 else "")[0])
        elif node.index == picture.root:
            names.append("the output")
        else:
            kind = f"the {shorten(clean(node.symbol)) or node.role}"
            alone = symbols[node.symbol] == 1
            names.append(kind if alone else f"{kind} (data {format_number(node.data)})")
    return names


@dataclass(frozen=True, repr=False)
class Animation:
    """A backward pass, step by step: a notebook shows it; `svg` moves by itself, `save` writes it as .svg or .gif."""

    snapshot: Snapshot
    steps: tuple[Step, ...]
    seconds: float
    drawing: Drawing
    theme: str = "auto"

    @cached_property
    def svg(self) -> str:
        """The animation as an SVG document, without scripts; it ends with the numbers that `backward()` gives."""
        timeline = Timeline(len(self.steps), self.seconds)
        svg = self._stage
        for node in self.snapshot.nodes:
            if node.requires_grad:
                texts = [format_number(step.gradients[node.index]) for step in self.steps]
                svg = _with_gradients(svg, node.index, texts, timeline)
        for number, step in enumerate(self.steps[1:], 1):
            self._mark(number, step, timeline)
        colours = css_colours("fill", [theme.ink for theme in THEMES[self.theme]])
        captions = "".join(
            f'<text class="s {timeline.seen((number, number + 1))}" x="{x:g}" y="{y:g}" style="{colours}">'
            f"{escape(line)}</text>"
            for number, lines in enumerate(self._captions)
            for line, x, y in lines
        )
        svg = svg.replace("</svg>", f'<g id="captions">{captions}</g>\n</svg>')
        return svg.replace('<g id="graph0"', f'{timeline.style()}\n<g id="graph0"', 1)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the animation to `path`, a .svg or .gif file, and return the path.

        Raises ValueError for another extension, IsADirectoryError for a folder, FileNotFoundError when the folder does
        not exist, and `RenderError` when matplotlib, which a GIF needs, is missing.
        """
        target = files.target(path, "backward.svg")
        kind = target.suffix[1:].lower()
        if kind not in FORMATS:
            raise ValueError(f"an animation is saved as .svg or .gif, got {short_path(path)}")
        files.write(target, self.svg.encode("utf-8") if kind == "svg" else self._gif())
        return target

    @cached_property
    def _captions(self) -> list[list[tuple[str, float, float]]]:
        """For each step the lines of its caption, with their places above the picture."""
        room = max(self.drawing.width, NARROWEST) - 2 * MARGIN
        texts = [f"{number} of {len(self.steps)} · {step.caption}" for number, step in enumerate(self.steps, 1)]
        wrapped = [_wrapped(text, room) for text in texts]
        top = -LINE * max(map(len, wrapped)) - MARGIN
        return [[(line, MARGIN, top + LINE * (i + 1)) for i, line in enumerate(lines)] for lines in wrapped]

    @cached_property
    def _stage(self) -> str:
        """The picture with room for the captions above it: next to the controls, and seen without scrolling."""
        drawing = self.drawing
        width = max(drawing.width, NARROWEST)
        top = 2 * MARGIN + LINE * max(map(len, self._captions))
        size = f'width="{width:.1f}" height="{drawing.height + top:.1f}"'
        box = f'viewBox="0 {-top:.1f} {width:.1f} {drawing.height + top:.1f}"'
        svg = re.sub(r'width="[0-9.]+" height="[0-9.]+" viewBox="[^"]*"', f"{size} {box}", drawing.svg, count=1)
        return svg.replace(' width="100%"', f' y="{-top:.1f}" width="100%"', 1)

    def _used(self, step: Step) -> list[str]:
        """The groups of the edges through which a node's gradient goes back, and of the way to its operation."""
        nodes = self.snapshot.nodes
        edges = [edge for edge in self.snapshot.incoming[step.node] if nodes[edge.source].requires_grad]
        return [f"r{step.node}", *(f"e{edge.index}" for edge in edges)]

    def _mark(self, number: int, step: Step, timeline: Timeline) -> None:
        """Light the node of a step, the edges that its gradient takes, and their arrowheads."""
        themes = THEMES[self.theme]
        role = role_of(self.snapshot.nodes[step.node], self.snapshot)
        lit = [theme.negative for theme in themes]
        border = css_colours("stroke", [theme.fills[role][1] for theme in themes])
        stroke, fill = (css_colours(name, [theme.line for theme in themes]) for name in ("stroke", "fill"))
        wide = f"{css_colours('stroke', lit)}stroke-width:{MARKED}"
        groups = self._used(step)
        timeline.mark(f"n{number}", number, [f"#v{step.node} rect"], wide, f"{border}stroke-width:1.5")
        timeline.mark(
            f"m{number}", number, [f"#{group} path:first-of-type" for group in groups], wide, f"{stroke}stroke-width:1"
        )
        heads = [f"#{group} path:last-of-type" for group in groups]
        timeline.mark(f"a{number}", number, heads, css_colours("fill", lit), fill)

    def _gif(self) -> bytes:
        w, h, found = shapes(self._stage)
        takes = {f"v{node.index}": node.index for node in self.snapshot.nodes if node.requires_grad}
        gradients = [shape for shape in found if shape.group in takes and shape.text.startswith("grad ")]
        same = [shape for shape in found if shape not in gradients]
        theme = THEMES[self.theme][0]
        top = h - self.drawing.height
        changes = []
        for step, lines in zip(self.steps, self._captions, strict=True):
            lit = {f"v{step.node}", *(self._used(step) if step.node >= 0 else ())}
            over = [
                shape.styled(stroke=theme.negative, stroke_width=MARKED, fill="none")
                if shape.style.get("stroke", "none") != "none"
                else shape.styled(fill=theme.negative)
                for shape in same
                if shape.group in lit and not shape.text
            ]
            over += [
                replace(shape, text=f"grad {format_number(step.gradients[takes[shape.group]])}") for shape in gradients
            ]
            over += [
                Shape("captions", {"fill": theme.ink}, text=text, at=(x, y + top), anchor="start")
                for text, x, y in lines
            ]
            changes.append(over)
        return gif(frames(w, h, same, changes), self.seconds)

    def _repr_html_(self) -> str:
        about = f"Backward pass of {describe(self.snapshot)} in {len(self.steps)} steps"
        return notebook_html([self.svg], about, CONTROLS)

    def __repr__(self) -> str:
        return f'<Animation of {len(self.steps)} steps; .svg, .save("backward.svg"), .save("backward.gif")>'


def _wrapped(text: str, room: float) -> list[str]:
    """The text in lines that are no wider than there is room."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and text_width(longer, TYPE) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _with_gradients(svg: str, index: int, gradients: list[str], timeline: Timeline) -> str:
    """The picture with the gradient of one node as a pile of texts, of which one is seen at a time."""
    # Equal neighbours are one text: (0, 0, 6) gives "grad 0" for two steps and "grad 6" for one.
    spans, start = [], 0
    for gradient, run in groupby(gradients):
        end = start + len(list(run))
        spans.append((start, end, gradient))
        start = end
    pattern = rf'(?s)(<g id="v{index}" class="node.*?)<text class="([^>]*)>grad [^<]*</text>'

    def pile(match: re.Match[str]) -> str:
        texts = [
            f'<text class="{f"{timeline.seen((first, end))} ".lstrip()}{match[2]}>grad {gradient}</text>'
            for first, end, gradient in spans
        ]
        return match[1] + "".join(texts)

    return re.sub(pattern, pile, svg, count=1)
