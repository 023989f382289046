"""A figure that is laid out as an SVG document: every look is written once, as a class, and every part has its id.

    <g id="v0" class="node value input"><title>a (input): data 3.0, grad 6.0</title><rect class="k1" .../><text ...>

Text stays text, which can be selected and found; colours follow the reader's light or dark page where the theme says
so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from math import ceil

from autograd.graph.snapshot import Snapshot
from autograd.picture.collapse import Folded
from autograd.picture.figure import ARROW, LINE, NEAR, STEM, Figure, Part, Way
from autograd.picture.fit import Laid
from autograd.picture.layout.layers import Point
from autograd.picture.layout.measure import FONT, NAME, TYPE, text_width
from autograd.picture.layout.rows import turn
from autograd.picture.paint import Paint
from autograd.picture.svg import link_title
from autograd.picture.themes import Look, css_colours
from autograd.support.text import format_number

__all__ = ["Looks", "Sheet", "cut", "written"]

ROUND = {"input": 15.0, "junction": 12.0, "result": 6.0, "output": 6.0, "frame": 8.0}  # radii of corners
SHIFT = 3.6  # from the middle of a line of text down to the line that its letters stand on


class Looks:
    """The classes of a document: one for every look, in each of the themes."""

    def __init__(self, paints: Sequence[Paint]) -> None:
        self.paints = paints
        self.names: dict[str, str] = {}

    def shape(self, looks: Sequence[Look]) -> str:
        """The class of a shape with a fill and a border."""
        css = css_colours("fill", [look.get("fillcolor", "none") for look in looks])
        css += css_colours("stroke", [look["color"] for look in looks])
        css += f"stroke-width:{looks[0].get('penwidth', '1.5')}"
        return self._class(css + (";stroke-dasharray:5 3" if "dashed" in looks[0].get("style", "") else ""))

    def text(self, colours: Sequence[str]) -> str:
        """The class of a text."""
        return self._class(css_colours("fill", colours).rstrip(";"))

    def line(self, looks: Sequence[Look]) -> str:
        """The class of a line without a fill."""
        css = "fill:none;" + css_colours("stroke", [look["color"] for look in looks])
        css += f"stroke-width:{looks[0].get('penwidth', '1')}"
        dashes = {"dashed": ";stroke-dasharray:5 3", "dotted": ";stroke-dasharray:1.5 3"}
        return self._class(css + dashes.get(looks[0].get("style", ""), ""))

    def css(self) -> str:
        """All classes so far."""
        return "".join(f".{name}{{{css}}}" for css, name in self.names.items())

    def _class(self, css: str) -> str:
        return self.names.setdefault(css, f"k{len(self.names)}")


class Sheet:
    """The elements of one document, with what all of them share."""

    def __init__(self, paints: Sequence[Paint], titles: dict[str, str]) -> None:
        self.looks = Looks(paints)
        self.paints = paints
        self.titles = titles
        self.elements: list[str] = []

    def group(self, name: str, kind: str, content: str) -> None:
        """A part with its id, its class and what hovering shows."""
        title = f"<title>{escape(self.titles[name])}</title>" if name in self.titles else ""
        self.elements.append(f'<g id="{name}" class="{kind}">{title}{content}</g>')

    def rect(self, x: float, y: float, w: float, h: float, radius: float, looks: Sequence[Look]) -> str:
        """A box."""
        rx = f' rx="{_n(radius)}"' if radius else ""
        return f'<rect class="{self.looks.shape(looks)}" x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"{rx}/>'

    def lines(self, lines: Sequence[str], x: float, middle: float, looks: Sequence[Look], named: bool = False) -> str:
        """Lines of text around a point; the first one is in larger type if it is a name."""
        name = self.looks.text(self.inks(looks))
        first = middle - (len(lines) - 1) * LINE / 2 + SHIFT
        kinds = ["n " if named and not i else "" for i in range(len(lines))]
        return "".join(
            f'<text class="{kind}{name}" x="{_n(x)}" y="{_n(first + i * LINE)}">{escape(line)}</text>'
            for i, (kind, line) in enumerate(zip(kinds, lines, strict=True))
        )

    def inks(self, looks: Sequence[Look]) -> list[str]:
        """The colours of a text in each theme."""
        return [look.get("fontcolor", paint.theme.ink) for look, paint in zip(looks, self.paints, strict=True)]

    def document(self, w: float, h: float) -> str:
        """The whole document, of this size in pixels."""
        paper = self.looks.shape([{"fillcolor": p.theme.background, "color": "none"} for p in self.paints])
        scheme = ":root{color-scheme:light dark}" if len(self.paints) > 1 else ""
        style = f"{scheme}text{{font:{TYPE:g}px {FONT};text-anchor:middle}}.n{{font-size:{NAME:g}px}}"
        style += ".s{text-anchor:start}.e{text-anchor:end}"
        size = f'width="{_n(w)}" height="{_n(h)}"'
        title = f"<title>{escape(self.titles.get('graph0', ''))}</title>"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_n(w)} {_n(h)}">\n'
            f'<style>{style}{self.looks.css()}</style>\n<rect class="{paper}" width="100%" height="100%"/>\n'
            f'<g id="graph0" class="graph">{title}\n' + "\n".join(self.elements) + "\n</g>\n</svg>\n"
        )


def _n(x: float) -> str:
    """A length to a tenth of a pixel, which is less than the eye can tell."""
    return f"{x + 0.0:.1f}".removesuffix(".0")


def written(sheet: Sheet, laid: Laid, picture: Snapshot, direction: str, legend: bool) -> str:
    """The document of a laid-out picture: frames, then edges, everything else on top of them, then legends below."""
    figure = laid.figure
    # Outer frames have lower numbers than those inside of them.
    for part in sorted((part for part in figure.parts.values() if part.kind == "frame"), key=lambda part: part.index):
        _write_frame(sheet, figure, part)
    for part in figure.parts.values():
        if part.symbol:
            _write_stem(sheet, figure, part, picture, direction)
    for way, route in zip(figure.ways, laid.routes, strict=True):
        _write_way(sheet, figure, way, route, picture, direction)
    for part in figure.parts.values():
        if part.kind != "frame":
            _write_part(sheet, figure, part, picture, laid.folded)
    roles = [part.kind for part in figure.parts.values() if part.index >= 0] if legend else []
    samples = [*_roles(sheet, roles, direction), *_gradients(sheet)]
    w, h = _write_legend(sheet, samples, laid.w, laid.h)
    return sheet.document(w, h)


def _roles(sheet: Sheet, roles: Sequence[str], direction: str) -> list[tuple[str, str, list[Look]]]:
    """A sample of every role that occurs, of an operation, and of what the number on an edge says."""
    if not roles:
        return []
    samples = [role for role in ("constant", "input", "parameter") if role in roles]
    samples += ["operation", *(role for role in ("result", "output") if role in roles)]
    shown = [(f"legend_{role}", role, [p.theme.look(role) for p in sheet.paints]) for role in samples]
    says = (
        "number on an edge: gradient passed back" if direction == "backward" else "number on an edge: ∂result/∂operand"
    )
    return [*shown, ("legend_number", says, [])]


def _gradients(sheet: Sheet) -> list[tuple[str, str, list[Look]]]:
    """The colours of gradients, from 0 to the largest."""
    scale = sheet.paints[0].scale
    if scale is None:
        return []
    samples: list[tuple[str, str, list[Look]]] = [("legend_gradient", "size of gradient", [])]
    for number, size in enumerate(scale.ticks()):
        # The step above 0 stands for all that is smaller, too, where the scale was cut off.
        least = "≤ " if number == 1 and scale.decades > 1 else ""
        looks = [p.heated(p.theme.look("parameter"), size) for p in sheet.paints]
        samples.append((f"legend_gradient{number}", least + format_number(size), looks))
    return samples


def _write_legend(
    sheet: Sheet, samples: Sequence[tuple[str, str, list[Look]]], w: float, h: float
) -> tuple[float, float]:
    """Samples in rows below the picture, and the size of both together."""
    x, y, widest = 6.0, h + 14.0, w
    for name, text, looks in samples:
        wide = text_width(text, TYPE) + 2 * 11
        if x > 6.0 and x + wide > max(w, 480.0):
            x, y = 6.0, y + 34.0
        role = name.removeprefix("legend_")
        radius = 11.0 if role == "operation" else ROUND.get(role, 0.0)
        shape = sheet.rect(x, y, wide, 24.0, min(radius, 12.0), looks) if looks else ""
        if role == "output":
            shape += sheet.rect(x - 3, y - 3, wide + 6, 30.0, radius, [{**look, "fillcolor": "none"} for look in looks])
        plain: list[Look] = [{} for _ in sheet.paints]
        sheet.group(name, "node legend", shape + sheet.lines([text], x + wide / 2, y + 12.0, looks or plain))
        x, widest = x + wide + 10.0, max(widest, x + wide + 6.0)
    return (widest, y + 32.0) if samples else (w, h)


def cut(svg: str, high: float) -> list[str]:
    """A document in pieces of at most this height, from top to bottom."""
    size = re.search(r'height="([0-9.]+)" viewBox="0 0 ([0-9.]+) [0-9.]+"', svg)
    if size is None or float(size[1]) <= high:
        return [svg]
    total, w = float(size[1]), size[2]
    starts = [number * high for number in range(ceil(total / high))]
    parts = [(start, min(high, total - start)) for start in starts]
    return [
        svg.replace(size[0], f'height="{_n(h)}" viewBox="0 {_n(start)} {w} {_n(h)}"', 1).replace(
            '" width="100%"', f'" y="{_n(start)}" width="100%"', 1
        )
        for start, h in parts
    ]


def _rectangle(figure: Figure, part: Part) -> tuple[float, float, float, float]:
    """Where the box of a part stands on the page: x, y, width and height."""
    box = part.box
    return (box.x, box.y, box.w, box.h) if figure.across else (box.y, box.x, box.h, box.w)


def _body(figure: Figure, part: Part) -> tuple[float, float]:
    """The upper left corner of a part's own body: behind its operation, in the middle."""
    x, y, w, h = _rectangle(figure, part)
    return (x + w - part.w, y + (h - part.h) / 2) if figure.across else (x + (w - part.w) / 2, y + h - part.h)


def _operation(figure: Figure, part: Part) -> tuple[float, float]:
    """The upper left corner of a part's operation."""
    x, y, w, h = _rectangle(figure, part)
    if figure.across:
        return x + w - part.w - STEM - part.op_w, y + (h - part.op_h) / 2
    return x + (w - part.op_w) / 2, y + h - part.h - STEM - part.op_h


def _write_frame(sheet: Sheet, figure: Figure, part: Part) -> None:
    x, y, w, h = _rectangle(figure, part)
    looks = [
        {"fillcolor": paint.theme.fills["cluster"][0], "color": paint.theme.fills["cluster"][1], "penwidth": "1"}
        for paint in sheet.paints
    ]
    name = sheet.looks.text(sheet.inks(looks))
    text = f'<text class="s {name}" x="{_n(x + 9)}" y="{_n(y + 15)}">{escape(part.lines[0])}</text>'
    sheet.group(part.key, "frame", sheet.rect(x, y, w, h, ROUND["frame"], looks) + text)


def _write_part(sheet: Sheet, figure: Figure, part: Part, picture: Snapshot, folded: Folded) -> None:
    x, y = _body(figure, part)
    if part.kind == "box":
        box = next(box for box in folded.boxes if box.name == part.key)
        looks = [paint.box(box.gradient, box.members, box.role) for paint in sheet.paints]
        kind, doubled = "node box", True
    elif part.kind == "junction":
        looks = [{**p.theme.look("box"), "penwidth": "1", "color": p.theme.fills["cluster"][1]} for p in sheet.paints]
        kind, doubled = "node junction", False
    else:
        looks = [paint.value(picture.nodes[part.index], part.kind) for paint in sheet.paints]
        kind, doubled = f"node value {part.kind}", part.kind == "output"
    radius = ROUND.get(part.kind, 0.0)
    shape = sheet.rect(x, y, part.w, part.h, radius, looks)
    if doubled:
        inner = [{**look, "fillcolor": "none"} for look in looks]
        shape += sheet.rect(x + 3, y + 3, part.w - 6, part.h - 6, max(0.0, radius - 3), inner)
    if part.symbol:
        op_x, op_y = _operation(figure, part)
        dark = [{**paint.operation(part.index), "penwidth": "0"} for paint in sheet.paints]
        content = sheet.rect(op_x, op_y, part.op_w, part.op_h, 11.0, dark)
        content += sheet.lines([part.symbol], op_x + part.op_w / 2, op_y + part.op_h / 2, dark)
        sheet.group(f"o{part.index}", "node operation", content)
    sheet.group(part.key, kind, shape + sheet.lines(part.lines, x + part.w / 2, y + part.h / 2, looks, part.named))


def _write_stem(sheet: Sheet, figure: Figure, part: Part, picture: Snapshot, direction: str) -> None:
    """The short way from an operation to its result, and back."""
    node = picture.nodes[part.index]
    x, y = _body(figure, part)
    end = (x, y + part.h / 2) if figure.across else (x + part.w / 2, y)
    start = (end[0] - STEM, end[1]) if figure.across else (end[0], end[1] - STEM)
    edges = tuple(edge.index for edge in picture.incoming[part.index])
    looks = _line_looks(sheet, edges)
    shift = 3.0 if direction == "both" and node.requires_grad else 0.0
    back = direction == "backward" and node.requires_grad
    sheet.group(f"r{part.index}", "edge result", _arrow(sheet, [start, end], looks, figure.across, back, -shift))
    if shift:
        looks = _gradient_looks(sheet, looks, edges)
        line = _arrow(sheet, [start, end], looks, figure.across, True, shift)
        sheet.group(f"c{part.index}", "edge result gradient", line)


def _line_looks(sheet: Sheet, edges: tuple[int, ...]) -> list[Look]:
    return [{"color": p.theme.line, "fontcolor": p.theme.ink, **p.carries(edges)} for p in sheet.paints]


def _gradient_looks(sheet: Sheet, looks: Sequence[Look], edges: tuple[int, ...]) -> list[Look]:
    """What goes back beside the data: dashed, and in a colour of its own unless a highlight has one for it."""
    own = [{} if p.carries(edges) else dict.fromkeys(("color", "fontcolor"), p.theme.negative) for p in sheet.paints]
    return [{**look, "style": "dashed", **colour} for look, colour in zip(looks, own, strict=True)]


def _write_way(
    sheet: Sheet, figure: Figure, way: Way, route: Sequence[Point], picture: Snapshot, direction: str
) -> None:
    """One edge: its line, its arrow, and the number in front of the operation that it enters."""
    points = list(route) if figure.across else [(y, x) for x, y in route]
    target = figure.parts[way.link.target]
    if target.symbol:
        op_x, op_y = _operation(figure, target)
        points[-1] = (op_x, points[-1][1]) if figure.across else (points[-1][0], op_y)
    looks = _line_looks(sheet, way.edges)
    if len(way.edges) > 1 and "penwidth" not in looks[0]:
        looks = [{**look, "penwidth": "1.6"} for look in looks]
    kind, back, arrows = "edge result" if way.name[0] == "r" else "edge operand", direction == "backward", True
    if way.gradient:
        looks, kind, back = _gradient_looks(sheet, looks, way.edges), f"{kind} gradient", True
    elif back and not way.has_gradient:
        looks, arrows = [{**look, "style": "dotted"} for look in looks], False
    content = _arrow(sheet, points, looks, figure.across, back, 0.0, arrows)
    if way.text:
        x, y = points[-1]
        name = sheet.looks.text(sheet.inks(looks))
        if figure.across:
            place = f'class="e {name}" x="{_n(x - ARROW - 1)}" y="{_n(y - 3)}"'
        else:
            middle = op_x + target.op_w / 2
            # Of two wires, the number on the left one is on its left.
            left = target.box.pitch == NEAR and x < middle - 1
            side, shift = ("e", -4.0) if left else ("s", 4.0)
            place = f'class="{side} {name}" x="{_n(x + shift)}" y="{_n(y - ARROW - 2)}"'
        content += f"<text {place}>{escape(way.text)}</text>"
    if way.name[0] == "m":
        sheet.titles[way.name] = link_title(picture, way.edges, sheet.paints[0].highlight)
    sheet.group(way.name, kind, content)


def _arrow(
    sheet: Sheet, points: Sequence[Point], looks: Sequence[Look], across: bool, back: bool, shift: float,
    arrows: bool = True,
) -> str:  # fmt: skip
    """A line through points, level and curved in turns, with an arrow at its end (or, going back, at its start)."""
    if shift:
        points = [(x, y + shift) if across else (x + shift, y) for x, y in points]
    (x, y), path, ahead = points[0], [f"M{_n(points[0][0])} {_n(points[0][1])}"], 1.0
    for number, (to_x, to_y) in enumerate(points[1:]):
        if number % 2 == 0 or abs(to_y - y if across else to_x - x) < 0.05:
            if (to_x, to_y) != (x, y):
                path.append(f"L{_n(to_x)} {_n(to_y)}")
                ahead = -1.0 if to_x < x - 0.05 else 1.0
        elif across and to_x == x:  # from row to row
            out = _n(x + ahead * turn(to_y - y))
            path.append(f"C{out} {_n(y)} {out} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        elif across:
            middle = _n((x + to_x) / 2)
            path.append(f"C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}")
        else:
            middle = _n((y + to_y) / 2)
            path.append(f"C{_n(x)} {middle} {_n(to_x)} {middle} {_n(to_x)} {_n(to_y)}")
        x, y = to_x, to_y
    line = f'<path class="{sheet.looks.line(looks)}" d="{"".join(path)}"/>'
    if not arrows:
        return line
    x, y = points[0] if back else points[-1]
    sign = 1 if back else -1
    head = f"l{7 * sign} -3v6z" if across else f"l-3 {7 * sign}h6z"
    filled = sheet.looks.text([look["color"] for look in looks])
    return f'{line}<path class="{filled}" d="M{_n(x)} {_n(y)}{head}"/>'
