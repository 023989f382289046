"""The DOT text of a snapshot: how nodes and edges look, how numbers and labels are written, and nothing of layout.

The dialect is narrow on purpose. Record shapes lose edges, HTML-like labels are not understood by every build of
Graphviz, and clusters together with edge labels can take minutes: none of them is used here.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from autograd.graph.snapshot import Edge, Node, Snapshot
from autograd.picture.paint import Paint
from autograd.picture.themes import LIGHT
from autograd.support.text import clean, format_number, shorten

if TYPE_CHECKING:
    import graphviz

__all__ = ["build", "role_of"]

PAINT = Paint()

# One plain name: for a list of fonts the built-in metrics are those of Times, and text would not fit its box.
FONT = "Helvetica"
FONT_SIZE = 10
ROLES = ("input", "parameter", "constant", "result", "output")
LOOKS = {role: LIGHT.look(role) for role in ROLES}
OPERATION = LIGHT.look("operation")


def role_of(node: Node, snapshot: Snapshot) -> str:
    """What decides the look of a node: "output" for the root, otherwise its role."""
    return "output" if node.index == snapshot.root else node.role


def build(
    snapshot: Snapshot,
    *,
    rankdir: str = "LR",
    derivatives: bool = True,
    legend: bool = False,
    paint: Paint = PAINT,
    direction: str = "forward",
) -> graphviz.Digraph:
    """Describe the snapshot in DOT: a node `v<i>` for value i, a node `o<i>` for the operation that made it.

    Edge number k of the snapshot has the id `e<k>`; the edge from an operation to its result has the id `r<i>`. Where
    gradients go back on edges of their own (direction "both"), these have the ids `b<k>` and `c<i>`.
    """
    effort, label = _effort(snapshot)
    graph, colour = sheet(paint, rankdir, effort), paint.theme.negative
    for node in snapshot.nodes:
        add_value(graph, snapshot, node, paint)
        if not node.is_leaf:
            add_operation(graph, node, paint)
            carries = paint.carries(edge.index for edge in snapshot.incoming[node.index])
            ends = (f"o{node.index}", f"v{node.index}")
            attributes = {"class": "result", "weight": "4", **carries}
            _add_edge(
                graph,
                ends,
                (f"r{node.index}", f"c{node.index}"),
                attributes,
                node.requires_grad,
                direction,
                gradient=colour,
            )
    for edge in snapshot.edges:
        source = snapshot.nodes[edge.source]
        # A heavier edge is kept shorter and straighter: the chain of results, and not the way from a shared leaf.
        attributes = {"class": "operand", "weight": "1" if source.is_leaf else "2", **paint.carries([edge.index])}
        ends, ids = (f"v{edge.source}", f"o{edge.target}"), (f"e{edge.index}", f"b{edge.index}")
        texts = ("", "")
        if derivatives and source.requires_grad:
            texts = (format_number(edge.local_grad), format_number(passed_back(snapshot, edge)))
        _add_edge(graph, ends, ids, attributes, source.requires_grad, direction, label, texts, colour)
    if legend or paint.scale:
        from autograd.picture.legend import add_gradients, add_roles

        if legend:
            add_roles(graph, [role_of(node, snapshot) for node in snapshot.nodes], paint.theme, direction)
        if paint.scale:
            add_gradients(graph, paint)
    return graph


def sheet(paint: Paint, rankdir: str, effort: dict[str, str]) -> graphviz.Digraph:
    """An empty picture with the settings that all its parts share."""
    import graphviz

    theme = paint.theme
    graph = graphviz.Digraph("graph")
    background = "white" if theme is LIGHT else theme.background
    graph.attr("graph", bgcolor=background, pad="0.2", nodesep="0.14", rankdir=rankdir, **effort)
    graph.attr("graph", fontname=FONT, fontsize=str(FONT_SIZE), fontcolor=theme.ink)
    graph.attr("node", fontname=FONT, fontsize=str(FONT_SIZE), fontcolor=theme.ink, penwidth="1.5", margin="0.1,0.05")
    graph.attr("node", height="0.3")
    graph.attr("edge", fontname=FONT, fontsize="9", fontcolor=theme.ink, color=theme.line, arrowsize="0.6")
    graph.attr("edge", labeldistance="2.7", labelangle="14", labelfontsize="9")
    return graph


def add_value(graph: graphviz.Digraph, snapshot: Snapshot, node: Node, paint: Paint) -> None:
    """A value with its label and numbers."""
    role, name, lines = role_of(node, snapshot), f"v{node.index}", value_lines(node)
    look = paint.value(node, role)
    graph.node(name, in_dot(lines), _attributes={"id": name, "class": f"value {role}", **look, **_room(lines)})


def add_operation(graph: graphviz.Digraph, node: Node, paint: Paint) -> None:
    """The operation that made a value, as a node of its own."""
    name, symbol = f"o{node.index}", in_dot([shorten(clean(node.symbol))])
    graph.node(name, symbol, _attributes={"id": name, "class": "operation", **paint.operation(node.index)})


def passed_back(snapshot: Snapshot, edge: Edge) -> float:
    """What the edge adds to the gradient of its operand: the local derivative times the gradient of the result."""
    from autograd.graph.adjoints import chain

    return chain(snapshot.nodes[edge.target].grad, edge.local_grad)


def _add_edge(
    graph: graphviz.Digraph,
    ends: tuple[str, str],
    ids: tuple[str, str],
    attributes: dict[str, str],
    has_gradient: bool,
    direction: str,
    place: str = "label",
    texts: tuple[str, str] = ("", ""),
    gradient: str = LIGHT.negative,
) -> None:
    """One edge, or two for "both": data forward with the local derivative, the gradient back with what it adds."""
    forward, back = dict(attributes), {**attributes, "class": attributes["class"] + " gradient", "dir": "back"}
    if texts[0]:
        # Over a thick line, an invisible second line of text keeps the number clear of it.
        below = ["\u00a0"] if place == "label" and float(attributes.get("penwidth", 1)) > 1.5 else []
        forward[place] = in_dot([f" {texts[0]} ", *below])
        back["taillabel" if place == "headlabel" else place] = in_dot([f" {texts[1]} "])
    if direction != "backward":
        graph.edge(*ends, _attributes={"id": ids[0], **forward})
        if direction == "both" and has_gradient:
            colour = {} if "color" in attributes else {"color": gradient, "fontcolor": gradient}
            graph.edge(*ends, _attributes={"id": ids[1], "style": "dashed", **back, **colour, "weight": "0"})
    elif has_gradient:
        graph.edge(*ends, _attributes={"id": ids[0], **back})
    else:
        graph.edge(*ends, _attributes={"id": ids[0], "style": "dotted", **attributes, "dir": "none"})


def _effort(snapshot: Snapshot) -> tuple[dict[str, str], str]:
    """Settings of the layout, and which kind of edge label to use, for a graph of this size and shape.

    What costs time is an edge that passes many levels, above all one with a label that wants room on its way: an
    unrolled recurrence with shared weights takes minutes at 200 nodes. So, from some load on, labels sit at the
    arrowheads, where they need no room, and the search for the best picture is cut short; and where most edges are
    long, they are straight lines.
    """
    passed = _passed_levels(snapshot)
    load = passed + len(snapshot.nodes)
    if load <= 750:
        return {"ranksep": "0.25"}, "label"
    quick = {"ranksep": "0.65", "nslimit": "1", "nslimit1": "1", "mclimit": "0.3"}
    if load <= 2000 or passed <= 10 * len(snapshot.nodes):
        return quick, "headlabel"
    return {**quick, "mclimit": "0.02", "splines": "line"}, "headlabel"


def _passed_levels(snapshot: Snapshot) -> int:
    """How many levels all edges together pass on the way to their target, with every leaf beside its first use."""
    level = [0] * len(snapshot.nodes)
    for edge in snapshot.edges:
        level[edge.target] = max(level[edge.target], level[edge.source] + 1)
    for node in snapshot.nodes:
        uses = snapshot.outgoing[node.index]
        if node.is_leaf and uses:
            level[node.index] = min(level[edge.target] for edge in uses) - 1
    return sum(level[edge.target] - level[edge.source] - 1 for edge in snapshot.edges)


def value_lines(node: Node) -> list[str]:
    """What a value says: its label, data and gradient; of a constant without a label, the number alone."""
    label = shorten(clean(node.label))
    lines = [label] if label else []
    if node.role == "constant" and not label:
        return [format_number(node.data)]
    lines.append(f"data {format_number(node.data)}")
    if node.requires_grad:
        lines.append(f"grad {format_number(node.grad)}")
    return lines


def _room(lines: list[str]) -> dict[str, str]:
    """Room for characters as wide as they are high (CJK, emoji), which Graphviz's own metrics take for narrow ones."""
    if all(unicodedata.east_asian_width(c) not in "WF" for line in lines for c in line):
        return {}
    ems = max(sum(1.3 if unicodedata.east_asian_width(c) in "WF" else 0.6 for c in line) for line in lines)
    return {"width": f"{ems * FONT_SIZE / 72 + 0.2:.2f}"}


def in_dot(lines: list[str]) -> str:
    r"""Join lines for DOT so that every character of them is shown as it is: no escapes, entities or HTML-like text."""
    import graphviz

    escaped = (line.replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    text: str = graphviz.nohtml(r"\n".join(escaped))
    return text
