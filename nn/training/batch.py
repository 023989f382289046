"""`Batch`: some of the examples, for one step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from nn.training.examples import Examples


class Batch:
    """The examples of one step: as lists, or as the numbers of examples in the whole set for an engine with arrays.

    >>> batch = Batch(Examples([[1.0], [2.0], [3.0]], [0, 1, 0]), [2, 1])
    >>> batch.X, batch.y, len(batch)
    ([[3.0], [2.0]], [0, 1], 2)
    """

    def __init__(self, whole: Examples, chosen: Sequence[int] | None = None) -> None:
        self.whole = whole
        self.chosen = range(len(whole.X)) if chosen is None else chosen

    @cached_property
    def examples(self) -> Examples:
        """The examples of this batch alone."""
        return self.whole.picked(self.chosen)

    @property
    def X(self) -> Sequence[list[float]]:
        """One list of numbers for each example."""
        return self.examples.X

    @property
    def y(self) -> list[Any]:
        """One target for each example."""
        return self.examples.y

    def first(self, n: int) -> Batch:
        """The first n of them."""
        return Batch(self.whole, self.chosen[:n])

    def __len__(self) -> int:
        return len(self.chosen)
