"""Code for wide layers, from that of layers of the same kinds with fewer neurons.

The source of a net says the same for 784 inputs as for 67: the numbers in it are widths, sums of widths, and places in
the vector P. So a narrow net is recorded and compiled, which takes milliseconds, and each of these numbers becomes that
of the wide net:

    narrow, 67 inputs, 71 neurons           wide, 784 inputs, 256 neurons
    layers_0_w = P[0:4757].reshape(71, 67)  layers_0_w = P[0:200704].reshape(256, 784)
    z1 = np.empty((71, examples), dtype)    z1 = np.empty((256, examples), dtype)

Which number becomes which is read off the layout of the narrow net: the places at which something begins in P, in X
and in each array, and what begins there in the wide one. A number that is none of them stops it (`NotWidened`), and the
wide net is recorded itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import groupby
from math import prod

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd.engine.value import Value
from autograd.program.build import Compilation
from autograd.program.code import Code
from autograd.program.jax.plan import Plan
from autograd.program.passes.graph import STOPS, Graph, RecordedGraph
from autograd.program.program import Program

LEAST = 64  # smaller numbers in a source may be anything: they stay what they are, and so do widths up to this
_NUMBER = re.compile(r"(?<![\w.])(?<!e-)(?<!e\+)\d+(?![\w.])")  # a whole number, and no part of a name or of a float
_NODES = re.compile(r" #\d+.*")  # the recorded nodes that a comment lists
_ARRAY = re.compile(r"np\.empty\(\(([\d, ]*)examples,?\), dtype\)")

Places = NDArray[np.intp]


class NotWidened(ValueError):
    """Code that says something about a narrow net that cannot be told of a wide one."""


@dataclass(frozen=True, slots=True)
class Group:
    """Leaves that lie together: their numbers in the narrow net, and in the wide one; all parameters, or all givens."""

    narrow: Places
    wide: Places


@dataclass(frozen=True, slots=True)
class Widths:
    """What becomes of a narrow net: `wider[n]` is the wide width of each narrow one above 64, and of sums of them.

    `columns` are the (narrow, wide) numbers of columns of X, part by part; `parameters` and `givens` are in groups.
    `joint` are the (narrow, wide) widths of layers for which something is computed once for all examples.
    """

    wider: Mapping[int, int]
    columns: Sequence[tuple[int, int]]
    parameters: Sequence[Group]
    givens: Sequence[Group]
    joint: Sequence[tuple[int, int]] = ()

    def of(self, width: int) -> int:
        """The wide width of a narrow one."""
        return _number(self.wider, width)


class WideCode(Code):
    """The code of a narrow net, widened. The graph of the wide one is only recorded where something asks for it."""

    def __init__(self, narrow: Code, widths: Widths, record: Callable[[], Graph]) -> None:
        # No tape: it would need the graph.
        self.narrow, self.record = narrow, record
        self.can_tape, self.by_arrays, self.groups = False, True, 0
        self.same_values = STOPS not in narrow.graph.ops
        self.columns = sum([wide for _, wide in widths.columns])
        self.count = sum([len(group.wide) for group in widths.parameters])
        self.compilation, self.numbers = widened(narrow.compilation, widths)
        self.parameters, self.givens = self.compilation.layout.parameters, self.compilation.layout.givens

    # An attribute there, a property here: mypy wants the same of both.
    @cached_property
    def graph(self) -> Graph:  # type: ignore[override]
        """The recorded graph."""
        return self.record()

    @cached_property
    def plan(self) -> Plan:
        """The steps of the narrow net, for wide arrays."""
        count = partial(_number, self.numbers)
        return self.narrow.plan.widened(count, len(self.parameters), len(self.givens))

    def report(self) -> str:
        """What became what, in the narrow net."""
        return (
            f"the array code of {self.count:,} parameters, widened from that of {self.narrow.count:,}, of a net with "
            f"fewer neurons:\n{self.narrow.compilation.report()}"
        )


class WideProgram(Program):
    """A program of the code of a narrow net, for the Values of a wide one; `record` gives its graph, if it is needed.

    `parameters` and `givens` are the Values in the order of their numbers.
    """

    def __init__(
        self,
        code: WideCode,
        inputs: Sequence[Value],
        parameters: Sequence[Value],
        givens: Sequence[Value],
        outputs: int,
        record: Callable[[], RecordedGraph],
        dtype: DTypeLike = np.float64,
    ) -> None:
        self._record = record
        self._set_up(code, inputs, parameters, givens, outputs, dtype)

    # As `graph` above: recorded only when somebody asks.
    @cached_property
    def _recorded(self) -> RecordedGraph:  # type: ignore[override]
        return self._record()

    def __repr__(self) -> str:
        counts = f"{len(self.inputs)} inputs, {len(self.parameters)} parameters, {self.outputs} outputs"
        return f"<Program of {counts} in {self.dtype}: widened>"


def widened(narrow: Compilation, widths: Widths) -> tuple[Compilation, dict[int, int]]:
    """The compilation of a narrow net as that of a wide one, and which number became which.

    Raises NotWidened.
    """
    layout, draft = narrow.layout, copy(narrow.draft)
    if draft.indices:
        raise NotWidened("rows are read by their indices")
    sizes = [prod(map(widths.of, block.nodes.shape)) for block in layout.blocks]
    # Where things begin: in P parameters, givens, numbers of the formula, what is computed; then in arrays and in X.
    parameters, in_parameters = _in_groups(layout.parameters, widths.parameters)
    givens, in_givens = _in_groups(layout.givens, widths.givens)
    computed: list[tuple[int, int]] = []
    for block, size in zip(layout.blocks, sizes, strict=True):
        if not block.batched:
            # One block may be that of several layers, side by side.
            together = (block.size, size) == tuple(map(sum, zip(*widths.joint, strict=True)))
            computed += widths.joint if together else [(block.size, size)]
    numbers = dict(widths.wider)
    constants = [(1, 1)] * len(layout.constants)
    _put_boundaries(numbers, [*in_parameters, *in_givens, *constants, *computed])
    _put_boundaries(numbers, in_parameters)
    _put_boundaries(numbers, in_givens)
    _put_boundaries(numbers, widths.columns)
    for members in layout.segments:
        _put_boundaries(numbers, [(layout.blocks[b].size, sizes[b]) for b in members])
    source = widened_source(narrow.source, numbers)
    shapes = [[int(n) for n in shape.split(",") if n.strip()] for shape in _ARRAY.findall(source)]
    columns = sum([wide for _, wide in widths.columns])
    shared = sum([wide for _, wide in [*in_parameters, *in_givens, *constants, *computed]])
    draft.layout = replace(layout, parameters=parameters, givens=givens, shared=shared)
    results = [(_number(numbers, count), batched) for count, batched in narrow.results]
    rows = sum(map(prod, shapes)) + columns
    return replace(narrow, draft=draft, source=source, rows=rows, results=results), numbers


def _in_groups(order: Sequence[int], groups: Sequence[Group]) -> tuple[list[int], list[tuple[int, int]]]:
    """The order of the leaves in the wide net, and the sizes of their groups in this order, (narrow, wide)."""
    group_of = {number: g for g, group in enumerate(groups) for number in group.narrow.tolist()}
    if len(group_of) != len(order):
        raise NotWidened("leaves that are in no group, or in two")
    wide: list[int] = []
    sizes: list[tuple[int, int]] = []
    for g, run in groupby(order, key=group_of.__getitem__):
        if list(run) != groups[g].narrow.tolist():
            raise NotWidened("leaves of a group do not lie together, in their order")
        wide += groups[g].wide.tolist()
        sizes.append((len(groups[g].narrow), len(groups[g].wide)))
    return wide, sizes


def _put_boundaries(numbers: dict[int, int], sizes: Sequence[tuple[int, int]]) -> None:
    """Enter where each of some things ends that lie one behind the other, first in the narrow net, then in the wide."""
    narrow = wide = 0
    for few, many in sizes:
        narrow, wide = narrow + few, wide + many
        if numbers.setdefault(narrow, wide) != wide or (narrow <= LEAST and narrow != wide):
            raise NotWidened(f"{narrow} stands for {numbers[narrow]} and for {wide}")


def _number(numbers: Mapping[int, int], narrow: int) -> int:
    if narrow > LEAST and narrow not in numbers:
        raise NotWidened(f"{narrow} is neither a width nor a place")
    return numbers.get(narrow, narrow)


def widened_source(source: str, numbers: Mapping[int, int]) -> str:
    """A source with each whole number above 64 replaced, and without the lists of nodes in its comments.

    >>> widened_source("W = P[0:4757].reshape(71, 67)  # W", {67: 784, 71: 256, 4757: 200704})
    'W = P[0:200704].reshape(256, 784)  # W'
    """
    lines = []
    for line in source.split("\n"):
        text = _NODES.sub("", line) if line.lstrip().startswith("#") else line
        lines.append(_NUMBER.sub(lambda number: str(_number(numbers, int(number[0]))), text))
    return "\n".join(lines)
