"""One step of a training as a pure function of arrays, which JAX compiles whole.

    (parameters, state of the optimizer, batch)  ->  (parameters, state, loss, penalty, gradient, results)

Parameters are a list of arrays, as the program reads them; so is the gradient, and each slot of the optimizer. A step
in which something is not finite returns what it was given, and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.program import Program
from nn.clipping import SMALL
from nn.training.shifts import ROUNDING

Arrays = list[Any]


class Training(NamedTuple):
    """What the devices keep between two steps: parameters, and the slots of the optimizer, each a list of arrays."""

    parameters: Arrays
    state: tuple[Arrays, ...]


class Result(NamedTuple):
    """What a step gives besides: `results` are those of the program, a row for each example.

    `numbers` are the loss, the penalty, and 1 if all is finite: one array, as each is a way from the devices and back.
    `clipped` is the gradient that the optimizer got, None where that is `gradient` itself.
    """

    numbers: Any
    gradient: Arrays
    clipped: Arrays | None
    results: Any


class Rule(NamedTuple):
    """The rule of an optimizer with its settings; those in `settings` are part of what is compiled."""

    update: Callable[..., Any]
    settings: Mapping[str, Any]


class Leaves:
    """Between a vector of parameters and the arrays that it is made of."""

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = parts
        self.shapes = [np.shape(_without_values(part)) for part in parts]
        self.ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes]).tolist()

    def split(self, vector: NDArray[Any]) -> list[NDArray[Any]]:
        """A vector in arrays."""
        pieces = np.split(vector, self.ends[:-1])
        return [piece.reshape(shape) for piece, shape in zip(pieces, self.shapes, strict=True)]

    def join(self, arrays: Sequence[Any]) -> NDArray[Any]:
        """And back."""
        return np.concatenate([np.asarray(array).ravel() for array in arrays])

    def function(self, program: Program) -> Callable[..., Any]:
        """Another program of some of the parameters as a function (arrays, X, givens) of all these arrays."""
        own = set(program.parameters)
        flat = [_flat(part) for part in self.parts]
        whole = [sum([v in own for v in part]) for part in flat]
        if all(count in (0, len(part)) for count, part in zip(whole, flat, strict=True)):
            used = [k for k, count in enumerate(whole) if count]
            f = program.jax({k: self.parts[k] for k in used})  # no list: of lists as long, that would be a matrix
            return lambda arrays, X=(), givens=None: f({k: arrays[k] for k in used}, X, givens)
        # Some of an array, as where a few weights are frozen: the numbers are picked from all of them.
        number = {v: k for k, v in enumerate([v for part in flat for v in part])}
        places, g = np.array([number[v] for v in program.parameters], dtype=np.int64), program.jax()
        return lambda arrays, X=(), givens=None: g(
            jnp.concatenate([array.ravel() for array in arrays])[places], X, givens
        )


def _flat(part: Any) -> list[Value]:
    return [v for row in part for v in row] if part and isinstance(part[0], list) else list(part)


def _without_values(part: Any) -> NDArray[Any]:
    return np.empty((len(part), len(part[0])) if part and isinstance(part[0], list) else (len(part),))


def make_step(
    outputs: Callable[..., Any],
    penalty: Callable[..., Any] | None,
    reduction: str,
    shifts: Sequence[Arrays],
    clipping: tuple[float | None, float | None],
    rule: Rule,
    stepped: Arrays | None,
) -> Callable[..., tuple[Training, Result]]:
    """The function (training, parts of the batch, givens, givens of the penalty, rate, number of the step).

    `outputs` gives the results of the program, the loss first; `shifts` are two masks, as `Shifts` has them; `stepped`
    masks the parameters that the optimizer steps, None if it steps all.
    """
    max_norm, max_value = clipping

    def loss_of(parameters: Arrays, parts: Any, givens: Any) -> tuple[Any, Any]:
        results = outputs(parameters, parts, givens)
        results = results if results.ndim == 2 else results[:, None]
        return results[:, 0].mean() if reduction == "mean" else results[:, 0].sum(), results

    def step(
        training: Training, parts: Any, givens: Any, penalty_givens: Any, rate: Any, count: Any
    ) -> tuple[Training, Result]:
        parameters = training.parameters
        (loss, results), gradient = jax.value_and_grad(loss_of, has_aux=True)(parameters, parts, givens)
        if shifts:
            gradient = _without_rounding(gradient, *shifts)
        amount = jnp.zeros(())
        if penalty is not None:
            amount, own = jax.value_and_grad(penalty)(parameters, (), penalty_givens)
            gradient = jax.tree.map(jnp.add, gradient, own)
        squares = sum([jnp.vdot(g, g) for g in gradient])
        clipped = gradient
        if max_norm is not None:
            scale = max_norm / (jnp.sqrt(squares) + SMALL)
            clipped = [jnp.where(scale >= 1.0, g, g * scale) for g in clipped]
        if max_value is not None:
            clipped = [jnp.clip(g, -max_value, max_value) for g in clipped]
        new = _updated(training, clipped, rule, rate, count, stepped)
        finite = jnp.isfinite(loss + amount + squares + sum([jnp.vdot(p, p) for p in new.parameters]))
        kept = jax.tree.map(lambda after, before: jnp.where(finite, after, before), new, training)
        numbers = jnp.stack([loss, amount, jnp.where(finite, 1.0, 0.0)])
        return kept, Result(numbers, gradient, None if clipped is gradient else clipped, results)

    return step


def _updated(
    training: Training, gradient: Arrays, rule: Rule, rate: Any, count: Any, stepped: Arrays | None
) -> Training:
    settings = {**rule.settings, "lr": rate}
    parameters: Arrays = []
    state: tuple[Arrays, ...] = tuple([[] for _ in training.state])
    for k, (value, g) in enumerate(zip(training.parameters, gradient, strict=True)):
        own = tuple([slot[k] for slot in training.state])
        steps = count[k] if isinstance(count, list) else count
        after, new = rule.update(value, g, own, steps, settings, jnp)
        if stepped is not None:
            after = jnp.where(stepped[k], after, value)
        parameters.append(after)
        for slot, numbers in zip(state, new, strict=True):
            slot.append(numbers)
    return Training(parameters, state)


def _without_rounding(gradient: Arrays, ever: Arrays, may: Arrays) -> Arrays:
    """As `Shifts.leave_out` does it."""
    gradient = [jnp.where(mask, 0.0, g) for g, mask in zip(gradient, ever, strict=True)]
    least = ROUNDING * jnp.max(jnp.stack([jnp.max(jnp.abs(g)) for g in gradient]))
    return [jnp.where(mask & (jnp.abs(g) < least), 0.0, g) for g, mask in zip(gradient, may, strict=True)]
