"""The first intermediate representation: a recorded graph as plain lists, on which passes are pure functions.

Node i applies the operation `ops[i]` (a name of the table, "" for a leaf) to the nodes `operands[i]`. `order` lists the
computed nodes that count, operands before results. A pass keeps the numbers that nodes have: it returns another graph
in which some nodes are computed otherwise, some are out of the order, and new ones have numbers behind all others. So
number i below `recorded` is node i of the recorded graph, in topological order, in every graph.

Besides the rows of the table there are two operations here that pass a number on: `COPY`, and `SPREAD`, whose result
counts as different for each example of a batch although its operand is shared. `BATCH_MEAN` is the other way round.

>>> x, w = Value(3.0, label="x"), Value(2.0, label="w")
>>> graph = read_graph([(w * x + 1.0).relu()], inputs=[x]).graph
>>> graph.ops, graph.operands, graph.order, graph.outputs
(['', '', '*', '', '+', 'relu'], [(), (), (0, 1), (), (2, 3), (4,)], [2, 4, 5], (5,))
>>> graph.leaves[0], graph.leaves[1], graph.leaves[3].value
(Leaf(kind='parameter', position=0, value=0.0), Leaf(kind='input', position=0, value=0.0), 1.0)
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import NamedTuple

from autograd.engine import ops
from autograd.engine.many.flat import FlatGraph
from autograd.engine.many.order import places_of
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.support.settings import check_list
from autograd.support.text import got, short

# Kinds of leaves, see `Leaf`, and operations that are no rows of the table.
INPUT, PARAMETER, GIVEN, LITERAL = "input", "parameter", "given", "literal"
COPY, SPREAD = "copy", "spread"
BATCH_MEAN = "batch_mean"
STOPS = "stops"  # whether the rule for factors of exactly 0 stops a product, see `autograd.program.operations`
# Where a running program reads the number of a node: from its text (LITERAL), X, the vector P, or rows per example.
INPUTS, SHARED, ROWS = "inputs", "shared", "rows"


class Leaf(NamedTuple):
    """What a node without operands is.

    `kind` is INPUT (fed per example: column `position` of X), PARAMETER (read at each call, takes a gradient), GIVEN
    (read at each call, takes none) or LITERAL (the number `value`, part of the formula). `position` counts in a kind.
    """

    kind: str
    position: int
    value: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A computation graph: `outputs` are the nodes to compute, `settings` the params of operations that have some."""

    ops: list[str]
    operands: list[tuple[int, ...]]
    leaves: dict[int, Leaf]
    order: list[int]
    outputs: tuple[int, ...]
    recorded: int
    settings: dict[int, tuple[float, ...]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    origins: dict[int, int] = field(default_factory=dict)  # of nodes added by passes: the recorded node they stand for
    literals: dict[bytes, int] = field(default_factory=dict)  # the bits of a number -> its node

    def __len__(self) -> int:
        return len(self.ops)

    def copy(self) -> Graph:
        """A graph with lists of its own, which a pass may change before it returns it."""
        return Graph(
            self.ops.copy(), self.operands.copy(), self.leaves.copy(), self.order.copy(), self.outputs, self.recorded,
            self.settings.copy(), self.labels.copy(), self.origins.copy(), self.literals.copy(),
        )  # fmt: skip

    def with_order(self, order: list[int], outputs: tuple[int, ...] | None = None) -> Graph:
        """The same nodes, of which only those in `order` are computed."""
        return replace(self, order=order, outputs=self.outputs if outputs is None else outputs)

    def add(self, op: str, operands: tuple[int, ...], settings: tuple[float, ...] = (), origin: int = -1) -> int:
        """Add an operation, for a pass to put into the order, and return its number."""
        i = len(self.ops)
        self.ops.append(op)
        self.operands.append(operands)
        if settings:
            self.settings[i] = settings
        if origin >= 0:
            self.origins[i] = self.origin(origin)
        return i

    def literal(self, value: float) -> int:
        """The node of a number of the formula, a new one if there is none yet."""
        bits = struct.pack("d", value)  # == would take -0.0 for 0.0, and no nan for another
        if bits not in self.literals:
            self.literals[bits] = i = self.add("", ())
            self.leaves[i] = Leaf(LITERAL, 0, value)
        return self.literals[bits]

    def origin(self, i: int) -> int:
        """The number of the recorded node that node i stands for, -1 if there is none."""
        return i if i < self.recorded else self.origins.get(i, -1)

    def is_literal(self, i: int) -> bool:
        """Whether node i is a number of the formula."""
        return i in self.leaves and self.leaves[i].kind == LITERAL

    def dot_parts(self, i: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Of a dot: its left factors, its right factors, and the terms to add."""
        operands = self.operands[i]
        k = int(self.settings[i][0]) if i in self.settings else len(operands) // 2
        return operands[:k], operands[k : 2 * k], operands[2 * k :]

    def uses(self) -> list[int]:
        """How often each node is an operand or an output."""
        counts = [0] * len(self.ops)
        operands = self.operands
        for i in self.order:
            for a in operands[i]:
                counts[a] += 1
        for a in self.outputs:
            counts[a] += 1
        return counts

    def batched(self) -> bytearray:
        """Which nodes differ between the examples of a batch: 1 for those."""
        # Inputs differ; what is computed does if an operand does.
        differs = bytearray(len(self.ops))
        for i, leaf in self.leaves.items():
            if leaf.kind == INPUT:
                differs[i] = 1
        operands = self.operands
        for i in self.order:
            for a in operands[i]:
                if differs[a]:
                    differs[i] = self.ops[i] != BATCH_MEAN  # one mean for all examples
                    break
            else:
                differs[i] = self.ops[i] == SPREAD
        return differs

    def storage(self) -> list[str]:
        """For each node, where its number is read: LITERAL, INPUTS, SHARED or ROWS."""
        storage = [ROWS if batched else SHARED for batched in self.batched()]
        of_kind = {INPUT: INPUTS, LITERAL: LITERAL}
        for i, leaf in self.leaves.items():
            storage[i] = of_kind.get(leaf.kind, SHARED)
        return storage

    def describe(self, limit: int = 12) -> str:
        """The computed nodes in words, one line each; the middle of a long graph is left out."""
        lines = list(self.order)
        if len(lines) > limit:
            lines[limit // 2 : -limit // 2] = [-1]
        return "\n".join("..." if i < 0 else self._line(i) for i in lines)

    def _line(self, i: int) -> str:
        operands = [self._name(a) for a in self.operands[i]]
        if len(operands) > 8:
            operands[4:-3] = ["..."]
        settings = "".join(f"; {x:g}" for x in self.settings.get(i, ()))
        return f"{self._name(i)} = {self.ops[i]}({', '.join(operands)}{settings})"

    def _name(self, i: int) -> str:
        if self.is_literal(i):
            return repr(self.leaves[i].value)
        # A label is any text: `ascii` and `split` keep it on one line.
        label = " ".join(ascii(self.labels[i])[1:-1].split()) if i in self.labels else ""
        return f"#{i} {label}".rstrip()


@dataclass(frozen=True, slots=True)
class RecordedGraph:
    """A graph and the Values behind its leaves: `parameters[p]` is the leaf PARAMETER number p, and so on."""

    graph: Graph
    inputs: list[Value]
    parameters: list[Value]
    givens: list[Value]


def read_graph(
    outputs: Sequence[Value], inputs: Iterable[Value] = (), parameters: Iterable[Value] = ()
) -> RecordedGraph:
    """Read the graph below `outputs`. `inputs` are fed per example; `parameters` come first among the parameters.

    Every other leaf is a parameter if it takes a gradient, given if not, and a literal if its role is "constant".

    Raises TypeError if something is not a Value, ValueError if an input or one of `parameters` is computed, or listed
    twice.

    >>> x, w = Value(1.0, label="x"), Value(2.0, label="w")
    >>> print(read_graph([(x * w + 1.0).tanh()], [x]).graph.describe())
    #2 = *(#0 x, #1 w)
    #4 = +(#2, 1.0)
    #5 = tanh(#4)
    """
    inputs, parameters = _as_list(inputs, "inputs"), _as_list(parameters, "parameters")
    columns = _positions(inputs, "input", {})
    listed = _positions(parameters, "parameter", columns)
    for v in outputs:
        if not isinstance(v, Value):
            raise TypeError(f"an output is a Value, got {got(v)}")
    # Nodes are numbered in topological order, so operands have smaller numbers than results.
    nodes = topological_order(outputs)
    recorded = FlatGraph(nodes)
    operands = recorded.operands()
    names = [*(row.name for row in ops.ROWS), ""]  # the last for leaves, of index -1
    graph = Graph(
        [names[code] for code in recorded.operations()], operands, {}, [], tuple(places_of(outputs, nodes)), len(nodes)
    )
    graph.labels.update(recorded.labels)
    # What has operands is computed; everything else is a leaf, whose kind decides where its number comes from.
    graph.order.extend(compress(range(len(nodes)), operands))
    # Only rows of any number of operands have settings: k of a softmax, how many pairs a dot has.
    variadic = {name for name, row in ops.TABLE.items() if row.variadic}
    graph.settings.update((i, p) for i, p in recorded.params.items() if operands[i] and graph.ops[i] in variadic)
    givens: list[Value] = []
    for i in [i for i, below in enumerate(operands) if not below]:
        graph.leaves[i] = _leaf(nodes[i], columns, listed, parameters, givens)
        graph.ops[i] = ""  # the sum of nothing is computed, but of no operand
    # Of several nodes with the same number, the first stands for all.
    for i, leaf in graph.leaves.items():
        if leaf.kind == LITERAL:
            graph.literals.setdefault(struct.pack("d", leaf.value), i)
    return RecordedGraph(graph, inputs, parameters, givens)


def _leaf(
    v: Value, columns: dict[int, int], listed: dict[int, int], parameters: list[Value], givens: list[Value]
) -> Leaf:
    """What leaf v is; a parameter that was not listed, or a given, is appended to its list."""
    if id(v) in columns:
        return Leaf(INPUT, columns[id(v)])
    if id(v) in listed:
        return Leaf(PARAMETER, listed[id(v)])
    if v.requires_grad:
        parameters.append(v)
        return Leaf(PARAMETER, len(parameters) - 1)
    # Plain numbers in a formula, and the sum of nothing, are part of the program.
    if v.role in ("constant", "result"):
        return Leaf(LITERAL, 0, v.data)
    givens.append(v)
    return Leaf(GIVEN, len(givens) - 1)


def _as_list(values: Iterable[Value], argument: str) -> list[Value]:
    if isinstance(values, Value):
        raise TypeError(f"{argument} is a list of Values, got {short(values)}: write {argument}=[...] around it")
    return check_list("compile", argument, values, "a list of Values")


def _positions(leaves: Sequence[Value], kind: str, inputs: dict[int, int]) -> dict[int, int]:
    """The positions of these leaves by their ids; `inputs` are those of the inputs, which cannot be listed again."""
    positions: dict[int, int] = {}
    for k, v in enumerate(leaves):
        if not isinstance(v, Value):
            raise TypeError(f"{kind} {k} is no Value but {got(v)}: list Values as {kind}s")
        if not v.is_leaf:
            raise ValueError(f"{kind} {k}, {short(v)}, is computed: list the leaves that it is made of")
        if id(v) in positions:
            raise ValueError(f"{kind} {k}, {short(v)}, is listed twice: it was number {positions[id(v)]} already")
        if id(v) in inputs:
            raise ValueError(f"{kind} {k}, {short(v)}, is input {inputs[id(v)]} too: it can only be one of them")
        positions[id(v)] = k
    return positions
