"""Gradients whose squares over- or underflow, infinite ones and nan: every optimizer goes on as PyTorch's does."""

import itertools
import math
from typing import Any

import pytest
import torch

from autograd import Value
from nn.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSProp
from tests.nn.optim.optimizer_rows import TORCH

SETTINGS: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {}),
    (SGD, {"momentum": 0.9, "nesterov": True}),
    (SGD, {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    (Adagrad, {}),
    (Adagrad, {"lr_decay": 0.1, "weight_decay": 0.1}),
    *[
        (RMSProp, {"centered": centered, "momentum": momentum, "weight_decay": decay})
        for centered, momentum, decay in itertools.product((False, True), (0.0, 0.9), (0.0, 0.1))
    ],
    (Adam, {}),
    (Adam, {"weight_decay": 0.1}),
    (AdamW, {}),
]
# The gradients of a few steps. At 1e155 a square overflows, and its share, a hundredth or a thousandth, does not.
GRADIENTS = [
    [1e170, 1e170, 1e170],
    [-1e170, -1e170, 1e170],
    [1.0, 1e170, 1.0, 0.0],
    [1e170, 0.0, 0.0],
    [1e155, -1e155, 1e155],
    [1e308, 1e308, -1e308],
    [1e-170, 1e-170, 1.0],
    [5e-324, 0.0, 1e170],
    [0.0, 0.0, 0.0],
    [math.inf, 0.0, 1.0],
    [1.0, -math.inf, 1.0],
    [1.0, math.nan, 1.0],
]


@pytest.mark.parametrize("gradients", GRADIENTS, ids=str)
@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS, ids=str)
def test_steps_are_those_of_pytorch(
    optimizer: type[Optimizer], settings: dict[str, Any], gradients: list[float]
) -> None:
    ours, theirs = Value(1.0), torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
    own, oracle = optimizer([ours], lr=0.1, **settings), TORCH[optimizer]([theirs], lr=0.1, **settings)
    furthest = 1.0
    for gradient in gradients:
        ours.grad, theirs.grad = gradient, torch.tensor(gradient, dtype=torch.float64)
        own.step()
        oracle.step()
        furthest = max(furthest, abs(theirs.item()))
        # PyTorch rounds a product and a sum at once: where the two nearly cancel, a little of what they were is left.
        assert ours.data == pytest.approx(theirs.item(), rel=1e-12, abs=1e-13 * furthest, nan_ok=True)
