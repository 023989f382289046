"""How good predictions are: accuracy, precision, recall, F1, confusion matrix for classes; MSE, MAE, R² for numbers.

Every metric takes the truth first, then the predictions, as lists, arrays or Values of the same length, and gives plain
numbers: scikit-learn's, in the same order of arguments.
"""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograd.support import answers
from autograd.support.text import short
from nn.columns import check_label, like_these, named_number
from nn.data import Rows
from nn.metrics.inputs import classes_of, paired_labels, paired_numbers, sort_labels

Average = str | None
AVERAGES = ("binary", "macro", "micro", "weighted")


def accuracy(truth: Rows, predictions: Rows) -> float:
    """The share of examples whose label is predicted exactly.

    Raises ValueError for different lengths, no examples and nan.

    >>> accuracy([0, 1, 1, 0], [0, 1, 0, 0])
    0.75
    """
    pairs = paired_labels("accuracy", truth, predictions)
    return sum(1 for t, p in pairs if t == p) / len(pairs)


def confusion_matrix(truth: Rows, predictions: Rows, labels: Rows | None = None) -> Any:
    """Counts of examples: one row for each true label, one column for each predicted label.

    A list of lists, or an array where truth or predictions are one. The order is that of `labels`, or of all labels
    that occur, sorted; an example with a label that is not listed is left out.

    Raises ValueError for different lengths, no examples, nan, and labels of which none is true anywhere.

    >>> confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0])
    [[2, 0], [1, 1]]
    """
    pairs = paired_labels("confusion_matrix", truth, predictions)
    names = sort_labels(pairs) if labels is None else classes_of("confusion_matrix", labels)
    if labels is not None and not any(t in names for t, _ in pairs):
        raise ValueError(f"confusion_matrix: none of the labels {short(names)} is among the true ones")
    place = {name: i for i, name in enumerate(names)}
    counts = [[0] * len(names) for _ in names]
    for t, p in pairs:
        if t in place and p in place:
            counts[place[t]][place[p]] += 1
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
    columns = paired_numbers("mse", truth, predictions)
    return _mean([_mean([(t - p) * (t - p) for t, p in column]) for column in columns])


def mae(truth: Rows, predictions: Rows) -> float:
    """The mean absolute error, in the unit of the numbers; over all outputs, if an example has several.

    Raises ValueError for different lengths, no examples, nan and infinity.

    >>> mae([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    columns = paired_numbers("mae", truth, predictions)
    return _mean([_mean([abs(t - p) for t, p in column]) for column in columns])


def r2(truth: Rows, predictions: Rows) -> float:
    """1 − Σ(t − p)² / Σ(t − mean t)²: 1 is perfect, 0 no better than the mean; the mean over outputs, if several.

    Where the truth is constant, 1.0 if predicted exactly and else 0.0; nan for a single example, which says nothing.
    As in scikit-learn. Raises ValueError for different lengths, no examples, nan and infinity.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    return _mean([_r2_of(column) for column in paired_numbers("r2", truth, predictions)])


def _r2_of(column: list[tuple[float, float]]) -> float:
    if len(column) < 2:
        return math.nan
    true = [t for t, _ in column]
    middle = _mean(true)
    wrong = _total([(t - p) * (t - p) for t, p in column])
    if min(true) == max(true):  # compared like this, because the mean may be a last digit off
        return float(wrong == 0.0)
    return 1.0 - wrong / _total([(t - middle) * (t - middle) for t in true])


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
    pairs = paired_labels(owner, truth, predictions)
    names = sort_labels(pairs)
    if average == "binary":
        names = [_positive_label(owner, names, check_label(owner, "positive", positive))]
    counts = [
        (
            sum(t == name == p for t, p in pairs),
            sum(t != name == p for t, p in pairs),
            sum(t == name != p for t, p in pairs),
        )
        for name in names
    ]
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


def _total(numbers: list[float]) -> float:
    try:
        return math.fsum(numbers)
    except OverflowError:
        return sum(numbers)  # inf, where the exact sum has nothing to say


def _mean(numbers: list[float]) -> float:
    return _total(numbers) / len(numbers)


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
