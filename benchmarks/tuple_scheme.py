"""A rival in forty lines: nodes that store their inputs and local derivatives as tuples, as microgpt's do."""

import math
from typing import Any


class Value:
    """A number, what it was computed from, and its slope by each of these."""

    __slots__ = ("data", "grad", "inputs", "slopes")

    def __init__(self, data: float, inputs: tuple["Value", ...] = (), slopes: tuple[float, ...] = ()) -> None:
        self.data, self.grad, self.inputs, self.slopes = data, 0.0, inputs, slopes

    def __add__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Any) -> "Value":
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n: float) -> "Value":
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def exp(self) -> "Value":
        """e^x."""
        e = math.exp(self.data)
        return Value(e, (self,), (e,))

    def log(self) -> "Value":
        """ln x."""
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self) -> "Value":
        """max(0, x)."""
        return Value(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def backward(self) -> None:
        """The chain rule, from the last node to the first."""
        order: list[Value] = []
        seen: set[Value] = set()

        def visit(v: Value) -> None:
            if v not in seen:
                seen.add(v)
                for x in v.inputs:
                    visit(x)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for x, slope in zip(v.inputs, v.slopes, strict=True):
                x.grad += slope * v.grad

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> "Value":
        return self * -1.0

    def __sub__(self, other: Any) -> "Value":
        return self.__add__(-other)

    def __rsub__(self, other: float) -> "Value":
        return -self + other

    def __truediv__(self, other: Any) -> "Value":
        return self.__mul__(other**-1)

    def __rtruediv__(self, other: float) -> "Value":
        return self**-1 * other
