"""`CompiledFunction`: a function of Values that is traced once for each structure of its arguments."""

from __future__ import annotations

import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd.program.collector import no_collection
from autograd.program.program import Program, Reduction
from autograd.program.structure import Arguments, build_argument, read_arguments
from autograd.program.walk import read_graph
from autograd.state import MODE
from autograd.value import Value, count_modes

KEPT = 64  # programs of one function


class CompiledFunction:
    """A function that runs as array code; made by `compile`.

    Floats and lists of numbers in the arguments are one example; NumPy arrays are a batch, an example a row. Modules,
    and Values that are leaves, bring the parameters. Anything else is a constant: for another one, the function is
    traced again. So it is for another module, and for the same one in training and in evaluation.

    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> import numpy as np
    >>> @compile
    ... def squared_error(w, x, y):
    ...     return (w[0] * x[0] + w[1] * x[1] - y) ** 2
    >>> w = [Value(1.0), Value(2.0)]
    >>> squared_error(w, [3.0, 4.0], 10.0)
    1.0
    >>> squared_error(w, np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([10.0, 0.0])).tolist()
    [1.0, 4.0]
    >>> squared_error.value_and_grad(w, np.array([[3.0, 4.0], [0.0, 1.0]]), np.array([10.0, 0.0]))
    (2.5, [3.0, 6.0])
    """

    def __init__(self, function: Callable[..., Any], dtype: DTypeLike) -> None:
        self.function, self.dtype = function, dtype
        self._programs: OrderedDict[Any, tuple[Program, bool, Arguments]] = OrderedDict()
        self.traces = 0
        """How often the function has been traced."""
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):
            self._signature = None
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The result for one example (a float, or a list of them), or for a batch, as an array.

        While another function is traced, the function itself is recorded into that one.
        """
        if MODE.get().tracing:
            return self.function(*args, **named)
        program, several, found = self._find(args, named)
        values = program(self._rows(program, found))
        return values.tolist() if several and found.examples is None else values

    def value_and_grad(
        self, *args: Any, reduction: Reduction = "mean", inputs: bool = False, accumulate: bool = False, **named: Any
    ) -> Any:
        """The value and its gradients, as `Program.value_and_grad` gives them; `program` says in which order."""
        program, _, found = self._find(args, named)
        return program.value_and_grad(
            self._rows(program, found), reduction=reduction, inputs=inputs, accumulate=accumulate
        )

    def program(self, *args: Any, **named: Any) -> Program:
        """The program for arguments like these."""
        return self._find(args, named)[0]

    def _rows(self, program: Program, found: Arguments) -> Any:
        rows = found.rows(program.dtype)
        return rows[0] if found.examples is None else rows

    def _find(self, args: Sequence[Any], named: dict[str, Any]) -> tuple[Program, bool, Arguments]:
        arguments = self._named(args, named)
        found = read_arguments(arguments)
        if found.key not in self._programs:
            self._programs[found.key] = (*self._trace(arguments, found, len(args), list(named)), found)
            self.traces += 1
            if len(self._programs) > KEPT:
                self._programs.popitem(last=False)
        self._programs.move_to_end(found.key)
        program, several, _ = self._programs[found.key]
        return program, several, found

    def _named(self, args: Sequence[Any], named: dict[str, Any]) -> list[tuple[str, Any]]:
        """The arguments with the names that the function gives them; those by position first."""
        names = [f"x{k}" if k else "x" for k in range(len(args))]
        if self._signature is not None:
            plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            own = [p.name for p in self._signature.parameters.values() if p.kind in plain]
            names[: len(own)] = own[: len(args)]
        return [*zip(names, args, strict=True), *named.items()]

    def _trace(
        self, arguments: list[tuple[str, Any]], found: Arguments, count: int, keywords: list[str]
    ) -> tuple[Program, bool]:
        inputs: list[Value] = []
        shapes = zip(found.shapes, arguments, strict=True)
        built = [build_argument(shape, x, name, inputs) for shape, (name, x) in shapes]
        with no_collection(), _tracing():
            result = self.function(*built[:count], **dict(zip(keywords, built[count:], strict=True)))
        several = isinstance(result, (list, tuple))
        outputs = [self._as_value(x) for x in (result if several else [result])]
        with no_collection():
            return Program(read_graph(outputs, inputs, found.parameters), self.dtype), several

    def _as_value(self, x: Any) -> Value:
        if isinstance(x, Value):
            return x
        if isinstance(x, (int, float, np.floating)):
            return Value(x, role="constant")
        name = getattr(self.function, "__name__", repr(self.function))
        raise TypeError(f"{name}() returned {x!r} ({type(x).__name__}): return a Value, or a list of them")

    def __repr__(self) -> str:
        return f"compiled {self.function!r}, traced {self.traces} times"


@contextmanager
def _tracing() -> Iterator[None]:
    """While a function is traced, asking a Value for its number is an error."""
    count_modes(1)
    token = MODE.set(MODE.get()._replace(tracing=True, recording=True))
    try:
        yield
    finally:
        MODE.reset(token)
        count_modes(-1)
