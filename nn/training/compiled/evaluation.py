"""The loss on many examples and the outputs for them, by one program, for `evaluate`."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.module import Evaluating, Module
from nn.training.compiled.recording import Recording
from nn.training.compiled.reduction import reduction_of
from nn.training.engine import CompilationError, Objective
from nn.training.examples import Examples
from nn.training.kept import key_of_loss, programs_of
from nn.training.outputs import is_due, outputs_of


def evaluated(
    model: Module, objective: Objective, examples: Examples, *, with_outputs: bool = True
) -> tuple[float, Any] | None:
    """The loss and the outputs in evaluation mode, by one program; None where `outputs_for` and the loss must do.

    >>> from nn import MLP, losses
    >>> examples = Examples([[1.0], [2.0]] * 20, [1.0, 3.0] * 20)
    >>> evaluated(MLP(1, [1], init="zeros"), Objective(losses.mse), examples)[0]
    5.0
    """
    programs, loss = programs_of(model), key_of_loss(objective.loss)
    if programs is None or loss is None or not is_due(programs, ("evaluated", loss), len(examples.X)):
        return None
    with Evaluating(model):
        first = outputs_of(model, examples.X[:1])
    try:
        reduction = reduction_of(objective.loss, first, examples.y)
        recording = Recording(model, objective, examples, first[0], reduction, training=False)
    except CompilationError:
        return None
    if recording.dropouts:
        return None
    programs.recorded["evaluated", loss] = True
    recording.read()
    results = recording.all_values()
    if not np.isfinite(results).all():
        return None
    return recording.loss_of(results), recording.array_of_outputs(results) if with_outputs else []
