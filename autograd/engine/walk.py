"""A recorded graph in topological order, and as flat arrays: what a walk in Python, node by node, would be slow at.

`topological` gives the nodes, operands before results. A `FlatGraph` numbers them in this order and keeps the edges of
each node side by side, so that a sweep over the graph is a loop over arrays:

    y = a·b + a        nodes     0: a    1: b    2: a·b    3: y
                       edges     0 → 2   1 → 2   2 → 3   0 → 3        sources 0 1 2 0
                       first     0       0       0         2       4  edges first[i] to first[i + 1] end at node i

This file runs as plain Python, and compiled by Cython (`walk.pxd` beside it gives the C types), with the same results.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine.flags import INLINE_A, INLINE_B, LEAF, MEMBER, MIRRORED, SHARED, WIDE
from autograd.engine.node import Node, shared_by
from autograd.support.text import got, short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from node.pxd
    from autograd.engine.node import pair_slope

MOST_EDGES = 2**31 - 1  # that a C int can number


def zeros(kind: str, count: int) -> array[Any]:
    """So many zeros, "i" for whole numbers and "d" for floats."""
    return array(kind, [0]) * count


def topological(roots: Iterable[Any], shared: bool = False) -> list[Any]:
    """Every node below these, operands before results, each once: depth first, by the order of the operands.

    With `shared`, nodes that softmaxes share stand in front of the first of these; see `node.pair_slope`.

    >>> from autograd import Value, softmax
    >>> [v.op for v in topological(softmax([Value(0.0), Value(0.0)]), shared=True)]
    ['', '', 'logsumexp', 'softmax', 'softmax']

    Raises TypeError for what is no Value.
    """
    starts = [*roots]
    _check_nodes("topological", starts)
    while True:
        order: list[Any] = []
        folded: list[Any] = []
        # Plain Python may turn to another thread anywhere, and would leave marks for it to find.
        if not cython.compiled or not _walk(starts, order, folded):
            order = _walk_beside(starts)
            folded = []
        if not folded:
            return order if shared else _without_shared(order)
        # Plain numbers became leaves just now, and are part of the order.
        for v in folded:
            v.operands  # noqa: B018


def _check_nodes(name: str, values: list[Any]) -> None:
    for v in values:
        if not isinstance(v, Node):
            raise TypeError(f"{name}() takes Values, got {got(v)}")


def _without_shared(order: list[Any]) -> list[Any]:
    for v in order:
        if v._flags & SHARED:
            return [v for v in order if not v._flags & SHARED]
    return order


def _operand(v: Node, k: int) -> Any:
    if v._flags & MEMBER:
        v = v._b
    if v._flags & WIDE:
        return cython.cast(Node, v._extra.operands[k])
    return v._a if k == 0 else v._b


def _operand_count(v: Node) -> int:
    """How many operands a node has whose plain numbers are leaves by now."""
    if v._flags & MEMBER:
        v = v._b
    if v._flags & WIDE:
        return len(v._extra.operands)
    if v._code == LEAF:
        return 0
    return 1 if v._b is None else 2


def _walk(roots: list[Any], order: list[Any], folded: list[Any]) -> bool:
    """The walk with its marks in the nodes; False, and nothing marked, where a walk back has left its own.

    No code of anybody else runs in between. A walk back may stand still meanwhile: its nodes have `_left` above 0. Here
    that is 1 + the operands looked at while a node is open, and then -1; an open node is never met, for there are no
    circles. `_next` of an open node is the one that the walk came from.

    `folded` takes the nodes that hold a plain number in place of a leaf.
    """
    done = False
    v = None
    try:
        for root in roots:
            if root._left < 0:
                continue
            if root._left > 0:
                return False
            v = root
            v._next = cython.NULL
            v._left = 1
            while v is not None:
                k = v._left - 1
                if v._flags & (INLINE_A | INLINE_B) and k == 0:
                    folded.append(v)
                # What softmaxes share has the operands that each of them shows: n steps in place of n².
                alone = v._flags & MEMBER != 0
                if k < (1 if alone else _operand_count(v)):
                    v._left += 1
                    a = v._b if alone else _operand(v, k)
                    if a is None or a._left < 0:  # a plain number, or a node that the order has
                        continue
                    if a._left > 0:
                        return False
                    a._left = 1
                    a._next = cython.cast("NodeFields *", v)
                    v = a
                    continue
                order.append(v)
                v._left = -1
                above = v._next
                v = None if above is cython.NULL else cython.cast(Node, above)
        done = True
    finally:
        while not done and v is not None:
            v._left = 0
            above = v._next
            v = None if above is cython.NULL else cython.cast(Node, above)
        _unmark(order, len(order))
    return True


def _unmark(order: list[Any], count: int) -> None:
    for i in range(count):
        v = order[i]
        v._left = 0


def _walk_beside(roots: list[Any]) -> list[Any]:
    """The same walk with its marks beside the nodes: 10 times as slow, and nothing to be in the way of."""
    order: list[Any] = []
    done: set[Any] = set()
    # What a recursion would do before and after its calls: True marks a node whose operands are all above it.
    stack: list[tuple[Any, bool]] = [(start, False) for start in reversed(roots)]
    while stack:
        node, expanded = stack.pop()
        if node in done:
            continue  # a node with two uses can be on the stack twice; the first visit counts
        shared = shared_by(node)
        operands = () if expanded else node.operands if shared is None else (shared,)
        if operands:
            # Reversed, because the stack gives back last what went on it first.
            stack.append((node, True))
            stack.extend([(operand, False) for operand in reversed(operands) if operand not in done])
        else:
            done.add(node)
            order.append(node)
    return order


def places_of(values: Sequence[Any], order: list[Any]) -> list[int]:
    """At which place of a list each of these nodes stands, -1 for none; `list.index` would ask nodes for their `==`."""
    if order is None:
        raise TypeError("places_of() takes a list of nodes, got None")
    if len(values) == 1:
        sought = values[0]
        for i in range(len(order)):
            if order[i] is sought:
                return [i]
        return [-1]
    number = {id(v): i for i, v in enumerate(order)}
    return [number.get(id(v), -1) for v in values]


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
        _check_nodes("FlatGraph", nodes)
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
                edges += _operand_count(v)
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
                _unmark(nodes, i)
                return False
            for e in range(self.first[i], self.first[i + 1]):
                a = _operand(v, e - self.first[i])
                self.sources[e] = -1 - a._left
                self.targets[e] = i
                if a._left >= 0:
                    wrong = i
            v._left = -1 - i
        _unmark(nodes, self.count)
        if wrong >= 0:
            raise ValueError(f"an operand of {short(nodes[wrong])} does not stand before it")
        return True

    def _join_beside(self, nodes: list[Any]) -> None:
        """The same without marks."""
        number: dict[int, int] = {}
        for i in range(self.count):
            v = nodes[i]
            for e in range(self.first[i], self.first[i + 1]):
                k = number.get(id(_operand(v, e - self.first[i])), -1)
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
            if total != 0.0:
                for e in range(self.first[i], self.first[i + 1]):
                    slope = self.slopes[e]
                    totals[self.sources[e]] += chain(total, abs(slope) if size else slope)
        return [totals[i] for i in range(self.count)]

    def tangents(self, source: int) -> list[float]:
        """∂node/∂source for every node."""
        self._checked(source)
        totals = zeros("d", self.count)
        totals[source] = 1.0
        for i in range(source + 1, self.count):
            for e in range(self.first[i], self.first[i + 1]):
                totals[i] += chain(totals[self.sources[e]], self.slopes[e])
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
