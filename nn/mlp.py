"""`Sequential`, one module after another, and `MLP`, the multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any, SupportsIndex

from autograd import Value
from nn.init import InitRule, generator
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module
from nn.neuron import ActivationLike, Layer, checked_width, chosen


class Sequential(Module):
    """Modules applied one after another, each to what the last one gave.

    One output at the end comes as a Value, several as a list. Parameters are named `layers.0...`, `layers.1...`.

    Raises TypeError for what is no Module, ValueError if there is none.

    >>> model = Sequential(Layer(2, 3, "tanh", seed=0), Dropout(0.5, seed=0), Layer(3, 1, "sigmoid", seed=1))
    >>> model.eval()([1.0, 2.0]).op
    'sigmoid'
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                raise TypeError(f"Sequential takes modules, got {layer!r} ({type(layer).__name__}) in place {i}")
        if not layers:
            raise ValueError("Sequential needs at least one module")
        self.layers: list[Module] = list(layers)
        self._label(assembled=True)

    def __call__(self, x: Any) -> Any:
        """The output for one example: a Value if it is one number, else a list of Values."""
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)
        return _unwrapped(x)

    def batch(self, xs: Sequence[Any]) -> list[Any]:
        """The outputs for a list of examples; each layer sees all of them before the next one begins."""
        outputs = list(xs)
        for layer in self.layers:
            outputs = layer.batch([[x] if isinstance(x, Value) else x for x in outputs])
        return [_unwrapped(x) for x in outputs]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __getitem__(self, i: int) -> Module:
        return self.layers[i]

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(repr, self.layers))}]"


class MLP(Sequential):
    """A multi-layer perceptron: `nin` inputs, then one `Layer` for each width in `nouts`.

    Hidden layers get `activation`, the last one `output_activation`. With `batch_norm`, a `BatchNorm` stands between
    the weighted sums and the activation of each hidden layer; with `dropout` above 0, a `Dropout` after it. `init`
    draws the weights, uniform in −1 to 1 by default; the same `seed` gives the same network and the same dropout, and
    no seed a new one every time. `fused=False` records every product and sum as a node of its own.

    Raises ValueError for widths below 1 and for an empty `nouts`.

    >>> model = MLP(2, [16, 16, 1], seed=1337)
    >>> model([1.0, -2.0])
    Value(data=..., grad=0.0, op='dot')
    >>> len(model.parameters())
    337
    """

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
        activation, rate = (
            chosen(activation, None),
            Dropout(dropout, seed=0).p,
        )  # checked even if there is no hidden layer
        rng = generator(seed)
        hidden = "linear" if batch_norm else activation
        last = len(widths) - 2
        dense = [
            Layer(n, m, hidden if i < last else output_activation, init=init, seed=rng, fused=fused)
            for i, (n, m) in enumerate(pairwise(widths))
        ]
        layers: list[Module] = []
        for layer in dense[:-1]:
            layers.append(layer)
            if batch_norm:
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


def steps(model: Module) -> Iterator[Module]:
    """The modules that are applied one after another, those inside of a `Sequential` in its place."""
    if isinstance(model, Sequential):
        for layer in model:
            yield from steps(layer)
    else:
        yield model


def _widths(nin: SupportsIndex, nouts: Iterable[SupportsIndex]) -> list[int]:
    if isinstance(nouts, (str, bytes)) or not hasattr(nouts, "__iter__"):
        raise TypeError(f"nouts is a list of widths such as [16, 16, 1], got {nouts!r} ({type(nouts).__name__})")
    widths = [checked_width("nin", nin), *(checked_width(f"nouts[{i}]", n) for i, n in enumerate(nouts))]
    if len(widths) < 2:
        raise ValueError("nouts is empty: give at least the width of the output, such as [1]")
    return widths


def _unwrapped(x: Any) -> Any:
    return x[0] if isinstance(x, list) and len(x) == 1 else x
