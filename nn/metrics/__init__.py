"""How good predictions are: accuracy, precision, recall, F1, confusion matrix for classes; MSE, MAE, R² for numbers.

Every metric takes the truth first, then the predictions, as lists, arrays or Values of the same length, and gives plain
numbers: scikit-learn's, in the same order of arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.support import answers
from autograd.support.text import short
from nn.columns import check_label, exact_sum, like_these, named_number
from nn.data import Rows
from nn.metrics.inputs import Pair, classes_of, paired_numbers
from nn.metrics.inputs import labels_of as _labels_of
from nn.metrics.inputs import pair_counts as _pair_counts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Average = str | None
AVERAGES = ("binary", "macro", "micro", "weighted")


def accuracy(truth: Rows, predictions: Rows) -> float:
    """The share of examples whose label is predicted exactly.

    Raises ValueError for different lengths, no examples and nan.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    """
    pairs = _pair_counts("accuracy", truth, predictions)
    return sum(count for (t, p), count in pairs.items() if t == p) / pairs.total()


def confusion_matrix(truth: Rows, predictions: Rows, labels: Rows | None = None) -> Any:
    """Counts of examples: one row for each true label, one column for each predicted label.

    A list of lists, or an array where truth or predictions are one. The order is that of `labels`, or of all labels
    that occur, sorted; an example with a label that is not listed is left out.

    Raises ValueError for different lengths, no examples, nan, and labels of which none is true anywhere.

    >>> confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0])
    [[2, 0], [1, 1]]
    """
    pairs = _pair_counts("confusion_matrix", truth, predictions)
    names = _labels_of(pairs) if labels is None else classes_of("confusion_matrix", labels)
    if labels is not None and not any(t in names for t, _ in pairs):
        raise ValueError(f"confusion_matrix: none of the labels {short(names)} is among the true ones")
    place = {name: i for i, name in enumerate(names)}
    counts = [[0] * len(names) for _ in names]
    for (t, p), count in pairs.items():
        if t in place and p in place:
            counts[place[t]][place[p]] += count
    return like_these((truth, predictions), counts)


def precision(
    truth: Rows,
    predictions: Rows,
    average: Average = "binary",
    positive: Any = 1,
    zero_division: float = 0.0,
) -> Any:
    """Of those predicted to be of a class, the share that are: TP / (TP + FP).

    `average`: "binary" for the class `positive` alone; "macro" for the mean over classes, "weighted" for the mean
    weighted by how many examples each has, "micro" for all counts added up first; None for a number a class, in a list,
    or in an array where truth or predictions are one.
    `zero_division` is what 0 / 0 counts as. Raises ValueError for different lengths, no examples, nan, an unknown
    average, and "binary" with more than two labels or without the positive one.

    >>> precision([0, 1, 1, 0], [0, 1, 1, 1])
    0.6666666666666666
    >>> precision(["a", "b", "c"], ["a", "c", "c"], average=None)
    [1.0, 0.0, 0.5]
    """
    return _score("precision", lambda tp, fp, fn: (tp, tp + fp), truth, predictions, average, positive, zero_division)


def recall(
    truth: Rows,
    predictions: Rows,
    average: Average = "binary",
    positive: Any = 1,
    zero_division: float = 0.0,
) -> Any:
    """Of those that are of a class, the share that are found: TP / (TP + FN). Arguments and errors as `precision`.

    >>> recall([0, 1, 1, 0], [0, 1, 0, 0])
    0.5
    """
    return _score("recall", lambda tp, fp, fn: (tp, tp + fn), truth, predictions, average, positive, zero_division)


def f1(
    truth: Rows,
    predictions: Rows,
    average: Average = "binary",
    positive: Any = 1,
    zero_division: float = 0.0,
) -> Any:
    """The harmonic mean of precision and recall: 2·TP / (2·TP + FP + FN). Arguments and errors as `precision`.

    >>> f1([0, 1, 1, 0], [0, 1, 1, 1])
    0.8
    """
    settings = (average, positive, zero_division)
    return _score("f1", lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn), truth, predictions, *settings)


def mse(truth: Rows, predictions: Rows) -> float:
    """The mean squared error, in the square of the unit; over all outputs, if an example has several.

    Raises ValueError for different lengths, no examples, nan and infinity.

    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    true, predicted = paired_numbers("mse", truth, predictions)
    return _mean([total / len(true) for total in _totals(_squares(true, predicted))])


def mae(truth: Rows, predictions: Rows) -> float:
    """The mean absolute error, in the unit of the numbers; over all outputs, if an example has several.

    Raises ValueError for different lengths, no examples, nan and infinity.

    >>> mae([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    import numpy as np

    true, predicted = paired_numbers("mae", truth, predictions)
    with np.errstate(over="ignore"):
        distances = abs(true - predicted)
    return _mean([total / len(true) for total in _totals(distances)])


def r2(truth: Rows, predictions: Rows) -> float:
    """1 − Σ(t − p)² / Σ(t − mean t)²: 1 is perfect, 0 no better than the mean; the mean over outputs, if several.

    Where the truth is constant, 1.0 if predicted exactly and else 0.0; nan for a single example, which says nothing.
    As in scikit-learn. Raises ValueError for different lengths, no examples, nan and infinity.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    true, predicted = paired_numbers("r2", truth, predictions)
    if len(true) < 2:
        return math.nan
    wrong = _totals(_squares(true, predicted))
    spread = _totals(_squares(true, [total / len(true) for total in _totals(true)]))
    # Whether all are equal is asked of the numbers: their mean may be a last digit off, and the spread above 0.
    constant = (true == true[0]).all(axis=0)
    return _mean([float(w == 0.0) if same else 1.0 - w / s for w, s, same in zip(wrong, spread, constant, strict=True)])


def _score(
    owner: str,
    ratio: Callable[[int, int, int], tuple[int, int]],
    truth: Rows,
    predictions: Rows,
    average: Average,
    positive: Any,
    zero_division: float,
) -> Any:
    """A ratio of true positives, false positives and false negatives, of one class or averaged over all classes."""
    if average is not None and (not isinstance(average, str) or average not in AVERAGES):
        problem = ValueError if isinstance(average, str) else TypeError
        raise problem(f"{owner}: average must be 'binary', 'macro', 'micro', 'weighted' or None, got {short(average)}")
    zero_division = named_number(f"{owner}: zero_division", zero_division)
    pairs = _pair_counts(owner, truth, predictions)
    names = _labels_of(pairs)
    if average == "binary":
        names = [_positive_label(owner, names, check_label(owner, "positive", positive))]
    counts = _counts_of_classes(pairs, names)
    if average == "micro":
        counts = [(sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts))]
    scores = []
    for over, under in (ratio(*c) for c in counts):
        scores.append(over / under if under else zero_division)
    if average is None:
        return like_these((truth, predictions), scores)
    # A nan comes from zero_division=nan alone, and such a class is left out of the mean.
    weighted = [(s, hits + misses) for s, (hits, _, misses) in zip(scores, counts, strict=True) if not math.isnan(s)]
    total = sum(weight for _, weight in weighted)
    if average == "weighted" and total:
        return sum(s * weight for s, weight in weighted) / total
    return _mean([s for s, _ in weighted]) if weighted else math.nan


def _counts_of_classes(pairs: Mapping[Pair, int], names: Sequence[Any]) -> list[tuple[int, int, int]]:
    """True positives, false positives and false negatives of each class.

    >>> _counts_of_classes({(0, 0): 3, (0, 1): 2, (1, 0): 4}, [0, 1])
    [(3, 4, 2), (0, 2, 4)]
    """
    true: dict[Any, int] = {}
    predicted: dict[Any, int] = {}
    for (t, p), count in pairs.items():
        true[t] = true.get(t, 0) + count
        predicted[p] = predicted.get(p, 0) + count
    hits = [(name, pairs.get((name, name), 0)) for name in names]
    return [(tp, predicted.get(name, 0) - tp, true.get(name, 0) - tp) for name, tp in hits]


def _positive_label(owner: str, names: list[Any], positive: Any) -> Any:
    if len(names) > 2:
        raise ValueError(
            f"{owner}: average='binary' needs two labels, got {len(names)}: {short(names)}; "
            "choose 'macro', 'micro', 'weighted' or None"
        )
    if positive not in names and len(names) == 2:
        raise ValueError(
            f"{owner}: positive={short(positive)} is not among the labels {short(names)}: name one of these"
        )
    return positive


def _squares(true: Array, predicted: Array | list[float]) -> Array:
    import numpy as np

    with np.errstate(over="ignore"):  # a square that is too large for a float is infinite, and no warning
        differences: Array = true - predicted
        return differences * differences


def _totals(columns: Array) -> list[float]:
    """The exact sum of each column; infinity where that is too large for a float."""
    totals = []
    for column in columns.T:
        try:
            totals.append(exact_sum(column))
        except OverflowError:  # where the exact sum has nothing to say
            totals.append(sum(column.tolist()))
    return totals


def _mean(numbers: list[float]) -> float:
    try:
        return math.fsum(numbers) / len(numbers)
    except OverflowError:
        return sum(numbers) / len(numbers)


NAMES: dict[str, Callable[..., Any]] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "f1": f1,
    "mse": mse,
    "mae": mae,
    "r2": r2,
}


def get(metric: str | Callable[..., Any]) -> Callable[..., Any]:
    """The metric of a name, or the function given.

    Raises ValueError for an unknown name, TypeError for anything else.

    >>> get("accuracy")([1, 0], [1, 1])
    0.5
    """
    if isinstance(metric, str):
        if metric not in NAMES:
            raise ValueError(f"no metric is called {short(metric)}: {answers.choose('nn.metrics', metric, NAMES)}")
        return NAMES[metric]
    if not callable(metric):
        raise TypeError(f"metric must be a name or a function of truth and predictions, got {short(metric)}")
    return metric


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.metrics")
