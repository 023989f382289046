"""Derivatives as results: `grad` of recorded values to any order, and `value_and_grad`, `jacobian`, ... of functions.

Nothing here touches the `.grad` of a Value.
"""

from collections.abc import Callable, Sequence
from typing import Any

from autograd import functions
from autograd.engine import ops
from autograd.engine.node import peek
from autograd.engine.state import MODE, refuse_number
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.graph.nested import leaves_of, like, values_like
from autograd.support.convert import Number, to_float

__all__ = ["derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"]

Adjoint = Any  # a float, or with create_graph a float or Value


def grad(
    output: Value,
    inputs: Value | Sequence[Value],
    *,
    seed: Number = 1.0,
    create_graph: bool = False,
    allow_unused: bool = True,
) -> Any:
    """∂output/∂input for each input (a list for a list, one result for one), interior nodes included.

    With `create_graph=True` the results are Values, recorded from the same table of rules, so that they can be
    differentiated and drawn again; otherwise they are floats. An input that the output does not depend on has
    derivative 0, or raises ValueError with `allow_unused=False`.

    Raises TypeError if the output or an input is not a Value; RuntimeError if, with `create_graph`, `.data` of a node
    was changed after it was recorded.

    >>> x = Value(2.0)
    >>> y = x**3
    >>> first = grad(y, x, create_graph=True)
    >>> first.data, grad(first, x), x.grad
    (12.0, 12.0, 0.0)
    """
    if not isinstance(output, Value):
        raise TypeError(
            f"grad() takes a recorded Value and what to differentiate by, got {output!r} ({type(output).__name__}); "
            "for a function, write derivative(f)(x) or value_and_grad(f)(x)"
        )
    if not create_graph:
        refuse_number("grad() without create_graph=True")
    variables = [inputs] if isinstance(inputs, Value) else list(inputs)
    for v in variables:
        if not isinstance(v, Value):
            raise TypeError(f"grad() takes Values, got {v!r} ({type(v).__name__})")
    order = topological_order(output)
    if not allow_unused:
        _refuse_unused(output, variables, order)
    adjoints = _adjoints(output, variables, order, to_float(seed), create_graph)
    derivatives = [adjoints.get(v, 0.0) for v in variables]
    if create_graph:
        derivatives = [d if isinstance(d, Value) else Value(d, role="constant") for d in derivatives]
    return derivatives[0] if isinstance(inputs, Value) else derivatives


def _refuse_unused(output: Value, variables: list[Value], order: list[Value]) -> None:
    below = set(order)
    for i, v in enumerate(variables):
        if v not in below:
            raise ValueError(f"input {i}, {v!r}, is not in the graph of {output!r}: its derivative is 0 everywhere")


def _adjoints(
    output: Value, variables: list[Value], order: list[Value], seed: float, create_graph: bool
) -> dict[Value, Adjoint]:
    """The adjoint ∂output/∂node of every node on a path from a variable to the output.

    For y = x·x and the variable x the order is [x, y]; y passes 1·x on along each of its two edges, and x gets x + x.
    """
    # Upwards, operands before results: which nodes lie on a path from a variable at all.
    reaching = set(variables)
    for node in order:
        if node not in reaching and any(operand in reaching for operand in node.operands):
            reaching.add(node)
    # Downwards, results before operands: when a node's turn comes, all that used it has passed its part on.
    adjoints: dict[Value, Adjoint] = {output: seed}
    for node in reversed(order):
        if node not in reaching or node not in adjoints or node.is_leaf:
            continue
        slopes = _recorded_slopes(node, reaching) if create_graph else node.local_grads
        for operand, number, slope in zip(node.operands, node.local_grads, slopes, strict=True):
            if operand in reaching:
                part = _times(adjoints[node], slope, number)
                if part is not None:
                    adjoints[operand] = adjoints[operand] + part if operand in adjoints else part
    return adjoints


def _times(adjoint: Adjoint, slope: Any, number: float) -> Adjoint | None:
    """adjoint · slope; None where the engine's rule says that a factor of exactly 0 stops an infinite one."""
    arriving = peek(adjoint) if isinstance(adjoint, Value) else adjoint
    product = 0.0 if MODE.get().tracing else arriving * number  # a program minds such factors itself
    if product != product and (arriving == 0.0 or (number == 0.0 and arriving == arriving)):
        return None
    # Factors of 1 and -1 that are plain numbers are left out: the recorded graph stays as a person would write it.
    for one, other in ((adjoint, slope), (slope, adjoint)):
        if not isinstance(one, Value) and one in (1.0, -1.0):
            return other if one == 1.0 else -other
    return adjoint * slope


def _recorded_slopes(node: Value, reaching: set[Value]) -> list[Any]:
    """The local derivatives as Values, by the rules of the table over recorded functions."""
    op = ops.TABLE[node.op]
    operands = [operand.data if operand.role == "constant" else operand for operand in node.operands]
    if op.variadic:
        slopes = op.local(functions, node, operands, node.params)
    else:
        slopes = [
            rule(functions, node, *operands) if operand in reaching else 0.0
            for rule, operand in zip(op.derivatives, node.operands, strict=True)
        ]
    for operand, number, slope in zip(node.operands, node.local_grads, slopes, strict=True):
        now = peek(slope) if isinstance(slope, Value) else slope
        if operand in reaching and now != number and now == now and abs(now - number) > 1e-9 * abs(number):
            raise RuntimeError(
                f"the data of {operand!r} or {node!r} was changed after it was recorded (local derivative "
                f"{number:g} then, {now:g} now): a second derivative would mix the two. Record the graph again"
            )
    if MODE.get().tracing:
        return slopes
    # A slope that itself has no slope (1 where x > 0) is a number like any other.
    return [s.data if isinstance(s, Value) and not s.requires_grad else s for s in slopes]


def value_and_grad(f: Callable[..., Value]) -> Callable[..., tuple[float, Any]]:
    """A function that returns f's value and its derivatives, shaped as the arguments: numbers or nested lists of them.

    For one argument its derivative comes alone, for several as a tuple.

    >>> value_and_grad(lambda x, w: w[0] * x + w[1])(3.0, [2.0, 1.0])
    (7.0, (2.0, [3.0, 1.0]))
    """

    def value_and_derivatives(*arguments: Any) -> tuple[float, Any]:
        values, inputs = _as_values(arguments)
        output = _result(f, values)
        return output.data, _shaped_as(values, inputs, grad(output, inputs))

    return value_and_derivatives


def derivative(f: Callable[[Value], Value], order: int = 1) -> Callable[[Number], float]:
    """The derivative of the given order of a function of one scalar; order 0 is f itself.

    Raises ValueError for an order that is not a whole number >= 0.

    >>> derivative(lambda x: x**4, order=3)(2.0)
    48.0
    """
    if not isinstance(order, int) or order < 0:
        raise ValueError(
            f"order must be a whole number from 0 on, got {order!r}; write derivative(f)(x) for the value at x"
        )

    def nth(x: Number) -> float:
        at = Value(x)
        result = _result(f, [at])
        for _ in range(order):
            result = grad(result, at, create_graph=True)
        return result.data

    return nth


def jacobian(f: Callable[..., Sequence[Value]]) -> Callable[..., list[list[float]]]:
    """The matrix ∂fᵢ/∂xⱼ of a function that returns a list; arguments are scalars or lists, xⱼ counts through them.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0]]
    """

    def rows(*arguments: Any) -> list[list[float]]:
        values, inputs = _as_values(arguments)
        outputs = f(*values)
        if isinstance(outputs, Value):
            outputs = [outputs]
        return [grad(_checked(f, output), inputs) for output in outputs]

    return rows


def hessian(f: Callable[..., Value]) -> Callable[..., list[list[float]]]:
    """The matrix ∂²f/∂xᵢ∂xⱼ of a function of scalars or lists of them.

    >>> hessian(lambda x, y: x**2 * y + y**3)(3.0, 2.0)
    [[4.0, 6.0], [6.0, 12.0]]
    """

    def rows(*arguments: Any) -> list[list[float]]:
        values, inputs = _as_values(arguments)
        first = grad(_result(f, values), inputs, create_graph=True)
        return [grad(slope, inputs) for slope in first]

    return rows


def hvp(f: Callable[..., Value]) -> Callable[..., Any]:
    """The product of the Hessian with a vector, `hvp(f)(*arguments, v)`, at the cost of two walks and no matrix.

    `v` has the shape of the argument, or is a tuple with one entry an argument.

    >>> hvp(lambda x: x[0] ** 2 * x[1] + x[1] ** 3)([3.0, 2.0], [1.0, 0.0])
    [4.0, 6.0]
    """

    def product(*arguments: Any) -> Any:
        *points, vector = arguments
        values, inputs = _as_values(points)
        weights = _matching(vector, inputs)
        first = grad(_result(f, values), inputs, create_graph=True)
        directional = sum((slope * w for slope, w in zip(first, weights, strict=True)), Value(0.0, role="constant"))
        return _shaped_as(values, inputs, grad(directional, inputs))

    return product


def jvp(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """Forward mode: `jvp(f)(*arguments, v)` gives f's value and its slope along v, for all outputs at once.

    >>> jvp(lambda x, y: [x * y, x + y])(2.0, 3.0, (1.0, 10.0))
    ([6.0, 5.0], [23.0, 11.0])
    """

    def push(*arguments: Any) -> tuple[Any, Any]:
        *points, vector = arguments
        values, inputs = _as_values(points)
        tangents = dict(zip(inputs, _matching(vector, inputs), strict=True))
        outputs = f(*values)
        several = [outputs] if isinstance(outputs, Value) else list(outputs)
        for node in topological_order([_checked(f, output) for output in several]):
            if node not in tangents:
                terms = [_times(tangents[a], d, d) or 0.0 for a, d in zip(node.operands, node.local_grads, strict=True)]
                tangents[node] = sum(terms, 0.0)
        results = [output.data for output in several], [tangents[output] for output in several]
        return (results[0][0], results[1][0]) if isinstance(outputs, Value) else results

    return push


def _as_values(arguments: Sequence[Any]) -> tuple[list[Any], list[Value]]:
    """The arguments with a Value for each number in them, and those Values in one list."""
    values = [values_like(argument) for argument in arguments]
    return values, [leaf for value in values for leaf in leaves_of(value)]


def _shaped_as(values: Sequence[Any], inputs: Sequence[Value], derivatives: Sequence[Any]) -> Any:
    """One derivative for each input, in the shape of the arguments: alone for one argument, else a tuple."""
    by_input = dict(zip(inputs, derivatives, strict=True))
    shaped = tuple(like(value, by_input) for value in values)
    return shaped[0] if len(shaped) == 1 else shaped


def _result(f: Callable[..., Any], values: Sequence[Any]) -> Value:
    return _checked(f, f(*values))


def _checked(f: Callable[..., Any], output: Any) -> Value:
    if isinstance(output, Value):
        return output
    try:
        return Value(output, role="constant")  # a plain number: it depends on nothing
    except TypeError:
        name = getattr(f, "__name__", repr(f))
        raise TypeError(f"{name} must return a Value, got {output!r} ({type(output).__name__})") from None


def _matching(vector: Any, inputs: list[Value]) -> list[float]:
    numbers = [to_float(x) for x in leaves_of(vector)]
    if len(numbers) != len(inputs):
        raise ValueError(f"the vector has {len(numbers)} numbers, the arguments have {len(inputs)}")
    return numbers
