"""Callbacks: what `fit` calls between steps and epochs. `EarlyStopping` is one; write others as in Keras.

`ReduceLROnPlateau` is another. Both watch one number of the log.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

from autograd.support import answers
from autograd.support.schema import Schema, count, equal, fields, finite, known, number, optional
from autograd.support.settings import check_count, check_flag, check_fraction, check_function, check_non_negative
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
        expected = "a function (epoch, logs)"
        self.function = check_function("EpochFunction", "function", function, expected, arguments=2)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Call the function."""
        self.function(epoch, logs)


def check_hooks(place: str, callback: Callback) -> None:
    """Raise TypeError if a callback has a method that looks like a hook, and is none: `fit` would never call it.

    So, too, if a hook cannot take what `fit` gives it: the training would end in its first epoch.

    >>> class Log(Callback):
    ...     def on_epoch_ends(self, epoch, logs): ...
    >>> check_hooks("callbacks[0]", Log())
    Traceback (most recent call last):
    TypeError: callbacks[0]: fit never calls Log.on_epoch_ends: did you mean on_epoch_end?
    """
    hooks = [name for name in dir(Callback) if name.startswith("on_")]
    for name in dir(callback):
        if name.startswith("on_") and name not in hooks:
            advice = answers.answer("Callback", name, hooks)
            if advice:  # a method of another name may be the callback's own affair
                raise TypeError(f"{place}: fit never calls {type(callback).__name__}.{name}: {advice}")
    for name in hooks:
        own = getattr(Callback, name)
        if getattr(type(callback), name) is not own:
            takes = list(signature(own).parameters)
            hook, expected = f"{type(callback).__name__}.{name}", f"a method ({', '.join(takes)})"
            check_function(place, hook, getattr(callback, name), expected, arguments=len(takes) - 1)


class Monitor(Callback):
    """What the callbacks share that watch one number of the log: which one, and which way is better."""

    settings: ClassVar[tuple[str, ...]] = ()
    """The attributes that must be the same when a training is resumed."""

    def __init__(self, monitor: str | None, mode: str, patience: int, least: int) -> None:
        owner = type(self).__name__
        if not isinstance(mode, str) or mode not in ("auto", "min", "max"):
            problem = ValueError if isinstance(mode, str) else TypeError
            raise problem(f'{owner}: mode must be "auto", "min" or "max", got {short(mode)}')
        if monitor is not None and not isinstance(monitor, str):
            raise TypeError(f'{owner}: monitor is a name in the logs, such as "val_loss", got {short(monitor)}')
        self.monitor, self.mode = monitor, mode
        self.patience = check_count(owner, "patience", patience, least)
        self.restart()

    def restart(self) -> None:
        """Forget every epoch so far."""
        self.wait = 0
        self.best: float | None = None

    def on_train_begin(self, logs: Logs) -> None:
        """Begin anew, unless the training is resumed."""
        if not self.history.epochs:
            self.restart()

    def check(self, name: str, logs: Iterable[str]) -> None:
        """Raise ValueError if there is no number of that name."""
        if name not in logs:
            of_validation = name.startswith("val_") and not any(log.startswith("val_") for log in logs)
            remedy = (
                ": to have one, give fit(..., validation_split=0.2) or validation_data=(X, y)" if of_validation else ""
            )
            raise ValueError(
                f"{type(self).__name__}: monitor must be one of {', '.join(logs)}, got {short(name)}{remedy}"
            )

    def watched(self, logs: Logs) -> tuple[str, float]:
        """Name and number of this epoch; ValueError if there is no such number in the logs."""
        name = self.monitor or ("val_loss" if "val_loss" in logs else "loss")
        self.check(name, logs)
        return name, logs[name]

    def upwards(self, name: str) -> bool:
        """Whether more is better."""
        return self.mode == "max" or (self.mode == "auto" and name.removeprefix("val_").endswith(UPWARDS))

    def schema(self, epochs: int) -> Schema:
        """What `state_dict` gives after so many epochs."""
        raise NotImplementedError


class EarlyStopping(Monitor):
    """Stop when a number has not become better for `patience` epochs, and restore the weights of the best epoch.

    `monitor` is a name in the logs, by default "val_loss" if there is validation data and else "loss". Better means
    lower, or with mode="max" higher, by more than `min_delta`; "auto" takes "max" for accuracy, precision, recall,
    f1 and r2. Weights are restored at the end of every training but an interrupted one, whatever ended it.

    Raises ValueError for a patience below 1, a negative min_delta and an unknown mode, TypeError for what is of another
    kind.

    >>> EarlyStopping(patience=5)
    EarlyStopping(monitor=None, patience=5, min_delta=0.0, mode='auto')
    """

    settings = ("monitor", "patience", "min_delta", "mode", "restore_best_weights")

    @suggest_settings
    def __init__(
        self,
        monitor: str | None = None,
        patience: int = 10,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best_weights: bool = True,
    ) -> None:
        super().__init__(monitor, mode, patience, least=1)
        self.min_delta: float = check_non_negative("EarlyStopping", "min_delta", min_delta)
        self.restore_best_weights: bool = check_flag("EarlyStopping", "restore_best_weights", restore_best_weights)

    def restart(self) -> None:
        """Forget every epoch so far."""
        super().restart()
        self.best_epoch: int | None = None
        self._state: dict[str, float] | None = None

    def on_train_begin(self, logs: Logs) -> None:
        """Begin anew, unless the training is resumed."""
        super().on_train_begin(logs)
        self.stop_training = self.wait >= self.patience

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare with the best epoch so far.

        Raises ValueError if there is no such number in the logs.
        """
        name, value = self.watched(logs)
        if self.best is None or math.isnan(self.best) or self._better(name, value, self.best):
            self.best, self.best_epoch, self.wait = value, epoch, 0
            if self.restore_best_weights:
                self._state = self.model.state_dict()
        else:
            self.wait += 1
        self.stop_training = self.wait >= self.patience

    def _better(self, name: str, value: float, best: float) -> bool:
        return value > best + self.min_delta if self.upwards(name) else value < best - self.min_delta

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


class ReduceLROnPlateau(Monitor):
    """Multiply the rate by `factor` when a number has not become better for more than `patience` epochs.

    Better is below best·(1 − threshold), or with threshold_mode="abs" below best − threshold; where more is better,
    above best·(1 + threshold) or best + threshold. After a change, `cooldown` epochs pass before bad ones count again;
    the rate goes no lower than `min_lr`, and a change of `eps` or less is left out. `monitor` and `mode` are as in
    `EarlyStopping`. The rates are those of PyTorch's class of this name. A schedule sets the rate at every step, so
    `fit` takes one of the two.

    Raises ValueError for a factor of 1 or more and other settings out of range, TypeError for what is of another kind.

    >>> from nn import MLP
    >>> X, y = [[0.0], [1.0]], [0.0, 1.0]
    >>> halve = ReduceLROnPlateau(factor=0.5, patience=0, threshold=1.0, threshold_mode="abs")
    >>> history = MLP(1, [1], seed=0).fit(X, y, lr=0.1, epochs=4, callbacks=[halve], progress=False)
    >>> history["lr"]
    [0.1, 0.1, 0.05, 0.025]
    """

    settings = (
        "monitor", "mode", "factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr", "eps"
    )  # fmt: skip

    @suggest_settings
    def __init__(
        self,
        monitor: str | None = None,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
        mode: str = "auto",
    ) -> None:
        owner = "ReduceLROnPlateau"
        if not isinstance(threshold_mode, str) or threshold_mode not in ("rel", "abs"):
            problem = ValueError if isinstance(threshold_mode, str) else TypeError
            raise problem(f'{owner}: threshold_mode must be "rel" or "abs", got {short(threshold_mode)}')
        super().__init__(monitor, mode, patience, least=0)
        self.factor: float = check_fraction(owner, "factor", factor)
        self.threshold: float = check_non_negative(owner, "threshold", threshold)
        self.threshold_mode = threshold_mode
        self.cooldown = check_count(owner, "cooldown", cooldown, 0)
        self.min_lr: float = check_non_negative(owner, "min_lr", min_lr)
        self.eps: float = check_non_negative(owner, "eps", eps)

    def restart(self) -> None:
        """Forget every epoch so far."""
        super().restart()
        self.cooling = 0

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare with the best epoch so far, and lower the rate if there have been too many bad ones.

        Raises ValueError if there is no such number in the logs.
        """
        name, value = self.watched(logs)
        if self._better(name, value):
            self.best, self.wait = value, 0
        else:
            self.wait += 1
        if self.cooling:
            self.cooling, self.wait = self.cooling - 1, 0
        if self.wait > self.patience:
            rate = max(self.optimizer.lr * self.factor, self.min_lr)
            if self.optimizer.lr - rate > self.eps:
                self.optimizer.lr = rate
            self.cooling, self.wait = self.cooldown, 0

    def _better(self, name: str, value: float) -> bool:
        sign = 1.0 if self.upwards(name) else -1.0
        best = -sign * math.inf if self.best is None else self.best
        edge = best * (1.0 + sign * self.threshold) if self.threshold_mode == "rel" else best + sign * self.threshold
        return sign * value > sign * edge  # nan is not better

    def state_dict(self) -> dict[str, Any]:
        """The best number, how many bad epochs there were, and how many more do not count."""
        return {"wait": self.wait, "best": self.best, "cooling": self.cooling}

    def schema(self, epochs: int) -> Schema:
        """What `state_dict` gives after so many epochs."""
        most = min(epochs, self.patience)
        return fields({"wait": count(most=most), "best": optional(known), "cooling": count(most=self.cooldown)})

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        self.wait, self.best, self.cooling = saved["wait"], saved["best"], saved["cooling"]

    def __repr__(self) -> str:
        return f"ReduceLROnPlateau({', '.join(f'{name}={getattr(self, name)!r}' for name in self.settings)})"


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.callbacks")
