"""Gradients of each example by itself: the parameters are fed per example, as if they were inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograd.program.code import code_for
from autograd.program.machine import WHOLE, Array, Machine
from autograd.program.passes.graph import INPUT, PARAMETER, Leaf, RecordedGraph

LEAST = 32  # examples; for fewer, a second program is not worth making
MOST_PARAMETERS = 500  # with more, making that program takes longer than calls for single examples
CHUNK_BYTES = 512 * 1024  # for the arrays of a chunk, so that they stay in the processor's cache


class Singly:
    """The program for the same graph in which the parameters are columns, behind those of the inputs.

    No example shares a weight with another then, so the gradient by these columns has a row for each example. Its
    matrix products are taken apart; but to keep every example's gradient is as much work as that.
    """

    def __init__(self, recorded: RecordedGraph, parameters: Sequence[int]) -> None:
        graph, self.inputs = recorded.graph.copy(), len(recorded.inputs)
        column = {p: self.inputs + k for k, p in enumerate(parameters)}
        for i, leaf in graph.leaves.items():
            if leaf.kind == PARAMETER:
                graph.leaves[i] = Leaf(INPUT, column[leaf.position])
        self.columns = self.inputs + len(parameters)
        self.code = code_for(graph, self.columns, 0)

    def gradients(self, X: Array, of: Machine) -> Array:
        """The gradient for each example by the inputs, then by the parameters; their numbers are those of a machine."""
        machine, dtype = Machine(self.code, of.dtype), of.dtype  # a new one: other threads may call this too
        known = dict(zip(of.code.built.layout.givens, of.givens.tolist(), strict=True))
        machine.givens[:] = [known[p] for p in self.code.built.layout.givens]
        machine.chunk = WHOLE  # they are cut here
        chunk = max(CHUNK_BYTES // (dtype.itemsize * max(self.code.built.rows, 1)), LEAST)
        found = np.empty((len(X), self.columns), dtype)
        rows = np.empty((min(chunk, len(X)), self.columns), dtype)
        rows[:, self.inputs :] = of.theta
        for at in range(0, len(X), chunk):
            part = X[at : at + chunk]
            rows[: len(part), : self.inputs] = part
            machine.gradients(rows[: len(part)], 1.0, found[at : at + len(part)])
        return found
