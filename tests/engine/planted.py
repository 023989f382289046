"""Wrong rows on purpose: what the tests of the tests put into the table for a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd import Value
from autograd.engine.operation import Op

Change = Callable[[Any], Any]


@contextmanager
def wrong_slope(op: Op, index: int, change: Change) -> Iterator[None]:
    """Within the block, the derivative of `op` by its operand `index` is `change` of the right one."""
    right = op.derivatives

    def wrong(xp: Any, y: Any, *operands: Any) -> Any:
        if not op.variadic:
            return change(right[index](xp, y, *operands))
        slopes = list(right[0](xp, y, *operands))
        return [change(slope) if i == index else slope for i, slope in enumerate(slopes)]

    position = 0 if op.variadic else index
    with _replaced(op, "derivatives", (*right[:position], wrong, *right[position + 1 :])):
        yield


@contextmanager
def wrong_value(op: Op, change: Change) -> Iterator[None]:
    """Within the block, the forward rule of `op` gives `change` of the right value."""
    right = op.forward
    with _replaced(op, "forward", lambda xp, *operands: change(right(xp, *operands))):
        yield


def row_like(op: Op, **changes: Any) -> Op:
    """A new row, not registered: that of `op` with some fields changed."""
    fields = {name: getattr(op, name) for name in Op.__slots__ if name != "index"}
    return Op(**fields | changes)


def frozen(slope: Any) -> Any:
    """The right number, but without a history: what a rule would give that forgot to be recorded."""
    return slope.data if isinstance(slope, Value) else slope


@contextmanager
def _replaced(op: Op, name: str, rule: Any) -> Iterator[None]:
    # A row cannot be changed, and the functions made from it hold on to it: so it is changed where it stands.
    right = getattr(op, name)
    object.__setattr__(op, name, rule)
    try:
        yield
    finally:
        object.__setattr__(op, name, right)
