"""Switches for recording: `no_grad`, `enable_grad`, `detect_anomaly`; context managers and decorators.

They nest, end with the block however it ends, and hold for one thread or asynchronous task. While none is on anywhere,
an operation pays one test of an integer for them.
"""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import Token

from autograd.engine.arithmetic import count_modes
from autograd.engine.state import MODE, Mode, TracingError

__all__ = ["detect_anomaly", "enable_grad", "no_grad"]


class Switch(ContextDecorator):
    """A change of the mode for one block, or for each call of a function; `changes` are fields of `Mode`.

    Python raises KeyboardInterrupt when a call returns. So whatever switches stands inside of a `try`, or Ctrl-C would
    now and then leave `no_grad` on for good: it did in one of twelve that fell into entering or leaving a block.
    """

    _before: Mode | None = None
    _token: Token[Mode] | None = None

    def __init__(self, **changes: bool) -> None:
        self._changes = changes

    def _recreate_cm(self) -> Switch:
        return Switch(**self._changes)  # a decorated function may call itself

    def __enter__(self) -> None:
        if self._before is not None:
            raise RuntimeError("this block is entered already: give each `with` a switch of its own, as no_grad()")
        before = MODE.get()
        if before.tracing and self._changes == NO_GRAD:
            raise TracingError(
                "no_grad() while tracing: the program would keep the numbers of one example. Leave it out: a program "
                "computes gradients only when it is asked for them"
            )
        after = before._replace(**self._changes)
        self._before = before
        try:
            count_modes(1)
            self._token = MODE.set(after)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        before, token = self._before, self._token
        self._before = self._token = None
        try:
            if token is not None:
                MODE.reset(token)
            elif before is not None:  # interrupted while it was entered, perhaps after the mode was set
                MODE.set(before)
        except ValueError:
            # The token belongs to another context, where there is nothing to take back: a generator that is left while
            # it is suspended inside of `with no_grad()` is closed by whoever collects it, or by the event loop.
            pass
        finally:
            count_modes(-1)


NO_GRAD = {"recording": False}


def no_grad() -> Switch:
    """Record nothing: results are constants without operands.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.requires_grad, y.operands
    (9.0, False, ())
    """
    return Switch(**NO_GRAD)


def enable_grad() -> Switch:
    """Record again, inside of `no_grad`.

    >>> from autograd import Value, enable_grad, no_grad
    >>> x = Value(3.0)
    >>> with no_grad(), enable_grad():
    ...     (x * x).requires_grad
    True
    """
    return Switch(recording=True)


def detect_anomaly() -> Switch:
    """Raise AnomalyError at the first operation whose value, or gradient in `backward()`, is nan or inf.

    The message names the operation, its operands and the line of the program that recorded it. On the way back it also
    names the first place where a factor of exactly 0 meets one that is infinite or nan: the path counts as 0 there,
    which is right for a branch not taken, and may hide a limit that is another number.

    >>> from autograd import Value, detect_anomaly, log
    >>> with detect_anomaly():
    ...     log(Value(0.0, label="p"))
    Traceback (most recent call last):
    autograd.engine.state.AnomalyError: log of (p = 0) is -inf, at ...
    """
    return Switch(anomalies=True)
