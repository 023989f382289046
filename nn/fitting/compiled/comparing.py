"""A program beside the model that it was made from: do they give the same?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import no_grad
from nn.fitting.batch import Batch
from nn.module import InMode
from nn.stages import plain

if TYPE_CHECKING:
    from nn.fitting.compiled.engine import CompiledEngine

COMPARED = 8  # examples: enough to differ from the one that was recorded
OFTEN = 16  # steps from one comparison to the next, where there is code of the user's
AGREEMENT = 1e-6  # rounding stays far below, another number does not


def difference(engine: CompiledEngine, batch: Batch) -> str:
    """What is different on a few examples of a batch, in words; "" if nothing is.

    Random generators and running means are as before afterwards.
    """
    few = batch.first(COMPARED)
    before = engine.others.take()
    try:
        with no_grad(), InMode(engine.model, training=True):
            outputs = engine.model.batch(few.X)
            loss = float(engine.objective.on(outputs, few.examples))
            penalty = engine.objective.penalty(engine.model)
        engine.others.put_back(before)
        results = engine.step.trainer.values(engine.step.batch(few.chosen))
    finally:
        engine.others.put_back(before)
    total = results[:, 0].mean() if engine.reduction == "mean" else results[:, 0].sum()
    found = {
        "outputs": ([plain(x) for x in outputs], engine.step.outputs_of(results)),
        "loss": (loss, total),
        "penalty": (0.0 if penalty is None else float(penalty), engine.penalty.value(engine.step.trainer.parameters)),
    }
    for what, (expected, got) in found.items():
        if not _agree(np.array(expected), np.array(got)):
            return (
                f"of {len(few)} examples, the model gives the {what} {_shown(expected)} and its program {_shown(got)}: "
                "it uses numbers that a recording cannot follow, such as .data, random ones of its own, or a count"
            )
    return ""


def _agree(expected: Any, got: Any) -> bool:
    if expected.shape != got.shape:
        return False
    size = float(np.abs(expected).max(initial=0.0))
    with np.errstate(all="ignore"):
        return bool(np.allclose(got, expected, rtol=AGREEMENT, atol=AGREEMENT * size, equal_nan=True))


def _shown(x: Any) -> str:
    numbers = np.ravel(x)
    return ", ".join([f"{v:.6g}" for v in numbers[:3]]) + (", ..." if len(numbers) > 3 else "")
