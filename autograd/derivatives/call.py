"""`Call`: one call of a function to be differentiated, its arguments as Values, and what its caller gets."""

from collections.abc import Callable, Sequence
from typing import Any

from autograd.derivatives.context import NESTED
from autograd.derivatives.sweep import number_of, order_of
from autograd.engine.state import MODE
from autograd.engine.value import Value
from autograd.graph.nested import leaves_of, like, values_like
from autograd.support.convert import to_float
from autograd.support.text import got


class Call:
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
        nested = NESTED.get() or MODE.get().tracing
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
        token = NESTED.set(True)
        try:
            result = f(*self.values, **self.settings)
        finally:
            NESTED.reset(token)
        alone = not isinstance(result, (list, tuple)) and not getattr(result, "ndim", 0)
        outputs = [_checked(f, output) for output in ([result] if alone else list(result))]
        orders = [order_of([output]) for output in outputs]
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
            return Value(number_of(x), role="constant")
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


def with_vector(name: str, arguments: Sequence[Any]) -> Sequence[Any]:
    if len(arguments) < 2:
        raise TypeError(f"{name}(f) takes the arguments of f and then a vector, got {len(arguments)} in all")
    return arguments


def check_function(name: str, f: Any) -> None:
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
