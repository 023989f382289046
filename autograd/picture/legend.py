"""Legends: small graphs of samples beside the graph itself."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING

from autograd.picture.paint import Paint
from autograd.picture.themes import Theme

if TYPE_CHECKING:
    import graphviz

__all__ = ["add_gradients", "add_roles"]


def add_roles(graph: graphviz.Digraph, present: Collection[str], theme: Theme, direction: str = "forward") -> None:
    """Every role that occurs, an operation, and what the number on an edge says."""
    leaves = [role for role in ("constant", "input", "parameter") if role in present]
    samples = [*leaves, "operation", *(role for role in ("result", "output") if role in present)]
    says = " gradient passed back " if direction == "backward" else " ∂result/∂operand "
    for role in samples:
        graph.node(f"legend_{role}", role, _attributes={"id": f"legend_{role}", "class": "legend", **theme.look(role)})
    for left, right in pairwise(samples):
        attributes = {"style": "invis"}
        if right == "operation":
            attributes = {"label": says}
        elif left == "operation":
            attributes = {}
        if direction == "backward" and "style" not in attributes:
            attributes["dir"] = "back"
        graph.edge(f"legend_{left}", f"legend_{right}", _attributes={"class": "legend", **attributes})


def add_gradients(graph: graphviz.Digraph, paint: Paint) -> None:
    """The colours of gradients, from 0 to the largest."""
    from autograd.support.text import format_number

    if paint.scale is None:
        return
    title = {"id": "legend_gradient", "class": "legend", "shape": "plaintext", "margin": "0.02,0"}
    graph.node("legend_gradient", "size of gradient", _attributes=title)
    names = ["legend_gradient"]
    for number, size in enumerate(paint.scale.ticks()):
        name = f"legend_gradient{number}"
        fill = paint.theme.heat(paint.scale.share(size))
        look = {**paint.theme.look("parameter"), "fillcolor": fill, "fontcolor": paint.theme.on(fill)}
        least = "≤ " if number == 1 and paint.scale.decades > 1 else ""
        graph.node(name, least + format_number(size), _attributes={**look, "id": name, "class": "legend"})
        names.append(name)
    for left, right in pairwise(names):
        graph.edge(left, right, _attributes={"class": "legend", "style": "invis"})
