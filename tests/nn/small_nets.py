"""What the tests of training share: a small network, and a record of the states it goes through."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nn
from nn.callbacks import Callback

ROOT = Path(nn.__file__).parent.parent
QUIET: dict[str, Any] = {"progress": False}


def small(seed: int = 0, **settings: Any) -> nn.MLP:
    """A 2-4-1 network with a probability as output."""
    return nn.MLP(2, [4, 1], activation="tanh", output_activation="sigmoid", seed=seed, **settings)


class Recorder(Callback):
    """The state of the model after every step and every epoch."""

    def __init__(self) -> None:
        self.steps: list[dict[str, float]] = []
        self.epochs: list[dict[str, float]] = []

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self.steps.append(self.model.state_dict())

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        self.epochs.append(self.model.state_dict())
