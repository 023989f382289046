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

`from autograd import *` leaves Python's own abs, compile, max, min, round and sum alone: `autograd.compile(...)`.
Neural networks are in the package `nn`. On the command line: `python -m autograd "tanh(a*b + c)" a=2 b=-3 c=10`.
"""

from importlib import import_module as _import_module
from os.path import exists as _exists
from typing import TYPE_CHECKING
from typing import Any as _Any
from warnings import warn as _warn

from autograd import functions, graph, modes, reductions
from autograd.engine import value as _value
from autograd.engine.state import AnomalyError as AnomalyError
from autograd.engine.state import TracingError as TracingError
from autograd.engine.value import Value as Value
from autograd.functions import *
from autograd.graph import *
from autograd.modes import *
from autograd.reductions import *
from autograd.support import answers as _answers

if TYPE_CHECKING:  # imported at their first use
    from autograd.custom import operation as operation
    from autograd.derivatives import derivative as derivative
    from autograd.derivatives import grad as grad
    from autograd.derivatives import hessian as hessian
    from autograd.derivatives import hvp as hvp
    from autograd.derivatives import jacobian as jacobian
    from autograd.derivatives import jvp as jvp
    from autograd.derivatives import value_and_grad as value_and_grad
    from autograd.explanation import explain as explain
    from autograd.explanation import trace_table as trace_table
    from autograd.explanation import why_order as why_order
    from autograd.graph.labels import label as label
    from autograd.page import view as view
    from autograd.picture import draw as draw
    from autograd.picture.animate import animate as animate
    from autograd.program import compile as compile

# Imported at their first use: `import autograd` stays quick for those who draw nothing and compile nothing.
_FIRST_USE = {
    **dict.fromkeys(
        ("derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"), "autograd.derivatives"
    ),
    "animate": "autograd.picture.animate",
    "compile": "autograd.program",
    "draw": "autograd.picture",
    "explain": "autograd.explanation",
    "label": "autograd.graph.labels",
    "operation": "autograd.custom",
    "trace_table": "autograd.explanation",
    "view": "autograd.page",
    "why_order": "autograd.explanation",
}
_MODULES = ("custom", "derivatives", "functions", "modes", "reductions", "testing")

# What a star import brings: everything but the names of Python's own abs, compile, max, min, round and sum, which it
# must not replace unseen. Python's compile refuses Values and functions, so that it is never the wrong one unseen.
__all__ = ["AnomalyError", "TracingError", "Value"]
__all__ += ["animate", "draw", "explain", "label", "trace_table", "view", "why_order"]
__all__ += ["derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "operation", "value_and_grad"]
__all__ += functions.__all__
__all__ += graph.__all__
__all__ += modes.__all__
__all__ += reductions.__all__
__all__.remove("abs")
__all__.remove("max")
__all__.remove("min")
__all__.remove("round")
__all__.remove("sum")

# HIPS's distribution `autograd` owns a file autograd/__init__.py, too, and pip lets the later one replace the earlier.
# As this is chaingrad's, all of chaingrad works: a warning, for hosted notebooks may bring the other along. 4 µs.
if _exists(f"{__path__[0]}/tracer.py"):
    _warn(
        "two distributions are installed under the name autograd, chaingrad and HIPS's autograd. `import autograd` "
        "gives chaingrad's, which works. Programs for HIPS's do not: grad, value_and_grad, jacobian and hessian take "
        "other arguments here, elementwise_grad, make_vjp and others are missing, autograd.misc cannot be imported. "
        "To have one of the two, whole: `pip uninstall -y autograd chaingrad`, then `pip install chaingrad` "
        "(or `pip install autograd`)",
        stacklevel=2,
    )

compiled: bool = not (_value.__file__ or "").endswith(".py")
"""Whether the engine runs as compiled C; the same file as plain Python otherwise."""


def __getattr__(name: str) -> _Any:
    if name in _MODULES:
        return _import_module(f"autograd.{name}")
    if name not in _FIRST_USE:
        raise _answers.missing_in("autograd", name, __dir__())
    function = getattr(_import_module(_FIRST_USE[name]), name)
    globals()[name] = function  # the next look-up finds it without this function
    return function


def __dir__() -> list[str]:
    return sorted({*__all__, *_MODULES, "abs", "compile", "compiled", "max", "min", "round", "sum"})
