"""What a model is made of and what it holds: the table of `model.summary()`, the numbers of `model.activations(x)`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd import Value
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.mlp import steps
from nn.module import Module
from nn.neuron import Layer, Neuron


@dataclass(frozen=True)
class Row:
    """One line of a summary; `width` is the number of outputs, None where it cannot be known."""

    name: str
    kind: str
    width: int | None
    parameters: int
    formula: str


@dataclass(frozen=True)
class Summary:
    """The table that `model.summary()` gives: it prints itself, and its numbers can be asked for.

    >>> from nn import MLP
    >>> print(MLP(2, [16, 1]).summary())
    Layer     Kind         Output   Parameters
    layers.0  Layer relu       16           48   2 × 16 + 16
    layers.1  Layer linear      1           17   16 × 1 + 1
    Total parameters: 65 (trainable 65, frozen 0)
    """

    rows: list[Row]
    total: int
    trainable: int

    @property
    def frozen(self) -> int:
        """The number of parameters that take no gradient."""
        return self.total - self.trainable

    def __str__(self) -> str:
        cells = [("Layer", "Kind", "Output", "Parameters", "")]
        for row in self.rows:
            width = "?" if row.width is None else f"{row.width:,}"
            cells.append((row.name, row.kind, width, f"{row.parameters:,}", row.formula))
        a, b, c, d, _ = (max(map(len, column)) for column in zip(*cells, strict=True))
        lines = [f"{name:<{a}}  {kind:<{b}}  {width:>{c}}   {n:>{d}}   {text}" for name, kind, width, n, text in cells]
        totals = f"Total parameters: {self.total:,} (trainable {self.trainable:,}, frozen {self.frozen:,})"
        return "\n".join(line.rstrip() for line in [*lines, totals])

    __repr__ = __str__


def summarise(model: Module) -> Summary:
    """The summary of a model; a parameter that several layers share counts in the first, and in the total once."""
    rows: list[Row] = []
    width: int | None = None
    counted: set[Value] = set()
    for name, module in layers_of(model):
        own = [p for p in module.parameters() if p not in counted]
        counted.update(own)
        width = _width(module, width)
        rows.append(Row(name or type(module).__name__, _kind(module), width, len(own), _formula(module, len(own))))
    parameters = model.parameters()
    return Summary(rows, len(parameters), sum(p.requires_grad for p in parameters))


def layers_of(model: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """The modules that a summary has a line for, in order, with their names: those that hold no others but neurons.

    A module with both parts and parameters of its own is one line.
    """
    parts = list(model.children())
    inside = {p for _, part in parts for p in part.parameters()}
    if not parts or isinstance(model, (Layer, Neuron)) or any(p not in inside for p in model.parameters()):
        yield prefix, model
        return
    for name, part in parts:
        yield from layers_of(part, f"{prefix}.{name}" if prefix else name)


def held_by_layer(model: Module, x: Any) -> list[list[float]]:
    """The outputs of each layer of neurons for one input, after the normalisation and activation that follow it."""
    held: list[list[float]] = []
    for module in steps(model):
        x = module([x] if isinstance(x, Value) else x)
        outputs = [float(v) for v in ([x] if isinstance(x, (Value, float)) else x)]
        if held and isinstance(module, (Dropout, BatchNorm, ActivationLayer)):
            held[-1] = outputs
        else:
            held.append(outputs)
    return held


def _kind(module: Module) -> str:
    kind = type(module).__name__
    if isinstance(module, (Layer, Neuron)):
        return f"{kind} {module.activation.name}"
    return repr(module) if isinstance(module, (Dropout, ActivationLayer)) else kind


def _width(module: Module, before: int | None) -> int | None:
    if isinstance(module, Layer):
        return module.nout
    if isinstance(module, Neuron):
        return 1
    if isinstance(module, BatchNorm):
        return module.width
    return before if isinstance(module, (Dropout, ActivationLayer)) else None


def _formula(module: Module, count: int) -> str:
    if isinstance(module, (Layer, Neuron)):
        nout = module.nout if isinstance(module, Layer) else 1
        return f"{module.nin} × {nout} + {nout}" if count == nout * (module.nin + 1) else ""
    return f"2 × {module.width}" if isinstance(module, BatchNorm) else ""
