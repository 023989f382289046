"""Training on a flat vector: the parameters after some steps are those of the eager loop."""

import math

import numpy as np
import pytest

from autograd import Value
from autograd.program import compile
from tests.program.comparing import check_same, leaves
from tests.program.nets import NETS, Net


def eager_steps(net: Net, rows: list[list[float]], steps: int, lr: float) -> tuple[list[float], list[float]]:
    """Losses and parameters of plain gradient descent, one graph for each example."""
    weights = [Value(x, f"w{i}", role="parameter") for i, x in enumerate(net.weights())]
    losses = []
    for _ in range(steps):
        for w in weights:
            w.grad = 0.0
        total = 0.0
        for row in rows:
            inputs, _ = leaves([row], [])
            loss = net.record(inputs, weights)
            loss.backward(1.0 / len(rows))
            total += loss.data / len(rows)
        losses.append(total)
        for w in weights:
            w.data -= lr * w.grad
    return losses, [w.data for w in weights]


@pytest.mark.parametrize("name", ["micrograd's moons", "cross-entropy of log_softmax", "tied weights", "penalties"])
def test_as_the_eager_loop(name: str) -> None:
    net = NETS[name]
    rows = net.rows(8)
    inputs, weights = leaves(rows, net.weights())
    program = compile(net.record(inputs, weights), inputs)
    with program.trainer() as trainer:
        losses = [trainer.step(rows, lr=0.05) for _ in range(20)]
        assert [w.data for w in weights] == net.weights(), "the Values stay as they are meanwhile"
    expected_losses, expected = eager_steps(net, rows, 20, 0.05)
    check_same(losses, expected_losses, 1e-11)
    check_same([w.data for w in weights], expected, 1e-10)


def test_a_trainer_has_numbers_of_its_own() -> None:
    w, x = Value(2.0, "w"), Value(0.0, "x")
    program = compile(w * x, [x])
    trainer = program.trainer()
    trainer.parameters[0] = 5.0
    assert trainer.values([[1.0], [2.0]]).tolist() == [5.0, 10.0]
    assert program([1.0]) == 2.0
    w.data = 3.0
    assert trainer.values([[1.0]]).tolist() == [5.0]
    trainer.read()
    assert trainer.values([[1.0]]).tolist() == [3.0]
    trainer.parameters[0] = 7.0
    trainer.write_back()
    assert w.data == 7.0


def test_gradients_are_views_of_one_vector() -> None:
    w, b, x = Value(2.0, "w"), Value(0.5, "b"), Value(0.0, "x")
    trainer = compile((w * x + b).tanh(), [x]).trainer()
    value, gradient = trainer.value_and_gradient([[1.0], [-1.0]], reduction="sum")
    assert gradient is trainer.gradient
    assert value == pytest.approx(math.tanh(2.5) + math.tanh(-1.5))
    assert gradient.shape == trainer.parameters.shape == (2,)


def test_a_trainer_ends_with_the_numbers_written_back_even_after_an_error() -> None:
    w, x = Value(2.0), Value(0.0)
    trainer = compile(w * x, [x]).trainer()

    def fails() -> None:
        with trainer:
            trainer.parameters[0] = 4.0
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fails()
    assert w.data == 4.0


def test_batches_of_any_size() -> None:
    net = NETS["micrograd's moons"]
    inputs, weights = leaves(net.rows(1), net.weights())
    program = compile(net.record(inputs, weights), inputs)
    trainer = program.trainer()
    rows = np.array(net.rows(20))
    whole, _ = trainer.value_and_gradient(rows, reduction="sum")
    for size in range(1, 20):  # more sizes than are kept
        parts = [trainer.value_and_gradient(part, reduction="sum") for part in (rows[:size], rows[size:])]
        assert sum(value for value, _ in parts) == pytest.approx(whole, rel=1e-13)


def test_inf_in_one_example_of_a_batch() -> None:
    """A step over a batch in which one example needs the careful code, and one over a batch that does not."""
    w, x, y = Value(1.0, "w"), Value(0.0, "x"), Value(0.0, "y")
    kept = (w * x).relu() * y + w
    trainer = compile(kept, [x, y]).trainer()
    value, gradient = trainer.value_and_gradient([[0.0, 2.0], [-1.0, math.inf], [1.0, 3.0]], reduction="sum")
    assert math.isnan(value), "0 · inf is nan in the forward pass"
    assert gradient.tolist() == [6.0], "and the relu stops it on the way back"
    assert trainer.value_and_gradient([[1.0, 3.0]])[1].tolist() == [4.0]
