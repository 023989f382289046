"""The computation graph as a picture: in a notebook, as a file, or as DOT text to go on with."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.dot import build, clean, role_of, shorten
from autograd.render import BINARY_FORMATS, TIME_LIMIT, RenderError, render, render_binary
from autograd.snapshot import GraphTooLarge, Snapshot, check_size, snapshot

if TYPE_CHECKING:
    from autograd.value import Value

__all__ = ["Drawing", "GraphTooLarge", "RenderError", "draw"]

RANKDIRS = ("LR", "TB")
FILE_FORMATS = ("svg", "dot", "gv", "png", "pdf")


def draw(
    root: Value | Snapshot,
    *,
    rankdir: str = "LR",
    format: str = "svg",
    max_nodes: int = 300,
    derivatives: bool = True,
    legend: bool = False,
    time_limit: float = TIME_LIMIT,
) -> Drawing:
    """Draw the graph that leads to `root`, with the numbers it has now.

    Every value is a node with its label, data and grad; every operation is a small dark node that feeds its result;
    the number on an edge from an operand to an operation is the local derivative ∂result/∂operand. Inputs are orange
    ellipses, parameters blue boxes, constants grey dashed boxes, results white rounded boxes, and the output is green
    with a double border. Constants take no gradient, so their edges carry no number.

    `rankdir` is "LR" (left to right) or "TB" (top to bottom); `format` is the kind of file that `save` writes for a
    name without an extension; `time_limit` in seconds bounds the layout.

    Raises TypeError when `root` is not a Value, ValueError for an unknown `rankdir` or `format`, and `GraphTooLarge`
    (a ValueError) at once when the graph has more than `max_nodes` values. The layout happens when the picture is
    first asked for, and raises `RenderError` where it cannot be made.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> loss = a * b + a
    >>> loss.label = "loss"
    >>> loss.backward()
    >>> picture = draw(loss)
    >>> picture
    <Drawing of loss: 4 values, 2 operations; .svg, .source, .save("graph.svg")>
    >>> picture.svg.count('class="edge operand"')
    4
    """
    if rankdir not in RANKDIRS:
        raise ValueError(f'rankdir is "LR" (left to right) or "TB" (top to bottom), got {rankdir!r}')
    if format not in FILE_FORMATS:
        raise ValueError(f"format is one of {', '.join(FILE_FORMATS)}, got {format!r}")
    picture = root if isinstance(root, Snapshot) else snapshot(root, max_nodes=max_nodes)
    check_size(len(picture.nodes), max_nodes)
    source = build(picture, rankdir=rankdir, derivatives=derivatives, legend=legend).source
    return Drawing(picture, source, format, time_limit)


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture of one snapshot: `source` is its DOT text, `svg` the drawn picture; a notebook shows it by itself."""

    snapshot: Snapshot
    source: str
    format: str = "svg"
    time_limit: float = field(default=TIME_LIMIT, compare=False)

    @cached_property
    def svg(self) -> str:
        """The picture as an SVG document, where hovering over a node or an edge shows its numbers in full.

        Raises `RenderError` when there is no renderer, the layout takes longer than the time limit, or Graphviz
        leaves out an edge.
        """
        return _finish(render(self.source, "svg", time_limit=self.time_limit), self.snapshot)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to `path` and return the path; .svg, .dot, .gv, .png or .pdf says which kind of file.

        A name without an extension gets the one of `format`. The file appears whole or not at all. `.png` and `.pdf`
        need the program dot or the package cairosvg; the other kinds need nothing.

        Raises ValueError for another extension, FileNotFoundError when the folder does not exist, and `RenderError`
        when the picture cannot be made.
        """
        target = Path(path)
        if not target.suffix:
            target = target.with_name(f"{target.name}.{self.format}")
        kind = target.suffix[1:].lower()
        if kind not in FILE_FORMATS:
            works = ", ".join(f".{name}" for name in FILE_FORMATS)
            raise ValueError(f"cannot tell what to write from {target.suffix!r} in {str(path)!r}; what works: {works}")
        if not target.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(target.parent)!r} for {target.name!r}; make it first")
        _write(target, self._content(kind))
        return target

    def _content(self, kind: str) -> bytes:
        if kind == "svg":
            return self.svg.encode("utf-8")
        if kind in BINARY_FORMATS:
            return render_binary(self.source, kind, time_limit=self.time_limit)
        return self.source.encode("utf-8")

    def _repr_html_(self) -> str:
        """The picture as an image with its data inside: what trusted, untrusted and converted notebooks all show."""
        import base64

        data = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        # Wider than the cell: shrink to three quarters, where the text is still readable, and scroll beyond that.
        least = round(_width_in_pixels(self.svg) * 0.75)
        return (
            f'<div style="overflow-x:auto"><img alt="{_escape(self._summary())}" '
            f'style="max-width:100%;min-width:{least}px;height:auto" src="data:image/svg+xml;base64,{data}"></div>'
        )

    def _summary(self) -> str:
        return "Computation graph of " + _describe(self.snapshot)

    def __repr__(self) -> str:
        return f'<Drawing of {_describe(self.snapshot)}; .svg, .source, .save("graph.svg")>'


def _describe(picture: Snapshot) -> str:
    operations = sum(not node.is_leaf for node in picture.nodes)
    name = shorten(clean(picture.output.name))
    return f"{name}: {_count(len(picture.nodes), 'value')}, {_count(operations, 'operation')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _write(target: Path, content: bytes) -> None:
    """Write beside the target and rename, so that nobody ever sees half a file."""
    part = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


# ----- From Graphviz's SVG to ours -----

# Compiled by `re` when first used, to keep the import light.
_COMMENT = r"(?s)<!--.*?-->\s*"
_EDGE = r'<g id="[er]\d+" class="edge'
_TITLE = r'(<g id="([^"]+)" class="[^"]*"[^>]*>\s*)<title>[^<]*</title>'
_WIDTH = r'<svg width="([0-9.]+)pt"'


def _finish(svg: str, picture: Snapshot) -> str:
    """Check that every edge was drawn, and put the exact numbers where Graphviz leaves the names it works with."""
    expected = len(picture.edges) + sum(not node.is_leaf for node in picture.nodes)
    found = len(re.findall(_EDGE, svg))
    if found != expected:
        raise RenderError(
            f"Graphviz drew {found} of {expected} edges, so the picture would be wrong; "
            'draw it with rankdir="TB" or "LR" instead, or draw a smaller part of the graph'
        )
    titles = _titles(picture)
    body = re.sub(_COMMENT, "", svg[svg.index("<svg") :])
    body = re.sub(_TITLE, lambda match: match[1] + _title(titles.get(match[2])), body)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + body


def _title(text: str | None) -> str:
    return "" if text is None else f"<title>{_escape(text)}</title>"


def _escape(text: str) -> str:
    """Make text safe inside an element or a quoted attribute."""
    import html

    return html.escape(text)


def _titles(picture: Snapshot) -> dict[str, str]:
    """What a browser shows on hovering, by the id of the element."""
    names = [clean(node.name) for node in picture.nodes]
    titles = {"graph0": "Computation graph of " + _describe(picture)}
    for node in picture.nodes:
        gradient = f", grad {node.grad!r}" if node.requires_grad else ""
        titles[f"v{node.index}"] = f"{names[node.index]} ({role_of(node, picture)}): data {node.data!r}{gradient}"
        if not node.is_leaf:
            titles[f"o{node.index}"] = f"{clean(node.op)} gives {names[node.index]}"
    for edge in picture.edges:
        of, by = names[edge.target], names[edge.source]
        if picture.nodes[edge.source].requires_grad:
            titles[f"e{edge.index}"] = f"∂{of}/∂{by} = {edge.local_grad!r}"
    return titles


def _width_in_pixels(svg: str) -> float:
    match = re.search(_WIDTH, svg)
    return float(match[1]) * 4 / 3 if match else 0.0
