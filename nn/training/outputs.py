"""The outputs of a model for many examples: scalar by scalar, or by a program that stays with the model.

A program is recorded once a few dozen examples have been asked for; from then on it serves every call, of one example
too. A few examples before that are computed as the model itself computes them, which costs less than recording.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.layers import BatchNorm, Dropout
from nn.module import ASKING, Evaluating, Module, unrecorded
from nn.stages import plain, stages_of
from nn.training.kept import Programs, modes_of, program_as_is, programs_of

if TYPE_CHECKING:
    from nn.training.compiled.example import RecordedProgram

Array = NDArray[np.float64]

AT_ONCE = 256  # examples of which the outputs of a layer are held at the same time
WORTH_IT = 32  # examples that cost about as much, one by one, as recording and compiling one


def outputs_for(model: Module, X: Sequence[Sequence[float]]) -> list[Any]:
    """The outputs in evaluation mode for examples that were checked: a float for each, or a list of them.

    >>> from nn import MLP
    >>> outputs_for(MLP(1, [1], init="zeros"), [[1.0], [2.0]])
    [0.0, 0.0]
    """
    results = array_of_outputs(model, X)
    return eager_outputs(model, X) if results is None else results.tolist()


def eager_outputs(model: Module, X: Sequence[Sequence[float]]) -> list[Any]:
    """The outputs in evaluation mode, as the model itself computes them."""
    outputs = []
    with ASKING, Evaluating(model):
        # One that stays in training measures all examples, as in a program; that it did so leaves no trace.
        measuring = [part for part in model.modules() if isinstance(part, BatchNorm) and part.training]
        before = [(part.running_mean[:], part.running_var[:]) for part in measuring]
        size = len(X) if measuring else AT_ONCE
        try:
            for start in range(0, len(X), size):
                outputs += outputs_of(model, X[start : start + size])
        finally:
            for part, (means, variances) in zip(measuring, before, strict=True):
                part.running_mean[:], part.running_var[:] = means, variances
    return outputs


def outputs_of(model: Module, X: Sequence[Sequence[float]]) -> list[Any]:
    """The outputs for a batch, as floats, in the mode that the model is in.

    >>> from nn import MLP
    >>> outputs_of(MLP(1, [1], init="zeros"), [[1.0], [2.0]])
    [0.0, 0.0]
    """
    return unrecorded(lambda: [plain(x) for x in model.batch(X)])


def array_of_outputs(model: Module, X: Sequence[Sequence[float]]) -> Array | None:
    """The outputs of a program: a number for each example, or a row; None where there is none, or it is not worth it.

    None as well where one of them is not finite: that is for the model itself to give.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros", output_activation="sigmoid")
    >>> array_of_outputs(model, [[1.0]]), array_of_outputs(model, [[1.0]] * 32).sum().item()
    (None, 16.0)
    """
    recorded = program_as_is(model) or _program(model, X)
    if recorded is None:
        return None
    if recorded.stand_in.running_moments:
        recorded.stand_in.for_layers([layer for _, layer in stages_of(model)]).read_running_moments()
    results: Array = recorded.program(np.asarray(X, dtype=np.float64))
    if not np.isfinite(results).all():
        return None
    return results.reshape(len(X)) if recorded.single else results.reshape(len(X), -1)


def output_in_training(model: Module, programs: Programs, x: Sequence[float]) -> Any:
    """The output for one example by a program that an earlier training left; None where there is none.

    The model's own numbers go through it one by one, which for 235,146 of them takes ten times as long.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> history = model.fit([[1.0]], [0.0], lr=0.0, progress=False)
    >>> output_in_training(model, programs_of(model), [1.0])
    0.0
    """
    if modes_of(model):  # dropout, or means over a batch
        return None
    for key, recorded in programs.recorded.items():
        if isinstance(key, tuple) and key[0] is True:  # see `compiled.recording`
            row = np.zeros((1, len(recorded.program.inputs)))
            row[0, : len(x)] = x
            with np.errstate(all="ignore"):
                outputs = recorded.program(row)[0, recorded.outputs]
            if np.isfinite(outputs).all():
                return outputs.item() if recorded.single else outputs.tolist()
    return None


def _program(model: Module, X: Sequence[Sequence[float]]) -> RecordedProgram | None:
    """The program for the outputs, kept or new; None where there is none."""
    with ASKING:
        return _program_in_evaluation(model, X)


def _program_in_evaluation(model: Module, X: Sequence[Sequence[float]]) -> RecordedProgram | None:
    programs = programs_of(model)
    if programs is None or not programs.structure.groups:  # without weights it takes examples of any width
        return None
    with Evaluating(model):
        # A dropout that goes on in evaluation draws for each example anew.
        if any(isinstance(part, Dropout) and part.training and part.p for part in model.modules()):
            return None
        key = ("outputs", modes_of(model))
        if not is_due(programs, key, len(X)):
            return None
        recorded: RecordedProgram | None = programs.recorded.get(key)
        if recorded is None:
            # At first use: a third of the time that importing this module would take.
            from nn.training.compiled.recording import program_of_outputs

            recorded = program_of_outputs(model, X[0])
            programs.keep(key, recorded)
    programs.serve_as_is(model, recorded)
    return recorded


def is_due(programs: Programs, key: Hashable, examples: int) -> bool:
    """Whether there is such a program, or it is time to record one."""
    if key not in programs.recorded:
        programs.asked += examples
    return key in programs.recorded or programs.asked >= WORTH_IT
