"""`Trainer`: training on one flat vector of parameters, at the speed of array code."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from autograd.engine.many.numbers import write_numbers
from autograd.engine.value import Value
from autograd.program.code import Array
from autograd.program.runner import Runner
from autograd.support.text import short


# A protocol, and not Program itself: its module imports this one.
class Trainable(Protocol):
    """What a trainer needs of a program: its parameters, and how it reads tables and the numbers of Values."""

    parameters: list[Value]

    def rows(self, X: ArrayLike) -> tuple[Array, bool]: ...
    def read_into(self, runner: Runner) -> None: ...
    def trainer(self) -> Trainer: ...


class Trainer:
    """A working copy of a program's parameters, from `program.trainer()`.

    `parameters` is one vector, in the order of `program.parameters`; change it in place. The Values get its numbers at
    the end of a `with` block, or from `write_back`.

    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> w, x, y = Value(0.0, label="w"), Value(0.0, label="x"), Value(0.0, label="y")
    >>> program = compile((w * x - y) ** 2, inputs=[x, y])
    >>> with program.trainer() as trainer:
    ...     for _ in range(50):
    ...         loss = trainer.step([[1.0, 3.0], [2.0, 6.0]], lr=0.1)
    >>> round(w.data, 6)
    3.0
    """

    def __init__(self, program: Trainable, runner: Runner) -> None:
        self.program = program
        self._runner = runner

    @property
    def parameters(self) -> Array:
        """The flat vector of parameters."""
        return self._runner.theta

    @property
    def gradient(self) -> Array:
        """The gradient that was computed last, in the order of the parameters; overwritten by the next one."""
        return self._runner.gradient

    @property
    def outputs(self) -> Array:
        """Of a program of several outputs: all of them, (examples, outputs), as the last gradient's batch had them."""
        parts = self._runner.outputs
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def value_and_gradient(self, X: ArrayLike, *, reduction: str = "mean") -> tuple[float, Array]:
        """The mean over the batch, or the sum, and its gradient: the vector `gradient` itself, not a copy.

        Raises ValueError if X does not have a column for each input, and for another reduction.
        """
        if reduction not in ("mean", "sum"):
            raise ValueError(f'reduction must be "mean" or "sum" here, got {short(reduction)}')
        # The seed is what one result counts.
        rows, _ = self.program.rows(X)
        value = self._runner.gradients(rows, 1.0 / len(rows) if reduction == "mean" else 1.0)
        return value, self._runner.gradient

    def values(self, X: ArrayLike) -> Array:
        """The result for each example of a batch."""
        return self._runner.values(self.program.rows(X)[0])

    def step(self, X: ArrayLike, lr: float) -> float:
        """One step of gradient descent on the mean over the batch: parameters −= lr · gradient; the mean before it."""
        value, gradient = self.value_and_gradient(X)
        gradient *= lr  # in place: it is not needed any more
        self._runner.theta -= gradient
        return value

    def read(self) -> None:
        """Copy the numbers of the Values to the vector."""
        self.program.read_into(self._runner)

    def write_back(self) -> None:
        """Copy the numbers of the vector to the Values."""
        write_numbers(self.program.parameters, self._runner.theta.astype(float))

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy has a vector of its own, with the same numbers.
        return _trainer, (self.program, self.parameters.copy())

    def __enter__(self) -> Trainer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.write_back()  # after an error too: the steps before it count


def _trainer(program: Trainable, parameters: Array) -> Trainer:
    trainer = program.trainer()
    trainer.parameters[:] = parameters
    return trainer
