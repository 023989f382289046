"""How the places of several rows in an array are written: as an index, a slice, a reshaped slice, a list of indices.

The nodes of a weight matrix, laid out row by row, are a slice of P. Nodes that do not lie in order must be gathered.

>>> def part(rows):
...     pattern = find_pattern(np.array(rows), "lk"[-np.ndim(rows):])
...     return pattern.kind if pattern.kind == "list" else pattern.text("P", 9)
>>> part([3, 4, 5]), part([[3, 4, 5], [6, 7, 8]]), part([[3, 6], [4, 7], [5, 8]])
('P[3:6]', 'P[3:9].reshape(2, 3)', 'P[3:9].reshape(2, 3).swapaxes(0, 1)')
>>> part([8, 6, 4]), part([7, 7, 7]), part([3, 4, 7])
('P[8:3:-2]', 'P[7]', 'list')
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograd.program.passes.blocks import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """Rows of an array along `axes`, one letter each; `kind` says how they lie.

    kind           rows
    "at"           the one at `start`
    "run"          `shape[0]` of them, from `start` on, `step` apart
    "grid"         shape (m, n), side by side
    "transposed"   shape (m, n), the transpose of (n, m) side by side
    "list"         whatever `indices` says
    """

    kind: str
    axes: str
    shape: tuple[int, ...]
    start: int
    step: int
    indices: Numbers

    def text(self, base: str, rows: int, trailing: str = "") -> str:
        """The part of the array `base` of that many rows; `trailing` is what follows the rows in a shape.

        A single row of an array without rows (`rows` is 0) is the array itself.
        """
        if self.kind == "at":
            return base if rows == 0 else f"{base}[{self.start}]"
        if self.kind == "run":
            if rows == 0:
                return f"{base}[None]"
            return f"{base}{self._slice(rows, self.shape[0], self.step)}"
        # A reshape of a slice, and its transpose, are views: nothing is copied.
        m, n = self.shape
        part = f"{base}{self._slice(rows, m * n, 1)}"
        if self.kind == "grid":
            return f"{part}.reshape({m}, {n}{trailing})"
        return f"{part}.reshape({n}, {m}{trailing}).swapaxes(0, 1)"

    def shared_text(self, base: str, length: int) -> str:
        """The part of a vector of that length; a single number is an array without axes."""
        if self.kind == "at":
            return f"{base}[{self.start}:{self.start + 1}].reshape(())"
        return self.text(base, length)

    def _slice(self, rows: int, count: int, step: int) -> str:
        stop = self.start + (count - 1) * step
        if step == 1:
            return "" if count == rows else f"[{self.start}:{stop + 1}]"
        # Backwards to row 0, the slice has no end: -1 would be the last row.
        end = stop + (1 if step > 0 else -1)
        return f"[{self.start}:{'' if end < 0 else end}:{step}]"


def find_pattern(positions: Numbers, axes: str, summed: str = "") -> Pattern:
    """Find the shortest way to write these places. Axes along which they stay the same are left out, but for `summed`.

    >>> for rows in ([7, 7, 7], [4, 5, 6], [4, 6, 8], [[0, 1, 2], [3, 4, 5]], [5, 1, 3]):
    ...     pattern = find_pattern(np.array(rows), "nb"[:np.ndim(rows)])
    ...     print(pattern.kind, pattern.axes, "" if pattern.kind == "list" else pattern.text("z", 9))
    at  z[7]
    run n z[4:7]
    run n z[4:9:2]
    grid nb z[0:6].reshape(2, 3)
    list n
    """
    if positions.size == 1 and not summed:  # as most are in a graph without structure
        return Pattern("at", "", (), int(positions.flat[0]), 1, positions.reshape(-1))
    # Leave out an axis along which every place is repeated: NumPy broadcasts what is the same.
    for k in range(len(axes) - 1, -1, -1):
        first = positions.take([0], axis=k)
        if axes[k] not in summed and bool((positions == first).all()):
            positions, axes = first.squeeze(k), axes[:k] + axes[k + 1 :]
    flat = positions.ravel()
    start, shape = int(flat[0]), positions.shape
    if positions.ndim == 0:
        return Pattern("at", axes, (), start, 1, flat)
    # If the places are evenly spaced, the steps from the first place to its neighbours give all the others.
    steps = [int(np.take(positions, 1, axis=k).flat[0]) - start if shape[k] > 1 else 0 for k in range(len(shape))]
    even = start + sum(step * np.arange(m, dtype=np.int64).reshape((-1,) + (1,) * (len(shape) - 1 - k))
                       for k, (step, m) in enumerate(zip(steps, shape, strict=True)))  # fmt: skip
    if bool((positions == even).all()):
        # Several rows at one place along a summed axis (step 0) are no slice.
        if len(shape) == 1 and (steps[0] != 0 or shape[0] == 1):
            return Pattern("run", axes, shape, start, steps[0] or 1, flat)
        if len(shape) == 2:
            # Side by side: a row is as long as the step to the next one.
            m, n = shape
            if (steps[0] == n or m == 1) and (steps[1] == 1 or n == 1):
                return Pattern("grid", axes, shape, start, 1, flat)
            if steps[0] == 1 and steps[1] == m:
                return Pattern("transposed", axes, shape, start, 1, flat)
    return Pattern("list", axes, shape, start, 1, positions)
