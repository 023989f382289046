"""Files appear whole or not at all; notebooks show an image."""

import base64
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value
from autograd.picture import RenderError, draw
from tests.picture.pictures import Picture, neuron

# ----- Files -----


@pytest.mark.parametrize("name", ["graph.svg", "GRAPH.SVG"])
def test_saving_an_svg(name: str, tmp_path: Path) -> None:
    picture = draw(neuron())
    path = picture.save(tmp_path / name)
    assert path == tmp_path / name
    assert path.read_text(encoding="utf-8") == picture.svg
    assert len(Picture(path.read_text(encoding="utf-8")).edges()) == 11
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["graph.dot", "graph.gv"])
def test_saving_dot(name: str, tmp_path: Path) -> None:
    picture = draw(neuron())
    assert picture.save(str(tmp_path / name)).read_text(encoding="utf-8") == picture.source


@pytest.mark.parametrize(("name", "magic"), [("graph.png", b"\x89PNG\r\n\x1a\n"), ("graph.pdf", b"%PDF-")])
def test_saving_png_and_pdf(name: str, magic: bytes, tmp_path: Path) -> None:
    content = draw(neuron()).save(tmp_path / name).read_bytes()
    assert content.startswith(magic)
    assert len(content) > 5000


@pytest.mark.parametrize("name", ["graph.png", "graph.pdf"])
def test_png_and_pdf_without_matplotlib(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.artist", None)
    with pytest.raises(RenderError, match=r"file needs the package matplotlib \(`pip install matplotlib`\)"):
        draw(neuron()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format", ["svg", "dot", "gv"])
def test_a_name_without_an_extension_gets_the_format(format: str, tmp_path: Path) -> None:
    path = draw(neuron(), format=format).save(tmp_path / "graph")
    assert path == tmp_path / f"graph.{format}"
    assert path.exists()


@pytest.mark.parametrize("name", ["graph.gif", "graph.jpeg", "v1.5", "graph.svgz"])
def test_unknown_extensions(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"from '\.\w+' in .*{name}.*what works: \.svg, \.dot, \.gv, \.png, \.pdf"):
        draw(neuron()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere.* for 'graph\.svg'; make it first"):
        draw(neuron()).save(tmp_path / "nowhere" / "graph.svg")


def test_saving_twice_replaces(tmp_path: Path) -> None:
    draw(neuron()).save(tmp_path / "graph.dot")
    second = draw(Value(1.0)).save(tmp_path / "graph.dot")
    assert second.read_text(encoding="utf-8") == draw(Value(1.0)).source
    assert os.listdir(tmp_path) == ["graph.dot"]


def fail(*_: object) -> None:
    raise OSError("disk full")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw(neuron()).save(tmp_path / "graph.dot")
    old = path.read_bytes()
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(Value(1.0)).save(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["graph.dot"]


# ----- Notebooks -----


def test_a_notebook_shows_an_image_with_its_data_inside() -> None:
    picture = draw(neuron())
    html = picture._repr_html_()
    found = re.search(r'<img alt="([^"]*)" style="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', html)
    assert found is not None
    assert found[1] == "Computation graph of o: 8 values, 4 operations"
    assert base64.b64decode(found[3]).decode("utf-8") == picture.svg
    assert html.count("<script") == 1 and "http" not in html


def test_plain_text_is_short() -> None:
    assert repr(draw(neuron())) == '<Drawing of o: 8 values, 4 operations; .svg, .source, .save("graph.svg")>'
    assert repr(draw(Value(1.0))).startswith("<Drawing of v0: 1 value, 0 operations;")


@pytest.mark.parametrize("make", [lambda: draw(neuron()).source, lambda: draw(neuron()).svg], ids=["source", "svg"])
def test_nothing_machine_dependent_is_inside(make: Callable[[], str]) -> None:
    text = make()
    assert "0x" not in text
    assert "generated" not in text.lower()
    assert "DOCTYPE" not in text
