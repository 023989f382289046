"""Models to and from scikit-learn: outputs and gradients agree to 1e-12."""

from typing import Any

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

import nn
from nn import MLP, Layer, Module, Neuron, Sequential, losses
from nn.activations import Activation
from tests.nn.exchange.comparing import ROWS, Doubled, Doubling, of_perceptrons, outputs, unlike

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
        (Doubled(Layer(2, 2)), "scikit-learn's MLP has no equal of Doubled of"),
        (Sequential(Doubling(2, 2)), "scikit-learn's MLP has no equal of Layer of"),
        (unlike(), "scikit-learn's MLP has no equal of Layer of"),
        (of_perceptrons(), "scikit-learn's MLP has no equal of Layer of"),
        (Layer(2, 1, Activation("relu", lambda z: z)), "no equal of the activation 'relu' of Layer of"),
        (Neuron(2, "linear"), "scikit-learn's MLP has no equal of LinearNeuron"),
        (3, r"to_sklearn: model must be a module of this package, got 3 \(int\)"),
        (MLP(2, [3, 2], output_activation="sigmoid"), "this model ends in 2 sigmoid"),
        (MLP(2, [3, 2], output_activation="softmax"), "this model ends in 2 softmax"),
        (MLP(2, [3, 1], output_activation="tanh"), "this model ends in 1 tanh"),
    ],
)
def test_what_scikit_learn_has_no_equal_of_is_named(model: Module, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.to_sklearn(model)


class Rounding(MLPRegressor):  # type: ignore[misc]
    def predict(self, X: Any) -> Any:
        return super().predict(X).round()


def fitted(estimator: Any, **changed: Any) -> Any:
    estimator.set_params(max_iter=1, solver="lbfgs").fit(ROWS, [0.0, 1.0, 1.0, 0.0])
    for name, value in changed.items():
        setattr(estimator, name, value)
    return estimator


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (Rounding(), r"Rounding\(.*\) has its own predict: there is no telling"),
        (MLPRegressor(), "has activation='swish': there is an equal here of identity, logistic, tanh, relu"),
    ],
)
def test_an_estimator_that_computes_otherwise_is_refused(estimator: Any, message: str) -> None:
    fit = fitted(estimator, **({"activation": "swish"} if "swish" in message else {}))
    with pytest.raises(TypeError, match=message):
        nn.from_sklearn(fit)


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_subclass_that_predicts_as_its_base_comes_over() -> None:
    kin = type("Kin", (MLPRegressor,), {})
    assert nn.from_sklearn(fitted(kin(hidden_layer_sizes=[2]))).nouts == [2, 1]


@pytest.mark.parametrize("estimator", [MLPRegressor(), "MLPRegressor", MLPRegressor, 3, None])
def test_what_is_not_fitted_is_refused(estimator: Any) -> None:
    with pytest.raises(TypeError, match="has no coefs_ and intercepts_: give a fitted MLPClassifier or MLPRegressor"):
        nn.from_sklearn(estimator)
