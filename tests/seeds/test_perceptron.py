"""One neuron with a threshold separates what a line can separate, and cannot separate XOR."""

import itertools
from typing import Any

import pytest

import nn
from autograd import Value, sigmoid, tanh

CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
LINEAR = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "first": [0, 0, 1, 1]}
XOR = [0, 1, 1, 0]


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
@pytest.mark.parametrize("targets", LINEAR.values(), ids=LINEAR)
def test_a_linear_problem_is_separated(activation: str, targets: list[int]) -> None:
    neuron = nn.Perceptron(2, activation)
    assert neuron.fit(CORNERS, targets, epochs=50) == 0
    assert [neuron(x).data for x in CORNERS] == targets


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
def test_xor_is_not_separated_however_long(activation: str) -> None:
    assert nn.Perceptron(2, activation).fit(CORNERS, XOR, epochs=500) > 0


def test_no_weights_at_all_separate_xor() -> None:
    """Not a matter of training: on a fine grid of weights and biases, at least one corner is always wrong."""
    grid = [i / 4 for i in range(-12, 13)]
    for w1, w2, b in itertools.product(grid, repeat=3):
        answers = [int(w1 * x1 + w2 * x2 + b >= 0) for x1, x2 in CORNERS]
        assert answers != XOR


@pytest.mark.parametrize(("activation", "squash", "threshold"), [("sigmoid", sigmoid, 0.5), ("tanh", tanh, 0.0)])
def test_the_threshold_after_each_activation(activation: str, squash: Any, threshold: float) -> None:
    """0.5 after a sigmoid and 0 after a tanh are the same line in the plane: where the weighted sum is 0."""
    neuron = nn.Perceptron(2, activation)
    for v, w in zip(neuron.parameters(), (1.5, -0.7, 0.2), strict=True):
        v.data = w
    for x in [[0.3, 0.9], [-1.0, 0.5], [2.0, -2.0], [0.0, 0.2857142857142857]]:
        z = 1.5 * x[0] - 0.7 * x[1] + 0.2
        assert neuron(x).data == float(squash(Value(z)).data >= threshold) == float(z >= 0)


def test_a_hidden_layer_solves_xor() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=3)
    for _ in range(300):
        loss = nn.losses.mse([model(x) for x in CORNERS], [float(y) for y in XOR])
        model.zero_grad()
        loss.backward()
        nn.sgd(model.parameters(), 0.3)
    assert [int(model(x).data > 0.5) for x in CORNERS] == XOR
