"""Random graphs with shared subexpressions: value and every gradient against PyTorch.

Two kinds. On small whole numbers, operations that stay among halves of whole numbers are exact, so everything must be
equal, kinks and ties included. With the smooth functions, two math libraries differ in the last digits, and a graph can
magnify that without bound. So PyTorch evaluates each graph again with every intermediate result shifted by some 1e-12,
up and down: what moves by more than a millionth is ill-conditioned and left out; the rest may differ by ten times that.
"""

import math
import operator
import random
from collections.abc import Callable, Sequence

import pytest
import torch
from hypothesis import Phase, assume, event, example, given, settings
from hypothesis import strategies as st

from autograd import Value, hvp, topological_order
from autograd.engine import ops
from tests.engine.graphs import Functions, Graph, evaluate, graphs
from tests.engine.oracle import TWINS
from tests.engine.planted import Change, frozen, wrong_slope

HOT: Functions = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "neg": operator.neg}
FLOATS = {twin.name: twin.ours for twin in TWINS}  # functions of the package: numbers in, a number out, never an error
ENGINE: Functions = {**FLOATS, **HOT}  # as users write it: the operators that are spelled out for speed
# Where both bounds are equal and x is below them, PyTorch's clamp gives no operand a slope: 1 is lost.
TORCH: Functions = {twin.name: twin.torch for twin in TWINS} | {
    "clamp": lambda x, lo, hi: torch.where(x > hi, hi, torch.where(x < lo, torch.where(lo > hi, hi, lo), x))
}
ARITIES = {name: op.arity for name, op in ops.TABLE.items() if name in TORCH} | {"dot": 5}

# Steps and the remainder jump, where a shift by 1e-12 says nothing; the order of a polygamma is a whole number.
SMOOTH = {name: n for name, n in ARITIES.items() if ops.TABLE[name].differentiable and name not in ("%", "polygamma")}
EXACT = {
    name: ARITIES[name]
    for name in "+ - * neg abs square maximum minimum where clamp relu leaky_relu hardtanh max min sum prod dot".split()
} | {"max": 2, "min": 2, "floor": 1, "sign": 1, "greater": 2, "greater_equal": 2, "equal": 2}

SHIFT = 2e-12
ILL_CONDITIONED = 1e-6

# Beyond 5, tanh and sigmoid have few digits left in their slopes.
smooth_graphs = graphs(FLOATS, SMOOTH, st.integers(-3000, 3000).map(lambda n: n / 1000), instead="tanh", largest=5.0)
small_graphs = graphs(
    FLOATS, SMOOTH, st.integers(-3000, 3000).map(lambda n: n / 1000), instead="tanh", largest=3.0, leaves=3, steps=5
)
exact_graphs = graphs(FLOATS, EXACT, st.integers(-3, 3).map(float), instead="sign", largest=64.0)


def torch_results(graph: Graph, shift: Callable[[], float] | None = None, along: Sequence[float] = ()) -> list[float]:
    """The value and the gradients; with `along` also the product of the Hessian with that vector."""
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in graph.leaves]
    y = evaluate(graph, leaves, TORCH, lambda result: result * (1.0 + shift()) + shift() if shift else result)[-1]
    if not y.requires_grad:
        return [y.item()] + [0.0] * (len(leaves) * (2 if along else 1))
    slopes = torch.autograd.grad(y, leaves, create_graph=bool(along), materialize_grads=True)
    results = [y, *slopes]
    if along:
        total = sum(slope * v for slope, v in zip(slopes, along, strict=True))
        if isinstance(total, torch.Tensor) and total.requires_grad:
            results += torch.autograd.grad(total, leaves, materialize_grads=True)
        else:
            results += [torch.zeros(())] * len(leaves)
    return [result.item() for result in results]


def check_close(graph: Graph, got: list[float], along: Sequence[float] = ()) -> None:
    """Assert that these are PyTorch's results for a smooth graph, as far as its conditioning lets them be compared."""
    expected = torch_results(graph, along=along)
    assert len(got) == len(expected)
    shifted = []
    for seed in range(2):
        for sign in (1.0, -1.0):  # up, then the same down: a tie or a kink is left to both sides
            rng = random.Random(seed)
            shifted.append(torch_results(graph, lambda: sign * rng.choice([-1, 1]) * SHIFT * rng.random(), along))  # noqa: B023
    for i, (ours, theirs) in enumerate(zip(got, expected, strict=True)):
        moved = max(abs(result[i] - theirs) for result in shifted)
        # The constant is for sums that are 0 but for rounding: next to it nothing below 1e-8 is compared at all.
        tolerance = 10.0 * moved + 1e-11 * abs(theirs) + 1e-14
        if ours == theirs or not tolerance <= ILL_CONDITIONED * abs(theirs):
            event("equal" if ours == theirs else "not compared: ill-conditioned")
            continue
        if math.isnan(ours) and has_nan_slope(graph):
            event(
                "not compared: a slope is nan, which a slope of 0 behind it passes on here and PyTorch's mask does not"
            )
            continue
        event("compared")
        assert abs(ours - theirs) <= tolerance, f"result {i} of\n{graph}\nis {ours!r}, PyTorch says {theirs!r}"


def has_nan_slope(graph: Graph) -> bool:
    """Whether some operation has no slope: that of a negative base's power in its exponent."""
    y = evaluate(graph, [Value(x) for x in graph.leaves], ENGINE)[-1]
    return any(math.isnan(slope) for node in topological_order(y) for slope in node.local_grads)


def engine_results(graph: Graph) -> list[float]:
    """The value and the gradients from `backward()`."""
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, ENGINE)[-1]
    if y.requires_grad:
        y.backward()
    return [y.data, *(leaf.grad for leaf in leaves)]


def second_order_results(graph: Graph, along: Sequence[float]) -> list[float]:
    """The value, the gradients and the product of the Hessian with a vector."""
    product = hvp(lambda *leaves: evaluate(graph, leaves, ENGINE)[-1])(*graph.leaves, tuple(along))
    return [*engine_results(graph), *(product if isinstance(product, tuple) else (product,))]


def check_smooth(graph: Graph) -> None:
    check_close(graph, engine_results(graph))


def check_second_order(graph: Graph) -> None:
    nodes = topological_order(evaluate(graph, [Value(x) for x in graph.leaves], ENGINE)[-1])
    assume(all(node.op != "std" or node.data for node in nodes))  # of equal numbers PyTorch's is rounding alone, 1e17
    along = [(-1.0) ** i * (i + 1.0) for i in range(len(graph.leaves))]
    check_close(graph, second_order_results(graph, along), along)


def check_exact(graph: Graph) -> None:
    """Assert equality with PyTorch, down to the last bit."""
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, ENGINE)[-1]
    # Sums of whole numbers and halves are exact in any order as long as none of their parts needs more than 53 bits.
    size = {y: 1.0}
    for node in reversed(topological_order(y)):
        for operand, slope in zip(node.operands, node.local_grads, strict=True):
            size[operand] = size.get(operand, 0.0) + abs(slope) * size[node]
    assume(max(size.values()) < 2.0**30)
    assert engine_results(graph) == torch_results(graph), f"\n{graph}"


@given(smooth_graphs)
@example(  # a power of a negative base, whose nan PyTorch's std of equal numbers masks
    Graph((-0.001, 0.0), (("*", (1, 1)), ("std", (2, 2)), ("*", (3, 3)), ("**", (0, 4)), ("sum", (1, 5))))
)
def test_smooth_graphs(graph: Graph) -> None:
    check_smooth(graph)


@given(exact_graphs)
def test_exact_graphs(graph: Graph) -> None:
    check_exact(graph)


@given(small_graphs)
def test_second_derivatives(graph: Graph) -> None:
    check_second_order(graph)


@pytest.mark.slow
@settings(max_examples=2000)
@given(smooth_graphs)
def test_many_smooth_graphs(graph: Graph) -> None:
    check_smooth(graph)


@pytest.mark.slow
@settings(max_examples=2000)
@given(exact_graphs)
def test_many_exact_graphs(graph: Graph) -> None:
    check_exact(graph)


@pytest.mark.slow
@settings(max_examples=2000)
@given(small_graphs)
def test_many_second_derivatives(graph: Graph) -> None:
    check_second_order(graph)


@pytest.mark.parametrize(
    ("search", "check", "name", "change"),
    [
        pytest.param(smooth_graphs, check_smooth, "atan", lambda slope: slope * 1.001, id="smooth, atan"),
        pytest.param(smooth_graphs, check_smooth, "std", lambda slope: slope * 1.001, id="smooth, std"),
        pytest.param(exact_graphs, check_exact, "prod", lambda slope: slope * 2.0, id="exact, prod"),
        pytest.param(exact_graphs, check_exact, "minimum", lambda slope: slope * slope, id="exact, ties of minimum"),
        pytest.param(small_graphs, check_second_order, "tanh", frozen, id="second order, tanh"),
    ],
)
def test_a_wrong_slope_is_found(
    search: st.SearchStrategy[Graph], check: Callable[[Graph], None], name: str, change: Change
) -> None:
    quick = settings(
        max_examples=500, derandomize=True, database=None, phases=[Phase.generate], report_multiple_bugs=False
    )
    with wrong_slope(ops.TABLE[name], 0, change), pytest.raises(AssertionError, match=rf"v\d+ = {name}\("):
        quick(given(search)(check))()
