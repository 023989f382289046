"""Why backward() sorts the graph first: the recursion without sorting beside it, on the same graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded at the first call, to keep `import autograd` light
    from autograd.engine.value import Value
    from autograd.explanation.order import OrderComparison
    from autograd.graph.snapshot import Snapshot

__all__ = ["why_order"]


def why_order(output: Value | Snapshot, *, max_calls: int = 100_000) -> OrderComparison:
    """Run the naive recursion beside the sorted pass, and show where they part and by how much.

    The naive recursion is what one writes first: a node adds to the grad of its operands, then calls backward of each
    operand at once. A node with two uses is then called before all of its gradient has arrived, and called again later.
    The number of calls is the number of paths, so it is counted beforehand, and the recursion stops after `max_calls`.
    Both run on a frozen copy: `.grad` is neither read nor changed.

    Raises TypeError if output is not a Value, ValueError if max_calls is below 1.

    >>> from autograd import Value
    >>> a = Value(3.0, label="a")
    >>> b = a * 2.0
    >>> c = b * 5.0
    >>> b.label, c.label = "b", "c"
    >>> print(why_order(b + c))
    node  sorted pass  naive recursion  calls
    a              12               14
    <BLANKLINE>
    The sorted pass visits 3 computed nodes once each; the naive recursion makes 4 calls.
    They part at call 2, of b: it passes on 1 at once, but in the end 6 arrives there, for c comes later. ...
    """
    from autograd.explanation.order import compared

    return compared(output, max_calls)
