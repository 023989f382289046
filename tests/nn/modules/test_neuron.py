"""Neurons and layers: micrograd's behaviour, fused and unfused, inputs of every kind, refusals."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, topological_order
from nn import Layer, Neuron
from nn.activations import Activation

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def test_a_neuron_is_what_micrograd_says_it_is() -> None:
    neuron = Neuron(2, init="uniform", seed=3)
    rng = random.Random(3)
    assert [w.data for w in neuron.w] == [rng.uniform(-1, 1), rng.uniform(-1, 1)]
    assert neuron.b.data == 0.0
    assert neuron.nonlin
    assert neuron.parameters() == [*neuron.w, neuron.b]
    x = [Value(1.0), Value(-2.0)]
    y = neuron(x)
    assert (y.op, y.operands[0].op) == ("relu", "dot")
    assert y.data == sum((w * v for w, v in zip(neuron.w, x, strict=True)), neuron.b).relu().data


@pytest.mark.parametrize("neuron", [Neuron(3, nonlin=False), Neuron(3, False), Neuron(3, "linear"), Neuron(3, None)])
def test_a_linear_neuron_has_no_activation(neuron: Neuron) -> None:
    assert not neuron.nonlin
    assert neuron([1.0, 2.0, 3.0]).op == "dot"
    assert repr(neuron) == "LinearNeuron(3)"


def test_the_text_of_neurons_and_layers_is_micrograds() -> None:
    assert repr(Neuron(2)) == repr(Neuron(2, True)) == "ReLUNeuron(2)"
    assert repr(Layer(2, 2, nonlin=False)) == "Layer of [LinearNeuron(2), LinearNeuron(2)]"
    assert repr(Neuron(1, "tanh")) == "TanhNeuron(1)"


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), NUMBERS)
def test_fused_and_expanded_neurons_agree_bit_for_bit(pairs: list[tuple[float, float]], bias: float) -> None:
    numbers, gradients = [], []
    for fused in (True, False):
        neuron = Neuron(len(pairs), "linear", fused=fused)
        neuron.load_state_dict({**{f"w{i}": w for i, (w, _) in enumerate(pairs)}, "b": bias})
        x = [Value(v) for _, v in pairs]
        y = neuron(x)
        y.backward()
        numbers.append(repr(y.data))
        gradients.append([repr(p.grad) for p in [*neuron.parameters(), *x]])
    assert numbers[0] == numbers[1]
    assert gradients[0] == gradients[1]


def test_an_expanded_neuron_shows_every_product_and_sum() -> None:
    y = Neuron(3, "relu", fused=False)([1.0, 2.0, 3.0])
    assert [v.op for v in topological_order(y) if v.op] == ["*", "+", "*", "+", "*", "+", "relu"]


def test_the_same_seed_gives_the_same_layer_and_none_a_new_one() -> None:
    def weights(seed: Any) -> list[float]:
        return list(Layer(3, 2, seed=seed).state_dict().values())

    assert weights(5) == weights(5) == weights(random.Random(5))
    assert weights(5) != weights(6)
    assert weights(None) != weights(None)


def test_without_a_seed_the_weights_come_from_pythons_generator_and_with_one_it_is_left_alone() -> None:
    random.seed(5)
    state = random.getstate()
    layer = Layer(2, 2, seed=5)
    assert random.getstate() == state
    assert Layer(2, 2).state_dict() == layer.state_dict()
    assert random.getstate() != state


@pytest.mark.parametrize("n", [1, 3])
def test_a_layer_always_returns_a_list(n: int) -> None:
    outputs = Layer(2, n)([1.0, 2.0])
    assert type(outputs) is list
    assert [type(v) for v in outputs] == [Value] * n


def test_a_layer_with_softmax_gives_shares_of_the_weighted_sums() -> None:
    layer = Layer(2, 3, "softmax", seed=0)
    z = Layer(2, 3, "linear", seed=0)([1.0, 2.0])
    assert [v.data for v in layer([1.0, 2.0])] == [v.data for v in autograd.softmax(z)]
    assert sum(v.data for v in layer([1.0, 2.0])) == pytest.approx(1.0, rel=1e-15)


# ----- Inputs -----


@pytest.mark.parametrize(
    "x", [[1.0, -2.0], (1, -2), np.array([1.0, -2.0]), np.array([1, -2], dtype=np.int8), iter([1.0, -2.0])]
)
def test_any_list_of_numbers_is_an_input(x: Any) -> None:
    layer = Layer(2, 2, "linear", seed=0)
    outputs = layer(x)
    assert [v.data for v in outputs] == [n.b.data + n.w[0].data - 2 * n.w[1].data for n in layer.neurons]
    inputs = outputs[0].operands[2:4]
    assert [(v.label, v.role, v.requires_grad) for v in inputs] == [("x0", "input", False), ("x1", "input", False)]
    assert outputs[1].operands[2:4] == inputs  # made once, shared by all neurons


def test_values_are_used_as_they_are() -> None:
    x, y = Value(1.0, label="IQ"), Value(2.0)
    out = Layer(3, 1, "linear")([x, y, 3.0])[0]
    assert out.operands[3:5] == (x, y)
    assert out.operands[5].label == "x2"
    out.backward()
    assert x.grad == out.operands[0].data
    assert x.label == "IQ"


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([1.0], ValueError, r"takes 2 inputs, got 1: \[1.0\]"),
        ([1.0, 2.0, 3.0], ValueError, r"takes 2 inputs, got 3: \[1.0, 2.0, 3.0\]"),
        ([], ValueError, "takes 2 inputs, got 0"),
        (list(range(100)), ValueError, r"takes 2 inputs, got 100: \[0, 1, 2, .*\.\.\.$"),
        (
            np.ones((2, 2)),
            TypeError,
            r"takes one example, a list of 2 numbers, got a list of 2: call model.predict\(X\)",
        ),
        (3.0, TypeError, r"takes a list of 2 numbers, got 3.0 \(float\)"),
        (Value(3.0), TypeError, r"takes a list of 2 numbers, got Value\(data=3.0.* \(Value\)"),
        (None, TypeError, r"takes a list of 2 numbers, got None \(NoneType\)"),
        ("12", TypeError, r"takes a list of 2 numbers, got '12' \(str\)"),
        ({0: 1.0, 1: 2.0}, TypeError, r"takes a list of 2 numbers, got \{0: 1.0, 1: 2.0\} \(dict\)"),
        ([1.0, "2"], TypeError, "input 1: a Value holds one real number, got the text '2'"),
        ([1.0, None], TypeError, "input 1: .* got None"),
        ([1j, 2.0], TypeError, "input 0: .* got the complex 1j"),
        ([1.0, [2.0]], TypeError, r"input 1: .* got \[2.0\] \(list\)"),
    ],
)
@pytest.mark.parametrize("module", [Neuron(2, seed=0), Layer(2, 3, seed=0)], ids=["neuron", "layer"])
def test_a_bad_input_is_named_and_nothing_changes(
    module: Neuron | Layer, x: Any, error: type[Exception], message: str
) -> None:
    before = module.state_dict()
    with pytest.raises(error, match=message):
        module(x)
    assert module.state_dict() == before
    assert all(p.grad == 0.0 for p in module.parameters())


def test_the_refusal_says_what_was_given_the_input() -> None:
    with pytest.raises(ValueError, match=r"^a layer of 1 input and 2 neurons takes 1 input, got 2"):
        Layer(1, 2)([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^TanhNeuron\(3\) takes 3 inputs, got 2"):
        Neuron(3, "tanh")([1.0, 2.0])


# ----- Making -----


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Neuron(0), ValueError, "nin must be at least 1, got 0"),
        (lambda: Layer(2, -1), ValueError, "nout must be at least 1, got -1"),
        (lambda: Layer(2.0, 1), TypeError, r"nin is a whole number, got 2.0 \(float\)"),  # type: ignore[arg-type]
        (lambda: Neuron("2"), TypeError, r"nin is a whole number, got '2' \(str\)"),  # type: ignore[arg-type]
        (lambda: Neuron(True), TypeError, r"nin is a whole number, got True \(bool\)"),
        (lambda: Neuron(2, "softmax"), ValueError, "softmax goes over a whole layer: give it to a Layer"),
        (lambda: Neuron(2, "rleu"), ValueError, "activation 'rleu' is not known: choose one of linear, relu"),
        (lambda: Neuron(2, 3), TypeError, r"an activation is a name or a function, got 3 \(int\)"),  # type: ignore[arg-type]
        (lambda: Neuron(2, seed=0.5), TypeError, "seed must be a whole number"),  # type: ignore[arg-type]
        (lambda: Neuron(2, init=lambda i, o, rng: "1"), TypeError, "init must return one number for each weight"),  # type: ignore[arg-type,return-value]
        (lambda: Layer(2, 1, init="magic"), ValueError, "init='magic' is not known: choose one of zeros, uniform"),
    ],
)
def test_settings_that_make_no_sense_are_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_numpy_widths_are_whole_numbers() -> None:
    assert len(Layer(np.int64(2), np.int64(3)).parameters()) == 9


def test_init_is_told_both_fans_and_draws_weights_alone() -> None:
    seen = []

    def rule(fan_in: int, fan_out: int, rng: random.Random) -> float:
        seen.append((fan_in, fan_out))
        return 0.25

    layer = Layer(3, 2, init=rule)
    assert seen == [(3, 2)] * 6
    assert [p.data for p in layer.parameters()] == [0.25, 0.25, 0.25, 0.0] * 2


def test_an_activation_of_your_own_over_a_layer() -> None:
    norm = Activation("share", lambda zs: [z / autograd.sum(zs) for z in zs], over_layer=True)
    outputs = Layer(1, 2, norm, init=lambda i, o, rng: 1.0)([3.0])
    assert [v.data for v in outputs] == [0.5, 0.5]
