"""Programs that stay with a model: nothing is compiled or recorded twice, and nothing stale is ever used."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.program import code
from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Sequential, losses
from nn.regularization import weights_of
from nn.stages import stages_of
from nn.training import kept
from nn.training.diagnosis import recall
from nn.training.kept import key_of_loss, programs_of, stretches_of
from nn.training.outputs import WORTH_IT, eager_outputs

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3))
Y = RNG.integers(0, 2, 64)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many graphs were asked to be code, one entry each."""
    calls: list[int] = []
    original = code.code_for

    def counted(*arguments: Any, **settings: Any) -> code.Code:
        calls.append(1)
        return original(*arguments, **settings)

    monkeypatch.setattr("autograd.program.program.code_for", counted)
    return calls


def model(**settings: Any) -> MLP:
    return MLP(3, [5, 1], output_activation="sigmoid", seed=1, **settings)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_second_call_of_each_kind_compiles_nothing(compiled: list[int], dropout: float, batch_norm: bool) -> None:
    m = model(dropout=dropout, batch_norm=batch_norm)
    doors: list[Callable[[], Any]] = [
        lambda: m.fit(X, Y, epochs=1, seed=1, progress=False, validation_split=0.25, engine="compiled"),
        lambda: m.predict(X),
        lambda: m.predict_classes(X),
        lambda: m.evaluate(X, Y, metrics=["accuracy"]),
    ]
    for door in doors:
        door()
    assert compiled
    compiled.clear()
    for door in doors:
        door()
    assert not compiled


def test_a_second_fit_gives_what_a_fresh_process_would() -> None:
    first, second = model(dropout=0.3, batch_norm=True), model(dropout=0.3, batch_norm=True)
    for m, forget in ((first, False), (second, True)):
        for _ in range(2):
            m.fit(X, Y, epochs=2, seed=1, progress=False, engine="compiled")
            if forget:
                kept._KEPT.clear()
    assert first.state_dict() == second.state_dict()


CHANGES: dict[str, Callable[[Any], Any]] = {
    "activation": lambda m: setattr(m.layers[0], "activation", "tanh"),
    "weight": lambda m: m.layers[0].neurons[0].w.__setitem__(0, Value(9.0, role="parameter")),
    "number": lambda m: setattr(m.layers[0].neurons[0].w[0], "data", 9.0),
    "bias": lambda m: setattr(m.layers[0].neurons[0], "b", Value(9.0, role="parameter")),
    "neuron": lambda m: m.layers[0].neurons.reverse(),
    "frozen": lambda m: m.layers[0].freeze(),
    "moments": lambda m: setattr(m.layers[1], "running_mean", [9.0] * 4),
    "eps": lambda m: setattr(m.layers[1], "eps", 0.5),
    "layer": lambda m: m.layers.insert(1, Layer(4, 4, "tanh", seed=3)),
    "own method": lambda m: setattr(m, "batch", lambda xs: [Value(1.0) for _ in xs]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_program_is_never_used_for_another_model(change: str) -> None:
    m = Sequential(Layer(3, 4, "relu", seed=1), BatchNorm(4), Dropout(0.5, seed=1), Layer(4, 1, seed=2))
    m.predict(X)
    CHANGES[change](m)
    assert m.predict(X) == pytest.approx(np.array(eager_outputs(m, X.tolist())))
    y = X[:, 0]
    m.evaluate(X, y)
    expected = np.mean((np.array(eager_outputs(m, X.tolist())) - y) ** 2)
    assert m.evaluate(X, y)["loss"] == pytest.approx(expected)


def bias_first(m: Any) -> None:
    neuron = m.layers[0].neurons[1]
    neuron.w = vars(neuron).pop("w")


def one_weight_twice(m: Any) -> None:
    m.layers[0].neurons[0].w[0] = m.layers[-1].neurons[0].w[1]


BETWEEN = {**CHANGES, "nothing": lambda m: None, "bias first": bias_first, "one weight twice": one_weight_twice}
BETWEEN |= {"a number of its own": lambda m: setattr(m, "extra", Value(1.0, role="parameter"))}


@pytest.mark.parametrize(("large", "l2"), [(False, 0.0), (True, 0.01)])
@pytest.mark.parametrize("change", sorted(BETWEEN.keys() - {"own method"}))
def test_a_fit_after_a_change_gives_what_a_fresh_process_would(
    change: str, large: bool, l2: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:  # what is looked at by arrays alone
        monkeypatch.setattr("nn.training.compiled.engine.MANY", 1)
        monkeypatch.setattr("nn.training.compiled.penalty.MANY", 1)
    states, starts = [], []
    for forget in (False, True):
        m = Sequential(Layer(3, 4, "relu", seed=1), BatchNorm(4), Layer(4, 6, "tanh", seed=2), Layer(6, 2, seed=3))
        settings: dict[str, Any] = {"seed": 1, "l2": l2, "progress": False, "loss": "cross_entropy"}
        m.fit(X, Y, **settings)
        BETWEEN[change](m)
        if forget:
            kept._KEPT.clear()
            recall._last.clear()
        starts.append(m.fit(X, Y, epochs=2, **settings).start)
        states.append(m.state_dict())
    assert states[0] == states[1] and starts[0] == starts[1]


@pytest.mark.parametrize("change", BETWEEN)
def test_parameters_and_their_stretches_are_those_of_the_model(change: str) -> None:
    m = Sequential(Layer(3, 4, "relu", seed=1), BatchNorm(4), Dropout(0.5, seed=1), Layer(4, 1, seed=2))
    assert programs_of(m) is not None
    BETWEEN[change](m)
    programs, parameters = programs_of(m), m.parameters()
    stretches = stretches_of(m, parameters)
    if change in ("one weight twice", "a number of its own"):
        assert stretches is None
    if programs is not None:
        assert programs.parameters_of(m) == parameters and set(programs.weights_of(m)) == set(weights_of(m))
    for (_, stage), stretch in zip(stages_of(m), stretches or (), strict=stretches is not None):
        assert parameters[stretch] == stage.parameters()


def test_a_part_that_stays_in_training_is_seen() -> None:
    m = Sequential(Layer(3, 4, seed=1), Dropout(0.5, seed=1), Layer(4, 1, seed=2)).eval()
    same = m.predict(X)
    m.layers[1].train()
    assert (m.predict(X) != same).any()
    m.layers[1].eval()
    assert (m.predict(X) == same).all()


@pytest.mark.skipif(not autograd.compiled, reason="a tape needs the compiled engine")
def test_one_example_has_the_bits_of_recording_with_a_program_or_without() -> None:
    m = model()
    alone = [m.predict([x])[0] for x in X[:4]]
    m.predict(X)
    assert [m.predict([x])[0] for x in X[:4]] == alone == eager_outputs(m, X[:4].tolist())


def test_few_examples_record_nothing_and_many_small_calls_do(compiled: list[int]) -> None:
    m = model()
    for x in X[: WORTH_IT - 1]:
        m.predict([x])
    assert not compiled
    m.predict(X[:1])
    assert compiled


def test_a_model_is_freed_with_its_programs() -> None:
    m = model(dropout=0.5, batch_norm=True)
    m.fit(X, Y, epochs=1, seed=1, progress=False, engine="compiled")
    m.predict(X)
    m.evaluate(X, Y)
    gone = weakref.ref(m)
    del m
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_and_pickles_know_nothing_of_programs(again: Callable[[Any], Any]) -> None:
    m = model()
    before = set(vars(m)) | {"training", "_labelled"}
    m.predict(X)
    assert set(vars(m)) <= before
    other = again(m)
    assert (other.predict(X) == m.predict(X)).all()


def test_models_with_code_of_the_users_own_have_no_programs() -> None:
    class Own(Module):
        def __init__(self) -> None:
            self.layer = Layer(3, 1, seed=1)

        def __call__(self, x: Any) -> Any:
            return self.layer(x)

    assert programs_of(Own()) is None
    assert programs_of(Sequential(Own())) is None
    assert programs_of(Layer(3, 1, lambda z: z * z)) is None


def test_what_is_not_finite_is_for_the_model_to_give() -> None:
    m = model()
    m.predict(X)
    first: Any = m.layers[0]
    first.neurons[0].b.data = float("inf")
    assert m.predict(X).tolist() == eager_outputs(m, X.tolist())


@pytest.mark.parametrize("n", [2, WORTH_IT - 1, WORTH_IT, 300])
def test_a_normalisation_that_stays_in_training_measures_all_examples_and_moves_nothing(n: int) -> None:
    m = model(batch_norm=True).eval()
    norm: Any = m.layers[1].train()
    rows = RNG.normal(size=(n, 3))
    before = m.state_dict()
    with autograd.no_grad():
        expected = [v.data for v in copy.deepcopy(m).batch(rows.tolist())]
    for _ in range(2):
        np.testing.assert_allclose(m.predict(rows), expected, rtol=1e-12)
        np.testing.assert_allclose(eager_outputs(m, rows.tolist()), expected, rtol=1e-12)
    assert m.state_dict() == before and norm.training


@pytest.mark.parametrize(
    "m", [Dropout(0.5), ActivationLayer("softmax"), Sequential(Dropout(0.5), ActivationLayer("tanh"))], ids=repr
)
def test_a_model_without_weights_takes_one_width_after_another(m: Module) -> None:
    for width in (2, 3, 1, 2):
        rows = RNG.normal(size=(WORTH_IT, width))
        assert m.predict(rows).tolist() == eager_outputs(m, rows.tolist())


def test_losses_are_told_apart_by_their_options() -> None:
    keys = [
        key_of_loss(loss)
        for loss in (
            losses.huber,
            partial(losses.huber, delta=2.0),
            partial(losses.huber, delta=3.0),
            partial(losses.cross_entropy, label_smoothing=0.1),
            partial(losses.cross_entropy, weight=[1.0, 2.0]),
            partial(losses.cross_entropy, weight=[1.0, 3.0]),
        )
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert key_of_loss(lambda p, y: p[0] - y[0]) is None
    unknown: Any = np.ones(2)
    assert key_of_loss(partial(losses.cross_entropy, weight=unknown)) is None


def test_programs_for_many_strengths_do_not_add_up() -> None:
    m = MLP(3, [300, 1], seed=1)
    m.predict(X)
    for k in range(kept.MOST + 2):
        fresh = copy.deepcopy(m)
        for one in (m, fresh):
            one.fit(X, Y, l2=0.001 * (k + 1), epochs=1, lr=0.01, seed=1, progress=False, engine="compiled")
        assert m.state_dict() == fresh.state_dict()
    programs = programs_of(m)
    assert programs is not None and len(programs.recorded) == kept.MOST
    assert m.predict(X).tolist() == copy.deepcopy(m).predict(X).tolist()
