"""A program at work on whole batches, recorded for one example, and kept with the model.

A model w·x + b that is still 0 everywhere, under the squared error, on two examples:

>>> from nn import MLP, losses
>>> model, examples = MLP(1, [1], init="zeros"), Examples([[1.0], [2.0]], [2.0, 4.0])
>>> recording = Recording(model, Objective(losses.mse), examples, 0.0, "mean", training=True)
>>> [column.label for column in recording.program.inputs]  # each a row of numbers, see `rows`
['x0', 'y']
>>> results = recording.values([0, 1])  # for each example: its loss, its output
>>> results.tolist(), recording.loss_of(results), recording.outputs_of(results)
([[4.0, 0.0], [16.0, 0.0]], 10.0, [0.0, 0.0])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.module import InMode, Module
from nn.stages import stages_of
from nn.training.compiled.example import RecordedProgram, record
from nn.training.compiled.narrow import wide_program
from nn.training.compiled.rows import Columns, Rows, dropout_columns
from nn.training.engine import Objective
from nn.training.examples import Examples
from nn.training.kept import key_of_loss, modes_of, programs_of

AT_ONCE = 1 << 12  # rows; a power of two, as the chunks of a program are


def kept_program(
    model: Module, objective: Objective, columns: Columns, row: Sequence[float], training: bool
) -> RecordedProgram:
    """The program that was recorded for the same model and objective before, or a new one, which is kept then."""
    loss = key_of_loss(objective.loss)
    programs = None if loss is None else programs_of(model)
    if programs is None:
        return record(model, objective, columns, row, training)
    with InMode(model, training):
        key = (training, loss, columns.shape, modes_of(model))  # which `outputs.output_in_training` looks for
    layers = [layer for _, layer in stages_of(model)]
    recorded = programs.recorded.get(key)
    if recorded is None:
        parameters = programs.parameters_of(model)
        recorded = wide_program(model, objective, columns, row, training, parameters)
        if recorded is None:
            recorded = record(model, objective, columns, row, training)
        nobody = recorded.stand_in.for_layers([None] * len(layers))  # what is kept must not hold the model
        programs.keep(key, recorded._replace(stand_in=nobody))
    return recorded._replace(stand_in=recorded.stand_in.for_layers(layers))


def program_of_outputs(model: Module, x: Sequence[float]) -> RecordedProgram:
    """The program for the outputs alone, in the mode of evaluation; it does not hold the model.

    >>> from nn import MLP
    >>> recorded = program_of_outputs(MLP(1, [1], init="zeros"), [2.0])
    >>> recorded.program([3.0]), recorded.single
    (0.0, True)
    """
    columns = Columns(None, Examples([list(x)], []), None)
    recorded = wide_program(model, None, columns, x, False, model.parameters())
    if recorded is None:
        recorded = record(model, None, columns, x, training=False)
    return recorded._replace(stand_in=recorded.stand_in.for_layers([None for _ in stages_of(model)]))


class Recording:
    """A program at work on examples: it gives, for each, its loss, the outputs, those of activations, and moments.

    `outputs`, `activations[stage]` and `moments` say where these stand among the results of the program; the loss
    stands first. `reduction` says how the loss of a batch comes from those of its examples: by their mean or sum.

    Raises what `record` raises.
    """

    def __init__(
        self, model: Module, objective: Objective, examples: Examples, output: Any, reduction: str, training: bool
    ) -> None:
        self.model, self.objective, self.reduction = model, objective, reduction
        # All examples as arrays, of which a batch takes some rows; the first one is recorded.
        columns = Columns(objective.loss, examples, output)
        self.inputs, self.others = columns.arrays(examples)
        self.input_width, self.width = columns.inputs, columns.width
        row = [*self.inputs[0].tolist(), *self.others[0].tolist()]
        recorded = kept_program(model, objective, columns, row, training)
        self.program, self.stand_in, self.single, self.outputs = recorded[:4]
        self.activations, self.moments, self.compared, self.order = recorded[4:]
        self.columns = columns
        self.trainer = self.program.trainer()
        self.dropouts = dropout_columns(self.stand_in.dropouts, self.width)
        self.buffer = self.input_buffer = np.empty((0, 0))

    def all_values(self) -> Rows:
        """The results for all examples, without dropout; so many rows at a time are put together as the cache holds."""
        n = len(self.inputs)
        buffer, parts = np.empty((min(n, AT_ONCE), self.width)), []
        for at in range(0, n, AT_ONCE):
            rows = buffer[: n - at]
            rows[:, : self.input_width] = self.inputs[at : at + AT_ONCE]
            rows[:, self.input_width :] = self.others[at : at + AT_ONCE]
            parts.append(self.trainer.values(rows))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def rows(self, indices: Sequence[int]) -> Rows:
        """The rows of some examples, with new dropout factors behind them.

        The array is the same one for every batch of this size: making it anew took longer than filling it.
        """
        n, places = len(indices), np.asarray(indices, dtype=np.intp)
        if len(self.buffer) != n:
            self.buffer, self.input_buffer = np.empty((n, len(self.program.inputs))), np.empty((n, self.input_width))
        # mode="clip" copies once, other modes twice; no index is out of range.
        self.inputs.take(places, axis=0, out=self.input_buffer, mode="clip")
        self.buffer[:, : self.input_width] = self.input_buffer
        self.buffer[:, self.input_width : self.width] = self.others.take(places, axis=0)
        for dropout in self.dropouts:
            self.buffer[:, dropout.columns] = dropout.draw(n)
        return self.buffer

    def rows_of(self, examples: Examples) -> Rows:
        """The rows of other examples, with new dropout factors behind them."""
        factors = [dropout.draw(len(examples.X)) for dropout in self.dropouts]
        rows = np.hstack(
            (*self.columns.arrays(examples), np.empty((len(examples.X), sum([f.shape[1] for f in factors]))))
        )
        for dropout, drawn in zip(self.dropouts, factors, strict=True):
            rows[:, dropout.columns] = drawn
        return rows

    def values(self, indices: Sequence[int]) -> Rows:
        """The results for some examples."""
        return self.trainer.values(self.rows(indices))

    def loss_of(self, results: Rows) -> float:
        """The loss of a batch from the results of its examples."""
        losses = results[:, 0]
        return float(losses.mean() if self.reduction == "mean" else losses.sum())

    def outputs_of(self, results: Rows) -> list[Any]:
        """The outputs of the model among the results: a number for each example, or a list of them."""
        numbers: list[Any] = self.array_of_outputs(results).tolist()
        return numbers

    def array_of_outputs(self, results: Rows) -> Rows:
        """The same as an array: with a number for each example, or with a row of them."""
        outputs = results[:, self.outputs]
        return outputs[:, 0] if self.single else outputs

    def update_running_moments(self, moments: Sequence[float], examples: int) -> None:
        """Let the running means and variances of normalisations follow those of a batch."""
        start = 0
        for layer, features, _ in self.stand_in.batch_moments:
            n = len(features)
            means, variances = moments[start : start + n], moments[start + n : start + 2 * n]
            layer.follow(means, [s * (examples / (examples - 1)) for s in variances])
            start += 2 * n

    def read(self) -> None:
        """Take the parameters as they are now, and the running means and variances."""
        self.stand_in.read_running_moments()
        self.trainer.read()
