"""`compile`: from a recorded graph, or from a function of Values, to array code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import DTypeLike

from autograd.engine.value import Value
from autograd.program.function import CompiledFunction
from autograd.program.passes.graph import read_graph
from autograd.program.program import Program
from autograd.support.collector import no_collection
from autograd.support.text import got


@overload
def compile(
    output: Value | Sequence[Value],
    inputs: Sequence[Value] = (),
    *,
    parameters: Sequence[Value] = (),
    dtype: DTypeLike = np.float64,
) -> Program: ...
@overload
def compile(output: Callable[..., Any], *, dtype: DTypeLike = np.float64) -> CompiledFunction: ...
@overload
def compile(*, dtype: DTypeLike = np.float64) -> Callable[[Callable[..., Any]], CompiledFunction]: ...


def compile(
    output: Any = None,
    inputs: Sequence[Value] = (),
    *,
    parameters: Sequence[Value] = (),
    dtype: DTypeLike = np.float64,
) -> Any:
    """Compile a recorded graph to a `Program`, or a function of Values to a `CompiledFunction`.

    Of a graph, `inputs` are the leaves that are fed per example. Every other leaf is read at each call: a parameter if
    it takes a gradient; `parameters` names some that count even if the output does not depend on them. Leaves whose
    role is "constant", as plain numbers in formulas, are part of the program. Gradients come in the order of
    `program.parameters`, which is that of the matrix products that read them, and not always that of `parameters`.

    A function is traced when it is first called; see `CompiledFunction` for its arguments. Numbers that it takes from
    closures, globals and attributes of plain objects are in the program as they were then: make them arguments, or
    Values, which are read at every call. `dtype` is float64 or float32.

    Raises TypeError for anything else than Values or a function, ValueError for inputs that are computed, listed twice,
    or given with a function; TracingError if the function branches on the number in a Value.

    >>> w, x = Value(3.0, label="w"), Value(0.0, label="x")
    >>> program = compile((w * x).tanh(), inputs=[x])
    >>> program([[0.0], [1.0]]).round(4).tolist()
    [0.0, 0.9951]
    >>> value, gradients = program.value_and_grad([[0.0], [1.0]], reduction="sum")
    >>> gradients.round(4).tolist(), round(1 - value**2, 4)
    ([0.0099], 0.0099)

    >>> @compile
    ... def line(x, slope):
    ...     return slope * x[0] + x[1]
    >>> line([2.0, 1.0], 10.0), line.traces
    (21.0, 1)
    """
    # A recorded graph: there is nothing to trace.
    if isinstance(output, Value):
        output = [output]
    if isinstance(output, (list, tuple)):
        if not output:
            raise ValueError("there is no output to compile: give a Value or a list of Values")
        with no_collection():  # the passes make long lists, which the collector would go through again and again
            return Program(read_graph(output, inputs, parameters), dtype)
    # @compile(dtype=...): the function comes in a second call.
    if output is None:
        return lambda function: compile(function, dtype=dtype)
    if not callable(output):
        raise TypeError(f"compile takes a Value, a list of Values or a function, got {got(output)}")
    if len(inputs) or len(parameters):
        raise ValueError("inputs and parameters are for a recorded graph: a function finds them in its arguments")
    return CompiledFunction(output, dtype)
