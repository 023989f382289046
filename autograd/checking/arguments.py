"""What `gradcheck` is called with: how many derivatives, of which function, at which numbers."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.value import Value
from autograd.support.convert import is_listed, to_float
from autograd.support.settings import check_count, check_non_negative, check_number
from autograd.support.text import got, plural, short

LARGEST_ORDER = 10
"""Each derivative is a graph several times as large as that of the last: the tenth of tanh has 100,000 operations."""


def check_order(order: Any) -> int:
    """An order of derivatives, from 1 to the largest whose graph can be waited for.

    >>> check_order(11)
    Traceback (most recent call last):
    ValueError: gradcheck: order must be at most 10, as each derivative is a larger graph than the last, got 11
    """
    if check_count("gradcheck", "order", order) > LARGEST_ORDER:
        larger = "as each derivative is a larger graph than the last"
        raise ValueError(f"gradcheck: order must be at most {LARGEST_ORDER}, {larger}, got {short(order)}")
    return int(order)


def check_tolerance(name: str, tolerance: Any, owner: str = "gradcheck") -> float:
    """A relative or an absolute tolerance: finite, and 0 at least.

    >>> check_tolerance("rtol", -1)
    Traceback (most recent call last):
    ValueError: gradcheck: rtol must be a finite number from 0 on, got -1
    """
    if isinstance(tolerance, bool):
        raise TypeError(f"{owner}: {name} must be a finite number from 0 on, got {tolerance}")
    return check_non_negative(owner, name, tolerance)


def check_step(step: Any) -> float:
    """The step of the difference quotients, relative to the input: above 0, and large enough to be divided by."""
    if isinstance(step, bool):
        raise TypeError(f"gradcheck: step must be a finite number above 0, got {step}")
    if check_number("gradcheck", "step", step) < 1e-300:
        raise ValueError(f"gradcheck: step must be above 0, 1e-300 at least, got {short(step)}")
    return float(step)


def read_inputs(inputs: Any) -> list[Any]:
    """The inputs as a list of numbers and Values; one that comes alone is a list of one.

    Raises TypeError for what has no order, such as a set, and what is no number; ValueError for an empty list.

    >>> read_inputs(2), read_inputs((1.0, 2.0))
    ([2], [1.0, 2.0])
    >>> read_inputs({1.0, 2.0})
    Traceback (most recent call last):
    TypeError: gradcheck: inputs must be a number, a Value or a list of them, got {1.0, 2.0} (set)
    """
    entries = list(inputs) if is_listed(inputs) else [inputs]
    for x in entries:
        try:
            _ = x if isinstance(x, Value) else to_float(x)
        except TypeError:
            expected = "a number, a Value or a list of them"
            raise TypeError(f"gradcheck: inputs must be {expected}, got {got(inputs)}") from None
    if not entries:
        raise ValueError("gradcheck has no inputs: give at least one number to differentiate by")
    return entries


def check_call(f: Callable[..., Any], inputs: Sequence[Any]) -> None:
    """Raise TypeError if f cannot be called with as many inputs.

    >>> check_call(lambda x, y: x * y, [1.0])
    Traceback (most recent call last):
    TypeError: gradcheck: inputs are 1 number, and f cannot take them: missing a required argument: 'y'
    """
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # written in C, without one: the call itself will tell
        return
    try:
        signature.bind(*inputs)
    except TypeError as error:
        raise TypeError(
            f"gradcheck: inputs are {plural(len(inputs), 'number')}, and f cannot take them: {error}"
        ) from None
