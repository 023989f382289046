"""`Program`: a compiled formula. It takes one example or a batch, and gives values and gradients."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from autograd.engine.many.numbers import NumberReader, write_gradients
from autograd.engine.node import write_count
from autograd.engine.value import Value
from autograd.program.build import Stages
from autograd.program.code import Array, Code, code_for
from autograd.program.passes.graph import RecordedGraph
from autograd.program.per_example import FEWEST_EXAMPLES, MOST_PARAMETERS, PerExample, one_by_one
from autograd.program.runner import Runner
from autograd.program.second_order import By, gradient_graph
from autograd.program.taping import Buffers
from autograd.program.trainer import Trainer
from autograd.support.settings import check_choice, check_flag
from autograd.support.text import plural, short

if TYPE_CHECKING:
    from autograd.program.jax.function import JaxFunction

Reduction = Literal["mean", "sum", "none"]


class Program:
    """Array code for a recorded graph; built by `compile`.

    `inputs` are the Values that are fed per example, `parameters` those that gradients are taken by, in the order in
    which they lie in one flat vector. Parameters, and leaves that take no gradient, are read from the Values at each
    call. Single examples and small batches replay the recorded graph in the compiled engine, large batches run as NumPy
    code: `report()` says from how many examples on, and what became what; `source` is the NumPy code, `stages` what
    each pass made of the graph.

    Raises ValueError for a dtype other than float64 and float32.

    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> w, x = Value(3.0, label="w"), Value(0.0, label="x")
    >>> program = compile(w * x * x, inputs=[x])
    >>> program([2.0]), program([[1.0], [2.0]]).tolist()
    (12.0, [3.0, 12.0])
    >>> program.value_and_grad([[1.0], [2.0]])
    (7.5, array([2.5]))
    """

    def __init__(self, recorded: RecordedGraph, dtype: DTypeLike = np.float64) -> None:
        dtype = _checked_dtype(dtype)
        code = code_for(recorded.graph, len(recorded.inputs), len(recorded.parameters), dtype == np.float64)
        outputs = len(recorded.graph.outputs)
        self._set_up(code, recorded.inputs, recorded.parameters, recorded.givens, outputs, dtype)
        self._recorded = replace(recorded, graph=code.graph)  # one graph for all with this code

    def _set_up(
        self,
        code: Code,
        inputs: Sequence[Value],
        parameters: Sequence[Value],
        givens: Sequence[Value],
        outputs: int,
        dtype: DTypeLike,
    ) -> None:
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self._code = code
        # Parameters and givens lie in the order in which matrix products read them, if there are some.
        self.inputs: list[Value] = list(inputs)
        self.parameters: list[Value] = list(map(parameters.__getitem__, code.parameters))
        self.outputs = outputs
        self._givens = list(map(givens.__getitem__, code.givens))
        self._readers = NumberReader(self.parameters), NumberReader(self._givens)
        self._gradients: dict[By, Program] = {}  # for second derivatives
        self._runners = threading.local()  # the arrays of one are not for two threads at once

    @property
    def source(self) -> str:
        """The NumPy code for large batches, as a module of its own: its `prepare` makes the functions for a batch size.

        Where no batch is large enough for it, because hardly two operations are alike, a sentence that names the tape.
        """
        return self._code.source

    @property
    def careful_source(self) -> str:
        """The code that runs instead where a result or a gradient is not finite."""
        return self._code.careful_compilation.source

    @property
    def stages(self) -> Stages:
        """What each pass made of the graph; to be printed, all or one of them, as `stages["lifted"]`."""
        return self._code.compilation.stages()

    @property
    def can_replay(self) -> bool:
        """Whether there is a tape for it."""
        return self._code.can_tape

    @property
    def whole_batches(self) -> bool:
        """Whether the examples of a batch depend on each other, through `batch_mean`."""
        return not self._code.can_tape and self._code.compilation.whole_batches

    def report(self) -> str:
        """What became what, and what stood in the way of a matrix product: a line for each block of the source."""
        return self._code.report()

    def __call__(self, X: ArrayLike = ()) -> Any:
        """The result for one example, as a float, or for each of a batch (examples, inputs), as an array.

        A program of several outputs gives an array (outputs,) for one example and (examples, outputs) for a batch.
        Raises ValueError if X does not have a column for each input.
        """
        return self._values(X, self._loaded())

    def _values(self, X: ArrayLike, runner: Runner) -> Any:
        tape = runner.one(X)
        if tape is not None:
            value = tape.replay.value()
            return tape.results()[0] if tape.several else value
        rows, single = self.rows(X)
        values = runner.values(rows)
        if not single:
            return values
        return float(values[0]) if values.ndim == 1 else values[0]

    def value_and_grad(
        self,
        X: ArrayLike = (),
        *,
        reduction: Reduction = "mean",
        inputs: bool = False,
        accumulate: bool = False,
    ) -> Any:
        """The value, the gradients by `parameters` and, if asked for, those by `inputs`. Of several outputs, the first.

        Over a batch (examples, inputs), the value is the mean of the results or their sum, and the gradients are its:
        an array (parameters,), and an array of the shape of X for the inputs. With reduction="none", values
        are (examples,), gradients by parameters (examples, parameters), by inputs (examples, inputs). `accumulate`
        adds the gradients to the `.grad` of the Values, as `backward()` does.

        Raises ValueError if X does not have a column for each input, for another reduction, and for "none" where
        examples depend on each other.

        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> w, x = Value(3.0), Value(0.0)
        >>> value, by_parameters, by_inputs = compile(w * x * x, [x]).value_and_grad(
        ...     [[1.0], [2.0]], reduction="none", inputs=True)
        >>> value.tolist(), by_parameters.tolist(), by_inputs.tolist()
        ([3.0, 12.0], [[1.0], [4.0]], [[6.0], [12.0]])
        """
        return self._value_and_grad(X, self._loaded(), reduction, inputs, accumulate)

    def _value_and_grad(
        self, X: ArrayLike, runner: Runner, reduction: Reduction, inputs: bool, accumulate: bool
    ) -> Any:
        tape = runner.one(X)
        if tape is not None and (reduction == "mean" or is_reduced(reduction)) and not accumulate:
            value = tape.replay.gradient(1.0, inputs)
            gradients = tape.gradient.copy() if self.parameters else tape.gradient
            return (value, gradients, tape.by_inputs.copy()) if inputs else (value, gradients)
        rows, single = self.rows(X)
        if not is_reduced(reduction) and not single:
            return self._unreduced(runner, rows, inputs, accumulate)
        # As gX has it, a row for each input: so copying it is fast. The seed is what one result counts.
        by_inputs = np.empty(rows.shape[::-1], self.dtype).T if inputs else None
        value = runner.gradients(rows, 1.0 / len(rows) if reduction == "mean" else 1.0, by_inputs)
        gradients = runner.gradient.copy()
        if accumulate:
            self._accumulate(gradients, by_inputs)
        if by_inputs is None:
            return value, gradients
        return value, gradients, by_inputs[0] if single else by_inputs

    def jacobian(self, X: ArrayLike = (), *, by: By = "inputs") -> Array:
        """The slopes ∂output/∂input of every output, or by="parameters" those by `parameters`, as an array.

        For one example it is (outputs, inputs), for a batch (examples, outputs, inputs); a program that has one output
        and not a list of them leaves out that axis. The engine replays the graph, and goes back from each output.

        Raises ValueError if X does not have a column for each input, if there is nothing to take slopes by, and where
        examples depend on each other.

        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> w, x, y = Value(3.0), Value(0.0), Value(0.0)
        >>> program = compile([w * x * y, x + y], inputs=[x, y])
        >>> program.jacobian([2.0, 5.0]).tolist(), program.jacobian([2.0, 5.0], by="parameters").tolist()
        ([[15.0, 6.0], [1.0, 1.0]], [[10.0], [0.0]])
        """
        rows, single = self.rows(X)
        slopes = self._jacobians(rows, by, "jacobian")
        slopes = slopes[:, 0] if self.outputs == 1 else slopes
        return slopes[0] if single else slopes

    def hessian(self, X: ArrayLike = (), *, by: By = "inputs") -> Array:
        """The second derivatives ∂²f/∂xᵢ∂xⱼ of the first output by the inputs, or by="parameters" by `parameters`.

        An array (inputs, inputs) for one example, and (examples, inputs, inputs) for a batch. The graph of the gradient
        is recorded at the first call; later ones replay it.

        Raises ValueError as `jacobian` does.

        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> x, y = Value(0.0), Value(0.0)
        >>> compile(x**2 * y + y**3, inputs=[x, y]).hessian([3.0, 2.0]).tolist()
        [[4.0, 6.0], [6.0, 12.0]]
        """
        rows, single = self.rows(X)
        self._check_by(by, "hessian")
        if by not in self._gradients:
            self._gradients[by] = Program(gradient_graph(self._recorded, by))
        program = self._gradients[by]
        matrices = program._jacobians(rows.astype(np.float64), by, "hessian").astype(self.dtype, copy=False)
        if by == "parameters":
            # Rows are in the order of recording, columns in that of the other program; both go into this one's.
            column = {v: k for k, v in enumerate(program.parameters)}
            columns = [column[v] for v in self.parameters]
            matrices = matrices[:, self._code.parameters][:, :, columns]
        return matrices[0] if single else matrices

    def _jacobians(self, rows: Array, by: By, name: str) -> Array:
        """The slopes for each example, (examples, outputs, inputs or parameters)."""
        self._check_by(by, name)
        return self._loaded().ready_tape().jacobians(rows, by == "inputs").astype(self.dtype, copy=False)

    def _check_apart(self, name: str) -> None:
        if self.whole_batches:
            raise ValueError(f"{name}: examples depend on each other through batch_mean: one by itself has no slopes")

    def _check_by(self, by: By, name: str) -> None:
        check_choice("by", by, ("inputs", "parameters"))
        if self.whole_batches:
            raise ValueError(
                f"{name}: examples depend on each other through batch_mean, so one has no slopes by itself"
            )
        if not (self.inputs if by == "inputs" else self.parameters):
            other = "parameters" if by == "inputs" else "inputs"
            raise ValueError(
                f"{name}: the program has no {by} to take slopes by"
                + (f'; by="{other}" takes those by its {other}' if self.inputs or self.parameters else "")
            )

    def buffers(self, inputs: bool = True) -> Buffers:
        """Arrays for one example that are made once, and functions that compute in them: the call with no overhead.

        Gradients by inputs are computed unless `inputs` is False. The engine replays the graph in float64, whatever the
        dtype of the program. Raises ValueError where examples depend on each other.

        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> x = Value(0.0)
        >>> call = compile(x**3, inputs=[x]).buffers()
        >>> call.x[:] = [2.0]
        >>> call.value_and_grad(), call.by_inputs.tolist()
        (8.0, [12.0])
        """
        inputs = check_flag("buffers", "inputs", inputs)
        self._check_apart("buffers")
        runner = Runner(self._code, self.dtype)  # its own, as of each thread
        self.read_into(runner)
        return Buffers(self, runner.ready_tape(), inputs)

    def trainer(self) -> Trainer:
        """A working copy of the parameters, for training: one flat vector, written back at the end; see `Trainer`."""
        runner = Runner(self._code, self.dtype)
        self.read_into(runner)
        return Trainer(self, runner)

    @cached_property
    def _per_example(self) -> PerExample:
        return PerExample(self._recorded, self._code.parameters)

    def _unreduced(self, runner: Runner, rows: Array, inputs: bool, accumulate: bool) -> Any:
        """Values and gradients of each example by itself."""
        if self.whole_batches:
            raise ValueError('reduction="none": examples depend on each other through batch_mean; take "mean" or "sum"')
        count = len(self.inputs)
        few = len(rows) < FEWEST_EXAMPLES or len(self.parameters) > MOST_PARAMETERS
        if few or (runner.can_tape and not self._code.by_arrays):
            values, both = one_by_one(runner, rows, inputs)
        else:
            values = runner.values(rows)
            values = values[:, 0] if values.ndim == 2 else values
            both = self._per_example.gradients(rows, runner.arrays_with_numbers())
        by_inputs, gradients = both[:, :count], both[:, count:]
        if accumulate:
            self._accumulate(gradients.sum(axis=0), by_inputs if inputs else None)
        return (values, gradients, by_inputs) if inputs else (values, gradients)

    def _accumulate(self, gradients: Array, by_inputs: NDArray[Any] | None) -> None:
        write_gradients(self.parameters, np.asarray(gradients, float), add=True)
        if by_inputs is not None:
            write_gradients(self.inputs, by_inputs.sum(axis=0).astype(float), add=True)

    def rows(self, X: ArrayLike) -> tuple[Array, bool]:
        """X as an array (examples, inputs), and whether it was one example.

        Raises ValueError if it has not a column for each input, or no rows, TypeError if it is not of numbers.
        """
        rows = X if isinstance(X, np.ndarray) and X.dtype == self.dtype else self._converted(X)
        count = len(self.inputs)
        single = rows.ndim == 1
        if single:
            rows = rows[None]
        if rows.ndim != 2 or rows.shape[1] != count:
            raise ValueError(
                f"X has the shape {np.shape(X)}, and this program takes {count} inputs: give ({count},) for one "
                f"example, or (examples, {count}) for a batch"
            )
        if not len(rows):
            raise ValueError("X is a batch of no examples: give at least one")
        return rows, single

    def _converted(self, X: ArrayLike) -> Array:
        try:
            array = np.asarray(X)
        except ValueError as error:
            raise ValueError(f"X is not an array of numbers: {error}") from None
        if array.dtype.kind not in "fiubO":  # floats, integers, booleans; objects may be Values
            raise TypeError(f"X is an array of {array.dtype}: a program takes numbers")
        with np.errstate(over="ignore"):  # as in read_into
            return array.astype(self.dtype)

    def _loaded(self) -> Runner:
        runner: Runner | None = getattr(self._runners, "own", None)
        if runner is None:
            runner = self._runners.own = Runner(self._code, self.dtype)
        writes = write_count()
        if runner.read_at != writes:
            self.read_into(runner)
            runner.read_at = writes
        return runner

    def jax(self, module: Any = None) -> JaxFunction:
        """The program as a pure function f(parameters, X) over `jax.numpy`, for `jit`, `grad`, `vmap` and devices.

        `parameters` is the flat vector in the order of `program.parameters`, or with a module the tree of arrays that
        mirrors it: `parameters.layers[0].weight`, `.bias`. Slopes at kinks, ties and infinities are the engine's, but
        for 0 · inf inside of a matrix product. See `JaxFunction`.

        Raises ImportError where JAX is not installed, and ValueError for a module that does not hold all parameters.

        >>> import jax
        >>> from autograd import Value
        >>> from autograd.program import compile
        >>> w, x = Value(3.0), Value(0.0)
        >>> f = compile(w * x * x, inputs=[x]).jax()
        >>> jax.jit(f)(f.parameters(), jax.numpy.array([[1.0], [2.0]])).tolist()
        [3.0, 12.0]
        """
        try:
            from autograd.program.jax.function import JaxFunction
        except ImportError as error:
            raise ImportError("this needs JAX: pip install 'chaingrad[jax]'") from error
        return JaxFunction(self._code.plan, self.parameters, len(self.inputs), self._givens, self.dtype, module)

    def read_into(self, runner: Runner) -> None:
        """Copy the numbers of the Values to a runner."""
        for reader, numbers in zip(self._readers, (runner.theta, runner.givens), strict=True):
            if self.dtype == np.float64:
                reader.read(numbers)
            else:
                wide = np.empty(len(numbers))
                reader.read(wide)
                with np.errstate(over="ignore"):  # what is too large for float32 is inf
                    numbers[:] = wide

    def __reduce__(self) -> tuple[type[Program], tuple[RecordedGraph, np.dtype[Any]]]:
        return Program, (self._recorded, self.dtype)  # a copy is compiled from the graph, and has arrays of its own

    def __repr__(self) -> str:
        parts = ("input", len(self.inputs)), ("parameter", len(self.parameters)), ("output", self.outputs)
        counts = ", ".join([plural(n, what) for what, n in parts])
        return f"<Program of {counts} in {self.dtype}: {plural(len(self._code.graph.order), 'operation')}>"


def _checked_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        checked: np.dtype[Any] = np.dtype(dtype)
    except Exception:  # NumPy asks what it gets for attributes and its repr, which may raise anything
        raise TypeError(f"dtype must be float64 or float32, got {short(dtype)}") from None
    if dtype is None or checked not in (np.float64, np.float32):  # None is NumPy's word for float64
        raise ValueError(f"dtype must be float64 or float32, got {short(dtype)}")
    return checked


def is_reduced(reduction: str) -> bool:
    """Whether the results of a batch become one number: by "mean" or "sum", and not with "none".

    Raises ValueError for another word.
    """
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f'reduction must be "mean", "sum" or "none", got {short(reduction)}')
    return reduction != "none"
