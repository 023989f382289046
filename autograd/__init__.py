"""Scalar automatic differentiation with a graph that can be seen, explained and compiled.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> L = (a * b + 10).tanh()
    >>> L.backward()
    >>> f"{L.data:.4f} {a.grad:.4f} {b.grad:.4f}"
    '0.9993 -0.0040 0.0027'

Numbers        Value: a number that remembers how it was made; label: names for many at once
Arithmetic     + - * / ** % // abs, and exp, log, tanh, sin, relu, maximum, where ... (`autograd.functions`)
Many numbers   sum, dot, mean, var, std, norm, softmax, logsumexp, max, min, prod (`autograd.reductions`)
Derivatives    v.backward(), then v.grad; or as functions: grad, value_and_grad, derivative, jacobian, hessian, hvp, jvp
Look           draw: a picture; view: an interactive page; animate: the backward pass as a film
Understand     explain: a gradient as a sum over paths; trace_table: both passes as a table; why_order: why it is sorted
The graph      topological_order, leaves, parameters, levels, count_paths
Run fast       compile: a graph or a function as NumPy code
Switches       no_grad, enable_grad, detect_anomaly
Your own       operation: a new differentiable operation
In tests       autograd.testing: gradcheck, assert_gradients and others

Neural networks are in the package `nn`. On the command line: `python -m autograd "tanh(a*b + c)" a=2 b=-3 c=10`.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING
from typing import Any as _Any

from autograd.custom import operation as operation
from autograd.derivatives import derivative as derivative
from autograd.derivatives import grad as grad
from autograd.derivatives import hessian as hessian
from autograd.derivatives import hvp as hvp
from autograd.derivatives import jacobian as jacobian
from autograd.derivatives import jvp as jvp
from autograd.derivatives import value_and_grad as value_and_grad
from autograd.engine import value as _value
from autograd.engine.state import AnomalyError as AnomalyError
from autograd.engine.state import TracingError as TracingError
from autograd.engine.value import Value as Value
from autograd.functions import abs as abs
from autograd.functions import acos as acos
from autograd.functions import acosh as acosh
from autograd.functions import add as add
from autograd.functions import arccos as arccos
from autograd.functions import arccosh as arccosh
from autograd.functions import arcsin as arcsin
from autograd.functions import arcsinh as arcsinh
from autograd.functions import arctan as arctan
from autograd.functions import arctan2 as arctan2
from autograd.functions import arctanh as arctanh
from autograd.functions import asin as asin
from autograd.functions import asinh as asinh
from autograd.functions import atan as atan
from autograd.functions import atan2 as atan2
from autograd.functions import atanh as atanh
from autograd.functions import cbrt as cbrt
from autograd.functions import ceil as ceil
from autograd.functions import clamp as clamp
from autograd.functions import cos as cos
from autograd.functions import cosh as cosh
from autograd.functions import digamma as digamma
from autograd.functions import divide as divide
from autograd.functions import elu as elu
from autograd.functions import equal as equal
from autograd.functions import erf as erf
from autograd.functions import exp as exp
from autograd.functions import exp2 as exp2
from autograd.functions import expm1 as expm1
from autograd.functions import floor as floor
from autograd.functions import floor_divide as floor_divide
from autograd.functions import gelu as gelu
from autograd.functions import greater as greater
from autograd.functions import greater_equal as greater_equal
from autograd.functions import hardtanh as hardtanh
from autograd.functions import hypot as hypot
from autograd.functions import isnan as isnan
from autograd.functions import leaky_relu as leaky_relu
from autograd.functions import lgamma as lgamma
from autograd.functions import log as log
from autograd.functions import log1p as log1p
from autograd.functions import log2 as log2
from autograd.functions import log10 as log10
from autograd.functions import logaddexp as logaddexp
from autograd.functions import logsigmoid as logsigmoid
from autograd.functions import maximum as maximum
from autograd.functions import minimum as minimum
from autograd.functions import mish as mish
from autograd.functions import multiply as multiply
from autograd.functions import negative as negative
from autograd.functions import polygamma as polygamma
from autograd.functions import power as power
from autograd.functions import reciprocal as reciprocal
from autograd.functions import relu as relu
from autograd.functions import remainder as remainder
from autograd.functions import rint as rint
from autograd.functions import round as round
from autograd.functions import selu as selu
from autograd.functions import sigmoid as sigmoid
from autograd.functions import sign as sign
from autograd.functions import silu as silu
from autograd.functions import sin as sin
from autograd.functions import sinh as sinh
from autograd.functions import softplus as softplus
from autograd.functions import softsign as softsign
from autograd.functions import sqrt as sqrt
from autograd.functions import square as square
from autograd.functions import subtract as subtract
from autograd.functions import tan as tan
from autograd.functions import tanh as tanh
from autograd.functions import where as where
from autograd.functions import xlogy as xlogy
from autograd.graph import count_paths as count_paths
from autograd.graph import leaves as leaves
from autograd.graph import levels as levels
from autograd.graph import parameters as parameters
from autograd.graph import topological_order as topological_order
from autograd.modes import detect_anomaly as detect_anomaly
from autograd.modes import enable_grad as enable_grad
from autograd.modes import no_grad as no_grad
from autograd.reductions import log_softmax as log_softmax
from autograd.reductions import logsumexp as logsumexp
from autograd.reductions import max as max
from autograd.reductions import mean as mean
from autograd.reductions import min as min
from autograd.reductions import norm as norm
from autograd.reductions import prod as prod
from autograd.reductions import softmax as softmax
from autograd.reductions import std as std
from autograd.reductions import sum as sum
from autograd.reductions import var as var

if TYPE_CHECKING:  # imported at their first use
    from autograd.explanation import explain as explain
    from autograd.explanation import trace_table as trace_table
    from autograd.explanation import why_order as why_order
    from autograd.graph.labels import label as label
    from autograd.page import view as view
    from autograd.picture import draw as draw
    from autograd.picture.animate import animate as animate
    from autograd.program import compile as compile
    from autograd.reductions import dot as dot

# Imported at their first use: `import autograd` stays quick for those who draw nothing and compile nothing.
_FIRST_USE = {
    "animate": "autograd.picture.animate",
    "compile": "autograd.program",
    "dot": "autograd.reductions",
    "draw": "autograd.picture",
    "explain": "autograd.explanation",
    "label": "autograd.graph.labels",
    "trace_table": "autograd.explanation",
    "view": "autograd.page",
    "why_order": "autograd.explanation",
}
_MODULES = ("custom", "derivatives", "functions", "modes", "reductions", "testing")

# What a star import brings: everything but the names of Python's own abs, compile, max, min, round and sum.
__all__ = [
    "AnomalyError",
    "TracingError",
    "Value",
    "acos",
    "acosh",
    "add",
    "animate",
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
    "count_paths",
    "derivative",
    "detect_anomaly",
    "digamma",
    "divide",
    "dot",
    "draw",
    "elu",
    "enable_grad",
    "equal",
    "erf",
    "exp",
    "exp2",
    "explain",
    "expm1",
    "floor",
    "floor_divide",
    "gelu",
    "grad",
    "greater",
    "greater_equal",
    "hardtanh",
    "hessian",
    "hvp",
    "hypot",
    "isnan",
    "jacobian",
    "jvp",
    "label",
    "leaky_relu",
    "leaves",
    "levels",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logaddexp",
    "logsigmoid",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mish",
    "multiply",
    "negative",
    "no_grad",
    "norm",
    "operation",
    "parameters",
    "polygamma",
    "power",
    "prod",
    "reciprocal",
    "relu",
    "remainder",
    "rint",
    "selu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "std",
    "subtract",
    "tan",
    "tanh",
    "topological_order",
    "trace_table",
    "value_and_grad",
    "var",
    "view",
    "where",
    "why_order",
    "xlogy",
]

compiled: bool = not (_value.__file__ or "").endswith(".py")
"""Whether the engine runs as compiled C; the same file as plain Python otherwise."""


def __getattr__(name: str) -> _Any:
    if name in _MODULES:
        return _import_module(f"autograd.{name}")
    if name not in _FIRST_USE:
        raise AttributeError(f"module 'autograd' has no attribute {name!r}")
    function = getattr(_import_module(_FIRST_USE[name]), name)
    globals()[name] = function  # the next look-up finds it without this function
    return function


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, "abs", "compile", "compiled", "max", "min", "round", "sum"})
