"""Mean or sum: how the loss of a batch is made of the losses of its examples."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, no_grad
from nn.training.engine import CompilationError


def reduction_of(loss: Any, outputs: Sequence[Any], y: Sequence[Any]) -> str:
    """Whether the loss of a batch is the "mean" or the "sum" of the losses of its examples; found out with two.

    Where both losses are 0, or one is not finite, other outputs are tried.

    Raises CompilationError if it is neither.

    >>> reduction_of(lambda ps, ys: sum([(p - y) ** 2 for p, y in zip(ps, ys)]), [1.0, 2.0], [0.0, 0.0])
    'sum'
    """
    try:
        told = inspect.signature(loss).parameters.get("reduction")
    except (TypeError, ValueError):
        told = None
    if told is not None and told.default in ("mean", "sum"):
        return str(told.default)
    alone = len(outputs) < 2
    if alone:
        outputs, y = [outputs[0]] * 2, [y[0]] * 2
    for shifted in _SHIFTS:
        try:
            with no_grad():
                given = [_each(shifted, output) for output in outputs[:2]]
                both = float(loss(given, list(y[:2])))
                total = sum([float(loss([p], [t])) for p, t in zip(given, y[:2], strict=True)])
        except Exception:
            if alone:
                return "mean"
            if shifted is _SHIFTS[0]:
                raise
            continue  # as a loss on probabilities may refuse what is none
        if not math.isfinite(total) or total == 0.0:
            continue  # which tells nothing
        for name, expected in (("mean", total / 2.0), ("sum", total)):
            if math.isclose(both, expected, rel_tol=1e-9):
                return name
        raise CompilationError("the loss of a batch is neither the mean nor the sum of the losses of its examples")
    return "mean"


_SHIFTS: tuple[Callable[[Value], Value], ...] = (
    lambda v: v,
    lambda v: v * 0.5 + 0.25,  # still a probability
    lambda v: v + 1.0,
    lambda v: v * 0.0,
    lambda v: -v,
)


def _each(function: Callable[[Value], Value], output: Any) -> Any:
    return [function(v) for v in output] if isinstance(output, list) else function(output)
