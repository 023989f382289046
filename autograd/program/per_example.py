"""Values and gradients of each example of a batch by itself: one after the other, or all in one run of a wider program.

The wider program takes the parameters as columns behind those of the inputs, the same numbers in each row:

    w · x + b, the inputs [x]   ->   the inputs [x, w, b], whose gradient has a row for each example
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.program.code import Array, code_for
from autograd.program.machine import CACHED_BYTES, WHOLE, Machine
from autograd.program.passes.graph import INPUT, PARAMETER, Leaf, RecordedGraph
from autograd.program.runner import Runner

FEWEST_EXAMPLES = 32  # for gradients of each of them, a second program is worth building
MOST_PARAMETERS = 500  # with more, building that program takes longer than calls for single examples


def one_by_one(runner: Runner, X: Array, inputs: bool) -> tuple[Array, Array]:
    """The value of each example, and its gradient by the inputs, if these are asked for, then by the parameters."""
    count = X.shape[1]
    values = np.empty(len(X), runner.dtype)
    gradients = np.empty((len(X), count + len(runner.gradient)), runner.dtype)
    for k in range(len(X)):
        values[k] = runner.gradients(X[k : k + 1], 1.0, gradients[k : k + 1, :count] if inputs else None)
        gradients[k, count:] = runner.gradient
    return values, gradients


class PerExample:
    """The program for the same graph in which the parameters are columns, behind those of the inputs.

    No example shares a weight with another then, so the gradient by these columns has a row for each example. Its
    matrix products are taken apart; but to keep every example's gradient is as much work as that.
    """

    def __init__(self, recorded: RecordedGraph, parameters: Sequence[int]) -> None:
        graph, self.inputs = recorded.graph.copy(), len(recorded.inputs)
        # The same nodes, but parameters are read from X.
        column = {p: self.inputs + k for k, p in enumerate(parameters)}
        for i, leaf in graph.leaves.items():
            if leaf.kind == PARAMETER:
                graph.leaves[i] = Leaf(INPUT, column[leaf.position])
        self.columns = self.inputs + len(parameters)
        self.code = code_for(graph, self.columns, 0, double=True)

    def gradients(self, X: Array, source: Machine) -> Array:
        """The gradient for each example by the inputs, then by the parameters, at the numbers of the source."""
        machine, dtype = Machine(self.code, source.dtype), source.dtype  # a new one: other threads may call this too
        # The same givens, which may lie in another order.
        givens = dict(zip(source.code.compilation.layout.givens, source.givens.tolist(), strict=True))
        machine.givens[:] = [givens[p] for p in self.code.compilation.layout.givens]
        # Chunks are cut here, so that the columns of parameters are filled for one chunk and not for all examples.
        machine.chunk = WHOLE
        chunk = max(CACHED_BYTES // (dtype.itemsize * max(self.code.compilation.rows, 1)), FEWEST_EXAMPLES)
        gradients = np.empty((len(X), self.columns), dtype)
        rows = np.empty((min(chunk, len(X)), self.columns), dtype)
        rows[:, self.inputs :] = source.theta
        for at in range(0, len(X), chunk):
            part = X[at : at + chunk]
            rows[: len(part), : self.inputs] = part
            machine.gradients(rows[: len(part)], 1.0, gradients[at : at + len(part)])
        return gradients
