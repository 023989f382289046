"""What must be the same for a training to go on bit for bit: everything that changes its numbers.

    cosine(0.02, steps=30)  ->  {"schedule": "cosine", "schedule.rate": 0.02, "schedule.steps": 30, "schedule.end": 0.0}

Settings are compared name by name. Of the user's own objects, a function or a module, what can be compared is what they
hold: the variables of a closure, the arguments of a partial, the attributes of a module. What they assign anew when
they are called, such as a count of calls, is their state and left out, and so is what the training is seen to change.
"""

from __future__ import annotations

import dis
import hashlib
import inspect
import json
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.support.text import short
from nn.activations import Activation
from nn.callbacks import Callback, EarlyStopping, Monitor
from nn.layers import BatchNorm, Dropout
from nn.module import Module
from nn.neuron import Layer, Neuron
from nn.schedules import Schedule
from nn.stages import kind_of, layers_of
from nn.training.checkpoint.file import CheckpointError
from nn.training.examples import Examples

if TYPE_CHECKING:
    from nn.training.loop import Job, Loop

PLAIN = (int, float, str, bool, type(None))
MOST = 100  # entries of a list or dict that are compared one by one
DEEPEST = 5  # functions in closures of functions
# Of the library's own modules, the attributes that change numbers; `named_modules` finds those inside of them.
OF_MODULES: dict[type[Module], tuple[str, ...]] = {
    Dropout: ("p",),
    BatchNorm: ("momentum", "eps"),
    Neuron: ("threshold",),
}


class Settings(NamedTuple):
    """`fixed` must be the same in all entries; of `own`, those of the user's objects, the entries that both have."""

    fixed: dict[str, Any]
    own: dict[str, Any]

    def without_changed(self, now: Settings) -> Settings:
        """These settings as a checkpoint holds them: those of now, without the own ones that the training changed."""
        same = {name: x for name, x in now.own.items() if name in self.own and repr(self.own[name]) == repr(x)}
        return Settings(now.fixed, same)


def settings_of(loop: Loop) -> Settings:
    """The settings of a training; its number of epochs is none, as a training may go on for longer."""
    job, objective = loop.job, loop.job.objective
    hyperparameters = job.optimizer.state_dict()["hyperparameters"]
    fixed = {
        "model": [f"{name}: {kind_of(part)}, {len(own)} parameters" for name, part, own in layers_of(job.model)],
        **_of_modules(job.model),
        "frozen": [name for name, p in job.model.named_parameters() if not p.requires_grad],
        "in evaluation mode": [n for n, part in job.model.named_modules() if job.model.training and not part.training],
        "engine": job.engine.name,
        "optimizer": type(job.optimizer).__qualname__,
        # The rate itself may have been changed since, by a schedule or a callback; the one it began with is compared.
        **{f"optimizer.{name}": x for name, x in hyperparameters.items() if name != "lr"},
        "schedule": name_of(job.schedule),
        "lr": None if job.schedule is not None else job.lr,
        "loss": name_of(objective.loss),
        "l1": objective.l1,
        "l2": objective.l2,
        "regularization": name_of(objective.regularization),
        "clip_norm": job.clipping[0],
        "clip_value": job.clipping[1],
        "batch_size": job.batch_size,
        "shuffle": job.shuffle,
        "seed": job.seed if job.fixed_seed else None,
        "metrics": list(job.judge.functions),
        "training examples": loop.fingerprints[0],
        "validation examples": loop.fingerprints[1],
        **_of_callbacks(job),
    }
    functions = {"loss": objective.loss, "schedule": job.schedule, "regularization": objective.regularization}
    own: dict[str, Any] = {}
    for place, function in {**functions, **{f"metrics.{n}": f for n, f in job.judge.functions.items()}}.items():
        own.update(held_by(function, place))
    own.update(_rates(job.schedule, job.epochs * job.steps))
    own.update(_of_own_modules(job.model))
    return Settings(fixed, own)


def check_same(path: Path, saved: Settings, current: Settings) -> None:
    """Raise CheckpointError if the settings of a saved training are not those of the current one.

    >>> check_same(Path("run"), Settings({"batch_size": 16}, {}), Settings({"batch_size": 32}, {}))
    Traceback (most recent call last):
    nn.training.checkpoint.file.CheckpointError: run was made with batch_size=16, and now it is 32: ...
    """
    fixed = (*current.fixed, *(name for name in saved.fixed if name not in current.fixed))
    own = (name for name in current.own if name in saved.own)
    for names, before, now in ((fixed, saved.fixed, current.fixed), (own, saved.own, current.own)):
        for name in names:
            was, is_ = (_as_json(settings.get(name)) for settings in (before, now))
            if was != is_:
                was, is_ = _difference(before.get(name), now.get(name))
                raise CheckpointError(
                    f"{path} was made with {short(name)[1:-1]}={was}, and now it is {is_}: "
                    "give the same to go on bit for bit, or name another folder"
                )


def _as_json(setting: Any) -> str:
    """A setting as the file has it: tuples become lists, True stays apart from 1, and nan is nan."""
    return json.dumps(setting)


def _difference(before: Any, now: Any) -> tuple[str, str]:
    """Two settings in words; of two lists the first entry in which they differ, if they are as long."""
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now) > 1:
        i = next(i for i, (a, b) in enumerate(zip(before, now, strict=True)) if _as_json(a) != _as_json(b))
        return f"{short(before[i])} in place {i}", short(now[i])
    return short(before), short(now)


# ----- Modules and callbacks -----


def _of_modules(model: Module) -> dict[str, Any]:
    """The settings of the library's own modules that a summary does not show, by place."""
    settings: dict[str, Any] = {}
    for name, module in model.named_modules():
        for kind, attributes in OF_MODULES.items():
            if isinstance(module, kind):
                settings.update({_at(name, a): getattr(module, a) for a in attributes if hasattr(module, a)})
        if isinstance(module, Layer):
            activations = [neuron.activation.name for neuron in module.neurons if isinstance(neuron, Neuron)]
            if len({*activations}) > 1:
                settings[_at(name, "activations")] = activations
    return settings


def _of_own_modules(model: Module) -> dict[str, Any]:
    """The attributes of the user's modules, and what the user's activations hold."""
    own: dict[str, Any] = {}
    for name, module in model.named_modules():
        activation = getattr(module, "activation", None)
        if isinstance(activation, Activation) and not activation.named:
            own.update(held_by(activation.function, _at(name, "activation")))
        if not _is_ours(type(module)):
            own.update(_attributes(module, name, 0))
    return own


def _of_callbacks(job: Job) -> dict[str, Any]:
    """The callbacks that have something to remember, and when early stopping stops."""
    settings: dict[str, Any] = {"callbacks": [type(callback).__name__ for callback in with_state(job)]}
    for callback in with_state(job):
        if isinstance(callback, Monitor):
            place = "early_stopping" if isinstance(callback, EarlyStopping) else type(callback).__name__
            settings.update({f"{place}.{name}": getattr(callback, name) for name in callback.settings})
    return settings


def with_state(job: Job) -> list[Callback]:
    """The callbacks that have something to remember; the others may come and go."""
    return [callback for callback in job.callbacks if type(callback).state_dict is not Callback.state_dict]


def _at(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


# ----- Functions -----


def name_of(function: Any) -> str | None:
    """The name of a function, of the one inside of a partial, or of the class of an object that is called.

    What the library makes has the name of its maker.

    >>> from nn.schedules import cosine
    >>> name_of(partial(max, key=abs)), name_of(cosine(0.02, 30)), name_of(None)
    ('max', 'cosine', None)
    """
    while isinstance(function, partial):
        function = function.func
    if function is None:
        return None
    name = str(getattr(function, "__qualname__", type(function).__qualname__))
    return name.partition(".<locals>")[0] if _is_ours(function) else name


def held_by(function: Any, place: str) -> dict[str, Any]:
    """What a function computes with besides its arguments, by place: numbers and texts.

    These are the variables of its closure, its defaults, the arguments of a partial, the attributes of an object that
    is called, and, of the user's own, the floats that are written in its code.

    >>> from nn.losses import huber
    >>> held_by(partial(huber, delta=0.5), "loss")["loss.delta"]
    0.5
    >>> def scaled(rate):
    ...     return lambda t: rate * 0.9**t
    >>> held_by(scaled(0.1), "schedule")
    {'schedule.rate': 0.1}
    """
    return dict(_held(function, place, 0))


def _held(thing: Any, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(thing, partial):
        yield from _held(thing.func, place, depth)
        for name, x in (*((f"arguments.{i}", x) for i, x in enumerate(thing.args)), *thing.keywords.items()):
            yield from _entry(x, _at(place, name), depth)
    elif isinstance(thing, MethodType):
        yield from _held(thing.__func__, place, depth)
        yield from _attributes(thing.__self__, place, depth).items()
    elif isinstance(thing, FunctionType):
        wrapped = getattr(thing, "__wrapped__", None)  # by a decorator
        if wrapped is not None:
            yield from _held(wrapped, place, depth + 1)
        for name, cell in zip(thing.__code__.co_freevars, thing.__closure__ or (), strict=True):
            try:
                if cell.cell_contents is not wrapped and name not in _assigned(thing.__code__, "STORE_DEREF"):
                    yield from _entry(cell.cell_contents, _at(place, name), depth)
            except ValueError:
                continue  # a variable without a value
        for name, parameter in inspect.signature(thing).parameters.items():
            if parameter.default is not parameter.empty:
                yield from _entry(parameter.default, _at(place, name), depth)
        constants = list(_floats(thing.__code__))
        if constants and not _is_ours(thing):
            yield _at(place, "constants"), constants
    elif callable(thing) and not isinstance(thing, type):
        yield from _attributes(thing, place, depth).items()


def _entry(x: Any, place: str, depth: int) -> Iterator[tuple[str, Any]]:
    """What one variable holds: a plain value, a short list or dict of them, an array, another function."""
    if type(x) in PLAIN:
        yield place, x
    elif isinstance(x, Value):
        return  # what is trained is no setting
    elif isinstance(x, (list, tuple)) and len(x) <= MOST and depth <= DEEPEST:
        for i, entry in enumerate(x):
            yield from _entry(entry, f"{place}.{i}", depth + 1)
    elif isinstance(x, dict) and len(x) <= MOST and depth <= DEEPEST:
        for key, entry in x.items():
            yield from _entry(entry, f"{place}.{key}", depth + 1)
    elif isinstance(x, np.ndarray) and x.dtype.kind in "biuf":
        yield place, f"array {x.shape}, {hashlib.sha256(np.ascontiguousarray(x).data).hexdigest()[:16]}"
    elif callable(x) and not isinstance(x, Module):
        yield place, name_of(x)
        yield from _held(x, place, depth + 1)


def _attributes(thing: object, place: str, depth: int) -> dict[str, Any]:
    """The attributes of an object that are plain values or functions, by place."""
    state = {"training", *getattr(thing, "buffers", ())}
    if isinstance(thing, Neuron):
        state.add("init")  # the weights of the checkpoint take the place of those it drew
    for method in (m for kind in type(thing).__mro__ for m in vars(kind).values()):
        if isinstance(method, FunctionType) and method.__name__ != "__init__":
            state |= _assigned(method.__code__, "STORE_ATTR")
    own: dict[str, Any] = {}
    for name, x in getattr(thing, "__dict__", {}).items():
        if not name.startswith("_") and name not in state:
            own.update(_entry(x, _at(place, name), depth))
    return own


@cache
def _assigned(code: CodeType, operation: str) -> frozenset[str]:
    """The names that a function, or one inside of it, assigns by an operation of the interpreter."""
    names = frozenset(step.argval for step in dis.get_instructions(code) if step.opname == operation)
    return names.union(*[_assigned(inner, operation) for inner in code.co_consts if isinstance(inner, CodeType)])


def _is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("nn.")


def _floats(code: CodeType) -> Iterator[float]:
    for constant in code.co_consts:
        if isinstance(constant, float):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _floats(constant)


def _rates(schedule: Schedule | None, steps: int) -> dict[str, float]:
    """The rates of a schedule at some of its steps: close to each other at first, then ever further apart."""
    rates: dict[str, float] = {}
    t = 0
    while schedule is not None and t < steps:
        try:
            rates[f"schedule at step {t}"] = float(schedule(t))
        except Exception:
            break  # at that step the training will say why, if it comes to it
        t += 1 + t // 8
    return rates


# ----- Examples -----


def fingerprint(examples: Examples | None) -> str | None:
    """How many examples there are, how wide, and a hash of all their numbers.

    >>> fingerprint(Examples([[0.5, 2.0]], [1]))
    '1 × 2, ...'
    """
    if examples is None:
        return None
    inputs = np.asarray(examples.X, dtype=np.float64)
    digest = hashlib.sha256(np.ascontiguousarray(inputs).data)
    # Targets and weights with their structure, so that [[1, 2], [3, 4]] is not 1, 2 with the weights 3, 4.
    digest.update(json.dumps([_as_floats(examples.y), examples.sample_weight]).encode())
    return f"{len(inputs)} × {inputs.shape[1]}, {digest.hexdigest()[:16]}"


def _as_floats(y: Sequence[Any]) -> list[Any]:
    return [_as_floats(t) if isinstance(t, list) else float(t) for t in y]
