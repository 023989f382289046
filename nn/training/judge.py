"""From outputs to classes, and from both to metrics, for `fit`, `evaluate` and `predict_classes`.

outputs [0.2, 0.9]  ->  Decision(0.5): classes [0, 1]  ->  Judge(["accuracy"]) with targets [0, 0]: 0.5
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from autograd.support.convert import is_listed, to_float
from autograd.support.text import short
from nn import losses, metrics
from nn.columns import Column, as_numbers
from nn.module import Module
from nn.stages import output_activation
from nn.training.engine import unwrapped
from nn.training.examples import as_list, one_hot_class

# Losses whose predictions are meant to equal the targets, so that the line between 0 and 1 lies at 0.5.
DISTANCES = frozenset(
    (losses.mse, losses.squared_error, losses.half_squared_error, losses.mae, losses.huber, losses.binary_cross_entropy)
)
OF_CLASSES = frozenset(
    (
        losses.binary_cross_entropy,
        losses.binary_cross_entropy_with_logits,
        losses.cross_entropy,
        losses.categorical_cross_entropy,
        losses.hinge,
    )
)
OF_LABELS = frozenset({metrics.accuracy, metrics.precision, metrics.recall, metrics.f1, metrics.confusion_matrix})
KNOWN = OF_LABELS - {metrics.confusion_matrix} | {metrics.mse, metrics.mae, metrics.r2}
MANY = 64  # examples, from which on arrays are quicker
LARGEST = 2.0**53
OF_ONE_CLASS = frozenset({metrics.precision, metrics.recall, metrics.f1})
ALIASES = {
    "acc": "accuracy",
    "binary_accuracy": "accuracy",
    "categorical_accuracy": "accuracy",
    "sparse_categorical_accuracy": "accuracy",
    "mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "r2_score": "r2",
    "f1_score": "f1",
}


class Decision(NamedTuple):
    """How outputs become classes: the largest of several; of a single one, the second label if it lies above `cut`.

    >>> Decision(0.5).classes([0.2, 0.9]), Decision(0.5).classes([[0.1, 0.7, 0.2]])
    ([0, 1], [1])
    """

    cut: float
    labels: tuple[Any, Any] = (0, 1)

    def classes(self, outputs: Iterable[Any]) -> list[Any]:
        """The class of every output: a label for a number, an index for a list."""
        return [
            max(range(len(x)), key=x.__getitem__) if isinstance(x, list) else self.labels[x > self.cut] for x in outputs
        ]


def decision_at(model: Module, threshold: float, labels: Sequence[Any] = (0, 1)) -> Decision:
    """The decision for a probability above `threshold`, as a cut through the model's single output.

    A sigmoid output is the probability p itself, a tanh output 2p − 1, any other a raw score ln(p / (1 − p)).

    Raises ValueError for a threshold outside 0 to 1 and unless there are two labels, TypeError for labels without an
    order, such as a set.

    >>> from nn import MLP
    >>> decision_at(MLP(2, [1]), 0.5).cut
    0.0
    """
    p = to_float(threshold)
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"threshold is a probability from 0 to 1, got {short(threshold)}")
    expected = f"labels are the two of a single output, such as (0, 1) or (-1, 1), got {short(labels)}"
    if not is_listed(labels):
        raise TypeError(expected)
    pair = list(labels)
    if len(pair) != 2:
        raise ValueError(expected)
    activation = output_activation(model)
    if activation == "sigmoid":
        cut = p
    elif activation in ("tanh", "hardtanh"):
        cut = 2.0 * p - 1.0
    else:
        cut = -math.inf if p == 0.0 else math.inf if p == 1.0 else math.log(p / (1.0 - p))
    return Decision(cut, (pair[0], pair[1]))


def decision_for(activation: str, loss: losses.Loss, y: Sequence[Any]) -> Decision:
    """The decision that fits the targets that a model is trained on: 0 and 1, −1 and 1, class indices, or one-hot.

    >>> decision_for("linear", losses.hinge, [-1, 1])
    Decision(cut=0.0, labels=(-1, 1))
    """
    signed = bool((y.numbers == -1.0).any()) if isinstance(y, Column) else -1 in y
    if signed and {t for t in y if not isinstance(t, list)} <= {-1, 1}:
        return Decision(0.5 if activation == "sigmoid" else 0.0, (-1, 1))
    return Decision(0.5 if activation == "sigmoid" or loss in DISTANCES else 0.0)


class Judge:
    """Metrics by name, each a function of targets and plain outputs; metrics of labels are given classes.

    A metric is a name (Keras's too), a function of `nn.metrics`, or any function (targets, outputs) -> number. With
    more than two classes, "precision", "recall" and "f1" are means over the classes.

    >>> judge = Judge(["accuracy"], Decision(0.5))
    >>> judge([0, 1], [0.2, 0.4])
    {'accuracy': 0.5}
    """

    def __init__(self, chosen: Any, decision: Decision) -> None:
        self.decision = decision
        self.functions: dict[str, Callable[..., Any]] = {}
        if chosen is not None and not isinstance(chosen, Iterable) and not callable(chosen):
            raise TypeError(f"metrics is a list of names and functions of nn.metrics, got {short(chosen)}")
        entries = [chosen] if isinstance(chosen, str) or callable(chosen) else list(() if chosen is None else chosen)
        for metric in entries:
            try:
                function = metrics.get(ALIASES.get(metric, metric) if isinstance(metric, str) else metric)
            except (ValueError, TypeError) as error:
                raise type(error)(f"metrics: {error}") from None
            name = metric if isinstance(metric, str) else _name(metric)
            if name in self.functions or name == "loss":
                raise ValueError(f"metrics: two are called {short(name)}: give each another __name__")
            self.functions[name] = function

    def __call__(self, y: Sequence[Any], outputs: Any) -> dict[str, float]:
        """Every metric of these examples; nan where an output is not finite. Outputs are a list, or an array."""
        return {name: self._value(name, function, y, outputs) for name, function in self.functions.items()}

    def check(self, y: Sequence[Any], output: Any, name: str = "y") -> None:
        """Raise ValueError if the metrics cannot judge these targets; `output` is the model's for one example."""
        try:
            # An array of one row everywhere takes no room.
            arrays = len(y) >= MANY and np.isfinite(output).all()
            shape = (len(y), *np.shape(output))
            self(y, np.broadcast_to(np.asarray(output), shape) if arrays else [output] * len(y))
        except (ValueError, TypeError) as error:
            raise type(error)(f"metrics cannot judge {name}: {error}") from None

    def _value(self, name: str, function: Callable[..., Any], y: Sequence[Any], outputs: Any) -> float:
        if len(outputs) >= MANY and unwrapped(function) in KNOWN:
            value = self._of_arrays(function, y, outputs)
            if value is not None:
                return value
        if isinstance(outputs, np.ndarray):
            outputs = outputs.tolist()
        if not all(math.isfinite(v) for x in outputs for v in as_list(x)):
            return math.nan
        if unwrapped(function) in OF_LABELS:
            truth, wide = _labels(name, y, outputs), isinstance(outputs[0], list)
            # Two classes are measured by the second one, as in scikit-learn; of more, every class counts the same.
            if wide and len(outputs[0]) > 2 and function in OF_ONE_CLASS:
                function = partial(function, average="macro")
            elif not wide:
                self._check_labels(name, truth)
                function = partial(function, positive=self.decision.labels[1]) if function in OF_ONE_CLASS else function
            value = function(truth, self.decision.classes(outputs))
        else:
            value = function(y, outputs)
        try:
            return to_float(value)
        except TypeError as error:
            raise TypeError(f"{name} must be one number: {error}") from None

    def _of_arrays(self, function: Callable[..., Any], y: Sequence[Any], outputs: Any) -> float | None:
        """The value of a metric of this package by arrays; None where an entry has to be looked at."""
        given, truth = as_numbers(outputs), as_numbers(y)
        if given is None or truth is None or len(given) != len(truth):
            return None
        if unwrapped(function) not in OF_LABELS:
            return float(function(truth, given))
        if truth.ndim == 2:  # a 1 among zeros in each row
            if ((truth != 0.0) & (truth != 1.0)).any() or (truth.sum(axis=1) != 1.0).any():
                return None
            truth = truth.argmax(axis=1)
        if (truth != np.rint(truth)).any() or np.abs(truth).max() > LARGEST:
            return None
        classes = truth.astype(np.int64)
        if given.ndim == 2:
            guessed = given.argmax(axis=1)
            if given.shape[1] > 2 and function in OF_ONE_CLASS:
                function = partial(function, average="macro")
        else:
            low, high = self.decision.labels
            if not np.isin(classes, (low, high)).all():
                return None
            guessed = np.where(given > self.decision.cut, high, low)
            function = partial(function, positive=high) if function in OF_ONE_CLASS else function
        return float(function(classes, guessed))

    def _check_labels(self, name: str, truth: Sequence[Any]) -> None:
        for i, t in enumerate(truth):
            if t not in self.decision.labels:
                raise ValueError(
                    f"target {i} is {short(t)}, but {name} on a single output tells "
                    f"{self.decision.labels[0]} from {self.decision.labels[1]}"
                )


def _labels(name: str, y: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
    """The class of every target, the place of the 1 in a one-hot one."""
    labels = [one_hot_class(t) if isinstance(t, list) else t for t in y]
    if None in labels:
        i = labels.index(None)
        raise ValueError(f"target {i} is {short(y[i])}, but {name} needs one class for each example")
    return labels


def _name(metric: Any) -> str:
    function = unwrapped(metric)
    return str(getattr(function, "__name__", type(function).__name__))
