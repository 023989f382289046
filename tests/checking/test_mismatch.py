"""When all gradients by hand are off by one factor, and when they are not: to whatever digits they are written."""

import math
from random import Random

import pytest

from autograd.checking.mismatch import Row, same_factor
from tests.checking.planted import digits

# Numbers by the engine and by hand, and the factor that all are off by; nan if there is none.
FACTORS: list[tuple[list[float], list[float], float]] = [
    ([6.0, 6.0], [3.0, 1.0], math.nan),  # 2 and 6, although 3 may stand for 2.5 and 1 for 1.5
    ([6.0, 6.0], [3.0, 4.0], math.nan),
    ([6.0, -8.0], [3.0, -4.0], 2.0),
    ([6.0, -8.0], [3.0, 4.0], math.nan),
    ([5.2, 7.1], [3.0, 4.0], math.nan),  # whole numbers tell no factor that is near
    ([0.3127, -0.05813, 1.2471], [0.104, -0.0194, 0.416], 3.0),
    ([0.3127, -0.05813, 1.2471], [0.104, -0.0194, 0.42], math.nan),  # or 0.420, and then there is none
    ([0.36031, 2.4012], [0.18, 1.2], math.nan),  # two digits each
    ([0.36031, 2.4012, 0.84931], [0.18, 1.2, 0.425], 2.0),  # 1.20 loses its 0
    ([2.0, 0.0], [1.0, 3.0], math.nan),
    ([2.0, 4.0], [1.0, 0.0], math.nan),
    ([2.0, math.inf], [1.0, 2.0], math.nan),
    ([2.0], [1.0], math.nan),
]


def rows(engine: list[float], hand: list[float]) -> list[Row]:
    return [Row(f"w{i}", a, b, agrees=False) for i, (a, b) in enumerate(zip(engine, hand, strict=True))]


@pytest.mark.parametrize(("engine", "hand", "factor"), FACTORS)
def test_one_factor_or_none(engine: list[float], hand: list[float], factor: float) -> None:
    assert same_factor(rows(engine, hand)) == pytest.approx(factor, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("precision", [3, 4, 6, 17])
def test_a_factor_of_all_is_found_to_the_digits_written_and_another_one_of_the_last_spoils_it(precision: int) -> None:
    random, found = Random(precision), 0
    for _ in range(200):
        factor = random.choice((-1, 1)) * math.exp(random.uniform(-2.0, 2.0))
        engine = [random.choice((-1, 1)) * random.uniform(0.01, 3.0) for _ in range(random.randint(2, 6))]
        hand = [digits(x / factor, precision) for x in engine]
        said = same_factor(rows(engine, hand))
        found += math.isclose(said, factor, rel_tol=10.0 ** (1 - min(precision, 9)))
        hand[-1] = digits(hand[-1] * random.choice((0.5, 0.95, 1.06, 2.0, -1.0)), precision)
        assert math.isnan(same_factor(rows(engine, hand))), (engine, hand)
    assert found >= 190
