"""`history.diagnose()` on nets made sick on purpose, and on healthy ones."""

from functools import partial
from typing import Any

import pytest

import nn
from nn import init
from nn.datasets import moons, student
from nn.neuron import Layer
from nn.training import TrainingError, fit
from nn.training.history import History
from tests.nn.small_nets import QUIET

X, Y = moons(100, seed=0)


def one(history: History, start: str, *parts: str) -> None:
    """There is exactly one sentence, it begins like this, and it says all of that."""
    (sentence,) = history.diagnose()
    assert sentence.startswith(start), sentence
    for part in parts:
        assert part in sentence, sentence


def test_dead_relus() -> None:
    model = nn.MLP(2, [16, 16, 1], output_activation="sigmoid", seed=0)
    first = model.layers[0]
    assert isinstance(first, Layer)
    for neuron in first.neurons[:10]:
        neuron.b.data = -10.0
    history = model.fit(X, Y, lr=0.01, epochs=10, seed=0, **QUIET)
    start = "62 % of layer 1 (layers.0) was dead before the first step"
    one(history, start, "try biases of 0, as they begin, and the default weights, without init=")


def test_relus_that_a_large_rate_kills() -> None:
    """A few steps at a large rate throw the biases so far down that no example comes back up."""
    X, y = moons(100, labels=(-1, 1))
    model = nn.MLP(2, [16, 1], init="he_normal", seed=0)
    settings: dict[str, Any] = {"loss": "hinge", "optimizer": "sgd", "batch_size": None, **QUIET}
    assert model.fit(X, y, lr=0.0, **settings).layers["layers.0"]["dead"] == [0.0]
    history = model.fit(X, y, lr=30.0, epochs=3, **settings)
    one(history, "62 % of layer 1 (layers.0) is dead", "0 % was before the first step", "Try lr=3 (it was 30)")


@pytest.mark.parametrize(("nouts", "loss"), [([8, 1], "binary_cross_entropy"), ([1], "mse")])
def test_inputs_that_saturate_a_sigmoid(nouts: list[int], loss: str) -> None:
    """The IQ of a student, around 100, goes in as it is."""
    model = nn.MLP(3, nouts, "sigmoid", "sigmoid", seed=0)
    history = model.fit(*student(), loss=loss, optimizer="sgd", lr=0.1, epochs=50, seed=0, **QUIET)
    assert history.start["layers"]["layers.0"]["saturated"] > 0.5
    one(history, "Inputs are about 98 in column 0", "standardised ones, X, scaling = nn.data.standardise(X)")


def test_weights_that_saturate_a_tanh() -> None:
    model = nn.MLP(2, [8, 1], "tanh", init=partial(init.normal, std=20.0), seed=0)
    history = model.fit(X, Y, loss="mse", lr=0.001, epochs=10, seed=0, **QUIET)
    one(history, "The first loss, ", "63 times as wide as by default", "try the default weights, without init=")


def test_a_sure_output_is_no_sickness() -> None:
    """The outputs of a classifier that has learnt its examples are near 0 and 1, as they should be."""
    model = nn.MLP(2, [8, 1], "tanh", "sigmoid", seed=0)
    history = model.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], lr=0.3, epochs=150, seed=0, **QUIET)
    assert history.layers["layers.1"]["saturated"][-1] == 1.0
    assert history.diagnose() == []


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_that_vanishes_in_deep_sigmoids(seed: int) -> None:
    model = nn.MLP(2, [8] * 8 + [1], "sigmoid", "sigmoid", seed=seed)
    history = model.fit(X[:40], Y[:40], optimizer="sgd", lr=0.1, epochs=4, seed=0, **QUIET)
    one(
        history,
        "The gradient of layer 1 (layers.0) is ",
        "times smaller than that of layer 9 (layers.8)",
        "activation='relu'",
    )


@pytest.mark.parametrize(("activation", "rule"), [("tanh", "xavier_uniform"), ("relu", "he_uniform")])
def test_a_gradient_that_arrives_in_a_net_as_deep(activation: str, rule: str) -> None:
    model = nn.MLP(2, [8] * 8 + [1], activation, "sigmoid", init=rule, seed=0)
    history = model.fit(X[:40], Y[:40], optimizer="sgd", lr=0.1, epochs=4, seed=0, **QUIET)
    assert not [sentence for sentence in history.diagnose() if "vanishes" in sentence]


def regression(lr: float, epochs: int = 30) -> History:
    model = nn.MLP(2, [8, 1], "tanh", init="uniform", seed=0)
    return fit(model, X, Y, loss="mse", optimizer="sgd", lr=lr, epochs=epochs, batch_size=32, seed=0, **QUIET)


def test_a_rate_that_is_too_small() -> None:
    one(regression(1e-5), "A step changes the weights by at most 0.0008 %", "lr=0.01 (it was 1e-05)")


def test_a_rate_that_is_too_large() -> None:
    one(
        regression(0.5, epochs=6),
        "The loss rose from 0.354 to 837",
        "Try lr=0.05 (it was 0.5), or clip_norm",
    )


@pytest.mark.parametrize("lr", [0.5, 3.0, 10.0])
def test_a_rate_that_breaks_the_training_down(lr: float) -> None:
    with pytest.raises(TrainingError, match="the loss exploded") as caught:
        regression(lr)
    one(caught.value.history, "epoch ", "the loss exploded, to ", f"a smaller learning rate (it was {lr:g}, try")


@pytest.mark.parametrize("lr", [0.05, 0.1])
def test_a_rate_that_is_right(lr: float) -> None:
    assert not [s for s in regression(lr).diagnose() if "rate" in s]


def overfitted(**settings: Any) -> History:
    model = nn.MLP(2, [32, 32, 1], output_activation="sigmoid", init="he_uniform", seed=0)
    validation = moons(60, noise=0.35, seed=100)
    X, y = moons(30, noise=0.35, seed=0)
    return fit(model, X, y, lr=0.02, epochs=60, batch_size=None, validation_data=validation, **settings, **QUIET)


def test_overfitting() -> None:
    one(overfitted(), "It overfits: the loss is 0.", "where it was lowest, 0.", "Try early_stopping=True, l2=0.01")


def test_a_net_held_by_l2_does_not_overfit() -> None:
    assert not [sentence for sentence in overfitted(l2=0.02).diagnose() if "overfits" in sentence]


def test_a_training_that_ended_too_soon() -> None:
    one(regression(0.02, epochs=10), "10 epochs of 4 steps are 40 steps", "still on its way: try epochs=")


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_nothing_is_said_of_a_net_that_learns_well(activation: str) -> None:
    model = nn.MLP(2, [16, 1], activation, "sigmoid", init="he_uniform", seed=0)
    settings: dict[str, Any] = {"batch_size": 32, "seed": 0, **QUIET}
    history = model.fit(X, Y, lr=0.05, epochs=80, validation_data=moons(50, seed=5), **settings)
    assert history.history["val_loss"][-1] < 0.1
    assert history.diagnose() == []
    again = model.fit(X, Y, lr=0.001, epochs=10, **settings)  # it stands still because it has arrived
    assert again.diagnose() == []


def numbers(**logs: list[float]) -> History:
    """A made-up log."""
    history = History({"lr": 0.1})
    for values in zip(*logs.values(), strict=True):
        history.append(dict(zip(logs, values, strict=True)), {})
    return history


@pytest.mark.parametrize(
    ("logs", "start"),
    [
        ({"loss": [1.0, 0.2, 0.9, 0.1, 0.8, 0.1, 0.9, 0.2, 0.8, 0.2]}, "The loss jumps up and down"),
        ({"loss": [1.0, 0.9, 20.0, 0.9, 0.8, 0.7]}, "The loss rose from 1 to 20"),
        ({"loss": [1.0, 0.5, 0.2, 0.1, 0.05, 0.02], "val_loss": [1.0, 0.9, 0.9, 0.8, 0.8, 0.8]}, "It overfits: "),
        ({"loss": [1.0, 0.5, 0.2, 0.1, 0.05, 0.02], "val_loss": [1.0, 0.5, 0.2, 0.1, 0.05, 0.02]}, ""),
        ({"loss": [1.0, 0.5, 0.2], "val_loss": [1.0, 2.0, 3.0]}, ""),  # too short to tell
        ({"loss": [float("nan")] * 6}, ""),
        ({"loss": [0.0] * 6}, ""),
        ({"loss": []}, ""),
    ],
)  # fmt: skip
def test_what_the_losses_alone_say(logs: dict[str, list[float]], start: str) -> None:
    found = numbers(**logs).diagnose()
    assert found == [] if not start else (len(found) == 1 and found[0].startswith(start)), found


def test_a_step_that_changes_too_much() -> None:
    history = numbers(loss=[1.0, 0.9, 0.9, 0.8, 0.8])
    history.layers = {"layers.0": {"update_ratio": [0.35] * 5, "gradient_norm": [1.0] * 5}}
    one(history, "A step changes layer 1 (layers.0) by 35 % of its weights, where 0.1 % is usual", "clip_norm=1.0")
