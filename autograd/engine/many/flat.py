"""`FlatGraph`: a recorded graph as flat arrays, for what a walk in Python, node by node, would be slow at.

It numbers the nodes in topological order and keeps the edges of each node side by side, so that a sweep over the graph
is a loop over arrays:

    y = a·b + a        nodes     0: a    1: b    2: a·b    3: y
                       edges     0 → 2   1 → 2   2 → 3   0 → 3        sources 0 1 2 0
                       first     0       0       0         2       4  edges first[i] to first[i + 1] end at node i

This file runs as plain Python, and compiled by Cython (`flat.pxd` beside it gives the C types), with the same results.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.flags import INLINE_A, INLINE_B, LEAF, MEMBER, MIRRORED, WIDE
from autograd.engine.many.order import check_values
from autograd.engine.ops import ROWS
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from node.pxd and order.pxd
    from autograd.engine.many.order import operand, operand_count, unmark
    from autograd.engine.node import pair_slope

MOST_EDGES = 2**31 - 1  # that a C int can number


def zeros(kind: str, count: int) -> array[Any]:
    """So many zeros, "i" for whole numbers and "d" for floats."""
    return array(kind, [0]) * count


def chain(upstream: float, local_derivative: float) -> float:
    """One step of the chain rule, by the rule of `backward()`: a factor of exactly 0 ends a path, even before inf.

    >>> chain(2.0, -3.0), chain(0.0, float("inf")), chain(float("inf"), 0.0)
    (-6.0, 0.0, 0.0)
    """
    # Of a nan, nothing ends the path but an upstream of 0: nan · 0 stays nan, so that it is seen.
    if upstream == 0.0 or (local_derivative == 0.0 and upstream == upstream):
        return 0.0
    return upstream * local_derivative


@cython.final
@cython.auto_pickle(False)
@cython.cclass
class FlatGraph:
    """The graph of nodes in topological order, frozen: edges, numbers and names as arrays, by number of the node.

    Of the last `alone` nodes, the operands do not count. `labels` and `params` hold what is not empty.

    Raises TypeError for what is no Value, ValueError for a node that stands before an operand of its own, or twice.

    >>> from autograd import Value
    >>> from autograd.engine.many.order import topological
    >>> a = Value(3.0, label="a")
    >>> graph = FlatGraph(topological([a * a - a]))
    >>> graph.operands(), graph.levels(), graph.adjoints(2), graph.tangents(0)
    ([(), (0, 0), (1, 0)], [0, 1, 2], [5.0, 1.0, 1.0], [1.0, 6.0, 5.0])
    """

    ready: bool
    count: int
    edge_count: int
    codes: Any
    flags: Any
    first: Any
    sources: Any
    targets: Any
    data: Any
    grads: Any
    slopes: Any
    labels: dict[int, str]
    params: dict[int, tuple[float, ...]]

    def __init__(self, order: Iterable[Any], alone: int = 0) -> None:
        if self.ready:
            raise TypeError("a FlatGraph is made once")
        nodes = [*order]
        check_values("FlatGraph", nodes)
        if not 0 <= alone <= len(nodes):
            raise ValueError(f"{alone} nodes alone among {len(nodes)}")
        self._measure(nodes, alone)
        if not cython.compiled or not self._join(nodes):
            self._join_beside(nodes)
        self._read_numbers(nodes)
        self.ready = True

    def with_slopes(self, slopes: Iterable[float]) -> FlatGraph:
        """The same graph with other local derivatives, one an edge.

        Raises ValueError for another number of them.
        """
        if not self.ready:
            raise ValueError("a FlatGraph is made of nodes")
        other = _blank()
        other.slopes = array("d", slopes)
        if len(other.slopes) != self.edge_count:
            raise ValueError(f"{len(other.slopes)} local derivatives for {self.edge_count} edges")
        other.count, other.edge_count = self.count, self.edge_count
        other.codes, other.flags, other.labels, other.params = self.codes, self.flags, self.labels, self.params
        other.first, other.sources, other.targets = self.first, self.sources, self.targets
        other.data, other.grads = self.data, self.grads
        other.ready = True
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> FlatGraph:
        return self  # nothing of it ever changes

    def __reduce__(self) -> Any:
        if not self.ready:
            raise ValueError("a FlatGraph is made of nodes")
        first, sources = array("i", self.first), array("i", self.sources)
        codes, flags = array("i", self.codes), array("i", self.flags)
        data, grads, slopes = array("d", self.data), array("d", self.grads), array("d", self.slopes)
        return restored, (first, sources, codes, flags, data, grads, slopes, self.labels, self.params)

    def _restore(self, columns: tuple[Any, ...]) -> None:
        """The fields from those of `__reduce__`; they may come from anywhere, so each is looked at."""
        if self.ready:
            raise TypeError("a FlatGraph is made once")
        self.first, self.sources = array("i", columns[0]), array("i", columns[1])
        self.codes, self.flags = array("i", columns[2]), array("i", columns[3])
        self.data, self.grads, self.slopes = array("d", columns[4]), array("d", columns[5]), array("d", columns[6])
        self.labels, self.params = dict(columns[7]), dict(columns[8])
        self.count, self.edge_count = len(self.codes), len(self.sources)
        lengths = [len(self.first) - 1, len(self.flags), len(self.data), len(self.grads)]
        if lengths != [self.count] * 4 or len(self.slopes) != self.edge_count:
            raise ValueError("columns of a graph that are not equally long")
        self.targets = zeros("i", self.edge_count)
        good = self.first[0] == 0 and self.first[self.count] == self.edge_count
        for i in range(self.count):
            good = good and 0 <= self.first[i] <= self.first[i + 1] <= self.edge_count
        if not good:
            raise ValueError("edges of a graph that are not those of one node after the other")
        for i in range(self.count):
            for e in range(self.first[i], self.first[i + 1]):
                self.targets[e] = i
                if not 0 <= self.sources[e] < i:
                    raise ValueError(f"operand {self.sources[e]} of node {i} does not stand before it")
        self.ready = True

    def _measure(self, nodes: list[Any], alone: int) -> None:
        """Make the arrays, for as many edges as the nodes have."""
        self.count = len(nodes)
        self.first = zeros("i", self.count + 1)
        edges = 0
        for i in range(self.count):
            v = nodes[i]
            if v._flags & (INLINE_A | INLINE_B):
                v.operands  # noqa: B018  (it makes leaves of plain numbers)
            if i < self.count - alone:
                edges += operand_count(v)
            if edges > MOST_EDGES:
                raise ValueError(f"a graph of more than {MOST_EDGES:,} edges")
            self.first[i + 1] = edges
        self.edge_count = edges
        self.codes, self.flags = zeros("i", self.count), zeros("i", self.count)
        self.sources, self.targets = zeros("i", edges), zeros("i", edges)
        self.data, self.grads = zeros("d", self.count), zeros("d", self.count)
        self.slopes = zeros("d", edges)
        self.labels, self.params = {}, {}

    def _join(self, nodes: list[Any]) -> bool:
        """Number the ends of the edges, while each node has its own number as a mark, see `_walk`; False as there."""
        wrong = -1
        for i in range(self.count):
            v = nodes[i]
            if v._left != 0:
                unmark(nodes, i)
                return False
            for e in range(self.first[i], self.first[i + 1]):
                a = operand(v, e - self.first[i])
                self.sources[e] = -1 - a._left
                self.targets[e] = i
                if a._left >= 0:
                    wrong = i
            v._left = -1 - i
        unmark(nodes, self.count)
        if wrong >= 0:
            raise ValueError(f"an operand of {short(nodes[wrong])} does not stand before it")
        return True

    def _join_beside(self, nodes: list[Any]) -> None:
        """The same without marks."""
        number: dict[int, int] = {}
        for i in range(self.count):
            v = nodes[i]
            for e in range(self.first[i], self.first[i + 1]):
                k = number.get(id(operand(v, e - self.first[i])), -1)
                if k < 0:
                    raise ValueError(f"an operand of {short(v)} does not stand before it")
                self.sources[e], self.targets[e] = k, i
            if number.setdefault(id(v), i) != i:
                raise ValueError(f"{short(v)} stands in the order twice")

    def _read_numbers(self, nodes: list[Any]) -> None:
        for i in range(self.count):
            v = nodes[i]
            self.codes[i], self.flags[i] = v._code, v._flags & ~MIRRORED
            self.data[i], self.grads[i] = v._data, v._grad
            if v._label:
                self.labels[i] = v._label
            if v._extra is not None and v._extra.params:
                self.params[i] = v._extra.params
            e = self.first[i]
            if v._flags & MEMBER:
                for k in range(self.first[i + 1] - e):
                    self.slopes[e + k] = pair_slope(v, k)
            elif v._flags & WIDE:
                for k in range(self.first[i + 1] - e):
                    self.slopes[e + k] = v._extra.slopes[k]
            elif e < self.first[i + 1]:
                self.slopes[e] = v._da
                if e + 1 < self.first[i + 1]:
                    self.slopes[e + 1] = v._db

    def _checked(self, i: int) -> int:
        if not self.ready or not 0 <= i < self.count:
            raise IndexError(f"node {i} of a graph of {self.count}")
        return i

    def node(self, i: int) -> tuple[str, int, int, float, float]:
        """Label, index of the operation (-1 for a leaf), flags, number and gradient of a node."""
        self._checked(i)
        return self.labels.get(i, ""), self.codes[i], self.flags[i], self.data[i], self.grads[i]

    def edge(self, e: int) -> tuple[int, int, int, float]:
        """From which node to which, the position among the operands, the local derivative."""
        if not self.ready or not 0 <= e < self.edge_count:
            raise IndexError(f"edge {e} of a graph of {self.edge_count}")
        return self.sources[e], self.targets[e], e - self.first[self.targets[e]], self.slopes[e]

    def operations(self) -> list[int]:
        """For each node the index of its operation in the table, -1 for a leaf."""
        return [self.codes[i] for i in range(self.count)] if self.ready else []

    def passes(self, i: int) -> bool:
        """Whether a gradient passes a node: not a step function such as floor, whose slope of 0 stops even a nan."""
        code: int = self.codes[self._checked(i)]
        return code == LEAF or ROWS[code].differentiable

    def span(self, i: int) -> tuple[int, int]:
        """The first edge that ends at a node, and the first one behind these."""
        self._checked(i)
        return self.first[i], self.first[i + 1]

    def operands(self) -> list[tuple[int, ...]]:
        """For each node the numbers of its operands, as often as it uses them."""
        if not self.ready:
            return []
        below: list[tuple[int, ...]] = []
        for i in range(self.count):
            e = self.first[i]
            if self.first[i + 1] == e:
                below.append(())
            elif self.first[i + 1] == e + 1:
                below.append((self.sources[e],))
            elif self.first[i + 1] == e + 2:
                below.append((self.sources[e], self.sources[e + 1]))
            else:
                below.append(tuple([self.sources[e] for e in range(self.first[i], self.first[i + 1])]))
        return below

    def levels(self) -> list[int]:
        """For each node how many operations lie between it and the leaves, at most."""
        if not self.ready:
            return []
        levels = zeros("i", self.count)
        for i in range(self.count):
            for e in range(self.first[i], self.first[i + 1]):
                levels[i] = max(levels[i], levels[self.sources[e]] + 1)
        return [levels[i] for i in range(self.count)]

    def adjoints(self, target: int, size: bool = False, order: Sequence[int] | None = None) -> list[float]:
        """∂target/∂node for every node; see `autograd.graph.adjoints`."""
        self._checked(target)
        totals = zeros("d", self.count)
        totals[target] = 1.0
        chosen = array("i", () if order is None else order)
        steps = target + 1 if order is None else len(chosen)
        for k in range(steps - 1, -1, -1):
            i = k if order is None else self._checked(chosen[k])
            total = totals[i]
            # Most nodes lie beside the paths or under a factor of 0: there is nothing to pass on from there.
            if total != 0.0 and (total == total or self.passes(i)):
                for e in range(self.first[i], self.first[i + 1]):
                    slope = self.slopes[e]
                    totals[self.sources[e]] += chain(total, abs(slope) if size else slope)
        return [totals[i] for i in range(self.count)]

    def tangents(self, source: int) -> list[float]:
        """∂node/∂source for every node."""
        self._checked(source)
        totals, reached = zeros("d", self.count), bytearray(self.count)
        above = reached
        totals[source] = 1.0
        above[source] = 1
        for i in range(source + 1, self.count):
            for e in range(self.first[i], self.first[i + 1]):
                below, slope = self.sources[e], self.slopes[e]
                if above[below]:
                    above[i] = 1
                    # The slope comes from above, as an adjoint does: a nan passes no step function.
                    if slope == slope or below == source or self.passes(below):
                        totals[i] += chain(slope, totals[below])
        return [totals[i] for i in range(self.count)]

    def rounding_error(self, unit: float) -> float:
        """What rounding can come to in the last node, to first order; see `autograd.program.trace`."""
        self._checked(0)
        errors = zeros("d", self.count)
        for i in range(self.count):
            errors[i] = unit * abs(self.data[i])
            for e in range(self.first[i], self.first[i + 1]):
                slope = abs(self.slopes[e])
                if slope != 0.0:  # 0 · inf would be nan
                    errors[i] += slope * (errors[self.sources[e]] + unit * abs(self.data[self.sources[e]]))
        return float(errors[self.count - 1])

    def between(self, source: int, target: int) -> bytearray:
        """1 for every node on a path from the source to the target, both included; 0 for all others."""
        self._checked(source)
        self._checked(target)
        reached, on_path = bytearray(self.count), bytearray(self.count)
        above, on = reached, on_path
        # Forward: which nodes depend on the source.
        above[source] = 1
        for i in range(source + 1, target + 1):
            for e in range(self.first[i], self.first[i + 1]):
                if above[self.sources[e]]:
                    above[i] = 1
                    break
        # Backward: which of these the target depends on.
        on[target] = above[target]
        for i in range(target, source, -1):
            if on[i]:
                for e in range(self.first[i], self.first[i + 1]):
                    if above[self.sources[e]]:
                        on[self.sources[e]] = 1
        return on_path

    def count_paths(self, source: int, target: int) -> int:
        """How many paths lead from the source up to the target, exactly."""
        self._checked(source)
        counts: list[int] = [0] * (self._checked(target) + 1)
        counts[target] = 1
        # Nodes below the source lie on none of these paths.
        for i in range(target, source, -1):
            if counts[i]:
                for e in range(self.first[i], self.first[i + 1]):
                    if self.sources[e] >= source:
                        counts[self.sources[e]] += counts[i]
                # Needed no more, and it matters: a count of 50,000 bits takes its room, and there may be one a node.
                counts[i] = 0
        return counts[source] if source <= target else 0

    def path_counts(self, target: int) -> list[int]:
        """For each node how many paths lead from it up to the target, exactly."""
        self._checked(target)
        counts: list[int] = [0] * self.count
        counts[target] = 1
        for i in range(target, -1, -1):
            if counts[i]:
                for e in range(self.first[i], self.first[i + 1]):
                    counts[self.sources[e]] += counts[i]
        return counts


def restored(*columns: Any) -> FlatGraph:
    """A graph from what `pickle` stored of it.

    Raises ValueError for columns that are no graph.
    """
    if len(columns) != 9:
        raise ValueError(f"a graph has 9 columns, not {len(columns)}")
    graph = _blank()
    graph._restore(columns)
    return graph


def _blank() -> FlatGraph:
    graph: FlatGraph = FlatGraph.__new__(FlatGraph)
    return graph


if not cython.compiled:  # in C, fields are 0 and None from the start
    FlatGraph.ready, FlatGraph.count, FlatGraph.edge_count = False, 0, 0
