"""Examples as training takes them: checked lists of plain numbers, whatever kind of table they came in.

[[0, 1]], [[1]]  ->  Examples(X=[[0.0, 1.0]], y=[1], sample_weight=None)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from autograd.support.text import got, short
from nn.columns import Column, as_numbers, is_column, named_number
from nn.module import Module, check_module
from nn.stages import input_width
from nn.training.table import Table, as_table

ONE_KIND = frozenset((int, float))


class Examples(NamedTuple):
    """X has one list of floats for each example, y one number or one list of numbers, sample_weight one factor."""

    X: Sequence[list[float]]
    y: list[Any]
    sample_weight: list[float] | None = None

    def select(self, indices: Sequence[int]) -> Examples:
        """Some of the examples, in the order of the indices.

        >>> Examples([[1.0], [2.0]], [0, 1]).select([1]).y
        [1]
        """
        weights = None if self.sample_weight is None else [self.sample_weight[i] for i in indices]
        X = self.X.select(indices) if isinstance(self.X, Table) else [self.X[i] for i in indices]
        return Examples(X, self.targets(indices), weights)

    def targets(self, indices: Sequence[int]) -> list[Any]:
        """Those of some examples."""
        return self.y.select(indices) if isinstance(self.y, Column) else [self.y[i] for i in indices]


class Batch:
    """The examples of one step, as `indices` into the whole set; only an engine without arrays asks for the lists.

    `following` are those of the next step, if they are known.

    >>> batch = Batch(Examples([[1.0], [2.0], [3.0]], [0, 1, 0]), [2, 1])
    >>> batch.examples.X, batch.examples.y, len(batch)
    ([[3.0], [2.0]], [0, 1], 2)
    """

    def __init__(self, whole: Examples, indices: Sequence[int] | None = None, following: Sequence[int] = ()) -> None:
        self.whole, self.following = whole, following
        self.indices = range(len(whole.X)) if indices is None else indices

    @cached_property
    def examples(self) -> Examples:
        """The examples of this batch alone."""
        return self.whole.select(self.indices)

    def first(self, n: int) -> Batch:
        """The first n of them."""
        return Batch(self.whole, self.indices[:n])

    def __len__(self) -> int:
        return len(self.indices)


def checked(model: Module, X: Any, y: Any, names: tuple[str, str] = ("X", "y")) -> Examples:
    """X and y as lists of plain numbers: as many of each, at least one, all finite, X as wide as the model takes.

    Lists, NumPy arrays and pandas tables will do. A target that is a list of one number becomes that number.

    Raises ValueError for what is empty, nan or infinite, or of another length or width, TypeError for what is no
    number; the message names the entry and its value.

    >>> from nn import MLP
    >>> checked(MLP(2, [1]), [[0, 1]], [1])
    Examples(X=[[0.0, 1.0]], y=[1], sample_weight=None)
    >>> checked(MLP(2, [1]), [[0, float("nan")]], [1])
    Traceback (most recent call last):
    ValueError: X[0][1] is nan: every input must be a finite number; leave the example out or fill it in
    """
    inputs = checked_inputs(model, X, names[0])
    targets: list[Any] | None = _plain_targets(y)
    if targets is None:
        entries = _entries(names[1], y, "a list with one target for each example")
        targets = [_target(f"{names[1]}[{i}]", t) for i, t in enumerate(entries)]
    if len(inputs) != len(targets):
        raise ValueError(
            f"{names[0]} has {len(inputs)} examples but {names[1]} has {len(targets)} targets: "
            "there must be one for each"
        )
    if not isinstance(targets, Column) and all(isinstance(t, list) and len(t) == 1 for t in targets):
        targets = [t[0] for t in targets]
    return Examples(inputs, targets)


def checked_inputs(model: Module, X: Any, name: str = "X") -> Sequence[list[float]]:
    """X as rows of floats, at least one, all finite, as wide as the model takes; errors as `checked`."""
    check_module("training", model)
    if hasattr(X, "to_numpy"):
        X = X.to_numpy()
    # A table of plain numbers is read in one go; anything else entry by entry, so that an error can name the entry.
    inputs: Sequence[list[float]] | None = as_table(X)
    if inputs is None:
        rows = _entries(name, X, "a list with one list of numbers for each example")
        if not rows:
            raise ValueError(f"{name} is empty: it needs at least one example")
        remedy = _remedy(name, len(rows), input_width(model))
        inputs = [_row(f"{name}[{i}]", row, remedy) for i, row in enumerate(rows)]
    widths = (inputs.numbers.shape[1],) if isinstance(inputs, Table) else [len(row) for row in inputs]
    expected, reason = input_width(model), "which is what the model takes"
    if expected is None:
        expected, reason = widths[0], f"as {name}[0]"
    for i, width in enumerate(widths):
        if width != expected:
            count = "1 number" if width == 1 else f"{width} numbers"
            raise ValueError(f"{name}[{i}] has {count}, expected {expected}, {reason}")
    return inputs


def checked_weights(name: str, weights: Any, n: int) -> list[float]:
    """One factor from 0 on for each of n examples.

    Raises ValueError for another number of them, a negative or infinite one, and where all are 0.

    >>> checked_weights("sample_weight", [1, -1], 2)
    Traceback (most recent call last):
    ValueError: sample_weight[1] is -1.0: a weight is a finite number from 0 on
    """
    entries = _entries(name, weights, "a list with one number for each example")
    factors = [named_number(f"{name}[{i}]", w) for i, w in enumerate(entries)]
    if len(factors) != n:
        raise ValueError(f"{name} has {len(factors)} weights for {n} examples: there must be one for each")
    for i, w in enumerate(factors):
        if not 0.0 <= w < math.inf:
            raise ValueError(f"{name}[{i}] is {short(w)}: a weight is a finite number from 0 on")
    if not any(factors):
        raise ValueError(f"{name} is 0 everywhere: at least one example must count")
    return factors


def as_list(numbers: Any) -> list[Any]:
    """One number, or several, as a list: an output or a target may be either.

    >>> as_list(0.5), as_list([0.1, 0.9]), as_list((0.1, 0.9))
    ([0.5], [0.1, 0.9], [0.1, 0.9])
    """
    return list(numbers) if isinstance(numbers, (list, tuple)) else [numbers]


def by_target(y: Sequence[Any]) -> dict[Any, list[int]]:
    """The indices of the examples of each target; targets that are lists are told apart by their numbers.

    >>> by_target([3, 1, 3, 1, 1])
    {3: [0, 2], 1: [1, 3, 4]}
    """
    indices: dict[Any, list[int]] = {}
    for i, target in enumerate(y):
        indices.setdefault(tuple(target) if isinstance(target, list) else target, []).append(i)
    return indices


def one_hot_class(target: list[Any]) -> int | None:
    """The place of the 1 in a list that else holds zeros; None for any other list, such as one of probabilities.

    >>> one_hot_class([0, 0, 1]), one_hot_class([0.5, 0.5])
    (2, None)
    """
    return target.index(1) if sorted(target) == [0] * (len(target) - 1) + [1] else None


def _entries(name: str, values: Any, kind: str, remedy: str = "") -> list[Any]:
    """The entries of a list, an array, a pandas column or another iterable; TypeError for a text, a dict, a number."""
    if hasattr(values, "to_numpy"):  # pandas: iterating over a table gives the names of its columns
        values = values.to_numpy()
    if hasattr(values, "tolist"):
        values = values.tolist()
    if not is_column(values):
        raise TypeError(f"{name} is {kind}, got {got(values)}{remedy}")
    return list(values)


def _remedy(name: str, n: int, width: int | None) -> str:
    """What to do about n numbers where examples are wanted: one example without its list, or one number each."""
    each = f"for one number each, give [[x] for x in {name}]"
    if width == 1:
        return f": {each}"
    alone = f"for one example, give [{name}]"
    return f": {alone}" if width == n else f": {alone}; {each}"


def _row(name: str, numbers: Any, remedy: str) -> list[float]:
    entries = _entries(name, numbers, "a list of numbers", remedy)
    row = [x if type(x) is float else named_number(f"{name}[{j}]", x) for j, x in enumerate(entries)]
    if not row:
        raise ValueError(f"{name} is empty: an example has at least one number")
    for j, x in enumerate(row):
        if not math.isfinite(x):
            raise ValueError(
                f"{name}[{j}] is {x}: every input must be a finite number; leave the example out or fill it in"
            )
    return row


def _plain_targets(y: Any) -> list[Any] | None:
    """A column of plain whole numbers, or of plain floats, in one go; None where each has to be looked at."""
    if hasattr(y, "to_numpy"):
        y = y.to_numpy()
    numbers = as_numbers(y)
    if numbers is None or numbers.ndim != 1:
        return None
    if isinstance(y, np.ndarray):
        if y.dtype.kind not in "iuf":
            return None
        # Numbers of its own: whatever becomes of the array in a callback, list and numbers are of the same targets.
        return Column((y if y.dtype.kind in "iu" else numbers).tolist(), numbers.copy())
    return Column(y, numbers) if ONE_KIND.issuperset(map(type, y)) else None


def _target(name: str, target: Any) -> Any:
    """A number as it is (a whole one may be an index), or a list of numbers."""
    if hasattr(target, "tolist"):
        target = target.tolist()
    if isinstance(target, (list, tuple)):
        if not target:
            raise ValueError(f"{name} is empty: a target has at least one number")
        return [_target(f"{name}[{k}]", t) for k, t in enumerate(target)]
    if isinstance(target, str):
        raise TypeError(
            f"{name} is the text {short(target)}: number the classes from 0 on, or use nn.sklearn.MLPClassifier, whose "
            "labels may be texts"
        )
    x = named_number(name, target)
    if not math.isfinite(x):
        raise ValueError(f"{name} is {x}: every target must be a finite number")
    return int(target) if isinstance(target, int) else x
