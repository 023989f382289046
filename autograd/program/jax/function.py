"""`JaxFunction`: a program as a pure function of its parameters and of the rows of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd.engine.many.numbers import write_numbers
from autograd.engine.value import Value
from autograd.program.jax.plan import Plan
from autograd.program.jax.steps import Machine
from autograd.program.jax.trees import FlatTree, Places, Tree


class JaxFunction:
    """f(parameters, X) -> outputs, from `program.jax()`: nothing is read or changed but these arguments.

    `parameters` is the flat vector in the order of `program.parameters`, or, from `program.jax(module)`, the tree of
    arrays that mirrors the module. X is (examples, inputs) or (inputs,), or a tuple of arrays whose columns are the
    inputs, one after another; a vector in it is one column, unless all of them together are one example. Outputs are
    (examples,) or (examples, outputs), without the first axis for one example. What takes no gradient is the number
    that it was when the function was made, unless `givens` has others.

    It is computed in the widest type among the arguments. Without JAX's own switch `jax_enable_x64`, JAX knows no
    float64: the function then computes in float32.

    Raises ValueError for parameters and rows of another shape, NotForJax for an operation that asks for numbers.

    >>> import jax
    >>> from autograd import Value
    >>> from autograd.program import compile
    >>> w, x, y = Value(0.5, label="w"), Value(0.0), Value(0.0)
    >>> f = compile((w * x - y) ** 2, inputs=[x, y]).jax()
    >>> theta, X = f.parameters(), jax.numpy.array([[1.0, 3.0], [2.0, 6.0]])
    >>> f(theta, X).tolist()
    [6.25, 25.0]
    >>> jax.grad(lambda theta: f(theta, X).mean())(theta).tolist()
    [-12.5]
    """

    def __init__(
        self,
        plan: Plan,
        parameters: Sequence[Value],
        inputs: int,
        givens: Sequence[Value],
        dtype: DTypeLike,
        module: Any,
    ) -> None:
        self._plan, self._values, self._inputs, self._dtype = plan, list(parameters), inputs, dtype
        self._given_values = list(givens)
        self._givens = self.givens()
        self._tree = FlatTree(parameters) if module is None else Tree(module, parameters)
        # Leaves whose numbers lie in P one behind the other are pieces of it; the numbers of others are gathered.
        self._direct: list[tuple[int, int, bool]] = []  # start, leaf, whether it is transposed
        self._others: list[int] = []
        for k, places in enumerate(self._tree.places):
            for turned in (False, True):
                flat = (places.T if turned else places).ravel()
                if np.array_equal(flat, np.arange(len(flat), dtype=np.int64) + (flat[0] if len(flat) else 0)):
                    self._direct.append((int(flat[0]) if len(flat) else 0, k, turned))
                    break
            else:
                self._others.append(k)

    def parameters(self) -> Any:
        """The numbers that the Values have now, as arrays of JAX: what `parameters` is in a call."""
        numbers = np.array([v.data for v in self._values], dtype=self._dtype)
        return jax.tree.map(jnp.asarray, self._tree.filled(numbers))

    def givens(self) -> NDArray[Any]:
        """The numbers that Values without gradients have now: what `givens` is in a call."""
        return np.array([v.data for v in self._given_values], dtype=self._dtype)

    def parts(self) -> list[Any]:
        """The parameters in lists, and lists of lists, that the program reads as a whole: the quickest tree."""
        parts = []
        for start, shape in self._plan.leaves():
            values, width = self._values[start : start + prod(shape)], shape[-1]
            rows = [values[i : i + width] for i in range(0, len(values), width)]
            parts.append(values if len(shape) == 1 else rows)
        return parts

    def write_back(self, parameters: Any) -> None:
        """Give the Values the numbers of such parameters."""
        numbers = np.empty(len(self._values))
        for leaf, places in zip(self._tree.leaves(parameters), self._tree.places, strict=True):
            numbers[places] = np.asarray(leaf, dtype=np.float64)
        write_numbers(self._values, numbers)

    def __call__(self, parameters: Any, X: Any = (), givens: Any = None) -> Any:
        """The outputs."""
        leaves = [jnp.asarray(leaf) for leaf in self._tree.leaves(parameters)]
        parts, single = self._parts(X)
        dtype = jnp.result_type(*leaves, *parts)
        if not jnp.issubdtype(dtype, jnp.floating):
            dtype = jnp.result_type(float)
        plan, machine = self._plan, Machine(parts[0].shape[0], dtype)
        for start, piece, axes in sorted(self._pieces(leaves, dtype), key=lambda piece: piece[0]):
            machine.add("P", start, piece, axes)
        numbers = jnp.asarray(self._givens if givens is None else givens, dtype)
        machine.add("P", plan.parameters, numbers)
        machine.add("P", plan.parameters + plan.givens, jnp.array(plan.constants, dtype))
        at = 0
        for part in parts:
            machine.add("X", at, part.astype(dtype))
            at += part.shape[1]
        for step in plan.steps:
            machine.run(step)
        results = [
            jnp.broadcast_to(machine.read(result, "bn"), (machine.examples, *result.pattern.shape))
            for result in plan.results
        ]
        outputs = results[0] if len(results) == 1 else jnp.concatenate(results, axis=1)
        outputs = outputs[:, 0] if outputs.shape[1] == 1 else outputs
        return outputs[0] if single else outputs

    def _parts(self, X: Any) -> tuple[list[Any], bool]:
        """X as matrices side by side, and whether it was one example."""
        parts = [jnp.asarray(part) for part in (X if isinstance(X, tuple) and X else [X])]
        columns = len(parts) == self._inputs != sum([part.size for part in parts])  # a vector for each input
        single = all(part.ndim < 2 for part in parts) and not columns
        # Of one example, everything is in one row; of several, a vector is a column.
        matrices = [part.reshape(1, -1) if single else part[:, None] if part.ndim == 1 else part for part in parts]
        shapes = ", ".join(str(part.shape) for part in parts)
        if any(m.ndim != 2 or len(m) != len(matrices[0]) for m in matrices):
            raise ValueError(f"X has parts of the shapes {shapes}: each needs a row for each example")
        if sum([m.shape[1] for m in matrices]) != self._inputs:
            raise ValueError(
                f"X has the shape {shapes}, and this program takes {self._inputs} inputs: give ({self._inputs},) for "
                f"one example, (examples, {self._inputs}) for a batch, or a tuple of arrays with as many columns"
            )
        return matrices, single

    def _pieces(self, leaves: Sequence[Any], dtype: Any) -> list[tuple[int, Any, int]]:
        """The leaves as pieces of P: where each starts, and along how many axes its numbers lie."""
        leaves = [leaf.astype(dtype) for leaf in leaves]
        pieces = [(start, leaves[k].T if turned else leaves[k], leaves[k].ndim) for start, k, turned in self._direct]
        pieces = [(start, piece.reshape(1) if axes == 0 else piece, max(axes, 1)) for start, piece, axes in pieces]
        if self._others:
            places: Places = np.concatenate([self._tree.places[k].ravel() for k in self._others])
            order = np.argsort(places)
            numbers = jnp.concatenate([leaves[k].ravel() for k in self._others])
            for run in np.split(order, np.flatnonzero(np.diff(places[order]) != 1) + 1):
                pieces.append((int(places[run[0]]), numbers[run], 1))
        return pieces

    def __repr__(self) -> str:
        return f"<function of {len(self._values)} parameters and {self._inputs} inputs for JAX>"
