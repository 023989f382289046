"""Initial weights: the bounds and deviations of the field's formulas, drawn from the generator that is given."""

import math
import random
import statistics
from functools import partial
from random import Random
from typing import Any

import pytest
import torch

import autograd
from nn import MLP, Layer, Neuron, activations, init
from nn.init import RULES, InitRule

FANS = [(16, 4), (1, 1), (784, 16), (3, 100)]
UNIFORM = {
    "uniform": lambda i, o: 1.0,
    "xavier_uniform": lambda i, o: math.sqrt(6 / (i + o)),
    "he_uniform": lambda i, o: math.sqrt(6 / i),
    "lecun_uniform": lambda i, o: math.sqrt(3 / i),
}
NORMAL = {
    "normal": lambda i, o: 1.0,
    "xavier_normal": lambda i, o: math.sqrt(2 / (i + o)),
    "he_normal": lambda i, o: math.sqrt(2 / i),
    "lecun_normal": lambda i, o: math.sqrt(1 / i),
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


def test_a_function_is_taken_as_it_is() -> None:
    def rule(fan_in: int, fan_out: int, rng: Random) -> float:
        return 1.0

    assert init.get(rule) is init.get(rule, "relu") is rule
    assert init.uniform(5, 5, Random(1337)) == Random(1337).uniform(-1, 1)


# ----- The rule of a layer that is given none -----

HE = ("relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh", "mish", "softplus", "logsigmoid")
GLOROT = ("linear", "sigmoid", "tanh", "hardtanh", "softsign", "softmax", "log_softmax")
DEFAULT = {**dict.fromkeys(HE, "he_normal"), **dict.fromkeys(GLOROT, "xavier_uniform"), "selu": "lecun_normal"}


@pytest.mark.parametrize("activation", [*activations.NAMES, *activations.ALIASES])
def test_the_activation_decides_about_the_weights(activation: str) -> None:
    rule = DEFAULT[activations.ALIASES.get(activation, activation)]
    layer = Layer(5, 3, activation, seed=0)
    assert layer.state_dict() == Layer(5, 3, activation, init=rule, seed=0).state_dict()
    assert {neuron.init for neuron in layer.neurons} == {rule}
    if activation not in activations.OVER_A_LAYER:
        assert Neuron(5, activation, seed=0).state_dict() == Neuron(5, activation, init=rule, seed=0).state_dict()
    other = "uniform" if rule != "uniform" else "zeros"
    assert layer.state_dict() != Layer(5, 3, activation, init=other, seed=0).state_dict()


def test_functions_and_other_operations_have_glorots_rule() -> None:
    assert Neuron(3, lambda z: z * z).init == Neuron(3, "sin").init == "xavier_uniform"
    assert Neuron(3, autograd.relu).init == "he_normal"


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_layers_of_a_network_have_each_their_own(activation: str, batch_norm: bool) -> None:
    """Where a normalisation stands between weights and activation, the weights are made for the activation too."""
    dense = [m for m in MLP(3, [4, 4, 2], activation, batch_norm=batch_norm, dropout=0.1) if isinstance(m, Layer)]
    assert [m.neurons[0].init for m in dense] == [DEFAULT[activation]] * 2 + ["xavier_uniform"]


@pytest.mark.parametrize("activation", HE + GLOROT[1:4] + ("selu",))
def test_numbers_neither_grow_nor_fade_on_the_way_through_ten_layers(activation: str) -> None:
    rng = Random(0)
    model = MLP(32, [32] * 10, activation, activation, seed=0)
    outputs = [model([rng.gauss(0.0, 1.0) for _ in range(32)]) for _ in range(20)]
    assert 0.01 < statistics.fmean(abs(v.data) for row in outputs for v in row) < 5.0


def test_a_rule_has_a_name() -> None:
    class Rule:
        def __call__(self, fan_in: int, fan_out: int, rng: Random) -> float:
            return 0.5

    rules: list[Any] = ["glorot_uniform", partial(init.normal, std=0.1), Rule(), init.zeros]
    names = ["xavier_uniform", "normal(std=0.1)", "Rule", "zeros"]
    assert [Neuron(1, init=rule).init for rule in rules] == names


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


def test_a_generator_is_passed_on_a_seed_starts_one_and_none_is_pythons() -> None:
    rng = Random(0)
    assert init.generator(rng) is rng
    assert init.generator(3).random() == Random(3).random()
    assert init.generator(None) is random.seed.__self__  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"seed must be a whole number, a random.Random or None, got '1'"):
        init.generator("1")  # type: ignore[arg-type]
