"""Names for the nodes of a graph, taken from the names of variables.

a, b = Value(2.0), Value(3.0)          label(locals()) gives    a    the label "a"
c = d = a * b                                                   b    "b"
xs = [c + 1.0, [c + 2.0]]                                       c    "c": d is the same Value, and comes later
                                                                xs   "xs0" and "xs1_0"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograd.engine.value import Value
from autograd.support.settings import check_flag
from autograd.support.text import got

__all__ = ["label"]


def label(names: Mapping[str, Any] | None = None, /, *, overwrite: bool = False, **values: Any) -> None:
    """Give Values the names of the variables that hold them: `label(locals())`, or one by one, `label(w=a * b)`.

    From a mapping such as `locals()`, every Value gets its variable's name, and the entries of a list or tuple called x
    get x0, x1, ..., of nested ones x0_0, x0_1, ... Skipped are names that begin with an underscore, whatever is no
    Value, and Values that have a label already, unless `overwrite` is set. Of several variables that hold one Value,
    the first names it, and a variable of its own goes before a place in a list. Keywords always set the label.

    Raises TypeError if the mapping is none or has a key that is no str, and for a keyword that holds no Value.

    >>> a, b = Value(2.0), Value(3.0)
    >>> c = a * b
    >>> xs = [c + 1.0, c + 2.0]
    >>> label({"a": a, "b": b, "c": c, "xs": xs, "_hidden": b})
    >>> a.label, c.label, [x.label for x in xs]
    ('a', 'c', ['xs0', 'xs1'])
    >>> label(product=c)
    >>> c.label
    'product'
    """
    variables = _check_names(names).items()
    overwrite = check_flag("label", "overwrite", overwrite)
    keywords = {name: _entries(value, name) for name, value in values.items()}
    for name, entries in keywords.items():
        if not entries:
            value = values[name]
            raise TypeError(f"label({name}=...) names a Value or a list of Values, got {got(value)}")
    labels: dict[Value, str] = {}
    # Two rounds: a variable that holds a Value names it, even where an earlier variable is a list with that Value.
    for name, value in variables:
        if isinstance(value, Value):
            labels.setdefault(value, name)
    for name, value in variables:
        if isinstance(value, (list, tuple)):
            for entry, place in _entries(value, name):
                labels.setdefault(entry, place)
    # A label that the user chose stays.
    for value, name in labels.items():
        if overwrite or not value.label:
            value.label = name
    # Keywords come last, so they win over the mapping.
    for entries in keywords.values():
        for entry, place in entries:
            entry.label = place


def _check_names(names: Any) -> dict[str, Any]:
    """The variables of a mapping that may name something; a name that begins with an underscore does not."""
    if names is None:
        return {}
    # The commonest slip is label(value) for label(name=value).
    if not isinstance(names, Mapping):
        raise TypeError(
            f"label() takes a mapping from names to Values such as locals(), got {got(names)}; "
            "for one Value, write label(name=value)"
        )
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"a name is a str, got {got(name)}")
    return {name: value for name, value in names.items() if not name.startswith("_")}


def _entries(values: Any, name: str) -> list[tuple[Value, str]]:
    """A Value, or the Values in nested lists, each with its name; [] for anything else."""
    entries: list[tuple[Value, str]] = []
    opened: set[int] = set()
    # The first index follows the name at once (x0), deeper ones after an underscore (x0_1).
    stack: list[tuple[Any, str, str]] = [(values, name, "")]
    while stack:
        value, place, joint = stack.pop()
        if isinstance(value, Value):
            entries.append((value, place))
        elif isinstance(value, (list, tuple)) and id(value) not in opened:
            # A list inside itself is met once.
            opened.add(id(value))
            stack.extend((value[i], f"{place}{joint}{i}", "_") for i in range(len(value) - 1, -1, -1))
    return entries
