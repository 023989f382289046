"""Examples as rows of numbers: the inputs, then the target, then the weight, each in columns of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from nn.losses import CLASSES, Loss
from nn.training.engine import CompilationError
from nn.training.examples import Examples

Rows = NDArray[np.float64]


class Columns:
    """What stands where in a row.

    Where the loss is one over classes, the index of a class becomes a 1 among zeros, as many as there are outputs.

    Raises CompilationError for targets of different shapes.

    >>> from nn.losses import cross_entropy
    >>> examples = Examples([[0.5, 2.0]], [1])
    >>> [half.tolist() for half in Columns(cross_entropy, examples, [0.0, 0.0, 0.0]).halves(examples)]
    [[[0.5, 2.0]], [[0.0, 1.0, 0.0]]]
    """

    def __init__(self, loss: Loss, examples: Examples, output: Any) -> None:
        self.inputs = len(examples.X[0])
        self.classes = len(output) if getattr(loss, "func", loss) in CLASSES and isinstance(output, list) else 0
        first = examples.y[0]
        self.single = not isinstance(first, list) and not self.classes
        self.targets = self.classes or (len(first) if isinstance(first, list) else 1)
        self.weighted = examples.sample_weight is not None

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.inputs + self.targets + self.weighted

    def halves(self, examples: Examples) -> tuple[Rows, Rows]:
        """The inputs, which may be the user's own array, and the other columns; together they would be a large copy.

        Examples without weights count once each.
        """
        others = np.ones((len(examples.X), self.targets + self.weighted))
        others[:, : self.targets] = self._targets(examples.y)
        if examples.sample_weight is not None:
            others[:, -1] = examples.sample_weight
        return np.asarray(examples.X, dtype=np.float64), others

    def _targets(self, y: Sequence[Any]) -> Rows:
        if self.classes:
            hot = np.zeros((len(y), self.classes))
            for row, target in zip(hot, y, strict=True):
                if isinstance(target, list):
                    row[:] = target
                else:
                    row[int(target)] = 1.0
            return hot
        rows = [t if isinstance(t, list) else [t] for t in y]
        if any(len(row) != self.targets or any(isinstance(x, list) for x in row) for row in rows):
            raise CompilationError("the targets are not all numbers, or lists of as many numbers each")
        return np.array(rows, dtype=np.float64)

    def labels(self) -> list[str]:
        """A name for each column."""
        targets = ["y"] if self.single else [f"y{k}" for k in range(self.targets)]
        return [*[f"x{i}" for i in range(self.inputs)], *targets, *["weight"] * self.weighted]

    def split(self, columns: Sequence[Value]) -> tuple[list[Value], Any, list[Value] | None]:
        """One row of Values as the model's input, the target as the loss takes it, and the weight."""
        end = self.inputs + self.targets
        target = list(columns[self.inputs : end])
        return (
            list(columns[: self.inputs]),
            target[0] if self.single else target,
            list(columns[end:]) if self.weighted else None,
        )
