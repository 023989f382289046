"""Steps of vectors by blocks: bit for bit those of whole arrays and of Values, and a step can be taken back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn.optim import SGD, Adam, Optimizer
from nn.optim.optimizer import BLOCK, update_arrays
from nn.training.compiled.vectors import Order, VectorOptimizer
from tests.nn.optim.optimizer_rows import SETTINGS

SIZES = [7, BLOCK + 5]  # at once, and in blocks
STEPS = 3


def start(n: int) -> tuple[list[Value], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    numbers, gradients = np.random.default_rng(0).normal(size=(2, n))
    return [Value(x, role="parameter") for x in numbers.tolist()], numbers, gradients


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_blocks_are_whole_arrays_and_values(kind: Callable[..., Optimizer], settings: dict[str, Any], n: int) -> None:
    values, theta, gradient = start(n)
    optimizer = kind(values, **settings)
    vector = VectorOptimizer(optimizer, Order(values))
    whole, state = theta.copy(), tuple([slot.copy() for slot in vector.memory.state])
    for step in range(1, STEPS + 1):
        vector.step(theta, gradient)
        whole, state = optimizer.update(whole, gradient, state, step, optimizer.hyperparameters, np)
        for v, g in zip(values, gradient.tolist(), strict=True):
            v.grad = g
        optimizer.step()
        assert theta.tolist() == whole.tolist() == [v.data for v in values]
    assert vector.memory.steps == (STEPS,)
    for slot, expected, own in zip(vector.memory.state, state, optimizer.slots, strict=True):
        assert slot.tolist() == np.broadcast_to(expected, n).tolist() == list(optimizer.state[own])


@pytest.mark.parametrize("n", SIZES)
def test_a_step_is_taken_back(n: int) -> None:
    values, theta, gradient = start(n)
    vector = VectorOptimizer(Adam(values), Order(values))
    vector.step(theta, gradient)
    before, memory = theta.copy(), vector.memory
    slots = [slot.tolist() for slot in memory.state]
    vector.step(theta, gradient)
    after = theta.copy()
    for _ in range(2):
        theta[:], vector.memory = before, memory
        assert [slot.tolist() for slot in vector.memory.state] == slots
        vector.step(theta, 2.0 * gradient)
    theta[:], vector.memory = before, memory
    vector.step(theta, gradient)
    assert theta.tolist() == after.tolist()


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("frozen", [False, True])
def test_a_rule_of_the_users_gets_everything_at_once_and_may_work_in_place(frozen: bool, n: int) -> None:
    sizes: list[int] = []

    class InPlace(SGD):
        @staticmethod
        def update(
            value: Any, grad: Any, state: Any, step: Any, hyperparameters: Any, xp: Any = np
        ) -> tuple[Any, tuple[Any, ...]]:
            sizes.append(len(value))
            grad *= hyperparameters["lr"]
            value -= grad
            return value, state

    values, theta, gradient = start(n)
    vector = VectorOptimizer(InPlace(values, lr=0.5), Order(values[1:] if frozen else values))
    theta, gradient = (theta[1:], gradient[1:]) if frozen else (theta, gradient)
    expected, as_it_was = (theta - 0.5 * gradient).tolist(), gradient.tolist()
    vector.step(theta, gradient)
    assert theta.tolist() == expected and gradient.tolist() == as_it_was and sizes == [len(theta)]


def test_no_numbers_are_no_step() -> None:
    nothing = np.empty(0)
    update_arrays(SGD([Value(1.0)], lr=0.1), nothing, nothing, (nothing,), 1, (nothing,))
    assert not len(nothing)
