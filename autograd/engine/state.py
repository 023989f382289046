"""What recording is switched to in this context: read by the engine, changed by `switch.py`."""

import math
import sys
from contextvars import ContextVar
from os.path import dirname
from typing import Any, NamedTuple

PACKAGE = dirname(dirname(__file__))


class Mode(NamedTuple):
    """How operations behave in one context: a thread, a task, a `with` block."""

    recording: bool = True
    anomalies: bool = False
    tracing: bool = False


MODE: ContextVar[Mode] = ContextVar("chaingrad_mode", default=Mode())


class AnomalyError(ArithmeticError):
    """Under `detect_anomaly()`: an operation gave nan or inf, in its value or in a gradient."""


class NoHistoryError(RuntimeError):
    """A derivative was asked of a Value that was computed under `no_grad()`."""


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


def check_finite(v: Any) -> str:
    """Raise AnomalyError if the value of `v` is nan or inf; returns the line that is running."""
    place = calling_line()
    if math.isfinite(v.data):
        return place
    inputs = ", ".join(_shown(x) for x in v.operands)
    raise AnomalyError(f"{v.op} of ({inputs}) is {v.data}, at {place}")


def check_gradient(x: Any, x_grad: float, result: Any, grad: float) -> None:
    """Raise AnomalyError if the gradient of `x` is nan or inf after `result`, of gradient `grad`, added its part."""
    if not math.isfinite(x_grad):
        slopes = ", ".join(f"{d:g} by {_shown(x)}" for x, d in zip(result.operands, result.local_grads, strict=True))
        raise AnomalyError(
            f"the gradient of {_shown(x)} became {x_grad} going back through {result.op} = {result.data:g}, "
            f"{_recorded(result)}: gradient of the result {grad:g}, local derivatives {slopes}"
        )


def check_stopped(x: Any, slope: float, result: Any, grad: float) -> None:
    """Raise AnomalyError if the rule "a factor of exactly 0 stops inf" decides what `result` passes back to `x`.

    The rule makes a branch not taken harmless, as in where(x > 0, log(x), 0). It also stops a path whose limit is not
    0: the slope of (√x)² at 0 is 1, and the product 2√x · 1/(2√x) is 0 · inf there.
    """
    if x.requires_grad and stops(grad, slope):
        raise AnomalyError(
            f"going back from {result.op} = {result.data:g}, {_recorded(result)}, to {_shown(x)}, a "
            f"{'gradient' if grad == 0.0 else 'local derivative'} of exactly 0 meets a "
            f"{f'local derivative of {slope:g}' if grad == 0.0 else f'gradient of {grad:g}'}: the path counts as 0. "
            "That is right for a branch not taken (where, relu), and may be wrong where the limit is another number: "
            "move off this point, or write the formula so that no such factors meet"
        )


def stops(grad: float, slope: float) -> bool:
    """Whether one factor is exactly 0 and the other infinite or nan: what decides is the rule, and not arithmetic.

    >>> stops(0.0, math.inf), stops(math.inf, 0.0), stops(0.0, 5.0), stops(2.0, math.inf)
    (True, True, False, False)
    """
    product = grad * slope
    return product != product and (grad == 0.0 or slope == 0.0)


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
    import linecache  # loads tokenize: a millisecond of `import autograd` for none but those who see an error

    place = calling_line()
    file, _, line = place.rpartition(":")
    text = linecache.getline(file, int(line)).strip()
    return f"{place}, `{text}`" if text else place


def _recorded(v: Any) -> str:
    return f"recorded at {v.place}" if v.place else "recorded outside of detect_anomaly()"


def _shown(v: Any) -> str:
    return f"{v.label} = {v.data:g}" if v.label else f"{v.data:g}"
