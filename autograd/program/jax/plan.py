"""From blocks with their places to a plan: steps that read parts of arrays, and write nothing but their own results.

NumPy code writes into arrays that stay; a function for JAX makes new ones. What both share are the blocks and where
their rows lie: in X, in the vector P that a batch shares, or in one of the arrays with a column for each example.

>>> from autograd import Value, dot, tanh
>>> from autograd.program.build import build
>>> from autograd.program.passes.graph import read_graph
>>> w, x = [[Value(0.0, label=f"{letter}{i}") for i in range(3)] for letter in "wx"]
>>> draft = build(read_graph([tanh(dot(w, x, Value(0.0)))], x).graph, columns=3).draft
>>> for step in plan_of(draft.graph, draft.layout).steps:
...     print(step.form, step.op, [(read.base, read.pattern.text("", 9)) for read in step.reads])
matrix product dot [('P', '[0:3].reshape(1, 3)'), ('X', '[0:3]'), ('P', '[3]')]
elementwise tanh [(0, '[0]')]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod
from typing import NamedTuple

import numpy as np

from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    REDUCTION,
    ROWWISE,
    Block,
    Numbers,
)
from autograd.program.passes.graph import INPUTS, LITERAL, ROWS, Graph
from autograd.program.passes.layout import Layout
from autograd.program.source.patterns import Pattern, find_pattern

# The axes along which each form reads its operands, the last pair for all that follow; and those it always keeps.
AXES: dict[str, tuple[tuple[str, str], ...]] = {
    ELEMENTWISE: (("n", ""),), BATCH_REDUCTION: (("n", ""),), REDUCTION: (("kn", "k"),), FAMILY: (("kn", "k"),),
    PRODUCT: (("lk", "lk"), ("kr", "k"), ("lr", "")), PAIRED: (("kl", "kl"), ("kr", "kr"), ("lr", "")),
    ROWWISE: (("kn", "k"), ("kn", "k"), ("n", "")),
}  # fmt: skip

Base = str | int  # "P", "X", or the number of an array


class Read(NamedTuple):
    """A part of an array; a number of the formula instead, if that is what all of it is."""

    base: Base
    pattern: Pattern
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One block: what it reads, and the shape and the place of what it makes."""

    form: str
    op: str
    settings: tuple[float, ...]
    batched: bool
    reads: tuple[Read, ...]
    base: Base
    start: int
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order, and where their results are; P begins with the parameters, then come givens and numbers."""

    steps: tuple[Step, ...]
    results: tuple[Read, ...]
    parameters: int
    givens: int
    constants: tuple[float, ...]

    def leaves(self) -> list[tuple[int, tuple[int, ...]]]:
        """The parameters in parts that steps read as a whole: where each starts in P, and its shape.

        A function of such parts need not cut a vector into pieces, nor join the pieces of its gradient.
        """
        whole = [
            (read.pattern.start, read.pattern.shape)
            for step in self.steps for read in step.reads
            if read.base == "P" and read.pattern.kind in ("grid", "run") and read.pattern.step == 1
        ]  # fmt: skip
        found: list[tuple[int, tuple[int, ...]]] = []
        end = 0
        for start, shape in sorted(whole, key=lambda leaf: (leaf[0], -prod(leaf[1]))):
            if start >= end and start + prod(shape) <= self.parameters:
                found += [(end, (start - end,))] if start > end else []
                found.append((start, shape))
                end = start + prod(shape)
        return found + ([(end, (self.parameters - end,))] if end < self.parameters else [])

    def widened(self, number: Callable[[int], int], parameters: int, givens: int) -> Plan:
        """The plan of a net with wider layers: `number` gives each width and each place in it. See `widening`."""

        def wide(read: Read) -> Read:
            old, start = read.pattern, number(read.pattern.start)
            if old.kind == "run" and old.step == 1:  # which ends at a place, and need not be a width
                shape: tuple[int, ...] = (number(old.start + old.shape[0]) - start,)
            else:
                shape = tuple(map(number, old.shape))
            return read._replace(pattern=replace(old, shape=shape, start=start))

        steps = [
            replace(step, reads=tuple(map(wide, step.reads)), start=number(step.start),
                    shape=tuple(map(number, step.shape)))
            for step in self.steps
        ]  # fmt: skip
        return Plan(tuple(steps), tuple(map(wide, self.results)), parameters, givens, self.constants)


def plan_of(graph: Graph, layout: Layout) -> Plan:
    """The steps for the blocks of a layout, in their order."""
    steps = [_step(graph, layout, block) for block in layout.blocks]
    # Outputs of one block that follow one another are one result.
    block_of = {i: b for b, block in enumerate(layout.blocks) for i in block.nodes.ravel().tolist()}
    results = []
    for _, run in groupby(graph.outputs, key=block_of.__getitem__):
        results.append(_read(graph, layout, np.array(list(run), dtype=np.int64), "n", "n"))
    return Plan(tuple(steps), tuple(results), len(layout.parameters), len(layout.givens), tuple(layout.constants))


def _step(graph: Graph, layout: Layout, block: Block) -> Step:
    axes = AXES[block.form]
    reads = [_read(graph, layout, nodes, *axes[min(j, len(axes) - 1)]) for j, nodes in enumerate(block.operands)]
    first = int(block.nodes.flat[0])
    return Step(
        block.form, block.op, block.settings, block.batched, tuple(reads),
        _base(layout, first), int(layout.position[first]), block.nodes.shape,
    )  # fmt: skip


def _read(graph: Graph, layout: Layout, nodes: Numbers, axes: str, kept: str) -> Read:
    first = int(nodes.flat[0])
    pattern = find_pattern(layout.position[nodes], axes, kept)
    if layout.storage[first] == LITERAL and not kept and bool((nodes == first).all()):
        return Read("", pattern, graph.leaves[first].value)
    return Read(_base(layout, first), pattern)


def _base(layout: Layout, i: int) -> Base:
    storage = layout.storage[i]
    return int(layout.segment[i]) if storage == ROWS else "X" if storage == INPUTS else "P"
