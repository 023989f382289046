"""Arithmetic on C's doubles: what the hot operations compute, and their slopes where these are more than a number.

`arithmetic.py` records with them and `tape/steps.py` replays with them, so that a recorded graph and its replay give
the same bits. Their rows in `ops` say the same for numbers of any kind; a test holds the two against each other.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd.engine import ieee

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from C's own library
    from autograd.engine.uncompiled import c_cos, c_exp, c_floor, c_fmod, c_log, c_sin, c_sqrt

INF = math.inf
TURN = 2.0 * math.pi
HALF = 2**31  # the smallest number of 32 bits
WORD = 2**32 - 1


def quotient(a: float, b: float) -> float:
    # Compiled, C divides by zero as IEEE 754 says; plain Python raises.
    return ieee.divide(a, b) if b == 0.0 else a / b


def power(x: float, c: float) -> float:
    if c == 2.0:
        return x * x  # exactly rounded, and what PyTorch and NumPy do
    if x < 0.0 and x > -INF and abs(c) % 1.0 > 0.0:
        return math.nan  # where Python turns complex
    try:
        # To mypy a power may be complex; the line above has seen to that.
        return x**c  # type: ignore[no-any-return]
    except (ZeroDivisionError, OverflowError):  # uncompiled only: C's pow answers inf
        return ieee.power(x, c)


def base_slope(x: float, c: float) -> float:
    if c == 0.0:
        return 0.0
    return c * x if c == 2.0 else c * power(x, c - 1.0)


def exponent_slope(x: float, c: float, y: float) -> float:
    return 0.0 if x == 0.0 and c >= 0.0 else y * c_log(x)


def remainder(a: float, b: float) -> float:
    """a - b·⌊a/b⌋ with the sign of b, as Python's % has it; C's has the sign of a."""
    if b == 0.0 or a - a != 0.0:
        return math.nan
    rest = c_fmod(a, b)
    if rest == 0.0:
        return math.copysign(0.0, b)
    return rest + b if (b < 0.0) != (rest < 0.0) else rest


def floor_quotient(a: float, b: float) -> float:
    """⌊a/b⌋ from the remainder, as Python's // has it: a rounded quotient may stand on the next whole number."""
    if b == 0.0 or a - a != 0.0:
        return ieee.floor_divide(a, b)
    rest = c_fmod(a, b)
    whole = (a - rest) / b
    if rest != 0.0 and (b < 0.0) != (rest < 0.0):
        whole -= 1.0
    if whole == 0.0:
        return math.copysign(0.0, a / b)
    floor = c_floor(whole)
    return floor + 1.0 if whole - floor > 0.5 else floor


def log_slope(x: float) -> float:
    return quotient(1.0, x) if x >= 0.0 else math.nan


def logistic(x: float) -> float:
    z = c_exp(-x if x >= 0.0 else x)  # of a number <= 0: it cannot overflow
    return (1.0 if x >= 0.0 else z) / (1.0 + z)


def rectified(x: float) -> float:
    return 0.0 if x < 0.0 else x  # keeps -0.0 and nan


def rectified_slope(x: float) -> float:
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x


def larger(x: float, y: float) -> float:
    if x >= y:
        return x
    return y if y > x else math.nan


def larger_slope(x: float, y: float) -> float:
    """The slope of the larger of two in x."""
    if x > y:
        return 1.0
    if y > x:
        return 0.0
    return 0.5 if x == y else math.nan


def normal_pairs(uniforms: Any, into: Any) -> None:
    """Write standard normal numbers into an array, two from every two uniform ones, as `random.gauss` makes them.

    u, v  ->  √(−2 ln(1 − v)) · cos(2πu), √(−2 ln(1 − v)) · sin(2πu), in this order and with its bits (Box and Muller
    1958). Raises ValueError for an odd length, and for two different ones.

    >>> from array import array
    >>> from random import Random
    >>> rng, numbers = Random(1), array("d", [0.0, 0.0])
    >>> normal_pairs(array("d", [rng.random(), rng.random()]), numbers)
    >>> rng = Random(1)
    >>> numbers.tolist() == [rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)]
    True
    """
    n = len(uniforms)
    if n % 2 or len(into) != n:
        raise ValueError(f"normal_pairs(): {n} uniform numbers for {len(into)} normal ones: give as many, in pairs")
    for i in range(0, n, 2):
        size = c_sqrt(-2.0 * c_log(1.0 - uniforms[i + 1]))
        angle = uniforms[i] * TURN
        into[i] = c_cos(angle) * size
        into[i + 1] = c_sin(angle) * size


def shuffle(order: Any, words: Any) -> int:
    """Mix an array of whole numbers as `random.shuffle` does it with a generator whose next words of 32 bits are these.

    From the last place on, an entry changes places with one before it, or itself: a word's upper bits, as many as the
    number of candidates has, say which one, and words that say one too high are skipped (Fisher and Yates 1938).
    Returns how many words were used; -1 if there are too few.

    >>> from array import array
    >>> from random import Random
    >>> rng, numbers, order = Random(1), array("q", [0, 1, 2, 3, 4]), [0, 1, 2, 3, 4]
    >>> used = shuffle(numbers, array("Q", [rng.getrandbits(32) for _ in range(20)]))
    >>> Random(1).shuffle(order)
    >>> numbers.tolist() == order
    True
    """
    used, shift, half = 0, 0, HALF
    for i in range(len(order) - 1, 0, -1):
        while i + 1 < half:
            shift += 1
            half >>= 1
        while True:
            if used == len(words):
                return -1
            k = (words[used] & WORD) >> shift
            used += 1
            if k <= i:
                break
        order[i], order[k] = order[k], order[i]
    return used
