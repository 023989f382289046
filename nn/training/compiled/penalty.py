"""`Penalty`: the regularisation of a training as a program of the parameters alone, beside that of the examples.

>>> from nn import MLP, losses
>>> model = MLP(1, [1], init="zeros")
>>> w, b = model.parameters()
>>> penalty = Penalty(model, Objective(losses.mse, l2=0.5), [w, b])
>>> theta, gradient = np.array([3.0, 7.0]), np.zeros(2)
>>> penalty.add_gradient(theta, gradient), gradient.tolist()  # 0.5 · w², and its derivative 2 · 0.5 · w
(4.5, [3.0, 0.0])
"""

from __future__ import annotations

import numpy as np

from autograd import Value
from autograd.program import Trainer, compile
from autograd.program.trace import tracing
from autograd.support.collector import no_collection
from autograd.support.text import short
from nn.module import Module, unrecorded
from nn.training.compiled.vectors import Vector, places_of, slice_of
from nn.training.engine import CompilationError, Objective

NO_INPUTS = np.empty((1, 0))  # one example of a program without inputs


class Penalty:
    """All penalties of an objective together; `parameters` are those of the training, in the order of its vector.

    Raises TracingError for one that branches on numbers, CompilationError for one that depends on other parameters.
    """

    def __init__(self, model: Module, objective: Objective, parameters: list[Value]) -> None:
        with no_collection(), tracing(recording=True):
            penalty = objective.penalty(model)
        self.model, self.objective = model, objective
        # One of frozen parameters only is a number, which changes where a callback changes them.
        self.constant = penalty.data if isinstance(penalty, Value) else float(penalty or 0.0)
        self.trainer: Trainer | None = None
        if isinstance(penalty, Value) and penalty.requires_grad:
            program = compile(penalty)
            places = places_of(program.parameters, parameters)
            for k in np.flatnonzero(places < 0).tolist():
                stranger = short(program.parameters[k])
                raise CompilationError(f"the penalty depends on {stranger}, which is no parameter of the model")
            self.trainer, self.indices = program.trainer(), slice_of(places)

    def read(self) -> None:
        """Take the numbers of frozen parameters as they are now."""
        if self.trainer is not None:
            self.trainer.read()
            return
        self.constant = float(unrecorded(lambda: self.objective.penalty(self.model)) or 0.0)

    def value(self, theta: Vector) -> float:
        """The penalty for these parameters."""
        if self.trainer is None:
            return self.constant
        self.trainer.parameters[:] = theta[self.indices]
        return float(self.trainer.values(NO_INPUTS)[0])

    def add_gradient(self, theta: Vector, gradient: Vector) -> float:
        """The penalty for these parameters; its gradient is added to that of the loss."""
        if self.trainer is None:
            return self.constant
        self.trainer.parameters[:] = theta[self.indices]
        value, own = self.trainer.value_and_gradient(NO_INPUTS)
        gradient[self.indices] += own
        return value
