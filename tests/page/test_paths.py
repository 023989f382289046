"""The chain rule in the page: sums over paths, counts, the strongest paths, and the flow over every cut."""

import math
import random
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import autograd as ag
from autograd import Value, topological_order

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]

PATHS = """(node) => {
  chaingrad.select(node);
  const { total, count, listed, flows } = chaingrad.paths;
  return { total, count: count.toString(),
    listed: listed.map(({ nodes, factors, product }) => ({ nodes, factors, product })),
    flows: [...flows].map(([key, flow]) => [...key.split(':').map(Number), flow]) };
}"""


def random_graph(seed: int) -> Value:
    """A few leaves, then operations on whatever there is; all of it leads to the output."""
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-1.5, 1.5), label=f"x{i}") for i in range(3)]
    for _ in range(9):
        a, b = rng.choice(nodes), rng.choice(nodes)
        kind = rng.randrange(5)
        nodes.append((a * b, a + b, a - b, ag.tanh(a), ag.sin(a) * b)[kind])
    total: Value = ag.sum(nodes[-6:])
    return total


def brute_force(loss: Value, start: Value) -> list[tuple[float, list[int]]]:
    """Every path from the start to the output: its product and its nodes."""
    order = topological_order(loss)
    number = {v: i for i, v in enumerate(order)}
    found: list[tuple[float, list[int]]] = []

    def walk(v: Value, product: float, nodes: list[int]) -> None:
        if v is start:
            found.append((product, nodes))
        for operand, slope in zip(v.operands, v.local_grads, strict=True):
            walk(operand, product * slope, [number[operand], *nodes])

    walk(loss, 1.0, [number[loss]])
    return found


@pytest.mark.parametrize("seed", range(6))
def test_sums_counts_and_the_strongest_are_those_of_brute_force(seed: int, open_page: Open) -> None:
    loss = random_graph(seed)
    page = open_page(loss)
    for start in ag.leaves(loss):
        found = page.evaluate(PATHS, topological_order(loss).index(start))
        paths = brute_force(loss, start)
        assert int(found["count"]) == len(paths) == ag.count_paths(loss, start)
        assert math.isclose(found["total"], math.fsum(product for product, _ in paths), rel_tol=1e-12, abs_tol=1e-14)
        strongest = sorted((abs(product) for product, _ in paths), reverse=True)[:8]
        assert [abs(path["product"]) for path in found["listed"]] == pytest.approx(strongest, rel=1e-12)
        listed = {tuple(path["nodes"]) for path in found["listed"]}
        assert listed <= {tuple(nodes) for _, nodes in paths}
        assert all(math.isclose(math.prod(path["factors"]), path["product"], rel_tol=1e-12) for path in found["listed"])


ZERO_SLOPES: dict[str, Callable[[Value, float], Value]] = {
    "a step": lambda x, factor: ag.floor(x) * factor + x,
    "a step further down": lambda x, factor: ag.floor(x * x) * factor * 2.0 + x,
    "a branch that was not taken": lambda x, factor: ag.where(0.0, x, 1.0) * factor + x,
    "0 times it": lambda x, factor: (x * 0.0) * factor + x,
    "a computed 0": lambda x, factor: (x * (x - x.data)) * factor,
    "a slope of inf below": lambda x, factor: ag.sqrt(x - x.data) * 0.0 * factor + x,
}


@pytest.mark.parametrize("factor", [math.nan, math.inf, -math.inf], ids=str)
@pytest.mark.parametrize("formula", ZERO_SLOPES)
def test_what_a_slope_of_0_stops_is_what_it_stops_in_the_engine(formula: str, factor: float, open_page: Open) -> None:
    x = Value(1.5, label="x")
    y = ZERO_SLOPES[formula](x, factor)
    y.backward()
    found = open_page(y).evaluate(PATHS, topological_order(y).index(x))
    assert found["total"] == pytest.approx(x.grad, nan_ok=True)
    assert sum(path["product"] for path in found["listed"]) == pytest.approx(x.grad, nan_ok=True)
    assert sum(flow for target, _, flow in found["flows"] if target == len(topological_order(y)) - 1) == pytest.approx(
        x.grad, nan_ok=True
    )


def assert_conserved(loss: Value, found: dict[str, Any]) -> int:
    """Cut the graph after every node: what flows over the cut is the derivative. Returns how many cuts there were."""
    flows = found["flows"]
    order = topological_order(loss)
    size = sum(abs(flow) for *_, flow in flows)
    starts = [order[target].operands[position] for target, position, _ in flows]
    number = {v: i for i, v in enumerate(order)}
    first = min(number[v] for v in starts)
    cuts = range(first + 1, len(order))
    for cut in cuts:
        over = [flow for (target, _, flow), start in zip(flows, starts, strict=True) if number[start] < cut <= target]
        assert math.isclose(math.fsum(over), found["total"], abs_tol=1e-12 * max(size, 1e-300))
    return len(cuts)


@pytest.mark.parametrize("seed", range(6))
def test_every_cut_carries_the_whole_derivative(seed: int, open_page: Open) -> None:
    loss = random_graph(seed)
    page = open_page(loss)
    for start in ag.leaves(loss):
        assert assert_conserved(loss, page.evaluate(PATHS, topological_order(loss).index(start))) > 3
    page.click("details.flows summary")
    sums = page.locator("table td:last-child", has=page.locator("xpath=ancestor::details[@class='flows']"))
    total = page.inner_text("#paths .total b").split(" = ")[1]
    assert sums.count() > 1
    assert set(sums.all_inner_texts()) == {total}


def test_flows_are_conserved_in_a_network_too(network: Network, open_page: Open) -> None:
    loss = network([2, 8, 8, 1])
    page = open_page(loss)
    order = topological_order(loss)
    for label in ("layers.0.neurons.3.w1", "layers.1.neurons.0.b", "layers.2.neurons.0.w7"):
        start = next(i for i, v in enumerate(order) if v.label == label)
        assert assert_conserved(loss, page.evaluate(PATHS, start)) > 5


def test_wider_edges_carry_more(two_paths: tuple[Value, dict[str, Value]], open_page: Open) -> None:
    loss, named = two_paths
    page = open_page(loss)
    page.click("[aria-label^='w₁']")
    drawn = page.evaluate(
        "() => chaingrad.scene.links.filter((link) => chaingrad.paths.flows.has(link.members[0])).map((link) => "
        "[Math.abs(chaingrad.paths.flows.get(link.members[0])), parseFloat(link.line.getAttribute('stroke-width'))])"
    )
    drawn.sort()
    assert len(drawn) > 6
    assert all(thin <= thick for (_, thin), (_, thick) in pairwise(drawn))
    assert drawn[-1][1] == pytest.approx(9.0)
    assert drawn[0][1] < 6.0
    loss.backward()
    assert page.evaluate("chaingrad.paths.total") == pytest.approx(named["w1"].grad, rel=1e-12)


def test_the_formula_is_the_sum_over_both_paths(two_paths: tuple[Value, dict[str, Value]], open_page: Open) -> None:
    page = open_page(two_paths[0])
    page.click("[aria-label^='w₁']")
    text = page.inner_text("#paths")
    assert text.startswith("∂L/∂w₁ = −0.2273, the sum over 2 paths.")
    rows = page.locator("#paths ol button .names").all_inner_texts()
    assert len(rows) == 2
    assert all(row.startswith("∂L/∂v") and row.endswith("∂O₁₁/∂v₂ · ∂v₂/∂w₁") for row in rows)
    assert "∂v₈/∂O₁₁" in rows[0] + rows[1]
    page.locator("#paths ol button").nth(1).click()
    assert page.locator("#paths ol button").nth(1).get_attribute("aria-pressed") == "true"
    chosen = page.locator("#world .link.chosen").count()
    assert 0 < chosen < page.locator("#world .link.lit").count()
    page.locator("#paths ol button").nth(1).click()
    assert page.locator("#world .link.chosen").count() == 0


def test_astronomically_many_paths_are_counted_and_not_listed(open_page: Open) -> None:
    x = Value(0.5, label="x")
    y = x
    for _ in range(60):
        y = y + y * 0.5
    page = open_page(y)
    found = page.evaluate(PATHS, 0)
    assert int(found["count"]) == 2**60
    assert len(found["listed"]) == 8
    assert found["listed"][0]["product"] == 1.0
    text = page.inner_text("#paths")
    assert "1,152,921,504,606,846,976 paths" in text
    assert "and 1,152,921,504,606,846,968 more, together" in text


def test_the_path_of_a_leaf_that_takes_no_gradient_is_shown_and_named_so(
    two_paths: tuple[Value, dict[str, Value]], open_page: Open
) -> None:
    page = open_page(two_paths[0])
    page.click("#world [data-node]:has-text('x')")
    assert "x takes no gradient, so backward() leaves it out." in page.inner_text("#paths")
    assert "takes none" in page.inner_text("#about")


def test_a_path_with_inf_or_nan_is_told_and_breaks_nothing(open_page: Open) -> None:
    x = Value(0.0, label="x")
    page = open_page(ag.log(x) * 2.0 + x * float("inf") + x)
    found = page.evaluate("() => { chaingrad.select(0); return chaingrad.paths.listed.length; }")
    assert found == 3
    assert "inf" in page.inner_text("#paths")
