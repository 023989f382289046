"""`StandIn`: the one example that is recorded on behalf of a whole batch.

A compiled training step is recorded once, for one example, and runs for all examples of every batch. Most layers need
not know. Dropout draws new factors for each example, and batch normalisation asks for a mean and a variance that one
example cannot know: they ask the example that stands in for the batch, if there is one.

    eager, 32 examples      Dropout draws 32 rows of factors, one after another
    recorded, 1 example     Dropout gets the inputs kept0, kept1, ...; every step puts 32 rows of new factors there
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd import Value

if TYPE_CHECKING:
    from nn.layers import BatchNorm, Dropout

Moments = list[tuple[Value, Value]]
"""Mean and variance of each feature."""


class DropoutFactors(NamedTuple):
    """Factors that a dropout layer needs for each example; `stage` is the stage of the model that it stands in."""

    layer: Dropout
    factors: list[Value]
    stage: int

    @property
    def rng(self) -> Random:
        """The generator that the factors come from."""
        return self.layer.rng


class LayerMoments(NamedTuple):
    """Mean and variance of each feature, for one normalisation; `stage` is the stage of the model that it stands in."""

    layer: BatchNorm
    moments: Moments
    stage: int


class StandIn:
    """What layers asked for while the example was recorded: inputs for factors, moments of the batch, running moments.

    >>> from nn import Dropout
    >>> stand_in = StandIn()
    >>> with stand_in.active():
    ...     y = Dropout(0.5)([3.0])
    >>> [dropout.factors[0].label for dropout in stand_in.dropouts]
    ['kept0']
    """

    def __init__(self) -> None:
        self.stage = 0
        self.dropouts: list[DropoutFactors] = []
        self.batch_moments: list[LayerMoments] = []
        self.running_moments: list[LayerMoments] = []

    def factors_for(self, layer: Dropout, n: int) -> list[Value]:
        """An input for each of n factors, numbered through all layers."""
        first = sum(len(dropout.factors) for dropout in self.dropouts)
        factors = [Value(1.0, f"kept{first + i}", requires_grad=False) for i in range(n)]
        self.dropouts.append(DropoutFactors(layer, factors, self.stage))
        return factors

    def batch_moments_for(self, layer: BatchNorm, xs: Sequence[Value]) -> Moments:
        """Mean and variance over the batch, for each feature of an example; the running ones will follow them."""
        from autograd.program import batch_mean

        means = [batch_mean(x) for x in xs]
        moments = [(m, batch_mean((x - m) ** 2)) for x, m in zip(xs, means, strict=True)]
        self.batch_moments.append(LayerMoments(layer, moments, self.stage))
        return moments

    def running_moments_for(self, layer: BatchNorm) -> Moments:
        """The running mean and variance, as Values that can be read again before every use."""
        moments = [
            (Value(m, f"running_mean{i}", requires_grad=False), Value(s, f"running_var{i}", requires_grad=False))
            for i, (m, s) in enumerate(zip(layer.running_mean, layer.running_var, strict=True))
        ]
        self.running_moments.append(LayerMoments(layer, moments, self.stage))
        return moments

    def read_running_moments(self) -> None:
        """Set the Values of running means and variances to the numbers that their layers hold now."""
        for layer, moments, _ in self.running_moments:
            for (m, s), mean, variance in zip(moments, layer.running_mean, layer.running_var, strict=True):
                m.data, s.data = mean, variance

    def for_layers(self, layers: Sequence[Any]) -> StandIn:
        """The same requests by other layers: for each the one among `layers` that has the number of its stage."""
        other = StandIn()
        other.dropouts = [request._replace(layer=layers[request.stage]) for request in self.dropouts]
        other.batch_moments = [request._replace(layer=layers[request.stage]) for request in self.batch_moments]
        other.running_moments = [request._replace(layer=layers[request.stage]) for request in self.running_moments]
        return other

    @contextmanager
    def active(self) -> Iterator[None]:
        """A block in which layers ask this example."""
        before = _ACTIVE.get()
        try:
            _ACTIVE.set(self)  # inside of the `try`: Ctrl-C may arrive when this call returns
            yield
        finally:
            _ACTIVE.set(before)


_ACTIVE: ContextVar[StandIn | None] = ContextVar("nn_stand_in", default=None)


def active_stand_in() -> StandIn | None:
    """The example that is being recorded on behalf of others, if one is."""
    return _ACTIVE.get()
