"""Optimizers: plain and accelerated gradient descent here, the adaptive ones in `adaptive`; all under one roof.

A training step is `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import Value
from autograd.engine.ops import FLOATS
from autograd.support import answers
from autograd.support.settings import Check, check_flag, check_fraction, check_non_negative
from autograd.support.text import short, short_text
from nn.keywords import suggest_settings
from nn.optim.adaptive import Adagrad as Adagrad
from nn.optim.adaptive import Adam as Adam
from nn.optim.adaptive import AdamW as AdamW
from nn.optim.adaptive import RMSProp as RMSProp
from nn.optim.optimizer import Optimizer as Optimizer
from nn.optim.optimizer import State, check_parameters


def sgd(parameters: Iterable[Value], lr: float) -> None:
    """One plain step: w ← w − lr·∂L/∂w for every parameter that takes a gradient.

    Raises ValueError for a negative or infinite rate; TypeError and ValueError as `check_parameters`.

    >>> w = Value(1.0)
    >>> (w * w).backward()
    >>> sgd([w], lr=0.1)
    >>> w.data
    0.8
    """
    rate = check_non_negative("sgd", "lr", lr)
    for p in check_parameters(parameters):
        if p.requires_grad:
            p.data -= rate * p.grad


class SGD(Optimizer):
    """Gradient descent with momentum m: b ← m·b + (1 − dampening)·g, w ← w − lr·b; without it, w ← w − lr·g.

    The first b is g itself, whatever the dampening. `nesterov` steps along g + m·b instead of b. Weight decay adds
    weight_decay·w to the gradient. Raises ValueError for a negative or infinite setting, for nesterov without momentum
    or with dampening, and for a momentum or dampening of 1 or more: with m ≥ 1 no velocity ever dies away, and past a
    dampening of 1 the steps go uphill. Apart from these limits as in PyTorch. Source of the momentum: Sutskever et al.,
    2013; of its limit: Goh, "Why momentum really works", 2017 (descent converges for 0 ≤ m < 1).

    >>> w = Value(1.0)
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (w * w).backward()
    ...     optimizer.step()
    >>> round(w.data, 12)
    0.46
    """

    limits: ClassVar[Mapping[str, Check]] = {
        "lr": check_non_negative,
        "momentum": check_fraction,
        "dampening": check_fraction,
        "weight_decay": check_non_negative,
        "nesterov": check_flag,
    }
    slots = ("velocity",)

    @suggest_settings
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            parameters, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

    def check_together(self, hyperparameters: Mapping[str, Any]) -> None:
        """Nesterov's step looks ahead along the momentum: it needs some, and undampened."""
        momentum, dampening = hyperparameters["momentum"], hyperparameters["dampening"]
        if hyperparameters["nesterov"] and (momentum == 0.0 or dampening != 0.0):
            raise ValueError(
                f"SGD: nesterov needs a momentum above 0 and no dampening, got momentum={short(momentum)}, "
                f"dampening={short(dampening)}: try momentum=0.9, dampening=0"
            )

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """One step; see `Optimizer.update`.

        >>> settings = {"lr": 0.5, "momentum": 0.5, "dampening": 0.0, "weight_decay": 0.0, "nesterov": False}
        >>> SGD.update(1.0, 1.0, (2.0,), 2, settings)
        (0.0, (2.0,))
        """
        h = hyperparameters
        if h["weight_decay"]:
            grad = grad + h["weight_decay"] * value
        if h["momentum"] == 0.0:
            return value - h["lr"] * grad, state
        (velocity,) = state
        share = xp.where(xp.equal(step, 1), 1.0, 1.0 - h["dampening"])
        velocity = h["momentum"] * velocity + share * grad
        direction = grad + h["momentum"] * velocity if h["nesterov"] else velocity
        return value - h["lr"] * direction, (velocity,)


NAMES: dict[str, type[Optimizer]] = {"sgd": SGD, "adagrad": Adagrad, "rmsprop": RMSProp, "adam": Adam, "adamw": AdamW}


def get(
    optimizer: str | Optimizer | Callable[..., Optimizer], parameters: Iterable[Value], lr: float | None = None
) -> Optimizer:
    """The optimizer of a name ("sgd", "adagrad", "rmsprop", "adam", "adamw"), of a class, or the one given.

    Without `lr`, the optimizer's own default rate. Raises ValueError for an unknown name, for an optimizer that
    steps other parameters than these, and for a rate given to an optimizer that has one; TypeError for anything else.

    >>> get("adam", [Value(1.0)], lr=0.1)
    Adam(1 parameters, lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.0)
    """
    if isinstance(optimizer, Optimizer):
        if lr is not None:
            raise ValueError(
                f"lr={short(lr)} and an optimizer with lr={short(optimizer.lr)} are two rates: set optimizer.lr instead"
            )
        own = {id(p) for p in check_parameters(parameters)}
        strangers = [short_text(p.label or short(p)) for p in optimizer.parameters if id(p) not in own]
        if strangers:
            raise ValueError(
                f"the optimizer steps {len(strangers)} parameters that are not among these, {strangers[0]} first: "
                "make it with the parameters of this model"
            )
        return optimizer
    settings = {} if lr is None else {"lr": lr}
    if isinstance(optimizer, str):
        if optimizer.lower() not in NAMES:
            raise ValueError(
                f"no optimizer is called {short(optimizer)}: {answers.choose('nn.optim', optimizer, NAMES)}"
            )
        return NAMES[optimizer.lower()](parameters, **settings)
    if not callable(optimizer):
        raise TypeError(f"optimizer must be a name, an optimizer or its class, got {short(optimizer)}")
    made = optimizer(parameters, **settings)
    if not isinstance(made, Optimizer):
        raise TypeError(f"optimizer must be a name, an optimizer or its class; {short(optimizer)} gave {short(made)}")
    return made


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.optim")
