"""Many random numbers at once, those that Python's generator would give one by one, bit for bit.

Random(1).random() three times   ->   uniforms(Random(1), 3)        Random(1).gauss(0, 1) three times   ->   normals

Python and NumPy share the generator, MT19937, and the way from its bits to a float; so NumPy draws uniform numbers, and
the generator is set to where so many calls would have left it.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from autograd.engine.kernels import normal_pairs, shuffle

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

MANY = 2000  # random numbers: handing the state of a generator over takes as long as so many single draws
STATE = 624  # words of a Mersenne Twister
SPARE = 1000


def uniforms(rng: Random, n: int) -> Numbers:
    """The next n numbers of `rng.random()`, after which the generator stands where n calls would have left it.

    >>> rng, other = Random(1), Random(1)
    >>> uniforms(rng, 3000).tolist() == [other.random() for _ in range(3000)], rng.random() == other.random()
    (True, True)
    """
    import numpy as np  # at first use: `import nn` loads no library

    if n < MANY or type(rng) is not Random:  # a class of the user's own may draw otherwise
        return np.array([rng.random() for _ in range(n)], dtype=np.float64)
    bits = _as_numpys(rng)
    numbers = np.random.Generator(bits).random(n)
    _leave_as(rng, bits)
    return numbers


def shuffled(rng: Random, n: int) -> NDArray[np.intp]:
    """0 to n − 1 in the order that `rng.shuffle` gives them, with the generator left as it leaves it.

    >>> rng, other, order = Random(1), Random(1), list(range(3000))
    >>> other.shuffle(order)
    >>> shuffled(rng, 3000).tolist() == order, rng.getstate() == other.getstate()
    (True, True)
    """
    import numpy as np

    if n >= MANY and type(rng) is Random:
        order = np.arange(n, dtype=np.intp)
        # Each place needs less than two words on average.
        used = shuffle(order, _as_numpys(rng).random_raw(2 * n + SPARE))
        if used >= 0:
            bits = _as_numpys(rng)
            bits.random_raw(used, output=False)
            _leave_as(rng, bits)
            return order
    mixed = list(range(n))
    rng.shuffle(mixed)
    return np.array(mixed, dtype=np.intp)


def _as_numpys(rng: Random) -> np.random.MT19937:
    """NumPy's generator in the state of Python's."""
    import numpy as np

    _, state, _ = rng.getstate()
    bits = np.random.MT19937(0)
    bits.state = {
        "bit_generator": "MT19937",
        "state": {"key": np.array(state[:STATE], dtype=np.uint32), "pos": state[STATE]},
    }
    return bits


def _leave_as(rng: Random, bits: np.random.MT19937) -> None:
    version, _, gauss = rng.getstate()
    after: Any = bits.state["state"]
    rng.setstate((version, (*after["key"].tolist(), int(after["pos"])), gauss))


def normals(rng: Random, n: int) -> Numbers:
    """The next n numbers of `rng.gauss(0.0, 1.0)`, with the generator left as `uniforms` leaves it.

    Python draws two at a time and keeps the second for the next call; one that it has kept comes first.

    >>> rng, other = Random(1), Random(1)
    >>> rng.gauss(0.0, 1.0) == other.gauss(0.0, 1.0)
    True
    >>> normals(rng, 3000).tolist() == [other.gauss(0.0, 1.0) for _ in range(3000)]
    True
    >>> rng.getstate() == other.getstate()
    True
    """
    import numpy as np

    if n < MANY or type(rng) is not Random:
        return np.array([rng.gauss(0.0, 1.0) for _ in range(n)], dtype=np.float64)
    version, state, kept = rng.getstate()
    first = [] if kept is None else [kept]
    pairs = (n - len(first) + 1) // 2
    numbers = np.empty(2 * pairs)
    normal_pairs(uniforms(rng, 2 * pairs), numbers)
    over = len(first) + 2 * pairs > n
    version, state, _ = rng.getstate()
    rng.setstate((version, state, float(numbers[-1]) if over else None))
    return np.concatenate((first, numbers[:-1] if over else numbers))
