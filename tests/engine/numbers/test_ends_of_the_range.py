"""Values and slopes of every row at zeros, infinities, nan and the largest and smallest floats: PyTorch's.

Where the engine's are others, the row stands in `DIFFERENT`, with what makes them so.
"""

import itertools
import math
from collections.abc import Callable

import pytest

from tests.engine.oracle import TWINS, Point, Twin, agree, partials, torch_partials

ENDS = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e308, 5e-324)
FEW = (0.0, -1.0, math.inf, -math.inf, math.nan, 1e308)
TINY = 5e-324


def anywhere(*xs: float) -> bool:
    return True


def with_nan(*xs: float) -> bool:
    return any(x != x for x in xs)


# Why, and at which points alone.
DIFFERENT: dict[str, tuple[str, Callable[..., bool]]] = {
    "log": ("no slope outside of the domain", lambda x: x < 0.0),
    "log2": ("no slope outside of the domain", lambda x: x < 0.0),
    "log10": ("no slope outside of the domain", lambda x: x < 0.0),
    "log1p": ("no slope outside of the domain", lambda x: x < -1.0),
    "acosh": ("no slope outside of the domain", lambda x: x < 1.0),
    "atanh": ("no slope outside of the domain", lambda x: abs(x) > 1.0),
    "cbrt": ("PyTorch has none: the twin is a power", lambda x: x == 0.0),
    "xlogy": ("0·ln 0 is 0 with both slopes 0", lambda x, y: x == y == 0.0),
    "logaddexp": ("½ to each of two equal infinities", lambda a, b: a == b and math.isinf(a)),
    "atan2": ("PyTorch squares 5e-324 on the way", lambda b, a: TINY in (a, b)),
    "hypot": ("the smallest subgradient at the origin", lambda a, b: a == b == 0.0),
    "maximum": ("nan takes its slope along", with_nan),
    "minimum": ("nan takes its slope along", with_nan),
    "relu": ("nan takes its slope along", with_nan),
    "selu": ("of a nan, the slope from below", with_nan),
    "clamp": ("between bounds that are equal, the lower one moves the result; of a nan, no bound does",
              lambda x, lo, hi: lo == hi or x != x),
    "softsign": ("the limit: 0", lambda x: math.isinf(x)),
    "elu": ("PyTorch takes no α that moves: the twin is a formula", anywhere),
    "softplus": ("PyTorch takes no β that moves: the twin is a formula", anywhere),
    "hardtanh": ("PyTorch takes no bounds that move: the twin is a formula", anywhere),
    "prod": ("PyTorch divides by the factor; here the others are multiplied", anywhere),
    "norm": ("hypot by hypot: nothing overflows, and inf beside nan is inf", anywhere),
    "logsumexp": ("two that are equally large have ½ each", lambda *xs: xs.count(1e308) > 1),
}  # fmt: skip


def points(twin: Twin) -> list[Point]:
    count = len(twin.points[0])
    if twin.name == "where":
        return list(itertools.product((0.0, 1.0), FEW, FEW))
    return list(itertools.product(ENDS if count < 3 else FEW, repeat=count)) if count < 4 else []


def differences(twin: Twin, tried: list[Point]) -> list[Point]:
    different = []
    for point in tried:
        expected, got = torch_partials(twin.torch, point, 1), partials(twin.ours, point, 1)
        if not all(agree(got[path], number, 1e-12) for path, number in expected.items()):
            different.append(point)
    return different


SHOWN = [twin for twin in TWINS if twin.name not in ("polygamma", "digamma", "lgamma", "dot")]  # see test_polygamma


@pytest.mark.parametrize("twin", SHOWN, ids=lambda twin: twin.name)
def test_values_and_slopes_are_those_of_pytorch(twin: Twin) -> None:
    different = differences(twin, points(twin))
    assert not [point for point in different if twin.name not in DIFFERENT or not DIFFERENT[twin.name][1](*point)]
    assert bool(different) == (twin.name in DIFFERENT), "the table names a row that is PyTorch's"
