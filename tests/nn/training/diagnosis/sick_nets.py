"""Trainings that are sick on purpose, and healthy ones, each on two data sets; and remedies taken from sentences.

Case("wide weights", "times as wide as by default", digits, net={"nouts": [32, 10], "init": "uniform"}, ...)
treated(case, "...: try lr=0.01 (it was 0.1)")  ->  the same case with lr=0.01
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import nn
from nn import datasets
from nn.data import standardise, train_validation_split
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


def same(make: Making, seed: int, n: int) -> Data:
    """The inputs all like the first one."""
    X, y = make(seed, n)
    return [list(X[0]) for _ in X], y


def almost_same(make: Making, seed: int, n: int) -> Data:
    X, y = make(seed, n)
    return [[2.0 + 0.01 * x for x in row] for row in X], y


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


def few(make: Making, seed: int, n: int) -> Data:
    """A third as many, and a quarter of the labels turned round: a large network learns them by heart."""
    return noisy(make, 0.25, seed, n // 3)


@dataclass(frozen=True)
class Case:
    """A training: data, and the arguments of `MLP` and of `fit`."""

    name: str
    make: Making
    net: dict[str, Any]
    fit: dict[str, Any]
    prepare: Callable[[nn.MLP], None] | None = None
    standard: bool = False  # inputs standardised
    standard_targets: bool = False
    mixed: bool = False
    held_back: Making | None = None  # validation examples, of another seed

    @property
    def kind(self) -> str:
        """The sickness, without the data: "few steps" of "few steps, moons"."""
        return self.name.partition(", ")[0]

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
        (r"inputs that differ", lambda m: _unmade(case)),
        (r"biases of 0", lambda m: replace(case, prepare=None)),
        (r"default weights, without init=", lambda m: _with_net(case, init=None)),
        (r"nn\.MLP\(\d+, (\[[\d, ]+\])\)", lambda m: _with_net(case, nouts=[*map(int, m[1][1:-1].split(","))])),
        (r"output_activation='(\w+)'", lambda m: _with_net(case, output_activation=m[1])),
        (r"\bactivation='(\w+)'", lambda m: _with_net(case, activation=m[1])),
        (r"batch_norm=True", lambda m: _with_net(case, batch_norm=True)),
        (r"dropout" + NUMBERS, lambda m: _with_net(case, dropout=float(m[1]))),
        (r"epochs" + NUMBERS, lambda m: _with_fit(case, epochs=int(m[1]))),
        (r"shuffle=True", lambda m: _with_fit(case, shuffle=True)),
        (r"early_stopping=True", lambda m: _with_fit(case, early_stopping=True)),
        *[(name + NUMBERS, partial(_with_number, case, name)) for name in ("lr", "l1", "l2", "clip_norm")],
        (r"a smaller learning rate \(it was [^,]+, try ([\d.e+-]*\d)\)", partial(_with_number, case, "lr")),
    ]
    found = [(match.start(), change, match) for pattern, change in ways if (match := re.search(pattern, sentence))]
    after = [entry for entry in found if entry[0] >= len(sentence) - len(remedy) - 60]
    assert after, f"no remedy in code: {sentence}"
    _, change, match = min(after, key=lambda entry: entry[0])
    return change(match)


def _unmade(case: Case) -> Case:
    """Of the data before they were made difficult."""
    assert isinstance(case.make, partial)
    return replace(case, make=case.make.args[0])


def _with_net(case: Case, **settings: Any) -> Case:
    return replace(case, net={**case.net, **settings})


def _with_fit(case: Case, **settings: Any) -> Case:
    return replace(case, fit={**case.fit, **settings})


def _with_number(case: Case, name: str, match: re.Match[str]) -> Case:
    return _with_fit(case, **{name: float(match[1])})
