"""Layers without weighted sums: `Dropout`, `BatchNorm`, `ActivationLayer`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, SupportsIndex

from autograd import Value, divide, mean, no_grad, sqrt, var
from autograd.support import answers
from autograd.support.convert import to_float
from autograd.support.seeds import own_generator
from autograd.support.settings import check_list, check_probability
from autograd.support.text import got, short
from nn.columns import is_column
from nn.keywords import suggest_settings
from nn.module import Module
from nn.neuron import ActivationLike, as_inputs, checked_width, resolve_activation
from nn.stand_in import active_stand_in


class Dropout(Module):
    """In training, drop each number with probability `p` and scale the others by 1/(1 − p); in evaluation, nothing.

    The generator `rng` is the layer's own, started at `seed`, or without one at a draw from Python's `random`. p = 1
    gives zeros. (Srivastava et al. 2014)

    Raises ValueError for a probability outside 0 to 1.

    >>> Dropout(0.25, seed=1)([1.0, 1.0, 1.0])
    [0.0, 1.3333333333333333, 1.3333333333333333]
    """

    @suggest_settings
    def __init__(self, p: float = 0.5, *, seed: int | Random | None = None) -> None:
        self.p: float = check_probability("Dropout", "p", p)
        self.rng = own_generator("Dropout", seed)

    def __call__(self, x: Any) -> list[Any]:
        """One example with some of its numbers dropped, in training; the same numbers in evaluation."""
        numbers = _listed(x, "Dropout")
        if not self.training or self.p == 0.0:
            return numbers
        stand_in = active_stand_in()
        factors = self.draw(len(numbers)) if stand_in is None else stand_in.factors_for(self, len(numbers))
        return [v * factor for v, factor in zip(numbers, factors, strict=True)]

    @property
    def scale(self) -> float:
        """What a number that is kept is multiplied by."""
        return 0.0 if self.p == 1.0 else 1.0 / (1.0 - self.p)

    def draw(self, n: int) -> list[float]:
        """n new factors: 0 with probability p, 1/(1 − p) else."""
        random, p, scale = self.rng.random, self.p, self.scale
        return [0.0 if random() < p else scale for _ in range(n)]

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


class BatchNorm(Module):
    """Each feature brought to mean 0 and variance 1 over the batch, then scaled by gamma and shifted by beta.

    y = gamma·(x − mean) / √(variance + eps) + beta, with the variance over n. In training, `batch` takes mean and
    variance from the examples and lets the running ones follow, running ← (1 − momentum)·running + momentum·measured,
    there with the variance over n − 1; in evaluation the running ones are used. (Ioffe and Szegedy 2015)

    Raises ValueError for a width below 1, a momentum outside 0 to 1, an eps that is not above 0.

    >>> norm = BatchNorm(1)
    >>> [round(v.data, 4) for [v] in norm.batch([[1.0], [2.0], [4.0]])]
    [-1.069, -0.2673, 1.3363]
    >>> norm.running_mean
    [0.23333333333333336]
    """

    buffers = ("running_mean", "running_var")
    weight_lists = ("gamma", "beta")

    @suggest_settings
    def __init__(self, width: SupportsIndex, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        n = checked_width("width", width)
        self.momentum, self.eps = to_float(momentum), to_float(eps)
        if not 0.0 <= self.momentum <= 1.0:
            raise ValueError(
                f"momentum is the share of the new in the running mean, from 0 to 1, got {short(momentum)}"
            )
        if not 0.0 < self.eps < math.inf:
            raise ValueError(f"eps keeps the division finite and must be above 0, got {short(eps)}")
        self.gamma = [Value(1.0, f"gamma{i}", role="parameter") for i in range(n)]
        self.beta = [Value(0.0, f"beta{i}", role="parameter") for i in range(n)]
        self.running_mean = [0.0] * n
        self.running_var = [1.0] * n

    @property
    def width(self) -> int:
        """The number of features."""
        return len(self.gamma)

    def __call__(self, x: Any) -> list[Value]:
        """One example, in evaluation.

        Raises ValueError in training, where one example has no variance.
        """
        if self.training:
            return self.batch([x])[0]
        stand_in = active_stand_in()
        running: Iterable[tuple[Any, Any]] = zip(self.running_mean, self.running_var, strict=True)
        moments = running if stand_in is None else stand_in.running_moments_for(self)
        return self._normalised([as_inputs(x, self.width, self)], moments)[0]

    def batch(self, xs: Sequence[Any]) -> list[list[Value]]:
        """All examples of a batch, each a list of numbers or Values.

        Raises ValueError in training if there are fewer than two.
        """
        xs = check_list(repr(self), "xs", xs, "a list of examples")
        if not self.training:
            return [self(x) for x in xs]
        rows = [as_inputs(x, self.width, self) for x in xs]
        stand_in = active_stand_in()
        if stand_in is not None:
            return self._normalised(rows, stand_in.batch_moments_for(self, rows[0]))
        if len(rows) < 2:
            raise ValueError(
                f"{short(self)} in training needs at least 2 examples at once, got {len(rows)}: "
                "call model.batch([...]) with a larger batch, or model.eval() first"
            )
        columns = [[row[i] for row in rows] for i in range(self.width)]
        moments = [(mean(column), var(column, correction=0)) for column in columns]
        with no_grad():
            self.follow([m.data for m, _ in moments], [var(column).data for column in columns])
        return self._normalised(rows, moments)

    def follow(self, means: Sequence[float], variances: Sequence[float]) -> None:
        """Let the running mean and variance follow those of a batch, the variance over n − 1."""
        for running, of_batch in ((self.running_mean, means), (self.running_var, variances)):
            for i, new in enumerate(of_batch):
                running[i] = (1.0 - self.momentum) * running[i] + self.momentum * new

    def _normalised(self, rows: Sequence[Sequence[Value]], moments: Iterable[tuple[Any, Any]]) -> list[list[Value]]:
        """gamma·(x − mean)·1/√(variance + eps) + beta, for every feature of every example."""
        scaled = [
            (m, divide(1.0, sqrt(s + self.eps)), gamma, beta)
            for (m, s), gamma, beta in zip(moments, self.gamma, self.beta, strict=True)
        ]
        return [
            [gamma * ((v - m) * scale) + beta for v, (m, scale, gamma, beta) in zip(row, scaled, strict=True)]
            for row in rows
        ]

    def __repr__(self) -> str:
        return f"BatchNorm({self.width})"


class ActivationLayer(Module):
    """An activation as a layer of its own, by name or as a function; see `nn.activations`.

    The layer before it does not know of it: for relu, give that one init="he_normal".

    >>> ActivationLayer("relu")([-1.0, 2.0])
    [0.0, 2.0]
    """

    @suggest_settings
    def __init__(self, activation: ActivationLike) -> None:
        self.activation = resolve_activation(activation, None)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, resolve_activation(value, None) if name == "activation" else value)

    def __call__(self, x: Any) -> list[Any]:
        """The activation of every number of one example, or of all of them together, as softmax does."""
        return self.activation.each(_listed(x, repr(self)))

    def __repr__(self) -> str:
        return f"ActivationLayer({self.activation.name!r})"


def _listed(x: Any, taker: str) -> list[Any]:
    """The numbers and Values of one example of any width."""
    if not is_column(x):
        raise TypeError(f"{taker} takes a list of numbers, got {got(x)}")
    return [v if isinstance(v, Value) else to_float(v) for v in x]


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.layers")
