"""What the edges of a graph carry of one derivative: over all paths, or over the strongest few.

The flow of an edge is the sum of the products along the paths through it. Flow is conserved: every cut between the
parameter and the output carries the whole derivative (or, for the strongest paths, what these add up to).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograd.graph.snapshot import Edge, Snapshot

if TYPE_CHECKING:
    from autograd.engine.value import Value
    from autograd.graph.paths import Link

__all__ = ["Highlight", "find", "highlighted"]


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
        return max((abs(x) for x in self.flow.values() if abs(x) < float("inf")), default=0.0)


def highlighted(picture: Snapshot, source: int, k: int | None = None) -> Highlight:
    """The paths from a node to the output: all of them, or the k strongest (largest |product|).

    Raises ValueError when k is below 1, and when no path leads from the node to the output.

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
    from autograd.graph.adjoints import flows, product
    from autograd.graph.paths import Routes
    from autograd.graph.strongest import strongest

    if k is not None and (not isinstance(k, int) or k < 1):
        raise ValueError(f"k is how many of the strongest paths to show, 1 or more, got {k!r}")
    routes = Routes(picture, source, picture.root)
    if not routes.count:
        name = picture.nodes[source].name
        raise ValueError(f"no path leads from {name!r} to the output {picture.output.name!r}: nothing to highlight")
    if k is None or routes.count <= k:
        passed = routes.on_path
        every = flows(picture, source)
        flow = {e.index: every[e.index] for e in picture.edges if passed[e.source] and passed[e.target]}
        nodes = frozenset(index for index, on_path in enumerate(passed) if on_path)
        return Highlight(source, flow, nodes, routes.count, routes.count, routes.total, routes.total)
    flow, seen, carried = {}, {source, picture.root}, 0.0
    paths = strongest(routes, k)
    for path in paths:
        value = product(link.value for link in path)
        carried += value
        for link in path:
            edge = _edge(picture, link)
            flow[edge.index] = flow.get(edge.index, 0.0) + value
            seen.update((edge.source, edge.target))
    flow = dict(sorted(flow.items()))
    return Highlight(source, flow, frozenset(seen), routes.count, len(paths), carried, routes.total)


def _edge(picture: Snapshot, link: Link) -> Edge:
    """The edge that a link between neighbours is."""
    edges = [edge for edge in picture.incoming[link.target] if edge.source == link.source]
    return next(edge for edge in edges if not link.slot or edge.position + 1 == link.slot)


def find(root: Value | Snapshot, picture: Snapshot, wanted: Value | str | int) -> int:
    """The number of the node that `wanted` is: a Value of the graph, the label of one node, or its number.

    Raises TypeError for anything else, and ValueError when the graph has no such node, or several.
    """
    from autograd.engine.value import Value
    from autograd.graph import topological_order

    if isinstance(wanted, Value):
        if isinstance(root, Snapshot):
            raise TypeError(f"in a snapshot, name the node to highlight by its label or number, got {wanted!r}")
        for index, node in enumerate(topological_order(root)):
            if node is wanted:
                return index
        raise ValueError(f"highlight={wanted!r} is not part of the graph that leads to {picture.output.name!r}")
    if isinstance(wanted, bool) or not isinstance(wanted, (str, int)):
        raise TypeError(f"highlight is a Value or the label of one, got {wanted!r} ({type(wanted).__name__})")
    if isinstance(wanted, int):
        if not 0 <= wanted < len(picture.nodes):
            raise ValueError(f"highlight={wanted}: the graph has the nodes 0 to {len(picture.nodes) - 1}")
        return wanted
    found = [node.index for node in picture.nodes if node.label == wanted]
    if len(found) != 1:
        known = list(dict.fromkeys(node.label for node in picture.nodes if node.label))
        some = ", ".join(map(repr, known[:10])) + (", ..." if len(known) > 10 else "")
        problem = f"{len(found)} nodes have" if found else "no node has"
        raise ValueError(f"{problem} the label {wanted!r}; pass the Value itself, or one of: {some or 'none'}")
    return found[0]
