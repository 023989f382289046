"""The rule "a factor of exactly 0 stops an infinite one" in derivatives that are part of a traced function.

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
from autograd.program.passes.graph import STOPS


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
