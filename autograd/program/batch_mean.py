"""Statistics over a batch, for programs: a mean that one example cannot know."""

from __future__ import annotations

from typing import Any

from autograd.custom import operation
from autograd.program.passes.graph import BATCH_MEAN


# What is recorded is one example: value x, slope 1. The passes know it by its name, and a program runs it over a batch.
@operation(lambda xp, y, x: 1.0, name=BATCH_MEAN, symbol="mean", rule="slope 1/n, to each of n examples")
def _batch_mean(xp: Any, x: Any) -> Any:
    """The mean over the examples of a batch; for a single example, x itself."""
    return x * 1.0


def batch_mean(x: Any) -> Any:
    """The mean over the examples of a batch, where a program runs over one; for a single example, x itself.

    Batch normalisation is written with it: m = batch_mean(x), v = batch_mean((x − m)²). In a compiled program the
    result is the same for all examples, and its gradient goes to all of them, 1/n each.

    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> x = Value(0.0, label="x")
    >>> compile(x - batch_mean(x), inputs=[x])([[1.0], [2.0], [6.0]]).tolist()
    [-2.0, -1.0, 3.0]
    """
    return _batch_mean(x)
