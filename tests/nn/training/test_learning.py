"""Networks learn what they should, from fixed seeds, within bounds."""

from statistics import mean
from typing import Any

import pytest

import nn
from nn.data import standardise, train_validation_split
from nn.datasets import circles, iris, moons, spirals, xor
from nn.regularization import l2
from nn.schedules import linear

LOGITS = "binary_cross_entropy_with_logits"


def test_micrograds_moons_reach_100_percent_in_100_steps() -> None:
    """2-16-16-1, weights in −1 to 1, full batch, hinge loss, L2 of 1e-4 on all parameters, rate 1 − 0.9·k/100."""
    X, y = moons(100, noise=0.1, seed=1337, labels=(-1, 1))
    model = nn.MLP(2, [16, 16, 1], init="uniform", seed=1337)
    history = model.fit(
        X,
        y,
        loss="hinge",
        optimizer="sgd",
        schedule=linear(1.0, 0.1, 100),
        regularization=lambda m: l2(m.parameters(), 1e-4),
        metrics=["accuracy"],
        batch_size=None,
        epochs=100,
        progress=False,
    )
    assert history.history["accuracy"][-1] == 1.0
    assert model.predict_classes(X, labels=(-1, 1)) == y
    assert history.history["lr"][:2] == [1.0, 1.0 - 0.9 / 100]
    assert history.history["loss"][0] > 0.8 and history.history["loss"][-1] < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_xor_is_solved(seed: int) -> None:
    X, y = xor()
    model = nn.MLP(2, [8, 1], activation="tanh", output_activation="sigmoid", seed=seed)
    history = model.fit(X, y, lr=0.1, epochs=60, seed=seed, progress=False)
    assert model.predict_classes(X) == y == [0, 1, 1, 0]
    assert history.history["loss"][-1] < 0.01


def test_circles_are_solved_on_points_never_seen() -> None:
    model = nn.MLP(2, [8, 1], activation="tanh", output_activation="sigmoid", seed=0)
    model.fit(*circles(80, seed=0), lr=0.1, epochs=40, batch_size=16, seed=0, progress=False)
    assert model.evaluate(*circles(80, seed=100), metrics=["accuracy"])["accuracy"] >= 0.98


def test_spirals_are_solved_on_points_never_seen() -> None:
    model = nn.MLP(2, [16, 16, 1], output_activation="sigmoid", init="he_uniform", seed=0)
    model.fit(*spirals(120, seed=0), lr=0.02, epochs=80, batch_size=16, seed=0, progress=False)
    assert model.evaluate(*spirals(120, seed=100), metrics=["accuracy"])["accuracy"] >= 0.98


def test_iris_reaches_95_percent_on_flowers_never_seen() -> None:
    """The mean over five ways to hold back 45 of the 150: with one split, two flowers more or less are luck."""
    accuracies = []
    for seed in range(5):
        X, X_test, y, y_test = train_validation_split(*iris(), 0.3, seed=seed, stratify=True)
        X, scaling = standardise(X)
        X_test, _ = standardise(X_test, scaling)
        model = nn.MLP(4, [8, 3], activation="tanh", seed=seed)
        model.fit(X, y, lr=0.02, l2=3e-3, epochs=30, batch_size=16, seed=seed, progress=False)
        accuracies.append(model.evaluate(X_test, y_test, metrics=["accuracy"])["accuracy"])
    assert mean(accuracies) >= 0.95


def trained_on_few_noisy_points(dropout: float = 0.0, **cure: Any) -> tuple[dict[str, float], dict[str, float]]:
    """Loss and accuracy on 30 training points and 100 others, of a net of 1217 parameters."""
    X, y = moons(30, noise=0.35, seed=0)
    others = moons(100, noise=0.35, seed=100)
    model = nn.MLP(2, [32, 32, 1], init="he_uniform", dropout=dropout, seed=0)
    if "early_stopping" in cure:
        cure["validation_data"] = others
    model.fit(X, y, loss=LOGITS, lr=0.02, epochs=100, batch_size=None, seed=0, progress=False, **cure)
    judged = [model.evaluate(*data, loss=LOGITS, metrics=["accuracy"]) for data in ((X, y), others)]
    return judged[0], judged[1]


@pytest.fixture(scope="module")
def uncured() -> tuple[dict[str, float], dict[str, float]]:
    return trained_on_few_noisy_points()


def test_a_large_net_on_few_noisy_points_overfits(uncured: Any) -> None:
    training, others = uncured
    assert training["accuracy"] == 1.0 and others["accuracy"] < 0.75
    assert training["loss"] < 0.1 and others["loss"] > 1.0


@pytest.mark.parametrize(("cure", "strength"), [("l2", 0.01), ("dropout", 0.5), ("early_stopping", 15)])
def test_each_cure_narrows_the_gap(cure: str, strength: float, uncured: Any) -> None:
    training, others = trained_on_few_noisy_points(**{cure: strength})
    gap, before = (b["loss"] - a["loss"] for a, b in ((training, others), uncured))
    assert abs(gap) < 0.2 * before
    assert others["loss"] < 0.5 * uncured[1]["loss"]
    assert others["accuracy"] >= uncured[1]["accuracy"] + 0.05
