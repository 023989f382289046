"""Outputs and gradients of one network here and in PyTorch; modules of both sides with code of their own."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.utils.prune

import autograd
from autograd import Value
from nn import BatchNorm, Dropout, Layer, Module, Neuron, Perceptron, Sequential

ROWS = [[0.5, -1.5], [2.0, 0.25], [-1.0, 3.0], [0.0, 0.0]]


def gradients_here(model: Module, rows: list[list[float]]) -> tuple[list[list[float]], list[float], list[float]]:
    """Outputs for all rows; gradients of a weighted sum of them by every parameter, in PyTorch's order, and input."""
    inputs = [[Value(x) for x in row] for row in rows]
    outputs = [y if isinstance(y, list) else [y] for y in model.batch(inputs)]
    flat = [v for row in outputs for v in row]
    model.zero_grad()
    autograd.dot([float(i + 1) for i in range(len(flat))], flat).backward()
    gradients: list[float] = []
    for part in model.modules():
        if isinstance(part, Layer):
            gradients += [w.grad for n in part.neurons for w in n.w] + [n.b.grad for n in part.neurons]
        elif isinstance(part, BatchNorm):
            gradients += [v.grad for v in [*part.gamma, *part.beta]]
    return [[v.data for v in row] for row in outputs], gradients, [v.grad for row in inputs for v in row]


def gradients_there(model: torch.nn.Module, rows: list[list[float]]) -> tuple[Any, list[float], list[float]]:
    t = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    outputs = model(t)
    model.zero_grad()
    weights = torch.arange(1.0, 1.0 + outputs.numel(), dtype=torch.float64).reshape(outputs.shape)
    (outputs * weights).sum().backward()
    assert t.grad is not None
    gradients = [
        x for p in model.parameters() for x in (torch.zeros_like(p) if p.grad is None else p.grad).flatten().tolist()
    ]
    return outputs.tolist(), gradients, t.grad.flatten().tolist()


def agree(here: Module, there: torch.nn.Module, rows: list[list[float]] = ROWS) -> None:
    for found, expected in zip(gradients_here(here, rows), gradients_there(there, rows), strict=True):
        assert np.array(found) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)


def outputs(model: Module, rows: Any = ROWS) -> list[list[float]]:
    batch = model.batch(rows)
    return [[v.data if isinstance(v, Value) else v for v in (y if isinstance(y, list) else [y])] for y in batch]


# ----- Modules of this package with code of their own, or put together by hand -----


def partly_frozen() -> Layer:
    layer = Layer(2, 2)
    layer.neurons[0].w[0].requires_grad = False
    return layer


def unlike() -> Layer:
    layer = Layer(2, 2, "relu")
    layer.neurons[1] = Neuron(2, "tanh")
    return layer


class Own(Module):
    def __repr__(self) -> str:
        return "Own()"


class Doubled(Sequential):
    def __call__(self, x: Any) -> Any:
        return [2.0 * v for v in super().__call__(x)]


class Doubling(Layer):
    def __call__(self, x: Any) -> list[Value]:
        return [2.0 * v for v in super().__call__(x)]


class Keeping(Dropout):
    def draw(self, n: int) -> list[float]:
        return [1.0] * n


class Quiet(Layer):
    """A subclass that computes nothing of its own."""


def of_perceptrons() -> Layer:
    layer = Layer(2, 2, "linear")
    layer.neurons[1] = Perceptron(2)
    return layer


def of_two_widths() -> Layer:
    layer = Layer(2, 2)
    layer.neurons[1] = Neuron(3)
    return layer


# ----- Modules of PyTorch with code of their own -----


class Residual(torch.nn.Sequential):
    def forward(self, x: Any) -> Any:
        return x + super().forward(x)  # type: ignore[no-untyped-call]


class Scaled(torch.nn.Linear):
    def forward(self, x: Any) -> Any:
        return 2.0 * super().forward(x)


class Tanh(torch.nn.Module):
    def forward(self, x: Any) -> Any:
        return x


class Marked(torch.nn.Linear):
    """A subclass that computes nothing of its own, as those that are marked for quantization."""


def hooked(kind: str, inside: torch.nn.Module | None = None) -> torch.nn.Module:
    module = inside or torch.nn.Linear(2, 2)
    getattr(module, f"register_{kind}_hook")(lambda *args: None)
    return module


def patched() -> torch.nn.Module:
    linear = torch.nn.Linear(2, 2)
    vars(linear)["forward"] = lambda x: x
    return linear


def altered(name: str, value: Any) -> torch.nn.Module:
    linear = torch.nn.Linear(2, 2)
    delattr(linear, name)
    setattr(linear, name, value)
    return linear


PARAMETRIZED = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
PRUNED = torch.nn.Linear(2, 2)
torch.nn.utils.prune.random_unstructured(PRUNED, "weight", 0.5)  # type: ignore[no-untyped-call]
