"""Truth and predictions side by side: what the metrics check of their arguments before they count."""

import math
from typing import Any

from autograd import Value
from autograd.support.text import short
from nn.columns import check_aligned, check_labels, is_column
from nn.data import Rows


def paired_labels(owner: str, truth: Rows, predictions: Rows) -> list[tuple[Any, Any]]:
    """A pair (true label, predicted label) for each example: whole numbers, texts, or floats without a fraction.

    Raises ValueError for different lengths, no examples, nan or infinity, and a float with a fraction (a probability,
    not yet a label); TypeError for labels that are lists or None, or of which some are texts and some numbers.

    >>> paired_labels("accuracy", [0, 1], [0.2, 0.9])
    Traceback (most recent call last):
    ValueError: accuracy: prediction 0 must be a label, got 0.2: round probabilities first, such as int(p > 0.5)
    """
    pairs = list(zip(*_same_length(owner, truth, predictions), strict=True))
    for i, pair in enumerate(pairs):
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
    kinds = {isinstance(label, str) for pair in pairs for label in pair}
    if len(kinds) > 1:
        raise TypeError(f"{owner}: labels must be all texts or all numbers, got both: {short(sort_labels(pairs))}")
    return pairs


def sort_labels(pairs: list[tuple[Any, Any]]) -> list[Any]:
    """Every label that occurs, once, in order.

    >>> sort_labels([(2, 1), (1, 1)])
    [1, 2]
    """
    return sorted({label for pair in pairs for label in pair}, key=lambda label: (isinstance(label, str), label))


def classes_of(owner: str, labels: Rows) -> list[Any]:
    """The labels that a caller listed.

    Raises ValueError if there are none, or one twice.
    """
    names = check_labels(owner, "labels", labels)
    if not names or len(set(names)) < len(names):
        raise ValueError(f"{owner}: labels must be at least one and each only once, got {short(names)}")
    return names


def paired_numbers(owner: str, truth: Rows, predictions: Rows) -> list[list[tuple[float, float]]]:
    """For each output of an example a list of pairs (true, predicted); a list with one number is that number.

    Raises ValueError for different lengths or widths, no examples, nan or infinity; TypeError for what is no number.

    >>> paired_numbers("mse", [1.0, 2.0], [[1.5], [2.5]])
    [[(1.0, 1.5), (2.0, 2.5)]]
    """
    true, predicted = _same_length(owner, truth, predictions)
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
    return [[(t[k], p[k]) for t, p in rows] for k in range(width)]


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
    return [_plain_entry(x) for x in column]


def _plain_entry(x: Any) -> Any:
    if isinstance(x, Value):
        return x.data
    if hasattr(x, "tolist"):  # a NumPy number, or a row of an array
        return x.tolist()
    return [_plain_entry(v) for v in x] if isinstance(x, (list, tuple)) else x
