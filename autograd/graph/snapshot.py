"""One frozen picture of a recorded graph at one moment.

Drawing, explaining and the interactive page all read a `Snapshot` and never the live Values, so the numbers they show
belong together: a later `backward()` or a change of `.data` cannot make two pictures of the same thing disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from autograd.support.text import short

if TYPE_CHECKING:
    from autograd.engine.value import Value

__all__ = ["Edge", "GraphTooLarge", "Node", "Snapshot", "snapshot"]


class GraphTooLarge(ValueError):
    """Raised when a graph has more nodes than the caller is ready to look at."""


@dataclass(frozen=True, slots=True)
class Node:
    """One Value as it was when the snapshot was taken; `op` is the row of the table, `symbol` what a picture shows."""

    index: int
    label: str
    role: str
    op: str
    symbol: str
    data: float
    grad: float
    requires_grad: bool

    @property
    def is_leaf(self) -> bool:
        """True when no operation made this node."""
        return not self.op

    @property
    def name(self) -> str:
        """The label the user gave, or `v<index>` for a node without one."""
        return self.label or f"v{self.index}"


@dataclass(frozen=True, slots=True)
class Edge:
    """Operand number `position` of node `target` is node `source`; `local_grad` is ∂target/∂source along this edge."""

    index: int
    source: int
    target: int
    position: int
    local_grad: float


@dataclass(frozen=True)
class Snapshot:
    """Nodes in topological order (operands first), edges sorted by target and position, and the index of the root."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    root: int

    @property
    def output(self) -> Node:
        """The node the snapshot was taken from."""
        return self.nodes[self.root]

    @cached_property
    def incoming(self) -> tuple[tuple[Edge, ...], ...]:
        """`incoming[i]`: the edges from the operands of node i, in order, with multiplicity."""
        return self._grouped((edge.target, edge) for edge in self.edges)

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """`outgoing[i]`: the edges to the nodes that use node i."""
        return self._grouped((edge.source, edge) for edge in self.edges)

    def _grouped(self, pairs: Iterator[tuple[int, Edge]]) -> tuple[tuple[Edge, ...], ...]:
        groups: list[list[Edge]] = [[] for _ in self.nodes]
        for index, edge in pairs:
            groups[index].append(edge)
        return tuple(map(tuple, groups))


def snapshot(root: Value, *, max_nodes: int | None = None) -> Snapshot:
    """Freeze the graph that leads to `root`: values, gradients and local derivatives as they are now.

    The same graph gives the same snapshot every time: nodes are numbered in topological order, operands first, so
    the root is the last one. Plain numbers in an expression appear as constants.

    Raises TypeError when `root` is not a Value, and `GraphTooLarge` when the graph has more than `max_nodes` nodes.

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> square = a * a
    >>> square.backward()
    >>> picture = snapshot(square)
    >>> [(node.name, node.op, node.data, node.grad) for node in picture.nodes]
    [('a', '', 3.0, 6.0), ('v1', '*', 9.0, 1.0)]
    >>> [(edge.source, edge.target, edge.position, edge.local_grad) for edge in picture.edges]
    [(0, 1, 0, 3.0), (0, 1, 1, 3.0)]
    """
    from autograd.engine.ops import TABLE
    from autograd.engine.value import Value
    from autograd.graph import topological_order

    if not isinstance(root, Value):
        raise TypeError(
            f"a graph is taken from the Value at its end, got {short(root)} ({type(root).__name__}); "
            "pass the result of an expression of Values, such as a loss"
        )
    order = topological_order(root)
    check_size(len(order), max_nodes)
    numbers: dict[object, int] = {value: index for index, value in enumerate(order)}
    nodes = []
    edges: list[Edge] = []
    for index, value in enumerate(order):
        row = TABLE.get(value.op)
        nodes.append(
            Node(
                index=index,
                label=value.label,
                role=value.role,
                op=value.op,
                symbol=row.symbol if row is not None else value.op,
                data=float(value.data),
                grad=float(value.grad),
                requires_grad=bool(value.requires_grad),
            )
        )
        pairs = zip(value.operands, value.local_grads, strict=True)
        for position, (operand, local_grad) in enumerate(pairs):
            edges.append(Edge(len(edges), numbers[operand], index, position, float(local_grad)))
    return Snapshot(tuple(nodes), tuple(edges), numbers[root])


def check_size(count: int, max_nodes: int | None) -> None:
    """Raise `GraphTooLarge` when `count` nodes are more than `max_nodes`."""
    if max_nodes is not None and count > max_nodes:
        raise GraphTooLarge(
            f"the graph has {count:,} nodes, more than max_nodes={max_nodes:,}; take a smaller part of it (an inner "
            f"Value, one example, a smaller net), or pass max_nodes={count}"
        )
