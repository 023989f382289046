"""Models to and from PyTorch and scikit-learn: outputs and gradients agree to 1e-12."""

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.neural_network import MLPClassifier, MLPRegressor

import autograd
import nn
from autograd import Value
from nn import MLP, ActivationLayer, BatchNorm, Dropout, Layer, Module, Neuron, Sequential, losses
from nn.activations import NAMES

ROWS = [[0.5, -1.5], [2.0, 0.25], [-1.0, 3.0], [0.0, 0.0]]


def gradients_here(model: Module, rows: list[list[float]]) -> tuple[list[list[float]], list[float], list[float]]:
    """Outputs for all rows; gradients of a weighted sum of them by every parameter, in PyTorch's order, and input."""
    inputs = [[Value(x) for x in row] for row in rows]
    outputs = [y if isinstance(y, list) else [y] for y in model.batch(inputs)]
    flat = [v for row in outputs for v in row]
    model.zero_grad()
    autograd.dot([float(i + 1) for i in range(len(flat))], flat).backward()
    gradients: list[float] = []
    for part in model.modules():
        if isinstance(part, Layer):
            gradients += [w.grad for n in part.neurons for w in n.w] + [n.b.grad for n in part.neurons]
        elif isinstance(part, BatchNorm):
            gradients += [v.grad for v in [*part.gamma, *part.beta]]
    return [[v.data for v in row] for row in outputs], gradients, [v.grad for row in inputs for v in row]


def gradients_there(model: torch.nn.Module, rows: list[list[float]]) -> tuple[Any, list[float], list[float]]:
    t = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    outputs = model(t)
    model.zero_grad()
    weights = torch.arange(1.0, 1.0 + outputs.numel(), dtype=torch.float64).reshape(outputs.shape)
    (outputs * weights).sum().backward()
    assert t.grad is not None
    gradients = [
        x for p in model.parameters() for x in (torch.zeros_like(p) if p.grad is None else p.grad).flatten().tolist()
    ]
    return outputs.tolist(), gradients, t.grad.flatten().tolist()


def agree(here: Module, there: torch.nn.Module, rows: list[list[float]] = ROWS) -> None:
    for found, expected in zip(gradients_here(here, rows), gradients_there(there, rows), strict=True):
        assert np.array(found) == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)


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


def partly_frozen() -> Layer:
    layer = Layer(2, 2)
    layer.neurons[0].w[0].requires_grad = False
    return layer


def unlike() -> Layer:
    layer = Layer(2, 2, "relu")
    layer.neurons[1] = Neuron(2, "tanh")
    return layer


class Own(Module):
    def __repr__(self) -> str:
        return "Own()"


SHARED = Layer(2, 2)
LINEAR = torch.nn.Linear(2, 2)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Sequential(SHARED, SHARED), "holds a layer in two places: give each place its own"),
        (Sequential(Layer(1, 1), Own()), r"PyTorch has no equal of Own\(\)"),
        (unlike(), r"PyTorch has no equal of Layer of \[ReLUNeuron\(2\), TanhNeuron\(2\)\]"),
        (Layer(1, 1, "sin"), "torch.nn has no module for the activation 'sin'"),
        (Layer(1, 1, lambda z: z), "torch.nn has no module for the activation '<lambda>'"),
        (partly_frozen(), "some of neurons.0.w0 to neurons.1.w1 are frozen and some are not: PyTorch freezes all"),
    ],
)
def test_what_pytorch_has_no_equal_of_is_named(model: Module, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.to_torch(model)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (torch.nn.Sequential(LINEAR, LINEAR), "holds a layer in two places: give each place its own"),
        (torch.nn.Conv1d(1, 1, 1), r"there is no equal of Conv1d\(.*\) here"),
        (torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.LayerNorm(1)), "there is no equal of LayerNorm"),
        (torch.nn.LeakyReLU(0.2), r"there is no equal of LeakyReLU\(negative_slope=0.2\) with these settings"),
        (torch.nn.Softmax(dim=0), r"there is no equal of Softmax\(dim=0\) with these settings"),
        (torch.nn.BatchNorm1d(2, affine=False), r"there is no equal of BatchNorm1d\(.*\) with these settings"),
        (torch.nn.BatchNorm1d(2, momentum=None), r"there is no equal of BatchNorm1d\(.*\) with these settings"),
        (torch.nn.BatchNorm1d(2, track_running_stats=False), "there is no equal of BatchNorm1d"),
    ],
)
def test_what_there_is_no_equal_of_here_is_named(model: torch.nn.Module, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.from_torch(model)


# ----- scikit-learn -----

SKLEARN = {
    "regressor": MLP(2, [4, 3, 1], "relu", seed=0),
    "two outputs": MLP(2, [4, 2], "tanh", seed=1),
    "two classes": MLP(2, [4, 1], "sigmoid", "sigmoid", seed=2),
    "three classes": MLP(2, [4, 5, 3], "tanh", "softmax", seed=3),
    "identity": MLP(2, [3, 1], "linear", seed=4),
    "no hidden layer": MLP(2, [1], output_activation="sigmoid", seed=5),
}


def raw(estimator: Any, rows: Any) -> Any:
    """The outputs as this package has them: probabilities, of class 1 alone where there are two."""
    if isinstance(estimator, MLPClassifier):
        p = estimator.predict_proba(rows)
        return p[:, 1:] if len(estimator.classes_) == 2 else p
    return np.asarray(estimator.predict(rows)).reshape(len(rows), -1)


def outputs(model: Module) -> list[list[float]]:
    return [[v.data for v in (y if isinstance(y, list) else [y])] for y in model.batch(ROWS)]


@pytest.mark.parametrize("name", SKLEARN)
def test_a_model_agrees_with_its_scikit_learn_self_and_with_what_comes_back(name: str) -> None:
    model = SKLEARN[name]
    estimator = nn.to_sklearn(model)
    assert raw(estimator, ROWS) == pytest.approx(np.array(outputs(model)), rel=1e-12, abs=1e-12)
    back = nn.from_sklearn(estimator)
    assert repr(back) == repr(model)
    assert back.state_dict() == model.state_dict()
    if isinstance(estimator, MLPClassifier):
        expected = [int(np.argmax(y)) if len(y) > 1 else int(y[0] > 0.5) for y in outputs(model)]
        assert estimator.predict(ROWS).tolist() == expected


@pytest.mark.parametrize(
    ("estimator", "targets"),
    [
        (MLPRegressor(hidden_layer_sizes=(5, 4), activation="tanh"), [1.0, 2.0, -1.0, 0.5]),
        (MLPRegressor(hidden_layer_sizes=(5,), activation="relu"), [[1.0, 2.0], [1.0, 2.0], [0.0, 1.0], [0.0, 1.0]]),
        (MLPClassifier(hidden_layer_sizes=(5,), activation="logistic"), ["a", "b", "a", "b"]),
        (MLPClassifier(hidden_layer_sizes=(5,), activation="identity"), [3, 1, 2, 3]),
    ],
)
def test_a_trained_estimator_comes_over(estimator: Any, targets: Any) -> None:
    estimator.set_params(solver="lbfgs", max_iter=2000, random_state=0).fit(ROWS, targets)
    model = nn.from_sklearn(estimator)
    assert np.array(outputs(model)) == pytest.approx(raw(estimator, ROWS), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("name", "loss"), [("two outputs", "half_squared_error"), ("three classes", "cross_entropy")])
def test_the_gradient_is_the_one_that_scikit_learn_descends(name: str, loss: str) -> None:
    # One step of plain gradient descent on all rows at once, without penalty and momentum, is w − lr·∂L/∂w.
    model = SKLEARN[name]
    rate = 0.5
    classes = loss == "cross_entropy"
    targets: Any = [0, 2, 1, 1] if classes else [[1.0, 0.0], [0.5, -1.0], [2.0, 2.0], [0.0, 0.0]]
    model.zero_grad()
    if classes:
        losses.categorical_cross_entropy(model.batch(ROWS), targets).backward()
    else:
        (losses.half_squared_error(model.batch(ROWS), targets, reduction="sum") / 4).backward()  # the sum of each row
    estimator = nn.to_sklearn(model)
    fresh = type(estimator)(
        hidden_layer_sizes=estimator.hidden_layer_sizes, activation=estimator.activation, solver="sgd", alpha=0.0,
        batch_size=4, learning_rate_init=rate, momentum=0.0, nesterovs_momentum=False, shuffle=False, random_state=0,
    )  # fmt: skip
    settings = {"classes": [0, 1, 2]} if classes else {}
    fresh.partial_fit(ROWS, targets, **settings)
    for held, array in zip(fresh.coefs_ + fresh.intercepts_, estimator.coefs_ + estimator.intercepts_, strict=True):
        held[:] = array
    fresh.partial_fit(ROWS, targets)
    for i, layer in enumerate(model.layers):
        assert isinstance(layer, Layer)
        step = (estimator.coefs_[i] - fresh.coefs_[i]).T / rate
        assert step == pytest.approx(np.array([[w.grad for w in n.w] for n in layer.neurons]), rel=1e-10, abs=1e-12)
        shift = (estimator.intercepts_[i] - fresh.intercepts_[i]) / rate
        assert shift == pytest.approx(np.array([n.b.grad for n in layer.neurons]), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (MLP(2, [3, 1], "tanh", dropout=0.5), r"scikit-learn's MLP has no equal of Dropout\(0.5\)"),
        (MLP(2, [3, 1], "elu"), "has one hidden activation, one of linear, sigmoid, tanh, relu; this model has elu"),
        (Sequential(Layer(2, 2, "relu"), Layer(2, 2, "tanh"), Layer(2, 1, "linear")), "this model has relu, tanh"),
        (MLP(2, [3, 2], output_activation="sigmoid"), "this model ends in 2 sigmoid"),
        (MLP(2, [3, 2], output_activation="softmax"), "this model ends in 2 softmax"),
        (MLP(2, [3, 1], output_activation="tanh"), "this model ends in 1 tanh"),
    ],
)
def test_what_scikit_learn_has_no_equal_of_is_named(model: Module, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.to_sklearn(model)


@pytest.mark.parametrize("estimator", [MLPRegressor(), "MLPRegressor"])
def test_what_is_not_fitted_is_refused(estimator: Any) -> None:
    with pytest.raises(TypeError, match="has no coefs_ and intercepts_: give a fitted MLPClassifier or MLPRegressor"):
        nn.from_sklearn(estimator)
