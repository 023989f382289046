"""Paths from layer to layer: the chain rule with vectors, where a factor is a matrix of derivatives (a Jacobian)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest

from autograd.explanation.notation import counted
from autograd.graph import count_between
from autograd.graph.adjoints import chain
from autograd.graph.paths import Routes, list_paths
from autograd.graph.snapshot import Snapshot

Matrix = tuple[tuple[float, ...], ...]
MOST_PATHS = 100_000


@dataclass(frozen=True, slots=True)
class BlockLink:
    """What joins two blocks: `matrix[i][j]` is ∂(node i of the target)/∂(node j of the source), `count` its paths."""

    source: int
    target: int
    matrix: Matrix
    count: int


class BlockRoutes:
    """The paths from a source to a target, told apart by the blocks they pass; blocks are named by their first node.

    The product along a path of blocks is a product of matrices, and sums over all paths that pass these blocks.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(2.0)
    >>> h = [x * 3.0, x * 5.0]
    >>> routes = BlockRoutes(snapshot(h[0] * h[1]), 0, 5, [(2, 4)])
    >>> routes.count, [link.matrix for link in routes.paths()[0]]
    (1, [((10.0, 6.0),), ((3.0,), (5.0,))])
    >>> product = routes.product(routes.paths()[0])
    >>> product, routes.total
    (60.0, 60.0)
    """

    def __init__(self, picture: Snapshot, source: int, target: int, blocks: Sequence[tuple[int, ...]]) -> None:
        self.source = source
        self.target = target
        self.routes = Routes(picture, source, target, [index for block in blocks for index in block])
        every = sorted({(source,), (target,), *blocks}, key=min)
        self.blocks = [block for block in every if block[0] in self.routes.links]
        self.home = {index: block for block in self.blocks for index in block}
        self.links = {block[0]: self._links(block) for block in self.blocks}

    @cached_property
    def count(self) -> int:
        """How many sequences of blocks lead from the source to the target."""
        return count_between(
            reversed(self._order()), lambda block: [link.source for link in self.links[block]], self.source, self.target
        )

    @property
    def total(self) -> float:
        """The derivative."""
        return self.routes.total

    @property
    def size(self) -> float:
        """The sum of |product| over all paths through every node."""
        return self.routes.size

    def paths(self) -> list[list[BlockLink]]:
        """Every path as its links from the target down; ask for `count` before."""
        return list_paths(self.links, self.source, self.target) if self.blocks else []

    def product(self, path: Sequence[BlockLink]) -> float:
        """The product of the matrices along a path."""
        row: tuple[float, ...] = (1.0,)
        for link in path:
            row = tuple(
                [
                    sum([chain(x, line[j]) for x, line in zip(row, link.matrix, strict=True)])
                    for j in range(len(link.matrix[0]))
                ]
            )
        return row[0]

    def strongest(self, k: int) -> list[list[BlockLink]]:
        """The k paths with the largest |product|, the largest first.

        Raises ValueError beyond 100,000 paths: products of matrices have no order that would spare looking at all.
        """
        if self.count > MOST_PATHS:
            raise ValueError(
                f"{counted(self.count)} paths from layer to layer are too many to compare: "
                'use grain="neuron", where the strongest are found at any size'
            )
        return nlargest(k, self.paths(), key=lambda path: abs(self.product(path)))

    def _order(self) -> list[int]:
        """The blocks, those that others depend on first."""
        order: list[int] = []
        state: dict[int, int] = {}
        stack = [self.target] if self.blocks else []
        while stack:
            block = stack[-1]
            if state.setdefault(block, 0) == 0:
                state[block] = 1
                stack.extend(link.source for link in self.links[block] if link.source not in state)
            else:
                stack.pop()
                if state[block] == 1:
                    state[block] = 2
                    order.append(block)
        return order

    def _links(self, block: tuple[int, ...]) -> tuple[BlockLink, ...]:
        known: dict[tuple[int, ...], dict[tuple[int, int], float]] = {}
        counts: dict[tuple[int, ...], int] = {}
        for index in block:
            for link in self.routes.links[index]:
                below = self.home[link.source]
                known.setdefault(below, {})[index, link.source] = link.value
                counts[below] = counts.get(below, 0) + link.count
        return tuple([self._link(below, block, known[below], counts[below]) for below in known])

    def _link(
        self, below: tuple[int, ...], block: tuple[int, ...], known: dict[tuple[int, int], float], paths: int
    ) -> BlockLink:
        matrix = tuple([tuple([known.get((i, j), 0.0) for j in below]) for i in block])
        return BlockLink(below[0], block[0], matrix, paths)
