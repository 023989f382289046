"""Parameters where a module does not look for them: `fit` names each, with the remedy, and nothing else."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.training import arguments
from nn.training.diagnosis import untrained
from tests.nn.small_nets import QUIET, small

X, Y = [[1.0], [2.0], [3.0], [4.0]], [2.0, 4.0, 6.0, 8.0]


@dataclass
class Weights:
    w: Value


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w: Value) -> None:
        self.w = w


class InSlot(nn.Module):
    __slots__ = ("held",)


def in_class(held: Value) -> nn.Module:
    model: nn.Module = type("InClass", (Line,), {"held": held, "w_of": lambda self: self.held})()
    return model


class Line(nn.Module):
    """held · x + b, where `held` is in any holder, and `w_of` takes it out."""

    def __init__(self, held: Any = None, w_of: Callable[[Any], Any] = lambda held: held) -> None:
        self.b = Value(0.0)
        if held is not None:
            self.held, self.get = held, w_of

    def w_of(self) -> Any:
        return self.get(self.held)

    def __call__(self, x: Any) -> Any:
        return self.w_of() * x[0] + self.b


class SlottedLine(Line):
    __slots__ = ("slot",)

    def __init__(self, w: Value) -> None:
        super().__init__()
        self.slot = w

    def w_of(self) -> Any:
        return self.slot


def array(w: Value) -> Any:
    held = np.empty(2, dtype=object)
    held[:] = [w, w]
    return held


HIDDEN: dict[str, tuple[Callable[[Value], nn.Module], str]] = {
    "object array": (lambda w: Line(array(w), lambda held: held[1]), "Line.held"),
    "set": (lambda w: Line({w}, lambda held: next(iter(held))), "Line.held"),
    "frozenset": (lambda w: Line(frozenset([w]), lambda held: next(iter(held))), "Line.held"),
    "deque": (lambda w: Line(deque([w]), lambda held: held[0]), "Line.held"),
    "dataclass": (lambda w: Line(Weights(w), lambda held: held.w), "Line.held"),
    "object with slots": (lambda w: Line(Slotted(w), lambda held: held.w), "Line.held"),
    "namespace": (lambda w: Line(SimpleNamespace(w=w), lambda held: held.w), "Line.held"),
    "in a set in a list in a dict": (lambda w: Line({"a": [{w}]}, lambda held: next(iter(held["a"][0]))), "Line.held"),
    "slot of the module": (SlottedLine, "SlottedLine.slot"),
    "class attribute": (in_class, "InClass.held"),
    "a set of several": (lambda w: Line({w, Value(1.0, w.label)}, lambda held: autograd.sum(list(held))), "Line.held"),
    "in a part": (lambda w: nn.Sequential(nn.Layer(1, 1), Line({w}, lambda held: next(iter(held)))), "Line.held"),
}
SAID = " takes a gradient and is not among the parameters of the model, so that no step changes it: try an attribute"


def said(model: nn.Module, capsys: pytest.CaptureFixture[str], **settings: Any) -> str:
    """What `fit` says of parameters; its diagnosis must say the same, with and without progress."""
    quiet = model.fit(X, Y, **{**QUIET, **settings})
    assert capsys.readouterr() == ("", "")
    history = model.fit(X, Y, verbose=2, **settings)
    printed = capsys.readouterr().err
    notes = [note for note in history.diagnose() if "not among the parameters" in note]
    assert len(notes) == printed.count("not among the parameters") <= 1
    assert notes == [note for note in quiet.diagnose() if "not among the parameters" in note]
    assert all(note in printed for note in notes)
    return notes[0] if notes else ""


@pytest.mark.parametrize("engine", ["auto", "eager"])
@pytest.mark.parametrize("settings", [{}, {"role": "parameter"}, {"label": "slope"}])
@pytest.mark.parametrize(("made", "place"), HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_in_the_model_is_named(
    made: Callable[[Value], nn.Module],
    place: str,
    settings: dict[str, Any],
    engine: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    w = Value(0.5, **settings)
    assert said(made(w), capsys, engine=engine).startswith((settings.get("label") or place) + SAID)
    assert w.data == 0.5


def test_a_parameter_beside_the_model(capsys: pytest.CaptureFixture[str]) -> None:
    w, other = Value(0.5, "w", role="parameter"), Value(2.0, role="parameter")
    assert said(Line(1.0, lambda held: w), capsys).startswith("w" + SAID)
    assert said(Line(1.0, lambda held: w * other), capsys).startswith("w, Value(2) take a gradient and are not")
    assert said(Line(1.0, lambda held: Value(0.5, "new", role="parameter")), capsys).startswith("new" + SAID)


def test_many_are_counted() -> None:
    assert untrained.untrained_note(["a", "b", "c", "d", "e"]).startswith("a, b, c and 2 more take a gradient and are")
    assert untrained.untrained_note([]) == ""


@pytest.mark.parametrize("made", [made for made, _ in HIDDEN.values()][:4])
def test_where_all_are_hidden_the_error_says_so(made: Callable[[Value], nn.Module]) -> None:
    model: Any = made(Value(0.5))
    model.b = 0.0
    with pytest.raises(
        ValueError, match=r"nothing to train: Line\.held takes a gradient and is not .*: try an attribut"
    ):
        model.fit(X, Y, **QUIET)


class ByHand(Line):
    """Lists its parameters, and leaves one out on purpose."""

    def parameters(self) -> list[Value]:
        return [self.b]


class Stateful(Line):
    """Keeps a state of its last call, which begins anew with each."""

    def __call__(self, x: Any) -> Any:
        self.state = Weights(Value(0.0))
        self.state.w = self.state.w + x[0]
        return super().__call__([self.state.w])


GLOBAL = Value(2.0)
FINE: dict[str, Callable[[], nn.Module]] = {
    "found": lambda: Line([Value(0.5)], lambda held: held[0]),
    "in a dict": lambda: Line({"w": (Value(0.5),)}, lambda held: held["w"][0]),
    "frozen": lambda: Line({Value(0.5, role="parameter", requires_grad=False)}, lambda held: next(iter(held))),
    "a constant": lambda: Line({Value(0.5, role="constant")}, lambda held: next(iter(held))),
    "a number beside the model": lambda: Line(1.0, lambda held: GLOBAL),
    "an input that is wrapped": lambda: Line(1.0, lambda held: Value(3.0)),
    "a state": lambda: Stateful(1.0),
    "listed by hand": lambda: ByHand({Value(0.5, role="parameter")}, lambda held: next(iter(held))),
    "held and not used": lambda: Line({Value(0.5)}, lambda held: 2.0),
    "a table of numbers": lambda: Line(SimpleNamespace(rows=[[1.0] * 100] * 1000), lambda held: 2.0),
    "known layers": lambda: nn.MLP(1, [2, 1], batch_norm=True, dropout=0.5),
    "activation of one's own": lambda: nn.MLP(1, [2, 1], activation=lambda z: z * z * 0.1),
}


@pytest.mark.parametrize("made", FINE.values(), ids=FINE)
def test_nothing_is_said_of_what_is_as_it_should_be(
    made: Callable[[], nn.Module], capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(made(), capsys) == ""


def test_nothing_is_said_of_another_net_in_the_loss(capsys: pytest.CaptureFixture[str]) -> None:
    judge = nn.MLP(1, [3, 1], seed=0)

    def fooled(predictions: Any, targets: Any) -> Any:
        return nn.losses.mse([judge([p]) for p in predictions], targets)

    assert said(Line([Value(0.5)], lambda held: held[0]), capsys, loss=fooled) == ""


def test_a_model_of_known_layers_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "hidden_in", None)
    monkeypatch.setattr(arguments, "untrained", None)
    small().fit([[0.0, 1.0], [1.0, 0.0]], [0, 1], **QUIET)


def test_a_training_that_goes_on_says_it_no_second_time(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for epochs in (1, 2):
        model = Line({Value(0.5)}, lambda held: next(iter(held)))
        settings: dict[str, Any] = {"checkpoint": tmp_path / "run", "engine": "eager", "seed": 0}
        history = model.fit(X, Y, epochs=epochs, resume=True, verbose=2, **settings)
        assert capsys.readouterr().err.count("Line.held takes a gradient") == (epochs == 1)
        assert history.epochs == epochs and history.diagnose()[0].startswith("Line.held takes")
