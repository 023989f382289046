"""What a graph holds that is too large to draw, and what to do with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd.graph.snapshot import Snapshot
from autograd.support.text import plural

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["summary"]

MOST_OPERATIONS = 6


def summary(root: Value | Snapshot) -> str:
    """Counts by operation, leaves by role, depth, and advice, in two sentences.

    >>> from autograd import Value
    >>> w = Value(1.0, label="w", role="parameter")
    >>> print(summary((w * w + 1.0).tanh()))
    It holds 1 parameter, 1 constant; 3 operations (1 *, 1 +, 1 tanh); the longest path has 3 steps.
    """
    rows: list[tuple[str, str, str, list[int]]]
    if isinstance(root, Snapshot):
        rows = [(v.op, v.role, v.label, [e.source for e in root.incoming[v.index]]) for v in root.nodes]
    else:
        from autograd.graph import topological_order

        order = topological_order(root)
        numbers: dict[object, int] = {value: index for index, value in enumerate(order)}
        rows = [(v.op, v.role, v.label, [numbers[operand] for operand in v.operands]) for v in order]
    operations = Counter(op for op, *_ in rows if op)
    roles = Counter(role for op, role, *_ in rows if not op)
    depth: list[int] = []
    for op, _, _, operands in rows:
        depth.append(1 + max([depth[operand] for operand in operands], default=0) if op else 0)
    common = [f"{number:,} {op}" for op, number in operations.most_common(MOST_OPERATIONS)]
    if len(operations) > MOST_OPERATIONS:
        common.append("...")
    leaves = ", ".join(plural(roles[role], role) for role in ("parameter", "input", "constant") if roles[role])
    text = f"It holds {leaves}; {plural(sum(operations.values()), 'operation')}"
    text += f" ({', '.join(common)})" if common else ""
    text += f"; the longest path has {plural(max(depth), 'step')}."
    if any(role == "parameter" and "." in label for _, role, label, _ in rows):
        text += ' For one box a neuron or layer, pass collapse="auto", "neuron" or "layer".'
    return text
