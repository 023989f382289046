"""`CompiledEngine`: the training steps of `EagerEngine`, as array code for all examples of a batch at once.

once:   one example is recorded and compiled (`recording`), the penalty too (`penalty`)
step:   rows of the batch (`rows`) -> losses, outputs, gradient -> clipped -> update of one vector (`vectors`)
before a callback:  the vector is written into the model        after it:  the model is read again (`trust`)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.engine.node import taking_gradients, write_gradients, write_numbers
from nn.clipping import scale_for
from nn.layers import BatchNorm, Dropout
from nn.module import Evaluating, unrecorded
from nn.stages import is_known, plain
from nn.training.compiled.penalty import Penalty
from nn.training.compiled.recording import Recording
from nn.training.compiled.reduction import reduction_of
from nn.training.compiled.trust import (
    OFTEN,
    Configuration,
    check_modes,
    difference,
    difference_by_target,
    difference_in_evaluation,
    layers_and_parameters,
)  # fmt: skip
from nn.training.compiled.vectors import Memory, Vector, VectorOptimizer, indices_of
from nn.training.engine import CompilationError, EagerEngine, Step
from nn.training.examples import Batch, Examples
from nn.training.keeper import Keeper, Snapshot, to_the_end
from nn.training.shifts import ROUNDING
from nn.training.watch import Watch

MANY = 10_000  # parameters from which on a look at some examples, one by one, takes as long as an epoch may
TINY = 1e-140  # the squares of shorter vectors are not exact


class _StepState(NamedTuple):
    """Everything that a step changes, as it was before."""

    theta: Vector
    memory: Memory
    others: Snapshot


class CompiledEngine:
    """Trains on one vector of parameters; `write_model` writes it into the model, `read_model` reads it from there.

    One example is recorded, in training mode, and compiled: loss, outputs, outputs of activations. Losses of batches
    are means or sums of those of examples; penalties are a program of their own. The program is compared with the
    model on a few examples of the first two batches. If there is code in it that is not of this package, so it is on
    every sixteenth, after every callback, and for every target. A step in which something is not finite is left to the
    eager engine.

    With `fall_back`, an engine that turns out to be wrong says why, and every further step is eager.

    Raises CompilationError for a training that does not compile; see `nn.training.compiled.recording`.

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

    leads = True

    def __init__(
        self,
        eager: EagerEngine,
        training: Examples,
        validation: Examples | None = None,
        fall_back: Callable[[str], None] | None = None,
    ) -> None:
        self.eager, self.fall_back, self.may_give_up = eager, fall_back, fall_back is not None
        self.model, self.objective = eager.model, eager.objective
        self.training, self.validation = training, validation
        self.layers_and_parameters = layers_and_parameters(self.model, eager.parameters)
        self.evaluating = [part for part in self.model.modules() if not part.training]
        self.name, self.reason, self.steps = "compiled", "", 0
        self.ahead = False  # of the model, into which the last steps have not been written
        self._compile()

    def _compile(self, again: bool = False) -> None:
        try:
            self._record(again)
        except CompilationError:
            raise
        except Exception as error:  # whatever the user's model or loss does with Values whose numbers it must not ask
            raise CompilationError(f"{type(error).__name__}: {error}") from error

    def _record(self, again: bool) -> None:
        model, objective, examples = self.model, self.objective, self.training
        if again and layers_and_parameters(model) != self.layers_and_parameters:
            raise CompilationError("the model has other layers or parameters than at the beginning of the training")
        self.keeper = Keeper(model, parameters=False)
        self.library_code = is_known(model) and objective.is_known()
        # How losses of examples make that of a batch; weighted ones are always a mean.
        few = examples.X[: 1 if self.library_code else 2]
        with Evaluating(model):
            outputs = unrecorded(lambda: [model.batch([x])[0] for x in few])
        output, reduction = plain(outputs[0]), reduction_of(objective.loss, outputs, examples.y)
        own = reduction if examples.sample_weight is None else "mean"
        self.step = Recording(model, objective, examples, output, own, training=True)
        # Of a program that stayed with the model, an earlier training saw that they agree.
        self.comparisons_due = 0 if self.library_code and self.step.compared else 2
        self.evaluation: Recording | None = None
        if self.validation is not None:
            self.evaluation = Recording(model, objective, self.validation, output, reduction, training=False)
            if self.evaluation.dropouts:
                raise CompilationError("a dropout goes on in evaluation")
        # The vector of the training has the order of the program's parameters.
        self.parameters = self.step.program.parameters
        self.index_of = {p: k for k, p in enumerate(self.parameters)}
        self.frozen = [p for p in self.eager.parameters if p not in self.index_of]
        self.penalty = Penalty(model, objective, self.index_of)
        some = self.eager.shifts(examples.X[0]) if self.eager.centres else ()
        self.shifts = [indices_of([p for p in self.parameters if p in part], self.index_of) for part in some]
        self.optimizer = VectorOptimizer(self.eager.optimizer, self.parameters)
        self.watched: list[tuple[Any, float]] = []
        self.trainable, self.configuration = taking_gradients(self.eager.parameters), Configuration(model)
        if not objective.is_known():
            self._compare_by_target()

    # ----- Training -----

    def train_step(self, batch: Batch, watch: Watch | None = None) -> Step:
        """See `nn.training.engine.Engine`; the first steps may raise CompilationError, and nothing has changed then."""
        if self.name != "eager" and (self.comparisons_due or (not self.library_code and self.steps % OFTEN == 0)):
            self._compare(batch)
        if self.name == "eager":
            return self.eager.train_step(batch, watch)
        before = _StepState(self.step.trainer.parameters.copy(), self.optimizer.memory, self.keeper.take())
        try:
            with np.errstate(all="ignore"):  # nan and infinity are looked for, and are no event
                step = self._step(batch, watch, before)
            if step is not None:
                self.ahead, self.steps = True, self.steps + 1
                return step
            self._restore(before)
        except BaseException:
            to_the_end(lambda: self._restore(before))
            raise
        # Something is not finite: the eager engine says what, or makes the step where only a square was too large.
        self.write_model()
        step = self.eager.train_step(batch, watch)
        self.steps += 1
        self.read_model()
        return step

    def _step(self, batch: Batch, watch: Watch | None, before: _StepState) -> Step | None:
        """The step, or None if something was not finite."""
        # Forward and backward.
        trainer = self.step.trainer
        theta = trainer.parameters
        rows = self.step.rows(batch.indices)
        loss, gradient = trainer.value_and_gradient(rows, reduction=self.step.reduction)
        if self.shifts:
            self._leave_out_rounding(gradient)
        penalty = self.penalty.add_gradient(theta, gradient)
        if not math.isfinite(loss + penalty + gradient.dot(gradient)):  # the quickest sum over all
            return None
        results = trainer.outputs
        lengths = [] if watch is None else self._watch(watch, results, gradient)
        # Clip, then step.
        if self.eager.max_norm is not None:
            gradient *= scale_for(float(np.linalg.norm(gradient)), self.eager.max_norm)
        if self.eager.max_value is not None:
            np.clip(gradient, -self.eager.max_value, self.eager.max_value, out=gradient)
        self.optimizer.step(theta, gradient)
        if not math.isfinite(theta.dot(theta)):
            return None
        if watch is not None:
            self._watch_updates(watch, lengths, before.theta, theta)
        # Moments of a batch are the same in every row.
        self.step.update_running_moments(results[0, self.step.moments].tolist(), len(batch))
        return Step(loss, penalty, self.step.outputs_of(results))

    def _leave_out_rounding(self, gradient: Vector) -> None:
        """As `Shifts.leave_out` does it."""
        ever, may = self.shifts
        gradient[ever] = 0.0
        part = gradient[may]
        gradient[may] = np.where(np.abs(part) < ROUNDING * np.abs(gradient).max(), 0.0, part)

    def _watch(self, watch: Watch, results: Vector, gradient: Vector) -> list[float]:
        """Show a watch the outputs of the activations; the length of the gradient of each of its layers."""
        for stage, columns in self.step.activations.items():
            watch.see(stage, results[:, columns].tolist())
        if len(self.watched) != len(watch.layers):
            self.watched = [self._indices_and_frozen(layer.parameters) for layer in watch.layers]
        return [_length(gradient[indices]) for indices, _ in self.watched]

    def _watch_updates(self, watch: Watch, lengths: list[float], before: Vector, after: Vector) -> None:
        """Show a watch how far each layer has moved."""
        for layer, (indices, frozen), length in zip(watch.layers, self.watched, lengths, strict=True):
            old = before[indices]
            layer.add_step(length, _length(after[indices] - old), math.hypot(_length(old), frozen))

    def _indices_and_frozen(self, parameters: list[Value]) -> tuple[Any, float]:
        """Where the parameters of a layer stand in the vector, and the length of those that do not: the frozen ones."""
        frozen = [p.data for p in parameters if p not in self.index_of]
        return indices_of([p for p in parameters if p in self.index_of], self.index_of), math.hypot(*frozen)

    def _restore(self, before: _StepState) -> None:
        self.step.trainer.parameters[:] = before.theta
        self.optimizer.memory = before.memory
        self.keeper.put_back(before.others)

    # ----- Comparing the program with the model -----

    def _compare(self, batch: Batch) -> None:
        """Compare program and model on a few examples.

        Raises CompilationError if they differ and there is no `fall_back`.
        """
        self.write_model()
        self._give_up_if(self._undisturbed(lambda: difference(self.step, self.penalty, self.keeper, batch)))
        self.comparisons_due = max(self.comparisons_due - 1, 0)
        if not self.comparisons_due and self.name != "eager":
            self.step.compared.add("in a training")

    def give_up(self, reason: str) -> None:
        """See `nn.training.engine.Engine`."""
        if self.fall_back is None:
            raise CompilationError(reason)
        self.name, self.reason = "eager", reason
        self.eager.read_model()
        self.fall_back(reason)

    def _give_up_if(self, reason: str) -> None:
        if reason:
            self.give_up(reason)

    def _compare_by_target(self) -> None:
        reason = self._undisturbed(lambda: difference_by_target(self.step, self.training))
        if self.evaluation is not None and self.validation is not None and not reason:
            reason = difference_by_target(self.evaluation, self.validation)
        if reason:
            raise CompilationError(reason)

    def _undisturbed(self, compare: Callable[[], str]) -> str:
        """The result; random generators and running means are as before afterwards, even if Ctrl-C comes meanwhile."""
        before = self.keeper.take()
        try:
            reason = compare()
            self.keeper.put_back(before)
        except BaseException:
            to_the_end(lambda: self.keeper.put_back(before))
            raise
        return reason

    # ----- Evaluating -----

    def look(self, examples: Examples) -> tuple[list[Any], dict[int, list[Any]]] | None:
        """See `nn.training.engine.Engine`."""
        if self.name == "eager" or not self.library_code or len(self.parameters) < MANY:
            return None
        self.write_model()
        self.step.read()
        with np.errstate(all="ignore"):
            results = self.step.trainer.values(self.step.rows_of(examples))
        if not np.isfinite(results).all():
            return None
        seen = {stage: results[:, columns].tolist() for stage, columns in self.step.activations.items()}
        return self.step.outputs_of(results), seen

    def outputs(self, examples: Examples) -> list[Any] | None:
        """See `nn.training.engine.Engine`."""
        if any(isinstance(part, (BatchNorm, Dropout)) for part in self.model.modules()):
            return None
        seen = self.look(examples)
        return None if seen is None else seen[0]

    def evaluate(self, examples: Examples, batch_size: int | None = None) -> Step:
        """See `nn.training.engine.Engine`."""
        readable = not self.ahead  # then somebody may have changed the model since the last step
        self.write_model()
        if self.name == "eager" or self.evaluation is None or examples is not self.validation:
            return self.eager.evaluate(examples, batch_size)
        if readable and not self.configuration.matches(self.model):
            return self.eager.evaluate(examples, batch_size)
        self.evaluation.read()
        results = self._results_of(self.evaluation)
        if not self.library_code:
            self._give_up_if(difference_in_evaluation(self.evaluation, examples, results))
            if self.name == "eager":
                return self.eager.evaluate(examples, batch_size)
        losses = results[:, 0]
        if not math.isfinite(losses.sum()):
            return self.eager.evaluate(examples, batch_size)
        # As in the eager engine: the mean over examples of the losses of their batches, which may be sums.
        n, total = len(losses), 0.0
        for start in range(0, n, batch_size or n):
            part = losses[start : start + (batch_size or n)]
            total += float(part.sum()) * (len(part) if self.evaluation.reduction == "sum" else 1)
        return Step(total / n, 0.0, self.evaluation.outputs_of(results))

    def _results_of(self, recording: Recording) -> Vector:
        """The results for all its examples."""
        return recording.trainer.values(recording.all_rows())

    def meet(self) -> None:
        """It is one process."""

    # ----- Between the vector and the model -----

    def write_model(self) -> None:
        """Write parameters, their gradients and the state of the optimizer into model and optimizer."""
        if self.ahead:
            to_the_end(self._write_back)
            self.ahead = False

    def _write_back(self) -> None:
        trainer = self.step.trainer
        write_numbers(self.parameters, trainer.parameters.astype(float))
        write_gradients(self.parameters, trainer.gradient.astype(float), add=False)
        for p in self.frozen:
            p.grad = 0.0
        self.optimizer.write_back()

    def read_model(self) -> None:
        """Read all this from there; if the model is not as it was recorded, compile again."""
        if self.name == "eager":
            self.eager.read_model()
            return
        try:
            check_modes(self.model, self.evaluating)
            trainable = taking_gradients(self.eager.parameters)
            if trainable != self.trainable or not self.configuration.matches(self.model):
                self.eager.read_model()
                self._compile(again=True)
                return
        except CompilationError as error:
            self.give_up(error.why)
            return
        self.step.read()
        self.penalty.read()
        self.optimizer.read()
        self.watched = []  # which hold the lengths of frozen parameters
        if not self.library_code:  # a loss of the user's may depend on something that a callback changed
            self.comparisons_due = max(self.comparisons_due, 1)


def _length(vector: Vector) -> float:
    """√(Σ x²), exact too where the squares would be too small."""
    length = float(np.linalg.norm(vector))
    return length if length > TINY or not len(vector) else math.hypot(*vector.tolist())
