"""`fit`: the same as the loop by hand, what it chooses itself, what it says of it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

import autograd
import nn
from nn import losses
from nn.callbacks import Callback
from nn.clipping import clip_norm, clip_value
from nn.datasets import moons
from nn.optim import Adam, Optimizer
from nn.regularization import l1, l2, weights_of
from nn.training.loop import order_of
from tests.nn.small_nets import QUIET, small


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"l1": 0.01, "l2": 0.02},
        {"clip_norm": 0.05},
        {"clip_value": 0.01},
        {"regularization": lambda model: l2(model.parameters(), 0.1)},
        {"schedule": lambda step: 0.1 / (1 + step)},
        {"sample_weight": [0.0, 1.0, 2.0, 0.5] * 2},
        {"class_weight": {0: 1.0, 1: 3.0}},
        {"shuffle": False},
    ],
    ids=lambda settings: "-".join(settings) or "plain",
)
def test_fit_is_the_loop_by_hand_bit_for_bit(settings: dict[str, Any]) -> None:
    X, y = moons(8, seed=3)
    fitted, model = small(), small()
    rate: dict[str, Any] = {} if "schedule" in settings else {"lr": 0.1}
    fitted.fit(X, y, optimizer="adam", epochs=3, batch_size=3, seed=5, engine="eager", **rate, **settings, **QUIET)

    weights = settings.get("sample_weight")
    if "class_weight" in settings:
        weights = [settings["class_weight"][label] for label in y]
    optimizer, step = Adam(model.parameters(), lr=0.1), 0
    for epoch in range(3):
        order = order_of(8, epoch, seed=5, shuffle=settings.get("shuffle", True))
        for batch in (order[:3], order[3:6], order[6:]):
            if "schedule" in settings:
                optimizer.lr = settings["schedule"](step)
            predictions, targets = [model(X[i]) for i in batch], [y[i] for i in batch]
            if weights is None:
                loss = losses.binary_cross_entropy(predictions, targets)
            else:
                each = losses.binary_cross_entropy(predictions, targets, reduction="none")
                loss = autograd.mean([x * weights[i] for x, i in zip(each, batch, strict=True)])
            if "l1" in settings:
                loss = loss + (l1(weights_of(model), 0.01) + l2(weights_of(model), 0.02))
            if "regularization" in settings:
                loss = loss + settings["regularization"](model)
            optimizer.zero_grad()
            loss.backward()
            if "clip_norm" in settings:
                clip_norm(model.parameters(), 0.05)
            if "clip_value" in settings:
                clip_value(model.parameters(), 0.01)
            optimizer.step()
            step += 1
    assert fitted.state_dict() == model.state_dict() != small().state_dict()


def test_the_order_is_a_permutation_from_seed_and_epoch_alone() -> None:
    orders = [order_of(50, epoch, seed, True) for epoch in range(3) for seed in range(3)]
    assert all(sorted(order) == list(range(50)) for order in orders)
    assert len({tuple(order) for order in orders}) == 9
    assert order_of(50, 1, 2, True) == orders[5]


def test_without_a_seed_every_training_goes_its_own_way() -> None:
    X, y = moons(20)
    models = [small() for _ in range(2)]
    for model in models:
        model.fit(X, y, batch_size=2, **QUIET)
    assert models[0].state_dict() != models[1].state_dict()


@pytest.mark.parametrize(
    ("activation", "width", "y", "expected"),
    [
        ("sigmoid", 1, [0, 1], losses.binary_cross_entropy),
        ("sigmoid", 2, [[0, 1], [1, 1]], losses.binary_cross_entropy),
        ("softmax", 3, [0, 2], losses.categorical_cross_entropy),
        ("log_softmax", 3, [0, 2], losses.cross_entropy),
        ("linear", 3, [0, 2], losses.cross_entropy),
        ("linear", 2, [[0.5, 3.0], [1.0, 2.0]], losses.mse),
        ("linear", 1, [0.5, 3.0], losses.mse),
        ("tanh", 1, [0.5, -0.5], losses.mse),
    ],
)
def test_the_loss_suits_the_output(activation: str, width: int, y: list[Any], expected: Any) -> None:
    X = [[0.0, 1.0], [1.0, 0.5]]
    chosen, told = (nn.MLP(2, [width], output_activation=activation, seed=1) for _ in range(2))
    a, b = chosen.fit(X, y, **QUIET), told.fit(X, y, loss=expected, **QUIET)
    assert chosen.state_dict() == told.state_dict()
    assert a.history == b.history and a.settings["loss"] == expected.__name__


@pytest.mark.parametrize("convert", [np.array, pd.DataFrame, lambda X: [tuple(x) for x in X]])
def test_arrays_and_tables_are_as_good_as_lists(convert: Callable[[Any], Any]) -> None:
    X, y = moons(10)
    one, other = small(), small()
    one.fit(X, y, seed=0, **QUIET)
    other.fit(convert(X), np.array([[t] for t in y]), seed=0, **QUIET)
    assert one.state_dict() == other.state_dict()


def test_history_has_keras_names() -> None:
    X, y = moons(20)
    history = small().fit(X, y, epochs=3, batch_size=8, validation_split=0.25, metrics=["accuracy"], verbose=0)
    assert {*history.history} == {"loss", "accuracy", "val_loss", "val_accuracy", "lr"}
    assert all(len(numbers) == 3 for numbers in history.history.values())
    assert history.epoch == [0, 1, 2] and history.epochs == 3 and history.stopped == "finished"


def test_validation_split_takes_the_last_examples_as_they_stand() -> None:
    X, y = moons(20)
    split, given = small(), small()
    a = split.fit(X, y, epochs=2, seed=0, validation_split=0.25, **QUIET)
    b = given.fit(X[:15], y[:15], epochs=2, seed=0, validation_data=(X[15:], y[15:]), **QUIET)
    assert split.state_dict() == given.state_dict() and a.history == b.history


def test_validation_changes_nothing() -> None:
    X, y = moons(20)
    with_it, without = (small(dropout=0.5, batch_norm=True) for _ in range(2))
    with_it.fit(X, y, epochs=2, seed=0, validation_data=moons(30, seed=9), metrics=["f1"], **QUIET)
    without.fit(X, y, epochs=2, seed=0, **QUIET)
    assert with_it.state_dict() == without.state_dict()


def test_the_validation_loss_is_that_of_the_model_in_evaluation() -> None:
    X, y = moons(20)
    model = small(dropout=0.5)
    history = model.fit(X, y, validation_data=(X, y), metrics=["accuracy"], **QUIET)
    expected = model.evaluate(X, y, metrics=["accuracy"])
    assert history.history["val_loss"] == [pytest.approx(expected["loss"], rel=1e-14)]
    assert history.history["val_accuracy"] == [expected["accuracy"]]


def test_the_training_loss_is_the_mean_over_examples_as_they_were_met() -> None:
    X, y = moons(5)
    model = small()
    met: list[float] = []

    class Note(Callback):
        def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
            met.append(logs["loss"])

    history = model.fit(X, y, batch_size=2, callbacks=[Note()], l2=0.01, **QUIET)
    assert history.history["loss"] == [pytest.approx((2 * met[0] + 2 * met[1] + met[2]) / 5, rel=1e-15)]
    assert history.history["penalty"][0] > 0


@pytest.mark.parametrize("mode", [True, False])
def test_every_part_is_in_the_mode_that_it_was_in(mode: bool) -> None:
    model = small(dropout=0.5).train(mode)
    model.layers[0].train(not mode)
    model.fit(*moons(6), **QUIET)
    assert [layer.training for layer in model] == [not mode, mode, mode]


def test_an_optimizer_class_or_instance_will_do() -> None:
    models = [small() for _ in range(3)]
    chosen: list[Any] = ["adam", Adam, Adam(models[2].parameters(), lr=0.05)]
    for model, optimizer in zip(models, chosen, strict=True):
        rate: dict[str, Any] = {} if isinstance(optimizer, Optimizer) else {"lr": 0.05}
        X, y = moons(6)
        model.fit(X, y, optimizer=optimizer, seed=0, **rate, **QUIET)
    assert models[0].state_dict() == models[1].state_dict() == models[2].state_dict()


ARRAYS: dict[str, Callable[[], Any]] = {
    "floats": lambda: np.arange(20.0),
    "whole": lambda: np.arange(20),
    "float32": lambda: np.arange(20, dtype=np.float32),
    "every second": lambda: np.arange(40.0)[::2],
    "a column": lambda: np.arange(20.0)[:, None],
    "rows": lambda: np.arange(40.0).reshape(20, 2),
}


@pytest.mark.parametrize("engine", ["eager", "compiled"])
@pytest.mark.parametrize("kind", ARRAYS)
def test_targets_are_those_of_the_beginning_whatever_becomes_of_their_array(kind: str, engine: str) -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))

    def train(added: int) -> Any:
        y = ARRAYS[kind]()

        def change(epoch: int, logs: Any) -> None:
            y[:] += added

        model, metrics = nn.MLP(3, [4, 2 if kind == "rows" else 1], seed=0), [] if kind == "rows" else ["mse"]
        history = model.fit(
            X, y, epochs=3, lr=1e-4, seed=0, engine=engine, metrics=metrics, validation_data=(X, y),
            callbacks=[change], progress=False,
        )  # fmt: skip
        return history.history

    assert train(0) == train(5)
