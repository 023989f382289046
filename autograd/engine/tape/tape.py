"""`Tape`: a recorded graph as a list of steps, which `Replay` runs again at other numbers of the leaves.

A graph has *rows*: first its leaves, then a row for the result of each step, then rows for local derivatives. A step
says what it computes and of which rows. Walking back is one line for each edge, in the order of `Value.backward()`:
adjoint of an operand += local derivative · adjoint of the result.

    y = w·x + w        rows 0: x   1: w   2: w·x   3: y        steps  2 = 0 × 1,  3 = 2 + 1
                       edges, from y on:  2 += 1 · 3   1 += 1 · 3   0 += row 1 · 2   1 += row 0 · 2

The local derivative of a product is a row that is there anyway; that of a sum is no row at all. Where it takes a
computation (tanh, a power), the step writes it into a row of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.operation import Op
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from tape.pxd, for C's switch wants constants
    OTHER, ADD, SUB, MUL, DIV, POW, CUBE, MOD, NEG, SQUARE, EXP, LOG, SQRT, SIN, COS = range(15)
    TANH, SIGMOID, RELU, MAXIMUM, WHERE, SUM, DOT, STOPS = range(15, 23)
    PLUS, MINUS = -1, -2  # in place of the row of a local derivative that is 1 or -1

KINDS = {
    "+": ADD, "-": SUB, "*": MUL, "/": DIV, "**": POW, "%": MOD, "neg": NEG, "square": SQUARE, "exp": EXP, "log": LOG,
    "sqrt": SQRT, "sin": SIN, "cos": COS, "tanh": TANH, "sigmoid": SIGMOID, "relu": RELU, "maximum": MAXIMUM,
    "where": WHERE, "sum": SUM, "dot": DOT, "stops": STOPS,
}  # fmt: skip


@cython.final
@cython.auto_pickle(False)
@cython.cclass
class Tape:
    """The steps of a graph, ready to be replayed.

    The rows of leaves are those of the inputs, of the parameters, then of other `numbers`, of which the last `literals`
    never change. A step is a row of the table, the rows of its operands, and settings. `flows` says of each leaf and
    step whether gradients pass it, `outputs` are the rows that are asked for; gradients are those of the first.

    Raises ValueError for rows that do not exist (yet).
    """

    ready: bool
    inputs: int
    parameters: int
    leaves: int
    count: int
    rows: int
    numbers: Any
    roots: tuple[int, ...]
    rules: list[tuple[Op, tuple[float, ...]]]

    def __init__(
        self,
        inputs: int,
        parameters: int,
        numbers: Sequence[float],
        steps: Sequence[tuple[Op, Sequence[int], Sequence[float]]],
        flows: Sequence[bool],
        outputs: Sequence[int],
        literals: int = 0,
    ) -> None:
        if self.ready:
            raise TypeError("a Tape is made once")
        self.inputs = inputs
        self.parameters = parameters
        self.numbers = array("d", numbers)
        self.leaves = inputs + parameters + len(self.numbers)
        self.count = len(steps)
        if inputs < 0 or parameters < 0 or len(flows) != self.leaves + self.count or not outputs:
            raise ValueError("a Tape takes a flow for each leaf and step, and at least one output")
        if not 0 <= literals <= len(self.numbers):
            raise ValueError(f"{literals} literals among {len(self.numbers)} numbers")
        kinds: list[int] = []
        first = [0]
        operands: list[int] = []
        own: list[int] = []  # the row that a step writes a local derivative to, -1 for none
        slopes: list[int] = []  # the row that it is read from
        self.rules = []
        row = self.leaves + self.count
        first_literal = self.leaves - literals
        for k, (op, rows, params) in enumerate(steps):
            kind = KINDS.get(op.name, OTHER) if ops.TABLE.get(op.name) is op else OTHER
            if not all(0 <= a < self.leaves + k for a in rows) or (kind != OTHER and len(rows) != op.arity >= 0):
                raise ValueError(
                    f"step {k}, {op.name}, reads rows {short(list(rows))}: there are {self.leaves + k} rows"
                )
            if kind == DOT and params:
                kind = OTHER
            if (
                kind == POW
                and first_literal <= rows[1] < self.leaves
                and self.numbers[rows[1] - inputs - parameters] == 3.0
            ):
                kind = CUBE
            read = _structural(kind, list(rows))
            if read:
                own.extend([-1] * len(rows))
            else:
                # A row for each slope that somebody asks for.
                read = [-1] * len(rows)
                for j, a in enumerate(rows):
                    if flows[a]:
                        read[j] = row
                        row += 1
                own.extend(read)
            kinds.append(kind)
            slopes.extend(read)
            operands.extend(rows)
            first.append(len(operands))
            self.rules.append((op, tuple(params)))
        self.rows = row
        operands.append(0)  # a step of one operand may look at a second
        own.append(-1)
        self.kinds, self.first = array("i", kinds), array("i", first)
        self.operands, self.own, self.slopes = array("i", operands), array("i", own), array("i", slopes)
        if not all(0 <= i < self.leaves + self.count for i in outputs):
            raise ValueError(f"outputs {short(list(outputs))}: there are {self.leaves + self.count} rows")
        self.roots = tuple(outputs)
        self.outputs = array("i", self.roots)
        self.flows = array("b", [bool(flow) for flow in flows])
        self.order = array("i", self._order(outputs[0]))
        # What leads to parameters, to inputs, and to one of them; and two lists of edges on these ways.
        ends = inputs + parameters
        self.to_parameters, self.to_inputs = self._ways(inputs, ends), self._ways(0, inputs)
        self.sources, self.by, self.targets = self._edges(self.to_parameters)
        self.all_sources, self.all_by, self.all_targets = self._edges(self._ways(0, ends))
        self.ready = True

    def _order(self, root: int) -> list[int]:
        """The steps that gradients pass, in the order in which `Value.backward()` meets them."""
        seen = bytearray(self.count)
        order: list[int] = []
        k = root - self.leaves
        if k < 0 or not self.flows[root]:
            return order
        # Depth first, the last operand first; a step goes before all that it is made of.
        path = [(k, self.first[k + 1])]
        seen[k] = 1
        while path:
            top = len(path) - 1
            k, j = path[top]
            if j == self.first[k]:
                order.append(k)
                path.pop()
                continue
            path[top] = (k, j - 1)
            row = self.operands[j - 1]
            below = row - self.leaves
            if below >= 0 and not seen[below] and self.flows[row]:
                seen[below] = 1
                path.append((below, self.first[below + 1]))
        order.reverse()
        return order

    def _ways(self, start: int, end: int) -> Any:
        """For each leaf and step, whether gradients on their way to one of these leaves pass it."""
        needed = bytearray(self.leaves + self.count)
        for i in range(start, end):
            needed[i] = self.flows[i]
        for k in range(self.count):
            for j in range(self.first[k], self.first[k + 1]):
                if needed[self.operands[j]] and self.flows[self.leaves + k]:
                    needed[self.leaves + k] = 1
                    break
        return array("b", needed)

    def _edges(self, needed: Any) -> tuple[Any, Any, Any]:
        """The edges on these ways, from the first output on: from which row, by which slope, to which row."""
        source: list[int] = []
        slope: list[int] = []
        target: list[int] = []
        for k in self.order:
            for j in range(self.first[k], self.first[k + 1]):
                if needed[self.operands[j]]:
                    source.append(self.leaves + k)
                    slope.append(self.slopes[j])
                    target.append(self.operands[j])
        return array("i", source), array("i", slope), array("i", target)


def _structural(kind: int, rows: list[int]) -> list[int]:
    """Where local derivatives that nobody has to compute lie: in other rows, or they are 1 or -1; [] if they do not."""
    n = len(rows) // 2
    if kind in (ADD, SUM):
        return [PLUS] * len(rows)
    if kind == SUB:
        return [PLUS, MINUS]
    if kind == NEG:
        return [MINUS]
    if kind == MUL:
        return [rows[1], rows[0]]
    if kind == DOT:
        return [*rows[n : 2 * n], *rows[:n], *([PLUS] * (len(rows) % 2))]
    return []


if not cython.compiled:  # in C, fields are 0 and None from the start
    Tape.ready = False
