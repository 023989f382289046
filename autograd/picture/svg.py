"""From Graphviz's SVG to ours: every edge is counted, and hovering shows the exact numbers."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from autograd.graph.adjoints import contribution
from autograd.graph.snapshot import Snapshot
from autograd.picture.dot import role_of
from autograd.picture.render import RenderError
from autograd.support.text import clean, plural, shorten

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from autograd.picture.collapse import Folded
    from autograd.picture.highlight import Highlight

__all__ = ["compact", "data_uri", "describe", "finish", "titles", "width_in_pixels"]

_XMLNS = "http://www.w3.org/2000/svg"
# Where a shape of Graphviz's is; its other attributes say how it looks.
_GEOMETRY = ("x", "y", "cx", "cy", "rx", "ry", "d", "points")
# Compiled by `re` when first used, to keep the import light.
_COMMENT = r"(?s)<!--.*?-->\s*"
_EDGE = r'<g id="[ercbm]\d+" class="edge'
_EDGE_OF_SOURCE = r"(?m)^\s*(?!legend_)\w+ -> "
_TITLE = r'(<g id="([^"]+)" class="[^"]*"[^>]*>\s*)<title>[^<]*</title>'


def describe(picture: Snapshot) -> str:
    """One line on a graph: its output, values and operations."""
    operations = sum(not node.is_leaf for node in picture.nodes)
    name = shorten(", ".join(clean(picture.nodes[index].name) for index in picture.outputs))
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


def compact(svg: str) -> str:
    """The same picture for an image, in less than half of the characters: an image shows no titles and needs no names.

    Every look is written once, as a class; points are rounded to a tenth.

    >>> shape = '<g id="v0"><title>v0</title><ellipse fill="none" stroke="black" cx="1.00" cy="-18.04" rx="9"/></g>'
    >>> print(compact(f'<svg width="8pt" height="8pt" xmlns="http://www.w3.org/2000/svg"><g>{shape}</g></svg>'))
    <svg width="8pt" height="8pt" xmlns="http://www.w3.org/2000/svg"><style>.k0{fill:none;stroke:black}</style><g><ellipse
    class="k0" cx="1" cy="-18" rx="9"/></g></svg>
    """
    from xml.etree import ElementTree

    root = ElementTree.fromstring(svg)
    looks: dict[str, str] = {}
    shapes = "".join(_shapes(root[0], looks))
    style = "".join(f".{name}{{{look}}}" for look, name in looks.items())
    head = _attributes({name: root.get(name) for name in ("width", "height", "viewBox")})
    group = _attributes({"transform": root[0].get("transform")})
    return f'<svg{head} xmlns="{_XMLNS}"><style>{style}</style><g{group}>{shapes}</g></svg>'


def _shapes(parent: Element, looks: dict[str, str]) -> Iterator[str]:
    """What is drawn inside of a group; `looks` collects the name of each look."""
    for element in parent:
        tag = element.tag.rpartition("}")[2]
        if tag in ("g", "a"):
            yield from _shapes(element, looks)
        elif tag != "title":
            look = [(name, value) for name, value in element.items() if name not in _GEOMETRY and name[0] != "{"]
            # In a style, a length has a unit.
            css = ";".join([f"{name}:{value}{'px' * (name == 'font-size')}" for name, value in look])
            shape = _attributes({name: _rounded(element.get(name)) for name in _GEOMETRY})
            head = f'<{tag} class="{looks.setdefault(css, f"k{len(looks)}")}"{shape}'
            yield f"{head}>{escape(element.text)}</{tag}>" if element.text else f"{head}/>"


def _attributes(attributes: dict[str, str | None]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items() if value is not None)


def _rounded(points: str | None) -> str | None:
    """Decimals to a tenth, which is less than the eye can tell: 1.04 is 1, and -0.04 is 0."""
    if points is None:
        return None
    return re.sub(r"-?\d+\.\d+", lambda found: f"{round(float(found[0]), 1) + 0.0:.1f}".removesuffix(".0"), points)


def data_uri(svg: str) -> str:
    """The picture as the address of an image, with all its data inside."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii")


def _title(text: str | None) -> str:
    return "" if text is None else f"<title>{escape(text)}</title>"
