"""How the parts of one picture look: the theme, dimmed where a highlight leaves them out, or coloured by gradient.

A node off the highlighted paths keeps its shape and loses most of its colour; text keeps more of it:

    >>> from autograd.picture.themes import LIGHT
    >>> dimmed = Paint().dimmed(LIGHT.look("input"))
    >>> LIGHT.look("input")["fillcolor"], dimmed["fillcolor"], dimmed["fontcolor"]
    ('#fdeccb', '#fffbf4', '#a3a3a3')
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from autograd.graph.snapshot import Node
from autograd.picture.highlight import Highlight
from autograd.picture.themes import LIGHT, Look, Theme

__all__ = ["Paint", "Scale"]

MOST_DECADES = 4
LEAST_SHARE = 0.15  # of the ramp, for any gradient but 0: a small one is still seen not to be 0


@dataclass(frozen=True)
class Scale:
    """Sizes of gradients on a logarithmic scale that ends at the largest one and spans 1 to 4 powers of ten.

    >>> scale = Scale.of([0.0, -8.0, 0.5])
    >>> scale.largest, scale.decades, [scale.share(x) for x in (0.0, 8.0, -0.08)]
    (8.0, 2, [0.0, 1.0, 0.15])
    """

    largest: float
    decades: int

    @staticmethod
    def of(gradients: Iterable[float]) -> Scale:
        """The scale for these gradients; nan and infinity do not count."""
        sizes = [abs(x) for x in gradients if x and math.isfinite(x)]
        if not sizes:
            return Scale(1.0, 1)
        # The difference of logarithms, as the ratio itself can overflow.
        ratio = math.log10(max(sizes)) - math.log10(min(sizes))
        return Scale(max(sizes), max(1, min(MOST_DECADES, math.ceil(ratio))))

    def share(self, gradient: float) -> float:
        """0 for a gradient of 0, 1 for the largest, nan and infinity; at least 0.15 for anything else."""
        if gradient == 0.0:
            return 0.0
        if not math.isfinite(gradient):
            return 1.0
        below = (math.log10(self.largest) - math.log10(abs(gradient))) / self.decades
        return LEAST_SHARE + (1.0 - LEAST_SHARE) * min(1.0, max(0.0, 1.0 - below))

    def ticks(self) -> list[float]:
        """The sizes that a legend shows, from 0 up to the largest."""
        return [0.0, *(self.largest / 10**power for power in range(self.decades, 0, -1)), self.largest]


@dataclass(frozen=True)
class Paint:
    """Theme, highlight and scale of gradients together, as DOT attributes for each part of a picture."""

    theme: Theme = LIGHT
    highlight: Highlight | None = None
    scale: Scale | None = None

    def value(self, node: Node, role: str) -> Look:
        """A value: coloured by the size of its gradient if there is a scale, dimmed if off the paths."""
        look = self.theme.look(role)
        if node.requires_grad:
            look = self.heated(look, node.grad)
        return self._dimmed_off_path(look, [node.index])

    def box(self, gradient: float | None, members: Iterable[int], role: str = "box") -> Look:
        """A folded box, coloured by the largest gradient in it, if anything in it takes one."""
        look = {**self.theme.look("box"), **dict(zip(("fillcolor", "color"), self.theme.fills[role], strict=True))}
        if gradient is not None:
            look = self.heated(look, gradient)
        return self._dimmed_off_path(look, members)

    def operation(self, index: int) -> Look:
        """The operation that made node `index`."""
        return self._dimmed_off_path(self.theme.look("operation"), [index])

    def _dimmed_off_path(self, look: Look, nodes: Iterable[int]) -> Look:
        """Dimmed where there are highlighted paths and none of these nodes lies on them."""
        on_path = self.highlight is None or not self.highlight.nodes.isdisjoint(nodes)
        return look if on_path else self.dimmed(look)

    def carries(self, edges: Iterable[int]) -> Look:
        """An edge of the picture that stands for these edges of the graph: as wide as what they carry together.

        Blue and solid for what adds to the derivative, orange and dashed for what takes away from it.
        """
        if self.highlight is None:
            return {}
        flow = self.highlight.flow
        carried = [flow[index] for index in edges if index in flow]
        if not carried:
            return {"color": self.theme.faded(self.theme.line), "fontcolor": self.theme.faded(self.theme.ink)}
        total = sum(carried)
        # A flow of inf is drawn as wide as the largest finite one, and so is nan.
        share = min(1.0, abs(total) / self.highlight.largest) if self.highlight.largest else 0.0
        look = {"color": self.theme.positive, "penwidth": f"{1.2 + 2.8 * (1.0 if share != share else share):.2f}"}
        # The dashes say the same as the colour, for readers and printers that see none.
        if total < 0:
            look |= {"color": self.theme.negative, "style": "dashed"}
        return look

    def dimmed(self, look: Look) -> Look:
        """The same look with only a share of its colours left."""
        faded: Look = {
            name: self.theme.faded(colour) for name, colour in look.items() if name in ("color", "fillcolor")
        }
        return {**look, **faded, "fontcolor": self.theme.faded(self.theme.ink, 0.4)}

    def heated(self, look: Look, gradient: float) -> Look:
        """The same look in the colour that the scale gives to a gradient, if there is a scale."""
        if self.scale is None:
            return look
        fill = self.theme.heat(self.scale.share(gradient))
        return {**look, "fillcolor": fill, "fontcolor": self.theme.on(fill)}
