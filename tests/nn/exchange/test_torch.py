"""Models to and from PyTorch: outputs and gradients agree to 1e-12."""

import pytest
import torch

import nn
from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Neuron, Sequential
from nn.activations import NAMES
from tests.nn.exchange.comparing import ROWS, agree

MODELS: dict[str, Module] = {
    "mlp": MLP(2, [4, 3, 2], "tanh", seed=0),
    "one output": MLP(2, [4, 1], "sigmoid", "sigmoid", seed=1),
    "classes": MLP(2, [3, 3], "relu", "softmax", seed=2),
    "normalised": MLP(2, [4, 3, 1], "silu", seed=3, batch_norm=True),
    "nested": Sequential(Sequential(Layer(2, 3, seed=4)), Sequential(Layer(3, 1, "elu", seed=5))),
    "activations of their own": Sequential(
        ActivationLayer("tanh"), Layer(2, 2, seed=6), ActivationLayer("softmax"), ActivationLayer("linear")
    ),
    "a neuron": Sequential(Neuron(2, "linear", seed=7)),
    "wide": MLP(2, [16, 16, 10], "relu", "log_softmax", init="he_normal", seed=8),
}


@pytest.mark.parametrize("name", [name for name in MODELS if name != "a neuron"])
def test_a_model_agrees_with_its_pytorch_self_and_with_what_comes_back(name: str) -> None:
    model = MODELS[name]
    oracle = nn.to_torch(model)
    assert all(p.dtype == torch.float64 for p in oracle.parameters())
    agree(model, oracle)
    back = nn.from_torch(oracle)
    agree(back, oracle)
    assert [p.data for p in back.parameters()] == [p.data for p in model.parameters()]


def test_a_single_neuron_goes_over_too() -> None:
    model = MODELS["a neuron"]
    assert nn.to_torch(model)(torch.tensor(ROWS, dtype=torch.float64)).tolist() == [
        [pytest.approx(y.data, rel=1e-13)] for y in model.batch(ROWS)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_goes_over_and_comes_back(name: str) -> None:
    model = Sequential(Layer(2, 3, "tanh", seed=0), Layer(3, 2, name, seed=1))
    oracle = nn.to_torch(model)
    agree(model, oracle)
    back = nn.from_torch(oracle)
    assert repr(back) == repr(model)
    assert back.layers[1].activation == model.layers[1].activation  # type: ignore[attr-defined]


def test_evaluation_frozen_layers_and_running_statistics_are_taken_over() -> None:
    model = MLP(2, [3, 2], "tanh", seed=0, batch_norm=True, dropout=0.5)
    model.batch(ROWS)
    model.eval()
    model.layers[0].freeze()
    oracle = nn.to_torch(model)
    assert not oracle.training
    assert not any(part.training for part in oracle.modules())
    agree(model, oracle)
    back = nn.from_torch(oracle)
    assert not any(part.training for part in back.modules())
    assert [p.requires_grad for p in back.parameters()] == [p.requires_grad for p in model.parameters()]
    assert back.state_dict() == model.state_dict()
    assert isinstance(back.layers[3], Dropout)
    assert back.layers[3].p == 0.5


def test_training_goes_on_with_the_same_running_statistics() -> None:
    model = Sequential(Layer(2, 3, "linear", seed=0), BatchNorm(3, momentum=0.3, eps=1e-3))
    model.batch(ROWS)
    oracle = nn.to_torch(model)
    assert repr(nn.to_torch(nn.from_torch(oracle))) == repr(oracle)
    model.batch(ROWS[:2])
    oracle(torch.tensor(ROWS[:2], dtype=torch.float64))
    state = oracle.state_dict()
    agree(model, oracle)
    norm = model.layers[1]
    assert isinstance(norm, BatchNorm)
    assert norm.running_mean == pytest.approx(state["1.running_mean"].tolist(), rel=1e-13)
    assert norm.running_var == pytest.approx(state["1.running_var"].tolist(), rel=1e-13)


def test_a_float32_network_with_and_without_bias_is_taken_over_exactly() -> None:
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.Identity(), torch.nn.Linear(3, 1))
    model = nn.from_torch(theirs)
    agree_with = theirs.double()
    outputs = agree_with(torch.tensor(ROWS, dtype=torch.float64)).flatten().tolist()
    assert [y.data for y in model.batch(ROWS)] == pytest.approx(outputs, rel=1e-13)
    assert [p.label for p in model.parameters() if not p.requires_grad] == [f"layers.0.neurons.{i}.b" for i in range(3)]
    model.batch(ROWS)[0].backward()
    assert all(p.grad == 0.0 for p in model.parameters() if p.label.startswith("layers.0") and p.label.endswith(".b"))


def test_a_single_module_of_pytorch_will_do() -> None:
    assert repr(nn.from_torch(torch.nn.Linear(2, 1))) == "Sequential of [Layer of [LinearNeuron(2)]]"
