"""Gradient clipping: hold gradients small between `backward()` and `step()`, so that one bad batch does no harm."""

import math
from collections.abc import Iterable

from autograd import Value
from autograd.reductions import norm
from autograd.support.settings import check_non_negative
from nn.optim.optimizer import check_parameters

SMALL = 1e-6  # PyTorch adds this to the norm before dividing by it


def clip_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale all gradients by max_norm / (‖g‖ + 1e-6) if that is below 1; returns ‖g‖ = √(Σ gᵢ²) as it was before.

    Frozen parameters take no part. If a gradient is nan, or all are too large, every gradient becomes nan or 0 and
    the norm that is returned says so. As `torch.nn.utils.clip_grad_norm_`.
    Raises ValueError for a negative or infinite max_norm, for no parameters and for a computed one.

    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, 4.0
    >>> clip_norm([a, b], 1.0)
    5.0
    >>> round(a.grad, 6), round(b.grad, 6)
    (0.6, 0.8)
    """
    limit = check_non_negative("clip_norm", "max_norm", max_norm)
    active = [p for p in check_parameters(parameters) if p.requires_grad]
    length = float(norm([p.grad for p in active]))
    scale = scale_for(length, limit)
    if scale != 1.0:
        for p in active:
            p.grad *= scale
    return length


def scale_for(length: float, max_norm: float) -> float:
    """What gradients of this length are multiplied by: max_norm / (length + 1e-6), at most 1; nan for nan.

    >>> scale_for(5.0, 10.0), round(scale_for(5.0, 1.0), 6)
    (1.0, 0.2)
    """
    scale = max_norm / (length + SMALL)
    return 1.0 if scale >= 1.0 else scale  # a nan is not, and passes on


def clip_value(parameters: Iterable[Value], max_value: float) -> None:
    """Hold every gradient between -max_value and max_value; a nan stays. Frozen parameters take no part.

    Raises ValueError for a negative or infinite max_value, for no parameters and for a computed one.

    >>> a, b = Value(0.0), Value(0.0)
    >>> a.grad, b.grad = 3.0, -4.0
    >>> clip_value([a, b], 2.0)
    >>> a.grad, b.grad
    (2.0, -2.0)
    """
    limit = check_non_negative("clip_value", "max_value", max_value)
    for p in check_parameters(parameters):
        if p.requires_grad and abs(p.grad) > limit:
            p.grad = math.copysign(limit, p.grad)
