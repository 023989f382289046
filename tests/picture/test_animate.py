"""The backward pass as a moving picture."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograd import Value, grad
from autograd.graph.snapshot import snapshot
from autograd.picture import GraphTooLarge
from autograd.picture.animate import animate
from autograd.picture.render import RenderError
from autograd.picture.themes import DARK
from nn import MLP
from nn.demo import two_paths
from tests.picture.pictures import SVG, Picture, network, neuron
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
    still = "*{animation-play-state:paused!important;animation-delay:-4.5s!important}"
    assert f"@media (prefers-reduced-motion:reduce){{{still}}}" in svg
    assert "<script" not in svg and "http" not in svg.replace("http://www.w3.org", "")
    assert set(re.findall(r"animation-name:([\w-]+)", svg)) <= set(re.findall(r"@keyframes ([\w-]+)", svg))


@pytest.mark.parametrize("label", EVIL, ids=range(len(EVIL)))
def test_labels_stay_text(label: str) -> None:
    root = ElementTree.fromstring(animate(Value(1.0, label=label) * 2.0).svg)
    assert not [element for element in root.iter() if element.tag.removeprefix(SVG) in ("script", "a", "b")]


def test_a_gif_has_one_frame_a_step_in_colours_of_the_theme(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    a = Value(3.0, label='say "a" \\')
    film = animate((a * 2.0).tanh(), seconds=0.5, theme="dark")
    with image.open(film.save(tmp_path / "backward.gif")) as gif:
        assert gif.n_frames == len(film.steps) == 3
        assert gif.info["duration"] == 500
        frames = []
        for number in range(3):
            gif.seek(number)
            frames.append(gif.convert("RGB"))
    lit = tuple(int(DARK.negative[i : i + 2], 16) for i in (1, 3, 5))
    counts = [sum(n for n, colour in frame.getcolors(1 << 24) if colour == lit) for frame in frames]
    assert counts[0] * 4 < counts[1] and counts[2] > counts[0]  # inputs have borders in the same colour
    assert frames[0].getpixel((1, 1)) == tuple(int(DARK.background[i : i + 2], 16) for i in (1, 3, 5))


def test_a_gif_without_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    film = animate(neuron())
    monkeypatch.setitem(sys.modules, "matplotlib.artist", None)
    with pytest.raises(RenderError, match=r"a GIF needs the package matplotlib \(`pip install matplotlib`\)"):
        film.save(tmp_path / "x.gif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("make", [neuron, lambda: network(2, 2, 1), lambda: two_paths()[1], lambda: named_net()])
def test_captions_name_only_what_the_picture_names(make: Callable[[], Value]) -> None:
    film = animate(make())
    texts = {text for texts in Picture(film.drawing.svg).texts.values() for text in texts}
    for step in film.steps:
        assert not re.search(r"\bv\d", step.caption)
        for name, data in re.findall(r"(?:^|: |, )(?:the )?(\S+)(?: \(data ([^)]+)\))? (?:passes|gets)", step.caption):
            assert name == "output" or name in texts, (name, step.caption)
            assert not data or f"data {data}" in texts


def named_net() -> Value:
    """A loss whose weights have their places as labels, and short names in the picture."""
    loss: Value = MLP(2, [2, 1], seed=0)([0.5, 0.25]) ** 2
    return loss


def test_gains_that_add_up() -> None:
    a = Value(3.0, label="a")
    assert animate(a * a - a * 2.0).steps[-1].caption.endswith("a gets 3 + 3")
    assert animate(a.tanh() - a).steps[1].caption == "the output passes 1 back through −: the tanh gets 1, a gets −1"


def test_the_edges_of_a_step_are_lit() -> None:
    film = animate(neuron())
    for number, step in enumerate(film.steps[1:], 1):
        edges = [e for e in film.snapshot.incoming[step.node] if film.snapshot.nodes[e.source].requires_grad]
        lit = [f"#r{step.node}", *(f"#e{edge.index}" for edge in edges)]
        lines = ",".join(f"{group} path:first-of-type" for group in lit)
        heads = ",".join(f"{group} path:last-of-type" for group in lit)
        assert f"{lines}{{animation:m{number} 5s infinite}}" in film.svg
        assert f"{heads}{{animation:a{number} 5s infinite}}" in film.svg


def test_a_derivative_that_is_a_graph_is_simplified_first() -> None:
    x = Value(0.5, label="x")
    (slope,) = grad(x**3 * 2.0, [x], create_graph=True)
    film = animate(slope)
    assert len(film.snapshot.nodes) < len(snapshot(slope).nodes)
    [leaf] = [node.index for node in film.snapshot.nodes if node.label == "x"]
    assert film.steps[-1].gradients[leaf] == pytest.approx(12 * 0.5)
    ids = set(Picture(film.svg).groups)
    assert set(re.findall(r"#([ver]\d+) ", film.svg)) <= ids


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
