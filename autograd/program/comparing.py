"""A function beside its program: do they give the same?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.program.machine import Array

AGREEMENT = 1e-6  # relative: rounding mostly stays far below, another number does not
MARGIN = 16.0  # on what rounding can come to where numbers cancel


def telling_rows(rows: Array) -> list[int]:
    """A few rows that differ: the first and the last, and those with the smallest and the largest sum.

    >>> telling_rows(np.array([[3.0], [1.0], [2.0], [9.0], [4.0]]))
    [0, 1, 3, 4]
    """
    with np.errstate(all="ignore"):
        sums = rows.sum(axis=1)
    return sorted({0, int(sums.argmin()), int(sums.argmax()), len(rows) - 1})


def first_different(expected: Sequence[Sequence[Value]], got: NDArray[np.float64], dtype: np.dtype[np.generic]) -> int:
    """The first row in which a program got something else than the function, whose Values are expected; -1 if none is.

    Numbers agree if they differ by less than 1e-6 of the largest number in their column, or by no more than rounding
    can come to in the graph of the Value. What is not finite agrees with anything that is not: it may be inf or nan by
    the order of a sum; and in float32 it agrees with what is too large there.
    """
    limits = np.finfo(np.float32 if dtype == np.float32 else np.float64)
    for k, row in enumerate(expected):
        if len(row) != got.shape[1]:
            return k
    numbers = np.array([[v.data for v in row] for row in expected])
    finite = np.isfinite(got)
    sizes = np.abs(np.where(np.isfinite(numbers), numbers, 0.0)).max(axis=0)
    for k, (row, found) in enumerate(zip(expected, got.tolist(), strict=True)):
        for j, v in enumerate(row):
            if not np.isfinite(v.data) or not finite[k, j]:
                if np.isfinite(v.data) != finite[k, j] and dtype != np.float32:
                    return k
                continue
            off = abs(v.data - found[j])
            if off > AGREEMENT * sizes[j] and off > MARGIN * rounding(v, float(limits.eps)) + float(limits.tiny):
                return k
    return -1


def rounding(v: Value, unit: float) -> float:
    """What rounding can come to in a recorded Value, to first order, where each number is rounded by a part `unit`.

    The error of a result is unit · |result| + Σ |local derivative| · (error of the operand + unit · |operand|).

    >>> x = Value(1e8)
    >>> rounding((x + 1.0) - x, 2.0**-52) > 1e-8
    True
    """
    errors: dict[Value, float] = {}
    for node in topological_order(v):
        error = unit * abs(node.data)
        for slope, of in zip(node.local_grads, node.operands, strict=True):
            if slope:
                error += abs(slope) * (errors[of] + unit * abs(of.data))
        errors[node] = error
    return errors[v]
