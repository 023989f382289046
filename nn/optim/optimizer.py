"""`Optimizer`: what every optimizer shares: its parameters, its settings, what it remembers, and how it is saved.

An optimizer adds three things: the settings it takes and their limits, the names of what it remembers for each
parameter (its slots), and its rule. The rule is a pure function of numbers, written once: `step` runs it over all
parameters at a time as NumPy arrays, a compiled training step over one flat vector, a reader by hand over floats.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from autograd import Value
from autograd.engine.many.lists import all_parameters, are_distinct, taking_gradients
from autograd.engine.many.numbers import fill_gradients, read_gradients, read_numbers, write_numbers
from autograd.engine.ops import FLOATS
from autograd.support import answers
from autograd.support.schema import EXACT, Schema, anything, count, equal, fields, finite, known, list_of, non_negative
from autograd.support.settings import Check, check_settings
from autograd.support.text import got, short, short_text
from nn.keywords import suggest_settings

State = tuple[Any, ...]
BLOCK = 32_768  # numbers: what a rule makes of so many stays in the cache; 235,146 by Adam took a third of the time


def check_parameters(parameters: Iterable[Value]) -> list[Value]:
    """The parameters as a list: leaf Values, at least one, each only once.

    Raises TypeError for what is no list of Values; ValueError if it is empty, if one of them is computed, or is
    listed twice.

    >>> w = Value(1.0, label="w")
    >>> check_parameters([w, w])
    Traceback (most recent call last):
    ValueError: parameter 1, w, is listed twice (it is parameter 0 too): list each parameter once
    """
    if callable(getattr(parameters, "parameters", None)):
        raise TypeError(f"parameters must be a list of Values, got {short(parameters)}: give model.parameters()")
    if isinstance(parameters, (Value, str)) or not isinstance(parameters, Iterable):
        raise TypeError(f"parameters must be a list of Values, got the single {short(parameters)}: put it into a list")
    listed = list(parameters)
    if not listed:
        raise ValueError("parameters must not be empty: an optimizer needs at least one Value, got none")
    if all_parameters(listed) and are_distinct(listed):  # in C: a model may have hundreds of thousands
        return listed
    places: dict[int, int] = {}
    for i, p in enumerate(listed):
        if not isinstance(p, Value):
            raise TypeError(f"parameter {i} must be a Value, got {got(p)}")
        if not p.is_leaf:
            raise ValueError(
                f"parameter {i}, {short_text(p.label or short(p))}, is computed (by {short(p.op)}): "
                "give the leaves that it is made of"
            )
        if id(p) in places:
            first = places[id(p)]
            raise ValueError(
                f"parameter {i}, {short_text(p.label or short(p))}, is listed twice (it is parameter {first} too): "
                "list each parameter once"
            )
        places[id(p)] = i
    return listed


class Optimizer:
    """Moves parameters against their gradients: the base of SGD, Adagrad, RMSProp, Adam and AdamW.

    `parameters` are leaf Values; those with `requires_grad=False` are left alone, as if they were not listed, until
    they take gradients again. `hyperparameters` holds the settings by name, `lr` among them; `steps[i]` counts the
    steps of parameter i; `state[slot][i]` is what the rule remembers of it, in one `array` of floats for each slot.

    A subclass sets `limits` (setting -> what it may be), `slots` (the names of what it remembers) and `update`.
    """

    limits: ClassVar[Mapping[str, Check]] = {}
    slots: ClassVar[tuple[str, ...]] = ()
    bounds: ClassVar[Mapping[str, Schema]] = {"squares": non_negative}
    """What a slot may hold, where that is not every number: a sum of squares of the name "squares", for example."""

    def __init__(self, parameters: Iterable[Value], **hyperparameters: Any) -> None:
        owner = type(self).__name__
        self.hyperparameters = check_settings(owner, hyperparameters, self.limits)
        self.check_together(self.hyperparameters)
        self.parameters = check_parameters(parameters)
        self.steps = [0] * len(self.parameters)
        self.state = {slot: array("d", [self.start_of(slot)]) * len(self.parameters) for slot in self.slots}

    @staticmethod
    def update(
        value: Any, grad: Any, state: State, step: Any, hyperparameters: Mapping[str, Any], xp: Any = FLOATS
    ) -> tuple[Any, State]:
        """The rule: from a value, its gradient and its state to the next value and state.

        All are floats, or arrays of one shape with the namespace they belong to as `xp` (`numpy`, `jax.numpy`).
        `state` has one entry for each name in `slots`; `step` counts from 1.
        """
        raise NotImplementedError("an optimizer defines update(value, grad, state, step, hyperparameters, xp)")

    def start_of(self, slot: str) -> float:
        """What a slot holds before the first step."""
        return 0.0

    def check_together(self, hyperparameters: Mapping[str, Any]) -> None:
        """Raise ValueError for settings that are fine one by one but not together."""

    @property
    def lr(self) -> float:
        """The learning rate; set it, for example from a schedule, between two steps."""
        return float(self.hyperparameters["lr"])

    @lr.setter
    def lr(self, rate: float) -> None:
        self.hyperparameters |= check_settings(type(self).__name__, {"lr": rate}, {"lr": self.limits["lr"]})

    @suggest_settings
    def step(self) -> None:
        """Move every parameter that takes a gradient one step, by the `.grad` it holds."""
        import numpy as np

        trained = taking_gradients(self.parameters)
        if all(trained) and self.steps.count(self.steps[0]) == len(self.steps):
            self._step(slice(None), self.parameters, self.steps[0], np)
            return
        groups: dict[int, list[int]] = {}  # parameters that have made as many steps share one call of the rule
        for i, (done, wanted) in enumerate(zip(self.steps, trained, strict=True)):
            if wanted:
                groups.setdefault(done, []).append(i)
        for done, group in groups.items():
            self._step(np.array(group, np.intp), [self.parameters[i] for i in group], done, np)

    def _step(self, group: Any, parameters: list[Value], done: int, np: Any) -> None:
        """One step of some parameters that have made so many."""
        values, grads = np.empty((2, len(parameters)))
        read_numbers(parameters, values)
        read_gradients(parameters, grads)
        # A rule of the user's may work in place: on arrays that nobody else has.
        columns = tuple([np.array(self.state[slot], dtype=np.float64)[group] for slot in self.slots])
        update_arrays(self, values, grads, columns, done + 1, columns)
        for slot, numbers in zip(self.slots, columns, strict=True):
            set_entries(self.state[slot], group, numbers)
        write_numbers(parameters, values)
        set_steps(self.steps, group, done + 1)

    if not TYPE_CHECKING:  # which would take every attribute for one that is there

        def __getattr__(self, name: str) -> Any:
            if hasattr(type(self), name):  # a property that failed inside: say what failed there
                return object.__getattribute__(self, name)
            raise answers.missing("Optimizer", self, name, dir(self))

    @suggest_settings
    def zero_grad(self) -> None:
        """Set every gradient to 0; `backward()` adds to what is there."""
        fill_gradients(self.parameters, 0.0)

    def state_dict(self) -> dict[str, Any]:
        """All that a later run needs to go on from here, as numbers, texts, lists and dicts: JSON can hold it."""
        settings = {k: list(x) if isinstance(x, tuple) else x for k, x in self.hyperparameters.items()}
        return {
            "optimizer": type(self).__name__,
            "hyperparameters": settings,
            "steps": list(self.steps),
            "state": {slot: list(column) for slot, column in self.state.items()},
        }

    def schema(self) -> Schema:
        """What `state_dict` gives for an optimizer of this kind, settings and parameters."""
        if type(self).state_dict is not Optimizer.state_dict:
            return anything
        n = len(self.parameters)
        slots = {slot: list_of(self.bounds.get(slot, known), n) for slot in self.slots}
        settings: dict[str, Schema] = {
            name: equal(x) for name, x in self.state_dict()["hyperparameters"].items() if name != "lr"
        }
        if "lr" in self.limits:  # which a schedule or a callback changes on the way
            settings["lr"] = self._rate
        return fields(
            {
                "optimizer": equal(type(self).__name__),
                "hyperparameters": fields(settings),
                "steps": list_of(count(), n),
                "state": fields(slots),
            }
        )

    def _rate(self, place: str, value: Any) -> Any:
        finite(place, value)
        try:
            return self.limits["lr"](type(self).__name__, "lr", value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{place}: {error}") from None

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave, settings included. What does not fit is an error and changes nothing.

        Raises ValueError if it is of another optimizer, of another number of parameters, or not complete.
        """
        owner, n = type(self).__name__, len(self.parameters)
        _check_keys(owner, "entries", saved, {"optimizer", "hyperparameters", "steps", "state"})
        if saved["optimizer"] != owner:
            raise ValueError(f"this is the state of {short(saved['optimizer'])}, and the optimizer is {short(owner)}")
        _check_keys(owner, "hyperparameters", saved["hyperparameters"], set(self.limits))
        settings = check_settings(owner, saved["hyperparameters"], self.limits)
        self.check_together(settings)
        steps = _column(
            owner, "steps", saved["steps"], n, lambda x: type(x) is int and 0 <= x <= EXACT, "a whole number from 0 on"
        )
        _check_keys(owner, "slots", saved["state"], set(self.slots))
        state = {slot: _column(owner, slot, saved["state"][slot], n, _is_number, "a number") for slot in self.slots}
        self.hyperparameters, self.steps = settings, steps
        self.state = {slot: array("d", column) for slot, column in state.items()}

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={x!r}" for name, x in self.hyperparameters.items())
        return f"{type(self).__name__}({len(self.parameters)} parameters, {settings})"


def is_by_number(optimizer: Optimizer) -> bool:
    """Whether the rule is one of this package: these look at each number by itself, and change nothing in place."""
    return getattr(type(optimizer).update, "__module__", "").startswith("nn.")


def update_arrays(optimizer: Optimizer, values: Any, grads: Any, before: State, step: int, after: State) -> None:
    """Move an array of values by the rule, in place; the state that follows `before` is written into `after`.

    >>> import numpy as np
    >>> from nn.optim import SGD
    >>> w, values, velocity = Value(1.0), np.array([1.0]), np.zeros(1)
    >>> update_arrays(SGD([w], lr=0.1), values, np.array([2.0]), (velocity,), 1, (velocity,))
    >>> values.tolist()
    [0.8]
    """
    import numpy as np

    size = BLOCK if is_by_number(optimizer) else max(len(values), 1)
    with np.errstate(all="ignore"):  # inf and nan are answers, not events, as in the engine
        for start in range(0, len(values), size):
            part = slice(start, start + size)
            own = tuple([slot[part] for slot in before])
            new, state = optimizer.update(values[part], grads[part], own, step, optimizer.hyperparameters, np)
            values[part] = new
            for slot, numbers in zip(after, state, strict=True):
                slot[part] = numbers


def set_entries(numbers: Any, indices: Any, entries: Any) -> None:
    """Set some entries of an array of floats, or of a list in its place, at once: there may be thousands."""
    import numpy as np

    if isinstance(numbers, array):
        np.asarray(numbers)[indices] = entries  # a view of it
        return
    column = np.array(numbers, dtype=np.float64)
    column[indices] = entries
    numbers[:] = column.tolist()


def set_steps(steps: list[int], indices: Any, done: int) -> None:
    """Say how many steps the parameters at some indices have made; all of them, for `slice(None)`."""
    if isinstance(indices, slice):
        steps[:] = [done] * len(steps)
        return
    for i in indices.tolist():
        steps[i] = done


def _is_number(x: Any) -> bool:
    return type(x) is float or (type(x) is int and abs(x) <= EXACT)


def _check_keys(owner: str, what: str, saved: Any, expected: set[str]) -> None:
    """Raise ValueError if a part of a saved state is no dict with exactly these keys."""
    if not isinstance(saved, Mapping):
        raise ValueError(f"{owner}: the saved {what} must be a dict, got {short(saved)}")
    missing, unknown = sorted(expected - set(saved)), sorted(map(str, set(saved) - expected))
    if missing or unknown:
        raise ValueError(f"{owner}: the saved {what} do not fit: missing {short(missing)}, unknown {short(unknown)}")


def _column(owner: str, name: str, saved: Any, n: int, fits: Callable[[Any], bool], expected: str) -> list[Any]:
    """One saved entry for each of n parameters; ValueError if there are not as many, or one does not fit."""
    if not isinstance(saved, (list, tuple)) or len(saved) != n:
        size = len(saved) if isinstance(saved, (list, tuple)) else short(saved)
        raise ValueError(f"{owner}: the saved {short(name)} must be a list of {n}, one for each parameter, got {size}")
    for i, x in enumerate(saved):
        if not fits(x):
            raise ValueError(f"{owner}: the saved {short(name)} of parameter {i} must be {expected}, got {short(x)}")
    return list(saved)
