"""Large graphs: refused, or drawn in bearable time, and nothing is left out."""

import pytest

from autograd import Value
from autograd.picture import GraphTooLarge, RenderError, draw
from tests.picture.pictures import network, recurrence


def test_a_graph_that_is_too_large_is_refused_at_once() -> None:
    value = Value(1.0)
    for _ in range(300):
        value = value + 1.0
    message = r"the graph has 601 nodes, more than max_nodes=300; take a smaller part .*pass max_nodes=601"
    with pytest.raises(GraphTooLarge, match=message):
        draw(value, collapse=None)
    assert draw(value).shown.size < 40
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
    picture = draw(root, collapse=None)
    assert len(picture.snapshot.nodes) == nodes
    assert " label=" in picture.source and "headlabel" not in picture.source
    assert picture.svg.count('class="edge') == len(picture.snapshot.edges) + sum(
        n.role == "result" for n in picture.snapshot.nodes
    )


@pytest.mark.parametrize(("steps", "settings"), [(14, "headlabel"), (20, "splines=line"), (45, "splines=line")])
def test_shared_weights_over_many_steps_do_not_hang(steps: int, settings: str) -> None:
    # With labels that want room on the way, Graphviz takes longer than its time limit for 20 steps.
    picture = draw(recurrence(steps), collapse=None, rankdir="LR")
    assert settings in picture.source
    assert picture.svg.count('class="edge operand"') == len(picture.snapshot.edges)


def test_a_layout_that_takes_too_long_says_what_to_do() -> None:
    picture = draw(network(5, 8, 5, 1), collapse=None, time_limit=1e-6, rankdir="LR")
    with pytest.raises(RenderError, match=r"time_limit=1e-06 s; draw a smaller part"):
        picture.svg  # noqa: B018
    assert picture.source.startswith("digraph")
