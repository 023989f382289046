"""The table of operations as functions: a Value in gives a Value, plain numbers in give a number.

Names are those of `math` and PyTorch (`asin`, `clamp`), with NumPy's beside them where they differ (`arcsin`), so that
this module is also the namespace over which derivatives of derivatives are recorded.
"""

from collections.abc import Callable
from math import pi
from typing import Any, Protocol, overload

from autograd.engine import ops, several
from autograd.engine.applying import apply
from autograd.engine.operation import Op
from autograd.engine.value import Value
from autograd.support.convert import Number
from autograd.support.text import short

__all__ = [
    "abs",
    "acos",
    "acosh",
    "add",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "clamp",
    "cos",
    "cosh",
    "deg2rad",
    "digamma",
    "divide",
    "elu",
    "equal",
    "erf",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floor_divide",
    "gelu",
    "greater",
    "greater_equal",
    "hardtanh",
    "hypot",
    "isnan",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logsigmoid",
    "maximum",
    "minimum",
    "mish",
    "multiply",
    "negative",
    "polygamma",
    "power",
    "rad2deg",
    "reciprocal",
    "relu",
    "remainder",
    "rint",
    "round",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "subtract",
    "tan",
    "tanh",
    "where",
    "xlogy",
]  # fmt: skip


class Unary(Protocol):
    """A function of one scalar."""

    # A Value has __float__ and so is a Number to the type checker: the first signature that fits is meant.
    @overload
    def __call__(self, x: Value, /) -> Value: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, x: Number, /) -> float: ...


class Binary(Protocol):
    """A function of two scalars."""

    # As above: the first signature that fits is meant, and a Value fits the later ones too.
    @overload
    def __call__(self, a: Value, b: Value | Number, /) -> Value: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, a: Value | Number, b: Value, /) -> Value: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, a: Number, b: Number, /) -> float: ...


def describe(op: Op, example: str = "") -> str:
    """The docstring of an operation, from its row."""
    lines = [f"{op.summary}: {op.formula}.", "", f"Derivative: {op.rule}."]
    if op.convention:
        lines.append(f"Convention: {op.convention}.")
    if example:
        call, result = example.split(" -> ")
        lines += ["", f">>> {call}", result]
    return "\n".join(lines)


def _named(function: Callable[..., Any], op: Op, example: str) -> Any:
    function.__name__ = function.__qualname__ = example.partition("(")[0]
    function.__doc__ = describe(op, example)
    return function


def _unary(name: str, example: str) -> Unary:
    op = ops.TABLE[name]
    # The method of that name is compiled, and takes a fifth of the time that the row takes. Some names of Value only
    # say what to write in their place: those cannot be called.
    methods = [getattr(Value, each, None) for each in (example.partition("(")[0], name)]
    quick: Callable[[Value], Value] = next(filter(callable, methods), lambda x: apply(op, (x,)))  # type: ignore[assignment]
    unary: Unary = _named(lambda x, /: quick(x) if type(x) is Value else apply(op, (x,)), op, example)
    return unary


def _binary(name: str, example: str) -> Binary:
    op = ops.TABLE[name]
    binary: Binary = _named(lambda a, b, /: apply(op, (a, b)), op, example)
    return binary


add = _binary("+", "add(2.0, 3.0) -> 5.0")
subtract = _binary("-", "subtract(2.0, 3.0) -> -1.0")
multiply = _binary("*", "multiply(2.0, 3.0) -> 6.0")
divide = _binary("/", "divide(1.0, 0.0) -> inf")
power = _binary("**", "power(2.0, 10.0) -> 1024.0")
remainder = _binary("%", "remainder(-7.0, 3.0) -> 2.0")
floor_divide = _binary("//", "floor_divide(-7.0, 3.0) -> -3.0")
negative = _unary("neg", "negative(2.0) -> -2.0")
abs = _unary("abs", "abs(-2.0) -> 2.0")
square = _unary("square", "square(-3.0) -> 9.0")
reciprocal = _unary("reciprocal", "reciprocal(4.0) -> 0.25")

sqrt = _unary("sqrt", "sqrt(4.0) -> 2.0")
cbrt = _unary("cbrt", "cbrt(-8.0) -> -2.0")
exp = _unary("exp", "exp(0.0) -> 1.0")
exp2 = _unary("exp2", "exp2(3.0) -> 8.0")
expm1 = _unary("expm1", "expm1(1e-20) -> 1e-20")
log = _unary("log", "log(0.0) -> -inf")
log2 = _unary("log2", "log2(8.0) -> 3.0")
log10 = _unary("log10", "log10(1000.0) -> 3.0")
log1p = _unary("log1p", "log1p(1e-20) -> 1e-20")
xlogy = _binary("xlogy", "xlogy(0.0, 0.0) -> 0.0")
logaddexp = _binary("logaddexp", "logaddexp(1000.0, 1000.0) -> 1000.6931471805599")

sin = _unary("sin", "sin(0.0) -> 0.0")
cos = _unary("cos", "cos(0.0) -> 1.0")
tan = _unary("tan", "tan(0.0) -> 0.0")
asin = arcsin = _unary("asin", "asin(1.0) -> 1.5707963267948966")
acos = arccos = _unary("acos", "acos(1.0) -> 0.0")
atan = arctan = _unary("atan", "atan(1.0) -> 0.7853981633974483")
atan2 = arctan2 = _binary("atan2", "atan2(1.0, -1.0) -> 2.356194490192345")
hypot = _binary("hypot", "hypot(3.0, 4.0) -> 5.0")
sinh = _unary("sinh", "sinh(0.0) -> 0.0")
cosh = _unary("cosh", "cosh(0.0) -> 1.0")
tanh = _unary("tanh", "tanh(0.0) -> 0.0")
asinh = arcsinh = _unary("asinh", "asinh(0.0) -> 0.0")
acosh = arccosh = _unary("acosh", "acosh(1.0) -> 0.0")
atanh = arctanh = _unary("atanh", "atanh(1.0) -> inf")

erf = _unary("erf", "erf(0.0) -> 0.0")
lgamma = _unary("lgamma", "lgamma(1.0) -> 0.0")
digamma = _unary("digamma", "digamma(0.0) -> -inf")
polygamma = _binary("polygamma", "polygamma(1.0, float('inf')) -> 0.0")

floor = _unary("floor", "floor(-2.5) -> -3.0")
ceil = _unary("ceil", "ceil(2.5) -> 3.0")
round = rint = _unary("round", "round(2.5) -> 2.0")
sign = _unary("sign", "sign(-3.0) -> -1.0")
isnan = _unary("isnan", "isnan(float('nan')) -> 1.0")
greater = _binary("greater", "greater(2.0, 1.0) -> 1.0")
greater_equal = _binary("greater_equal", "greater_equal(1.0, 1.0) -> 1.0")
equal = _binary("equal", "equal(1.0, 2.0) -> 0.0")
maximum: Binary = _named(
    lambda a, b, /: several.maximum(a, b), ops.TABLE["maximum"], "maximum(1.0, float('nan')) -> nan"
)
minimum = _binary("minimum", "minimum(1.0, 2.0) -> 1.0")

sigmoid = _unary("sigmoid", "sigmoid(0.0) -> 0.5")
logsigmoid = _unary("logsigmoid", "logsigmoid(-1000.0) -> -1000.0")
relu = _unary("relu", "relu(-1.0) -> 0.0")
selu = _unary("selu", "selu(1.0) -> 1.0507009873554805")
silu = _unary("silu", "silu(0.0) -> 0.0")
mish = _unary("mish", "mish(0.0) -> 0.0")
softsign = _unary("softsign", "softsign(1.0) -> 0.5")


where = several.where  # the engine's own: a function of Python's around it takes a quarter of its time


def clamp(x: Any, low: Any = None, high: Any = None) -> Any:
    """x held between two bounds, either of which may be left out: min(max(x, low), high).

    Derivative: 1 inside the bounds and on them, 0 outside; a bound that holds x gets the slope instead.

    >>> clamp(5.0, -1.0, 1.0), clamp(-5.0, high=1.0)
    (1.0, -5.0)
    """
    op = ops.TABLE["clamp"]
    return apply(op, (x, op.defaults[0] if low is None else low, op.defaults[1] if high is None else high))


def deg2rad(x: Any, /) -> Any:
    """x degrees in radians: x · π/180, a product like any other. Derivative: π/180.

    >>> deg2rad(180.0)
    3.141592653589793
    """
    return multiply(x, pi / 180.0)


def rad2deg(x: Any, /) -> Any:
    """x radians in degrees: x · 180/π, a product like any other. Derivative: 180/π.

    >>> rad2deg(Value(pi / 2.0)).data
    90.0
    """
    return multiply(x, 180.0 / pi)


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x above 0, slope · x below; the derivative at exactly 0 is the slope, by convention.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return apply(ops.TABLE["leaky_relu"], (x, slope))


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """The exponential linear unit: x above 0, α(e^x − 1) below; the derivative at exactly 0 is α (Clevert et al. 2015).

    >>> elu(-1000.0)
    -1.0
    """
    return apply(ops.TABLE["elu"], (x, alpha))


def softplus(x: Any, beta: Any = 1.0) -> Any:
    """A smooth ReLU: ln(1 + e^(βx)) / β, and x itself above βx = 20, as in PyTorch; derivative σ(βx).

    >>> softplus(0.0), softplus(1000.0), softplus(-1000.0)
    (0.6931471805599453, 1000.0, 0.0)
    """
    return apply(ops.TABLE["softplus"], (x, beta))


def gelu(x: Any, approximate: str = "none") -> Any:
    """The Gaussian error linear unit x·Φ(x), or with approximate="tanh" its tanh form (Hendrycks and Gimpel 2016).

    Raises ValueError for another word than "none" or "tanh".

    >>> gelu(1000.0), gelu(0.0, approximate="tanh")
    (1000.0, 0.0)
    """
    if not isinstance(approximate, str) or approximate not in ("none", "tanh"):
        problem = ValueError if isinstance(approximate, str) else TypeError
        raise problem(f'approximate must be "none" or "tanh", got {short(approximate)}')
    return apply(ops.TABLE["gelu" if approximate == "none" else "gelu_tanh"], (x,))


def hardtanh(x: Any, low: Any = -1.0, high: Any = 1.0) -> Any:
    """x held between two bounds; derivative 1 strictly inside, 0 on the bounds and outside.

    >>> hardtanh(2.0)
    1.0
    """
    return apply(ops.TABLE["hardtanh"], (x, low, high))
