"""The namespace over which the rules of the table give formulas in place of numbers: names as NumPy has them.

So a derivative is written once, in the table: run over floats it is the engine's, run over this it is source code.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from autograd.engine import ops
from autograd.program.source.formula import Formula, Operand, call
from autograd.program.source.helpers import HELPERS

_SAME_IN_NUMPY = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "ceil", "copysign",
    "cos", "cosh", "divide", "equal", "exp", "exp2", "expm1", "floor", "greater", "greater_equal", "hypot", "isfinite",
    "isnan", "log", "log10", "log1p", "log2", "maximum", "minimum", "remainder", "rint", "sin", "sinh", "sqrt", "tan",
    "tanh",
)  # fmt: skip


class NumpyNames:
    """`xp.tanh(x)` is the formula `np.tanh(x)`; of numbers alone, it is the number.

    >>> from autograd.program.source.formula import name
    >>> x = name("x", "nb")
    >>> print(XP.where(XP.greater(x, 0.0), XP.tanh(x), XP.cos(0.0)))
    np.where(x > 0.0, np.tanh(x), 1.0)
    """

    inf, nan, pi = ops.FLOATS.inf, ops.FLOATS.nan, ops.FLOATS.pi

    def __getattr__(self, what: str) -> Callable[..., Any]:
        """Find how NumPy, a helper, or the table spells this function."""
        if what.startswith("_"):
            raise AttributeError(what)
        on_floats = getattr(ops.FLOATS, what)
        if what in _SAME_IN_NUMPY:
            made: Callable[..., Any] = partial(call, f"np.{what}")
        elif what in HELPERS:
            made = partial(call, what)
        else:
            made = partial(ops.TABLE[what].forward, self)

        def function(*parts: Operand) -> Any:
            return made(*parts) if any(isinstance(x, Formula) for x in parts) else on_floats(*parts)

        setattr(self, what, function)
        return function

    def where(self, condition: Operand, a: Operand, b: Operand) -> Operand:
        """a or b; a choice that is known already is made here."""
        if isinstance(condition, Formula):
            return call("np.where", condition, a, b)
        return a if condition else b

    def power(self, a: Operand, b: Operand) -> Operand:
        """a to the power b, by multiplication where the exponent is a small whole number."""
        if not isinstance(a, Formula) and not isinstance(b, Formula):
            number: float = ops.FLOATS.power(a, b)
            return number
        if isinstance(a, Formula) and not isinstance(b, Formula):
            if b == 0.0:
                return 1.0
            if b in (1.0, 2.0, -1.0, -2.0):
                whole = a if abs(b) == 1.0 else call("np.square", a)
                return whole if b > 0.0 else call("np.divide", 1.0, whole)
            if b == 3.0:
                return call("np.square", a) * a
            if b == 4.0:
                return call("np.square", call("np.square", a))
        if not isinstance(b, Formula) and b != 0.5:
            return call("np.power", a, b)
        return call("power", a, b)


XP = NumpyNames()
