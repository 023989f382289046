"""The numbers of an explanation: a derivative as a sum over paths, and every path as a product of factors.

For y = h · x with h = x · x, at x = 3, with h as the stop between:

    >>> from autograd import Value, explain
    >>> x = Value(3.0, label="x")
    >>> h = x * x
    >>> h.label = "h"
    >>> why = explain(h * x, x)
    >>> why.paths
    (<Path v2 ← h ← x: 18.0>, <Path v2 ← x: 9.0>)
    >>> why.factors
    (<Factor ∂v2/∂h: 3.0>, <Factor ∂h/∂x: 6.0>, <Factor ∂v2/∂x: 9.0>)

Two paths lead from h down to x, one by each operand of x · x; their sum is the factor 6, and `open()` shows them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograd.explanation.jacobians import BlockLink, BlockRoutes, Matrix
from autograd.explanation.notation import SYMBOLS, Style
from autograd.explanation.operations import rule
from autograd.explanation.stops import EveryStop, Stop, choose, stops
from autograd.graph.paths import Link, Routes
from autograd.graph.snapshot import Edge, Node, Snapshot
from autograd.graph.strongest import strongest
from autograd.support.settings import check_flag
from autograd.support.text import got, short


@dataclass(frozen=True, slots=True)
class Settings:
    """How much an explanation shows, and how it is written."""

    k: int = 10
    precision: int = 4
    symbol: str = "∂"
    subscripts: bool = False
    width: int = 100

    def __post_init__(self) -> None:
        for name, least, most in (("k", 1, sys.maxsize), ("precision", 1, 17), ("width", 20, sys.maxsize)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} is a whole number, got {got(value)}")
            if not least <= value <= most:
                limits = f"{least} to {most}" if most < sys.maxsize or value > most else f"at least {least}"
                raise ValueError(f"{name} is {limits}, got {short(value)}")
        if not isinstance(self.symbol, str) or self.symbol not in SYMBOLS:
            problem = ValueError if isinstance(self.symbol, str) else TypeError
            raise problem(f'symbol is "∂" or "d", got {short(self.symbol)}')
        check_flag("explain", "subscripts", self.subscripts)

    def style(self, kind: type[Style]) -> Style:
        """A way to write, with these settings."""
        return kind(self.precision, self.symbol, self.subscripts)


@dataclass(frozen=True)
class Factor:
    """∂of/∂by, the sum over the `count` paths that lead from one stop to the next without a stop between.

    `matrix` holds its numbers: one number between two nodes, ∂(node i of `of`)/∂(node j of `by`) between two layers.
    `slot` is the number of the operand, from 1, where `of` uses `by` several times and each use is a path of its own.
    """

    of: Stop
    by: Stop
    slot: int
    matrix: Matrix
    count: int
    routes: Routes
    opener: Callable[[int, int], PathSum]

    @property
    def shape(self) -> tuple[int, int]:
        """How many numbers: rows, one for each node of `of`, and columns, one for each node of `by`."""
        return len(self.matrix), len(self.matrix[0])

    @property
    def value(self) -> float:
        """The number.

        Raises ValueError for a matrix of several.
        """
        if self.shape != (1, 1):
            raise ValueError(f"∂{self.of}/∂{self.by} is a matrix of {self.shape[0]} by {self.shape[1]}: use .matrix")
        return self.matrix[0][0]

    @cached_property
    def _edges(self) -> list[Edge]:
        sources, targets = ({node.index for node in stop.nodes} for stop in (self.by, self.of))
        return self.routes.edges_between(sources, targets, self.slot)

    @property
    def steps(self) -> tuple[tuple[float, str], ...]:
        """The local derivatives whose product the factor is, each with its rule; () if several paths are summed."""
        if self.count != 1 or self.shape != (1, 1):
            return ()
        return tuple([(edge.local_grad, rule(self.routes.picture, edge)) for edge in self._edges])

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Every rule that takes part, once, from the output down."""
        return tuple(dict.fromkeys([rule(self.routes.picture, edge) for edge in self._edges]))

    def open(self) -> PathSum:
        """The same derivative as a sum over all paths, through every node: an `Explanation` of its own.

        Raises ValueError for a factor between two layers: it is a matrix of derivatives, not one.
        """
        if len(self.of.nodes) != 1 or len(self.by.nodes) != 1:
            raise ValueError(
                f"∂{self.of}/∂{self.by} holds many derivatives: call explain() on one output and one input"
            )
        return self.opener(self.by.nodes[0].index, self.of.nodes[0].index)

    def __repr__(self) -> str:
        size = repr(self.matrix[0][0]) if self.shape == (1, 1) else f"{self.shape[0]} by {self.shape[1]} matrix"
        return f"<Factor ∂{self.of}/∂{self.by}: {size}>"


@dataclass(frozen=True, repr=False)
class Path:
    """One way from the source up to the output: its stops and factors, from the output down, and their product."""

    nodes: tuple[Stop, ...]
    factors: Sequence[Factor]
    product: float

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the stops."""
        return tuple([stop.name for stop in self.nodes])

    def __repr__(self) -> str:
        return f"<Path {' ← '.join(self.names[:12])}{' ← …' if len(self.nodes) > 12 else ''}: {self.product!r}>"


class PathSum:
    """A derivative as a sum over paths, seen at the stops of a grain; everything belongs to one snapshot."""

    def __init__(self, picture: Snapshot, source: int, target: int, grain: str, settings: Settings) -> None:
        self.snapshot = picture
        self.settings = settings
        chosen = choose(picture, picture.graph.between(source, target), source, target, grain)
        self.grain = chosen.kind
        # `_routes` joins the stops, be they nodes or layers; `_nodes` holds the same paths with nodes for stops.
        self._routes: Routes | BlockRoutes
        if chosen.kind == "layer":
            self._routes = BlockRoutes(picture, source, target, chosen.blocks or [])
            self._nodes, blocks = self._routes.routes, self._routes.blocks
        else:
            indices = None if chosen.blocks is None else [block[0] for block in chosen.blocks]
            self._routes = self._nodes = Routes(picture, source, target, indices)
            blocks = [] if indices is None else [(index,) for index in self._routes.stops]
        self._stops = (
            EveryStop(picture, self._nodes.stops)
            if chosen.blocks is None and self._nodes.stops
            # Where no path joins the two ends, they still have names.
            else stops(picture, blocks or [(target,), (source,)], chosen.titles)
        )

    @property
    def source(self) -> Node:
        """The node that it is derived by, as it was when the snapshot was taken."""
        return self.snapshot.nodes[self._routes.source]

    @property
    def target(self) -> Node:
        """The node that is derived."""
        return self.snapshot.nodes[self._routes.target]

    @property
    def output(self) -> str:
        """The name of what is derived."""
        return self._stops[self._routes.target].name

    @property
    def wrt(self) -> str:
        """The name of what it is derived by."""
        return self._stops[self._routes.source].name

    @property
    def count(self) -> int:
        """How many paths there are, told apart by the stops they pass; exact, however many."""
        return self._routes.count

    @property
    def every(self) -> int:
        """How many paths there are through every node."""
        return self._nodes.every

    @property
    def total(self) -> float:
        """The derivative: the sum over all paths."""
        return self._nodes.total

    @property
    def size(self) -> float:
        """The sum of |product| over all paths through every node: what rounding errors are measured against."""
        return self._nodes.size

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """All paths in the order of the operands, or if there are more than k, the k strongest, strongest first."""
        paths = self._paths_of_links()
        # A link that several paths share becomes one factor.
        links = {id(link): link for path in paths for link in path}
        factors = {key: self._factor(link) for key, link in links.items()}
        return tuple(
            [
                Path(
                    (self._stops[self._routes.target], *[self._stops[link.source] for link in path]),
                    tuple([factors[id(link)] for link in path]),
                    self._routes.product(path),
                )
                for path in paths
            ]
        )

    def _paths_of_links(self) -> Sequence[Sequence[Any]]:
        routes, k = self._routes, self.settings.k
        if routes.count <= k:
            return routes.paths()
        return strongest(routes, k) if isinstance(routes, Routes) else routes.strongest(k)

    def _factor(self, link: Link | BlockLink) -> Factor:
        matrix, slot = (((link.value,),), link.slot) if isinstance(link, Link) else (link.matrix, 0)
        of, by = self._stops[link.target], self._stops[link.source]
        return Factor(of, by, slot, matrix, link.count, self._nodes, self._open)

    def _open(self, source: int, target: int) -> PathSum:
        return type(self)(self.snapshot, source, target, "all", self.settings)

    @property
    def hidden(self) -> int:
        """How many paths are not among `paths`."""
        return self.count - len(self.paths)

    @property
    def rest(self) -> float:
        """What the hidden paths contribute together: 0 if it is below the rounding error of the sum."""
        products = [path.product for path in self.paths]
        finite = all(map(math.isfinite, [self.total, *products]))
        rest = self.total - math.fsum(products) if finite else math.nan
        return rest if self.hidden and not abs(rest) <= 1e-13 * self.size else 0.0

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Every factor of the paths shown, once, in the order in which the formula meets them."""
        return tuple({id(factor): factor for path in self.paths for factor in path.factors}.values())
