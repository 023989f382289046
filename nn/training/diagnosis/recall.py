"""What a look at examples found is kept until others come: neighbours of 500 pictures take 13 ms, a second fit none.

    fit(X, y)    neighbours, sizes of columns: worked out, and kept beside a copy of these examples
    fit(X, y)    the same examples, loss and size of batches: what was found then
    X[0] = 7.0;  fit(X, y)    others: worked out anew

One set is kept, and of that at most 500 examples.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.training.diagnosis.baseline import Baseline
from nn.training.examples import Examples

LARGEST = 1 << 20  # numbers of X, 8 MB: more are not kept


class Found(NamedTuple):
    """The losses of a guess and of neighbours, and the sizes of the inputs."""

    line: Baseline | None
    inputs: dict[str, Any]


class _Kept(NamedTuple):
    settings: Hashable
    X: NDArray[np.float64]
    y: list[Any]
    weights: list[float] | None
    found: Found


_last: list[_Kept] = []


def recalled(settings: Hashable | None, examples: Examples, work_out: Callable[[], Found]) -> Found:
    """What was found for these examples and settings the last time, or what `work_out` finds now, which is kept.

    Nothing is kept for settings None.

    >>> examples = Examples([[1.0], [2.0]], [0, 1])
    >>> first = recalled("mse", examples, lambda: Found(None, {"columns": 1}))
    >>> recalled("mse", examples, lambda: Found(None, {})) is first
    True
    >>> recalled("mse", Examples([[1.0], [3.0]], [0, 1]), lambda: Found(None, {}))
    Found(line=None, inputs={})
    """
    X = np.asarray(examples.X, dtype=np.float64)
    for kept in _last:
        same = kept.settings == settings and kept.weights == examples.sample_weight and kept.y == examples.y
        if same and np.array_equal(kept.X, X):
            return kept.found
    found = work_out()
    if settings is not None and X.size <= LARGEST:
        _last[:] = [_Kept(settings, X.copy(), list(examples.y), examples.sample_weight, found)]
    return found
