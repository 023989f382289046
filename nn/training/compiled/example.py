"""`RecordedExample`: one example recorded on behalf of all, from its numbers to its loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.program.function import tracing
from autograd.support.collector import no_collection
from nn.layers import BatchNorm
from nn.module import InMode, Module
from nn.stages import Sequential, Stage, activation_of, stages_of, through_stages
from nn.stand_in import Representative
from nn.training.compiled.rows import Columns
from nn.training.engine import CompilationError, Objective
from nn.training.examples import Examples


class RecordedExample:
    """The graph of one example: its `inputs` (numbers, target, weight, dropout factors), `loss` and `output`.

    `seen[i]` is what the activation of stage i gave, in training; `representative` knows what layers asked for.

    Raises CompilationError for a model that may mix the examples of a batch, TracingError for one that branches on
    numbers, and whatever else the model or the loss makes of Values whose numbers may not be asked for.
    """

    def __init__(
        self, model: Module, objective: Objective, columns: Columns, row: Sequence[float], training: bool
    ) -> None:
        stages = list(stages_of(model))
        for stage in stages:
            _check_batch(stage)
        self.representative = Representative()
        self.seen: dict[int, list[Value]] = {}

        def see(i: int, given: list[Any]) -> None:
            self.representative.stage = i + 1
            activation = activation_of(stages[i][1])
            if training and activation is not None and activation.name != "linear":
                self.seen[i] = listed(given[0])

        with InMode(model, training), no_collection(), tracing(recording=True), self.representative.speaking():
            inputs = [Value(x, label, requires_grad=False) for x, label in zip(row, columns.labels(), strict=True)]
            x, target, weight = columns.split(inputs)
            [self.output] = through_stages(stages, [x], see)
            # Values stand here where examples have numbers.
            self.loss: Any = objective.on([self.output], Examples([x], [target], weight))  # type: ignore[arg-type,list-item]
        if not isinstance(self.loss, Value):
            raise CompilationError(f"the loss of one example is {self.loss!r}, and no Value")
        if not self.loss.requires_grad and training:
            raise CompilationError("the loss depends on no parameter that takes a gradient")
        self.inputs = [*inputs, *[factor for drawn in self.representative.drawn for factor in drawn.factors]]

    @property
    def moments(self) -> list[Value]:
        """Means, then variances, of each normalisation in turn."""
        measured = self.representative.measured
        return [v for _, found in measured for v in (*[m for m, _ in found], *[s for _, s in found])]


def listed(output: Any) -> list[Value]:
    """One output or several as a list."""
    return list(output) if isinstance(output, (list, tuple)) else [output]


def _check_batch(stage: Stage) -> None:
    name, module = stage
    own = type(module).batch
    if own is not Module.batch and own is not Sequential.batch and own is not BatchNorm.batch:
        raise CompilationError(f"{type(module).__name__} ({name}) has a batch() of its own, which may mix examples")
