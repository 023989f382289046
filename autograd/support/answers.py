"""Errors for names that are missing, which show the way: by the table of `habits`, or to the nearest spelling.

    nn.Linear  ->  AttributeError: module 'nn' has no attribute 'Linear': a layer of neurons is nn.Layer(nin, nout)

All of this runs only when an attribute is missing. Those who merely ask, such as `hasattr`, copy, pickle, NumPy and
IPython, get an AttributeError as always.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from autograd.support.habits import NOT_BY_HAND, PAGE, WORDS
from autograd.support.keywords import closest

__all__ = ["Elsewhere", "answer", "choose", "closed", "is_elsewhere", "missing", "missing_in", "of_module"]


def answer(owner: str, name: str, known: Iterable[str] = ()) -> str:
    """What does the job of `name` here, or the known name that is spelled most like it; "" for neither.

    >>> answer("nn", "Linear"), answer("nn.losses", "bce")[:24], answer("Module", "predit", ["fit", "predict"])
    ('a layer of neurons is nn.Layer(nin, nout)', 'use binary_cross_entropy', 'did you mean predict?')
    """
    text = WORDS.get(owner, {}).get(name, "")
    spellings = [] if text else [word for word in known if not word.startswith("_")]
    nearest = closest(name, spellings) if spellings else ""
    return text or (f"did you mean {nearest}?" if nearest else "")


def choose(owner: str, name: str, known: Iterable[str]) -> str:
    """What to write for an unknown name of a setting: what does its job here if there is such, and all that are known.

    >>> choose("nn.optim", "momentm", ["sgd", "adam"]), choose("nn.optim", "adams", ["sgd", "adam"])
    ('choose one of sgd, adam', 'did you mean adam? Choose one of sgd, adam')
    """
    names = list(known)
    advice, listed = answer(owner, name, names), f"hoose one of {', '.join(names)}"
    return f"c{listed}" if not advice else f"{advice} C{listed}" if advice.endswith("?") else f"{advice}; c{listed}"


def missing(owner: str, thing: Any, name: str, known: Iterable[str]) -> AttributeError:
    """The error for an attribute that an object does not have; Python adds its own suggestion where it shows one.

    >>> missing("Module", object(), "forward", [])
    AttributeError("'object' object has no attribute 'forward': a model is called, model(x), and ...")
    """
    text = f"{type(thing).__name__!r} object has no attribute {name!r}"
    # Names with an underscore are what copy, pickle, NumPy and IPython look for: they want no spelling.
    advice = answer(owner, name, () if name.startswith("_") else known)
    return AttributeError(f"{text}: {advice}" if advice else text, name=name, obj=thing)


def missing_in(module: str, name: str, known: Iterable[str]) -> Exception:
    """The error for a name that a module does not have, for its `__getattr__` to raise.

    `from nn import Linear` forgets an AttributeError and shows one of its own: there it is an ImportError.

    >>> missing_in("nn.losses", "bce_loss", ["mse"])
    AttributeError("module 'nn.losses' has no attribute 'bce_loss'")
    """
    text = f"module {module!r} has no attribute {name!r}"
    advice = answer(module, name, () if name.startswith("_") else known)
    if advice and _is_import(sys._getframe(2)):
        return ImportError(f"cannot import name {name!r} from {module!r}: {advice}", name=module)
    return AttributeError(f"{text}: {advice}" if advice else text, name=name, obj=sys.modules.get(module))


def _is_import(caller: FrameType) -> bool:
    """Whether a frame is at `from module import name`, and not at an attribute."""
    from opcode import opname

    return opname[caller.f_code.co_code[caller.f_lasti]] == "IMPORT_FROM"


def of_module(module: str) -> Callable[[str], Any]:
    """A `__getattr__` for a module, which answers what it does not have."""

    def look_up(name: str) -> Any:
        names = vars(sys.modules[module])
        raise missing_in(
            module, name, [n for n in names if str(getattr(names[n], "__module__", "")).startswith(module)]
        )

    return look_up


class Elsewhere:
    """An attribute that other libraries have, in a compiled class: to look it up is an AttributeError that answers.

    A `__getattr__` would answer all names, but Python looks methods up three times as slowly in a class that has one.
    """

    def __init__(self, owner: str, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, thing: Any, kind: type) -> Any:
        if thing is None:
            return self
        raise missing(self.owner, thing, self.name, ())

    def __set__(self, thing: Any, value: Any) -> None:
        raise missing(self.owner, thing, self.name, ())

    def __repr__(self) -> str:
        return f"<nothing: {answer(self.owner, self.name)}>"


def is_elsewhere(kind: type, name: str) -> bool:
    """Whether an attribute of a class only answers."""
    return isinstance(vars(kind).get(name), Elsewhere)


def closed(thing: Any, name: str, error: AttributeError) -> AttributeError:
    """The error for an attribute that a Value cannot have, from Python's own error."""
    if name in ("_backward", "_prev", "_op"):
        text = f"{name} of a Value cannot be set{NOT_BY_HAND}"
    elif hasattr(type(thing), name):  # there it is: it may not be set, or answers by itself
        return error
    else:
        advice = answer("Value", name, dir(thing))
        advice = f"{advice}; " if advice else ""
        text = (
            f"'Value' object has no attribute {name!r}: {advice}a Value is closed (see {PAGE}). A name goes into its "
            f"label, anything else into a dict by node, such as {name} = {{x: ...}}"
        )
    return AttributeError(text, name=name, obj=thing)
