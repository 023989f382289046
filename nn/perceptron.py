"""`Perceptron`: one neuron with a threshold, and the rule that Rosenblatt trained it by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from random import Random
from typing import Any, SupportsIndex

from autograd import Value, greater_equal, no_grad
from autograd.support.settings import check_list, check_number
from autograd.support.text import short
from nn.columns import check_aligned, named_number
from nn.init import InitRule
from nn.keywords import suggest_settings
from nn.neuron import ActivationLike, Inputs, Neuron, as_inputs, checked_width


class Perceptron(Neuron):
    """A neuron that answers 1 where its activation reaches the threshold and 0 elsewhere: a linear classifier.

    The threshold is 0.5 after a sigmoid and 0 after a tanh or on the weighted sum itself, which is the default. Weights
    start at 0. The step has no slope, so gradients cannot train it: `fit` follows Rosenblatt's rule (1958).

    >>> AND = Perceptron(2)
    >>> AND.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
    0
    >>> AND([1.0, 1.0]).data, AND([1.0, 0.0]).data
    (1.0, 0.0)
    """

    @suggest_settings
    def __init__(
        self,
        nin: SupportsIndex,
        activation: ActivationLike = "linear",
        *,
        threshold: float | None = None,
        init: str | InitRule | None = "zeros",
        seed: int | Random | None = None,
        fused: bool = True,
    ) -> None:
        super().__init__(nin, activation, init=init, seed=seed, fused=fused)
        middle = 0.5 if self.activation.name == "sigmoid" else 0.0
        self.threshold: float = middle if threshold is None else check_number("Perceptron", "threshold", threshold)
        self.mistakes: list[int] = []

    def __call__(self, x: Any) -> Value:
        """1 or 0 for one example.

        Raises TypeError or ValueError, and records nothing, if x is no list of numbers and Values or has another width.
        """
        return greater_equal(super().__call__(x), self.threshold)

    @suggest_settings
    def fit(self, X: Iterable[Any], y: Iterable[Any], epochs: int = 100, lr: float = 1.0) -> int:
        """Correct the weights after each wrong answer, w ← w + lr·(y − ŷ)·x and b ← b + lr·(y − ŷ), in the given order.

        Stops after an epoch without a mistake, which comes if a line separates the classes, and never for XOR. Returns
        how many examples it gets wrong in the end; `mistakes` holds the corrections made in each epoch.

        Raises ValueError, before anything changes, for no examples, examples of another width, inputs that are not
        finite, targets other than 0 and 1 or another number of them, and for epochs or a rate that are not above 0.

        >>> Perceptron(2).fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]) > 0
        True
        """
        examples = self._checked(X, y)
        epochs = checked_width("epochs", epochs)
        lr = named_number("lr", lr)
        if not 0.0 < lr < math.inf:
            raise ValueError(f"lr is the size of a correction and must be above 0, got {short(lr)}")
        self.mistakes = []
        with no_grad():
            for _ in range(epochs):
                self.mistakes.append(sum(self._correct(x, target, lr) for x, target in examples))
                if not self.mistakes[-1]:
                    break
            return sum(self(x).data != target for x, target in examples)

    def _correct(self, x: Inputs, target: float, lr: float) -> bool:
        """One step of the rule; whether the answer was wrong."""
        error = target - self(x).data
        if error:
            for w, v in zip(self.w, x, strict=True):
                w.data += lr * error * v.data
            self.b.data += lr * error
        return error != 0.0

    def _checked(self, X: Iterable[Any], y: Iterable[Any]) -> list[tuple[Inputs, float]]:
        inputs = [as_inputs(x, self.nin, f"X[{i}]: this perceptron") for i, x in enumerate(check_list("fit", "X", X))]
        targets = [named_number(f"y[{i}]", target) for i, target in enumerate(check_list("fit", "y", y))]
        unequal = "X has {} examples but y has {}: there must be one for each"
        check_aligned(inputs, targets, unequal, "X is empty: a perceptron learns from at least one example")
        for i, (x, target) in enumerate(zip(inputs, targets, strict=True)):
            if target not in (0.0, 1.0):
                raise ValueError(f"y[{i}] is {target:g}: a perceptron tells 0 from 1")
            for j, v in enumerate(x):
                if not math.isfinite(v.data):
                    raise ValueError(f"X[{i}][{j}] is {v.data}: every input must be a finite number")
        return list(zip(inputs, targets, strict=True))

    def __repr__(self) -> str:
        return f"Perceptron({len(self.w)}, {self.activation.name!r}, threshold={self.threshold:g})"
