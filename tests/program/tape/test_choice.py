"""What runs which batches: the report says it, both ways give the same, and the source takes the same parameters."""

from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, dot
from autograd.program import choice, compile

pytestmark = pytest.mark.skipif(not autograd.compiled, reason="plain Python replays nothing: arrays run every program")


def scalar() -> tuple[Value, list[Value]]:
    """No two operations alike; its parameters are recorded in another order than the formula reads them in."""
    x, w, b = Value(0.5, "x"), Value(2.0, "w"), Value(-1.0, "b")
    return (b * x.sin() + w * b + (w / x).exp()) ** 2, [x]


def neuron() -> tuple[Value, list[Value]]:
    """One weighted sum."""
    x = [Value(0.1 * k) for k in range(3)]
    w = [Value(0.3 * k - 0.5, f"w{k}") for k in range(3)]
    return dot(w[::-1], x, Value(0.25, "b")).tanh(), x


def net() -> tuple[Value, list[Value]]:
    """A net of matrices."""
    x = [Value(0.1 * k) for k in range(2)]
    return nn.MLP(2, [4, 4, 1], activation="tanh", seed=0)(x), x


def chain() -> tuple[Value, list[Value]]:
    """More steps than array code is made for."""
    x, w = Value(0.5, "x"), Value(1.0, "w")
    y = x
    for _ in range(2000):
        y = y + w * y.sin() * 0.001
    return y, [x]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (scalar, "a tape of 8 steps in the compiled engine runs batches of up to "),
        (neuron, "a tape of 2 steps in the compiled engine runs batches of up to "),
        (net, "matrix product of 4×4 with 4×1"),
        (chain, "a tape of 8,000 steps in the compiled engine runs all batches"),
    ],
)
def test_the_report_says_what_runs(make: Any, expected: str) -> None:
    program = compile(*make())
    assert expected in program.report()
    if make is chain:
        assert program.source == "# a tape of 8,000 steps in the compiled engine runs all batches\n"


@pytest.mark.parametrize("make", [scalar, neuron, net])
def test_the_source_takes_the_parameters_of_the_program(make: Any) -> None:
    output, inputs = make()
    program = compile(output, inputs)
    module: dict[str, Any] = {}
    exec(program.source, module)
    rows = np.linspace(0.25, 1.0, 5 * len(inputs)).reshape(5, -1)
    value, gradients = program.value_and_grad(rows)
    alone, by_source = module["value_and_grad"](np.array([p.data for p in program.parameters]), rows)
    np.testing.assert_allclose([alone, *by_source], [value, *gradients], rtol=1e-12)


@pytest.mark.parametrize("make", [scalar, neuron, net])
def test_both_ways_give_the_same_for_every_size(make: Any) -> None:
    output, inputs = make()
    program = compile(output, inputs)
    rows = np.random.default_rng(0).uniform(0.25, 1.0, (3000, len(inputs)))
    values = program(rows)
    _, _, by_inputs = program.value_and_grad(rows, reduction="sum", inputs=True)
    for size in (1, 2, 7, 8, 9, 33, 256, 257, 700, 3000):
        np.testing.assert_allclose(program(rows[:size]), values[:size], rtol=1e-12, atol=1e-13)
        part = program.value_and_grad(rows[:size], reduction="sum", inputs=True)[2]
        np.testing.assert_allclose(part, by_inputs[:size], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("make", [scalar, neuron, net])
def test_numbers_that_are_set_are_read_by_both(make: Any) -> None:
    output, inputs = make()
    program = compile(output, inputs)
    rows = np.random.default_rng(0).uniform(0.25, 1.0, (5000, len(inputs)))
    for p in program.parameters:
        program(rows), program(rows[0].tolist())
        p.data = p.data * 1.5 + 0.01
        batch = program(rows)
        assert program(rows[0].tolist()) == pytest.approx(batch[0], rel=1e-12)


def test_without_the_compiled_engine_arrays_run_and_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "COMPILED", False)
    monkeypatch.setattr(choice, "FORCED", "arrays")  # another key: the cache holds what was made with the engine
    output, inputs = scalar()
    program = compile(output * 1.5, inputs)
    assert not program.can_replay and program([0.5]) == pytest.approx(output.data * 1.5)
    assert program.report().endswith("the engine is not compiled: array code runs single examples and small batches "
                                     "too, slower than a tape would")  # fmt: skip


def test_modules_among_the_arguments_are_served_quickly_until_they_change() -> None:
    model: Any = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    squared = compile(lambda m, x, y, power: (m(x) - y) ** power)
    points = [([0.1 * k, 0.2], 0.5 * k) for k in range(40)]

    def recorded(x: list[float], y: float, power: int) -> tuple[float, list[float]]:
        model.zero_grad()
        loss = (model(x) - y) ** power
        loss.backward()
        return loss.data, [p.grad for p in model.parameters()]

    def changes(k: int) -> None:
        if k == 20:
            model.layers[0].neurons[1].w[0].data = 0.75  # a number: read at each call
        if k == 25:
            model.layers[0].neurons[1].w[0].requires_grad = False
        if k == 30:
            model.layers[1].neurons[0].w[2] = Value(-0.5, role="parameter")
        if k == 35:
            model.layers[0].activation = "relu"

    for k, (x, y) in enumerate(points):
        changes(k)
        value, gradients = squared.value_and_grad(model, x, y, 3 if k == 33 else 2)
        expected = recorded(x, y, 3 if k == 33 else 2)
        assert value == pytest.approx(expected[0], rel=1e-12), k
        np.testing.assert_allclose(gradients, expected[1], rtol=1e-10, atol=1e-14, err_msg=str(k))
    if autograd.compiled:
        trace = squared._quick[4]
        assert trace.load_quickly((model, [0.1, 0.2], 0.5, 2)) is not None
        assert trace.load_quickly((nn.MLP(2, [3, 1], activation="tanh", seed=0), [0.1, 0.2], 0.5, 2)) is None
