"""`Sequential`, one module after another, and `MLP`, the multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any, SupportsIndex

from autograd import Value
from autograd.support.settings import check_flag, check_probability
from nn.init import InitRule, generator
from nn.keywords import suggest_settings
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module
from nn.neuron import ActivationLike, Layer, Neuron, checked_width, chosen


class Sequential(Module):
    """Modules applied one after another, each to what the last one gave.

    One output at the end comes as a Value, several as a list. Parameters are named `layers.0...`, `layers.1...`.

    Raises TypeError for what is no Module, ValueError if there is none, and for one that takes another number of inputs
    than the one before it gives, where both are known (of a module class of your own, nothing is).

    >>> model = Sequential(Layer(2, 3, "tanh", seed=0), Dropout(0.5, seed=0), Layer(3, 1, "sigmoid", seed=1))
    >>> model.eval()([1.0, 2.0]).op
    'sigmoid'
    """

    def __init__(self, *layers: Module) -> None:
        for i, layer in enumerate(layers):
            if not isinstance(layer, Module):
                remedy = "; write Sequential(*layers) for a list of layers" if isinstance(layer, (list, tuple)) else ""
                raise TypeError(
                    f"Sequential takes modules, got {layer!r} ({type(layer).__name__}) in place {i}{remedy}"
                )
        if not layers:
            raise ValueError("Sequential needs at least one module")
        _check_widths(layers)
        self.layers: list[Module] = list(layers)
        self._label_anew()

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
    the weighted sums and the activation of each hidden layer, whose own biases are frozen at 0, as it adds one; with
    `dropout` above 0, a `Dropout` after it. `init` draws the weights, uniform in −1 to 1 by default; the same `seed`
    gives the same network and the same dropout, and no seed a new one every time. `fused=False` records every product
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
        activation, rate = chosen(activation, None), check_probability("MLP", "dropout", dropout)
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


def steps(model: Module) -> Iterator[Module]:
    """The modules that are applied one after another, those inside of a `Sequential` in its place."""
    if isinstance(model, Sequential):
        for layer in model:
            yield from steps(layer)
    else:
        yield model


def _check_widths(layers: Sequence[Module]) -> None:
    """Raise ValueError for the first of some layers that takes another number of inputs than come out before it."""
    width: int | None = None
    giver = 0
    for i, layer in enumerate(layers):
        takes, gives = ends(layer)
        if width is not None and takes is not None and takes != width:
            raise ValueError(
                f"layer {i}, {_brief(layer)}, takes {takes} and layer {giver}, {_brief(layers[giver])}, gives {width}: "
                "the numbers must be the same"
            )
        if not _passes_on(layer):
            width, giver = gives, i


def ends(module: Module) -> tuple[int | None, int | None]:
    """How many numbers a module takes and gives for one example, each None where only calling it can tell.

    >>> ends(Layer(2, 3)), ends(Dropout(0.5)), ends(Sequential(Layer(2, 3), Dropout(0.5)))
    ((2, 3), (None, None), (2, 3))
    """
    kind = _kind(module)
    if kind is Layer and isinstance(module, Layer):
        return module.nin, module.nout
    if kind is Neuron and isinstance(module, Neuron):
        return module.nin, 1
    if kind is BatchNorm and isinstance(module, BatchNorm):
        return module.width, module.width
    if kind is Sequential and isinstance(module, Sequential):
        deciding = [layer for layer in module.layers if not _passes_on(layer)]
        return (ends(deciding[0])[0], ends(deciding[-1])[1]) if deciding else (None, None)
    return None, None


def _kind(module: Module) -> type[Module]:
    """The class that says what a module computes; `Module` for a class of the user's own, which may do anything."""
    for kind in (Sequential, Layer, Neuron, BatchNorm, Dropout, ActivationLayer):
        if isinstance(module, kind):
            own = type(module)
            return kind if own.__call__ is kind.__call__ and own.batch is kind.batch else Module
    return Module


def _passes_on(module: Module) -> bool:
    """Whether a module gives as many numbers as it takes, however many these are."""
    return _kind(module) in (Dropout, ActivationLayer)


def _brief(module: Module) -> str:
    if isinstance(module, Layer):
        return f"{type(module).__name__}({module.nin}, {module.nout})"
    return repr(module) if not isinstance(module, Sequential) else type(module).__name__


def _widths(nin: SupportsIndex, nouts: Iterable[SupportsIndex]) -> list[int]:
    if isinstance(nouts, (str, bytes)) or not hasattr(nouts, "__iter__"):
        raise TypeError(f"nouts is a list of widths such as [16, 16, 1], got {nouts!r} ({type(nouts).__name__})")
    widths = [checked_width("nin", nin), *(checked_width(f"nouts[{i}]", n) for i, n in enumerate(nouts))]
    if len(widths) < 2:
        raise ValueError("nouts is empty: give at least the width of the output, such as [1]")
    return widths


def _unwrapped(x: Any) -> Any:
    return x[0] if isinstance(x, list) and len(x) == 1 else x
