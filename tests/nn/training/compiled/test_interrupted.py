"""Ctrl-C at any line of the compiled engine: model, optimizer and generators are those of a finished step."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

from nn import optim
from nn.callbacks import Callback
from nn.training.compiled import engine, vectors
from tests.nn.small_nets import QUIET, small

X = [[0.5, 1.0], [-1.0, 0.2], [0.3, -0.7], [1.5, 0.1], [-0.4, -0.9]]
Y = [0.0, 1.0, 1.0, 0.0, 1.0]
FUNCTIONS = {
    (module.__file__, name)
    for module in (engine, vectors)
    for name in (
        "train_step", "_step", "_watch", "_restore", "_compare", "_give_up_if", "_undisturbed", "evaluate",
        "write_model", "_write_back", "read_model", "step", "read", "write_back", "_set_entries",
    )
}  # fmt: skip


class Interruption:
    """Counts the lines that run in these functions, and raises KeyboardInterrupt at one of them."""

    def __init__(self, at: int = -1) -> None:
        self.at, self.lines = at, 0

    def __enter__(self) -> "Interruption":
        self.before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self.before)

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        code = frame.f_code
        return self._line if (code.co_filename, code.co_name) in FUNCTIONS else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self._line


class States(Callback):
    """The state after every step."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self.seen.append(state(self.model, self.optimizer))


class Watching(Callback):
    """Has the model brought up to date after every step."""

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        pass


def state(model: Any, optimizer: optim.Optimizer) -> Any:
    return model.state_dict(), optimizer.state_dict(), model.layers[3].rng.getstate(), model.training


def trained(at: int, callbacks: list[Any], lr: float) -> tuple[Any, int, list[Any]]:
    model = small(dropout=0.5, batch_norm=True)
    optimizer = optim.Adam(model.parameters(), lr=lr)
    start = state(model, optimizer)
    with suppress(KeyboardInterrupt), Interruption(at) as interruption:  # the very last lines are behind the `except`
        model.fit(
            X, Y, loss="mae", optimizer=optimizer, batch_size=3, epochs=2, validation_data=(X, Y), engine="compiled",
            seed=0, clip_norm=1.0, l2=0.01 if lr < 1.0 else 0.0, callbacks=callbacks, **QUIET,
        )  # fmt: skip
    return state(model, optimizer), interruption.lines, [start]


def check(step: int, lr: float) -> None:
    states = States()
    _, _, seen = trained(-1, [states], lr)
    seen += states.seen
    for callbacks in ([], [Watching()], [lambda epoch, logs: None]):
        _, lines, _ = trained(-1, callbacks, lr)
        for at in range(1, lines, step):
            found, _, _ = trained(at, callbacks, lr)
            assert found in seen, f"line {at} of {lines}"


# At the second rate, squares of the weights are infinite, and the eager engine makes the steps.
@pytest.mark.parametrize("lr", [0.1, 1e155])
def test_interrupted_at_some_lines(lr: float) -> None:
    check(37, lr)


@pytest.mark.slow
@pytest.mark.parametrize("lr", [0.1, 1e155])
def test_interrupted_at_any_line(lr: float) -> None:
    check(1 if lr < 1.0 else 3, lr)
