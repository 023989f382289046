"""`CompiledFunction`: a function of Values that is traced once for each structure of its arguments."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd.program.collector import no_collection
from autograd.program.machine import Array
from autograd.program.program import Program, Reduction
from autograd.program.structure import Arguments, build_argument, read_arguments
from autograd.program.walk import read_graph
from autograd.state import MODE, TracingError
from autograd.value import Value, count_modes

KEPT = 64  # programs of one function
AGREEMENT = 1e-3  # between a function and its program: rounding stays far below, another number does not

Named = list[tuple[str, Any]]


@dataclass(slots=True)
class _Trace:
    """A program, the example that it was traced with, and what its key names by identity."""

    program: Program
    several: bool
    example: Array
    arguments: Arguments
    checked: bool = False


class CompiledFunction:
    """A function that runs as array code; made by `compile`.

    Floats and lists of numbers in the arguments are one example; NumPy arrays are a batch, an example a row. Modules,
    and Values that are leaves, bring the parameters. Anything else is a constant: for another one, the function is
    traced again. So it is for another module, and for the same one when parts of it are frozen, exchanged, or put into
    training or evaluation. What else a module keeps, as a setting in an attribute, stays as it was at the first call.

    A trace keeps formulas, and numbers only as they stand in them. So the first time that there is an example with
    other numbers, function and program are compared on it: TracingError says if the function used a number that it took
    out of a Value, or a random one. Comparisons and bool() of a Value are refused; but `==` and `in` only ask whether
    it is the same Value, so v == 1.0 is False in the function as in its program.

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
        self._lock = threading.RLock()  # two threads trace one after the other
        self._traces: OrderedDict[Any, _Trace] = OrderedDict()
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
        trace, rows = self._find(args, named)
        values = trace.program(rows)
        return values.tolist() if trace.several and rows.ndim == 1 else values

    def value_and_grad(
        self, *args: Any, reduction: Reduction = "mean", inputs: bool = False, accumulate: bool = False, **named: Any
    ) -> Any:
        """The value and its gradients, as `Program.value_and_grad` gives them; `program` says in which order."""
        trace, rows = self._find(args, named)
        return trace.program.value_and_grad(rows, reduction=reduction, inputs=inputs, accumulate=accumulate)

    def program(self, *args: Any, **named: Any) -> Program:
        """The program for arguments like these."""
        return self._find(args, named)[0].program

    def _find(self, args: Sequence[Any], named: dict[str, Any]) -> tuple[_Trace, Array]:
        """The trace for these arguments, and the rows that its program takes."""
        arguments = self._named(args, named)
        found = read_arguments(arguments)
        rows = found.rows(np.dtype(self.dtype))
        with self._lock:
            trace = self._find_trace(arguments, found, len(args), rows)
        return trace, rows[0] if found.examples is None else rows

    def _find_trace(self, arguments: Named, found: Arguments, count: int, rows: Array) -> _Trace:
        if found.key not in self._traces:
            self._traces[found.key] = self._trace(arguments, found, count, rows[0])
            self.traces += 1
            if len(self._traces) > KEPT:
                self._traces.popitem(last=False)
        self._traces.move_to_end(found.key)
        trace = self._traces[found.key]
        if not trace.checked and not np.array_equal(rows[-1], trace.example, equal_nan=True):
            self._check(trace, arguments, found, count, rows[-1])
            trace.checked = True
        return trace

    def _named(self, args: Sequence[Any], named: dict[str, Any]) -> Named:
        """The arguments with the names that the function gives them; those by position first."""
        names = [f"x{k}" if k else "x" for k in range(len(args))]
        if self._signature is not None:
            plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            own = [p.name for p in self._signature.parameters.values() if p.kind in plain]
            names[: len(own)] = own[: len(args)]
        return [*zip(names, args, strict=True), *named.items()]

    def _trace(self, arguments: Named, found: Arguments, count: int, example: Array) -> _Trace:
        with no_collection(), tracing(recording=True):
            try:
                result, inputs = self._apply(arguments, found, count, 0)
            except TracingError:
                raise
            except (TypeError, IndexError) as error:
                error.add_note(
                    f"{self._name()} was being traced: numbers are Values there. What decides how much is computed, "
                    "as n in range(n), must be a whole number given by itself, not in a list: that is a constant"
                )
                raise
        several = isinstance(result, (list, tuple))
        if several and not result:
            raise TypeError(f"{self._name()} returned {result!r}: return a Value, or a list of them")
        outputs = [self._as_value(x) for x in (result if several else [result])]
        with no_collection():
            program = Program(read_graph(outputs, inputs, found.parameters), self.dtype)
        return _Trace(program, several, example, found)

    def _apply(self, arguments: Named, found: Arguments, count: int, example: int) -> tuple[Any, list[Value]]:
        """What the function itself gives for one example, and the Values that stood for its numbers."""
        inputs: list[Value] = []
        shapes = zip(found.shapes, arguments, strict=True)
        built = [build_argument(shape, x, name, inputs, example) for shape, (name, x) in shapes]
        keywords = {name: x for (name, _), x in zip(arguments[count:], built[count:], strict=True)}
        return self.function(*built[:count], **keywords), inputs

    def _check(self, trace: _Trace, arguments: Named, found: Arguments, count: int, row: Array) -> None:
        """Compare function and program on an example with other numbers than the one that was traced."""
        if trace.program.whole_batches:
            return  # which one example cannot tell
        with tracing(recording=False):
            result, _ = self._apply(arguments, found, count, -1)
        expected = np.array([self._as_value(x).data for x in (result if trace.several else [result])])
        got = np.atleast_1d(trace.program(row))
        if not np.allclose(got, expected, rtol=AGREEMENT, atol=AGREEMENT, equal_nan=True):
            raise TracingError(
                f"{self._name()} gives {expected.tolist()} for an example and its program {got.tolist()}: the function "
                "uses numbers that a trace cannot follow. Take no number out of a Value (.data, detach(), no_grad()), "
                "and draw no random ones (as dropout does in training): make them arguments"
            )

    def _as_value(self, x: Any) -> Value:
        if isinstance(x, Value):
            return x
        if isinstance(x, (int, float, np.floating)):
            return Value(x, role="constant")
        raise TypeError(f"{self._name()} returned {x!r} ({type(x).__name__}): return a Value, or a list of them")

    def _name(self) -> str:
        return f"{getattr(self.function, '__name__', repr(self.function))}()"

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else Method(self, owner)

    def __reduce__(self) -> str:
        """A function is pickled by its name; traces stay where they are."""
        if not hasattr(self, "__qualname__"):
            raise TypeError(f"{self!r} has no name to be pickled by: pickle what was compiled, and compile it again")
        return str(self.__qualname__)

    def __copy__(self) -> CompiledFunction:
        return self

    def __deepcopy__(self, memo: object) -> CompiledFunction:
        return self

    def __repr__(self) -> str:
        return f"compiled {self.function!r}, traced {self.traces} times"


class Method:
    """A compiled function of a class, as a method of one object, which is its first argument."""

    def __init__(self, compiled: CompiledFunction, owner: Any) -> None:
        self.compiled, self.owner = compiled, owner

    def __call__(self, *args: Any, **named: Any) -> Any:
        """See `CompiledFunction`."""
        return self.compiled(self.owner, *args, **named)

    def value_and_grad(self, *args: Any, **named: Any) -> Any:
        """See `CompiledFunction.value_and_grad`."""
        return self.compiled.value_and_grad(self.owner, *args, **named)

    def program(self, *args: Any, **named: Any) -> Program:
        """See `CompiledFunction.program`."""
        return self.compiled.program(self.owner, *args, **named)


@contextmanager
def tracing(recording: bool) -> Iterator[None]:
    """While a function is traced, asking a Value for its number is an error."""
    count_modes(1)
    token = MODE.set(MODE.get()._replace(tracing=True, recording=recording))
    try:
        yield
    finally:
        MODE.reset(token)
        count_modes(-1)
