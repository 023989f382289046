"""A computation graph as one self-contained interactive page: step through it, ask where a gradient comes from, change
a leaf and see what follows.

Python freezes the graph and writes the page; everything after that happens in the browser, without a kernel or a
network.

payload      what the page knows of the graph, as JSON
operations   the rules of the table, printed as JavaScript; by expression and loops
document     template, style, scripts and data put together
browser/     the page's own scripts, one idea a file
still        a picture and a table, for where scripts do not run
notebook     the page in a cell, over that picture
"""

from __future__ import annotations

import os
import tempfile
import webbrowser
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.support import files
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_choice, check_count, check_text
from autograd.support.text import short_path

if TYPE_CHECKING:
    from autograd.engine.value import Value
    from autograd.graph.snapshot import Snapshot

__all__ = ["View", "view"]

MAX_NODES = 50_000
NAMES = {
    "name": ["title"], "label": ["title"], "size": ["height"], "limit": ["max_nodes"],
    "dark": ["theme"], "style": ["theme"], "colors": ["theme"],
    "width": ["the page is as wide as the cell or the window; it takes title, height, theme, max_nodes"],
    "filename": ["save the page that comes back, as in view(output).save('graph.html')"],
    "path": ["save the page that comes back, as in view(output).save('graph.html')"],
}  # fmt: skip


@suggest_keywords(NAMES)
def view(output: Value, *, title: str = "", height: int = 620, theme: str = "auto", max_nodes: int = MAX_NODES) -> View:
    """The graph that leads to `output` as an interactive page, with the numbers it has now.

    The page shows each node's value and ∂output/∂node, whether or not `backward()` was called. It steps forward
    through the values and backward through the gradients, says at each step what is computed, lights the paths from a
    node to the output, and recomputes everything when a slider moves a leaf. Graphs of more than 150 nodes start
    folded: one box for each neuron or layer, as parameter labels such as `layers.0.neurons.1.w2` tell. No letter is
    smaller than 11 pixels at first: a graph that is too large for that is folded further, or seen from its output, with
    a map. Ctrl+P prints the picture at its step, with letters of 8 points and more.

    - `height` is that of the page inside a notebook, a whole number of pixels.
    - `theme` is "light", "dark" or "auto", which follows the reader's notebook or system; the page has a switch.

    Raises TypeError when `output` is not a Value and for a setting of the wrong kind, ValueError for a height that is
    not positive and for another theme, and `GraphTooLarge` (a ValueError) when the graph has more than `max_nodes`
    nodes.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> page = view((a * b).tanh(), title="a first look")
    >>> page
    <View of a first look: 4 nodes; .html, .save("graph.html"), .open()>
    >>> page.html.startswith("<!DOCTYPE html>")
    True
    """
    from autograd.graph import topological_order
    from autograd.graph.snapshot import snapshot
    from autograd.picture.themes import THEMES

    check_text("view", "title", title)
    check_count("view", "height", height)
    check_choice("theme", theme, THEMES)
    check_count("view", "max_nodes", max_nodes)
    picture = snapshot(output, max_nodes=max_nodes)
    order = topological_order(output)
    return View(picture, title, height, theme, tuple(v.params for v in order), tuple(v.place for v in order))


@dataclass(frozen=True, repr=False)
class View:
    """The page of one frozen graph: `html` is the document; a notebook shows it by itself."""

    snapshot: Snapshot
    title: str
    height: int
    theme: str
    params: tuple[tuple[float, ...], ...]
    places: tuple[str, ...]

    @cached_property
    def html(self) -> str:
        """The whole page as one HTML document that needs nothing else: alive, and a still picture without scripts."""
        from autograd.page.document import page_of
        from autograd.page.still import caption, image, table, with_gradients

        picture = with_gradients(self.snapshot)
        about = caption(picture, self.title)
        still = f"<p>{escape(about)}. Where scripts run, this page is alive.</p>{table(picture, 'Gradients')}"
        return page_of(self, still + image(picture, about, self.theme))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path` and return the path; the file appears whole or not at all.

        A name without an extension gets `.html`. Raises ValueError for an extension other than .html and .htm,
        IsADirectoryError for a folder, and FileNotFoundError when the folder does not exist.
        """
        target = files.target(path, "graph.html")
        if not target.suffix:
            target = target.with_name(target.name + ".html")
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(
                f"a page is saved as .html, got {short_path(path)}; "
                "draw(...).save writes pictures, such as .svg and .png"
            )
        files.write(target, self.html.encode("utf-8"))
        return target

    def open(self) -> Path:
        """Write the page to a temporary file, show it in the web browser, and return the path of the file."""
        folder = Path(tempfile.mkdtemp(prefix="chaingrad-"))
        path = self.save(folder / "graph.html")
        webbrowser.open(path.resolve().as_uri())
        return path

    def _repr_html_(self) -> str:
        from autograd.page.notebook import cell

        return cell(self)

    def __repr__(self) -> str:
        from autograd.support.text import clean, plural, shorten

        name = shorten(clean(self.title) or clean(self.snapshot.output.name))
        return f'<View of {name}: {plural(len(self.snapshot.nodes), "node")}; .html, .save("graph.html"), .open()>'
