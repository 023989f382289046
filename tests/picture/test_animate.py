"""The backward pass as a moving picture."""

import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd import Value
from autograd.graph.snapshot import snapshot
from autograd.picture import GraphTooLarge
from autograd.picture.animate import animate
from autograd.picture.render import RenderError
from tests.picture.pictures import SVG, network, neuron
from tests.picture.test_labels import EVIL


@pytest.mark.parametrize("make", [neuron, lambda: network(2, 3, 1)], ids=["neuron", "network"])
def test_the_last_step_has_the_gradients_of_backward(make: object) -> None:
    root = make()  # type: ignore[operator]
    film = animate(root)
    expected = [node.grad for node in snapshot(root).nodes]
    assert film.steps[-1].gradients == pytest.approx(expected, rel=1e-12)
    assert film.steps[0].gradients == tuple(float(node.index == film.snapshot.root) for node in film.snapshot.nodes)


def test_every_node_that_passes_a_gradient_has_its_step_in_order() -> None:
    film = animate(neuron())
    assert [step.node for step in film.steps] == [-1, 7, 5, 4, 2]


def test_nothing_in_the_graph_changes() -> None:
    a = Value(3.0, label="a")
    root = a * a
    animate(root).svg  # noqa: B018
    assert (a.grad, root.grad) == (0.0, 0.0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_svg_has_a_text_for_every_gradient_a_node_has(theme: str) -> None:
    a = Value(3.0, label="a")
    film = animate(a * 2.0 + a.tanh(), theme=theme)
    root = ElementTree.fromstring(film.svg)
    [node] = [g for g in root.iter(f"{SVG}g") if g.get("id") == "v0"]
    texts = [(t.text or "", t.get("class") or "") for t in node.iter(f"{SVG}text")]
    grads = [(text, kind) for text, kind in texts if text.startswith("grad")]
    assert len(grads) == len(dict.fromkeys(step.gradients[0] for step in film.steps))
    assert [" h " in kind for _, kind in grads] == [True] * (len(grads) - 1) + [False]
    captions = [g for g in root.iter(f"{SVG}g") if g.get("id") == "captions"]
    assert len(list(captions[0])) == len(film.steps)


def test_readers_who_want_less_motion_see_the_end() -> None:
    svg = animate(neuron()).svg
    assert "@media (prefers-reduced-motion:reduce){*{animation:none!important}}" in svg
    assert "<script" not in svg and "http" not in svg.replace("http://www.w3.org", "")
    assert set(re.findall(r"animation-name:([\w-]+)", svg)) <= set(re.findall(r"@keyframes ([\w-]+)", svg))


@pytest.mark.parametrize("label", EVIL, ids=range(len(EVIL)))
def test_labels_stay_text(label: str) -> None:
    root = ElementTree.fromstring(animate(Value(1.0, label=label) * 2.0).svg)
    assert not [element for element in root.iter() if element.tag.removeprefix(SVG) in ("script", "a", "b")]


@pytest.mark.skipif(shutil.which("dot") is None, reason="the system has no dot")
def test_a_gif_has_one_frame_a_step(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    a = Value(3.0, label='say "a" \\')
    film = animate((a * 2.0).tanh(), seconds=0.5)
    with image.open(film.save(tmp_path / "backward.gif")) as gif:
        assert gif.n_frames == len(film.steps) == 3
        assert gif.info["duration"] == 500


def test_a_gif_without_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = animate(neuron())
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(RenderError, match=r"needs the package pillow \(`pip install pillow`\)"):
        film.save(tmp_path / "x.gif")
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    pytest.importorskip("PIL")
    with pytest.raises(RenderError, match=r"needs the program dot .* or the package cairosvg"):
        film.save(tmp_path / "x.gif")
    assert list(tmp_path.iterdir()) == []


def test_what_is_refused(tmp_path: Path) -> None:
    film = animate(neuron())
    assert film.save(tmp_path / "b.svg").read_text(encoding="utf-8") == film.svg
    with pytest.raises(ValueError, match=r"saved as \.svg or \.gif, got 'b\.mp4'"):
        film.save("b.mp4")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        film.save(tmp_path / "nowhere" / "b.svg")
    with pytest.raises(ValueError, match="seconds must be a number of seconds for each step above 0, got 0"):
        animate(neuron(), seconds=0)
    with pytest.raises(GraphTooLarge, match="8 nodes, more than max_nodes=7"):
        animate(neuron(), max_nodes=7)
    assert repr(film).startswith("<Animation of 5 steps;")
