"""Gradients of a compiled function come in the order of its arguments, whatever the layout of its program."""

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, dot
from autograd.program import compile


@compile
def squared_error(model: nn.Module, x: list[Value], y: Value) -> Value:
    return (model(x) - y) ** 2  # type: ignore[no-any-return]


def batch(rows: int) -> tuple[Any, Any]:
    X = np.random.default_rng(0).normal(size=(rows, 3))
    return X, X[:, 0] - 0.5 * X[:, 2]


def test_the_loop_that_everybody_writes_trains() -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    X, y = batch(20)
    order = squared_error.program(model, X, y).parameters
    assert list(model.parameters()) != order, "or this test says nothing"
    losses = []
    for _ in range(40):
        loss, gradients = squared_error.value_and_grad(model, X, y)
        losses.append(loss)
        for p, g in zip(model.parameters(), gradients, strict=True):
            p.data -= 0.1 * g
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.05 * losses[0]


@pytest.mark.parametrize("rows", [3, 50])
def test_the_columns_of_single_gradients(rows: int) -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    X, y = batch(rows)
    values, gradients = squared_error.value_and_grad(model, X, y, reduction="none")
    for k in (0, rows - 1):
        model.zero_grad()
        loss = (model(X[k].tolist()) - float(y[k])) ** 2
        loss.backward()
        assert values[k] == pytest.approx(loss.data, rel=1e-12)
        assert gradients[k].tolist() == pytest.approx([p.grad for p in model.parameters()], rel=1e-10)


def test_values_modules_and_values_found_elsewhere() -> None:
    hidden = Value(7.0, "hidden")
    neuron = nn.Neuron(2, activation="linear", seed=0)
    w0, w1, bias = neuron.parameters()

    @compile
    def formula(unused: Value, late: Value, part: nn.Module, again: list[Any], x: Any) -> Any:
        return part([x, 2.0 * x]) * late + again[1] * hidden

    unused, late = Value(1.0), Value(3.0)
    _, gradients = formula.value_and_grad(unused, late, neuron, [late, w1], 10.0)
    h = w0.data * 10.0 + w1.data * 20.0 + bias.data
    assert gradients == pytest.approx([0.0, h, 30.0, 60.0 + 7.0, 3.0, w1.data], rel=1e-12)


def test_what_takes_no_gradient_has_0() -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    fixed, free = Value(2.0, requires_grad=False), Value(5.0)
    scaled = compile(lambda m, a, b, x: m(x) * a * b)
    model.layers[0].freeze()
    _, gradients = scaled.value_and_grad(model, fixed, free, [1.0, 2.0, 3.0])
    pairs = list(zip([*model.parameters(), fixed, free], gradients, strict=True))
    assert all((g != 0.0) == p.requires_grad for p, g in pairs)
    _, columns = scaled.value_and_grad(model, fixed, free, np.ones((4, 3)), reduction="none")
    assert columns.tolist() == [pytest.approx(gradients_of(scaled, model, fixed, free))] * 4


def gradients_of(function: Any, *values: Any) -> Any:
    return function.value_and_grad(*values, [1.0, 1.0, 1.0])[1]


def test_nothing_to_take_gradients_by() -> None:
    weighted = compile(lambda x, w, b: dot(x, w) + b)
    message = r"\(\) has nothing to take gradients by: no argument is a Value.* as Value\(0.1\), or ask for inputs=True"
    with pytest.raises(ValueError, match=message):
        weighted.value_and_grad(np.ones((3, 2)), [0.1, 0.1], 0.2)
    with pytest.raises(ValueError, match=message):
        weighted.value_and_grad([1.0, 1.0], [Value(0.1, requires_grad=False), 0.1], 0.2)
    value, gradients, by_inputs = weighted.value_and_grad([1.0, 2.0], [0.5, 0.25], 0.5, inputs=True)
    assert (value, gradients.shape, by_inputs.tolist()) == (1.5, (0,), [0.5, 0.25, 1.0, 2.0, 1.0])


@pytest.mark.parametrize("what", ["source", "stages", "report", "trainer", "parameters"])
def test_what_programs_have(what: str) -> None:
    for function in (squared_error, Owner().method):
        assert not hasattr(function, what)
        with pytest.raises(AttributeError, match=rf"has no \.{what}: .* Write f\.program\(arguments\)\.{what}"):
            getattr(function, what)
        with pytest.raises(AttributeError, match="object has no attribute 'nothing'"):
            getattr(function, "nothing")  # noqa: B009


class Owner:
    """A class with a compiled method."""

    @compile
    def method(self, x: Any) -> Any:
        return x
