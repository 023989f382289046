"""A program beside the model that it was made from: do they give the same?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Value, no_grad
from nn.module import InMode
from nn.stages import plain
from nn.training.examples import Batch

if TYPE_CHECKING:
    from nn.training.compiled.engine import CompiledEngine
    from nn.training.compiled.recording import Recording
    from nn.training.engine import Objective
    from nn.training.examples import Examples

COMPARED = 8  # examples: enough to differ from the one that was recorded
OFTEN = 16  # steps from one comparison to the next, where there is code of the user's
TARGETS = 256  # that a loss is tried on: all classes, and what stands for "not known"
AGREEMENT = 1e-6  # rounding stays far below, another number does not
ROUNDING = 1e-14  # what is left where numbers of about 1 cancel each other

REASON = "it uses numbers that a recording cannot follow, such as random ones of its own, a count, a list that changes"


def difference(engine: CompiledEngine, batch: Batch) -> str:
    """What is different on a few examples of a batch, in words; "" if nothing is.

    Random generators and running means move on; the caller puts them back.
    """
    few = batch.first(COMPARED)
    before = engine.others.take()
    with no_grad(), InMode(engine.model, training=True):
        outputs = engine.model.batch(few.examples.X)
        loss = float(engine.objective.on(outputs, few.examples))
        penalty = engine.objective.penalty(engine.model)
    engine.others.put_back(before)
    results = engine.step.trainer.values(engine.step.batch(few.indices))
    total = results[:, 0].mean() if engine.reduction == "mean" else results[:, 0].sum()
    found = {
        "outputs": ([plain(x) for x in outputs], engine.step.outputs_of(results)),
        "loss": (loss, total),
        "penalty": (0.0 if penalty is None else float(penalty), engine.penalty.value(engine.step.trainer.parameters)),
    }
    return _first_different(found, len(few)) or (
        "" if engine.objective.is_known() else _difference_of_loss(engine, batch)
    )


def _difference_of_loss(engine: CompiledEngine, batch: Batch) -> str:
    """The same for the loss alone, on the whole batch: it may ask how many examples there are."""
    results = engine.step.trainer.values(engine.step.batch(batch.indices))
    outputs = [_as_values(output) for output in engine.step.outputs_of(results)]
    with no_grad():
        loss = float(engine.objective.on(outputs, batch.examples))
    total = results[:, 0].mean() if engine.reduction == "mean" else results[:, 0].sum()
    return _first_different({"loss": (loss, total)}, len(batch))


def difference_in_evaluation(engine: CompiledEngine, recording: Recording, examples: Examples, results: Any) -> str:
    """What the model gives otherwise than `results` for a few examples, in evaluation mode; "" if nothing."""
    chosen = range(0, len(examples.X), max(len(examples.X) // COMPARED, 1))
    few = examples.select(chosen)
    with no_grad(), InMode(engine.model, training=False):
        outputs = engine.model.batch(few.X)
        loss = float(engine.objective.loss(outputs, few.y))
    results = results[list(chosen)]
    total = results[:, 0].mean() if engine.own_reduction == "mean" else results[:, 0].sum()
    found = {
        "outputs": ([plain(x) for x in outputs], recording.outputs_of(results)),
        "validation loss": (loss, total),
    }
    return _first_different(found, len(few))


def difference_by_target(recording: Recording, objective: Objective, examples: Examples) -> str:
    """What the loss gives otherwise than its program for one of the commonest targets; "" if nothing.

    Targets are Values in a recording, and `y == 1` asks there whether y is the number 1 itself. The generators of the
    recording move on; the caller puts them back.
    """
    keys = [tuple(t) if isinstance(t, list) else t for t in examples.y]
    at = dict(zip(reversed(keys), range(len(keys) - 1, -1, -1), strict=True))  # the first example of each
    chosen = [at[key] for key, _ in Counter(keys).most_common(TARGETS)]
    results = recording.trainer.values(recording.batch(chosen))
    outputs = recording.outputs_of(results)
    with no_grad():
        losses = [
            float(objective.on([_as_values(output)], examples.select([i])))
            for i, output in zip(chosen, outputs, strict=True)
        ]
    for i, loss, got in zip(chosen, losses, results[:, 0].tolist(), strict=True):
        if not _agree(np.array(loss), np.array(got)):
            return f"for the target {examples.y[i]}, the loss gives {loss:.6g} and its program {got:.6g}: {REASON}"
    return ""


def _first_different(found: dict[str, tuple[Any, Any]], examples: int) -> str:
    for what, (expected, got) in found.items():
        one, other = np.array(expected), np.array(got)
        if _agree(one, other):
            continue
        if one.shape != other.shape or one.ndim == 0:
            both = f"the {what} {_shown(one)} and its program {_shown(other)}"
            return f"of {examples} examples, the model gives {both}: {REASON}"
        with np.errstate(all="ignore"):
            apart = np.abs(one - other).reshape(len(one), -1).max(axis=1)
        i = int(np.nan_to_num(apart, nan=np.inf).argmax())
        return (
            f"for example {i} of a batch, the model gives the {what} {_shown(one[i])} and its program "
            f"{_shown(other[i])}: {REASON}"
        )
    return ""


def _agree(expected: Any, got: Any) -> bool:
    """What is not finite agrees with anything that is not: the eager engine has to see to it."""
    if expected.shape != got.shape:
        return False
    finite = np.isfinite(expected)
    if not np.array_equal(finite, np.isfinite(got)):
        return False
    size = float(np.abs(expected[finite]).max(initial=0.0))
    with np.errstate(all="ignore"):
        return bool(np.allclose(got[finite], expected[finite], rtol=AGREEMENT, atol=max(AGREEMENT * size, ROUNDING)))


def _as_values(output: Any) -> Any:
    return [Value(x) for x in output] if isinstance(output, list) else Value(output)


def _shown(x: Any) -> str:
    numbers = np.ravel(x)
    return ", ".join([f"{v:.6g}" for v in numbers[:3]]) + (", ..." if len(numbers) > 3 else "")
