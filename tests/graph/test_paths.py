"""Sums, counts and strongest paths against brute force: every path of small random graphs, listed one by one."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, count_paths, dot, floor, relu, sigmoid, sqrt, tanh, where
from autograd.explanation import explain
from autograd.explanation.explanation import Explanation
from autograd.graph.adjoints import adjoints, chain, flows, tangents
from autograd.graph.paths import Routes
from autograd.graph.snapshot import snapshot
from autograd.graph.strongest import strongest
from tests.counting import calls

SIGNED: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "tanh": lambda a, b: tanh(a),
    "sigmoid": lambda a, b: sigmoid(b),
    "relu": lambda a, b: relu(a),
    "dot": lambda a, b: dot([a, b, a], [b, 0.5, a], 0.25),
    "negate": lambda a, b: -a,
}
# Every slope is positive for positive operands: nothing cancels in the sum over paths.
POSITIVE: dict[str, Any] = {
    "add": SIGNED["add"],
    "multiply": SIGNED["multiply"],
    "sigmoid": SIGNED["sigmoid"],
    "tanh": SIGNED["tanh"],
    "scale": lambda a, b: a * 0.75 + b * 0.5,
}


@st.composite
def graphs(draw: st.DrawFn, operations: dict[str, Any] = SIGNED, low: float = -2.0) -> tuple[Value, Value]:
    """The end of a random graph and one of its two leaves; some nodes on the way have names."""
    floats = st.floats(low, 2.0).map(lambda x: round(x, 3))
    nodes = [Value(draw(floats), "x"), Value(draw(floats), "w")]
    for step in range(draw(st.integers(1, 9))):
        name = draw(st.sampled_from(sorted(operations)))
        a, b = (nodes[max(0, len(nodes) - 1 - draw(st.integers(0, 3)))] for _ in range(2))
        node = operations[name](a, b)
        if draw(st.booleans()):
            node.label = f"h{step}"
        nodes.append(node)
    return nodes[-1], nodes[draw(st.integers(0, 1))]


def every_path(node: Value, leaf: Value) -> list[tuple[list[Value], float]]:
    """All paths from a node down to a leaf, by recursion, with the product along each."""
    if node is leaf:
        return [([node], 1.0)]
    found = []
    for operand, slope in zip(node.operands, node.local_grads, strict=True):
        for path, product in every_path(operand, leaf):
            found.append(([node, *path], slope * product))
    return found


@given(graphs())
def test_the_sum_over_paths_is_the_gradient(graph: tuple[Value, Value]) -> None:
    output, leaf = graph
    why = explain(output, leaf, "all", k=10**6)
    output.backward()
    scale = math.fsum(abs(path.product) for path in why.paths)
    assert why.size == pytest.approx(scale, rel=1e-12)
    assert math.fsum(path.product for path in why.paths) == pytest.approx(leaf.grad, rel=1e-12, abs=1e-12 * scale)
    assert why.total == pytest.approx(leaf.grad, rel=1e-12, abs=1e-12 * scale)


@given(graphs(POSITIVE, low=0.25), st.sampled_from(["all", "named", "auto"]))
def test_where_nothing_cancels_it_agrees_to_twelve_digits(graph: tuple[Value, Value], grain: str) -> None:
    output, leaf = graph
    why = explain(output, leaf, grain, k=10**6)
    output.backward()
    assert math.fsum(path.product for path in why.paths) == pytest.approx(leaf.grad, rel=1e-12, abs=0.0)
    assert why.total == pytest.approx(leaf.grad, rel=1e-12, abs=0.0)


@given(graphs())
def test_the_paths_are_all_paths(graph: tuple[Value, Value]) -> None:
    output, leaf = graph
    expected = every_path(output, leaf)
    why = explain(output, leaf, "all", k=10**6)
    assert why.count == why.every == len(expected) == count_paths(output, leaf)
    assert [[stop.nodes[0].data for stop in path.nodes] for path in why.paths] == [
        [node.data for node in path] for path, _ in expected
    ]
    assert [path.product for path in why.paths] == pytest.approx(
        [product for _, product in expected], rel=1e-12, abs=1e-300
    )


@given(graphs())
def test_at_named_nodes_paths_that_pass_the_same_names_are_one(graph: tuple[Value, Value]) -> None:
    output, leaf = graph
    expected: dict[tuple[int, ...], float] = {}
    for path, product in every_path(output, leaf):
        stops = tuple([id(v) for v in path if v.label or v is output])
        expected[stops] = expected.get(stops, 0.0) + product
    why = explain(output, leaf, "named", k=10**6)
    assert why.count == len(expected)
    assert [path.product for path in why.paths] == pytest.approx(
        [*expected.values()], rel=1e-9, abs=1e-12 * (why.size + 1e-300)
    )
    assert sum(math.prod(factor.count for factor in path.factors) for path in why.paths) == why.every


@given(graphs(), st.integers(1, 12), st.sampled_from(["all", "named"]))
def test_the_strongest_paths_are_those_of_brute_force(graph: tuple[Value, Value], k: int, grain: str) -> None:
    output, leaf = graph
    everything = explain(output, leaf, grain, k=10**6)
    ranked = sorted((abs(path.product) for path in everything.paths), reverse=True)
    routes = everything._routes
    assert isinstance(routes, Routes)
    found = strongest(routes, k)
    assert [abs(routes.product(path)) for path in found] == pytest.approx(ranked[:k], rel=1e-12, abs=1e-300)
    assert len({tuple(map(id, path)) for path in found}) == len(found)
    shown = explain(output, leaf, grain, k=k)
    assert shown.hidden == max(0, everything.count - k)
    both = math.fsum(path.product for path in shown.paths) + shown.rest
    assert both == pytest.approx(everything.total, rel=1e-12, abs=1e-12 * everything.size)


@given(graphs())
def test_flows_are_conserved(graph: tuple[Value, Value]) -> None:
    output, leaf = graph
    picture = snapshot(output)
    source = next((v.index for v in picture.nodes if v.label == leaf.label), None)
    if source is None or output is leaf:
        return
    carried = flows(picture, source)
    total, size = adjoints(picture)[source], adjoints(picture, size=True)[source]
    for cut in range(source, picture.root):  # between the nodes up to this one and those after it
        across = [carried[e.index] for e in picture.edges if source <= e.source <= cut < e.target]
        assert math.fsum(across) == pytest.approx(total, rel=1e-12, abs=1e-12 * size)


@pytest.mark.parametrize("factor", [math.nan, math.inf, -math.inf], ids=str)
@pytest.mark.parametrize(
    "formula",
    [
        lambda x, factor: floor(x * x) * factor * 2.0 + x,
        lambda x, factor: where(0.0, x, 1.0) * factor + x,
        lambda x, factor: x * 0.0 * factor + x,
        lambda x, factor: x * (x - x.data) * factor,
        lambda x, factor: sqrt(x - x.data) * 0.0 * factor + x,
    ],
    ids=["a step", "not taken", "0 times", "a computed 0", "inf below"],
)
def test_what_a_slope_of_0_stops_flows_nowhere(formula: Any, factor: float) -> None:
    x = Value(1.5, label="x")
    output = formula(x, factor)
    output.backward()
    picture = snapshot(output)
    [source] = [v.index for v in picture.nodes if v.label == "x"]
    carried = flows(picture, source)
    for ends in ([e for e in picture.edges if e.source == source], picture.incoming[picture.root]):
        assert sum(carried[e.index] for e in ends) == pytest.approx(x.grad, nan_ok=True)
    assert tangents(picture, source)[picture.root] == pytest.approx(x.grad, nan_ok=True)


@given(graphs())
def test_both_directions_give_the_same_derivative(graph: tuple[Value, Value]) -> None:
    picture = snapshot(graph[0])
    for source in range(len(picture.nodes)):
        back, size = adjoints(picture)[source], adjoints(picture, size=True)[source]
        assert tangents(picture, source)[picture.root] == pytest.approx(back, rel=1e-12, abs=1e-12 * size)


@given(graphs())
def test_a_factor_opens_into_its_own_paths(graph: tuple[Value, Value]) -> None:
    for factor in explain(*graph, "named").factors:
        opened = factor.open()
        assert isinstance(opened, Explanation)
        assert (opened.grain, opened.output, opened.wrt) == ("all", str(factor.of), str(factor.by))
        assert opened.count >= factor.count
        if all(not stop.nodes[0].label for path in opened.paths for stop in path.nodes[1:-1]):
            assert opened.total == pytest.approx(factor.value, rel=1e-12, abs=1e-12 * opened.size)


@pytest.mark.parametrize(
    ("arrived", "slope", "expected"),
    [(2.0, 3.0, 6.0), (0.0, math.inf, 0.0), (math.inf, 0.0, 0.0), (0.0, math.nan, 0.0), (math.inf, -1.0, -math.inf)],
)
def test_a_factor_of_zero_ends_a_path(arrived: float, slope: float, expected: float) -> None:
    assert chain(arrived, slope) == expected


def test_a_branch_not_taken_contributes_nothing() -> None:
    x = Value(0.0, "x")
    y = where(x > 0, x.sqrt(), x * 3.0)
    y.backward()
    why = explain(y, x, "all")
    assert [path.product for path in why.paths] == [0.0, 3.0]
    assert why.total == x.grad == 3.0
    assert math.inf in [factor.value for factor in why.factors]


def test_infinite_and_undefined_derivatives_are_shown_as_such() -> None:
    x = Value(0.0, "x")
    y = x.sqrt() * 2.0 + x.sqrt() * -1.0
    y.backward()
    assert math.isnan(x.grad)
    why = explain(y, x)
    lines = str(why).splitlines()
    assert lines[lines.index("") - 2 : lines.index("")] == ["       = inf + (−inf)", "       = nan"]
    assert why.latex.count(r"\infty") == 4
    one = explain(y, x, k=1)
    assert "and 1 more\n" in str(one) and "together" not in str(one)


def doubling(steps: int, left: float = 0.5, right: float = 2.0) -> tuple[Value, Value]:
    x = y = Value(1.0, "x")
    for _ in range(steps):
        y = y * left + y * right
    return y, x


def test_two_to_the_sixty_paths() -> None:
    y, x = doubling(60)
    why = explain(y, x, k=3)
    assert why.count == 2**60
    assert [path.product for path in why.paths] == [2.0**60, 2.0**58, 2.0**58]
    assert why.total == pytest.approx(2.5**60, rel=1e-14)
    text = str(why)
    assert "1,152,921,504,606,846,976 paths lead from x to v300, the strongest first:" in text
    assert "and 1,152,921,504,606,846,973 more, together 7.523e23" in text


@pytest.mark.parametrize(
    ("left", "right", "rest"), [(0.5, 0.5, 1.0), (0.0, 0.0, 0.0), (0.3, 0.1 + 0.2, 0.6**200), (0.0, 1.0, 0.0)]
)
def test_paths_that_are_equally_strong_cost_no_more(left: float, right: float, rest: float) -> None:
    y, x = doubling(200, left, right)
    picture = snapshot(y)
    found: list[Any] = []
    assert (
        calls(lambda: found.extend(strongest(Routes(picture, 0, picture.root), 50))) < 300_000
    )  # 220,000; with candidates for every path, for ever
    assert len({tuple(link.source for link in path) for path in found}) == 50
    assert explain(y, x).rest == pytest.approx(rest, rel=1e-12, abs=0.0)


def test_a_count_too_long_to_print() -> None:
    y, x = doubling(20_000)
    why = explain(y, x, k=1)
    assert why.count == 2**20_000
    assert "about 3.98·10⁶⁰²⁰ paths lead from x to " in str(why)
    assert repr(why).endswith("about 3.98·10⁶⁰²⁰ paths; print it, or .latex, .html, .paths>")
    assert r"\text{… about 3.98·}10^{6020}\text{ more …}" in why.latex


@pytest.mark.slow
def test_a_hundred_thousand_nodes() -> None:
    x = y = Value(1.0, "x")
    for i in range(33_000):
        y = y + tanh(y) * 0.001
        if i % 1000 == 0:
            y.label = f"h{i // 1000}"
    for grain in ("all", "named"):
        why = explain(y, x, grain)
        assert why.every == 2**33_000
        assert len(str(why)) < 20_000 and len(why.html) < 30_000 and len(why.latex) < 30_000
    y.backward()
    assert why.total == pytest.approx(x.grad, rel=1e-12)


def test_ten_thousand_nodes_are_little_work() -> None:
    y, x = doubling(2_000, 0.5, 0.25)
    assert explain(y, x).count == 2**2_000
    assert (
        calls(lambda: explain(y, x)) < 1_000_000
    )  # 470,000 (780,000 in plain Python), and half of it for half the steps
