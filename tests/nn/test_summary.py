"""The table of a model: its lines, its totals, its text."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import MLP, BatchNorm, Dropout, Layer, Module, Neuron, Perceptron, Sequential, init

MNIST = """\
Layer     Kind           Output   Parameters                   Init
layers.0  Layer relu         16       12,560   784 × 16 + 16   zeros
layers.1  Layer relu         16          272   16 × 16 + 16    zeros
layers.2  Layer softmax      10          170   16 × 10 + 10    zeros
Total parameters: 13,002 (trainable 442, frozen 12,560)"""

EVERYTHING = """\
Layer     Kind                     Output   Parameters               Init
layers.0  Layer linear                  3            9   2 × 3 + 3   xavier_uniform
layers.1  BatchNorm                     3            6   2 × 3
layers.2  ActivationLayer('tanh')       3            0
layers.3  Dropout(0.5)                  3            0
layers.4  Layer linear                  1            4   3 × 1 + 1   xavier_uniform
Total parameters: 19 (trainable 16, frozen 3)"""


def test_the_network_for_digits() -> None:
    model = MLP(784, [16, 16, 10], output_activation="softmax", init="zeros")
    model.layers[0].freeze()
    assert str(model.summary()) == MNIST
    assert repr(model.summary()) == MNIST


def test_layers_of_every_kind() -> None:
    assert str(MLP(2, [3, 1], "tanh", dropout=0.5, batch_norm=True).summary()) == EVERYTHING


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_every_line_adds_up(widths: list[int]) -> None:
    nin, *nouts = widths
    summary = MLP(nin, nouts).summary()
    assert [row.parameters for row in summary.rows] == [i * o + o for i, o in zip(widths, nouts, strict=False)]
    assert [row.width for row in summary.rows] == nouts
    assert summary.total == summary.trainable == sum(row.parameters for row in summary.rows)
    assert summary.frozen == 0


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        (Neuron(3, "tanh"), [("Neuron", "Neuron tanh", 1, 4, "3 × 1 + 1")]),
        (Layer(3, 2), [("Layer", "Layer relu", 2, 8, "3 × 2 + 2")]),
        (Perceptron(2), [("Perceptron", "Perceptron linear", 1, 3, "2 × 1 + 1")]),
        (BatchNorm(2), [("BatchNorm", "BatchNorm", 2, 4, "2 × 2")]),
        (
            Sequential(Sequential(Layer(1, 2)), Layer(2, 1)),
            [("layers.0.layers.0", "Layer relu", 2, 4, "1 × 2 + 2"), ("layers.1", "Layer relu", 1, 3, "2 × 1 + 1")],
        ),
    ],
)
def test_models_of_every_kind(model: Module, lines: list[Any]) -> None:
    assert [(row.name, row.kind, row.width, row.parameters, row.formula) for row in model.summary().rows] == lines


def test_the_rules_that_the_weights_were_drawn_by(tmp_path: Path) -> None:
    mixed = Layer(2, 3, "tanh")
    mixed.neurons[1] = Neuron(2, "tanh", init=partial(init.normal, std=0.5))
    model = Sequential(mixed, Dropout(0.1), Layer(3, 2, "selu"), Perceptron(2))
    rules = ["xavier_uniform, normal(std=0.5)", "", "lecun_normal", "zeros"]
    assert [row.init for row in model.summary().rows] == rules
    for part in (Layer(2, 1), Neuron(2), Perceptron(2)):  # what comes from elsewhere was not drawn at all
        nn.save(part, tmp_path / "part.safetensors")
        assert [row.init for row in nn.load(tmp_path / "part.safetensors").summary().rows] == ["given"]


def test_modules_of_your_own() -> None:
    class Scale(Module):
        def __init__(self) -> None:
            self.by = Value(1.0)

    class Net(Module):
        def __init__(self) -> None:
            self.body = MLP(2, [3])
            self.scale = Scale()

    class WithBoth(Net):
        def __init__(self) -> None:
            super().__init__()
            self.shift = Value(0.0)

    rows = Net().summary().rows
    assert [(row.name, row.kind, row.width, row.parameters) for row in rows] == [
        ("body.layers.0", "Layer linear", 3, 9),
        ("scale", "Scale", None, 1),
    ]
    assert "scale          Scale              ?            1\n" in str(Net().summary())
    assert [(row.name, row.parameters) for row in WithBoth().summary().rows] == [("WithBoth", 11)]


def test_parameters_that_are_shared_count_once() -> None:
    layer = Layer(2, 2)
    summary = Sequential(layer, layer).summary()
    assert [row.parameters for row in summary.rows] == [6, 0]
    assert summary.total == 6
