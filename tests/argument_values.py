"""Thirty things that people hand to a parameter, and for each kind of parameter which of them are right."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import Value


def _matrix() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return np.matrix([[1.0, 2.0]])


class Broken:
    """Something that cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("it has no repr")


# Made anew for each call: what one call changed must not reach the next.
VALUES: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "true": lambda: True,
    "zero": lambda: 0,
    "minus": lambda: -1,
    "half": lambda: 2.5,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "huge": lambda: 10**400,
    "large": lambda: 1e200,
    "complex": lambda: 3 + 2j,
    "text": lambda: "abc",
    "empty": lambda: "",
    "bytes": lambda: b"abc",
    "list": list,
    "mixed": lambda: [1, "a"],
    "pair": lambda: (1.0, 2.0),
    "dict": dict,
    "set": lambda: {1.0, 2.0},
    "object": object,
    "function": lambda: lambda *_, **__: None,
    "class": lambda: Exception,
    "array": lambda: np.array([1.0, 2.0]),
    "matrix": _matrix,
    "value": lambda: Value(1.0),
    "values": lambda: [Value(1.0), None],
    # Too long for a message, each in its way, and what has no repr.
    "long": lambda: "x" * 5000,
    "many": lambda: [k / 8.0 for k in range(1000)],
    "names": lambda: {f"name {k}": float(k) for k in range(1000)},
    "digits": lambda: 10**5000,
    "broken": Broken,
}

# What may be right: whether 0 is in the range of a count, or two numbers are as many as there should be, is for the
# callable to say, and then its error has to be as good as the others.
RIGHT: dict[str, str] = {
    "any": " ".join(VALUES),  # whatever it is, it is taken as it is
    "Value": "value",
    "Values": "",  # a list of leaves
    "Value or Values": "value list",
    "none": "none",
    "operand": "true zero minus half nan inf huge large value digits",  # of an operation: plain numbers take part
    "operands": "list pair set array many",  # for a sum, the order does not matter
    "ordered operands": "list pair array many",
    "number": "true zero minus half nan inf huge large digits",
    "setting": "true zero minus half large",  # finite
    "pair of settings": "pair",
    "any pair": "pair mixed values",  # of labels, whatever they are
    "count": "zero",
    "counts": "list",
    "flag": "true",
    "text": "text empty long",
    "choice": "",
    "path": "text",
    "function": "function class",
    "rule": "function class text",  # a function, or the name of one
    "seed": "none zero minus huge digits",
    "model": "",
    "estimator": "",
    "array": "array matrix list pair many",
    "example": "pair array list",
    "table": "matrix list",
    "labels": "pair array matrix mixed list many",
    "label": "true zero minus half huge large nan inf text empty value long digits",
    "numbers": "pair array matrix list many",
    "mapping": "dict names",
    "callbacks": "list function",
    "axes": "none",
}


def may_be(kind: str) -> set[str]:
    """The names of the values that are right for a kind; "count or none" is one of two kinds.

    >>> sorted(may_be("count or none"))
    ['none', 'zero']
    """
    names: set[str] = set()
    for part in [kind] if kind in RIGHT else kind.split(" or "):
        names.update(RIGHT[part].split() if part in RIGHT else part.split())
    return names
