"""A model as stages: modules that are applied one after another. `Sequential` is one; the functions here read one.

    >>> model = Sequential(Sequential(Layer(2, 3), Dropout(0.5)), Layer(3, 1, "sigmoid"))
    >>> [name for name, _ in stages_of(model)]
    ['layers.0.layers.0', 'layers.0.layers.1', 'layers.1']
    >>> input_width(model), output_activation(model)
    (2, 'sigmoid')

Training asks such things: to see what every layer gives, to know the width of an example, to choose a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd import Value
from autograd.support.settings import check_list
from autograd.support.text import got
from nn.activations import Activation
from nn.keywords import suggest_settings
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import ASKING, Evaluating, Module, unrecorded
from nn.neuron import Layer, Neuron

Stage = tuple[str, Module]
Widths = tuple[int | None, int | None]
"""How many numbers a module takes and gives for one example, each None where only calling it can tell."""

COMPUTING = ("__call__", "batch", "weighted_sum", "draw", "scale", "follow")
"""The methods of the modules of this package that decide about their outputs."""


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
                raise TypeError(f"Sequential takes modules, got {got(layer)} in place {i}{remedy}")
        if not layers:
            raise ValueError("Sequential needs at least one module")
        _check_widths(layers)
        self.layers: list[Module] = list(layers)
        self._label_anew()

    @suggest_settings
    def __call__(self, x: Any) -> Any:
        """The output for one example: a Value if it is one number, else a list of Values."""
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)
        return single_or_list(x)

    def batch(self, xs: Sequence[Any]) -> list[Any]:
        """The outputs for a list of examples; each layer sees all of them before the next one begins."""
        return _one_after_another(self.layers, xs)

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __getitem__(self, i: int) -> Module:
        return self.layers[i]

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(repr, self.layers))}]"


def stages_of(model: Module, name: str = "") -> Iterator[Stage]:
    """The stages of a model in order, each with its name; a module that is no `Sequential` is one stage.

    A `Sequential` with a `__call__` or `batch` of its own may do anything with its layers: it is one stage too.

    >>> from nn import MLP
    >>> [name for name, _ in stages_of(MLP(2, [3, 1], dropout=0.5))]
    ['layers.0', 'layers.1', 'layers.2']
    """
    if isinstance(model, Sequential) and runs_as(model, Sequential):
        for i, layer in enumerate(model.layers):
            yield from stages_of(layer, f"{name}.layers.{i}" if name else f"layers.{i}")
    else:
        yield name or type(model).__name__, model


def through_stages(model: Module, xs: Sequence[Any], see: Callable[[int, list[Any]], None]) -> list[Any]:
    """`model.batch(xs)`, stage by stage; `see(i, outputs)` is shown what stage i gives.

    >>> from nn import MLP
    >>> model, widths = MLP(2, [3, 1]), []
    >>> outputs = through_stages(model, [[1.0, 2.0]], lambda i, out: widths.append(len(out[0])))
    >>> widths, outputs[0].data == model([1.0, 2.0]).data
    ([3, 1], True)
    """
    modules = [module for _, module in stages_of(model)]
    if modules != [model]:
        return _one_after_another(modules, xs, see)
    outputs = model.batch(xs)  # as the module gives them: a list of one stays a list
    see(0, outputs)
    return outputs


def _one_after_another(
    modules: Sequence[Module], xs: Sequence[Any], see: Callable[[int, list[Any]], None] | None = None
) -> list[Any]:
    """The outputs of the last module; one output comes as a Value."""
    outputs = check_list("a model", "xs", xs, "a list of examples")
    for i, module in enumerate(modules):
        outputs = module.batch([[x] if isinstance(x, Value) else x for x in outputs])
        if see is not None:
            see(i, outputs)
    return [single_or_list(x) for x in outputs]


def single_or_list(x: Any) -> Any:
    """An output as training takes it: a list of one entry is that entry.

    >>> single_or_list([0.5]), single_or_list([0.5, 0.25])
    (0.5, [0.5, 0.25])
    """
    return x[0] if isinstance(x, list) and len(x) == 1 else x


def layers_of(model: Module) -> Iterator[tuple[str, Module, list[Value]]]:
    """The lines of a summary: name, module, and those of its parameters that no earlier line has.

    Unlike stages, layers are found in any model, by its attributes, whatever the order in which it applies them.

    >>> shared = Layer(1, 1)
    >>> [(name, len(parameters)) for name, _, parameters in layers_of(Sequential(shared, Dropout(0.5), shared))]
    [('layers.0', 2), ('layers.1', 0), ('layers.2', 0)]
    """
    counted: set[Value] = set()
    for name, module in computing_modules(model):
        parameters = [p for p in module.parameters() if p not in counted]
        counted.update(parameters)
        yield name, module, parameters


def computing_modules(model: Module) -> Iterator[Stage]:
    """The modules that compute, in order, with their names: those whose parts are neurons, or with own parameters.

    >>> [name for name, _ in computing_modules(Sequential(Layer(1, 1), Dropout(0.5)))]
    ['layers.0', 'layers.1']
    """
    return ((name or type(module).__name__, module) for name, module in _without_modules(model, ""))


def _without_modules(model: Module, prefix: str) -> Iterator[Stage]:
    parts = [] if isinstance(model, (Layer, Neuron)) else list(model.children())
    own = model._own_parameters(parts) if parts else []
    if not parts or (own and not {p for _, part in parts for p in part.parameters()}.issuperset(own)):
        yield prefix, model
        return
    for name, part in parts:
        yield from _without_modules(part, f"{prefix}.{name}" if prefix else name)


def kind_of(module: Module) -> str:
    """What a line of a summary calls a module: its class, and the activation or setting that it has.

    >>> kind_of(Layer(2, 3, "tanh")), kind_of(Dropout(0.5)), kind_of(BatchNorm(2))
    ('Layer tanh', 'Dropout(0.5)', 'BatchNorm')
    """
    kind = type(module).__name__
    if isinstance(module, (Layer, Neuron)):
        return f"{kind} {module.activation.name}"
    return repr(module) if isinstance(module, (Dropout, ActivationLayer)) else kind


# ----- Widths -----


def widths_of(module: Module) -> Widths:
    """The widths of one stage, by its class; None for what gives as many numbers as it takes, as Dropout does.

    >>> widths_of(Layer(2, 3)), widths_of(Dropout(0.5))
    ((2, 3), (None, None))
    """
    if isinstance(module, Layer):
        return module.nin, module.nout
    if isinstance(module, Neuron):
        return module.nin, 1
    return (module.width, module.width) if isinstance(module, BatchNorm) else (None, None)


def input_width(model: Module) -> int | None:
    """How many numbers an example has, or None where only calling the model can tell.

    >>> from nn import MLP
    >>> input_width(MLP(2, [3, 1]))
    2
    """
    for _, module in stages_of(model):
        if not isinstance(module, (Dropout, ActivationLayer)):
            return widths_of(module)[0]
    return None


def _check_widths(layers: Sequence[Module]) -> None:
    """Raise ValueError if a layer takes another number of inputs than the layer before it gives."""
    width: int | None = None
    source = 0  # the layer that the width comes from, which need not be the one right before: Dropout has none
    for i, layer in enumerate(layers):
        nin, nout = _certain_widths(layer)
        if width is not None and nin is not None and nin != width:
            raise ValueError(
                f"layer {i}, {_brief(layer)}, takes {nin} and layer {source}, {_brief(layers[source])}, gives {width}: "
                "the numbers must be the same"
            )
        if not _keeps_width(layer):
            width, source = nout, i


def _certain_widths(module: Module) -> Widths:
    """The widths of a module of this package's own code; None for a subclass with a `__call__` of its own."""
    if isinstance(module, Sequential):
        deciding = [layer for layer in module if not _keeps_width(layer)] if runs_as(module, Sequential) else []
        return (_certain_widths(deciding[0])[0], _certain_widths(deciding[-1])[1]) if deciding else (None, None)
    return widths_of(module) if runs_as(module, Layer, Neuron, BatchNorm) else (None, None)


def _keeps_width(module: Module) -> bool:
    """Whether a module gives as many numbers as it takes, however many these are."""
    return runs_as(module, Dropout, ActivationLayer)


def runs_as(module: Module, *kinds: type[Module]) -> bool:
    """Whether a module is of one of these classes and leaves the code that computes its outputs as it is.

    >>> class Twice(Layer):
    ...     def __call__(self, x):
    ...         return super().__call__(super().__call__(x))
    >>> runs_as(Layer(1, 1), Layer), runs_as(Twice(1, 1), Layer)
    (True, False)
    """
    return any(
        isinstance(module, k) and all(getattr(type(module), name, None) is getattr(k, name, None) for name in COMPUTING)
        for k in kinds
    )


def _brief(module: Module) -> str:
    if isinstance(module, Layer):
        return f"{type(module).__name__}({module.nin}, {module.nout})"
    return repr(module) if not isinstance(module, Sequential) else type(module).__name__


# ----- Activations and outputs -----


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
    """Whether a model runs code of this package alone, so that it computes the same operations for any numbers.

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
    with ASKING, Evaluating(model):
        return unrecorded(lambda: plain(model(x)))


def plain(output: Any) -> Any:
    """An output as floats: a number for a Value, a list for several.

    >>> plain([Value(1.0), 2.0])
    [1.0, 2.0]
    """
    if isinstance(output, Value):
        return output.data
    return [plain(v) for v in output] if isinstance(output, (list, tuple)) else output
