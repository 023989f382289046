"""Pass: group. Nodes that can be computed together, and blocks: the second intermediate representation.

Nodes of one level do not depend on each other. Those of them that apply the same operation to operands stored in the
same places become one `NodeGroup`; `matrices` makes each into one or more blocks, each a few lines of array code.

>>> from autograd import relu
>>> from autograd.program.passes.graph import Value, read_graph
>>> x, y = Value(1.0), Value(2.0)
>>> graph = read_graph([relu(x) + relu(y) * 2.0], [x, y]).graph
>>> print(graph.describe())
#1 = relu(#0)
#3 = relu(#2)
#5 = *(#3, 2.0)
#6 = +(#1, #5)
>>> for group in group_nodes(graph):
...     print(group.describe())
level 1: 2 × relu of inputs, per example
level 2: 1 × * of rows, literal, per example
level 3: 1 × + of rows, rows, per example
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from autograd.program.passes.alike import FAMILIES, is_variadic
from autograd.program.passes.graph import LITERAL, ROWS, SHARED, Graph

Numbers = NDArray[np.int64]  # numbers of nodes, or positions in an array
ANY_NUMBER = ("+", "-", "*", "/")  # with a literal operand, these take a vector of literals just as well

# The forms of blocks: what one line of array code can compute. `Block` says what its arrays are in each.
ELEMENTWISE, PRODUCT, ROWWISE = "elementwise", "matrix product", "row by row"
PAIRED = "matrix product of each example"
REDUCTION, FAMILY, BATCH_REDUCTION = "along rows", "family", "across the batch"


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """Nodes of one level with the same operation; `storage` says where each operand is read from.

    A dot has one place for all left factors, one for all right factors, and one for each term to add; another operation
    on any number of operands has one for all.
    """

    level: int
    op: str
    nodes: tuple[int, ...]
    storage: tuple[str, ...]
    batched: bool
    settings: tuple[float, ...] = ()

    def describe(self) -> str:
        """One line."""
        kind = "per example" if self.batched else "shared by the batch"
        return f"level {self.level}: {len(self.nodes)} × {self.op} of {', '.join(self.storage)}, {kind}"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Nodes that are computed together, as arrays of node numbers.

    form            nodes     operands
    ELEMENTWISE     (n,)      (n,) for each operand of the operation
    PRODUCT         (L, R)    weights (L, k), columns to multiply (k, R), then terms to add (L, R)
    PAIRED          (L, R)    left factors (k, L), right factors (k, R), then terms to add (L, R)
    ROWWISE         (n,)      left factors (k, n), right factors (k, n), then terms to add (n,)
    REDUCTION       (n,)      (k, n): one result from each column, as the sum of k
    FAMILY          (k, n)    (k, n): as many results as operands, as the softmax of k
    BATCH_REDUCTION (n,)      (n,): the mean of each over the examples

    `why` says what stood in the way of a matrix product, if something did.
    """

    form: str
    op: str
    nodes: Numbers
    operands: tuple[Numbers, ...]
    batched: bool
    settings: tuple[float, ...] = ()
    why: str = ""

    @property
    def size(self) -> int:
        """How many nodes."""
        return int(self.nodes.size)

    def summary(self) -> str:
        """How many nodes, and how they are computed."""
        count = f"{self.size} × {self.op}"
        if self.form == PRODUCT:
            (rows, k), (_, columns) = self.operands[0].shape, self.operands[1].shape
            batch = " for each example" if self.batched else ""
            return f"{count}, matrix product of {rows}×{k} with {k}×{columns}{batch}"
        if self.form == PAIRED:
            (k, rows), (_, columns) = self.operands[0].shape, self.operands[1].shape
            return f"{count}, matrix product of {rows}×{k} with {k}×{columns}, both of each example"
        if self.form == ROWWISE:
            return f"{count} of length {len(self.operands[0])}, row by row"
        if self.form in (REDUCTION, FAMILY):
            return f"{count} over {len(self.operands[0])} operands"
        if self.form == BATCH_REDUCTION:
            return f"{count}, over the examples"
        return f"{count}, {'together' if self.size > 1 else 'alone'}"

    def describe(self, names: Sequence[str] = ()) -> str:
        """One line; `names` are those of the operands, "" for one without."""
        texts = ["×".join(map(str, nodes.shape)) for nodes in self.operands]
        if self.form != ELEMENTWISE:
            texts = [f"{name} ({shape})" if name else shape for name, shape in zip_longest(names, texts, fillvalue="")]
        elif all(names):  # how long the rows are, the count of nodes says already
            texts = list(names)
        product = self.form in (PRODUCT, PAIRED)
        operands = " + ".join([" @ ".join(texts[:2]), *texts[2:]]) if product else " and ".join(texts)
        what = f" of {operands}" if names or self.form != ELEMENTWISE else ""
        return f"{self.size} × {self.op}: {self.form}{what}" + (f" ({self.why})" if self.why else "")


def group_nodes(graph: Graph, copies: bool = False) -> list[NodeGroup]:
    """All computed nodes in groups, lowest level first, and within a level by the first node.

    `copies` says that equal nodes may occur. They go to groups of their own: a block of nothing but copies would read
    one row where it has to write several.
    """
    storage, level = graph.storage(), levels_of(graph)
    seen: Counter[tuple[object, ...]] = Counter()
    # Nodes with one signature are computed by the same line of array code.
    by_signature: dict[tuple[object, ...], list[int]] = {}
    for i in graph.order:
        copy = 0
        if copies:
            node = (graph.ops[i], graph.operands[i], graph.settings.get(i, ()))
            copy, seen[node] = seen[node], seen[node] + 1
        by_signature.setdefault((level[i], copy, *_signature(graph, storage, i)), []).append(i)
    # A group reads only results of lower levels, so in this order everything is computed before it is read.
    groups = []
    for nodes in sorted(by_signature.values(), key=lambda nodes: (level[nodes[0]], nodes[0])):
        i = nodes[0]
        places, settings = _operand_storage(graph, storage, i), _settings(graph, i)
        groups.append(NodeGroup(level[i], graph.ops[i], tuple(nodes), places, storage[i] == ROWS, settings))
    return groups


def levels_of(graph: Graph) -> list[int]:
    """How many operations lie between each node and the leaves, at most."""
    level = [0] * len(graph)
    for i in graph.order:
        level[i] = 1 + max([level[a] for a in graph.operands[i]])
    return level


def _operand_storage(graph: Graph, storage: list[str], i: int) -> tuple[str, ...]:
    """The kind of storage that each operand of node i is read from.

    Of an operation over any number of operands, the first stands for all: the pass `alike` has given them one kind.
    """
    if graph.ops[i] == "dot":
        left, right, terms = graph.dot_parts(i)
        operands = (left[0], right[0], *terms)
    elif is_variadic(graph, i):
        operands = graph.operands[i][:1]
    else:
        return tuple([storage[a] for a in graph.operands[i]])
    # A dot and its like read arrays, so literals among their operands lie in the vector P.
    return tuple([SHARED if storage[a] == LITERAL else storage[a] for a in operands])


def _settings(graph: Graph, i: int) -> tuple[float, ...]:
    """The settings that a group has in common: not the k of a softmax, in which its members differ."""
    return () if graph.ops[i] in FAMILIES else graph.settings.get(i, ())


def _signature(graph: Graph, storage: list[str], i: int) -> tuple[object, ...]:
    """What two nodes of one level must have in common to be computed together."""
    op, operands = graph.ops[i], graph.operands[i]
    places = _operand_storage(graph, storage, i)
    if op not in ANY_NUMBER and not is_variadic(graph, i):  # x**2 and x**3 are different code
        places = tuple([str(a) if place == LITERAL else place for a, place in zip(operands, places, strict=True)])
    return (op, _settings(graph, i), len(operands), storage[i], places)
