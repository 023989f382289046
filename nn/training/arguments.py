"""The arguments of `fit`, checked piece by piece before anything changes.

Each function takes what a user may write and returns the object that the loop works with: `split` takes
`validation_split=0.25` and returns two sets of examples, `chosen_engine` takes "auto" and returns an engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from autograd import Value
from autograd.support.convert import to_float
from autograd.support.seeds import new_seed
from autograd.support.settings import check_count, check_flag, check_fraction, check_non_negative
from autograd.support.text import short
from nn.callbacks import Callback, EarlyStopping, EpochFunction, Logs, Monitor, ReduceLROnPlateau, check_hooks
from nn.layers import BatchNorm
from nn.module import Evaluating, Module, unrecorded
from nn.optim import get as get_optimizer
from nn.optim.optimizer import Optimizer
from nn.regularization import weights_of
from nn.schedules import Schedule
from nn.stages import plain
from nn.training.diagnosis.untrained import hidden_in, untrained, untrained_note
from nn.training.engine import CompilationError, EagerEngine, Engine, Objective
from nn.training.examples import Examples, as_list, checked, checked_weights, one_hot_class
from nn.training.judge import OF_CLASSES
from nn.training.kept import Programs
from nn.training.outputs import output_in_training
from nn.training.predicting import described
from nn.training.progress import say

ENGINES = ("auto", "eager", "compiled", "jax")

CallbackLike = Callback | Callable[[int, Logs], Any]


def weighted(examples: Examples, sample_weight: Any, class_weight: Mapping[Any, float] | None) -> Examples:
    """The examples with the weight of each: its own times that of its class.

    Raises ValueError for weights that are negative, infinite or missing.

    >>> weighted(Examples([[1.0], [2.0]], [0, 1]), None, {0: 1.0, 1: 5.0}).sample_weight
    [1.0, 5.0]
    """
    if sample_weight is None and class_weight is None:
        return examples
    n = len(examples.y)
    factors = [1.0] * n if sample_weight is None else checked_weights("sample_weight", sample_weight, n)
    if class_weight is not None:
        if not isinstance(class_weight, Mapping):
            raise TypeError(f"class_weight is a dict from class to weight, got {short(class_weight)}")
        classes = [t.index(max(t)) if isinstance(t, list) else t for t in examples.y]
        for i, c in enumerate(classes):
            if c not in class_weight:
                raise ValueError(f"class_weight has no weight for {short(c)}, the class of y[{i}]")
        by_class = checked_weights("class_weight", class_weight.values(), len(class_weight))
        weight_of = dict(zip(class_weight, by_class, strict=True))
        factors = [f * weight_of[c] for f, c in zip(factors, classes, strict=True)]
    return examples._replace(sample_weight=checked_weights("sample_weight", factors, n))


def split(
    model: Module, examples: Examples, validation_data: tuple[Any, Any] | None, validation_split: float
) -> tuple[Examples, Examples | None]:
    """The examples to train on, and those to validate on if there are any.

    Raises ValueError if both ways to name them are used, or if no example is left on one side.
    """
    share: float = check_fraction("fit", "validation_split", validation_split)
    if validation_data is not None:
        if share:
            raise ValueError("validation_data and validation_split are two ways to say the same: give one of them")
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise TypeError(f"validation_data is a pair (X, y), got {short(validation_data)}")
        return examples, checked(model, *validation_data, ("validation_data[0]", "validation_data[1]"))
    if not share:
        return examples, None
    n = len(examples.X)
    boundary = math.floor(n * (1.0 - share))
    if not 0 < boundary < n:
        raise ValueError(f"validation_split={short(validation_split)} of {n} examples leaves none on one side")
    # Weights say what counts in training; validation judges all examples alike.
    validation = examples.select(range(boundary, n))._replace(sample_weight=None)
    return examples.select(range(boundary)), validation


def check_order(training: Examples, validation: Examples, loss: Callable[..., Any]) -> None:
    """Raise ValueError if a class is only among the validation examples, because examples were sorted by class."""
    if loss not in OF_CLASSES:
        return
    trained = {_class_of(t) for t in training.y}
    for t in validation.y:
        if _class_of(t) not in trained:
            raise ValueError(
                f"validation_split holds back the last {len(validation.y)} examples, and with them all of class "
                f"{short(_class_of(t))}: mix the examples first, or give validation_data, as from "
                "nn.data.train_validation_split(X, y)"
            )


def _class_of(target: Any) -> Any:
    """The class that a target stands for; None if it stands for several, or for a probability."""
    if isinstance(target, list):
        return one_hot_class(target)
    return target if target == int(target) else None


def size_of_batches(n: int, batch_size: int | str | None) -> int:
    """How many of n examples go into a step.

    "auto" is an eighth of them, so that an epoch has steps to learn from where there are few examples too, but at least
    4 and at most 32; it grows until it leaves no example alone, which a `BatchNorm` could not take.

    >>> [size_of_batches(n, "auto") for n in (12, 100, 60_000, 97)], size_of_batches(100, None)
    ([4, 12, 32, 13], 100)
    """
    if batch_size is None:
        return n
    if not isinstance(batch_size, str) or batch_size != "auto":
        try:
            return check_count("fit", "batch_size", batch_size)
        except TypeError:
            raise TypeError(
                'fit: batch_size must be a whole number from 1 on, "auto", or None for all examples at once, '
                f"got {short(batch_size)}"
            ) from None
    size = max(4, min(n // 8, 32))
    while n % size == 1 < n:
        size += 1
    return size


def check_batches(model: Module, n: int, size: int) -> None:
    """Raise ValueError if a batch of one example would reach a `BatchNorm`, which needs at least two."""
    # One that is frozen in evaluation mode, in a model that is not, measures nothing.
    measuring = any(isinstance(part, BatchNorm) and (part.training or not model.training) for part in model.modules())
    if measuring and (size == 1 or n % size == 1):
        raise ValueError(
            f"batch_size={size} makes a batch of 1 out of {n} examples, and BatchNorm needs at least 2: "
            "choose another batch_size, or None for all at once"
        )


def check_penalty(model: Module, objective: Objective, programs: Programs | None = None) -> None:
    """Raise TypeError if the penalty on the weights is no number, ValueError if there is nothing to penalise."""
    if objective.regularization is not None and not callable(objective.regularization):
        raise TypeError(
            "regularization is a function from the model to a penalty, such as lambda model: "
            f"nn.regularization.l1(model.parameters(), 0.01), got {short(objective.regularization)}; for a strength "
            "alone there are l1=... and l2=..."
        )
    own = objective.regularization
    if (objective.l1 or objective.l2) and (own is not None or programs is None or not programs.structure.weights):
        objective.penalty_on(weights_of(model)[:1])  # which is refused where there are no weights
    if own is None:
        return
    try:
        penalty = unrecorded(lambda: own(model))
    except (ValueError, TypeError) as error:
        error.add_note("In the regularization of your own: regularization(model) gets the model")
        raise
    if not isinstance(penalty, Value):
        try:
            to_float(penalty)
        except TypeError:
            wrong = described(penalty, "penalty", "sum(terms)")
            raise TypeError(f"regularization must give one number, a Value, got {wrong}") from None


def checked_output(model: Module, x: Sequence[float], programs: Programs | None = None) -> tuple[Any, list[str]]:
    """The output of the model for one example, as floats, and the names of what it depends on and no step will change.

    `programs` are those that stayed with the model; where there are some, all of it is known and trained.

    Raises TypeError if the output is no Value or list of Values, ValueError if it depends on no parameter that takes a
    gradient.
    """
    if programs is not None and programs.recorded and any(map(any, programs.trained)):
        known = output_in_training(model, programs, x)
        if known is not None:
            return known, []
    hidden = hidden_in(model) if programs is None else {}
    with Evaluating(model):
        output = model(x)
    values = as_list(output)
    for v in values:
        if not isinstance(v, Value):
            raise TypeError(f"the model must give a Value or a list of Values, got {short(output)}")
    if not any(v.requires_grad for v in values):
        raise ValueError("the model has nothing to train: no output depends on a parameter that takes a gradient")
    strays = untrained(model, values, hidden) if programs is None else []
    if strays and not model.parameters():
        raise ValueError(f"the model has nothing to train: {untrained_note(strays)}")
    return plain(output), strays


def chosen_optimizer(
    parameters: list[Value],
    optimizer: str | Optimizer | Callable[..., Optimizer],
    lr: float | None,
    schedule: Schedule | None,
) -> Optimizer:
    """The optimizer for all parameters of a model.

    Raises ValueError for two rates at once, a negative rate and an unknown name.
    """
    if schedule is None:
        return get_optimizer(optimizer, parameters, lr)
    if lr is not None:
        raise ValueError(f"lr={short(lr)} and a schedule are two rates: give one of them")
    if not callable(schedule):
        raise TypeError(f"schedule is a function from a step to a rate, as in nn.schedules, got {short(schedule)}")
    try:
        first = schedule(0)
    except TypeError as error:
        raise TypeError(
            f"schedule is a function from a step to a rate, as nn.schedules.cosine(0.1, steps=100) gives one, "
            f"and schedule(0) of what was given fails: {error}"
        ) from error
    check_non_negative("fit", "schedule(0)", first)
    chosen = get_optimizer(optimizer, parameters, None if isinstance(optimizer, Optimizer) else first)
    chosen.limits["lr"]("fit", "schedule(0)", first)
    return chosen


def chosen_callbacks(
    callbacks: Any, early_stopping: bool | int | EarlyStopping, names: Iterable[str], schedule: Schedule | None = None
) -> list[Callback]:
    """The callbacks in order, early stopping last; `names` are those that the logs will have.

    Raises TypeError for what is no callback and for a misspelt hook, ValueError for a name to monitor that will not be
    there, and for a schedule beside a callback that sets the rate.
    """
    if callbacks is None or isinstance(callbacks, Callback) or callable(callbacks):
        entries = [] if callbacks is None else [callbacks]
    elif isinstance(callbacks, Iterable) and not isinstance(callbacks, (str, bytes, Mapping)):
        entries = list(callbacks)
    else:
        raise TypeError(f"callbacks is a list of Callbacks and functions (epoch, logs), got {short(callbacks)}")
    chosen: list[Callback] = []
    for i, entry in enumerate(entries):
        if isinstance(entry, Callback):
            check_hooks(f"callbacks[{i}]", entry)
            chosen.append(entry)
        elif callable(entry) and not isinstance(entry, type):
            chosen.append(EpochFunction(entry))
        else:
            raise TypeError(f"callbacks[{i}] is a Callback or a function (epoch, logs), got {short(entry)}")
    if isinstance(early_stopping, EarlyStopping):
        chosen.append(early_stopping)
    elif early_stopping is True:
        chosen.append(EarlyStopping())
    elif early_stopping is not False and early_stopping is not None:
        try:
            chosen.append(EarlyStopping(patience=check_count("fit", "early_stopping", early_stopping)))
        except TypeError:
            raise TypeError(
                "fit: early_stopping must be True, False, a whole number of epochs from 1 on, or an EarlyStopping, "
                f"got {short(early_stopping)}"
            ) from None
    logged = list(names)
    for callback in chosen:
        if isinstance(callback, Monitor) and callback.monitor is not None:
            callback.check(callback.monitor, logged)
        if isinstance(callback, ReduceLROnPlateau) and schedule is not None:
            raise ValueError("ReduceLROnPlateau and a schedule both set the rate: give one of them")
    return chosen


def chosen_engine(
    name: str,
    eager: EagerEngine,
    training: Examples,
    validation: Examples | None,
    shown: bool,
    devices: Any = None,
    *,
    may_change: bool,
    output: Any,
) -> Engine:
    """The engine of a name; "auto" is the compiled one, or the eager one with a line that says why.

    Raises CompilationError for "compiled" and "jax" if the training does not compile, ValueError for `devices` that
    are not there, or without "jax", and ImportError where JAX is not installed.
    """
    if name == "jax":
        try:
            from nn.training.jax.engine import JaxEngine
        except ImportError as error:
            raise ImportError("engine=\"jax\" needs JAX: pip install 'chaingrad[jax]'") from error
        return JaxEngine(eager, training, validation, devices)
    if devices is not None:
        raise ValueError(f'devices={short(devices)} are those of JAX: give engine="jax" with them')
    if name == "eager":
        return eager
    from nn.training.compiled import CompiledEngine

    def fall_back(reason: str) -> None:
        if shown:
            say(f"not compiled, every step is recorded, which is slower and gives the same: {reason}")

    try:
        backup = fall_back if name == "auto" else None
        return CompiledEngine(eager, training, validation, backup, may_change=may_change, output=output)
    except CompilationError as error:
        if name == "compiled":
            raise
        fall_back(error.why)
        eager.reason = error.why
        return eager


def flag(name: str, setting: Any) -> bool:
    """A setting of `fit` that is True or False; any other thing, such as "no", is a TypeError.

    >>> flag("shuffle", "no")
    Traceback (most recent call last):
    TypeError: fit: shuffle must be True or False, got 'no'
    """
    return check_flag("fit", name, setting)


def verbosity(progress: bool, verbose: int | str | None) -> int:
    """0 for nothing, 1 for a bar, 2 for a line for each epoch; Keras's word counts if it is given.

    Raises TypeError for a progress that is no bool, ValueError for another word than Keras's.
    """
    level = int(flag("progress", progress))
    if verbose is None:
        return level
    if not isinstance(verbose, (int, str)) or verbose not in (0, 1, 2, "auto"):
        raise ValueError(f'verbose must be 0, 1, 2 or "auto", got {short(verbose)}')
    return 1 if verbose == "auto" else int(verbose)


def checked_seed(seed: int | None) -> int:
    """The seed of the order of the examples; if it is None, one draw from Python's `random`."""
    return new_seed() if seed is None else check_count("fit", "seed", seed, least=0)
