"""Networks: micrograd's API, PyTorch's outputs and gradients, seeds, refusals."""

import copy
import pickle
import random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, no_grad, topological_order
from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Neuron, Sequential, to_torch
from nn.activations import NAMES

WIDTHS = st.lists(st.integers(1, 6), min_size=2, max_size=5)


def untyped(x: Any) -> Any:
    """x, of a type that no checker objects to."""
    return x


def numbers(model: Module) -> list[float]:
    return [p.data for p in model.parameters()]


def test_micrograds_network_is_this_one() -> None:
    random.seed(1337)
    model = MLP(2, [16, 16, 1], init="uniform")
    rng = random.Random(1337)
    assert len(model.parameters()) == 337
    for layer in model.layers:
        assert isinstance(layer, Layer)
        for neuron in layer.neurons:
            assert [w.data for w in neuron.w] == [rng.uniform(-1, 1) for _ in neuron.w]
            assert neuron.b.data == 0.0
    assert random.getstate() == rng.getstate()  # and nothing else was drawn
    assert [neuron.nonlin for layer in model.layers for neuron in layer.neurons] == [True] * 32 + [False]  # type: ignore[attr-defined]
    y = model([Value(1.0), -2.0])
    assert type(y) is Value
    y.backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    for p in model.parameters():
        p.data -= 0.1 * p.grad
    assert repr(MLP(1, [1, 1])) == "MLP of [Layer of [ReLUNeuron(1)], Layer of [LinearNeuron(1)]]"


@given(WIDTHS)
def test_a_layer_has_inputs_times_neurons_plus_neurons_parameters(widths: list[int]) -> None:
    nin, *nouts = widths
    model = MLP(nin, nouts)
    counts = [len(layer.parameters()) for layer in model.layers]
    assert counts == [i * o + o for i, o in zip(widths, nouts, strict=False)]
    assert len(model.parameters()) == sum(counts)
    assert (model.nin, model.nouts) == (nin, nouts)


class Twice(Module):
    """A module of the user's own, which gives twice as many numbers as it takes."""

    def __call__(self, x: Any) -> Any:
        return [*x, *x]


class Halving(Layer):
    """A layer that gives another number than it has neurons."""

    def __call__(self, x: Any) -> Any:
        return super().__call__(x)[::2]


@pytest.mark.parametrize(
    ("layers", "match"),
    [
        (
            [Layer(2, 3), Layer(4, 1)],
            r"layer 1, Layer\(4, 1\), takes 4 and layer 0, Layer\(2, 3\), gives 3: the numbers",
        ),
        (
            [Layer(2, 3), Dropout(0.5), ActivationLayer("tanh"), Layer(2, 1)],
            r"layer 3, .* takes 2 and layer 0, .* gives 3",
        ),
        ([Layer(2, 3), BatchNorm(2)], r"layer 1, BatchNorm\(2\), takes 2 and layer 0, Layer\(2, 3\), gives 3"),
        ([BatchNorm(3), Layer(2, 3)], r"layer 1, Layer\(2, 3\), takes 2 and layer 0, BatchNorm\(3\), gives 3"),
        ([Neuron(2), Layer(2, 1)], r"takes 2 and layer 0, ReLUNeuron\(2\), gives 1"),
        ([Layer(2, 3), Neuron(2)], r"layer 1, ReLUNeuron\(2\), takes 2 and layer 0"),
        ([Layer(2, 3), Sequential(Dropout(0.1), Layer(4, 1))], "layer 1, Sequential, takes 4 and layer 0"),
        ([Sequential(Layer(2, 3), Dropout(0.1)), Layer(4, 1)], "takes 4 and layer 0, Sequential, gives 3"),
        ([MLP(2, [3, 5]), MLP(4, [1])], "layer 1, MLP, takes 4 and layer 0, MLP, gives 5"),
    ],
)
def test_layers_that_do_not_fit_are_refused(layers: list[Module], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Sequential(*layers)


@pytest.mark.parametrize(
    "layers",
    [
        [Layer(2, 3), Twice(), Layer(6, 1)],
        [Halving(2, 4), Layer(2, 1)],
        [Dropout(0.5), Layer(2, 3), BatchNorm(3), ActivationLayer("softmax"), Dropout(0.5), Layer(3, 1)],
        [Layer(2, 1), Neuron(1)],
        [Sequential(Dropout(0.5)), Layer(2, 1)],
        [Sequential(Layer(2, 3), Twice()), Layer(6, 1)],
        [Sequential(Twice(), Layer(4, 1))],
    ],
)
def test_layers_that_fit_or_that_nobody_knows_of_are_taken(layers: list[Module]) -> None:
    assert isinstance(Sequential(*layers).eval()([1.0, -2.0]), Value)


@pytest.mark.parametrize(
    ("rate", "error"), [("a", TypeError), (None, TypeError), (1.1, ValueError), (-0.1, ValueError)]
)
def test_the_rate_of_dropout(rate: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=f"MLP: dropout must be a number from 0 to 1, got {rate!r}"):
        MLP(2, [1], dropout=rate)


def test_a_list_of_layers_is_given_with_a_star() -> None:
    with pytest.raises(TypeError, match=r"in place 0; write Sequential\(\*layers\) for a list of layers"):
        Sequential(untyped([Layer(2, 1)]))


@pytest.mark.parametrize("name", ["batch_norm", "fused"])
def test_flags_are_no_texts(name: str) -> None:
    with pytest.raises(TypeError, match=f"MLP: {name} must be True or False, got 'no'"):
        MLP(2, [1], **{name: untyped("no")})


@given(WIDTHS, st.integers(0, 99))
def test_one_output_is_a_value_and_several_are_a_list(widths: list[int], seed: int) -> None:
    nin, *nouts = widths
    output = MLP(nin, nouts, "tanh", seed=seed)([0.5] * nin)
    assert isinstance(output, Value) if nouts[-1] == 1 else [type(v) for v in output] == [Value] * nouts[-1]


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("activation", [name for name in NAMES if name not in ("softmax", "log_softmax")])
def test_outputs_and_gradients_are_those_of_pytorch(activation: str, fused: bool) -> None:
    model = MLP(3, [4, 1, 5, 2], activation, "softmax", seed=2, fused=fused)
    oracle = to_torch(model)
    x, weights = [0.5, -1.5, 2.0], [1.0, -2.0]
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    (oracle(t) * torch.tensor(weights)).sum().backward()
    inputs = [Value(v) for v in x]
    y = sum((w * v for w, v in zip(weights, model(inputs), strict=True)), Value(0.0))
    y.backward()
    expected = [g for p in oracle.parameters() if p.grad is not None for g in p.grad.flatten().tolist()]
    found = [
        p.grad
        for layer in model.layers
        for p in [*(w for n in layer.neurons for w in n.w), *(n.b for n in layer.neurons)]  # type: ignore[attr-defined]
    ]
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-14)
    assert t.grad is not None
    assert [v.grad for v in inputs] == pytest.approx(t.grad.tolist(), rel=1e-11, abs=1e-14)


def test_fused_and_expanded_networks_agree_bit_for_bit() -> None:
    fused, expanded = (MLP(3, [5, 4, 1], "tanh", seed=4, fused=fused) for fused in (True, False))
    x = [0.1, -0.2, 0.3]
    one, other = fused(x), expanded(x)
    assert one.data == other.data
    one.backward()
    other.backward()
    assert [p.grad for p in fused.parameters()] == pytest.approx([p.grad for p in expanded.parameters()], rel=1e-13)
    assert len(topological_order(one)) < len(topological_order(other))


def test_the_same_seed_gives_the_same_network_and_none_a_new_one() -> None:
    assert numbers(MLP(2, [3, 1], seed=1)) == numbers(MLP(2, [3, 1], seed=1))
    assert numbers(MLP(2, [3, 1], seed=1)) != numbers(MLP(2, [3, 1], seed=2))
    assert numbers(MLP(2, [3, 1])) != numbers(MLP(2, [3, 1]))


def test_dropout_and_normalisation_leave_the_weights_of_a_seed_as_they_are() -> None:
    plain, both = MLP(2, [3, 3, 1], seed=1), MLP(2, [3, 3, 1], seed=1, dropout=0.5, batch_norm=True)
    weights = [p.data for p in both.parameters() if ".neurons." in p.label]
    assert weights == numbers(plain)
    assert [type(layer).__name__ for layer in both.layers] == [
        "Layer", "BatchNorm", "ActivationLayer", "Dropout", "Layer", "BatchNorm", "ActivationLayer", "Dropout", "Layer",
    ]  # fmt: skip


def test_dropout_of_a_seed_repeats_and_differs_between_layers() -> None:
    def outputs(seed: int) -> list[float]:
        model = MLP(2, [8, 8, 1], seed=seed, dropout=0.5)
        return [model([1.0, 2.0]).data for _ in range(5)]

    assert outputs(3) == outputs(3)
    assert len(set(outputs(3))) > 1
    drops = [part for part in MLP(2, [8, 8, 1], seed=3, dropout=0.5).modules() if isinstance(part, Dropout)]
    assert drops[0].rng.random() != drops[1].rng.random()


def test_a_batch_gives_the_outputs_of_its_examples() -> None:
    model = MLP(2, [3, 1], "tanh", seed=0)
    xs = [[1.0, 2.0], [3.0, -4.0]]
    assert [y.data for y in model.batch(xs)] == [model(x).data for x in xs]
    wide = MLP(2, [3, 2], "tanh", seed=0)
    assert [[v.data for v in y] for y in wide.batch(xs)] == [[v.data for v in wide(x)] for x in xs]
    assert model.batch([]) == []


def test_a_batch_goes_through_dropout_and_normalisation_in_training() -> None:
    model = MLP(2, [4, 1], "tanh", seed=0, dropout=0.25, batch_norm=True)
    xs = [[1.0, 2.0], [3.0, -4.0], [0.0, 1.0]]
    ys = model.batch(xs)
    assert [type(y) for y in ys] == [Value] * 3
    with pytest.raises(ValueError, match=r"BatchNorm\(4\) in training needs at least 2 examples at once, got 1"):
        model(xs[0])
    model.eval()
    assert [y.data for y in model.batch(xs)] == [model(x).data for x in xs]


def test_modules_of_every_kind_can_follow_one_another() -> None:
    class Twice(Module):
        def __call__(self, x: Any) -> Any:
            return [2 * v for v in x]

    inner = Sequential(Layer(2, 1, "linear", seed=0))  # gives a Value, which the next one gets as a list
    model = Sequential(inner, Twice(), Layer(1, 2, "linear", seed=1))
    x = [1.0, -1.0]
    expected = model.layers[2]([2 * inner(x)])
    assert [v.data for v in model(x)] == [v.data for v in expected]
    assert [[v.data for v in y] for y in model.batch([x])] == [[v.data for v in expected]]
    assert (len(model), model[0], list(model)) == (3, inner, model.layers)
    assert model.parameters()[0].label == "layers.0.layers.0.neurons.0.w0"
    assert repr(model).startswith("Sequential of [Sequential of [Layer of [LinearNeuron(2)]], <")


def test_nothing_is_recorded_under_no_grad() -> None:
    with no_grad():
        assert MLP(2, [3, 1])([1.0, 2.0]).operands == ()


def test_networks_can_be_copied_and_pickled() -> None:
    model = MLP(2, [3, 1], "leaky_relu", seed=0, dropout=0.5, batch_norm=True).eval()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert other.state_dict() == model.state_dict()
        assert other([1.0, 2.0]).data == model([1.0, 2.0]).data
        other.parameters()[0].data += 1.0
        assert other.state_dict() != model.state_dict()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: MLP(2, []), ValueError, r"nouts is empty: give at least the width of the output"),
        (lambda: MLP(2, [3, 0]), ValueError, r"nouts\[1\] must be at least 1, got 0"),
        (lambda: MLP(0, [1]), ValueError, "nin must be at least 1, got 0"),
        (lambda: MLP(2, untyped(3)), TypeError, r"nouts is a list of widths such as \[16, 16, 1\], got 3 \(int\)"),
        (lambda: MLP(2, untyped("31")), TypeError, "nouts is a list of widths"),
        (lambda: MLP(2, untyped([3, 1.5])), TypeError, r"nouts\[1\] is a whole number, got 1.5"),
        (lambda: MLP(2, [3, 1], dropout=1.5), ValueError, "MLP: dropout must be a number from 0 to 1, got 1.5"),
        (lambda: MLP(2, [3, 1], dropout=-0.5), ValueError, "from 0 to 1, got -0.5"),
        (lambda: MLP(2, [1], dropout=7), ValueError, "from 0 to 1, got 7"),
        (lambda: MLP(2, [1], "rleu"), ValueError, "activation 'rleu' is not known"),
        (lambda: MLP(2, [3, 1], "rleu"), ValueError, "activation 'rleu' is not known"),
        (lambda: MLP(2, [3, 1], batch_norm=True, activation="rleu"), ValueError, "activation 'rleu' is not known"),
        (lambda: Sequential(), ValueError, "Sequential needs at least one module"),
        (lambda: Sequential(Layer(1, 1), untyped("relu")), TypeError, r"takes modules, got 'relu' \(str\) in place 1"),
    ],
)
def test_settings_that_make_no_sense_are_named(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize("x", [[1.0], [1.0, 2.0, 3.0]])
def test_an_input_of_the_wrong_width_names_both_widths_and_changes_nothing(x: list[float]) -> None:
    model = MLP(2, [3, 1], seed=0)
    before = model.state_dict()
    with pytest.raises(ValueError, match=f"a layer of 2 inputs and 3 neurons takes 2 inputs, got {len(x)}"):
        model(x)
    with pytest.raises(ValueError, match=f"takes 2 inputs, got {len(x)}"):
        model.batch([x])
    assert model.state_dict() == before
    assert not any(p.grad for p in model.parameters())


def test_nouts_may_be_any_iterable() -> None:
    assert MLP(2, (n for n in (3, 1))).nouts == MLP(2, (3, 1)).nouts == [3, 1]


def test_a_network_learns_xor_by_the_loop_that_micrograd_teaches() -> None:
    model = MLP(2, [4, 1], "tanh", seed=0)
    data = [([0.0, 0.0], -1.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], -1.0)]
    for _ in range(200):
        loss = sum(((model(x) - y) ** 2 for x, y in data), Value(0.0))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.05 * p.grad
    assert loss.data < 0.01
    assert all((model(x).data > 0) == (y > 0) for x, y in data)


def test_a_neuron_alone_is_a_model_too() -> None:
    neuron = Neuron(2, "linear", seed=0)
    assert [y.data for y in neuron.batch([[1.0, 2.0]])] == [neuron([1.0, 2.0]).data]


def test_biases_before_a_normalisation_are_frozen_at_0() -> None:
    """It takes the mean off, and a bias with it: the gradient would be rounding, and Adam makes steps of that."""
    model = MLP(2, [3, 4, 1], batch_norm=True, seed=0)
    frozen = [name for name, p in model.named_parameters() if not p.requires_grad]
    assert frozen == [*[f"layers.0.neurons.{i}.b" for i in range(3)], *[f"layers.3.neurons.{i}.b" for i in range(4)]]
    assert all(p.requires_grad for p in MLP(2, [3, 4, 1], seed=0).parameters())
    model.fit([[0.0, 1.0], [1.0, 0.5], [0.3, -1.0]], [0.0, 1.0, 0.5], lr=0.1, epochs=3, progress=False)
    numbers = model.state_dict()
    assert {numbers[name] for name in frozen} == {0.0}
