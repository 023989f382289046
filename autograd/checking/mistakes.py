"""What a gradient would be after one slip of the pen, for every slip that the recorded graph makes room for.

A mistake in the chain rule is a wrong local derivative somewhere: where ∂of/∂by = d was meant, r was written. The paths
through that place carry rest · d of the gradient g, rest being what they are multiplied by above and below it. So the
wrong gradient is g + rest · (r − d), with r = 1 if the factor was forgotten, d² if it is there twice, 1/d if it was
turned round, −d for a wrong sign, 0 for paths left out and 2d for paths counted twice; a factor's own number in place
of the other one's, z in place of σ(z), and 1 + h² in place of 1 − h². That needs one sweep up and one down, however
many paths there are.

The places: edges; links from stop to stop, as `explain` shows them; pieces of a chain of edges; nodes, for all paths
through them; single paths, from stop to stop or through every node, and sums of some of them, where they are few; and
all edges of one kind of operation.

Two mistakes can be one and the same in other words: where there are two paths, to leave out the one is to sum the other
alone. They agree at whatever numbers the local derivatives have, and so they are told from mistakes that agree by
chance: everything is worked out three times, at the recorded local derivatives and at two sets of random ones.

In y = (x · 3) · x at x = 2, the paths carry 6 each; with the factor 3 forgotten the first one carries 2:

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> x = Value(2.0)
    >>> graph = Graph(snapshot(x * 3.0 * x))
    >>> slips = graph.slips(0)
    >>> slips.values[Mistake("forgotten", ("edge", 0))], slips.values[Mistake("left out", ("edge", 0))]
    (8.0, 6.0)
    >>> slips.same(Mistake("left out", ("edge", 0)), Mistake("only", ("edge", 3)))
    True
    >>> slips.same(Mistake("left out", ("edge", 0)), Mistake("left out", ("edge", 3)))
    False
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from autograd.checking.places import Structure, as_factor, other_numbers, replacements, structure_of
from autograd.graph.adjoints import adjoints, chain, sweep, tangents
from autograd.graph.paths import Link, Routes
from autograd.graph.snapshot import Snapshot

MOST_PATHS = 64  # single paths are looked at up to so many
MOST_SUMMED = 8  # sums of some of the paths, up to so many paths
KINDS_EVERYWHERE = ("forgotten", "number", "argument", "confused", "plus")


Place = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A slip of one kind at one place, ("edge", 3) or ("link", 2, 7); equal in the graphs of two gradients."""

    kind: str
    place: Place

    @property
    def simple(self) -> bool:
        """Whether it is about one place; sums of some paths are many, and fit something by chance sooner."""
        return bool(self.place[0] != "paths")


SIGN = Mistake("sign", ("all",))
TWICE = Mistake("twice", ("all",))


class Slips:
    """Every mistake in the gradient by one node, and the number that would come of it."""

    def __init__(self, total: float, size: float, edges: int, variants: Sequence[dict[Mistake, float]]) -> None:
        self.total = total
        self.size = size
        self.edges = edges  # how many lie on the paths
        self.values = variants[0]
        self._others = variants[1:]

    def same(self, a: Mistake, b: Mistake) -> bool:
        """Whether two mistakes come to the same at any numbers."""
        return all(math.isclose(v[a], v[b], rel_tol=1e-7, abs_tol=1e-12) for v in (self.values, *self._others))

    def changes(self, mistake: Mistake) -> bool:
        """Whether a mistake is one: that of a factor of 1 is not seen."""
        return not math.isclose(self.values[mistake], self.total, rel_tol=1e-12, abs_tol=1e-14 * self.size)


class Graph:
    """A frozen graph, and the same with two sets of random local derivatives."""

    def __init__(self, picture: Snapshot) -> None:
        self.picture = picture
        self._structures: dict[int, Structure] = {}
        random = Random(20)
        self.variants = [Variant(picture), *(Variant(other_numbers(picture, random)) for _ in range(2))]

    def derivative(self, source: int) -> float:
        """∂root/∂source."""
        return self.variants[0].above[source]

    @cached_property
    def sizes(self) -> list[float]:
        """For each node the sum of |product| over its paths: what rounding errors are measured against."""
        return adjoints(self.picture, size=True)

    def slope(self, of: int, by: int) -> float:
        """∂of/∂by."""
        return adjoints(self.picture, of)[by]

    def routes(self, source: int) -> Routes:
        """The paths from a node to the root, seen at its stops."""
        return Routes(self.picture, source, self.picture.root, self._structure(source).stops)

    def names(self, source: int) -> dict[int, str]:
        """The names of the nodes that have one, by a label or by the neuron that ends there."""
        return self._structure(source).names

    @cached_property
    def _elsewhere(self) -> Variant:
        return Variant(other_numbers(self.picture, Random(21), units=True))

    def elsewhere(self, source: int) -> tuple[dict[Mistake, float], list[float]]:
        """All mistakes in the gradient by one node, and the right gradients, where no factor is 1 or −1 by chance."""
        return self._elsewhere.mistakes(source, self._structure(source)), self._elsewhere.above

    def edges(self, source: int) -> tuple[int, ...]:
        """The edges on the paths from a node to the root; none where they are too many to ask."""
        return self._structure(source).edges

    def _structure(self, source: int) -> Structure:
        if source not in self._structures:
            self._structures[source] = structure_of(self.picture, source)
        return self._structures[source]

    def slips(self, source: int) -> Slips:
        """All mistakes in the gradient by one node."""
        structure = self._structure(source)
        values = [variant.mistakes(source, structure) for variant in self.variants]
        finite = [m for m in values[0] if all(math.isfinite(v.get(m, math.nan)) for v in values)]
        totals = self.derivative(source), self.sizes[source], len(structure.edges)
        slips = Slips(*totals, [{m: v[m] for m in finite} for v in values])
        slips.values = {m: x for m, x in slips.values.items() if slips.changes(m)}
        return slips


class Term(NamedTuple):
    """What a mistake makes of the gradient g by any node: kept · g + coefficient · ∂by/∂node."""

    mistake: Mistake
    kept: float
    coefficient: float
    by: int


class Variant:
    """A graph at one set of local derivatives, with ∂root/∂node for each node."""

    def __init__(self, picture: Snapshot) -> None:
        self.picture = picture
        self.above = adjoints(picture)
        self._terms: dict[Place, list[Term]] = {}
        self._everywhere: dict[tuple[str, str], list[float]] = {}

    def mistakes(self, source: int, structure: Structure) -> dict[Mistake, float]:
        """The number after each mistake."""
        picture, above, below = self.picture, self.above, tangents(self.picture, source)
        total = above[source]
        result = {SIGN: -total, TWICE: 2.0 * total}
        places: list[Place] = [("edge", index) for index in structure.edges]
        places += [("node", index) for index in {picture.edges[i].target for i in structure.edges} - {picture.root}]
        places += [("piece", *piece) for piece in structure.pieces]
        terms = [term for place in places for term in self.terms(place)]
        routes = Routes(picture, source, picture.root, structure.stops)
        for link in (link for links in routes.links.values() for link in links):
            place = ("link", link.source, link.target, link.slot)
            terms += _factor(place, link.source, above[link.target], link.value, as_factor(link.value))
            terms += _flow(place, link.source, above[link.target] * link.value)
        for stop in structure.stops:
            if stop not in (source, picture.root):
                terms += _factor(("above", stop), stop, 1.0, above[stop], {"forgotten": 1.0})
                result[Mistake("forgotten", ("below", stop))] = total + above[stop] * (1.0 - below[stop])
        for mistake, kept, coefficient, by in terms:
            result[mistake] = kept * total + coefficient * below[by]
        single = [("path", routes)] if 1 < routes.count <= MOST_PATHS else []
        if structure.edges and routes.count < routes.every <= MOST_PATHS:
            single.append(("trail", Routes(picture, source, picture.root)))
        for kind, found in single:
            products = [(_path_key(path), found.product(path)) for path in found.paths()]
            for key, product in products:
                for mistake, kept, coefficient, _ in _flow((kind, key), 0, product):
                    result[mistake] = kept * total + coefficient
            for n in range(2, len(products) - 1) if len(products) <= MOST_SUMMED and kind == "path" else ():
                for chosen in combinations(products, n):
                    some = ("paths", *(key for key, _ in chosen))
                    result[Mistake("only", some)] = math.fsum(product for _, product in chosen)
        for op in structure.kinds:
            for kind in KINDS_EVERYWHERE:
                result[Mistake(kind, ("op", op))] = self.all_of(op, kind)[source]
        return result

    def terms(self, place: Place) -> list[Term]:
        """The mistakes at an edge, a node or a piece: worked out once for all gradients."""
        if place not in self._terms:
            edges, above = self.picture.edges, self.above
            if place[0] == "node":
                self._terms[place] = _flow(place, place[1], above[place[1]])
            elif place[0] == "edge":
                edge = edges[place[1]]
                kinds = dict(replacements(self.picture, edge))
                self._terms[place] = _factor(place, edge.source, above[edge.target], edge.local_grad, kinds)
                self._terms[place] += _flow(place, edge.source, above[edge.target] * edge.local_grad)
            else:
                d = math.prod(edges[i].local_grad for i in place[1:])
                by, of = edges[place[1]].source, edges[place[-1]].target
                self._terms[place] = _factor(place, by, above[of], d, as_factor(d))
        return self._terms[place]

    def everywhere(self, mistake: Mistake) -> list[float] | None:
        """The gradient by every node after a mistake at an edge, a node, a piece or an operation; None for others."""
        if mistake.place[0] == "op":
            return self.all_of(mistake.place[1], mistake.kind)
        if mistake.place == ("all",):
            return [(-1.0 if mistake.kind == "sign" else 2.0) * total for total in self.above]
        if mistake.place[0] not in ("edge", "node", "piece"):
            return None
        term = next(term for term in self.terms(mistake.place) if term.mistake == mistake)
        slopes = adjoints(self.picture, term.by)
        return [term.kept * g + term.coefficient * d for g, d in zip(self.above, slopes, strict=True)]

    def all_of(self, op: str, kind: str) -> list[float]:
        """The gradients after the same mistake at every operation of a kind; nan where it makes none."""
        picture, nodes = self.picture, self.picture.nodes
        if (op, kind) not in self._everywhere:
            edges = [edge for edge in picture.edges if nodes[edge.target].op == op]
            found = {edge.index: dict(replacements(picture, edge)) for edge in edges}
            written = {index: kinds[kind] for index, kinds in found.items() if kind in kinds}
            totals = [math.nan] * len(nodes)
            if written:
                totals = [0.0] * len(nodes)
                totals[picture.root] = 1.0
                order = range(picture.root, -1, -1)
                sweep(picture, order, totals, lambda g, edge: chain(g, written.get(edge.index, edge.local_grad)))
            self._everywhere[op, kind] = totals
        return self._everywhere[op, kind]


def _factor(place: Place, by: int, above: float, d: float, kinds: dict[str, float]) -> list[Term]:
    """Other factors written in place of d, above which stands a product."""
    return [Term(Mistake(kind, place), 1.0, above * (r - d), by) for kind, r in kinds.items()]


def _flow(place: Place, by: int, flow: float) -> list[Term]:
    """Paths that count otherwise, of which flow · ∂by/∂node comes."""
    kinds = {"left out": -flow, "twice": flow, "sign": -2.0 * flow}
    return [
        *(Term(Mistake(kind, place), 1.0, more, by) for kind, more in kinds.items()),
        Term(Mistake("only", place), 0.0, flow, by),
    ]


def _path_key(path: Sequence[Link]) -> tuple[tuple[int, int], ...]:
    """A path by its links from the root down: the lower end of each, and which of several edges it is."""
    return tuple([(link.source, link.slot) for link in path])
