"""The architecture of a model as plain data, and a model from such data: what a file says besides the numbers.

Nothing in a description is ever executed: it names classes of this package and activations of the engine's table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd.support.text import short
from nn import activations
from nn.activations import Activation
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.mlp import MLP
from nn.module import Module
from nn.neuron import Layer, Neuron
from nn.perceptron import Perceptron
from nn.stages import Sequential

Description = dict[str, Any]


def describe(module: Module, name: str = "") -> Description:
    """What to build to get a module like this one, as JSON has it; a class of the user's own is only named.

    Raises TypeError for an activation that is a function of the user's own, and for a layer of unlike neurons.

    >>> describe(Dropout(0.5))
    {'kind': 'Dropout', 'p': 0.5}
    """
    kind = type(module)
    if kind not in _WRITERS:
        return {"kind": kind.__name__, "own": True}
    return {"kind": kind.__name__, **_WRITERS[kind](module, name or kind.__name__)}


def build(description: Any) -> Module:
    """A module as described, its weights 0.

    Raises ValueError for anything that `describe` did not write.

    >>> build({"kind": "Layer", "nin": 2, "nout": 1, "activation": "tanh", "fused": True})
    Layer of [TanhNeuron(2)]
    """
    reader = _reader(description)
    if reader is None:
        raise ValueError(f"{description['kind']} is a class of your own, which only you can make")
    try:
        return reader(description)
    except (TypeError, KeyError) as error:
        raise ValueError(f"not the description of a {description['kind']}: {error}") from None


def size(description: Any) -> int:
    """How many numbers the state of the described module has, told without building it.

    Raises ValueError for what is no description, and for a class of the user's own.

    >>> size({"kind": "Layer", "nin": 784, "nout": 16, "activation": "relu", "fused": True})
    12560
    """
    if _reader(description) is None:
        raise ValueError(f"{description['kind']} is a class of your own: make one and call its load_weights(path)")
    match description:
        case {"kind": "Sequential" | "MLP", "layers": [*layers]}:
            return sum(size(layer) for layer in layers)
        case {"kind": "Layer", "nin": int(nin), "nout": int(nout)} if nin > 0 and nout > 0:
            return nout * (nin + 1)
        case {"kind": "Neuron" | "Perceptron", "nin": int(nin)} if nin > 0:
            return nin + 1
        case {"kind": "BatchNorm", "width": int(width)} if width > 0:
            return 4 * width
    return 0


def owned(description: Description) -> bool:
    """Whether there is a class of the user's own in it, which only the user can build."""
    return bool(description.get("own")) or any(owned(layer) for layer in description.get("layers", []))


def _reader(description: Any) -> Callable[[Description], Module] | None:
    if not isinstance(description, dict) or not isinstance(description.get("kind"), str):
        raise ValueError(f"not the description of a module: {str(description)[:60]}")
    if description.get("own"):
        return None
    if description["kind"] not in _READERS:
        raise ValueError(f"it has a module of unknown kind {short(description['kind'])}")
    return _READERS[description["kind"]]


def _activation(activation: Activation, name: str) -> str:
    if not activation.named:
        raise TypeError(
            f"{name} has the activation {short(activation.name)}, a function of your own, which a file cannot hold: "
            "make it an operation with autograd.operation and give its name"
        )
    return activation.name


def _neuron(neuron: Neuron, name: str) -> Description:
    return {"nin": neuron.nin, "activation": _activation(neuron.activation, name), "fused": neuron.fused}


def _layer(layer: Layer, name: str) -> Description:
    # An activation over the whole layer, such as softmax, stands in the layer; its neurons are linear.
    expected = activations.get("linear") if layer.activation.over_layer else layer.activation
    first = layer.neurons[0]
    for i, n in enumerate(layer.neurons):
        if type(n) is not Neuron or (n.nin, n.activation, n.fused) != (first.nin, expected, first.fused):
            raise TypeError(f"{name}.neurons.{i}, {short(n)}, is unlike its layer: a file cannot hold such a layer")
    activation = _activation(layer.activation, name)
    return {"nin": layer.nin, "nout": layer.nout, "activation": activation, "fused": first.fused}


def _sequence(model: Sequential, name: str) -> Description:
    prefix = "" if name == type(model).__name__ else f"{name}."
    return {"layers": [describe(layer, f"{prefix}layers.{i}") for i, layer in enumerate(model)]}


_WRITERS: dict[type[Module], Callable[[Any, str], Description]] = {
    Neuron: _neuron,
    Perceptron: lambda module, name: {**_neuron(module, name), "threshold": module.threshold},
    Layer: _layer,
    Sequential: _sequence,
    MLP: _sequence,
    Dropout: lambda module, name: {"p": module.p},
    BatchNorm: lambda module, name: {"width": module.width, "momentum": module.momentum, "eps": module.eps},
    ActivationLayer: lambda module, name: {"activation": _activation(module.activation, name)},
}


def _named(d: Description) -> Activation:
    if not isinstance(d["activation"], str):
        raise ValueError(f"an activation is a name, got {short(d['activation'])}")
    return activations.get(d["activation"])


def _read_mlp(d: Description) -> Module:
    model = MLP.__new__(MLP)
    Sequential.__init__(model, *[build(layer) for layer in d["layers"]])
    return model


_READERS: dict[str, Callable[[Description], Module]] = {
    "Neuron": lambda d: Neuron(d["nin"], _named(d), init="zeros", fused=bool(d["fused"])),
    "Perceptron": lambda d: Perceptron(d["nin"], _named(d), threshold=d["threshold"], fused=bool(d["fused"])),
    "Layer": lambda d: Layer(d["nin"], d["nout"], _named(d), init="zeros", fused=bool(d["fused"])),
    "Sequential": lambda d: Sequential(*[build(layer) for layer in d["layers"]]),
    "MLP": _read_mlp,
    "Dropout": lambda d: Dropout(d["p"]),
    "BatchNorm": lambda d: BatchNorm(d["width"], momentum=d["momentum"], eps=d["eps"]),
    "ActivationLayer": lambda d: ActivationLayer(_named(d)),
}
