"""Sums over all paths of a frozen graph, without ever walking the paths one by one.

The derivative of a target by a source is the sum, over all paths that join them, of the product of the local
derivatives on the way. There can be 2^60 paths in a graph of 200 nodes, so everything here goes over the edges instead:
the count, the sum, the flow through every edge, and the products between nodes that somebody wants to stop at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

from autograd.graph.snapshot import Edge, Snapshot


def passed_on(arrived: float, slope: float) -> float:
    """Slope times what arrived, by the engine's rule: a factor of exactly 0 ends a path, even before inf.

    >>> passed_on(0.0, float("inf")), passed_on(float("inf"), 0.0)
    (0.0, 0.0)
    """
    if arrived == 0.0 or (slope == 0.0 and arrived == arrived):
        return 0.0
    return arrived * slope


def product(factors: Iterable[float]) -> float:
    """The product along one path, from the output on, by the same rule.

    >>> product([2.0, -3.0]), product([float("inf"), 0.0])
    (-6.0, 0.0)
    """
    result = 1.0
    for factor in factors:
        result = passed_on(result, factor)
    return result


def between(picture: Snapshot, source: int, target: int) -> bytearray:
    """1 for every node on a path from the source to the target, both included; 0 for all others."""
    above = bytearray(len(picture.nodes))
    above[source] = 1
    for index in range(source + 1, target + 1):
        for edge in picture.incoming[index]:
            if above[edge.source]:
                above[index] = 1
                break
    on_path = bytearray(len(picture.nodes))
    on_path[target] = above[target]
    for index in range(target, source, -1):
        if on_path[index]:
            for edge in picture.incoming[index]:
                if above[edge.source]:
                    on_path[edge.source] = 1
    return on_path


def adjoints(picture: Snapshot, target: int | None = None, *, size: bool = False) -> list[float]:
    """∂target/∂node for every node, by one sweep back from the target; by default from the root.

    With `size`, every local derivative counts by its absolute value: the sum over paths of |product|, a measure of how
    much cancels in the derivative.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> adjoints(snapshot(a * a - a)), adjoints(snapshot(a * a - a), size=True)
    ([5.0, 1.0, 1.0], [7.0, 1.0, 1.0])
    """
    start = picture.root if target is None else target
    found = [0.0] * len(picture.nodes)
    found[start] = 1.0
    for index in range(start, -1, -1):
        arrived = found[index]
        if arrived != 0.0:
            for edge in picture.incoming[index]:
                found[edge.source] += passed_on(arrived, abs(edge.local_grad) if size else edge.local_grad)
    return found


def tangents(picture: Snapshot, source: int) -> list[float]:
    """∂node/∂source for every node, by one sweep forward from the source.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> tangents(snapshot(a * a - a), 0)
    [1.0, 6.0, 5.0]
    """
    found = [0.0] * len(picture.nodes)
    found[source] = 1.0
    for index in range(source + 1, len(picture.nodes)):
        for edge in picture.incoming[index]:
            found[index] += passed_on(found[edge.source], edge.local_grad)
    return found


def flows(picture: Snapshot, source: int) -> list[float]:
    """What every edge carries of the derivative of the root by the source: the sum over the paths through that edge.

    Flow is conserved like water: what enters a node leaves it, and every cut between source and root carries the
    whole derivative.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> flows(snapshot(a * a - a), 0)
    [3.0, 3.0, 6.0, -1.0]
    """
    forward, back = tangents(picture, source), adjoints(picture)
    return [passed_on(passed_on(back[edge.target], edge.local_grad), forward[edge.source]) for edge in picture.edges]


def count(order: Iterable[int], operands: Callable[[int], Sequence[int]], source: int, target: int) -> int:
    """How many paths lead from the source to the target; `order` holds what lies between, operands first.

    A number with 50,000 bits takes its room, so a count is dropped after its last use.
    """
    steps = [(index, operands(index)) for index in order if index != source]
    left: dict[int, int] = {}
    for _, used in steps:
        for operand in used:
            left[operand] = left.get(operand, 0) + 1
    counts = {source: 1}
    for index, used in steps:
        counts[index] = sum([counts.get(operand, 0) for operand in used])
        for operand in used:
            left[operand] -= 1
            if not left[operand] and operand != target:
                counts.pop(operand, None)
    return counts.get(target, 0)


@dataclass(frozen=True, slots=True)
class Link:
    """All paths from one stop up to the next without a stop between: how many, and the sum of their products.

    `slot` is the number of the operand, from 1, where the link is one of several edges that join the same two nodes.
    """

    source: int
    target: int
    value: float
    count: int
    slot: int = 0


class Joins(Protocol):
    """What a walk needs to know of a link."""

    @property
    def source(self) -> int:
        """Where the link comes from."""


L = TypeVar("L", bound=Joins)


def walked(links: Mapping[int, Sequence[L]], source: int, target: int) -> list[list[L]]:
    """All paths from the target down to the source, each as its links."""
    paths: list[list[L]] = []
    # A path shares its beginning with others: (last link, the way there) costs one step where a copy costs them all.
    stack: list[tuple[int, tuple[Any, ...]]] = [(target, ())]
    while stack:
        end, way = stack.pop()
        if end == source:
            path: list[L] = []
            while way:
                link, way = way
                path.append(link)
            paths.append(path[::-1])
        else:
            stack.extend((link.source, (link, way)) for link in reversed(links[end]))
    return paths


class Routes:
    """The paths from a source to a target, seen at some nodes on the way: the stops. None stops at every node.

    `links[v]` are the links that end at stop v, in the order of the operands of v.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> routes = Routes(snapshot((a * a) * 2.0), 0, 3, [])
    >>> routes.count, routes.links[3]
    (1, (Link(source=0, target=3, value=12.0, count=2, slot=0),))
    >>> Routes(snapshot((a * a) * 2.0), 0, 3).count
    2
    """

    def __init__(self, picture: Snapshot, source: int, target: int, stops: Collection[int] | None = None) -> None:
        self.picture = picture
        self.source = source
        self.target = target
        self.on_path = between(picture, source, target)
        candidates = range(source, target + 1) if stops is None else sorted({source, target, *stops})
        self.stops = [index for index in candidates if self.on_path[index]]
        self.links: dict[int, tuple[Link, ...]] = {}
        self.known = None if stops is None else set(self.stops)
        for stop in self.stops:
            if stop == source:
                self.links[stop] = ()
            else:
                self.links[stop] = self._edges(stop) if self.known is None else self._totals(stop, self.known)

    @cached_property
    def count(self) -> int:
        """How many paths there are, told apart by the stops they pass; exact, however many."""
        return count(self.stops, lambda v: [link.source for link in self.links[v]], self.source, self.target)

    @cached_property
    def total(self) -> float:
        """The sum of the products over all paths: the derivative."""
        return adjoints(self.picture, self.target)[self.source]

    @cached_property
    def size(self) -> float:
        """The sum of |product| over all paths through every node: what rounding errors are measured against."""
        return adjoints(self.picture, self.target, size=True)[self.source]

    def all(self) -> list[list[Link]]:
        """Every path as its links from the target down, in the order of the operands; ask for `count` before."""
        return walked(self.links, self.source, self.target) if self.stops else []

    def product(self, path: Sequence[Link]) -> float:
        """The product along a path."""
        return product(link.value for link in path)

    def inside(self, sources: Collection[int], targets: Collection[int], slot: int = 0) -> list[Edge]:
        """The edges on the paths from some stops up to others without a stop between, from the targets down."""
        if self.known is None:
            edges = [edge for target in targets for edge in self.picture.incoming[target] if edge.source in sources]
            return [edge for edge in edges if not slot or edge.position + 1 == slot]
        region = {index for target in targets for index in self._region(target, self.known)[0]}
        reached = set(sources)
        found: list[Edge] = []
        for index in sorted(region):
            useful = [edge for edge in self.picture.incoming[index] if edge.source in reached]
            if useful:
                reached.add(index)
                found.extend(reversed(useful))
        return found[::-1]

    def _edges(self, stop: int) -> tuple[Link, ...]:
        edges = [edge for edge in self.picture.incoming[stop] if self.on_path[edge.source]]
        uses: dict[int, int] = {}
        for edge in edges:
            uses[edge.source] = uses.get(edge.source, 0) + 1
        return tuple(
            [Link(e.source, stop, e.local_grad, 1, e.position + 1 if uses[e.source] > 1 else 0) for e in edges]
        )

    def _totals(self, stop: int, known: set[int]) -> tuple[Link, ...]:
        region, ends = self._region(stop, known)
        value, number = dict.fromkeys([*region, *ends], 0.0), dict.fromkeys([*region, *ends], 0)
        value[stop], number[stop] = 1.0, 1
        for index in sorted(region, reverse=True):
            for edge in self.picture.incoming[index]:
                if self.on_path[edge.source]:
                    value[edge.source] += passed_on(value[index], edge.local_grad)
                    number[edge.source] += number[index]
        return tuple([Link(end, stop, value[end], number[end]) for end in ends])

    def _region(self, stop: int, known: set[int]) -> tuple[list[int], list[int]]:
        """The nodes below a stop, itself included, down to the next stops; and those, in the order of a walk down."""
        region, ends = [], []
        seen: set[int] = set()
        stack = [stop]
        while stack:
            index = stack.pop()
            if index in seen:
                continue
            seen.add(index)
            if index in known and index != stop:
                ends.append(index)
                continue
            region.append(index)
            stack.extend(edge.source for edge in reversed(self.picture.incoming[index]) if self.on_path[edge.source])
        return region, ends
