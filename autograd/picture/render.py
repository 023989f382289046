"""A drawn picture as pixels or as a page of PDF: its SVG is read back and painted by matplotlib.

Only what `write` writes is understood, which is little: boxes with round corners, lines and arrowheads, and text, each
with a class of the document's style sheet. So there is one layout for all kinds of files, and no program is needed.

    <rect class="k1" x="4" y="4" width="80" height="38" rx="15"/>      fill and border of .k1
    <path class="k7" d="M84 23L93 23C104 23 104 42 115 42"/>           M, L and C; arrowheads have l, h, v and z, too
    <text class="n k2" x="44" y="21.6">a</text>                        in the middle, or .s (start), .e (end) of x
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from autograd.picture.layout.measure import NAME, TYPE

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from PIL.Image import Image

__all__ = ["BINARY_FORMATS", "TIME_LIMIT", "RenderError", "Shape", "frames", "rendered", "shapes", "too_slow"]

BINARY_FORMATS = ("png", "pdf")
TIME_LIMIT = 30.0
SHARP, FILM = 2.0, 1.5  # pixels of a file for each of the picture, for today's screens; of a film, which is larger
ROUND = 0.5523  # the handle of a curve that is a quarter of a circle, in radii
POINT = 0.75  # points for each pixel of a picture
FONT = "DejaVu Sans"  # which comes with matplotlib; the room for texts is measured with it
_COMMAND = re.compile(r"([MLClhvz])|(-?[0-9.]+)")
_STYLE = re.compile(r"\.(\w+)\{([^}]*)\}")


class RenderError(RuntimeError):
    """Raised when a picture cannot be made; the message names what to do."""


def too_slow(time_limit: float) -> RenderError:
    """What is raised where a layout takes longer than its limit."""
    return RenderError(
        f"the layout was stopped after time_limit={time_limit:g} s; draw a smaller part of the graph "
        "(an inner Value, a smaller net), or pass a higher time_limit"
    )


@dataclass(frozen=True)
class Shape:
    """A line, a box or a text: the group that it stands in, its outline, its place and its style.

    `path` holds points and what matplotlib calls their codes; a text has `at` and no path.
    """

    group: str
    style: dict[str, str]
    path: tuple[tuple[tuple[float, float], int], ...] = ()
    text: str = ""
    at: tuple[float, float] = (0.0, 0.0)
    anchor: str = "middle"
    size: float = TYPE

    def raised(self, by: float) -> Shape:
        """The same, further up by so many pixels."""
        path = tuple(((x, y - by), code) for (x, y), code in self.path)
        return replace(self, path=path, at=(self.at[0], self.at[1] - by))

    def styled(self, **changes: str) -> Shape:
        """The same in another style; stroke_width="3" stands for stroke-width:3."""
        return replace(self, style={**self.style, **{name.replace("_", "-"): css for name, css in changes.items()}})


def shapes(svg: str) -> tuple[float, float, list[Shape]]:
    """The width and height of a picture, and everything in it from the back to the front.

    >>> from autograd import Value, draw
    >>> _, _, found = shapes(draw(Value(3.0, label="a")).svg)
    >>> [(shape.group, shape.text) for shape in found[-2:]]
    [('v0', 'data 3'), ('v0', 'grad 0')]
    """
    root = ElementTree.fromstring(svg)
    sheets = "".join(style.text or "" for style in root.iterfind(".//{*}style"))
    classes = {name: _declared(css) for name, css in _STYLE.findall(sheets)}
    w, h = float(root.get("width", "0")), float(root.get("height", "0"))
    top = float(root.get("viewBox", "0 0").split()[1])  # of a page of a picture, or of one with captions
    return w, h, [shape.raised(top) for shape in _read(root, "", classes, (w, h))]


def _declared(css: str) -> dict[str, str]:
    """The declarations of a class; of a colour for light and dark pages, the first, which is that of light ones."""
    declared: dict[str, str] = {}
    for name, value in (part.split(":", 1) for part in css.split(";") if ":" in part):
        declared.setdefault(name, value)
    return declared


def _read(
    element: ElementTree.Element, group: str, classes: dict[str, dict[str, str]], size: tuple[float, float]
) -> Iterator[Shape]:
    for child in element:
        kind = child.tag.rpartition("}")[2]
        names = child.get("class", "").split()
        style = {key: value for name in names for key, value in classes.get(name, {}).items()}
        if kind == "g":
            yield from _read(child, child.get("id") or group, classes, size)
        elif kind == "rect":
            x, y = (float(child.get(name, "0")) for name in "xy")
            w, h = (
                whole if child.get(name) == "100%" else float(child.get(name, "0"))
                for name, whole in zip(("width", "height"), size, strict=True)
            )
            yield Shape(group, style, tuple(_box(x, y, w, h, float(child.get("rx", "0")))))
        elif kind == "path":
            yield Shape(group, style, tuple(_path(child.get("d", ""))))
        elif kind == "text":
            at = (float(child.get("x", "0")), float(child.get("y", "0")))
            anchor = "start" if "s" in names else "end" if "e" in names else "middle"
            yield Shape(group, style, (), child.text or "", at, anchor, NAME if "n" in names else TYPE)


MOVE, LINE, CURVE, CLOSE = 1, 2, 4, 79  # as in matplotlib.path.Path
Step = tuple[tuple[float, float], int]


def _box(x: float, y: float, w: float, h: float, radius: float) -> Iterator[Step]:
    """A box as a path, clockwise from the left end of its upper side."""
    r = min(radius, w / 2, h / 2)
    k = r * (1 - ROUND)
    yield (x + r, y), MOVE
    for (to_x, to_y), (out_x, out_y), (in_x, in_y) in (
        ((x + w, y), (-1, 0), (0, 1)), ((x + w, y + h), (0, -1), (-1, 0)),
        ((x, y + h), (1, 0), (0, -1)), ((x, y), (0, 1), (1, 0)),
    ):  # fmt: skip
        yield (to_x + r * out_x, to_y + r * out_y), LINE
        if r:
            yield (to_x + k * out_x, to_y + k * out_y), CURVE
            yield (to_x + k * in_x, to_y + k * in_y), CURVE
            yield (to_x + r * in_x, to_y + r * in_y), CURVE
    yield (x + r, y), CLOSE


def _path(data: str) -> Iterator[Step]:
    """The points of a path: M, L, C with absolute numbers, l, h, v with relative ones, z."""
    command, x, y, start = "", 0.0, 0.0, (0.0, 0.0)
    numbers: list[float] = []
    wanted = {"M": 2, "L": 2, "C": 6, "l": 2, "h": 1, "v": 1}
    for letter, number in _COMMAND.findall(data):
        if letter == "z":
            yield start, CLOSE
        elif letter:
            command, numbers = letter, []
        else:
            numbers.append(float(number))
        if letter or len(numbers) < wanted[command]:
            continue
        if command in "MLC":
            for i in range(0, len(numbers), 2):
                x, y = numbers[i], numbers[i + 1]
                yield (x, y), {"M": MOVE, "L": LINE, "C": CURVE}[command]
            start = (x, y) if command == "M" else start
        else:
            x += 0.0 if command == "v" else numbers[0]
            y += numbers[-1] if command in "lv" else 0.0
            yield (x, y), LINE
        numbers = []


def rendered(svg: str, kind: str) -> bytes:
    """The picture as a file of one of `BINARY_FORMATS`; light colours where the picture has both.

    Raises `RenderError` where matplotlib is missing.
    """
    w, h, found = shapes(svg)
    figure = _figure(w, h, found, f"a {kind} file")
    file = BytesIO()
    # Nothing that changes from day to day or from release to release is in the file.
    metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
    with _quietly():
        figure.savefig(file, format=kind, dpi=96 * SHARP, metadata=metadata)
    return file.getvalue()


def frames(w: float, h: float, same: Sequence[Shape], changes: Sequence[Sequence[Shape]]) -> Iterator[Image]:
    """One image for each of the lists, which is painted over what all have in common; that is painted once.

    Raises `RenderError` where matplotlib is missing, which brings what a GIF needs, too.
    """
    figure = _figure(w, h, same, "a GIF")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(96 * FILM)
    canvas: Any = FigureCanvasAgg(figure)
    with _quietly():
        canvas.draw()
        renderer = canvas.get_renderer()
        unchanged = renderer.copy_from_bbox(figure.bbox)
        write = _writer()
        for over in changes:
            renderer.restore_region(unchanged)
            _paint(renderer, [shape for shape in over if not shape.text], figure.bbox.height)
            image = Image.frombytes("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba()))
            write(image, [shape for shape in over if shape.text])
            yield image


def _writer() -> Callable[[Image, Sequence[Shape]], None]:
    """What writes texts into the images of a film: pillow takes a tenth of the time that matplotlib takes."""
    from matplotlib.font_manager import FontProperties, findfont
    from PIL import ImageDraw, ImageFont

    path = findfont(FontProperties(family=FONT))
    fonts = {size: ImageFont.truetype(path, size * FILM) for size in (TYPE, NAME)}

    def write(image: Image, texts: Sequence[Shape]) -> None:
        pen = ImageDraw.Draw(image)
        for shape in texts:
            x, y = shape.at
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[shape.anchor]
            pen.text((x * FILM, y * FILM), shape.text, shape.style["fill"], fonts[shape.size], anchor)

    return write


def _quietly() -> AbstractContextManager[None]:
    """Without a warning of what the font does not have: a box stands in its place."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _figure(w: float, h: float, found: Sequence[Shape], what: str) -> Figure:
    try:
        from matplotlib.artist import Artist
        from matplotlib.figure import Figure
    except ImportError as error:
        needed = f"{what} needs the package matplotlib (`pip install matplotlib`)"
        raise RenderError(f"{needed}; .svg and .dot always work") from error

    class Page(Artist):
        """All shapes as one artist: as one artist each, they take many times as long."""

        def draw(self, renderer: Any) -> None:
            _paint(renderer, found, figure.bbox.height)

    figure = Figure(figsize=(w / 96, h / 96), frameon=False)
    figure.add_artist(Page())
    return figure


def _paint(renderer: Any, found: Sequence[Shape], high: float) -> None:
    """Paint shapes on a page of this height, in dots of the page."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    dots = renderer.points_to_pixels(POINT)
    to_page = Affine2D().scale(dots, -dots).translate(0, high)
    fonts = {size: FontProperties(family=FONT, size=size * POINT) for size in (TYPE, NAME)}
    for shape in found:
        fill, stroke = shape.style.get("fill", "#000000"), shape.style.get("stroke", "none")
        gc = renderer.new_gc()
        if shape.text:
            x, y = to_page.transform(shape.at)
            wide, *_ = renderer.get_text_width_height_descent(shape.text, fonts[shape.size], False)
            gc.set_foreground(fill)
            x -= {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * wide
            renderer.draw_text(gc, x, high - y if renderer.flipy() else y, shape.text, fonts[shape.size], 0, False)
        elif shape.path:
            gc.set_linewidth(0.0 if stroke == "none" else POINT * float(shape.style.get("stroke-width", "1")))
            gc.set_foreground("#000000" if stroke == "none" else stroke)
            if dashes := shape.style.get("stroke-dasharray"):
                gc.set_dashes(0, [POINT * float(length) for length in dashes.split()])
            points, codes = zip(*shape.path, strict=True)
            face = None if fill == "none" else tuple(int(fill[i : i + 2], 16) / 255 for i in (1, 3, 5))
            renderer.draw_path(gc, Path(points, codes), to_page, face)
        gc.restore()
