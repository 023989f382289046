"""What callbacks change, and what one recorded example cannot know: "auto" gives what "eager" does."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import log, relu
from nn import activations, losses, optim
from nn.callbacks import Callback
from nn.training import CompilationError
from nn.training.compiled import trust

RNG = Random(0)
X = [[RNG.gauss(0.0, 1.0) for _ in range(3)] for _ in range(40)]
Y = [x[0] * x[1] + x[2] for x in X]


def net(**settings: Any) -> nn.MLP:
    return nn.MLP(3, [5, 4, 1], **{"activation": "tanh", "seed": 3, **settings})


def check_same(make: Callable[[], nn.Module], engine: str, y: list[Any] = Y, **settings: Any) -> None:
    """Parameters, gradients and logs, eager and with engine="auto", which `engine` turns out to be."""
    found = []
    for name in ("eager", "auto"):
        model = make()
        asked = {
            "optimizer": "sgd",
            "lr": 0.02,
            "batch_size": 10,
            "epochs": 4,
            "seed": 1,
            "progress": False,
            **settings,
        }
        if callable(asked["optimizer"]):
            del asked["lr"]
        history = model.fit(X, y, validation_data=(X[:5], y[:5]), engine=name, **asked)
        numbers = {**history.history, "state": [*model.state_dict().values()]}
        numbers["gradients"] = [p.grad for p in model.parameters()]
        ratios = [history.layers[layer]["update_ratio"] for layer in sorted(history.layers)]
        found.append((numbers | {"ratios": ratios}, history.settings["engine"]))
    (eager, _), (auto, chosen) = found
    assert chosen == engine
    for name, expected in eager.items():
        size = float(np.abs(expected).max(initial=0.0))
        np.testing.assert_allclose(auto[name], expected, rtol=1e-9, atol=1e-9 * size, err_msg=name)


class Changer(Callback):
    """Calls a function with the model after every epoch."""

    def __init__(self, change: Callable[[Any], Any]) -> None:
        self.change = change

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        self.change(self.model)


def set_activation(model: Any) -> None:
    for neuron in model.layers[0].neurons:
        neuron.activation = activations.get("sigmoid")


def set_norm(model: Any) -> None:
    model.layers[1].eps, model.layers[1].momentum, model.layers[1].running_mean = 0.5, 0.5, [1.0] * 5


def tie(model: Any) -> None:
    model.layers[0].neurons[0].w[0] = model.layers[0].neurons[0].w[1]


def insert(model: Any) -> None:
    if len(model.layers) == 3:
        model.layers.insert(1, nn.ActivationLayer("sigmoid"))


CHANGES: dict[str, tuple[Callable[[Any], Any], dict[str, Any], str]] = {
    "evaluation mode": (lambda model: model.eval(), {"dropout": 0.5}, "eager"),
    "a part in evaluation mode": (lambda model: model.layers[1].eval(), {"batch_norm": True}, "eager"),
    "an activation": (set_activation, {}, "compiled"),
    "the rate of a dropout": (lambda model: setattr(model.layers[1], "p", 0.1), {"dropout": 0.5}, "compiled"),
    "a generator": (lambda model: setattr(model.layers[1], "rng", Random(5)), {"dropout": 0.5}, "compiled"),
    "a normalisation": (set_norm, {"batch_norm": True}, "compiled"),
    "the order of neurons": (lambda model: model.layers[0].neurons.reverse(), {}, "compiled"),
    "a weight that is shared": (tie, {}, "eager"),
    "a layer more": (insert, {}, "eager"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_callback_changes(name: str) -> None:
    change, settings, engine = CHANGES[name]
    check_same(lambda: net(**settings), engine, callbacks=[Changer(change)])


def test_frozen_weights_count_in_update_ratios_and_penalties() -> None:
    def frozen() -> nn.Module:
        model = net()
        for name, p in model.named_parameters():
            p.requires_grad = not name.rpartition(".")[2].startswith("w")
        return model

    def shrink(model: nn.Module) -> None:
        for p in model.parameters():
            p.data *= 0.9

    check_same(frozen, "compiled", l2=0.1, callbacks=[Changer(shrink)])


RARE = [1 if i == 39 else 0 for i in range(40)]


def by_class(predictions: Any, targets: Any) -> Any:
    pairs = zip(predictions, targets, strict=True)
    return sum([-log(p) if y == 1 else -log(1.0 - p) for p, y in pairs]) / len(targets)


def summed_hinge(predictions: Any, targets: Any) -> Any:
    return sum([relu(1.0 - y * p) for p, y in zip(predictions, targets, strict=True)])


def padded(predictions: Any, targets: Any) -> Any:
    return sum([(p - y) ** 2 for p, y in zip(predictions, targets, strict=True)]) / max(len(targets), 9)


class Clamped(nn.Module):
    """Otherwise in evaluation than in training, by a number that was taken out."""

    def __init__(self) -> None:
        self.layer = nn.Layer(3, 1, "linear", seed=0)

    def __call__(self, x: Any) -> Any:
        [v] = self.layer(x)
        return v if self.training or v.data > 0.0 else v * 0.0


class InPlace(optim.SGD):
    """A rule that overwrites what it is given."""

    @staticmethod
    def update(value: Any, grad: Any, state: Any, step: Any, hyperparameters: Any, xp: Any = None) -> Any:
        (velocity,) = state
        velocity *= 0.9
        velocity += grad
        grad *= 2.0
        value -= hyperparameters["lr"] * velocity
        return value, (velocity,)


OWN: dict[str, tuple[Callable[[], nn.Module], dict[str, Any], str]] = {
    "a loss that asks for the class": (
        lambda: net(output_activation="sigmoid"), {"loss": by_class, "y": RARE, "shuffle": False}, "eager",
    ),
    "a sum that is 0 at first": (
        lambda: net(init=lambda a, b, rng: 2.0, activation="softplus"),
        {"loss": summed_hinge, "y": [1] * 39 + [-1], "lr": 1e-4}, "compiled",
    ),
    "a loss that asks for the number of examples": (net, {"loss": padded}, "eager"),
    "a module that is another in evaluation": (Clamped, {}, "eager"),
    "a rule in place": (net, {"optimizer": lambda parameters: InPlace(parameters, lr=0.01)}, "compiled"),
    "gradients whose squares are 0": (net, {"loss": lambda p, y: losses.mse(p, y) * 1e-200}, "compiled"),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_what_one_example_does_not_show(name: str) -> None:
    make, settings, engine = OWN[name]
    check_same(make, engine, **settings)


def test_nothing_left_to_train_is_an_error() -> None:
    for engine in ("eager", "auto"):
        with pytest.raises(RuntimeError, match="takes a gradient"):
            net().fit(X, Y, epochs=3, engine=engine, callbacks=[Changer(lambda m: m.freeze())], progress=False)


class Uneven(nn.Module):
    """One output or two, by turns."""

    def __init__(self) -> None:
        self.layer, self.calls = nn.Layer(3, 2, "linear", seed=0), 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return self.layer(x)[: 1 + self.calls % 2]


def of_first(predictions: Any, targets: Any) -> Any:
    return sum([(p[0] - y) ** 2 for p, y in zip(predictions, targets, strict=True)]) / len(targets)


def test_outputs_of_different_lengths_are_called_that() -> None:
    with pytest.raises(CompilationError, match="gives outputs of different lengths, 1, 2: it uses numbers"):
        Uneven().fit(X, Y, loss=of_first, engine="compiled", progress=False)


def test_a_difference_of_shapes_names_the_shapes() -> None:
    reason = trust._first_difference({"outputs": ([[1.0], [2.0]], [1.0, 2.0])}, 2)
    assert reason.startswith("of 2 examples, the model gives outputs of the shape (2, 1) and its program of (2,): ")
    reason = trust._first_difference({"loss": (1.0, 2.0)}, 2)
    assert reason.startswith("of 2 examples, the model gives the loss 1 and its program 2: ")
