"""Why a training broke down: the first operation that gave nan or inf, its layer, and what to change.

A model whose output is 0, under a loss that takes its logarithm, diverges in the loss:

>>> from autograd import log
>>> from nn import MLP
>>> model = MLP(1, [1], init="zeros")
>>> objective = Objective(lambda predictions, targets: log(predictions[0] * 0.0))
>>> find_cause(model, objective, Examples([[1.0]], [1.0]))
Cause(layer='the loss', story='log of (0) is -inf, at ...')
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd import AnomalyError, Value, detect_anomaly, topological_order
from nn.module import Module
from nn.stages import stages_of, through_stages
from nn.training.engine import Objective
from nn.training.examples import Examples, as_list
from nn.training.history import History

LONGEST = 200  # of the text about one operation: a neuron of 784 inputs has 1569 operands
LARGE_INPUT = 10.0


class TrainingError(ArithmeticError):
    """The loss, a gradient or an update became nan or infinite, or the loss exploded.

    The model is as it was after the last finished step. `history` holds the finished epochs, `layer` the name of the
    layer where it began ("the loss" if behind the last one), `epoch` and `batch` the step, from 0.
    """

    def __init__(self, message: str, history: History, layer: str, epoch: int, batch: int) -> None:
        super().__init__(message)
        self.history, self.layer, self.epoch, self.batch = history, layer, epoch, batch

    def __reduce__(self) -> Any:  # so that a search over several processes can hand it back
        return type(self), (str(self), self.history, self.layer, self.epoch, self.batch), vars(self)  # notes too


class Cause(NamedTuple):
    """Where a breakdown began: the layer, and the operation in words."""

    layer: str
    story: str


def find_cause(model: Module, objective: Objective, batch: Examples) -> Cause | None:
    """Run a batch again, in training mode, and stop at the first operation that gives nan or inf; None if none does.

    Random generators and running means move on; the caller puts them back.
    """
    stages = list(stages_of(model))
    layer = ""  # the one whose operations run at the moment

    def see(i: int, outputs: Sequence[object]) -> None:
        nonlocal layer
        layer = stages[i + 1][0] if i + 1 < len(stages) else "the loss"

    outputs: list[Value] = []
    try:
        with detect_anomaly():
            # Forward, with the name of the running layer at hand when an operation raises.
            layer = stages[0][0]
            outputs = through_stages(model, batch.X, see)
            layer = "the loss"
            total = objective.on(outputs, batch)
            layer = "the penalty"
            penalty = objective.penalty(model)
            total = total if penalty is None else total + penalty
            # Backward: the layer follows from the gradients that were computed before the error.
            model.zero_grad()
            layer = ""
            total.backward()
    except AnomalyError as error:
        return Cause(layer or _layer_of_gradient(total, outputs), _shortened(str(error)))
    finally:
        model.zero_grad()
    return None


def largest_gradient(model: Module) -> Cause:
    """The parameter with the largest gradient, by the `.grad` that the parameters hold."""
    name, p = max(model.named_parameters(), key=lambda named: abs(named[1].grad))
    return Cause(layer_of(name), f"the largest gradient is {p.grad:.3g}, of {name}")


def layer_of(name: str) -> str:
    """The layer that a parameter belongs to, from its name.

    >>> layer_of("layers.0.neurons.3.w2"), layer_of("slope")
    ('layers.0', 'slope')
    """
    return name.partition(".neurons.")[0] if ".neurons." in name else name.rpartition(".")[0] or name


def remedies(batch: Examples, lr: float, clipped: bool, cause: Cause | None) -> str:
    """What to change, as a list in a sentence."""
    advice = [f"a smaller learning rate (it was {lr:g}, try {lr / 10.0:g})"]
    if not clipped:
        advice.append("clip_norm=1.0")
    largest = max(abs(x) for row in batch.X for x in row)
    if largest > LARGE_INPUT:
        advice.append(f"standardised inputs (the largest is {largest:g}; see nn.data.standardise)")
    if cause is not None and cause.layer == "the loss" and cause.story.startswith(("log", "/", "the gradient")):
        advice.append("a loss on raw scores, such as binary_cross_entropy_with_logits or cross_entropy")
    return " or ".join([", ".join(advice[:-1]), advice[-1]]) if len(advice) > 1 else advice[0]


def _layer_of_gradient(total: Value, outputs: Sequence[Value | list[Value]]) -> str:
    """The layer of the first node, on the way back, whose gradient is not finite."""
    roots = [v for x in outputs for v in as_list(x)]
    in_model = set(topological_order(roots))
    for v in reversed(topological_order(total)):
        if not math.isfinite(v.grad):
            return _nearest_layer(v) if v in in_model else "the loss"
    return "the loss"


def _nearest_layer(v: Value) -> str:
    """The layer of the parameter that is fewest operations below a node, found level by level."""
    level: list[Value] = [v]
    while level:
        for node in level:
            if node.role == "parameter" and node.label:
                return layer_of(node.label)
        level = list({operand: None for node in level for operand in node.operands})
    return "the loss"


def _shortened(text: str) -> str:
    half = (LONGEST - 5) // 2
    return text if len(text) <= LONGEST else f"{text[:half]} ... {text[-half:]}"
