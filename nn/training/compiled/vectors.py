"""`VectorOptimizer`: an optimizer at work on one vector of parameters, with the rule and the memory it has anyway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from nn.optim.optimizer import Optimizer
from nn.training.engine import CompilationError

Vector = NDArray[np.float64]


class Memory(NamedTuple):
    """What is remembered: for each slot an array over the parameters, and how many steps each group of them made."""

    state: tuple[Vector, ...]
    steps: tuple[int, ...]


def places_of(parameters: Sequence[Value], known: Mapping[Value, int]) -> Any:
    """Where some parameters stand in a vector: a slice if they stand together, else an array of places.

    >>> w = [Value(1.0), Value(2.0), Value(3.0)]
    >>> places_of(w[1:], {w[0]: 0, w[1]: 1, w[2]: 2})
    slice(1, 3, None)
    """
    found = np.array([known[p] for p in parameters], dtype=np.intp)
    together = len(found) and np.array_equal(found, np.arange(found[0], found[0] + len(found)))
    return slice(int(found[0]), int(found[0]) + len(found)) if together else found


class VectorOptimizer:
    """Steps `theta`, in which the number of parameters[k] has place k; those without a gradient are not in it.

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
        number = {p: i for i, p in enumerate(optimizer.parameters)}
        stepped = [k for k, p in enumerate(parameters) if p in number]
        self.numbers = np.array([number[parameters[k]] for k in stepped], dtype=np.intp)
        self.places: Any = slice(None) if len(stepped) == len(parameters) else np.array(stepped, dtype=np.intp)
        # A rule of the user's may work in place, on arrays that are its own in `Optimizer.step`.
        self.known = getattr(type(optimizer).update, "__module__", "").startswith("nn.")
        self.read()

    def read(self) -> None:
        """Take over what the optimizer remembers."""
        steps = np.array(self.optimizer.steps)[self.numbers]
        # Parameters that have made as many steps share one call of the rule; nearly always that is all of them.
        counts = np.unique(steps).tolist()
        self.groups = [slice(None) if len(counts) == 1 else np.flatnonzero(steps == n) for n in counts]
        state = tuple([np.array(self.optimizer.state[slot])[self.numbers] for slot in self.optimizer.slots])
        self.memory = Memory(state, tuple(counts))

    def write_back(self) -> None:
        """Give the optimizer what it has to remember."""
        for slot, remembered in zip(self.optimizer.slots, self.memory.state, strict=True):
            kept = self.optimizer.state[slot]
            all_ = np.array(kept)
            all_[self.numbers] = remembered
            kept[:] = all_.tolist()
        steps = np.array(self.optimizer.steps)
        for group, n in zip(self.groups, self.memory.steps, strict=True):
            steps[self.numbers[group]] = n
        self.optimizer.steps[:] = steps.tolist()

    def step(self, theta: Vector, gradient: Vector) -> None:
        """One step along the gradient, in place."""
        values, grads = theta[self.places], gradient[self.places]
        state, counts = self.memory
        if not self.known:
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
        theta[self.places] = values
        self.memory = Memory(tuple(state), steps)
