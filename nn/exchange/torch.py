"""Models to and from PyTorch's `torch.nn`.

    Layer(2, 3, "relu"), Dropout(0.5)  <->  Linear(2, 3), ReLU(), Dropout(0.5)

A `Layer` is two modules there, the weighted sums and the activation; everything else is one for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn import activations
from nn.activations import Activation
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module
from nn.neuron import Layer, Neuron, set_numbers
from nn.stages import Sequential, stages_of

if TYPE_CHECKING:
    import torch

# Our name -> the class in torch.nn, and its settings.
_TORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.01}),
    "elu": ("ELU", {"alpha": 1.0}),
    "selu": ("SELU", {}),
    "silu": ("SiLU", {}),
    "gelu": ("GELU", {"approximate": "none"}),
    "gelu_tanh": ("GELU", {"approximate": "tanh"}),
    "mish": ("Mish", {}),
    "softplus": ("Softplus", {"beta": 1.0, "threshold": 20.0}),
    "sigmoid": ("Sigmoid", {}),
    "logsigmoid": ("LogSigmoid", {}),
    "tanh": ("Tanh", {}),
    "hardtanh": ("Hardtanh", {"min_val": -1.0, "max_val": 1.0}),
    "softsign": ("Softsign", {}),
    "softmax": ("Softmax", {"dim": -1}),
    "log_softmax": ("LogSoftmax", {"dim": -1}),
}


def to_torch(model: Module) -> torch.nn.Sequential:
    """The same network as a `torch.nn.Sequential` in float64, for batches of examples.

    Frozen parameters stay frozen, and the mode (training or evaluation) stays what it is.

    Raises TypeError for a module or an activation that PyTorch has no equal of, and for a layer that is held twice.

    >>> from nn import MLP
    >>> to_torch(MLP(2, [3, 1], seed=0))
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    import torch

    modules = [module for _, module in stages_of(model, overridden=True)]
    _check_held_once(model, [id(p) for module in modules for p in module.parameters()])
    return torch.nn.Sequential(*[part for module in modules for part in _to_torch(module)]).train(model.training)


def from_torch(model: torch.nn.Module) -> Sequential:
    """The same network as a `Sequential` of this package; every Linear and the activation after it become one `Layer`.

    A Linear without a bias gets one that is 0 and frozen. Numbers in float32 are taken over exactly.

    Raises TypeError for a module that this package has no equal of, or one with settings that it does not know, and for
    a layer that is held twice.

    >>> import torch
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Tanh()))
    Sequential of [Layer of [TanhNeuron(2)]]
    """
    import torch

    layers: list[Module] = []
    parts = list(_flat_torch(model))
    _check_held_once(model, [id(p) for part in parts for p in part.parameters()])
    for part in parts:
        name = _activation_name(part)
        if name and layers and isinstance(layers[-1], Layer) and layers[-1].activation.name == "linear":
            _activate(layers[-1], activations.get(name))
        elif name:
            layers.append(ActivationLayer(name))
        elif isinstance(part, torch.nn.Linear):
            layers.append(_from_linear(part))
        elif isinstance(part, torch.nn.Dropout):
            layers.append(Dropout(part.p))
        elif isinstance(part, torch.nn.BatchNorm1d):
            layers.append(_from_batch_norm(part))
        elif not isinstance(part, torch.nn.Identity):
            raise TypeError(f"there is no equal of {part!r} here")
    return Sequential(*layers).train(model.training)


def _check_held_once(model: Any, parameters: list[int]) -> None:
    """Raise TypeError if a parameter is met twice: two modules on the other side could not share it."""
    if len(set(parameters)) != len(parameters):
        raise TypeError(f"{model!r} holds a layer in two places: give each place its own")


def _flat_torch(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    import torch

    if isinstance(model, torch.nn.Sequential):
        for part in model:
            yield from _flat_torch(part)
    else:
        yield model


def _to_torch(module: Module) -> Iterator[torch.nn.Module]:
    import torch

    neurons = module.neurons if isinstance(module, Layer) else [module] if type(module) is Neuron else []
    used = {n.activation for n in neurons}
    if isinstance(module, Layer) and module.activation.over_layer:
        # The neurons are linear and the layer applies the one activation.
        used.add(module.activation)
        used.discard(activations.get("linear"))
    if len(used) == 1:  # in neurons with activations of their own, PyTorch has no equal of a layer
        linear = torch.nn.Linear(neurons[0].nin, len(neurons), dtype=torch.float64)
        _fill(linear.weight, [p for n in neurons for p in n.w])
        _fill(linear.bias, [n.b for n in neurons])
        yield linear
        activation = used.pop()
        if activation.name != "linear":
            yield _torch_activation(activation)
    elif isinstance(module, ActivationLayer):
        yield _torch_activation(module.activation)
    elif isinstance(module, Dropout):
        yield torch.nn.Dropout(module.p)
    elif isinstance(module, BatchNorm):
        norm = torch.nn.BatchNorm1d(module.width, module.eps, module.momentum, dtype=torch.float64)
        _fill(norm.weight, module.gamma)
        _fill(norm.bias, module.beta)
        norm.load_state_dict(
            {
                "running_mean": torch.tensor(module.running_mean, dtype=torch.float64),
                "running_var": torch.tensor(module.running_var, dtype=torch.float64),
            },
            strict=False,
        )
        yield norm
    else:
        raise TypeError(f"PyTorch has no equal of {module!r}")


def _torch_activation(activation: Activation) -> torch.nn.Module:
    import torch

    if activation.name == "linear":
        return torch.nn.Identity()
    if not activation.named or activation.name not in _TORCH:
        raise TypeError(f"torch.nn has no module for the activation {activation.name!r}")
    kind, settings = _TORCH[activation.name]
    module: torch.nn.Module = getattr(torch.nn, kind)(**settings)
    return module


def _fill(tensor: torch.Tensor, values: list[Value]) -> None:
    """Put the numbers into a parameter, which is frozen if all of them are.

    Raises TypeError if only some are: PyTorch freezes whole tensors.
    """
    import torch

    frozen = {not v.requires_grad for v in values}
    if len(frozen) > 1:
        span = f"{values[0].label} to {values[-1].label}"
        raise TypeError(f"some of {span} are frozen and some are not: PyTorch freezes all of a tensor or none")
    with torch.no_grad():
        tensor.copy_(torch.tensor([v.data for v in values], dtype=torch.float64).reshape(tensor.shape))
    tensor.requires_grad = not frozen.pop()


def _activation_name(part: torch.nn.Module) -> str:
    """Our name for a module of torch.nn that is an activation, "" for one that is none."""
    kind = type(part).__name__
    for name, (theirs, settings) in _TORCH.items():
        if kind == theirs and all(_setting(part, key) == value for key, value in settings.items()):
            return name
    if any(kind == theirs for theirs, _ in _TORCH.values()):
        raise TypeError(f"there is no equal of {part!r} with these settings here")
    return ""


def _setting(part: torch.nn.Module, key: str) -> Any:
    # Softmax over the last of two dimensions is over dimension 1 just as well.
    value = getattr(part, key)
    return -1 if key == "dim" and value == 1 else value


def _from_linear(linear: torch.nn.Linear) -> Layer:
    layer = Layer(linear.in_features, linear.out_features, "linear", init="zeros")
    biases = [0.0] * layer.nout if linear.bias is None else linear.bias.tolist()
    set_numbers(layer, linear.weight.tolist(), biases)
    for neuron in layer.neurons:
        for w in neuron.w:
            w.requires_grad = linear.weight.requires_grad
        neuron.b.requires_grad = linear.bias is not None and linear.bias.requires_grad
    return layer


def _from_batch_norm(theirs: torch.nn.BatchNorm1d) -> BatchNorm:
    if not theirs.affine or not theirs.track_running_stats or theirs.momentum is None:
        raise TypeError(f"there is no equal of {theirs!r} with these settings here")
    norm = BatchNorm(theirs.num_features, momentum=theirs.momentum, eps=theirs.eps)
    for values, tensor in ((norm.gamma, theirs.weight), (norm.beta, theirs.bias)):
        for v, x in zip(values, tensor.tolist(), strict=True):
            v.data = x
            v.requires_grad = tensor.requires_grad
    state = theirs.state_dict()
    norm.running_mean, norm.running_var = state["running_mean"].tolist(), state["running_var"].tolist()
    return norm


def _activate(layer: Layer, activation: Activation) -> None:
    layer.activation = activation
    if not activation.over_layer:
        for neuron in layer.neurons:
            neuron.activation = activation
