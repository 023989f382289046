"""Forward mode, `jvp`: slopes along a vector, from the operands up, for all outputs at once."""

from collections.abc import Callable
from typing import Any

from autograd.derivatives.call import Call, check_function, with_vector
from autograd.derivatives.context import recording
from autograd.derivatives.sweep import edges_of, is_step, number_of, order_of, recorded_slopes, times
from autograd.engine.value import Value


def jvp(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """Forward mode: `jvp(f)(*arguments, v)` gives f's value and its slope along v, for all outputs at once.

    >>> jvp(lambda x, y: [x * y, x + y])(2.0, 3.0, (1.0, 10.0))
    ([6.0, 5.0], [23.0, 11.0])
    """
    check_function("jvp", f)

    def push(*arguments: Any, **settings: Any) -> tuple[Any, Any]:
        *points, vector = with_vector("jvp", arguments)
        call = Call(points, settings)
        # None stands where nothing moves: beside the inputs that the vector moves, and above a step function.
        direction = [t if isinstance(t, Value) or t else None for t in call.direction(vector)]
        tangents: dict[Value, Any] = dict(zip(call.inputs, direction, strict=True))
        with recording():
            outputs, _, alone = call.outputs(f)
            for node in order_of(outputs):
                # Operands before results: the slope of a node along v is the sum over its operands.
                if is_step(node):
                    tangents.setdefault(node, None)
                elif node not in tangents:
                    moving = {operand for operand in edges_of(node, 0.0)[0] if tangents[operand] is not None}
                    tangents[node] = _tangent(node, moving, tangents, call.recorded) if moving else None
        values = [call.gives(output) for output in outputs]
        slopes = [call.gives(0.0 if tangents[output] is None else tangents[output]) for output in outputs]
        return (values[0], slopes[0]) if alone else (values, slopes)

    return push


def _tangent(node: Value, moving: set[Value], tangents: dict[Value, Any], recorded: bool) -> Any:
    operands, numbers = edges_of(node, *[number_of(tangents[operand]) for operand in moving])
    slopes = recorded_slopes(node, operands, numbers, moving) if recorded else numbers
    result: Any = 0.0
    for operand, slope in zip(operands, slopes, strict=True):
        if tangents[operand] is None:
            continue
        # The slope is nearer to the output: it takes the part that the adjoint has in a walk back.
        part = times(slope, tangents[operand], number_of(tangents[operand]))
        if part is not None:
            result = result + part
    return result
