"""Networks to and from scikit-learn's MLPClassifier and MLPRegressor, through `coefs_` and `intercepts_`."""

from __future__ import annotations

from typing import Any

from autograd.support.text import short
from nn.activations import Activation
from nn.exchange.dense import dense, is_ours
from nn.mlp import MLP
from nn.module import Module, check_module
from nn.neuron import Layer, Neuron, set_numbers
from nn.stages import stages_of

_SKLEARN = {"identity": "linear", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
_OUTPUTS = {**_SKLEARN, "softmax": "softmax", "exp": "exp"}  # exp is that of a regressor with a Poisson loss


def to_sklearn(model: Module) -> Any:
    """A fitted scikit-learn estimator with the same weights: `MLPRegressor` for a linear output, else `MLPClassifier`.

    The classes are 0 and 1 for one sigmoid output, and 0 to n − 1 for the n outputs of a softmax.

    Raises TypeError for what scikit-learn's MLP has no equal of: other modules than `Layer`, hidden activations that
    differ or are not linear, sigmoid, tanh or relu, another output activation, a softmax of fewer than 3.

    >>> from nn import MLP
    >>> estimator = to_sklearn(MLP(2, [3, 1], seed=0))
    >>> [layer.shape for layer in estimator.coefs_]
    [(2, 3), (3, 1)]
    """
    import numpy as np
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    check_module("to_sklearn", model)
    layers = [_dense(module) for _, module in stages_of(model)]
    names = {ours: theirs for theirs, ours in _SKLEARN.items()}
    hidden = {activation.name for _, activation in layers[:-1]} or {"relu"}
    if len(hidden) > 1 or not hidden <= names.keys():
        raise TypeError(
            f"scikit-learn's MLP has one hidden activation, one of {', '.join(names)}; "
            f"this model has {', '.join(sorted(hidden))}"
        )
    settings = {"hidden_layer_sizes": [len(neurons) for neurons, _ in layers[:-1]], "activation": names[hidden.pop()]}
    nin, nout, output = layers[0][0][0].nin, len(layers[-1][0]), layers[-1][1].name
    # A step on made-up data sets up what a fitted estimator has besides its weights, by public means.
    if output == "linear":
        estimator = MLPRegressor(**settings, random_state=0)
        estimator.partial_fit(np.zeros((2, nin)), np.zeros((2, nout) if nout > 1 else 2))
    elif (output == "sigmoid" and nout == 1) or (output == "softmax" and nout > 2):
        classes = np.arange(max(nout, 2))
        estimator = MLPClassifier(**settings, random_state=0)
        estimator.partial_fit(np.zeros((len(classes), nin)), classes, classes=classes)
    else:
        raise TypeError(
            "scikit-learn's MLP ends in linear outputs, one sigmoid, or a softmax of 3 or more; "
            f"this model ends in {nout} {output}"
        )
    estimator.coefs_ = [np.array([[w.data for w in neuron.w] for neuron in neurons]).T for neurons, _ in layers]
    estimator.intercepts_ = [np.array([neuron.b.data for neuron in neurons]) for neurons, _ in layers]
    return estimator


def from_sklearn(estimator: Any) -> MLP:
    """The network in a fitted scikit-learn `MLPClassifier` or `MLPRegressor`, from its coefs_ and intercepts_.

    Raises TypeError for anything that has no such attributes, as an estimator that is not fitted; for an activation
    that is not scikit-learn's, and for a subclass with a prediction of its own.

    >>> from sklearn.neural_network import MLPRegressor
    >>> estimator = MLPRegressor(hidden_layer_sizes=[3], random_state=0).partial_fit([[0.0, 1.0]], [1.0])
    >>> from_sklearn(estimator).nouts
    [3, 1]
    """
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if isinstance(estimator, type) or not (hasattr(estimator, "coefs_") and hasattr(estimator, "intercepts_")):
        raise TypeError(
            f"{short(estimator)} has no coefs_ and intercepts_: give a fitted MLPClassifier or MLPRegressor"
        )
    for name in ("predict", "predict_proba"):
        if getattr(type(estimator), name, None) not in [getattr(k, name, None) for k in (MLPClassifier, MLPRegressor)]:
            raise TypeError(f"{short(estimator)} has its own {name}: there is no telling what it does with the network")
    hidden, output = estimator.activation, estimator.out_activation_
    for name, theirs, known in (("activation", hidden, _SKLEARN), ("out_activation_", output, _OUTPUTS)):
        if theirs not in known:
            raise TypeError(
                f"{short(estimator)} has {name}={short(theirs)}: there is an equal here of {', '.join(known)}"
            )
    widths = [len(biases) for biases in estimator.intercepts_]
    model = MLP(len(estimator.coefs_[0]), widths, _SKLEARN[hidden], _OUTPUTS[output], init="zeros")
    for layer, coefs, biases in zip(model.layers, estimator.coefs_, estimator.intercepts_, strict=True):
        if isinstance(layer, Layer):  # all of them are
            set_numbers(layer, coefs.T.tolist(), biases.tolist())
    return model


def _dense(module: Module) -> tuple[list[Neuron], Activation]:
    """The neurons and the activation of a plain layer."""
    layer = dense(module)
    if layer is None or not isinstance(module, Layer):
        raise TypeError(f"scikit-learn's MLP has no equal of {short(module)}")
    if not is_ours(layer[1]):
        raise TypeError(f"scikit-learn's MLP has no equal of the activation {short(layer[1].name)} of {short(module)}")
    return layer
