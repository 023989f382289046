"""Cross-entropies: losses for classes, on probabilities and, exact at any size, on raw scores (logits).

They are called like the other losses in `nn.losses`, which lists them too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import autograd
from autograd import Value
from autograd.custom import operation
from autograd.engine import ops, rules
from autograd.engine.applying import apply
from autograd.support.settings import check_list, check_non_negative, check_probability
from autograd.support.text import plural, short
from nn.losses.arrays import as_arrays, in_blocks, reduced_array
from nn.losses.targets import checked_reduction, data, elementwise, examples, finite, is_number, reduced

LEAST_LOG = -100.0  # PyTorch's: the logarithm of a probability is held at this or above
LEAST_VARIANCE = 1e-12  # PyTorch's: so is p(1 − p), which the gradient of binary cross-entropy is divided by
SUM_TOLERANCE = 1e-6
TARGET_OF_TWO = "a target is the probability of class 1, from 0 to 1"


def _bounded_log(xp: Any, p: Any) -> Any:
    return xp.maximum(xp.log(p), LEAST_LOG)


def _slope_of_two(xp: Any, loss: Any, p: Any, y: Any) -> Any:
    # (p − y)/(p(1 − p)) cancels when it is differentiated at p near y = 1; the sum of both parts, of which one is 0 for
    # y = 0 and y = 1, does not. For other targets it would cancel itself, where p is near y.
    variance = p * (1.0 - p)
    parts = xp.divide(1.0 - y, 1.0 - p) - xp.divide(y, p)
    one_of_two = xp.equal(y * (1.0 - y), 0.0) * xp.greater_equal(variance, LEAST_VARIANCE)
    return xp.where(one_of_two, parts, xp.divide(p - y, xp.maximum(variance, LEAST_VARIANCE)))


@operation(
    _slope_of_two,
    lambda xp, loss, p, y: xp.maximum(xp.log1p(-p), LEAST_LOG) - _bounded_log(xp, p),
    symbol="BCE",
    rule="(p − y) / (p(1 − p))",
    convention="logarithms are held at -100 and above, p(1 − p) at 1e-12 and above, as in PyTorch; "
    "where p(1 − p) is held, the slope is a straight line, (p − y)·1e12",
)
def cross_entropy_of_two(xp: Any, p: Any, y: Any) -> Any:
    """The cross-entropy −(y·ln p + (1 − y)·ln(1 − p)) of two classes."""
    return -(y * _bounded_log(xp, p) + (1.0 - y) * xp.maximum(xp.log1p(-p), LEAST_LOG))


def binary_cross_entropy(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """−(y·ln p + (1 − y)·ln(1 − p)) for probabilities p, as a sigmoid gives them, and targets from 0 to 1.

    As in PyTorch, logarithms are held at −100 and above, and the slope (p − y)/(p(1 − p)) at ±10¹².

    >>> p = Value(0.5)
    >>> binary_cross_entropy([p], [1]).backward()
    >>> p.grad
    -2.0
    """

    order = _Order("binary_cross_entropy")

    def check(i: int, p: Any, y: Any) -> None:
        _check_probability(f"targets[{i}]", y, TARGET_OF_TWO)
        order.see(p, y)
        remedy = "predictions are probabilities, from 0 to 1: use a sigmoid output, or binary_cross_entropy_with_logits"
        _check_probability(f"predictions[{i}]", p, remedy)

    def formula(xp: Any, p: Any, y: Any) -> Any:
        return cross_entropy_of_two(p, y) if xp is autograd else ops.TABLE["cross_entropy_of_two"].forward(xp, p, y)

    return elementwise(predictions, targets, formula, reduction, check, order.refuse_swapped, _are_probabilities)


def binary_cross_entropy_with_logits(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """−(y·ln σ(z) + (1 − y)·ln σ(−z)) for raw scores z, exact however large they are; targets from 0 to 1.

    >>> binary_cross_entropy_with_logits([Value(-1000.0)], [1]).data
    1000.0
    """

    order = _Order("binary_cross_entropy_with_logits")

    def check(i: int, z: Any, y: Any) -> None:
        _check_probability(f"targets[{i}]", y, TARGET_OF_TWO)
        order.see(z, y)

    return elementwise(predictions, targets, _logistic, reduction, check, order.refuse_swapped, _are_of_two)


def _are_of_two(p: Any, y: Any) -> bool:
    """Whether arrays hold targets from 0 to 1, and predictions of which some are neither."""
    return bool(((y >= 0.0) & (y <= 1.0)).all() and ((p != 0.0) & (p != 1.0)).any())


def _are_probabilities(p: Any, y: Any) -> bool:
    return _are_of_two(p, y) and bool(((p >= 0.0) & (p <= 1.0)).all())


class _Order:
    """Whether targets and predictions may have changed places: all plain 0 and 1 where the predictions should be, and
    where the targets should be nothing but numbers between, or Values of which one is: of some examples a model may be
    so sure that it gives exactly 0 or 1. Values where the predictions should be are a model's, and never suspected.
    """

    def __init__(self, loss: str) -> None:
        self.loss, self.classes, self.values = loss, True, True
        self.between: set[bool] = set()

    def see(self, p: Any, y: Any) -> None:
        """Look at one prediction and its target."""
        self.classes = self.classes and not isinstance(p, Value) and p in (0.0, 1.0)
        self.values = self.values and isinstance(y, Value)
        self.between.add(0.0 < data(y) < 1.0)

    def refuse_swapped(self) -> None:
        """Raise ValueError if all that was seen allows the suspicion."""
        if self.classes and (True in self.between if self.values else False not in self.between):
            raise ValueError(
                f"predictions are all 0 or 1, and targets between: did they change places? It is {self.loss}"
                "(predictions, targets)"
            )


def cross_entropy(
    predictions: Any,
    targets: Any,
    reduction: str = "mean",
    *,
    weight: Sequence[float] | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """−Σ wₖ·yₖ·ln softmax(z)ₖ for each example's list of raw scores z, exact however large they are.

    A target is the index of the class, or a list with the probability of each class, such as a one-hot one.

    `weight` has a factor w for each class; the mean over targets that are indices then divides by the sum of the
    factors of these classes, and over others by the number of examples. `label_smoothing` s puts (1 − s)·yₖ + s/n in
    the place of yₖ, for n classes. Both as in PyTorch. (Szegedy et al. 2016)

    Raises ValueError and TypeError for a weight that is no list of finite numbers from 0 on, one for each class, and
    for a smoothing that is not from 0 to 1.

    >>> z = [Value(1000.0), Value(0.0), Value(-1000.0)]
    >>> cross_entropy([z], [1]).backward()
    >>> [v.grad for v in z]
    [1.0, -1.0, 0.0]
    """
    factors = None if weight is None else _class_weights(weight)
    smoothing: float = check_probability("cross_entropy", "label_smoothing", label_smoothing)
    result = _over_class_arrays(predictions, targets, reduction, _logs_of_softmax, None, factors, smoothing)
    if result is not None:
        return result
    return _over_classes(predictions, targets, reduction, _log_probabilities, None, factors, smoothing)


def categorical_cross_entropy(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """−Σ yₖ·ln pₖ for each example's list of probabilities p, as a softmax gives them; targets as in `cross_entropy`.

    Logarithms are held at −100 and above. Raw scores and `cross_entropy` are exact where a probability rounds to 0.

    >>> categorical_cross_entropy([[0.25, 0.75]], [[0, 1]])
    0.2876820724517809
    """

    def check(i: int, p: Sequence[Any]) -> None:
        remedy = "predictions are probabilities: use a softmax output, or cross_entropy on raw scores"
        for x in p:
            _check_probability(f"predictions[{i}]", x, remedy)
        total = sum(data(x) for x in p)
        if abs(total - 1.0) > SUM_TOLERANCE:
            raise ValueError(f"predictions[{i}] adds up to {total:g} instead of 1: {remedy}")

    def fine(p: Any) -> bool:
        return bool((p >= 0.0).all() and (abs(p.sum(axis=1) - 1.0) <= SUM_TOLERANCE).all())

    result = _over_class_arrays(
        predictions, targets, reduction, lambda xp, _, chosen: [_bounded_log(xp, p) for p in chosen], fine
    )
    if result is not None:
        return result
    return _over_classes(
        predictions, targets, reduction, lambda p, ks: [_bounded_log(autograd, p[k]) for k in ks], check
    )


def _log_probabilities(scores: Sequence[Any], classes: Sequence[int]) -> list[Any]:
    """ln softmax of raw scores, of these classes."""
    if len(classes) == 1:
        return [apply(ops.TABLE["log_softmax"], scores, (float(classes[0]),))]
    all_classes = autograd.log_softmax(scores)  # in n steps, where each by itself takes n
    return [all_classes[k] for k in classes]


def _logs_of_softmax(xp: Any, scores: Sequence[Any], chosen: Sequence[Any]) -> list[Any]:
    """ln softmax of arrays of raw scores, one for each class, of those of the scores that were chosen."""
    top, terms = rules.exponentials(xp, scores, 0.0)
    rest = xp.log(rules.total(terms))
    return [z - top - rest for z in chosen]


def _logistic(xp: Any, z: Any, y: Any) -> Any:
    if isinstance(y, Value):
        return -(y * autograd.logsigmoid(z) + (1.0 - y) * autograd.logsigmoid(-z))
    if xp is autograd and y in (0.0, 1.0):  # without the term of weight 0: fewer nodes, and no 0 · inf
        return -autograd.logsigmoid(z if y else -z)
    return -(xp.logsigmoid(z) * y + xp.logsigmoid(-z) * (1.0 - y))


def _over_class_arrays(
    predictions: Any,
    targets: Any,
    reduction: str,
    logarithms: Callable[[Any, Sequence[Any], Sequence[Any]], list[Any]],
    fine: Callable[[Any], bool] | None = None,
    factors: Sequence[float] | None = None,
    smoothing: float = 0.0,
) -> Any:
    """As `_over_classes`, for plain numbers as arrays; None where an entry has to be looked at, or an error told."""
    checked_reduction(reduction)
    pair = as_arrays(predictions, targets)
    if pair is None or pair[0].ndim != 2 or (fine is not None and not fine(pair[0])):
        return None
    import numpy as np

    p, n = pair[0], pair[0].shape[1]
    y: Any = pair[1]
    if factors is not None and len(factors) != n:
        return None
    if y.ndim == 1:
        classes = y.astype(np.intp)
        if (classes != y).any() or (classes < 0).any() or (classes >= n).any():
            return None
        y = classes
    elif y.shape != p.shape or (y < 0.0).any() or (abs(y.sum(axis=1) - 1.0) > SUM_TOLERANCE).any():
        return None
    scale = None if factors is None else np.array(factors)

    def formula(xp: Any, p: Any, y: Any) -> Any:
        columns = list(np.ascontiguousarray(p.T))
        if y.ndim == 1 and not smoothing:  # of the one class that counts
            # take from the flat array needs a third of the time of p[np.arange(len(p)), y].
            [logs] = logarithms(xp, columns, [p.ravel().take(np.arange(0, p.size, n) + y)])
            return -(logs if scale is None else logs * scale[y])
        weights = y if y.ndim == 2 else y[:, None] == np.arange(n)
        if smoothing:
            weights = weights * (1.0 - smoothing) + smoothing / n
        if scale is not None:
            weights = weights * scale
        return -rules.total([log * w for log, w in zip(logarithms(xp, columns, columns), weights.T, strict=True)])

    losses = in_blocks(formula, p, y)
    if reduction == "mean" and factors is not None:
        total = reduced_array(losses, "sum", predictions, targets)
        return None if total is None else total / _divisor(targets, factors)
    return reduced_array(losses, reduction, predictions, targets)


def _over_classes(
    predictions: Any,
    targets: Any,
    reduction: str,
    log_probabilities: Callable[[Sequence[Any], Sequence[int]], list[Any]],
    check: Callable[[int, Sequence[Any]], None] | None = None,
    factors: Sequence[float] | None = None,
    smoothing: float = 0.0,
) -> Any:
    checked_reduction(reduction)
    _refuse_single(predictions, targets)
    ps, ys = examples(predictions, targets)
    pairs = [(_classes(i, p), _distribution(i, y, p)) for i, (p, y) in enumerate(zip(ps, ys, strict=True))]
    if check is not None:
        for i, (p, _) in enumerate(pairs):
            check(i, p)
    if factors is not None or smoothing:
        pairs = [(p, _spread(i, len(p), weights, factors, smoothing)) for i, (p, weights) in enumerate(pairs)]
    losses = []
    for p, weights in pairs:
        logs = log_probabilities(p, [k for k, _ in weights])
        terms = [log if _is_one(y) else log * y for log, (_, y) in zip(logs, weights, strict=True)]
        losses.append(-(terms[0] if len(terms) == 1 else autograd.sum(terms)))
    if reduction == "mean" and factors is not None:
        return autograd.sum(losses) / _divisor(ys, factors)
    return reduced(losses, reduction)


def _refuse_single(predictions: Any, targets: Any) -> None:
    """Raise TypeError for the scores of one example that are in no list of examples.

    >>> _refuse_single([0.5, 2.0], 1)
    Traceback (most recent call last):
    TypeError: predictions are the 2 scores of one example: put it and its target into lists, as in ([model(x)], [y])
    """
    if isinstance(predictions, (list, tuple)) and predictions and all(map(is_number, predictions)):
        listed = isinstance(targets, (list, tuple)) and len(targets) == 1 < len(predictions)
        if listed or is_number(targets):
            raise TypeError(
                f"predictions are the {plural(len(predictions), 'score')} of one example: put it and its target into "
                "lists, as in ([model(x)], [y])"
            )


def _spread(
    i: int, n: int, weights: list[tuple[int, Any]], factors: Sequence[float] | None, smoothing: float
) -> list[tuple[int, Any]]:
    """What each class counts in example i, after smoothing and with the factors of the classes; without zeros.

    >>> _spread(0, 2, [(0, 1.0)], [2.0, 1.0], 0.5)
    [(0, 1.5), (1, 0.25)]
    """
    if factors is not None and len(factors) != n:
        raise ValueError(f"cross_entropy: weight has {len(factors)} classes but predictions[{i}] has {n}")
    shares: dict[int, Any] = {k: y * (1.0 - smoothing) for k, y in weights}
    if smoothing:
        shares = {k: shares.get(k, 0.0) + smoothing / n for k in range(n)}
    if factors is not None:
        shares = {k: y * factors[k] for k, y in shares.items()}
    return [(k, y) for k, y in shares.items() if isinstance(y, Value) or y != 0.0] or [(0, 0.0)]


def _divisor(targets: Sequence[Any], factors: Sequence[float]) -> float:
    """PyTorch's: the factors of all classes that are meant, where targets are indices."""
    total = sum(1.0 if hasattr(y, "__iter__") else factors[int(y)] for y in targets)
    if not total:
        raise ValueError(
            "cross_entropy: weight is 0 for all classes among the targets, and a mean divides by their sum"
        )
    return total


def _class_weights(weight: Any) -> list[float]:
    entries = check_list("cross_entropy", "weight", weight, "a list with a number for each class")
    return [check_non_negative("cross_entropy", f"weight[{k}]", w) for k, w in enumerate(entries)]


def _is_one(y: Any) -> bool:
    return not isinstance(y, Value) and y == 1.0


def _classes(i: int, p: Any) -> list[Any]:
    if isinstance(p, Value) or not hasattr(p, "__iter__"):
        raise TypeError(
            f"predictions[{i}] is the single {short(p)}: cross-entropy takes a list with one score for each class; "
            "for one output there is binary_cross_entropy; one example alone goes into lists, as in ([model(x)], [y])"
        )
    scores = list(p)
    if not scores:
        raise ValueError(f"predictions[{i}] is empty: it needs one score for each class")
    return scores


def _distribution(i: int, y: Any, p: Sequence[Any]) -> list[tuple[int, Any]]:
    """The classes whose probability in the target is not 0, each with that probability."""
    name = f"targets[{i}]"
    classes = len(p)
    if isinstance(y, Value):
        raise TypeError(f"{name} is a Value: give a plain whole number, or a list with one Value for each class")
    if not hasattr(y, "__iter__"):
        index = finite(name, y)
        if index != int(index) or not 0 <= index < classes:
            raise ValueError(f"{name} is {short(y)}: a class index is a whole number from 0 to {classes - 1}")
        return [(int(index), 1.0)]
    weights = [finite(name, x) for x in y]
    if len(weights) != classes:
        raise ValueError(f"{name} has {len(weights)} classes but predictions[{i}] has {classes}")
    for x in weights:
        _check_probability(name, x, "a target is a probability for each class, from 0 to 1")
    total = sum(data(x) for x in weights)
    if abs(total - 1.0) > SUM_TOLERANCE:
        raise ValueError(f"{name} adds up to {total:g}: the probabilities of the classes must make 1")
    return [(k, x) for k, x in enumerate(weights) if isinstance(x, Value) or x != 0.0]


def _check_probability(name: str, x: Any, expectation: str) -> None:
    if data(x) < 0.0 or data(x) > 1.0:  # nan passes: it shows in the loss
        raise ValueError(f"{name} is {data(x):g}: {expectation}")
