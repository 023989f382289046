"""Where random numbers start: at a seed, or without one at Python's own generator, the one of `random.seed(1337)`.

own_generator(7)     ->  Random(7)
own_generator(None)  ->  Random(so many bits, drawn from Python's generator)
"""

from __future__ import annotations

import random
from random import Random

from autograd.support.settings import check_seed

PYTHONS: Random = random._inst
"""The generator behind `random.random()`, `random.uniform()` and their like."""


def new_seed() -> int:
    """A seed, by one draw from Python's generator."""
    return PYTHONS.getrandbits(48)


def own_generator(owner: str, seed: int | Random | None) -> Random:
    """A generator for numbers that are drawn later, as dropout does; for None it starts at one draw from Python's.

    A generator that is given is passed on. Raises TypeError for anything else, in which the owner is named.

    >>> random.seed(7)
    >>> first = own_generator("Dropout", None).random()
    >>> random.seed(7)
    >>> own_generator("Dropout", None).random() == first
    True
    """
    start = check_seed(owner, "seed", seed)
    return start if isinstance(start, Random) else Random(new_seed() if start is None else start)
