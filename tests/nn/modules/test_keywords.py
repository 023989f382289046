"""Other libraries' names for settings, and the names that errors suggest for them."""

from collections.abc import Callable
from typing import Any, cast

import pytest

import nn
from nn.data import batches, train_validation_split
from nn.keywords import NAMES, suggest_settings
from nn.training import fit
from nn.training.predicting import evaluate, predict, predict_classes

X, Y = [[0.0, 1.0], [1.0, 0.0]], [0, 1]

# What people write, and what it is called here, for each function.
MEANT: list[tuple[Callable[..., Any], dict[str, str]]] = [
    (
        suggest_settings(fit),
        {
            "learning_rate": "lr", "epoch": "epochs", "n_epochs": "epochs", "max_iter": "epochs",
            "batchsize": "batch_size", "bs": "batch_size", "val_data": "validation_data",
            "validaton_split": "validation_split", "criterion": "loss", "loss_fn": "loss", "optim": "optimizer",
            "solver": "optimizer", "scheduler": "schedule", "patience": "early_stopping", "callback": "callbacks",
            "metric": "metrics", "random_state": "seed", "weight_decay": "l2", "alpha": "l2",
            "max_grad_norm": "clip_norm", "clipvalue": "clip_value", "class_weights": "class_weight",
            "sample_weights": "sample_weight", "checkpoint_dir": "checkpoint", "penalty": "regularization",
        },
    ),
    (
        nn.MLP,
        {
            "activaton": "activation", "out_activation": "output_activation", "final_activation": "output_activation",
            "hidden_layer_sizes": "nouts", "input_dim": "nin", "dropout_rate": "dropout", "batchnorm": "batch_norm",
            "random_state": "seed", "kernel_initializer": "init",
        },
    ),
    (nn.SGD, {"learning_rate": "lr", "l2": "weight_decay", "params": "parameters", "nestrov": "nesterov"}),
    (nn.Adam, {"beta1": "betas", "beta_2": "betas", "epsilon": "eps", "learning_rate": "lr"}),
    (nn.RMSProp, {"rho": "alpha"}),
    (nn.Adagrad, {"learning_rate_decay": "lr_decay"}),
    (nn.EarlyStopping, {"restore_best": "restore_best_weights", "tol": "min_delta", "wait": "patience"}),
    (evaluate, {"criterion": "loss", "metric": "metrics"}),
    (predict_classes, {"treshold": "threshold"}),
    (batches, {"rng": "seed", "generator": "seed", "batchsize": "batch_size"}),
    (train_validation_split, {"random_state": "seed", "test_size": "fraction"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "word", "meant"), [(f, word, meant) for f, words in MEANT for word, meant in words.items()]
)
def test_what_was_meant(function: Callable[..., Any], word: str, meant: str) -> None:
    name = function.__name__
    with pytest.raises(
        TypeError, match=rf"^{name}\(\) got an unexpected keyword argument '{word}': did you mean {meant}\?"
    ):
        function(**{word: 1})


@pytest.mark.parametrize(
    ("function", "word", "told"),
    [
        (
            suggest_settings(fit),
            "momentum",
            r"it belongs to SGD and RMSProp.*functools.partial\(nn.SGD, momentum=0.9\)",
        ),
        (suggest_settings(fit), "betas", r"it belongs to Adam and AdamW"),
        (nn.MLP, "use_bias", "every neuron has a bias"),
        (nn.MLP, "dtype", "every number is a float64"),
        (nn.Adam, "momentum", "it belongs to SGD and RMSProp"),
        (nn.Adam, "amsgrad", "there is no AMSGrad here"),
        (predict, "batch_size", "it takes model, X"),
    ],
)
def test_what_has_no_name_here(function: Callable[..., Any], word: str, told: str) -> None:
    with pytest.raises(TypeError, match=rf"'{word}': {told}"):
        function(**{word: 1})


mlp, sgd, trained = cast(
    tuple[Callable[..., Any], ...], (nn.MLP, nn.SGD, suggest_settings(fit))
)  # as no checker sees them


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sgd(lr=0.1), r"^SGD\(\) is missing its argument 'parameters': give model\.parameters\(\); to fit"),
        (lambda: mlp(2), r"^MLP\(\) is missing its argument 'nouts': give the widths of the layers"),
        (lambda: trained(nn.MLP(2, [1]), X), r"^fit\(\) is missing its argument 'y': give the targets"),
        (lambda: mlp(nouts=[1]), r"missing 1 required positional argument: 'nin'"),
    ],
)
def test_what_is_missing(call: Callable[[], Any], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        call()


def test_too_many_by_position() -> None:
    with pytest.raises(TypeError, match=r"takes only model, X, y by position, and 1 more came: .* such as loss="):
        trained(nn.MLP(2, [1]), X, Y, 100)


def test_what_the_suggestions_for_optimizers_say_works() -> None:
    from functools import partial

    model = nn.MLP(2, [1], seed=0)
    history = model.fit(X, Y, optimizer=partial(nn.SGD, momentum=0.9, nesterov=True), lr=0.1, progress=False)
    assert history.settings["optimizer"] == "SGD"


def test_every_suggested_name_is_taken_by_something() -> None:
    import inspect

    functions = [
        fit,
        nn.MLP,
        nn.Layer,
        nn.Dropout,
        nn.BatchNorm,
        nn.EarlyStopping,
        nn.ReduceLROnPlateau,
        nn.SGD,
        nn.Adagrad,
        nn.RMSProp,
        nn.Adam,
        nn.datasets.moons,
        train_validation_split,
    ]
    known = {name for function in functions for name in inspect.signature(function).parameters}
    suggested = {meant for names in NAMES.values() for meant in names if " " not in meant}
    assert suggested <= known
