"""What does not compile, what breaks on the way, and what is written down: nothing is lost, nothing is wrong."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, greater, log, mean, where
from nn import losses, optim
from nn.callbacks import Callback
from nn.datasets import moons
from nn.training import CompilationError, TrainingError
from nn.training.compiled import vectors
from tests.nn.small_nets import QUIET, Recorder, small
from tests.nn.training.stateful_training import Stop, net, outcome, same, train

X = [[0.5, 1.0], [-1.0, 0.2], [0.3, -0.7], [1.5, 0.1], [-0.4, -0.9]]
Y = [0.0, 1.0, 1.0, 0.0, 1.0]


class Doubled(nn.Module):
    """A layer and something that may go wrong behind it."""

    def __init__(self, behind: Callable[[Any], Any]) -> None:
        self.layer = nn.Layer(2, 2, "tanh", seed=0)
        self.behind = behind

    def __call__(self, x: Any) -> Any:
        return [self.behind(v) for v in self.layer(x)]


class Centred(nn.Module):
    """Batch after batch, minus the first example's output."""

    def __init__(self) -> None:
        self.layer = nn.Layer(2, 2, seed=0)

    def batch(self, xs: Any) -> Any:
        outputs = [self.layer(x) for x in xs]
        return [[v - first for v, first in zip(row, outputs[0], strict=True)] for row in outputs]

    def __call__(self, x: Any) -> Any:
        return self.layer(x)


class Slow(optim.SGD):
    """An optimizer that steps in its own way."""

    def step(self) -> None:
        super().step()


def ending(module: nn.Module) -> nn.Module:
    return nn.Sequential(module, nn.Layer(2, 1, "linear", seed=1))


def branching(v: Any) -> Any:
    return v if v > 0.0 else v * 0.1


def clamped(v: Any) -> Any:
    return v if v.data > 0.0 else v * 0.1


def counting() -> Callable[[Any], Any]:
    calls = iter(range(10**9))
    return lambda v: v * (1.0 + next(calls) % 7)


def drawing() -> Callable[[Any], Any]:
    rng = Random(0)
    return lambda v: v + rng.gauss(0.0, 1.0)


def ranking(predictions: Any, targets: Any) -> Any:
    return sum([(a - b) ** 2 for a in predictions for b in predictions], losses.mse(predictions, targets))


def picking(predictions: Any, targets: Any) -> Any:
    return sum([[p, 1.0 - p][t] ** 2 for p, t in zip(predictions, targets, strict=True)])


STRANGER = Value(2.0)
REFUSED: dict[str, tuple[Callable[[], nn.Module], dict[str, Any], str]] = {
    "branch": (lambda: ending(Doubled(branching)), {}, "TracingError: > on a Value .*while tracing"),
    "number": (lambda: ending(Doubled(lambda v: v * float(v))), {}, r"TracingError: float\(\) on a Value"),
    "own batch": (lambda: ending(Centred()), {}, r"Centred \(layers.0\) has a batch\(\) of its own"),
    "count": (lambda: ending(Doubled(counting())), {}, r"for example \d of a batch, the model .* a count"),
    "random": (lambda: ending(Doubled(drawing())), {}, "random ones of its own"),
    "number taken out": (lambda: ending(Doubled(lambda v: v * v.data)), {}, r"TracingError: \.data on a Value"),
    "branch on data": (lambda: ending(Doubled(clamped)), {}, r"TracingError: \.data on a Value"),
    "loss over pairs": (small, {"loss": ranking}, "neither the mean nor the sum of the losses of its examples"),
    "target as index": (small, {"loss": picking, "y": [0, 1, 1, 0, 1]}, "TypeError: list indices must be integers"),
    "loss of a stranger": (
        small, {"loss": lambda ps, ys: sum([(p - y) ** 2 for p, y in zip(ps, ys, strict=True)]) * STRANGER},
        "takes a gradient, and is no parameter of the model",
    ),
    "penalty of a stranger": (small, {"regularization": lambda model: STRANGER**2}, "the penalty depends on .*2.0"),
    "branching penalty": (
        small, {"regularization": lambda model: max(model.parameters()[:2], key=float)}, r"float\(\) on a Value",
    ),
    "penalty of data": (
        small, {"regularization": lambda model: model.parameters()[0].data * model.parameters()[1]},
        r"TracingError: \.data on a Value",
    ),
    "optimizer": (small, {"optimizer": lambda parameters: Slow(parameters, lr=0.1)}, r"Slow has a step\(\) of its own"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_compile_is_trained_all_the_same(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    make, settings, why = REFUSED[name]
    arguments = {"X": X, "y": Y, "epochs": 3, "batch_size": 3, "seed": 0, **settings}
    with pytest.raises(CompilationError, match=why) as caught:
        make().fit(engine="compiled", **arguments, **QUIET)
    assert 'engine="eager"' in str(caught.value)
    one, other = make(), make()
    eager = one.fit(engine="eager", **arguments, verbose=2)
    assert "not compiled" not in capsys.readouterr().err
    auto = other.fit(engine="auto", **arguments, verbose=2)
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("not compiled")]
    assert "every step is recorded, which is slower and gives the same: " in line
    assert auto.settings["engine"] == "eager"
    assert re.search(why, auto.settings["not compiled"])
    assert "not compiled" not in eager.settings
    if name not in ("count", "random"):  # which have been asked more often
        np.testing.assert_allclose([*other.state_dict().values()], [*one.state_dict().values()], rtol=1e-13)
        assert auto.history.keys() == eager.history.keys()


def test_a_refused_training_has_changed_nothing() -> None:
    model = nn.Sequential(nn.Dropout(0.5, seed=0), Doubled(clamped), nn.Layer(2, 1, seed=1))
    before = model.state_dict(), model.layers[0].rng.getstate(), model.training  # type: ignore[attr-defined]
    with pytest.raises(CompilationError, match="while tracing"):
        model.fit(X, Y, engine="compiled", **QUIET)
    assert (model.state_dict(), model.layers[0].rng.getstate(), model.training) == before  # type: ignore[attr-defined]


def test_a_branch_on_data_that_would_turn_later_is_refused_at_once() -> None:
    """The weight grows from step to step, and the loss would change its form at 1."""

    def turning(predictions: Any, targets: Any) -> Any:
        [p] = predictions
        return -p if p.data < 1.0 else 2.0 * p

    models = [nn.MLP(1, [1], init="zeros") for _ in range(2)]
    settings: dict[str, Any] = {"loss": turning, "optimizer": "sgd", "lr": 0.0625, "epochs": 60, **QUIET}
    eager, auto = [m.fit([[1.0]], [0.0], engine=e, **settings) for m, e in zip(models, ("eager", "auto"), strict=True)]
    assert auto.settings["engine"] == "eager"
    assert max(eager.history["loss"]) > 0.0 > min(eager.history["loss"])
    assert auto.history == eager.history


def test_frozen_later_and_then_not_compilable() -> None:
    """A training that has to be compiled again, and cannot be: from there on it is eager."""

    class Freeze(Callback):
        def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
            if epoch == 0:
                self.model.layers[0].freeze()  # type: ignore[attr-defined]
                self.model.layers[0].layer.behind = branching  # type: ignore[attr-defined]

    class Held(nn.Module):
        def __init__(self) -> None:
            self.layer = Doubled(lambda v: v * 2.0)

        def __call__(self, x: Any) -> Any:
            return self.layer(x)

    def fitted(engine: str) -> tuple[Any, ...]:
        model = ending(Held())
        history = model.fit(X, Y, epochs=3, engine=engine, callbacks=[Freeze()], seed=0, **QUIET)
        return model.state_dict(), history.history, history.settings["engine"]

    eager, auto = fitted("eager"), fitted("auto")
    assert auto[2] == "eager"
    np.testing.assert_allclose([*auto[0].values()], [*eager[0].values()], rtol=1e-10)
    with pytest.raises(CompilationError, match="while tracing"):
        fitted("compiled")


# ----- What breaks on the way -----


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"loss": lambda p, y: log(losses.mse(p, y) * 0.0)}, "the loss became nan or infinite. It began in the loss"),
        ({"loss": lambda p, y: (losses.mse(p, y) - losses.mse(p, y)) ** 0.5}, "the gradient became nan or infinite"),
        ({"lr": 1e308, "X": [[1e3, 1e3]], "y": [1e6]}, "the update became nan or infinite"),
        ({"regularization": lambda m: log(m.parameters()[0] * 0.0)}, "It began in the penalty"),
    ],
)
def test_a_breakdown_is_told_as_the_eager_engine_tells_it(settings: dict[str, Any], match: str) -> None:
    told = []
    for engine in ("eager", "compiled"):
        model = nn.MLP(2, [3, 1], seed=0)
        before = model.state_dict()
        arguments = {"X": X, "y": Y, "optimizer": "sgd", "lr": 0.1, **settings}
        with pytest.raises(TrainingError, match=match) as caught:
            model.fit(engine=engine, **arguments, **QUIET)
        assert model.state_dict() == before
        told.append((str(caught.value), caught.value.layer))
    assert told[0] == told[1]


def test_what_is_infinite_and_not_chosen_does_no_harm() -> None:
    """log of a number below 0 is nan; where it is not chosen, no gradient comes from it."""

    def bent(predictions: Any, targets: Any) -> Any:
        pairs = zip(predictions, targets, strict=True)
        return mean([where(greater(p, 0.1), log(p), (p - y) ** 2) for p, y in pairs])

    one, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=0)
    for model, engine in ((one, "eager"), (other, "compiled")):
        history = model.fit(X, Y, loss=bent, engine=engine, lr=0.01, epochs=3, seed=0, **QUIET)
        assert history.settings["engine"] == engine
    np.testing.assert_allclose([*other.state_dict().values()], [*one.state_dict().values()], rtol=1e-10)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_compiled_step_is_all_or_nothing(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    model, recorder = small(dropout=0.5, batch_norm=True), Recorder()
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    states: list[Any] = []

    class States(Callback):
        def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
            states.append((optimizer.state_dict(), model.layers[3].rng.getstate()))  # type: ignore[attr-defined]

    whole, left = vectors.VectorOptimizer.step, [5]

    def broken(self: Any, theta: Any, gradient: Any) -> None:
        whole(self, theta, gradient)
        left[0] -= 1
        if not left[0]:
            theta[0] = 99.0
            raise error

    monkeypatch.setattr(vectors.VectorOptimizer, "step", broken)
    arguments: dict[str, Any] = {"optimizer": optimizer, "batch_size": 2, "callbacks": [recorder, States()], "seed": 0}
    if error is KeyboardInterrupt:
        history = model.fit(X[:4], Y[:4], epochs=9, engine="compiled", **arguments, **QUIET)
        assert (history.stopped, history.settings["engine"]) == ("interrupted", "compiled")
    else:
        with pytest.raises(RuntimeError):
            model.fit(X[:4], Y[:4], epochs=9, engine="compiled", **arguments, **QUIET)
    assert len(recorder.steps) == 4
    assert model.state_dict() == recorder.steps[-1]
    assert (optimizer.state_dict(), model.layers[3].rng.getstate()) == states[-1]  # type: ignore[attr-defined]


def test_ctrl_c_while_the_model_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers that are on their way arrive, and then the interruption counts."""
    presses, write_back = [True], vectors.VectorOptimizer.write_back

    def pressed(self: Any) -> None:
        if presses:
            presses.pop()
            raise KeyboardInterrupt
        write_back(self)

    monkeypatch.setattr(vectors.VectorOptimizer, "write_back", pressed)
    model, again = small(), small()
    optimizer = optim.Adam(model.parameters(), lr=0.1)
    history = model.fit(
        X, Y, optimizer=optimizer, epochs=4, engine="compiled", seed=0, callbacks=[lambda epoch, logs: None], **QUIET
    )
    assert history.stopped == "interrupted"
    done = set(optimizer.steps)
    assert done == {1}  # the program is compared before the second step, for which the model is brought up to date
    again.fit(X, Y, lr=0.1, epochs=1, engine="compiled", seed=0, **QUIET)
    assert model.state_dict() == again.state_dict()


# ----- What is written down -----


def test_resumed_trainings_are_the_same_bit_for_bit(tmp_path: Path) -> None:
    whole = net()
    expected = outcome(whole, train(whole, engine="compiled"))
    for after in (1, 4, 5, 9):
        folder = tmp_path / str(after)
        with pytest.raises(RuntimeError, match="a crash"):
            train(net(), folder, checkpoint_every=1, engine="compiled", callbacks=[Stop(after)])
        model = net()
        history = train(model, folder, checkpoint_every=1, engine="compiled", resume=True)
        assert same(outcome(model, history), expected), after


@pytest.mark.parametrize(("before", "now"), [("eager", "compiled"), ("compiled", "eager")])
def test_one_engine_does_not_go_on_where_the_other_stopped(before: str, now: str, tmp_path: Path) -> None:
    """Their numbers are the same up to rounding, and resuming promises every bit."""
    with pytest.raises(RuntimeError, match="a crash"):
        train(net(), tmp_path / "run", checkpoint_every=1, engine=before, callbacks=[Stop(7)])
    model = net()
    state = model.state_dict()
    with pytest.raises(nn.training.CheckpointError, match=f"made with engine='{before}', and now it is '{now}'"):
        train(model, tmp_path / "run", engine=now, resume=True)
    assert model.state_dict() == state


@pytest.mark.parametrize("engine", ["auto", "compiled"])
def test_a_module_of_ones_own_whose_output_is_a_list_of_one(engine: str) -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            self.hidden = nn.Layer(2, 4, "tanh", seed=1)
            self.output = nn.Layer(4, 1, "sigmoid", seed=2)

        def __call__(self, x: Any) -> Any:
            return self.output(self.hidden(x))

    X, y = moons(20)
    settings: dict[str, Any] = {"loss": "binary_cross_entropy", "epochs": 3, "seed": 1, "progress": False}
    validation = {"validation_data": moons(8)}
    model, eager = Net(), Net()
    history = model.fit(X, y, engine=engine, **settings, **validation)
    expected = eager.fit(X, y, engine="eager", **settings, **validation)
    assert history.settings["engine"] == "compiled"
    for name, numbers in expected.history.items():
        assert history.history[name] == pytest.approx(numbers, rel=1e-10)
    np.testing.assert_allclose(model.predict(X), eager.predict(X), rtol=1e-10)


# ----- Cross-entropy with smoothing compiles; with weights for the classes its mean is of another kind -----

TARGETS = [0, 1, 2, 1, 1]
SETTINGS: dict[str, Any] = {"epochs": 4, "lr": 0.1, "seed": 0, "batch_size": 2, **QUIET}


@pytest.mark.parametrize("targets", [TARGETS, nn.data.one_hot(TARGETS)], ids=["classes", "one-hot"])
def test_smoothing_is_the_same_in_both_engines(targets: list[Any]) -> None:
    loss = partial(losses.cross_entropy, label_smoothing=0.2)
    models = [nn.MLP(2, [4, 3], "tanh", seed=0) for _ in range(3)]
    eager, compiled, plain = (
        model.fit(X, targets, loss=chosen, engine=engine, **SETTINGS)
        for model, chosen, engine in zip(
            models, (loss, loss, "cross_entropy"), ("eager", "compiled", "compiled"), strict=True
        )
    )
    assert compiled["loss"] == pytest.approx(eager["loss"], rel=1e-10)
    assert compiled["loss"] != pytest.approx(plain["loss"], rel=1e-3)
    assert list(models[1].state_dict().values()) == pytest.approx(list(models[0].state_dict().values()), rel=1e-8)


def test_weights_of_classes_are_for_the_eager_engine() -> None:
    weight = [1.0, 3.0, 0.5]
    loss = partial(partial(losses.cross_entropy, weight=weight), label_smoothing=0.1)
    model = nn.MLP(2, [4, 3], "tanh", seed=0)
    with pytest.raises(CompilationError, match=r"divides by the weights of the classes in a batch.*class_weight="):
        model.fit(X, TARGETS, loss=loss, engine="compiled", **SETTINGS)
    own = nn.MLP(2, [4, 3], "tanh", seed=0)
    history = model.fit(X, TARGETS, loss=loss, **SETTINGS)
    expected = own.fit(X, TARGETS, loss=lambda p, y: loss(p, y), engine="eager", **SETTINGS)
    assert history.settings["engine"] == "eager" and "class_weight" in history.settings["not compiled"]
    assert history["loss"] == expected["loss"]
