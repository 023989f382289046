"""`fit(engine="jax")` beside the engine on NumPy: the same losses, parameters, memories and logs."""

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import jax
import numpy as np
import pytest

import nn
from autograd import Value, operation
from nn import optim
from nn.callbacks import Callback
from nn.training.examples import Batch, Examples
from tests.nn.training.compiled.test_compiled import (
    ASKED,
    LOSSES,
    NETS,
    TARGETS,
    Residual,
    X,
    check_same,
    net,
    trained,
)

Y = TARGETS["number"]
check = partial(check_same, engines=("compiled", "jax"))


def numbers(model: nn.Module) -> Any:
    """All that a model is made of."""
    return np.array(list(model.state_dict().values()))


@pytest.fixture(autouse=True)
def float64() -> None:
    """Not here: training sees to it itself, and leaves JAX as it is."""


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss(name: str) -> None:
    loss, target, output = LOSSES[name]
    y = TARGETS[target]
    width = 3 if target in ("class", "shares") else len(y[0]) if isinstance(y[0], list) else 1
    check(lambda: net(width, output), y, loss=loss)


@pytest.mark.parametrize("name", NETS)
def test_every_net(name: str) -> None:
    check(lambda: net(**NETS[name]), Y, optimizer="adam", lr=0.01)


@pytest.mark.parametrize("name", ASKED)
def test_everything_that_fit_takes(name: str) -> None:
    check(net, Y, **ASKED[name])


def test_modules_of_ones_own() -> None:
    check(lambda: nn.Sequential(Residual(), nn.Layer(3, 1, "linear", seed=1)), Y)


def test_wide_layers_are_not_recorded() -> None:
    rng = np.random.default_rng(0)
    rows, classes = rng.normal(size=(40, 120)), rng.integers(0, 10, 40)
    models = [nn.MLP(120, [96, 10], batch_norm=True, seed=1) for _ in range(2)]
    logs = [
        model.fit(rows, classes, epochs=2, seed=0, l2=1e-3, progress=False, engine=engine).history["loss"]
        for model, engine in zip(models, ("compiled", "jax"), strict=True)
    ]
    np.testing.assert_allclose(logs[1], logs[0], rtol=1e-10)
    np.testing.assert_allclose(numbers(models[1]), numbers(models[0]), rtol=1e-10, atol=1e-12)


class Thawing(Callback):
    """Freezes a layer, and lets it go on later; changes a number by hand."""

    def on_epoch_begin(self, epoch: int, logs: Any) -> None:
        model: Any = self.model
        layer = model.layers[0]
        if epoch == 1:
            layer.freeze()
            layer.neurons[0].b.data += 0.25
        if epoch == 2:
            layer.unfreeze()


def test_callbacks_that_change_the_model() -> None:
    callbacks = [lambda: [Thawing(), nn.ReduceLROnPlateau(patience=1), nn.EarlyStopping(patience=3)]]
    models = [net(), net()]
    logs = [
        trained(model, Y, engine, epochs=4, callbacks=callbacks[0]()).history
        for model, engine in zip(models, ("compiled", "jax"), strict=True)
    ]
    assert logs[0].keys() == logs[1].keys()
    for name in logs[0]:
        np.testing.assert_allclose(logs[1][name], logs[0][name], rtol=1e-10)
    np.testing.assert_allclose(numbers(models[1]), numbers(models[0]), rtol=1e-10)


class Stop(Callback):
    """Ends a training after some steps, as Ctrl-C would."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def on_train_batch_end(self, batch: int, logs: Any) -> None:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_a_training_that_goes_on_has_the_same_bits(tmp_path: Path) -> None:
    def make() -> nn.MLP:
        return net(batch_norm=True, dropout=0.2)

    whole, parts = make(), make()
    expected = trained(whole, Y, "jax", epochs=3, clip_norm=0.5)
    kept: dict[str, Any] = {"epochs": 3, "clip_norm": 0.5, "checkpoint": tmp_path / "run", "checkpoint_every": 1}
    stopped = trained(parts, Y, "jax", callbacks=[Stop(6)], **kept)
    assert stopped.stopped == "interrupted"
    assert json.loads((tmp_path / "run" / "checkpoint.json").read_text().split("\n")[1])["position"]["steps"] == 5
    fresh = make()
    history = trained(fresh, Y, "jax", resume=True, **kept)
    assert (history.history, fresh.state_dict()) == (expected.history, whole.state_dict())
    with pytest.raises(nn.CheckpointError, match=r"was made with engine='jax', and now it is 'compiled'"):
        trained(make(), Y, "compiled", resume=True, **kept)


def test_ctrl_c_waits_for_the_end_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step was given is gone when it runs, so it is not stopped in the middle."""
    from nn.training.jax.engine import JaxEngine

    steps = itertools.count()
    update = JaxEngine._step

    def interrupted(self: Any, *arguments: Any) -> Any:
        if next(steps) == 2:
            signal.raise_signal(signal.SIGINT)
        return update(self, *arguments)

    whole, stopped = net(), net()
    trained(whole, Y, "jax", epochs=1, callbacks=[Stop(3)])
    monkeypatch.setattr(JaxEngine, "_step", interrupted)
    history = trained(stopped, Y, "jax", epochs=1)
    assert history.stopped == "interrupted" and next(steps) == 3
    np.testing.assert_allclose(numbers(stopped), numbers(whole), rtol=1e-12)


def test_a_step_that_is_not_finite_changes_nothing() -> None:
    models = [net(), net()]
    messages = []
    for model, engine in zip(models, ("compiled", "jax"), strict=True):
        with pytest.raises(nn.TrainingError) as caught:
            trained(model, Y, engine, optimizer="sgd", lr=1e150, epochs=9)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    np.testing.assert_allclose(numbers(models[1]), numbers(models[0]), rtol=1e-8)


class ByNumber(optim.SGD):
    """A rule that asks for a number."""

    @staticmethod
    def update(value: Any, grad: Any, state: Any, step: Any, hyperparameters: Any, xp: Any = None) -> Any:
        return value - hyperparameters["lr"] * grad * float(np.abs(grad).max()), state


@operation(lambda xp, y, x: 1.0, name="own step for jax")
def by_branch(xp: Any, x: Any) -> Any:
    return x if x > 0.0 else 0.5 * x


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (net, {"optimizer": partial(ByNumber, lr=0.1)}, r"TracerArrayConversionError: .*engine=\"eager\" trains it"),
        (lambda: net(activation=lambda z: by_branch(z)), {}, r"the rules of 'own step for jax' do not run over arrays"),
        (net, {"loss": lambda ps, ys: max(p - y for p, y in zip(ps, ys, strict=True))}, r"engine=\"eager\" trains it"),
    ],
)
def test_what_does_not_run_on_jax_is_refused(make: Callable[[], nn.Module], settings: Any, message: str) -> None:
    model = make()
    before = model.state_dict()
    with pytest.raises(nn.CompilationError, match=f"(?s){message}"):
        trained(model, Y, "jax", **settings)
    assert model.state_dict() == before


@pytest.mark.parametrize(
    ("engine", "devices", "error", "message"),
    [
        ("jax", 99, ValueError, "fit: devices=99, and JAX has 1: "),
        ("jax", [], ValueError, r"devices is a list of some of jax.devices\(\), got \[\]"),
        ("jax", "gpu", TypeError, r"devices is None for all, a number or a list of jax.devices\(\), got 'gpu'"),
        ("jax", 0, ValueError, "devices must be a whole number from 1 on, got 0"),
        ("auto", 1, ValueError, 'devices=1 are those of JAX: give engine="jax" with them'),
    ],
)
def test_devices_that_are_not_there(engine: str, devices: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trained(net(), Y, engine, devices=devices)


def test_the_devices_of_a_list_and_jax_as_it_was() -> None:
    trained(net(), Y, "jax", epochs=1, devices=jax.devices()[:1])
    assert jax.numpy.ones(2).dtype == np.float32  # float64 is switched on for the training alone


def test_the_next_batch_is_on_its_way_unless_it_is_drawn() -> None:
    examples = Examples([[0.0]] * 4, [0.0] * 4)
    assert Batch(examples, [0, 1], [2, 3]).following == [2, 3]
    assert Batch(examples, [0, 1]).following == ()


def test_without_jax_the_error_names_the_command() -> None:
    code = (
        "import sys; sys.modules['jax'] = None\n"
        "import nn\n"
        "try: nn.MLP(1, [1]).fit([[1.0]], [1.0], engine='jax')\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "engine=\"jax\" needs JAX: pip install 'chaingrad[jax]'"


def test_seeds_and_values_are_used() -> None:
    """A leaf by itself is a parameter like those in layers."""

    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope, self.shifts = Value(0.5, role="parameter"), [Value(0.0, role="parameter") for _ in range(2)]
            self.rng = Random(0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0] + self.shifts[0] - self.shifts[1] * x[1]

    check(Line, [x[0] - 2.0 * x[1] for x in X])
