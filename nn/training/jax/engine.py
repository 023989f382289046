"""`JaxEngine`: the training steps of `CompiledEngine` on the devices of JAX.

once:   the program of one example and the penalty become functions, the step is compiled for each size of a batch
step:   the batch goes to the devices -> one call -> the next batch goes there while it runs -> the loss comes back
before a callback:  parameters come back and are written into the model     after it:  they go there again
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import jax
import numpy as np

from autograd.program import Program
from nn.training.compiled.engine import CompiledEngine
from nn.training.compiled.recording import Recording
from nn.training.compiled.vectors import Memory, Vector
from nn.training.engine import EagerEngine, Step
from nn.training.examples import Batch, Examples
from nn.training.jax.feeding import Feed, check_alike, chosen_devices, meet
from nn.training.jax.step import Leaves, Rule, Training, make_step
from nn.training.watch import Watch


@contextmanager
def finished() -> Iterator[None]:
    """A block that Ctrl-C does not end: it is raised behind the block.

    What a step was given is gone when it has begun, as its memory holds the result. So there is no way back.

    >>> with finished():
    ...     pass
    """
    if threading.current_thread() is not threading.main_thread():  # where Python never raises it
        yield
        return
    pending: list[tuple[Any, ...]] = []
    before = signal.signal(signal.SIGINT, lambda *event: pending.append(event))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pending and callable(before):
            before(*pending[0])


class Outputs:
    """The outputs of a step, which stay on the devices until somebody asks for one."""

    def __init__(self, recording: Recording, results: Any) -> None:
        self.recording, self.results = recording, results

    def __iter__(self) -> Iterator[Any]:
        return iter(self.recording.outputs_of(np.asarray(self.results)))


class JaxEngine(CompiledEngine):
    """Trains on the devices of JAX, in float64; see `CompiledEngine` for what it compiles, and when it compares.

    A batch is divided among the devices, of all processes if there are several; parameters are on each of them. The
    model, its callbacks and metrics are on the host. `leads` says whether this process writes and shows something.

    Raises CompilationError for what does not compile, and for an optimizer whose rule does not run over `jax.numpy`.

    >>> from nn import MLP, losses, optim
    >>> from nn.training.engine import Objective
    >>> model, examples = MLP(1, [1], init="zeros"), Examples([[1.0]], [2.0])
    >>> eager = EagerEngine(model, Objective(losses.mse), optim.SGD(model.parameters(), lr=0.25))
    >>> engine = JaxEngine(eager, examples)
    >>> engine.train_step(Batch(examples)).loss
    4.0
    >>> engine.write_model()
    >>> model([1.0]).data
    2.0
    """

    def __init__(
        self, eager: EagerEngine, training: Examples, validation: Examples | None = None, devices: Any = None
    ) -> None:
        self.feed = Feed(chosen_devices(devices))
        with jax.enable_x64(True):
            super().__init__(eager, training, validation)
        self.name, self.leads = "jax", jax.process_index() == 0

    # ----- Compiling -----

    def _record(self, again: bool, known: Any) -> None:
        super()._record(again, known)
        self.flat = self.step.program.jax()
        self.leaves = Leaves(self.flat.parts())
        self.function = self.leaves.function(self.step.program)
        self.penalty_function = None
        if self.penalty.trainer is not None:
            self.penalty_program = cast("Program", self.penalty.trainer.program)
            self.penalty_function = self.leaves.function(self.penalty_program)
        if self.evaluation is not None:
            self.evaluated = self.evaluation.program.jax()
            self._evaluate = jax.jit(self.evaluated, out_shardings=self.feed.everywhere)
        self._rule: Rule | None = None
        self._send()
        # What does not run over arrays of JAX is found now, before anything changes.
        before = self.keeper.take()
        parts = self.feed.batch(self.step, range(min(2, len(self.training.X))))
        self.keeper.put_back(before)
        jax.eval_shape(self._stepped, *self._arguments(parts))

    def _send(self) -> None:
        """Parameters, state and settings as they are now go to the devices."""
        rule = self.eager.optimizer
        settings = {name: x for name, x in rule.hyperparameters.items() if name != "lr"}
        vector, memory, n = self.step.trainer.parameters, self.optimizer.memory, len(self.parameters)
        check_alike(np.array([vector.sum(), np.abs(vector).sum(), *self.step.inputs[0]]))
        slots = []
        for slot in memory.state:
            full = np.zeros(n)
            full[self.optimizer.indices] = slot
            slots.append(self._put(full))
        self.device = Training(self._put(vector), tuple(slots))
        self.gradient: Any = None
        self.givens = self.flat.givens()
        self.penalty_givens = None if self.penalty_function is None else self.penalty_program.jax().givens()
        # The batch that is on its way.
        self.ahead_of: tuple[tuple[int, ...], Any] = ((), None)
        if self._rule is None or self._rule.settings != settings:
            self._rule = Rule(rule.update, settings)
            masks = [np.zeros(n, dtype=bool) for _ in self.shifts]
            for mask, places in zip(masks, self.shifts, strict=True):
                mask[places] = True
            stepped = None
            if not isinstance(self.optimizer.indices, slice):
                stepped = np.zeros(n, dtype=bool)
                stepped[self.optimizer.indices] = True
            step = make_step(
                self.function, self.penalty_function, self.step.reduction, [self.leaves.split(mask) for mask in masks],
                (self.eager.max_norm, self.eager.max_value), self._rule,
                None if stepped is None else self.leaves.split(stepped),
            )  # fmt: skip
            self._stepped = jax.jit(step, donate_argnums=0, out_shardings=self.feed.everywhere)

    def _put(self, vector: Vector) -> list[Any]:
        return [self.feed.put(array) for array in self.leaves.split(vector)]

    def _arguments(self, parts: Any) -> tuple[Any, ...]:
        counts = self.optimizer.memory.steps
        count: Any = float(counts[0] + 1)
        if len(counts) > 1:  # parameters that were frozen for a while
            steps = np.ones(len(self.parameters))
            for group, n in zip(self.optimizer.groups, counts, strict=True):
                steps[np.arange(len(steps), dtype=np.intp)[self.optimizer.indices][group]] = n + 1.0
            count = self.leaves.split(steps)
        rate = float(self.eager.optimizer.hyperparameters["lr"])
        return self.device, parts, self.givens, self.penalty_givens, rate, count

    # ----- Training -----

    def train_step(self, batch: Batch, watch: Watch | None = None) -> Step:
        """See `nn.training.engine.Engine`."""
        with finished(), jax.enable_x64(True):
            return super().train_step(batch, watch)

    def _step(self, batch: Batch, watch: Watch | None, before: Any) -> Step | None:
        own, parts = self.ahead_of
        if parts is None or own != tuple(batch.indices):
            parts = self.feed.batch(self.step, batch.indices)
        old = None if watch is None else self.leaves.join(self.device.parameters)
        self.device, result = self._stepped(*self._arguments(parts))
        # While it runs, the next batch is read; dropout factors are drawn when their turn has come.
        self.ahead_of = (), None
        if batch.following and not self.step.dropouts:
            self.ahead_of = tuple(batch.following), self.feed.batch(self.step, batch.following)
        loss, penalty, finite = np.asarray(result.numbers).tolist()
        if self.penalty_function is None:
            penalty = self.penalty.constant
        if not (finite and math.isfinite(penalty)):
            return None
        self.gradient = result.gradient if result.clipped is None else result.clipped
        memory = self.optimizer.memory
        self.optimizer.memory = Memory(memory.state, tuple([n + 1 for n in memory.steps]))
        if old is not None and watch is not None:
            lengths = self._watch(watch, np.asarray(result.results), self.leaves.join(result.gradient))
            self._watch_updates(watch, lengths, old, self.leaves.join(self.device.parameters))
        if self.step.stand_in.batch_moments:
            moments = np.asarray(result.results)[0, self.step.moments].tolist()
            self.step.update_running_moments(moments, len(batch))
        return Step(loss, penalty, Outputs(self.step, result.results))

    def _restore(self, before: Any) -> None:
        """The devices kept what they had; the vector on the host is older, and waits for `write_model`."""
        self.optimizer.memory = Memory(self.optimizer.memory.state, before.memory.steps)
        self.keeper.put_back(before.others)

    # ----- Evaluating -----

    def _results_of(self, recording: Recording) -> Vector:
        """The results for all examples of validation, with the numbers that the model has now."""
        with jax.enable_x64(True):
            parts = self.feed.batch(recording, range(len(recording.inputs)))
            results: Vector = np.asarray(self._evaluate(recording.trainer.parameters, parts, self.evaluated.givens()))
        return results

    # ----- Between the devices and the model -----

    def _write_back(self) -> None:
        trainer = self.step.trainer
        trainer.parameters[:] = self.leaves.join(self.device.parameters)
        if self.gradient is not None:
            trainer.gradient[:] = self.leaves.join(self.gradient)
        state = [self.leaves.join(slot)[self.optimizer.indices] for slot in self.device.state]
        self.optimizer.memory = Memory(tuple(state), self.optimizer.memory.steps)
        super()._write_back()

    def read_model(self) -> None:
        """See `nn.training.engine.Engine`."""
        with jax.enable_x64(True):
            super().read_model()
            if self.name != "eager":
                self._send()

    def meet(self) -> None:
        """See `nn.training.engine.Engine`."""
        meet()
