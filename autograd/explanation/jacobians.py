"""Paths from layer to layer: the chain rule with vectors, where a factor is a matrix of derivatives (a Jacobian).

For y = h0 · h1 with h0 = 3 · x and h1 = 5 · x at x = 2, and the block of h0 and h1 as the only stop between:

    ∂y/∂h = [h1 h0] = [10 6]    ∂h/∂x = [3 5]ᵀ    ∂y/∂x = 10 · 3 + 6 · 5 = 60

There is one path of blocks for the two paths of nodes:

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(2.0)
    >>> h = [x * 3.0, x * 5.0]
    >>> routes = BlockRoutes(snapshot(h[0] * h[1]), 0, 5, [(2, 4)])
    >>> (path,) = routes.paths()
    >>> [link.matrix for link in path], [link.count for link in path]
    ([((10.0, 6.0),), ((3.0,), (5.0,))], [2, 2])
    >>> routes.product(path), routes.count, routes.routes.count
    (60.0, 1, 2)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from heapq import nlargest

from autograd.explanation.notation import format_count
from autograd.graph import count_between
from autograd.graph.adjoints import chain
from autograd.graph.paths import Link, Routes, list_paths
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
    """The paths from a source to a target, told apart by the blocks they pass; a block goes by its first node.

    The product along a path of blocks is a product of matrices, and sums over all paths that pass these blocks.
    """

    def __init__(self, picture: Snapshot, source: int, target: int, blocks: Sequence[tuple[int, ...]]) -> None:
        self.source = source
        self.target = target
        self.routes = Routes(picture, source, target, [index for block in blocks for index in block])
        every = sorted({(source,), (target,), *blocks}, key=min)
        self.blocks = [block for block in every if self.routes.on_path[block[0]]]
        self._block_of = {index: block for block in self.blocks for index in block}
        self.links = {block[0]: self._links(block) for block in self.blocks}

    @cached_property
    def count(self) -> int:
        """How many sequences of blocks lead from the source to the target."""
        below = {block: [link.source for link in links] for block, links in self.links.items()}
        operands_first = [*TopologicalSorter(below).static_order()]
        return count_between(reversed(operands_first), below.__getitem__, self.source, self.target)

    @property
    def total(self) -> float:
        """The derivative."""
        return self.routes.total

    def paths(self) -> list[list[BlockLink]]:
        """Every path as its links from the target down; ask for `count` before."""
        return list_paths(self.links, self.source, self.target) if self.blocks else []

    def product(self, path: Sequence[BlockLink]) -> float:
        """The product of the matrices along a path."""
        # The target is one node, so the product of the matrices up to any point is a row, and at the source a number.
        row: tuple[float, ...] = (1.0,)
        for link in path:
            columns = zip(*link.matrix, strict=True)
            row = tuple([sum([chain(x, y) for x, y in zip(row, column, strict=True)]) for column in columns])
        return row[0]

    def strongest(self, k: int) -> list[list[BlockLink]]:
        """The k paths with the largest |product|, the largest first.

        Raises ValueError beyond 100,000 paths: products of matrices have no order that would spare looking at all.
        """
        if self.count > MOST_PATHS:
            raise ValueError(
                f"{format_count(self.count)} paths from layer to layer are too many to compare: "
                'use grain="neuron", where the strongest are found at any size'
            )
        return nlargest(k, self.paths(), key=lambda path: abs(self.product(path)))

    def _links(self, block: tuple[int, ...]) -> tuple[BlockLink, ...]:
        """The links that end at a block: the links between its nodes and those of one block below make a matrix."""
        by_block: dict[tuple[int, ...], list[Link]] = {}
        for index in block:
            for link in self.routes.links[index]:
                by_block.setdefault(self._block_of[link.source], []).append(link)
        return tuple([self._link(below, block, links) for below, links in by_block.items()])

    def _link(self, below: tuple[int, ...], block: tuple[int, ...], links: list[Link]) -> BlockLink:
        values = {(link.target, link.source): link.value for link in links}
        # Two nodes that no path joins have the derivative 0.
        matrix = tuple([tuple([values.get((i, j), 0.0) for j in below]) for i in block])
        return BlockLink(below[0], block[0], matrix, sum(link.count for link in links))
