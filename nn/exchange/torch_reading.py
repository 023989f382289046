"""Models from PyTorch's `torch.nn`: what has no equal here is refused, and above all what runs code of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd.support.text import got
from nn import activations
from nn.activations import Activation
from nn.exchange.torch import ACTIVATIONS, check_held_once, shown
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module
from nn.neuron import Layer, set_numbers
from nn.stages import Sequential

if TYPE_CHECKING:
    import torch

OTHER_SETTINGS = "not with these settings"
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def from_torch(model: torch.nn.Module) -> Sequential:
    """The same network as a `Sequential` of this package; every Linear and the activation after it become one `Layer`.

    A Linear without a bias gets one that is 0 and frozen. Numbers in float32 are taken over exactly. Frozen parameters
    stay frozen, and each module's mode (training or evaluation) stays what it is.

    Raises TypeError for a module that this package has no equal of, or one with settings that it does not know: one
    with a `forward` of its own, with hooks or parametrizations, or without numbers, as on the meta device or before the
    first call of a lazy module; and for a layer that is held twice. Raises ValueError for widths that do not follow one
    another.

    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Tanh()))
    Sequential of [Layer of [TanhNeuron(2)]]
    """
    import torch

    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"from_torch takes a torch.nn.Module, got {got(model)}")
    try:
        return _converted(model)
    except _NoEqual as error:
        place = next((name for name, part in model.named_modules() if part is error.part), "")
        raise TypeError(f"module {place}: {error}" if place else str(error)) from None


def _converted(model: torch.nn.Module) -> Sequential:
    import torch

    layers: list[Module] = []
    parts = list(_flat_torch(model))
    check_held_once(model, [id(p) for part in parts for p in part.parameters()])
    for part in parts:
        name = _activation_name(part)
        if name and layers and isinstance(layers[-1], Layer) and layers[-1].activation.name == "linear":
            _activate(layers[-1], activations.get(name))
        elif not isinstance(part, torch.nn.Identity):
            layers.append(ActivationLayer(name) if name else _from_torch(part))
            layers[-1].train(part.training)
    converted = Sequential(*(layers or [ActivationLayer("linear")]))
    converted.training = model.training
    return converted


def _flat_torch(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """The modules that compute, in order, each checked to run nobody's own code."""
    import torch

    if isinstance(model, torch.nn.modules.lazy.LazyModuleMixin):
        raise _NoEqual(model, "its shapes are not known before its first call: call it once")
    if any(getattr(model, name, None) for name in HOOKS):
        raise _NoEqual(model, "it has hooks, whose work would be lost: remove them")
    if torch.nn.utils.parametrize.is_parametrized(model):
        raise _NoEqual(model, "it is parametrized: torch.nn.utils.parametrize.remove_parametrizations ends that")
    if isinstance(model, torch.nn.Sequential):
        _check_runs_as(model, torch.nn.Sequential)
        for part in model:
            yield from _flat_torch(part)
    else:
        yield model


def _check_runs_as(part: torch.nn.Module, kind: type[torch.nn.Module]) -> None:
    """Raise TypeError for a subclass that computes otherwise; one that only fuses or marks modules does not."""
    for name in ("forward", "__call__"):
        if getattr(type(part), name) is not getattr(kind, name) or name in vars(part):
            raise _NoEqual(part, f"it is a {kind.__name__} with a {name} of its own")


class _NoEqual(TypeError):
    """There is no equal of a part."""

    def __init__(self, part: torch.nn.Module, reason: str = "") -> None:
        super().__init__(f"there is no equal of {shown(part)} here{reason and ': '}{reason}")
        self.part = part


def _activation_name(part: torch.nn.Module) -> str:
    """Our name for a module of torch.nn that is an activation, "" for one that is none."""
    import torch

    kinds = {getattr(torch.nn, theirs) for theirs, _ in ACTIVATIONS.values()}
    for kind in kinds.intersection(type(part).__mro__):
        _check_runs_as(part, kind)
        for name, (theirs, settings) in ACTIVATIONS.items():
            if kind.__name__ == theirs and all(_setting(part, key) == value for key, value in settings.items()):
                return name
        raise _NoEqual(part, OTHER_SETTINGS)
    return ""


def _setting(part: torch.nn.Module, key: str) -> Any:
    # Softmax over the last of two dimensions is over dimension 1 just as well.
    value = getattr(part, key)
    return -1 if key == "dim" and value == 1 else value


def _from_torch(part: torch.nn.Module) -> Module:
    """The equal of one module that is no activation."""
    import torch

    makers: dict[type[torch.nn.Module], Any] = {
        torch.nn.Linear: _from_linear,
        torch.nn.Dropout: lambda dropout: Dropout(dropout.p),
        torch.nn.BatchNorm1d: _from_batch_norm,
    }
    for kind, maker in makers.items():
        if isinstance(part, kind):
            _check_runs_as(part, kind)
            try:
                module: Module = maker(part)
            except ValueError as error:  # a setting that our class refuses, as an eps of 0
                raise _NoEqual(part, str(error)) from None
            return module
    raise _NoEqual(part)


def _from_linear(linear: torch.nn.Linear) -> Layer:
    weight: Any = linear.weight
    nout, nin = weight.shape
    layer = Layer(nin, nout, "linear", init="zeros")
    biases = [0.0] * nout if linear.bias is None else _numbers(linear, linear.bias, nout)
    set_numbers(layer, _numbers(linear, weight, nout, nin), biases)
    for neuron in layer.neurons:
        for w in neuron.w:
            w.requires_grad = weight.requires_grad
        neuron.b.requires_grad = linear.bias is not None and linear.bias.requires_grad
    return layer


def _from_batch_norm(theirs: torch.nn.BatchNorm1d) -> BatchNorm:
    if not theirs.affine or not theirs.track_running_stats or theirs.momentum is None:
        raise _NoEqual(theirs, OTHER_SETTINGS)
    norm = BatchNorm(theirs.num_features, momentum=theirs.momentum, eps=theirs.eps)
    for values, tensor in ((norm.gamma, theirs.weight), (norm.beta, theirs.bias)):
        for v, x in zip(values, _numbers(theirs, tensor, norm.width), strict=True):
            v.data = x
            v.requires_grad = tensor.requires_grad
    norm.running_mean = _numbers(theirs, theirs.running_mean, norm.width)
    norm.running_var = _numbers(theirs, theirs.running_var, norm.width)
    return norm


def _numbers(part: torch.nn.Module, tensor: Any, *shape: int) -> Any:
    """The numbers of a tensor as lists, every one as it is."""
    import torch

    if tensor.is_meta:
        raise _NoEqual(part, "it is on the meta device, without numbers: load them first")
    if tensor.shape != shape or not tensor.is_floating_point() or tensor.layout is not torch.strided:
        kind = f"{tensor.dtype}, {tensor.layout}, {tuple(tensor.shape)}"
        raise _NoEqual(part, f"it holds a tensor of {kind}, where floating-point numbers in the shape {shape} belong")
    return tensor.detach().tolist()


def _activate(layer: Layer, activation: Activation) -> None:
    layer.activation = activation
    if not activation.over_layer:
        for neuron in layer.neurons:
            neuron.activation = activation
