"""Examples as training takes them: checked lists of plain numbers, whatever they were given as."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd.support.convert import to_float
from autograd.support.text import short
from nn.module import Module
from nn.stages import input_width
from nn.training.table import Table, as_table


class Examples(NamedTuple):
    """X has one list of floats for each example, y one number or one list of numbers, sample_weight one factor."""

    X: Sequence[list[float]]
    y: list[Any]
    sample_weight: list[float] | None = None

    def picked(self, chosen: Sequence[int]) -> Examples:
        """Some of the examples, in the order given.

        >>> Examples([[1.0], [2.0]], [0, 1]).picked([1]).y
        [1]
        """
        weights = None if self.sample_weight is None else [self.sample_weight[i] for i in chosen]
        X = self.X.picked(chosen) if isinstance(self.X, Table) else [self.X[i] for i in chosen]
        return Examples(X, [self.y[i] for i in chosen], weights)


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
    given = _listed(names[1], y, "one target for each example")
    targets = [_target(f"{names[1]}[{i}]", t) for i, t in enumerate(given)]
    if len(inputs) != len(targets):
        raise ValueError(
            f"{names[0]} has {len(inputs)} examples but {names[1]} has {len(targets)} targets: "
            "there must be one for each"
        )
    if all(isinstance(t, list) and len(t) == 1 for t in targets):
        targets = [t[0] for t in targets]
    return Examples(inputs, targets)


def checked_inputs(model: Module, X: Any, name: str = "X") -> Sequence[list[float]]:
    """X as rows of floats, at least one, all finite, as wide as the model takes; errors as `checked`."""
    if hasattr(X, "to_numpy"):
        X = X.to_numpy()
    inputs: Sequence[list[float]] | None = as_table(X)
    if inputs is None:
        rows = _listed(name, X, "one list of numbers for each example")
        if not rows:
            raise ValueError(f"{name} is empty: it needs at least one example")
        inputs = [_row(f"{name}[{i}]", row) for i, row in enumerate(rows)]
    widths = (inputs.numbers.shape[1],) if isinstance(inputs, Table) else [len(row) for row in inputs]
    width, wanted = input_width(model), "which is what the model takes"
    if width is None:
        width, wanted = widths[0], f"as {name}[0]"
    for i, found in enumerate(widths):
        if found != width:
            count = "1 number" if found == 1 else f"{found} numbers"
            raise ValueError(f"{name}[{i}] has {count}, expected {width}, {wanted}")
    return inputs


def checked_weights(name: str, weights: Any, n: int) -> list[float]:
    """One factor from 0 on for each of n examples.

    Raises ValueError for another number of them, a negative or infinite one, and where all are 0.

    >>> checked_weights("sample_weight", [1, -1], 2)
    Traceback (most recent call last):
    ValueError: sample_weight[1] is -1.0: a weight is a finite number from 0 on
    """
    factors = [_number(f"{name}[{i}]", w) for i, w in enumerate(_listed(name, weights, "one number for each example"))]
    if len(factors) != n:
        raise ValueError(f"{name} has {len(factors)} weights for {n} examples: there must be one for each")
    for i, w in enumerate(factors):
        if not 0.0 <= w < math.inf:
            raise ValueError(f"{name}[{i}] is {w!r}: a weight is a finite number from 0 on")
    if not any(factors):
        raise ValueError(f"{name} is 0 everywhere: at least one example must count")
    return factors


def _listed(name: str, given: Any, wanted: str) -> list[Any]:
    if hasattr(given, "to_numpy"):  # pandas: iterating over a table gives the names of its columns
        given = given.to_numpy()
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, (str, bytes, dict)) or not hasattr(given, "__iter__"):
        raise TypeError(f"{name} is a list with {wanted}, got {short(given)} ({type(given).__name__})")
    return list(given)


def _row(name: str, given: Any) -> list[float]:
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, (str, bytes, dict)) or not hasattr(given, "__iter__"):
        raise TypeError(
            f"{name} is a list of numbers, got {short(given)} ({type(given).__name__}): "
            "for one number each, give [[x] for x in X]"
        )
    row = [x if type(x) is float else _number(f"{name}[{j}]", x) for j, x in enumerate(given)]
    if not row:
        raise ValueError(f"{name} is empty: an example has at least one number")
    for j, x in enumerate(row):
        if not math.isfinite(x):
            raise ValueError(
                f"{name}[{j}] is {x}: every input must be a finite number; leave the example out or fill it in"
            )
    return row


def _target(name: str, given: Any) -> Any:
    """A number as it is (a whole one may be an index), or a list of numbers."""
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, (list, tuple)):
        if not given:
            raise ValueError(f"{name} is empty: a target has at least one number")
        return [_target(f"{name}[{k}]", t) for k, t in enumerate(given)]
    if isinstance(given, str):
        raise TypeError(f"{name} is the text {given!r}: number the classes from 0 on")
    x = _number(name, given)
    if not math.isfinite(x):
        raise ValueError(f"{name} is {x}: every target must be a finite number")
    return int(given) if isinstance(given, int) else x


def _number(name: str, given: Any) -> float:
    try:
        return to_float(given)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
