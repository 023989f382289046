"""Which classes are mistaken for which."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from autograd.support.text import short
from nn.columns import check_aligned, check_labels, in_order
from nn.plots.style import Axes, axes

MOST_NUMBERED = 40  # classes whose counts are written into their cells


def confusion_matrix(
    truth: Sequence[Any], predictions: Sequence[Any], ax: Axes | None = None, *, labels: Sequence[Any] | None = None
) -> Axes:
    """Counts of true class (rows) against predicted class (columns), each number in its cell.

    Of more than 40 classes the cells are too small for numbers, and have colours alone; not every class is named.

    Raises ValueError for different lengths, no examples, or a label that is not among `labels`.
    """
    truth = check_labels("confusion_matrix", "truth", truth)
    predictions = check_labels("confusion_matrix", "predictions", predictions)
    unequal = "there are {} true labels but {} predictions"
    check_aligned(truth, predictions, unequal, "there are no examples to count")
    names = in_order([*truth, *predictions]) if labels is None else check_labels("confusion_matrix", "labels", labels)
    place = {name: i for i, name in enumerate(names)}
    unknown = next((label for label in (*truth, *predictions) if label not in place), None)
    if unknown is not None:
        raise ValueError(f"the label {short(unknown)} is not among labels {short(names)}")
    counts = [[0] * len(names) for _ in names]
    for true, predicted in zip(truth, predictions, strict=True):
        counts[place[true]][place[predicted]] += 1
    side = 0.55 * min(len(names), MOST_NUMBERED)
    ax = axes(ax, (1.6 + side, 1.4 + side))
    most = max(max(row) for row in counts)
    ax.imshow(counts, cmap="Blues", vmin=0, vmax=most or 1)
    for i, row in enumerate(counts if len(names) <= MOST_NUMBERED else ()):
        for j, count in enumerate(row):
            ax.text(j, i, str(count), ha="center", va="center", color="white" if count > 0.6 * most else "black")
    ticks = range(0, len(names), math.ceil(len(names) / MOST_NUMBERED))
    ax.set(title="confusion matrix", xlabel="predicted", ylabel="true", xticks=ticks, yticks=ticks)
    ax.set_xticklabels([str(names[i]) for i in ticks])
    ax.set_yticklabels([str(names[i]) for i in ticks])
    return ax
