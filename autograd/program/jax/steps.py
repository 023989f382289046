"""What the steps of a plan compute, from arrays in pieces.

An array of NumPy code is one piece of memory, and a part of it costs nothing. Here each block makes an array of its
own, and so does each leaf of a tree of parameters: `Pieces` finds a part in the one piece that it lies in, as most do,
and only joins pieces where a step reads across them.

>>> import jax.numpy as jnp, numpy as np
>>> from autograd.program.source.patterns import find_pattern
>>> pieces = Pieces()
>>> pieces.add(0, jnp.arange(6.0).reshape(2, 3), 2), pieces.add(6, jnp.array([7.0, 8.0]), 1)
(None, None)
>>> [pieces.read(find_pattern(np.array(places), "n")).tolist() for places in ([6, 7], [3, 4, 5], [5, 6], [7, 0])]
[[7.0, 8.0], [3.0, 4.0, 5.0], [5.0, 7.0], [8.0, 0.0]]
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import jax.numpy as jnp

from autograd.engine import ops
from autograd.program.jax.plan import Base, Read, Step
from autograd.program.jax.reductions import family, reduction
from autograd.program.jax.rows import row_function
from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    REDUCTION,
    ROWWISE,
)
from autograd.program.passes.graph import COPY, SPREAD
from autograd.program.source.patterns import Pattern


class Pieces:
    """The rows of one array, in pieces that lie one behind the other; further axes follow those of the rows."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.pieces: list[tuple[Any, int]] = []
        self.joined: dict[tuple[int, int], Any] = {}

    def add(self, start: int, piece: Any, axes: int) -> None:
        """The next piece, whose first `axes` count rows."""
        if 0 not in piece.shape[:axes]:
            self.starts.append(start)
            self.pieces.append((piece, axes))

    def read(self, pattern: Pattern) -> Any:
        """The rows of a pattern."""
        if pattern.kind == "list":
            first, last = int(pattern.indices.min()), int(pattern.indices.max())
        else:
            first = pattern.start
            last = first + (prod(pattern.shape) - 1) * (pattern.step if pattern.kind == "run" else 1)
        i, j = [bisect_right(self.starts, place) - 1 for place in (min(first, last), max(first, last))]
        piece, axes = self.pieces[i]
        if i == j and pattern.kind in ("run", "grid") and pattern.step == 1 and piece.shape[:axes] == pattern.shape:
            return piece  # all of it
        rows, start = self._rows(i, j), self.starts[i]
        if pattern.kind == "at":
            return rows[first - start]
        if pattern.kind == "list":
            return rows[pattern.indices - start]
        if pattern.kind == "run":
            return rows[first - start : _end(last - start, pattern.step) : pattern.step]
        rows, (m, n) = rows[first - start : last - start + 1], pattern.shape
        if pattern.kind == "grid":
            return rows.reshape(m, n, *rows.shape[1:])
        return rows.reshape(n, m, *rows.shape[1:]).swapaxes(0, 1)

    def _rows(self, i: int, j: int) -> Any:
        """Pieces i to j as one array with one axis for the rows."""
        if (i, j) not in self.joined:
            flat = [piece.reshape(-1, *piece.shape[axes:]) for piece, axes in self.pieces[i : j + 1]]
            self.joined[i, j] = flat[0] if i == j else jnp.concatenate(flat)
        return self.joined[i, j]


def _end(last: int, step: int) -> int | None:
    """Where a slice ends; backwards to row 0, it has no end."""
    end = last + (1 if step > 0 else -1)
    return None if end < 0 else end


class Machine:
    """Arrays in pieces, and the steps that add to them."""

    def __init__(self, examples: int, dtype: Any) -> None:
        self.examples, self.dtype = examples, dtype
        self.arrays: dict[Base, Pieces] = {}

    def add(self, base: Base, start: int, piece: Any, axes: int = 1) -> None:
        """A piece of an array."""
        self.arrays.setdefault(base, Pieces()).add(start, piece, axes)

    def run(self, step: Step) -> None:
        """Compute a step."""
        y = _FORMS[step.form](self, step)
        shape = (*step.shape, *([self.examples] if step.batched else []))
        self.add(step.base, step.start, jnp.broadcast_to(y.astype(self.dtype), shape), len(step.shape))

    def read(self, read: Read, into: str = "") -> Any:
        """What a step reads, with an axis of length 1 for each axis of `into` that it does not vary along."""
        if read.number is not None:
            return read.number
        part = self.arrays[read.base].read(read.pattern)
        have = read.pattern.axes + ("" if read.base == "P" else "b")
        for k, axis in enumerate(into):
            if axis not in have:
                part = jnp.expand_dims(part, k)
        return part


# ----- One function for each form of block -----


def _elementwise(machine: Machine, step: Step) -> Any:
    xs = [machine.read(read, "n" + "b" * step.batched) for read in step.reads]
    if step.op in (COPY, SPREAD):
        return jnp.asarray(xs[0], machine.dtype)
    return row_function(ops.TABLE[step.op])(*xs)


def _product(machine: Machine, step: Step) -> Any:
    w, x = [machine.read(read) for read in step.reads[:2]]
    z = jnp.tensordot(w, x, 1)
    have = "l" + step.reads[1].pattern.axes[1:] + "b" * step.batched
    return _with_terms(machine, step, _spread(z, have, "lr" + "b" * step.batched), "lr")


def _paired(machine: Machine, step: Step) -> Any:
    left, right = [machine.read(read) for read in step.reads[:2]]
    axes = [read.pattern.axes + ("" if read.base == "P" else "b") for read in step.reads[:2]]
    z = jnp.einsum(f"{axes[0]},{axes[1]}->lr{'b' * step.batched}", left, right)
    return _with_terms(machine, step, z, "lr")


def _rowwise(machine: Machine, step: Step) -> Any:
    left, right = [machine.read(read, "kn" + "b" * step.batched) for read in step.reads[:2]]
    return _with_terms(machine, step, (left * right).sum(0), "n")


def _with_terms(machine: Machine, step: Step, z: Any, axes: str) -> Any:
    for term in step.reads[2:]:
        z = z + machine.read(term, axes + "b" * step.batched)
    return z


def _spread(part: Any, have: Sequence[str], into: str) -> Any:
    for k, axis in enumerate(into):
        if axis not in have:
            part = jnp.expand_dims(part, k)
    return part


def _reduction(machine: Machine, step: Step) -> Any:
    return reduction(step.op, step.settings)(machine.read(step.reads[0], "kn" + "b" * step.batched))


def _family(machine: Machine, step: Step) -> Any:
    return family(step.op, machine.read(step.reads[0], "kn" + "b" * step.batched))


def _batch_reduction(machine: Machine, step: Step) -> Any:
    return machine.read(step.reads[0], "nb").mean(-1)


_FORMS: dict[str, Callable[[Machine, Step], Any]] = {
    ELEMENTWISE: _elementwise, PRODUCT: _product, PAIRED: _paired, ROWWISE: _rowwise, REDUCTION: _reduction,
    FAMILY: _family, BATCH_REDUCTION: _batch_reduction,
}  # fmt: skip
