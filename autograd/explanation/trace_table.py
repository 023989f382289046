"""The table of the textbooks: the forward pass down one column, the reverse pass up the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded at the first call, to keep `import autograd` light
    from autograd.engine.value import Value
    from autograd.explanation.table import TraceTable
    from autograd.graph.snapshot import Snapshot

__all__ = ["trace_table"]


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
    from autograd.explanation.table import traced

    return traced(output, precision, max_rows)
