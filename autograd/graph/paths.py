"""The paths of a frozen graph from a source to a target, seen at some stops on the way; never walked one by one.

The derivative of a target by a source is the sum, over all paths that join them, of the product of the local
derivatives on the way. There can be 2^60 paths in a graph of 200 nodes, so everything here goes over edges and links: a
link stands for all paths from one stop up to the next, with their number and the sum of their products.

Worked out for y = h · h · x with h = 3 · x, at x = 2. There are three paths from x to y, two of them through h:

    nodes    0: x = 2    1: 3    2: h = 6    3: h · h = 36    4: y = 72
    edges    0 → 2 of slope 3    2 → 3 of slope 6, twice    3 → 4 of slope 2    0 → 4 of slope 36

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(2.0)
    >>> h = x * 3.0
    >>> picture = snapshot(h * h * x)

With h as the only stop between, the paths from h to y are one link, of count 2 and value 2 · 6 + 2 · 6 = 24:

    >>> routes = Routes(picture, 0, 4, [2])
    >>> routes.links[4]
    (Link(source=2, target=4, value=24.0, count=2, slot=0), Link(source=0, target=4, value=36.0, count=1, slot=0))
    >>> [routes.product(path) for path in routes.paths()], routes.total
    ([72.0, 36.0], 108.0)

With every node a stop, each edge is a link, and `slot` tells the two uses of h apart:

    >>> routes = Routes(picture, 0, 4)
    >>> routes.links[3]
    (Link(source=2, target=3, value=6.0, count=1, slot=1), Link(source=2, target=3, value=6.0, count=1, slot=2))
    >>> routes.count, [routes.product(path) for path in routes.paths()]
    (3, [36.0, 36.0, 36.0])
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any, Protocol, TypeVar

from autograd.graph import count_between
from autograd.graph.adjoints import adjoints, chain, contribution, sweep, unchanged
from autograd.graph.snapshot import Edge, Snapshot


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


class HasSource(Protocol):
    """What `list_paths` needs to know of a link."""

    @property
    def source(self) -> int:
        """The stop at its lower end."""


AnyLink = TypeVar("AnyLink", bound=HasSource)


def list_paths(links: Mapping[int, Sequence[AnyLink]], source: int, target: int) -> list[list[AnyLink]]:
    """All paths from the target down to the source, each as its links, in the order of the operands."""
    paths: list[list[AnyLink]] = []
    # A path shares its beginning with others: (last link, the path to it) costs one step, a copy would cost them all.
    stack: list[tuple[int, tuple[Any, ...]]] = [(target, ())]
    while stack:
        stop, chained = stack.pop()
        if stop == source:
            # The pairs are nested from the last link to the first: unpack them, and turn them round.
            path: list[AnyLink] = []
            while chained:
                link, chained = chained
                path.append(link)
            paths.append(path[::-1])
        else:
            # What is pushed last is popped first, so the first operand goes on the stack last.
            stack.extend((link.source, (link, chained)) for link in reversed(links[stop]))
    return paths


class _Links(Mapping[int, tuple[Link, ...]]):
    """The links that end at each stop, found when they are asked for: of a graph of 100,000 stops, few are shown."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes
        self.found: dict[int, tuple[Link, ...]] = {}

    def __getitem__(self, stop: int) -> tuple[Link, ...]:
        links = self.found.get(stop)
        if links is None:
            links = self.found[stop] = self.routes._links(stop)
        return links

    def __iter__(self) -> Iterator[int]:
        return iter(self.routes.stops)

    def __len__(self) -> int:
        return len(self.routes.stops)


class Routes:
    """The paths from a source to a target, seen at some nodes on the way: the stops. None stops at every node.

    `links[v]` are the links that end at stop v, in the order of the operands of v.
    """

    def __init__(self, picture: Snapshot, source: int, target: int, stops: Collection[int] | None = None) -> None:
        self.picture = picture
        self.source = source
        self.target = target
        # 1 for every node on a path, both ends included.
        self.on_path = picture.graph.between(source, target)
        # A stop beside the paths is none: what remains is in topological order, the source first.
        self.stops = (
            [*compress(range(source, target + 1), self.on_path[source:])]
            if stops is None
            else [index for index in sorted({source, target, *stops}) if self.on_path[index]]
        )
        self._stop_set = None if stops is None else frozenset(self.stops)
        self.links: Mapping[int, tuple[Link, ...]] = _Links(self)

    def _links(self, stop: int) -> tuple[Link, ...]:
        if stop == self.source:
            return ()
        return self._edges(stop) if self._stop_set is None else self._sums(stop, self._stop_set)

    @cached_property
    def count(self) -> int:
        """How many paths there are, told apart by the stops they pass; exact, however many."""
        if self._stop_set is None:
            return self.every
        return count_between(
            reversed(self.stops), lambda stop: [link.source for link in self.links[stop]], self.source, self.target
        )

    @cached_property
    def every(self) -> int:
        """How many paths there are through every node."""
        # Here edges are the links: two edges between the same nodes make two paths.
        return self.picture.graph.count_paths(self.source, self.target)

    @cached_property
    def total(self) -> float:
        """The sum of the products over all paths: the derivative."""
        return adjoints(self.picture, self.target)[self.source]

    @cached_property
    def size(self) -> float:
        """The sum of |product| over all paths through every node: what rounding errors are measured against."""
        return adjoints(self.picture, self.target, size=True)[self.source]

    def paths(self) -> list[list[Link]]:
        """Every path as its links from the target down, in the order of the operands; ask for `count` before."""
        return list_paths(self.links, self.source, self.target) if self.stops else []

    def product(self, path: Sequence[Link]) -> float:
        """The product along a path; where that is nan, a step function below ends it."""
        result = 1.0
        for link in path:
            blocked = result != result and link.value == 0.0 and self._blocked(link)
            result = 0.0 if blocked else chain(result, link.value)
        return result

    def _blocked(self, link: Link) -> bool:
        """Whether all ways down a link lead through step functions: a sweep asks what a nan at its top leaves below."""
        order = [link.target] if self._stop_set is None else self._region(link.target, self._stop_set)[0]
        values = defaultdict(float, {link.target: float("nan")})
        sweep(self.picture, sorted(order, reverse=True), values, contribution)
        return values[link.source] == 0.0

    def edges_between(self, sources: Collection[int], targets: Collection[int], slot: int = 0) -> list[Edge]:
        """The edges on the paths from some stops up to others without a stop between, from the targets down."""
        if self._stop_set is None:
            # Every edge is a link of its own; a slot picks one of several between the same two nodes.
            edges = [edge for target in targets for edge in self.picture.incoming[target] if edge.source in sources]
            return [edge for edge in edges if not slot or edge.position + 1 == slot]
        # The region holds what leads up to the targets from any stop. Upward through it, keep what these sources reach.
        region = {index for target in targets for index in self._region(target, self._stop_set)[0]}
        reached = set(sources)
        upward: list[Edge] = []
        for index in sorted(region):
            edges = [edge for edge in self.picture.incoming[index] if edge.source in reached]
            if edges:
                reached.add(index)
                upward.extend(reversed(edges))
        return upward[::-1]

    def _edges(self, stop: int) -> tuple[Link, ...]:
        """Where every node is a stop, the links of a node are its edges."""
        edges = [edge for edge in self.picture.incoming[stop] if self.on_path[edge.source]]
        # Where an operand is used once, its position tells nothing, and is left out.
        uses = Counter(edge.source for edge in edges)
        return tuple(
            [Link(e.source, stop, e.local_grad, 1, e.position + 1 if uses[e.source] > 1 else 0) for e in edges]
        )

    def _sums(self, stop: int, chosen: Collection[int]) -> tuple[Link, ...]:
        """The links of a chosen stop: one sweep for their values and one for their counts, down to the next stops."""
        region, ends = self._region(stop, chosen)
        # Operands have lower numbers than results. The ends are not swept, so what arrives there stays there.
        order = sorted(region, reverse=True)
        values, counts = defaultdict(float, {stop: 1.0}), defaultdict(int, {stop: 1})
        sweep(self.picture, order, values, contribution)
        sweep(self.picture, order, counts, unchanged)
        return tuple([Link(end, stop, values[end], counts[end]) for end in ends])

    def _region(self, stop: int, chosen: Collection[int]) -> tuple[list[int], list[int]]:
        """The nodes below a stop, itself included, down to the next stops; and these, depth first by operand."""
        # Pushed in reverse, popped in order: the ends come as a reader of the operands meets them.
        region, ends = [], []
        seen: set[int] = set()
        stack = [stop]
        while stack:
            index = stack.pop()
            if index in seen:
                continue
            seen.add(index)
            if index in chosen and index != stop:
                ends.append(index)  # and no further: what lies below belongs to the links of that stop
                continue
            region.append(index)
            stack.extend(edge.source for edge in reversed(self.picture.incoming[index]) if self.on_path[edge.source])
        return region, ends
