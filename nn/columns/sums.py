"""The exact sum of an array, rounded once: the number that `math.fsum` gives for a list, in a sixth of the time.

And the length of one, √(Σ x²), rounded once too: the number that `math.hypot` gives, without an object for each entry.

Every number is cut in two at the same binary place. The upper parts are whole multiples of that place, and few enough
bits long that they add up without rounding, in any order; the lower parts are cut again, until nothing is left.

    numbers [1, 2⁻⁶⁰, −1], σ = 2⁴    upper parts (x + σ) − σ = [1, 0, −1], sum 0;  left [0, 2⁻⁶⁰, 0]
                           σ = 2⁻⁵⁶  upper parts [0, 2⁻⁶⁰, 0], sum 2⁻⁶⁰;           left [0, 0, 0]
    the sum: 0 + 2⁻⁶⁰

(Rump, Ogita and Oishi 2008, "Accurate floating-point summation", the extraction of a vector)
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_EXPONENT = 1023
BLOCK = 1 << 14  # numbers whose squares and their parts stay in the cache
SPLIT = 2.0**27 + 1.0  # cuts a number in two of 26 bits each
MIDDLE = 1000  # exponents so far from 0 leave room for squares, once scaled


def exact_sum(numbers: NDArray[np.float64]) -> float:
    """The sum of an array of any shape, rounded once, however much of it cancels.

    Raises OverflowError and ValueError as `math.fsum`: for a sum beyond 1.8e308, and for inf and -inf together.

    >>> import numpy as np
    >>> exact_sum(np.array([1.0, 2.0**-60, -1.0])) == 2.0**-60
    True
    """
    import numpy as np

    headroom = (numbers.size + 2).bit_length()  # 2^headroom is more than there are numbers
    parts: list[float] = []
    rest, upper = numbers, np.empty_like(numbers)
    while True:
        largest = float(max(rest.max(), -rest.min())) if rest.size else 0.0
        if largest == 0.0:
            return math.fsum(parts)
        exponent = math.frexp(largest)[1] + headroom
        if not math.isfinite(largest) or exponent > LARGEST_EXPONENT:
            return math.fsum(numbers.ravel().tolist())
        sigma = math.ldexp(1.0, exponent)
        # Cut at the last place of σ; both steps and the difference below are exact but for the cut itself.
        np.add(rest, sigma, out=upper)
        upper -= sigma
        parts.append(float(upper.sum()))
        rest = rest - upper if rest is numbers else np.subtract(rest, upper, out=rest)


def exact_length(numbers: NDArray[np.float64]) -> float:
    """√(Σ x²) over an array of any shape, rounded once, whatever the sizes.

    Every square is taken as a number and its rounding error, of 26-bit halves (Dekker 1971, "A floating-point technique
    for extending the available precision"); the sum of these, cut as in `exact_sum`, is a fraction of whole numbers.

    >>> import numpy as np
    >>> exact_length(np.array([3e200, 4e200])), exact_length(np.array([]))
    (5e+200, 0.0)
    """
    import numpy as np

    flat = numbers.ravel()
    largest = float(np.abs(flat).max(initial=0.0))
    exponent = math.frexp(largest)[1]
    if largest == 0.0 or not math.isfinite(largest) or abs(exponent) > MIDDLE:
        return math.hypot(*flat.tolist())
    total = Fraction()
    for start in range(0, len(flat), BLOCK):
        x = np.ldexp(flat[start : start + BLOCK], -exponent)  # below 1
        square = x * x
        head = SPLIT * x
        head -= head - x
        tail = x - head
        error = tail * tail - ((square - head * head) - 2.0 * head * tail)
        # Two cuts, at 2⁻³⁷ and 2⁻⁷⁵: parts of so many places add up without rounding, and what is left is too small.
        for sigma in (2.0**15, 2.0**-23):
            upper = (square + sigma) - sigma
            total += Fraction(float(upper.sum()))
            square -= upper
        total += Fraction(float(square.sum())) + Fraction(float(error.sum()))
    root = Fraction(math.sqrt(total))
    return math.ldexp(float(root + (total - root * root) / (2 * root)), exponent)
