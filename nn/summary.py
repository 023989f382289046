"""What `model.summary()` prints, and what `model.activations(x)` lists: a model layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd import Value
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.module import Module, check_module
from nn.neuron import Layer, Neuron
from nn.stages import kind_of, layers_of, stages_of, widths_of


@dataclass(frozen=True)
class Row:
    """One line of a summary; `width` is the number of outputs, None where it cannot be known.

    `init` is the rule that the weights were drawn by, "" for a layer without neurons.
    """

    name: str
    kind: str
    width: int | None
    parameters: int
    formula: str
    init: str


@dataclass(frozen=True)
class Summary:
    """The table that `model.summary()` gives: it prints itself, and its numbers can be asked for.

    >>> from nn import MLP
    >>> print(MLP(2, [16, 1]).summary())
    Layer     Kind         Output   Parameters                 Init
    layers.0  Layer relu       16           48   2 × 16 + 16   he_normal
    layers.1  Layer linear      1           17   16 × 1 + 1    xavier_uniform
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
        cells = [("Layer", "Kind", "Output", "Parameters", "", "Init")]
        for row in self.rows:
            width = "?" if row.width is None else f"{row.width:,}"
            cells.append((row.name, row.kind, width, f"{row.parameters:,}", row.formula, row.init))
        a, b, c, d, e, _ = (max(map(len, column)) for column in zip(*cells, strict=True))
        lines = [
            f"{name:<{a}}  {kind:<{b}}  {width:>{c}}   {n:>{d}}   {formula:<{e}}   {init}"
            for name, kind, width, n, formula, init in cells
        ]
        totals = f"Total parameters: {self.total:,} (trainable {self.trainable:,}, frozen {self.frozen:,})"
        return "\n".join(line.rstrip() for line in [*lines, totals])

    __repr__ = __str__


def summarise(model: Module) -> Summary:
    """The summary of a model; a parameter that several layers share counts in the first, and in the total once."""
    check_module("summarise", model)
    rows: list[Row] = []
    width: int | None = None
    for name, module, own in layers_of(model):
        if not isinstance(module, (Dropout, ActivationLayer)):  # those give as many numbers as came in
            width = widths_of(module)[1]
        rows.append(Row(name, kind_of(module), width, len(own), _formula(module, len(own)), _init(module)))
    parameters = model.parameters()
    return Summary(rows, len(parameters), sum(p.requires_grad for p in parameters))


def activations_by_layer(model: Module, x: Any) -> list[list[float]]:
    """The outputs of each layer of neurons for one input, after the normalisation and activation that follow it."""
    by_layer: list[list[float]] = []
    for _, module in stages_of(model):
        x = module([x] if isinstance(x, Value) else x)
        outputs = [float(v) for v in ([x] if isinstance(x, (Value, float)) else x)]
        if by_layer and isinstance(module, (Dropout, BatchNorm, ActivationLayer)):
            by_layer[-1] = outputs
        else:
            by_layer.append(outputs)
    return by_layer


def _formula(module: Module, count: int) -> str:
    """How the number of parameters comes about, "" where there is no telling."""
    if isinstance(module, (Layer, Neuron)):
        nout = module.nout if isinstance(module, Layer) else 1
        return f"{module.nin} × {nout} + {nout}" if count == nout * (module.nin + 1) else ""
    return f"2 × {module.width}" if isinstance(module, BatchNorm) else ""


def _init(module: Module) -> str:
    """The rule, or rules, that the weights of a layer were drawn by."""
    neurons = module.neurons if isinstance(module, Layer) else [module]
    return ", ".join(dict.fromkeys(n.init for n in neurons if isinstance(n, Neuron)))
