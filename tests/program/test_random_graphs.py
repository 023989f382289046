"""The engine's random graphs, compiled: values and gradients of every example of a batch, as recorded.

On small whole numbers all sums are exact in any order, so everything must be equal. With the smooth functions, a graph
can magnify the last digits without bound; so the engine evaluates each graph again with every intermediate result
shifted a little. What moves by more than a millionth is left out, the rest may differ by ten times what it moved.
Wild graphs have inf and nan among their numbers, where a factor of exactly 0 has to stop them.
"""

import math
import operator
import random
from collections.abc import Callable, Sequence
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import Phase, assume, event, given, settings
from hypothesis import strategies as st

from autograd import Value
from autograd.engine import ops
from autograd.program import code
from autograd.program.source import backward, reductions
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand
from tests.engine.graphs import Functions, Graph, evaluate, graphs
from tests.engine.oracle import TWINS
from tests.program.comparing import Results, check_same, compiled, compiled_results, flat, recorded_results

FLOATS: Functions = {twin.name: twin.ours for twin in TWINS}
ENGINE: Functions = {
    **FLOATS, "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "neg": operator.neg,
}  # fmt: skip
ARITIES = {name: op.arity for name, op in ops.TABLE.items() if name in FLOATS} | {"dot": 5}
SMOOTH = {name: n for name, n in ARITIES.items() if ops.TABLE[name].differentiable and name not in ("%", "polygamma")}
EXACT = {
    name: ARITIES[name]
    for name in "+ - * neg abs square maximum minimum where clamp relu leaky_relu hardtanh max min sum prod dot".split()
} | {"max": 2, "min": 2, "floor": 1, "sign": 1, "greater": 2, "greater_equal": 2, "equal": 2}
WILD_NUMBERS = [0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 0.0, math.inf, -math.inf, math.nan]
SHIFT = 2e-13
ILL_CONDITIONED = 1e-6

numbers = st.integers(-3000, 3000).map(lambda n: n / 1000)
smooth_graphs = graphs(FLOATS, SMOOTH, numbers, instead="tanh", largest=5.0)
exact_graphs = graphs(FLOATS, EXACT, st.integers(-3, 3).map(float), instead="sign", largest=64.0)
wild_graphs = graphs(FLOATS, SMOOTH, st.sampled_from(WILD_NUMBERS), leaves=5, steps=8)


class Batch:
    """A graph whose leaves are inputs and parameters by turns, and numbers for three examples."""

    def __init__(self, graph: Graph, others: Sequence[float]) -> None:
        self.graph = graph
        self.parameters = graph.leaves[1::2]
        fed = graph.leaves[::2]
        self.rows = [list(fed), *[[others[(k + i) % len(others)] for i in range(len(fed))] for k in range(2)]]

    def record(self, inputs: Sequence[Value], weights: Sequence[Value], each: Callable[[Value], Value]) -> Value:
        """The graph over Values."""
        leaves = [inputs[i // 2] if i % 2 == 0 else weights[i // 2] for i in range(len(self.graph.leaves))]
        result: Value = evaluate(self.graph, leaves, ENGINE, each)[-1]
        return result

    def recorded(self, each: Callable[[Value], Value] = lambda v: v) -> Results:
        """What the engine says."""
        return recorded_results(lambda x, w: self.record(x, w, each), self.rows, self.parameters)

    def compiled(self) -> Results:
        """What the program says."""
        program, order = compiled(lambda x, w: self.record(x, w, lambda v: v), self.rows, self.parameters)
        check_same(program(np.array(self.rows)), compiled_results(program, order, self.rows).values)
        return compiled_results(program, order, self.rows)


def check_exact(graph: Graph) -> None:
    batch = Batch(graph, [1.0, -2.0, 0.0])
    expected = batch.recorded()
    assume(np.abs(flat(expected)).max(initial=0.0) < 2.0**40)
    assert np.array_equal(flat(batch.compiled()), flat(expected)), f"\n{graph}"


def check_smooth(graph: Graph) -> None:
    check_close(graph, [0.3, -1.7, 2.2])


def check_wild(graph: Graph) -> None:
    check_close(graph, [0.0, math.inf, 1.0, math.nan, -2.0])


def check_close(graph: Graph, others: Sequence[float]) -> None:
    batch = Batch(graph, others)
    expected, got = flat(batch.recorded()), flat(batch.compiled())
    moved = np.zeros_like(expected)
    steady = np.ones(expected.shape, dtype=np.bool_)
    for seed in range(2):
        for sign in (1.0, -1.0):
            rng = random.Random(seed)

            def shift(v: Value) -> Value:
                scale = 1.0 + sign * rng.choice([-1, 1]) * SHIFT * rng.random()  # noqa: B023
                shifted: Value = v * scale + sign * SHIFT * rng.random()  # noqa: B023
                return shifted

            other = flat(batch.recorded(shift))
            with np.errstate(invalid="ignore"):
                steady &= np.isfinite(expected) == np.isfinite(other)
                moved = np.maximum(moved, np.nan_to_num(np.abs(other - expected), nan=0.0, posinf=0.0))
    compared = steady & (
        10.0 * moved + 1e-14 <= ILL_CONDITIONED * np.abs(np.nan_to_num(expected, posinf=1e300, neginf=1e300))
    )
    compared |= steady & ~np.isfinite(expected) | (expected == 0.0) & (moved == 0.0)
    event(f"compared: {'all' if compared.all() else 'some' if compared.any() else 'none'}")
    with np.errstate(divide="ignore", invalid="ignore"):
        tolerance = np.nan_to_num((10.0 * moved + 1e-14) / np.abs(expected), nan=0.0, posinf=0.0) + 1e-12
    check_same(got[compared], expected[compared], tolerance[compared], context=f"\n{graph}\n{batch.rows}")


@given(exact_graphs)
def test_exact_graphs(graph: Graph) -> None:
    check_exact(graph)


@given(smooth_graphs)
def test_smooth_graphs(graph: Graph) -> None:
    check_smooth(graph)


@given(wild_graphs)
def test_wild_graphs(graph: Graph) -> None:
    check_wild(graph)


@given(exact_graphs)
def test_exact_graphs_with_gradients_at_once(graph: Graph) -> None:
    with patch("autograd.program.program.FEWEST_EXAMPLES", 1):
        check_exact(graph)


@given(wild_graphs)
def test_wild_graphs_with_gradients_at_once(graph: Graph) -> None:
    with patch("autograd.program.program.FEWEST_EXAMPLES", 1):
        check_wild(graph)


@pytest.mark.slow
@settings(max_examples=1000)
@given(exact_graphs)
def test_many_exact_graphs(graph: Graph) -> None:
    check_exact(graph)


@pytest.mark.slow
@settings(max_examples=1000)
@given(smooth_graphs)
def test_many_smooth_graphs(graph: Graph) -> None:
    check_smooth(graph)


@pytest.mark.slow
@settings(max_examples=1000)
@given(wild_graphs)
def test_many_wild_graphs(graph: Graph) -> None:
    check_wild(graph)


@pytest.mark.parametrize(
    ("search", "check", "name"),
    [
        pytest.param(smooth_graphs, check_smooth, "tanh", id="smooth, tanh"),
        pytest.param(smooth_graphs, check_smooth, "logsumexp", id="smooth, logsumexp"),
        pytest.param(exact_graphs, check_exact, "relu", id="exact, relu"),
    ],
)
def test_a_wrong_slope_is_found(
    search: st.SearchStrategy[Graph], check: Callable[[Graph], None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, right_reductions = backward.local_derivative, dict(reductions.LOCAL_DERIVATIVES)

    def wrong(draft: Draft, op: str, j: int, y: Formula, xs: list[Operand]) -> Operand:
        found = right(draft, op, j, y, xs)
        return found * 1.001 if op == name else found

    monkeypatch.setattr(backward, "local_derivative", wrong)
    wrong_reductions = right_reductions | {name: lambda reduction: right_reductions[name](reduction) * 1.001}
    monkeypatch.setattr(reductions, "LOCAL_DERIVATIVES", wrong_reductions)
    monkeypatch.setattr(code, "_CACHE", type(code._CACHE)())
    quick = settings(
        max_examples=500, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False
    )
    with pytest.raises(AssertionError, match=rf"v\d+ = {name}\("):
        quick(given(search)(check))()
