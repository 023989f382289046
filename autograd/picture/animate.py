"""A backward pass as a moving picture: one step a node, each with what it passes back to its operands.

As SVG it moves by itself in every browser and needs no script: the styles say which text is seen when. Readers who ask
for reduced motion see the finished picture. As GIF it is drawn frame by frame.

Of y = a · a at a = 3 there are two steps, so the gradient of a is two texts in one place. With 1 second a step, the
first is seen in the first half of 2 seconds, and hidden without animation (h); the second is seen in the other half:

    <text class="t s0-1 h ..." ...>grad 0</text>        @keyframes s0-1{0.000%,49.990%{visibility:visible}...}
    <text class="t s1-2" ...>grad 6</text>           @keyframes s1-2{0%,49.990%{visibility:hidden}...}

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> film = animate(a * a)
    >>> [(step.caption, step.gradients) for step in film.steps]
    [('start: the gradient of the output is 1', (0.0, 1.0)), ('v1 passes 1 back through ×: a += 3 + 3', (6.0, 1.0))]
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from itertools import groupby
from pathlib import Path

from autograd.engine.value import Value
from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot, snapshot
from autograd.picture.dot import quoted, role_of, value_lines
from autograd.picture.drawing import NAMES, Drawing, check_shared, draw
from autograd.picture.render import TIME_LIMIT, RenderError, render, render_binary
from autograd.picture.themes import THEMES, css_colours
from autograd.support import files
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_positive
from autograd.support.text import clean, format_number, short_path, shorten

__all__ = ["Animation", "Step", "animate"]

FORMATS = ("svg", "gif")
CAPTION = 30  # points that the line below the picture takes
Span = tuple[int, int]  # the first step, and the step after the last one


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
    local derivatives that it recorded. A GIF needs the package pillow, and the program dot or the package cairosvg.

    `time_limit`, in seconds, bounds each layout: one for an SVG, one and one more for each step for a GIF.

    Raises what `draw` raises, and ValueError when `seconds` is not positive.
    """
    check_shared("animate", rankdir, theme, max_nodes, time_limit)
    check_positive("animate", "seconds", seconds, "seconds for each step")
    picture = root if isinstance(root, Snapshot) else snapshot(root, max_nodes=max_nodes)
    draw(picture, rankdir=rankdir, theme=theme, max_nodes=max_nodes, collapse=None)  # for its errors
    return Animation(picture, tuple(_steps(picture)), seconds, rankdir, theme, time_limit)


def _steps(picture: Snapshot) -> list[Step]:
    gradients = [0.0] * len(picture.nodes)
    gradients[picture.root] = 1.0
    steps = [Step(-1, tuple(gradients), "start: the gradient of the output is 1")]
    # Results before operands, so that a node passes on its whole gradient.
    for node in reversed(picture.nodes):
        edges = [edge for edge in picture.incoming[node.index] if picture.nodes[edge.source].requires_grad]
        if not edges or not node.requires_grad:
            continue
        gains: dict[int, list[str]] = {}
        for edge in edges:
            gain = contribution(gradients[node.index], edge)
            gradients[edge.source] += gain
            gains.setdefault(edge.source, []).append(format_number(gain))
        sums = [f"{_name(picture, operand)} += {' + '.join(terms)}" for operand, terms in gains.items()]
        effect = ", ".join(sums[:3]) + (f", and {len(sums) - 3} more" if len(sums) > 3 else "")
        through = f"{_name(picture, node.index)} passes {format_number(gradients[node.index])} back through"
        steps.append(Step(node.index, tuple(gradients), f"{through} {clean(node.symbol)}: {effect}"))
    return steps


def _name(picture: Snapshot, index: int) -> str:
    return shorten(clean(picture.nodes[index].name), 20) or f"v{index}"


@dataclass(frozen=True)
class Timeline:
    """When each part of a moving SVG is seen; `styles` names a style for every span of steps that a text has."""

    steps: int
    seconds: float
    styles: dict[Span, str] = field(default_factory=dict)

    @property
    def duration(self) -> str:
        """How long all steps take together, for CSS."""
        return f"{self.steps * self.seconds:g}s"

    def text(self, content: str, span: Span, attributes: str) -> str:
        """A text that is seen from the first step of a span to the last."""
        classes = ""
        if span != (0, self.steps):
            name = self.styles.setdefault(span, f"s{span[0]}-{span[1]}")
            classes = f"t {name}{'' if span[1] == self.steps else ' h'} "
        attributes = attributes.replace('class="', f'class="{classes}', 1)
        return f"<text {attributes}>{escape(content)}</text>"

    def keyframes(self, span: Span, on: str = "visibility:visible", off: str = "visibility:hidden") -> str:
        """Keyframes for a style that holds during a span; the jumps take no time."""
        first, end = (100 * step / self.steps for step in span)
        before = f"0%,{first - 0.01:.3f}%{{{off}}}" if span[0] > 0 else ""
        if span[1] == self.steps:
            return f"{before}{first:.3f}%,{end:.3f}%{{{on}}}"
        return f"{before}{first:.3f}%,{end - 0.01:.3f}%{{{on}}}{end:.3f}%,100%{{{off}}}"

    def css(self) -> list[str]:
        """The styles of all texts so far."""
        css = [f"@keyframes {name}{{{self.keyframes(span)}}}" for span, name in self.styles.items()]
        css += [f".{name}{{animation-name:{name}}}" for name in self.styles.values()]
        return [
            *css,
            f".t{{animation-duration:{self.duration};animation-iteration-count:infinite}}",
            ".h{visibility:hidden}",
        ]


@dataclass(frozen=True, repr=False)
class Animation:
    """A backward pass, step by step; `svg` moves by itself, `save` writes it as .svg or .gif."""

    snapshot: Snapshot
    steps: tuple[Step, ...]
    seconds: float
    rankdir: str = "auto"
    theme: str = "auto"
    time_limit: float = field(default=TIME_LIMIT, compare=False)

    @cached_property
    def svg(self) -> str:
        """The animation as an SVG document, without scripts; it ends with the numbers that `backward()` gives.

        Raises `RenderError` where the graph cannot be laid out.
        """
        timeline = Timeline(len(self.steps), self.seconds)
        svg = self._widest.svg
        for node in self.snapshot.nodes:
            if node.requires_grad:
                texts = [format_number(step.gradients[node.index]) for step in self.steps]
                svg = _with_gradients(svg, node.index, texts, timeline)
        svg = self._with_captions(svg, timeline)
        css = timeline.css()
        for number, step in enumerate(self.steps[1:], 1):
            css += self._marks(number, step, timeline)
        css.append("@media (prefers-reduced-motion:reduce){*{animation:none!important}}")
        return svg.replace('<g id="graph0"', f"<style>{''.join(css)}</style>\n" + '<g id="graph0"', 1)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the animation to `path`, a .svg or .gif file, and return the path.

        Raises ValueError for another extension, IsADirectoryError for a folder, FileNotFoundError when the folder does
        not exist, and `RenderError` when something that a GIF needs is missing.
        """
        target = files.target(path, "backward.svg")
        kind = target.suffix[1:].lower()
        if kind not in FORMATS:
            raise ValueError(f"an animation is saved as .svg or .gif, got {short_path(path)}")
        files.write(target, self.svg.encode("utf-8") if kind == "svg" else self._gif())
        return target

    @cached_property
    def _widest(self) -> Drawing:
        """The picture with the longest text that each gradient will have, so that its box has room for it."""
        nodes = []
        for node in self.snapshot.nodes:
            gradients = [step.gradients[node.index] for step in self.steps]
            nodes.append(replace(node, grad=max(gradients, key=lambda gradient: len(format_number(gradient)))))
        return draw(
            replace(self.snapshot, nodes=tuple(nodes)), rankdir=self.rankdir, theme=self.theme, max_nodes=len(nodes),
            time_limit=self.time_limit, collapse=None,
        )  # fmt: skip

    def _marks(self, number: int, step: Step, timeline: Timeline) -> list[str]:
        """Styles that mark the node of a step and the edges through which its gradient goes back."""
        nodes, themes = self.snapshot.nodes, THEMES[self.theme]
        edges = [
            f"#e{e.index} path:first-of-type"
            for e in self.snapshot.incoming[step.node]
            if nodes[e.source].requires_grad
        ]
        role = role_of(nodes[step.node], self.snapshot)
        borders = css_colours("stroke", [theme.fills[role][1] for theme in themes])
        marked = css_colours("stroke", [theme.negative for theme in themes]) + "stroke-width:3.5"
        css = []
        for name, parts, plain in (
            (f"n{number}", [f"#v{step.node} rect"], f"{borders}stroke-width:1.5"),
            (f"m{number}", edges, css_colours("stroke", [theme.line for theme in themes]) + "stroke-width:1"),
        ):
            css.append(f"@keyframes {name}{{{timeline.keyframes((number, number + 1), marked, plain)}}}")
            css.append(f"{','.join(parts)}{{animation:{name} {timeline.duration} infinite}}")
        return css

    def _with_captions(self, svg: str, timeline: Timeline) -> str:
        """More room below, wide enough for the longest caption, and one for each step."""
        drawing = self._widest
        # 6.6 pixels are the mean width of a letter; the rest is for the number of the step, and a margin.
        width = max(drawing.width, 6.6 * max(len(step.caption) for step in self.steps) + 100)
        height = drawing.height + CAPTION
        colours = css_colours("fill", [theme.ink for theme in THEMES[self.theme]])
        place = f'class="s" x="14" y="{height - 12:.1f}" style="{colours}"'
        captions = "".join(
            timeline.text(f"{number + 1} of {timeline.steps} · {step.caption}", (number, number + 1), place)
            for number, step in enumerate(self.steps)
        )
        size = re.search(r'width="[0-9.]+" height="[0-9.]+" viewBox="[^"]*"', svg)
        if size is None:
            raise RenderError("the picture has no size")
        svg = svg.replace(
            size[0], f'width="{width:.1f}" height="{height:.1f}" viewBox="0 0 {width:.1f} {height:.1f}"', 1
        )
        return svg.replace("</svg>", f'<g id="captions">{captions}</g>\n</svg>')

    def _gif(self) -> bytes:
        from concurrent.futures import ThreadPoolExecutor
        from io import BytesIO

        try:
            from PIL import Image
        except ImportError as error:
            raise RenderError("a GIF needs the package pillow (`pip install pillow`); .svg needs nothing") from error
        # Laid out once: with positions written down, every frame has all nodes and edges in the same places.
        layout = render(self._widest.source, "dot", time_limit=self.time_limit).rstrip().removesuffix("}")

        def frame_of(step: Step) -> Image.Image:
            png = render_binary(layout + self._changes(step) + "}\n", "png", time_limit=self.time_limit)
            return Image.open(BytesIO(png)).convert("RGB")

        with ThreadPoolExecutor() as pool:  # the program dot runs beside us: one for each core
            frames = list(pool.map(frame_of, self.steps))
        # A caption can be wider than the graph, so frames are put in the middle of the largest one.
        size = (max(frame.width for frame in frames), max(frame.height for frame in frames))
        pages = []
        for frame in frames:
            page = Image.new("RGB", size, THEMES[self.theme][0].background)
            page.paste(frame, ((size[0] - frame.width) // 2, 0))
            pages.append(page.quantize(64))
        file = BytesIO()
        pages[0].save(file, "GIF", save_all=True, append_images=pages[1:], duration=round(1000 * self.seconds), loop=0)
        return file.getvalue()

    def _changes(self, step: Step) -> str:
        """What differs from the layout at one step, as DOT."""
        number = self.steps.index(step) + 1
        caption = quoted([shorten(f"{number} of {len(self.steps)} · {step.caption}", 90)])
        lines = [f"graph [layout=nop2, labelloc=b, fontsize=14, label={caption}];"]
        colour = THEMES[self.theme][0].negative
        for node in self.snapshot.nodes:
            text = quoted(value_lines(replace(node, grad=step.gradients[node.index])))
            mark = f', color="{colour}", penwidth=4' if node.index == step.node else ""
            lines.append(f"v{node.index} [label={text}{mark}];")
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return f'<Animation of {len(self.steps)} steps; .svg, .save("backward.svg"), .save("backward.gif")>'


def _with_gradients(svg: str, index: int, gradients: list[str], timeline: Timeline) -> str:
    """The picture with the gradient of one node as a pile of texts, of which one is seen at a time."""
    # Equal neighbours are one text: (0, 0, 6) gives "grad 0" for two steps and "grad 6" for one.
    spans, start = [], 0
    for gradient, run in groupby(gradients):
        end = start + len(list(run))
        spans.append((start, end, gradient))
        start = end
    pattern = rf'(?s)(<g id="v{index}" class="node.*?)<text ([^>]*)>grad [^<]*</text>'

    def pile(match: re.Match[str]) -> str:
        texts = [timeline.text(f"grad {gradient}", (first, end), match[2]) for first, end, gradient in spans]
        return match[1] + "".join(texts)

    return re.sub(pattern, pile, svg, count=1)
