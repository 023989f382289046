"""Whether a compiled training may be trusted: is the model as it was recorded, and does the program give the same?

A recording holds for a model as it was: its layers, how they hang together, how they are set. A callback may change
that between two steps: an activation, the rate of a dropout, which weights are shared. Numbers of parameters it may
change freely, as a program reads them:

>>> from nn import Dropout, Layer, Sequential
>>> model = Sequential(Layer(2, 1), Dropout(0.5))
>>> recorded = Configuration(model)
>>> model.layers[0].neurons[0].b.data = 3.0
>>> recorded.matches(model)
True
>>> model.layers[1].p = 0.25
>>> recorded.matches(model)
False

And code of the user's own may use numbers that no recording can follow: a random one, a count, a list that changes.
Then program and model differ on some example, and the first difference is put into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import Any

import numpy as np

from autograd import Value, no_grad
from autograd.engine.many.lists import all_parameters
from autograd.program.trace import mismatches
from nn.module import Evaluating, InMode, Module, unrecorded
from nn.stages import plain
from nn.training.compiled.penalty import Penalty
from nn.training.compiled.recording import Recording
from nn.training.engine import CompilationError, as_values
from nn.training.examples import Batch, Examples, as_list, by_target
from nn.training.keeper import Keeper

COMPARED = 8  # examples: enough to differ from the one that was recorded
OFTEN = 16  # steps from one comparison to the next, where there is code of the user's
TARGETS = 256  # that a loss is tried on: all classes, and a number that stands for "not known"
ROUNDING = 1e-8  # the smallest size of numbers to be told apart, as those of about 1 may cancel each other

REASON = "it uses numbers that a recording cannot follow, such as random ones of its own, a count, a list that changes"


# ----- The model, as it was -----


class Configuration:
    """A model at one moment, without the numbers of its parameters and buffers: its modules and their attributes."""

    def __init__(self, model: Module) -> None:
        self.attributes = _attributes_of(model)

    def matches(self, model: Module) -> bool:
        """Whether the model has the same modules with the same attributes as when this was made."""
        attributes = _attributes_of(model)
        try:
            if self.attributes == attributes:  # which compares identities first, all in C
                return True
        except ValueError:
            pass  # arrays are not simply equal
        # Entry by entry, as a module may also remember results of its last call, which do not count.
        before: list[Any] = []
        now: list[Any] = []
        _flatten(self.attributes, before)
        _flatten(attributes, now)
        return len(before) == len(now) and (all(map(is_, before, now)) or all(map(_same, before, now)))


class _Identity:
    """An object that equals itself alone: a module, or the list of a buffer, whatever numbers it holds."""

    def __init__(self, thing: object) -> None:
        self.thing = thing  # which keeps it alive: no other object gets its address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.thing is other.thing

    __hash__ = None  # type: ignore[assignment]


NUMBERS = frozenset((int, float, Value))
BY_VALUE = frozenset((int, float, str, bool, type(None), _Identity))
NOT_COMPARED = ("training", "_labelled", "_fitted_loss")  # the mode has a check of its own


def _attributes_of(model: Module) -> list[Any]:
    """All modules with the values of their attributes, lists and dicts as copies: one `==` tells if they changed."""
    return [
        (_Identity(module), {
            name: _Identity(value) if name in module.buffers else _copied(value)
            for name, value in vars(module).items() if name not in NOT_COMPARED
        })
        for module in model.modules()
    ]  # fmt: skip


def _copied(value: Any) -> Any:
    if type(value) is list and all_parameters(value):
        return tuple(value)
    if isinstance(value, (list, tuple)):  # of thousands of weights: no call for each
        return tuple(value) if NUMBERS.issuperset(map(type, value)) else tuple([_copied(x) for x in value])
    if isinstance(value, dict):
        return {key: _copied(x) for key, x in value.items()}
    return _Identity(value) if isinstance(value, Module) else value


def _flatten(value: Any, flat: list[Any]) -> None:
    """Append the entries of nested lists and dicts; None for a Value that is a result."""
    if isinstance(value, (list, tuple)):
        flat.append(len(value))
        for x in value:
            if type(x) is Value:  # as below, without a call for each of thousands of weights
                flat.append(x if x.is_leaf else None)
            else:
                _flatten(x, flat)
    elif isinstance(value, dict):
        flat.append(len(value))
        for key, x in value.items():
            flat.append(key)
            _flatten(x, flat)
    else:
        flat.append(None if isinstance(value, Value) and not value.is_leaf else value)


def _same(x: Any, y: Any) -> bool:
    return x is y or (type(x) is type(y) and type(x) in BY_VALUE and bool(x == y))


def check_modes(model: Module, evaluating: Sequence[Module] = ()) -> None:
    """Raise CompilationError unless the modules of `evaluating` are in evaluation mode and all others in training.

    >>> from nn import MLP
    >>> check_modes(MLP(1, [2, 1]).eval())
    Traceback (most recent call last):
    nn.training.engine.CompilationError: MLP is in evaluation mode; engine="eager" trains it all the same
    """
    for name, part in model.named_modules():
        if part.training == any(part is other for other in evaluating):
            mode = "training" if part.training else "evaluation"
            raise CompilationError(f"{name or type(part).__name__} is in {mode} mode")


# ----- The program beside the model: a difference in words, or "" if there is none -----


def difference(recording: Recording, penalty: Penalty, keeper: Keeper, batch: Batch) -> str:
    """How the program differs from the model on a few examples of a batch, in training mode; "" if they agree.

    Random generators and running means move on; the caller puts them back.
    """
    model, objective = recording.model, recording.objective
    few = batch.first(COMPARED)
    before = keeper.take()

    def run() -> tuple[list[Any], float, float]:
        keeper.put_back(before)  # what ran up to a grad() runs again
        outputs = model.batch(few.examples.X)
        amount = None if objective.regularization is None else objective.penalty(model)
        return outputs, float(objective.on(outputs, few.examples)), 0.0 if amount is None else float(amount)

    with InMode(model, training=True):
        outputs, loss, amount = unrecorded(run)
    keeper.put_back(before)  # so that the program draws the same dropout factors
    results = recording.values(few.indices)
    pairs = {
        "outputs": ([plain(x) for x in outputs], recording.outputs_of(results)),
        "loss": (loss, recording.loss_of(results)),
    }
    if objective.regularization is not None:  # of known kinds, tests show it
        pairs["penalty"] = amount, penalty.value(recording.trainer.parameters)
    different = _first_difference(pairs, len(few))
    if different or objective.is_known():
        return different
    # A loss of the user's own may ask how many examples there are: the loss alone, on the whole batch.
    results = recording.values(batch.indices)
    loss = float(unrecorded(lambda: objective.on(list(map(as_values, recording.outputs_of(results))), batch.examples)))
    return _first_difference({"loss": (loss, recording.loss_of(results))}, len(batch))


def difference_in_evaluation(recording: Recording, examples: Examples, results: Any) -> str:
    """How the program's `results` differ from the model on a few examples, in evaluation mode; "" if they agree."""
    indices = range(0, len(examples.X), max(len(examples.X) // COMPARED, 1))
    few = examples.select(indices)

    def run() -> tuple[list[Any], float]:
        outputs = recording.model.batch(few.X)
        return outputs, float(recording.objective.loss(outputs, few.y))

    with Evaluating(recording.model):
        outputs, loss = unrecorded(run)
    results = results[list(indices)]
    pairs = {
        "outputs": ([plain(x) for x in outputs], recording.outputs_of(results)),
        "validation loss": (loss, recording.loss_of(results)),
    }
    return _first_difference(pairs, len(indices))


def difference_by_target(recording: Recording, examples: Examples) -> str:
    """How the loss differs from its program for one of the commonest targets; "" if they agree for all of these.

    Targets are Values in a recording, and `y == 1` asks there whether y is the number 1 itself. The generators of the
    recording move on; the caller puts them back.
    """
    indices = [places[0] for places in sorted(by_target(examples.y).values(), key=len, reverse=True)[:TARGETS]]
    results = recording.values(indices)
    outputs = recording.outputs_of(results)
    with no_grad():
        losses = [
            float(recording.objective.on([as_values(output)], examples.select([i])))
            for i, output in zip(indices, outputs, strict=True)
        ]
    for i, loss, got in zip(indices, losses, results[:, 0].tolist(), strict=True):
        if not _agree(np.array(loss, dtype=np.float64), np.array(got, dtype=np.float64)):
            return f"for the target {examples.y[i]}, the loss gives {loss:.6g} and its program {got:.6g}: {REASON}"
    return ""


def _first_difference(pairs: dict[str, tuple[Any, Any]], examples: int) -> str:
    """The first pair (expected, got) that does not agree, in words; "" if all do.

    Of a pair with numbers for each example, the example is named where they differ most.
    """
    for name, pair in pairs.items():
        try:
            expected, got = map(np.array, pair)
        except ValueError:  # NumPy's word for rows of different lengths
            lengths = ", ".join(map(str, sorted({len(as_list(x)) for x in pair[0]})))
            return f"of {examples} examples, the model gives {name} of different lengths, {lengths}: {REASON}"
        if _agree(expected, got):
            continue
        if expected.shape != got.shape:
            shapes = f"{name} of the shape {expected.shape} and its program of {got.shape}"
            return f"of {examples} examples, the model gives {shapes}: return outputs of one shape"
        if expected.ndim == 0:
            both = f"the {name} {_listed(expected)} and its program {_listed(got)}"
            return f"of {examples} examples, the model gives {both}: {REASON}"
        with np.errstate(all="ignore"):
            apart = np.abs(expected - got).reshape(len(expected), -1).max(axis=1)
        i = int(np.nan_to_num(apart, nan=np.inf).argmax())
        both = f"the {name} {_listed(expected[i])} and its program {_listed(got[i])}"
        return f"for example {i} of a batch, the model gives {both}: {REASON}"
    return ""


def _agree(expected: Any, got: Any) -> bool:
    """Whether two arrays hold the same numbers, up to rounding; nan and infinity are the eager engine's concern."""
    if expected.shape != got.shape:
        return False
    size = float(np.abs(expected[np.isfinite(expected)]).max(initial=ROUNDING))
    return not mismatches(expected, got, size + np.abs(expected)).any()


def _listed(x: Any) -> str:
    numbers = np.ravel(x)
    return ", ".join([f"{v:.6g}" for v in numbers[:3]]) + (", ..." if len(numbers) > 3 else "")
