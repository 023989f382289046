"""A program at work: the vector of parameters, the arrays for each batch size, chunks that fit into the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.program.code import Code

Array = NDArray[Any]
CACHED_BYTES = 512 * 1024  # what the arrays of one chunk may take, so that they stay in the processor's cache
SMALLEST_CHUNK = 1024  # examples; with fewer, the calls cost more than the cache saves
SIZES_KEPT = 8  # batch sizes for which arrays are kept
WHOLE = 1 << 62

Functions = tuple[Callable[..., Any], Callable[..., None], Array]


class Machine:
    """Runs a program on batches, on parameters that are one flat vector, `theta`.

    `gradient` is what the last call to `gradients` found, in the same order, and `outputs` are the results that it came
    from, a row each. All are overwritten by the next call.
    """

    def __init__(self, code: Code, dtype: np.dtype[Any]) -> None:
        built = code.built
        layout = built.layout
        self.code, self.dtype = code, dtype
        self.shared = np.zeros(layout.shared, dtype)
        self.shared_gradient = np.zeros(layout.shared, dtype)
        self.count = len(layout.parameters)
        self.theta = self.shared[: self.count]
        self.gradient = self.shared_gradient[: self.count]
        self.givens = self.shared[self.count : layout.constants_start]
        self.shared[layout.constants_start : layout.constants_start + len(layout.constants)] = layout.constants
        self.results = built.results
        self.several = sum(count for count, _ in self.results) > 1
        self.batched = self.results[0][1]
        self.outputs: list[Any] = []
        room = CACHED_BYTES // (dtype.itemsize * max(built.rows, 1))
        chunk = max(SMALLEST_CHUNK, 1 << max(room.bit_length() - 1, 0))
        self.chunk = WHOLE if built.whole_batches else chunk
        self._prepared: dict[int, Functions] = {}
        self._careful: Machine | None = None
        self._ones: Array = np.ones(0, dtype)

    def _functions(self, examples: int) -> Functions:
        found = self._prepared.get(examples)
        if found is None:
            if len(self._prepared) >= SIZES_KEPT:
                del self._prepared[next(iter(self._prepared))]
            found = self._prepared[examples] = self._prepare(examples)
        return found

    def _prepare(self, examples: int) -> Functions:
        made: Functions = self.code.prepare(examples, self.shared, self.shared_gradient, self.dtype)
        return made

    # ----- Values -----

    def values(self, X: Array) -> Array:
        """The result for each example; of several outputs, a row for each example."""
        with np.errstate(all="ignore"):
            if len(X) <= self.chunk:
                return self._assembled(self._functions(len(X))[0](X), len(X))
            outputs = sum(count for count, _ in self.results)
            found = np.empty((len(X), outputs) if self.several else len(X), self.dtype)
            for at in range(0, len(X), self.chunk):
                rows = X[at : at + self.chunk]
                results = self._functions(len(rows))[0](rows)
                found[at : at + self.chunk] = self._assembled(results, len(rows)) if self.several else results
        return found

    def _assembled(self, results: Any, examples: int) -> Array:
        """What a forward function returned as an array of its own: (examples,) or (examples, outputs)."""
        if not self.several:
            return np.array(np.broadcast_to(results, examples))
        found = np.empty((examples, sum(count for count, _ in self.results)), self.dtype)
        at = 0
        for part, (count, _) in zip([results] if len(self.results) == 1 else results, self.results, strict=True):
            found[:, at : at + count] = part.T[:, None] if count == 1 and part.ndim else part.T
            at += count
        return found

    # ----- Gradients -----

    def gradients(self, X: Array, seed: float, into: Array | None = None) -> float:
        """Σ seed · result over the examples; its gradient by parameters goes to `gradient`, by inputs to `into`.

        Of several outputs, the result is the first; all of them are in `outputs` then.
        """
        with np.errstate(all="ignore"):
            value = self._all_gradients(X, seed, into)
            finite = value + self.gradient.dot(self.gradient)
            if into is not None:
                flat = into.ravel(order="K")
                finite += flat.dot(flat)
            if not np.isfinite(finite):
                return self._again(X, seed, into)
        return value

    def _all_gradients(self, X: Array, seed: float, into: Array | None) -> float:
        self.outputs = []
        if len(X) <= self.chunk:
            return self._some_gradients(X, seed, into)
        total, whole = 0.0, np.zeros_like(self.shared_gradient)
        for at in range(0, len(X), self.chunk):
            rows = slice(at, at + self.chunk)
            total += self._some_gradients(X[rows], seed, None if into is None else into[rows])
            whole += self.shared_gradient
        self.shared_gradient[:] = whole
        return total

    def _some_gradients(self, X: Array, seed: float, into: Array | None) -> float:
        examples = len(X)
        forward, backward, gX = self._functions(examples)
        result = forward(X)
        if self.several:
            self.outputs.append(self._assembled(result, examples))
            result = self.outputs[-1][:, 0]
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

    def _again(self, X: Array, seed: float, into: Array | None) -> float:
        """Once more, with the careful program."""
        if self._careful is None:
            self._careful = CarefulMachine(self.code, self.dtype)
        given = self.count + len(self.givens)
        self._careful.shared[:given] = self.shared[:given]
        value = self._careful._all_gradients(X, seed, into)
        self.gradient[:] = self._careful.gradient
        self.outputs = self._careful.outputs
        return value


class CarefulMachine(Machine):
    """Runs the careful source, in which factors of exactly 0 stop infinite and nan ones."""

    def _prepare(self, examples: int) -> Functions:
        made: Functions = self.code.careful_prepare(examples, self.shared, self.shared_gradient, self.dtype)
        return made
