"""Two losses to hold a training against: that of a guess without looking at the inputs, and that of neighbours.

    targets 0, 0, 1, 1 under binary cross-entropy: the best constant is 0.5, and its loss ln 2 = 0.693, is chance
    a fifth point among four of class 1: these four say 1 with probability 0.94, whatever a network may make of it

The first says what a network has that has learnt nothing; the second about what can be learnt from the inputs at all,
so that noise is not taken for a network that is too small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn import losses
from nn.training.engine import reduction_parameter, unwrapped
from nn.training.examples import Examples, as_list

NEIGHBOURS = 5
FEWEST = 20  # examples, below which five neighbours are most of them
PRIOR = 0.5  # how many more neighbours the constant guess counts as: the surest guess stays below 1, its loss finite
SURE = 1e-6  # probabilities are kept so far from 0 and 1

Guesses = NDArray[np.float64]
# From the mean of some targets to the output whose loss is smallest on them.
LINKS: dict[Any, Callable[[Guesses], Guesses]] = {
    losses.binary_cross_entropy_with_logits: lambda p: np.log(p / (1.0 - p)),
    losses.cross_entropy: np.log,
}
PROBABILITIES = frozenset((*LINKS, losses.binary_cross_entropy, losses.categorical_cross_entropy))


class Baseline(NamedTuple):
    """`chance`: the loss of the best constant guess; `reach`: that of the nearest neighbours, None for few examples."""

    chance: float
    reach: float | None


def baseline(loss: Any, examples: Examples, batch_size: int) -> Baseline | None:
    """Both losses, as the log of a training counts them; None for a loss of the user's own, and if chance is 0.

    >>> X, y = [[0.0], [1.0]], [0, 1]
    >>> round(baseline(losses.binary_cross_entropy, Examples(X, y), 2).chance, 3)
    0.693
    >>> baseline(losses.mse, Examples(X, [3.0, 7.0]), 2).chance
    4.0
    """
    if unwrapped(loss) not in losses.LOSSES.values():
        return None
    targets = _as_matrix(unwrapped(loss), examples)
    n = len(targets)
    weights = np.ones(n) if examples.sample_weight is None else np.asarray(examples.sample_weight)
    if not weights.any():
        return None
    mean = np.average(targets, axis=0, weights=weights)
    chance = loss_of(loss, _outputs(loss, np.tile(mean, (n, 1)), examples), examples, batch_size)
    if chance is None or chance <= 0.0:
        return None
    reach = None
    if n >= FEWEST:
        nearest = _neighbours(np.asarray(examples.X, dtype=np.float64))
        share = weights[nearest][:, :, None]
        guesses = ((targets[nearest] * share).sum(axis=1) + PRIOR * mean) / (share.sum(axis=1) + PRIOR)
        reach = loss_of(loss, _outputs(loss, guesses, examples), examples, batch_size)
    return Baseline(chance, reach)


def loss_of(loss: Any, outputs: Any, examples: Examples, batch_size: int) -> float | None:
    """The loss of these outputs in the units of the log, in which a sum is one over a batch.

    None if that is not finite, or the loss not known.

    >>> loss_of(losses.squared_error, [1.0, 1.0], Examples([[0.0], [0.0]], [0.0, 0.0]), batch_size=2)
    2.0
    """
    if unwrapped(loss) not in losses.LOSSES.values():
        return None
    try:
        parts = loss(outputs, examples.y, reduction="none")
    except (ValueError, ArithmeticError):  # such as a probability of 1.2
        return None
    each = [as_list(part) for part in (parts if isinstance(parts, list) else parts.tolist())]
    weights = examples.sample_weight or [1.0] * len(each)
    mean = math.fsum(w * math.fsum(row) / len(row) for w, row in zip(weights, each, strict=True)) / len(each)
    parameter = reduction_parameter(loss)
    if parameter is not None and parameter.default == "sum" and examples.sample_weight is None:
        mean *= batch_size * len(each[0])
    return mean if math.isfinite(mean) else None


def _as_matrix(loss: Any, examples: Examples) -> Guesses:
    """The targets, one row for each; a class as a row with a 1 at its place."""
    y = examples.y
    if loss in losses.CLASSES and not isinstance(y[0], list):
        classes = np.asarray(y, dtype=np.intp)
        return np.eye(int(classes.max()) + 1)[classes]
    return np.asarray([as_list(t) for t in y], dtype=np.float64)


def _outputs(loss: Any, guesses: Guesses, examples: Examples) -> Guesses:
    """What a model would give whose guesses these are."""
    known = unwrapped(loss)
    if known in PROBABILITIES:
        guesses = np.clip(guesses, SURE, 1.0 - SURE)
    guesses = LINKS[known](guesses) if known in LINKS else guesses
    single = known not in losses.CLASSES and not isinstance(examples.y[0], list)
    return guesses[:, 0] if single else guesses


def _neighbours(X: Guesses) -> NDArray[np.intp]:
    """The places of the nearest others of each row, with every column measured by its deviation."""
    deviations = X.std(axis=0)
    scaled = (X - X.mean(axis=0)) / np.where(deviations > 0.0, deviations, 1.0)
    squares = (scaled**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2.0 * scaled @ scaled.T
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
