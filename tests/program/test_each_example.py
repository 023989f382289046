"""Gradients of each example by itself, from a program that takes the parameters per example."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nn
from autograd import Value, dot, relu, softmax
from autograd.program import Program, compile

RNG = np.random.default_rng(3)


def net() -> Program:
    x, model = [Value(0.0) for _ in range(4)], nn.MLP(4, [6, 3], activation="tanh", seed=1)
    shift, idle = Value(0.25, requires_grad=False), Value(1.0)
    loss = dot(softmax(model(x)), [1.0, 2.0, 3.0]) * shift + 0.01 * dot(*[list(model.parameters())] * 2)
    return compile([loss, loss * shift], x, parameters=[idle])


def one_by_one(program: Program, rows: np.ndarray) -> list[np.ndarray]:
    found = [program.value_and_grad(row, inputs=True) for row in rows]
    return [np.array(part) for part in zip(*found, strict=True)]


@pytest.mark.parametrize("count", [2, 32, 33, 5000])
def test_as_one_by_one(count: int) -> None:
    program, rows = net(), RNG.normal(size=(count, 4))
    some = rows[:: max(count // 50, 1)]
    found = program.value_and_grad(rows, reduction="none", inputs=True)
    for got, expected in zip(found, one_by_one(program, some), strict=True):
        assert np.allclose(got[:: max(count // 50, 1)], expected, rtol=1e-10, atol=1e-13)
    values, gradients = program.value_and_grad(rows, reduction="none")
    assert np.array_equal(values, found[0])
    assert np.array_equal(gradients, found[1])


def test_numbers_are_read_at_each_call() -> None:
    w, k, x = Value(2.0), Value(3.0, requires_grad=False), Value(0.0)
    program, rows = compile(w * w * k * x, [x]), np.arange(40.0)[:, None]
    for factor in (1.0, 5.0):
        w.data, k.data = 2.0 * factor, 3.0 + factor
        _, gradients = program.value_and_grad(rows, reduction="none")
        assert gradients[:, 0].tolist() == pytest.approx((2 * w.data * k.data * rows[:, 0]).tolist(), rel=1e-14)


def test_accumulated() -> None:
    w, x = Value(2.0), Value(0.0)
    program, rows = compile(w * x, [x]), np.arange(40.0)[:, None]
    program.value_and_grad(rows, reduction="none", inputs=True, accumulate=True)
    assert (w.grad, x.grad) == (780.0, 80.0)


def test_factors_of_0_stop_what_is_not_finite() -> None:
    w, x = Value(1.0), Value(0.0)
    program = compile(relu(w * x) * (x * x).exp(), [x])
    rows = np.full((50, 1), -1.0)
    rows[7] = -1e3  # exp overflows, and is multiplied by 0
    _, gradients, by_inputs = program.value_and_grad(rows, reduction="none", inputs=True)
    assert not gradients.any()
    expected = program.value_and_grad(rows[7:8], reduction="none", inputs=True)
    assert math.isclose(by_inputs[7, 0], expected[2][0, 0]) or np.isnan([by_inputs[7, 0], expected[2][0, 0]]).all()


def test_without_parameters_or_inputs() -> None:
    x, w = Value(0.0), Value(3.0)
    values, gradients, by_inputs = compile(x * x, [x]).value_and_grad(np.ones((40, 1)), reduction="none", inputs=True)
    assert (values.sum(), gradients.shape, by_inputs.sum()) == (40.0, (40, 0), 80.0)
    values, gradients = compile(w * w, [x]).value_and_grad(np.ones((40, 1)), reduction="none")
    assert (values.tolist(), gradients.tolist()) == ([9.0] * 40, [[6.0]] * 40)


def test_float32() -> None:
    w, x = Value(2.0), Value(0.0)
    _, gradients = compile((w * x).tanh(), [x], dtype=np.float32).value_and_grad(np.zeros((40, 1)), reduction="none")
    assert gradients.dtype == np.float32


def test_threads() -> None:
    program = net()
    rows = [RNG.normal(size=(100, 4)) for _ in range(6)]
    expected = [program.value_and_grad(part, reduction="none")[1] for part in rows]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda part: program.value_and_grad(part, reduction="none")[1], rows))
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
