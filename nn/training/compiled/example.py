"""One example is recorded on behalf of all, and compiled; `recording` has such a program at work on many.

With an objective it is a training or its validation, and the loss is the first result; without one there are outputs
alone, for `predict`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from autograd import Value
from autograd.program import Program, compile
from autograd.program.trace import tracing
from autograd.support.collector import no_collection
from autograd.support.text import short
from nn.layers import BatchNorm
from nn.module import InMode, Module
from nn.stages import Sequential, Stage, activation_of, stages_of, through_stages
from nn.stand_in import StandIn
from nn.training.compiled.rows import Columns
from nn.training.compiled.vectors import Order
from nn.training.engine import CompilationError, Objective
from nn.training.examples import Examples, as_list


class RecordedExample:
    """The graph of one example: its `inputs` (numbers, target, weight, dropout factors), `output`, and `losses`: one,
    or none without an objective.

    `activations[i]` are the outputs of the activation of stage i, in training; `stand_in` knows what the layers
    asked for: dropout factors, and means and variances over a batch.

    Raises CompilationError for a model that may mix the examples of a batch, TracingError for one that branches on
    numbers, and whatever else the model or the loss makes of Values whose numbers may not be asked for.
    """

    def __init__(
        self, model: Module, objective: Objective | None, columns: Columns, row: Sequence[float], training: bool
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
            self.losses: list[Any] = []
            if objective is not None:
                # Values stand here where examples have numbers.
                self.losses.append(objective.on([self.output], Examples([x], [target], weight)))  # type: ignore[arg-type,list-item]
        for loss in self.losses:
            if not isinstance(loss, Value):
                raise CompilationError(f"the loss of one example is {short(loss)}, and no Value")
            if not loss.requires_grad and training:
                raise CompilationError("the loss depends on no parameter that takes a gradient")
        self.inputs = [*inputs, *[factor for dropout in self.stand_in.dropouts for factor in dropout.factors]]

    @property
    def moments(self) -> list[Value]:
        """Means, then variances, of each normalisation in turn."""
        by_layer = [moments for _, moments, _ in self.stand_in.batch_moments]
        return [v for moments in by_layer for v in (*[m for m, _ in moments], *[s for _, s in moments])]


class RecordedProgram(NamedTuple):
    """The program of one example, and what stands where among its results; the loss stands first, if there is one.

    `outputs`, `activations[stage]` and `moments` are slices of the results, `single` says that the output of the model
    is one Value. `stand_in` knows what the layers asked for, as far as it is not None in place of a layer.
    `compared` is empty until program and model were found to agree. `order` knows where parameters stand.
    """

    program: Program
    stand_in: StandIn
    single: bool
    outputs: slice
    activations: dict[int, slice]
    moments: slice
    compared: set[str]
    order: Order


def record(
    model: Module, objective: Objective | None, columns: Columns, row: Sequence[float], training: bool
) -> RecordedProgram:
    """Record one example, whose inputs, target and weight stand in `row`, and compile it.

    Raises what `RecordedExample` raises, and CompilationError for a loss that depends on a Value that takes a gradient
    and is no parameter of the model.
    """
    example = RecordedExample(model, objective, columns, row, training)
    # The results of the program, and the slice of each part of them.
    parts = [
        example.losses, as_list(example.output), *example.activations.values(), example.moments if training else [],
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
    return RecordedProgram(
        program, example.stand_in, single, slices[1], activations, slices[-1], set(), Order(program.parameters)
    )


def _check_batch(stage: Stage) -> None:
    name, module = stage
    own = type(module).batch
    if own is not Module.batch and own is not Sequential.batch and own is not BatchNorm.batch:
        raise CompilationError(f"{type(module).__name__} ({name}) has a batch() of its own, which may mix examples")
