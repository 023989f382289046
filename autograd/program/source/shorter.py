"""Slopes that the fast source writes more shortly than their rows, where no finite number comes out different.

A row keeps its digits when it is differentiated once more, and at every number; it pays with choices between two forms.
The lines of a program are not differentiated, and where one gives inf or nan, the careful source is asked, which
follows the rows.

>>> from autograd.program.source.formula import name
>>> print(SHORTER["logsigmoid", 0](name("y"), name("x")))
1.0 / (1.0 + np.exp(x))
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

from autograd.program.source.numpy_names import XP


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + XP.exp(-x))  # where e^(-x) overflows, this is 0 as it should be


def _silu(y: Any, x: Any) -> Any:
    share = _sigmoid(x)
    return share * (1.0 + x * (1.0 - share))


def _gelu_tanh(y: Any, x: Any) -> Any:
    scale, square = sqrt(2.0 / pi), x * x
    share = _sigmoid(2.0 * scale * x * (1.0 + 0.044715 * square))
    return share + x * (share * (1.0 - share)) * (2.0 * scale * (1.0 + 3 * 0.044715 * square))


def _mish(y: Any, x: Any) -> Any:
    # tanh(softplus(x)) is w/(w + 2) with n = e^x and w = n² + 2n; from 20 on, 1 minus that is too small to be seen.
    x = XP.minimum(x, 20.0)
    n = XP.exp(x)
    w = n * (n + 2.0)
    rest = 2.0 / (w + 2.0)
    return w / (w + 2.0) + x * (rest * (2.0 - rest)) * (n / (1.0 + n))


def _softplus(y: Any, x: Any, b: Any) -> Any:
    return XP.where(XP.greater(b * x, 20.0), 1.0, _sigmoid(b * x))


# By operation and operand: from the result and the operands to the slope.
SHORTER: dict[tuple[str, int], Callable[..., Any]] = {
    ("relu", 0): lambda y, x: XP.greater(y, 0.0),
    ("log", 0): lambda y, x: 1.0 / x,  # what is below 0 has made the result nan
    ("maximum", 0): lambda y, a, b: XP.where(XP.equal(a, b), 0.5, XP.greater(a, b)),
    ("maximum", 1): lambda y, a, b: XP.where(XP.equal(b, a), 0.5, XP.greater(b, a)),
    ("minimum", 0): lambda y, a, b: XP.where(XP.equal(b, a), 0.5, XP.greater(b, a)),
    ("minimum", 1): lambda y, a, b: XP.where(XP.equal(a, b), 0.5, XP.greater(a, b)),
    ("atan", 0): lambda y, x: 1.0 / (1.0 + x * x),
    ("logaddexp", 0): lambda y, a, b: _sigmoid(a - b),
    ("logaddexp", 1): lambda y, a, b: _sigmoid(b - a),
    ("logsigmoid", 0): lambda y, x: 1.0 / (1.0 + XP.exp(x)),
    ("softplus", 0): _softplus,
    ("silu", 0): _silu,
    ("gelu_tanh", 0): _gelu_tanh,
    ("mish", 0): _mish,
}
