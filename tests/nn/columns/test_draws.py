"""Many random numbers at once are those of single calls, and leave the generator where these would."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from nn.columns import normals, shuffled, uniforms
from nn.columns.draws import MANY


class Loaded(Random):
    """A generator of somebody's own."""

    def random(self) -> float:
        return super().random() ** 2


def mixed(rng: Random, n: int) -> list[int]:
    order = list(range(n))
    rng.shuffle(order)
    return order


DRAWS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "uniforms": (uniforms, lambda rng, n: [rng.random() for _ in range(n)]),
    "normals": (normals, lambda rng, n: [rng.gauss(0.0, 1.0) for _ in range(n)]),
    "shuffled": (shuffled, mixed),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [0, 1, MANY - 1, MANY, MANY + 1, 2 * MANY + 7, 2**16 + 1])
@pytest.mark.parametrize("kind", [Random, Loaded])
@pytest.mark.parametrize("before", [0, 1, 700])
@pytest.mark.parametrize("kept", [False, True])
def test_the_same_numbers_and_generator(name: str, n: int, kind: type[Random], before: int, kept: bool) -> None:
    at_once, one_by_one = DRAWS[name]
    many, single = kind(3), kind(3)
    for rng in (many, single):
        if kept:
            rng.gauss(0.0, 1.0)  # which keeps a second number for later
        for _ in range(before):
            rng.random()
    assert at_once(many, n).tolist() == one_by_one(single, n)
    assert many.getstate() == single.getstate()
