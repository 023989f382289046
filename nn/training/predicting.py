"""The outputs of a model, its classes, and how good they are. Nothing is recorded and nothing changes.

predict: [[0.0, 1.0]] -> array([0.5])    predict_classes: -> [0]    evaluate, with y = [1]: -> {"loss": 0.693...}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Value, no_grad, topological_order
from autograd.support.settings import check_number
from autograd.support.text import got, short
from nn import losses
from nn.columns import Column, like_these
from nn.keywords import suggest_settings
from nn.module import Module, check_module, unrecorded
from nn.stages import output_activation, trial
from nn.training.engine import Objective, as_values, unwrapped
from nn.training.examples import Examples, as_list, by_target, checked, checked_inputs
from nn.training.judge import Judge, decision_at, decision_for
from nn.training.outputs import array_of_outputs, eager_outputs, outputs_for

Array = NDArray[np.float64]

NUMBERS = frozenset((int, float))
FEW = 1000  # classes for which a place each is kept
TRIED = 32  # examples on which a loss is recorded once, to see that there is something to walk back


@suggest_settings
def predict(model: Module, X: Any) -> Array:
    """The outputs for a list of examples, in evaluation mode: an array with a number for each, or with a row of them.

    A part that was put into training in a model that is in evaluation stays there, as dropout for Monte Carlo does:
    `model.eval(); model.layers[2].train()`.

    Several threads may ask one model at once, as long as none trains it: for that, ask a `copy.deepcopy(model)`.

    Raises ValueError and TypeError for examples that the model does not take, nan and infinity.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], init="zeros", output_activation="sigmoid"), [[0.0, 1.0], [2.0, 3.0]])
    array([0.5, 0.5])
    """
    inputs = checked_inputs(model, X)
    results = array_of_outputs(model, inputs)
    if results is not None:
        return results
    outputs = eager_outputs(model, inputs)
    widths = [len(x) if isinstance(x, list) else 0 for x in outputs]
    if len({*widths}) > 1:
        i = next(i for i, width in enumerate(widths) if width != widths[0])
        raise ValueError(
            f"the model gives outputs of different shapes, which make no array: {short(outputs[0])} for X[0], and "
            f"{short(outputs[i])} for X[{i}]; to have them as they are, call model(x) for each"
        )
    return np.array(outputs, dtype=np.float64)


@suggest_settings
def predict_proba(model: Module, X: Any, loss: str | losses.Loss | None = None) -> Array:
    """The probability of each class, a row for each example, in the order of the classes; of two, both.

    A model that ends in a sigmoid or a softmax gives them itself. Raw scores are probabilities by the loss that the
    model was last fitted with, or the one given here: softmax for "cross_entropy", sigmoid for
    "binary_cross_entropy_with_logits". Several outputs of a sigmoid are a probability each, and need not make 1.

    Raises ValueError where neither says what the outputs are, or the loss is one of numbers, and as `predict`.

    >>> from nn import MLP
    >>> predict_proba(MLP(2, [1], init="zeros", output_activation="sigmoid"), [[0.0, 1.0]])
    array([[0.5, 0.5]])
    >>> predict_proba(MLP(2, [3], init="zeros"), [[0.0, 1.0]], loss="cross_entropy").round(3)
    array([[0.333, 0.333, 0.333]])
    """
    activation = output_activation(check_module("predict_proba", model))
    name = loss_name(losses.get(loss)) if loss is not None else model.fitted_loss
    share = SHARES.get(activation) or (SHARES.get(name) if activation == "linear" else None)
    if share is None:
        reason = f"it ends in {activation}"
        if activation == "linear":
            reason = f"it gives raw scores, and {f'was fitted with {name}' if name else 'was not fitted yet'}"
        raise ValueError(
            f"predict_proba cannot tell what the outputs of this {type(model).__name__} are: {reason}. It knows "
            'a sigmoid or softmax at the end, and loss="cross_entropy" or loss="binary_cross_entropy_with_logits", '
            "which may be given here; predict gives the outputs as they are"
        )
    outputs = predict(model, X)
    shares = share(outputs if outputs.ndim > 1 else outputs[:, None])
    # One number alone is the probability of class 1; a softmax over one score is always 1.
    return np.hstack([1.0 - shares, shares]) if shares.shape[1] == 1 and share is not _softmax else shares


def loss_name(loss: losses.Loss) -> str:
    """The name of a loss of this package, whatever settings it has; of another one, that it is none."""
    function = unwrapped(loss)
    return function.__name__ if function in losses.LOSSES.values() else "a loss of your own"


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _sigmoid(scores: Array) -> Array:
    shares: Array = np.exp(-np.logaddexp(0.0, -scores))
    return shares


def _as_they_are(shares: Array) -> Array:
    return shares


# From outputs to probabilities, by the last activation, or where that is linear by the loss.
SHARES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": _as_they_are,
    "softmax": _as_they_are,
    "log_softmax": np.exp,
    "cross_entropy": _softmax,
    "binary_cross_entropy_with_logits": _sigmoid,
}


@suggest_settings
def predict_classes(model: Module, X: Any, threshold: float = 0.5, labels: Sequence[Any] = (0, 1)) -> Any:
    """The class of each example: the place of the largest of several outputs, or which side a single one is on.

    They come in a list, or in an array where X is one.

    A single output counts as `labels[1]` if the probability is above `threshold`. A sigmoid output is that
    probability; a raw score is read as its logit, so that 0.5 is a score of 0; a tanh output is read as 2p − 1. For a
    linear output that was trained to equal 0 and 1, as with squared error, compare `predict(X)` with 0.5 instead.

    Raises ValueError for a threshold outside 0 to 1, TypeError for labels that are no pair, and as `predict`.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> model.layers[0].neurons[0].w[0].data = 2.0
    >>> predict_classes(model, [[-1.0], [3.0]]), predict_classes(model, [[-1.0], [3.0]], labels=(-1, 1))
    ([0, 1], [-1, 1])
    """
    decision = decision_at(model, check_number("predict_classes", "threshold", threshold), labels)
    return like_these([X], decision.classes(outputs_for(model, checked_inputs(model, X))))


@suggest_settings
def evaluate(
    model: Module, X: Any, y: Any, loss: str | losses.Loss | None = None, metrics: Any = ()
) -> dict[str, float]:
    """Loss and metrics on examples, in evaluation mode, by name.

    The loss is by default the one that fits the output, as in `fit`; the metrics are names or functions.

    Raises ValueError and TypeError for examples, targets or names that do not fit.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros", output_activation="sigmoid")
    >>> evaluate(model, [[1.0], [2.0]], [0, 1], metrics=["accuracy"])
    {'loss': 0.6931471805599453, 'accuracy': 0.5}
    """
    examples = checked(model, X, y)
    output = trial(model, examples.X[0])
    objective = Objective(chosen_loss(model, loss, output, examples.y))
    judge = Judge(metrics, decision_for(output_activation(model), objective.loss, examples.y))
    check_targets(objective, output, examples, trained=False)
    judge.check(examples.y, output)
    outputs: Any = array_of_outputs(model, examples.X)
    outputs = eager_outputs(model, examples.X) if outputs is None else outputs
    return {"loss": _loss_of(objective, outputs, examples), **judge(examples.y, outputs)}


def _loss_of(objective: Objective, outputs: Any, examples: Examples) -> float:
    """The loss of outputs, which are a list, or an array if a program gave them."""
    if objective.is_known():
        # Plain numbers that are all 0 and 1 may be taken for targets in the wrong place; Values never are.
        with suppress(ValueError):
            return float(unrecorded(lambda: objective.on(outputs, examples)))
    rows = outputs if isinstance(outputs, list) else outputs.tolist()
    return float(unrecorded(lambda: objective.on([as_values(x) for x in rows], examples)))


def chosen_loss(model: Module, loss: str | losses.Loss | None, output: Any, y: Sequence[Any]) -> losses.Loss:
    """The loss that was asked for, or else the one that suits the output.

    That is binary cross-entropy for a sigmoid, cross-entropy for a softmax and for raw scores of classes, mean squared
    error for everything else.

    >>> from nn import MLP
    >>> chosen_loss(MLP(2, [3]), None, [0.0, 0.0, 0.0], [0, 2]).__name__
    'cross_entropy'
    """
    if loss is not None:
        return losses.get(loss)
    activation = output_activation(model)
    if activation == "sigmoid":
        return losses.binary_cross_entropy
    if activation == "softmax":
        return losses.categorical_cross_entropy
    several = isinstance(output, list) and len(output) > 1
    if activation == "log_softmax" or (several and (isinstance(y, Column) or list not in set(map(type, y)))):
        return losses.cross_entropy
    return losses.mse


def check_targets(
    objective: Objective, output: Any, examples: Examples, name: str = "y", *, trained: bool = True
) -> None:
    """Try the loss with one output of the model on all targets, so that a wrong one is found before anything changes.

    Raises what the loss raises, with the name of the argument; TypeError if it gives more than one number, and, where
    it is `trained` on, if it gives no Value that was computed from the outputs.
    """
    if examples.sample_weight is not None and not objective.takes_weights():
        raise TypeError(
            "sample_weight and class_weight need a loss that takes reduction='none' and then gives one number for each "
            f"example, as those of nn.losses do; got {short(objective.loss)}"
        )
    with no_grad():
        # Ten classes need not be tried 60,000 times. If they fail, all targets are tried in their order, so that the
        # error names the place of the wrong one.
        value = None
        with suppress(ValueError, TypeError):
            distinct = _distinct(objective, examples)
            value = objective.on([as_values(output) for _ in distinct.y], distinct)
        if not isinstance(value, (Value, Real)):
            value = _tried(objective, [as_values(output) for _ in examples.y], examples, name)
    if not isinstance(value, (Value, Real)):
        raise TypeError(f"loss must give one number, a Value, got {described(value, 'loss', 'mean(losses)')}")
    if trained:
        few = examples.select(range(min(TRIED, len(examples.y))))
        outputs = [as_values(output) for _ in few.y]
        _check_recorded(_tried(objective, outputs, few, name), outputs)


def _distinct(objective: Objective, examples: Examples) -> Examples:
    """One example for each different target, enough to try a loss of this package.

    All examples for a loss of the user's, whose result for one example may depend on the others.
    """
    if not objective.is_known():
        return examples
    y = examples.y
    if isinstance(y, Column) or NUMBERS.issuperset(map(type, y)):
        if unwrapped(objective.loss) in losses.OF_NUMBERS:
            return examples.select([0])  # any number is a target
        return examples.select(_first_of_each(y.numbers if isinstance(y, Column) else np.array(y)))
    return examples.select([indices[0] for indices in by_target(examples.y).values()])


def _first_of_each(numbers: Array) -> list[int]:
    """Where each different number is first; without a search in order where they are classes."""
    low, high = numbers.min(), numbers.max()
    if 0.0 <= low and high < FEW and len(numbers) > FEW:
        classes = numbers.astype(np.intp)
        if (classes == numbers).all():
            first = np.full(FEW, -1, np.intp)
            first[classes[::-1]] = np.arange(len(classes) - 1, -1, -1, dtype=np.intp)
            return sorted(first[first >= 0].tolist())
    return sorted(np.unique(numbers, return_index=True)[1].tolist())


def _tried(objective: Objective, outputs: list[Any], examples: Examples, name: str) -> Any:
    """The loss of some outputs.

    An error of a loss of this package names the targets as the user does; one of a user's loss gets a note on the
    arguments that it was called with.
    """
    try:
        return objective.on(outputs, examples)
    except (ValueError, TypeError) as error:
        if getattr(unwrapped(objective.loss), "__module__", "").startswith("nn."):
            raise type(error)(str(error).replace("targets", name)) from None
        kind = "list of Values" if isinstance(outputs[0], list) else "Value"
        error.add_note(
            f"In the loss of your own: loss(predictions, targets) gets two lists of {len(outputs)}, "
            f"a {kind} and a target for each example"
        )
        raise


def _check_recorded(value: Any, outputs: list[Any]) -> None:
    """Raise TypeError if a loss is no Value that leads back to the outputs, or to a parameter."""
    remedy = "compute it from the predictions with + - * / ** and the functions of autograd"
    if not isinstance(value, Value):
        raise TypeError(
            f"loss must give a Value, got the plain number {short(value)}, which has no gradient: {remedy}, without "
            "float(), .data or the functions of math and numpy"
        )
    predictions = {id(v) for x in outputs for v in as_list(x)}
    leaves = [v for v in topological_order(value) if v.is_leaf]
    if not any(id(v) in predictions or (v.role == "parameter" and v.requires_grad) for v in leaves):
        raise TypeError(
            f"loss gives a Value that was not computed from the predictions, {short(value)}, so that there is nothing "
            f"to train: {remedy}, without making a new Value(...) of a float"
        )


def described(value: Any, what: str, total: str) -> str:
    """What a function of the user's gave in place of one number, and what to write there.

    >>> described([1.0, 2.0], "penalty", "sum(terms)")
    'a list of 2: add them up, as in autograd.sum(terms)'
    """
    if value is None:
        return f"None: return the {what} at the end of the function"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}: add them up, as in autograd.{total}"
    return got(value)
