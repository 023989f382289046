"""Settings of public functions, checked when they are given: an error names the setting, what it takes, and what came.

Every check raises TypeError for the wrong kind of thing, and ValueError for the right kind out of range.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from typing import Any

from autograd.support.convert import to_float
from autograd.support.text import short

__all__ = ["check_choice", "check_count", "check_flag", "check_positive", "check_text"]


def check_count(owner: str, name: str, given: Any, least: int = 1) -> int:
    """A whole number from `least` on.

    >>> check_count("moons", "n", 0)
    Traceback (most recent call last):
    ValueError: moons: n must be a whole number from 1 on, got 0
    """
    wanted = f"{owner}: {name} must be a whole number from {least} on, got {short(given)}"
    try:
        count = operator.index(given)
    except TypeError:
        raise TypeError(wanted) from None
    if isinstance(given, bool):
        raise TypeError(wanted)
    if count < least:
        raise ValueError(wanted)
    return count


def check_flag(owner: str, name: str, given: Any) -> bool:
    """True or False, NumPy's too; a text such as "no" would count as True and is refused.

    >>> check_flag("draw", "legend", "no")
    Traceback (most recent call last):
    TypeError: draw: legend must be True or False, got 'no'
    """
    if not isinstance(given, bool) and type(given).__name__ not in ("bool", "bool_"):  # NumPy's, without importing it
        raise TypeError(f"{owner}: {name} must be True or False, got {short(given)}")
    return bool(given)


def check_positive(owner: str, name: str, given: Any, unit: str) -> float:
    """A finite number above 0; `unit` says of what, such as "seconds".

    >>> check_positive("draw", "time_limit", 0, "seconds")
    Traceback (most recent call last):
    ValueError: draw: time_limit must be a number of seconds above 0, got 0
    """
    wanted = f"{owner}: {name} must be a number of {unit} above 0, got {short(given)}"
    try:
        number = to_float(given)
    except TypeError:
        raise TypeError(wanted) from None
    if not 0.0 < number < math.inf:
        raise ValueError(wanted)
    return number


def check_text(owner: str, name: str, given: Any) -> str:
    """A text.

    >>> check_text("view", "title", 3)
    Traceback (most recent call last):
    TypeError: view: title must be a text, got 3
    """
    if not isinstance(given, str):
        raise TypeError(f"{owner}: {name} must be a text, got {short(given)}")
    return given


def check_choice(name: str, given: Any, known: Collection[str | None]) -> None:
    """One of a few texts, or None where that is among them.

    >>> check_choice("theme", "pink", ("light", "dark"))
    Traceback (most recent call last):
    ValueError: theme is one of light, dark, got 'pink'
    """
    wanted = f"{name} is one of {', '.join(map(str, known))}, got {short(given)}"
    if not isinstance(given, str) and not (given is None and None in known):
        raise TypeError(wanted)
    if given not in known:
        raise ValueError(wanted)
