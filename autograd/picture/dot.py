"""The DOT text of a snapshot: how nodes and edges look, how numbers and labels are written, and nothing of layout.

The dialect is narrow on purpose. Record shapes lose edges, HTML-like labels are not understood by every build of
Graphviz, and clusters together with edge labels can take minutes: none of them is used here.

A value is one node and the operation that computed it another, so a snapshot of `w.tanh()` becomes, but for the style:

    v0 [label="w\\ndata 2\\ngrad 0.0707" id=v0 class="value input"]
    o1 [label=tanh id=o1 class=operation]
    v1 [label="data 0.964\\ngrad 1" id=v1 class="value output"]
    o1 -> v1 [id=r1 class=result]
    v0 -> o1 [id=e0 class=operand label=" 0.0707 "]
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Node, Snapshot
from autograd.picture.names import shown_name, shown_symbol
from autograd.picture.paint import Paint, Scale
from autograd.picture.themes import LIGHT, Theme
from autograd.support.text import clean, format_number, shorten

if TYPE_CHECKING:
    import graphviz

__all__ = ["add_legends", "add_operation", "add_value", "blank_graph", "build", "in_dot", "quoted", "role_of"]

PLAIN = Paint()

# One plain name: for a list of fonts the built-in metrics are those of Times, and text would not fit its box.
FONT = "Helvetica"
FONT_SIZE = 10


def role_of(node: Node, snapshot: Snapshot) -> str:
    """What decides the look of a node: "output" for a result that the picture is of, otherwise its role."""
    return "output" if node.index in snapshot.outputs else node.role


def build(
    snapshot: Snapshot,
    *,
    rankdir: str = "LR",
    derivatives: bool = True,
    legend: bool = False,
    paint: Paint = PLAIN,
    direction: str = "forward",
) -> graphviz.Digraph:
    """Describe the snapshot in DOT: a node `v<i>` for value i, a node `o<i>` for the operation that made it.

    Edge number k of the snapshot has the id `e<k>`; the edge from an operation to its result has the id `r<i>`. Where
    gradients go back on edges of their own (direction "both"), these have the ids `b<k>` and `c<i>`.
    """
    effort, place = _layout_effort(snapshot)
    graph = blank_graph(paint, rankdir, effort)
    add_edge = partial(_add_edge, graph, direction, place, paint.theme.negative)
    for node in snapshot.nodes:
        add_value(graph, snapshot, node, paint)
        if not node.is_leaf:
            add_operation(graph, snapshot, node, paint)
            index, carries = node.index, paint.carries(edge.index for edge in snapshot.incoming[node.index])
            attributes = {"class": "result", "weight": "4", **carries}
            add_edge((f"o{index}", f"v{index}"), (f"r{index}", f"c{index}"), attributes, node.requires_grad)
    for edge in snapshot.edges:
        source = snapshot.nodes[edge.source]
        # A heavier edge is kept shorter and straighter: the chain of results, and not the way from a shared leaf.
        attributes = {"class": "operand", "weight": "1" if source.is_leaf else "2", **paint.carries([edge.index])}
        ends, ids = (f"v{edge.source}", f"o{edge.target}"), (f"e{edge.index}", f"b{edge.index}")
        texts = ("", "")
        if derivatives and source.requires_grad:
            passed_back = contribution(snapshot.nodes[edge.target].grad, edge)
            texts = (format_number(edge.local_grad), format_number(passed_back))
        add_edge(ends, ids, attributes, source.requires_grad, texts)
    add_legends(graph, [role_of(node, snapshot) for node in snapshot.nodes] if legend else (), paint, direction)
    return graph


def blank_graph(paint: Paint, rankdir: str, effort: dict[str, str]) -> graphviz.Digraph:
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


def add_operation(graph: graphviz.Digraph, snapshot: Snapshot, node: Node, paint: Paint) -> None:
    """The operation that made a value, as a node of its own."""
    name, symbol = f"o{node.index}", in_dot([shorten(shown_symbol(snapshot, node.index))])
    graph.node(name, symbol, _attributes={"id": name, "class": "operation", **paint.operation(node.index)})


def _add_edge(
    graph: graphviz.Digraph,
    direction: str,
    place: str,
    gradient_colour: str,
    ends: tuple[str, str],
    ids: tuple[str, str],
    attributes: Mapping[str, str],
    has_gradient: bool,
    texts: tuple[str, str] = ("", ""),
) -> None:
    """One edge, or two for "both": data forward with the local derivative, the gradient back with what it adds."""
    forward, back = dict(attributes), {**attributes, "class": attributes["class"] + " gradient", "dir": "back"}
    if texts[0]:
        # Over a thick line, an invisible second line of text keeps the number clear of it.
        below = ["\u00a0"] if place == "label" and float(attributes.get("penwidth", 1)) > 1.5 else []
        forward[place] = in_dot([f" {texts[0]} ", *below])
        # An edge that goes back has its arrow, and so its text, at the tail.
        back["taillabel" if place == "headlabel" else place] = in_dot([f" {texts[1]} "])
    if direction != "backward":
        graph.edge(*ends, _attributes={"id": ids[0], **forward})
        if direction == "both" and has_gradient:
            colour = {} if "color" in attributes else {"color": gradient_colour, "fontcolor": gradient_colour}
            # Of weight 0: only the edges of data say where things stand.
            graph.edge(*ends, _attributes={"id": ids[1], "style": "dashed", **back, **colour, "weight": "0"})
    elif has_gradient:
        graph.edge(*ends, _attributes={"id": ids[0], **back})
    else:
        graph.edge(*ends, _attributes={"id": ids[0], "style": "dotted", **attributes, "dir": "none"})


def _layout_effort(snapshot: Snapshot) -> tuple[dict[str, str], str]:
    """Settings of the layout, and which kind of edge label to use, for a graph of this size and shape.

    What costs time is an edge that passes many levels, above all one with a label that wants room on its way: an
    unrolled recurrence with shared weights takes minutes at 200 nodes. So, from some load on, labels sit at the
    arrowheads, where they need no room, and the search for the best picture is cut short; and where most edges are
    long, they are straight lines.
    """
    levels = snapshot.levels
    skipped_levels = sum(levels[edge.target] - levels[edge.source] - 1 for edge in snapshot.edges)
    load = skipped_levels + len(snapshot.nodes)
    if load <= 750:
        return {"ranksep": "0.25"}, "label"
    quick = {"ranksep": "0.65", "nslimit": "1", "nslimit1": "1", "mclimit": "0.3"}
    if load <= 2000 or skipped_levels <= 10 * len(snapshot.nodes):
        return quick, "headlabel"
    return {**quick, "mclimit": "0.02", "splines": "line"}, "headlabel"


def value_lines(node: Node, around: str = "") -> list[str]:
    """What a value says: its name inside of a box titled `around`, data and gradient; of a constant, the number alone.

    A constant with a label says all that others say.
    """
    label = shorten(shown_name(clean(node.label), around))
    lines = [label] if label else []
    if node.role == "constant" and not label:
        return [format_number(node.data)]
    lines.append(f"data {format_number(node.data)}")
    if node.requires_grad:
        lines.append(f"grad {format_number(node.grad)}")
    return lines


def _room(lines: list[str]) -> dict[str, str]:
    """Room for characters as wide as they are high (CJK, emoji), which Graphviz's own metrics take for narrow ones."""
    wide = [[unicodedata.east_asian_width(c) in "WF" for c in line] for line in lines]
    if not any(map(any, wide)):
        return {}
    ems = max(sum(1.3 if is_wide else 0.6 for is_wide in line) for line in wide)
    return {"width": f"{ems * FONT_SIZE / 72 + 0.2:.2f}"}


def in_dot(lines: list[str]) -> str:
    r"""Join lines for DOT so that every character of them is shown as it is: no escapes, entities or HTML-like text."""
    import graphviz

    text: str = graphviz.nohtml(_escaped(lines))
    return text


def quoted(lines: list[str]) -> str:
    """The same for DOT that is written as text, without the package: lines in double quotes."""
    return '"' + _escaped(lines).replace('"', '\\"') + '"'


def _escaped(lines: list[str]) -> str:
    return r"\n".join(line.replace("\\", "\\\\").replace("&", "&amp;") for line in lines)


# ----- Legends -----


def add_legends(graph: graphviz.Digraph, roles: Collection[str], paint: Paint, direction: str) -> None:
    """Small graphs of samples beside the graph: of these roles if there are any, of gradients if these are coloured."""
    if roles:
        _add_roles(graph, roles, paint.theme, direction)
    if paint.scale:
        _add_gradients(graph, paint, paint.scale)


def _add_roles(graph: graphviz.Digraph, present: Collection[str], theme: Theme, direction: str) -> None:
    """Every role that occurs, an operation, and what the number on an edge says."""
    leaves = [role for role in ("constant", "input", "parameter") if role in present]
    samples = [*leaves, "operation", *(role for role in ("result", "output") if role in present)]
    says = " gradient passed back " if direction == "backward" else " ∂result/∂operand "
    for role in samples:
        graph.node(f"legend_{role}", role, _attributes={"id": f"legend_{role}", "class": "legend", **theme.look(role)})
    for left, right in pairwise(samples):
        # Leaves stand in a row without lines; the last one feeds the operation, and this feeds its result.
        attributes = {"style": "invis"}
        if "operation" in (left, right):
            attributes = {"label": says} if right == "operation" else {}
            attributes |= {"dir": "back"} if direction == "backward" else {}
        graph.edge(f"legend_{left}", f"legend_{right}", _attributes={"class": "legend", **attributes})


def _add_gradients(graph: graphviz.Digraph, paint: Paint, scale: Scale) -> None:
    """The colours of gradients, from 0 to the largest."""
    names = ["legend_gradient"]
    title = {"id": names[0], "class": "legend", "shape": "plaintext", "margin": "0.02,0"}
    graph.node(names[0], "size of gradient", _attributes=title)
    for number, size in enumerate(scale.ticks()):
        names.append(f"legend_gradient{number}")
        # The step above 0 stands for all that is smaller, too, where the scale was cut off.
        least = "≤ " if number == 1 and scale.decades > 1 else ""
        look = {**paint.heated(paint.theme.look("parameter"), size), "id": names[-1], "class": "legend"}
        graph.node(names[-1], least + format_number(size), _attributes=look)
    for left, right in pairwise(names):
        graph.edge(left, right, _attributes={"class": "legend", "style": "invis"})
