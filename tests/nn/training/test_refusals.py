"""What `fit` refuses, before anything changes."""

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.callbacks import EarlyStopping
from nn.optim import SGD
from tests.nn.small_nets import QUIET, small

X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], [0, 1, 0, 1]
NAN = float("nan")


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"X": []}, ValueError, "X is empty"),
        ({"X": [[]]}, ValueError, r"X\[0\] is empty"),
        ({"X": "data.csv"}, TypeError, "X is a list with one list of numbers for each example, got 'data.csv'"),
        ({"X": [1.0, 2.0]}, TypeError, r"X\[0\] is a list of numbers, got 1.0.*: for one example, give \[X\]"),
        ({"X": [1.0] * 4}, TypeError, r"X\[0\] is a list of numbers, got 1.0.* give \[X\]; for one .*\[\[x\]"),
        ({"X": [[1.0, 2.0, 3.0], *X[1:]]}, ValueError, r"X\[0\] has 3 numbers, expected 2, which is what the model"),
        ({"X": [*X[:3], [1.0]]}, ValueError, r"X\[3\] has 1 number, expected 2"),
        ({"X": [*X[:3], [1.0, NAN]]}, ValueError, r"X\[3\]\[1\] is nan: every input must be a finite number"),
        ({"X": [*X[:3], [float("inf"), 1.0]]}, ValueError, r"X\[3\]\[0\] is inf"),
        ({"X": [*X[:3], ["1", 1.0]]}, TypeError, r"X\[3\]\[0\]: .* got the text '1'"),
        ({"X": np.array([["a", "b"]] * 4)}, TypeError, r"X\[0\]\[0\]: .*'a'"),
        ({"X": X[:3]}, ValueError, "X has 3 examples but y has 4 targets"),
        ({"y": 1}, TypeError, "y is a list with one target for each example, got 1"),
        ({"y": [0, 1, 0, NAN]}, ValueError, r"y\[3\] is nan: every target must be a finite number"),
        ({"y": [0, 1, 0, "cat"]}, TypeError, r"y\[3\] is the text 'cat': number the classes"),
        ({"y": [0, 1, 0, 2]}, ValueError, r"y\[3\] is 2: a target is the probability of class 1"),
        ({"y": [[0, 1]] * 4}, ValueError, r"predictions\[0\] has width 1 but y\[0\] has width 2"),
        ({"y": [0, 1, 0, None]}, TypeError, r"y\[3\]: .* got None"),
        ({"loss": "hinge"}, ValueError, r"y\[0\] is 0: hinge takes -1 and 1"),
        ({"loss": "mean"}, ValueError, "loss='mean' is not known: choose one of mse"),
        ({"loss": 3}, TypeError, "loss is a name or a function"),
        ({"loss": lambda p, y: p}, TypeError, "loss must give one number"),
        ({"loss": "cross_entropy"}, TypeError, r"predictions\[0\] is the single"),
        ({"optimizer": "newton"}, ValueError, "no optimizer is called 'newton'"),
        ({"optimizer": SGD([Value(1.0)])}, ValueError, "parameters that are not among these"),
        ({"lr": -0.1}, ValueError, "lr must be a finite number from 0 on, got -0.1"),
        ({"lr": "fast"}, TypeError, "lr must be a finite number from 0 on, got 'fast'"),
        ({"schedule": 0.1}, TypeError, "schedule is a function from a step to a rate"),
        ({"schedule": lambda step: -1.0}, ValueError, "must be a finite number from 0 on, got -1.0"),
        ({"schedule": lambda step: 1.0, "lr": 0.1}, ValueError, "are two rates"),
        ({"epochs": 0}, ValueError, "epochs must be a whole number from 1 on, got 0"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number from 1 on, got 1.5"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number from 1 on, got 0"),
        ({"validation_split": 1.0}, ValueError, "validation_split must be a number from 0 on and below 1, got 1.0"),
        ({"validation_split": -0.1}, ValueError, "validation_split must be .*, got -0.1"),
        ({"validation_split": 0.999}, ValueError, "validation_split=0.999 of 4 examples leaves none"),
        ({"validation_split": 0.1, "validation_data": (X, Y)}, ValueError, "two ways to say the same"),
        ({"y": [0, 0, 0, 1], "validation_split": 0.25}, ValueError, "holds back the last 1 examples, .* class 1"),
        ({"validation_data": X}, TypeError, r"validation_data is a pair \(X, y\)"),
        ({"validation_data": (X, Y[:3])}, ValueError, r"validation_data\[0\] has 4 examples but validation_data\[1\]"),
        ({"validation_data": ([[1.0]], [1])}, ValueError, r"validation_data\[0\]\[0\] has 1 number, expected 2"),
        ({"validation_data": (X, [0, 1, 0, 7])}, ValueError, r"validation_data\[1\]\[3\] is 7: a target is"),
        ({"metrics": ["speed"]}, ValueError, "metrics: no metric is called 'speed'"),
        ({"metrics": [3]}, TypeError, "metrics: metric must be a name or a function"),
        ({"metrics": ["accuracy", "accuracy"]}, ValueError, "two are called 'accuracy'"),
        ({"metrics": [lambda t, p: "good"]}, TypeError, "metrics cannot judge y: <lambda> must be one number"),
        (
            {"metrics": ["accuracy"], "loss": "mse", "y": [0, 1, 2, 3]},
            ValueError,
            "metrics cannot judge y: target 2 is 2, but accuracy on a single output tells 0 from 1",
        ),
        ({"callbacks": 3}, TypeError, r"callbacks is a list of Callbacks and functions \(epoch, logs\), got 3"),
        ({"callbacks": "stop"}, TypeError, "callbacks is a list of Callbacks .*, got 'stop'"),
        ({"schedule": lambda: 0.1}, TypeError, r"schedule\(0\) of what was given fails: .*positional argument"),
        ({"schedule": lambda step: "fast"}, TypeError, r"schedule\(0\) must be a finite number from 0 on, got 'fast'"),
        ({"regularization": 3}, TypeError, "regularization is a function from the model to a penalty, .* got 3"),
        ({"early_stopping": "yes"}, TypeError, "early_stopping must be True, False, a whole number .*, got 'yes'"),
        ({"progress": "off"}, TypeError, "fit: progress must be True or False, got 'off'"),
        ({"verbose": [1]}, ValueError, r'verbose must be 0, 1, 2 or "auto", got \[1\]'),
        ({"checkpoint": "model.json"}, ValueError, "checkpoint='model.json' looks like a file"),
        ({"checkpoint": "no/where"}, FileNotFoundError, "there is no folder 'no' to make 'where' in"),
        ({"loss": lambda p, y: 0.5}, TypeError, "loss must give a Value, got the plain number 0.5, .* without float"),
        ({"loss": lambda p, y: sum(v.data for v in p)}, TypeError, "loss must give a Value, got the plain number"),
        ({"loss": lambda p, y: float(nn.losses.mse(p, y))}, TypeError, "the plain number .*: compute it from the pred"),
        ({"loss": lambda p, y: np.mean([v.data for v in p])}, TypeError, "loss must give a Value, got the plain"),
        ({"loss": lambda p, y: Value(nn.losses.mse(p, y).data)}, TypeError, "not computed from the predictions, Value"),
        ({"loss": lambda p, y: Value(p[0].data) * 2.0}, TypeError, "not computed from the predictions, .*op='\\*'"),
        ({"loss": lambda p, y: None}, TypeError, "got None: return the loss at the end of the function"),
        ({"loss": lambda p, y: [v * v for v in p]}, TypeError, r"got a list of 4: add them up, as in autograd\.mean"),
        ({"loss": partial(nn.losses.mse, reduction="none")}, TypeError, "loss must give one number, .* a list of 4"),
        ({"loss": lambda p, y: (p - y) ** 2}, TypeError, "unsupported operand"),
        ({"callbacks": [3]}, TypeError, r"callbacks\[0\] is a Callback or a function"),
        ({"callbacks": [EarlyStopping]}, TypeError, r"callbacks\[0\] is a Callback or a function"),
        ({"early_stopping": 0}, ValueError, "early_stopping must be a whole number from 1 on, got 0"),
        ({"early_stopping": EarlyStopping("val_loss")}, ValueError, "monitor must be one of loss, got 'val_loss'"),
        ({"l1": -1.0}, ValueError, "l1 must be a finite number from 0 on, got -1.0"),
        ({"l2": NAN}, ValueError, "l2 must be a finite number from 0 on, got nan"),
        ({"regularization": lambda model: None}, TypeError, "regularization must .*got None: return the penalty at"),
        ({"regularization": lambda model: None, "l2": 0.1}, TypeError, "regularization must give .*got None"),
        ({"regularization": lambda model: model.parameters()}, TypeError, r"a list of 17: .* autograd\.sum\(terms\)"),
        ({"regularization": lambda model: "big"}, TypeError, "regularization must give one number, .*got 'big'"),
        ({"regularization": lambda model: X}, TypeError, "regularization must give one number, a Value, got a list"),
        ({"regularization": lambda model: 1j}, TypeError, "regularization must give one number, a Value, got 1j"),
        ({"regularization": lambda model: np.zeros(2)}, TypeError, "regularization must give one number, a Value"),
        ({"regularization": lambda: 0.0}, TypeError, "takes 0 positional arguments"),
        ({"clip_norm": -1.0}, ValueError, "clip_norm must be a finite number from 0 on, got -1.0"),
        ({"clip_value": "much"}, TypeError, "clip_value must be .* got 'much'"),
        ({"sample_weight": [1.0]}, ValueError, "sample_weight has 1 weights for 4 examples"),
        ({"sample_weight": [1.0, 1.0, 1.0, -1.0]}, ValueError, r"sample_weight\[3\] is -1.0"),
        ({"sample_weight": [0.0] * 4}, ValueError, "sample_weight is 0 everywhere"),
        ({"sample_weight": [1.0] * 4, "loss": lambda p, y: p[0]}, TypeError, "need a loss that takes reduction='none'"),
        ({"class_weight": {0: 1.0}}, ValueError, r"class_weight has no weight for 1, the class of y\[1\]"),
        ({"class_weight": [1.0, 2.0]}, TypeError, "class_weight is a dict"),
        ({"class_weight": {0: 1.0, 1: -2.0}}, ValueError, r"class_weight\[1\] is -2.0"),
        ({"seed": "x"}, TypeError, "seed must be a whole number from 0 on, got 'x'"),
        ({"resume": True}, ValueError, "need a folder"),
        ({"checkpoint_every": 3}, ValueError, "need a folder"),
        ({"checkpoint": 3}, TypeError, "checkpoint is the path of a folder, got 3"),
        ({"verbose": 7}, ValueError, "verbose must be 0, 1, 2"),
        ({"engine": "steam"}, ValueError, "engine must be one of 'auto', 'eager', 'compiled', 'jax', got 'steam'"),
    ],
)  # fmt: skip
def test_refusals_change_nothing(
    arguments: dict[str, Any], error: type[Exception], match: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    model = small(dropout=0.5)
    before = model.state_dict(), model.layers[1].rng.getstate(), [m.training for m in model.modules()]  # type: ignore[attr-defined]
    given = {"X": X, "y": Y, "epochs": 2, **QUIET, **arguments}
    with pytest.raises(error, match=match):
        model.fit(given.pop("X"), given.pop("y"), **given)
    after = model.state_dict(), model.layers[1].rng.getstate(), [m.training for m in model.modules()]  # type: ignore[attr-defined]
    assert after == before and not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("model", "error", "match"),
    [
        (nn.MLP(2, [3]), ValueError, r"y\[3\] is 3: a class index is a whole number from 0 to 2"),
        (small().freeze(), ValueError, "nothing to train: no output depends on a parameter"),
        (small(batch_norm=True), ValueError, "batch_size=3 makes a batch of 1 out of 4 examples, and BatchNorm"),
    ],
)
def test_models_that_do_not_fit(model: nn.Module, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        model.fit(X, [0, 1, 0, 3] if len(model.parameters()) == 9 else Y, batch_size=3, **QUIET)


def test_a_model_that_gives_no_value_is_refused() -> None:
    class Wrong(nn.Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return (self.w * x[0]).data

    with pytest.raises(TypeError, match="the model must give a Value or a list of Values, got 0"):
        Wrong().fit(X, Y, **QUIET)


def test_an_error_in_a_loss_of_your_own_comes_with_what_it_was_given() -> None:
    with pytest.raises(TypeError, match="unsupported operand") as caught:
        small().fit(X, Y, loss=lambda p, y: (p - y) ** 2, **QUIET)
    assert caught.value.__notes__ == [
        "In the loss of your own: loss(predictions, targets) gets two lists of 4, a Value and a target for each example"
    ]
    assert caught.traceback[-1].name == "<lambda>"  # where it happened


@pytest.mark.parametrize(
    "loss",
    [
        lambda p, y: sum((a - b) ** 2 for a, b in zip(p, y, strict=True)),
        lambda p, y: sum(max(0.0, 1.0 - (2 * b - 1) * a) for a, b in zip(p, y, strict=True)),
        lambda p, y: autograd.mean([autograd.abs(a - b) for a, b in zip(p, y, strict=True)]),
    ],
)
def test_losses_of_your_own_that_are_made_of_values(loss: Any) -> None:
    model = small()
    before = model.state_dict()
    model.fit(X, Y, loss=loss, lr=0.1, **QUIET)
    assert model.state_dict() != before
    assert model.evaluate(X, Y, loss=lambda p, y: float(loss(p, y)))["loss"] == float(
        loss([Value(v) for v in model.predict(X)], Y)
    )


@pytest.mark.parametrize("name", ["shuffle", "resume", "progress"])
@pytest.mark.parametrize("given", ["no", "off", "false", 0, 1, None, []])
def test_flags(name: str, given: Any) -> None:
    from nn.training.arguments import flag

    with pytest.raises(TypeError, match=rf"fit: {name} must be True or False, got "):
        flag(name, given)
    assert flag(name, True) is True and flag(name, np.bool_(False)) is False


def test_an_error_in_a_penalty_of_ones_own_says_where_it_is() -> None:
    with pytest.raises(TypeError) as refused:
        small().fit(X, Y, regularization=lambda model: model.parameters() * 0.1, **QUIET)
    assert refused.value.__notes__ == ["In the regularization of your own: regularization(model) gets the model"]


@pytest.mark.parametrize("penalty", [0.0, 0, np.float64(0.5), Fraction(1, 2)])
def test_a_penalty_may_be_any_real_number(penalty: Any) -> None:
    small().fit(X, Y, regularization=lambda model: penalty, **QUIET)
