"""What `explain` returns: a derivative as a sum over paths, with its settings, its notes and all ways to write it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from autograd.engine.value import Value
from autograd.explanation import writing
from autograd.explanation.factors import Factor as Factor
from autograd.explanation.factors import Path as Path
from autograd.explanation.factors import build
from autograd.explanation.jacobians import BlockRoutes
from autograd.explanation.notation import SYMBOLS, Style, counted
from autograd.explanation.stops import choose, stops
from autograd.graph import topological_order
from autograd.graph.paths import Routes, between
from autograd.graph.snapshot import Node, Snapshot, snapshot
from autograd.graph.strongest import strongest
from autograd.support.convert import to_float

__all__ = ["Explanation", "Factor", "Path", "Settings", "explain"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much an explanation shows, and how it is written."""

    k: int = 10
    precision: int = 4
    symbol: str = "∂"
    subscripts: bool = False
    width: int = 100

    def __post_init__(self) -> None:
        for name, least, most in (("k", 1, None), ("precision", 1, 17), ("width", 20, None)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise TypeError(f"{name} is a whole number, got {value!r} ({type(value).__name__})")
            if value < least or (most is not None and value > most):
                raise ValueError(f"{name} is {f'{least} to {most}' if most else f'at least {least}'}, got {value}")
        if self.symbol not in SYMBOLS:
            raise ValueError(f'symbol is "∂" or "d", got {self.symbol!r}')

    def style(self, kind: type[Style]) -> Style:
        """A way to write, with these settings."""
        return kind(self.precision, self.symbol, self.subscripts)


class Explanation:
    """A derivative as a sum over paths; `explain` makes it.

    `str()`, `.latex` and `.html` write it; a notebook shows the LaTeX. Everything belongs to one snapshot of the graph.
    """

    def __init__(self, picture: Snapshot, source: int, target: int, grain: str, settings: Settings) -> None:
        self.snapshot = picture
        self.settings = settings
        chosen = choose(picture, between(picture, source, target), source, target, grain)
        self.grain = chosen.kind
        self._routes: Routes | BlockRoutes
        if chosen.kind == "layer":
            self._routes = BlockRoutes(picture, source, target, chosen.blocks or [])
            shown = self._routes.blocks
        else:
            known = None if chosen.blocks is None else [block[0] for block in chosen.blocks]
            self._routes = Routes(picture, source, target, known)
            shown = [(index,) for index in self._routes.stops]
        self._stops = stops(picture, shown or [(target,), (source,)], chosen.titles)

    @property
    def source(self) -> Node:
        """The node that it is derived by, as it was when the snapshot was taken."""
        return self.snapshot.nodes[self._routes.source]

    @property
    def target(self) -> Node:
        """The node that is derived."""
        return self.snapshot.nodes[self._routes.target]

    @property
    def size(self) -> float:
        """The sum of |product| over all paths through every node: what rounding errors are measured against."""
        return self._routes.size

    @property
    def output(self) -> str:
        """The name of what is derived."""
        return self._stops[self._routes.target].name

    @property
    def wrt(self) -> str:
        """The name of what it is derived by."""
        return self._stops[self._routes.source].name

    @property
    def count(self) -> int:
        """How many paths there are, told apart by the stops they pass; exact, however many."""
        return self._routes.count

    @cached_property
    def every(self) -> int:
        """How many paths there are through every node."""
        return (self._routes.routes if isinstance(self._routes, BlockRoutes) else self._routes).every

    @property
    def total(self) -> float:
        """The derivative: the sum over all paths."""
        return self._routes.total

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """All paths in the order of the operands, or if there are more than k, the k strongest, strongest first."""
        routes, k = self._routes, self.settings.k
        walks: Sequence[Sequence[Any]]
        if routes.count <= k:
            walks = routes.paths()
        else:
            walks = strongest(routes, k) if isinstance(routes, Routes) else routes.strongest(k)
        return build(routes, walks, self._stops, self._open)

    @property
    def hidden(self) -> int:
        """How many paths are not among `paths`."""
        return self.count - len(self.paths)

    @property
    def rest(self) -> float:
        """What the hidden paths contribute together: 0 if it is below the rounding error of the sum."""
        left = self.total - math.fsum(path.product for path in self.paths) if self._finite else math.nan
        return left if self.hidden and not abs(left) <= 1e-13 * self.size else 0.0

    @property
    def _finite(self) -> bool:
        return all(math.isfinite(x) for x in (self.total, *(path.product for path in self.paths)))

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Every factor of the paths shown, once, in the order in which the formula meets them."""
        return tuple({id(factor): factor for path in self.paths for factor in path.factors}.values())

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What else there is to say: why there is no path, and how the derivative compares with `.grad`."""
        return tuple(writing.notes(self))

    def update(self, lr: float) -> writing.Update:
        """One step of gradient descent with the learning rate η = lr: w ← w − η · ∂L/∂w, with its numbers.

        Nothing is changed; `.value` is the number to set. Raises TypeError for a learning rate that is no number.

        >>> from autograd import Value
        >>> from autograd.explanation import explain
        >>> w = Value(3.0, label="w")
        >>> print(explain(w * w, w).update(0.1))
        w ← w − η · ∂v1/∂w = 3 − 0.1 · 6 = 2.4
        """
        return writing.Update(self, to_float(lr))

    def draw(self, **settings: Any) -> Any:
        """The graph as a picture, with the paths highlighted; `settings` go to `autograd.draw`."""
        from autograd.picture import draw

        known = inspect.signature(draw).parameters
        if "highlight" in known and self.count:
            settings.setdefault("highlight", self._routes.source)
        return draw(self.snapshot, **settings)

    @cached_property
    def latex(self) -> str:
        """The formula with its numbers as LaTeX, without the dollar signs around it."""
        return writing.latex(self)

    @cached_property
    def html(self) -> str:
        """The formula, the paths and the factors as HTML; labels are escaped, and nothing is loaded from anywhere."""
        return writing.html(self)

    def _open(self, source: int, target: int) -> Explanation:
        return Explanation(self.snapshot, source, target, "all", self.settings)

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def __str__(self) -> str:
        return writing.text(self)

    def __repr__(self) -> str:
        paths = "1 path" if self.count == 1 else f"{counted(self.count)} paths"
        derivative = self.settings.style(Style).derivative(self.output, self.wrt)
        return f"<Explanation of {derivative} = {self.total!r}: {paths}; print it, or .latex, .html, .paths>"


def explain(
    output: Value | Snapshot,
    wrt: Value | str,
    grain: str = "auto",
    *,
    k: int = 10,
    precision: int = 4,
    symbol: str = "∂",
    subscripts: bool = False,
    width: int = 100,
) -> Explanation:
    """Explain the derivative of `output` by `wrt` as the sum over all paths that join them.

    Each path is a product of derivatives from stop to stop. `grain` says where to stop: at "named" nodes, at "all", at
    the output of every "neuron" or "layer" (by the labels of parameters, such as layers.0.neurons.1.w2); "auto" takes
    the first of named, neuron, all that has a stop on the way. A factor between two stops is the sum over the paths
    between them, and its `open()` shows those. With more than `k` paths, the k strongest are shown, and one line for
    the rest; the number of paths is exact, however large.

    Everything is read from the local derivatives that the graph recorded: `backward()` need not have run, and nothing
    is changed. `precision` is in significant digits, `symbol` is "∂" or "d", `width` is the length of a line of text,
    `subscripts=True` writes w₁ for w1 in the text. `wrt` may be a label.

    Raises TypeError if output or wrt is not a Value, ValueError for a label that is not there or not unique and for
    settings out of range.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(3.0, label="x")
    >>> a, b = w * x, w * w
    >>> a.label, b.label = "a", "b"
    >>> y = a * b
    >>> y.label = "y"
    >>> why = explain(y, w)
    >>> print(str(why).split("The factors")[0])
    ∂y/∂w = ∂y/∂a · ∂a/∂w + ∂y/∂b · ∂b/∂w
          = 0.25 · 3 + 1.5 · 1
          = 0.75 + 1.5
          = 2.25
    ...
    >>> why.count, why.total, why.paths[0].names
    (2, 2.25, ('y', 'a', 'w'))
    """
    settings = Settings(k, precision, symbol, subscripts, width)
    picture, source = _locate(output, wrt)
    return Explanation(picture, source, picture.root, grain, settings)


def _locate(output: Value | Snapshot, wrt: Value | str) -> tuple[Snapshot, int]:
    """The snapshot, and the number of the node that wrt is; a node that leads nowhere is added at the end."""
    if isinstance(wrt, str):
        picture = output if isinstance(output, Snapshot) else snapshot(output)
        return picture, _labelled(picture, wrt)
    if not isinstance(wrt, Value):
        raise TypeError(
            f"explain(output, wrt) derives by one Value or the label of one, got {wrt!r} ({type(wrt).__name__})"
            + ("; for several, [explain(output, w) for w in ...]" if isinstance(wrt, (list, tuple)) else "")
        )
    if isinstance(output, Snapshot):
        raise TypeError(f"in a snapshot, name the node by its label, got {wrt!r}")
    picture = snapshot(output)
    for index, node in enumerate(topological_order(output)):
        if node is wrt:
            return picture, index
    index = len(picture.nodes)
    alone = replace(snapshot(wrt).output, index=index)
    return replace(picture, nodes=(*picture.nodes, alone)), index


def _labelled(picture: Snapshot, label: str) -> int:
    found = [node.index for node in picture.nodes if node.label == label]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{len(found)} nodes have the label {label!r}: pass the Value itself")
    known = sorted({node.label for node in picture.nodes if node.label})
    some = ", ".join(map(repr, known[:10])) + (", ..." if len(known) > 10 else "")
    raise ValueError(f"no node has the label {label!r}; labels are {some or 'none: pass the Value itself'}")
