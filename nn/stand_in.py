"""`Representative`: the one example that is recorded on behalf of a whole batch.

A compiled training step is recorded once, for one example, and runs for all examples of every batch. Most layers need
not know. Dropout draws new factors for each example, and batch normalisation asks for a mean and a variance that one
example cannot know: they ask the representative instead, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from autograd import Value

if TYPE_CHECKING:
    from nn.layers import BatchNorm, Dropout

Moments = list[tuple[Value, Value]]
"""Mean and variance of each feature."""


class Drawn(NamedTuple):
    """Factors that a dropout layer needs for each example; `stage` is the stage of the model that it stands in."""

    layer: Dropout
    factors: list[Value]
    stage: int

    @property
    def rng(self) -> Random:
        """Where the factors come from."""
        return self.layer.rng


class Measured(NamedTuple):
    """Mean and variance over the batch, that a normalisation lets its running ones follow."""

    layer: BatchNorm
    moments: Moments


class Representative:
    """What layers asked for while an example was recorded: factors to be fed, moments to be measured or given.

    >>> from nn import Dropout
    >>> representative = Representative()
    >>> with representative.speaking():
    ...     y = Dropout(0.5)([3.0])
    >>> [drawn.factors[0].label for drawn in representative.drawn]
    ['kept0']
    """

    def __init__(self) -> None:
        self.stage = 0
        self.drawn: list[Drawn] = []
        self.measured: list[Measured] = []
        self.running: list[Measured] = []

    def factors(self, layer: Dropout, n: int) -> list[Value]:
        """An input for each of n factors."""
        known = sum(len(drawn.factors) for drawn in self.drawn)
        found = [Value(1.0, f"kept{known + i}", requires_grad=False) for i in range(n)]
        self.drawn.append(Drawn(layer, found, self.stage))
        return found

    def moments(self, layer: BatchNorm, xs: Sequence[Value]) -> Moments:
        """Mean and variance over the batch, for each feature of an example."""
        from autograd.program import batch_mean

        means = [batch_mean(x) for x in xs]
        found = [(m, batch_mean((x - m) ** 2)) for x, m in zip(xs, means, strict=True)]
        self.measured.append(Measured(layer, found))
        return found

    def running_moments(self, layer: BatchNorm) -> Moments:
        """The running mean and variance, as Values that can be read again before every use."""
        found = [
            (Value(m, f"running_mean{i}", requires_grad=False), Value(s, f"running_var{i}", requires_grad=False))
            for i, (m, s) in enumerate(zip(layer.running_mean, layer.running_var, strict=True))
        ]
        self.running.append(Measured(layer, found))
        return found

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """A block in which layers ask this representative."""
        token = _SPEAKING.set(self)
        try:
            yield
        finally:
            _SPEAKING.reset(token)


_SPEAKING: ContextVar[Representative | None] = ContextVar("nn_representative", default=None)


def representative() -> Representative | None:
    """The one that is being recorded, if one is."""
    return _SPEAKING.get()
