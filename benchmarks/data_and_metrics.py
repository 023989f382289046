"""What do metrics and data helpers cost on 100,000 examples, beside scikit-learn and NumPy by hand?

Arrays come in, and each rival prints a number of its result. The control is NumPy's own sum over one column.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from one_thread import restart_on_one_thread
from timing import compare, held

from nn import data, metrics

Array = NDArray[Any]
Rivals = dict[str, Callable[[], float]]
EXAMPLES = 100_000
WIDTH = 20
BATCH = 256

# Ours, and the function of scikit-learn that does the same.
METRICS: dict[str, tuple[Callable[..., Any], str]] = {
    "accuracy": (metrics.accuracy, "accuracy_score"),
    "F1": (metrics.f1, "f1_score"),
    "confusion matrix": (metrics.confusion_matrix, "confusion_matrix"),
    "mean squared error": (metrics.mse, "mean_squared_error"),
    "R²": (metrics.r2, "r2_score"),
}


def standardised_by_hand(X: Array) -> Array:
    """The two moments of every column, and the table moved and scaled by them."""
    scaled: Array = (X - X.mean(axis=0)) / X.std(axis=0)
    return scaled


def split_by_hand(X: Array, y: Array) -> tuple[Array, ...]:
    """A permutation, cut in two."""
    order = np.random.default_rng(0).permutation(len(X))
    held, kept = order[: len(X) // 5], order[len(X) // 5 :]
    return X[kept], X[held], y[kept], y[held]


def batches_by_hand(X: Array, y: Array) -> list[tuple[Array, Array]]:
    """All batches of one epoch, mixed."""
    order = np.random.default_rng(0).permutation(len(X))
    parts = [order[start : start + BATCH] for start in range(0, len(X), BATCH)]
    return [(X[part], y[part]) for part in parts]


def metric_rivals(name: str, truth: Array, predictions: Array, control: Callable[[], float]) -> Rivals:
    """One metric, ours on arrays and on lists, and scikit-learn's on arrays."""
    ours, theirs = METRICS[name]
    lists = truth.tolist(), predictions.tolist()
    rivals: Rivals = {
        "NumPy, one sum": control,
        "chaingrad": lambda: float(np.sum(ours(truth, predictions))),
        "chaingrad, lists": lambda: float(np.sum(ours(*lists))),
    }
    if importlib.util.find_spec("sklearn"):
        score = getattr(importlib.import_module("sklearn.metrics"), theirs)
        rivals["scikit-learn"] = lambda: float(np.sum(score(truth, predictions)))
    return rivals


def helper_rivals(X: Array, y: Array, control: Callable[[], float]) -> dict[str, Rivals]:
    """What is done to a table before it reaches a network, ours and by hand."""
    return {
        "standardise": {
            "NumPy, one sum": control,
            "chaingrad": lambda: float(data.standardise(X)[0][0, 0]),
            "NumPy by hand": lambda: float(standardised_by_hand(X)[0, 0]),
        },
        "training and validation": {
            "NumPy, one sum": control,
            "chaingrad": lambda: float(len(data.train_validation_split(X, y)[0])),
            "NumPy by hand": lambda: float(len(split_by_hand(X, y)[0])),
        },
        f"batches of {BATCH}, mixed": {
            "NumPy, one sum": control,
            "chaingrad": lambda: float(len(list(data.batches(X, y, BATCH, shuffle=True, seed=0)))),
            "NumPy by hand": lambda: float(len(batches_by_hand(X, y))),
        },
        "one-hot": {
            "NumPy, one sum": control,
            "chaingrad": lambda: float(data.one_hot(y).sum()),
            "NumPy by hand": lambda: float(np.eye(2)[y].sum()),
        },
    }


def main() -> None:
    """Print one table for each question."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(EXAMPLES, WIDTH))
    labels = rng.integers(0, 2, size=EXAMPLES)
    guesses = np.where(rng.random(EXAMPLES) < 0.8, labels, 1 - labels)
    numbers = X[:, 0].copy()
    outputs = numbers + 0.1 * X[:, 1]

    def control() -> float:
        return float(numbers.sum())

    print(f"{EXAMPLES:,} examples of {WIDTH} numbers")
    for name in METRICS:
        print(name)
        pair = (numbers, outputs) if name in ("mean squared error", "R²") else (labels, guesses)
        spent = compare(metric_rivals(name, pair[0], pair[1], control), "chaingrad", rounds=5)
        held(name, spent, "chaingrad", "scikit-learn", at_most=10.0)
    for name, rivals in helper_rivals(X, labels, control).items():
        print(name)
        held(name, compare(rivals, "chaingrad", rounds=5), "chaingrad", "NumPy by hand", at_most=5.0)


if __name__ == "__main__":
    restart_on_one_thread()
    main()
