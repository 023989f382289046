"""One example is recorded on behalf of all, and compiled to a program for whole batches.

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
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.program import Program, compile
from autograd.program.trace import tracing
from autograd.support.collector import no_collection
from autograd.support.text import short
from nn.layers import BatchNorm
from nn.module import InMode, Module
from nn.stages import Sequential, Stage, activation_of, stages_of, through_stages
from nn.stand_in import StandIn
from nn.training.compiled.rows import Columns, Rows, dropout_columns
from nn.training.engine import CompilationError, Objective
from nn.training.examples import Examples, as_list
from nn.training.kept import key_of_loss, modes_of, programs_of


class RecordedExample:
    """The graph of one example: its `inputs` (numbers, target, weight, dropout factors), `loss` and `output`.

    `activations[i]` are the outputs of the activation of stage i, in training; `stand_in` knows what the layers
    asked for: dropout factors, and means and variances over a batch.

    Raises CompilationError for a model that may mix the examples of a batch, TracingError for one that branches on
    numbers, and whatever else the model or the loss makes of Values whose numbers may not be asked for.
    """

    def __init__(
        self, model: Module, objective: Objective, columns: Columns, row: Sequence[float], training: bool
    ) -> None:
        stages = list(stages_of(model))
        for stage in stages:
            _check_batch(stage)
        self.stand_in = StandIn()
        self.activations: dict[int, list[Value]] = {}

        def see(i: int, outputs: list[Any]) -> None:
            self.stand_in.stage = i + 1
            activation = activation_of(stages[i][1])
            if training and activation is not None and activation.name != "linear":
                self.activations[i] = as_list(outputs[0])

        with InMode(model, training), no_collection(), tracing(recording=True), self.stand_in.active():
            inputs = [Value(x, label, requires_grad=False) for x, label in zip(row, columns.labels(), strict=True)]
            x, target, weight = columns.split(inputs)
            [self.output] = through_stages(model, [x], see)
            # Values stand here where examples have numbers.
            self.loss: Any = objective.on([self.output], Examples([x], [target], weight))  # type: ignore[arg-type,list-item]
        if not isinstance(self.loss, Value):
            raise CompilationError(f"the loss of one example is {short(self.loss)}, and no Value")
        if not self.loss.requires_grad and training:
            raise CompilationError("the loss depends on no parameter that takes a gradient")
        self.inputs = [*inputs, *[factor for dropout in self.stand_in.dropouts for factor in dropout.factors]]

    @property
    def moments(self) -> list[Value]:
        """Means, then variances, of each normalisation in turn."""
        by_layer = [moments for _, moments, _ in self.stand_in.batch_moments]
        return [v for moments in by_layer for v in (*[m for m, _ in moments], *[s for _, s in moments])]


class RecordedProgram(NamedTuple):
    """The program of one example, and what stands where among its results; the loss stands first.

    `outputs`, `activations[stage]` and `moments` are slices of the results, `single` says that the output of the model
    is one Value. `stand_in` knows what the layers asked for, as far as it is not None in place of a layer.
    """

    program: Program
    stand_in: StandIn
    single: bool
    outputs: slice
    activations: dict[int, slice]
    moments: slice


def record(
    model: Module, objective: Objective, columns: Columns, row: Sequence[float], training: bool
) -> RecordedProgram:
    """Record one example, whose inputs, target and weight stand in `row`, and compile it.

    Raises what `RecordedExample` raises, and CompilationError for a loss that depends on a Value that takes a gradient
    and is no parameter of the model.
    """
    example = RecordedExample(model, objective, columns, row, training)
    # The results of the program, and the slice of each part of them.
    parts = [
        [example.loss], as_list(example.output), *example.activations.values(), example.moments if training else [],
    ]  # fmt: skip
    slices = [slice(a, b) for a, b in pairwise(accumulate([0, *map(len, parts)]))]
    trained = [p for p in model.parameters() if p.requires_grad]
    with no_collection():
        program: Program = compile([v for part in parts for v in part], example.inputs, parameters=trained)
    own = set(trained)
    for p in program.parameters:
        if p not in own:
            raise CompilationError(f"{short(p)} takes a gradient, and is no parameter of the model")
    activations = dict(zip(example.activations, slices[2:-1], strict=True))
    single = isinstance(example.output, Value)
    return RecordedProgram(program, example.stand_in, single, slices[1], activations, slices[-1])


def kept_program(
    model: Module, objective: Objective, columns: Columns, row: Sequence[float], training: bool
) -> RecordedProgram:
    """The program that was recorded for the same model and objective before, or a new one, which is kept then."""
    loss = key_of_loss(objective.loss)
    programs = None if loss is None else programs_of(model)
    if programs is None:
        return record(model, objective, columns, row, training)
    with InMode(model, training):
        key = (training, loss, columns.shape, modes_of(model))
    layers = [layer for _, layer in stages_of(model)]
    recorded = programs.recorded.get(key)
    if recorded is None:
        recorded = record(model, objective, columns, row, training)
        nobody = recorded.stand_in.for_layers([None] * len(layers))  # what is kept must not hold the model
        programs.recorded[key] = recorded._replace(stand_in=nobody)
    return recorded._replace(stand_in=recorded.stand_in.for_layers(layers))


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
        self.program, self.stand_in, self.single, self.outputs, self.activations, self.moments = recorded
        self.trainer = self.program.trainer()
        self.dropouts = dropout_columns(self.stand_in.dropouts, self.width)
        self.buffer = self.input_buffer = np.empty((0, 0))

    def all_rows(self) -> Rows:
        """The rows of all examples, without dropout."""
        return np.hstack((self.inputs, self.others))

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

    def values(self, indices: Sequence[int]) -> Rows:
        """The results for some examples."""
        return self.trainer.values(self.rows(indices))

    def loss_of(self, results: Rows) -> float:
        """The loss of a batch from the results of its examples."""
        losses = results[:, 0]
        return float(losses.mean() if self.reduction == "mean" else losses.sum())

    def outputs_of(self, results: Rows) -> list[Any]:
        """The outputs of the model among the results: a number for each example, or a list of them."""
        outputs = results[:, self.outputs]
        numbers: list[Any] = (outputs[:, 0] if self.single else outputs).tolist()
        return numbers

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


def _check_batch(stage: Stage) -> None:
    name, module = stage
    own = type(module).batch
    if own is not Module.batch and own is not Sequential.batch and own is not BatchNorm.batch:
        raise CompilationError(f"{type(module).__name__} ({name}) has a batch() of its own, which may mix examples")
