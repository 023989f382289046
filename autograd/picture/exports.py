"""The same picture for other tools: Mermaid for Markdown pages, JSON for programs."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import role_of, value_lines
from autograd.picture.names import shown_symbol
from autograd.picture.themes import LIGHT
from autograd.support.text import format_number, shorten

if TYPE_CHECKING:
    from autograd.picture.collapse import Folded

__all__ = ["to_json", "to_mermaid"]

SHAPES = {
    "input": ("([", "])"), "parameter": ("[", "]"), "constant": ("[", "]"), "result": ("(", ")"),
    "output": ("[[", "]]"), "operation": ("((", "))"), "box": ("[[", "]]"),
}  # fmt: skip
NODE_ENTRIES = ("index", "label", "role", "op", "data", "grad", "requires_grad")
EDGE_ENTRIES = ("source", "target", "position", "local_grad")
LINES = {"constant": ",stroke-dasharray:4 3", "output": ",stroke-width:3px", "box": ",stroke-width:3px"}


def to_mermaid(
    picture: Snapshot, *, rankdir: str = "LR", derivatives: bool = True, folded: Folded | None = None
) -> str:
    """The graph as a Mermaid flowchart, which Markdown pages on GitHub and in many notebooks show as a picture.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> for line in to_mermaid(snapshot(Value(2.0, label="a").tanh())).splitlines()[:6]:
    ...     print(line.strip())
    flowchart LR
    v0(["a<br/>data 2<br/>grad 0"]):::input
    o1(("tanh")):::operation
    v1[["data 0#46;964<br/>grad 0"]]:::output
    o1 --> v1
    v0 -->|"0#46;07065"| o1
    """
    lines = [f"flowchart {rankdir}"]
    shown = range(len(picture.nodes)) if folded is None else folded.outside
    makers = {index: folded.maker_of(index) if folded else f"o{index}" for index in shown}
    # Nodes first, each operation before its value, then edges from operations to values, then from values on.
    for box in folded.boxes if folded else ():
        lines.append(_node(box.name, "box", box.lines))
    for index in shown:
        node = picture.nodes[index]
        if not node.is_leaf and makers[index] == f"o{index}":
            lines.append(_node(f"o{index}", "operation", [shorten(shown_symbol(picture, index))]))
        lines.append(_node(f"v{index}", role_of(node, picture), value_lines(node)))
    lines += [f"  {makers[index]} --> v{index}" for index in shown if not picture.nodes[index].is_leaf]
    if folded is not None:
        lines += [f"  {link.source} --> {link.target}" for link in folded.links]
    else:
        for edge in picture.edges:
            has_text = derivatives and picture.nodes[edge.source].requires_grad
            text = f'|"{_escaped(format_number(edge.local_grad))}"|' if has_text else ""
            lines.append(f"  v{edge.source} -->{text} o{edge.target}")
    for kind in SHAPES:
        fill, border = LIGHT.fills[kind]
        lines.append(f"  classDef {kind} fill:{fill},stroke:{border}{LINES.get(kind, '')},color:{LIGHT.on(fill)}")
    return "\n".join(lines) + "\n"


def _node(name: str, kind: str, texts: list[str]) -> str:
    left, right = SHAPES[kind]
    return f'  {name}{left}"{"<br/>".join(map(_escaped, texts))}"{right}:::{kind}'


def _escaped(text: str) -> str:
    """Every character that Mermaid or HTML could read as more than itself, as a number."""
    return "".join(c if c.isalnum() or c == " " else f"#{ord(c)};" for c in text)


def to_json(picture: Snapshot, *, folded: Folded | None = None) -> str:
    """The graph as JSON: nodes with values and gradients, edges with local derivatives, boxes if there are any.

    The root is the last of the outputs, which are listed if there are several.

    Nodes stand in topological order, operands first; nan and infinities are the strings "NaN", "Infinity" and
    "-Infinity", because JSON has no such numbers.

    >>> from autograd import Value
    >>> from autograd.graph.snapshot import snapshot
    >>> graph = json.loads(to_json(snapshot(Value(2.0, label="a") * 3.0)))
    >>> graph["nodes"][0]["label"], graph["edges"][0]["local_grad"], graph["root"]
    ('a', 3.0, 2)
    """
    nodes = [{name: _entry(getattr(node, name)) for name in NODE_ENTRIES} for node in picture.nodes]
    edges = [{name: _entry(getattr(edge, name)) for name in EDGE_ENTRIES} for edge in picture.edges]
    graph: dict[str, Any] = {"version": 1, "root": picture.root, "nodes": nodes, "edges": edges}
    if len(picture.outputs) > 1:
        graph["outputs"] = list(picture.outputs)
    if folded is not None:
        graph["boxes"] = [{"title": box.title, "nodes": list(box.members)} for box in folded.boxes]
    # ASCII throughout: a lone surrogate in a label has no place in a UTF-8 file.
    return json.dumps(graph, indent=1, allow_nan=False) + "\n"


def _entry(value: Any) -> Any:
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
