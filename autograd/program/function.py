"""`CompiledFunction`: a function of Values that is traced once for each structure of its arguments."""

from __future__ import annotations

import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import DTypeLike

from autograd.derivatives.context import is_differentiated
from autograd.engine.state import MODE
from autograd.program.code import Array
from autograd.program.program import Program, Reduction
from autograd.program.runner import Runner
from autograd.program.second_order import By
from autograd.program.trace import Call, Trace
from autograd.program.trace import tracing as tracing
from autograd.support.text import short

if TYPE_CHECKING:
    from autograd.program.jax.function import JaxFunction

KEPT = 64  # programs of one function
OF_PROGRAMS = ("source", "careful_source", "stages", "report", "inputs", "parameters", "trainer")


class _WithoutPrograms:
    """Says where to look for what only the program of a call has."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in OF_PROGRAMS:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name, obj=self)
            raise AttributeError(
                f"a compiled function has no .{name}: it has a program for each structure of its arguments. Write "
                f"f.program(arguments).{name}, with the arguments of a call",
                name=name, obj=self,
            )  # fmt: skip


class CompiledFunction(_WithoutPrograms):
    """A function that runs as array code; made by `compile`.

    Floats and lists of numbers in the arguments are one example; NumPy arrays are a batch, an example a row, and then
    floats and lists are the same for all examples. Modules, and Values that are leaves, bring the parameters. Anything
    else is a constant: for another one, the function is traced again. So it is for another module, and for the same one
    when parts of it are frozen, exchanged, or put into training or evaluation.

    Numbers that the function takes from closures, globals and attributes of plain objects are part of the program as
    they were when it was traced: make them arguments, or Values, whose numbers are read at every call. (A Value there
    that is exchanged for another one is not noticed.) At calls 2, 4, 8, 16 and so on, and when there first is an
    example with other numbers, function and program are compared on a few examples: TracingError says if they differ.
    Comparisons and bool() of a Value, and taking its number out, are refused.

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
    (2.5, array([3., 6.]))
    """

    def __init__(self, function: Callable[..., Any], dtype: DTypeLike) -> None:
        self.function, self.dtype = function, dtype
        self._lock = threading.RLock()  # two threads trace one after the other
        self._traces: OrderedDict[Any, Trace] = OrderedDict()
        self._quick: dict[int, Trace] = {}  # for so many arguments, the trace of the last call of a single example
        self.traces = 0
        """How often the function has been traced."""
        try:
            self._signature: inspect.Signature | None = inspect.signature(function)
        except (TypeError, ValueError):
            self._signature = None
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: Any, **named: Any) -> Any:
        """The result for one example (a float, or a list of them), or for a batch, as an array.

        While another function is traced or differentiated, the function itself is recorded into that one.
        """
        if MODE.get().tracing or is_differentiated():
            return self.function(*args, **named)
        quick = self._quick.get(len(args)) if not named else None
        if quick is not None:
            tape = quick.load_quickly(args)
            if tape is not None:
                value = tape.replay.value()
                return tape.results()[0].tolist() if quick.several else value
        call, trace, runner = self._load(args, named)
        values = trace.program._values(call.X, runner)
        return values.tolist() if trace.several and call.X.ndim == 1 else values

    def value_and_grad(
        self, *args: Any, reduction: Reduction = "mean", inputs: bool = False, accumulate: bool = False, **named: Any
    ) -> Any:
        """The value and its gradients, as `Program.value_and_grad` gives them, but in the order of the arguments.

        First there is a gradient for each Value among the arguments and for each of `parameters()` of a module, in
        order, each once (0.0 where it takes no gradient, as when it is frozen): zip(model.parameters(), gradients)
        pairs them. Then come Values that the function found elsewhere, in closures and attributes, in the order of
        `program(...).parameters`. With reduction="none" these are the columns.

        Raises ValueError if no Value takes a gradient, and `inputs` are not asked for.

        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> product = compile(lambda x, a, b: a * b * x)
        >>> product.value_and_grad(1.0, Value(2.0), Value(5.0))
        (10.0, array([5., 2.]))
        """
        quick = self._quick.get(len(args)) if reduction == "mean" and not (named or accumulate) else None
        if quick is not None and (inputs or quick.program.parameters):
            tape = quick.load_quickly(args)
            if tape is not None:
                value = tape.replay.gradient(1.0, inputs)
                gradients = quick.ordered(tape.gradient) if quick.places else tape.gradient
                return (value, gradients, tape.by_inputs.copy()) if inputs else (value, gradients)
        call, trace, runner = self._load(args, named, inputs)
        if not (trace.program.parameters or inputs):
            raise ValueError(
                f"{call.name} has nothing to take gradients by: no argument is a Value that takes one, or a module. "
                "Give Values, as Value(0.1), or ask for inputs=True"
            )
        value, gradients, *by_inputs = trace.program._value_and_grad(call.X, runner, reduction, inputs, accumulate)
        return (value, trace.ordered(gradients), *by_inputs)

    def jacobian(self, *args: Any, by: By = "inputs", **named: Any) -> Array:
        """The slopes of the result by the numbers among the arguments, as an array; see `Program.jacobian`.

        Columns count through the numbers in the order of the arguments; with by="parameters" through the Values, as
        `value_and_grad` orders them. A function that returns a list has a row for each entry.

        >>> from autograd.program import compile
        >>> compile(lambda x, y: [x[0] * y, x[1] + y]).jacobian([2.0, 3.0], 5.0).tolist()
        [[5.0, 0.0, 2.0], [0.0, 1.0, 1.0]]
        """
        call, trace, _ = self._load(args, named, by == "inputs")
        slopes = trace.program.jacobian(call.X, by=by)
        if trace.several and trace.program.outputs == 1:
            slopes = slopes[..., None, :]
        return trace.ordered(slopes) if by == "parameters" else slopes

    def hessian(self, *args: Any, by: By = "inputs", **named: Any) -> Array:
        """The second derivatives of the result, of a list of its first entry, as an array; see `Program.hessian`.

        >>> from autograd.program import compile
        >>> compile(lambda x, y: x**2 * y + y**3).hessian(3.0, 2.0).tolist()
        [[4.0, 6.0], [6.0, 12.0]]
        """
        call, trace, _ = self._load(args, named, by == "inputs")
        matrix = trace.program.hessian(call.X, by=by)
        if by == "parameters":
            # Once for the columns, and once for the rows.
            matrix = trace.ordered(trace.ordered(matrix).swapaxes(-1, -2)).swapaxes(-1, -2)
        return matrix

    def program(self, *args: Any, **named: Any) -> Program:
        """The program for arguments like these. Of a batch, its inputs are the numbers in the arrays."""
        return self._load(args, named)[1].program

    def jax(self, *args: Any, **named: Any) -> JaxFunction:
        """The program for arguments like these as a pure function over `jax.numpy`; see `Program.jax`.

        Its parameters are the flat vector in the order of `f.program(arguments).parameters`, its X the numbers in the
        arguments. For a tree of parameters, write `f.program(arguments).jax(module)`.
        """
        return self.program(*args, **named).jax()

    def _load(self, args: Sequence[Any], named: dict[str, Any], inputs: bool = False) -> tuple[Call, Trace, Runner]:
        """What was called, the trace for it, and a runner of its program with all numbers but the rows."""
        call = Call(self.function, self._named(args, named), len(args), inputs, self.dtype)
        # One thread at a time: `load` writes the numbers of the call into Values that all threads share.
        with self._lock:
            trace = self._trace_of(call)
            if not named and trace.has_changed(args):
                # An activation exchanged, say, of which the key says nothing: what was traced may not be the function.
                del self._traces[call.arguments.key]
                trace = self._trace_of(call)
            runner = trace.load(call)
            trace.compare_now_and_then(call, runner)
            # The next call like this one, with nothing but numbers and Values in lists, need not be taken apart.
            if not named and trace.remember(call, args):
                self._quick[len(args)] = trace
        return call, trace, runner

    def _trace_of(self, call: Call) -> Trace:
        """The trace for arguments of this structure, a new one if there is none yet."""
        key = call.arguments.key
        if key not in self._traces:
            self._traces[key] = Trace(call, self.dtype)
            self.traces += 1
            if len(self._traces) > KEPT:
                self._traces.popitem(last=False)  # the one that was called the longest ago
        self._traces.move_to_end(key)
        return self._traces[key]

    def _named(self, args: Sequence[Any], named: dict[str, Any]) -> list[tuple[str, Any]]:
        """The arguments with the names that the function gives them; those by position first."""
        # Names of its own for what *args takes, or where Python knows no signature.
        names = [f"x{k}" if k else "x" for k in range(len(args))]
        if self._signature is not None:
            positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            own = [p.name for p in self._signature.parameters.values() if p.kind in positional]
            names[: len(own)] = own[: len(args)]
        return [*zip(names, args, strict=True), *named.items()]

    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else Method(self, owner)

    def __reduce__(self) -> str:
        """A function is pickled by its name; traces stay where they are."""
        if not hasattr(self, "__qualname__"):
            raise TypeError(
                f"{short(self)} has no name to be pickled by: pickle what was compiled, and compile it again"
            )
        return str(self.__qualname__)

    def __copy__(self) -> CompiledFunction:
        return self

    def __deepcopy__(self, memo: object) -> CompiledFunction:
        return self

    def __repr__(self) -> str:
        return f"compiled {self.function!r}, traced {self.traces} times"


class Method(_WithoutPrograms):
    """A compiled function of a class, as a method of one object, which is its first argument.

    What can be called is the same as of a `CompiledFunction`.
    """

    def __init__(self, compiled: CompiledFunction, owner: Any) -> None:
        self.compiled, self.owner = compiled, owner

    def __call__(self, *args: Any, **named: Any) -> Any:
        return self.compiled(self.owner, *args, **named)

    def value_and_grad(self, *args: Any, **named: Any) -> Any:
        return self.compiled.value_and_grad(self.owner, *args, **named)

    def jacobian(self, *args: Any, **named: Any) -> Array:
        return self.compiled.jacobian(self.owner, *args, **named)

    def hessian(self, *args: Any, **named: Any) -> Array:
        return self.compiled.hessian(self.owner, *args, **named)

    def program(self, *args: Any, **named: Any) -> Program:
        return self.compiled.program(self.owner, *args, **named)

    def jax(self, *args: Any, **named: Any) -> JaxFunction:
        return self.compiled.jax(self.owner, *args, **named)
