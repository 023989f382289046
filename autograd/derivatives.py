"""Derivatives as results: `grad` of recorded values to any order, and `value_and_grad`, `jacobian`, ... of functions.

Nothing here touches the `.grad` of a Value. The functions nest: a result that depends on a Value which somebody may
differentiate by is a recorded Value itself. That is a Value that the function reads from outside, a computed one or a
parameter among the arguments, and inside of another derivative any Value. All other results are floats, and an input
among the arguments counts as its number. Under `no_grad()` the functions record what they need, and give constants.

>>> derivative(lambda x: x * derivative(lambda y: x * y)(1.0))(3.0)  # x · x
6.0
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from autograd import functions
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.many.order import topological
from autograd.engine.node import edges_back, peek, shared_by
from autograd.engine.state import MODE, NoHistoryError, check_gradient, check_stopped, refuse_number
from autograd.engine.value import Value
from autograd.graph.nested import leaves_of, like, values_like
from autograd.modes import enable_grad
from autograd.support.convert import Number, to_float
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_flag
from autograd.support.text import got, short

__all__ = ["derivative", "grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"]

Adjoint = Any  # a float, or with create_graph a float or Value

# Whether the function of an outer derivative is running: then grad() inside of it records without being told to.
_NESTED: ContextVar[bool] = ContextVar("chaingrad_nested", default=False)


def is_differentiated() -> bool:
    """Whether the function of a derivative is running: what it calls must record."""
    return _NESTED.get()


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
    create_graph = _NESTED.get() if create_graph is None else check_flag("grad", "create_graph", create_graph)
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
    order = _order([output])
    if not allow_unused:
        _refuse_unused(output, variables, order)
    with recording():
        derivatives = _grad(output, variables, order, create_graph, to_float(seed))
    return derivatives[0] if isinstance(inputs, Value) else derivatives


def _grad(
    output: Value, variables: list[Value], order: list[Value], create_graph: bool, seed: float = 1.0
) -> list[Any]:
    adjoints = _adjoints(output, variables, order, seed, create_graph)
    derivatives = [adjoints.get(v, 0.0) for v in variables]
    if create_graph:
        return [d if isinstance(d, Value) else Value(d, role="constant") for d in derivatives]
    return derivatives


@contextmanager
def recording() -> Iterator[None]:
    """Record, whatever mode is on around; where none is on, at no cost to the operations inside."""
    if MODE.get().recording:
        yield
    else:
        with enable_grad():
            yield


def _refuse_unused(output: Value, variables: list[Value], order: list[Value]) -> None:
    below = set(order)
    for i, v in enumerate(variables):
        if v not in below:
            raise ValueError(
                f"input {i}, {short(v)}, is not in the graph of {short(output)}: its derivative is 0 everywhere"
            )


def _adjoints(
    output: Value, variables: list[Value], order: list[Value], seed: float, create_graph: bool
) -> dict[Value, Adjoint]:
    """The adjoint ∂output/∂node of every node on a path from a variable to the output.

    For y = x·x and the variable x the order is [x, y]; y passes 1·x on along each of its two edges, and x gets x + x.
    """
    # Upwards, operands before results: which nodes lie on a path from a variable at all.
    reaching = set(variables)
    for node in order:
        if node not in reaching and any(operand in reaching for operand in _edges(node, 0.0)[0]):
            reaching.add(node)
    # Downwards, results before operands: when a node's turn comes, all that used it has passed its part on.
    adjoints: dict[Value, Adjoint] = {output: seed}
    anomalies = MODE.get().anomalies
    for node in reversed(order):
        if node not in reaching or node not in adjoints or node.is_leaf:
            continue
        operands, numbers = _edges(node, _number(adjoints[node]))
        slopes = _recorded_slopes(node, operands, numbers, reaching) if create_graph else numbers
        for operand, number, slope in zip(operands, numbers, slopes, strict=True):
            if operand in reaching:
                if anomalies:
                    check_stopped(operand, number, node, _number(adjoints[node]))
                part = _times(adjoints[node], slope, number)
                if part is not None:
                    adjoints[operand] = adjoints[operand] + part if operand in adjoints else part
                    if anomalies:
                        check_gradient(operand, _number(adjoints[operand]), node, _number(adjoints[node]))
    return adjoints


def _order(outputs: list[Value]) -> list[Value]:
    """Operands before results, and what softmaxes share, for `_edges`."""
    return topological(outputs, shared=True)


def _edges(node: Value, *arriving: float) -> tuple[tuple[Value, ...], tuple[float, ...]]:
    """Operands and local derivatives, those that softmaxes share once for all of them.

    That is for numbers alone that are finite, see `node.pair_slope`: a program has to do for all that it may get.
    """
    if shared_by(node) is None or MODE.get().tracing or not all(map(math.isfinite, arriving)):
        return node.operands, node.local_grads
    return edges_back(node)


def _number(adjoint: Adjoint) -> float:
    return peek(adjoint) if isinstance(adjoint, Value) else adjoint


def _times(adjoint: Adjoint, slope: Any, number: float) -> Adjoint | None:
    """adjoint · slope; None where the engine's rule says that a factor of exactly 0 stops an infinite one."""
    tracing = MODE.get().tracing
    arriving = _number(adjoint)
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
    # A plain number that is finite and not 0 stops nothing and is not stopped; nothing comes of one that is 0.
    for factor in (adjoint, slope):
        if not isinstance(factor, Value) and math.isfinite(factor):
            return adjoint * slope if factor else None
    question = apply(ops.TABLE["stops"], (adjoint, slope))  # registered where functions are traced
    return functions.where(question, 0.0, adjoint * slope)


def _recorded_slopes(
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
        slopes = [
            rule(functions, node, *operands) if operand in reaching else 0.0
            for rule, operand in zip(op.derivatives, below, strict=True)
        ]
    for operand, number, slope in zip(below, numbers, slopes, strict=True):
        now = _number(slope)
        if operand in reaching and now != number and now == now and abs(now - number) > 1e-9 * abs(number):
            raise RuntimeError(
                f"the data of {short(operand)} or {short(node)} was changed after it was recorded (local derivative "
                f"{number:g} then, {now:g} now): a second derivative would mix the two. Record the graph again"
            )
    if MODE.get().tracing:
        return slopes
    # A slope that itself has no slope (1 where x > 0) is a number like any other.
    return [s.data if isinstance(s, Value) and not s.requires_grad else s for s in slopes]


# ----- Derivatives of functions -----


class _Call:
    """One call of a function to be differentiated: its arguments as Values, and what is to come out.

    `inputs` are the Values to differentiate by. Afterwards `recorded` says whether derivatives must be Values: because
    an argument was one, or the output depends on one from outside of the function.
    """

    def __init__(self, arguments: Sequence[Any], settings: dict[str, Any]) -> None:
        if settings and not arguments:
            names = ", ".join(settings)
            raise TypeError(
                f"there is nothing to differentiate by: arguments by name ({names}) are settings, passed on as they "
                "are. Give by position what derivatives are wanted of; several by name go into one dict"
            )
        self.settings = settings
        nested = _NESTED.get() or MODE.get().tracing
        self.recorded = MODE.get().tracing or any(
            isinstance(x, Value) and x.requires_grad and (nested or x.role != "input")
            for argument in arguments
            for x in leaves_of(argument)
        )
        self.values = [values_like(argument, self.recorded) for argument in arguments]
        self.inputs = [leaf for value in self.values for leaf in leaves_of(value)]
        self.detached = not MODE.get().recording

    def outputs(self, f: Callable[..., Any]) -> tuple[list[Value], list[list[Value]], bool]:
        """What f gives, each with its topological order, and whether it gave one Value instead of several."""
        token = _NESTED.set(True)
        try:
            result = f(*self.values, **self.settings)
        finally:
            _NESTED.reset(token)
        alone = not isinstance(result, (list, tuple)) and not getattr(result, "ndim", 0)
        outputs = [_checked(f, output) for output in ([result] if alone else list(result))]
        orders = [_order([output]) for output in outputs]
        own = set(self.inputs)
        self.recorded = self.recorded or any(
            v.is_leaf and v.requires_grad and v not in own for order in orders for v in order
        )
        return outputs, orders, alone

    def output(self, f: Callable[..., Any]) -> tuple[Value, list[Value]]:
        """The one Value that f gives, and its topological order."""
        outputs, orders, alone = self.outputs(f)
        if not alone:
            raise TypeError(f"{_name(f)} must return one Value, got {len(outputs)}: for several, use jacobian or jvp")
        return outputs[0], orders[0]

    def gives(self, x: Any) -> Any:
        """A result as the caller gets it: a float, a Value, or under an outer no_grad() a constant."""
        if not self.recorded:
            return x.data if isinstance(x, Value) else x
        if self.detached or not isinstance(x, Value):
            return Value(_number(x), role="constant")
        return x

    def shaped(self, derivatives: Sequence[Any]) -> Any:
        """One derivative for each input, in the shape of the arguments: alone for one argument, else a tuple."""
        by_input = dict(zip(self.inputs, map(self.gives, derivatives), strict=True))
        shaped = tuple(like(value, by_input) for value in self.values)
        return shaped[0] if len(shaped) == 1 else shaped

    def direction(self, vector: Any) -> list[Any]:
        """The numbers or Values of a vector, one for each input."""
        entries = [x if isinstance(x, Value) else to_float(x) for x in leaves_of(vector)]
        if len(entries) != len(self.inputs):
            raise ValueError(f"the vector has {len(entries)} numbers, the arguments have {len(self.inputs)}")
        self.recorded = self.recorded or any(isinstance(x, Value) for x in entries)
        return entries


def value_and_grad(f: Callable[..., Value]) -> Callable[..., tuple[Any, Any]]:
    """A function that returns f's value and its derivatives, shaped as the arguments: numbers, lists or dicts of them.

    For one argument its derivative comes alone, for several as a tuple. Arguments by name are passed on as they are,
    here and in all functions below: settings, of which no derivative is taken.

    >>> value_and_grad(lambda x, w: w[0] * x + w[1])(3.0, [2.0, 1.0])
    (7.0, (2.0, [3.0, 1.0]))
    >>> value_and_grad(lambda p, power=1: p["w"] ** power + p["b"])({"w": 3.0, "b": 1.0}, power=2)
    (10.0, {'w': 6.0, 'b': 1.0})
    """
    _check_function("value_and_grad", f)

    def value_and_derivatives(*arguments: Any, **settings: Any) -> tuple[Any, Any]:
        call = _Call(arguments, settings)
        with recording():
            output, order = call.output(f)
            slopes = _grad(output, call.inputs, order, call.recorded)
        return call.gives(output), call.shaped(slopes)

    return value_and_derivatives


def derivative(f: Callable[[Value], Value], order: int = 1) -> Callable[[Any], Any]:
    """The derivative of the given order of a function of one scalar; order 0 is f itself.

    Raises ValueError for an order that is not a whole number >= 0.

    >>> derivative(lambda x: x**4, order=3)(2.0), derivative(derivative(lambda x: x**4))(2.0)
    (48.0, 48.0)
    """
    _check_function("derivative", f)
    if not isinstance(order, int) or isinstance(order, bool) or not 0 <= order <= sys.maxsize:
        raise ValueError(
            f"order must be a whole number from 0 on, got {short(order)}; write derivative(f)(x) for the value at x"
        )

    def nth(x: Any, **settings: Any) -> Any:
        call = _Call([x], settings)
        if len(call.inputs) != 1 or not isinstance(call.values[0], Value):
            raise TypeError(
                f"derivative() is of a function of one number, got {short(x)}: use value_and_grad or jacobian"
            )
        with recording():
            result, below = call.output(f)
            for left in range(order, 0, -1):
                (result,) = _grad(result, call.inputs, below, left > 1 or call.recorded)
                below = _order([result]) if left > 1 else []
        return call.gives(result)

    return nth


def jacobian(f: Callable[..., Sequence[Value]]) -> Callable[..., list[list[Any]]]:
    """The matrix ∂fᵢ/∂xⱼ of a function that returns a list; arguments are scalars or lists, xⱼ counts through them.

    >>> jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0)
    [[3.0, 2.0], [1.0, 1.0]]
    """
    _check_function("jacobian", f)

    def rows(*arguments: Any, **settings: Any) -> list[list[Any]]:
        call = _Call(arguments, settings)
        with recording():
            outputs, orders, _ = call.outputs(f)
            matrix = [
                _grad(output, call.inputs, order, call.recorded) for output, order in zip(outputs, orders, strict=True)
            ]
        return [[call.gives(slope) for slope in row] for row in matrix]

    return rows


def hessian(f: Callable[..., Value]) -> Callable[..., list[list[Any]]]:
    """The matrix ∂²f/∂xᵢ∂xⱼ of a function of scalars or lists of them.

    >>> hessian(lambda x, y: x**2 * y + y**3)(3.0, 2.0)
    [[4.0, 6.0], [6.0, 12.0]]
    """
    _check_function("hessian", f)

    def rows(*arguments: Any, **settings: Any) -> list[list[Any]]:
        call = _Call(arguments, settings)
        with recording():
            output, order = call.output(f)
            first = _grad(output, call.inputs, order, create_graph=True)
            matrix = [_grad(slope, call.inputs, _order([slope]), call.recorded) for slope in first]
        return [[call.gives(slope) for slope in row] for row in matrix]

    return rows


def hvp(f: Callable[..., Value]) -> Callable[..., Any]:
    """The product of the Hessian with a vector, `hvp(f)(*arguments, v)`, at the cost of two walks and no matrix.

    `v` has the shape of the argument, or is a tuple with one entry an argument.

    >>> hvp(lambda x: x[0] ** 2 * x[1] + x[1] ** 3)([3.0, 2.0], [1.0, 0.0])
    [4.0, 6.0]
    """
    _check_function("hvp", f)

    def product(*arguments: Any, **settings: Any) -> Any:
        *points, vector = _with_vector("hvp", arguments)
        call = _Call(points, settings)
        weights = call.direction(vector)
        with recording():
            output, order = call.output(f)
            first = _grad(output, call.inputs, order, create_graph=True)
            directional = sum((slope * w for slope, w in zip(first, weights, strict=True)), Value(0.0, role="constant"))
            slopes = _grad(directional, call.inputs, _order([directional]), call.recorded)
        return call.shaped(slopes)

    return product


def jvp(f: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """Forward mode: `jvp(f)(*arguments, v)` gives f's value and its slope along v, for all outputs at once.

    >>> jvp(lambda x, y: [x * y, x + y])(2.0, 3.0, (1.0, 10.0))
    ([6.0, 5.0], [23.0, 11.0])
    """
    _check_function("jvp", f)

    def push(*arguments: Any, **settings: Any) -> tuple[Any, Any]:
        *points, vector = _with_vector("jvp", arguments)
        call = _Call(points, settings)
        tangents: dict[Value, Any] = dict(zip(call.inputs, call.direction(vector), strict=True))
        with recording():
            outputs, _, alone = call.outputs(f)
            for node in _order(outputs):
                # Operands before results: the slope of a node along v is the sum over its operands.
                if node not in tangents:
                    moving = {operand for operand in _edges(node, 0.0)[0] if tangents[operand] is not None}
                    tangents[node] = _tangent(node, moving, tangents, call.recorded) if moving else None
        values = [call.gives(output) for output in outputs]
        slopes = [call.gives(0.0 if tangents[output] is None else tangents[output]) for output in outputs]
        return (values[0], slopes[0]) if alone else (values, slopes)

    return push


def _tangent(node: Value, moving: set[Value], tangents: dict[Value, Any], recorded: bool) -> Any:
    operands, numbers = _edges(node, *[_number(tangents[operand]) for operand in moving])
    slopes = _recorded_slopes(node, operands, numbers, moving) if recorded else numbers
    result: Any = 0.0
    for operand, number, slope in zip(operands, numbers, slopes, strict=True):
        part = _times(tangents[operand], slope, number) if tangents[operand] is not None else None
        if part is not None:
            result = result + part
    return result


def _with_vector(name: str, arguments: Sequence[Any]) -> Sequence[Any]:
    if len(arguments) < 2:
        raise TypeError(f"{name}(f) takes the arguments of f and then a vector, got {len(arguments)} in all")
    return arguments


def _check_function(name: str, f: Any) -> None:
    if not callable(f):
        more = "; of a recorded Value, use grad(output, inputs)" if isinstance(f, Value) else ""
        raise TypeError(f"{name}() takes a function, got {got(f)}{more}")


def _name(f: Callable[..., Any]) -> str:
    return str(getattr(f, "__name__", None) or repr(f))


def _checked(f: Callable[..., Any], output: Any) -> Value:
    if isinstance(output, Value):
        return output
    try:
        return Value(output, role="constant")  # a plain number: it depends on nothing
    except TypeError:
        raise TypeError(f"{_name(f)} must return a Value, got {got(output)}") from None
