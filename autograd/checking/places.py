"""Where on the paths of one gradient a mistake can be, and what may have been written there.

>>> from autograd import Value, sigmoid
>>> from autograd.graph.snapshot import snapshot
>>> w = Value(0.5, label="w")
>>> picture = snapshot((sigmoid(w) - 1.0) ** 2)
>>> structure_of(picture, 0).edges, [picture.nodes[e.target].op for e in picture.edges if e.position == 0]
((0, 1, 3), ['sigmoid', '-', '**'])
>>> [kind for kind, number in replacements(picture, picture.edges[3])]
['forgotten', 'squared', 'inverted', 'number']
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from autograd.engine.ops import TABLE
from autograd.explanation.stops import choose, stops
from autograd.graph.snapshot import Edge, Snapshot

LONGEST_PIECE = 6
MOST_EDGES = 2_000  # on the paths of one gradient: beyond, nothing is asked but the sign
FIXED = ("+", "-", "neg", "sum")  # their local derivatives are 1 and −1 at any numbers: nobody forgets a factor there
# Where the derivative is f(x) times a number, that number by itself: (x²)′ = 2x, (√x)′ = 1/2 · 1/√x.
NUMBERS = {"square": 2.0, "sqrt": 0.5, "cbrt": 1.0 / 3.0}


@dataclass(frozen=True)
class Structure:
    """What the mistakes of one gradient need to know of its paths: their stops, their edges, and pieces of a chain.

    `kinds` are the operations that occur several times, `names` the nodes that have a name.
    """

    stops: tuple[int, ...]
    edges: tuple[int, ...]
    pieces: tuple[tuple[int, ...], ...]
    kinds: tuple[str, ...]
    names: dict[int, str]


def as_factor(d: float) -> dict[str, float]:
    """What may have been written in place of any factor."""
    return {"forgotten": 1.0, "squared": d * d, "inverted": 1.0 / d if d else math.nan}


def replacements(picture: Snapshot, edge: Edge) -> Iterator[tuple[str, float]]:
    """What may have been written in place of a local derivative; nothing where it is 1 or −1 by the rule."""
    op, d = picture.nodes[edge.target].op, edge.local_grad
    if op in FIXED:
        return
    yield from as_factor(d).items()
    number = rule_number(picture, edge)
    if number not in (0.0, 1.0):
        yield "number", d / number
    x = picture.nodes[edge.source].data
    if op in ("*", "dot"):
        yield "own", x
    if op in ("sigmoid", "tanh"):
        y = picture.nodes[edge.target].data
        yield "argument", x * (1.0 - x) if op == "sigmoid" else 1.0 - x * x
        yield "confused", y * (1.0 - y) if op == "tanh" else 1.0 - y * y
        yield "plus", y * (1.0 + y) if op == "sigmoid" else 1.0 + y * y


def rule_number(picture: Snapshot, edge: Edge) -> float:
    """The number that stands by itself in the rule of an edge, as the 2 of (x²)′ = 2x does; 1 if none does."""
    op = picture.nodes[edge.target].op
    if op == "**" and edge.position == 0:
        exponent = picture.nodes[picture.incoming[edge.target][1].source]
        return exponent.data if exponent.is_leaf else 1.0
    return NUMBERS.get(op, 1.0)


def other_numbers(picture: Snapshot, random: Random, units: bool = False) -> Snapshot:
    """The same graph with other numbers and, independent of them, other local derivatives.

    0, 1 and −1 stay: they say that something is not there. With `units` only those stay that are so at any numbers.
    """
    drawn: dict[tuple[int, int, float], float] = {}
    edges = []
    for edge in picture.edges:
        d = edge.local_grad
        if (
            d != 0.0
            and (units or d not in (1.0, -1.0))
            and math.isfinite(d)
            and picture.nodes[edge.target].op not in FIXED
        ):
            # x · x has two edges that no number can tell apart.
            d = drawn.setdefault((edge.source, edge.target, d), math.copysign(math.exp(random.uniform(-1.0, 1.0)), d))
        edges.append(replace(edge, local_grad=d))
    nodes = [
        # An exponent is a part of its rule.
        node if node.role == "constant" else replace(node, data=node.data * math.exp(random.uniform(-1.0, 1.0)))
        for node in picture.nodes
    ]
    graph = picture.graph.with_slopes(edge.local_grad for edge in edges)
    return replace(picture, nodes=tuple(nodes), edges=tuple(edges), graph=graph)


def structure_of(picture: Snapshot, source: int) -> Structure:
    """The places on the paths from a node to the root."""
    on_path = picture.graph.between(source, picture.root)
    chosen = choose(picture, on_path, source, picture.root, "auto")
    inner = [i for i, on in enumerate(on_path) if on] if chosen.blocks is None else [b[0] for b in chosen.blocks]
    ends = sorted({*inner, source, picture.root})
    names = {node.index: node.label or chosen.titles.get(node.index, "") for node in picture.nodes}
    names |= {i: stop.name for i, stop in stops(picture, [(i,) for i in ends], chosen.titles).items() if names[i]}
    named = {i: name for i, name in names.items() if name}
    edges = [e.index for e in picture.edges if on_path[e.source] and on_path[e.target]]
    counts = Counter(picture.nodes[picture.edges[i].target].op for i in edges)
    # A product's local derivatives are the other factors: not one thing that is forgotten everywhere.
    kinds = [op for op, n in counts.items() if n > 1 and op not in (*FIXED, "*", "dot", "prod") and op in TABLE]
    if len(edges) > MOST_EDGES:
        return Structure((), (), (), (), named)
    return Structure(tuple(ends), tuple(edges), tuple(_pieces(picture, on_path, set(ends))), tuple(kinds), named)


def _pieces(picture: Snapshot, on_path: Sequence[int], stops: set[int]) -> Iterator[tuple[int, ...]]:
    """Pieces of two edges and more where a node leads on to one other only, up to the next stop."""
    up: dict[int, list[Edge]] = {i: [e for e in picture.outgoing[i] if on_path[e.target]] for i in _on(on_path)}
    down = {i: sum(1 for e in picture.incoming[i] if on_path[e.source]) for i in _on(on_path)}
    for start, above in up.items():
        for edge in above:
            piece, factors = [edge.index], int(edge.local_grad not in (1.0, -1.0))
            while len(piece) < LONGEST_PIECE and edge.target not in stops and len(up[edge.target]) == 1:
                if down[edge.target] != 1:
                    break
                edge = up[edge.target][0]
                piece.append(edge.index)
                factors += edge.local_grad not in (1.0, -1.0)
                if factors > 1 or start in stops or edge.target in stops:
                    yield tuple(piece)


def _on(on_path: Sequence[int]) -> Iterator[int]:
    return (i for i, on in enumerate(on_path) if on)
