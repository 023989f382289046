"""From a recorded graph to that of its gradient: the same leaves, and the derivatives by some of them as outputs.

    y = w·x²   ->   by x: w·(2·x)        whose slope by x, 2·w, is the Hessian's only number

It is recorded as inside of a traced function, so that it is right for all numbers that a program may get: a product
comes with the question whether a factor of exactly 0 stops it.

>>> from autograd.program.passes.graph import read_graph
>>> w, x = Value(3.0, label="w"), Value(5.0, label="x")
>>> print(gradient_graph(read_graph([w * x.square()], inputs=[x]), by="inputs").graph.describe())
#3 = *(2.0, #2 x)
#4 = stops(#0 w, #3)
#6 = *(#0 w, #3)
#7 = where(#4, 0.0, #6)
"""

from __future__ import annotations

from typing import Literal

from autograd.derivatives import grad
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.value import Value
from autograd.modes import Switch
from autograd.program.passes.graph import GIVEN, INPUT, LITERAL, PARAMETER, RecordedGraph, read_graph
from autograd.support.collector import no_collection

By = Literal["inputs", "parameters"]


def gradient_graph(recorded: RecordedGraph, by: By) -> RecordedGraph:
    """The graph whose outputs are the derivatives of the first output by the inputs, or by the parameters, in order."""
    with no_collection(), Switch(tracing=True, recording=True):
        output = record_again(recorded)
        gradient = grad(output, recorded.inputs if by == "inputs" else recorded.parameters, create_graph=True)
        return read_graph(gradient, recorded.inputs, recorded.parameters)


def record_again(recorded: RecordedGraph) -> Value:
    """The first output of a graph, recorded anew from the Values that are its leaves."""
    graph = recorded.graph
    leaves = {INPUT: recorded.inputs, PARAMETER: recorded.parameters, GIVEN: recorded.givens}
    values: dict[int, Value] = {
        i: Value(leaf.value, role="constant") if leaf.kind == LITERAL else leaves[leaf.kind][leaf.position]
        for i, leaf in graph.leaves.items()
    }
    for i in graph.order:
        operands = [values[a] for a in graph.operands[i]]
        node = apply(ops.TABLE[graph.ops[i]], operands, graph.settings.get(i, ()))
        assert isinstance(node, Value)  # there are operands, and all are Values
        values[i] = node
    return values[graph.outputs[0]]
