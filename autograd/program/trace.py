"""Tracing: from a function and the arguments of one call to a program, and the two of them compared.

>>> call = Call(lambda x, w: x[0] * w + x[1], [("x", [2.0, 1.0]), ("w", Value(10.0))], 2, inputs=False, dtype=float)
>>> trace = Trace(call, float)
>>> trace.program([3.0, 5.0])  # it takes the numbers of the call; the Value is a parameter
35.0
>>> trace.places  # of the arguments that are Values, in the gradient of the program
[0]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd.engine.many.flat import FlatGraph
from autograd.engine.node import write_count
from autograd.engine.state import TracingError
from autograd.engine.tape.fingerprint import Fingerprint
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.modes import Switch
from autograd.program.arguments import Arguments, Placeholders, read_arguments
from autograd.program.code import Array
from autograd.program.passes.graph import read_graph
from autograd.program.program import Program
from autograd.program.runner import Runner
from autograd.program.taping import TapeMachine
from autograd.support.collector import no_collection
from autograd.support.text import got, short

SHOWN = 3  # results in an error
AGREEMENT = 1e-6  # relative: rounding mostly stays far below, another number does not
MARGIN = 16.0  # on what rounding can come to where numbers cancel
# What Python says where it needs a whole number and gets a Value.
NOT_WHOLE = re.compile(
    "Value.*(as an integer|indices must be)|indices must be.*Value|non-int of type .*Value|^(slice|only integers)"
)


class Call:
    """A call of a function: its arguments by name, the first `count` of them by position, and what is in them."""

    def __init__(
        self, function: Callable[..., Any], named: Sequence[tuple[str, Any]], count: int, inputs: bool, dtype: DTypeLike
    ) -> None:
        self.function, self.named, self.count = function, named, count
        self.arguments: Arguments = read_arguments(named, inputs)
        self.rows: Array = self.arguments.rows(np.dtype(dtype))

    @property
    def X(self) -> Array:
        """What the program takes: the rows of a batch, or the one row of a single example."""
        return self.rows[0] if self.arguments.examples is None else self.rows

    @property
    def name(self) -> str:
        """What the function is called."""
        return f"{getattr(self.function, '__name__', repr(self.function))}()"

    def apply(self, example: int) -> tuple[Any, Placeholders]:
        """What the function itself returns for one example, and the Values that stood for its numbers."""
        placeholders = Placeholders(self.arguments, example)
        shapes = zip(self.arguments.shapes, self.named, strict=True)
        values = [placeholders.argument(shape, x, name) for shape, (name, x) in shapes]
        keywords = {name: x for (name, _), x in zip(self.named[self.count :], values[self.count :], strict=True)}
        return self.function(*values[: self.count], **keywords), placeholders

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
        raise TypeError(f"{self.name} returned {got(x)}: return a Value, or a list of them{more}")


class Trace:
    """The program of a function for arguments of one structure, traced in one call.

    `places` say where in the gradient of the program that by each Value lies, in the order of the arguments; -1 for one
    that takes none. `arguments` keep alive what the key names by identity.

    Raises TypeError if the function does not return a Value or a list of them, TracingError if it asks for a number.
    """

    def __init__(self, call: Call, dtype: DTypeLike) -> None:
        self.arguments, self.example = call.arguments, call.rows[0]
        result, placeholders = _record(call)
        self.several = isinstance(result, (list, tuple))
        outputs = call.outputs(result)
        if not outputs:
            raise TypeError(f"{call.name} returned {short(result)}: return a Value, or a list of them")
        leaves = call.arguments.leaves
        with no_collection():
            trained = [v for v in leaves if v.requires_grad]
            self.program = Program(read_graph(outputs, placeholders.inputs, trained), dtype)
        # The program has its parameters in an order of its own. Those that no argument holds come last.
        number = {v: k for k, v in enumerate(self.program.parameters)}
        others = number.keys() - set(leaves)
        self.places = [number.get(v, -1) for v in leaves] + sorted([number[v] for v in others])
        self._in_order = self.places == list(range(len(self.program.parameters)))
        self._shapes: tuple[Any, ...] = ()
        self._first: tuple[Any, ...] = ()
        self._has_no_shapes = False
        self._shared = placeholders.shared
        self._calls = 0
        self._compare_at = 2  # the call at which function and program are compared
        self._compared = False  # on another example than this one

    def remember(self, call: Call, args: Sequence[Any]) -> bool:
        """Whether calls like this one can be served by `load_quickly`."""
        if call.arguments.examples is not None or not self.program.can_replay or self._has_no_shapes:
            return False
        # Written down anew only where something changed: a fingerprint takes longer to make than to compare.
        if self._shapes and not self.has_changed(args):
            return True
        try:
            self._shapes = tuple(map(_quick_shape, call.arguments.shapes, args))
        except TypeError:  # a part that cannot be compared by its references
            self._has_no_shapes = True
            return False
        if not self._first:
            self._first = tuple(map(_copied, args))
        return True

    def has_changed(self, args: Sequence[Any]) -> bool:
        """Whether a module among the arguments is not what it was at the last call, in more than its numbers."""
        return not all(map(_still_fits, self._shapes, args))

    def load_quickly(self, args: tuple[Any, ...]) -> TapeMachine | None:
        """The tape with the numbers of a call, if its arguments are as those of the first call; None if they are not.

        None as well where function and program are to be compared, see `compare_now_and_then`.
        """
        if self._calls + 1 >= self._compare_at:
            return None
        program = self.program
        runner = getattr(program._runners, "own", None)  # as program._loaded() begins: a call is a tenth of this
        if runner is None or runner.read_at != write_count():
            runner = program._loaded()
        tape = runner.ready_tape() if runner.by_arrays else runner.tape
        if not tape.replay.load_arguments(self._shapes, args) or (not self._compared and args != self._first):
            return None
        self._calls += 1
        return tape

    def ordered(self, gradients: Array) -> Array:
        """Gradients in the order of the arguments; a Value that takes none has 0."""
        if self._in_order:
            return gradients.copy()
        zero = np.zeros((*gradients.shape[:-1], 1), gradients.dtype)
        return np.concatenate([gradients, zero], axis=-1)[..., self.places]  # place -1 is the 0 put behind the others

    def load(self, call: Call) -> Runner:
        """A runner with the numbers of the call that are the same for all examples, and with those of the Values."""
        for v, number in zip(self._shared, call.arguments.shared_numbers(), strict=True):
            v.data = number
        return self.program._loaded()

    def compare_now_and_then(self, call: Call, runner: Runner) -> None:
        """Compare function and program at calls 2, 4, 8, ..., and on the first example unlike the one that was traced.

        Raises TracingError if they differ, and then at every call until they agree.
        """
        self._calls += 1
        rows = call.rows
        new = not self._compared and (len(rows) > 1 or not np.array_equal(rows[0], self.example, equal_nan=True))
        if new or self._calls >= self._compare_at:
            self._compare(call, runner)
            # Not reached if they differ: then the next call compares again.
            self._compared |= new
            self._compare_at = 1 << self._calls.bit_length()

    def _compare(self, call: Call, runner: Runner) -> None:
        if self.program.whole_batches:
            return  # which one example cannot tell
        examples = rows_to_compare(call.rows)
        with no_collection(), tracing(recording=True):
            results = [call.apply(k)[0] for k in examples]
        expected = [call.outputs(result) for result in results]
        got = self.program._values(call.rows[examples], runner).reshape(len(examples), -1)
        k = first_mismatch(expected, got, self.program.dtype)
        if k >= 0:
            raise TracingError(
                f"{call.name} gives {_listed([v.data for v in expected[k]])} for an example and its program "
                f"{_listed(got[k].tolist())}: the function uses numbers that a trace cannot follow. Numbers from "
                "closures, globals and attributes, and random ones (as dropout draws in training), are in the program "
                "as they were when it was traced: make them arguments, or Values, which are read at every call"
            )


def _quick_shape(shape: Any, x: Any) -> Any:
    """The shape of an argument as the engine compares it; of a module, what it is made of.

    Raises TypeError where something cannot be compared quickly.
    """
    if type(x) in (list, tuple):
        return (shape[0], *map(_quick_shape, shape[1:], x))
    if type(x) is float or isinstance(x, Value) or shape[0] == "constant":
        return shape
    if shape[0] == "module":
        return Fingerprint(x)
    raise TypeError(f"{got(x)} is taken apart at each call")


def _still_fits(shape: Any, x: Any) -> bool:
    if isinstance(shape, Fingerprint):
        return shape.fits(x)
    return not isinstance(shape, tuple) or type(x) not in (list, tuple) or all(map(_still_fits, shape[1:], x))


def _copied(x: Any) -> Any:
    """The lists in an argument, which their owner may change, copied."""
    return type(x)(map(_copied, x)) if type(x) in (list, tuple) else x


def _record(call: Call) -> tuple[Any, Placeholders]:
    """Run the function once on Values; an error that a Value in place of a whole number causes gets a note."""
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


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(map(repr, numbers[:SHOWN])) + (", ..." if len(numbers) > SHOWN else "")


@contextmanager
def tracing(recording: bool) -> Iterator[None]:
    """While a function is traced, asking a Value for its number is an error."""
    with Switch(tracing=True, recording=recording):
        yield


def rows_to_compare(rows: Array) -> list[int]:
    """Numbers of a few rows that differ: the first and the last, and those with the smallest and the largest sum.

    >>> rows_to_compare(np.array([[3.0], [1.0], [2.0], [9.0], [4.0]]))
    [0, 1, 3, 4]
    """
    with np.errstate(all="ignore"):
        sums = rows.sum(axis=1)
    return sorted({0, int(sums.argmin()), int(sums.argmax()), len(rows) - 1})


def first_mismatch(expected: Sequence[Sequence[Value]], got: NDArray[np.float64], dtype: np.dtype[np.generic]) -> int:
    """The first row in which a program got something else than the function, whose Values are expected; -1 if none is.

    Numbers agree if they differ by less than 1e-6 of the largest number in their column, or by no more than rounding
    can come to in the graph of the Value. What is not finite agrees with anything that is not: it may be inf or nan by
    the order of a sum; and in float32 it agrees with what is too large there.
    """
    info = np.finfo(np.float32 if dtype == np.float32 else np.float64)
    unit, tiny = float(info.eps), float(info.tiny)
    # A function that returns more or fewer numbers than it did when it was traced.
    for k, row in enumerate(expected):
        if len(row) != got.shape[1]:
            return k
    numbers = np.array([[v.data for v in row] for row in expected], dtype=np.float64)
    largest = np.abs(np.where(np.isfinite(numbers), numbers, 0.0)).max(axis=0)
    for k, j in np.argwhere(mismatches(numbers, got, largest)).tolist():
        v, result = expected[k][j], float(got[k, j])
        if not np.isfinite(v.data) or not np.isfinite(result):
            if dtype != np.float32:
                return int(k)
        # The bound on rounding takes a sweep over the graph, so it is the second thing to ask.
        elif abs(v.data - result) > MARGIN * rounding_error(v, unit) + tiny:
            return int(k)
    return -1


def mismatches(expected: NDArray[np.float64], got: NDArray[np.float64], size: ArrayLike) -> NDArray[np.bool_]:
    """Where two arrays hold different numbers: apart by more than 1e-6 of a size, or finite in one of them alone.

    >>> mismatches(np.array([1.0, 2.0, np.inf]), np.array([1.0 + 1e-9, 2.1, np.nan]), 2.0)
    array([False,  True, False])
    """
    finite, finite_too = np.isfinite(expected), np.isfinite(got)
    with np.errstate(all="ignore"):
        apart = np.abs(got - expected) > AGREEMENT * np.asarray(size, dtype=np.float64)
    return np.where(finite & finite_too, apart, finite != finite_too)


def rounding_error(v: Value, unit: float) -> float:
    """What rounding can come to in a recorded Value, to first order, where each number is rounded by a part `unit`.

    The error of a result is unit · |result| + Σ |local derivative| · (error of the operand + unit · |operand|).

    >>> x = Value(1e8)
    >>> rounding_error((x + 1.0) - x, 2.0**-52) > 1e-8
    True
    """
    return FlatGraph(topological_order(v)).rounding_error(unit)
