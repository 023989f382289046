"""`CompiledEngine`: the training steps of `EagerEngine`, as array code for all examples of a batch at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd import Value, no_grad
from autograd.engine.node import set_numbers, taking_gradients
from nn.clipping import scale_for
from nn.module import InMode
from nn.stages import is_known, plain
from nn.training.compiled.comparing import OFTEN, difference, difference_by_target, difference_in_evaluation
from nn.training.compiled.penalty import Penalty
from nn.training.compiled.recording import Recording
from nn.training.compiled.reduction import reduction_of
from nn.training.compiled.trust import Beginning, Circumstances
from nn.training.compiled.vectors import Memory, Vector, VectorOptimizer, places_of
from nn.training.engine import CompilationError, EagerEngine, Step
from nn.training.examples import Batch, Examples
from nn.training.keeper import Keeper, Snapshot, to_the_end
from nn.training.watch import Watch

TINY = 1e-140  # squares of what is shorter are not exact


class _Before(NamedTuple):
    """What a step changes, as it was."""

    theta: Vector
    memory: Memory
    others: Snapshot


class CompiledEngine:
    """Trains on one vector of parameters; `settle` writes it into the model, `refresh` reads it from there.

    One example is recorded, in training mode, and compiled: loss, outputs, what activations give. Losses of batches
    are means or sums of those of examples; penalties are a program of their own. The program is compared with the
    model on a few examples of the first two batches. If there is code in it that is not of this package, so it is on
    every sixteenth, after every callback, and for every target. A step in which something is not finite is left to the
    eager engine.

    With `fall_back`, an engine that turns out to be wrong says why, and every further step is eager.

    Raises CompilationError for what does not compile; see `nn.training.compiled.example`.

    >>> from nn import MLP, losses, optim
    >>> from nn.training.engine import CompilationError, Objective
    >>> model = MLP(1, [1], init="zeros")
    >>> examples = Examples([[1.0]], [2.0])
    >>> eager = EagerEngine(model, Objective(losses.mse), optim.SGD(model.parameters(), lr=0.25))
    >>> engine = CompiledEngine(eager, examples)
    >>> engine.train_step(Batch(examples)).loss
    4.0
    >>> engine.write_model()
    >>> model([1.0]).data
    2.0
    """

    def __init__(
        self,
        eager: EagerEngine,
        training: Examples,
        validation: Examples | None = None,
        fall_back: Callable[[str], None] | None = None,
    ) -> None:
        self.eager, self.fall_back = eager, fall_back
        self.model, self.objective = eager.model, eager.objective
        self.training, self.validation = training, validation
        self.beginning = Beginning(self.model)
        self.name, self.reason, self.steps = "compiled", "", 0
        self.ahead = False  # of the model, which has not been told
        self._compile()

    def _compile(self) -> None:
        try:
            self._record()
        except CompilationError:
            raise
        except Exception as error:  # whatever the user's model or loss does with Values that are not to be asked
            raise CompilationError(f"{type(error).__name__}: {error}") from error

    def _record(self) -> None:
        model, objective, examples = self.model, self.objective, self.training
        self.beginning.check_parts(model)
        self.others = Keeper(model, parameters=False)
        self.known = is_known(model) and objective.is_known()
        self.due = 2  # comparisons, before the next steps
        with no_grad(), InMode(model, training=False):
            outputs = [model.batch([x])[0] for x in examples.X[:2]]
        self.own_reduction = reduction_of(objective.loss, outputs, examples.y)
        self.reduction = self.own_reduction if examples.sample_weight is None else "mean"
        output = plain(outputs[0])
        self.step = Recording(model, objective, examples, output, training=True)
        self.evaluation = (
            None if self.validation is None else Recording(model, objective, self.validation, output, training=False)
        )
        self.parameters = self.step.program.parameters
        self.places = {p: k for k, p in enumerate(self.parameters)}
        self.frozen = [p for p in self.eager.parameters if p not in self.places]
        self.penalty = Penalty(model, objective, self.places)
        self.optimizer = VectorOptimizer(self.eager.optimizer, self.parameters)
        self.groups: list[Any] = []
        self.trained, self.circumstances = self._trained(), Circumstances(model)
        if not objective.is_known():
            self._compare_by_target()

    def _trained(self) -> list[bool]:
        return taking_gradients(self.eager.parameters)

    # ----- Training -----

    def train_step(self, batch: Batch, watch: Watch | None = None) -> Step:
        """See `nn.training.engine.Engine`; the first steps may raise CompilationError, and nothing has changed then."""
        if self.name == "compiled" and (self.due or (not self.known and self.steps % OFTEN == 0)):
            self._compare(batch)
        if self.name == "eager":
            return self.eager.train_step(batch, watch)
        before = _Before(self.step.trainer.parameters.copy(), self.optimizer.memory, self.others.take())
        try:
            with np.errstate(all="ignore"):  # what is not finite is looked for, and is not an event
                step = self._step(batch, watch, before)
            if step is not None:
                self.ahead, self.steps = True, self.steps + 1
                return step
            self._put_back(before)
        except BaseException:
            to_the_end(lambda: self._put_back(before))
            raise
        self.write_model()
        step = self.eager.train_step(batch, watch)
        self.steps += 1
        self.read_model()
        return step

    def _step(self, batch: Batch, watch: Watch | None, before: _Before) -> Step | None:
        """The step, or None if something was not finite."""
        trainer = self.step.trainer
        theta = trainer.parameters
        loss, gradient = trainer.value_and_gradient(self.step.batch(batch.indices), reduction=self.reduction)
        penalty = self.penalty.added(theta, gradient)
        if not math.isfinite(loss + penalty + gradient.dot(gradient)):  # the quickest sum over all
            return None
        results = trainer.outputs
        lengths = [] if watch is None else self._watched(watch, results, gradient)
        if self.eager.max_norm is not None:
            gradient *= scale_for(float(np.linalg.norm(gradient)), self.eager.max_norm)
        if self.eager.max_value is not None:
            np.clip(gradient, -self.eager.max_value, self.eager.max_value, out=gradient)
        self.optimizer.step(theta, gradient)
        if not math.isfinite(theta.dot(theta)):
            return None
        if watch is not None:
            for group, (places, still), length in zip(watch.layers, self.groups, lengths, strict=True):
                size = before.theta[places]
                group.add_step(length, _length(theta[places] - size), math.hypot(_length(size), still))
        self.step.follow(results[0, self.step.moments].tolist(), len(batch))
        return Step(loss, penalty, self.step.outputs_of(results))

    def _watched(self, watch: Watch, results: Vector, gradient: Vector) -> list[float]:
        """Tell a watch what the activations gave; the length of the gradient of each of its groups."""
        for stage, columns in self.step.seen.items():
            watch.see(stage, results[:, columns].tolist())
        if len(self.groups) != len(watch.layers):
            self.groups = [self._group(group.parameters) for group in watch.layers]
        return [_length(gradient[places]) for places, _ in self.groups]

    def _group(self, parameters: list[Value]) -> tuple[Any, float]:
        """Where the parameters of a group stand in the vector, and the length of those that do not: the frozen ones."""
        still = [p.data for p in parameters if p not in self.places]
        return places_of([p for p in parameters if p in self.places], self.places), math.hypot(*still)

    def _put_back(self, before: _Before) -> None:
        self.step.trainer.parameters[:] = before.theta
        self.optimizer.memory = before.memory
        self.others.put_back(before.others)

    def _compare(self, batch: Batch) -> None:
        """Compare program and model on a few examples.

        Raises CompilationError if they differ and there is no `fall_back`.
        """
        self.write_model()
        self._judge(self._asked(lambda: difference(self, batch)))
        self.due = max(self.due - 1, 0)

    def _judge(self, wrong: str) -> None:
        if wrong and self.fall_back is None:
            raise CompilationError(wrong)
        if wrong and self.fall_back is not None:
            self.name, self.reason = "eager", wrong
            self.fall_back(wrong)

    def _compare_by_target(self) -> None:
        wrong = self._asked(lambda: difference_by_target(self.step, self.objective, self.training))
        if self.evaluation is not None and self.validation is not None and not wrong:
            wrong = difference_by_target(self.evaluation, self.objective, self.validation)
        if wrong:
            raise CompilationError(wrong)

    def _asked(self, question: Callable[[], str]) -> str:
        """The answer; random generators and running means are as before afterwards, even if Ctrl-C comes meanwhile."""
        before = self.others.take()
        try:
            answer = question()
            self.others.put_back(before)
        except BaseException:
            to_the_end(lambda: self.others.put_back(before))
            raise
        return answer

    # ----- Evaluating -----

    def evaluate(self, examples: Examples, batch_size: int | None = None) -> Step:
        """See `nn.training.engine.Engine`."""
        looked_at = not self.ahead
        self.write_model()
        if self.name == "eager" or self.evaluation is None or examples is not self.validation:
            return self.eager.evaluate(examples, batch_size)
        if looked_at and not self.circumstances.last(self.model):
            return self.eager.evaluate(examples, batch_size)
        self.evaluation.read()
        results = self.evaluation.trainer.values(self.evaluation.whole())
        if not self.known:
            self._judge(difference_in_evaluation(self, self.evaluation, examples, results))
            if self.name == "eager":
                return self.eager.evaluate(examples, batch_size)
        losses = results[:, 0]
        if not math.isfinite(losses.sum()):
            return self.eager.evaluate(examples, batch_size)
        n, total = len(losses), 0.0
        for start in range(0, n, batch_size or n):
            part = losses[start : start + (batch_size or n)]
            total += float(part.sum()) * (len(part) if self.own_reduction == "sum" else 1)
        return Step(total / n, 0.0, self.evaluation.outputs_of(results))

    # ----- Between the vector and the model -----

    def write_model(self) -> None:
        """Write parameters, their gradients and what the optimizer remembers where others find them."""
        if self.ahead:
            to_the_end(self._write_back)
            self.ahead = False

    def _write_back(self) -> None:
        trainer = self.step.trainer
        set_numbers(self.parameters, trainer.parameters.tolist(), trainer.gradient.tolist())
        for p in self.frozen:
            p.grad = 0.0
        self.optimizer.write_back()

    def read_model(self) -> None:
        """Read all this from there; if the model is not as it was recorded, compile again."""
        if self.name == "eager":
            return
        try:
            self.beginning.check(self.model)
            if self._trained() != self.trained or not self.circumstances.last(self.model):
                self._compile()
                return
        except CompilationError as error:
            self._judge(error.why)
            return
        self.step.read()
        self.penalty.read()
        self.optimizer.read()
        self.groups = []  # which know the lengths of what is frozen
        self.due = max(self.due, int(not self.known))  # a loss of the user's may know what a callback did


def _length(vector: Vector) -> float:
    """√(Σ x²), of which nothing is lost where the squares would be too small."""
    length = float(np.linalg.norm(vector))
    return length if length > TINY or not len(vector) else math.hypot(*vector.tolist())
