"""Examples as rows of numbers: inputs, target, weight and dropout factors, each in columns of their own.

Two examples of two numbers and a class out of three, in front of a dropout of two neurons:

    X=[[0.5, 2.0], [1.0, 3.0]], y=[1, 0]

    x0   x1  | y0  y1  y2 | kept0 kept1
    0.5  2.0 | 0   1   0  |  2     0          Columns says where inputs, target and weight stand,
    1.0  3.0 | 1   0   0  |  0     2          DropoutColumns draws the factors anew for every batch
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from nn.columns import as_numbers, uniforms
from nn.losses import CLASSES, Loss
from nn.stand_in import DropoutFactors
from nn.training.engine import CompilationError, unwrapped
from nn.training.examples import Examples, as_list

Rows = NDArray[np.float64]


class Columns:
    """The columns of inputs, target and weight in a row.

    Where the loss is one over classes, the index of a class becomes a 1 among zeros, as many as there are outputs.
    Without a loss there are inputs alone.

    Raises CompilationError for targets of different shapes.

    >>> from nn.losses import cross_entropy
    >>> examples = Examples([[0.5, 2.0]], [1])
    >>> [part.tolist() for part in Columns(cross_entropy, examples, [0.0, 0.0, 0.0]).arrays(examples)]
    [[[0.5, 2.0]], [[0.0, 1.0, 0.0]]]
    """

    def __init__(self, loss: Loss | None, examples: Examples, output: Any) -> None:
        self.inputs = len(examples.X[0])
        if loss is None:
            self.classes, self.single, self.targets, self.weighted = 0, False, 0, False
            return
        self.classes = len(output) if unwrapped(loss) in CLASSES and isinstance(output, list) else 0
        first = examples.y[0]
        self.single = not isinstance(first, list) and not self.classes
        self.targets = self.classes or len(as_list(first))
        self.weighted = examples.sample_weight is not None

    @property
    def shape(self) -> tuple[int, int, bool, int, bool]:
        """All that a recorded example depends on."""
        return self.inputs, self.targets, self.single, self.classes, self.weighted

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.inputs + self.targets + self.weighted

    def arrays(self, examples: Examples) -> tuple[Rows, Rows]:
        """The inputs, which may be the user's own array, and the other columns; together they would be a large copy."""
        others = self._targets(examples.y)
        if examples.sample_weight is not None:
            others = np.column_stack((others, examples.sample_weight))
        return np.asarray(examples.X, dtype=np.float64), others

    def _targets(self, y: Sequence[Any]) -> Rows:
        if self.classes:
            one_hot = np.zeros((len(y), self.classes))
            places = as_numbers(y)
            if places is not None and places.ndim == 1:
                one_hot[np.arange(len(y)), places.astype(np.intp)] = 1.0
                return one_hot
            for row, target in zip(one_hot, y, strict=True):
                if isinstance(target, list):
                    row[:] = target
                else:
                    row[int(target)] = 1.0
            return one_hot
        numbers = as_numbers(y)
        if numbers is not None and (numbers.ndim == 1 or numbers.shape[1] == self.targets):
            return numbers.reshape(len(y), -1)
        rows = [as_list(t) for t in y]
        if any(len(row) != self.targets or any(isinstance(x, list) for x in row) for row in rows):
            raise CompilationError("the targets are not all numbers, or lists of as many numbers each")
        return np.array(rows, dtype=np.float64)

    def labels(self) -> list[str]:
        """A name for each column."""
        targets = ["y"] if self.single else [f"y{k}" for k in range(self.targets)]
        return [*[f"x{i}" for i in range(self.inputs)], *targets, *["weight"] * self.weighted]

    def split(self, row: Sequence[Value]) -> tuple[list[Value], Any, list[Value] | None]:
        """A row of Values as the model's input, the target as the loss takes it, and the weight."""
        end = self.inputs + self.targets
        x, target, weight = list(row[: self.inputs]), list(row[self.inputs : end]), list(row[end:])
        return x, target[0] if self.single else target, weight or None


class DropoutColumns:
    """The factors of dropouts of one stage that draw from one generator, example by example.

    `columns` says where they stand in a row; `starts` are the first columns of each dropout.
    """

    def __init__(self, dropouts: Sequence[DropoutFactors], starts: Sequence[int]) -> None:
        self.rng = dropouts[0].rng
        layers = [(d.layer, len(d.factors)) for d in dropouts]
        self.columns = np.concatenate(
            [np.arange(a, a + n, dtype=np.intp) for a, (_, n) in zip(starts, layers, strict=True)]
        )
        self.p = np.concatenate([np.full(n, layer.p, dtype=np.float64) for layer, n in layers])
        self.scale = np.concatenate([np.full(n, layer.scale, dtype=np.float64) for layer, n in layers])

    def draw(self, examples: int) -> Rows:
        """New factors: a row for each example."""
        numbers = uniforms(self.rng, examples * len(self.p)).reshape(examples, -1)
        return np.where(numbers < self.p, 0.0, self.scale)


def dropout_columns(dropouts: Sequence[DropoutFactors], first: int) -> list[DropoutColumns]:
    """The dropouts of a recorded example by stage and generator; their columns begin at `first`.

    So they are drawn in the order of the eager engine: a stage of the model goes through all examples before the next
    one begins, and within a stage all layers draw for one example before the next one comes.
    """
    starts = accumulate([first, *[len(d.factors) for d in dropouts]])
    together: dict[tuple[int, int], list[tuple[DropoutFactors, int]]] = {}
    for d, start in zip(dropouts, starts, strict=False):
        together.setdefault((d.stage, id(d.rng)), []).append((d, start))
    return [DropoutColumns([d for d, _ in pairs], [start for _, start in pairs]) for pairs in together.values()]
