"""The weights of layers before the first step: their size over that of default ones, and what tells neurons apart.

16 neurons of 784 weights between -1 and 1: their root mean square, 0.58, is 11.4 times that of He's rule, 0.051
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from random import Random

import numpy as np
from numpy.typing import NDArray

from autograd.engine.many.numbers import numbers_of
from nn.columns import exact_length
from nn.init import get as get_init
from nn.layers import ActivationLayer, BatchNorm
from nn.module import Module
from nn.neuron import Layer
from nn.stages import computing_modules, stages_of
from nn.training.watch import LayerLog, Watch

DRAWS = 256  # of an initial rule, to know the size of its weights within 5 %


def weights_of_layers(model: Module, watch: Watch, numbers: NDArray[np.float64] | None) -> dict[str, dict[str, float]]:
    """For each layer of neurons, the size of its weights over that of default ones, that of its biases, its width.

    `numbers` are those of the parameters among which the watch has its layers, if they are at hand.
    """
    logs = {layer.name: layer for layer in watch.layers}
    layers = {}
    same = alike(model)
    for name, module in computing_modules(model):
        if isinstance(module, Layer):
            log = logs.get(name)
            usual = _usual_size((log.activation if log else "") or "linear", module.nin, module.nout)
            weights, biases = _rows_of(module, log, numbers) or (
                np.array(numbers_of(list(chain.from_iterable([neuron.w for neuron in module.neurons])))),
                np.array(numbers_of([neuron.b for neuron in module.neurons])),
            )
            size = exact_length(weights) / math.sqrt(weights.size)
            bias = exact_length(biases) / math.sqrt(biases.size)
            layers[name] = {"weights": size / usual, "bias": bias, "neurons": module.nout, "alike": float(name in same)}
    return layers


@lru_cache(maxsize=64)
def _usual_size(activation: str, nin: int, nout: int) -> float:
    """The size of default weights: of so many draws, always the same ones."""
    rule, rng = get_init(None, activation), Random(0)
    return math.sqrt(sum([rule(nin, nout, rng) ** 2 for _ in range(DRAWS)]) / DRAWS)


def _rows_of(
    layer: Layer, log: LayerLog | None, numbers: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The weights and biases of a layer among the numbers of all parameters; None where they stand in another order."""
    if log is None or numbers is None:
        return None
    first, width, neurons = log.stretch.start, layer.nin + 1, layer.neurons
    # Each neuron's weights are a stretch, and its bias is behind them, if that holds for both ends.
    for k, neuron in enumerate(neurons):
        at = first + k * width
        if len(neuron.w) != width - 1 or log.among[at] is not neuron.w[0] or log.among[at + width - 1] is not neuron.b:
            return None
    rows = numbers[first : first + len(neurons) * width].reshape(-1, width)
    return rows[:, :-1], rows[:, -1]


def alike(model: Module) -> list[str]:
    """The hidden layers whose neurons all have the same weights before them and behind them, so that they stay alike.

    Different weights on one side are enough to tell them apart, and dropout in between is.

    >>> from nn import MLP
    >>> alike(MLP(2, [3, 1], init="zeros")), alike(MLP(2, [3, 1]))
    (['layers.0'], [])
    """
    found: list[str] = []
    name, layer = "", None
    for stage, module in stages_of(model):
        if isinstance(module, Layer):
            if layer is not None and layer.nout > 1:
                first = numbers_of([*layer.neurons[0].w, layer.neurons[0].b])
                same = all(numbers_of([*neuron.w, neuron.b]) == first for neuron in layer.neurons)
                if same and all(len(set(numbers_of(neuron.w))) == 1 for neuron in module.neurons):
                    found.append(name)
            name, layer = stage, module
        elif not isinstance(module, (ActivationLayer, BatchNorm)):
            layer = None
    return found
