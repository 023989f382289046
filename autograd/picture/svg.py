"""From Graphviz's SVG to ours: every edge is counted, and hovering shows the exact numbers."""

from __future__ import annotations

import base64
import re
from html import escape
from typing import TYPE_CHECKING

from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import role_of
from autograd.picture.render import RenderError
from autograd.support.text import clean, plural, shorten

if TYPE_CHECKING:
    from autograd.picture.collapse import Folded
    from autograd.picture.highlight import Highlight

__all__ = ["data_uri", "describe", "finish", "titles", "width_in_pixels"]

# Compiled by `re` when first used, to keep the import light.
_COMMENT = r"(?s)<!--.*?-->\s*"
_EDGE = r'<g id="[ercbm]\d+" class="edge'
_EDGE_OF_SOURCE = r"(?m)^\s*(?!legend_)\w+ -> "
_TITLE = r'(<g id="([^"]+)" class="[^"]*"[^>]*>\s*)<title>[^<]*</title>'


def describe(picture: Snapshot) -> str:
    """One line on a graph: its output, values and operations."""
    operations = sum(not node.is_leaf for node in picture.nodes)
    name = shorten(clean(picture.output.name))
    return f"{name}: {plural(len(picture.nodes), 'value')}, {plural(operations, 'operation')}"


def finish(svg: str, source: str, texts: dict[str, str]) -> str:
    """Check that every edge of the DOT source was drawn, and put `texts` where Graphviz leaves the names it works with.

    Raises `RenderError` when an edge is missing.
    """
    # Graphviz can leave out an edge without an error, as it does with record shapes.
    expected = len(re.findall(_EDGE_OF_SOURCE, source))
    edge_count = len(re.findall(_EDGE, svg))
    if edge_count != expected:
        raise RenderError(
            f"Graphviz drew {edge_count} of {expected} edges, so the picture would be wrong; "
            'draw it with rankdir="TB" or "LR" instead, or draw a smaller part of the graph'
        )
    body = re.sub(_COMMENT, "", svg[svg.index("<svg") :])
    # The ids of nodes and edges say which title is whose; a title without a text goes.
    body = re.sub(_TITLE, lambda match: match[1] + _title(texts.get(match[2])), body)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + body


def titles(picture: Snapshot, folded: Folded | None = None, highlight: Highlight | None = None) -> dict[str, str]:
    """What a browser shows on hovering, by the id of the element."""
    names = [clean(node.name) for node in picture.nodes]
    output = names[picture.root]
    # Numbers in full, by repr: what stands in the picture is rounded.
    texts = {"graph0": "Computation graph of " + describe(picture)}
    for node in picture.nodes:
        gradient = f", grad {node.grad!r}" if node.requires_grad else ""
        texts[f"v{node.index}"] = f"{names[node.index]} ({role_of(node, picture)}): data {node.data!r}{gradient}"
        if not node.is_leaf:
            texts[f"o{node.index}"] = f"{clean(node.op)} gives {names[node.index]}"
    for edge in picture.edges:
        of, by = names[edge.target], names[edge.source]
        if picture.nodes[edge.source].requires_grad:
            text = f"∂{of}/∂{by} = {edge.local_grad!r}"
            if highlight is not None and edge.index in highlight.flow:
                name = names[highlight.source]
                text += f"; carries {highlight.flow[edge.index]!r} of ∂{output}/∂{name} = {highlight.total!r}"
            texts[f"e{edge.index}"] = text
            passed_back = contribution(picture.nodes[edge.target].grad, edge)
            texts[f"b{edge.index}"] = f"adds {passed_back!r} to the gradient of {by}"
    if folded is not None:
        for box in folded.boxes:
            texts[box.name] = ", ".join(box.lines)
        for number, link in enumerate(folded.links):
            text = plural(len(link.edges), "edge")
            if highlight is not None and (carried := [highlight.flow[k] for k in link.edges if k in highlight.flow]):
                text += f", carrying {sum(carried)!r} of ∂{output}/∂{names[highlight.source]} = {highlight.total!r}"
            texts[f"m{number}"] = text
    return texts


def width_in_pixels(svg: str) -> float:
    """How wide an SVG of Graphviz is in a browser, which shows a point as 4/3 pixels; 0 where it does not say."""
    width = re.search(r'<svg width="([0-9.]+)pt"', svg)
    return float(width[1]) * 4 / 3 if width else 0.0


def data_uri(svg: str) -> str:
    """The picture as the address of an image, with all its data inside."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _title(text: str | None) -> str:
    return "" if text is None else f"<title>{escape(text)}</title>"
