"""The first intermediate representation: a recorded graph as plain lists, on which passes are pure functions.

Node i applies the operation `ops[i]` (a name of the table, "" for a leaf) to the nodes `operands[i]`. `order` lists the
computed nodes that count, operands before results. A pass keeps the numbers that nodes have: it makes another graph in
which some are computed otherwise, some are out of the order, and new ones have numbers behind all others. So a number
below `recorded` is that of a node as it was recorded, in topological order, in every graph.

Besides the rows of the table there are two operations here that pass a number on: `COPY`, and `SPREAD`, whose result
counts as different for each example of a batch although its operand is shared. `BATCH_MEAN` is the other way round.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

INPUT, PARAMETER, GIVEN, LITERAL = "input", "parameter", "given", "literal"
COPY, SPREAD = "copy", "spread"
BATCH_MEAN = "batch_mean"


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
    """A computation graph; `settings` are the params of operations that have some, `outputs` the wanted nodes."""

    ops: list[str]
    operands: list[tuple[int, ...]]
    leaves: dict[int, Leaf]
    order: list[int]
    outputs: tuple[int, ...]
    recorded: int
    settings: dict[int, tuple[float, ...]] = field(default_factory=dict)
    labels: dict[int, str] = field(default_factory=dict)
    origins: dict[int, int] = field(default_factory=dict)  # for nodes that passes made: what they came from
    literals: dict[bytes, int] = field(default_factory=dict)  # the bits of a number -> its node

    def __len__(self) -> int:
        return len(self.ops)

    def copy(self) -> Graph:
        """A graph of its own that a pass may change before it hands it out."""
        return Graph(
            self.ops.copy(), self.operands.copy(), self.leaves.copy(), self.order.copy(), self.outputs, self.recorded,
            self.settings.copy(), self.labels.copy(), self.origins.copy(), self.literals.copy(),
        )  # fmt: skip

    def with_order(self, order: list[int], outputs: tuple[int, ...] | None = None) -> Graph:
        """The same nodes, of which these count."""
        return Graph(
            self.ops, self.operands, self.leaves, order, self.outputs if outputs is None else outputs, self.recorded,
            self.settings, self.labels, self.origins, self.literals,
        )  # fmt: skip

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
        reached = bytearray(len(self.ops))
        for i, leaf in self.leaves.items():
            if leaf.kind == INPUT:
                reached[i] = 1
        operands = self.operands
        for i in self.order:
            for a in operands[i]:
                if reached[a]:
                    reached[i] = self.ops[i] != BATCH_MEAN
                    break
            else:
                reached[i] = self.ops[i] == SPREAD
        return reached

    def describe(self, limit: int = 12) -> str:
        """The computed nodes in words, one line each; the middle of a long graph is left out."""
        shown = list(self.order)
        if len(shown) > limit:
            shown[limit // 2 : -limit // 2] = [-1]
        return "\n".join("..." if i < 0 else self._line(i) for i in shown)

    def _line(self, i: int) -> str:
        shown = [self._name(a) for a in self.operands[i]]
        if len(shown) > 8:
            shown[4:-3] = ["..."]
        settings = "".join(f"; {x:g}" for x in self.settings.get(i, ()))
        return f"{self._name(i)} = {self.ops[i]}({', '.join(shown)}{settings})"

    def _name(self, i: int) -> str:
        if self.is_literal(i):
            return repr(self.leaves[i].value)
        label = " ".join(ascii(self.labels[i])[1:-1].split()) if i in self.labels else ""
        return f"#{i} {label}".rstrip()
