"""The two operations of programs alone: the mean over a batch, and the question whether a factor of 0 stops a path.

One example cannot know the mean over a batch: `batch_mean` is x itself where it is recorded.

On its way back, the engine leaves out a product such as 0 · inf, and a program does so in its own gradients. A function
that is traced may take derivatives itself, and their products are then values of the program, for all numbers that it
will ever get. So each of them is recorded with the question whether the rule stops it:

    adjoint · slope   ->   where(stops(adjoint, slope), 0, adjoint · slope)

The fast source leaves the question out (`simplify.assume_finite`): a product that it would have stopped is nan there,
and where a result is not finite, the careful source runs, which asks.
"""

from __future__ import annotations

from typing import Any

from autograd.custom import operation
from autograd.program.passes.graph import BATCH_MEAN, STOPS


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


def _none(xp: Any, y: Any, adjoint: Any, slope: Any) -> Any:
    return 0.0


@operation(_none, _none, name=STOPS, symbol="0·∞", rule="slope 0: a step")
def stops(xp: Any, adjoint: Any, slope: Any) -> Any:
    """1 where the product of an adjoint and a slope counts as 0 and not as nan, else 0.

    >>> stops(0.0, float("inf")), stops(float("inf"), 0.0), stops(0.0, 3.0), stops(float("nan"), 0.0)
    (1.0, 1.0, 0.0, 0.0)
    """
    zero = xp.maximum(xp.equal(adjoint, 0.0), xp.equal(slope, 0.0) * (1.0 - xp.isnan(adjoint)))
    return xp.where(xp.isnan(adjoint * slope), zero, 0.0)
