"""`Loop`: the epochs and steps of a training, with what makes them safe to interrupt, to kill and to resume."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from random import Random
from typing import Any, NamedTuple

from nn.callbacks import Callback, EarlyStopping
from nn.module import Evaluating, Module
from nn.optim.optimizer import Optimizer
from nn.schedules import Schedule
from nn.training import resuming
from nn.training.checkpoint import Checkpoint
from nn.training.divergence import TrainingError, find_cause, largest_gradient, remedies
from nn.training.engine import Engine, NotFiniteError, Objective, Step
from nn.training.examples import Batch, Examples
from nn.training.history import History
from nn.training.judge import Judge
from nn.training.keeper import Keeper
from nn.training.progress import Progress
from nn.training.watch import EXAMPLES, Watch

EXPLODED = 1e6  # times the loss of the first step, or times 1 if that is larger


class Job(NamedTuple):
    """A training as it was asked for, after all checks."""

    model: Module
    engine: Engine
    objective: Objective
    optimizer: Optimizer
    lr: float
    training: Examples
    validation: Examples | None
    judge: Judge
    callbacks: Sequence[Callback]
    epochs: int
    batch_size: int
    shuffle: bool
    seed: int
    own_seed: bool
    schedule: Schedule | None
    clipping: tuple[float | None, float | None]
    checkpoint: Checkpoint | None
    checkpoint_every: int | None
    verbosity: int

    @property
    def steps(self) -> int:
        """The number of steps in an epoch."""
        return math.ceil(len(self.training.X) / self.batch_size)


class SoFar:
    """What an unfinished epoch has added up."""

    def __init__(self) -> None:
        self.examples = 0
        self.loss = self.penalty = 0.0
        self.outputs: list[Any] = []

    def add(self, step: Step, n: int, keep: bool) -> None:
        """Take a step of n examples into account; `keep` its outputs if metrics will ask for them."""
        self.examples += n
        self.loss += step.loss * n
        self.penalty += step.penalty * n
        if keep:
            self.outputs += step.outputs


def order_of(n: int, epoch: int, seed: int, shuffle: bool) -> list[int]:
    """The order of the examples in an epoch, from the seed and the number of the epoch alone.

    >>> order_of(4, epoch=0, seed=1, shuffle=True), order_of(4, epoch=1, seed=1, shuffle=True)
    ([2, 3, 1, 0], [1, 0, 3, 2])
    """
    order = list(range(n))
    if shuffle:
        Random(f"{seed} {epoch}").shuffle(order)
    return order


class Loop:
    """A training under way: where it is, and how to go on from there.

    `epoch` and `batch` are the next ones to do, `steps` counts those done, `scale` is the size of the first loss.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.epoch = self.batch = self.steps = 0
        self.seed = job.seed
        self.scale = 0.0
        self.stopped_before = False  # by a callback, before the checkpoint was written that this goes on from
        self.so_far = SoFar()
        self.keeper = Keeper(job.model, job.optimizer)
        self.watch = Watch(job.model)
        # A callback looks at the model after an epoch; only one that says so, after every step.
        self.looked_at_in_steps = any(_looks_at_steps(callback) for callback in job.callbacks)
        self.history = History(
            {
                "lr": job.optimizer.lr,
                "optimizer": type(job.optimizer).__name__,
                "loss": getattr(job.objective.loss, "__name__", repr(job.objective.loss)),
                "layers": {group.name: group.activation for group in self.watch.layers},
            }
        )

    @cached_property
    def fingerprints(self) -> tuple[str | None, str | None]:
        """Those of the examples to train on and to validate on, by which a checkpoint knows them again."""
        return resuming.fingerprint(self.job.training), resuming.fingerprint(self.job.validation)

    def run(self, resume: bool) -> History:
        """Train to the end, or until something stops it."""
        job = self.job
        for callback in job.callbacks:
            callback.model, callback.optimizer, callback.stop_training = job.model, job.optimizer, False
        resuming.begin(self, resume)
        done = self.epoch * job.steps + self.batch
        bar = Progress(job.epochs, job.steps, job.verbosity > 0, job.verbosity == 2, done)
        with Evaluating(job.model), bar:  # which puts everything back into the mode that it was in
            try:
                job.model.train()
                for callback in job.callbacks:
                    callback.history = self.history
                    callback.on_train_begin({})
                job.engine.read_model()
                while self.epoch < job.epochs and not self.stopped():
                    self._run_epoch(bar)
                    resuming.write(self)
                job.engine.write_model()
                self.history.stopped = self.stopped() or "finished"
                for callback in job.callbacks:
                    callback.on_train_end({})
            except KeyboardInterrupt:
                self.history.stopped = "interrupted"
            finally:
                job.engine.write_model()
                self.history.settings["engine"] = job.engine.name
                if job.engine.reason:
                    self.history.settings["not compiled"] = job.engine.reason
        return self.history

    def _run_epoch(self, bar: Progress) -> None:
        job, epoch, size = self.job, self.epoch, self.job.batch_size
        order = order_of(len(job.training.X), epoch, self.seed, job.shuffle and job.steps > 1)
        first_watched = job.steps - math.ceil(EXAMPLES / size)
        if self.batch == 0:
            for callback in job.callbacks:
                callback.on_epoch_begin(epoch, {})
        if job.callbacks:
            job.engine.read_model()
        for number in range(self.batch, job.steps):
            for callback in job.callbacks:
                callback.on_train_batch_begin(number, {})
            if self.looked_at_in_steps:
                job.engine.read_model()
            batch = Batch(job.training, order[number * size : (number + 1) * size])
            step = self._step(batch, self.watch if number >= first_watched else None)
            self.so_far.add(step, len(batch), keep=bool(job.judge.functions))
            self.batch, self.steps = number + 1, self.steps + 1
            bar.step(epoch, step.loss)
            if self.looked_at_in_steps:
                job.engine.write_model()
            for callback in job.callbacks:
                callback.on_train_batch_end(number, {"loss": step.loss})
            if job.checkpoint_every and self.steps % job.checkpoint_every == 0 and self.batch < job.steps:
                resuming.write(self)
        logs = self._logs(order)
        self.history.append(logs, self.watch.measured())
        bar.epoch(epoch, logs)
        self.epoch, self.batch, self.so_far = epoch + 1, 0, SoFar()
        self.watch.restart()
        if job.callbacks:
            job.engine.write_model()
        for callback in job.callbacks:
            callback.on_epoch_end(epoch, logs)

    def _step(self, batch: Batch, watch: Watch | None) -> Step:
        """One step, all or nothing: whatever goes wrong in it, the model is as it was before."""
        job, rate = self.job, self.job.optimizer.lr
        try:
            if job.schedule is not None:
                job.optimizer.lr = job.schedule(self.steps)
            step = job.engine.train_step(batch, watch)
        except NotFiniteError as error:
            job.optimizer.lr = rate
            raise self._broken(error, batch.examples) from None
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
        job, so_far = self.job, self.so_far
        logs = {"loss": so_far.loss / so_far.examples}
        logs.update(job.judge([job.training.y[i] for i in order], so_far.outputs))
        if so_far.penalty:
            logs["penalty"] = so_far.penalty / so_far.examples
        if job.validation is not None:
            found = job.engine.evaluate(job.validation, job.batch_size)
            logs["val_loss"] = found.loss
            judged = job.judge(job.validation.y, found.outputs)
            logs.update({f"val_{name}": value for name, value in judged.items()})
        logs["lr"] = job.optimizer.lr
        return logs

    def _broken(self, error: NotFiniteError, examples: Examples) -> TrainingError:
        """The error for nan and inf: what began it, found by running the batch again."""
        job = self.job
        before = self.keeper.take()
        try:
            cause = find_cause(job.model, job.objective, examples)
        finally:
            self.keeper.put_back(before)
        if cause is None:
            story = f"the {error.stage} became nan or infinite"
        else:
            story = f"the {error.stage} became nan or infinite. It began in {cause.layer}: {cause.story}"
        remedy = remedies(examples, job.optimizer.lr, job.clipping != (None, None), cause)
        return self._error(f"{story}. Try {remedy}", cause.layer if cause else "")

    def _exploded(self, size: float, examples: Examples) -> TrainingError:
        cause = largest_gradient(self.job.model)
        remedy = remedies(examples, self.job.optimizer.lr, self.job.clipping != (None, None), None)
        story = f"the loss exploded, to {size:.3g}. It is worst in {cause.layer}: {cause.story}"
        return self._error(f"{story}. Try {remedy}", cause.layer)

    def _error(self, text: str, layer: str) -> TrainingError:
        place = f"epoch {self.epoch + 1}, step {self.batch + 1} of {self.job.steps}"
        message = f"{place}: {text}. The model is as it was after the last finished step"
        self.history.stopped, self.history.failure = "failed", message
        return TrainingError(message, self.history, layer, self.epoch, self.batch)

    def stopped(self) -> str:
        """Why no further epoch begins; "" if one may."""
        for callback in self.job.callbacks:
            if callback.stop_training:
                return "early" if isinstance(callback, EarlyStopping) else "callback"
        return "callback" if self.stopped_before else ""


def _looks_at_steps(callback: Callback) -> bool:
    names = ("on_train_batch_begin", "on_train_batch_end")
    own = vars(callback)
    return any(name in own or getattr(type(callback), name, None) is not getattr(Callback, name) for name in names)
