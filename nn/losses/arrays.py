"""Losses of plain numbers by array code: the same formulas over NumPy, where there are many numbers and no Values.

    predictions [0.5, 2.0], targets [1.0, 2.0]   ->   arrays of one shape   ->   losses [0.25, 0.0]   ->   0.125

What an entry is wrong with, a formula over arrays cannot say: it gives None then, and the entries are gone through one
by one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd.engine.operation import Namespace
from nn.columns import as_numbers, is_array, like_these

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MANY = 64  # examples in lists: of fewer, arrays take longer to make than they save
BLOCK = 1 << 12  # examples whose intermediate results, of a few classes, stay in the cache


@cache
def arrays() -> Any:
    """NumPy, completed by the rows of the table: `arrays().logsigmoid`."""
    import numpy as np  # at first use: `import nn` loads no library

    return Namespace(np)


def as_arrays(predictions: Any, targets: Any) -> tuple[Array, Array] | None:
    """Both as arrays of floats with an entry for each example; None for Values, for a few numbers in lists, and for
    what has to be looked at entry by entry.

    >>> as_arrays([0.5] * 100, [1] * 100)[1].sum().item()
    100.0
    >>> as_arrays([0.5], [1])
    """
    came_so = is_array(predictions) or is_array(targets)
    if not came_so and not (isinstance(predictions, (list, tuple)) and len(predictions) >= MANY):
        return None
    p = as_numbers(predictions)
    y = None if p is None else as_numbers(targets)
    return None if p is None or y is None or len(p) != len(y) else (p, y)


def in_blocks(formula: Callable[[Any, Any, Any], Array], p: Array, y: Array) -> Array:
    """formula(xp, p, y) for all examples, so many of them at a time as the cache holds.

    >>> import numpy as np
    >>> in_blocks(lambda xp, p, y: xp.abs(p - y), np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    array([1., 2.])
    """
    import numpy as np

    with np.errstate(all="ignore"):
        if len(p) <= BLOCK:
            return formula(arrays(), p, y)
        first = formula(arrays(), p[:BLOCK], y[:BLOCK])
        losses = np.empty((len(p), *first.shape[1:]))
        losses[:BLOCK] = first
        for at in range(BLOCK, len(p), BLOCK):
            losses[at : at + BLOCK] = formula(arrays(), p[at : at + BLOCK], y[at : at + BLOCK])
    return losses


def reduced_array(losses: Array, reduction: str, predictions: Any, targets: Any) -> Any:
    """The mean or the sum of an array of losses, added up from left to right, or all of them as the columns came.

    None if one is not finite. The array is used up.

    >>> import numpy as np
    >>> reduced_array(np.array([1.0, 2.0]), "mean", [], []), reduced_array(np.array([1.0, 2.0]), "none", [], [])
    (1.5, [1.0, 2.0])
    """
    import numpy as np

    if not np.isfinite(losses).all():
        return None
    if reduction == "none":
        return like_these((predictions, targets), losses)
    flat = losses.ravel()
    total = float(np.add.accumulate(flat, out=flat)[-1])
    return total / losses.size if reduction == "mean" else total
