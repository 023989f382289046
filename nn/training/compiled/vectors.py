"""`VectorOptimizer`: an optimizer on one vector of parameters instead of a list of Values, with the same rule.

    SGD, lr = 0.1:    theta [1.0, 2.0],  gradient [3.0, 0.0]   ->   theta [0.7, 2.0]

The rule, `update` of an optimizer of `nn.optim`, is written for numbers and for arrays alike, so that it stands once.
Parameters that have made different numbers of steps are updated one number after another:

    Adam, steps [5, 5, 0, 0] (two were frozen)   ->   update(theta[:2], ..., step 6), update(theta[2:], ..., step 1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from nn.optim.optimizer import Optimizer, set_entries
from nn.training.engine import CompilationError

Vector = NDArray[np.float64]


class Memory(NamedTuple):
    """The state of an optimizer: an array over the parameters for each slot, and the steps of each group of them."""

    state: tuple[Vector, ...]
    steps: tuple[int, ...]


def indices_of(parameters: Sequence[Value], index_of: Mapping[Value, int]) -> Any:
    """Where some parameters stand in a vector: a slice if they stand together, which is quicker, else an array.

    >>> w = [Value(1.0), Value(2.0), Value(3.0)]
    >>> indices_of(w[1:], {w[0]: 0, w[1]: 1, w[2]: 2})
    slice(1, 3, None)
    """
    indices = np.fromiter(map(index_of.__getitem__, parameters), np.intp, len(parameters))
    together = len(indices) and np.array_equal(indices, np.arange(indices[0], indices[0] + len(indices), dtype=np.intp))
    return slice(int(indices[0]), int(indices[0]) + len(indices)) if together else indices


class VectorOptimizer:
    """Steps `theta`, the vector whose entry k is parameters[k]; those that take no gradient are not in it.

    Raises CompilationError for an optimizer whose `step` is its own.

    >>> from nn.optim import Adam
    >>> w = [Value(1.0), Value(2.0)]
    >>> optimizer = VectorOptimizer(Adam(w, lr=0.1), w)
    >>> theta = np.array([1.0, 2.0])
    >>> optimizer.step(theta, np.array([3.0, 0.0]))
    >>> theta.round(6).tolist()
    [0.9, 2.0]
    """

    def __init__(self, optimizer: Optimizer, parameters: Sequence[Value]) -> None:
        if type(optimizer).step is not Optimizer.step:
            raise CompilationError(f"{type(optimizer).__name__} has a step() of its own")
        self.optimizer = optimizer
        # theta and the optimizer's lists need not have the same order, nor hold the same parameters.
        own = dict(zip(optimizer.parameters, range(len(optimizer.parameters)), strict=True))
        indices = np.fromiter([own.get(p, -1) for p in parameters], np.intp, len(parameters))
        stepped = np.flatnonzero(indices >= 0)
        self.own_indices = indices[stepped]
        self.indices: Any = slice(None) if len(stepped) == len(parameters) else stepped
        # A rule of the user's may work in place, on arrays that are its own in `Optimizer.step`.
        self.may_share = getattr(type(optimizer).update, "__module__", "").startswith("nn.")
        self.read()

    def read(self) -> None:
        """Take over the state of the optimizer."""
        steps = np.array(self.optimizer.steps, dtype=np.int64)[self.own_indices]
        # Parameters that have made as many steps share one call of the rule; nearly always that is all of them.
        counts = np.unique(steps).tolist()
        self.groups = [slice(None) if len(counts) == 1 else np.flatnonzero(steps == n) for n in counts]
        state = tuple([np.array(self.optimizer.state[slot])[self.own_indices] for slot in self.optimizer.slots])
        self.memory = Memory(state, tuple(counts))

    def write_back(self) -> None:
        """Give the optimizer its state."""
        for slot, numbers in zip(self.optimizer.slots, self.memory.state, strict=True):
            set_entries(self.optimizer.state[slot], self.own_indices, numbers)
        for group, n in zip(self.groups, self.memory.steps, strict=True):
            set_entries(self.optimizer.steps, self.own_indices[group], np.int64(n))

    def step(self, theta: Vector, gradient: Vector) -> None:
        """One step along the gradient, in place."""
        values, grads = theta[self.indices], gradient[self.indices]
        state, counts = self.memory
        if not self.may_share:
            values, grads, state = values.copy(), grads.copy(), tuple([slot.copy() for slot in state])
        update, settings = self.optimizer.update, self.optimizer.hyperparameters
        steps = tuple([n + 1 for n in counts])
        with np.errstate(all="ignore"):  # inf and nan are answers, not events, as in the engine
            if len(self.groups) == 1:
                values, state = update(values, grads, state, steps[0], settings, np)
            else:
                values, state = values.copy(), tuple([slot.copy() for slot in state])
                for group, n in zip(self.groups, steps, strict=True):
                    own = tuple([slot[group] for slot in state])
                    values[group], own = update(values[group], grads[group], own, n, settings, np)
                    for slot, new in zip(state, own, strict=True):
                        slot[group] = new
        theta[self.indices] = values
        self.memory = Memory(tuple(state), steps)
