"""From a recorded graph to a `Tape`, and the machine that replays it with the manners of one that runs array code.

>>> from autograd import Value
>>> from autograd.program.code import code_for
>>> from autograd.program.passes.graph import read_graph
>>> w, x = Value(3.0), Value(0.0)
>>> code = code_for(read_graph([w * x * x], [x]).graph, columns=1, parameters=1)
>>> machine = TapeMachine(code.tape, code.columns, 1)
>>> machine.theta[:] = [3.0]
>>> X = np.array([[1.0], [2.0]])
>>> machine.values(X).tolist(), machine.gradients(X, seed=0.5), machine.gradient.tolist()
([3.0, 12.0], 7.5, [2.5])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.engine import ops
from autograd.engine.tape.replay import Replay
from autograd.engine.tape.tape import Tape
from autograd.program.passes.graph import GIVEN, INPUT, PARAMETER, Graph

Array = NDArray[Any]


def tape_for(graph: Graph, columns: int, parameters: Sequence[int], givens: Sequence[int]) -> Tape:
    """The tape of a recorded graph whose parameters and givens are to lie in these orders.

    Rows are: a column of X each, the parameters, the givens, the numbers of the formula, then the results in order.
    """
    place = {
        INPUT: list(range(columns)),
        PARAMETER: (columns + places(range(len(parameters)), parameters)).tolist(),
        GIVEN: (columns + len(parameters) + places(range(len(givens)), givens)).tolist(),
    }
    row: list[int] = [0] * len(graph.ops)
    numbers: list[float] = [0.0] * len(givens)
    start = columns + len(parameters)
    # Leaves: what has a place in one of the lists, or a number of the formula.
    for i, leaf in graph.leaves.items():
        if leaf.kind in place:
            row[i] = place[leaf.kind][leaf.position]
        else:
            row[i] = start + len(numbers)
            numbers.append(leaf.value)
    # Steps in the order of the graph: a gradient passes where it passes one of the operands.
    flows = [True] * start + [False] * len(numbers)
    steps = []
    literals = len(numbers) - len(givens)
    leaves = len(flows)
    first_literal, power, square = start + len(givens), ops.TABLE["**"], ops.TABLE["square"]
    table, settings, operands = ops.TABLE, graph.settings, graph.operands
    for i in graph.order:
        op = table[graph.ops[i]]
        rows = [row[a] for a in operands[i]]
        if op is power and first_literal <= rows[1] < leaves and numbers[rows[1] - start] == 2.0:
            op, rows = square, rows[:1]  # the same bits, and one operand
        row[i] = len(flows)
        flows.append(op.differentiable and any(flows[a] for a in rows))
        steps.append((op, rows, settings.get(i, ())))
    return Tape(columns, len(parameters), numbers, steps, flows, [row[i] for i in graph.outputs], literals)


def places(numbers: Sequence[int], among: Sequence[int]) -> NDArray[np.intp]:
    """Where each of some numbers stands among others.

    >>> places([5, 6, 7], [7, 5, 6]).tolist()
    [1, 2, 0]
    """
    place = {number: k for k, number in enumerate(among)}
    return np.array([place[number] for number in numbers], dtype=np.intp)


class TapeMachine:
    """Replays a tape on batches, on parameters that are one flat vector, `theta`; see `Machine`, which runs array code.

    `numbers` and `adjoints` hold those of one example, inputs first, then parameters, then givens.
    """

    def __init__(self, tape: Tape, columns: int, givens: int) -> None:
        self.replay = Replay(tape)
        self.numbers = np.frombuffer(self.replay.numbers)
        self.adjoints = np.frombuffer(self.replay.adjoints)
        end = columns + tape.parameters
        self.x, self.by_inputs = self.numbers[:columns], self.adjoints[:columns]
        self.theta, self.gradient = self.numbers[columns:end], self.adjoints[columns:end]
        self.givens = self.numbers[end : end + givens]
        self._rows = np.array(tape.roots, np.intp)
        self.several = len(self._rows) > 1
        self.outputs: list[Array] = []

    def results(self) -> Array:
        """The outputs of the one example that was replayed last, (1, outputs)."""
        return self.numbers[self._rows][None, :]

    def jacobians(self, X: Array, inputs: bool) -> Array:
        """The slopes of each output by each input or parameter, for each example: (examples, outputs, slopes)."""
        into = np.empty((len(X), len(self._rows), len(self.x if inputs else self.theta)))
        for k in range(len(X)):
            self.x[:] = X[k]
            self.replay.jacobian(inputs, into[k])
        return into

    def values(self, X: Array) -> Array:
        """The result for each example; of several outputs, a row for each example."""
        if len(X) == 1:
            self.x[:] = X[0]
            self.replay.value()
            values = self.results()
        else:
            values = np.empty((len(X), len(self._rows)))
            self.replay.values(X, values)
        return values if self.several else values[:, 0]

    def gradients(self, X: Array, seed: float, into: Array | None = None) -> float:
        """Σ seed · result over the examples; its gradient by parameters goes to `gradient`, by inputs to `into`.

        Of several outputs, the result is the first; all of them are in `outputs` then.
        """
        if len(X) == 1:
            self.x[:] = X[0]
            value = seed * self.replay.gradient(seed, into is not None)
            if into is not None:
                into[0] = self.by_inputs
            if self.several:
                self.outputs = [self.results()]
            return value
        outputs = np.empty((len(X), len(self._rows)))
        value = self.replay.gradients(X, seed, into is not None, X if into is None else into, outputs)
        self.outputs = [outputs] if self.several else []
        return value


class Buffers:
    """The arrays of one replayed example, and two functions that compute in them; made by `Program.buffers`.

    Set `x` and `parameters` in place, and call `value()` or `value_and_grad()`: both return the number of the first
    output. `gradient` holds ∂value/∂parameter after the second, and `by_inputs` ∂value/∂x if they were asked for;
    `outputs()` gives the numbers of all outputs. Nothing is checked, copied or read from Values on the way: the numbers
    of parameters are those that the Values had when the buffers were made, until they are set here. Arrays are float64,
    and overwritten by the next call; threads make buffers of their own.

    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> w, x = Value(3.0), Value(0.0)
    >>> call = compile(w * x * x, inputs=[x]).buffers()
    >>> call.x[0] = 2.0
    >>> call.value_and_grad(), call.gradient.tolist(), call.by_inputs.tolist()
    (12.0, [4.0], [12.0])
    >>> call.parameters[0] = 5.0
    >>> call.value()
    20.0
    """

    def __init__(self, program: object, tape: TapeMachine, inputs: bool) -> None:
        self.program = program
        self.x, self.by_inputs = tape.x, tape.by_inputs
        self.parameters, self.gradient = tape.theta, tape.gradient
        self._tape = tape
        # A partial of the engine's own method: a method around it would take a tenth of a microsecond more.
        self.value: Callable[[], float] = tape.replay.value
        self.value_and_grad: Callable[[], float] = partial(tape.replay.gradient, 1.0, inputs)

    def outputs(self) -> Array:
        """The numbers of all outputs at the last call, a new array."""
        outputs: Array = self._tape.results()[0]
        return outputs

    def __repr__(self) -> str:
        return f"<Buffers of {self.program!r}>"
