"""Explanations from neuron to neuron and from layer to layer: which nodes are stops, and that the numbers agree."""

import math

import pytest

from autograd import Value, tanh
from autograd.explanation import explain
from autograd.explanation.jacobians import BlockRoutes
from autograd.graph.snapshot import snapshot
from nn import MLP, Layer, Neuron, Sequential
from nn.layers import BatchNorm, Dropout

SHAPES = [
    {"activation": "tanh"},
    {"activation": "relu", "fused": False},
    {"activation": "sigmoid", "output_activation": "sigmoid"},
    {"activation": "tanh", "dropout": 0.5},
]


def loss_of(model: MLP, examples: int = 1) -> Value:
    total = Value(0.0, role="constant")
    for i in range(examples):
        y = model([0.5 + i, -1.0])
        total = total + (y - 1.0) ** 2
    total.label = "loss"
    return total


@pytest.mark.parametrize("settings", SHAPES)
@pytest.mark.parametrize("examples", [1, 3])
@pytest.mark.parametrize("grain", ["neuron", "layer", "all"])
def test_every_grain_gives_the_same_sum(settings: dict[str, object], examples: int, grain: str) -> None:
    model = MLP(2, [3, 2, 1], seed=3, **settings)  # type: ignore[arg-type]
    loss = loss_of(model, examples)
    loss.backward()
    for p in model.parameters():
        why = explain(loss, p, grain, k=1000)
        assert why.hidden == 0
        assert math.fsum(path.product for path in why.paths) == pytest.approx(p.grad, rel=1e-12, abs=1e-12 * why.size)


def test_neurons_are_named_by_their_place() -> None:
    model = MLP(2, [3, 2, 1], "tanh", seed=3)
    why = explain(loss_of(model), model.parameters()[0])
    assert why.grain == "neuron"
    assert [path.names for path in why.paths] == [
        ("loss", "layers.2.neurons.0", f"layers.1.neurons.{i}", "layers.0.neurons.0", "layers.0.neurons.0.w0")
        for i in range(2)
    ]
    assert [stop.nodes[0].op for stop in why.paths[0].nodes] == ["+", "dot", "tanh", "tanh", ""]


def test_runs_of_one_neuron_are_numbered() -> None:
    neuron = Neuron(1, activation="tanh", seed=1)
    assert [p.label for p in neuron.parameters()] == ["w0", "b"]
    layer = Layer(1, 1, activation="tanh", seed=1)
    [a], [b] = layer([1.0]), layer([2.0])
    why = explain(a * b, "neurons.0.w0", "neuron")
    assert [path.names[1] for path in why.paths] == ["neurons.0#1", "neurons.0#2"]
    assert [path.names[1] for path in explain(a * b, "neurons.0.w0", "layer").paths] == ["layer#1", "layer#2"]


def test_layers_are_joined_by_matrices() -> None:
    model = MLP(2, [3, 2, 1], "tanh", seed=3)
    why = explain(loss_of(model), model.parameters()[0], "layer")
    (path,) = why.paths
    assert path.names == ("loss", "layers.2", "layers.1", "layers.0", "layers.0.neurons.0.w0")
    assert [factor.shape for factor in path.factors] == [(1, 1), (1, 2), (2, 1), (1, 1)]
    assert "[1×2] · [2×1]" in str(why)
    assert "∂layers.2/∂layers.1              = a matrix of 1 by 2 derivatives" in str(why)
    assert r"\text{[1×2]}" in why.latex
    row, column = path.factors[1], path.factors[2]
    assert (row.steps, row.rules) == ((), ("product rule: the other factor",))
    assert repr(column) == "<Factor ∂layers.1/∂layers.0: 2 by 1 matrix>"
    with pytest.raises(ValueError, match=r"∂layers\.2/∂layers\.1 is a matrix of 1 by 2: use \.matrix"):
        print(row.value)
    with pytest.raises(ValueError, match=r"∂layers\.2/∂layers\.1 holds many derivatives"):
        row.open()


def test_an_input_feeds_the_whole_layer() -> None:
    model = MLP(2, [3, 2, 1], "tanh", seed=3)
    x = [Value(0.5, "a"), Value(-1.0, "b")]
    y = model(x)
    y.backward()
    why = explain(y, x[0], "layer")
    assert [factor.shape for factor in why.paths[0].factors] == [(1, 2), (2, 3), (3, 1)]
    assert why.output == "layers.2.neurons.0"
    assert (why.count, why.every) == (1, 6)
    assert why.paths[0].product == pytest.approx(x[0].grad, rel=1e-13)


def test_softmax_is_the_output_of_its_layer() -> None:
    model = Sequential(Layer(2, 3, "tanh", seed=1), Layer(3, 2, "softmax", seed=2))
    y = model([0.5, 1.0])[0].log()
    y.backward()
    p = model.parameters()[0]
    why = explain(y, p, "layer")
    assert why.paths[0].names[1:3] == ("layers.1", "layers.0")
    assert why.total == pytest.approx(p.grad, rel=1e-13)


def test_a_recurrence_unrolls_into_one_stop_for_each_step() -> None:
    w, u = Value(0.5, "cell.w", role="parameter"), Value(0.3, "cell.u", role="parameter")
    h = Value(0.0, "start", role="constant")
    for t in range(4):
        h = tanh(w * h + u * Value(1.0 + t, f"x{t}"))
    y = h * h
    y.backward()
    for grain in ("neuron", "layer"):
        why = explain(y, w, grain)
        assert why.paths[0].names == (why.output, "cell#4", "cell.w")
        assert why.paths[-1].names == (why.output, "cell#4", "cell#3", "cell#2", "cell#1", "cell.w")
        assert math.fsum(path.product for path in why.paths) == pytest.approx(w.grad, rel=1e-12)


def test_other_layers_keep_the_sum() -> None:
    model = Sequential(Layer(2, 3, "linear", seed=1), BatchNorm(3), Dropout(0.5, seed=1), Layer(3, 1, seed=2))
    outputs = model.batch([[0.5, 1.0], [1.5, -1.0], [0.0, 0.25]])
    loss = outputs[0] ** 2 + outputs[1] ** 2 - outputs[2]
    loss.backward()
    for p in model.parameters():
        for grain in ("neuron", "layer"):
            why = explain(loss, p, grain, k=1000)
            total = math.fsum(path.product for path in why.paths)
            assert total == pytest.approx(p.grad, rel=1e-12, abs=1e-12 * why.size)


def test_the_strongest_layers() -> None:
    model = MLP(2, [3, 1], "tanh", seed=3)
    loss = loss_of(model, 5)
    p = model.parameters()[0]
    everything = explain(loss, p, "layer")
    assert everything.count == 5
    shown = explain(loss, p, "layer", k=2)
    ranked = sorted((path.product for path in everything.paths), key=abs, reverse=True)
    assert [path.product for path in shown.paths] == ranked[:2]
    assert shown.rest == pytest.approx(math.fsum(ranked[2:]), rel=1e-9)
    assert "and 3 more, together " in str(shown)


def test_too_many_layer_paths() -> None:
    y = Value(1.0)
    for _ in range(20):
        y = y * 0.5 + y * 2.0
    picture = snapshot(y)
    routes = BlockRoutes(picture, 0, picture.root, [(i,) for i in range(1, picture.root)])
    assert routes.count == 2**20
    with pytest.raises(ValueError, match="1,048,576 paths from layer to layer are too many to compare"):
        routes.strongest(3)
