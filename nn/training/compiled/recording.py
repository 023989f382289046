"""A recorded example as a program for whole batches, and the rows that it takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from autograd import Value
from autograd.program import Program, compile
from autograd.support.collector import no_collection
from nn.module import Module
from nn.training.compiled.draws import blocks_of
from nn.training.compiled.example import RecordedExample, listed
from nn.training.compiled.rows import Columns, Rows
from nn.training.engine import CompilationError, Objective
from nn.training.examples import Examples


class Recording:
    """A program that gives, for each example, its loss, the outputs, what activations gave, and moments of batches.

    The `halves` are the inputs and the targets that it is for. `outputs`, `seen[stage]` and `moments` say where these
    stand among the results of the program; the loss stands first.

    Raises what `RecordedExample` raises, and CompilationError for a loss that depends on what is no parameter of the
    model and takes a gradient.
    """

    def __init__(self, model: Module, objective: Objective, examples: Examples, output: Any, training: bool) -> None:
        columns = Columns(objective.loss, examples, output)
        self.halves = columns.halves(examples)
        self.width, self.fixed = columns.inputs, columns.width
        example = RecordedExample(
            model, objective, columns, [x for half in self.halves for x in half[0].tolist()], training
        )
        self.representative = example.representative
        self.single = isinstance(example.output, Value)
        parts = [[example.loss], listed(example.output), *example.seen.values(), example.moments if training else []]
        places = [slice(a, b) for a, b in pairwise(accumulate([0, *map(len, parts)]))]
        self.outputs, self.moments = places[1], places[-1]
        self.seen = dict(zip(example.seen, places[2:-1], strict=True))
        trained = [p for p in model.parameters() if p.requires_grad]
        with no_collection():
            self.program: Program = compile([v for part in parts for v in part], example.inputs, parameters=trained)
        known = set(trained)
        for p in self.program.parameters:
            if p not in known:
                raise CompilationError(f"{p!r} takes a gradient, and is no parameter of the model")
        self.trainer = self.program.trainer()
        self.buffer = self.picked = np.empty((0, 0))
        self.blocks = blocks_of(self.representative.drawn, self.fixed)

    def whole(self) -> Rows:
        """The rows of all examples, without dropout."""
        return np.hstack(self.halves)

    def batch(self, chosen: Sequence[int]) -> Rows:
        """The rows of these examples, with new dropout factors behind them.

        They are drawn in the order in which the layers draw them when every example is recorded. The array is the same
        one for every batch of this size: making it anew took longer than filling it.
        """
        inputs, others = self.halves
        n, numbers = len(chosen), np.asarray(chosen, dtype=np.intp)
        if len(self.buffer) != n:
            self.buffer, self.picked = np.empty((n, len(self.program.inputs))), np.empty((n, self.width))
        inputs.take(numbers, axis=0, out=self.picked, mode="clip")  # which copies once; the numbers are in range
        self.buffer[:, : self.width] = self.picked
        self.buffer[:, self.width : self.fixed] = others.take(numbers, axis=0)
        for block in self.blocks:
            self.buffer[:, block.columns] = block.draw(n)
        return self.buffer

    def outputs_of(self, results: Rows) -> list[Any]:
        """The outputs of the model among the results: a number for each example, or a list of them."""
        outputs = results[:, self.outputs]
        found: list[Any] = (outputs[:, 0] if self.single else outputs).tolist()
        return found

    def follow(self, moments: Sequence[float], examples: int) -> None:
        """Let the running means and variances follow what a batch had."""
        at = 0
        for layer, found in self.representative.measured:
            n = len(found)
            means, variances = moments[at : at + n], moments[at + n : at + 2 * n]
            layer.follow(means, [s * (examples / (examples - 1)) for s in variances])
            at += 2 * n

    def read(self) -> None:
        """Take the parameters as they are now, and the running means and variances."""
        for layer, found in self.representative.running:
            for (m, s), mean, variance in zip(found, layer.running_mean, layer.running_var, strict=True):
                m.data, s.data = mean, variance
        self.trainer.read()
