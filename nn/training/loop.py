"""`Loop`: the epochs and steps of a training, safe to interrupt, to kill and to resume.

    epoch:  order of the examples -> a step for each batch -> validation, log, callbacks -> checkpoint
    step:   rate of the schedule -> forward, backward, update -> error if nan, infinite or exploded

Whatever ends it, the model is as it was after the last finished step.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from autograd import Value
from autograd.support.collector import no_collection
from nn.callbacks import Callback, EarlyStopping
from nn.columns import shuffled
from nn.layers import Dropout
from nn.module import InMode, Module
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.training.checkpoint import Checkpoint, resuming
from nn.training.checkpoint.settings import Settings, fingerprint
from nn.training.diagnosis import before_training
from nn.training.diagnosis.start import end_of, start_of
from nn.training.divergence import Cause, TrainingError, find_cause, largest_gradient, remedies
from nn.training.engine import Engine, NotFiniteError, Objective, Step
from nn.training.examples import Batch, Examples
from nn.training.history import History
from nn.training.judge import Judge
from nn.training.keeper import Keeper
from nn.training.progress import Progress, say
from nn.training.watch import EXAMPLES, Watch

EXPLODED = 1e6  # times the loss of the first step, or times 1 if that is larger
SMALL = 10_000_000  # products of two numbers in a step, about 784-128-64-10 with a batch of 64


class Job(NamedTuple):
    """The arguments of a training, after all checks; `fixed_seed` says whether the seed was among them."""

    model: Module
    engine: Engine
    objective: Objective
    optimizer: Optimizer
    parameters: list[Value]  # of the model
    lr: float
    training: Examples
    validation: Examples | None
    judge: Judge
    untrained: list[str]  # names of what the model computes with that is none of the parameters, and should be one
    callbacks: Sequence[Callback]
    may_change: bool  # whether anybody but the steps may change the model
    epochs: int
    batch_size: int
    shuffle: bool
    seed: int
    fixed_seed: bool
    schedule: Schedule | None
    clipping: tuple[float | None, float | None]
    checkpoint: Checkpoint | None
    checkpoint_every: int | None
    verbosity: int

    @property
    def steps(self) -> int:
        """The number of steps in an epoch."""
        return math.ceil(len(self.training.X) / self.batch_size)


class EpochTotals:
    """Sums over the steps of an epoch, for its log."""

    def __init__(self) -> None:
        self.examples = 0
        self.loss = self.penalty = 0.0
        self.outputs: list[Any] = []

    def add(self, step: Step, n: int, with_outputs: bool) -> None:
        """Add a step of n examples, with its outputs if there are metrics."""
        self.examples += n
        self.loss += step.loss * n
        self.penalty += step.penalty * n
        if with_outputs:
            self.outputs += step.outputs


def order_of(n: int, epoch: int, seed: int, shuffle: bool) -> list[int]:
    """The order of the examples in an epoch, from the seed and the number of the epoch alone.

    >>> order_of(4, epoch=0, seed=1, shuffle=True), order_of(4, epoch=1, seed=1, shuffle=True)
    ([2, 3, 1, 0], [1, 0, 3, 2])
    """
    if not shuffle:
        return list(range(n))
    order: list[int] = shuffled(Random(f"{seed} {epoch}"), n).tolist()
    return order


@contextmanager
def threads_for(products: int) -> Iterator[None]:
    """A block in which NumPy's linear algebra runs on one thread, if a step multiplies no more than so often.

    On two busy cores, 784-32-10 trained 2 to 7 times as fast: a thread that waits for the other one does so at work.

    >>> with threads_for(1000):
    ...     pass
    """
    if products > SMALL or sys.platform == "emscripten":  # a browser has one thread
        yield
        return
    from threadpoolctl import ThreadpoolController

    with ThreadpoolController().limit(limits=1, user_api="blas"):
        yield


class Loop:
    """A training under way: its position, and how to go on from there.

    `epoch` and `batch` are the next ones to do, `steps` counts those done, `scale` is the size of the first loss.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.epoch = self.batch = self.steps = 0
        self.seed = job.seed
        self.scale = 0.0
        self.stopped_before = False  # by a callback, before the checkpoint was written that this goes on from
        self.totals = EpochTotals()
        self.settings: Settings | None = None  # with which it began, if there are checkpoints
        self.watch = Watch(job.model, job.parameters)
        # A callback looks at the model after an epoch; only one that says so, after every step.
        self.callbacks_in_steps = any(_is_called_in_steps(callback) for callback in job.callbacks)
        self.history = History(
            {
                "lr": job.optimizer.lr,
                "optimizer": type(job.optimizer).__name__,
                "loss": getattr(job.objective.loss, "__name__", repr(job.objective.loss)),
                "layers": {layer.name: layer.activation for layer in self.watch.layers},
                "steps": job.steps,  # of an epoch
                "batch_size": job.batch_size,
                "examples": len(job.training.X),
                "shuffle": job.shuffle,
                "penalties": {name: x for name, x in (("l1", job.objective.l1), ("l2", job.objective.l2)) if x},
                "dropout": max((part.p for part in job.model.modules() if isinstance(part, Dropout)), default=0.0),
            }
        )

    @cached_property
    def keeper(self) -> Keeper:
        """What a checkpoint is made of, and what a look for the cause of a failure leaves as it was."""
        return Keeper(self.job.model, self.job.optimizer)

    @cached_property
    def fingerprints(self) -> tuple[str | None, str | None]:
        """Those of the examples to train on and to validate on, by which a checkpoint knows them again."""
        return fingerprint(self.job.training), fingerprint(self.job.validation)

    def run(self, resume: bool) -> History:
        """Train to the end, or until something stops it."""
        job = self.job
        for callback in job.callbacks:
            callback.model, callback.optimizer, callback.stop_training = job.model, job.optimizer, False
        with resuming.begun(self, resume):
            return self._run()

    def _run(self) -> History:
        job = self.job
        done = self.epoch * job.steps + self.batch
        bar = Progress(job.epochs, job.steps, job.verbosity > 0, job.verbosity == 2, done)
        with InMode(job.model, training=True), bar:
            try:
                for callback in job.callbacks:
                    callback.history = self.history
                self._call("on_train_begin", {})
                if not self.history.start:  # else it goes on, and that was said when it began
                    self.history.start = self.look_at_start()
                    for sentence in before_training(self.history.start) if job.verbosity else ():
                        say(sentence)
                if job.may_change:
                    job.engine.read_model()
                while self.epoch < job.epochs and not self.stopped():
                    self._run_epoch(bar)
                    resuming.write(self)
                job.engine.write_model()
                self.history.stopped = self.stopped() or "finished"
                self._call("on_train_end", {})
                self.history.start["end"] = end_of(
                    job.model,
                    job.objective,
                    job.training,
                    job.batch_size,
                    None if job.callbacks else job.engine.outputs,
                    job.parameters,
                )
            except KeyboardInterrupt:
                self.history.stopped = "interrupted"
            finally:
                job.engine.write_model()
                self.history.settings["engine"] = job.engine.name
                if job.engine.reason:
                    self.history.settings["not compiled"] = job.engine.reason
        return self.history

    def look_at_start(self) -> dict[str, Any]:
        """What is known before the first step, for a diagnosis afterwards."""
        job = self.job
        look = None if job.callbacks else job.engine.look  # a callback may just have changed the model
        with no_collection():  # of which lists of all numbers of a model would be most of the work
            start = start_of(
                job.model,
                job.objective,
                job.training,
                job.validation,
                self.watch,
                job.batch_size,
                look,
                job.parameters,
            )
        return {**start, "untrained": job.untrained} if job.untrained else start

    def _call(self, event: str, *arguments: Any) -> None:
        """Call a method of every callback, in order."""
        for callback in self.job.callbacks:
            getattr(callback, event)(*arguments)

    def _run_epoch(self, bar: Progress) -> None:
        job, epoch, size = self.job, self.epoch, self.job.batch_size
        order = order_of(len(job.training.X), epoch, self.seed, job.shuffle and job.steps > 1)
        first_watched = job.steps - math.ceil(EXAMPLES / size)
        if self.batch == 0:  # not in the middle of an epoch that is resumed
            self._call("on_epoch_begin", epoch, {})
        if job.callbacks:
            job.engine.read_model()
        for number in range(self.batch, job.steps):
            self._call("on_train_batch_begin", number, {})
            if self.callbacks_in_steps:
                job.engine.read_model()
            start, end = number * size, (number + 1) * size
            batch = Batch(job.training, order[start:end], order[end : end + size])
            step = self._step(batch, self.watch if number >= first_watched else None)
            self.totals.add(step, len(batch), with_outputs=bool(job.judge.functions))
            # The step is done: an interruption from here on finds it counted.
            self.batch, self.steps = number + 1, self.steps + 1
            bar.step(epoch, step.loss)
            if self.callbacks_in_steps:
                job.engine.write_model()
            self._call("on_train_batch_end", number, {"loss": step.loss})
            if job.checkpoint_every and self.steps % job.checkpoint_every == 0 and self.batch < job.steps:
                resuming.write(self)
        logs = self._logs(order)
        self.history.append(logs, self.watch.measured())
        bar.epoch(epoch, logs)
        self.epoch, self.batch, self.totals = epoch + 1, 0, EpochTotals()
        self.watch.restart()
        if job.callbacks:
            job.engine.write_model()
        self._call("on_epoch_end", epoch, logs)

    def _step(self, batch: Batch, watch: Watch | None) -> Step:
        """One step, all or nothing: whatever goes wrong in it, the model is as it was before."""
        job, rate = self.job, self.job.optimizer.lr
        try:
            if job.schedule is not None:
                job.optimizer.lr = job.schedule(self.steps)
            step = job.engine.train_step(batch, watch)
        except NotFiniteError as error:
            job.optimizer.lr = rate
            raise self._not_finite(error, batch.examples) from None
        except BaseException:
            job.optimizer.lr = rate
            raise
        size = abs(step.loss + step.penalty)
        self.scale = self.scale or max(size, 1.0)
        if size > EXPLODED * self.scale:
            job.engine.write_model()
            raise self._exploded(size, batch.examples)
        return step

    def _logs(self, order: Sequence[int]) -> dict[str, float]:
        """The numbers of an epoch that is done, by name."""
        job, totals = self.job, self.totals
        logs = {"loss": totals.loss / totals.examples}
        logs.update(job.judge(job.training.targets(order) if job.judge.functions else [], totals.outputs))
        if totals.penalty:
            logs["penalty"] = totals.penalty / totals.examples
        if job.validation is not None:
            results = job.engine.evaluate(job.validation, job.batch_size)
            logs["val_loss"] = results.loss
            metrics = job.judge(job.validation.y, results.outputs)
            logs.update({f"val_{name}": value for name, value in metrics.items()})
        logs["lr"] = job.optimizer.lr
        return logs

    def _not_finite(self, error: NotFiniteError, examples: Examples) -> TrainingError:
        """The error for nan and inf: the batch runs again, to find where it began."""
        job = self.job
        before = self.keeper.take()
        try:
            cause = find_cause(job.model, job.objective, examples)
        finally:
            self.keeper.put_back(before)
        beginning = f". It began in {cause.layer}: {cause.story}" if cause else ""
        return self._error(f"the {error.stage} became nan or infinite{beginning}", examples, cause, cause)

    def _exploded(self, size: float, examples: Examples) -> TrainingError:
        cause = largest_gradient(self.job.model)
        story = f"the loss exploded, to {size:.3g}. It is worst in {cause.layer}: {cause.story}"
        return self._error(story, examples, None, cause)

    def _error(self, story: str, examples: Examples, operation: Cause | None, cause: Cause | None) -> TrainingError:
        """The error with its place and remedies; `operation` is the cause where a single operation is to blame."""
        job = self.job
        remedy = remedies(examples, job.optimizer.lr, job.clipping != (None, None), operation)
        place = f"epoch {self.epoch + 1}, step {self.batch + 1} of {job.steps}"
        message = f"{place}: {story}. Try {remedy}. The model is as it was after the last finished step"
        self.history.stopped, self.history.failure = "failed", message
        return TrainingError(message, self.history, cause.layer if cause else "", self.epoch, self.batch)

    def stopped(self) -> str:
        """Why no further epoch begins; "" if one may."""
        for callback in self.job.callbacks:
            if callback.stop_training:
                return "early" if isinstance(callback, EarlyStopping) else "callback"
        return "callback" if self.stopped_before else ""


def _is_called_in_steps(callback: Callback) -> bool:
    names = ("on_train_batch_begin", "on_train_batch_end")
    own = vars(callback)
    return any(name in own or getattr(type(callback), name, None) is not getattr(Callback, name) for name in names)
