"""A program that was widened from a narrow model is the one that recording the wide model gives."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Sequential, losses
from nn.activations import NAMES
from nn.training.compiled import narrow
from nn.training.compiled.example import RecordedProgram, record
from nn.training.compiled.narrow import wide_program
from nn.training.compiled.recording import program_of_outputs
from nn.training.compiled.rows import Columns
from nn.training.engine import Objective
from nn.training.examples import Examples

RNG = np.random.default_rng(0)
X = RNG.normal(size=(12, 120))
CLASSES = RNG.integers(0, 3, 12).tolist()


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narrow, "MANY", 1000)


def both(
    model: Module, loss: Any, y: Any, output: Any, *, training: bool = True, weights: Any = None
) -> tuple[RecordedProgram | None, RecordedProgram]:
    examples = Examples(X.tolist(), y, weights)
    columns, objective = Columns(loss, examples, output), Objective(loss)
    inputs, others = columns.arrays(examples)
    row = [*inputs[0].tolist(), *others[0].tolist()]
    wide = wide_program(model, objective, columns, row, training, model.parameters())
    return wide, record(model, objective, columns, row, training)


def lines(source: str) -> list[str]:
    """The lines of a source without the numbers of nodes, which only a recording has."""
    return [re.sub(r" #\d+.*", "", line) for line in source.split("\n")]


def check(model: Module, loss: Any, y: Any, output: Any, **settings: Any) -> None:
    wide, recorded = both(model, loss, y, output, **settings)
    assert wide is not None
    a, b = wide.program, recorded.program
    assert lines(a.source) == lines(b.source)
    assert a.parameters == b.parameters
    assert [v.data for v in a._givens] == [v.data for v in b._givens]
    assert wide[2:6] == recorded[2:6]
    assert (a._code.compilation.rows, a._code.compilation.results) == (
        b._code.compilation.rows,
        b._code.compilation.results,
    )
    # The numbers, bit for bit, and those of the careful source, for which the wide model is recorded after all.
    rows = RNG.normal(size=(5, len(b.inputs)))
    for poisoned in (False, True):
        rows[0, 0] = np.inf if poisoned else 0.5
        results = [program.trainer().value_and_gradient(rows) for program in (a, b)]
        assert str(results[0][0]) == str(results[1][0])
        assert np.array_equal(results[0][1], results[1][1], equal_nan=True)
    assert [len(d.factors) for d in wide.stand_in.dropouts] == [len(d.factors) for d in recorded.stand_in.dropouts]
    assert [(len(m), at) for _, m, at in wide.stand_in.batch_moments] == [
        (len(m), at) for _, m, at in recorded.stand_in.batch_moments
    ]
    assert "widened" in a.report()
    assert "widened" not in b.report()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_layers(batch_norm: bool, dropout: float, training: bool) -> None:
    model = MLP(120, [100, 90, 100, 3], batch_norm=batch_norm, dropout=dropout, seed=1)
    check(model, losses.cross_entropy, CLASSES, [0.0] * 3, training=training)


@pytest.mark.parametrize("activation", sorted({*NAMES} - {"linear"}))
def test_activations(activation: str) -> None:
    model = Sequential(Layer(120, 90, activation, seed=1), ActivationLayer(activation), Layer(90, 3, seed=2))
    check(model, losses.cross_entropy, CLASSES, [0.0] * 3)


PROBABILITIES = [0.2, 0.3, 0.5]
LOSSES: dict[str, tuple[Any, Any, Any, str]] = {
    "mse": (losses.mse, X[:, 0].tolist(), 0.0, "linear"),
    "squares": (losses.squared_error, X[:, 0].tolist(), 0.0, "relu"),
    "mae": (losses.mae, X[:, 0].tolist(), 0.0, "linear"),
    "huber": (losses.huber, X[:, 0].tolist(), 0.0, "linear"),
    "half": (losses.half_squared_error, X[:, :3].tolist(), [0.0] * 3, "tanh"),
    "bent": (partial(losses.huber, delta=2.5), X[:, 0].tolist(), 0.0, "linear"),
    "hinge": (losses.hinge, [1, -1] * 6, 0.0, "linear"),
    "two": (losses.binary_cross_entropy, [0, 1] * 6, 0.5, "sigmoid"),
    "logits": (losses.binary_cross_entropy_with_logits, [0, 1] * 6, 0.5, "linear"),
    "classes": (losses.categorical_cross_entropy, CLASSES, PROBABILITIES, "softmax"),
    "smooth": (partial(losses.cross_entropy, label_smoothing=0.1), CLASSES, [0.0] * 3, "linear"),
    "soft": (losses.cross_entropy, [PROBABILITIES] * 12, [0.0] * 3, "linear"),
}  # fmt: skip


@pytest.mark.parametrize("weights", [None, [2.0] * 12])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, weights: Any) -> None:
    loss, y, output, activation = LOSSES[name]
    outputs = len(output) if isinstance(output, list) else 1
    check(MLP(120, [90, outputs], output_activation=activation, seed=1), loss, y, output, weights=weights)


def set_all(things: list[Any], attribute: str) -> None:
    for thing in things:
        setattr(thing, attribute, False)


FROZEN: dict[str, Callable[[Any], Any]] = {
    "first layer": lambda m: m.layers[0].freeze(),
    "scales": lambda m: set_all(m.layers[1].gamma, "requires_grad"),
    "biases": lambda m: set_all([neuron.b for neuron in m.layers[3].neurons], "requires_grad"),
    "normalisation in evaluation": lambda m: m.layers[1].eval(),
    "dropout in training": lambda m: (m.eval(), m.layers[2].train()),
    "not fused": lambda m: set_all(m.layers[0].neurons, "fused"),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("what", FROZEN)
def test_parts_apart(what: str, training: bool) -> None:
    model = Sequential(Layer(120, 90, "tanh", seed=1), BatchNorm(90), Dropout(0.5), Layer(90, 70, seed=2), Layer(70, 1))
    FROZEN[what](model)
    check(model, losses.mse, X[:, 0].tolist(), 0.0, training=training)


def _one_weight(model: Any) -> None:
    model.layers[0].neurons[3].w[2].requires_grad = False


def _other_activation(model: Any) -> None:
    model.layers[0].neurons[3].activation = "tanh"


def _shared(model: Any) -> None:
    model.layers[1:1] = [Layer(90, 90, seed=1)]
    model.layers[1:1] = [model.layers[1]]


@pytest.mark.parametrize("change", [_one_weight, _other_activation, _shared])
def test_a_layer_that_is_not_all_alike_is_recorded(change: Callable[[Any], None]) -> None:
    model = MLP(120, [90, 1], seed=1)
    change(model)
    assert both(model, losses.mse, X[:, 0].tolist(), 0.0)[0] is None


def test_many_outputs_and_few_parameters_are_recorded() -> None:
    assert both(MLP(120, [90, 80], seed=1), losses.mse, X[:, :80].tolist(), [0.0] * 80)[0] is None
    assert both(MLP(120, [2, 1], seed=1), losses.mse, X[:, 0].tolist(), 0.0)[0] is None


OUTPUTS: dict[str, Callable[[], Any]] = {
    "one": lambda: MLP(120, [100, 90, 1], seed=1),
    "several": lambda: MLP(120, [100, 3], output_activation="softmax", seed=1),
    "many": lambda: MLP(120, [30, 120], seed=1),
    "more": lambda: MLP(120, [90, 100], output_activation="sigmoid", seed=1),
    "normalised": lambda: MLP(120, [100, 90, 3], batch_norm=True, dropout=0.5, seed=1),
    "a layer": lambda: Layer(120, 100, "tanh", seed=1),
    "frozen": lambda: MLP(120, [100, 90, 3], seed=1).freeze(),
}


@pytest.mark.parametrize("what", OUTPUTS)
def test_outputs_alone(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`predict` at first does no work a parameter at a time, and gives the bits of a program that was recorded."""
    results = []
    for many in (1000, 10**9):
        monkeypatch.setattr(narrow, "MANY", many)
        model = OUTPUTS[what]().eval()
        for norm in (part for part in model.modules() if isinstance(part, BatchNorm)):
            norm.running_mean[:] = X[0, : len(norm.running_mean)].tolist()
        recorded = program_of_outputs(model, X[0].tolist())
        assert ("widened" in recorded.program.report()) is (many == 1000)
        source = lines(recorded.program.source) if isinstance(model, Sequential) else []  # a layer has other names
        own = recorded.program.parameters == model.parameters()
        results.append((source, recorded[2:6], own, model.predict(np.tile(X, (4, 1))).tobytes()))
    assert results[0] == results[1]


def test_the_one_output_of_a_layer_by_itself_is_recorded() -> None:
    model = Layer(1500, 1, seed=1)
    recorded = program_of_outputs(model, [0.0] * 1500)
    assert not recorded.single and "widened" not in recorded.program.report()
    assert model.predict(np.ones((40, 1500))).shape == (40, 1)


def test_a_wide_normalisation_by_itself_is_freed_with_its_program() -> None:
    model = BatchNorm(600)
    model.predict(np.ones((40, 600)))
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_fit_gives_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    states = []
    for many in (1000, 10**9):
        monkeypatch.setattr(narrow, "MANY", many)
        model = MLP(120, [90, 70, 3], batch_norm=True, dropout=0.2, seed=1)
        history = model.fit(X, CLASSES, epochs=2, seed=1, batch_size=6, validation_split=0.5, progress=False)
        states.append((model.state_dict(), history.history))
    assert states[0] == states[1]
