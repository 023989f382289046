"""Labels of lists of nodes that are a prefix with 0, 1, 2, ... behind it, as those of parameters mostly are.

This file runs as plain Python, and compiled by Cython (`names.pxd` beside it gives the C types).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine.many.lists import check_nodes
from autograd.engine.value import Value

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from memory.h
    from autograd.engine.uncompiled import dict_for, is_numbered


def numbered_labels(values: list[Any], prefix: str) -> list[str] | None:
    """The labels of a list of nodes, if they are the prefix with 0, 1, 2, ... behind it; None if one of them is not.

    >>> from autograd import Value
    >>> numbered_labels([Value(1.0, "w0"), Value(2.0, "w1")], "w"), numbered_labels([Value(1.0, "w1")], "w")
    (['w0', 'w1'], None)
    """
    check_nodes("numbered_labels", values)
    labels: list[str] = []
    for i in range(len(values)):
        v = cython.cast(Value, values[i])
        if v._label is None or not is_numbered(v._label, prefix, i):
            return None
        labels.append(v._label)
    return labels


def number_labels(values: list[Any], prefix: str) -> None:
    """Label the nodes of a list with the prefix and 0, 1, 2, ... behind it; TypeError for what is no Value."""
    check_nodes("number_labels", values)
    for i in range(len(values)):
        cython.cast(Value, values[i])._label = f"{prefix}{i}"


def room_for_names(count: int) -> dict[str, float]:
    """An empty dict with room for so many names."""
    return dict_for(count)


def put_numbers(state: dict[str, float], values: list[Any], prefix: str) -> bool:
    """Put the number of each node of a list into a dict under its label; False if labels are none of `numbered_labels`.

    A label is a text that is there already, and each node is looked at once: with lists of names and of numbers first,
    it takes three times as long.

    >>> from autograd import Value
    >>> state: dict[str, float] = {}
    >>> put_numbers(state, [Value(1.0, "w0"), Value(2.0, "w1")], "w"), state
    (True, {'w0': 1.0, 'w1': 2.0})
    """
    for i, x in enumerate(values):  # and not values[i]: a key of the dict's may be of a class that shortens the list
        if not isinstance(x, Value):  # here, as each look at them all is a tenth of the time
            check_nodes("put_numbers", values)
            return False
        v = cython.cast(Value, x)
        if v._label is None or not is_numbered(v._label, prefix, i):
            return False
        state[v._label] = v._data
    return True


def are_numbered(names: list[Any], start: int, count: int, prefix: str) -> bool:
    """Whether `count` entries of a list, from one on, are a prefix with 0, 1, 2, ... behind it.

    >>> are_numbered(["b", "w0", "w1"], 1, 2, "w"), are_numbered(["w0", "w1"], 1, 1, "w")
    (True, False)
    """
    if start < 0 or count > len(names) - start:
        return False
    for i in range(count):
        name = names[start + i]
        if type(name) is not str or not is_numbered(name, prefix, i):
            return False
    return True
