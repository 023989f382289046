"""What data from a file must look like: small checks that are put together to one for the whole file.

A check is a function (place, value) -> the value; it raises ValueError with the place, what belongs there, and what is
there. It changes nothing, so that a file can be checked as a whole before the first of its numbers is used.

>>> position = fields({"epoch": count(most=9), "rates": list_of(finite, 2)})
>>> position("position", {"epoch": 3, "rates": [0.5, 0.1]})
{'epoch': 3, 'rates': [0.5, 0.1]}
>>> position("position", {"epoch": 3, "rates": [0.5, True]})
Traceback (most recent call last):
ValueError: position/rates/1 must be a finite number, got True

Types are those of JSON, exactly: True is no number here, and 3.0 no whole one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograd.support.text import short

Schema = Callable[[str, Any], Any]

EXACT = 2**53  # whole numbers up to here are floats, too


def refusal(place: str, expected: str, value: Any) -> ValueError:
    """The error for a value that does not belong in its place.

    >>> refusal("seed", "a whole number", None)
    ValueError('seed must be a whole number, got None')
    """
    return ValueError(f"{place} must be {expected}, got {short(value)}")


def anything(place: str, value: Any) -> Any:
    """Whatever there is: what somebody else's code wrote and reads."""
    return value


def _number(expected: str, fits: Callable[[float], bool]) -> Schema:
    def check(place: str, value: Any) -> Any:
        whole = type(value) is int and abs(value) <= EXACT
        if not (whole or type(value) is float) or not fits(value):
            raise refusal(place, expected, value)
        return value

    return check


number = _number("a number", lambda x: True)
known = _number("a number, and not nan", lambda x: x == x)
finite = _number("a finite number", math.isfinite)
non_negative = _number("a number from 0 on", lambda x: x >= 0.0)
share = _number("a number from 0 to 1", lambda x: 0.0 <= x <= 1.0)


def finite_from(least: float) -> Schema:
    """A finite number of at least so much."""
    return _number(f"a finite number from {least:g} on", lambda x: least <= x < math.inf)


def count(least: int = 0, most: int = EXACT) -> Schema:
    """A whole number of a range."""
    expected = f"a whole number from {least} " + ("on" if most == EXACT else f"to {most}")

    def check(place: str, value: Any) -> Any:
        if type(value) is not int or not least <= value <= most:
            raise refusal(place, expected, value)
        return value

    return check


def flag(place: str, value: Any) -> Any:
    """True or False."""
    if type(value) is not bool:
        raise refusal(place, "true or false", value)
    return value


def equal(expected: Any, reason: str = "") -> Schema:
    """This very value, of the same type in all its parts; `reason` says why.

    >>> equal(1, "as there is one layer")("layers", True)
    Traceback (most recent call last):
    ValueError: layers must be 1, as there is one layer, got True
    """
    wanted = repr(expected)

    def check(place: str, value: Any) -> Any:
        if repr(value) != wanted:
            raise refusal(place, short(expected) + (f", {reason}" if reason else ""), value)
        return value

    return check


def optional(schema: Schema) -> Schema:
    """None, or what another check takes."""
    return lambda place, value: None if value is None else schema(place, value)


def list_of(schema: Schema, length: int | None = None, *, most: int | None = None) -> Schema:
    """A list whose entries pass a check; of a given length, or of `most` entries."""
    size = "" if length is None else f" of {length}"
    size = size if most is None else f" of at most {most}"

    def check(place: str, value: Any) -> Any:
        if type(value) is not list:
            raise refusal(place, f"a list{size}", value)
        if (length is not None and len(value) != length) or (most is not None and len(value) > most):
            raise ValueError(f"{place} must be a list{size}, got one of {len(value)}")
        for i, entry in enumerate(value):
            schema(f"{place}/{i}", entry)
        return value

    return check


def dict_of(schema: Schema) -> Schema:
    """A dict with any names, whose values pass a check."""

    def check(place: str, value: Any) -> Any:
        if type(value) is not dict:
            raise refusal(place, "a dict", value)
        for name, entry in value.items():
            schema(f"{place}/{short(name)[1:-1]}", entry)
        return value

    return check


def fields(
    schemas: Mapping[str, Schema], more: Mapping[str, Schema] | None = None, others: Schema | None = None
) -> Schema:
    """A dict with these names, and no others: but `more` may be there, and `others` checks all the rest.

    >>> fields({"a": flag})("saved", {"b": True})
    Traceback (most recent call last):
    ValueError: saved does not fit: missing 'a'; unknown 'b'
    """
    allowed = {**schemas, **(more or {})}

    def check(place: str, value: Any) -> Any:
        if type(value) is not dict:
            raise refusal(place, "a dict", value)
        missing = [name for name in schemas if name not in value]
        unknown = [name for name in value if name not in allowed] if others is None else []
        if missing or unknown:
            problems = {"missing": missing, "unknown": unknown}
            listed = "; ".join(f"{what} {_some(names)}" for what, names in problems.items() if names)
            raise ValueError(f"{place} does not fit: {listed}")
        for name, entry in value.items():
            schema = allowed.get(name) or others
            if schema is not None:
                schema(f"{place}/{short(name)[1:-1]}", entry)
        return value

    return check


def _some(names: Iterable[str], most: int = 3) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(short(name) for name in listed[:most]) + more
