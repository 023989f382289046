"""The chain rule, explained: a derivative as the sum over paths, with names, numbers and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded at the first call, to keep `import autograd` light
    from autograd.engine.value import Value
    from autograd.explanation.explanation import Explanation
    from autograd.graph.snapshot import Snapshot

__all__ = ["explain"]


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
    from autograd.explanation.explanation import Settings, explained

    return explained(output, wrt, grain, Settings(k, precision, symbol, subscripts, width))
