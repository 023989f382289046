"""Activations by name or as functions: every function of one number in the engine's table, and those over a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import autograd
from autograd import functions
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.support import answers
from autograd.support.settings import check_flag, check_function, check_list, check_text
from autograd.support.text import got, short

NAMES = (
    "linear", "relu", "leaky_relu", "elu", "selu", "silu", "gelu", "gelu_tanh", "mish", "softplus",
    "sigmoid", "logsigmoid", "tanh", "hardtanh", "softsign", "softmax", "log_softmax",
)  # fmt: skip
ALIASES = {"identity": "linear", "logistic": "sigmoid", "swish": "silu"}
SEVERAL = (
    ": an MLP has one of all hidden layers, and output_activation=; for one of each, "
    'nn.Sequential(nn.Layer(2, 8, "relu"), nn.Layer(8, 1, "tanh"))'
)
OVER_A_LAYER: dict[str, Callable[..., Any]] = {"softmax": autograd.softmax, "log_softmax": autograd.log_softmax}


@dataclass(frozen=True, slots=True)
class Activation:
    """What a layer applies to its weighted sums.

    `function` takes one number, a Value or a float, or with `over_layer` the list of all of them, as softmax does.
    `named` says that the name alone stands for the function, so that it can be written to a file.

    >>> get("relu")(autograd.Value(-3.0)).data
    0.0
    """

    name: str
    function: Callable[..., Any]
    over_layer: bool = False
    named: bool = True

    def __post_init__(self) -> None:
        check_text("Activation", "name", self.name)
        check_function("Activation", "function", self.function)
        check_flag("Activation", "over_layer", self.over_layer)
        check_flag("Activation", "named", self.named)

    def __call__(self, z: Any) -> Any:
        """Apply the function to one number, or to a list if it goes over a layer."""
        return self.function(z)

    def __reduce__(self) -> tuple[Any, ...]:
        # By name where there is one: pickle cannot hold a function that has no place in a module.
        return (get, (self.name,)) if self.named else (Activation, (self.name, self.function, self.over_layer, False))

    def each(self, zs: Sequence[Any]) -> list[Any]:
        """What the numbers of a whole layer become.

        >>> get("softmax").each([0.0, 0.0])
        [0.5, 0.5]
        """
        numbers = check_list("an activation", "zs", zs, "the list of the numbers of a layer")
        return list(self.function(numbers)) if self.over_layer else [self.function(z) for z in numbers]


def get(activation: str | Callable[..., Any] | Activation | None) -> Activation:
    """The activation of that name, of that function, or the same again; None is "linear".

    Any row of the engine's table that needs one number will do: "sin", "softplus", an operation of your own. So will
    any function from one Value to one Value; a function over a whole layer is given as
    `Activation("name", function, over_layer=True)`.

    Raises ValueError for an unknown name, TypeError for what is neither a name nor a function.

    >>> get("tanh") == get(autograd.tanh)
    True
    """
    if isinstance(activation, Activation):
        return activation
    if activation is None:
        return _BY_NAME["linear"]
    if isinstance(activation, str):
        name = ALIASES.get(activation.lower(), activation.lower())
        return _BY_NAME.get(name) or _from_table(activation)
    if not callable(activation):
        several = isinstance(activation, (list, tuple))
        raise TypeError(f"an activation is a name or a function, got {got(activation)}{SEVERAL if several else ''}")
    name = getattr(activation, "__name__", type(activation).__name__)
    predefined = _BY_NAME.get(name)
    if predefined is not None and getattr(autograd, name, None) is activation:
        return predefined
    if name in ops.TABLE and getattr(autograd, name, None) is activation:
        return _from_table(name)
    return Activation(name, activation, named=False)


def _linear(z: Any) -> Any:
    return z


def _row(op: ops.Op) -> Callable[..., Any]:
    return lambda z: apply(op, (z, *op.defaults))


def _from_table(name: str) -> Activation:
    op = ops.TABLE.get(name)
    if op is None or op.variadic or op.arity != 1 + len(op.defaults):
        raise ValueError(f"activation {short(name)} is not known: choose one of {', '.join(NAMES)}, or give a function")
    function = getattr(functions, name, None)
    return Activation(name, function if callable(function) else _row(op))


def _relu(z: Any) -> Any:
    return z.relu() if isinstance(z, autograd.Value) else autograd.relu(z)  # the method is the engine's fast one


def _named(name: str) -> Activation:
    if name in OVER_A_LAYER:
        return Activation(name, OVER_A_LAYER[name], over_layer=True)
    own = {"linear": _linear, "relu": _relu}
    return Activation(name, own[name]) if name in own else _from_table(name)


_BY_NAME = {name: _named(name) for name in NAMES}


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.activations")
