"""The k paths that contribute most, found without listing the others.

Each node keeps its best ways down to the source in order, and looks for the next one only when asked; the next best way
of a node is the next best of one of its operands. This is the recursive enumeration algorithm of Jiménez and Marzal
(1999), with products in place of sums and a stack in place of the recursion.

For y = h · 5 + x with h = 2 · x + 3 · x, the ways down to x, by |product|:

    node         its ways, strongest first       each is an edge and a way of the operand below it
    x            1
    2 · x        2                               the edge of slope 2, the way 1 of x
    3 · x        3
    h            3, 2                            the second is looked for when y asks for it
    h · 5        15, 10
    y            15, 10, 1                       three paths; with k = 2, the third is never completed

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(1.0)
    >>> picture = snapshot((x * 2.0 + x * 3.0) * 5.0 + x)
    >>> routes = Routes(picture, 0, picture.root)
    >>> [routes.product(path) for path in strongest(routes, 2)]
    [15.0, 10.0]
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from autograd.graph.paths import Link, Routes


def strongest(routes: Routes, k: int) -> list[list[Link]]:
    """The k paths with the largest |product|, the largest first, each as its links from the target down.

    Of paths that are equally strong, those of earlier operands come first. A product of nan counts as infinite.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> y = Value(1.0)
    >>> for _ in range(60):
    ...     y = y * 0.5 + y * 2.0
    >>> picture = snapshot(y)
    >>> routes = Routes(picture, 0, picture.root)
    >>> routes.count == 2**60
    True
    >>> [link.value for link in strongest(routes, 1)[0]][:4]
    [1.0, 2.0, 1.0, 2.0]
    """
    search = _Search(routes)
    return [search.path(rank) for rank in range(k) if search.reach(routes.target, rank)]


class _Search:
    """The ways of all stops, as far as they have been asked for."""

    def __init__(self, routes: Routes) -> None:
        self.links = dict(routes.links)  # all of them are looked at
        self.target = routes.target
        # ways[v]: the best ways from v down, strongest first, each as its strength, its link, and which of the ways of
        # the node at the link's lower end goes on from there. waiting[v]: a heap of candidates for the next one.
        self.ways: dict[int, list[tuple[float, int, int]]] = {routes.source: [(1.0, -1, -1)]}
        self.waiting: dict[int, list[tuple[float, int, int]]] = {routes.source: []}
        # follow[v]: the way taken last, while the candidate that follows it is not in the heap yet.
        self.follow: dict[int, tuple[int, int]] = {}
        # Operands first: the best way of a stop is an edge and the best way of an operand, which is there by then.
        for stop in routes.stops:
            if stop != routes.source:
                heap = [self._candidate(stop, number, 0) for number in range(len(self.links[stop]))]
                heapify(heap)
                self.waiting[stop] = heap
                self.ways[stop] = []
                self._take(stop)

    def reach(self, stop: int, rank: int) -> bool:
        """Find ways of a stop until there is one of this rank; False if there are fewer."""
        while len(self.ways.get(stop, ())) <= rank:
            if not self._one_more(stop):
                return False
        return True

    def path(self, rank: int) -> list[Link]:
        """The links of a way of the target."""
        stop = self.target
        links: list[Link] = []
        while True:
            _, number, rank = self.ways[stop][rank]
            if number < 0:
                return links
            links.append(self.links[stop][number])
            stop = links[-1].source

    def _one_more(self, start: int) -> bool:
        """Take one more way of a stop; False if it has no more."""
        if start not in self.ways:
            return False
        before = len(self.ways[start])
        stack = [start]
        while stack:
            stop = stack[-1]
            if stop in self.follow:
                # The way taken last leaves through this edge: what follows it there is the next way of the operand.
                number, rank = self.follow[stop]
                below = self.links[stop][number].source
                if len(self.ways[below]) > rank + 1:
                    heappush(self.waiting[stop], self._candidate(stop, number, rank + 1))
                # The operand may have more, but has not been asked: it comes first, and this stop once more after it.
                elif below in self.follow or self.waiting[below]:
                    stack.append(below)
                    continue
                del self.follow[stop]
            # All candidates are in the heap now, so the smallest is the next best way.
            self._take(stop)
            stack.pop()
        return len(self.ways[start]) > before

    def _take(self, stop: int) -> None:
        """Move the strongest candidate of a stop to its ways."""
        if self.waiting[stop]:
            weakness, number, rank = heappop(self.waiting[stop])
            self.ways[stop].append((-weakness, number, rank))
            self.follow[stop] = (number, rank)

    def _candidate(self, stop: int, number: int, rank: int) -> tuple[float, int, int]:
        """A way for the heap, which gives back the smallest first: so the strength is negative."""
        link = self.links[stop][number]
        slope, strength = abs(link.value), self.ways[link.source][rank][0]
        if slope == 0.0 or strength == 0.0:
            return 0.0, number, rank
        # A nan has no order: as the strongest, it is seen.
        both = slope * strength
        return (-both if both == both else float("-inf")), number, rank
