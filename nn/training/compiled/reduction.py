"""Mean or sum: how the loss of a batch is made of the losses of its examples.

A loss of the user's own does not say so; it is tried on two examples, alone and together:

    losses alone 1 and 4, together 2.5   ->   "mean"
    losses alone 1 and 4, together 5     ->   "sum"
    losses alone 1 and 4, together 4     ->   CompilationError, as for a maximum
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from autograd import Value, no_grad
from nn.losses import cross_entropy
from nn.training.engine import CompilationError, reduction_parameter

# Outputs to try: the model's own, and others in case the loss of these is 0, infinite or refused.
_CHANGES: tuple[Callable[[Value], Value], ...] = (
    lambda v: v,
    lambda v: v * 0.5 + 0.25,  # still a probability
    lambda v: v + 1.0,
    lambda v: v * 0.0,
    lambda v: -v,
)


def reduction_of(loss: Any, outputs: Sequence[Any], y: Sequence[Any]) -> str:
    """Whether the loss of a batch is the "mean" or the "sum" of the losses of its examples.

    Raises CompilationError if it is neither.

    >>> reduction_of(lambda ps, ys: sum([(p - y) ** 2 for p, y in zip(ps, ys)]), [1.0, 2.0], [0.0, 0.0])
    'sum'
    """
    if isinstance(loss, partial) and loss.func is cross_entropy and loss.keywords.get("weight") is not None:
        raise CompilationError(
            "cross_entropy with weight divides by the weights of the classes in a batch: its loss is no mean of the "
            "losses of its examples (fit(..., class_weight={0: ...}) divides by their number, and compiles)"
        )
    # A loss with a parameter of this name says it itself.
    parameter = reduction_parameter(loss)
    if parameter is not None and parameter.default in ("mean", "sum"):
        return str(parameter.default)
    alone = len(outputs) < 2
    if alone:
        outputs, y = [outputs[0]] * 2, [y[0]] * 2
    for change in _CHANGES:
        try:
            with no_grad():
                predictions = [_changed(output, change) for output in outputs[:2]]
                together = float(loss(predictions, list(y[:2])))
                total = sum([float(loss([p], [t])) for p, t in zip(predictions, y[:2], strict=True)])
        except Exception:
            if alone:  # a loss that does not take two examples never gets them
                return "mean"
            if change is _CHANGES[0]:
                raise
            continue  # as a loss on probabilities may refuse a number that is none
        if not math.isfinite(total) or total == 0.0:
            continue  # mean and sum are the same
        for name, expected in (("mean", total / 2.0), ("sum", total)):
            if math.isclose(together, expected, rel_tol=1e-9):
                return name
        raise CompilationError("the loss of a batch is neither the mean nor the sum of the losses of its examples")
    return "mean"


def _changed(output: Any, change: Callable[[Value], Value]) -> Any:
    return [change(v) for v in output] if isinstance(output, (list, tuple)) else change(output)
