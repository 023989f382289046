"""The partial derivatives of a function at one point, recorded, and at points beside it along each input."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.checking.arguments import check_call, check_order
from autograd.checking.rounding import rounding_error
from autograd.derivatives import grad
from autograd.derivatives.context import recording
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.support.convert import to_float
from autograd.support.text import short

Path = tuple[int, ...]  # the indices of the inputs in the order of differentiation; () is the value of f


class Partials:
    """The partial derivatives of f up to one order at a point, by path; `recorded[k]` holds those of order k.

    Raises ValueError if f gives another number when it is called again and for an order above 10; TypeError
    if f takes another number of inputs.
    """

    def __init__(self, f: Callable[..., Any], point: Sequence[float], order: int) -> None:
        self.f, self.point = f, list(point)
        check_order(order)
        check_call(f, self.point)
        self._beside: dict[tuple[int, int, float], dict[Path, float]] = {}
        self._rounding: dict[Path, float] = {}
        with recording():
            self.inputs = [Value(x) for x in self.point]
            self.recorded = _partials(f, self.inputs, order)
            again = _partials(f, [Value(x) for x in self.point], 0)[0][()].data
        if again != self.value(()) and again == again:
            raise ValueError(
                f"f gave {short(self.value(()))} and then {short(again)} at the same inputs: difference quotients "
                "need a function without chance. Seed it inside of f; call model.eval() if it has dropout"
            )

    def value(self, path: Path) -> float:
        """The derivative along a path at the point."""
        return self.recorded[len(path)][path].data

    def rounding(self, path: Path) -> float:
        """How far that derivative may be off by rounding."""
        if path not in self._rounding:
            with recording():
                self._rounding[path] = rounding_error(self.recorded[len(path)][path])
        return self._rounding[path]

    def cut(self, j: int) -> bool:
        """Whether f was computed without recorded operations on input j."""
        return self.inputs[j] not in topological_order(self.recorded[0][()])

    def beside(self, path: Path, j: int, x: float) -> float:
        """The derivative along a path where input j is x instead; nan where f raises or is not finite."""
        key = (len(path), j, x)
        if key not in self._beside:
            point = [*self.point[:j], x, *self.point[j + 1 :]]
            try:
                with recording():
                    results = _partials(self.f, [Value(t) for t in point], len(path))[-1]
            except (ArithmeticError, ValueError):  # f is not defined there
                results = {}
            self._beside[key] = {path: result.data for path, result in results.items()}
        number = self._beside[key].get(path, math.nan)
        return number if math.isfinite(number) else math.nan


def _partials(f: Callable[..., Any], inputs: Sequence[Value], order: int) -> list[dict[Path, Value]]:
    """All partial derivatives by order, from 0 to the given one, from one evaluation of f."""
    output = f(*inputs)
    results: list[dict[Path, Value]] = [
        {(): output if isinstance(output, Value) else Value(to_float(output), role="constant")}
    ]
    for _ in range(order):
        results.append(
            {
                (*path, j): slope
                for path, result in results[-1].items()
                for j, slope in enumerate(grad(result, inputs, create_graph=True))
            }
        )
    return results
