"""The progress bar of `fit`: steps done and left, with loss and metrics; in a terminal and in a notebook.

In a terminal it goes to the stream of errors, as bars do, so that a pipe gets results alone. A notebook shows that
stream on a red ground, as if something had failed: there everything goes to the output of the cell. Where there is no
such stream, as in a window without a console, nothing is shown.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import Any, TextIO


class Progress:
    """One bar for a whole training, or with `lines` one line for each epoch, or nothing.

    >>> with Progress(epochs=2, steps=10, shown=False) as progress:
    ...     progress.step(0, 0.5)
    ...     progress.epoch(0, {"loss": 0.5})
    """

    def __init__(self, epochs: int, steps: int, shown: bool, lines: bool = False, done: int = 0) -> None:
        self.epochs, self.lines = epochs, lines and shown
        self.logs: dict[str, float] = {}
        self.bar: Any = None
        if shown and not lines and (file := stream()):
            self.bar = _tqdm()(total=epochs * steps, initial=done, unit="step", dynamic_ncols=True, file=file)

    def step(self, epoch: int, loss: float) -> None:
        """One step is done."""
        if self.bar is not None:
            self._show(epoch, {**self.logs, "loss": loss})
            self.bar.update()

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """An epoch is done."""
        self.logs = {name: value for name, value in logs.items() if name != "lr"}
        if self.bar is not None:
            self._show(epoch, self.logs)
        if self.lines and (file := stream()):
            numbers = "  ".join(f"{name} {value:.4g}" for name, value in self.logs.items())
            print(f"epoch {epoch + 1}/{self.epochs}  {numbers}", file=file)

    def _show(self, epoch: int, logs: Mapping[str, float]) -> None:
        self.bar.set_description(f"epoch {epoch + 1}/{self.epochs}", refresh=False)
        self.bar.set_postfix_str("  ".join(f"{name} {value:.4g}" for name, value in logs.items()), refresh=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.refresh()
            self.bar.close()


def say(line: str) -> None:
    """Print a line where the bar is printed, above it if there is one."""
    if file := stream():
        _tqdm().write(line, file=file)


def stream() -> TextIO | None:
    """Where the bar goes: the output of the cell in a notebook, the stream of errors elsewhere; None if it is closed.

    Under pythonw, and in many services, Python sets both streams to None.
    """
    in_notebook = type(sys.stderr).__module__.startswith(("ipykernel", "pyodide_kernel"))
    file: TextIO | None = sys.stdout if in_notebook else sys.stderr
    try:
        return None if getattr(file, "closed", False) else file
    except ValueError:  # a stream without its buffer, after detach()
        return None


def _tqdm() -> Any:
    """The bar that suits where the program runs; without ipywidgets a notebook gets the one of a terminal, unasked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm
