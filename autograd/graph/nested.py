"""Arguments of functions as they come: scalars, and lists, tuples, arrays or dicts of them, nested as one likes.

A function of w = [2.0, [3.0]] is differentiated in three steps: fresh Values in the same structure, a flat list of
these for the engine, and the derivatives back in the structure.

    >>> values = values_like([2.0, [3.0]])
    >>> flat = leaves_of(values)
    >>> [value.data for value in flat]
    [2.0, 3.0]
    >>> like(values, dict(zip(flat, [0.5, 0.25])))
    [0.5, [0.25]]
"""

from collections.abc import Mapping
from typing import Any

from autograd.engine.value import Value


def _entries(x: Any) -> list[Any] | None:
    """The entries of a list, tuple, array or dict; None for a scalar."""
    if isinstance(x, (list, tuple)):
        return list(x)
    if isinstance(x, Mapping):
        return list(x.values())
    # An array of NumPy, or of whatever has its interface; one without dimensions is a scalar.
    return list(x) if getattr(x, "ndim", 0) else None


def values_like(x: Any, recorded: bool = False) -> Any:
    """The same structure, each number a fresh Value; Values are taken as numbers, so that the caller's stay untouched.

    With `recorded`, a Value becomes a node that is computed from it. One of its own, because a function may read the
    caller's Value besides taking it as an argument: its slope by the argument is not its slope by the Value.

    >>> values_like([1.0, [2.0]])
    [Value(data=1.0, grad=0.0), [Value(data=2.0, grad=0.0)]]
    >>> values_like(Value(3.0, label="x")), values_like(Value(3.0, label="x"), recorded=True)
    (Value(data=3.0, grad=0.0, label='x'), Value(data=3.0, grad=0.0, label='x', op='*'))
    """
    entries = _entries(x)
    if entries is None:
        if not isinstance(x, Value):
            return Value(x)
        # The label goes along, so that pictures and messages name the fresh Value as the caller does.
        if not recorded:
            return Value(x.data, x.label)
        same = x * 1.0  # exact for every number, -0.0, inf and nan included
        same.label = x.label
        return same
    return _like(x, [values_like(entry, recorded) for entry in entries])


def leaves_of(x: Any) -> list[Any]:
    """All scalars of a structure, from left to right.

    >>> leaves_of([1.0, [2.0, 3.0]])
    [1.0, 2.0, 3.0]
    """
    entries = _entries(x)
    return [x] if entries is None else [leaf for entry in entries for leaf in leaves_of(entry)]


def like(x: Any, numbers: Mapping[Value, float]) -> Any:
    """The structure of x, with each Value replaced by its number."""
    entries = _entries(x)
    return numbers[x] if entries is None else _like(x, [like(entry, numbers) for entry in entries])


def _like(x: Any, entries: list[Any]) -> Any:
    """New entries in the place of those of x: a dict with the same keys, a list for any sequence.

    >>> _like({"w": 1.0, "b": 2.0}, [3.0, 4.0]), _like((1.0, 2.0), [3.0, 4.0])
    ({'w': 3.0, 'b': 4.0}, [3.0, 4.0])
    """
    return dict(zip(x, entries, strict=True)) if isinstance(x, Mapping) else entries
