"""Highlighted paths, colours of gradients, directions and themes."""

import random
import re

import pytest

from autograd import Value
from autograd.graph.snapshot import snapshot
from autograd.picture import draw
from autograd.picture.highlight import highlighted
from autograd.picture.paint import Scale
from autograd.picture.themes import DARK, LIGHT, Theme, luminance
from autograd.support.text import clean
from tests.picture.pictures import Picture, network, neuron


def two_paths() -> tuple[Value, Value]:
    """L = 2a − a·a at a = 3: paths that carry 2, −3 and −3."""
    a = Value(3.0, label="a")
    loss = a * 2.0 - a * a
    loss.label = "L"
    loss.backward()
    return loss, a


def edge(source: str, name: str) -> dict[str, str]:
    """The attributes of the edge with this id in DOT."""
    line = next(line for line in source.split("\n") if f"id={name} " in line or f"id={name}]" in line)
    return dict(re.findall(r'(\w+)=("[^"]*"|\S+?)[ \]]', line))


def test_every_cut_carries_the_whole_derivative() -> None:
    root = network(3, 4, 4, 1)
    picture = snapshot(root)
    parameter = next(node.index for node in picture.nodes if node.label == "w0.0.0")
    marks = highlighted(picture, parameter)
    assert marks.total == pytest.approx(picture.nodes[parameter].grad, rel=1e-12)
    out_of_it = [marks.flow[e.index] for e in picture.outgoing[parameter]]
    assert sum(out_of_it) == pytest.approx(marks.total, rel=1e-12)
    into_root = [marks.flow[e.index] for e in picture.incoming[picture.root] if e.index in marks.flow]
    assert sum(into_root) == pytest.approx(marks.total, rel=1e-12)


def test_the_strongest_paths_come_first_and_all_of_them_are_the_whole() -> None:
    picture = snapshot(two_paths()[0])
    assert highlighted(picture, 0, 1).carried == -3.0
    assert highlighted(picture, 0, 2).carried == -6.0
    assert highlighted(picture, 0, 3) == highlighted(picture, 0)
    assert highlighted(picture, 0).carried == -4.0


def test_width_colour_and_line_say_what_an_edge_carries() -> None:
    loss, a = two_paths()
    source = draw(loss, highlight=a).source
    light = LIGHT
    strong, weak = edge(source, "e3"), edge(source, "e0")
    if strong["color"] != f'"{light.negative}"':
        strong, weak = weak, strong
    assert strong["style"] == "dashed" and "style" not in weak
    assert weak["color"] == f'"{light.positive}"'
    assert float(strong["penwidth"]) > float(weak["penwidth"])


def test_everything_off_the_paths_is_dimmed() -> None:
    root = neuron()
    plain, marked = draw(root).source, draw(root, highlight="w").source
    light = LIGHT
    assert f'fillcolor="{light.faded("#fdeccb")}"' in marked
    assert light.faded("#fdeccb") not in plain
    assert '"#d5e8f4"' in marked  # w itself


@pytest.mark.parametrize("how", ["value", "label", "number"])
def test_a_node_is_named_in_three_ways(how: str) -> None:
    loss, a = two_paths()
    ways: dict[str, Value | str | int] = {"value": a, "label": "a", "number": 0}
    assert draw(loss, highlight=ways[how]).source == draw(loss, highlight=a).source


def test_hovering_tells_what_an_edge_carries() -> None:
    loss, a = two_paths()
    titles = Picture(draw(loss, highlight=a).svg).titles
    assert any("carries 2.0 of ∂L/∂a = −4.0" in text for texts in titles.values() for text in texts if text)


def test_what_cannot_be_highlighted() -> None:
    loss, a = two_paths()
    with pytest.raises(ValueError, match="k is how many of the strongest paths to show, 1 or more, got 0"):
        draw(loss, highlight=a, k=0)
    with pytest.raises(ValueError, match="k says how many paths to highlight: give highlight=parameter"):
        draw(loss, k=1)
    with pytest.raises(ValueError, match=r"is not part of the graph that leads to 'L'"):
        draw(loss, highlight=Value(1.0))
    with pytest.raises(ValueError, match=r"no node has the label 'b'; .* one of: 'a', 'L'"):
        draw(loss, highlight="b")
    with pytest.raises(ValueError, match="highlight=99: the graph has the nodes 0 to"):
        draw(loss, highlight=99)
    with pytest.raises(TypeError, match=r"highlight is a Value or the label of one, got 1\.5 \(float\)"):
        draw(loss, highlight=1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="in a snapshot, name the node"):
        draw(snapshot(loss), highlight=a)


# ----- Gradients -----


def test_larger_gradients_are_darker_on_light_and_brighter_on_dark() -> None:
    for theme, sign in ((LIGHT, -1), (DARK, 1)):
        bright = [sign * luminance(theme.heat(k / 20)) for k in range(21)]
        assert bright == sorted(bright)


@pytest.mark.parametrize("seed", range(5))
def test_a_scale_keeps_the_order_of_sizes(seed: int) -> None:
    rng = random.Random(seed)
    sizes = sorted(10 ** rng.uniform(-6, 6) for _ in range(20))
    scale = Scale.of(sizes)
    shares = [scale.share(x) for x in sizes]
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[0] >= 0.15
    assert scale.share(0.0) == 0.0 < scale.share(5e-324)
    assert scale.share(float("nan")) == scale.share(float("inf")) == 1.0
    assert scale.ticks()[-1] == sizes[-1]


def test_gradients_colour_nodes_and_bring_a_legend() -> None:
    loss, _ = two_paths()
    drawn = draw(loss, gradients=True)
    kinds = Picture(drawn.svg).kinds
    assert sum(name.startswith("legend_gradient") for name in kinds) == 1 + len(Scale.of([4.0, 1.0]).ticks())
    assert LIGHT.heat(1.0) in drawn.source  # |∂L/∂a| = 4 is the largest
    assert "legend" not in draw(loss).source


# ----- Directions -----


def test_gradients_go_back() -> None:
    loss, _ = two_paths()
    forward, backward, both = (Picture(draw(loss, direction=d).svg) for d in ("forward", "backward", "both"))
    assert sorted(forward.edges()) == sorted(backward.edges())
    assert {"b0", "b2", "c2"} <= set(both.edges()) - set(forward.edges())
    assert "dir=back" in draw(loss, direction="backward").source
    assert " dir=" not in draw(loss).source


def test_a_backward_edge_says_what_it_adds() -> None:
    w = Value(3.0, label="w")
    root = (w * 5.0) * 2.0
    root.backward()
    assert Picture(draw(root).svg).texts["e0"] == ["5"]
    assert Picture(draw(root, direction="backward").svg).texts["e0"] == ["10"]
    assert Picture(draw(root, direction="both").svg).titles["b0"] == [clean("adds 10.0 to the gradient of w")]


# ----- Themes -----


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_in_every_theme(theme: Theme) -> None:
    for kind, (fill, _) in theme.fills.items():
        text = theme.on(fill) if kind == "operation" else theme.ink
        low, high = sorted((luminance(text), luminance(fill)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, kind
    for step in range(21):
        fill = theme.heat(step / 20)
        low, high = sorted((luminance(theme.on(fill)), luminance(fill)))
        assert (high + 0.05) / (low + 0.05) >= 4.0, step


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"theme": "blue"}, "theme is one of auto, light, dark, got 'blue'"),
        ({"direction": "up"}, "direction is one of forward, backward, both, got 'up'"),
        ({"collapse": "all"}, "collapse is one of None, auto, neuron, layer, got 'all'"),
    ],
)
def test_unknown_settings(setting: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(Value(1.0), **setting)  # type: ignore[arg-type]
