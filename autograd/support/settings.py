"""Settings of public functions, checked when they come in: an error names the setting, what it takes, and what it got.

Every check is a function (owner, name, value) -> the value in the type that is used, and says the same sentence:

    >>> check_fraction("SGD", "momentum", 1.5)
    Traceback (most recent call last):
    ValueError: SGD: momentum must be a number from 0 on and below 1, got 1.5

The wrong kind of thing is a TypeError, the right kind out of range a ValueError.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

from autograd.support.convert import is_listed, to_float
from autograd.support.text import short

Check = Callable[[str, str, Any], Any]
"""From the owner of a setting, its name and its value to the value as it is used."""


def _refusal(kind: type[Exception], owner: str, name: str, expected: str, value: Any) -> Exception:
    return kind(f"{owner}: {name} must be {expected}, got {short(value)}")


def _number_check(expected: str, low: float, below: float) -> Callable[[str, str, Any], float]:
    """A check for a number of at least `low` and less than `below`; nan is neither."""

    def check(owner: str, name: str, value: Any) -> float:
        try:
            number = to_float(value)
        except TypeError:
            raise _refusal(TypeError, owner, name, expected, value) from None
        if not low <= number < below:
            raise _refusal(ValueError, owner, name, expected, value)
        return number

    return check


def _pair_check(expected: str, low: float, below: float) -> Callable[[str, str, Any], tuple[float, float]]:
    """A check for two numbers of such a range."""
    check_entry = _number_check(expected, low, below)

    def check(owner: str, name: str, value: Any) -> tuple[float, float]:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise _refusal(TypeError, owner, name, expected, value)
        return check_entry(owner, f"{name}[0]", value[0]), check_entry(owner, f"{name}[1]", value[1])

    return check


check_number = _number_check("a finite number", -sys.float_info.max, math.inf)
check_non_negative = _number_check("a finite number from 0 on", 0.0, math.inf)
check_probability = _number_check("a number from 0 to 1", 0.0, math.nextafter(1.0, 2.0))
check_fraction = _number_check("a number from 0 on and below 1", 0.0, 1.0)
check_numbers = _pair_check("a pair of finite numbers", -sys.float_info.max, math.inf)
check_fractions = _pair_check("a pair of numbers from 0 on and below 1", 0.0, 1.0)


def check_positive(owner: str, name: str, value: Any, unit: str) -> float:
    """A finite number above 0; `unit` says of what, such as "seconds".

    >>> check_positive("draw", "time_limit", 0, "seconds")
    Traceback (most recent call last):
    ValueError: draw: time_limit must be a number of seconds above 0, got 0
    """
    return _number_check(f"a number of {unit} above 0", math.nextafter(0.0, 1.0), math.inf)(owner, name, value)


def check_count(owner: str, name: str, value: Any, least: int = 1) -> int:
    """A whole number from `least` on, NumPy's too, and no more than a list can have entries (2⁶³ − 1).

    >>> check_count("moons", "n", 0)
    Traceback (most recent call last):
    ValueError: moons: n must be a whole number from 1 on, got 0
    """
    expected = f"a whole number from {least} on"
    try:
        count = operator.index(value)
    except TypeError:
        raise _refusal(TypeError, owner, name, expected, value) from None
    # A bool counts as 1 for Python, and an array of one number as that number: neither is meant as a count.
    if isinstance(value, bool) or getattr(value, "ndim", None):
        raise _refusal(TypeError, owner, name, expected, value)
    if not least <= count <= sys.maxsize:
        raise _refusal(ValueError, owner, name, expected if count < least else f"at most {sys.maxsize}", value)
    return count


def check_flag(owner: str, name: str, value: Any) -> bool:
    """True or False, NumPy's too; a text such as "no" would count as True and is refused.

    >>> check_flag("draw", "legend", "no")
    Traceback (most recent call last):
    TypeError: draw: legend must be True or False, got 'no'
    """
    if not isinstance(value, bool) and type(value).__name__ not in ("bool", "bool_"):  # NumPy's, without importing it
        raise _refusal(TypeError, owner, name, "True or False", value)
    return bool(value)


def check_text(owner: str, name: str, value: Any) -> str:
    """A text.

    >>> check_text("view", "title", 3)
    Traceback (most recent call last):
    TypeError: view: title must be a text, got 3
    """
    if not isinstance(value, str):
        raise _refusal(TypeError, owner, name, "a text", value)
    return value


def check_function(
    owner: str, name: str, value: Any, expected: str = "a function", arguments: int | None = None
) -> Any:
    """A function, or another thing that can be called; with so many `arguments`, as far as Python knows.

    >>> check_function("operation", "kink", 3)
    Traceback (most recent call last):
    TypeError: operation: kink must be a function, got 3
    >>> check_function("operation", "kink", lambda: 1, "a function of x", arguments=1)
    Traceback (most recent call last):
    TypeError: operation: kink must be a function of x, which what was given cannot be: too many positional arguments
    """
    if not callable(value):
        raise _refusal(TypeError, owner, name, expected, value)
    if arguments is not None:
        import inspect  # takes 4 ms, which is a third of `import autograd`

        try:
            signature = inspect.signature(value)
        except (TypeError, ValueError):  # of some functions in C, Python knows nothing
            return value
        try:
            signature.bind(*[None] * arguments)
        except TypeError as error:
            problem = f"{owner}: {name} must be {expected}, which what was given cannot be: {error}"
            raise TypeError(problem) from None
    return value


def check_list(owner: str, name: str, value: Any, expected: str = "a list") -> list[Any]:
    """The entries of a list, an array or an iterator; no text, no dict, and no set, which has no order.

    >>> check_list("compile", "inputs", None, "a list of Values")
    Traceback (most recent call last):
    TypeError: compile: inputs must be a list of Values, got None
    """
    if not is_listed(value):
        raise _refusal(TypeError, owner, name, expected, value)
    return list(value)


def check_seed(owner: str, name: str, value: Any) -> Any:
    """A whole number, as an int, or a random.Random or None as they are: what a generator starts from.

    >>> check_seed("moons", "seed", "abc")
    Traceback (most recent call last):
    TypeError: moons: seed must be a whole number, a random.Random or None, got 'abc'
    """
    from random import Random  # loaded late: `import autograd` needs none

    if value is None or isinstance(value, Random):
        return value
    expected = "a whole number, a random.Random or None"
    if isinstance(value, bool) or getattr(value, "ndim", None):
        raise _refusal(TypeError, owner, name, expected, value)
    try:
        return operator.index(value)
    except TypeError:
        raise _refusal(TypeError, owner, name, expected, value) from None


def check_choice(name: str, value: Any, choices: Collection[str | None]) -> None:
    """One of a few texts, or None where that is among them.

    >>> check_choice("theme", "pink", ("light", "dark"))
    Traceback (most recent call last):
    ValueError: theme is one of light, dark, got 'pink'
    """
    expected = f"{name} is one of {', '.join(map(str, choices))}, got {short(value)}"
    if not isinstance(value, str) and not (value is None and None in choices):
        raise TypeError(expected)
    if value not in choices:
        raise ValueError(expected)


def check_settings(owner: str, settings: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Every setting after its check, in the order of the checks.

    >>> check_settings("SGD", {"lr": 1, "nesterov": False}, {"lr": check_non_negative, "nesterov": check_flag})
    {'lr': 1.0, 'nesterov': False}
    """
    return {name: check(owner, name, settings[name]) for name, check in checks.items()}
