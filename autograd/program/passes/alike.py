"""Pass: legalize. Operations on several operands get operands of one kind, so that each can become rows of one array.

An array of operands lies in X, in an array with a row per node and example, or in the vector P that a batch shares.
Where kinds are mixed, an input is copied to such a row (`copy`), and what is shared is spread over the examples.

>>> from autograd import logsumexp
>>> from autograd.program.passes.graph import Value, read_graph
>>> x, w = Value(1.0, label="x"), Value(2.0, label="w")
>>> graph = read_graph([logsumexp([x, w])], [x]).graph
>>> print(graph.describe())
#2 = logsumexp(#0 x, #1 w)
>>> print(legalize(graph).describe())
#3 = copy(#0 x)
#4 = spread(#1 w)
#2 = logsumexp(#3, #4)
"""

from __future__ import annotations

from collections import Counter

from autograd.engine import ops
from autograd.program.passes.graph import COPY, INPUT, SPREAD, Graph
from autograd.program.passes.sums import LONG_SUM

FAMILIES = ("softmax", "log_softmax")  # one node for each of the operands, k as setting: computed together


def legalize(graph: Graph) -> Graph:
    """Insert copies where inputs, computed and shared operands are mixed, short sums as additions, whole softmaxes.

    An output that is a leaf becomes a copy of it, so that every output is computed.
    """
    return _Legalizer(graph).run()


def unshare(graph: Graph) -> Graph:
    """Let every example compute by itself what all of them share, as the recorded graph of each does.

    In numbers, Σ (g·slope) is (Σ g)·slope; where g is 1 in one example and −∞ in another, it is not, and neither is it
    where a slope of 0 stops the one and meets the sum.

    >>> from autograd.program.passes.graph import Value, read_graph
    >>> x, w = Value(1.0, label="x"), Value(2.0, label="w")
    >>> print(unshare(read_graph([x * w + w * w], [x]).graph).describe())
    #2 = *(#0 x, #1 w)
    #5 = spread(#1 w)
    #3 = *(#5, #1 w)
    #4 = +(#2, #3)
    """
    new, batched = graph.copy(), graph.batched()
    spread: dict[int, int] = {}
    order: list[int] = []
    for i in graph.order:
        first, *others = graph.operands[i]
        # Of a leaf: what is computed of a spread number differs between examples by itself. A mean over the batch is
        # one for all of them in the recorded graph, too.
        if not batched[i] and all(a in graph.leaves for a in (first, *others)):
            if first not in spread:
                spread[first] = new.add(SPREAD, (first,), (), first)
                order.append(spread[first])
            new.operands[i] = (spread[first], *others)
        order.append(i)
    return new.with_order(order)


def is_variadic(graph: Graph, i: int) -> bool:
    """Whether node i takes any number of operands."""
    op = graph.ops[i]
    return op == "dot" or (op in ops.TABLE and ops.TABLE[op].variadic)


class _Legalizer:
    """A graph under construction: `same` maps each member of a softmax to the node computed in its place."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph.copy()
        self.batched = graph.batched()
        self.order: list[int] = []
        self.copies: dict[tuple[str, int], int] = {}
        self.families: dict[tuple[str, tuple[int, ...], int], list[int]] = {}
        self.members: Counter[tuple[str, tuple[int, ...], int]] = Counter()  # how often each was recorded so far
        self.same: dict[int, int] = {}

    def run(self) -> Graph:
        graph = self.graph
        for i in graph.order:
            op, operands = graph.ops[i], tuple([self.same.get(a, a) for a in graph.operands[i]])
            graph.operands[i] = operands
            # Each member of a softmax was recorded as a node; they are computed by one block, all or none.
            if op in FAMILIES:
                self._join_family(i, operands)
                continue
            if op == "sum" and len(operands) < LONG_SUM:
                self._write_additions(i, operands)
            elif op == "dot":
                left, right, terms = graph.dot_parts(i)
                # Shared factors on the left are weights, alike already. If both sides differ, kinds may be mixed.
                if self.batched[left[0]] and self.batched[right[0]]:
                    graph.operands[i] = (*self._alike(left), *self._alike(right), *terms)
            elif is_variadic(graph, i):
                graph.operands[i] = self._alike(operands)
            self.order.append(i)
        outputs = [self._copy(COPY, i) if i in graph.leaves else self.same.get(i, i) for i in graph.outputs]
        return graph.with_order(self.order, tuple(outputs))

    def _write_additions(self, i: int, operands: tuple[int, ...]) -> None:
        """Make a short sum additions, left to right, as if it had been recorded term by term."""
        total, *others = operands
        if not others:  # as the engine has it, which turns -0.0 into 0.0
            others = [self.graph.literal(0.0)]
        for a in others[:-1]:
            total = self._add("+", (total, a), i, self.batched[i])
        self.graph.ops[i], self.graph.operands[i] = "+", (total, others[-1])

    def _join_family(self, i: int, operands: tuple[int, ...]) -> None:
        """Put node i in the place of its member of the softmax over these operands: all of them are computed."""
        graph, op = self.graph, self.graph.ops[i]
        alike = self._alike(operands)
        # The first member that occurs adds them all, with k = 0, 1, ... as setting. Where equal nodes are not merged,
        # one that was recorded twice stands in two families.
        k = int(graph.settings[i][0])
        family = (op, alike, self.members[op, alike, k])
        self.members[op, alike, k] += 1
        if family not in self.families:
            self.families[family] = [self._add(op, alike, -1, self.batched[i]) for _ in alike]
            graph.settings.update({j: (float(k),) for k, j in enumerate(self.families[family])})
        member = self.families[family][k]
        # The recorded node is no longer computed: its number and its label go on to the member.
        graph.origins[member] = graph.origin(i)
        if i in graph.labels:
            graph.labels[member] = graph.labels[i]
        self.same[i] = member

    def _alike(self, operands: tuple[int, ...]) -> tuple[int, ...]:
        """These operands, all columns of X, or all computed per example, or all shared by the batch."""
        kinds = [self._kind(a) for a in operands]
        if len(set(kinds)) == 1:
            return operands
        wrap = {"input": COPY, "shared": SPREAD}
        return tuple([self._copy(wrap[k], a) if k in wrap else a for k, a in zip(kinds, operands, strict=True)])

    def _kind(self, a: int) -> str:
        leaf = self.graph.leaves.get(a)
        if leaf is not None and leaf.kind == INPUT:
            return "input"
        return "computed" if a < len(self.batched) and self.batched[a] else "shared"

    def _copy(self, op: str, a: int) -> int:
        """The copy of node a, made once however many operations read it."""
        if (op, a) not in self.copies:
            self.copies[op, a] = self._add(op, (a,), a, op == SPREAD or self.batched[a])
        return self.copies[op, a]

    def _add(self, op: str, operands: tuple[int, ...], origin: int, batched: int) -> int:
        i = self.graph.add(op, operands, (), origin)
        self.batched.extend(bytes(i - len(self.batched)))  # for literals that were added meanwhile
        self.batched.append(batched)
        self.order.append(i)
        return i
