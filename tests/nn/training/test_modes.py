"""Every part keeps its own mode: a frozen normalisation in training, a dropout that goes on in evaluation."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

import nn
from nn.animation import Film
from nn.callbacks import Callback, Logs
from nn.datasets import moons
from nn.module import Evaluating, InMode
from tests.nn.small_nets import QUIET, small

mpl.use("Agg")

X, Y = moons(24, noise=0.2, seed=1)
NORM, DROPOUT = 1, 3


def frozen() -> nn.MLP:
    """In training, but for its normalisation."""
    model = small(dropout=0.5, batch_norm=True)
    model.layers[NORM].running_mean[:] = [0.5, -1.0, 2.0, 0.0]  # type: ignore[attr-defined]
    model.layers[NORM].eval()
    return model


def dropping() -> nn.MLP:
    """In evaluation, but for its dropout."""
    model = small(dropout=0.5, batch_norm=True).eval()
    model.layers[DROPOUT].train()
    return model


def modes(model: nn.Module) -> list[bool]:
    return [part.training for part in model.modules()]


class Modes(Callback):
    """The modes during a training."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self.seen = modes(self.model)


def film(model: nn.MLP, folder: Path) -> None:
    recording = Film(X, Y, every=1)
    recording.model = model
    recording._keep(0, None)
    recording.save(folder / "a.gif", resolution=3, dpi=20)


DOORS: dict[str, Callable[[nn.MLP, Path], Any]] = {
    "predict": lambda model, folder: model.predict(X),
    "predict many": lambda model, folder: model.predict(X * 12),
    "predict_classes": lambda model, folder: model.predict_classes(X),
    "evaluate": lambda model, folder: model.evaluate(X, Y),
    "activations": lambda model, folder: model.activations(X[0]),
    "fit eager": lambda model, folder: model.fit(X, Y, validation_split=0.25, engine="eager", **QUIET),
    "fit": lambda model, folder: model.fit(X, Y, validation_split=0.25, **QUIET),
    "film": film,
    "boundary": lambda model, folder: nn.plots.decision_boundary(model, X, Y, resolution=3),
    "network": lambda model, folder: nn.plots.network(model, X[0]),
    "summary": lambda model, folder: str(model.summary()),
    "save": lambda model, folder: model.save(folder / "m"),
}


@pytest.mark.parametrize("make", [frozen, dropping, small, lambda: small().eval()])
@pytest.mark.parametrize("door", DOORS)
def test_every_part_gets_its_own_mode_back(door: str, make: Callable[[], nn.MLP], tmp_path: Path) -> None:
    model = make()
    before = modes(model)
    DOORS[door](model, tmp_path)
    assert modes(model) == before


@pytest.mark.parametrize("door", ["predict", "evaluate", "fit", "boundary"])
def test_also_when_it_fails(door: str, tmp_path: Path) -> None:
    class Failing(nn.Module):
        def __init__(self) -> None:
            self.net, self.calls = frozen(), 0

        def __call__(self, x: Any) -> Any:
            self.calls += 1
            if self.calls > 3:
                raise RuntimeError("enough")
            return self.net(x)

    model: Any = Failing()
    before = modes(model)
    with pytest.raises(RuntimeError, match="enough"):
        DOORS[door](model, tmp_path)
    assert modes(model) == before


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_frozen_normalisation_stays_frozen_in_training(engine: str) -> None:
    """The same as a hand-written loop over a model in which one part was put into evaluation."""
    model, other = frozen(), frozen()
    statistics = model.layers[NORM].running_mean  # type: ignore[attr-defined]
    before = list(statistics)
    seen = Modes()
    model.fit(
        X, Y, optimizer="sgd", lr=0.1, epochs=3, batch_size=None, shuffle=False, engine=engine, callbacks=[seen],
        validation_data=(X, Y), **QUIET,
    )  # fmt: skip
    assert statistics == before
    assert seen.seen == modes(model) == modes(frozen())
    optimizer = nn.optim.SGD(other.parameters(), lr=0.1)
    for _ in range(3):
        loss: Any = nn.losses.binary_cross_entropy(other.batch(X), Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    np.testing.assert_allclose([*model.state_dict().values()], [*other.state_dict().values()], rtol=1e-9)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_frozen_normalisation_takes_examples_one_by_one(engine: str) -> None:
    model = frozen()
    model.fit(X, Y, batch_size=1, engine=engine, **QUIET)
    assert model.layers[NORM].running_mean == frozen().layers[NORM].running_mean  # type: ignore[attr-defined]
    for other in (small(batch_norm=True), small(batch_norm=True).eval()):
        with pytest.raises(ValueError, match=r"batch_size=1 makes a batch of 1 .*, and BatchNorm needs at least 2"):
            other.fit(X, Y, batch_size=1, engine=engine, **QUIET)


def test_a_dropout_in_training_goes_on_in_evaluation() -> None:
    """Monte Carlo dropout: many predictions of a model in evaluation, with another mask each."""
    model = dropping()
    many = np.array([model.predict(X[:2] * 200)])[0].reshape(200, 2)  # more examples than are compiled at once
    assert len({*many[:, 0].tolist()}) > 4
    masks = {tuple(model.layers[DROPOUT](h)[0] for h in [[1.0]] * 3) for _ in range(20)}
    assert len(masks) > 1
    assert len({*small(dropout=0.5).predict(X[:1] * 300)}) == 1  # and in no other model


@pytest.mark.parametrize("engine", ["eager", "auto"])
def test_it_goes_on_in_the_validation_of_a_training_too(engine: str) -> None:
    model = dropping()
    history = model.fit(X, Y, lr=0.0, epochs=8, validation_data=(X, Y), engine=engine, **QUIET)
    assert len({*history.history["val_loss"]}) == 8  # nothing is learned: the masks differ
    assert history.settings["engine"] == "eager"
    assert history.settings.get("not compiled") == (None if engine == "eager" else "a dropout goes on in evaluation")
    with pytest.raises(nn.training.CompilationError, match="a dropout goes on in evaluation"):
        dropping().fit(X, Y, validation_data=(X, Y), engine="compiled", **QUIET)


def test_a_model_in_evaluation_is_trained_in_training() -> None:
    model, other = small(dropout=0.5, batch_norm=True), small(dropout=0.5, batch_norm=True).eval()
    for m in (model, other):
        m.fit(X, Y, epochs=2, seed=0, **QUIET)
    assert model.state_dict() == other.state_dict()


def test_blocks_inside_of_each_other_keep_what_the_first_one_found() -> None:
    model = dropping()
    with InMode(model, training=True):
        assert all(modes(model))
        with Evaluating(model):
            assert modes(model) == modes(dropping())
        assert all(modes(model))
    assert modes(model) == modes(dropping())


class Interrupted(nn.Module):
    """A part during whose switch to a mode Ctrl-C comes, when so many of all such parts have been switched."""

    left = -1

    @property
    def training(self) -> bool:
        return bool(vars(self).get("_mode", True))

    @training.setter
    def training(self, mode: bool) -> None:
        Interrupted.left -= 1
        if Interrupted.left == 0:
            raise KeyboardInterrupt
        vars(self)["_mode"] = mode


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("frozen", [None, 1])
@pytest.mark.parametrize("at", range(1, 8))
def test_an_interrupt_on_the_way_in_or_out_leaves_every_part_as_it_was(
    at: int, frozen: int | None, training: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nn.Sequential(Interrupted(), Interrupted(), Interrupted()).train(training)
    if frozen is not None:
        model.layers[frozen].train(not training)
    before = modes(model)
    monkeypatch.setattr(Interrupted, "left", at)
    switched = 6 if frozen is None else 5  # three parts in or out, but for one that keeps its mode on the way in
    with pytest.raises(KeyboardInterrupt) if at <= switched else nullcontext(), InMode(model, not training):
        pass
    assert modes(model) == before
    Interrupted.left = -1
    with InMode(model, not training):  # and no block is taken to be still around
        assert modes(model) == [mode if i - 1 == frozen else not training for i, mode in enumerate(before)]
