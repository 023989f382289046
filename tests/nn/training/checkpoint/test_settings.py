"""`resume=True` goes on with the same training or not at all: each setting that changes numbers, changed alone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from nn import schedules
from nn.callbacks import Callback, EarlyStopping
from nn.losses import huber, mse
from nn.training import CheckpointError
from nn.training.checkpoint.settings import Settings, check_same, fingerprint, held_by
from nn.training.examples import Examples
from tests.nn.small_nets import QUIET
from tests.nn.training.stateful_training import Stop, train


def net(*, p: float = 0.3, momentum: float = 0.1, eps: float = 1e-5, activation: Any = "tanh") -> nn.MLP:
    model = nn.MLP(2, [4, 1], activation, "sigmoid", dropout=p, batch_norm=True, seed=0)
    model.layers[1].momentum, model.layers[1].eps = momentum, eps  # type: ignore[attr-defined]
    return model


def begun(folder: Path, model: nn.Module | None = None, **settings: Any) -> None:
    """A training that was killed in its second epoch."""
    with pytest.raises(RuntimeError, match="a crash"):
        train(model or net(), folder, checkpoint_every=1, **{**settings, "callbacks": [Stop(7)]})


def refused(folder: Path, match: str, model: nn.Module | None = None, **settings: Any) -> None:
    model = model or net()
    before = model.state_dict(), (folder / "checkpoint.json").read_bytes()
    with pytest.raises(CheckpointError, match=f"checkpoint.json was made with {match}: give the same"):
        train(model, folder, resume=True, **settings)
    assert (model.state_dict(), (folder / "checkpoint.json").read_bytes()) == before
    assert [file.name for file in folder.iterdir()] == ["checkpoint.json"]


def rated(rate: float) -> Callable[[int], float]:
    return lambda t: rate / (1 + t)


def table(rates: list[float]) -> Callable[[int], float]:
    return lambda t: rates[min(t, len(rates) - 1)]


SCHEDULES = [
    (schedules.cosine(0.02, 30), schedules.cosine(0.02, 300), "schedule.steps=30, and now it is 300"),
    (schedules.cosine(0.02, 30), schedules.cosine(0.02, 30, 0.01), r"schedule\.end=0\.0, and now it is 0\.01"),
    (schedules.cosine(0.02, 30), schedules.linear(0.02, 0.0, 30), "schedule='cosine', and now it is 'linear'"),
    (schedules.constant(0.02), schedules.constant(0.03), r"schedule\.rate=0\.02, and now it is 0\.03"),
    (schedules.linear(0.1, 0.0, 9), schedules.linear(0.1, 0.0, 10), "schedule.steps=9, and now it is 10"),
    (schedules.step_decay(0.1, 900), schedules.step_decay(0.1, 901), "schedule.every=900, and now it is 901"),
    (
        schedules.step_decay(0.1, 900, 0.5),
        schedules.step_decay(0.1, 900, 0.4),
        r"schedule\.factor=0\.5, and now it is 0\.4",
    ),
    (schedules.exponential(0.1, 0.9), schedules.exponential(0.1, 0.91), r"schedule\.factor=0\.9, and now it is 0\.91"),
    (schedules.warmup(5, 0.1), schedules.warmup(6, 0.1), "schedule.steps=5, and now it is 6"),
    (schedules.warmup(5, 0.1), schedules.warmup(5, 0.1, 0.5), r"schedule\.start=0\.0, and now it is 0\.5"),
    (
        schedules.warmup(5, schedules.cosine(0.1, 40)),
        schedules.warmup(5, schedules.cosine(0.1, 41)),
        "schedule.after.steps=40, and now it is 41",
    ),
    (schedules.warmup_cosine(0.1, 3, 30), schedules.warmup_cosine(0.1, 3, 31), "schedule.after.steps=27, and now"),
    (rated(0.1), rated(0.2), r"schedule\.rate=0\.1, and now it is 0\.2"),
    (table([0.1] * 9), table([0.1] * 8 + [0.2]), r"schedule\.rates\.8=0\.1, and now it is 0\.2"),
    (lambda t: 0.1 * 0.9**t, lambda t: 0.1 * 0.8**t, r"schedule\.constants=0\.9 in place 1, and now it is 0\.8"),
    (lambda t: 1 / (9 + t // 2), lambda t: 1 / (9 + t // 3), r"schedule at step 2=0\.1, and now it is 0\.1111"),
]


@pytest.mark.parametrize(("before", "now", "match"), SCHEDULES)
def test_schedules(before: Any, now: Any, match: str, tmp_path: Path) -> None:
    begun(tmp_path, schedule=before)
    refused(tmp_path, f"{match}.*", schedule=now)
    train(net(), tmp_path, resume=True, schedule=before)


class Scaled(nn.Module):
    """A module of the user's own with a setting, a mask, a count of its calls, and a memory of the last one."""

    def __init__(self, slope: float = 0.5, mask: tuple[float, ...] = (1.0, 1.0)) -> None:
        self.net = net()
        self.slope, self.mask, self.calls, self.last = slope, np.array(mask), 0, 0.0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        out = self.net([v * m for v, m in zip(x, self.mask.tolist(), strict=True)])
        self.last = float(out)
        return out * self.slope

    def batch(self, xs: Any) -> Any:
        self.calls += 1
        return [y * self.slope for y in self.net.batch(xs)]


def steep(slope: float) -> Callable[[Any], Any]:
    return lambda z: z * slope


def frozen_norm() -> nn.MLP:
    model = net()
    model.layers[1].eval()
    return model


def frozen_weights() -> nn.MLP:
    model = net()
    model.layers[0].freeze()
    return model


MODELS: list[tuple[Callable[[], nn.Module], Callable[[], nn.Module], str]] = [
    (net, lambda: net(momentum=0.9), r"layers\.1\.momentum=0\.1, and now it is 0\.9"),
    (net, lambda: net(eps=1e-3), r"layers\.1\.eps=1e-05, and now it is 0\.001"),
    (net, lambda: net(p=0.4), r"model='layers\.3: Dropout\(0\.3\), .*and now it is 'layers\.3: Dropout\(0\.4\).*"),
    (net, lambda: net(p=0.3 + 1e-9), r"layers\.3\.p=0\.3, and now it is 0\.300000001"),
    (net, lambda: net(activation="relu"), ".*ActivationLayer.*'tanh'.*'relu'.*"),
    (net, frozen_norm, r"in evaluation mode=\[\], and now it is \['layers\.1'\]"),
    (net, frozen_weights, r"frozen=\['layers\.0\.neurons\.0\.b', .*"),
    (
        lambda: net(activation=steep(1.0)),
        lambda: net(activation=steep(2.0)),
        r"layers\.2\.activation\.slope=1\.0, and now it is 2\.0",
    ),
    (Scaled, lambda: Scaled(slope=0.6), r"slope=0\.5, and now it is 0\.6"),
    (Scaled, lambda: Scaled(mask=(1.0, 0.0)), r"mask='array \(2,\), .*"),
]


@pytest.mark.parametrize(("before", "now", "match"), MODELS)
def test_models(before: Callable[[], nn.Module], now: Callable[[], nn.Module], match: str, tmp_path: Path) -> None:
    begun(tmp_path, before())
    refused(tmp_path, match, now())
    train(before(), tmp_path, resume=True)


def own(predictions: Any, targets: Any, delta: float = 1.0) -> Any:
    return huber(predictions, targets, delta=delta)


def made(delta: float) -> Any:
    return lambda predictions, targets: huber(predictions, targets, delta=delta)


class Loss:
    def __init__(self, delta: float) -> None:
        self.delta, self.calls = delta, 0

    def __call__(self, predictions: Any, targets: Any) -> Any:
        self.calls += 1
        return huber(predictions, targets, delta=self.delta)


def penalty(strength: float) -> Any:
    return lambda model: nn.regularization.l1(model.parameters(), strength)


def early(**settings: Any) -> EarlyStopping:
    return EarlyStopping(**{"patience": 3, **settings})


SETTINGS: list[tuple[str, Any, Any, str]] = [
    ("engine", "eager", "compiled", "engine='eager', and now it is 'compiled'"),
    ("engine", "compiled", "eager", "engine='compiled', and now it is 'eager'"),
    ("loss", partial(huber, delta=1.0), partial(huber, delta=2.0), r"loss\.delta=1\.0, and now it is 2\.0"),
    ("loss", partial(own, delta=1.0), partial(own, delta=2.0), r"loss\.delta=1\.0, and now it is 2\.0"),
    ("loss", made(1.0), made(2.0), r"loss\.delta=1\.0, and now it is 2\.0"),
    ("loss", Loss(1.0), Loss(2.0), r"loss\.delta=1\.0, and now it is 2\.0"),
    ("loss", partial(mse, reduction="mean"), partial(mse, reduction="sum"), "loss.reduction='mean', and now .*'sum'"),
    ("regularization", penalty(0.1), penalty(0.2), r"regularization\.strength=0\.1, and now it is 0\.2"),
    ("l1", 0.0, 0.1, r"l1=0\.0, and now it is 0\.1"),
    ("l2", 0.1, 0.2, r"l2=0\.1, and now it is 0\.2"),
    ("clip_norm", 1.0, 2.0, r"clip_norm=1\.0, and now it is 2\.0"),
    ("clip_value", 1.0, None, r"clip_value=1\.0, and now it is None"),
    ("sample_weight", [1.0] * 18, [1.0] * 17 + [2.0], "training examples='18 × 2.*"),
    ("class_weight", {0: 1.0, 1: 1.0}, {0: 1.0, 1: 2.0}, "training examples='18 × 2.*"),
    ("metrics", ["accuracy"], ["acc"], r"metrics=\['accuracy'\], and now it is \['acc'\]"),
    ("early_stopping", early(), early(patience=4), r"early_stopping\.patience=3, and now it is 4"),
    ("early_stopping", early(), early(min_delta=0.1), r"early_stopping\.min_delta=0\.0, and now it is 0\.1"),
    ("early_stopping", early(), early(monitor="loss"), r"early_stopping\.monitor=None, and now it is 'loss'"),
    ("early_stopping", early(), early(mode="max"), r"early_stopping\.mode='auto', and now it is 'max'"),
    ("early_stopping", early(), early(restore_best_weights=False), r".*restore_best_weights=True, and now it is False"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "now", "match"), SETTINGS)
def test_settings(name: str, before: Any, now: Any, match: str, tmp_path: Path) -> None:
    begun(tmp_path, **{name: before})
    refused(tmp_path, match, **{name: now})
    train(net(), tmp_path, resume=True, **{name: before})


OPTIMIZERS = [
    (nn.optim.SGD, "momentum", 0.9, 0.8),
    (nn.optim.SGD, "nesterov", False, True),
    (nn.optim.SGD, "weight_decay", 0.0, 0.1),
    (nn.optim.RMSProp, "alpha", 0.99, 0.9),
    (nn.optim.RMSProp, "centered", False, True),
    (nn.optim.Adagrad, "lr_decay", 0.0, 0.1),
    (nn.optim.Adam, "eps", 1e-8, 1e-7),
    (nn.optim.AdamW, "weight_decay", 0.01, 0.02),
]


@pytest.mark.parametrize(("kind", "name", "before", "now"), OPTIMIZERS)
def test_hyperparameters(kind: Any, name: str, before: Any, now: Any, tmp_path: Path) -> None:
    more = {"momentum": 0.9} if name == "nesterov" else {}
    begun(tmp_path, optimizer=partial(kind, **{**more, name: before}))
    match = rf"optimizer\.{name}={before!r}, and now it is {now!r}"
    refused(tmp_path, match, optimizer=partial(kind, **{**more, name: now}))


def test_a_rate_without_a_schedule(tmp_path: Path) -> None:
    begun(tmp_path, schedule=None, lr=0.1)
    refused(tmp_path, r"lr=0\.1, and now it is 0\.2", schedule=None, lr=0.2)


def test_what_changes_no_number_of_the_training_may_change(tmp_path: Path) -> None:
    begun(tmp_path)
    history = train(
        net(), tmp_path, resume=True, epochs=6, checkpoint_every=2, progress=False, callbacks=[lambda epoch, logs: None]
    )
    assert history.epochs > 4


def test_what_a_training_itself_changes_is_no_setting(tmp_path: Path) -> None:
    """In the same process: a count of calls stands elsewhere than when the training began."""
    model, loss = Scaled(), Loss(1.0)
    begun(tmp_path, model, loss=loss)
    assert model.calls > 10 and loss.calls > 5
    history = train(model, tmp_path, resume=True, loss=loss)
    assert history.epochs == 4


class Counting(nn.Module):
    """It does not compile, and that is seen at the first step only."""

    def __init__(self, steady: bool = False) -> None:
        self.layer, self.calls, self.steady = nn.Layer(2, 1, "sigmoid", seed=0), 0, steady

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        [y] = self.layer(x)
        return y * (0.5 if self.steady or self.calls % 2 else 0.25)


def test_a_training_that_gave_up_compiling_goes_on_eagerly(tmp_path: Path) -> None:
    begun(tmp_path, Counting())
    history = train(Counting(), tmp_path, resume=True)
    assert history.settings["engine"] == "eager"
    assert history.settings["not compiled"] == "it was not compiled when the checkpoint was written"
    (tmp_path / "second").mkdir()
    begun(tmp_path / "second", Counting())
    refused(tmp_path / "second", "engine='eager', and now it is 'compiled'", Counting(True), engine="compiled")


def test_two_ways_to_say_the_same_numbers_are_told_apart() -> None:
    pairs = Examples([[1.0], [2.0]], [[1, 2], [3, 4]])
    weighted = Examples([[1.0], [2.0]], [1, 2], [3.0, 4.0])
    assert len({fingerprint(pairs), fingerprint(weighted), fingerprint(Examples([[1.0, 2.0]], [1]))}) == 3
    assert fingerprint(Examples([[1.0]], [1])) == fingerprint(Examples([[1.0]], [1.0]))
    assert fingerprint(None) is None


@pytest.mark.parametrize(("before", "now"), [(1, True), (1, 1.0), (0.0, -0.0), (None, 0), ([1], [True]), ("1", 1)])
def test_settings_of_another_type_differ(before: Any, now: Any) -> None:
    with pytest.raises(CheckpointError, match="run was made with a="):
        check_same(Path("run"), Settings({"a": before}, {}), Settings({"a": now}, {}))
    check_same(Path("run"), Settings({"a": float("nan")}, {"b": 1}), Settings({"a": float("nan")}, {"c": 2}))


def test_what_a_function_holds() -> None:
    w, cycle = Value(1.0), [1.0]
    cycle.append(cycle)  # type: ignore[arg-type]

    def function(x: Any, power: int = 2) -> Any:
        return (w * x) ** power + len(cycle) * 0.25

    class Object:
        rate = 3

        def __init__(self) -> None:
            self.scale, self._hidden = 2, 3

        def method(self) -> int:
            return self.scale

    held = held_by(function, "f")
    assert held["f.power"] == 2 and held["f.constants"] == [0.25] and held["f.cycle.0"] == 1.0
    assert "f.w" not in held
    assert held_by(Object().method, "f") == {"f.scale": 2}
    assert held_by(None, "f") == held_by(abs, "f") == held_by(3, "f") == {}

    count, rate = 0, 0.5

    def counting(x: Any) -> Any:
        nonlocal count
        count += 1
        return x * rate

    assert held_by(counting, "f") == {"f.rate": 0.5}

    def endless(x: Any) -> Any:
        return endless(x)

    assert len(held_by(endless, "f")) < 20


class Remembering(Callback):
    """Fails when it is given back what it remembered."""

    def __init__(self, fails: bool) -> None:
        self.fails, self.seen = fails, [0]

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state_dict(self, saved: Any) -> None:
        self.seen = saved["seen"]
        if self.fails:
            self.fails = False
            raise KeyError("what it wanted")

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        self.seen.append(epoch)


def test_a_callback_that_cannot_load_its_state_changes_nothing(tmp_path: Path) -> None:
    train(net(), tmp_path, epochs=2, callbacks=[Remembering(False)])
    model, callback, other = net(), Remembering(True), EarlyStopping(patience=3)
    optimizer = nn.optim.Adam(model.parameters(), lr=0.1)
    before = model.state_dict(), optimizer.state_dict(), model.layers[3].rng.getstate()  # type: ignore[attr-defined]
    with pytest.raises(CheckpointError, match=r"does not fit this training: KeyError: 'what it wanted'"):
        train(model, tmp_path, resume=True, optimizer=optimizer, callbacks=[callback], early_stopping=other)
    now = model.state_dict(), optimizer.state_dict(), model.layers[3].rng.getstate()  # type: ignore[attr-defined]
    assert now == before
    assert callback.seen == [0] and other.best is None
    assert train(model, tmp_path, resume=True, callbacks=[callback]).epochs == 4
    assert callback.seen == [0, 0, 1, 2, 3]


def test_early_stopping_that_was_used_before_begins_anew(tmp_path: Path) -> None:
    stopping = EarlyStopping(patience=3)
    nn.MLP(1, [1], seed=0).fit([[1.0], [2.0]], [1.0, 2.0], epochs=3, early_stopping=stopping, **QUIET)
    with pytest.raises(RuntimeError, match="a crash"):
        train(net(), tmp_path, early_stopping=stopping, callbacks=[Stop(2)])
    assert train(net(), tmp_path, early_stopping=EarlyStopping(patience=3), resume=True).epochs == 4
