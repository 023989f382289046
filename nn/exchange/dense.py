"""What is exactly a dense layer: one activation of this package over weighted sums, and no code of anybody's own."""

from __future__ import annotations

from nn import activations
from nn.activations import Activation
from nn.module import Module
from nn.neuron import Layer, Neuron
from nn.stages import runs_as


def dense(module: Module) -> tuple[list[Neuron], Activation] | None:
    """The neurons of a plain `Layer` or `Neuron`, and their activation; None for anything else.

    So it is for neurons of different activations or widths, and for a subclass with a `__call__` of its own.

    >>> neurons, activation = dense(Layer(2, 3, "softmax"))
    >>> len(neurons), activation.name
    (3, 'softmax')
    """
    if not isinstance(module, (Layer, Neuron)) or not runs_as(module, Layer, Neuron):
        return None
    neurons = module.neurons if isinstance(module, Layer) else [module]
    used = {n.activation for n in neurons}
    if module.activation.over_layer:
        # The neurons are linear and the layer applies the one activation.
        used.add(module.activation)
        used.discard(activations.get("linear"))
    widths = {n.nin for n in neurons}
    plain = len(used) == 1 and len(widths) == 1 and all(runs_as(n, Neuron) for n in neurons)
    return (neurons, used.pop()) if plain else None


def is_ours(activation: Activation) -> bool:
    """Whether an activation is the one that its name says: `Activation("relu", f)` may be any function.

    >>> is_ours(activations.get("relu")), is_ours(Activation("relu", lambda z: z * z))
    (True, False)
    """
    return activation.name in activations.NAMES and activations.get(activation.name) == activation
