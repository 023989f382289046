"""A backward pass as a moving picture: one step a node, each with what it passes back to its operands.

As SVG it moves by itself in every browser and needs no script: the styles say which text is seen when. Readers who ask
for reduced motion see the finished picture. As GIF it is drawn frame by frame.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.graph.snapshot import Snapshot, snapshot
from autograd.picture.dot import in_dot, role_of, value_lines
from autograd.picture.drawing import NAMES, check_shared, draw
from autograd.picture.render import TIME_LIMIT, RenderError, render, render_binary
from autograd.picture.svg import escape
from autograd.picture.themes import THEMES
from autograd.support import files
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_positive
from autograd.support.text import clean, format_number, shorten

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Animation", "Step", "animate"]

FORMATS = ("svg", "gif")
CAPTION = 30  # points that the line below the picture takes


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
    rankdir: str = "LR",
    theme: str = "light",
    max_nodes: int = 100,
    seconds: float = 1.0,
    time_limit: float = TIME_LIMIT,
) -> Animation:
    """The backward pass from `root` as an animation, one step a node, each shown for some `seconds`.

    It starts with gradients of 0 and 1 at the output, and changes nothing in the graph: the numbers come from the
    local derivatives that it recorded. A GIF needs the package pillow, and the program dot or the package cairosvg.

    `time_limit`, in seconds, bounds each layout: one for an SVG, one and one more for each step for a GIF.

    Raises what `draw` raises, and ValueError when `seconds` is not positive.

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> film = animate(a * a)
    >>> [(step.caption, step.gradients) for step in film.steps]
    [('start: the gradient of the output is 1', (0.0, 1.0)), ('v1 passes 1 back through ×: a += 3 + 3', (6.0, 1.0))]
    """
    check_shared("animate", rankdir, theme, max_nodes, time_limit)
    check_positive("animate", "seconds", seconds, "seconds for each step")
    picture = root if isinstance(root, Snapshot) else snapshot(root, max_nodes=max_nodes)
    draw(picture, rankdir=rankdir, theme=theme, max_nodes=max_nodes)  # for its errors
    return Animation(picture, tuple(_steps(picture)), seconds, rankdir, theme, time_limit)


def _steps(picture: Snapshot) -> list[Step]:
    from autograd.graph.adjoints import chain

    gradients = [0.0] * len(picture.nodes)
    gradients[picture.root] = 1.0
    steps = [Step(-1, tuple(gradients), "start: the gradient of the output is 1")]
    for node in reversed(picture.nodes):
        takers = [edge for edge in picture.incoming[node.index] if picture.nodes[edge.source].requires_grad]
        if not takers or not node.requires_grad:
            continue
        gains: dict[int, list[str]] = {}
        for edge in takers:
            gain = chain(gradients[node.index], edge.local_grad)
            gradients[edge.source] += gain
            gains.setdefault(edge.source, []).append(format_number(gain))
        parts = [f"{_name(picture, k)} += {' + '.join(texts)}" for k, texts in gains.items()]
        told = ", ".join(parts[:3]) + (f", and {len(parts) - 3} more" if len(parts) > 3 else "")
        through = f"{_name(picture, node.index)} passes {format_number(gradients[node.index])} back through"
        steps.append(Step(node.index, tuple(gradients), f"{through} {clean(node.symbol)}: {told}"))
    return steps


def _name(picture: Snapshot, index: int) -> str:
    return shorten(clean(picture.nodes[index].name), 20) or f"v{index}"


@dataclass(frozen=True, repr=False)
class Animation:
    """A backward pass, step by step; `svg` moves by itself, `save` writes it as .svg or .gif."""

    snapshot: Snapshot
    steps: tuple[Step, ...]
    seconds: float
    rankdir: str = "LR"
    theme: str = "light"
    time_limit: float = field(default=TIME_LIMIT, compare=False)

    @cached_property
    def svg(self) -> str:
        """The animation as an SVG document, without scripts; it ends with the numbers that `backward()` gives.

        Raises `RenderError` where the graph cannot be laid out.
        """
        drawing = draw(
            self._widest(), rankdir=self.rankdir, theme=self.theme, max_nodes=len(self.snapshot.nodes),
            time_limit=self.time_limit,
        )  # fmt: skip
        svg, total = drawing.svg, len(self.steps)
        styles: dict[tuple[int, int], str] = {}
        for node in self.snapshot.nodes:
            if node.requires_grad:
                spans = _spans([format_number(step.gradients[node.index]) for step in self.steps])
                svg = _with_gradients(svg, node.index, spans, total, styles)
        lines = [(k, k + 1, step.caption) for k, step in enumerate(self.steps)]
        svg = self._with_caption(svg, lines, styles)
        css = [f"@keyframes {name}{{{_window(span, total)}}}" for span, name in styles.items()]
        css += [f".{name}{{animation-name:{name}}}" for name in styles.values()]
        css.append(f".t{{animation-duration:{total * self.seconds:g}s;animation-iteration-count:infinite}}")
        css.append(".h{visibility:hidden}")
        for number, step in enumerate(self.steps[1:], 1):
            css += self._marks(number, step)
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
            raise ValueError(f"an animation is saved as .svg or .gif, got {str(path)!r}")
        files.write(target, self.svg.encode("utf-8") if kind == "svg" else self._gif())
        return target

    def _marks(self, number: int, step: Step) -> list[str]:
        """Styles that mark the node of a step and the edges through which its gradient goes back."""
        theme, nodes, length = THEMES[self.theme], self.snapshot.nodes, f"{len(self.steps) * self.seconds:g}s"
        edges = [f"#e{e.index} path" for e in self.snapshot.incoming[step.node] if nodes[e.source].requires_grad]
        border = theme.look(role_of(nodes[step.node], self.snapshot))["color"]
        css = []
        for name, parts, plain in (
            (f"n{number}", [f"#v{step.node} path", f"#v{step.node} polygon"], f"stroke:{border};stroke-width:1.5"),
            (f"m{number}", edges, f"stroke:{theme.line};stroke-width:1"),
        ):
            marked = f"stroke:{theme.negative};stroke-width:3.5"
            window = _window((number, number + 1), len(self.steps), marked, plain)
            css.append(f"@keyframes {name}{{{window}}}{','.join(parts)}{{animation:{name} {length} infinite}}")
        return css

    def _widest(self) -> Snapshot:
        """The snapshot with the longest text that each gradient will have, so that its box has room for it."""
        nodes = []
        for node in self.snapshot.nodes:
            shown = [step.gradients[node.index] for step in self.steps]
            nodes.append(replace(node, grad=max(shown, key=lambda x: len(format_number(x)))))
        return replace(self.snapshot, nodes=tuple(nodes))

    def _with_caption(self, svg: str, lines: list[tuple[int, int, str]], styles: dict[tuple[int, int], str]) -> str:
        """More room below, wide enough for the longest line, and one line for each step."""
        size = re.search(r'<svg width="([0-9.]+)pt" height="([0-9.]+)pt"\s+viewBox="[^"]*"', svg)
        if size is None:
            raise RenderError("the picture has no size: Graphviz gave another kind of SVG than expected")
        width = max(float(size[1]), 5.6 * max(len(text) for *_, text in lines) + 100)
        height = float(size[2]) + CAPTION
        head = f'<svg width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0.00 0.00 {width:.2f} {height:.2f}"'
        theme = THEMES[self.theme]
        ground = f'<rect width="100%" height="100%" fill="{theme.background}"/>\n'
        total = len(lines)
        texts = "".join(
            _text(f"{k + 1} of {total} · {text}", (k, end), total, styles, 14, height - 12, theme.ink)
            for k, end, text in lines
        )
        svg = svg.replace(size[0], head, 1).replace('<g id="graph0"', ground + '<g id="graph0"', 1)
        return svg.replace("</svg>", f'<g id="captions">{texts}</g>\n</svg>')

    def _gif(self) -> bytes:
        from concurrent.futures import ThreadPoolExecutor
        from io import BytesIO

        try:
            from PIL import Image
        except ImportError as error:
            raise RenderError("a GIF needs the package pillow (`pip install pillow`); .svg needs nothing") from error
        source = draw(
            self._widest(), rankdir=self.rankdir, theme=self.theme, max_nodes=len(self.snapshot.nodes)
        ).source  # fmt: skip
        # Laid out once: with positions written down, every frame has all nodes and edges in the same places.
        laid = render(source, "dot", time_limit=self.time_limit).rstrip().removesuffix("}")

        def drawn(step: Step) -> Image.Image:
            png = render_binary(laid + self._changes(step) + "}\n", "png", time_limit=self.time_limit)
            return Image.open(BytesIO(png)).convert("RGB")

        with ThreadPoolExecutor() as pool:  # the program dot runs beside us: one for each core
            frames = list(pool.map(drawn, self.steps))
        size = (max(frame.width for frame in frames), max(frame.height for frame in frames))
        pages = []
        for frame in frames:
            page = Image.new("RGB", size, THEMES[self.theme].background)
            page.paste(frame, ((size[0] - frame.width) // 2, 0))
            pages.append(page.quantize(64))
        file = BytesIO()
        pages[0].save(file, "GIF", save_all=True, append_images=pages[1:], duration=round(1000 * self.seconds), loop=0)
        return file.getvalue()

    def _changes(self, step: Step) -> str:
        """What differs from the layout at one step, as DOT."""
        number = self.steps.index(step) + 1
        caption = _quoted(in_dot([shorten(f"{number} of {len(self.steps)} · {step.caption}", 90)]))
        lines = [f"graph [layout=nop2, labelloc=b, fontsize=14, label={caption}];"]
        colour = THEMES[self.theme].negative
        for node in self.snapshot.nodes:
            text = _quoted(in_dot(value_lines(replace(node, grad=step.gradients[node.index]))))
            mark = f', color="{colour}", penwidth=4' if node.index == step.node else ""
            lines.append(f"v{node.index} [label={text}{mark}];")
        return "\n".join(lines) + "\n"

    def __repr__(self) -> str:
        return f'<Animation of {len(self.steps)} steps; .svg, .save("backward.svg"), .save("backward.gif")>'


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _spans(texts: list[str]) -> list[tuple[int, int, str]]:
    """Equal neighbours together: (first step, step after the last one, text)."""
    spans: list[tuple[int, int, str]] = []
    for number, text in enumerate(texts):
        if spans and spans[-1][2] == text:
            spans[-1] = (spans[-1][0], number + 1, text)
        else:
            spans.append((number, number + 1, text))
    return spans


def _with_gradients(
    svg: str, index: int, spans: list[tuple[int, int, str]], total: int, styles: dict[tuple[int, int], str]
) -> str:
    """The picture with the gradient of one node as a pile of texts, of which one is seen at a time."""
    pattern = rf'(?s)(<g id="v{index}" class="node.*?)<text ([^>]*)>grad [^<]*</text>'

    def pile(match: re.Match[str]) -> str:
        texts = [_tag(f"grad {text}", (a, b), total, styles, match[2]) for a, b, text in spans]
        return match[1] + "".join(texts)

    return re.sub(pattern, pile, svg, count=1)


def _text(
    text: str, span: tuple[int, int], total: int, styles: dict[tuple[int, int], str], x: float, y: float, ink: str
) -> str:
    where = f'x="{x}" y="{y:.2f}" font-family="Helvetica,sans-Serif" font-size="11" fill="{ink}"'
    return _tag(text, span, total, styles, where)


def _tag(text: str, span: tuple[int, int], total: int, styles: dict[tuple[int, int], str], where: str) -> str:
    if span == (0, total):
        return f"<text {where}>{escape(text)}</text>"
    name = styles.setdefault(span, f"s{span[0]}-{span[1]}")
    hidden = "" if span[1] == total else " h"
    return f'<text class="t {name}{hidden}" {where}>{escape(text)}</text>'


def _window(span: tuple[int, int], total: int, on: str = "visibility:visible", off: str = "visibility:hidden") -> str:
    """Keyframes for a style that holds from one step to another; the jumps take no time."""
    first, last = 100 * span[0] / total, 100 * span[1] / total
    frames = []
    if span[0] > 0:
        frames.append(f"0%,{first - 0.01:.3f}%{{{off}}}")
    end = last if span[1] < total else 100.0
    frames.append(f"{first:.3f}%,{end - (0.01 if span[1] < total else 0):.3f}%{{{on}}}")
    if span[1] < total:
        frames.append(f"{last:.3f}%,100%{{{off}}}")
    return "".join(frames)
