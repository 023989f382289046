"""What a compiled function is given over time: modules that change, methods, copies, threads."""

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.program import compile


@compile
def squared_error(model: nn.Module, x: list[Value], y: Value) -> Value:
    return (model(x) - y) ** 2  # type: ignore[no-any-return]


def check_as_the_model(model: nn.Module) -> None:
    """Value and gradients for an example, as the engine has them."""
    x, y = [1.0, -2.0], 0.5
    program = squared_error.program(model, x, y)
    assert set(program.parameters) == {p for p in model.parameters() if p.requires_grad}
    for p in model.parameters():
        p.grad = 0.0
    loss = (model(x) - y) ** 2
    loss.backward()
    value, gradients = squared_error.value_and_grad(model, x, y)
    assert value == pytest.approx(loss.data, rel=1e-12)
    assert gradients == pytest.approx([p.grad for p in model.parameters()], rel=1e-11)


def test_parts_of_a_model_that_are_frozen_or_exchanged() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    check_as_the_model(model)
    before = squared_error.traces
    check_as_the_model(model)
    assert squared_error.traces == before
    model.layers[0].freeze()
    check_as_the_model(model)
    layer = nn.Layer(2, 3, activation="relu", seed=5)
    model.layers[0] = layer
    check_as_the_model(model)
    layer.neurons[1].w[0] = Value(0.75, role="parameter")
    check_as_the_model(model)
    assert squared_error.traces == before + 3


def test_one_part_in_evaluation() -> None:
    model = nn.Sequential(nn.Dropout(0.5, seed=0), nn.Neuron(2, activation="linear", seed=0))
    next(part for part in model.modules() if isinstance(part, nn.Dropout)).eval()
    check_as_the_model(model)


def test_modules_that_share_parameters() -> None:
    @compile
    def both(first: nn.Module, second: nn.Module, x: list[Value]) -> Any:
        return first(x) * 2.0 + second(x)

    model = nn.MLP(2, [2, 1], seed=0)
    program = both.program(model, model, [1.0, 2.0])
    assert len(program.parameters) == len(set(program.parameters)) == len(list(model.parameters()))
    trainer = program.trainer()
    trainer.parameters[:] = 1.0
    trainer.write_back()
    assert {p.data for p in model.parameters()} == {1.0}


class Line:
    """Not a module, but an object with Values."""

    def __init__(self, slope: float) -> None:
        self.slope = Value(slope, "slope")

    @compile
    def at(self, x: Any) -> Any:
        """The height."""
        return self.slope * x


def test_methods() -> None:
    flat, steep = Line(1.0), Line(10.0)
    assert (flat.at(2.0), steep.at(2.0), steep.at(np.array([1.0, 2.0])).tolist()) == (2.0, 20.0, [10.0, 20.0])
    assert steep.at.value_and_grad(2.0) == (20.0, [2.0])
    assert steep.at.program(2.0).parameters == [steep.slope]
    steep.slope.data = 5.0
    assert steep.at(2.0) == 10.0
    assert Line.at.__doc__ == "The height."
    assert Line.at(steep, 2.0) == 10.0


def test_a_function_is_copied_and_pickled_by_name() -> None:
    assert pickle.loads(pickle.dumps(squared_error)) is squared_error
    assert copy.deepcopy(squared_error) is copy.copy(squared_error) is squared_error
    with pytest.raises(TypeError, match="has no name to be pickled by: pickle what was compiled"):
        pickle.dumps(compile(nn.MLP(2, [1], seed=0)))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * len(range(x)),
        lambda x: [x, x, x][x],
        lambda x: [x, x, x][:x],
        lambda x: (x, x, x)[x],
        lambda x: "abc"[x],
        lambda x: x * np.zeros(3)[x],
        lambda x: math.factorial(x),
    ],
)
def test_an_error_where_a_whole_number_was_needed_says_that_numbers_are_values(function: Any) -> None:
    with pytest.raises((TypeError, IndexError)) as caught:
        compile(function)(2.0)
    assert "was being traced: numbers are Values there" in caught.value.__notes__[0]


def untyped(x: Any) -> Any:
    return x


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x @ x,
        lambda x: x << x,
        lambda x: untyped([x])(1),
        lambda x: [x][1],
        lambda x: [x][untyped("0")],
        lambda x: x * len(range(untyped(1.0))),
        lambda x: x + "text",
    ],
)
def test_other_errors_are_left_as_they_are(function: Any) -> None:
    with pytest.raises((TypeError, IndexError)) as caught:
        compile(function)(2.0)
    assert not hasattr(caught.value, "__notes__")


def test_an_array_without_axes_is_a_number() -> None:
    double = compile(lambda x: x * 2.0)
    assert double(np.array(3.0)) == double(3.0) == 6.0
    assert double.traces == 1


def test_threads_that_call_for_the_first_time() -> None:
    scaled = compile(lambda x, n: (x * n).tanh())
    arguments = [(0.01 * k, k % 7) for k in range(200)]
    expected = [compile(lambda x, n: (x * n).tanh())(*pair) for pair in arguments]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda pair: scaled(*pair), arguments)) == expected
    assert scaled.traces == 7
