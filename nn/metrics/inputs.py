"""Truth and predictions side by side: what the metrics check of their arguments before they count."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.support.text import short
from nn.columns import as_numbers, check_aligned, check_labels, in_order, is_column
from nn.data import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Columns = tuple[NDArray[np.float64], NDArray[np.float64]]

Pair = tuple[Any, Any]

PLAIN = frozenset((str, int, float, bool))
FEW = 1000  # labels so close together that a count for every pair of them fits in 8 MB


def pair_counts(owner: str, truth: Rows, predictions: Rows) -> Counter[Pair]:
    """How often each pair (true label, predicted label) occurs: whole numbers, texts, or floats without a fraction.

    Raises ValueError for different lengths, no examples, nan or infinity, and a float with a fraction (a probability,
    not yet a label); TypeError for labels that are lists or None, or of which some are texts and some numbers.

    >>> pair_counts("accuracy", [0, 1, 1], [0, 1, 1])
    Counter({(1, 1): 2, (0, 0): 1})
    >>> pair_counts("accuracy", [0, 1], [0.2, 0.9])
    Traceback (most recent call last):
    ValueError: accuracy: prediction 0 must be a label, got 0.2: round probabilities first, such as int(p > 0.5)
    """
    if hasattr(truth, "dtype") and hasattr(predictions, "dtype"):
        counts = _counted_arrays(truth, predictions)
        if counts is not None:
            return counts
    true, predicted = _same_length(owner, truth, predictions)
    # What holds for every pair that occurs holds for every example, so long as all are of types that differ if they
    # are unlike: 1 and Decimal(1) would be counted as one.
    if not PLAIN.issuperset(map(type, true)) or not PLAIN.issuperset(map(type, predicted)):
        _check_each(owner, true, predicted)
    counts = Counter(zip(true, predicted, strict=True))
    if any(isinstance(label, float) and not label.is_integer() for pair in counts for label in pair):
        _check_each(owner, true, predicted)
    if len({isinstance(label, str) for pair in counts for label in pair}) > 1:
        raise TypeError(f"{owner}: labels must be all texts or all numbers, got both: {short(labels_of(counts))}")
    return counts


def _counted_arrays(true: Any, predicted: Any) -> Counter[Pair] | None:
    """The pairs of two arrays of whole numbers; None for other ones, and for numbers that lie far apart."""
    import numpy as np

    arrays = (true, predicted)
    if not all(type(x) is np.ndarray and x.ndim == 1 and x.size and x.dtype.kind in "iub" for x in arrays):
        return None
    low, high = min(int(x.min()) for x in arrays), max(int(x.max()) for x in arrays)
    width = high - low + 1
    if len(true) != len(predicted) or width > FEW or not -(2**63) <= low <= high < 2**63:
        return None
    rows, columns = (x.astype(np.int64) - low for x in arrays)
    found = np.bincount(rows * width + columns)
    kind = bool if true.dtype.kind == predicted.dtype.kind == "b" else int
    places = np.flatnonzero(found).tolist()
    return Counter({(kind(low + k // width), kind(low + k % width)): int(found[k]) for k in places})


def _check_each(owner: str, true: list[Any], predicted: list[Any]) -> None:
    """Raise the error of the first example of which one label is none."""
    for i, pair in enumerate(zip(true, predicted, strict=True)):
        for what, label in zip(("truth", "prediction"), pair, strict=True):
            if not isinstance(label, (str, int, float)):
                raise TypeError(f"{owner}: {what} {i} must be a label (a number or a text), got {short(label)}")
            if isinstance(label, float) and not math.isfinite(label):
                raise ValueError(f"{owner}: {what} {i} must be a label, got {short(label)}")
            if isinstance(label, float) and label != math.floor(label):
                other = pair[1] if what == "truth" else None
                swapped = not isinstance(other, float) or other == math.floor(other)
                remedy = "round probabilities first, such as int(p > 0.5)"
                if what == "truth" and swapped:
                    remedy = f"the truth comes first, {owner}(truth, predictions); {remedy}"
                raise ValueError(f"{owner}: {what} {i} must be a label, got {short(label)}: {remedy}")


def labels_of(pairs: Iterable[Pair]) -> list[Any]:
    """Every label that occurs, once, in order.

    >>> labels_of([(2, 1), (1, 1)])
    [1, 2]
    """
    return in_order(label for pair in pairs for label in pair)


def classes_of(owner: str, labels: Rows) -> list[Any]:
    """The labels that a caller listed.

    Raises ValueError if there are none, or one twice.
    """
    names = check_labels(owner, "labels", labels)
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{owner}: labels must be at least one and each only once, got {short(names)}")
    return names


def paired_numbers(owner: str, truth: Rows, predictions: Rows) -> Columns:
    """Both as arrays with a row for each example and a column for each output; a list with one number is that number.

    Raises ValueError for different lengths or widths, no examples, nan or infinity; TypeError for what is no number.

    >>> paired_numbers("mse", [1.0, 2.0], [[1.5], [2.5]])
    (array([[1.],
           [2.]]), array([[1.5],
           [2.5]]))
    """
    columns = _aligned_arrays(truth, predictions)
    if columns is not None:
        return columns
    true, predicted = _same_length(owner, truth, predictions)
    return _aligned_arrays(true, predicted) or _checked_arrays(owner, true, predicted)


def _aligned_arrays(truth: Any, predictions: Any) -> Columns | None:
    """Both as arrays of one shape, quickly; None where an entry has to be looked at, or an error told."""
    true, predicted = as_numbers(truth), as_numbers(predictions)
    if true is None or predicted is None or len(true) != len(predicted):
        return None
    true, predicted = true.reshape(len(true), -1), predicted.reshape(len(predicted), -1)
    return (true, predicted) if true.shape == predicted.shape else None


def _checked_arrays(owner: str, true: list[Any], predicted: list[Any]) -> Columns:
    """The same entry by entry, so that an error names the first one that is wrong."""
    import numpy as np

    rows = [
        (_outputs(owner, f"truth {i}", t), _outputs(owner, f"prediction {i}", p))
        for i, (t, p) in enumerate(zip(true, predicted, strict=True))
    ]
    width = len(rows[0][0])
    for i, (t, p) in enumerate(rows):
        if len(t) != width or len(p) != width:
            raise ValueError(
                f"{owner}: example {i} has {len(t)} true and {len(p)} predicted numbers, expected {width} of each"
            )
    return np.array([t for t, _ in rows]), np.array([p for _, p in rows])


def _outputs(owner: str, what: str, entry: Any) -> list[float]:
    numbers = list(entry) if isinstance(entry, (list, tuple)) else [entry]
    if not numbers:
        raise ValueError(f"{owner}: {what} must be a number or a list of numbers, got an empty list")
    for x in numbers:
        if not isinstance(x, (int, float)):
            raise TypeError(f"{owner}: {what} must be a number, got {short(x)}")
        if not math.isfinite(x):
            raise ValueError(f"{owner}: {what} must be finite, got {short(x)}")
    return [float(x) for x in numbers]


def _same_length(owner: str, truth: Rows, predictions: Rows) -> tuple[list[Any], list[Any]]:
    true, predicted = _plain(owner, "truth", truth), _plain(owner, "predictions", predictions)
    unequal = f"{owner}: {{}} true values but {{}} predictions; there must be as many of each"
    check_aligned(true, predicted, unequal, f"{owner}: there must be at least one example, got none")
    return true, predicted


def _plain(owner: str, what: str, column: Any) -> list[Any]:
    """A list of plain Python numbers, texts or lists, from a list, a tuple or an array, with Values in it or not."""
    if hasattr(column, "tolist"):
        column = column.tolist()
    if not is_column(column):
        raise TypeError(f"{owner}: {what} must be a list, got {short(column)}")
    entries = list(column)
    return entries if PLAIN.issuperset(map(type, entries)) else [_plain_entry(x) for x in entries]


def _plain_entry(x: Any) -> Any:
    if isinstance(x, Value):
        return x.data
    if hasattr(x, "tolist"):  # a NumPy number, or a row of an array
        return x.tolist()
    return [_plain_entry(v) for v in x] if isinstance(x, (list, tuple)) else x
