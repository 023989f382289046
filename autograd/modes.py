"""Switches for recording: `no_grad`, `enable_grad`, `detect_anomaly`; context managers and decorators.

They nest, end with the block however it ends, and hold for one thread or asynchronous task. While none is on anywhere,
an operation pays one test of an integer for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from autograd.engine.state import MODE, TracingError
from autograd.engine.value import count_modes

__all__ = ["detect_anomaly", "enable_grad", "no_grad"]


@contextmanager
def switched(**changes: bool) -> Iterator[None]:
    """A change of the mode for one block; `changes` are fields of `Mode`."""
    count_modes(1)
    token = MODE.set(MODE.get()._replace(**changes))
    try:
        yield
    finally:
        # A generator that is left while it is suspended inside of `with no_grad()` is closed by whoever collects it, an
        # asynchronous one by the event loop: in another context, where there is nothing to take back.
        count_modes(-1)
        with suppress(ValueError):  # the token belongs to another context
            MODE.reset(token)


@contextmanager
def no_grad() -> Iterator[None]:
    """Record nothing: results are constants without operands.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.requires_grad, y.operands
    (9.0, False, ())
    """
    if MODE.get().tracing:
        raise TracingError(
            "no_grad() while tracing: the program would keep the numbers of one example. Leave it out: a program "
            "computes gradients only when it is asked for them"
        )
    with switched(recording=False):
        yield


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record again, inside of `no_grad`.

    >>> from autograd import Value, enable_grad, no_grad
    >>> x = Value(3.0)
    >>> with no_grad(), enable_grad():
    ...     (x * x).requires_grad
    True
    """
    with switched(recording=True):
        yield


@contextmanager
def detect_anomaly() -> Iterator[None]:
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
    with switched(anomalies=True):
        yield
