"""Pass: order the rows, so that what an operation takes lies side by side in memory: a slice and not a gather.

Blocks follow the order of the rows they are computed from; parameters lie in the order in which matrix products want
them, weight matrices row by row. Sums may be added up in another order for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from autograd.program.passes.blocks import ACROSS, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE, Block, Numbers
from autograd.program.passes.graph import GIVEN, PARAMETER, Graph
from autograd.program.passes.groups import INPUTS, LITERAL, homes_of

_BLOCK = 1 << 32  # a position says block and row: this much lies between two blocks


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Blocks with their rows in order, and where every node lies.

    `position[i]` is a column of X for an input, a place in the vector P for what a batch shares, a row of the array
    number `segment[i]` for what differs between examples. P holds the parameters, then the givens, then the literals
    that stand in vectors, then what is computed of them; `parameters` and `givens` say in which order, by number.
    """

    blocks: list[Block]
    homes: list[str]
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


def order_rows(graph: Graph, blocks: Sequence[Block], extra_parameters: int = 0) -> Layout:
    """Lay out the nodes of all blocks; parameters below `extra_parameters` that no block uses come last."""
    return _Orderer(graph, blocks).run(extra_parameters)


class _Orderer:
    def __init__(self, graph: Graph, blocks: Sequence[Block]) -> None:
        self.graph, self.blocks = graph, list(blocks)
        self.homes = homes_of(graph)
        self.position = np.full(len(graph), -1, dtype=np.int64)
        self.rank = np.full(len(graph), -1, dtype=np.int64)  # the order in which blocks want what lies in P
        self.ranked = 0
        for i, leaf in graph.leaves.items():
            if self.homes[i] == INPUTS:
                self.position[i] = leaf.position

    def run(self, extra_parameters: int) -> Layout:
        late = self._late()
        for b in [*(b for b in range(len(self.blocks)) if b not in late), *sorted(late)]:
            block = self.blocks[b] = self._arranged(self.blocks[b])
            self.position[block.nodes.ravel()] = _BLOCK * (b + 1) + np.arange(block.size)
            for of in block.operands:
                self._want(block, of)
        parameters, givens, constants, shared = self._place_shared(extra_parameters)
        segment, segments, sizes = self._place_rows()
        return Layout(
            self.blocks, self.homes, self.position, segment, segments, sizes, parameters, givens, constants, shared
        )  # fmt: skip

    def _late(self) -> set[int]:
        """Blocks of leaves that the batch shares, as the sum of all squared weights: they take the order of others."""
        late: set[int] = set()
        home: dict[int, int] = {}
        for b, block in enumerate(self.blocks):
            home.update(dict.fromkeys(block.nodes.ravel().tolist(), b))
            if block.batched or block.form == PRODUCT:
                continue
            made_by = {home.get(a, -1) for of in block.operands for a in of.ravel().tolist()}
            if made_by <= late | {-1}:
                late.add(b)
        return late

    # ----- The order within a block -----

    def _arranged(self, block: Block) -> Block:
        of = block.operands
        if block.form in (ACROSS, ELEMENTWISE):
            wanted = self.rank[block.nodes]
            keys = [wanted] if (wanted >= 0).all() else [self._key(x) for x in of]
            order = _sorted_by(keys, block.size)
            return replace(block, nodes=block.nodes[order], operands=tuple([x[order] for x in of]))
        if block.form == PRODUCT:
            weights, x, *rest = of
            k, r = _sorted_by([self._key(x[:, 0])], len(x)), _sorted_by([self._key(x[0])], x.shape[1])
            nodes, rest = block.nodes[:, r], [term[:, r] for term in rest]
            return replace(block, nodes=nodes, operands=(weights[:, k], x[k][:, r], *rest))
        if block.form == ROWWISE:
            left, right, *rest = of
            k = _sorted_by([self._key(right[:, 0]), self._key(left[:, 0])], len(left))
            return replace(block, operands=(left[k], right[k], *rest))
        (x,) = of
        k, n = _sorted_by([self._key(x[:, 0])], len(x)), _sorted_by([self._key(x[0])], x.shape[1])
        if block.form == FAMILY:
            return replace(block, nodes=block.nodes[k][:, n], operands=(x[k][:, n],))
        return replace(block, nodes=block.nodes[n], operands=(x[k][:, n],))

    def _key(self, of: Numbers) -> Numbers:
        """What to sort by: positions where these are known, or the order that others want; else nothing."""
        for known in (self.position[of], self.rank[of]):
            if (known >= 0).all():
                return known
        return np.zeros(len(of), dtype=np.int64)

    def _want(self, block: Block, of: Numbers) -> None:
        """Line up what has no place in P yet, in the order in which this block reads it."""
        flat = of.ravel()
        if block.form == ELEMENTWISE and self._is_inline(flat):
            return
        open_ = flat[(self.position[flat] < 0) & (self.rank[flat] < 0)]
        if not len(open_):
            return
        _, first = np.unique(open_, return_index=True)
        new = open_[np.sort(first)]
        self.rank[new] = np.arange(self.ranked, self.ranked + len(new))
        self.ranked += len(new)

    def _is_inline(self, flat: Numbers) -> bool:
        return self.homes[int(flat[0])] == LITERAL and bool((flat == flat[0]).all())

    # ----- The order of everything -----

    def _place_shared(self, extra_parameters: int) -> tuple[list[int], list[int], list[float], int]:
        wanted = np.flatnonzero(self.rank >= 0)
        leaves = [i for i in wanted[np.argsort(self.rank[wanted])].tolist() if i in self.graph.leaves]
        by_kind: dict[str, list[int]] = {PARAMETER: [], GIVEN: [], LITERAL: []}
        for i in leaves:
            by_kind[self.graph.leaves[i].kind].append(i)
        numbers = {kind: [self.graph.leaves[i].position for i in nodes] for kind, nodes in by_kind.items()}
        used = set(numbers[PARAMETER])
        numbers[PARAMETER] += [p for p in range(extra_parameters) if p not in used]
        at = 0
        for kind in (PARAMETER, GIVEN, LITERAL):
            self.position[by_kind[kind]] = np.arange(at, at + len(by_kind[kind]))
            at += len(numbers[kind])
        for block in self.blocks:
            if not block.batched:
                self.position[block.nodes.ravel()] = np.arange(at, at + block.size)
                at += block.size
        constants = [self.graph.leaves[i].value for i in by_kind[LITERAL]]
        return numbers[PARAMETER], numbers[GIVEN], constants, at

    def _place_rows(self) -> tuple[Numbers, list[list[int]], list[int]]:
        """Give blocks that something reads together one array, and each of the others its own."""
        home = np.full(len(self.graph), -1, dtype=np.int64)
        root = list(range(len(self.blocks)))

        def find(b: int) -> int:
            while root[b] != b:
                root[b] = b = root[root[b]]
            return b

        for b, block in enumerate(self.blocks):
            if block.batched:
                home[block.nodes.ravel()] = b
        together = [of for block in self.blocks for of in block.operands]
        for of in together:
            first, *others = np.unique(home[of.ravel()]).tolist()
            if first >= 0:
                for b in others:
                    root[find(b)] = find(first)
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
            self.position[flat] = np.arange(sizes[s], sizes[s] + block.size)
            segments[s].append(b)
            sizes[s] += block.size
        return segment, segments, sizes


def _sorted_by(keys: Sequence[Numbers], size: int) -> Numbers:
    """The stable order by the first key, then the second, and so on."""
    order: Numbers = np.lexsort(keys[::-1]) if size > 1 else np.zeros(1, dtype=np.int64)
    return order
