"""Examples before they reach a network: batches, a part held back for validation, columns of one scale, one-hot.

Lists give lists, arrays and pandas tables give arrays.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from autograd.support import answers
from autograd.support.convert import to_float
from autograd.support.seeds import own_generator
from autograd.support.settings import check_count, check_flag, check_list, check_seed
from autograd.support.text import short
from nn.columns import as_numbers, check_aligned, exact_sum, is_array, is_column, like_these, named_number, shuffled
from nn.keywords import suggest_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = list[int] | NDArray[np.intp]


MANY = 2000  # examples, from which on NumPy mixes them


class Rows(Protocol):
    """One entry for each example: a list, a tuple, a NumPy array, a pandas table or column."""

    def __len__(self) -> int: ...
    def __getitem__(self, i: Any, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


@suggest_settings
def batches(
    X: Rows,
    y: Rows,
    batch_size: int,
    shuffle: bool = False,
    seed: int | random.Random | None = None,
    drop_last: bool = False,
) -> Iterator[tuple[Any, Any]]:
    """The examples in lists of batch_size, each as (examples, labels); what is left over makes a smaller last one.

    `shuffle` mixes them first: a seed gives the same order each time, a `random.Random` goes on from where it stands
    (one generator for all epochs mixes anew in each), None takes one draw from Python's `random`. `drop_last` leaves
    an incomplete last batch out. X and y are read, never changed. Raises ValueError for different lengths, no examples
    and a batch_size below 1.

    >>> list(batches([[1], [2], [3]], [0, 1, 0], batch_size=2))
    [([[1], [2]], [0, 1]), ([[3]], [0])]
    """
    X, y = _aligned("batches", X, y)
    n = len(y)
    size = check_count("batches", "batch_size", batch_size)
    drop_last = check_flag("batches", "drop_last", drop_last)
    check_seed("batches", "seed", seed)
    mixed = check_flag("batches", "shuffle", shuffle)
    order = _mixed(own_generator("batches", seed), n) if mixed else list(range(n))
    return _pick(X, y, _as_indices(order, X, y), size, n - n % size if drop_last else n)


def _pick(X: Rows, y: Rows, order: Indices, size: int, end: int) -> Iterator[tuple[Any, Any]]:
    for start in range(0, end, size):
        batch = order[start : min(start + size, end)]
        yield _chosen(X, batch), _chosen(y, batch)


def _mixed(rng: random.Random, n: int) -> Indices:
    """0 to n − 1 as `rng.shuffle` mixes them."""
    if n >= MANY:
        return shuffled(rng, n)
    order = list(range(n))
    rng.shuffle(order)
    return order


def _as_indices(order: Indices, X: Rows, y: Rows) -> Indices:
    """An array where one is to be indexed: NumPy would make one of the list each time."""
    if not is_array(X) and not is_array(y):
        return order if isinstance(order, list) else order.tolist()
    import numpy as np

    return np.array(order, dtype=np.intp)


def _chosen(rows: Rows, indices: Indices) -> Any:
    if is_array(rows):
        return rows[indices]
    return [rows[i] for i in (indices if isinstance(indices, list) else indices.tolist())]


@suggest_settings
def train_validation_split(
    X: Rows,
    y: Rows,
    fraction: float = 0.2,
    seed: int | random.Random | None = 0,
    stratify: bool = False,
) -> tuple[Any, Any, Any, Any]:
    """Examples mixed and cut in two: X to train on, X to validate on, y to train on, y to validate on.

    `fraction` of the examples, rounded, are for validation; at least one is on each side. `stratify` keeps the share
    of every label: each class is cut by itself, and the places that rounding leaves go to the largest remainders.
    The order of results is scikit-learn's. Raises ValueError for different lengths, fewer than two examples, and a
    fraction that is not between 0 and 1; with `stratify`, for a label with one example only.

    >>> X_train, X_val, y_train, y_val = train_validation_split([[1], [2], [3], [4]], [0, 1, 0, 1], 0.5, stratify=True)
    >>> sorted(y_train), sorted(y_val)
    ([0, 1], [0, 1])
    """
    X, y = _aligned("train_validation_split", X, y)
    n = len(y)
    if not isinstance(fraction, (int, float)) or not 0.0 < fraction < 1.0:
        raise ValueError(f"train_validation_split: fraction must be between 0 and 1, got {short(fraction)}")
    stratify = check_flag("train_validation_split", "stratify", stratify)
    if n < 2:
        raise ValueError(f"train_validation_split: needs at least 2 examples to cut in two, got {n}")
    order = _mixed(own_generator("train_validation_split", seed), n)
    size = min(max(round(n * fraction), 1), n - 1)
    if stratify:
        order = order if isinstance(order, list) else order.tolist()
        members = _shares_of_labels(y.tolist() if hasattr(y, "tolist") else y, order, size)
        validation: Indices = [i for i in order if i in members]
        training: Indices = [i for i in order if i not in members]
    else:
        validation, training = order[:size], order[size:]
    train, held = _as_indices(training, X, y), _as_indices(validation, X, y)
    return _chosen(X, train), _chosen(X, held), _chosen(y, train), _chosen(y, held)


def _shares_of_labels(y: Rows, order: list[int], total: int) -> set[int]:
    """Which examples to hold back: of each label its share of the total, in whole numbers that add up to it."""
    groups: dict[Any, list[int]] = {}
    for i in order:
        groups.setdefault(y[i], []).append(i)
    for label, members in groups.items():
        if len(members) < 2:
            raise ValueError(
                f"train_validation_split: the label {short(label)} has one example, which cannot be on both sides: "
                "give more examples of it, or stratify=False"
            )
    exact = {label: total * len(members) / len(order) for label, members in groups.items()}
    counts = {label: math.floor(share) for label, share in exact.items()}
    by_remainder = sorted(groups, key=lambda label: (counts[label] - exact[label], groups[label][0]))
    for label in by_remainder[: total - sum(counts.values())]:
        counts[label] += 1
    return {i for label, members in groups.items() for i in members[: counts[label]]}


Scaling = tuple[list[float], list[float]]
EXACT = 2.0**53  # below it, a float still knows a whole number to the last digit


def standardise(X: Rows, scaling: Scaling | None = None) -> tuple[Any, Scaling]:
    """Every column moved to mean 0 and scaled to deviation 1; returns it and the (means, deviations) that were used.

    (x − mean) / deviation, with the deviation over n. A constant column becomes 0: its deviation is taken as 1. Give
    the scaling of the training data back in for validation data, so that both are measured alike.
    Raises ValueError for no examples, rows of different widths, nan and infinity, and a scaling of another width.

    >>> scaled, scaling = standardise([[1.0, 5.0], [3.0, 5.0]])
    >>> scaled, scaling
    ([[-1.0, 0.0], [1.0, 0.0]], ([2.0, 5.0], [1.0, 1.0]))
    >>> standardise([[5.0, 6.0]], scaling)[0]
    [[3.0, 1.0]]
    """
    import numpy as np

    table = _table("standardise", X)
    if scaling is None:
        columns = enumerate(np.ascontiguousarray(table.T))  # each in one piece: half the time for the sums
        moments = [_mean_and_deviation(k, column) for k, column in columns]
        means, deviations = [m for m, _ in moments], [d for _, d in moments]
    else:
        if not isinstance(scaling, (tuple, list)) or len(scaling) != 2:
            raise TypeError(f"standardise: scaling must be a pair (means, deviations) or None, got {short(scaling)}")
        means, deviations = (
            [named_number(f"standardise: scaling[{k}][{i}]", x) for i, x in enumerate(entries)]
            for k, entries in enumerate(
                check_list("standardise", f"scaling[{k}]", part) for k, part in enumerate(scaling)
            )
        )
        if not len(means) == len(deviations) == table.shape[1]:
            raise ValueError(
                f"standardise: the scaling has {len(means)} means and {len(deviations)} deviations, "
                f"the examples have {table.shape[1]} columns"
            )
        for i, (m, d) in enumerate(zip(means, deviations, strict=True)):
            if not (math.isfinite(m) and math.isfinite(d) and d > 0.0):
                raise ValueError(
                    f"standardise: column {i} needs a finite mean and a deviation above 0, got {short(m)}, {short(d)}"
                )
    with np.errstate(over="ignore"):
        scaled = table - means
        scaled /= deviations
    return like_these([X], scaled), (means, deviations)


def one_hot(y: Rows, classes: int | None = None) -> Any:
    """A row of 0.0 with 1.0 at the label, for labels 0, 1, ...; as many columns as classes, or as the largest needs.

    Raises ValueError for no labels and a label outside of the classes; TypeError for what is no whole number.

    >>> one_hot([0, 2])
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    import numpy as np

    labels = _whole_numbers("one_hot", y)
    highest = int(labels.max())
    width = highest + 1 if classes is None else check_count("one_hot", "classes", classes)
    if highest >= width or labels.min() < 0:
        i, label = next((i, label) for i, label in enumerate(labels) if not 0 <= label < width)
        expected = f"from 0 to {width - 1}" if classes is not None else "from 0 on"
        raise ValueError(f"one_hot: label {i} must be {expected}, got {label}")
    rows = np.zeros((len(labels), width))
    rows[np.arange(len(labels)), labels.astype(np.intp)] = 1.0
    return like_these([y], rows)


def _whole_numbers(owner: str, y: Rows) -> NDArray[Any]:
    import numpy as np

    numbers = as_numbers(y)
    if numbers is not None and numbers.ndim == 1 and (abs(numbers) < EXACT).all():
        whole = numbers.astype(np.int64)
        if (whole == numbers).all():
            return whole
    # Entry by entry, so that an error names the first one that is wrong, and with all its digits.
    labels = []
    for i, label in enumerate(check_list(owner, "y", y, "a list of labels")):
        if isinstance(label, str) or not hasattr(label, "__float__") or not to_float(label).is_integer():
            raise TypeError(f"{owner}: label {i} must be a whole number from 0 on, got {short(label)}")
        labels.append(int(label))
    if not labels:
        raise ValueError(f"{owner}: there must be at least one label, got none")
    return np.array(labels, dtype=object)


def _mean_and_deviation(k: int, column: Array) -> tuple[float, float]:
    low, high = float(column.min()), float(column.max())
    if low == high:  # compared like this, because the mean may be a last digit off
        return float(column[0]), 1.0
    import numpy as np

    mean = exact_sum(column / len(column))
    # Sums of squares would overflow, or vanish, where hypot does not. Too large a difference is infinite, and told.
    with np.errstate(over="ignore"):
        deviation = math.hypot(*(column - mean).tolist()) / math.sqrt(len(column))
    if not math.isfinite(deviation):
        raise ValueError(f"standardise: column {k} spans {short(low)} to {short(high)}: too far for a float, scale it")
    return mean, deviation or 1.0


def _table(owner: str, X: Rows) -> Array:
    import numpy as np

    X = X.to_numpy() if hasattr(X, "to_numpy") else X
    numbers = as_numbers(X)
    if numbers is not None and numbers.ndim == 2:
        return numbers
    # Entry by entry, so that an error names the first one that is wrong.
    table = check_list(owner, "X", X.tolist() if hasattr(X, "tolist") else X, "a list of examples")
    rows = [_row(owner, i, row) for i, row in enumerate(table)]
    if not rows:
        raise ValueError(f"{owner}: X must not be empty, got no examples")
    for i, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(f"{owner}: example {i} has {len(row)} numbers, expected {len(rows[0])} as in the first")
    return np.array(rows)


def _row(owner: str, i: int, example: Any) -> list[float]:
    if not is_column(example):
        raise TypeError(f"{owner}: example {i} must be a list of numbers, got {short(example)}")
    row = []
    for k, v in enumerate(example):
        if isinstance(v, str) or not hasattr(v, "__float__"):
            raise TypeError(f"{owner}: example {i}, column {k} must be a number, got {short(v)}")
        if not math.isfinite(v):
            raise ValueError(
                f"{owner}: example {i}, column {k} must be finite, got {short(v)}: leave it out or fill it in"
            )
        row.append(float(v))
    return row


def _aligned(owner: str, X: Rows, y: Rows) -> tuple[Rows, Rows]:
    """X and y with X[i] and y[i] the example and the label at place i: in pandas, [i] means the row of that name."""
    X, y = (table.to_numpy() if hasattr(table, "to_numpy") else table for table in (X, y))
    for name, rows in (("X", X), ("y", y)):
        if not is_column(rows) or not hasattr(rows, "__len__"):
            raise TypeError(f"{owner}: {name} must be a list with one entry for each example, got {short(rows)}")
    unequal = f"{owner}: {{}} examples but {{}} labels; there must be as many of each"
    check_aligned(X, y, unequal, f"{owner}: X must not be empty, got no examples")
    return X, y


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.data")
