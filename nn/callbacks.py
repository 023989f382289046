"""Callbacks: what `fit` calls between steps and epochs. `EarlyStopping` is one; write others as in Keras."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from autograd.support.schema import Schema, count, equal, fields, finite, number
from autograd.support.settings import check_count, check_flag, check_function, check_non_negative
from autograd.support.text import short
from nn.keywords import suggest_settings

if TYPE_CHECKING:
    from nn.module import Module
    from nn.optim.optimizer import Optimizer
    from nn.training.history import History

Logs = Mapping[str, float]

UPWARDS = ("accuracy", "acc", "precision", "recall", "f1", "f1_score", "r2", "r2_score")  # more is better


class Callback:
    """Called by `fit`; override what you need. `model`, `history` and `optimizer` are set before the first call.

    Set `stop_training = True` to end the training after the current epoch. What `state_dict` gives goes into the
    checkpoint, and `load_state_dict` gets it when the training is resumed; define both to remember something.

    >>> class Patience(Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         self.stop_training = logs["loss"] < 0.1
    """

    model: Module
    history: History
    optimizer: Optimizer
    stop_training = False

    def on_train_begin(self, logs: Logs) -> None:
        """Before the first epoch, and again when the training is resumed."""

    def on_train_end(self, logs: Logs) -> None:
        """After the last epoch; not after an interruption."""

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        """Before an epoch; epochs count from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """After an epoch; `logs` holds what the history has for it, such as logs["val_loss"]."""

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        """Before a step; batches count from 0 in every epoch."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """After a step; `logs` holds the loss of the batch."""

    def state_dict(self) -> dict[str, Any]:
        """What must survive an interruption, as JSON can hold it."""
        return {}

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""


class EpochFunction(Callback):
    """A plain function (epoch, logs) as a callback at the end of every epoch."""

    def __init__(self, function: Callable[[int, Logs], Any]) -> None:
        self.function = check_function("EpochFunction", "function", function, "a function (epoch, logs)")

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Call the function."""
        self.function(epoch, logs)


class EarlyStopping(Callback):
    """Stop when a number has not become better for `patience` epochs, and restore the weights of the best epoch.

    `monitor` is a name in the logs, by default "val_loss" if there is validation data and else "loss". Better means
    lower, or with mode="max" higher, by more than `min_delta`; "auto" takes "max" for accuracy, precision, recall,
    f1 and r2. Weights are restored at the end of every training but an interrupted one, whatever ended it.

    Raises ValueError for a patience below 1, a negative min_delta and an unknown mode, TypeError for what is of another
    kind.

    >>> EarlyStopping(patience=5)
    EarlyStopping(monitor=None, patience=5, min_delta=0.0, mode='auto')
    """

    @suggest_settings
    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 10,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best_weights: bool = True,
    ) -> None:
        if not isinstance(mode, str) or mode not in ("auto", "min", "max"):
            problem = ValueError if isinstance(mode, str) else TypeError
            raise problem(f'EarlyStopping: mode must be "auto", "min" or "max", got {short(mode)}')
        if monitor is not None and not isinstance(monitor, str):
            raise TypeError(f'EarlyStopping: monitor is a name in the logs, such as "val_loss", got {short(monitor)}')
        self.monitor = monitor
        self.patience = check_count("EarlyStopping", "patience", patience)
        self.min_delta: float = check_non_negative("EarlyStopping", "min_delta", min_delta)
        self.mode = mode
        self.restore_best_weights: bool = check_flag("EarlyStopping", "restore_best_weights", restore_best_weights)
        self.restart()

    def restart(self) -> None:
        """Forget every epoch so far."""
        self.wait = 0
        self.best: float | None = None
        self.best_epoch: int | None = None
        self._state: dict[str, float] | None = None

    def on_train_begin(self, logs: Logs) -> None:
        """Begin anew, unless the training is resumed."""
        if not self.history.epochs:
            self.restart()
        self.stop_training = self.wait >= self.patience

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare with the best epoch so far.

        Raises ValueError if there is no such number in the logs.
        """
        name = self.monitor or ("val_loss" if "val_loss" in logs else "loss")
        self.check(name, logs)
        value = logs[name]
        if self.best is None or math.isnan(self.best) or self._better(name, value, self.best):
            self.best, self.best_epoch, self.wait = value, epoch, 0
            if self.restore_best_weights:
                self._state = self.model.state_dict()
        else:
            self.wait += 1
        self.stop_training = self.wait >= self.patience

    def check(self, name: str, logs: Iterable[str]) -> None:
        """Raise ValueError if there is no number of that name."""
        if name not in logs:
            raise ValueError(f"EarlyStopping: monitor must be one of {', '.join(logs)}, got {short(name)}")

    def _better(self, name: str, value: float, best: float) -> bool:
        upwards = name.removeprefix("val_").endswith(UPWARDS)
        if self.mode == "max" or (self.mode == "auto" and upwards):
            return value > best + self.min_delta
        return value < best - self.min_delta

    def on_train_end(self, logs: Logs) -> None:
        """Put the weights of the best epoch into the model."""
        if self.restore_best_weights and self._state is not None:
            # Weights and running means of then; random generators are no part of a state: those only ever go on.
            self.model.load_state_dict(self._state)
            self.history.best_epoch = self.best_epoch

    def state_dict(self) -> dict[str, Any]:
        """The best epoch, its weights, and how long ago it was."""
        return {"wait": self.wait, "best": self.best, "best_epoch": self.best_epoch, "state": self._state}

    def schema(self, epochs: int) -> Schema:
        """What `state_dict` gives after so many epochs of a training of `model`."""

        def check(place: str, saved: Any) -> Any:
            never = type(saved) is dict and saved.get("best_epoch") is None
            if never:  # then there was no epoch: the first one is the best so far
                return equal({"wait": epochs, "best": None, "best_epoch": None, "state": None})(place, saved)
            state = fields(dict.fromkeys(self.model.state_dict(), finite))
            fields(
                {
                    "wait": count(most=epochs - 1),
                    "best": number,
                    "best_epoch": count(most=epochs - 1),
                    "state": state if self.restore_best_weights else equal(None),
                }
            )(place, saved)
            return equal(epochs - 1 - saved["best_epoch"], "the epochs since the best one")(
                f"{place}/wait", saved["wait"]
            )

        return check

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.wait, self.best, self.best_epoch = saved["wait"], saved["best"], saved["best_epoch"]
        self._state = saved["state"]

    def __repr__(self) -> str:
        return (
            f"EarlyStopping(monitor={self.monitor!r}, patience={self.patience}, "
            f"min_delta={self.min_delta}, mode={self.mode!r})"
        )
