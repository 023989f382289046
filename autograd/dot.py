"""The DOT text of a snapshot: how nodes and edges look, how numbers and labels are written, and nothing of layout.

The dialect is narrow on purpose. Record shapes lose edges, HTML-like labels are not understood by every build of
Graphviz, and clusters together with edge labels can take minutes: none of them is used here.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd.snapshot import Node, Snapshot

if TYPE_CHECKING:
    import graphviz

__all__ = ["FORBIDDEN", "build", "clean", "format_number", "role_of", "shorten"]

MAX_LABEL = 32
# One plain name: for a list of fonts the built-in metrics are those of Times, and text would not fit its box.
FONT = "Helvetica"
FONT_SIZE = 10
INK = "#1a1a1a"
LINE = "#5a5a5a"

# Colours of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people with any colour vision can tell apart, as
# borders; their light tints as fills, so that dark text keeps a contrast above 12. Shape and line repeat the message.
LOOKS: dict[str, dict[str, str]] = {
    "input": {"shape": "ellipse", "style": "filled", "fillcolor": "#fdeccb", "color": "#e69f00", "margin": "0.02,0.01"},
    "parameter": {"shape": "box", "style": "filled", "fillcolor": "#d5e8f4", "color": "#0072b2"},
    "constant": {"shape": "box", "style": "filled,dashed", "fillcolor": "#efefef", "color": "#5a5a5a"},
    "result": {"shape": "box", "style": "filled,rounded", "fillcolor": "#ffffff", "color": "#5a5a5a"},
    "output": {
        "shape": "box",
        "style": "filled,rounded",
        "fillcolor": "#d2eee4",
        "color": "#009e73",
        "peripheries": "2",
    },
}
OPERATION = {
    "shape": "ellipse",
    "style": "filled",
    "fillcolor": "#4a4a4a",
    "color": "#4a4a4a",
    "fontcolor": "#ffffff",
    "margin": "0.03,0",
    "fontsize": "11",
    "width": "0.3",
    "height": "0.3",
}
FORBIDDEN = {"Cc", "Cs", "Cn"}  # control characters, lone surrogates, code points that are no characters
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def format_number(x: float) -> str:
    """Write a number in as few characters as a picture needs: four decimals, or four digits below one.

    >>> [format_number(x) for x in (-6.88137, 0.5, 2.0, 1e-5, 0.00123456, 1234567.0, float("nan"), -float("inf"))]
    ['-6.8814', '0.5', '2', '1e-05', '0.001235', '1.235e+06', 'nan', '-inf']
    """
    size = abs(x)
    if size < 1 or not size < 1e6:
        return f"{x + 0.0:.4g}"  # the sum turns -0.0 into 0.0
    return f"{x:.{4 if size < 1e4 else 1}f}".rstrip("0").rstrip(".")


def clean(text: str) -> str:
    """Make user text safe to show on one line: no control characters, no lone surrogates, no direction overrides.

    >>> clean("two\\n  words\\x00")
    'two words'
    """
    kept = (c for c in text if c.isspace() or (unicodedata.category(c) not in FORBIDDEN and c not in _BIDI))
    return " ".join("".join(kept).split())


def shorten(text: str, limit: int = MAX_LABEL) -> str:
    """Cut the middle out of a long text: both ends tell `layer1.neuron3.w7` from its neighbours.

    >>> shorten("a" * 500 + ".w7", 12)
    'aaaaaaa…a.w7'
    """
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[len(text) - tail :]}"


def role_of(node: Node, snapshot: Snapshot) -> str:
    """What decides the look of a node: "output" for the root, otherwise its role."""
    return "output" if node.index == snapshot.root else node.role


def build(
    snapshot: Snapshot, *, rankdir: str = "LR", derivatives: bool = True, legend: bool = False
) -> graphviz.Digraph:
    """Describe the snapshot in DOT: a node `v<i>` for value i, a node `o<i>` for the operation that made it.

    Edge number k of the snapshot has the id `e<k>`; the edge from an operation to its result has the id `r<i>`.
    """
    import graphviz

    effort, label = _effort(snapshot)
    graph = graphviz.Digraph("graph")
    graph.attr("graph", bgcolor="white", pad="0.2", nodesep="0.14", rankdir=rankdir, **effort)
    graph.attr("node", fontname=FONT, fontsize=str(FONT_SIZE), fontcolor=INK, penwidth="1.5", margin="0.1,0.05")
    graph.attr("node", height="0.3")
    graph.attr("edge", fontname=FONT, fontsize="9", fontcolor=INK, color=LINE, arrowsize="0.6")
    graph.attr("edge", labeldistance="2.7", labelangle="14", labelfontsize="9")
    for node in snapshot.nodes:
        role, name, lines = role_of(node, snapshot), f"v{node.index}", _lines(node)
        graph.node(
            name, _text(lines), _attributes={"id": name, "class": f"value {role}", **LOOKS[role], **_room(lines)}
        )
        if not node.is_leaf:
            operation = f"o{node.index}"
            symbol = _text([shorten(clean(node.symbol))])
            graph.node(operation, symbol, _attributes={"id": operation, "class": "operation", **OPERATION})
            graph.edge(operation, name, _attributes={"id": f"r{node.index}", "class": "result", "weight": "4"})
    for edge in snapshot.edges:
        source = snapshot.nodes[edge.source]
        # A heavier edge is kept shorter and straighter: the chain of results, and not the way from a shared leaf.
        attributes = {"id": f"e{edge.index}", "class": "operand", "weight": "1" if source.is_leaf else "2"}
        if derivatives and source.requires_grad:
            attributes[label] = _text([f" {format_number(edge.local_grad)} "])
        graph.edge(f"v{edge.source}", f"o{edge.target}", _attributes=attributes)
    if legend:
        _add_legend(graph, snapshot)
    return graph


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


def _lines(node: Node) -> list[str]:
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


def _text(lines: list[str]) -> str:
    r"""Join lines for DOT so that every character of them is shown as it is: no escapes, entities or HTML-like text."""
    import graphviz

    escaped = (line.replace("\\", "\\\\").replace("&", "&amp;") for line in lines)
    text: str = graphviz.nohtml(r"\n".join(escaped))
    return text


def _add_legend(graph: graphviz.Digraph, snapshot: Snapshot) -> None:
    """A small graph of samples beside the graph itself: every role that occurs, an operation, and what edges say."""
    present = {role_of(node, snapshot) for node in snapshot.nodes}
    leaves = [role for role in ("constant", "input", "parameter") if role in present]
    samples = [*leaves, "operation", *(role for role in ("result", "output") if role in present)]
    for role in samples:
        look = OPERATION if role == "operation" else LOOKS[role]
        graph.node(f"legend_{role}", role, _attributes={"id": f"legend_{role}", "class": "legend", **look})
    for left, right in pairwise(samples):
        attributes = {"style": "invis"}
        if right == "operation":
            attributes = {"label": " ∂result/∂operand "}
        elif left == "operation":
            attributes = {}
        graph.edge(f"legend_{left}", f"legend_{right}", _attributes={"class": "legend", **attributes})
