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
from numpy.typing import NDArray

from autograd.engine.many.lists import taking_gradients
from autograd.engine.many.numbers import write_gradients, write_numbers
from nn.clipping import scale_for
from nn.layers import BatchNorm, Dropout
from nn.module import Evaluating, unrecorded
from nn.stages import is_known, plain, stages_of
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
)  # fmt: skip
from nn.training.compiled.vectors import Memory, Vector, VectorOptimizer, places_of, slice_of
from nn.training.engine import CompilationError, EagerEngine, Look, Step, as_values
from nn.training.examples import Batch, Examples
from nn.training.keeper import Keeper, Snapshot, to_the_end
from nn.training.kept import programs_of
from nn.training.shifts import ROUNDING
from nn.training.watch import LayerLog, Watch

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

    `may_change` says whether a callback may change the model between two steps; `output` is that for the first example,
    in evaluation mode, where it is known already.

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
        *,
        may_change: bool = True,
        output: Any = None,
    ) -> None:
        self.eager, self.fall_back, self.may_give_up = eager, fall_back, fall_back is not None
        self.model, self.objective = eager.model, eager.objective
        self.training, self.validation, self.may_change = training, validation, may_change
        self.layers = [layer for _, layer in stages_of(self.model)]
        self.evaluating = [part for part in self.model.modules() if not part.training]
        self.name, self.reason, self.steps = "compiled", "", 0
        self.ahead = False  # of the model, into which the last steps have not been written
        self._compile(output=output)

    def _compile(self, again: bool = False, output: Any = None) -> None:
        try:
            self._record(again, output)
        except CompilationError:
            raise
        except Exception as error:  # whatever the user's model or loss does with Values whose numbers it must not ask
            raise CompilationError(f"{type(error).__name__}: {error}") from error

    def _record(self, again: bool, known: Any) -> None:
        model, objective, examples = self.model, self.objective, self.training
        if again and not self._holds_the_same():
            raise CompilationError("the model has other layers or parameters than at the beginning of the training")
        self.keeper = Keeper(model, parameters=False)
        self.library_code = is_known(model) and objective.is_known()
        # How losses of examples make that of a batch; weighted ones are always a mean.
        few = examples.X[: 1 if self.library_code else 2]
        if known is None or len(few) > 1:
            with Evaluating(model):
                outputs = unrecorded(lambda: [model.batch([x])[0] for x in few])
        else:
            outputs = [as_values(known)]
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
        places = self.places = self.step.order.places(self.eager.parameters)
        self.frozen = [self.eager.parameters[k] for k in np.flatnonzero(places < 0).tolist()]
        programs = None if objective.kinds is None else programs_of(model)
        self.penalty = Penalty(model, objective, self.parameters, programs)
        some = self.eager.shifts(examples.X[0]) if self.eager.centres else ()
        self.shifts = [slice_of(np.sort(_known(places_of(part, self.parameters)))) for part in some]
        self.optimizer = VectorOptimizer(self.eager.optimizer, self.step.order)
        self.watched: list[tuple[Any, float]] = []
        self.trainable = taking_gradients(self.eager.parameters) if self.may_change else b""
        self.configuration = Configuration(model) if self.may_change else None
        if not objective.is_known():
            self._compare_by_target()

    def _holds_the_same(self) -> bool:
        """Whether the model has the layers and parameters that it had at the beginning of the training."""
        now, before = self.model.parameters(), self.eager.parameters
        same = [layer for _, layer in stages_of(self.model)] == self.layers
        return same and len(now) == len(before) and bool((places_of(now, before) >= 0).all())

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
            watch.see(stage, results[:, columns])
        if len(self.watched) != len(watch.layers):
            self.watched = [self._indices_and_frozen(layer) for layer in watch.layers]
        return [_length(gradient[indices]) for indices, _ in self.watched]

    def _watch_updates(self, watch: Watch, lengths: list[float], before: Vector, after: Vector) -> None:
        """Show a watch how far each layer has moved."""
        for layer, (indices, frozen), length in zip(watch.layers, self.watched, lengths, strict=True):
            old = before[indices]
            layer.add_step(length, _length(after[indices] - old), math.hypot(_length(old), frozen))

    def _indices_and_frozen(self, layer: LayerLog) -> tuple[Any, float]:
        """Where the parameters of a layer stand in the vector, and the length of those that do not: the frozen ones."""
        of_model = layer.among is self.eager.parameters
        places = self.places[layer.stretch] if of_model else places_of(layer.parameters, self.parameters)
        if of_model and not self.frozen:
            return slice_of(places), 0.0
        parameters = layer.parameters
        frozen = [parameters[k].data for k in np.flatnonzero(places < 0).tolist()]
        return slice_of(_known(places)), math.hypot(*frozen)

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

    def look(self, examples: Examples) -> Look | None:
        """See `nn.training.engine.Engine`."""
        if self.name == "eager" or not self.library_code or len(self.parameters) < MANY:
            return None
        self.write_model()
        self.step.read()
        with np.errstate(all="ignore"):
            results = self.step.trainer.values(self.step.rows_of(examples))
        if not np.isfinite(results).all():
            return None
        seen = {stage: results[:, columns] for stage, columns in self.step.activations.items()}
        theta, places = self.step.trainer.parameters, self.places
        numbers = theta[places]
        if self.frozen:
            numbers[places < 0] = [p.data for p in self.frozen]
        return Look(self.step.outputs_of(results), seen, numbers)

    def outputs(self, examples: Examples) -> list[Any] | None:
        """See `nn.training.engine.Engine`."""
        if any(isinstance(part, (BatchNorm, Dropout)) for part in self.model.modules()):
            return None
        seen = self.look(examples)
        return None if seen is None else seen.outputs

    def evaluate(self, examples: Examples, batch_size: int | None = None) -> Step:
        """See `nn.training.engine.Engine`."""
        readable = not self.ahead  # then somebody may have changed the model since the last step
        self.write_model()
        if self.name == "eager" or self.evaluation is None or examples is not self.validation:
            return self.eager.evaluate(examples, batch_size)
        if readable and not self._is_as_recorded():
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
        return recording.all_values()

    def meet(self) -> None:
        """It is one process."""

    def _is_as_recorded(self) -> bool:
        return self.configuration is None or self.configuration.matches(self.model)

    def _trains_the_same(self) -> bool:
        return not self.may_change or taking_gradients(self.eager.parameters) == self.trainable

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
            if not self._trains_the_same() or not self._is_as_recorded():
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


def _known(places: NDArray[np.intp]) -> NDArray[np.intp]:
    """The places without -1, for what has none."""
    return places[places >= 0]


def _length(vector: Vector) -> float:
    """√(Σ x²), exact too where the squares would be too small."""
    length = float(np.linalg.norm(vector))
    return length if length > TINY or not len(vector) else math.hypot(*vector.tolist())
