"""Pass: assign a layout, so that what an operation reads lies side by side in memory: a slice and not a gather.

Blocks follow the order of the rows they are computed from; parameters lie in the order in which matrix products read
them, weight matrices row by row. Sums may be added up in another order for it.

>>> from autograd.program.passes.blocks import group_nodes
>>> from autograd.program.passes.graph import Value, read_graph
>>> from autograd.program.passes.matrices import lift
>>> from autograd.program.passes.sums import collect_sums
>>> W, x = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], [Value(5.0), Value(6.0)]
>>> outputs = [(u * x[0] + v * x[1] + Value(0.0)).tanh() for u, v in W]  # weights and biases take turns
>>> graph = collect_sums(read_graph(outputs, inputs=x).graph)
>>> layout = assign_layout(graph, lift(graph, group_nodes(graph)))
>>> layout.parameters  # two weights, two weights, two biases
[0, 1, 3, 4, 2, 5]
>>> print(layout.describe(["z", "h"]))
P: 6 parameters, 0 givens, 0 literals, 0 computed
array 0: 2 rows per example, for z
array 1: 2 rows per example, for h
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    ROWWISE,
    Block,
    Numbers,
)
from autograd.program.passes.graph import GIVEN, INPUTS, LITERAL, PARAMETER, Graph

_BLOCK = 1 << 32  # a position says block and row: this much lies between two blocks


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Blocks with their rows in order, and where every node lies.

    `position[i]` is a column of X for an input, a place in the vector P for what a batch shares, a row of the array
    number `segment[i]` for what differs between examples. P holds the parameters, then the givens, then the literals
    that stand in vectors, then what is computed of them; `parameters` and `givens` say in which order, by number.
    """

    blocks: list[Block]
    storage: list[str]
    position: Numbers
    segment: Numbers
    segments: list[list[int]]  # the blocks in each
    sizes: list[int]  # of segments, in rows
    parameters: list[int]
    givens: list[int]
    constants: list[float]
    shared: int  # the length of P

    @property
    def constants_start(self) -> int:
        """Where the literals begin in P."""
        return len(self.parameters) + len(self.givens)

    def describe(self, names: Sequence[str]) -> str:
        """The sizes, and where each block lies; these are the names of the blocks."""
        lines = [
            f"P: {len(self.parameters)} parameters, {len(self.givens)} givens, {len(self.constants)} literals, "
            f"{self.shared - self.constants_start - len(self.constants)} computed"
        ]
        for s, (members, size) in enumerate(zip(self.segments, self.sizes, strict=True)):
            rows = f"{size} row{'s' * (size != 1)} per example"
            lines.append(f"array {s}: {rows}, for {', '.join([names[b] for b in members])}")
        return "\n".join(lines)


def assign_layout(
    graph: Graph, blocks: Sequence[Block], extra_parameters: int = 0, as_recorded: bool = False
) -> Layout:
    """Lay out the nodes of all blocks; parameters below `extra_parameters` that no block uses come last.

    With `as_recorded`, all parameters stay in the order of their numbers.
    """
    return _LayoutAssignment(graph, blocks).run(extra_parameters, as_recorded)


class _LayoutAssignment:
    """A layout under construction.

    `position` holds provisional places until all blocks are sorted; `rank` is the order in which blocks first read what
    has no position yet: what lies in P.
    """

    def __init__(self, graph: Graph, blocks: Sequence[Block]) -> None:
        self.graph, self.blocks = graph, list(blocks)
        self.storage = graph.storage()
        self.position = np.full(len(graph), -1, dtype=np.int64)
        self.rank = np.full(len(graph), -1, dtype=np.int64)
        self.ranked = 0
        for i, leaf in graph.leaves.items():
            if self.storage[i] == INPUTS:
                self.position[i] = leaf.position

    def run(self, extra_parameters: int, as_recorded: bool) -> Layout:
        # Each block is sorted by where its operands lie, and gives its own nodes places for the blocks after it.
        last = self._blocks_of_parameters()
        for b in [*(b for b in range(len(self.blocks)) if b not in last), *sorted(last)]:
            block = self.blocks[b] = self._sorted(self.blocks[b])
            self.position[block.nodes.ravel()] = _BLOCK * (b + 1) + np.arange(block.size, dtype=np.int64)
            for operand in block.operands:
                self._rank(block, operand)
        # All orders are known: provisional places become places in P and in arrays.
        parameters, givens, constants, shared = self._place_shared(extra_parameters, as_recorded)
        segment, segments, sizes = self._place_rows()
        return Layout(
            self.blocks, self.storage, self.position, segment, segments, sizes, parameters, givens, constants, shared
        )  # fmt: skip

    def _blocks_of_parameters(self) -> set[int]:
        """The blocks that compute from shared leaves alone, such as the sum of all squared weights, by number.

        They are sorted last: the blocks that read the same leaves for each example decide the order of these leaves.
        """
        last: set[int] = set()
        block_of: dict[int, int] = {}
        for b, block in enumerate(self.blocks):
            block_of.update(dict.fromkeys(block.nodes.ravel().tolist(), b))
            if block.batched or block.form == PRODUCT:
                continue
            sources = {block_of.get(a, -1) for operand in block.operands for a in operand.ravel().tolist()}
            if sources <= last | {-1}:
                last.add(b)
        return last

    # ----- The order within a block -----

    def _sorted(self, block: Block) -> Block:
        """The block with its rows, and the k things that it sums over, in the order in which operands lie."""
        operands = block.operands
        if block.form in (BATCH_REDUCTION, ELEMENTWISE):
            # In the order in which another block has read the results, if one has; else in that of the operands.
            ranks = self.rank[block.nodes]
            keys = [ranks] if (ranks >= 0).all() else [self._key(x) for x in operands]
            order = _sorted_by(keys, block.size)
            return replace(block, nodes=block.nodes[order], operands=tuple([x[order] for x in operands]))
        if block.form == ROWWISE:
            left, right, *terms = operands
            k = _sorted_by([self._key(right[:, 0]), self._key(left[:, 0])], len(left))
            return replace(block, operands=(left[k], right[k], *terms))
        if block.form == PAIRED:
            left, right, *terms = operands
            k = _sorted_by([self._key(right[:, 0]), self._key(left[:, 0])], len(left))
            rows, columns = [_sorted_by([self._key(x[0])], x.shape[1]) for x in (left, right)]
            operands = (left[k][:, rows], right[k][:, columns], *[term[rows][:, columns] for term in terms])
            return replace(block, nodes=block.nodes[rows][:, columns], operands=operands)
        # The rest reads a matrix x: its rows are sorted by the first column, its columns by the first row.
        x = operands[block.form == PRODUCT]
        k, n = _sorted_by([self._key(x[:, 0])], len(x)), _sorted_by([self._key(x[0])], x.shape[1])
        if block.form == PRODUCT:
            weights, _, *terms = operands
            operands = (weights[:, k], x[k][:, n], *[term[:, n] for term in terms])
            return replace(block, nodes=block.nodes[:, n], operands=operands)
        nodes = block.nodes[k][:, n] if block.form == FAMILY else block.nodes[n]
        return replace(block, nodes=nodes, operands=(x[k][:, n],))

    def _key(self, nodes: Numbers) -> Numbers:
        """The numbers that these nodes are sorted by: their positions, or, as long as some have none, their ranks.

        Where some have neither, zeros, which leave the nodes in the order that they have.
        """
        for places in (self.position[nodes], self.rank[nodes]):
            if (places >= 0).all():
                return places
        return np.zeros(len(nodes), dtype=np.int64)

    def _rank(self, block: Block, operand: Numbers) -> None:
        """Give ranks to the nodes of an operand that have neither position nor rank, in the order of reading."""
        flat = operand.ravel()
        # One literal for all rows stands in the source text, and needs no place in P.
        if block.form == ELEMENTWISE and self.storage[int(flat[0])] == LITERAL and (flat == flat[0]).all():
            return
        unplaced = flat[(self.position[flat] < 0) & (self.rank[flat] < 0)]
        if not len(unplaced):
            return
        _, first = np.unique(unplaced, return_index=True)
        new = unplaced[np.sort(first)]  # each once, where it first occurs
        self.rank[new] = np.arange(self.ranked, self.ranked + len(new), dtype=np.int64)
        self.ranked += len(new)

    # ----- The order of everything -----

    def _place_shared(self, extra_parameters: int, as_recorded: bool) -> tuple[list[int], list[int], list[float], int]:
        """Give everything in P its place; returns the order of parameters and givens, the literals, the length of P."""
        ranked = np.flatnonzero(self.rank >= 0)
        by_kind: dict[str, list[int]] = {PARAMETER: [], GIVEN: [], LITERAL: []}
        for i in ranked[np.argsort(self.rank[ranked])].tolist():
            if i in self.graph.leaves:
                by_kind[self.graph.leaves[i].kind].append(i)
        numbers = {kind: [self.graph.leaves[i].position for i in nodes] for kind, nodes in by_kind.items()}
        # Parameters that occur in no block have a gradient too, of 0: they get places behind the others.
        used = set(numbers[PARAMETER])
        numbers[PARAMETER] += [p for p in range(extra_parameters) if p not in used]
        start = 0
        for kind, nodes in by_kind.items():
            places = numbers[kind] if kind == PARAMETER and as_recorded else range(len(nodes))
            self.position[nodes] = start + np.array(places[: len(nodes)], dtype=np.int64)
            start += len(numbers[kind])
        # What is computed once for the whole batch lies behind the leaves, block by block.
        for block in self.blocks:
            if not block.batched:
                self.position[block.nodes.ravel()] = np.arange(start, start + block.size, dtype=np.int64)
                start += block.size
        constants = [self.graph.leaves[i].value for i in by_kind[LITERAL]]
        if as_recorded:
            numbers[PARAMETER].sort()
        return numbers[PARAMETER], numbers[GIVEN], constants, start

    def _place_rows(self) -> tuple[Numbers, list[list[int]], list[int]]:
        """Give blocks that something reads together one array, and each of the others its own."""
        block_of = np.full(len(self.graph), -1, dtype=np.int64)
        for b, block in enumerate(self.blocks):
            if block.batched:
                block_of[block.nodes.ravel()] = b
        # Union-find: blocks with the same root lie in one array.
        root = list(range(len(self.blocks)))

        def find(b: int) -> int:
            while root[b] != b:
                root[b] = b = root[root[b]]
            return b

        for block in self.blocks:
            for operand in block.operands:
                first, *others = np.unique(block_of[operand.ravel()]).tolist()
                if first >= 0:  # else the operand lies in X or in P
                    for b in others:
                        root[find(b)] = find(first)
        # Arrays are numbered by their first block, and hold their blocks in order.
        segment = np.full(len(self.graph), -1, dtype=np.int64)
        number: dict[int, int] = {}
        segments: list[list[int]] = []
        sizes: list[int] = []
        for b, block in enumerate(self.blocks):
            if not block.batched:
                continue
            s = number.setdefault(find(b), len(segments))
            if s == len(segments):
                segments.append([])
                sizes.append(0)
            flat = block.nodes.ravel()
            segment[flat] = s
            self.position[flat] = np.arange(sizes[s], sizes[s] + block.size, dtype=np.int64)
            segments[s].append(b)
            sizes[s] += block.size
        return segment, segments, sizes


def _sorted_by(keys: Sequence[Numbers], size: int) -> Numbers:
    """The stable order by the first key, then the second, and so on."""
    order: Numbers = np.lexsort(keys[::-1]) if size > 1 else np.zeros(1, dtype=np.int64)
    return order
