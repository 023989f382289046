"""Callbacks: early stopping, the order of calls, what a callback may change."""

from collections.abc import Mapping
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import torch

import nn
from autograd import Value
from nn.callbacks import Callback, EarlyStopping, ReduceLROnPlateau
from nn.datasets import moons
from tests.nn.small_nets import QUIET, Recorder, small


def test_early_stopping_restores_the_best_weights() -> None:
    X, y = moons(16, noise=0.4, seed=1)
    model, recorder = nn.MLP(2, [16, 1], output_activation="sigmoid", seed=0), Recorder()
    stop = EarlyStopping(patience=4)
    history = model.fit(
        X, y, lr=0.2, epochs=500, validation_data=moons(30, noise=0.4, seed=2), callbacks=[recorder],
        early_stopping=stop, seed=0, **QUIET,
    )  # fmt: skip
    val = history.history["val_loss"]
    best = val.index(min(val))
    assert history.stopped == "early" and history.best_epoch == best == history.epochs - 5
    assert model.state_dict() == recorder.epochs[best] != recorder.epochs[-1]


@pytest.mark.parametrize(
    ("values", "settings", "epochs"),
    [
        ([3.0, 2.0, 1.0, 1.0, 1.0, 9.0], {"patience": 2}, 5),
        ([3.0, 2.0, 1.9, 1.8, 9.0, 9.0], {"patience": 2, "min_delta": 0.5}, 4),
        ([3.0, 2.0, 1.0, 0.5, 0.4, 0.3], {"patience": 2, "mode": "max"}, 3),
        ([3.0, float("nan"), float("nan"), 1.0, 0.5, 0.1], {"patience": 2}, 3),
        ([float("nan"), 3.0, 2.0, 4.0, 4.0, 0.1], {"patience": 2}, 5),
        ([6.0, 5.0, 4.0, 3.0, 2.0, 1.0], {"patience": 1}, 6),
    ],
)
def test_patience(values: list[float], settings: dict[str, Any], epochs: int) -> None:
    def chosen(truth: Any, outputs: Any) -> float:
        return values[counter[0]]

    counter = [0]
    stop = EarlyStopping(monitor="chosen", **settings)

    def count(epoch: int, logs: Mapping[str, float]) -> None:
        counter[0] = min(epoch + 1, 5)

    history = small().fit(*moons(6), epochs=6, metrics=[chosen], callbacks=[count], early_stopping=stop, **QUIET)
    assert history.epochs == epochs


def test_more_is_better_for_accuracy() -> None:
    stop = EarlyStopping(monitor="accuracy", patience=5)
    history = small().fit(*moons(30, noise=0.3), lr=0.1, epochs=300, metrics=["accuracy"], early_stopping=stop, **QUIET)
    accuracy = history.history["accuracy"]
    assert history.stopped == "early" and history.best_epoch == accuracy.index(max(accuracy)) > 0


def test_callbacks_are_called_in_order() -> None:
    calls: list[str] = []

    class Note(Callback):
        def __getattribute__(self, name: str) -> Any:
            if name.startswith("on_"):
                calls.append(name)
            return super().__getattribute__(name)

    small().fit(*moons(6), batch_size=3, epochs=2, callbacks=[Note()], **QUIET)
    step = ["on_train_batch_begin", "on_train_batch_end"]
    epoch = ["on_epoch_begin", *step, *step, "on_epoch_end"]
    assert calls == ["on_train_begin", *epoch, *epoch, "on_train_end"]


def test_a_callback_may_stop_the_training_and_change_the_rate() -> None:
    class Halve(Callback):
        def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
            self.optimizer.lr /= 2.0
            self.stop_training = epoch == 2

    callback = Halve()
    for _ in range(2):  # a callback can be used again
        history = small().fit(*moons(6), lr=0.8, epochs=9, callbacks=[callback], **QUIET)
        assert history.history["lr"] == [0.8, 0.4, 0.2] and history.stopped == "callback"


def test_a_function_is_a_callback_too() -> None:
    seen: list[tuple[int, float]] = []
    history = small().fit(
        *moons(6), epochs=2, callbacks=[lambda epoch, logs: seen.append((epoch, logs["loss"]))], **QUIET
    )
    assert seen == list(enumerate(history.history["loss"]))


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"patience": 0}, "patience must be a whole number from 1 on, got 0"),
        ({"min_delta": -1.0}, "min_delta must be a finite number from 0 on"),
        ({"mode": "best"}, "mode must be"),
    ],
)
def test_early_stopping_refuses(settings: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        EarlyStopping(**settings)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"patience": "5"}, "patience must be a whole number from 1 on, got '5'"),
        ({"min_delta": "small"}, "min_delta must be a finite number from 0 on, got 'small'"),
        ({"monitor": 3}, 'monitor is a name in the logs, such as "val_loss", got 3'),
        ({"restore_best_weights": "no"}, "restore_best_weights must be True or False, got 'no'"),
    ],
)
def test_early_stopping_refuses_the_wrong_kind_of_thing(settings: dict[str, Any], match: str) -> None:
    with pytest.raises(TypeError, match=match):
        EarlyStopping(**settings)


# ----- A rate that falls where the loss stands still -----

PLATEAUS: list[dict[str, Any]] = [
    {},
    {"patience": 0, "factor": 0.5},
    {"patience": 2, "cooldown": 3},
    {"patience": 1, "threshold": 0.1},
    {"patience": 1, "threshold": 0.3, "threshold_mode": "abs"},
    {"patience": 1, "mode": "max"},
    {"patience": 1, "mode": "max", "threshold": 0.2, "threshold_mode": "abs"},
    {"patience": 0, "min_lr": 0.02},
    {"patience": 0, "eps": 0.01},
]
ROWS = [
    [3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5],
    [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25],
    [1.0, 2.0, 3.0, float("nan"), 2.0, 2.0, 5.0, 5.1, 5.2, -1.0, -1.05, -1.3, -1.3, 0.0, 0.0, 9.0],
    [float("nan")] * 16,
]


@pytest.mark.parametrize("settings", PLATEAUS, ids=str)
@pytest.mark.parametrize("values", ROWS)
def test_rates_on_a_plateau_are_pytorchs(values: list[float], settings: dict[str, Any]) -> None:
    theirs = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **settings)
    ours = ReduceLROnPlateau(**{"mode": "min", **settings})
    ours.optimizer, ours.history = nn.SGD([Value(0.0)], lr=0.1), nn.History()
    ours.on_train_begin({})
    for epoch, value in enumerate(values):
        scheduler.step(value)
        ours.on_epoch_end(epoch, {"loss": value})
        assert ours.optimizer.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-14)
        again = ReduceLROnPlateau(**{"mode": "min", **settings})  # as a checkpoint would go on
        again.optimizer, again.history = ours.optimizer, ours.history
        saved = ours.state_dict()
        ours.schema(epoch + 1)("callbacks/0", saved)
        again.load_state_dict(saved)
        ours = again


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_plateau_in_a_training_and_after_a_crash(engine: str, tmp_path: Path) -> None:
    def train(model: nn.MLP, epochs: int, **settings: Any) -> nn.History:
        plateau = ReduceLROnPlateau(patience=1, factor=0.5, threshold=0.05)
        settings |= {"lr": 0.3, "seed": 0, "callbacks": [plateau], "engine": engine, "progress": False}
        history: nn.History = model.fit(X, y, epochs=epochs, **settings)
        return history

    X, y = moons(12, noise=0.3, seed=0)
    whole, parts = small(), small()
    expected = train(whole, 12)
    assert len(set(expected["lr"])) > 2
    train(parts, 5, checkpoint=tmp_path)
    history = train(parts, 12, checkpoint=tmp_path, resume=True)
    assert history["lr"] == expected["lr"] and parts.state_dict() == whole.state_dict()
    with pytest.raises(nn.CheckpointError, match=r"ReduceLROnPlateau\.factor=0.5, and now it is 0.1"):
        small().fit(
            X, y, lr=0.3, seed=0, callbacks=[ReduceLROnPlateau(patience=1, threshold=0.05)], engine=engine,
            checkpoint=tmp_path, resume=True, **QUIET,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"factor": 1.0}, ValueError, "factor must be a number from 0 on and below 1, got 1.0"),
        ({"patience": -1}, ValueError, "patience must be a whole number from 0 on, got -1"),
        ({"threshold_mode": "relative"}, ValueError, 'threshold_mode must be "rel" or "abs", got \'relative\''),
        ({"threshold_mode": 3}, TypeError, 'threshold_mode must be "rel" or "abs", got 3'),
        ({"mode": "best"}, ValueError, 'ReduceLROnPlateau: mode must be "auto", "min" or "max"'),
        ({"min_delta": 0.1}, TypeError, "unexpected keyword argument 'min_delta': did you mean threshold"),
        ({"min_lr": "small"}, TypeError, "min_lr must be a finite number from 0 on, got 'small'"),
    ],
)
def test_a_plateau_refuses(settings: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        ReduceLROnPlateau(**settings)


def test_a_plateau_watches_a_name_that_is_there() -> None:
    with pytest.raises(ValueError, match="ReduceLROnPlateau: monitor must be one of loss, got 'val_loss'"):
        small().fit(*moons(6), callbacks=[ReduceLROnPlateau("val_loss")], **QUIET)


# ----- Hooks -----


HOOKS = {name: list(signature(getattr(Callback, name)).parameters) for name in dir(Callback) if name.startswith("on_")}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_that_cannot_take_what_fit_gives_is_refused_before_the_first_step(name: str) -> None:
    takes = ", ".join(HOOKS[name])
    for hook in (lambda self: None, lambda self, a, b, c: None):
        model = small()
        before = model.state_dict()
        with pytest.raises(
            TypeError, match=rf"callbacks\[0\]: Own.{name} must be a method \({takes}\), which what was given"
        ):
            model.fit(*moons(6), callbacks=[type("Own", (Callback,), {name: hook})()], **QUIET)
        assert model.state_dict() == before
    wide = type("Own", (Callback,), {name: lambda self, *given, more=0: None})
    small().fit(*moons(6), callbacks=[wide()], **QUIET)


@pytest.mark.parametrize("function", [lambda: None, lambda epoch: None, lambda epoch, logs, model: None, 3])
def test_a_function_that_cannot_take_what_fit_gives_is_refused_before_the_first_step(function: Any) -> None:
    model = small()
    before = model.state_dict()
    with pytest.raises(TypeError, match=r"a function \(epoch, logs\)|Callback or a function"):
        model.fit(*moons(6), callbacks=[function], **QUIET)
    assert model.state_dict() == before


@pytest.mark.parametrize("name", ["on_improvement", "one", "on", "_on_epoch_ends"])
def test_methods_of_other_names_are_the_callbacks_own_affair(name: str) -> None:
    kind = type("Own", (Callback,), {name: lambda self: None})
    small().fit(*moons(6), callbacks=[kind()], **QUIET)
