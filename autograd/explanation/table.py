"""The table of the textbooks: the forward pass down one column, the reverse pass up the other.

`trace_table` shows a whole table. A row holds the same as numbers, here the product of a = 2 and b = −3:

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> row = trace_table(a * b).rows[2]
    >>> row.name, row.operation, row.value, row.adjoint
    ('v2', 'v0 · v1', -6.0, 1.0)
    >>> row.sent
    (Sent(to='v0', local_grad=-3.0, amount=-3.0), Sent(to='v1', local_grad=2.0, amount=2.0))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from typing import Any

from autograd.engine.value import Value
from autograd.explanation.notation import Html, Style, html_table
from autograd.explanation.operations import write_operation
from autograd.graph.adjoints import adjoints, contribution
from autograd.graph.snapshot import Snapshot, snapshot
from autograd.graph.stale import stale, stale_note
from autograd.support.settings import check_count
from autograd.support.text import short

__all__ = ["Sent", "TraceRow", "TraceTable", "trace_table"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a node added to the adjoint of an operand: adjoint of the node · local derivative = amount."""

    to: str
    local_grad: float
    amount: float


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One node: `name` is its number (v3), `adjoint` is ∂output/∂node, or None for what takes no gradient."""

    name: str
    label: str
    operation: str
    value: float
    adjoint: float | None
    sent: tuple[Sent, ...]


@dataclass(frozen=True, repr=False)
class TraceTable:
    """A trace; print it, take `.html`, `.rows`, `.notes` or `to_pandas()`; a notebook shows the HTML."""

    snapshot: Snapshot
    precision: int = 4
    max_rows: int = 60

    @cached_property
    def rows(self) -> tuple[TraceRow, ...]:
        """All rows, operands before results."""
        return tuple([self._row(index, Style(self.precision)) for index in self._indices])

    @cached_property
    def html(self) -> str:
        """The table as HTML; labels are escaped, and nothing is loaded from anywhere."""
        style = Html(self.precision)
        body: list[tuple[str, str, str]] = []
        for index in self._visible:
            if index is None:
                body.append((self._left_out, "", ""))
                continue
            row = self._row(index, style)
            sent = "<br>".join(self._sent(row, sent, style) for sent in row.sent)
            body.append((self._forward(row, style), self._reverse(row, style), sent))
        caption = f"Forward and reverse pass of {escape(self._title)}"
        table = html_table(caption, ("Forward, read down", "Reverse, read up", "Adds"), body)
        return "\n".join([table, *(f"<p>{escape(note)}</p>" for note in self.notes)])

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the rows that are shown: numbers that do not follow from their inputs."""
        shown = stale(self.snapshot, [index for index in self._visible if index is not None])
        note = stale_note([Style().name(self.snapshot.nodes[index].name) for index in shown])
        return (note,) if note else ()

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame, one for each node; `sent` is a dict from name to amount.

        Raises ImportError if pandas is not installed.
        """
        import pandas

        columns = [field.name for field in fields(TraceRow)]
        cells = [[*(getattr(row, name) for name in columns[:-1]), self._sums(row)] for row in self.rows]
        return pandas.DataFrame(cells, columns=columns)

    @staticmethod
    def _sums(row: TraceRow) -> dict[str, float]:
        """What went to each operand: one that is used twice has two amounts."""
        sums: dict[str, float] = {}
        for sent in row.sent:
            sums[sent.to] = sums.get(sent.to, 0.0) + sent.amount
        return sums

    @cached_property
    def _adjoints(self) -> list[float]:
        return adjoints(self.snapshot)

    @cached_property
    def _indices(self) -> list[int]:
        # A constant without a name is written in the operations that use it.
        nodes = self.snapshot.nodes
        return [v.index for v in nodes if v.label or v.role != "constant" or v.index == self.snapshot.root]

    @property
    def _visible(self) -> list[int | None]:
        """The rows that the text and the HTML show: all, or those at both ends, and None for what is between."""
        if len(self._indices) <= self.max_rows:
            return [*self._indices]
        head = self.max_rows // 2
        return [*self._indices[:head], None, *self._indices[head - self.max_rows :]]

    @property
    def _left_out(self) -> str:
        return f"… {len(self._indices) - self.max_rows:,} rows left out …"

    @property
    def _title(self) -> str:
        return Style().name(self.snapshot.output.name)

    def _row(self, index: int, style: Style) -> TraceRow:
        node, nodes = self.snapshot.nodes[index], self.snapshot.nodes
        adjoint = self._adjoints[index]
        operation = "" if node.is_leaf else write_operation(self.snapshot, index, style, lambda i: style.name(f"v{i}"))
        sent = tuple(
            [
                Sent(f"v{edge.source}", edge.local_grad, contribution(adjoint, edge))
                for edge in self.snapshot.incoming[index]
                if nodes[edge.source].requires_grad
            ]
        )
        adjoint_or_none = adjoint if node.requires_grad else None
        return TraceRow(f"v{index}", node.label, operation, node.data, adjoint_or_none, sent)

    def _forward(self, row: TraceRow, style: Style) -> str:
        label = [style.name(row.label)] if row.label else []
        operation = [row.operation] if row.operation else []
        return " = ".join([style.name(row.name), *label, *operation, style.number(row.value)])

    def _reverse(self, row: TraceRow, style: Style) -> str:
        if row.adjoint is None:
            return "takes no gradient"
        return f"{_with_bar(row.name, style)} = {style.number(row.adjoint)}"

    def _sent(self, row: TraceRow, sent: Sent, style: Style) -> str:
        product = f"{_with_bar(row.name, style)}{style.times}{style.factor(sent.local_grad)}"
        return f"{_with_bar(sent.to, style)} += {product} = {style.number(sent.amount)}"

    def _lines(self) -> Iterator[tuple[str, str]]:
        style = Style(self.precision)
        yield "Forward, read down", "Reverse, read up"
        for index in self._visible:
            if index is None:
                yield self._left_out, self._left_out
                continue
            row = self._row(index, style)
            yield self._forward(row, style), self._reverse(row, style)
            for sent in row.sent:
                yield "", f"  {self._sent(row, sent, style)}"

    def __str__(self) -> str:
        lines = list(self._lines())
        # A bar over a letter is a character of its own, and takes no column.
        left = max(len(forward) for forward, _ in lines)
        right = max(len(reverse) - reverse.count(_BAR) for _, reverse in lines)
        text = [f"{forward:<{left}} | {reverse}" for forward, reverse in lines]
        below = [line for note in self.notes for line in ("", note)]
        return "\n".join([text[0], "-" * (left + 1) + "+" + "-" * (right + 1), *text[1:], *below])

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<TraceTable of {self._title}: {len(self._indices)} rows; print it, or .html, .rows, .to_pandas()>"


_BAR = "\N{COMBINING MACRON}"


def _with_bar(name: str, style: Style) -> str:
    return style.name(name).replace("v", "v" + _BAR, 1)


def trace_table(output: Value | Snapshot, *, precision: int = 4, max_rows: int = 60) -> TraceTable:
    """The forward and the reverse pass of a graph, row by row: v1 = …, v̄1 = …, and what each node added to whom.

    v̄1 is the adjoint ∂output/∂v1. The numbers after v are those of explanations and pictures; a plain number in an
    expression stands in it as a number and has no row. The text and the HTML show `max_rows` rows, from both ends;
    `.rows` and `to_pandas()` have all of them. Adjoints come from the recorded local derivatives: `.grad` is neither
    read nor changed.

    Raises TypeError if output is not a Value, ValueError for a precision below 1 or max_rows below 2.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> print(trace_table(a * b + a))
    Forward, read down | Reverse, read up
    -------------------+-----------------------
    v0 = a = 2         | v̄0 = −2
    v1 = b = −3        | v̄1 = 2
    v2 = v0 · v1 = −6  | v̄2 = 1
                       |   v̄0 += v̄2 · (−3) = −3
                       |   v̄1 += v̄2 · 2 = 2
    v3 = v2 + v0 = −4  | v̄3 = 1
                       |   v̄2 += v̄3 · 1 = 1
                       |   v̄0 += v̄3 · 1 = 1
    """
    if check_count("trace_table", "precision", precision, least=0) not in range(1, 18):
        raise ValueError(f"precision is 1 to 17 significant digits, got {short(precision)}")
    check_count("trace_table", "max_rows", max_rows, least=2)
    return TraceTable(output if isinstance(output, Snapshot) else snapshot(output), precision, max_rows)
