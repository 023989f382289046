"""Jacobians and Hessians of programs: what recording gives, at any numbers, by inputs and by parameters."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import autograd
from autograd import Value, derivative, dot, grad, hessian, jacobian, maximum, sin, tanh, value_and_grad
from autograd.program import batch_mean, compile
from tests.engine.graphs import Graph, evaluate
from tests.engine.test_random_graphs import ENGINE, small_graphs, smooth_graphs


def close(got: Any, expected: Any) -> None:
    """To the digits that another order of sums leaves."""
    expected = np.asarray(expected, float)
    size = np.abs(expected[np.isfinite(expected)]).max(initial=1.0)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-11 * size)


@given(smooth_graphs)
def test_a_jacobian_has_the_slopes_of_each_node(graph: Graph) -> None:
    leaves = [Value(x) for x in graph.leaves]
    nodes = evaluate(graph, leaves, ENGINE)[len(leaves) :]
    half = len(leaves) // 2
    program = compile(nodes, leaves[:half], parameters=leaves[half:])
    expected = np.array([[grad(node, leaf) for leaf in leaves] for node in nodes])
    if half:
        slopes = program.jacobian(graph.leaves[:half])
        close(slopes if len(nodes) > 1 else slopes[None], expected[:, :half])
    slopes = program.jacobian(graph.leaves[:half], by="parameters")
    order = [half + leaves[half:].index(p) for p in program.parameters]
    close(slopes if len(nodes) > 1 else slopes[None], expected[:, order])


@given(small_graphs)
def test_a_hessian_is_that_of_recording(graph: Graph) -> None:
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, ENGINE)[-1]
    expected = hessian(lambda *x: evaluate(graph, list(x), ENGINE)[-1])(*graph.leaves)
    close(compile(y, leaves).hessian(graph.leaves), expected)
    program = compile(y)
    matrix = np.zeros((len(leaves), len(leaves)))
    at = [leaves.index(p) for p in program.parameters]
    if at:
        matrix[np.ix_(at, at)] = program.hessian(by="parameters")
        close(matrix, expected)


def curve(w: Any, x: Any) -> list[Any]:
    """Two results of two inputs and two parameters."""
    return [tanh(w[0] * x[0] + w[1]), maximum(x[0], x[1]) * sin(w[1])]


X = np.array([[0.5, -1.0], [2.0, 2.0], [-1.0, 0.25]])


def test_batches_have_a_matrix_for_each_example() -> None:
    w = [Value(0.3, "w0"), Value(-0.7, "w1")]
    x = [Value(0.0), Value(0.0)]
    program = compile(curve(w, x), inputs=x)
    single = [program.jacobian(row) for row in X]
    assert program.jacobian(X).tolist() == [matrix.tolist() for matrix in single]
    assert program.jacobian(X).shape == (3, 2, 2)
    assert program.hessian(X).tolist() == [program.hessian(row).tolist() for row in X]
    # Today's numbers of the parameters are read, by second derivatives too.
    before = program.hessian(X[0], by="parameters")
    w[0].data = 0.9
    expected = hessian(lambda a, b: tanh(a * 0.5 + b))(0.9, -0.7)
    at = [w.index(p) for p in program.parameters]
    close(program.hessian(X[0], by="parameters")[np.ix_(at, at)], expected)
    assert before.tolist() != program.hessian(X[0], by="parameters").tolist()


def test_float32_programs_give_float32() -> None:
    x = [Value(0.0), Value(0.0)]
    program = compile([x[0] * x[1], x[0] / 3.0], x, dtype=np.float32)
    assert program.jacobian([2.0, 5.0]).dtype == np.float32 == program.hessian([2.0, 5.0]).dtype
    assert program.jacobian([2.0, 5.0]).tolist() == [[5.0, 2.0], [np.float32(1.0 / 3.0), 0.0]]
    assert program.hessian([2.0, 5.0]).tolist() == [[0.0, 1.0], [1.0, 0.0]]


def test_one_output_and_a_list_of_one() -> None:
    assert compile(lambda x: x * x).jacobian(3.0).tolist() == [6.0]
    assert compile(lambda x: [x * x]).jacobian(3.0).tolist() == [[6.0]]
    assert compile(lambda x: x * x).jacobian(np.array([3.0, 4.0])).tolist() == [[6.0], [8.0]]


def test_columns_of_functions_are_in_the_order_of_the_arguments() -> None:
    a, b = Value(2.0), Value(5.0)
    f = compile(lambda x, p: [p[1] * x, p[0] * p[1] * x * x])
    assert f.jacobian(3.0, [a, b]).tolist() == [[5.0], [60.0]]
    assert f.jacobian(3.0, [a, b], by="parameters").tolist() == [[0.0, 3.0], [45.0, 18.0]]
    assert f.jacobian(3.0, [b, a], by="parameters").tolist() == [[0.0, 3.0], [18.0, 45.0]]
    frozen = Value(5.0, requires_grad=False)
    assert f.jacobian(3.0, [a, frozen], by="parameters").tolist() == [[0.0, 0.0], [45.0, 0.0]]
    g = compile(lambda x, p: p[1] * p[1] * p[0] * x)
    assert g.hessian(3.0, [a, b], by="parameters").tolist() == [[0.0, 30.0], [30.0, 12.0]]


class Energy:
    """A method that is compiled."""

    k = Value(3.0)

    @compile
    def __call__(self, q: Any) -> Any:
        return self.k * q[0] ** 2 * q[1]


def test_methods_have_them_too() -> None:
    energy = Energy()
    assert energy.__call__.jacobian([1.0, 2.0]).tolist() == [12.0, 3.0]
    assert energy.__call__.hessian([1.0, 2.0]).tolist() == [[12.0, 6.0], [6.0, 0.0]]


# Where a factor of exactly 0 stops an infinite one, and at kinks and ties: as recording has it.
POINTS = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-300, 2.0]
EDGES = {
    "sqrt(x)²": lambda x: x.sqrt() ** 2,
    "0·log": lambda x: 0.0 * x.log() + x * x,
    "relu·log": lambda x: x.relu() * x.log(),
    "max(x, 1)²": lambda x: maximum(x, 1.0) ** 2,
    "|x|³": lambda x: abs(x) ** 3,
    "x^x": lambda x: x**x,
    "tanh exp": lambda x: x.exp().tanh(),
    "1/x": lambda x: 1.0 / x,
}


@pytest.mark.parametrize("name", EDGES)
def test_at_the_edges_the_derivatives_are_those_of_recording(name: str) -> None:
    f = EDGES[name]
    compiled = compile(f)
    for at in POINTS:
        first, second = compiled.jacobian(at), compiled.hessian(at)
        np.testing.assert_allclose(first, [derivative(f)(at)], rtol=1e-12, err_msg=f"{name} at {at}")
        # A traced slope is right for all numbers: it records 0·∞ where a number alone would have been dropped.
        traced = compile(lambda x: derivative(f)(x))
        np.testing.assert_allclose(second[0], traced.jacobian(at), rtol=1e-12, err_msg=f"{name} at {at}")


def test_derivatives_of_compiled_functions_record_the_function() -> None:
    product = compile(lambda x: x[0] * x[1] * x[1])
    assert value_and_grad(product)([2.0, 3.0]) == (18.0, [9.0, 12.0])
    assert hessian(product)([2.0, 3.0]) == [[0.0, 6.0], [6.0, 4.0]]
    assert jacobian(compile(lambda x: [x, x * x]))(3.0) == [[1.0], [6.0]]
    square = compile(lambda x: x * x)
    assert derivative(lambda x: square(x) * x)(2.0) == 12.0
    assert derivative(derivative(lambda x: square(square(x))))(2.0) == 48.0
    # And outside of them it runs compiled, as before.
    assert square(3.0) == 9.0
    assert type(square(3.0)) is float


def test_many_outputs_share_one_walk_forward() -> None:
    W = np.random.default_rng(0).normal(size=(30, 20))
    f = compile(lambda x: [tanh(dot(w, x)) for w in W.tolist()])
    at = np.linspace(-1.0, 1.0, 20)
    close(f.jacobian(at.tolist()), (1.0 - np.tanh(W @ at) ** 2)[:, None] * W)


x, w = Value(0.0, "x"), Value(2.0, "w")


@pytest.mark.parametrize("name", ["jacobian", "hessian"])
@pytest.mark.parametrize(
    ("program", "arguments", "settings", "message"),
    [
        (compile(w * x, [x]), [1.0, 2.0], {}, r"X has the shape \(2,\), and this program takes 1 inputs"),
        (compile(w * w), (), {}, 'the program has no inputs to take slopes by; by="parameters" takes those by its par'),
        (compile(x * x, [x]), [1.0], {"by": "parameters"}, 'no parameters to take slopes by; by="inputs" takes those'),
        (compile(x - batch_mean(x), [x]), [1.0], {}, r"examples depend on each other through batch_mean"),
        (compile(w * x, [x]), [1.0], {"by": "columns"}, "by is one of inputs, parameters, got 'columns'"),
    ],
)
def test_refusals(name: str, program: Any, arguments: Any, settings: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(program, name)(arguments, **settings)


@pytest.mark.skipif(not autograd.compiled, reason="plain Python has no memory to protect")
@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (0, 0)])
def test_a_replay_takes_an_array_of_the_right_shape(shape: tuple[int, int]) -> None:
    program = compile(w * x, [x])
    replay = program._loaded().ready_tape().replay
    with pytest.raises(ValueError, match=r"it takes a row for each of 1 outputs, of 1 numbers"):
        replay.jacobian(True, np.empty(shape))


def test_buffers_hold_one_example() -> None:
    x, w = Value(0.5), [Value(0.3, "w0"), Value(-0.7, "w1")]
    program = compile([tanh(w[0] * x) * w[1], x * w[0]], [x])
    call = program.buffers()
    for at in (0.5, -2.0):
        call.x[0] = at
        value, gradient, by_inputs = program.value_and_grad([at], inputs=True)
        close(call.value_and_grad(), value)
        close([*call.gradient, *call.by_inputs], [*gradient, *by_inputs])
        close(call.outputs(), program([at]))
        assert call.value() == call.outputs()[0]
    # Numbers of Values are those of the time when the buffers were made; two are apart.
    w[0].data = 9.0
    other = program.buffers(inputs=False)
    assert other.parameters.tolist() == [p.data for p in program.parameters] != call.parameters.tolist()
    call.by_inputs[:] = 77.0
    assert other.by_inputs.tolist() == [0.0]
    assert repr(call) == "<Buffers of <Program of 1 input, 2 parameters, 2 outputs in float64: 4 operations>>"


def test_buffers_of_what_has_no_single_example() -> None:
    with pytest.raises(ValueError, match="buffers: examples depend on each other through batch_mean"):
        compile(x - batch_mean(x), [x]).buffers()
    with pytest.raises(TypeError, match="buffers: inputs must be True or False, got 'no'"):
        compile(w * x, [x]).buffers(inputs="no")  # type: ignore[arg-type]
