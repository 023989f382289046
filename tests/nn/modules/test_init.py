"""Initial weights: the bounds and deviations of the field's formulas, drawn from the generator that is given."""

import math
import statistics
from functools import partial
from random import Random
from typing import Any

import pytest
import torch

from nn import init
from nn.init import RULES, InitRule

FANS = [(16, 4), (1, 1), (784, 16), (3, 100)]
UNIFORM = {
    "uniform": lambda i, o: 1.0,
    "xavier_uniform": lambda i, o: math.sqrt(6 / (i + o)),
    "he_uniform": lambda i, o: math.sqrt(6 / i),
}
NORMAL = {
    "normal": lambda i, o: 1.0,
    "xavier_normal": lambda i, o: math.sqrt(2 / (i + o)),
    "he_normal": lambda i, o: math.sqrt(2 / i),
}


def drawn(rule: InitRule, fan_in: int, fan_out: int, n: int = 4000) -> list[float]:
    rng = Random(0)
    return [rule(fan_in, fan_out, rng) for _ in range(n)]


@pytest.mark.parametrize("name", UNIFORM)
@pytest.mark.parametrize(("fan_in", "fan_out"), FANS)
def test_uniform_rules_fill_their_bounds(name: str, fan_in: int, fan_out: int) -> None:
    bound = UNIFORM[name](fan_in, fan_out)
    weights = drawn(init.get(name), fan_in, fan_out)
    assert 0.99 * bound < max(weights) <= bound
    assert -0.99 * bound > min(weights) >= -bound
    assert statistics.fmean(weights) == pytest.approx(0.0, abs=0.05 * bound)
    assert statistics.pstdev(weights) == pytest.approx(bound / math.sqrt(3), rel=0.05)


@pytest.mark.parametrize("name", NORMAL)
@pytest.mark.parametrize(("fan_in", "fan_out"), FANS)
def test_normal_rules_have_their_deviation(name: str, fan_in: int, fan_out: int) -> None:
    std = NORMAL[name](fan_in, fan_out)
    weights = drawn(init.get(name), fan_in, fan_out)
    assert statistics.fmean(weights) == pytest.approx(0.0, abs=0.05 * std)
    assert statistics.pstdev(weights) == pytest.approx(std, rel=0.05)
    assert 2.5 * std < max(map(abs, weights)) < 6 * std  # tails that no uniform rule has


def test_figures_of_pytorch() -> None:
    # 16 inputs, 4 outputs
    assert UNIFORM["xavier_uniform"](16, 4) == pytest.approx(0.5477225575051661, rel=1e-15)
    assert NORMAL["xavier_normal"](16, 4) == pytest.approx(0.31622776601683794, rel=1e-15)
    assert UNIFORM["he_uniform"](16, 4) == pytest.approx(0.6123724356957945, rel=1e-15)
    assert NORMAL["he_normal"](16, 4) == pytest.approx(0.3535533905932738, rel=1e-15)


def test_settings_are_bound_with_partial() -> None:
    assert set(drawn(partial(init.uniform, low=2.0, high=2.0), 2, 2, 10)) == {2.0}
    assert set(drawn(partial(init.normal, mean=3.0, std=0.0), 2, 2, 10)) == {3.0}
    for name in ("xavier_uniform", "xavier_normal", "he_uniform", "he_normal"):
        rule: Any = RULES[name]
        twice = drawn(partial(rule, gain=2.0), 8, 8, 10)
        once = drawn(partial(rule, gain=1.0), 8, 8, 10)
        assert twice == pytest.approx([2 * x for x in once], rel=1e-14)


def test_zeros_are_zeros_and_draw_nothing() -> None:
    rng = Random(0)
    state = rng.getstate()
    assert [init.zeros(3, 4, rng) for _ in range(3)] == [0.0] * 3
    assert rng.getstate() == state


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("glorot_uniform", "xavier_uniform"), ("glorot_normal", "xavier_normal"),
        ("kaiming_uniform", "he_uniform"), ("kaiming_normal", "he_normal"), ("He_Normal", "he_normal"),
    ],
)  # fmt: skip
def test_other_names_of_the_same_rules(alias: str, name: str) -> None:
    assert init.get(alias) is RULES[name]


def test_none_is_micrograds_rule_and_a_function_is_taken_as_it_is() -> None:
    def rule(fan_in: int, fan_out: int, rng: Random) -> float:
        return 1.0

    assert init.get(None) is init.uniform
    assert init.get(rule) is rule
    assert init.uniform(5, 5, Random(1337)) == Random(1337).uniform(-1, 1)


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="init='magic' is not known: choose one of zeros, uniform, normal"):
        init.get("magic")
    with pytest.raises(TypeError, match=r"init is a name or a function .*, got 0\.1"):
        init.get(0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "relu", "selu"])
def test_gains_are_those_of_pytorch(name: Any) -> None:
    assert init.gain(name) == pytest.approx(torch.nn.init.calculate_gain(name), rel=1e-15)


@pytest.mark.parametrize("slope", [0.01, 0.2])
def test_the_gain_of_a_leaky_relu_depends_on_its_slope(slope: float) -> None:
    assert init.gain("leaky_relu", slope) == pytest.approx(torch.nn.init.calculate_gain("leaky_relu", slope), rel=1e-15)


def test_no_gain_is_known_for_others() -> None:
    with pytest.raises(ValueError, match=r"no gain is known for 'mish': choose one of linear, .*, leaky_relu"):
        init.gain("mish")


def test_a_generator_is_passed_on_and_a_seed_starts_one() -> None:
    rng = Random(0)
    assert init.generator(rng) is rng
    assert init.generator(3).random() == Random(3).random()
    assert init.generator(None).random() != init.generator(None).random()
    with pytest.raises(TypeError, match=r"seed must be a whole number, a random.Random or None, got '1'"):
        init.generator("1")  # type: ignore[arg-type]
