"""A training with everything in it that has a state, a way to crash it, and its outcome."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nn
from nn.callbacks import Callback, EarlyStopping
from nn.datasets import moons
from nn.schedules import cosine
from tests.nn.small_nets import QUIET, small

X, Y = moons(18, noise=0.2, seed=1)


def net() -> nn.MLP:
    return small(dropout=0.3, batch_norm=True)


def train(model: nn.Module, folder: Path | None = None, **changes: Any) -> nn.training.History:
    """A training with everything in it that has a state."""
    arguments: dict[str, Any] = {
        "optimizer": "adam",
        "schedule": cosine(0.1, 40),
        "epochs": 4,
        "batch_size": 4,
        "validation_data": moons(10, noise=0.2, seed=2),
        "metrics": ["accuracy"],
        "early_stopping": EarlyStopping(patience=3),
        "seed": 7,
        "checkpoint": folder,
        **QUIET,
        **changes,
    }
    return nn.training.fit(model, arguments.pop("X", X), arguments.pop("y", Y), **arguments)


class Stop(Callback):
    """Ends the program's training at a step, as a crash would."""

    def __init__(self, after: int) -> None:
        self.left = after

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self.left -= 1
        if self.left == 0:
            raise RuntimeError("a crash")


def outcome(model: nn.Module, history: nn.training.History) -> tuple[Any, ...]:
    return model.state_dict(), history.history, history.layers, history.stopped, history.best_epoch


def same(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return repr(a) == repr(b)  # repr tells every two floats apart, and nan is nan
