"""Models to PyTorch's `torch.nn`; `torch_reading` has the way back.

    Layer(2, 3, "relu"), Dropout(0.5)  <->  Linear(2, 3), ReLU(), Dropout(0.5)

A `Layer` is two modules there, the weighted sums and the activation; everything else is one for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.support.text import short, short_text
from nn.activations import Activation
from nn.exchange.dense import dense, is_ours
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module, check_module
from nn.stages import runs_as, stages_of

if TYPE_CHECKING:
    import torch

# Our name -> the class in torch.nn, and its settings.
ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
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

    Frozen parameters stay frozen, and each module's mode (training or evaluation) stays what it is.

    Raises TypeError for a module or an activation that PyTorch has no equal of, such as a subclass with a `__call__` of
    its own, and for a layer that is held twice.

    >>> from nn import MLP
    >>> to_torch(MLP(2, [3, 1], seed=0))
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    import torch

    check_module("to_torch", model)
    modules = [module for _, module in stages_of(model)]
    check_held_once(model, [id(p) for module in modules for p in module.parameters()])
    parts = [part.train(module.training) for module in modules for part in _to_torch(module)]
    converted = torch.nn.Sequential(*parts)
    converted.training = model.training  # not train(), which would set every part's mode
    return converted


def check_held_once(model: Any, parameters: list[int]) -> None:
    """Raise TypeError if a parameter is met twice: two modules on the other side could not share it."""
    if len(set(parameters)) != len(parameters):
        raise TypeError(f"{shown(model)} holds a layer in two places: give each place its own")


def shown(module: Any) -> str:
    """A module for a message, on one line: those of PyTorch take one for each part."""
    return short_text(" ".join(repr(module).split()), 200)


def _to_torch(module: Module) -> Iterator[torch.nn.Module]:
    import torch

    layer = dense(module)
    if layer is not None:
        neurons, activation = layer
        linear = torch.nn.Linear(neurons[0].nin, len(neurons), dtype=torch.float64)
        _fill(linear.weight, [p for n in neurons for p in n.w])
        _fill(linear.bias, [n.b for n in neurons])
        yield linear
        if activation.name != "linear":
            yield _torch_activation(activation)
    elif runs_as(module, ActivationLayer) and isinstance(module, ActivationLayer):
        yield _torch_activation(module.activation)
    elif runs_as(module, Dropout) and isinstance(module, Dropout):
        yield torch.nn.Dropout(module.p)
    elif runs_as(module, BatchNorm) and isinstance(module, BatchNorm):
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
        raise TypeError(f"PyTorch has no equal of {shown(module)}")


def _torch_activation(activation: Activation) -> torch.nn.Module:
    import torch

    if not is_ours(activation):
        raise TypeError(f"torch.nn has no module for the activation {short(activation.name)}")
    if activation.name == "linear":
        return torch.nn.Identity()
    kind, settings = ACTIVATIONS[activation.name]
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
