"""One example recorded on behalf of all: from a model and its objective to programs."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd import Value, no_grad
from autograd.program import Program, compile
from autograd.program.collector import no_collection
from autograd.program.traced import tracing
from nn.fitting.compiled.draws import blocks_of
from nn.fitting.compiled.rows import Columns, Rows
from nn.fitting.engine import CompilationError, Objective
from nn.fitting.examples import Examples
from nn.layers import BatchNorm
from nn.mlp import Sequential
from nn.module import InMode, Module
from nn.representative import Representative
from nn.stages import Stage, activation_of, stages_of, through_stages


class Recording:
    """A program that gives, for each example, its loss, the outputs, what activations gave, and moments of batches.

    The `halves` are the inputs and the targets that it is for. `outputs`, `seen[stage]` and `moments` say where these
    stand among the results of the program; the loss stands first.

    Raises CompilationError for a model that may mix the examples of a batch, TracingError for one that branches on
    numbers, and whatever else the model or the loss makes of Values whose numbers may not be asked for.
    """

    def __init__(self, model: Module, objective: Objective, examples: Examples, output: Any, training: bool) -> None:
        columns = Columns(objective.loss, examples, output)
        self.halves = columns.halves(examples)
        first = [x for half in self.halves for x in half[0].tolist()]
        stages = list(stages_of(model))
        for stage in stages:
            _check_batch(stage)
        self.representative = Representative()
        seen: dict[int, list[Value]] = {}

        def see(i: int, given: list[Any]) -> None:
            self.representative.stage = i + 1
            activation = activation_of(stages[i][1])
            if training and activation is not None and activation.name != "linear":
                seen[i] = _listed(given[0])

        with InMode(model, training), no_collection(), tracing(recording=True), self.representative.speaking():
            inputs = [Value(x, label, requires_grad=False) for x, label in zip(first, columns.labels(), strict=True)]
            x, target, weight = columns.split(inputs)
            [output] = through_stages(stages, [x], see)
            loss = objective.on([output], Examples([x], [target], weight))  # type: ignore[arg-type,list-item]
        if not isinstance(loss, Value):
            raise CompilationError(f"the loss of one example is {loss!r}, and no Value")
        if not loss.requires_grad and training:
            raise CompilationError("the loss depends on no parameter that takes a gradient")
        inputs += [factor for drawn in self.representative.drawn for factor in drawn.factors]
        measured = self.representative.measured if training else []
        moments = [v for _, found in measured for v in (*[m for m, _ in found], *[s for _, s in found])]
        parts = [[loss], _listed(output), *seen.values(), moments]
        places = [slice(a, b) for a, b in pairwise(accumulate([0, *map(len, parts)]))]
        self.single = isinstance(output, Value)
        self.outputs, self.moments = places[1], places[-1]
        self.seen = dict(zip(seen, places[2:-1], strict=True))
        self.width, self.fixed = columns.inputs, columns.width
        trained = [p for p in model.parameters() if p.requires_grad]
        with no_collection():
            self.program: Program = compile([v for part in parts for v in part], inputs, parameters=trained)
        known = set(trained)
        for p in self.program.parameters:
            if p not in known:
                raise CompilationError(f"{p!r} takes a gradient, and is no parameter of the model")
        self.trainer = self.program.trainer()
        self.buffer = self.picked = np.empty((0, 0))
        self.blocks = blocks_of(self.representative.drawn, self.fixed)

    def whole(self) -> Rows:
        """The rows of all examples, without dropout."""
        return np.hstack(self.halves)

    def batch(self, chosen: Sequence[int]) -> Rows:
        """The rows of these examples, with new dropout factors behind them.

        They are drawn in the order in which the layers draw them when every example is recorded. The array is the same
        one for every batch of this size: making it anew took longer than filling it.
        """
        inputs, others = self.halves
        n, numbers = len(chosen), np.asarray(chosen, dtype=np.intp)
        if len(self.buffer) != n:
            self.buffer, self.picked = np.empty((n, len(self.program.inputs))), np.empty((n, self.width))
        inputs.take(numbers, axis=0, out=self.picked, mode="clip")  # which copies once; the numbers are in range
        self.buffer[:, : self.width] = self.picked
        self.buffer[:, self.width : self.fixed] = others.take(numbers, axis=0)
        for block in self.blocks:
            self.buffer[:, block.columns] = block.draw(n)
        return self.buffer

    def outputs_of(self, results: Rows) -> list[Any]:
        """The outputs of the model among the results: a number for each example, or a list of them."""
        outputs = results[:, self.outputs]
        found: list[Any] = (outputs[:, 0] if self.single else outputs).tolist()
        return found

    def follow(self, moments: Sequence[float], examples: int) -> None:
        """Let the running means and variances follow what a batch had."""
        at = 0
        for layer, found in self.representative.measured:
            n = len(found)
            means, variances = moments[at : at + n], moments[at + n : at + 2 * n]
            layer.follow(means, [s * (examples / (examples - 1)) for s in variances])
            at += 2 * n

    def read(self) -> None:
        """Take the parameters as they are now, and the running means and variances."""
        for layer, found in self.representative.running:
            for (m, s), mean, variance in zip(found, layer.running_mean, layer.running_var, strict=True):
                m.data, s.data = mean, variance
        self.trainer.read()


def reduction_of(loss: Any, outputs: Sequence[Any], y: Sequence[Any]) -> str:
    """Whether the loss of a batch is the "mean" or the "sum" of the losses of its examples; found out with two.

    Where both losses are 0, or one is not finite, other outputs are tried.

    Raises CompilationError if it is neither.

    >>> reduction_of(lambda ps, ys: sum([(p - y) ** 2 for p, y in zip(ps, ys)]), [1.0, 2.0], [0.0, 0.0])
    'sum'
    """
    try:
        told = inspect.signature(loss).parameters.get("reduction")
    except (TypeError, ValueError):
        told = None
    if told is not None and told.default in ("mean", "sum"):
        return str(told.default)
    alone = len(outputs) < 2
    if alone:
        outputs, y = [outputs[0]] * 2, [y[0]] * 2
    for shifted in _SHIFTS:
        try:
            with no_grad():
                given = [_each(shifted, output) for output in outputs[:2]]
                both = float(loss(given, list(y[:2])))
                total = sum([float(loss([p], [t])) for p, t in zip(given, y[:2], strict=True)])
        except Exception:
            if alone:
                return "mean"
            if shifted is _SHIFTS[0]:
                raise
            continue  # as a loss on probabilities may refuse what is none
        if not math.isfinite(total) or total == 0.0:
            continue  # which tells nothing
        for name, expected in (("mean", total / 2.0), ("sum", total)):
            if math.isclose(both, expected, rel_tol=1e-9):
                return name
        raise CompilationError("the loss of a batch is neither the mean nor the sum of the losses of its examples")
    return "mean"


_SHIFTS: tuple[Callable[[Value], Value], ...] = (
    lambda v: v,
    lambda v: v * 0.5 + 0.25,  # still a probability
    lambda v: v + 1.0,
    lambda v: v * 0.0,
    lambda v: -v,
)


def _each(function: Callable[[Value], Value], output: Any) -> Any:
    return [function(v) for v in output] if isinstance(output, list) else function(output)


def _check_batch(stage: Stage) -> None:
    name, module = stage
    own = type(module).batch
    if own is not Module.batch and own is not Sequential.batch and own is not BatchNorm.batch:
        raise CompilationError(f"{type(module).__name__} ({name}) has a batch() of its own, which may mix examples")


def _listed(output: Any) -> list[Value]:
    return list(output) if isinstance(output, (list, tuple)) else [output]
