"""The engine of a training: it turns a batch into one step of the optimizer. There are three, with the same interface.

`EagerEngine` records the graph of the loss at every step, walks it back, and drops it. `CompiledEngine`, in
`nn.training.compiled`, works on arrays of its own, and writes them into the model when it is asked to; `JaxEngine`, in
`nn.training.jax`, does so with arrays on the devices of JAX.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple, Protocol

import autograd
from autograd import Value
from nn.clipping import clip_norm, clip_value
from nn.layers import BatchNorm
from nn.losses import LOSSES, Loss
from nn.module import Evaluating, Module, unrecorded
from nn.optim.optimizer import Optimizer
from nn.regularization import l1, l2, weights_of
from nn.stages import plain
from nn.training.examples import Batch, Examples
from nn.training.keeper import Keeper
from nn.training.shifts import Shifts, shifts_of
from nn.training.watch import Watch


class Step(NamedTuple):
    """The results of a batch: the loss on the examples, the penalty on the weights, and the outputs as floats."""

    loss: float
    penalty: float
    outputs: Any  # a list, or what gives one to whoever goes through it


class Look(NamedTuple):
    """What a program sees of some examples and of the model, without a look at its Values."""

    outputs: list[Any]
    activations: dict[int, Any]  # their outputs, by stage
    numbers: Any  # an array of those of the model's parameters, in order


class NotFiniteError(ArithmeticError):
    """A step met nan or inf; `stage` says where: in the "loss", the "gradient" or the "update"."""

    @property
    def stage(self) -> str:
        """Where it was."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"the {self.stage} is not finite"


class CompilationError(ValueError):
    """A model, loss or optimizer does what array code cannot follow; `why` says what."""

    @property
    def why(self) -> str:
        """The reason, without the remedy."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f'{self.why}; engine="eager" trains it all the same'


class Engine(Protocol):
    """The interface between the loop and an engine.

    `name` is "eager", "compiled" or "jax", and `reason` says why an eager one stands in for a compiled one, if it does;
    `may_give_up` whether a compiled one may become eager.
    """

    name: str
    reason: str
    may_give_up: bool
    leads: bool  # whether this process writes checkpoints and shows a bar: of several that train together, one does

    def train_step(self, batch: Batch, watch: Watch | None = None) -> Step:
        """One step on one batch, all or nothing; a `watch` is shown the outputs, gradients and updates of the layers.

        Raises NotFiniteError for nan or inf in the loss, a gradient or a parameter.
        """

    def evaluate(self, examples: Examples, batch_size: int | None = None) -> Step:
        """Loss and outputs in evaluation mode, all at once or batch by batch; nothing changes."""

    def look(self, examples: Examples) -> Look | None:
        """The outputs in training mode, and what goes with them; None where the model itself is quicker."""

    def outputs(self, examples: Examples) -> list[Any] | None:
        """The outputs in evaluation mode; None where the model itself is quicker."""

    def write_model(self) -> None:
        """Bring the model and the optimizer up to date, before a callback or a checkpoint reads them."""

    def read_model(self) -> None:
        """Take over the numbers and settings of model and optimizer, after a callback may have changed them."""

    def give_up(self, reason: str) -> None:
        """Be eager from now on; raises CompilationError if it may not."""

    def meet(self) -> None:
        """Wait for all processes that train together."""


class Objective(NamedTuple):
    """The number that training makes small: a loss on the examples, and penalties on the weights."""

    loss: Loss
    l1: float = 0.0
    l2: float = 0.0
    regularization: Callable[[Module], Any] | None = None

    def on(self, outputs: list[Any], batch: Examples) -> Any:
        """The loss of a batch; with weights, Σ wᵢ·lossᵢ / n, where lossᵢ is the mean over an example's outputs."""
        if batch.sample_weight is None:
            return self.loss(outputs, batch.y)
        losses = self.loss(outputs, batch.y, reduction="none")
        means = [autograd.mean(x) if isinstance(x, list) else x for x in losses]
        return autograd.mean([x * w for x, w in zip(means, batch.sample_weight, strict=True)])

    def penalty(self, model: Module) -> Any:
        """The penalties added up; None if there are none."""
        if self.regularization is None:
            return self.penalty_on(weights_of(model)) if self.l1 or self.l2 else None
        terms = self._terms(weights_of(model)) if self.l1 or self.l2 else []
        return autograd.sum([*terms, self.regularization(model)])

    @property
    def kinds(self) -> tuple[str, float, float] | None:
        """What tells penalties of known kinds apart; None if there are none, or one of the user's own among them."""
        return None if self.regularization is not None or not (self.l1 or self.l2) else ("penalty", self.l1, self.l2)

    def penalty_on(self, weights: list[Value]) -> Any:
        """Those that need the weights alone, added up."""
        return autograd.sum(self._terms(weights))

    def _terms(self, weights: list[Value]) -> list[Any]:
        terms = [l1(weights, self.l1)] if self.l1 else []
        return [*terms, l2(weights, self.l2)] if self.l2 else terms

    def is_known(self) -> bool:
        """Whether loss and penalties are of this package."""
        return unwrapped(self.loss) in LOSSES.values() and self.regularization is None

    def takes_weights(self) -> bool:
        """Whether the loss can give one number for each example, as weighted examples need it."""
        return reduction_parameter(self.loss) is not None


class EagerEngine:
    """The engine that records one graph for each step, with the numbers and gradients of a loop written by hand.

    >>> from nn import MLP, losses, optim
    >>> model = MLP(1, [1], init="zeros")
    >>> engine = EagerEngine(model, Objective(losses.mse), optim.SGD(model.parameters(), lr=0.25))
    >>> examples = Examples([[1.0]], [2.0])
    >>> engine.train_step(Batch(examples)).loss
    4.0
    >>> engine.evaluate(examples)
    Step(loss=0.0, penalty=0.0, outputs=[2.0])
    """

    name = "eager"
    reason = ""
    may_give_up = False
    leads = True

    def __init__(
        self,
        model: Module,
        objective: Objective,
        optimizer: Optimizer,
        parameters: list[Value] | None = None,
        *,
        max_norm: float | None = None,
        max_value: float | None = None,
    ) -> None:
        self.model, self.objective, self.optimizer = model, objective, optimizer
        self.max_norm, self.max_value = max_norm, max_value
        self.parameters = model.parameters() if parameters is None else parameters
        self.centres = any(isinstance(part, BatchNorm) for part in model.modules())
        self._shifts: Shifts | None = None

    @cached_property
    def keeper(self) -> Keeper:
        """What a step changes; a compiled engine in front of this one may never ask for it."""
        return Keeper(self.model, self.optimizer, self.parameters)

    def shifts(self, x: Sequence[float]) -> Shifts:
        """The parameters whose gradient may be rounding alone, in front of a normalisation; x is any example."""
        if self._shifts is None:
            self._shifts = shifts_of(self.model, x)
        return self._shifts

    def train_step(self, batch: Batch, watch: Watch | None = None) -> Step:
        """See `Engine.train_step`."""
        before = self.keeper.take()
        try:
            return self._step(batch, watch)
        except BaseException:  # Ctrl-C too
            self.keeper.put_back(before)
            raise

    def _step(self, batch: Batch, watch: Watch | None) -> Step:
        # Forward: outputs, loss, penalty. `watch.forward` is the same pass with a look at every layer's outputs.
        X = batch.examples.X
        outputs = self.model.batch(X) if watch is None else watch.forward(X)
        loss = self.objective.on(outputs, batch.examples)
        penalty = self.objective.penalty(self.model)
        if not math.isfinite(loss.data + (0.0 if penalty is None else float(penalty))):
            raise NotFiniteError("loss")
        # Backward. The log shows gradients as they are, before clipping.
        for p in self.parameters:
            p.grad = 0.0
        if self.centres:
            loss.backward()
            self.shifts(X[0]).leave_out(self.parameters)
            if isinstance(penalty, Value) and penalty.requires_grad:
                penalty.backward()
        else:
            (loss if penalty is None else loss + penalty).backward()
        if not math.isfinite(sum([p.grad for p in self.parameters])):
            raise NotFiniteError("gradient")
        if watch is not None:
            watch.gradients()
        # Clip, then step.
        if self.max_norm is not None:
            clip_norm(self.parameters, self.max_norm)
        if self.max_value is not None:
            clip_value(self.parameters, self.max_value)
        self.optimizer.step()
        if not math.isfinite(sum([p.data for p in self.parameters])):
            raise NotFiniteError("update")
        if watch is not None:
            watch.updates()
        return Step(loss.data, 0.0 if penalty is None else float(penalty), [plain(x) for x in outputs])

    def evaluate(self, examples: Examples, batch_size: int | None = None) -> Step:
        """See `Engine.evaluate`."""
        X, y, _ = examples
        size = batch_size or len(X)
        total, results = 0.0, []
        with Evaluating(self.model):
            for start in range(0, len(X), size):
                loss, outputs = unrecorded(partial(self._evaluated, X[start : start + size], y[start : start + size]))
                total += loss * len(outputs)
                results += outputs
        return Step(total / len(X), 0.0, results)

    def _evaluated(self, X: Sequence[list[float]], y: list[Any]) -> tuple[float, list[Any]]:
        outputs = self.model.batch(X)
        return float(self.objective.loss(outputs, y)), [plain(x) for x in outputs]

    def look(self, examples: Examples) -> None:
        """See `Engine.look`."""

    def outputs(self, examples: Examples) -> None:
        """See `Engine.outputs`."""

    def write_model(self) -> None:
        """The model is up to date at any time."""

    def read_model(self) -> None:
        """The numbers are read anew at every step; what they mean is looked at again at the next one."""
        self._shifts = None

    def give_up(self, reason: str) -> None:
        """It is eager."""

    def meet(self) -> None:
        """It is one process."""


def unwrapped(function: Any) -> Any:
    """The function inside a `functools.partial`, such as the loss in `partial(losses.mse, reduction="sum")`."""
    while isinstance(function, partial):
        function = function.func
    return function


def reduction_parameter(loss: Any) -> inspect.Parameter | None:
    """The parameter of a loss that is called "reduction"; None if there is none, or if it cannot be told."""
    try:
        return inspect.signature(loss).parameters.get("reduction")
    except (TypeError, ValueError):
        return None


def as_values(output: Any) -> Any:
    """An output of floats as a model gives it, for losses that call methods of a Value.

    >>> as_values([0.5, 2.0])
    [Value(data=0.5, grad=0.0), Value(data=2.0, grad=0.0)]
    """
    return [Value(x) for x in output] if isinstance(output, list) else Value(output)
