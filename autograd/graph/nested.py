"""Arguments of functions as they come: scalars, and lists, tuples or arrays of them, nested as one likes."""

from collections.abc import Mapping
from typing import Any

from autograd.engine.value import Value


def _entries(x: Any) -> list[Any] | None:
    """What a list, tuple or array holds; None for a scalar."""
    if isinstance(x, (list, tuple)):
        return list(x)
    return list(x) if getattr(x, "ndim", 0) else None


def values_like(x: Any) -> Any:
    """The same structure, each number a fresh Value; Values are taken as numbers, so that the caller's stay untouched.

    >>> values_like([1.0, [2.0]])
    [Value(data=1.0, grad=0.0), [Value(data=2.0, grad=0.0)]]
    """
    entries = _entries(x)
    if entries is None:
        return Value(x.data, x.label) if isinstance(x, Value) else Value(x)
    return [values_like(entry) for entry in entries]


def leaves_of(x: Any) -> list[Any]:
    """All scalars of a structure, from left to right.

    >>> leaves_of([1.0, [2.0, 3.0]])
    [1.0, 2.0, 3.0]
    """
    entries = _entries(x)
    return [x] if entries is None else [leaf for entry in entries for leaf in leaves_of(entry)]


def like(x: Any, found: Mapping[Value, float]) -> Any:
    """The structure of x with each Value replaced by what was found for it."""
    entries = _entries(x)
    return found[x] if entries is None else [like(entry, found) for entry in entries]
