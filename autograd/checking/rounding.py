"""How large the rounding error of a recorded result can be: each operation's own, carried on by the chain rule.

An operation of value v rounds by up to ε·|v|, and the result moves by its adjoint times that: the bound to first
order is Σ |∂result/∂v|·ε·|v| over all operations below (Linnainmaa 1976; Iri 1984). A row of the table whose forward
rule takes several operations counts as those: 1 + erf(x/√2) in the left tail of `gelu` is rounded to ε, while its
result is far smaller than ε.
"""

import math
import sys
from decimal import Decimal

from autograd import functions
from autograd.engine import ops
from autograd.engine.value import Value
from autograd.graph import topological_order

EPSILON = sys.float_info.epsilon  # two units of roundoff: what C's functions keep to; lgamma takes up to six
TINY = sys.float_info.min * EPSILON  # the smallest float: numbers below 1e-308 are rounded to its multiples


def rounding_error(result: Value) -> float:
    """A bound, to first order, for how far the number of a recorded result is from the exact one; inputs are exact.

    >>> x = Value(1e-3)
    >>> rounding_error(x + 1e6 - 1e6) > 1e-10 > 1e-18 > rounding_error(x * 2.0)
    True
    """
    total = 0.0
    adjoints = {result: 1.0}
    for node in reversed(topological_order(result)):
        adjoint = adjoints.get(node, 0.0)
        if node.is_leaf or adjoint == 0.0:
            continue
        # An infinite adjoint says nothing of rounding; it would hide whatever is wrong behind an infinite bound.
        if math.isfinite(own := abs(adjoint) * _own_error(node)):
            total += own
        for operand, slope in zip(node.operands, node.local_grads, strict=True):
            if math.isfinite(part := adjoint * slope):
                adjoints[operand] = adjoints.get(operand, 0.0) + part
    return total


def _own_error(node: Value) -> float:
    """The rounding error of one operation on exact operands."""
    operands = [Value(operand.data) for operand in node.operands]
    try:
        steps = ops.TABLE[node.op].value(functions, operands, node.params)
    except (TypeError, ValueError, AttributeError):  # a user's rule that takes plain numbers alone
        steps = None
    if isinstance(steps, Value) and not steps.is_leaf and steps.op != node.op:
        return rounding_error(steps)
    # Near a zero of a function its rounding is that of an operand: lgamma at 1.000001 is off by ε, not by ε·|lgamma|.
    moved = (abs(operand.data * slope) for operand, slope in zip(node.operands, node.local_grads, strict=True))
    return EPSILON * max(abs(node.data), *(min(by, 1.0) for by in moved if by == by), 0.0) + TINY


def half_unit(x: float) -> float:
    """Half a unit in the last digit of a number as it is written; whole numbers are written to the unit.

    >>> half_unit(0.0142), half_unit(1200.0)
    (5e-05, 0.5)
    """
    exponent = Decimal(repr(x)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # finite
    return 0.5 * 10.0 ** min(exponent, 0)
