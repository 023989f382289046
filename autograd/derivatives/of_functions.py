"""Derivatives of functions: `value_and_grad`, `derivative`, `jacobian`, `hessian`, `hvp`."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from autograd.derivatives.call import Call, check_function, with_vector
from autograd.derivatives.context import recording
from autograd.derivatives.sweep import derivatives, order_of
from autograd.engine.value import Value
from autograd.support.text import short


def value_and_grad(f: Callable[..., Value]) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f's value and its derivatives, shaped as the arguments: numbers, lists or dicts of them.

    For one argument its derivative comes alone, for several as a tuple. Arguments by name are passed on as they are,
    here and in all functions below: settings, of which no derivative is taken.

    >>> value_and_grad(lambda x, w: w[0] * x + w[1])(3.0, [2.0, 1.0])
    (7.0, (2.0, [3.0, 1.0]))
    >>> value_and_grad(lambda p, power=1: p["w"] ** power + p["b"])({"w": 3.0, "b": 1.0}, power=2)
    (10.0, {'w': 6.0, 'b': 1.0})
    """
    check_function("value_and_grad", f)

    def value_and_derivatives(*arguments: Any, **settings: Any) -> tuple[Any, Any]:
        call = Call(arguments, settings)
        with recording():
            output, order = call.output(f)
            slopes = derivatives(output, call.inputs, order, call.recorded)
        return call.gives(output), call.shaped(slopes)

    return value_and_derivatives


def derivative(f: Callable[[Value], Value], order: int = 1) -> Callable[[Any], Any]:
    """The derivative of the given order of a function of one scalar; order 0 is f itself.

    Raises ValueError for an order that is not a whole number >= 0.

    >>> derivative(lambda x: x**4, order=3)(2.0), derivative(derivative(lambda x: x**4))(2.0)
    (48.0, 48.0)
    """
    check_function("derivative", f)
    if not isinstance(order, int) or isinstance(order, bool) or not 0 <= order <= sys.maxsize:
        raise ValueError(
            f"order must be a whole number from 0 on, got {short(order)}; write derivative(f)(x) for the value at x"
        )

    def nth(x: Any, **settings: Any) -> Any:
        call = Call([x], settings)
        if len(call.inputs) != 1 or not isinstance(call.values[0], Value):
            raise TypeError(
                f"derivative() is of a function of one number, got {short(x)}: use value_and_grad or jacobian"
            )
        with recording():
            result, below = call.output(f)
            for left in range(order, 0, -1):
                (result,) = derivatives(result, call.inputs, below, left > 1 or call.recorded)
                below = order_of([result]) if left > 1 else []
        return call.gives(result)

    return nth


def jacobian(f: Callable[..., Sequence[Value]]) -> Callable[..., list[list[Any]]]:
    """The matrix ∂fᵢ/∂xⱼ of a function that returns a list; arguments are scalars or lists, xⱼ counts through them.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0]]
    """
    check_function("jacobian", f)

    def rows(*arguments: Any, **settings: Any) -> list[list[Any]]:
        call = Call(arguments, settings)
        with recording():
            outputs, orders, _ = call.outputs(f)
            matrix = [
                derivatives(output, call.inputs, order, call.recorded)
                for output, order in zip(outputs, orders, strict=True)
            ]
        return [[call.gives(slope) for slope in row] for row in matrix]

    return rows


def hessian(f: Callable[..., Value]) -> Callable[..., list[list[Any]]]:
    """The matrix ∂²f/∂xᵢ∂xⱼ of a function of scalars or lists of them.

    >>> hessian(lambda x, y: x**2 * y + y**3)(3.0, 2.0)
    [[4.0, 6.0], [6.0, 12.0]]
    """
    check_function("hessian", f)

    def rows(*arguments: Any, **settings: Any) -> list[list[Any]]:
        call = Call(arguments, settings)
        with recording():
            output, order = call.output(f)
            first = derivatives(output, call.inputs, order, create_graph=True)
            matrix = [derivatives(slope, call.inputs, order_of([slope]), call.recorded) for slope in first]
        return [[call.gives(slope) for slope in row] for row in matrix]

    return rows


def hvp(f: Callable[..., Value]) -> Callable[..., Any]:
    """The product of the Hessian with a vector, `hvp(f)(*arguments, v)`, at the cost of two walks and no matrix.

    `v` has the shape of the argument, or is a tuple with one entry an argument.

    >>> hvp(lambda x: x[0] ** 2 * x[1] + x[1] ** 3)([3.0, 2.0], [1.0, 0.0])
    [4.0, 6.0]
    """
    check_function("hvp", f)

    def product(*arguments: Any, **settings: Any) -> Any:
        *points, vector = with_vector("hvp", arguments)
        call = Call(points, settings)
        weights = call.direction(vector)
        with recording():
            output, order = call.output(f)
            first = derivatives(output, call.inputs, order, create_graph=True)
            directional = sum((slope * w for slope, w in zip(first, weights, strict=True)), Value(0.0, role="constant"))
            slopes = derivatives(directional, call.inputs, order_of([directional]), call.recorded)
        return call.shaped(slopes)

    return product
