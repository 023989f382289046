"""The one table of differentiable operations: name, symbol, LaTeX, forward rule and local derivatives.

Methods, free functions, drawings, explanations, derivatives of derivatives and compiled programs all read these rows.
Each rule is written over a namespace `xp` with NumPy's names, so that one row serves floats (`FLOATS`), Values
(`autograd.functions`), NumPy arrays and JAX. In a derivative, `y` is the result that the forward rule gave.

`divide`, `power` and `where` are called by name: on Python's own floats, `/` and `**` raise where IEEE 754 has an
answer, and a branch on an array or a recorded Value must be recorded too.

A row reads: name, symbol for pictures, LaTeX with {0}, {1} for the operands; forward rule; one derivative an operand.
"""

from math import log, pi, sqrt
from typing import Any

from autograd.engine import ieee, rules
from autograd.engine.operation import FLOATS as FLOATS
from autograd.engine.operation import ROWS as ROWS
from autograd.engine.operation import TABLE as TABLE
from autograd.engine.operation import Op as Op
from autograd.engine.operation import Rule, register
from autograd.engine.special import LARGEST_ORDER

INF, NAN = ieee.inf, ieee.nan


def _row(name: str, symbol: str, latex: str, forward: Rule, *derivatives: Rule, **more: Any) -> Op:
    return register(Op(name, symbol, latex, forward, derivatives, **more))


# ----- Arithmetic ----------------------------------------------------------------------------------------------------
_row("+", "+", "{0} + {1}", lambda xp, a, b: a + b,
     lambda xp, y, a, b: 1.0, lambda xp, y, a, b: 1.0,
     summary="The sum of two", formula="a + b", rule="sum rule: each term has slope 1")  # fmt: skip
_row("-", "−", "{0} - {1}", lambda xp, a, b: a - b,
     lambda xp, y, a, b: 1.0, lambda xp, y, a, b: -1.0,
     summary="The difference of two", formula="a − b", rule="sum rule: slope 1 and −1")  # fmt: skip
_row("*", "×", r"{0} \cdot {1}", lambda xp, a, b: a * b,
     lambda xp, y, a, b: b, lambda xp, y, a, b: a,
     summary="The product of two", formula="a · b", rule="product rule: the other factor")  # fmt: skip
_row("/", "÷", r"\frac{{{0}}}{{{1}}}", lambda xp, a, b: xp.divide(a, b),
     lambda xp, y, a, b: xp.divide(1.0, b), lambda xp, y, a, b: xp.divide(-y, b),
     summary="The quotient of two", formula="a / b", rule="quotient rule: 1/b and −(a/b)/b")  # fmt: skip
_row("**", "^", "{0}^{{{1}}}", lambda xp, a, b: xp.power(a, b),
     lambda xp, y, a, b: xp.where(xp.equal(b, 0.0), 0.0, b * xp.power(a, b - 1.0)),
     lambda xp, y, a, b: xp.where(xp.greater_equal(b, 0.0) * xp.equal(a, 0.0), 0.0, y * xp.log(a)),
     summary="a to the power b", formula="a^b", rule="power rule: b·a^(b−1), and a^b·ln a in the exponent",
     convention="0^0 is 1 with both slopes 0; a negative base has slope nan in the exponent",
     kink=lambda a, b: a == 0.0 and b == 0.0)  # fmt: skip
_row("neg", "−", "-{0}", lambda xp, x: -x, lambda xp, y, x: -1.0,
     summary="The negative", formula="−x", rule="slope −1")  # fmt: skip
_row("%", "mod", r"{0} \bmod {1}", lambda xp, a, b: xp.remainder(a, b),
     lambda xp, y, a, b: 1.0, lambda xp, y, a, b: -xp.floor_divide(a, b),
     summary="The remainder, with the sign of the divisor", formula="a − b·⌊a/b⌋", rule="slope 1 and −⌊a/b⌋",
     convention="at a jump, the slope of the piece that the value is on", kink=lambda a, b: b != 0.0 and a % b == 0.0)  # fmt: skip
_row("//", "⌊÷⌋", r"\lfloor {0} / {1} \rfloor", lambda xp, a, b: xp.floor_divide(a, b), rules.zero, rules.zero,
     summary="The floor of a quotient", formula="⌊a / b⌋", rule="slope 0: a staircase", differentiable=False,
     convention="nan for an infinite a, a / b for b = 0")  # fmt: skip
_row("abs", "abs", r"\lvert {0} \rvert", lambda xp, x: xp.abs(x), lambda xp, y, x: xp.sign(x),
     summary="The absolute value", formula="|x|", rule="slope sign(x)",
     convention="slope 0 at exactly 0, by convention", kink=rules.at_zero)  # fmt: skip
_row("square", "²", "{0}^2", lambda xp, x: x * x, lambda xp, y, x: 2.0 * x,
     summary="The square", formula="x²", rule="power rule: 2x")  # fmt: skip
_row("reciprocal", "1/", r"\frac{{1}}{{{0}}}", lambda xp, x: xp.divide(1.0, x), lambda xp, y, x: -y * y,
     summary="The reciprocal", formula="1 / x", rule="(1/x)′ = −1/x²")  # fmt: skip

# ----- Roots, exponentials, logarithms ---------------------------------------------------------------------------------

_row("sqrt", "√", r"\sqrt{{{0}}}", lambda xp, x: xp.sqrt(x), lambda xp, y, x: xp.divide(0.5, y),
     summary="The square root; nan below 0", formula="√x", rule="(√x)′ = 1/(2√x)")  # fmt: skip
_row("cbrt", "∛", r"\sqrt[3]{{{0}}}", lambda xp, x: xp.cbrt(x), lambda xp, y, x: xp.divide(1.0, 3.0 * y * y),
     summary="The cube root, of negative numbers too", formula="∛x", rule="(∛x)′ = 1/(3(∛x)²)")  # fmt: skip
_row("exp", "exp", "e^{{{0}}}", lambda xp, x: xp.exp(x), lambda xp, y, x: y,
     summary="e to the power x", formula="e^x", rule="exp′ = exp")  # fmt: skip
_row("exp2", "2^", "2^{{{0}}}", lambda xp, x: xp.exp2(x), lambda xp, y, x: y * log(2.0),
     summary="2 to the power x", formula="2^x", rule="(2^x)′ = 2^x·ln 2")  # fmt: skip
_row("expm1", "expm1", "e^{{{0}}} - 1", lambda xp, x: xp.expm1(x), lambda xp, y, x: xp.exp(x),
     summary="e to the power x, minus 1, exact near 0", formula="e^x − 1", rule="(e^x − 1)′ = e^x")  # fmt: skip
_row("log", "ln", r"\ln {0}", lambda xp, x: xp.log(x),
     lambda xp, y, x: xp.divide(rules.inside(xp, x), x),
     summary="The natural logarithm: -inf at 0, nan below", formula="ln x", rule="ln′ = 1/x",
     short={0: lambda xp, y, x: 1.0 / x})  # fmt: skip
_row("log2", "log₂", r"\log_2 {0}", lambda xp, x: xp.log2(x),
     lambda xp, y, x: xp.divide(rules.inside(xp, x), x * log(2.0)),
     summary="The logarithm to base 2", formula="log₂ x", rule="log₂′ = 1/(x·ln 2)")  # fmt: skip
_row("log10", "log₁₀", r"\log_{{10}} {0}", lambda xp, x: xp.log10(x),
     lambda xp, y, x: xp.divide(rules.inside(xp, x), x * log(10.0)),
     summary="The logarithm to base 10", formula="log₁₀ x", rule="log₁₀′ = 1/(x·ln 10)")  # fmt: skip
_row("log1p", "log1p", r"\ln(1 + {0})", lambda xp, x: xp.log1p(x),
     lambda xp, y, x: xp.divide(rules.inside(xp, 1.0 + x), 1.0 + x),
     summary="The natural logarithm of 1 + x, exact near 0", formula="ln(1 + x)", rule="ln(1+x)′ = 1/(1+x)")  # fmt: skip
_row("xlogy", "xlogy", r"{0} \ln {1}", lambda xp, x, y: xp.where(xp.equal(x, 0.0) * (1.0 - xp.isnan(y)), 0.0, x * xp.log(y)),
     lambda xp, z, x, y: xp.where(xp.equal(x, 0.0) * xp.greater_equal(0.0, y), 0.0, xp.log(y)),
     lambda xp, z, x, y: xp.where(xp.equal(x, 0.0) * xp.equal(y, 0.0), 0.0, xp.divide(x, y)),
     summary="x times the logarithm of y, 0 for x = 0", formula="x·ln y", rule="ln y and x/y",
     convention="0·ln y is 0 for every y; its slopes are 0 for y ≤ 0", kink=lambda x, y: x == 0.0 and y == 0.0)  # fmt: skip
_row("logaddexp", "logaddexp", r"\ln(e^{{{0}}} + e^{{{1}}})",
     lambda xp, a, b: xp.where(xp.equal(a, b), a + log(2.0), xp.maximum(a, b) + xp.log1p(xp.exp(-xp.abs(a - b)))),
     lambda xp, y, a, b: xp.where(xp.equal(a, b) * xp.equal(xp.abs(a), INF), 0.5, rules.sigmoid(xp, a - b)),
     lambda xp, y, a, b: xp.where(xp.equal(a, b) * xp.equal(xp.abs(a), INF), 0.5, rules.sigmoid(xp, b - a)),
     summary="The logarithm of a sum of two exponentials", formula="ln(e^a + e^b)", rule="slopes σ(a−b) and σ(b−a)",
     short={0: lambda xp, y, a, b: rules.short_sigmoid(xp, a - b), 1: lambda xp, y, a, b: rules.short_sigmoid(xp, b - a)})  # fmt: skip

# ----- Trigonometric and hyperbolic; angles in radians -------------------------------------------------------------------

_row("sin", "sin", r"\sin {0}", lambda xp, x: xp.sin(x), lambda xp, y, x: xp.cos(x),
     summary="The sine of x radians", formula="sin x", rule="sin′ = cos")  # fmt: skip
_row("cos", "cos", r"\cos {0}", lambda xp, x: xp.cos(x), lambda xp, y, x: -xp.sin(x),
     summary="The cosine of x radians", formula="cos x", rule="cos′ = −sin")  # fmt: skip
_row("tan", "tan", r"\tan {0}", lambda xp, x: xp.tan(x), lambda xp, y, x: 1.0 + y * y,
     summary="The tangent of x radians", formula="tan x", rule="tan′ = 1 + tan²")  # fmt: skip
_row("asin", "asin", r"\arcsin {0}", lambda xp, x: xp.arcsin(x), lambda xp, y, x: xp.divide(1.0, xp.sqrt(1.0 - x * x)),
     summary="The angle in radians whose sine is x", formula="arcsin x", rule="arcsin′ = 1/√(1−x²)")  # fmt: skip
_row("acos", "acos", r"\arccos {0}", lambda xp, x: xp.arccos(x), lambda xp, y, x: xp.divide(-1.0, xp.sqrt(1.0 - x * x)),
     summary="The angle in radians whose cosine is x", formula="arccos x", rule="arccos′ = −1/√(1−x²)")  # fmt: skip
_row("atan", "atan", r"\arctan {0}", lambda xp, x: xp.arctan(x),
     rules.atan_slope,
     summary="The angle in radians whose tangent is x", formula="arctan x", rule="arctan′ = 1/(1+x²)",
     short={0: lambda xp, y, x: 1.0 / (1.0 + x * x)})  # fmt: skip
# Divided twice by the hypotenuse: the square of it under- and overflows long before the quotient does.
_row("atan2", "atan2", r"\operatorname{{atan2}}({0}, {1})", lambda xp, b, a: xp.arctan2(b, a),
     lambda xp, y, b, a: xp.where(xp.equal(xp.hypot(b, a), 0.0), a, xp.divide(xp.divide(a, xp.hypot(b, a)), xp.hypot(b, a))),
     lambda xp, y, b, a: xp.where(xp.equal(xp.hypot(b, a), 0.0), -b, xp.divide(xp.divide(-b, xp.hypot(b, a)), xp.hypot(b, a))),
     summary="The angle in radians of the point (x, y), y first", formula="atan2(y, x)", rule="x/r² and −y/r²",
     convention="both slopes 0 at the origin", kink=lambda b, a: a == 0.0 and b == 0.0)  # fmt: skip
_row("hypot", "hypot", r"\sqrt{{{0}^2 + {1}^2}}", lambda xp, a, b: xp.hypot(a, b),
     lambda xp, y, a, b: xp.where(xp.equal(y, 0.0), 0.0, xp.divide(a, y)),
     lambda xp, y, a, b: xp.where(xp.equal(y, 0.0), 0.0, xp.divide(b, y)),
     summary="The length of the hypotenuse", formula="√(a² + b²)", rule="a/r and b/r",
     convention="both slopes 0 at the origin, the smallest subgradient; detect_anomaly refuses second derivatives there",
     kink=lambda a, b: a == 0.0 and b == 0.0)  # fmt: skip
_row("sinh", "sinh", r"\sinh {0}", lambda xp, x: xp.sinh(x), lambda xp, y, x: xp.cosh(x),
     summary="The hyperbolic sine", formula="sinh x", rule="sinh′ = cosh")  # fmt: skip
_row("cosh", "cosh", r"\cosh {0}", lambda xp, x: xp.cosh(x), lambda xp, y, x: xp.sinh(x),
     summary="The hyperbolic cosine", formula="cosh x", rule="cosh′ = sinh")  # fmt: skip
_row("tanh", "tanh", r"\tanh {0}", lambda xp, x: xp.tanh(x), lambda xp, y, x: 1.0 - y * y,
     summary="The hyperbolic tangent", formula="tanh x", rule="tanh′ = 1 − tanh²")  # fmt: skip
_row("asinh", "asinh", r"\operatorname{{arsinh}} {0}", lambda xp, x: xp.arcsinh(x),
     lambda xp, y, x: xp.divide(1.0, xp.hypot(x, 1.0)),
     summary="The inverse hyperbolic sine", formula="arsinh x", rule="arsinh′ = 1/√(x²+1)")  # fmt: skip
_row("acosh", "acosh", r"\operatorname{{arcosh}} {0}", lambda xp, x: xp.arccosh(x),
     lambda xp, y, x: xp.divide(1.0, xp.sqrt(x - 1.0) * xp.sqrt(x + 1.0)),
     summary="The inverse hyperbolic cosine; nan below 1", formula="arcosh x", rule="arcosh′ = 1/√(x²−1)")  # fmt: skip
_row("atanh", "atanh", r"\operatorname{{artanh}} {0}", lambda xp, x: xp.arctanh(x),
     lambda xp, y, x: xp.divide(rules.inside(xp, 1.0 - x * x), 1.0 - x * x),
     summary="The inverse hyperbolic tangent; nan outside [-1, 1]", formula="artanh x", rule="artanh′ = 1/(1−x²)")  # fmt: skip

# ----- Special functions -----------------------------------------------------------------------------------------------

_row("erf", "erf", r"\operatorname{{erf}} {0}", lambda xp, x: xp.erf(x), lambda xp, y, x: 2.0 / sqrt(pi) * xp.exp(-x * x),
     summary="The error function", formula="2/√π ∫₀ˣ e^(−t²) dt", rule="erf′ = 2/√π·e^(−x²)")  # fmt: skip
_row("lgamma", "lnΓ", r"\ln\Gamma({0})", lambda xp, x: xp.lgamma(x), lambda xp, y, x: xp.digamma(x),
     summary="The logarithm of |Γ(x)|", formula="ln|Γ(x)|", rule="(ln Γ)′ = ψ, the digamma function")  # fmt: skip
_row("digamma", "ψ", r"\psi({0})", lambda xp, x: xp.polygamma(0.0, x), lambda xp, y, x: xp.polygamma(1.0, x),
     summary="The derivative of lgamma", formula="ψ(x) = Γ′(x)/Γ(x)", rule="ψ′ = ψ⁽¹⁾, the trigamma function")  # fmt: skip
_row("polygamma", "ψ⁽ⁿ⁾", r"\psi^{{({0})}}({1})", lambda xp, n, x: xp.polygamma(n, x), lambda xp, y, n, x: NAN,
     lambda xp, y, n, x: xp.where(xp.greater_equal(n, LARGEST_ORDER), NAN * x, xp.polygamma(xp.minimum(n + 1.0, LARGEST_ORDER), x)),
     summary="The n-th derivative of digamma", formula="ψ⁽ⁿ⁾(x)", rule="the next one: ψ⁽ⁿ⁺¹⁾; none in the order n",
     convention=f"orders end at {LARGEST_ORDER:g}, whose own slope is nan")  # fmt: skip

# ----- Steps, choices, bounds --------------------------------------------------------------------------------------------

for _name, _symbol, _latex, _text in (  # round: "rint" is NumPy's name for it
    ("floor", "⌊⌋", r"\lfloor {0} \rfloor", "The largest whole number not above x"),
    ("ceil", "⌈⌉", r"\lceil {0} \rceil", "The smallest whole number not below x"),
    ("round", "round", r"\operatorname{{round}}({0})", "The nearest whole number, halves to the even one"),
    ("sign", "sign", r"\operatorname{{sign}}({0})", "-1, 0 or 1; 0 for nan"),
):
    _row(_name, _symbol, _latex, lambda xp, x, _name=_name: getattr(xp, "rint" if _name == "round" else _name)(x), rules.zero,
         summary=_text, formula=f"{_name}(x)", rule="slope 0: a staircase", differentiable=False,
         convention="slope 0 on the steps and at the jumps")  # fmt: skip
for _name, _symbol, _latex in (
    ("greater", ">", "{0} > {1}"),
    ("greater_equal", "≥", r"{0} \ge {1}"),
    ("equal", "=", "{0} = {1}"),
):
    _row(_name, _symbol, _latex, lambda xp, a, b, _name=_name: getattr(xp, _name)(a, b), rules.zero, rules.zero,
         summary=f"1 where a {_symbol} b, else 0", formula=f"[a {_symbol} b]", rule="slope 0: a step", differentiable=False)  # fmt: skip
_row("isnan", "isnan", r"\operatorname{{isnan}}({0})", lambda xp, x: xp.isnan(x), rules.zero,
     summary="1 where x is nan, else 0", formula="[x is nan]", rule="slope 0: a step", differentiable=False)  # fmt: skip

_row("maximum", "max", r"\max({0}, {1})", lambda xp, a, b: xp.maximum(a, b),
     lambda xp, y, a, b: rules.winner(xp, a, b, xp.greater(a, b)), lambda xp, y, a, b: rules.winner(xp, a, b, xp.greater(b, a)),
     summary="The larger of two", formula="max(a, b)", rule="slope 1 for the larger, 0 for the other",
     convention="one half to each at a tie", kink=rules.tied,
     short={0: lambda xp, y, a, b: rules.short_winner(xp, a, b), 1: lambda xp, y, a, b: rules.short_winner(xp, b, a)})  # fmt: skip
_row("minimum", "min", r"\min({0}, {1})", lambda xp, a, b: xp.minimum(a, b),
     lambda xp, y, a, b: rules.winner(xp, a, b, xp.greater(b, a)), lambda xp, y, a, b: rules.winner(xp, a, b, xp.greater(a, b)),
     summary="The smaller of two", formula="min(a, b)", rule="slope 1 for the smaller, 0 for the other",
     convention="one half to each at a tie", kink=rules.tied,
     short={0: lambda xp, y, a, b: rules.short_winner(xp, b, a), 1: lambda xp, y, a, b: rules.short_winner(xp, a, b)})  # fmt: skip
_row("where", "where", r"\operatorname{{where}}({0}, {1}, {2})", lambda xp, c, a, b: xp.where(c, a, b), rules.zero,
     lambda xp, y, c, a, b: xp.where(c, 1.0, 0.0), lambda xp, y, c, a, b: xp.where(c, 0.0, 1.0),
     summary="a where the condition is not 0, else b", formula="a if c else b", rule="slope 1 for the branch taken, 0 for the other")  # fmt: skip
_row("clamp", "clamp", r"\operatorname{{clamp}}({0}, {1}, {2})", lambda xp, x, lo, hi: xp.minimum(xp.maximum(x, lo), hi),
     lambda xp, y, x, lo, hi: xp.greater_equal(x, lo) * xp.greater_equal(hi, x),
     lambda xp, y, x, lo, hi: xp.greater(lo, x) * xp.greater_equal(hi, lo),
     lambda xp, y, x, lo, hi: xp.where(xp.greater(x, hi), 1.0, xp.greater(lo, x) * xp.greater(lo, hi)),
     summary="x held between two bounds; the upper one wins if they cross", formula="min(max(x, lo), hi)",
     rule="slope 1 inside the bounds, 0 outside", convention="slope 1 in x on a bound", defaults=(-INF, INF),
     kink=lambda x, lo, hi: x in (lo, hi) or x < lo == hi)  # fmt: skip

# ----- Activations -------------------------------------------------------------------------------------------------------

_row("sigmoid", "σ", r"\sigma({0})", rules.sigmoid, lambda xp, y, x: y * (1.0 - y),
     summary="The logistic function", formula="σ(x) = 1/(1 + e^(−x))", rule="σ′ = σ(1−σ)")  # fmt: skip
_row("logsigmoid", "ln σ", r"\ln\sigma({0})", lambda xp, x: xp.minimum(x, 0.0) - xp.log1p(xp.exp(-xp.abs(x))),
     lambda xp, y, x: rules.sigmoid(xp, -x),
     summary="The logarithm of the logistic function", formula="ln σ(x)", rule="(ln σ)′ = σ(−x)",
     short={0: lambda xp, y, x: 1.0 / (1.0 + xp.exp(x))})  # fmt: skip
_row("relu", "ReLU", r"\operatorname{{ReLU}}({0})", lambda xp, x: xp.where(xp.greater(0.0, x), 0.0, x),
     lambda xp, y, x: rules.step(xp, x),
     summary="The rectified linear unit", formula="max(0, x)", rule="slope 1 above 0, 0 below",
     convention="slope 0 at exactly 0, by convention", kink=rules.at_zero,
     short={0: lambda xp, y, x: xp.greater(y, 0.0)})  # fmt: skip
_row("leaky_relu", "LReLU", r"\operatorname{{LReLU}}({0})", lambda xp, x, s: xp.where(xp.greater(x, 0.0), x, s * x),
     lambda xp, y, x, s: xp.where(xp.greater(x, 0.0), 1.0, s), lambda xp, y, x, s: xp.where(xp.greater(x, 0.0), 0.0, x),
     summary="A rectified linear unit that leaks below 0", formula="x if x > 0 else s·x", rule="slope 1 above 0, s below",
     convention="slope s at exactly 0, by convention", kink=rules.at_zero, defaults=(0.01,))  # fmt: skip
_row("elu", "ELU", r"\operatorname{{ELU}}({0})",
     lambda xp, x, a: xp.where(xp.greater(x, 0.0), x, a * xp.expm1(xp.minimum(x, 0.0))),
     lambda xp, y, x, a: xp.where(xp.greater(x, 0.0), 1.0, a * xp.exp(rules.below_zero(xp, x))),
     lambda xp, y, x, a: xp.where(xp.greater(x, 0.0), 0.0, xp.expm1(rules.below_zero(xp, x))),
     summary="The exponential linear unit (Clevert et al. 2015)", formula="x if x > 0 else α(e^x − 1)",
     rule="slope 1 above 0, α·e^x below", convention="slope α at exactly 0", kink=rules.at_zero, defaults=(1.0,))  # fmt: skip
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017
_row("selu", "SELU", r"\operatorname{{SELU}}({0})", lambda xp, x: _SELU_SCALE * xp.elu(x, _SELU_ALPHA),
     lambda xp, y, x: _SELU_SCALE * xp.where(xp.greater(x, 0.0), 1.0, _SELU_ALPHA * xp.exp(rules.below_zero(xp, x))),
     summary="The self-normalising exponential linear unit (Klambauer et al. 2017)", formula="λ·x if x > 0 else λα(e^x − 1)",
     rule="slope λ above 0, λα·e^x below", convention="slope λα at exactly 0", kink=rules.at_zero)  # fmt: skip
_row("softplus", "softplus", r"\operatorname{{softplus}}({0})",
     lambda xp, x, b: xp.where(xp.greater(b * x, 20.0), x, xp.divide(xp.log1p(xp.exp(xp.minimum(b * x, 20.0))), b)),
     lambda xp, y, x, b: xp.where(xp.greater(b * x, 20.0), 1.0, rules.sigmoid(xp, b * x)),
     lambda xp, y, x, b: xp.where(xp.greater(b * x, 20.0), 0.0, xp.divide(x * rules.sigmoid(xp, b * x) - y, b)),
     summary="A smooth ReLU; the identity above βx = 20, as in PyTorch", formula="ln(1 + e^(βx)) / β", rule="slope σ(βx)", defaults=(1.0,),
     short={0: lambda xp, y, x, b: xp.where(xp.greater(b * x, 20.0), 1.0, rules.short_sigmoid(xp, b * x))})  # fmt: skip
_row("silu", "SiLU", r"\operatorname{{SiLU}}({0})", lambda xp, x: x * xp.sigmoid(x), rules.silu_slope,
     summary="The sigmoid linear unit, also called swish", formula="x·σ(x)", rule="σ(x)·(1 + x·σ(−x))",
     short={0: rules.short_silu_slope})  # fmt: skip
_row("gelu", "GELU", r"\operatorname{{GELU}}({0})", lambda xp, x: 0.5 * x * (1.0 + xp.erf(x * sqrt(0.5))),
     lambda xp, y, x: 0.5 * (1.0 + xp.erf(x * sqrt(0.5))) + x * xp.exp(-0.5 * x * x) / sqrt(2.0 * pi),
     summary="The Gaussian error linear unit, exact form (Hendrycks and Gimpel 2016)", formula="x·Φ(x)", rule="Φ(x) + x·φ(x)")  # fmt: skip

_row("gelu_tanh", "GELU", r"\operatorname{{GELU}}({0})", lambda xp, x: 0.5 * x * (1.0 + rules.gelu_inner(xp, x)), rules.gelu_tanh_slope,
     summary="The Gaussian error linear unit, tanh form", formula="x/2·(1 + tanh(√(2/π)(x + 0.044715x³)))", rule="by the product rule",
     short={0: rules.short_gelu_tanh_slope})  # fmt: skip

_row("mish", "mish", r"\operatorname{{mish}}({0})", lambda xp, x: x * xp.tanh(xp.softplus(x, 1.0)), rules.mish_slope,
     summary="A smooth, self-gated activation (Misra 2019)", formula="x·tanh(softplus(x))", rule="t + x(1−t²)σ(x), t = tanh(softplus(x))",
     short={0: rules.short_mish_slope})  # fmt: skip
_row("hardtanh", "hardtanh", r"\operatorname{{hardtanh}}({0})", lambda xp, x, lo, hi: xp.minimum(xp.maximum(x, lo), hi),
     lambda xp, y, x, lo, hi: xp.greater(x, lo) * xp.greater(hi, x),
     lambda xp, y, x, lo, hi: xp.greater_equal(lo, x) * xp.greater(hi, lo),
     lambda xp, y, x, lo, hi: xp.where(xp.greater_equal(lo, hi), 1.0, xp.greater_equal(x, hi)),
     summary="x held between two bounds, flat on them", formula="min(max(x, lo), hi)", rule="slope 1 strictly inside, 0 elsewhere",
     convention="slope 0 on a bound", defaults=(-1.0, 1.0), kink=lambda x, lo, hi: x in (lo, hi) or x < lo == hi)  # fmt: skip
_row("softsign", "softsign", r"\operatorname{{softsign}}({0})", lambda xp, x: xp.divide(x, 1.0 + xp.abs(x)),
     rules.softsign_slope,
     summary="A sigmoid with slow tails", formula="x / (1 + |x|)", rule="1/(1+|x|)²")  # fmt: skip

# ----- Over several operands: one node, one rule for all of its slopes ------------------------------------------------------

_row("sum", "Σ", r"\sum", lambda xp, xs: rules.total(xs), lambda xp, y, xs: [1.0] * len(xs),
     summary="The sum of several", formula="Σ xᵢ", rule="sum rule: each term has slope 1", variadic=True)  # fmt: skip
_row("prod", "Π", r"\prod", rules.product, rules.others,
     summary="The product of several", formula="Π xᵢ", rule="product rule: all the other factors", variadic=True)  # fmt: skip
_row("mean", "mean", r"\operatorname{{mean}}", rules.mean, lambda xp, y, xs: [1.0 / len(xs) for _ in xs],
     summary="The mean of several; nan of none", formula="Σ xᵢ / n", rule="slope 1/n", variadic=True)  # fmt: skip
_row("var", "var", r"\operatorname{{var}}", rules.variance,
     lambda xp, y, xs, c=1.0: [xp.divide(2.0 * d, len(xs) - c) for d in rules.deviations(xp, xs)],
     summary="The variance of several", formula="Σ (xᵢ − x̄)² / (n − c)", rule="2(xᵢ − x̄)/(n − c)", variadic=True,
     convention="exactly 0 where all are equal, up to 1e300")  # fmt: skip
_row("std", "std", r"\operatorname{{std}}", lambda xp, xs, c=1.0: xp.sqrt(rules.variance(xp, xs, c)), rules.deviation_slope,
     summary="The standard deviation of several", formula="√var", rule="(xᵢ − x̄)/((n − c)·std)", variadic=True,
     convention="all slopes 0 where all are equal", kink=lambda *xs: len(set(xs)) == 1)  # fmt: skip
_row("norm", "‖·‖", r"\lVert \cdot \rVert", rules.norm,
     lambda xp, y, xs: [xp.where(xp.equal(y, 0.0), 0.0, xp.divide(x, y)) for x in xs],
     summary="The Euclidean length of several", formula="√(Σ xᵢ²)", rule="xᵢ / length", variadic=True,
     convention="all slopes 0 at the origin, the smallest subgradient; detect_anomaly refuses second derivatives there",
     kink=lambda *xs: not any(xs))  # fmt: skip
_row("max", "max", r"\max", lambda xp, xs: rules.extreme(xp, xs, xp.maximum), rules.share,
     summary="The largest of several", formula="max xᵢ", rule="slope 1 for the largest, 0 for the others", variadic=True,
     convention="1/k to each of k that tie", kink=lambda *xs: xs.count(max(xs)) > 1)  # fmt: skip
_row("min", "min", r"\min", lambda xp, xs: rules.extreme(xp, xs, xp.minimum), rules.share,
     summary="The smallest of several", formula="min xᵢ", rule="slope 1 for the smallest, 0 for the others", variadic=True,
     convention="1/k to each of k that tie", kink=lambda *xs: xs.count(min(xs)) > 1)  # fmt: skip
_row("dot", "w·x", r"\operatorname{{dot}}", rules.dot, rules.dot_slopes,
     summary="The weighted sum of inputs, with a bias", formula="Σ wᵢ·xᵢ + b",
     rule="product rule: the other factor; 1 for the bias", variadic=True)  # fmt: skip
_row("logsumexp", "ln Σ e", r"\ln \sum e", rules.logsumexp, lambda xp, y, xs, guard=1.0: rules.shares(xp, xs, guard),
     summary="The logarithm of a sum of exponentials", formula="ln Σ e^(xᵢ)", rule="softmax: e^(xᵢ) / Σ e^(xⱼ)", variadic=True,
     convention="beside inf slopes are 0, that of inf itself is nan")  # fmt: skip
_row("softmax", "softmax", r"\operatorname{{softmax}}", lambda xp, xs, k: rules.shares(xp, xs)[int(k)],
     lambda xp, y, xs, k: [y * (rules.kronecker(i, k) - p) for i, p in enumerate(rules.shares(xp, xs))],
     summary="The share of one in a sum of exponentials", formula="e^(xₖ) / Σ e^(xⱼ)", rule="pₖ(δₖᵢ − pᵢ)", variadic=True)  # fmt: skip
_row("log_softmax", "ln softmax", r"\ln\operatorname{{softmax}}", rules.log_softmax,
     lambda xp, y, xs, k: [rules.kronecker(i, k) - p for i, p in enumerate(rules.shares(xp, xs))],
     summary="The logarithm of a softmax", formula="xₖ − ln Σ e^(xⱼ)", rule="δₖᵢ − pᵢ", variadic=True)  # fmt: skip
