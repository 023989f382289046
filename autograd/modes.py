"""Switches for recording: `no_grad`, `enable_grad`, `detect_anomaly`; context managers and decorators.

They nest, end with the block however it ends, and hold for one thread or asynchronous task. While none is on anywhere,
an operation pays one test of an integer for them.
"""

from __future__ import annotations

from autograd.engine.switch import Switch as Switch  # for tracing

__all__ = ["detect_anomaly", "enable_grad", "no_grad"]


def no_grad() -> Switch:
    """Record nothing: results are constants without operands.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.requires_grad, y.operands
    (9.0, False, ())
    """
    return Switch(recording=False)


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
