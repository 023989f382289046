"""`explain`, and what it returns: a derivative as a sum over paths, with its notes and all ways to write it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from autograd.engine.many.order import places_of
from autograd.engine.value import Value
from autograd.explanation import writing
from autograd.explanation.factors import Factor as Factor
from autograd.explanation.factors import Path as Path
from autograd.explanation.factors import PathSum as PathSum
from autograd.explanation.factors import Settings as Settings
from autograd.explanation.notation import Style, format_count
from autograd.graph import topological_order
from autograd.graph.snapshot import Snapshot, check_root, freeze, snapshot
from autograd.support.convert import to_float
from autograd.support.text import got, short

__all__ = ["Explanation", "Factor", "Path", "PathSum", "Settings", "explain"]


class Explanation(PathSum):
    """A derivative as a sum over paths, in words; `explain` makes it.

    `str()`, `.latex` and `.html` write it; a notebook shows the LaTeX. Everything belongs to one snapshot of the graph.
    """

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What else there is to say: which numbers are of older inputs, why there is no path, how `.grad` compares.

        >>> from autograd import Value
        >>> x = Value(2.0, label="x")
        >>> y = x * x
        >>> x.data = 5.0
        >>> explain(y, x).notes[0]
        'v1 does not follow from its inputs: a number, or a rule, was changed since. Record the graph again.'
        """
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

        if self.count:
            settings.setdefault("highlight", self.source.index)
        return draw(self.snapshot, **settings)

    @cached_property
    def latex(self) -> str:
        """The formula with its numbers as LaTeX, without the dollar signs around it."""
        return writing.latex(self)

    @cached_property
    def html(self) -> str:
        """The formula, the paths and the factors as HTML; labels are escaped, and nothing is loaded from anywhere."""
        return writing.html(self)

    def _repr_latex_(self) -> str:
        return f"$${self.latex}$$"

    def __str__(self) -> str:
        return writing.text(self)

    def __repr__(self) -> str:
        paths = "1 path" if self.count == 1 else f"{format_count(self.count)} paths"
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
        return picture, _index_of(picture, wrt)
    if not isinstance(wrt, Value):
        raise TypeError(
            f"explain(output, wrt) derives by one Value or the label of one, got {got(wrt)}"
            + ("; for several, [explain(output, w) for w in ...]" if isinstance(wrt, (list, tuple)) else "")
        )
    if isinstance(output, Snapshot):
        raise TypeError(f"in a snapshot, name the node by its label, got {short(wrt)}")
    check_root(output)
    order = topological_order(output)
    (index,) = places_of([wrt], order)
    if index >= 0:
        return freeze(order, [output]), index
    # The output does not depend on wrt. With a place in the snapshot it has a name and a derivative like any other: 0.
    return freeze([*order, wrt], [output], alone=1), len(order)


def _index_of(picture: Snapshot, label: str) -> int:
    by_number = picture.graph.labels
    indices = [index for index, known in by_number.items() if known == label]
    if len(indices) == 1:
        return indices[0]
    if indices:
        raise ValueError(f"{len(indices)} nodes have the label {short(label)}: pass the Value itself")
    labels = sorted({*by_number.values()})
    some = ", ".join(map(short, labels[:10])) + (", ..." if len(labels) > 10 else "")
    raise ValueError(f"no node has the label {short(label)}; labels are {some or 'none: pass the Value itself'}")
