"""What the tests of optimizers share: PyTorch's numbers, the settings to compare under, and a small uneven loss."""

from collections.abc import Callable
from typing import Any

import torch

from autograd import Value, exp, sin, tanh
from nn.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSProp

TORCH: dict[type[Optimizer], Any] = {
    SGD: torch.optim.SGD,
    Adagrad: torch.optim.Adagrad,
    RMSProp: torch.optim.RMSprop,
    Adam: torch.optim.Adam,
    AdamW: torch.optim.AdamW,
}

# p = 1, loss p², PyTorch 2.13: p after each of four steps.
FOUR_STEPS: list[tuple[type[Optimizer], dict[str, Any], list[float]]] = [
    (SGD, {}, [0.8, 0.64, 0.512, 0.4096]),
    (SGD, {"momentum": 0.9}, [0.8, 0.45999999999999996, 0.0619999999999999, -0.3086000000000001]),
    (
        SGD,
        {"momentum": 0.9, "nesterov": True},
        [0.62, 0.2224, -0.10835200000000006, -0.32482304000000006],
    ),
    (SGD, {"momentum": 0.9, "dampening": 0.5}, [0.8, 0.54, 0.252, -0.03240000000000005]),
    (SGD, {"weight_decay": 0.1}, [0.7899999999999999, 0.6241, 0.49303899999999995, 0.3895008099999999]),
    (Adam, {}, [0.9000000005, 0.8004122286917927, 0.7015862729460302, 0.6039390605737459]),
    (Adam, {"betas": (0.5, 0.5)}, [0.9000000005, 0.8001273085320907, 0.7004858558875264, 0.6011955317218998]),
    (Adam, {"eps": 0.1}, [0.9047619047619048, 0.8101101557580568, 0.7163621928734034, 0.6238863675846301]),
    (
        Adam,
        {"weight_decay": 0.1},
        [0.9000000004761904, 0.8004122286431954, 0.7015862728718214, 0.6039390604733478],
    ),
    (AdamW, {}, [0.8990000005, 0.7985190271685215, 0.6989111831582322, 0.6005985741595427]),
    (
        AdamW,
        {"weight_decay": 0.1},
        [0.8900000004999999, 0.7815718559365048, 0.6751012216400697, 0.5710475971182237],
    ),
    (
        RMSProp,
        {},
        [4.999999791976961e-08, -2.5188822722841206e-10, 2.54431267743102e-12, -3.864724667298473e-14],
    ),
    (
        RMSProp,
        {"alpha": 0.9, "momentum": 0.9},
        [0.683772238983162, 0.2142656285918997, -0.26825673911460757, -0.6257563792680846],
    ),
    (
        RMSProp,
        {"alpha": 0.9, "centered": True},
        [0.6666666722222221, 0.46556768162899054, 0.32356940972855447, 0.22042604143614092],
    ),
    (Adagrad, {}, [0.900000000005, 0.8331035268450359, 0.7804561813568098, 0.7362231326610104]),
    (
        Adagrad,
        {"lr_decay": 0.1, "initial_accumulator_value": 1.0},
        [0.9105572809040084, 0.8531488897486752, 0.8107138990618825, 0.7772080507598115],
    ),
]

SETTINGS: list[tuple[type[Optimizer], dict[str, Any]]] = [
    (SGD, {"lr": 0.05}),
    (SGD, {"lr": 0.02, "momentum": 0.9}),
    (SGD, {"lr": 0.02, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01}),
    (SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    (Adagrad, {"lr": 0.1}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.05, "weight_decay": 0.02, "initial_accumulator_value": 0.3, "eps": 1e-3}),
    (RMSProp, {"lr": 0.01}),
    (RMSProp, {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.02, "eps": 1e-4}),
    (Adam, {"lr": 0.05}),
    (Adam, {"lr": 0.05, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.02}),
    (AdamW, {"lr": 0.05}),
    (AdamW, {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-4, "weight_decay": 0.3}),
]
START = [0.7, -0.4, 1.3, 0.2]


def ours(ps: list[Value]) -> Any:
    a, b, c, d = ps
    return (a * b + tanh(c) - 0.5) ** 2 + exp(d * a) * 0.3 + sin(b - c) * d + (c - 1.0) ** 4


def theirs(ps: list[torch.Tensor]) -> torch.Tensor:
    a, b, c, d = ps
    return (a * b + torch.tanh(c) - 0.5) ** 2 + torch.exp(d * a) * 0.3 + torch.sin(b - c) * d + (c - 1.0) ** 4


def train(optimizer: Optimizer, loss: Callable[[list[Value]], Any], steps: int) -> list[list[float]]:
    """The parameters after each step."""
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss(optimizer.parameters).backward()
        optimizer.step()
        path.append([p.data for p in optimizer.parameters])
    return path


def fresh() -> list[Value]:
    return [Value(x, label=f"w{i}", role="parameter") for i, x in enumerate(START)]
