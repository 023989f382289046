"""Columns of examples as they come from outside, checked: an error names the entry, and says what is expected.

>>> check_aligned([[0.0], [1.0]], [1], "X has {} examples but y has {}", "X is empty")
Traceback (most recent call last):
ValueError: X has 2 examples but y has 1
>>> named_number("y[1]", "high")
Traceback (most recent call last):
TypeError: y[1]: a Value holds one real number, got the text 'high': convert it with float() first
"""

from __future__ import annotations

from collections.abc import Sized
from typing import Any

from autograd.support.convert import to_float


def is_column(x: Any) -> bool:
    """Whether something can be read entry by entry: a list, an array, an iterator; no text, no dict, no single Value.

    >>> is_column([0, 1]), is_column("01"), is_column(0)
    (True, False, False)
    """
    return hasattr(x, "__iter__") and not isinstance(x, (str, bytes, dict))


def check_aligned(first: Sized, second: Sized, unequal: str, empty: str) -> None:
    """Raise ValueError unless two columns have as many entries, and at least one.

    `unequal` is the message for other lengths, with a {} for each of the two; `empty` that for no entries.
    """
    if len(first) != len(second):
        raise ValueError(unequal.format(len(first), len(second)))
    if not len(first):
        raise ValueError(empty)


def named_number(name: str, x: Any) -> float:
    """A number of any type as a float; TypeError with the name of the entry for anything else."""
    try:
        return to_float(x)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
