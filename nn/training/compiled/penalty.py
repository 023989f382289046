"""`Penalty`: what regularisation adds to the loss, as a program of the parameters alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograd import Value, no_grad
from autograd.program import Trainer, compile
from autograd.program.function import tracing
from autograd.support.collector import no_collection
from nn.module import Module
from nn.training.compiled.vectors import Vector, places_of
from nn.training.engine import CompilationError, Objective

NO_INPUTS = np.empty((1, 0))  # one example of a program without inputs


class Penalty:
    """All penalties of an objective together; `known` says where parameters stand in the vector of the training.

    Raises TracingError for one that branches on numbers, CompilationError for one that depends on other parameters.
    """

    def __init__(self, model: Module, objective: Objective, known: Mapping[Value, int]) -> None:
        with no_collection(), tracing(recording=True):
            found = objective.penalty(model)
        self.model, self.objective = model, objective
        self.number = found.data if isinstance(found, Value) else float(found or 0.0)
        self.trainer: Trainer | None = None
        if isinstance(found, Value) and found.requires_grad:
            program = compile(found)
            for p in program.parameters:
                if p not in known:
                    raise CompilationError(f"the penalty depends on {p!r}, which is no parameter of the model")
            self.trainer, self.places = program.trainer(), places_of(program.parameters, known)

    def read(self) -> None:
        """Take the numbers of frozen parameters as they are now."""
        if self.trainer is not None:
            self.trainer.read()
            return
        with no_grad():
            self.number = float(self.objective.penalty(self.model) or 0.0)

    def value(self, theta: Vector) -> float:
        """The penalty for these parameters."""
        if self.trainer is None:
            return self.number
        self.trainer.parameters[:] = theta[self.places]
        return float(self.trainer.values(NO_INPUTS)[0])

    def added(self, theta: Vector, gradient: Vector) -> float:
        """The penalty; its gradient is added to `gradient`."""
        if self.trainer is None:
            return self.number
        self.trainer.parameters[:] = theta[self.places]
        value, slope = self.trainer.value_and_gradient(NO_INPUTS)
        gradient[self.places] += slope
        return value
