"""Array code at work: arrays for each batch size, in chunks that fit.

>>> from autograd import Value
>>> from autograd.program.code import code_for
>>> from autograd.program.passes.graph import read_graph
>>> w, x = Value(3.0), Value(0.0)
>>> machine = Machine(code_for(read_graph([w * x * x], [x]).graph, columns=1, parameters=1), np.dtype(float))
>>> machine.theta[:] = [3.0]
>>> X = np.array([[1.0], [2.0]])
>>> machine.values(X).tolist(), machine.gradients(X, seed=0.5), machine.gradient.tolist()
([3.0, 12.0], 7.5, [2.5])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.program.build import Compilation
from autograd.program.code import Array, Code, Functions
from autograd.program.taping import places

CACHED_BYTES = 512 * 1024  # what the arrays of one chunk may take, so that they stay in the processor's cache
SMALLEST_CHUNK = 1024  # examples; with fewer, the calls cost more than the cache saves
SIZES_KEPT = 8  # batch sizes for which arrays are kept
WHOLE = 1 << 62


class Machine:
    """Runs a program on batches, on parameters that are one flat vector, `theta`.

    `gradient` is what the last call to `gradients` computed, in the same order, and `outputs` are the results that it
    came from, a row each. All are overwritten by the next call.
    """

    smallest_chunk = SMALLEST_CHUNK

    def __init__(self, code: Code, dtype: np.dtype[Any]) -> None:
        self.code, self.dtype = code, dtype
        compilation = self._compilation()
        self.layout = layout = compilation.layout
        # The vector P of the source, and gP: parameters, givens, constants, then what is computed of these.
        self.shared = np.zeros(layout.shared, dtype)
        self.shared_gradient = np.zeros(layout.shared, dtype)
        self.count = len(layout.parameters)
        self.theta = self.shared[: self.count]
        self.gradient = self.shared_gradient[: self.count]
        self.givens = self.shared[self.count : layout.constants_start]
        self.shared[layout.constants_start : layout.constants_start + len(layout.constants)] = layout.constants
        self.results = compilation.results
        self.several = sum(count for count, _ in self.results) > 1
        self.batched = self.results[0][1]
        self.outputs: list[Any] = []
        # A power of two of examples, as many as have room in the processor's cache.
        room = CACHED_BYTES // (dtype.itemsize * max(compilation.rows, 1))
        chunk = max(self.smallest_chunk, 1 << max(room.bit_length() - 1, 0))
        self.chunk = WHOLE if compilation.whole_batches else chunk
        self._prepared: dict[int, Functions] = {}
        self._careful: CarefulMachine | None = None
        self._ones: Array = np.ones(0, dtype)

    def _functions(self, examples: int) -> Functions:
        """The functions for a batch size, with their arrays; those of the size seen first are the first to go."""
        functions = self._prepared.get(examples)
        if functions is None:
            if len(self._prepared) >= SIZES_KEPT:
                del self._prepared[next(iter(self._prepared))]
            functions = self._prepared[examples] = self._prepare(examples)
        return functions

    def _compilation(self) -> Compilation:
        return self.code.compilation

    def _prepare(self, examples: int) -> Functions:
        return self.code.prepare(examples, self.shared, self.shared_gradient, self.dtype)

    # ----- Values -----

    def values(self, X: Array) -> Array:
        """The result for each example; of several outputs, a row for each example."""
        values = self._all_values(X)
        return values if self.code.same_values or np.isfinite(values).all() else self._careful_machine()._all_values(X)

    def _all_values(self, X: Array) -> Array:
        with np.errstate(all="ignore"):
            if len(X) <= self.chunk:
                return self._assembled(self._functions(len(X))[0](X), len(X))
            values = self._room(len(X)) if self.several else np.empty(len(X), self.dtype)
            for at in range(0, len(X), self.chunk):
                rows = X[at : at + self.chunk]
                results = self._functions(len(rows))[0](rows)
                if self.several:
                    self._put(results, values[at : at + self.chunk])
                else:
                    values[at : at + self.chunk] = results
        return values

    def _room(self, examples: int) -> Array:
        return np.empty((examples, sum([count for count, _ in self.results])), self.dtype)

    def _assembled(self, results: Any, examples: int) -> Array:
        """What a forward function returned as an array of its own: (examples,) or (examples, outputs)."""
        if not self.several:
            return np.array(np.broadcast_to(results, examples))
        values = self._room(examples)
        self._put(results, values)
        return values

    def _put(self, results: Any, values: Array) -> None:
        """Write several outputs that a forward function returned into an array (examples, outputs)."""
        at = 0
        # An array has its outputs as rows; a single output has none, unless it is the same for all examples.
        for part, (count, _) in zip([results] if len(self.results) == 1 else results, self.results, strict=True):
            values[:, at : at + count] = part.T[:, None] if count == 1 and part.ndim else part.T
            at += count

    # ----- Gradients -----

    def gradients(self, X: Array, seed: float, into: Array | None = None) -> float:
        """Σ seed · result over the examples; its gradient by parameters goes to `gradient`, by inputs to `into`.

        Of several outputs, the result is the first; all of them are in `outputs` then.
        """
        with np.errstate(all="ignore"):
            value = self._all_gradients(X, seed, into)
            # One number that is finite only if all of these are. (One that overflows costs a careful run, no more.)
            finite = value + self.gradient.dot(self.gradient)
            if not self.code.same_values:
                finite += sum([float(values.sum()) for values in self.outputs])
            if into is not None:
                flat = into.ravel(order="K")
                finite += flat.dot(flat)
            if not np.isfinite(finite):
                return self._careful_gradients(X, seed, into)
        return value

    def _all_gradients(self, X: Array, seed: float, into: Array | None) -> float:
        self.outputs = []
        if len(X) <= self.chunk:
            return self._chunk_gradients(X, seed, into)
        # Each chunk overwrites the gradient of the one before: add them up beside it.
        total, whole = 0.0, np.zeros_like(self.shared_gradient)
        for at in range(0, len(X), self.chunk):
            rows = slice(at, at + self.chunk)
            total += self._chunk_gradients(X[rows], seed, None if into is None else into[rows])
            whole += self.shared_gradient
        self.shared_gradient[:] = whole
        return total

    def _chunk_gradients(self, X: Array, seed: float, into: Array | None) -> float:
        examples = len(X)
        forward, backward, gX = self._functions(examples)
        result = forward(X)
        if self.several:
            self.outputs.append(self._assembled(result, examples))
            result = self.outputs[-1][:, 0]
        # A result that all examples share counts once for each of them.
        if self.batched:
            value = seed * float(result.dot(self._one(examples)))
        else:
            seed *= examples
            value = seed * float(result[0] if result.ndim else result)
        backward(X, seed, into is not None)
        if into is not None:
            into[...] = gX.T
        return value

    def _one(self, examples: int) -> Array:
        if len(self._ones) < examples:
            self._ones = np.ones(examples, self.dtype)
        return self._ones[:examples]

    def _careful_gradients(self, X: Array, seed: float, into: Array | None) -> float:
        """The same with the careful program."""
        careful = self._careful_machine()
        value = careful._all_gradients(X, seed, into)
        self.gradient[careful.parameters] = careful.gradient
        self.outputs = careful.outputs
        return value

    def _careful_machine(self) -> CarefulMachine:
        """The machine of the careful program, with the same numbers."""
        if self._careful is None:
            self._careful = CarefulMachine(self.code, self.dtype)
        self._careful.theta[:] = self.theta[self._careful.parameters]
        self._careful.givens[:] = self.givens[self._careful.own_givens]
        return self._careful


class CarefulMachine(Machine):
    """Runs the careful source, in which factors of exactly 0 stop infinite and nan ones.

    `parameters` and `own_givens` say where its parameters and givens stand in the fast program.
    """

    smallest_chunk = 1  # weights may have a row for each example

    def __init__(self, code: Code, dtype: np.dtype[Any]) -> None:
        super().__init__(code, dtype)
        fast, own = code.compilation.layout, code.careful_compilation.layout
        self.parameters = places(own.parameters, fast.parameters)
        self.own_givens = places(own.givens, fast.givens)

    def _compilation(self) -> Compilation:
        return self.code.careful_compilation

    def _prepare(self, examples: int) -> Functions:
        return self.code.careful_prepare(examples, self.shared, self.shared_gradient, self.dtype)
