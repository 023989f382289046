"""`grad`: derivatives of a recorded Value by others."""

from collections.abc import Sequence
from typing import Any

from autograd.derivatives.context import NESTED, recording
from autograd.derivatives.sweep import derivatives, order_of
from autograd.engine.state import MODE, NoHistoryError, refuse_number
from autograd.engine.value import Value
from autograd.support.convert import Number, to_float
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_flag
from autograd.support.text import got, short


@suggest_keywords(
    {
        "inputs=": [
            "give what to differentiate by, as in grad(loss, [w, b]); of a function f, derivative(f)(x), or "
            "value_and_grad(f)(x, y)"
        ],
        "outputs": ["output"],
        "wrt": ["inputs"],
        "grad_outputs": ["seed"],
        "retain_graph": ["a graph is kept as long as its end is: leave it out"],
        "argnum": ["it is for functions: value_and_grad(f)(x, y) gives the derivatives by all arguments"],
        "argnums": ["it is for functions: value_and_grad(f)(x, y) gives the derivatives by all arguments"],
    }
)
def grad(
    output: Value,
    inputs: Value | Sequence[Value],
    *,
    seed: Number = 1.0,
    create_graph: bool | None = None,
    allow_unused: bool = True,
) -> Any:
    """∂output/∂input for each input (a list for a list, one result for one), interior nodes included.

    With `create_graph=True` the results are Values, recorded from the same table of rules, so that they can be
    differentiated and drawn again; otherwise they are floats. None, the default, records inside of a function that is
    being differentiated, and only there. An input that the output does not depend on has derivative 0, or raises
    ValueError with `allow_unused=False`.

    Raises TypeError if the output or an input is not a Value; RuntimeError if, with `create_graph`, `.data` of a node
    was changed after it was recorded, and for an output that was computed under `no_grad()`.

    >>> x = Value(2.0)
    >>> y = x**3
    >>> first = grad(y, x, create_graph=True)
    >>> first.data, grad(first, x), x.grad
    (12.0, 12.0, 0.0)
    """
    if not isinstance(output, Value):
        raise TypeError(
            f"grad() takes a recorded Value and what to differentiate by, got {got(output)}; "
            "for a function, write derivative(f)(x) or value_and_grad(f)(x)"
        )
    allow_unused = check_flag("grad", "allow_unused", allow_unused)
    create_graph = NESTED.get() if create_graph is None else check_flag("grad", "create_graph", create_graph)
    if not create_graph:
        refuse_number("grad() without create_graph=True")
    if not isinstance(inputs, (Value, list, tuple)):
        raise TypeError(f"grad() takes a Value or a list of Values to differentiate by, got {short(inputs)}")
    variables = [inputs] if isinstance(inputs, Value) else list(inputs)
    for v in variables:
        if not isinstance(v, Value):
            raise TypeError(f"grad() takes Values, got {got(v)}")
    if not MODE.get().recording and output.role == "constant" and output not in variables:
        raise NoHistoryError(
            f"grad() of {short(output)}: it was computed under no_grad(), and how was not recorded. Compute it inside "
            "of `with enable_grad():`, or use derivative(f)(x) or value_and_grad(f)(x), which record by themselves"
        )
    order = order_of([output])
    if not allow_unused:
        _refuse_unused(output, variables, order)
    with recording():
        slopes = derivatives(output, variables, order, create_graph, to_float(seed))
    return slopes[0] if isinstance(inputs, Value) else slopes


def _refuse_unused(output: Value, variables: list[Value], order: list[Value]) -> None:
    below = set(order)
    for i, v in enumerate(variables):
        if v not in below:
            raise ValueError(
                f"input {i}, {short(v)}, is not in the graph of {short(output)}: its derivative is 0 everywhere"
            )
