"""`Runner`: a program at work on batches of any size, by a tape or by array code, whichever should be faster."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.program.code import Array, Code
from autograd.program.machine import Machine
from autograd.program.taping import TapeMachine, places


class Runner:
    """What runs a program, on parameters that are one flat vector, `theta`, in the order of `code.parameters`.

    `gradient` is what the last call to `gradients` computed, in the same order, and `outputs` are the results that it
    came from, a row each. All are overwritten by the next call.
    """

    def __init__(self, code: Code, dtype: np.dtype[Any]) -> None:
        self.code, self.dtype = code, dtype
        self.can_tape, self.by_arrays = code.can_tape, code.by_arrays
        # The one that is the rule holds the vectors; the other one, should it be needed, has copies.
        main = self.arrays if self.by_arrays else self.tape
        self.theta, self.gradient, self.givens = main.theta, main.gradient, main.givens
        self._main: Machine | TapeMachine = main
        self.outputs: list[Any] = []
        self.read_at = -1  # how often numbers of Values had been set when the parameters were read

    @cached_property
    def tape(self) -> TapeMachine:
        """The machine for single examples and small batches."""
        return TapeMachine(self.code.tape, self.code.columns, len(self.code.givens))

    @cached_property
    def arrays(self) -> Machine:
        """The machine for large batches."""
        return Machine(self.code, self.dtype)

    def one(self, x: Any) -> TapeMachine | None:
        """The tape with the numbers of one example, if x is a plain list of them and the tape is what runs it."""
        if not self.can_tape or not self.tape.replay.load(x):
            return None
        return self.ready_tape()

    def ready_tape(self) -> TapeMachine:
        """The tape, with today's numbers."""
        if self.by_arrays:
            self._copy_to(self.tape)
        return self.tape

    def arrays_with_numbers(self) -> Machine:
        """The machine of array code, with today's numbers."""
        if self.arrays is not self._main:
            self._copy_to(self.arrays)
        return self.arrays

    def machine(self, examples: int) -> Machine | TapeMachine:
        """The machine for so many examples, with today's numbers."""
        if not self.can_tape:
            return self.arrays
        machine: Machine | TapeMachine = self.tape if examples < self.code.tape_below else self.arrays
        if machine is not self._main:
            self._copy_to(machine)
        return machine

    @cached_property
    def _orders(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Where the parameters and givens of array code stand in the order of the code."""
        layout = self.code.compilation.layout
        return places(layout.parameters, self.code.parameters), places(layout.givens, self.code.givens)

    def _copy_to(self, machine: Machine | TapeMachine) -> None:
        """Give the machine that is the exception the numbers of the one that is the rule."""
        if self.by_arrays:
            machine.theta[:], machine.givens[:] = self.theta, self.givens
        else:
            parameters, givens = self._orders
            machine.theta[:], machine.givens[:] = self.theta[parameters], self.givens[givens]

    def values(self, X: Array) -> Array:
        """The result for each example; of several outputs, a row for each example."""
        return self.machine(len(X)).values(X)

    def gradients(self, X: Array, seed: float, into: Array | None = None) -> float:
        """Σ seed · result over the examples; its gradient by parameters goes to `gradient`, by inputs to `into`.

        Of several outputs, the result is the first; all of them are in `outputs` then.
        """
        machine = self.machine(len(X))
        value = machine.gradients(X, seed, into)
        self.outputs = machine.outputs
        if machine is not self._main:
            if self.by_arrays:
                self.gradient[:] = machine.gradient
            else:
                self.gradient[self._orders[0]] = machine.gradient
        return value
