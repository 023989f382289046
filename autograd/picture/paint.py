"""How the parts of one picture look: the theme, dimmed where a highlight leaves them out, or coloured by gradient."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from autograd.graph.snapshot import Node
from autograd.picture.highlight import Highlight
from autograd.picture.themes import LIGHT, Look, Theme

__all__ = ["Paint", "Scale"]

MOST_DECADES = 4


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
        ratio = math.log10(max(sizes)) - math.log10(min(sizes))
        return Scale(max(sizes), max(1, min(MOST_DECADES, math.ceil(ratio))))

    def share(self, gradient: float) -> float:
        """0 for a gradient of 0, 1 for the largest, nan and infinity; at least 0.15 for anything else."""
        if gradient == 0.0:
            return 0.0
        if not math.isfinite(gradient):
            return 1.0
        below = (math.log10(self.largest) - math.log10(abs(gradient))) / self.decades
        return 0.15 + 0.85 * min(1.0, max(0.0, 1.0 - below))

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
            look = self._heated(look, node.grad)
        return look if self.on(node.index) else self.dimmed(look)

    def box(self, gradient: float, members: Iterable[int], takes_gradient: bool) -> Look:
        """A folded box, coloured by the norm of the gradients of its parameters."""
        look = self.theme.look("box")
        if takes_gradient:
            look = self._heated(look, gradient)
        return look if any(self.on(index) for index in members) else self.dimmed(look)

    def operation(self, index: int) -> Look:
        """The operation that made node `index`."""
        look = self.theme.look("operation")
        return look if self.on(index) else self.dimmed(look)

    def on(self, index: int) -> bool:
        """True if a node lies on the highlighted paths, or nothing is highlighted."""
        return self.highlight is None or index in self.highlight.nodes

    def carries(self, edges: Iterable[int]) -> Look:
        """An edge of the picture that stands for these edges of the graph: as wide as what they carry together.

        Blue and solid for what adds to the derivative, orange and dashed for what takes away from it.
        """
        if self.highlight is None:
            return {}
        flow = self.highlight.flow
        carried = [flow[index] for index in edges if index in flow]
        if not carried:
            faint = self.theme.faded(self.theme.line)
            return {"color": faint, "fontcolor": self.theme.faded(self.theme.ink)}
        total = sum(carried)
        share = min(1.0, abs(total) / self.highlight.largest) if self.highlight.largest else 0.0
        look = {"color": self.theme.positive, "penwidth": f"{1.2 + 2.8 * (1.0 if share != share else share):.2f}"}
        if total < 0:
            look |= {"color": self.theme.negative, "style": "dashed"}
        return look

    def dimmed(self, look: Look) -> Look:
        """The same look with only a share of its colours left."""
        faded: Look = {
            name: self.theme.faded(colour) for name, colour in look.items() if name in ("color", "fillcolor")
        }
        return {**look, **faded, "fontcolor": self.theme.faded(self.theme.ink, 0.4)}

    def _heated(self, look: Look, gradient: float) -> Look:
        if self.scale is None:
            return look
        fill = self.theme.heat(self.scale.share(gradient))
        return {**look, "fillcolor": fill, "fontcolor": self.theme.on(fill)}
