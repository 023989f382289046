"""Scalar automatic differentiation with a graph that can be seen, explained and compiled. The index of public names."""

from typing import TYPE_CHECKING

from autograd import lazy as _lazy
from autograd import value as _value
from autograd.derivatives import derivative as derivative
from autograd.derivatives import grad as grad
from autograd.derivatives import hessian as hessian
from autograd.derivatives import hvp as hvp
from autograd.derivatives import jacobian as jacobian
from autograd.derivatives import jvp as jvp
from autograd.derivatives import value_and_grad as value_and_grad
from autograd.extend import operation as operation
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
from autograd.state import AnomalyError as AnomalyError
from autograd.state import TracingError as TracingError
from autograd.value import Value as Value

if TYPE_CHECKING:  # imported at their first use
    from autograd.draw import draw as draw
    from autograd.draw.animate import animate as animate
    from autograd.explain import explain as explain
    from autograd.names import label as label
    from autograd.order import why_order as why_order
    from autograd.program import compile as compile
    from autograd.reductions import dot as dot
    from autograd.trace import trace_table as trace_table
    from autograd.view import view as view

_lazy.install(
    __name__,
    {
        "draw": "autograd.draw",
        "animate": "autograd.draw.animate",
        "explain": "autograd.explain",
        "label": "autograd.names",
        "why_order": "autograd.order",
        "compile": "autograd.program",
        "dot": "autograd.reductions",
        "trace_table": "autograd.trace",
        "view": "autograd.view",
    },
)

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
