"""Random numbers for a whole batch at once: the very ones that Python's generator would give one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from random import Random

import numpy as np
from numpy.typing import NDArray

from nn.stand_in import Drawn

MANY = 2000  # handing the state over takes as long as so many single draws
STATE = 624


def uniforms(rng: Random, n: int) -> NDArray[np.float64]:
    """The next n numbers of `rng.random()`, after which the generator stands where n calls would have left it.

    Python and NumPy share generator (MT19937) and the way from its bits to a float; so many numbers are drawn by NumPy.

    >>> rng, other = Random(1), Random(1)
    >>> uniforms(rng, 3000).tolist() == [other.random() for _ in range(3000)], rng.random() == other.random()
    (True, True)
    """
    if n < MANY or type(rng) is not Random:
        return np.array([rng.random() for _ in range(n)])
    version, state, gauss = rng.getstate()
    bits = np.random.MT19937()
    bits.state = {
        "bit_generator": "MT19937",
        "state": {"key": np.array(state[:STATE], dtype=np.uint32), "pos": state[STATE]},
    }
    numbers = np.random.Generator(bits).random(n)
    after = bits.state["state"]
    rng.setstate((version, (*after["key"].tolist(), int(after["pos"])), gauss))
    return numbers


class Block:
    """Dropouts of one stage that draw from one generator, example by example; `starts` are their first columns."""

    def __init__(self, drawn: Sequence[Drawn], starts: Sequence[int]) -> None:
        self.rng = drawn[0].rng
        layers = [(d.layer, len(d.factors)) for d in drawn]
        self.columns = np.concatenate([np.arange(a, a + n) for a, (_, n) in zip(starts, layers, strict=True)])
        self.p = np.concatenate([np.full(n, layer.p) for layer, n in layers])
        self.scale = np.concatenate([np.full(n, layer.scale) for layer, n in layers])

    def draw(self, examples: int) -> NDArray[np.float64]:
        """New factors: a row for each example."""
        numbers = uniforms(self.rng, examples * len(self.p)).reshape(examples, -1)
        return np.where(numbers < self.p, 0.0, self.scale)


def blocks_of(drawn: Sequence[Drawn], first: int) -> list[Block]:
    """The dropouts that were asked, by stage and generator; their columns begin at `first`.

    A stage of the model goes through all examples before the next one begins.
    """
    starts = accumulate([first, *[len(d.factors) for d in drawn]])
    groups: dict[tuple[int, int], list[tuple[Drawn, int]]] = {}
    for d, start in zip(drawn, starts, strict=False):
        groups.setdefault((d.stage, id(d.rng)), []).append((d, start))
    return [Block([d for d, _ in group], [start for _, start in group]) for group in groups.values()]
