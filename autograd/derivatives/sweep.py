"""The sweep back over recorded Values that gives derivatives: as floats, or recorded, to be differentiated again."""

import math
from typing import Any

from autograd import functions
from autograd.custom import check_recordable, is_own
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.many.order import topological
from autograd.engine.node import edges_back, peek, shared_by
from autograd.engine.state import MODE, check_gradient, check_stopped
from autograd.engine.value import Value
from autograd.support.text import short

Adjoint = Any  # a float, or with create_graph a float or Value


def derivatives(
    output: Value, variables: list[Value], order: list[Value], create_graph: bool, seed: float = 1.0
) -> list[Any]:
    """∂output/∂variable for each of the variables: Values with `create_graph`, else floats."""
    adjoints = _adjoints(output, variables, order, seed, create_graph)
    slopes = [adjoints.get(v, 0.0) for v in variables]
    return [d if isinstance(d, Value) else Value(d, role="constant") for d in slopes] if create_graph else slopes


def _adjoints(
    output: Value, variables: list[Value], order: list[Value], seed: float, create_graph: bool
) -> dict[Value, Adjoint]:
    """The adjoint ∂output/∂node of every node on a path from a variable to the output.

    For y = x·x and the variable x the order is [x, y]; y passes 1·x on along each of its two edges, and x gets x + x.
    """
    # Upwards, operands before results: which nodes lie on a path from a variable at all. Through a step there is none.
    reaching = set(variables)
    for node in order:
        if node not in reaching and not is_step(node) and not reaching.isdisjoint(edges_of(node, 0.0)[0]):
            reaching.add(node)
    # Downwards, results before operands: when a node's turn comes, all that used it has passed its part on.
    adjoints: dict[Value, Adjoint] = {output: seed}
    anomalies = MODE.get().anomalies
    for node in reversed(order):
        if node not in reaching or node not in adjoints or node.is_leaf or is_step(node):
            continue
        operands, numbers = edges_of(node, number_of(adjoints[node]))
        slopes = recorded_slopes(node, operands, numbers, reaching) if create_graph else numbers
        for operand, number, slope in zip(operands, numbers, slopes, strict=True):
            if operand in reaching:
                if anomalies:
                    check_stopped(operand, number, node, number_of(adjoints[node]))
                part = times(adjoints[node], slope, number)
                if part is not None:
                    adjoints[operand] = adjoints[operand] + part if operand in adjoints else part
                    if anomalies:
                        check_gradient(operand, number_of(adjoints[operand]), node, number_of(adjoints[node]))
    return adjoints


def order_of(outputs: list[Value]) -> list[Value]:
    """Operands before results, and what softmaxes share, for `edges_of`."""
    return topological(outputs, shared=True)


def edges_of(node: Value, *arriving: float) -> tuple[tuple[Value, ...], tuple[float, ...]]:
    """Operands and local derivatives, those that softmaxes share once for all of them.

    That is for numbers alone that are finite, see `node.pair_slope`: a program has to do for all that it may get.
    """
    if shared_by(node) is None or MODE.get().tracing or not all(map(math.isfinite, arriving)):
        return node.operands, node.local_grads
    return edges_back(node)


def is_step(node: Value) -> bool:
    """Whether a node is a step function, as floor or sign: no path leads through it, as none does in `backward()`."""
    op = None if node.requires_grad else ops.TABLE.get(node.op)
    return op is not None and not op.differentiable


def number_of(adjoint: Adjoint) -> float:
    return peek(adjoint) if isinstance(adjoint, Value) else adjoint


def times(adjoint: Adjoint, slope: Any, number: float) -> Adjoint | None:
    """adjoint · slope; None where the engine's rule says that a factor of exactly 0 stops an infinite one.

    `number` is that of the slope. An adjoint of 0 stops a nan, too; a slope of 0 does not, so that the nan is seen.
    """
    tracing = MODE.get().tracing
    arriving = number_of(adjoint)
    product = 0.0 if tracing else arriving * number
    if product != product and (arriving == 0.0 or (number == 0.0 and arriving == arriving)):
        return None
    # Factors of 1 and -1 that are plain numbers are left out: the recorded graph stays as a person would write it.
    for one, other in ((adjoint, slope), (slope, adjoint)):
        if not isinstance(one, Value) and one in (1.0, -1.0):
            return other if one == 1.0 else -other
    return _traced_product(adjoint, slope) if tracing else adjoint * slope


def _traced_product(adjoint: Adjoint, slope: Any) -> Adjoint | None:
    """The same for all numbers that a program may get: whether the rule stops a product is asked when it runs."""
    # Nothing comes of an adjoint of 0. Another finite number stops nothing and is not stopped, but for a slope of 0.
    if not isinstance(adjoint, Value) and adjoint == 0.0:
        return None
    for factor in (adjoint, slope):
        if not isinstance(factor, Value) and math.isfinite(factor) and factor != 0.0:
            return adjoint * slope
    question = apply(ops.TABLE["stops"], (adjoint, slope))  # registered where functions are traced
    return functions.where(question, 0.0, adjoint * slope)


def recorded_slopes(
    node: Value, below: tuple[Value, ...], numbers: tuple[float, ...], reaching: set[Value]
) -> list[Any]:
    """The local derivatives by the nodes below as Values, by the rules of the table over recorded functions."""
    op = ops.TABLE[node.op]
    operands = [operand.data if operand.role == "constant" else operand for operand in below]
    shared = shared_by(node)
    if shared is not None and below[-1] is shared:
        # Beside an operand that has the whole share, the local derivatives are those by xₖ and by what all share.
        slopes = op.local(functions, node, [-math.inf, 0.0], (0.0,))
    elif op.variadic:
        slopes = op.local(functions, node, operands, node.params)
    else:
        if is_own(op.name) and not MODE.get().tracing:
            for rule, operand in zip(op.derivatives, below, strict=True):
                if operand in reaching:
                    check_recordable(op.name, rule, node, operands)
        slopes = [
            rule(functions, node, *operands) if operand in reaching else 0.0
            for rule, operand in zip(op.derivatives, below, strict=True)
        ]
    for operand, number, slope in zip(below, numbers, slopes, strict=True):
        now = number_of(slope)
        if operand in reaching and now != number and now == now and abs(now - number) > 1e-9 * abs(number):
            raise RuntimeError(
                f"the data of {short(operand)} or {short(node)} was changed after it was recorded (local derivative "
                f"{number:g} then, {now:g} now): a second derivative would mix the two. Record the graph again"
            )
    if MODE.get().tracing:
        return slopes
    # A slope that itself has no slope (1 where x > 0) is a number like any other.
    return [s.data if isinstance(s, Value) and not s.requires_grad else s for s in slopes]
