"""Trainings that are sick on purpose, and healthy ones, each on two data sets; and remedies taken from sentences.

Case("wide weights", "times as wide as by default", digits, net={"nouts": [32, 10], "init": "uniform"}, ...)
treated(case, "...: try lr=0.01 (it was 0.1)")  ->  the same case with lr=0.01
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import nn
from nn import datasets, init
from nn.data import standardise, train_validation_split
from nn.neuron import Layer
from nn.training.history import History

Data = tuple[list[list[float]], list[Any]]
Making = Callable[[int, int], Data]  # from a seed and a number of examples


def moons(seed: int, n: int) -> Data:
    return datasets.moons(n, noise=0.1, seed=seed)


def moons_of_signs(seed: int, n: int) -> Data:
    return datasets.moons(n, noise=0.1, seed=seed, labels=(-1, 1))


def circles(seed: int, n: int) -> Data:
    return datasets.circles(n, noise=0.05, seed=seed)


def spirals(seed: int, n: int) -> Data:
    return datasets.spirals(n, seed=seed)


def some_of(X: list[list[float]], y: list[Any], seed: int, n: int) -> Data:
    order = random.Random(seed).sample(range(len(X)), min(n, len(X)))
    return [X[i] for i in order], [y[i] for i in order]


def iris(seed: int, n: int) -> Data:
    X, y = some_of(*datasets.iris(), seed, n)
    return standardise(X)[0], y


def digits(seed: int, n: int) -> Data:
    """Four times as many as asked for: pictures have more to be learnt about than points."""
    return some_of(*datasets.digits(), seed, 4 * n)


def wave(seed: int, n: int) -> Data:
    """A sine with noise over two columns, for regression; targets of deviation 0.7."""
    rng = random.Random(seed)
    X = [[rng.uniform(-1.5, 1.5), rng.uniform(-1.5, 1.5)] for _ in range(n)]
    return X, [math.sin(2.0 * a) + 0.3 * b + rng.gauss(0.0, 0.05) for a, b in X]


def hill(seed: int, n: int) -> Data:
    """A hill and a valley over two columns, for regression."""
    rng = random.Random(seed)
    X = [[rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)] for _ in range(n)]
    return X, [2.0 * a * math.exp(-a * a - b * b) + 0.5 * b + rng.gauss(0.0, 0.05) for a, b in X]


# ----- Data made difficult -----


def scaled(make: Making, factors: list[float], seed: int, n: int) -> Data:
    X, y = make(seed, n)
    return [[x * f for x, f in zip(row, factors * len(row), strict=False)] for row in X], y


def shifted(make: Making, by: float, times: float, seed: int, n: int) -> Data:
    X, y = make(seed, n)
    return X, [by + times * t for t in y]


def moved(make: Making, by: float, seed: int, n: int) -> Data:
    X, y = make(seed, n)
    return [[x + by for x in row] for row in X], y


def by_class(make: Making, seed: int, n: int) -> Data:
    """Sorted by class, with a few of the last one in front, so that no class is unknown in training."""
    X, y = make(seed, n)
    order = sorted(range(len(y)), key=lambda i: y[i])
    order = order[-len(order) // 10 :] + order[: -len(order) // 10]
    return [X[i] for i in order], [y[i] for i in order]


def noisy(make: Making, share: float, seed: int, n: int) -> Data:
    """Some of the labels turned round: what cannot be learnt."""
    X, y = make(seed, n)
    rng = random.Random(seed)
    return X, [1 - t if rng.random() < share else t for t in y]


@dataclass(frozen=True)
class Case:
    """A training: data, the arguments of `MLP` and of `fit`, and a part of the sentence that should be said, if any."""

    name: str
    says: str
    make: Making
    net: dict[str, Any]
    fit: dict[str, Any]
    prepare: Callable[[nn.MLP], None] | None = None
    standard: bool = False  # inputs standardised
    standard_targets: bool = False
    mixed: bool = False
    held_back: Making | None = None  # validation examples, of another seed

    def data(self, seed: int, n: int) -> Data:
        X, y = self.make(seed, n)
        if self.standard:
            X = standardise(X)[0]
        if self.standard_targets:
            y = [t for (t,) in standardise([[t] for t in y])[0]]
        return X, y


def train(case: Case, seed: int, n: int, engine: str = "auto") -> tuple[nn.MLP, History, float]:
    """The model, its history, and the loss that counts at the end: that of validation, if there is one."""
    X, y = case.data(seed, n)
    settings = dict(case.fit)
    if case.held_back is not None:
        settings["validation_data"] = case.held_back(seed + 1000, n)
    if case.mixed:
        settings.pop("validation_split", None)
        X, X_val, y, y_val = train_validation_split(X, y, stratify=True)
        settings["validation_data"] = X_val, y_val
    model = nn.MLP(len(X[0]), seed=seed, **case.net)
    if case.prepare is not None:
        case.prepare(model)
    try:
        history = model.fit(X, y, seed=seed, engine=engine, progress=False, **settings)
    except nn.training.TrainingError as error:
        return model, error.history, math.inf
    if case.standard_targets:  # in the units of the targets as they were
        _, y = case.make(seed, n)
        mean = math.fsum(y) / len(y)
        deviation = math.sqrt(math.fsum((t - mean) ** 2 for t in y) / len(y))
        predictions = [mean + deviation * p for p in model.predict(X)]
        return model, history, math.fsum((p - t) ** 2 for p, t in zip(predictions, y, strict=True)) / len(y)
    data = settings.get("validation_data", (X, y))
    return model, history, model.evaluate(*data, loss=settings.get("loss"))["loss"]


# ----- Remedies, read from the sentence -----

NUMBERS = r"=(\d[\d.e+-]*\d|\d)"


def treated(case: Case, sentence: str) -> Case:
    """The case with the first remedy that the sentence names after "try"."""
    remedy = re.split(r"\b[Tt]ry ", sentence, maxsplit=1)[1]
    ways: list[tuple[str, Callable[[re.Match[str]], Case]]] = [
        (r"standardise\(\[\[t\]", lambda m: replace(case, standard_targets=True)),
        (r"standardise\(X\)", lambda m: replace(case, standard=True)),
        (r"train_validation_split\(X, y, stratify=True\)", lambda m: replace(case, mixed=True)),
        (r"biases of 0", lambda m: replace(case, prepare=None)),
        (r"default weights, without init=", lambda m: _with_net(case, init=None)),
        (r"nn\.MLP\(\d+, (\[[\d, ]+\])\)", lambda m: _with_net(case, nouts=[*map(int, m[1][1:-1].split(","))])),
        (r"output_activation='(\w+)'", lambda m: _with_net(case, output_activation=m[1])),
        (r"\bactivation='(\w+)'", lambda m: _with_net(case, activation=m[1])),
        (r"batch_norm=True", lambda m: _with_net(case, batch_norm=True)),
        (r"dropout" + NUMBERS, lambda m: _with_net(case, dropout=float(m[1]))),
        (r"epochs" + NUMBERS, lambda m: _with_fit(case, epochs=int(m[1]))),
        (r"early_stopping=True", lambda m: _with_fit(case, early_stopping=True)),
        *[(name + NUMBERS, partial(_with_number, case, name)) for name in ("lr", "l1", "l2", "clip_norm")],
        (r"a smaller learning rate \(it was [^,]+, try ([\d.e+-]*\d)\)", partial(_with_number, case, "lr")),
    ]
    found = [(match.start(), change, match) for pattern, change in ways if (match := re.search(pattern, sentence))]
    after = [entry for entry in found if entry[0] >= len(sentence) - len(remedy) - 60]
    assert after, f"no remedy in code: {sentence}"
    _, change, match = min(after, key=lambda entry: entry[0])
    return change(match)


def _with_net(case: Case, **settings: Any) -> Case:
    return replace(case, net={**case.net, **settings})


def _with_fit(case: Case, **settings: Any) -> Case:
    return replace(case, fit={**case.fit, **settings})


def _with_number(case: Case, name: str, match: re.Match[str]) -> Case:
    return _with_fit(case, **{name: float(match[1])})


# ----- The cases -----


def low_biases(model: nn.MLP) -> None:
    for neuron in first_layer(model).neurons:
        neuron.b.data = -10.0


def high_biases(model: nn.MLP) -> None:
    for neuron in first_layer(model).neurons:
        neuron.b.data = 8.0


def first_layer(model: nn.MLP) -> Layer:
    layer = model.layers[0]
    assert isinstance(layer, Layer)
    return layer


def binary(*hidden: int, **settings: Any) -> dict[str, Any]:
    return {"nouts": [*hidden, 1], "output_activation": "sigmoid", **settings}


def plain(*nouts: int, **settings: Any) -> dict[str, Any]:
    return {"nouts": list(nouts), **settings}


WIDE = partial(init.normal, std=2.0)
GOOD = {"lr": 0.02, "epochs": 40}

SICK = [
    # Weights too wide
    Case("wide uniform, digits", "times as wide as by default", digits, plain(24, 10, init="uniform"), {"epochs": 15, "lr": 0.005}),
    Case("wide normal, iris", "times as wide as by default", iris, plain(64, 32, 3, init=WIDE), {"epochs": 3, "lr": 0.002}),
    Case("wide normal, wave", "times as wide as by default", wave, plain(64, 32, 1, init=WIDE), {"epochs": 10, "loss": "mse"}),
    # Inputs
    Case("unlike columns, moons", "Inputs are of very different size", partial(scaled, moons, [3000.0, 0.3]), binary(16), GOOD),
    Case("unlike columns, wave", "Inputs are of very different size", partial(scaled, wave, [0.001, 500.0]), plain(16, 1), {"loss": "mse", **GOOD}),
    Case("large inputs, iris", "Inputs are about", partial(scaled, iris, [400.0]), plain(12, 3, activation="tanh"), {"lr": 0.003, "epochs": 10}),
    Case("years, circles", "Inputs are about", partial(moved, circles, 2000.0), binary(16), GOOD),
    Case("tiny inputs, hill", "Inputs are no larger than", partial(scaled, hill, [0.002]), plain(16, 1), {"loss": "mse", **GOOD}),
    # Targets
    Case("prices, wave", "The targets are around", partial(shifted, wave, 300.0, 40.0), plain(16, 1), {"loss": "mse", **GOOD}),
    Case("prices, hill", "The targets are around", partial(shifted, hill, -50.0, 20.0), plain(12, 1, activation="tanh"), {"loss": "mse", **GOOD}),
    Case("beyond the output, wave", "gives nothing outside of", partial(shifted, wave, 1.0, 1.5), plain(16, 1, output_activation="sigmoid"), {"loss": "mse", **GOOD}),
    Case("beyond the output, hill", "gives nothing outside of", partial(shifted, hill, 0.0, 5.0), plain(16, 1, output_activation="tanh"), {"loss": "mse", **GOOD}),
    # Dead from the start
    Case("low biases, moons", "was dead before the first step", moons, binary(16, 8), GOOD, low_biases),
    Case("low biases, iris", "was dead before the first step", iris, plain(12, 3), GOOD, low_biases),
    # Saturated from the start
    Case("high biases, circles", "was saturated before the first step", circles, binary(16, activation="tanh"), {"optimizer": "sgd", "lr": 0.5, "epochs": 60}, high_biases),
    Case("high biases, moons", "was saturated before the first step", moons, binary(12, activation="sigmoid"), {"optimizer": "sgd", "lr": 1.0, "epochs": 60}, high_biases),
    Case("wide tanh, moons", "times as wide as by default", moons, binary(12, activation="tanh", init=partial(init.normal, std=30.0)), {"lr": 0.001, "epochs": 20}),
    # Killed by the rate
    Case("killed, moons", "steps that were too large killed the others", moons, plain(16, 12, 2), {"lr": 1.5, "epochs": 10}),
    Case("killed, iris", "steps that were too large killed the others", iris, plain(16, 12, 3), {"lr": 1.5, "epochs": 10}),
    # Exploding
    Case("exploding, wave", "loss", wave, plain(12, 1, activation="tanh"), {"optimizer": "sgd", "lr": 3.0, "epochs": 10, "loss": "mse"}),
    Case("exploding, hill", "loss", hill, plain(16, 1), {"optimizer": "sgd", "lr": 1.5, "epochs": 10, "loss": "mse"}),
    Case("exploding, moons", "The loss rose", moons, binary(16), {"optimizer": "sgd", "lr": 60.0, "epochs": 6}),
    Case("driven to the ends, circles", "gives is saturated", circles, binary(12, activation="tanh"), {"lr": 5.0, "epochs": 10}),
    # Vanishing
    Case("vanishing, moons", "it vanishes on the way", moons, binary(*[8] * 8, activation="sigmoid"), {"lr": 0.005, "epochs": 10}),
    Case("vanishing, iris", "it vanishes on the way", iris, plain(*[8] * 8, 3, activation="sigmoid"), {"lr": 0.005, "epochs": 10}),
    # Too short
    Case("few steps, digits", "was still on its way", digits, plain(24, 10), {"epochs": 2, "batch_size": None}),
    Case("few steps, moons", "was still on its way", moons, binary(16), {"epochs": 3}),
    Case("few steps, hill", "was still on its way", hill, plain(16, 1), {"epochs": 2, "loss": "mse", "lr": 0.01}),
    Case("small rate, iris", "A step changes the weights by at most", iris, plain(12, 3), {"epochs": 20, "lr": 1e-5}),
    Case("small rate, wave", "A step changes the weights by at most", wave, plain(12, 1), {"epochs": 20, "lr": 1e-5, "optimizer": "sgd", "loss": "mse"}),
    # Underfitting
    Case("no hidden layer, circles", "without a hidden layer", circles, binary(), {"lr": 0.05, "epochs": 60}),
    Case("no hidden layer, moons", "without a hidden layer", moons, binary(), {"lr": 0.05, "epochs": 60}),
    Case("linear layers, circles", "all linear", circles, binary(12, activation="linear"), {"lr": 0.02, "epochs": 40}),
    Case("linear layers, wave", "all linear", wave, plain(12, 1, activation="linear"), {"lr": 0.02, "epochs": 40, "loss": "mse"}),
    Case("narrow, moons", "does not bend enough", moons, binary(1, activation="tanh"), {"lr": 0.03, "epochs": 80}),
    Case("narrow, circles", "does not bend enough", circles, binary(1, activation="tanh"), {"lr": 0.03, "epochs": 60}),
    Case("penalty, moons", "holds them near 0", moons, binary(16), {"l2": 1.0, **GOOD}),
    Case("penalty, wave", "holds them near 0", wave, plain(16, 1), {"l2": 1.0, "loss": "mse", **GOOD}),
    # Validation
    Case("sorted, iris", "The validation examples have none of", partial(by_class, iris), plain(12, 3), {"validation_split": 0.2, **GOOD}),
    Case("sorted, moons", "The validation examples have none of", partial(by_class, moons), binary(16), {"validation_split": 0.25, **GOOD}),
    Case("overfitting, moons", "It overfits", partial(noisy, moons, 0.25), binary(48, 48), {"lr": 0.02, "epochs": 120}, held_back=partial(noisy, moons, 0.25)),
    Case("overfitting, circles", "It overfits", partial(noisy, circles, 0.25), binary(48, 48), {"lr": 0.02, "epochs": 120}, held_back=partial(noisy, circles, 0.25)),
]  # fmt: skip

HEALTHY = [
    Case("moons, relu", "", moons, binary(16), {"lr": 0.02, "epochs": 60}),
    Case("moons, tanh", "", moons, binary(16, activation="tanh"), {"lr": 0.05, "epochs": 60}),
    Case("moons, sigmoid", "", moons, binary(16, activation="sigmoid"), {"lr": 0.1, "epochs": 120}),
    Case("moons, uniform", "", moons, binary(16, init="uniform"), {"lr": 0.05, "epochs": 60}),
    Case("moons, sgd", "", moons, binary(16, 16), {"optimizer": "sgd", "lr": 0.5, "epochs": 60}),
    Case("moons, hinge", "", moons_of_signs, plain(16, 1), {"loss": "hinge", "lr": 0.02, "epochs": 60}),
    Case("moons, validation", "", moons, binary(16), {"lr": 0.02, "epochs": 60}, held_back=moons),
    Case("moons, noise", "", partial(noisy, moons, 0.15), binary(12), {"lr": 0.01, "epochs": 60}),
    Case("moons, one epoch more", "", moons, binary(16), {"lr": 0.02, "epochs": 40, "validation_split": 0.2}),
    Case("circles, relu", "", circles, binary(16), {"lr": 0.02, "epochs": 60}),
    Case("circles, tanh, early", "", circles, binary(16, activation="tanh"), {"lr": 0.03, "epochs": 200, "early_stopping": True}, held_back=circles),
    Case("circles, dropout", "", circles, binary(32, dropout=0.1), {"lr": 0.02, "epochs": 80}, held_back=circles),
    Case("circles, normalised", "", circles, binary(16, batch_norm=True), {"lr": 0.02, "epochs": 60}),
    Case("spirals", "", spirals, binary(32, 32), {"lr": 0.02, "epochs": 200}),
    Case("iris", "", iris, plain(12, 3), {"lr": 0.01, "epochs": 50}),
    Case("iris, no hidden layer", "", iris, plain(3), {"lr": 0.05, "epochs": 50}),
    Case("iris as it is", "", lambda seed, n: some_of(*datasets.iris(), seed, n), plain(12, 3), {"lr": 0.01, "epochs": 60}),
    Case("iris, validation", "", iris, plain(12, 3), {"lr": 0.01, "epochs": 50, "validation_split": 0.2}),
    Case("digits", "", digits, plain(24, 10), {"lr": 0.005, "epochs": 25}),
    Case("digits, validation", "", digits, plain(24, 10), {"lr": 0.005, "epochs": 20, "l2": 0.0001}, mixed=True),
    Case("digits, default rate", "", digits, plain(32, 10), {"epochs": 40}),
    Case("wave, relu", "", wave, plain(24, 1), {"loss": "mse", "lr": 0.02, "epochs": 60}),
    Case("wave, tanh", "", wave, plain(16, 1, activation="tanh"), {"loss": "mse", "lr": 0.03, "epochs": 60}),
    Case("wave, huber", "", wave, plain(24, 1), {"loss": "huber", "lr": 0.02, "epochs": 60}),
    Case("wave, summed", "", wave, plain(24, 1), {"loss": "squared_error", "lr": 0.02, "epochs": 60}),
    Case("hill, relu", "", hill, plain(24, 1), {"loss": "mse", "lr": 0.02, "epochs": 80}),
    Case("hill, tanh", "", hill, plain(16, 1, activation="tanh"), {"loss": "mse", "lr": 0.03, "epochs": 80}),
    Case("hill, penalty", "", hill, plain(24, 1), {"loss": "mse", "lr": 0.02, "epochs": 80, "l2": 0.0001}),
]  # fmt: skip
