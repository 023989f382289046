"""`predict`, `predict_classes`, `evaluate`: right, and without a trace."""

import pickle
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import nn
from autograd import Value, no_grad
from nn import losses
from nn.datasets import moons, xor
from nn.training.engine import EagerEngine, Objective
from nn.training.examples import checked
from tests.nn.small_nets import small

X, Y = xor()


def test_predict_is_the_model_in_evaluation_and_records_nothing() -> None:
    model = small(dropout=0.5, batch_norm=True)
    X, _ = moons(200)
    predicted = model.predict(X)
    with no_grad():
        assert predicted.tolist() == [model.eval()(x).data for x in X]
    assert predicted.shape == (200,) and predicted.dtype == np.float64
    wide = nn.MLP(2, [3], seed=0)
    assert wide.predict(np.array(X[:2])).tolist() == [[v.data for v in wide(x)] for x in X[:2]]


class Halved(nn.Module):
    """A module of the user's own, that looks at numbers."""

    def __init__(self) -> None:
        self.layer = nn.Layer(2, 1, "linear", seed=0)

    def __call__(self, x: Any) -> Any:
        [y] = self.layer(x)
        return y * 0.5 if y.data > 0.0 else y


MODELS: dict[str, Callable[[], nn.Module]] = {
    "one output": lambda: small(dropout=0.5, batch_norm=True),
    "several": lambda: nn.MLP(2, [3, 2], output_activation="softmax", seed=0),
    "a neuron": lambda: nn.Neuron(2, "tanh", seed=0),
    "a layer of one": lambda: nn.Layer(2, 1, seed=0),
    "own activation": lambda: nn.MLP(2, [3, 1], activation=lambda z: z * z if z.data > 0.0 else z, seed=0),
    "own module": Halved,
    "overflowing": lambda: nn.MLP(2, [3, 1], activation="exp", init=lambda n, m, rng: 400.0),
}


@pytest.mark.parametrize("name", MODELS)
def test_many_predictions_are_those_of_single_examples(name: str) -> None:
    model = MODELS[name]()
    if name == "one output":
        model.layers[1].running_mean[:] = [0.5, -1.0, 2.0, 0.0]  # type: ignore[attr-defined]
    X, _ = moons(700)
    many, few = model.predict(X), [y for k in range(0, 700, 100) for y in model.predict(X[k : k + 100])]
    np.testing.assert_allclose(many, few, rtol=1e-12, atol=1e-12)
    assert type(many[0]) is type(few[0])
    assert model.training
    assert all(p.grad == 0.0 for p in model.parameters())


@pytest.mark.parametrize(
    ("activation", "scores", "threshold", "expected"),
    [
        ("sigmoid", [-1.0, 0.0, 0.1, 3.0], 0.5, [0, 0, 1, 1]),
        ("sigmoid", [-1.0, 0.0, 0.1, 3.0], 0.9, [0, 0, 0, 1]),
        ("sigmoid", [-1.0, 0.0, 0.1, 3.0], 0.0, [1, 1, 1, 1]),
        ("sigmoid", [-1.0, 0.0, 0.1, 3.0], 1.0, [0, 0, 0, 0]),
        ("linear", [-1.0, 0.0, 0.1, 3.0], 0.5, [0, 0, 1, 1]),
        ("linear", [-1.0, 0.0, 2.1, 2.3], 0.9, [0, 0, 0, 1]),  # ln 9 = 2.197
        ("linear", [-1.0, 0.0, 0.1, 3.0], 0.0, [1, 1, 1, 1]),
        ("linear", [-1.0, 0.0, 0.1, 3.0], 1.0, [0, 0, 0, 0]),
        ("tanh", [-1.0, 0.0, 0.1, 3.0], 0.5, [0, 0, 1, 1]),
        ("tanh", [-1.0, 0.0, 0.5, 3.0], 0.9, [0, 0, 0, 1]),  # tanh must be above 0.8
    ],
)
def test_predict_classes(activation: str, scores: list[float], threshold: float, expected: list[int]) -> None:
    model = nn.MLP(1, [1], output_activation=activation, init="zeros")
    model.layers[0].neurons[0].w[0].data = 1.0  # type: ignore[attr-defined]
    assert model.predict_classes([[z] for z in scores], threshold=threshold) == expected
    named = model.predict_classes([[z] for z in scores], threshold=threshold, labels=("no", "yes"))
    assert named == [("no", "yes")[c] for c in expected]


def test_predict_classes_of_several_outputs_is_the_largest() -> None:
    model = nn.MLP(2, [3], seed=4)
    X, _ = moons(20)
    assert model.predict_classes(X) == [int(np.argmax(p)) for p in model.predict(X)]


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda model: model.predict([]), "X is empty"),
        (lambda model: model.predict([[1.0]]), r"X\[0\] has 1 number, expected 2"),
        (lambda model: model.predict([[float("nan"), 1.0]]), r"X\[0\]\[0\] is nan"),
        (lambda model: model.predict_classes(X, threshold=1.5), "threshold is a probability from 0 to 1, got 1.5"),
        (lambda model: model.predict_classes(X, labels=(0,)), "labels are the two of a single output"),
        (lambda model: model.evaluate(X, [0, 1, 0, 5]), r"y\[3\] is 5"),
        (lambda model: model.evaluate(X, Y, metrics=["speed"]), "no metric is called"),
    ],
)
def test_asking_wrongly(ask: Callable[[nn.Module], Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        ask(small())


@pytest.mark.parametrize(
    ("ask", "match"),
    [
        (lambda model: model.predict_classes(X, threshold="half"), "threshold must be a finite number, got 'half'"),
        (lambda model: model.predict_classes(X, labels=3), "labels are the two of a single output, .*, got 3"),
        (lambda model: model.evaluate(X, Y, loss=lambda p, y: None), "got None: return the loss at the end"),
    ],
)
def test_asking_with_the_wrong_kind_of_thing(ask: Callable[[nn.Module], Any], match: str) -> None:
    with pytest.raises(TypeError, match=match):
        ask(small())


@pytest.mark.parametrize(
    ("width", "activation", "loss", "y", "metrics"),
    [
        (1, "sigmoid", None, [0, 1, 1, 0], ["accuracy", "precision", "recall", "f1", "mse"]),
        (1, "linear", "hinge", [-1, 1, 1, -1], ["acc", "f1"]),
        (1, "linear", "binary_cross_entropy_with_logits", [0, 1, 1, 0], ["accuracy"]),
        (1, "linear", "mse", [0, 1, 1, 0], ["accuracy", "r2", "mae"]),
        (3, "softmax", None, [0, 1, 2, 1], ["accuracy", "f1"]),
        (3, "linear", "cross_entropy", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]], ["categorical_accuracy"]),
    ],
)
def test_evaluate_gives_scikit_learns_numbers(
    width: int, activation: str, loss: str | None, y: list[Any], metrics: list[str]
) -> None:
    from sklearn import metrics as oracle

    model = nn.MLP(2, [width], output_activation=activation, seed=2)
    X, _ = xor()
    found = model.evaluate(X, y, loss=loss, metrics=metrics)
    outputs = np.array(model.predict(X))
    labels = np.argmax(y, axis=1) if isinstance(y[0], list) else np.array(y)
    if width > 1:
        classes = outputs.argmax(axis=1)
    elif loss == "hinge":
        classes = np.where(outputs > 0.0, 1, -1)
    else:
        classes = (outputs > (0.0 if loss == "binary_cross_entropy_with_logits" else 0.5)).astype(int)
    average = "macro" if width > 1 else "binary"
    expected = {
        "accuracy": oracle.accuracy_score(labels, classes),
        "precision": oracle.precision_score(labels, classes, zero_division=0) if width == 1 else None,
        "recall": oracle.recall_score(labels, classes) if width == 1 else None,
        "f1": oracle.f1_score(labels, classes, average=average),
        "mse": oracle.mean_squared_error(y, outputs) if width == 1 else None,
        "mae": oracle.mean_absolute_error(y, outputs) if width == 1 else None,
        "r2": oracle.r2_score(y, outputs) if width == 1 else None,
    }
    expected["acc"] = expected["categorical_accuracy"] = expected["accuracy"]
    assert [*found] == ["loss", *metrics]
    for name in metrics:
        assert found[name] == pytest.approx(expected[name], rel=1e-12)


def targets_for(kind: str, n: int) -> Any:
    rng = np.random.default_rng(1)
    return {
        "numbers": rng.normal(size=n),
        "rows": rng.normal(size=(n, 3)),
        "bits": rng.integers(0, 2, n),
        "parts": rng.random(n),
        "signs": 2 * rng.integers(0, 2, n) - 1,
        "classes": rng.integers(0, 3, n),
        "one-hot": np.eye(3)[rng.integers(0, 3, n)],
        "soft": rng.dirichlet([1.0, 1.0, 1.0], n),
    }[kind]


ACCEPTED: list[tuple[Any, int, str, list[str]]] = [
    *[(loss, 1, "linear", ["numbers", "bits"]) for loss in losses.OF_NUMBERS],
    *[(loss, 3, "tanh", ["rows", "one-hot"]) for loss in losses.OF_NUMBERS],
    (losses.binary_cross_entropy, 1, "sigmoid", ["bits", "parts"]),
    (losses.binary_cross_entropy_with_logits, 1, "linear", ["bits", "parts"]),
    (losses.hinge, 1, "linear", ["signs"]),
    (losses.cross_entropy, 3, "linear", ["classes", "one-hot", "soft"]),
    (partial(losses.cross_entropy, label_smoothing=0.1), 3, "linear", ["classes", "soft"]),
    (partial(losses.cross_entropy, weight=[0.5, 1.0, 2.0]), 3, "linear", ["classes", "soft"]),
    (losses.categorical_cross_entropy, 3, "softmax", ["classes", "one-hot", "soft"]),
    (partial(losses.mse, reduction="sum"), 1, "linear", ["numbers"]),
    (lambda ps, ys: sum([abs(p - y) for p, y in zip(ps, ys, strict=True)]), 1, "linear", ["numbers"]),
]


@pytest.mark.parametrize(
    ("loss", "width", "activation", "kind"), [(*case[:3], kind) for case in ACCEPTED for kind in case[3]]
)
def test_evaluate_gives_the_loss_of_predict_and_that_of_the_eager_engine(
    loss: Any, width: int, activation: str, kind: str
) -> None:
    model = nn.MLP(4, [6, width], output_activation=activation, seed=1)
    X = np.random.default_rng(0).normal(size=(80, 4))
    y = targets_for(kind, len(X))
    examples = checked(model, X, y)
    eager = EagerEngine(model, Objective(loss), nn.optim.SGD(model.parameters())).evaluate(examples).loss
    few, many = model.evaluate(X[:20], y[:20], loss=loss), model.evaluate(X, y, loss=loss)
    assert many["loss"] == loss(model.predict(X).tolist(), examples.y)
    assert many["loss"] == pytest.approx(eager, rel=1e-13)
    assert model.evaluate(X[:20], y[:20], loss=loss) == pytest.approx(few, rel=1e-13)


@pytest.mark.parametrize("n", [4, 40])
def test_a_model_that_is_sure_is_not_taken_for_targets(n: int) -> None:
    model = nn.MLP(1, [1], init=lambda n, m, rng: 1000.0, output_activation="sigmoid")
    X = [[1.0], [-1.0]] * (n // 2)
    assert {*model.predict(X).tolist()} == {0.0, 1.0}
    assert model.evaluate(X, [0.5] * n)["loss"] == 50.0


@pytest.mark.parametrize("n", [4, 40])
@pytest.mark.parametrize("loss", losses.OF_NUMBERS)
def test_a_loss_beyond_all_numbers_is_infinite(loss: Any, n: int) -> None:
    model = nn.MLP(1, [1], output_activation="linear", init=lambda n, m, rng: 1e308)
    found = model.evaluate([[1.0]] * n, [-1e308] * n, loss=loss)["loss"]
    assert found == float(loss([Value(1e308)] * n, [-1e308] * n))


def test_a_metric_of_an_output_that_is_not_finite_is_nan() -> None:
    model = nn.MLP(1, [1], activation="exp", output_activation="exp", init="zeros")
    model.layers[0].neurons[0].w[0].data = 1.0  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        found = model.evaluate([[1.0], [1e4]], [1.0, 2.0], metrics=["mse"])
    assert found["loss"] == float("inf") and np.isnan(found["mse"])


def test_masked_numbers_are_not_taken_for_numbers() -> None:
    hidden = np.ma.masked_array([[1.0, 2.0], [3.0, 4.0]], mask=[[False, False], [True, False]])
    with pytest.raises(ValueError, match="a masked array hides some of its numbers: leave these examples out"):
        nn.MLP(2, [1], seed=0).predict(hidden)
    open_ = np.ma.masked_array([[1.0, 2.0]], mask=False)
    assert nn.MLP(2, [1], seed=0).predict(open_) == nn.MLP(2, [1], seed=0).predict([[1.0, 2.0]])


def test_a_layer_of_one_output_is_not_taken_for_classes() -> None:
    layer = nn.Layer(2, 1, "linear", seed=0)
    history = layer.fit(X, Y, epochs=1, progress=False)
    assert history.settings["loss"] == "mse"


# ----- Probabilities -----

SCORES = [[-800.0, 0.0, 1.0], [2.0, 2.0, -1.0], [700.0, -700.0, 0.5]]


def identity(width: int, output_activation: str) -> nn.MLP:
    """A network whose weighted sums are its inputs."""
    model = nn.MLP(width, [width], output_activation=output_activation, init="zeros")
    for i, neuron in enumerate(model.layers[0].neurons):  # type: ignore[attr-defined]
        neuron.w[i].data = 1.0
    return model


@pytest.mark.parametrize(
    ("activation", "loss", "expected"),
    [
        ("sigmoid", None, torch.sigmoid),
        ("softmax", None, lambda z: torch.softmax(z, 1)),
        ("log_softmax", None, lambda z: torch.softmax(z, 1)),
        ("linear", "cross_entropy", lambda z: torch.softmax(z, 1)),
        ("linear", partial(nn.losses.cross_entropy, label_smoothing=0.1), lambda z: torch.softmax(z, 1)),
        ("linear", "binary_cross_entropy_with_logits", torch.sigmoid),
    ],
)
def test_probabilities_are_pytorchs(activation: str, loss: Any, expected: Any) -> None:
    z = torch.tensor(SCORES, dtype=torch.float64)
    shares = nn.training.predict_proba(identity(3, activation), SCORES, loss)
    np.testing.assert_allclose(shares, expected(z).numpy(), rtol=1e-12)
    if activation in ("sigmoid", "linear") and loss in (None, "binary_cross_entropy_with_logits"):
        two = nn.training.predict_proba(identity(1, activation), [[z] for [z, *_] in SCORES], loss)
        p = torch.sigmoid(z[:, 0]).numpy()
        np.testing.assert_allclose(two, np.stack([1.0 - p, p], axis=1), rtol=1e-12)


def test_raw_scores_are_read_by_the_loss_of_the_training(tmp_path: Path) -> None:
    X, y = moons(20, seed=0)
    model = nn.MLP(2, [4, 1], "tanh", seed=0)
    assert model.fitted_loss == ""
    with pytest.raises(ValueError, match=r"of this MLP are: it gives raw scores, and was not fitted yet"):
        model.predict_proba(X)
    model.fit(X, y, loss="binary_cross_entropy_with_logits", epochs=2, progress=False)
    assert model.fitted_loss == "binary_cross_entropy_with_logits"
    shares = model.predict_proba(X)
    assert shares.shape == (20, 2) and ((shares[:, 1] > 0.5) == np.array(model.predict_classes(X))).all()
    same = pickle.loads(pickle.dumps(model))
    assert (same.predict_proba(X) == shares).all()
    model.fit(X, y, loss=lambda p, t: nn.losses.mse(p, t), progress=False)
    pickle.dumps(model)  # of the user's own loss nothing is kept
    with pytest.raises(ValueError, match="was fitted with a loss of your own"):
        model.predict_proba(X)
    model.save(tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match="was not fitted yet"):  # a file does not say
        nn.load(tmp_path / "model.safetensors").predict_proba(X)


def test_classes_mirror_what_came() -> None:
    model = nn.MLP(2, [3], seed=0)
    listed, array = model.predict_classes(X), model.predict_classes(np.array(X))
    assert type(listed) is list and isinstance(array, np.ndarray) and array.tolist() == listed


def test_outputs_of_different_shapes_are_refused() -> None:
    class Ragged(nn.Module):
        def __call__(self, x: Any) -> Any:
            return [Value(1.0)] * (1 + (x[0] > 0))

    with pytest.raises(ValueError, match=r"different shapes, .*\[1.0\] for X\[0\], and \[1.0, 1.0\] for X\[2\]"):
        Ragged().predict([[0.0], [0.0], [1.0]])
