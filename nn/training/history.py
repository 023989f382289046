"""`History`: the log of a training, epoch by epoch; it can be plotted, read and diagnosed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from autograd.support import answers
from autograd.support.text import short

Numbers = dict[str, list[float]]


class History:
    """The log of a training.

    - `history["val_loss"]`, or as in Keras `history.history["val_loss"]`: a list for each name, one number an epoch.
      "loss" and every metric are of the training examples as they were met during the epoch, "val_loss" and so on of
      the validation examples after it, "lr" is the rate of the last step, "penalty" what regularisation added to the
      loss. Losses are means over examples; of a loss that is a sum, such as squared_error, over the
      batches that the examples were in.
    - `layers["layers.0"]["gradient_norm"]` likewise for each layer; see `nn.training.watch.Watch` for the names.
    - `epoch` are the numbers of the epochs, from 0; `epochs` is how many there were.
    - `stopped` says why it ended: "finished", "early", "callback", "interrupted" or "failed"; then `failure` says how.
    - `settings["engine"]` is the engine that trained (at the end), "compiled" or "eager", and where `fit` could not
      compile, `settings["not compiled"]` says why; `settings["lr"]` and others likewise.
    - `start` is what was known before the first step, such as the first loss; see `nn.training.diagnosis.start`.
    - `best_epoch` is the epoch whose weights early stopping restored, None if it did not.

    >>> history = History()
    >>> history.append({"loss": 0.5}, {})
    >>> history["loss"], history.epochs
    ([0.5], 1)
    """

    def __init__(self, settings: Mapping[str, Any] | None = None) -> None:
        self.history: Numbers = {}
        self.layers: dict[str, Numbers] = {}
        self.epoch: list[int] = []
        if settings is not None and not isinstance(settings, Mapping):
            raise TypeError(f"History: settings must be a dict or None, got {short(settings)}")
        self.settings: dict[str, Any] = dict(settings or {})
        self.start: dict[str, Any] = {}
        self.stopped = self.failure = ""
        self.best_epoch: int | None = None

    def __getitem__(self, name: str) -> list[float]:
        """A list of the log, with one number an epoch: Keras's `history.history["loss"]`, and `history["loss"]`."""
        try:
            return self.history[name]
        except (KeyError, TypeError):
            logged = ", ".join(map(repr, self.history)) or "nothing, for no epoch has ended"
            raise KeyError(f"{short(name)} is not in this log, which holds {logged}") from None

    def __contains__(self, name: object) -> bool:
        return name in self.history

    def __iter__(self) -> Iterator[str]:
        return iter(self.history)

    if not TYPE_CHECKING:  # which would take every attribute for one that is there

        def __getattr__(self, name: str) -> Any:
            if name in vars(self).get("history", ()):
                text = f"'History' object has no attribute {name!r}: use history[{name!r}]"
                raise AttributeError(text, name=name, obj=self)
            raise answers.missing("History", self, name, dir(self))

    @property
    def epochs(self) -> int:
        """The number of epochs."""
        return len(self.epoch)

    def append(self, logs: Mapping[str, float], layers: Mapping[str, Mapping[str, float]]) -> None:
        """Add an epoch."""
        self.epoch.append(len(self.epoch))
        for name, value in logs.items():
            self.history.setdefault(name, []).append(value)
        for layer, numbers in layers.items():
            for name, value in numbers.items():
                self.layers.setdefault(layer, {}).setdefault(name, []).append(value)

    def diagnose(self) -> list[str]:
        """What looks wrong, in plain sentences, each with a remedy; empty if nothing does. See `diagnosis`."""
        from nn.training.diagnosis import diagnose

        return diagnose(self)

    def to_json(self) -> dict[str, Any]:
        """The log as dicts, lists and numbers, for a file."""
        names = ("history", "layers", "epoch", "start", "best_epoch")
        return {name: getattr(self, name) for name in names}

    def load_json(self, saved: Mapping[str, Any]) -> None:
        """Take over a log that `to_json` wrote."""
        self.history = {name: list(numbers) for name, numbers in saved["history"].items()}
        self.layers = {layer: {n: list(v) for n, v in numbers.items()} for layer, numbers in saved["layers"].items()}
        self.epoch = list(saved["epoch"])
        self.start = dict(saved["start"])
        self.best_epoch = saved["best_epoch"]

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {numbers[-1]:.4g}" for name, numbers in self.history.items() if numbers)
        ended = f", {self.stopped}" if self.stopped else ""
        return f"History({self.epochs} epochs{ended}{': ' if last else ''}{last})"
