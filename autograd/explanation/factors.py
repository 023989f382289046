"""What an explanation is made of: the paths, the factors on each, and the rule behind every factor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from autograd.explanation.jacobians import BlockLink, BlockRoutes, Matrix
from autograd.explanation.stops import Stop
from autograd.graph.paths import Link, Routes
from autograd.graph.snapshot import Edge, Snapshot

if TYPE_CHECKING:
    from autograd.explanation.explanation import Explanation

# Rows of the table that give one rule for several operands, told apart by the operand.
_BY_OPERAND = {
    ("-", 0): "sum rule: slope 1",
    ("-", 1): "sum rule: slope −1",
    ("neg", 0): "sum rule: slope −1",
    ("/", 0): "quotient rule: 1/b",
    ("/", 1): "quotient rule: −(a/b)/b",
    ("**", 0): "power rule: b·a^(b−1)",
    ("**", 1): "exponential rule: a^b·ln a",
    ("where", 0): "where: slope 0, the condition only chooses",
}


def rule(picture: Snapshot, edge: Edge) -> str:
    """Why an edge has the local derivative it has, in the words of the table of operations.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> picture = snapshot(Value(0.0).relu())
    >>> rule(picture, picture.edges[0])
    'ReLU: slope 0 at exactly 0, by convention'
    """
    from autograd.engine.ops import TABLE

    node = picture.nodes[edge.target]
    row = TABLE.get(node.op)
    if row is None:  # an operation of the user's that has been taken out of the table since
        return f"{node.op}: its own rule"
    if row.at_kink([picture.nodes[e.source].data for e in picture.incoming[node.index]]):
        return f"{row.symbol}: {row.convention}"
    text = _BY_OPERAND.get((row.name, edge.position), row.rule)
    if row.name == "dot":
        last = len(picture.incoming[node.index]) - 1
        bias = edge.position == last and last % 2 == 0
        text = "sum rule: the bias has slope 1" if bias else "product rule: the other factor"
    return text if "rule" in text or "′" in text or text.startswith(row.symbol) else f"{row.symbol}: {text}"


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
    opener: Callable[[int, int], Explanation]

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

    def open(self) -> Explanation:
        """The same derivative as a sum over all paths, through every node.

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


def build(
    routes: Routes | BlockRoutes,
    walks: Sequence[Sequence[Any]],
    stops: dict[int, Stop],
    opener: Callable[[int, int], Explanation],
) -> tuple[Path, ...]:
    """Paths from links; a link that several paths share is one factor."""
    inner = routes.routes if isinstance(routes, BlockRoutes) else routes
    made: dict[int, Factor] = {}

    def factor(link: Link | BlockLink) -> Factor:
        known = made.get(id(link))
        if known is None:
            matrix, slot = (((link.value,),), link.slot) if isinstance(link, Link) else (link.matrix, 0)
            known = Factor(stops[link.target], stops[link.source], slot, matrix, link.count, inner, opener)
            made[id(link)] = known
        return known

    return tuple(
        [
            Path(
                (stops[routes.target], *[stops[link.source] for link in walk]),
                tuple([factor(link) for link in walk]),
                routes.product(walk),
            )
            for walk in walks
        ]
    )
