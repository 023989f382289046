"""Derivatives taken inside of a function that is compiled: the numbers of the engine, for all examples of a batch."""

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
import nn
from autograd import (
    Value,
    derivative,
    dot,
    enable_grad,
    exp,
    grad,
    greater,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    logsumexp,
    maximum,
    norm,
    relu,
    sin,
    softmax,
    sqrt,
    std,
    tanh,
    value_and_grad,
    where,
)
from autograd.program import compile
from autograd.program.program import Program
from tests.engine.graphs import Graph, evaluate, graphs
from tests.program.comparing import check_same
from tests.program.test_random_graphs import ENGINE, FLOATS, SMOOTH, WILD_NUMBERS

Numbers = list[Any]


def create_graph(x: Any, y: Any) -> Any:
    z = tanh(x * y)
    first = grad(z, x, create_graph=True)
    return first * first + z


# Functions of two numbers that take derivatives; what they give is a number or a list.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "derivative": lambda x, y: derivative(lambda a: a**3 * sin(a))(x) + y,
    "of a closure": lambda x, y: x * derivative(lambda a: a * x * y)(1.0),
    "second order": lambda x, y: derivative(lambda a: exp(a * y), order=2)(x),
    "derivative of a derivative": lambda x, y: derivative(derivative(lambda a: a**4 * y))(x),
    "derivative inside of a derivative": lambda x, y: derivative(lambda a: a * derivative(lambda b: a * b**3)(y))(x),
    "value_and_grad": lambda x, y: list(value_and_grad(lambda a: a * a * y + sin(a))(x)),
    "value_and_grad of two": lambda x, y: [*value_and_grad(lambda a, b: a * tanh(b))(x, y)[1]],
    "jacobian": lambda x, y: [v for row in jacobian(lambda p: [p[0] * p[1], p[0] + p[1] ** 2])([x, y]) for v in row],
    "hessian": lambda x, y: [v for row in hessian(lambda p: p[0] ** 2 * p[1] + exp(p[0] * p[1]))([x, y]) for v in row],
    "hvp": lambda x, y: hvp(lambda p: p[0] ** 3 * p[1])([x, y], [1.0, 2.0]),
    "hvp along an argument": lambda x, y: hvp(lambda a: sin(a) * a)(x, y),
    "jvp": lambda x, y: jvp(lambda p: [p[0] ** 3 * p[1], p[1]])([x, y], [1.0, 2.0])[1],
    "create_graph": create_graph,
    "kinks": lambda x, y: derivative(lambda a: relu(a) * a + abs(a) + maximum(a, y))(x),
    "reductions": lambda x, y: value_and_grad(lambda p: std(p) + norm(p) + autograd.max(p))([x, y, 0.5])[1],
    "softmax": lambda x, y: value_and_grad(lambda p: softmax(p)[0] * logsumexp(p))([x, y, x * y])[1],
    "dot": lambda x, y: value_and_grad(lambda p: dot(p, p, p[0]))([x, y])[1],
    "a branch not taken": lambda x, y: derivative(lambda a: where(greater(a, 0.0), sqrt(a) * y, 0.0))(x),
    "a branch that is infinite": lambda x, y: derivative(lambda a: where(greater(a, 0.0), log(a), a * y))(x),
    "0 times infinity": lambda x, y: derivative(lambda a: sqrt(a) ** 2 * y)(x),
    "0 times infinity, twice": lambda x, y: derivative(lambda a: where(greater(a, 0.0), sqrt(a), a), order=2)(x) + y,
}
POINTS = [(0.7, -1.3), (-0.4, 0.2), (0.0, 1.5), (2.0, 0.0), (-1.0, -1.0), (0.0, 0.0)]


def eager(function: Callable[..., Any], x: float, y: float) -> tuple[list[float], list[float]]:
    """What the function gives, and the slopes of the first number of that."""
    found: list[float] = []

    def first(*values: Value) -> Any:
        result = function(*values)
        results = result if isinstance(result, list) else [result]
        found[:] = [v.data if isinstance(v, Value) else v for v in results]
        return results[0]

    _, slopes = value_and_grad(first)(x, y)
    return found, list(slopes)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_gradients(name: str) -> None:
    function = compile(FUNCTIONS[name])
    expected = [eager(FUNCTIONS[name], *point) for point in POINTS]
    values, slopes = np.array([v for v, _ in expected]), np.array([s for _, s in expected])
    x, y = np.array(POINTS).T
    check_same(function(x, y).reshape(len(POINTS), -1), values)
    check_same([np.ravel(function(*point)) for point in POINTS], values)
    parameters = [(Value(a, role="parameter"), Value(b, role="parameter")) for a, b in POINTS]
    check_same([np.ravel(function(*pair)) for pair in parameters], values)
    first, _, by_inputs = function.value_and_grad(x, y, reduction="none", inputs=True)
    check_same(first, values[:, 0])
    check_same(by_inputs, slopes)


def test_finite_numbers_need_no_questions_about_infinity() -> None:
    """The fast source has no `where`, and layers are products of matrices there as ever."""
    x, w = [Value(0.1 * i) for i in range(3)], [[Value(0.3, role="parameter") for _ in range(3)] for _ in range(2)]
    function = compile(lambda xs: value_and_grad(lambda p: dot([tanh(dot(row, p)) for row in w], [1.0, 2.0]))(xs)[1])
    program: Program = function.program(np.zeros((2, 3)))
    assert "where" not in program.source and "np.matmul(W" in program.source
    assert "where" in program.careful_source
    assert len(x) == program.value_and_grad(np.zeros((2, 3)), inputs=True)[2].shape[1]


wild = graphs(FLOATS, SMOOTH, st.sampled_from([*WILD_NUMBERS, 1e308, -1e308]), leaves=3, steps=5)


@given(wild)
def test_derivatives_of_random_graphs_at_any_numbers(graph: Graph) -> None:
    def slopes(*leaves: Any) -> Numbers:
        result = value_and_grad(lambda p: evaluate(graph, p, ENGINE)[-1])(list(leaves))
        return [result[0], *result[1]]

    rows = [graph.leaves, [1.0 for _ in graph.leaves], [0.0 for _ in graph.leaves]]
    expected = np.array([slopes(*row) for row in rows], dtype=np.float64)
    got = np.array(compile(slopes)(*np.array(rows).T)).T.reshape(len(graph.leaves) + 1, 3).T
    steady = np.abs(expected) < 1e100
    check_same(got[steady], expected[steady], 1e-9, context=f"\n{graph}")
    check_same(np.isfinite(got), np.isfinite(expected), context=f"\n{graph}\n{got}\n{expected}")


# ----- Training a module whose output is a slope -----


class Force(nn.Module):
    """The force of a potential that a network learns: minus its slope by the position."""

    def __init__(self, by_grad: bool) -> None:
        self.by_grad = by_grad
        self.energy = nn.MLP(1, [5, 1], activation="tanh", seed=0)

    def __call__(self, x: Sequence[Any]) -> Any:
        if self.by_grad:
            with enable_grad():
                position = x[0] if isinstance(x[0], Value) else Value(x[0])
                return -grad(self.energy([position]), position, create_graph=True)
        return -derivative(lambda position: self.energy([position]))(x[0])


@pytest.mark.parametrize("by_grad", [False, True])
def test_a_module_whose_output_is_a_slope_trains_compiled(by_grad: bool) -> None:
    rng = Random(0)
    X = [[rng.uniform(-1.0, 1.0)] for _ in range(20)]
    y = [-math.sin(x) for (x,) in X]
    found = []
    for engine in ("eager", "compiled"):
        model = Force(by_grad)
        history = model.fit(
            X,
            y,
            loss="mse",
            lr=0.05,
            epochs=10,
            batch_size=5,
            seed=0,
            engine=engine,
            validation_split=0.2,
            progress=False,
        )
        assert history.settings["engine"] == engine
        found.append(
            [*model.state_dict().values(), *history.history["loss"], *history.history["val_loss"], *model.predict(X)]
        )
    np.testing.assert_allclose(found[1], found[0], rtol=1e-10, atol=1e-12)
    assert found[0][-1] != 0.0
