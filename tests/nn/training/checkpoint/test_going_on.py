"""Checkpoints: a training that was killed goes on as if it had not been, bit for bit."""

import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.callbacks import Callback
from nn.layers import Dropout
from nn.training.checkpoint import Checkpoint
from tests.nn.small_nets import ROOT, small
from tests.nn.training.stateful_training import Stop, net, outcome, same, train


@pytest.mark.parametrize("every", [None, 1, 3])
@pytest.mark.parametrize("after", [1, 4, 5, 6, 13, 19])
def test_a_crashed_training_goes_on_bit_for_bit(every: int | None, after: int, tmp_path: Path) -> None:
    whole = net()
    expected = outcome(whole, train(whole))
    folder = tmp_path / "run"
    with pytest.raises(RuntimeError, match="a crash"):
        train(net(), folder, checkpoint_every=every, callbacks=[Stop(after)])
    for module in (other := nn.MLP(2, [4, 1], "tanh", "sigmoid", dropout=0.3, batch_norm=True, seed=99)).modules():
        if isinstance(module, Dropout):
            module.rng.random()
    history = train(other, folder, checkpoint_every=every, resume=True)
    assert same(outcome(other, history), expected)


def test_writing_checkpoints_changes_nothing(tmp_path: Path) -> None:
    one, other = net(), net()
    a, b = train(one), train(other, tmp_path, checkpoint_every=2)
    assert same(outcome(one, a), outcome(other, b))


def test_a_finished_training_is_resumed_to_the_same_end(tmp_path: Path) -> None:
    model, again = net(), net()
    a = train(model, tmp_path)
    b = train(again, tmp_path, resume=True)
    assert same(outcome(model, a), outcome(again, b))


def test_a_finished_training_can_be_extended(tmp_path: Path) -> None:
    whole, parts = net(), net()
    expected = train(whole, epochs=6, early_stopping=False)
    train(parts, tmp_path, epochs=2, early_stopping=False)
    history = train(parts, tmp_path, epochs=6, early_stopping=False, resume=True)
    assert same(outcome(whole, expected), outcome(parts, history))


def test_a_training_that_stopped_early_stays_stopped(tmp_path: Path) -> None:
    settings_: dict[str, Any] = {"early_stopping": 1, "schedule": None, "lr": 0.5, "epochs": 50}
    model, again = net(), net()
    a = train(model, tmp_path, **settings_)
    b = train(again, tmp_path, resume=True, **settings_)
    assert a.stopped == "early" and same(outcome(model, a), outcome(again, b))


@pytest.mark.parametrize("engine", ["eager", "compiled"])
@pytest.mark.parametrize("after", [1, 7])
def test_without_seeds_weights_dropout_and_order_go_on_too(after: int, engine: str, tmp_path: Path) -> None:
    """All three come from Python's generator, and nothing is drawn from it after a training has begun."""

    def unseeded() -> nn.MLP:
        return nn.MLP(2, [4, 1], "tanh", "sigmoid", dropout=0.3, batch_norm=True)

    settings_: dict[str, Any] = {"seed": None, "engine": engine}
    random.seed(3)
    whole = unseeded()
    expected = outcome(whole, train(whole, **settings_))
    random.seed(3)
    with pytest.raises(RuntimeError, match="a crash"):
        train(unseeded(), tmp_path, callbacks=[Stop(after)], **settings_)
    random.seed(99)
    other = unseeded()
    assert same(outcome(other, train(other, tmp_path, resume=True, **settings_)), expected)


def test_resume_without_a_checkpoint_starts(tmp_path: Path) -> None:
    one, other = net(), net()
    a, b = train(one), train(other, tmp_path / "folder", resume=True)
    assert same(outcome(one, a), outcome(other, b))


class Noise(nn.Module):
    """A part of the user's own that draws from a generator of NumPy's."""

    def __init__(self, bits: Any) -> None:
        self.generator = np.random.Generator(bits(5))

    def __call__(self, x: Any) -> Any:
        return [v + self.generator.normal() for v in x] if self.training else x


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox])
def test_a_generator_of_numpy_goes_on_too(bits: Any, tmp_path: Path) -> None:
    whole, model, again = (nn.Sequential(Noise(bits), small()) for _ in range(3))
    expected = outcome(whole, train(whole))
    with pytest.raises(RuntimeError, match="a crash"):
        train(model, tmp_path, checkpoint_every=1, callbacks=[Stop(7)])
    assert same(outcome(again, train(again, tmp_path, checkpoint_every=1, resume=True)), expected)


class StopAtOnce(Callback):
    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        self.stop_training = True


def test_a_training_that_a_callback_stopped_stays_stopped(tmp_path: Path) -> None:
    model, again = net(), net()
    a = train(model, tmp_path, callbacks=[StopAtOnce()])
    b = train(again, tmp_path, resume=True)
    assert a.stopped == "callback" and a.epochs == 1
    assert same(outcome(model, a), outcome(again, b))


SCRIPT = """
import json, os, signal, sys, threading
import nn
from nn.datasets import moons
from nn.schedules import cosine

folder, steps, delay = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

class Bomb(nn.training.Callback):
    def on_train_batch_end(self, batch, logs):
        global steps
        steps -= 1
        if steps == 0:
            timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL))
            timer.daemon = True
            timer.start()

model = nn.MLP(2, [4, 1], "tanh", "sigmoid", dropout=0.3, batch_norm=True, seed=0)
history = model.fit(
    *moons(24, noise=0.2, seed=1), optimizer="rmsprop", schedule=cosine(0.02, 600), epochs=100, batch_size=4,
    validation_data=moons(10, noise=0.2, seed=2), metrics=["accuracy"], early_stopping=90, seed=7,
    checkpoint=folder, checkpoint_every=2, resume=True, progress=False, callbacks=[Bomb()],
)
print(json.dumps([model.state_dict(), history.history, history.layers, history.stopped, history.best_epoch]))
"""


def run(folder: Path, steps: int = 0, delay: float = 0.0) -> subprocess.CompletedProcess[str]:
    """Train, and be killed so many seconds after so many steps, or not at all."""
    command = [sys.executable, "-c", SCRIPT, str(folder), str(steps), str(delay)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def test_killed_at_random_points_it_ends_bit_for_bit_the_same(tmp_path: Path) -> None:
    """SIGKILL, which no program can catch, from a timer: in the middle of a step, or of writing the checkpoint."""
    whole = run(tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    rng = random.Random(3)
    positions = []
    for _ in range(5):
        killed = run(tmp_path / "killed", rng.randint(10, 60), rng.uniform(0.0, 0.02))
        assert killed.returncode == -signal.SIGKILL, (killed.stdout, killed.stderr)
        checkpoint = Checkpoint(tmp_path / "killed").read()
        positions.append(0 if checkpoint is None else checkpoint["position"]["steps"])
    assert positions == sorted(positions) and 0 < positions[-1] < 600
    last = run(tmp_path / "killed")
    assert last.returncode == 0, last.stderr
    assert last.stdout == whole.stdout
    assert [path.name for path in (tmp_path / "killed").iterdir()] == ["checkpoint.json"]
