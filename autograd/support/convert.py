"""What counts as a plain number: the one place where numbers from outside come in, and everything else is refused."""

import math
from typing import Any, SupportsFloat, SupportsIndex

from autograd.support.text import got, short

Number = SupportsFloat | SupportsIndex  # float, int, bool, NumPy scalars, Fraction, Decimal


def to_float(x: Any) -> float:
    """The float that x stands for: ±inf for a whole number that is too large for a float.

    Raises TypeError for text, None, complex numbers, lists, arrays: for anything but one real number.

    >>> to_float(2), to_float(True), to_float(10**400)
    (2.0, 1.0, inf)
    >>> to_float("2")
    Traceback (most recent call last):
    TypeError: a Value holds one real number, got the text '2': convert it with float() first
    """
    if isinstance(x, float):
        return float(x)
    if hasattr(x, "local_grads") or not takes_part(x):
        raise TypeError(f"a Value holds one real number, got {got(x)}{_remedy(x)}")
    try:
        return float(x)
    except OverflowError:  # an int beyond 1.8e308
        return math.inf if x > 0 else -math.inf
    except (ValueError, TypeError) as error:  # a signalling Decimal("sNaN")
        raise TypeError(f"a Value holds one real number, got {short(x)}: {error}") from None


def takes_part(x: Any) -> bool:
    """Whether x is a number to an operator of Value; False for what has operators of its own, such as an array.

    Raises TypeError for what can never take part: text, None, complex numbers, lists.
    """
    if isinstance(x, (float, int)):
        return True
    if x is None:
        raise TypeError("a Value holds one real number, got None: did a function forget its return?")
    if isinstance(x, complex):
        raise TypeError(
            f"a Value holds one real number, got the complex {short(x)}: take its .real and .imag, a Value each"
        )
    if isinstance(x, (str, bytes, bytearray)):
        raise TypeError(f"a Value holds one real number, got the text {short(x)}: convert it with float() first")
    if isinstance(x, (list, tuple, dict, set, frozenset)):
        raise TypeError(f"a Value holds one real number, got {got(x)}: make a Value of each element")
    return not getattr(x, "ndim", 0) and (hasattr(x, "__float__") or hasattr(x, "__index__"))


def is_listed(x: Any) -> bool:
    """Whether something can be read entry by entry, in its own order: a list, an array, an iterator.

    No text, no dict, no set, whose order is nobody's choice, and no single number or Value.

    >>> is_listed([0, 1]), is_listed("01"), is_listed({0, 1}), is_listed(0)
    (True, False, False, False)
    """
    return isinstance(x, (list, tuple)) or (
        hasattr(x, "__iter__")
        and not isinstance(x, (str, bytes, bytearray, dict, set, frozenset, type))
        and getattr(x, "ndim", 1) != 0
    )


def _remedy(x: Any) -> str:
    if hasattr(x, "local_grads"):
        return ": use it as it is, or its .data for the number alone"
    return ": make a Value of each element" if getattr(x, "ndim", 0) else ""
