"""`Penalty`: the regularisation of a training as a program of the parameters alone, beside that of the examples.

>>> from nn import MLP, losses
>>> model = MLP(1, [1], init="zeros")
>>> w, b = model.parameters()
>>> penalty = Penalty(model, Objective(losses.mse, l2=0.5), [w, b])
>>> theta, gradient = np.array([3.0, 7.0]), np.zeros(2)
>>> penalty.add_gradient(theta, gradient), gradient.tolist()  # 0.5 · w², and its derivative 2 · 0.5 · w
(4.5, [3.0, 0.0])

Of many weights, `l1` and `l2` are not recorded one by one. What they do to 67 weights is recorded, and widened, as the
layers of a wide model are:

    l2 of 67 weights        z1 = w @ w, w = P[0:67]        recorded, compiled
    l2 of 234,752 weights   z1 = w @ w, w = P[0:234752]    the same code
"""

from __future__ import annotations

from functools import partial
from itertools import compress, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.engine.many.lists import taking_gradients
from autograd.engine.many.numbers import new_parameters
from autograd.program import Program, Trainer, compile
from autograd.program.code import Code
from autograd.program.passes.graph import RecordedGraph
from autograd.program.trace import tracing
from autograd.program.widening import Group, NotWidened, WideCode, WideProgram, Widths
from autograd.support.collector import no_collection
from autograd.support.text import short
from nn.losses import mse
from nn.module import Module, unrecorded
from nn.regularization import weights_of
from nn.training.compiled.narrow import NARROW
from nn.training.compiled.vectors import Vector, places_of, slice_of
from nn.training.engine import CompilationError, Objective
from nn.training.kept import Programs

NO_INPUTS = np.empty((1, 0))  # one example of a program without inputs
FEW = 64  # stretches: of more, copying entry by entry is as quick
MANY = 1000  # weights: fewer are recorded in the time that a second program would take


class Penalty:
    """All penalties of an objective together; `parameters` are those of the training, in the order of its vector.

    The program of a known kind of penalty stays with the model, in `programs`.

    Raises TracingError for one that branches on numbers, CompilationError for one that depends on other parameters.
    """

    def __init__(
        self, model: Module, objective: Objective, parameters: list[Value], programs: Programs | None = None
    ) -> None:
        self.model, self.objective = model, objective
        # One of frozen parameters only is a number, which changes where a callback changes them.
        self.constant = 0.0
        self.trainer: Trainer | None = None
        # Stretches of the trainer's vector, and where they stand in that of the training.
        self.stretches: list[tuple[Any, Any]] = []
        program, among = None, None
        if programs is not None:
            program, among, self.stretches = programs.recorded.get(objective.kinds, (None, None, []))
        if program is None:
            program = self._program(programs)
        if program is None:
            return
        if among is not parameters:
            places = places_of(program.parameters, parameters)
            for k in np.flatnonzero(places < 0).tolist():
                stranger = short(program.parameters[k])
                raise CompilationError(f"the penalty depends on {stranger}, which is no parameter of the model")
            self.stretches = stretches_of(places)
            if programs is not None and objective.kinds is not None:
                programs.keep(objective.kinds, (program, parameters, self.stretches))
        self.trainer = program.trainer()

    def _program(self, programs: Programs | None) -> Program | None:
        """The program of the penalty; None where no parameter that takes a gradient is in it."""
        objective = self.objective
        if objective.kinds is not None:
            weights = weights_of(self.model) if programs is None else programs.weights_of(self.model)
            program = wide_penalty(objective, weights) if len(weights) >= MANY else None
            if program is not None:
                return program
        with no_collection(), tracing(recording=True):
            penalty = objective.penalty(self.model)
        self.constant = penalty.data if isinstance(penalty, Value) else float(penalty or 0.0)
        return compile(penalty) if isinstance(penalty, Value) and penalty.requires_grad else None

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
        self._take(self.trainer, theta)
        return float(self.trainer.values(NO_INPUTS)[0])

    def add_gradient(self, theta: Vector, gradient: Vector) -> float:
        """The penalty for these parameters; its gradient is added to that of the loss."""
        if self.trainer is None:
            return self.constant
        self._take(self.trainer, theta)
        value, own = self.trainer.value_and_gradient(NO_INPUTS)
        for at, of in self.stretches:
            gradient[of] += own[at]
        return value

    def _take(self, trainer: Trainer, theta: Vector) -> None:
        for at, of in self.stretches:
            trainer.parameters[at] = theta[of]


def stretches_of(places: NDArray[np.intp]) -> list[tuple[Any, Any]]:
    """Which entries of some places stand where: by stretches, which are quicker than indices, if there are few.

    >>> stretches_of(np.array([2, 3, 4, 9, 10]))
    [(slice(0, 3, None), slice(2, 5, None)), (slice(3, 5, None), slice(9, 11, None))]
    """
    ends = [0, *(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), len(places)]
    if len(ends) > FEW:
        return [(slice(0, len(places)), places)]
    return [(slice(a, b), slice_of(places[a:b])) for a, b in pairwise(ends)]


def wide_penalty(objective: Objective, weights: list[Value]) -> Program | None:
    """The program of `l1` and `l2` on many weights, from that on a few; None where they have to be recorded.

    It is the program of a recording, as tests show.

    >>> from nn import losses
    >>> weights = [Value(x / 100.0, role="parameter") for x in range(100)]
    >>> program = wide_penalty(Objective(losses.mse, l2=0.5), weights)
    >>> round(program(), 6), program
    (16.4175, <Program of 0 inputs, 100 parameters, 1 outputs in float64: widened>)
    """
    objective = Objective(mse, objective.l1, objective.l2)  # of a loss of the user's, nothing is kept
    takes = np.frombuffer(taking_gradients(weights), dtype=np.bool_)
    trained, frozen = list(compress(weights, takes)), list(compress(weights, ~takes))
    few, fixed = NARROW[0], min(len(frozen), NARROW[1])
    if len(trained) < few:
        return None
    own, given = new_parameters(np.ones(few), "w"), new_parameters(np.ones(fixed), "frozen")
    for v in given:
        v.requires_grad = False
    graph, code = _recorded(objective, [*own, *given])
    number = {v: k for values in (graph.parameters, graph.givens) for k, v in enumerate(values)}
    trained_group, frozen_group = [
        [Group(np.array([number[v] for v in narrow], np.intp), np.arange(len(wide), dtype=np.intp))] if wide else []
        for narrow, wide in ((own, trained), (given, frozen))
    ]
    wider = {few: len(trained), few + fixed: len(weights), **({fixed: len(frozen)} if frozen else {})}
    record = partial(_recorded, objective, [*trained, *frozen])
    try:
        wide = WideCode(code, Widths(wider, [], trained_group, frozen_group), lambda: record()[0].graph)
    except NotWidened:
        return None
    return WideProgram(wide, [], trained, frozen, 1, lambda: record()[0])


def _recorded(objective: Objective, weights: list[Value]) -> tuple[RecordedGraph, Code]:
    """The graph of the penalty on some weights, and its code."""
    with no_collection(), tracing(recording=True):
        if objective.l1 == objective.l2:  # one number in two places would be read by its index
            penalty = objective._replace(l1=1.0, l2=1.0).penalty_on(weights) * objective.l1
        else:
            penalty = objective.penalty_on(weights)
    with no_collection():
        program: Program = compile(penalty)
    return program._recorded, program._code
