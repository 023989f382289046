"""Large graphs: refused, or drawn in bearable time, and nothing is left out."""

import importlib
import re

import pytest

from autograd import Value
from autograd.picture import GraphTooLarge, RenderError, draw
from tests.picture.pictures import network, neuron, recurrence

drawing = importlib.import_module("autograd.picture.drawing")


def test_a_graph_that_is_too_large_is_refused_at_once() -> None:
    value = Value(1.0)
    for _ in range(300):
        value = value + 1.0
    message = r"the graph has 601 nodes, more than max_nodes=300; take a smaller part .*pass max_nodes=601"
    with pytest.raises(GraphTooLarge, match=message):
        draw(value)
    assert isinstance(GraphTooLarge("x"), ValueError)


@pytest.mark.slow
def test_a_million_nodes_are_refused_before_any_layout() -> None:
    value = Value(1.0)
    for _ in range(1_000_000):
        value = value.tanh()
    with pytest.raises(GraphTooLarge, match="1,000,001 nodes"):
        draw(value)


@pytest.mark.parametrize(
    ("root", "nodes"), [(network(3, 4, 4, 1), 121), (network(5, 8, 5, 1), 292), (network(2, 26, 1), 294)]
)
def test_a_few_hundred_nodes_are_drawn(root: Value, nodes: int) -> None:
    picture = draw(root)
    assert len(picture.snapshot.nodes) == nodes
    assert " label=" in picture.source and "headlabel" not in picture.source
    picture.svg  # noqa: B018 - the property does the work; the first one also loads Graphviz
    svg = draw(root).svg
    assert svg.count('class="edge') == len(picture.snapshot.edges) + sum(
        n.role == "result" for n in picture.snapshot.nodes
    )


@pytest.mark.parametrize(("steps", "settings"), [(14, "headlabel"), (20, "splines=line"), (45, "splines=line")])
def test_shared_weights_over_many_steps_do_not_hang(steps: int, settings: str) -> None:
    # With labels that want room on the way, 20 steps take longer than the time limit.
    picture = draw(recurrence(steps))
    assert settings in picture.source
    assert picture.svg.count('class="edge operand"') == len(picture.snapshot.edges)


def test_a_layout_that_takes_too_long_says_what_to_do() -> None:
    picture = draw(recurrence(45), time_limit=0.05)
    with pytest.raises(RenderError, match=r"time_limit=0\.05 s; draw a smaller part"):
        picture.svg  # noqa: B018
    assert picture.source.startswith("digraph")


def test_an_edge_that_graphviz_leaves_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = drawing.render

    def lossy(source: str, format: str, *, time_limit: float) -> str:
        return re.sub(r'<g id="e3" class="edge.*?</g>', "", honest(source, format), flags=re.DOTALL)

    monkeypatch.setattr(drawing, "render", lossy)
    with pytest.raises(RenderError, match="drew 10 of 11 edges"):
        draw(neuron()).svg  # noqa: B018
