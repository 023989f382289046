"""Values that a model computes with as if they were parameters, and that no step changes: `Module` does not find them.

    class Line(nn.Module):
        slope = Value(2.0)                          belongs to the class: no attribute of the module
        def __init__(self):
            self.shift = Value(1.0)                 a parameter
            self.more = {Value(0.5)}                in a set, which has no order to name parameters by

What counts is the output for one example: a Value of the role "parameter" that takes a gradient and is none of
`parameters()`, or any that takes a gradient and was there before the call, in such a place of the model. An input that
the model wraps itself is new at every call; a number in a list beside the model may be a constant. Nothing is said
where a module lists its parameters by hand, and has left some out, nor of what the loss alone depends on, such as the
other net of an adversarial pair.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from autograd import Value, topological_order
from autograd.support.text import clean
from nn.module import Module
from nn.places import Parts

DEEP = 4  # holders inside of each other
MOST = 5000  # entries of one attribute that are looked at: a module may hold a table of examples


def hidden_in(model: Module) -> dict[Value, str]:
    """The Values in places of the user's own modules where `Module` does not look, with these places.

    >>> Line = type("Line", (Module,), {"__module__": "lines", "slope": Value(2.0)})  # class Line, in a file lines.py
    >>> list(hidden_in(Line()).values())
    ['Line.slope']
    """
    found: dict[Value, str] = {}
    for part in model.modules():
        kind = type(part)
        if kind.__module__.startswith("nn."):
            continue
        of_classes = [(name, x) for base in kind.__mro__[:-1] if base not in Module.__mro__ for name, x in _held(base)]
        for name, thing in [*of_classes, *vars(part).items(), *_slots(part).items()]:
            for value in _values_in(thing):
                found.setdefault(value, f"{kind.__name__}.{name}")
    return found


def untrained(model: Module, outputs: Sequence[Value], hidden: dict[Value, str]) -> list[str]:
    """The names of those that the outputs depend on; `hidden` is what `hidden_in` gave before they were computed."""
    if any(type(part).parameters is not Parts.parameters for part in model.modules()):
        return []
    trained = set(model.parameters())
    names = [
        clean(v.label) or hidden.get(v) or f"Value({v.data:g})"
        for v in topological_order(outputs)
        if v.is_leaf and v.requires_grad and v not in trained and (v in hidden or v.role == "parameter")
    ]
    return list(dict.fromkeys(names))


def untrained_note(names: Sequence[str]) -> str:
    """The sentence about them, which is none about none.

    >>> print(untrained_note(["Line.slope"]))
    Line.slope takes a gradient and is not among the parameters of the model, so that no step changes it: ...
    """
    if not names:
        return ""
    some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    they, them = ("take a gradient and are", "them") if len(names) > 1 else ("takes a gradient and is", "it")
    return (
        f"{some} {they} not among the parameters of the model, so that no step changes {them}: try an attribute of the "
        f"module, or a list or dict that is one (self.w = ...), or requires_grad=False to leave {them} as made"
    )


def _held(kind: type) -> list[tuple[str, Any]]:
    return [(name, x) for name, x in vars(kind).items() if not name.startswith("__")]


def _slots(thing: Any) -> dict[str, Any]:
    listed = [vars(base).get("__slots__", ()) for base in type(thing).__mro__]
    names = [name for slots in listed for name in ([slots] if isinstance(slots, str) else slots)]
    return {name: getattr(thing, name) for name in names if name != "__dict__" and hasattr(thing, name)}


def _values_in(thing: Any) -> Iterator[Value]:
    """The Values in a holder, and in holders inside of it: the first ones, of a holder of thousands of numbers."""
    stack = [iter((thing,))]
    for _ in range(MOST):
        entry = next(stack[-1], _END)
        if entry is _END:
            stack.pop()
            if not stack:
                return
        elif isinstance(entry, Value):
            yield entry
        elif len(stack) <= DEEP:
            stack.append(iter(_entries_of(entry)))


def _entries_of(holder: Any) -> Iterable[Any]:
    """What is in a list, set, dict, array of objects, or object of the user's own; nothing is in a module."""
    if isinstance(holder, (list, tuple, set, frozenset, deque)):
        return holder
    if isinstance(holder, dict):
        return holder.values()
    if isinstance(holder, np.ndarray):
        return holder.flat if holder.dtype == object else ()
    if isinstance(holder, type) or type(holder).__module__.partition(".")[0] in ("builtins", "nn", "autograd"):
        return ()
    if isinstance(holder, Module):
        return ()
    return [*getattr(holder, "__dict__", {}).values(), *_slots(holder).values()]


_END = object()
