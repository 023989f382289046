"""Every row of the table as a formula of mpmath's, and its Hessian to more digits than a float has.

The Hessian comes from differences of the formula itself, at thousands of bits: nobody's derivative is trusted.
"""

from collections.abc import Callable, Sequence
from itertools import combinations_with_replacement
from typing import Any

from mpmath import mp, mpf

Formula = Callable[..., Any]
Hessian = dict[tuple[int, int], float]

BITS = (
    4000  # of σ(-700), the second derivative of a softplus is the 1000th bit; the numbers themselves reach 2 ** ±1074
)
STEP = mpf(2) ** -120  # relative to the operand: the error of a difference is the square of it


def hessian_of(formula: Formula, point: Sequence[float]) -> Hessian:
    """∂²f/∂xᵢ∂xⱼ for i ≤ j, from central differences, rounded once."""
    with mp.workprec(BITS):
        xs = [mpf(x) for x in point]
        steps = [abs(x) * STEP if x else STEP for x in xs]

        def moved(*moves: tuple[int, int]) -> Any:
            there = list(xs)
            for i, way in moves:
                there[i] += way * steps[i]
            return formula(*there)

        center = formula(*xs)
        hessian = {}
        for i, j in combinations_with_replacement(range(len(xs)), 2):
            if i == j:
                difference = moved((i, 1)) - 2 * center + moved((i, -1))
            else:
                corners = [moved((i, a), (j, b)) * a * b for a in (1, -1) for b in (1, -1)]
                difference = sum(corners) / 4
            hessian[i, j] = float(difference / (steps[i] * steps[j]))
    return hessian


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _softplus(x: Any, b: Any = 1) -> Any:
    return x if b * x > 20 else mp.log(1 + mp.exp(b * x)) / b


def _gelu_tanh(x: Any) -> Any:
    # The factors are floats in the engine, and so they are here.
    return x / 2 * (1 + mp.tanh(mpf((2.0 / 3.141592653589793) ** 0.5) * (x + mpf(0.044715) * x**3)))


def _mean(xs: Sequence[Any]) -> Any:
    return sum(xs) / len(xs)


def _var(xs: Sequence[Any]) -> Any:
    return sum((x - _mean(xs)) ** 2 for x in xs) / (len(xs) - 1)


def _logsumexp(xs: Sequence[Any]) -> Any:
    return mp.log(sum(mp.exp(x) for x in xs))


def _step(condition: bool) -> Any:
    return mpf(1 if condition else 0)


_SCALE, _ALPHA = mpf(1.0507009873554805), mpf(1.6732632423543772)

FORMULAS: dict[str, Formula] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
    "neg": lambda x: -x,
    "%": lambda a, b: a - b * mp.floor(a / b),
    "//": lambda a, b: mp.floor(a / b),
    "abs": abs,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "exp": mp.exp,
    "exp2": lambda x: mpf(2) ** x,
    "expm1": mp.expm1,
    "log": mp.log,
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": mp.log10,
    "log1p": lambda x: mp.log(1 + x),
    "xlogy": lambda x, y: x * mp.log(y),
    "logaddexp": lambda a, b: _logsumexp([a, b]),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": mp.atan2,
    "hypot": lambda a, b: mp.sqrt(a * a + b * b),
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "asinh": mp.asinh,
    "acosh": mp.acosh,
    "atanh": mp.atanh,
    "erf": mp.erf,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "sign": mp.sign,
    "greater": lambda a, b: _step(a > b),
    "greater_equal": lambda a, b: _step(a >= b),
    "equal": lambda a, b: _step(a == b),
    "isnan": lambda x: _step(mp.isnan(x)),
    "maximum": max,
    "minimum": min,
    "where": lambda c, a, b: a if c > 0.5 else b,  # a condition is 0 or 1
    "clamp": lambda x, lo, hi: min(max(x, lo), hi),
    "sigmoid": _sigmoid,
    "logsigmoid": lambda x: mp.log(_sigmoid(x)),
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, s: x if x > 0 else s * x,
    "elu": lambda x, a: x if x > 0 else a * mp.expm1(x),
    "selu": lambda x: _SCALE * (x if x > 0 else _ALPHA * mp.expm1(x)),
    "softplus": _softplus,
    "silu": lambda x: x * _sigmoid(x),
    "gelu": lambda x: x / 2 * (1 + mp.erf(x * mpf(0.5**0.5))),
    "gelu_tanh": _gelu_tanh,
    "mish": lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
    "hardtanh": lambda x, lo, hi: min(max(x, lo), hi),
    "softsign": lambda x: x / (1 + abs(x)),
    "sum": lambda *xs: sum(xs),
    "prod": lambda *xs: mp.fprod(xs),
    "mean": lambda *xs: _mean(xs),
    "var": lambda *xs: _var(xs),
    "std": lambda *xs: mp.sqrt(_var(xs)),
    "norm": lambda *xs: mp.sqrt(sum(x * x for x in xs)),
    "max": lambda *xs: max(xs),
    "min": lambda *xs: min(xs),
    "dot": lambda a, b, c, d, bias: a * c + b * d + bias,
    "logsumexp": lambda *xs: _logsumexp(xs),
    "softmax": lambda *xs: mp.exp(xs[1] - _logsumexp(xs)),
    "log_softmax": lambda *xs: xs[1] - _logsumexp(xs),
}
