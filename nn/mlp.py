"""`MLP`, the multi-layer perceptron: a `Sequential` of layers of neurons, made from their widths."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import SupportsIndex

from autograd.support.settings import check_flag, check_probability
from autograd.support.text import got
from nn.init import InitRule, generator
from nn.init import get as get_init
from nn.keywords import suggest_settings
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module
from nn.neuron import ActivationLike, Layer, checked_width, resolve_activation
from nn.stages import Sequential


class MLP(Sequential):
    """A multi-layer perceptron: `nin` inputs, then one `Layer` for each width in `nouts`.

    Hidden layers get `activation`, the last one `output_activation`. With `batch_norm`, a `BatchNorm` stands between
    the weighted sums and the activation of each hidden layer, whose own biases are frozen at 0, as it adds one; with
    `dropout` above 0, a `Dropout` after it. `init` draws the weights, by default as the activation of each
    layer wants it (see `nn.init`). The same `seed` gives the same network and the same dropout; without one, both come
    from Python's `random`, layer by layer and neuron by neuron as in micrograd. `fused=False` records every product
    and sum as a node of its own.

    Raises ValueError for widths below 1 and for an empty `nouts`, TypeError for what is no width, flag or number.

    >>> model = MLP(2, [16, 16, 1], seed=1337)
    >>> model([1.0, -2.0])
    Value(data=..., grad=0.0, op='dot')
    >>> len(model.parameters())
    337
    """

    @suggest_settings
    def __init__(
        self,
        nin: SupportsIndex,
        nouts: Iterable[SupportsIndex],
        activation: ActivationLike = "relu",
        output_activation: ActivationLike = "linear",
        *,
        dropout: float = 0.0,
        batch_norm: bool = False,
        init: str | InitRule | None = None,
        seed: int | Random | None = None,
        fused: bool = True,
    ) -> None:
        widths = _widths(nin, nouts)
        batch_norm, fused = check_flag("MLP", "batch_norm", batch_norm), check_flag("MLP", "fused", fused)
        # Checked even if there is no hidden layer.
        activation, rate = resolve_activation(activation, None), check_probability("MLP", "dropout", dropout)
        rng = generator(seed)
        # The weights of a hidden layer are made for its activation, also where a normalisation stands between the two.
        hidden_init = get_init(init, activation.name)
        hidden = "linear" if batch_norm else activation
        dense = [Layer(n, m, hidden, init=hidden_init, seed=rng, fused=fused) for n, m in pairwise(widths[:-1])]
        dense.append(Layer(widths[-2], widths[-1], output_activation, init=init, seed=rng, fused=fused))
        layers: list[Module] = []
        for layer in dense[:-1]:
            layers.append(layer)
            if batch_norm:
                for neuron in layer.neurons:  # taking the mean off takes a bias off too: all it would get is rounding
                    neuron.b.requires_grad = False
                layers += [BatchNorm(layer.nout), ActivationLayer(activation)]
            if rate:
                layers.append(Dropout(rate, seed=rng.getrandbits(64)))
        super().__init__(*layers, dense[-1])

    @property
    def nin(self) -> int:
        """The number of inputs."""
        return self._dense()[0].nin

    @property
    def nouts(self) -> list[int]:
        """The widths of the layers of neurons."""
        return [layer.nout for layer in self._dense()]

    def _dense(self) -> list[Layer]:
        return [layer for layer in self.layers if isinstance(layer, Layer)]


def _widths(nin: SupportsIndex, nouts: Iterable[SupportsIndex]) -> list[int]:
    if isinstance(nouts, (str, bytes)) or not hasattr(nouts, "__iter__"):
        raise TypeError(f"nouts is a list of widths such as [16, 16, 1], got {got(nouts)}")
    widths = [checked_width("nin", nin), *(checked_width(f"nouts[{i}]", n) for i, n in enumerate(nouts))]
    if len(widths) < 2:
        raise ValueError("nouts is empty: give at least the width of the output, such as [1]")
    return widths
