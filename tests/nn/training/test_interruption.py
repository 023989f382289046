"""Ctrl-C and faults: a step is all or nothing."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest

from nn.callbacks import Callback
from nn.datasets import moons
from nn.optim import SGD
from nn.training.keeper import Keeper
from tests.nn.small_nets import QUIET, ROOT, Recorder, small


class Interrupt(Callback):
    def __init__(self, where: str, at: int) -> None:
        self.where, self.left = where, at

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float]) -> None:
        self._maybe("begin")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self._maybe("end")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        self._maybe("epoch")

    def _maybe(self, where: str) -> None:
        if where == self.where:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "at", "steps", "epochs"), [("begin", 1, 0, 0), ("begin", 5, 4, 1), ("end", 5, 5, 1), ("epoch", 2, 6, 2)]
)
def test_ctrl_c_leaves_the_last_finished_step(where: str, at: int, steps: int, epochs: int) -> None:
    X, y = moons(9)
    whole, recorder = small(), Recorder()
    start = whole.state_dict()
    full = whole.fit(X, y, batch_size=3, epochs=4, seed=0, callbacks=[recorder], **QUIET)
    model = small()
    history = model.fit(
        X, y, batch_size=3, epochs=4, seed=0, callbacks=[Interrupt(where, at)], early_stopping=3, **QUIET
    )
    assert history.stopped == "interrupted" and history.epochs == epochs and history.best_epoch is None
    assert model.state_dict() == [start, *recorder.steps][steps]
    for name, numbers in history.history.items():
        assert numbers == full.history[name][:epochs]


class Halfway(SGD):
    """An optimizer that is interrupted when it has moved half of the parameters."""

    interrupt: BaseException | None = None

    def step(self) -> None:
        if self.interrupt is not None:
            for p in self.parameters[: len(self.parameters) // 2]:
                p.data = 99.0
            self.steps[0] += 7
            raise self.interrupt
        super().step()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a fault")], ids=["ctrl-c", "fault"])
def test_a_step_is_all_or_nothing(error: BaseException) -> None:
    """Parameters, running means, generators and the optimizer are as they were before the broken step."""
    X, y = moons(8)
    model = small(dropout=0.5, batch_norm=True)
    optimizer = Halfway(model.parameters(), lr=0.1, momentum=0.9)
    model.fit(X, y, optimizer=optimizer, batch_size=4, seed=0, **QUIET)
    before = model.state_dict(), optimizer.state_dict(), model.layers[3].rng.getstate()  # type: ignore[attr-defined]
    optimizer.interrupt = error
    if isinstance(error, KeyboardInterrupt):
        assert model.fit(X, y, optimizer=optimizer, batch_size=4, **QUIET).stopped == "interrupted"
    else:
        with pytest.raises(RuntimeError, match="a fault"):
            model.fit(X, y, optimizer=optimizer, batch_size=4, **QUIET)
    assert (model.state_dict(), optimizer.state_dict(), model.layers[3].rng.getstate()) == before  # type: ignore[attr-defined]
    assert 99.0 not in model.state_dict().values()


def test_a_second_ctrl_c_waits_until_everything_is_put_back() -> None:
    model = small(dropout=0.5)
    keeper = Keeper(model, optimizer := SGD(model.parameters(), lr=0.1))
    before = keeper.take()
    for p in model.parameters():
        p.data += 1.0
    rng = model.layers[1].rng  # type: ignore[attr-defined]
    rng.random()
    presses = [KeyboardInterrupt(), KeyboardInterrupt(), None]
    load = optimizer.load_state_dict

    def pressed(saved: Mapping[str, Any]) -> None:
        load(saved)
        if (press := presses.pop(0)) is not None:
            raise press

    optimizer.load_state_dict = pressed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        keeper.put_back(before)
    assert presses == [] and model.state_dict() == small(dropout=0.5).state_dict()
    assert rng.getstate() == before.generators[0]


SIGINT_SCRIPT = """
import json, signal, sys
import nn
from nn.datasets import moons
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started with it ignored
model = nn.MLP(2, [4, 1], activation="tanh", output_activation="sigmoid", dropout=0.2, seed=0)
def tell(epoch, logs):
    if epoch == 0:
        print("ready", flush=True)
history = model.fit(*moons(12), batch_size=3, epochs=10**6, seed=0, progress=False, callbacks=[tell])
json.dump([history.stopped, history.epochs, history.history["loss"], model.state_dict()], sys.stdout)
"""


def test_a_real_sigint_leaves_the_last_finished_step() -> None:

    with subprocess.Popen(
        [sys.executable, "-c", SIGINT_SCRIPT], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        try:
            out, err = child.communicate(timeout=60)
        finally:
            child.kill()  # if it did not stop by itself; `with` would wait for it for ever
    assert child.returncode == 0, err
    stopped, epochs, loss, state = json.loads(out)
    assert stopped == "interrupted"
    replay, recorder = small(dropout=0.2), Recorder()
    history = replay.fit(*moons(12), batch_size=3, epochs=epochs + 1, seed=0, callbacks=[recorder], **QUIET)
    assert history.history["loss"][:epochs] == loss
    states = [small(dropout=0.2).state_dict(), *recorder.steps]
    assert state in states[4 * epochs :]
