"""Optimizers that give every parameter a rate of its own: Adagrad, RMSProp, Adam and AdamW.

Defaults, order of operations and the place of epsilon (outside of the square root) are PyTorch's.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, ClassVar

from autograd import Value
from autograd.engine.ops import FLOATS
from autograd.support.settings import Check, check_flag, check_fraction, check_fractions, check_non_negative
from nn.keywords import suggest_settings
from nn.optim.optimizer import Optimizer, State


class Adagrad(Optimizer):
    """The rate shrinks with all squared gradients so far: s ← s + g², w ← w − lr/(1 + (t − 1)·lr_decay) · g/(√s + eps).

    Weight decay adds weight_decay·w to the gradient. Raises ValueError for a negative or infinite setting.
    Source: Duchi, Hazan, Singer, "Adaptive subgradient methods", 2011.

    >>> w = Value(1.0)
    >>> w.grad = 2.0
    >>> Adagrad([w], lr=0.1).step()
    >>> round(w.data, 9)
    0.9
    """

    limits: ClassVar[Mapping[str, Check]] = dict.fromkeys(
        ("lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps"), check_non_negative
    )
    slots = ("squares",)

    @suggest_settings
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.01,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        own = {"lr_decay": lr_decay, "initial_accumulator_value": initial_accumulator_value}
        super().__init__(parameters, lr=lr, weight_decay=weight_decay, eps=eps, **own)

    def start_of(self, slot: str) -> float:
        """The squares begin at `initial_accumulator_value`."""
        return float(self.hyperparameters["initial_accumulator_value"])

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """One step; see `Optimizer.update`.

        >>> settings = {"lr": 0.1, "lr_decay": 0.0, "weight_decay": 0.0, "eps": 0.0}
        >>> Adagrad.update(1.0, 2.0, (0.0,), 1, settings)
        (0.9, (4.0,))
        """
        h = hyperparameters
        grad = _decayed(grad, value, h)
        (squares,) = state
        squares = squares + grad * grad
        rate = h["lr"] / (1.0 + (step - 1) * h["lr_decay"])
        return value - rate * xp.divide(grad, xp.sqrt(squares) + h["eps"]), (squares,)


class RMSProp(Optimizer):
    """The rate follows a moving average of squared gradients: s ← α·s + (1 − α)·g², w ← w − lr·g/(√s + eps).

    `centered` takes the square of the average gradient off s; with `momentum` m, b ← m·b + g/(√s + eps) and
    w ← w − lr·b. There is no bias correction, so that the first step is 1/√(1 − α) times as long as the rate.
    Raises ValueError for a negative or infinite setting, and for an alpha or momentum of 1 or more.
    Source: Hinton, "Neural networks for machine learning", lecture 6e, 2012.

    >>> w = Value(1.0)
    >>> w.grad = 2.0
    >>> RMSProp([w], lr=0.01).step()
    >>> round(w.data, 6)
    0.9
    """

    limits: ClassVar[Mapping[str, Check]] = {
        "lr": check_non_negative,
        "alpha": check_fraction,
        "eps": check_non_negative,
        "weight_decay": check_non_negative,
        "momentum": check_fraction,
        "centered": check_flag,
    }
    slots = ("squares", "average", "velocity")

    @suggest_settings
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            parameters, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered
        )

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """One step; see `Optimizer.update`.

        >>> settings = {"lr": 0.1, "alpha": 0.75, "eps": 0.0, "weight_decay": 0.0, "momentum": 0.0, "centered": False}
        >>> RMSProp.update(1.0, 2.0, (0.0, 0.0, 0.0), 1, settings)
        (0.8, (1.0, 0.0, 2.0))
        """
        h = hyperparameters
        grad = _decayed(grad, value, h)
        squares, average, velocity = state
        squares = h["alpha"] * squares + (1.0 - h["alpha"]) * grad * grad
        spread = squares
        if h["centered"]:
            average = h["alpha"] * average + (1.0 - h["alpha"]) * grad
            # Never below 0: rounding would take it there when the gradient stays the same for long. The squares are inf
            # before the average is: then so is what is left of them, whatever its square is rounded to.
            spread = xp.maximum(xp.where(xp.equal(squares, inf), squares, squares - average * average), 0.0)
        velocity = h["momentum"] * velocity + xp.divide(grad, xp.sqrt(spread) + h["eps"])
        return value - h["lr"] * velocity, (squares, average, velocity)


def _adam(value: Any, grad: Any, state: State, step: Any, h: Mapping[str, Any], xp: Any) -> tuple[Any, State]:
    """Both averages, each divided by the share of the weights it has seen so far (the bias correction).

    m̂/(√ŝ + eps) is written as c·m̂/(√s + c·eps) with c = √(1 − β₂ᵗ): a division of all parameters less.
    """
    average, squares = state
    fast, slow = h["betas"]
    # In place, but only on what was just made: for 25,000 parameters, new arrays took a third of the time.
    average = fast * average
    average += (1.0 - fast) * grad
    squares = slow * squares
    new = (1.0 - slow) * grad  # first: the square of a large gradient overflows earlier than its share
    new *= grad
    squares += new
    correction = (1.0 - slow**step) ** 0.5
    size = xp.sqrt(squares)
    size += correction * h["eps"]
    move = xp.divide(average, size)
    move *= h["lr"] * correction / (1.0 - fast**step)
    return value - move, (average, squares)


def _decayed(grad: Any, value: Any, h: Mapping[str, Any]) -> Any:
    """The gradient with that of the weight decay; two passes over all parameters less where there is none."""
    return grad + h["weight_decay"] * value if h["weight_decay"] else grad


class Adam(Optimizer):
    """Momentum over a rate for each parameter: m and s average g and g²; w ← w − lr · m̂ / (√ŝ + eps).

    m ← β₁m + (1 − β₁)g and s ← β₂s + (1 − β₂)g²; m̂ = m/(1 − β₁ᵗ) and ŝ = s/(1 − β₂ᵗ) at step t. Weight decay adds
    weight_decay·w to the gradient; `AdamW` decays apart from it. Raises ValueError for a negative or infinite setting,
    and for a beta of 1 or more. Source: Kingma, Ba, "Adam", 2014, algorithm 1.

    >>> w = Value(1.0)
    >>> w.grad = 2.0
    >>> Adam([w], lr=0.1).step()
    >>> round(w.data, 6)
    0.9
    """

    limits: ClassVar[Mapping[str, Check]] = {
        "lr": check_non_negative,
        "betas": check_fractions,
        "eps": check_non_negative,
        "weight_decay": check_non_negative,
    }
    slots = ("average", "squares")

    @suggest_settings
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """One step; see `Optimizer.update`.

        >>> settings = {"lr": 0.1, "betas": (0.5, 0.75), "eps": 0.0, "weight_decay": 0.0}
        >>> Adam.update(1.0, 2.0, (0.0, 0.0), 1, settings)
        (0.9, (1.0, 1.0))
        """
        return _adam(value, _decayed(grad, value, hyperparameters), state, step, hyperparameters, xp)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient: w ← w·(1 − lr·weight_decay), then Adam's step.

    Raises ValueError for a negative or infinite setting, and for a beta of 1 or more.
    Source: Loshchilov, Hutter, "Decoupled weight decay regularization", 2017.

    >>> w = Value(1.0)
    >>> w.grad = 2.0
    >>> AdamW([w], lr=0.1, weight_decay=0.1).step()
    >>> round(w.data, 6)
    0.89
    """

    @suggest_settings
    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """One step; see `Optimizer.update`.

        >>> settings = {"lr": 0.1, "betas": (0.5, 0.75), "eps": 0.0, "weight_decay": 1.0}
        >>> AdamW.update(1.0, 2.0, (0.0, 0.0), 1, settings)
        (0.8, (1.0, 1.0))
        """
        shrunk = value * (1.0 - hyperparameters["lr"] * hyperparameters["weight_decay"])
        return _adam(shrunk, grad, state, step, hyperparameters, xp)
