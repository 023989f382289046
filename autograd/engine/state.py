"""What recording is switched to in this context: read by the engine, switched by `autograd.modes`."""

import linecache
import math
import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = str(Path(__file__).parents[1])


class Mode(NamedTuple):
    """How operations behave in one context: a thread, a task, a `with` block."""

    recording: bool = True
    anomalies: bool = False
    tracing: bool = False


MODE: ContextVar[Mode] = ContextVar("chaingrad_mode", default=Mode())


class AnomalyError(ArithmeticError):
    """Under `detect_anomaly()`: an operation gave nan or inf, in its value or in a gradient."""


class TracingError(TypeError):
    """While a function is traced: its Python code asked for the number inside a Value."""


def calling_line() -> str:
    """The line of the user's program that is running: the first frame outside this package, and outside of NumPy."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (
        frame.f_code.co_filename.startswith(PACKAGE) or str(frame.f_globals.get("__name__")).startswith("numpy.")
    ):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def check_finite(v: Any, result: Any = None) -> str:
    """Raise AnomalyError if the value of `v` (or, given the `result` that it went into, its grad) is nan or inf.

    Returns the line that is running.
    """
    if result is None:
        place = calling_line()
        if math.isfinite(v.data):
            return place
        inputs = ", ".join(_shown(x) for x in v.operands)
        raise AnomalyError(f"{v.op} of ({inputs}) is {v.data}, at {place}")
    if not math.isfinite(v.grad):
        where = f", recorded at {result.place}" if result.place else ", recorded outside of detect_anomaly()"
        slopes = ", ".join(f"{d:g} by {_shown(x)}" for x, d in zip(result.operands, result.local_grads, strict=True))
        raise AnomalyError(
            f"the gradient of {_shown(v)} became {v.grad} going back through {result.op} = {result.data:g}{where}: "
            f"gradient of the result {result.grad:g}, local derivatives {slopes}"
        )
    return ""


def refuse_branch(what: str) -> None:
    """Raise TracingError if a function is being traced: a branch on a number would be frozen into the program."""
    if MODE.get().tracing:
        raise TracingError(
            f"{what} on a Value at {_calling_text()}, while tracing: the program would keep the one branch that this "
            "number takes. Use where(greater(a, b), x, y), maximum, minimum, relu or abs instead"
        )


def refuse_number(what: str) -> None:
    """Raise TracingError if a function is being traced: the number itself would be frozen into the program."""
    if MODE.get().tracing:
        raise TracingError(
            f"{what} on a Value at {_calling_text()}, while tracing: the program would keep this one number for all "
            "examples. Keep it a Value: autograd has exp, sin, where, maximum and others in place of those of math and "
            "numpy"
        )


def _calling_text() -> str:
    """The line that is running, with what stands there."""
    place = calling_line()
    file, _, line = place.rpartition(":")
    text = linecache.getline(file, int(line)).strip()
    return f"{place}, `{text}`" if text else place


def _shown(v: Any) -> str:
    return f"{v.label} = {v.data:g}" if v.label else f"{v.data:g}"
