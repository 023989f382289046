"""Every exception of this package goes from process to process: a pickle or a copy of it says and holds the same."""

import copy
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import autograd
import nn
from autograd import Value
from autograd.engine.state import AnomalyError, NoHistoryError, TracingError
from autograd.graph.snapshot import GraphTooLarge
from autograd.page.expression import BranchError, Expression
from autograd.picture.render import RenderError
from autograd.program.widening import NotWidened
from autograd.testing import GradientMismatch, assert_gradients
from nn.training import CheckpointError, CompilationError, History, TrainingError
from nn.training.engine import NotFiniteError


def mismatch() -> GradientMismatch:
    x = Value(2.0, label="x")
    with pytest.raises(GradientMismatch) as raised:
        assert_gradients({x: 5.0}, output=x * x)
    return raised.value


def failed_training() -> TrainingError:
    with pytest.raises(TrainingError) as raised:
        nn.MLP(1, [1], seed=0).fit([[1e200]], [0.0], lr=1e200, epochs=3, progress=False)
    return raised.value


MADE: dict[str, Callable[[], BaseException]] = {
    "GradientMismatch": mismatch,
    "TrainingError": failed_training,
    "NotFiniteError": lambda: NotFiniteError("gradient"),
    "BranchError": lambda: BranchError(Expression("", (), "x")),
}


def exceptions() -> Iterator[type[BaseException]]:
    """All exception classes with a public name that modules of this package define and that can be imported here."""
    seen: set[type] = set()
    for package in (autograd, nn):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__") or module.name == "autograd.numpy":
                continue
            try:
                held = vars(importlib.import_module(module.name)).values()
            except ImportError:  # of a package that is not installed here, such as JAX
                continue
            for thing in held:
                if inspect.isclass(thing) and issubclass(thing, BaseException) and thing not in seen:
                    seen.add(thing)
                    if thing.__module__.startswith(("autograd", "nn.")) and not thing.__name__.startswith("_"):
                        yield thing


def described(error: BaseException) -> tuple[Any, ...]:
    """What can be told of an error and of a copy of it, with all that its attributes hold."""
    return type(error), str(error), *map(repr, error.args), {name: told(held) for name, held in vars(error).items()}


def told(held: Any) -> Any:
    """The attributes of an object, repr of anything else."""
    return vars(held) if hasattr(held, "__dict__") else repr(held)


CLASSES = sorted(exceptions(), key=lambda kind: kind.__name__)


def test_they_are_found() -> None:
    found = {kind.__name__ for kind in CLASSES}
    known = {
        AnomalyError, NoHistoryError, TracingError, GraphTooLarge, RenderError, NotWidened, CheckpointError,
        CompilationError,
    }  # fmt: skip
    assert found >= {*MADE, *(kind.__name__ for kind in known)}


@pytest.mark.parametrize("copied", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_copy_is_the_same(kind: type[BaseException], copied: Callable[[Any], Any]) -> None:
    error = MADE.get(kind.__name__, lambda: kind("what is wrong, and how to mend it"))()
    error.add_note("a note")
    error.mark = [1]  # type: ignore[attr-defined]
    before = described(error)
    assert described(copied(error)) == before == described(error)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_failed_training_comes_back_whole(protocol: int) -> None:
    class Own(TrainingError):
        """One of the user's, in a module that can be imported."""

    Own.__qualname__ = "Own"
    globals()["Own"] = Own
    history = History({"lr": 0.1})
    history.append({"loss": 2.0}, {})
    error = pickle.loads(pickle.dumps(Own("broke", history, "layers.0", 3, 7), protocol))
    assert type(error) is Own and str(error) == "broke"
    assert (error.layer, error.epoch, error.batch, error.history.history) == ("layers.0", 3, 7, history.history)
