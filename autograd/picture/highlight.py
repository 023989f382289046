"""What the edges of a graph carry of one derivative: over all paths, or over the strongest few.

The flow of an edge is the sum of the products along the paths through it. Flow is conserved: every cut between the
parameter and the output carries the whole derivative (or, for the strongest paths, what these add up to).

For y = a · a − a at a = 3 there are three paths from a to y, with the products 3, 3 and −1:

    edge           all paths   the strongest
    a → a · a          3             3         as the first operand
    a → a · a          3                       as the second one
    a · a → y          6             3
    a → y             −1
    carried            5             3         of ∂y/∂a = 5

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> a = Value(3.0)
    >>> picture = snapshot(a * a - a)
    >>> highlighted(picture, 0).flow
    {0: 3.0, 1: 3.0, 2: 6.0, 3: -1.0}
    >>> strong = highlighted(picture, 0, k=1)
    >>> strong.flow, strong.carried, strong.total, strong.count
    ({0: 3.0, 2: 3.0}, 3.0, 5.0, 3)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.graph.adjoints import flows
from autograd.graph.paths import Routes
from autograd.graph.snapshot import Snapshot
from autograd.graph.strongest import strongest
from autograd.support.text import got, short

__all__ = ["Highlight", "highlighted", "index_of"]


@dataclass(frozen=True)
class Highlight:
    """The paths from node `source` to the output: what each edge on them carries, and the nodes they pass.

    `shown` paths out of `count` are highlighted; they add up to `carried`, all of them to `total`.
    """

    source: int
    flow: dict[int, float]
    nodes: frozenset[int]
    count: int
    shown: int
    carried: float
    total: float

    @property
    def largest(self) -> float:
        """The largest finite |flow| of an edge."""
        return max((abs(flow) for flow in self.flow.values() if abs(flow) < math.inf), default=0.0)


def highlighted(picture: Snapshot, source: int, k: int | None = None) -> Highlight:
    """The paths from a node to the output: all of them, or the k strongest (largest |product|).

    Raises ValueError when k is below 1, and when no path leads from the node to the output.
    """
    if k is not None and (not isinstance(k, int) or k < 1):
        raise ValueError(f"k is how many of the strongest paths to show, 1 or more, got {short(k)}")
    routes = Routes(picture, source, picture.root)
    if not routes.count:
        name = picture.nodes[source].name
        raise ValueError(
            f"no path leads from {short(name)} to the output {short(picture.output.name)}: nothing to highlight"
        )
    # All paths: one sweep forward and one back give the flow of every edge, and no path is listed.
    if k is None or routes.count <= k:
        on_path, carried_by = routes.on_path, flows(picture, source)
        flow = {e.index: carried_by[e.index] for e in picture.edges if on_path[e.source] and on_path[e.target]}
        nodes = frozenset(node.index for node in picture.nodes if on_path[node.index])
        return Highlight(source, flow, nodes, routes.count, routes.count, routes.total, routes.total)
    # A few paths: each adds its product to every edge on it.
    flow, carried, passed = {}, 0.0, {source, picture.root}
    paths = strongest(routes, k)
    for path in paths:
        product = routes.product(path)
        carried += product
        for link in path:
            # With every node a stop, a link is a single edge; its slot tells the two of a * a apart.
            (edge, *_) = routes.edges_between([link.source], [link.target], link.slot)
            flow[edge.index] = flow.get(edge.index, 0.0) + product
            passed |= {edge.source, edge.target}
    flow = dict(sorted(flow.items()))
    return Highlight(source, flow, frozenset(passed), routes.count, len(paths), carried, routes.total)


def index_of(highlight: Value | str | int, root: Value | Sequence[Value] | Snapshot, picture: Snapshot) -> int:
    """The number of the node to highlight: a Value of the graph, the label of one node, or the number itself.

    Raises TypeError for anything else, and ValueError when the graph has no such node, or several.
    """
    if isinstance(highlight, Value):
        if isinstance(root, Snapshot):
            raise TypeError(f"in a snapshot, name the node to highlight by its label or number, got {short(highlight)}")
        # A snapshot numbers its nodes in this order.
        for index, node in enumerate(topological_order(root)):
            if node is highlight:
                return index
        raise ValueError(
            f"highlight={short(highlight)} is not part of the graph that leads to {short(picture.output.name)}"
        )
    if isinstance(highlight, bool) or not isinstance(highlight, (str, int)):
        raise TypeError(f"highlight is a Value or the label of one, got {got(highlight)}")
    if isinstance(highlight, int):
        if not 0 <= highlight < len(picture.nodes):
            raise ValueError(f"highlight={highlight}: the graph has the nodes 0 to {len(picture.nodes) - 1}")
        return highlight
    matches = [node.index for node in picture.nodes if node.label == highlight]
    if len(matches) != 1:
        known = list(dict.fromkeys(node.label for node in picture.nodes if node.label))
        some = ", ".join(map(short, known[:10])) + (", ..." if len(known) > 10 else "")
        problem = f"{len(matches)} nodes have" if matches else "no node has"
        raise ValueError(f"{problem} the label {short(highlight)}; pass the Value itself, or one of: {some or 'none'}")
    return matches[0]
