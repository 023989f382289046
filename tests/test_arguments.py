"""Every public callable × every parameter × 30 values: wrong ones are refused by an error that names the parameter.

A refusal is a TypeError or ValueError that this package raises on purpose, names the parameter or the value, and comes
before anything changes. Not wanted: an error of Python's own from somewhere inside, a wrong value that is taken, a call
that never ends.
"""

from __future__ import annotations

import inspect
import linecache
import os
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot

import autograd
import autograd.testing
import nn
from autograd import Value
from autograd.engine import ops
from autograd.support.settings import check_number
from autograd.support.text import short
from tests.argument_rows import KINDS, LEFT_OUT, OVERRIDES, ROWS, Call
from tests.argument_values import VALUES, may_be

HOMES = tuple(str(Path(package.__path__[0])) for package in (autograd, nn))
SECONDS = 5.0
LONGEST = 600  # characters of a message


MODULES = {"autograd": autograd, "nn": nn, **{f"nn.{name}": getattr(nn, name) for name in nn._MODULES}}
MODULES["autograd.testing"] = autograd.testing


def public() -> dict[str, Any]:
    """Every public function, class and method that takes an argument, by the shortest name it has."""
    found: dict[str, Any] = {}
    for place, module in MODULES.items():
        listed = dir(module) if place in ("autograd", "nn") else getattr(module, "__all__", None)
        for name in listed or vars(module):
            thing = getattr(module, name)
            offered = listed or str(getattr(thing, "__module__", None)).startswith(place)
            if not name.startswith("_") and callable(thing) and offered and thing not in found.values():
                found[f"{place}.{name}"] = thing
    for name, thing in list(found.items()):
        if isinstance(thing, type) and thing.__module__.split(".")[0] in ("autograd", "nn"):
            found.update((m, method) for m, method in methods(name, thing) if method not in found.values())
    return {name: thing for name, thing in found.items() if set(parameters_of(thing)) - {"self", "args", "kwargs"}}


def methods(name: str, kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods of a class and its `__call__`, where they are written in it and not inherited."""
    for place in (kind, *(base for base in kind.__mro__ if kind is Value)):
        for method, thing in vars(place).items():
            wanted = method == "__call__" or not method.startswith("_")
            if wanted and callable(getattr(place, method)) and not isinstance(thing, type):
                yield f"{name}.{method}", getattr(place, method)


def is_left_out(name: str) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in LEFT_OUT)


def resolve(name: str) -> Any:
    """The callable of a dotted name."""
    package, *rest = name.split(".")
    thing = import_module(package)
    for part in rest:
        thing = getattr(thing, part)
    return thing


def parameters_of(function: Any) -> dict[str, inspect.Parameter]:
    if function is Value:  # its C code has no signature
        return dict(inspect.signature(lambda data, label="", *, requires_grad=True, role="input": None).parameters)
    try:
        return dict(inspect.signature(function).parameters)
    except ValueError:  # the same, of errors
        return {}


def call(function: Any, arguments: dict[str, Any]) -> Any:
    """Call with arguments by name, as the signature wants them."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for name, parameter in parameters_of(function).items():
        if name in arguments:
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL) or name == "self":
                positional.append(arguments[name])
            else:
                named[name] = arguments[name]
    return use(function, function(*positional, **named))


def use(function: Any, result: Any) -> Any:
    """Do with a result what it is for: an error may wait there."""
    if inspect.isgenerator(result):
        return list(result)
    if getattr(function, "__module__", "") == "nn.schedules":
        return [result(step) for step in (0, 1, 2, 7)]
    if function in (autograd.derivative, autograd.hessian, autograd.jacobian, autograd.value_and_grad):
        return result(2.0)
    if function in (autograd.hvp, autograd.jvp):
        return result(2.0, 1.0)
    if function in (nn.sklearn.MLPClassifier, nn.sklearn.MLPRegressor):
        return result.fit([[0.0], [1.0]], [0.0, 1.0])
    if function is autograd.operation:
        return result(lambda xp, x: x * x)(2.0)
    return result


@contextmanager
def time_limit() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError("the call takes too long")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def state(thing: Any) -> Any:
    """What a call must leave as it is: numbers, labels and settings of an argument, as far as they are held."""
    if isinstance(thing, Value):
        return (thing.data, thing.grad, thing.label, thing.requires_grad)
    if isinstance(thing, nn.Module):
        return (thing.state_dict(), [m.training for m in thing.modules()], [state(p) for p in thing.parameters()])
    if isinstance(thing, nn.Optimizer):
        return (thing.state_dict(), [state(p) for p in thing.parameters])
    if isinstance(thing, (list, tuple, set)):
        return [state(x) for x in thing]
    if isinstance(thing, dict):
        return {key: state(x) for key, x in thing.items()}
    return short(thing, 10**6)


def fault(error: BaseException, name: str, value: Any) -> str:
    """What is wrong with the answer to a value; "" for a refusal as it should be."""
    if not isinstance(error, (TypeError, ValueError, OSError, ImportError)):
        return f"{type(error).__name__}: {error}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    assert trace is not None
    file = trace.tb_frame.f_code.co_filename
    ours = os.path.abspath(file).startswith(HOMES) or file.startswith(("autograd/", "nn/"))
    line = linecache.getline(file, trace.tb_lineno).strip()
    missing = isinstance(error, FileNotFoundError) and error.filename is not None  # Python names the file
    if not missing and (not ours or not line.startswith("raise")):
        return f"bare {type(error).__name__}: {error}  [{file}:{trace.tb_lineno}]"
    if not any(text in str(error) for text in names_of(name, value)):
        return f"does not name it: {type(error).__name__}: {error}"
    return "" if len(str(error)) < LONGEST else f"{len(str(error))} characters: {str(error)[:100]}"


def names_of(name: str, value: Any) -> list[str]:
    """Texts of which a message has to hold one: the parameter, the value or an entry of it."""
    others = {"truth": ["true values", "true labels"], "X": ["example"], "xs": ["example", "nothing"], "y": ["label"]}
    others["directory"] = ["folder"]
    others["predictions"] = ["targets", "needs two labels"]
    entries = list(value) if isinstance(value, (list, tuple, set, dict, np.ndarray, bytes)) else []
    texts = [short(x)[:8] for x in (value, *entries[:9])]
    return [
        name,
        name.replace("_", " "),
        type(value).__name__,
        getattr(value, "__name__", name),
        *texts,
        *others.get(name, []),
    ]


def kind_of(name: str, parameter: str) -> str:
    return OVERRIDES.get(f"{name}.{parameter}") or KINDS[parameter]


def tried(name: str) -> list[str]:
    """The parameters of a callable that values are tried for."""
    return [p for p in parameters_of(resolve(name)) if p != "self" and not is_left_out(f"{name}.{p}")]


def faults(
    function: Any, make: Call, kinds: dict[str, str], labels: Iterable[str] = VALUES
) -> Iterator[tuple[str, str]]:
    """Call a function with wrong values, one at a time: "parameter=value" and what is wrong with the answer."""
    for parameter, kind in kinds.items():
        right = may_be(kind)
        for label in labels:
            value = VALUES[label]()
            arguments = {**make(), parameter: value}
            before = state(arguments)
            try:
                with time_limit():
                    call(function, arguments)
            except Exception as error:
                problem = fault(error, parameter, value)
                if not problem and state(arguments) != before:
                    problem = f"refused, and changed {before} to {state(arguments)}"
            else:
                problem = "" if label in right else "taken"
            if problem:
                yield f"{parameter}={label}", problem


def faults_of(name: str) -> list[str]:
    kinds = {parameter: kind_of(name, parameter) for parameter in tried(name)}
    return [f"{name}({what}): {problem}" for what, problem in faults(resolve(name), ROWS[name], kinds)]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(pyplot.rcParams, "figure.max_open_warning", 0)
    rows = dict(ops.TABLE)
    yield
    pyplot.close("all")
    for name in ops.TABLE.keys() - rows.keys():  # `operation` was given a name that was right
        del ops.TABLE[name]


def test_every_public_callable_is_tried_or_left_out_for_a_reason() -> None:
    names = {name for name in public() if not is_left_out(name)}
    assert names == set(ROWS)


@pytest.mark.parametrize("pattern", LEFT_OUT)
def test_what_is_left_out_is_there(pattern: str) -> None:
    everything = {*public(), *(f"{name}.{p}" for name in ROWS for p in parameters_of(resolve(name)))}
    assert any(re.fullmatch(pattern, name) for name in everything) or "Error" in pattern


@pytest.mark.parametrize("name", ROWS)
def test_a_valid_call_works_and_wrong_values_are_refused(name: str) -> None:
    call(resolve(name), ROWS[name]())
    assert not faults_of(name)


# ----- The search finds what it looks for -----


def silent(x: Any) -> None:
    """Takes everything."""


def bare(x: Any) -> None:
    x.missing  # noqa: B018


def endless(x: Any) -> None:
    while True:
        pass


def half_done(model: nn.Module, x: Any) -> None:
    model.train(False)
    check_number("half_done", "x", x)


def nameless(x: Any) -> None:
    raise_here = "nn.init"
    nn.init.gain(raise_here)


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (silent, "taken"),
        (bare, "AttributeError: 'object' object has no attribute 'missing'"),
        (endless, "TimeoutError"),
        (half_done, "refused, and changed"),
        (nameless, "does not name it: ValueError: no gain is known"),
        (lambda x: float(x), "bare TypeError: float()"),
        (lambda x: nn.init.get(x), ""),
    ],
)
def test_planted_faults_are_found(function: Any, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_arguments.SECONDS", 0.1)
    make: Call = (lambda: {"model": nn.Layer(1, 1)}) if function is half_done else dict
    found = dict(faults(function, make, {"x": "setting"}, ["object"]))
    assert not found if not problem else problem in found["x=object"]


def whole(x: Any) -> None:
    check_number(f"whole {x!r}", "x", x)


@pytest.mark.parametrize(
    ("label", "problem"),
    [
        ("long", "characters: whole 'xxx"),
        ("broken", "RuntimeError: it has no repr"),
        ("digits", "bare ValueError"),
    ],
)
def test_values_shown_whole_are_found(label: str, problem: str) -> None:
    assert problem in dict(faults(whole, dict, {"x": "setting"}, [label]))[f"x={label}"]
