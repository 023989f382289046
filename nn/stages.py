"""A model as stages: the modules of a `Sequential` one after another, however deeply nested, each with its name.

Training asks for them: to see what every layer gives, to know the width of an example, to choose a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd import Value, no_grad
from nn.activations import Activation
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.mlp import Sequential
from nn.module import Evaluating, Module
from nn.neuron import Layer, Neuron

Stage = tuple[str, Module]


def stages_of(model: Module, name: str = "") -> Iterator[Stage]:
    """The stages of a model in order; a module that is no plain `Sequential` is one stage.

    >>> from nn import MLP
    >>> [name for name, _ in stages_of(MLP(2, [3, 1], dropout=0.5))]
    ['layers.0', 'layers.1', 'layers.2']
    """
    kind = type(model)
    if isinstance(model, Sequential) and kind.batch is Sequential.batch and kind.__call__ is Sequential.__call__:
        for i, layer in enumerate(model):
            yield from stages_of(layer, f"{name}.layers.{i}" if name else f"layers.{i}")
    else:
        yield name or kind.__name__, model


def through_stages(
    stages: Sequence[Stage], xs: Sequence[Any], see: Callable[[int, list[Any]], None] | None = None
) -> list[Any]:
    """`model.batch(xs)`, stage by stage; `see(i, outputs)` is told what stage i gives.

    >>> from nn import MLP
    >>> model, widths = MLP(2, [3, 1]), []
    >>> outputs = through_stages(list(stages_of(model)), [[1.0, 2.0]], lambda i, out: widths.append(len(out[0])))
    >>> widths, outputs[0].data == model([1.0, 2.0]).data
    ([3, 1], True)
    """
    outputs = list(xs)
    for i, (_, module) in enumerate(stages):
        outputs = module.batch([[x] if isinstance(x, Value) else x for x in outputs])
        if see is not None:
            see(i, outputs)
    return [x[0] if isinstance(x, list) and len(x) == 1 else x for x in outputs]


def input_width(model: Module) -> int | None:
    """How many numbers an example has, or None where only calling the model can tell.

    >>> from nn import MLP
    >>> input_width(MLP(2, [3, 1]))
    2
    """
    for _, module in stages_of(model):
        if isinstance(module, (Layer, Neuron)):
            return module.nin
        if isinstance(module, BatchNorm):
            return module.width
        if not isinstance(module, (Dropout, ActivationLayer)):
            return None
    return None


def output_activation(model: Module) -> str:
    """The name of the last activation: "linear" for raw scores, and where nothing is known.

    >>> from nn import MLP
    >>> output_activation(MLP(2, [3, 1], output_activation="sigmoid"))
    'sigmoid'
    """
    for _, module in reversed(list(stages_of(model))):
        activation = activation_of(module)
        if activation is not None:
            return activation.name
        if not isinstance(module, Dropout):
            break
    return "linear"


def activation_of(module: Module) -> Activation | None:
    """The activation that a stage ends with, None if it has none that is known."""
    return module.activation if isinstance(module, (Layer, Neuron, ActivationLayer)) else None


def is_known(model: Module) -> bool:
    """Whether all the code in a model is of this package: it does for other numbers what it does for some.

    >>> from nn import MLP
    >>> is_known(MLP(2, [1])), is_known(Layer(2, 1, lambda z: z * z))
    (True, False)
    """
    for part in model.modules():
        activation = getattr(part, "activation", None)
        if not type(part).__module__.startswith("nn.") or (isinstance(activation, Activation) and not activation.named):
            return False
    return True


def trial(model: Module, x: Sequence[float]) -> Any:
    """What the model gives for one example in evaluation mode, as floats: a number, or a list of them.

    Nothing is recorded or changed.
    """
    with no_grad(), Evaluating(model):
        return plain(model(x))


def plain(output: Any) -> Any:
    """An output as floats: a number for a Value, a list for several.

    >>> plain([Value(1.0), 2.0])
    [1.0, 2.0]
    """
    if isinstance(output, Value):
        return output.data
    if isinstance(output, (list, tuple)):
        return [plain(v) for v in output]
    return output
