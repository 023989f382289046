"""Tracing: from a function and the arguments of one call to a program, and the two of them compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd.engine.state import MODE, TracingError
from autograd.engine.value import Value, count_modes
from autograd.program.arguments import Arguments, Placeholders, read_arguments
from autograd.program.comparing import first_different, telling_rows
from autograd.program.machine import Array, Machine
from autograd.program.passes.graph import read_graph
from autograd.program.program import Program
from autograd.support.collector import no_collection

SHOWN = 3  # results in an error
NOT_WHOLE = re.compile(
    "Value.*(as an integer|indices must be)|indices must be.*Value|non-int of type .*Value|^(slice|only integers)"
)


class Call:
    """A call of a function: its arguments by name, the first `count` of them by position, and what is in them."""

    def __init__(
        self, function: Callable[..., Any], named: Sequence[tuple[str, Any]], count: int, inputs: bool, dtype: DTypeLike
    ) -> None:
        self.function, self.named, self.count = function, named, count
        self.found: Arguments = read_arguments(named, inputs)
        self.rows: Array = self.found.rows(np.dtype(dtype))

    @property
    def X(self) -> Array:
        """What the program is given: the rows of a batch, or the one row of a single example."""
        return self.rows[0] if self.found.examples is None else self.rows

    @property
    def name(self) -> str:
        """What the function is called."""
        return f"{getattr(self.function, '__name__', repr(self.function))}()"

    def apply(self, example: int) -> tuple[Any, Placeholders]:
        """What the function itself gives for one example, and the Values that stood for its numbers."""
        values = Placeholders(self.found, example)
        shapes = zip(self.found.shapes, self.named, strict=True)
        built = [values.argument(shape, x, name) for shape, (name, x) in shapes]
        keywords = {name: x for (name, _), x in zip(self.named[self.count :], built[self.count :], strict=True)}
        return self.function(*built[: self.count], **keywords), values

    def outputs(self, result: Any) -> list[Value]:
        """What the function returned as Values: one, or those in a list.

        Raises TypeError for anything else.
        """
        return [self._as_value(x) for x in (result if isinstance(result, (list, tuple)) else [result])]

    def _as_value(self, x: Any) -> Value:
        if isinstance(x, Value):
            return x
        if isinstance(x, (int, float, np.floating)):
            return Value(x, role="constant")
        more = ", not nested" if isinstance(x, (list, tuple)) else ""
        more = ", as array.ravel().tolist() gives it" if isinstance(x, np.ndarray) else more
        raise TypeError(f"{self.name} returned {x!r} ({type(x).__name__}): return a Value, or a list of them{more}")


class Trace:
    """The program of a function for arguments of one structure, made from a call.

    `places` say where in the gradient of the program that by each Value lies, in the order of the arguments; -1 for one
    that takes none. `arguments` keep alive what the key names by identity.

    Raises TypeError if the function does not return a Value or a list of them, TracingError if it asks for a number.
    """

    def __init__(self, call: Call, dtype: DTypeLike) -> None:
        self.arguments, self.example = call.found, call.rows[0]
        result, built = _recorded(call)
        self.several = isinstance(result, (list, tuple))
        outputs = call.outputs(result)
        if not outputs:
            raise TypeError(f"{call.name} returned {result!r}: return a Value, or a list of them")
        leaves = call.found.leaves
        with no_collection():
            trained = [v for v in leaves if v.requires_grad]
            self.program = Program(read_graph(outputs, built.inputs, trained), dtype)
        number = {v: k for k, v in enumerate(self.program.parameters)}
        others = number.keys() - set(leaves)
        self.places = [number.get(v, -1) for v in leaves] + sorted([number[v] for v in others])
        self._numbers = built.numbers
        self._calls = 0
        self._due = 2  # the call at which function and program are compared
        self._compared = False  # on another example than this one

    def load(self, call: Call) -> Machine:
        """A machine with the numbers of the call that are the same for all examples, and with those of the Values."""
        for v, number in zip(self._numbers, call.found.numbers(), strict=True):
            v.data = number
        return self.program._loaded()

    def compare_now_and_then(self, call: Call, machine: Machine) -> None:
        """Compare function and program at calls 2, 4, 8, ..., and on the first example unlike the one that was traced.

        Raises TracingError if they differ, and then at every call until they agree.
        """
        self._calls += 1
        rows = call.rows
        new = not self._compared and (len(rows) > 1 or not np.array_equal(rows[0], self.example, equal_nan=True))
        if new or self._calls >= self._due:
            self._compare(call, machine)
            self._compared |= new
            self._due = 1 << self._calls.bit_length()

    def _compare(self, call: Call, machine: Machine) -> None:
        if self.program.whole_batches:
            return  # which one example cannot tell
        chosen = telling_rows(call.rows)
        with no_collection(), tracing(recording=True):
            results = [call.apply(k)[0] for k in chosen]
        expected = [call.outputs(result) for result in results]
        got = self.program._values(call.rows[chosen], machine).reshape(len(chosen), -1)
        k = first_different(expected, got, self.program.dtype)
        if k >= 0:
            raise TracingError(
                f"{call.name} gives {_shown([v.data for v in expected[k]])} for an example and its program "
                f"{_shown(got[k].tolist())}: the function uses numbers that a trace cannot follow. Numbers from "
                "closures, globals and attributes, and random ones (as dropout draws in training), are in the program "
                "as they were when it was traced: make them arguments, or Values, which are read at every call"
            )


def _recorded(call: Call) -> tuple[Any, Placeholders]:
    with no_collection(), tracing(recording=True):
        try:
            return call.apply(0)
        except TracingError:
            raise
        except (TypeError, IndexError) as error:
            if NOT_WHOLE.search(str(error)):
                error.add_note(
                    f"{call.name} was being traced: numbers are Values there. What decides how much is computed, as n "
                    "in range(n), must be a whole number given by itself, not in a list: that is a constant"
                )
            raise


def _shown(numbers: Sequence[float]) -> str:
    return ", ".join(map(repr, numbers[:SHOWN])) + (", ..." if len(numbers) > SHOWN else "")


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
