"""Compiled training beside the eager one: the same losses, parameters, memories and logs, whatever is asked for."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, tanh
from nn import losses, optim
from nn.callbacks import Callback
from nn.schedules import exponential
from nn.training.history import History

RNG = Random(0)
X = [[RNG.gauss(0.0, 1.0) for _ in range(3)] for _ in range(50)]
TARGETS: dict[str, list[Any]] = {
    "number": [x[0] * x[1] + x[2] for x in X],
    "numbers": [[x[0] * x[1], x[2]] for x in X],
    "binary": [int(sum(x) > 0.0) for x in X],
    "sign": [1 if sum(x) > 0.0 else -1 for x in X],
    "class": [int(sum(x) > 0.0) + int(x[0] > 0.0) for x in X],
    "shares": [[0.5 * (k == int(x[0] > 0.0)) + 0.5 * (k == 2) for k in range(3)] for x in X],
}
LOSSES: dict[str, tuple[Any, str, str]] = {
    "mse": ("mse", "number", "linear"),
    "mse of two": ("mse", "numbers", "linear"),
    "squared error": ("squared_error", "numbers", "linear"),
    "half squared error": ("half_squared_error", "number", "linear"),
    "mae": ("mae", "numbers", "linear"),
    "huber": ("huber", "number", "linear"),
    "huber with a setting": (partial(losses.huber, delta=0.3), "number", "linear"),
    "bce": ("binary_cross_entropy", "binary", "sigmoid"),
    "bce on scores": ("binary_cross_entropy_with_logits", "binary", "linear"),
    "cross-entropy": ("cross_entropy", "class", "linear"),
    "cross-entropy of shares": ("cross_entropy", "shares", "linear"),
    "cross-entropy on log_softmax": ("cross_entropy", "class", "log_softmax"),
    "categorical": ("categorical_cross_entropy", "class", "softmax"),
    "hinge": ("hinge", "sign", "tanh"),
    "own mean": (lambda ps, ys: sum([(p - y) ** 4 for p, y in zip(ps, ys, strict=True)]) / len(ys), "number", "linear"),
    "own sum": (lambda ps, ys: sum([abs(p - y) for p, y in zip(ps, ys, strict=True)]), "number", "linear"),
}  # fmt: skip
NETS: dict[str, dict[str, Any]] = {
    "dropout": {"dropout": 0.3},
    "all dropped": {"dropout": 1.0},
    "batch norm": {"batch_norm": True},
    "both": {"batch_norm": True, "dropout": 0.2, "activation": "gelu"},
    "expanded": {"fused": False},
    "relu": {"activation": "relu"},
    "own activation": {"activation": lambda z: tanh(z) * z},
}
ASKED: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "sgd", "lr": 0.05},
    "momentum": {"optimizer": partial(optim.SGD, lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01)},
    "adagrad": {"optimizer": "adagrad"},
    "rmsprop": {"optimizer": partial(optim.RMSProp, centered=True, momentum=0.5)},
    "adamw": {"optimizer": "adamw", "lr": 0.01},
    "l1 and l2": {"l1": 0.01, "l2": 0.02},
    "own penalty": {"regularization": lambda model: sum([p**4 for p in model.parameters()]) * 0.01},
    "a number as penalty": {"regularization": lambda model: 0.25},
    "clip norm": {"clip_norm": 0.1},
    "clip value": {"clip_value": 0.01},
    "sample weights": {"sample_weight": [RNG.random() for _ in range(40)]},
    "schedule": {"schedule": exponential(0.01, 0.9)},
    "one batch": {"batch_size": None},
    "no shuffle": {"shuffle": False},
    "metrics": {"metrics": ["mse", "mae"]},
}


def net(outputs: int = 1, output: str = "linear", **settings: Any) -> nn.MLP:
    return nn.MLP(3, [6, 5, outputs], **{"activation": "tanh", "output_activation": output, "seed": 3, **settings})


def trained(model: nn.Module, y: list[Any], engine: str, **settings: Any) -> History:
    asked: dict[str, Any] = {"batch_size": 10, "epochs": 2, "seed": 1, "progress": False, **settings}
    history: History = model.fit(X[:40], y[:40], validation_data=(X[40:], y[40:]), engine=engine, **asked)
    return history


def check_same(
    make: Callable[[], nn.Module],
    y: list[Any],
    tolerance: float = 1e-10,
    engines: tuple[str, str] = ("eager", "compiled"),
    **settings: Any,
) -> None:
    """Parameters, running means, gradients and logs after two epochs, relative to the largest of each kind."""
    one, other = make(), make()
    eager, compiled = [trained(m, y, engine, **settings) for m, engine in zip((one, other), engines, strict=True)]
    assert (eager.settings["engine"], compiled.settings["engine"]) == engines
    pairs = [
        ([*one.state_dict().values()], [*other.state_dict().values()]),
        ([p.grad for p in one.parameters()], [p.grad for p in other.parameters()]),
    ]
    pairs += [(eager.history[name], compiled.history[name]) for name in eager.history | compiled.history]
    for layer in eager.layers | compiled.layers:
        names = eager.layers[layer] | compiled.layers[layer]
        pairs += [(eager.layers[layer][name], compiled.layers[layer][name]) for name in names]
    for a, b in pairs:
        np.testing.assert_allclose(b, a, rtol=tolerance, atol=tolerance * float(np.abs(a).max(initial=0.0)))


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss(name: str) -> None:
    loss, target, output = LOSSES[name]
    y = TARGETS[target]
    width = 3 if target in ("class", "shares") else len(y[0]) if isinstance(y[0], list) else 1
    check_same(lambda: net(width, output), y, loss=loss)


@pytest.mark.parametrize("name", NETS)
def test_every_net(name: str) -> None:
    for optimizer in ("sgd", "adam"):
        check_same(lambda: net(**NETS[name]), TARGETS["number"], optimizer=optimizer, lr=0.01)


@pytest.mark.parametrize("name", ASKED)
def test_everything_that_fit_takes(name: str) -> None:
    check_same(net, TARGETS["number"], **ASKED[name])


@pytest.mark.parametrize("reduced", ["mse", "squared_error"])
def test_weights_of_examples_and_classes(reduced: str) -> None:
    settings: dict[str, Any] = {"sample_weight": [RNG.random() for _ in range(40)], "class_weight": {0: 1.0, 1: 3.0}}
    check_same(lambda: net(output="sigmoid"), TARGETS["binary"], loss=reduced, **settings)


class Residual(nn.Module):
    """A module of the user's own: a skip connection around two dropouts that share a generator, and a scale."""

    def __init__(self) -> None:
        rng = Random(5)
        self.inner = nn.Sequential(nn.Layer(3, 3, "tanh", seed=0), nn.Dropout(0.4, seed=rng))
        self.dropout = nn.Dropout(0.4, seed=rng)
        self.scale = Value(0.5, role="parameter")

    def __call__(self, x: Any) -> Any:
        return [a + b * self.scale for a, b in zip(self.dropout(x), self.inner(x), strict=True)]


def test_modules_of_ones_own() -> None:
    check_same(lambda: nn.Sequential(Residual(), nn.Layer(3, 1, "linear", seed=1)), TARGETS["number"])

    def stacked() -> nn.Module:
        rng = Random(7)
        dropouts = [nn.Dropout(0.5, seed=rng), nn.Dropout(0.2, seed=rng)]
        layers = [nn.Layer(3, 4, seed=0), dropouts[0], nn.Layer(4, 4, seed=1), dropouts[1], nn.Layer(4, 1, seed=2)]
        return nn.Sequential(*layers)

    check_same(stacked, TARGETS["number"])
    check_same(lambda: nn.Neuron(3, "tanh", seed=1), TARGETS["number"])


class Ending(nn.Module):
    """A module of the user's own, which gives its outputs as it likes."""

    def __init__(self, outputs: int, shape: Callable[[list[Value]], Any]) -> None:
        self.hidden, self.last = nn.Layer(3, 4, "tanh", seed=0), nn.Layer(4, outputs, "sigmoid", seed=1)
        self.shape = shape

    def __call__(self, x: Any) -> Any:
        return self.shape(self.last(self.hidden(x)))


def of_first(predictions: Any, targets: Any) -> Any:
    return sum([(p[0] - y) ** 2 for p, y in zip(predictions, targets, strict=True)]) / len(targets)


# How a module of one's own ends, and the losses that take it.
ENDINGS: dict[str, tuple[Callable[[], nn.Module], list[Any]]] = {
    "a list of one": (lambda: Ending(1, list), ["mse", "binary_cross_entropy", of_first]),
    "a tuple of one": (lambda: Ending(1, tuple), ["mse", "mae", of_first]),
    "a Value": (lambda: Ending(1, lambda outputs: outputs[0]), ["mse", "binary_cross_entropy"]),
    "a list of two": (lambda: Ending(2, list), [of_first, "cross_entropy"]),
    "a tuple of two": (lambda: Ending(2, tuple), [of_first]),
    "a layer of one": (lambda: nn.Layer(3, 1, "tanh", seed=2), ["mse", of_first]),
    "a list of one, inside": (lambda: nn.Sequential(nn.Layer(3, 3, seed=0), Ending(1, list)), ["mse"]),
    "sequential of one": (lambda: nn.Sequential(Ending(1, list)), ["mse"]),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_shape_of_an_output(name: str) -> None:
    make, taking = ENDINGS[name]
    for loss in taking:
        check_same(make, TARGETS["binary"], loss=loss, metrics=["mse"] if loss == "mse" else ())


class Counting(optim.SGD):
    """A memory that begins with a whole number, and goes on with fractions."""

    slots = ("shares",)

    def start_of(self, slot: str) -> float:
        return 0

    @staticmethod
    def update(
        value: Any, grad: Any, state: Any, step: Any, hyperparameters: Mapping[str, Any], xp: Any = None
    ) -> tuple[Any, tuple[Any, ...]]:
        shares = state[0] + 0.25 * abs(grad)
        return value - hyperparameters["lr"] * grad / (1.0 + shares), (shares,)


def test_a_memory_that_begins_with_a_whole_number() -> None:
    kept = []
    for engine in ("eager", "compiled"):
        model = net()
        optimizer = Counting(model.parameters(), lr=0.1)
        trained(model, TARGETS["number"], engine, optimizer=optimizer, callbacks=[Callback()])
        kept.append([*optimizer.state["shares"], *model.state_dict().values()])
    np.testing.assert_allclose(kept[1], kept[0], rtol=1e-10, atol=1e-12)


def test_frozen_parameters_and_an_optimizer_of_some() -> None:
    def frozen() -> nn.Module:
        model = net()
        model.layers[0].freeze()
        return model

    check_same(frozen, TARGETS["number"], l2=0.1)
    one, other = net(), net()
    for model, engine in ((one, "eager"), (other, "compiled")):
        adam = optim.Adam(model.layers[2].parameters(), lr=0.05)
        trained(model, TARGETS["number"], engine, optimizer=adam)
        model.layers[2].neurons[0].w[0].requires_grad = False  # type: ignore[attr-defined]
        trained(model, TARGETS["number"], engine, optimizer=adam)
        model.layers[2].unfreeze()  # now some have made more steps than others
        trained(model, TARGETS["number"], engine, optimizer=adam)
        assert sorted(set(adam.steps)) == [16, 24]
    np.testing.assert_allclose([*other.state_dict().values()], [*one.state_dict().values()], rtol=1e-10)


def test_dropout_draws_anew_at_every_step() -> None:
    model = net(dropout=0.5)
    lossy: list[float] = []

    class Note(Callback):
        def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
            lossy.append(logs["loss"])

    trained(model, TARGETS["number"], "compiled", lr=0.0, batch_size=None, epochs=5, callbacks=[Note()])
    assert len(set(lossy)) == 5


def test_callbacks_see_and_change_the_model() -> None:
    class Meddler(Callback):
        def __init__(self) -> None:
            self.seen: list[list[float]] = []

        def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
            first = self.model.parameters()[0]
            self.seen.append([first.data, first.grad, self.optimizer.state["average"][0], self.optimizer.steps[0]])
            first.data *= 0.5

        def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
            self.optimizer.lr /= 2.0
            if epoch == 1:
                self.model.layers[0].freeze()  # type: ignore[attr-defined]

    seen = {}
    for engine in ("eager", "compiled"):
        meddler = Meddler()
        history = trained(net(), TARGETS["number"], engine, epochs=4, callbacks=[meddler])
        assert history.settings["engine"] == engine
        seen[engine] = meddler.seen
    assert len(seen["compiled"]) == 16
    np.testing.assert_allclose(seen["compiled"], seen["eager"], rtol=1e-10, atol=1e-12)


def test_early_stopping_restores_the_best_weights() -> None:
    def stopped() -> Any:
        return nn.EarlyStopping(patience=2)

    one, other = net(), net()
    eager = trained(one, TARGETS["number"], "eager", lr=0.3, epochs=40, early_stopping=stopped())
    compiled = trained(other, TARGETS["number"], "compiled", lr=0.3, epochs=40, early_stopping=stopped())
    assert eager.stopped == compiled.stopped == "early"
    assert eager.best_epoch == compiled.best_epoch
    np.testing.assert_allclose([*other.state_dict().values()], [*one.state_dict().values()], rtol=1e-7)
