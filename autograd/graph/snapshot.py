"""One frozen picture of a recorded graph at one moment.

Drawing, explaining and the interactive page all read a `Snapshot` and never the live Values, so the numbers they show
belong together: a later `backward()` or a change of `.data` cannot make two pictures of the same thing disagree.

The snapshot of y = a · a at a = 3, after `y.backward()`. Both operands of y are the same node, and each has an edge:

    nodes   index   name   op   data   grad        edges   index   source   target   position   local_grad
                0      a            3      6                   0        0        1          0            3
                1      y   *        9      1                   1        0        1          1            3
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar, overload

from autograd.engine.flags import LEAF, REQUIRES, role_of
from autograd.engine.many.flat import FlatGraph
from autograd.engine.many.order import places_of
from autograd.engine.ops import ROWS, TABLE
from autograd.engine.state import refuse_number
from autograd.engine.value import Value
from autograd.graph import levels, topological_order
from autograd.support.text import got, plural

__all__ = [
    "Edge",
    "GraphTooLarge",
    "Node",
    "Snapshot",
    "check_root",
    "check_size",
    "snapshot",
    "snapshot_of",
    "summary",
]

MOST_OPERATIONS = 6  # kinds of operations that a summary names

Item = TypeVar("Item")


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


class OnDemand(Sequence[Item], Generic[Item]):
    """A sequence whose entries are made when they are asked for, once: of 100,000 nodes, few get a name in a text.

    >>> squares = OnDemand(4, lambda i: i * i)
    >>> squares[2], squares[-1], squares[1:3], squares == (0, 1, 4, 9)
    (4, 9, (1, 4), True)
    """

    __slots__ = ("_items", "_make")

    def __init__(self, count: int, make: Callable[[int], Item]) -> None:
        self._items: list[Item | None] = [None] * count
        self._make = make

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            return tuple([self[i] for i in range(*index.indices(len(self)))])
        item = self._items[index]
        if item is None:
            index = range(len(self))[index]
            item = self._items[index] = self._make(index)
        return item

    def __iter__(self) -> Iterator[Item]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (OnDemand, tuple)) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type, tuple[list[Item]]]:
        return tuple, ([*self],)  # a copy or a pickle of a snapshot has all of its entries


@dataclass(frozen=True)
class Snapshot:
    """Nodes in topological order (operands first), edges sorted by target and position, and the index of the root.

    A picture of several results has an index for each in `outputs`, and the last of them as its root. `graph` holds the
    same as arrays, for sweeps: edges with other local derivatives want a graph with these, see `with_slopes`.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    root: int
    graph: FlatGraph = field(repr=False, compare=False)
    outputs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.outputs:
            object.__setattr__(self, "outputs", (self.root,))

    @property
    def output(self) -> Node:
        """The node the snapshot was taken from."""
        return self.nodes[self.root]

    @cached_property
    def incoming(self) -> Sequence[tuple[Edge, ...]]:
        """`incoming[i]`: the edges from the operands of node i, in order, with multiplicity."""
        return OnDemand(self.graph.count, lambda i: tuple(self.edges[slice(*self.graph.span(i))]))

    @cached_property
    def outgoing(self) -> tuple[tuple[Edge, ...], ...]:
        """`outgoing[i]`: the edges to the nodes that use node i."""
        groups: list[list[Edge]] = [[] for _ in self.nodes]
        for edge in self.edges:
            groups[edge.source].append(edge)
        return tuple(map(tuple, groups))

    @cached_property
    def levels(self) -> list[int]:
        """How many operations lie between each node and the leaves, at most; a leaf stands just before its first use.

        >>> a, b = Value(1.0), Value(2.0)
        >>> snapshot(a.tanh().tanh() * b).levels  # a, its tanh, the tanh of that, b, the product
        [0, 1, 2, 2, 3]
        """
        levels = [0] * len(self.nodes)
        # Edges are sorted by target, so that the level of a source is final when an edge reads it.
        for edge in self.edges:
            levels[edge.target] = max(levels[edge.target], levels[edge.source] + 1)
        # At level 0, a late weight would be joined to its use by an edge across the whole graph.
        for node in self.nodes:
            uses = self.outgoing[node.index]
            if node.is_leaf and uses:
                levels[node.index] = min(levels[edge.target] for edge in uses) - 1
        return levels


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
    check_root(root)
    return snapshot_of([root], max_nodes=max_nodes)


def check_root(root: object) -> None:
    """Raise TypeError for what is no Value, with a way to one."""
    if not isinstance(root, Value):
        model = callable(root) and hasattr(root, "parameters")
        remedy = "the result that a model gives for an example, model(x)" if model else "such as a loss"
        raise TypeError(
            f"a graph is taken from the Value at its end, got {got(root)}; "
            f"pass the result of an expression of Values, {remedy}"
        )


def snapshot_of(roots: Sequence[Value], *, max_nodes: int | None = None) -> Snapshot:
    """The same for the graph that leads to one or more results.

    >>> a = Value(3.0, label="a")
    >>> snapshot_of([a + 1.0, a * a]).outputs
    (2, 3)
    """
    order = topological_order(roots)
    # Before anything is built: a graph of a million nodes is refused after one walk.
    check_size(len(order), max_nodes)
    return freeze(order, roots)


def freeze(order: list[Value], roots: Sequence[Value], alone: int = 0) -> Snapshot:
    """The snapshot of nodes in topological order; of the last `alone` of them, the operands do not count."""
    refuse_number(".data")
    # Plain floats, copied now: what `backward()` or an optimizer changes later is not seen in the snapshot.
    graph = FlatGraph(order, alone)

    def node(index: int) -> Node:
        label, code, flags, data, grad = graph.node(index)
        op = "" if code == LEAF else ROWS[code].name
        # An operation of the user's may have left the table since; then its name has to do for a symbol.
        symbol = TABLE[op].symbol if op in TABLE else op
        return Node(index, label, role_of(code, flags), op, symbol, data, grad, bool(flags & REQUIRES))

    # In operand order and with multiplicity: a * a has two edges from a, at positions 0 and 1.
    nodes, edges = OnDemand(graph.count, node), OnDemand(graph.edge_count, lambda e: Edge(e, *graph.edge(e)))
    outputs = tuple(dict.fromkeys(places_of(roots, order)))
    return Snapshot(nodes, edges, outputs[-1], graph, outputs)


def check_size(count: int, max_nodes: int | None) -> None:
    """Raise `GraphTooLarge` when `count` nodes are more than `max_nodes`."""
    if max_nodes is not None and count > max_nodes:
        raise GraphTooLarge(
            f"the graph has {count:,} nodes, more than max_nodes={max_nodes:,}; take a smaller part of it (an inner "
            f"Value, one example, a smaller net), or pass max_nodes={count}"
        )


def summary(root: Value | Sequence[Value] | Snapshot) -> str:
    """What a graph holds that is too large to show: operations, leaves by role, depth, and advice, in two sentences.

    >>> w = Value(1.0, label="w", role="parameter")
    >>> print(summary((w * w + 1.0).tanh()))
    It holds 1 parameter, 1 constant; 3 operations (1 *, 1 +, 1 tanh); the longest path has 3 steps.
    """
    # A graph that is too large for a snapshot is counted as it is.
    nodes: Sequence[Node | Value]
    if isinstance(root, Snapshot):
        nodes, depth = root.nodes, max(root.levels)
    else:
        roots = [root] if isinstance(root, Value) else root
        nodes, depth = topological_order(roots), max(max(levels(value).values()) for value in roots)
    operations = Counter(node.op for node in nodes if node.op)
    roles = Counter(node.role for node in nodes if not node.op)
    common = [f"{count:,} {op}" for op, count in operations.most_common(MOST_OPERATIONS)]
    if len(operations) > MOST_OPERATIONS:
        common.append("...")
    # In a fixed order, whichever comes first in the graph.
    leaves = ", ".join(plural(roles[role], role) for role in ("parameter", "input", "constant") if roles[role])
    text = f"It holds {leaves}; {plural(operations.total(), 'operation')}"
    text += f" ({', '.join(common)})" if common else ""
    text += f"; the longest path has {plural(depth, 'step')}."
    # A dot in the name of a parameter says that it belongs to a module, which can be folded.
    if any(node.role == "parameter" and "." in node.label for node in nodes):
        text += ' For one box a neuron or layer, pass collapse="auto", "neuron" or "layer".'
    return text
