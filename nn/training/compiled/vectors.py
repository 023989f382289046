"""`VectorOptimizer`: an optimizer on one vector of parameters instead of a list of Values, with the same rule.

    SGD, lr = 0.1:    theta [1.0, 2.0],  gradient [3.0, 0.0]   ->   theta [0.7, 2.0]

The rule, `update` of an optimizer of `nn.optim`, is written for numbers and for arrays alike, so that it stands once.
Parameters that have made different numbers of steps are updated one number after another:

    Adam, steps [5, 5, 0, 0] (two were frozen)   ->   update(theta[:2], ..., step 6), update(theta[2:], ..., step 1)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd import Value
from autograd.engine.many.lists import places_among
from nn.optim.optimizer import BLOCK, Optimizer, is_by_number, set_entries, set_steps, update_arrays
from nn.training.engine import CompilationError

Vector = NDArray[np.float64]
EVERYTHING: Any = slice(None)


class Memory(NamedTuple):
    """The state of an optimizer: an array over the parameters for each slot, and the steps of each group of them."""

    state: tuple[Vector, ...]
    steps: tuple[int, ...]


def places_of(parameters: Iterable[Value], among: list[Value]) -> NDArray[np.intp]:
    """Where parameters stand in a list of others, each of which is there once; -1 for those that are not in it.

    >>> w = [Value(1.0), Value(2.0), Value(3.0)]
    >>> places_of(w, w[1:]).tolist()
    [-1, 0, 1]
    """
    values = list(parameters)
    places = np.empty(len(values), np.intp)
    places_among(values, among, places)
    return places


def slice_of(indices: NDArray[np.intp]) -> Any:
    """A slice for indices that stand together, which is quicker, else the indices themselves.

    >>> slice_of(np.array([1, 2])), slice_of(np.array([2, 1]))
    (slice(1, 3, None), array([2, 1]))
    """
    if not len(indices) or indices[-1] - indices[0] != len(indices) - 1 or (np.diff(indices) != 1).any():
        return indices
    return slice(int(indices[0]), int(indices[0]) + len(indices))


class Order:
    """The parameters of a program in the order of its vector, and where those of a model stand in it.

    It stays with the program, and remembers the places of the list that asked last: that of the model, as a rule. With
    `numbers`, the vector is known to have those entries of a list `recorded`.

    >>> w = [Value(1.0), Value(2.0), Value(3.0)]
    >>> order = Order([w[2], w[0]])
    >>> order.places(w).tolist(), order.places_in(w).tolist()
    ([1, -1, 0], [2, 0])
    >>> Order([w[2], w[0], w[1]], w, [2, 0, 1]).places(w).tolist()
    [1, 2, 0]
    """

    def __init__(
        self, parameters: list[Value], recorded: list[Value] | None = None, numbers: Sequence[int] = ()
    ) -> None:
        self.parameters = parameters
        self._asked: list[Value] = [] if recorded is None else recorded
        self._places = np.full(len(self._asked), -1, np.intp)
        self._inverse: NDArray[np.intp] | None = None
        if numbers:
            self._places[np.fromiter(numbers, np.intp, len(numbers))] = np.arange(len(parameters), dtype=np.intp)

    def places(self, values: list[Value]) -> NDArray[np.intp]:
        """For each of some Values its place in the vector, -1 if it has none."""
        if self._asked != values:  # identities, in C
            self._asked, self._places = list(values), places_of(values, self.parameters)
            self._inverse = None
        return self._places

    def places_in(self, values: list[Value]) -> NDArray[np.intp]:
        """For each entry of the vector its place among some Values, -1 if it has none."""
        places = self.places(values)
        if self._inverse is None:
            self._inverse = np.full(len(self.parameters), -1, np.intp)
            known = places >= 0
            self._inverse[places[known]] = np.flatnonzero(known)
        return self._inverse


class VectorOptimizer:
    """Steps `theta`, a vector in the order of parameters; those that take no gradient are not in it.

    Raises CompilationError for an optimizer whose `step` is its own.

    >>> from nn.optim import Adam
    >>> w = [Value(1.0), Value(2.0)]
    >>> optimizer = VectorOptimizer(Adam(w, lr=0.1), Order(w))
    >>> theta = np.array([1.0, 2.0])
    >>> optimizer.step(theta, np.array([3.0, 0.0]))
    >>> theta.round(6).tolist()
    [0.9, 2.0]
    """

    def __init__(self, optimizer: Optimizer, order: Order) -> None:
        if type(optimizer).step is not Optimizer.step:
            raise CompilationError(f"{type(optimizer).__name__} has a step() of its own")
        self.optimizer = optimizer
        # theta and the optimizer's lists need not have the same order, nor hold the same parameters.
        indices = order.places_in(optimizer.parameters)
        stepped = indices >= 0
        everything = bool(stepped.all())
        self.own_indices = indices if everything else indices[stepped]
        self.indices: Any = EVERYTHING if everything else np.flatnonzero(stepped)
        self._by_number = is_by_number(optimizer)
        self._spare: tuple[Vector, ...] = ()
        self.read()

    def read(self) -> None:
        """Take over the state of the optimizer."""
        # Parameters that have made as many steps share one call of the rule; nearly always that is all of them.
        done = self.optimizer.steps
        if done.count(done[0]) == len(done) and len(self.own_indices):
            counts, self.groups = [done[0]], [EVERYTHING]
        else:
            steps = np.array(done, dtype=np.int64)[self.own_indices]
            counts = np.unique(steps).tolist()
            self.groups = [EVERYTHING if len(counts) == 1 else np.flatnonzero(steps == n) for n in counts]
        slots = [np.asarray(self.optimizer.state[slot], dtype=np.float64) for slot in self.optimizer.slots]
        state = tuple([slot[self.own_indices] for slot in slots])
        self.memory = Memory(state, tuple(counts))

    def write_back(self) -> None:
        """Give the optimizer its state."""
        for slot, numbers in zip(self.optimizer.slots, self.memory.state, strict=True):
            set_entries(self.optimizer.state[slot], self.own_indices, numbers)
        everything = len(self.groups) == 1 and len(self.own_indices) == len(self.optimizer.steps)
        for group, n in zip(self.groups, self.memory.steps, strict=True):
            set_steps(self.optimizer.steps, slice(None) if everything else self.own_indices[group], n)

    def step(self, theta: Vector, gradient: Vector) -> None:
        """One step along the gradient, in place.

        The new state is written beside the one before, to which a step that fails goes back.
        """
        before, counts = self.memory
        steps = tuple([n + 1 for n in counts])
        everything = (
            len(self.groups) == 1
            and self.groups[0] is EVERYTHING
            and isinstance(self.indices, slice)
            and self._by_number
        )
        if everything and len(theta) <= BLOCK:  # as it is made: no copies
            with np.errstate(all="ignore"):  # inf and nan are answers, not events, as in the engine
                theta[:], state = self.optimizer.update(
                    theta, gradient, before, steps[0], self.optimizer.hyperparameters, np
                )
            self.memory = Memory(tuple(state), steps)
            return
        after = self._spare
        if after is before or not after:
            after = tuple([np.empty_like(slot) for slot in before])
        for group, step in zip(self.groups, steps, strict=True):
            if everything:
                update_arrays(self.optimizer, theta, gradient, before, step, after)
                continue
            # A rule of the user's may work in place: on arrays that nobody else has.
            at = group if isinstance(self.indices, slice) else self.indices[group]
            values, grads, state = theta[at].copy(), gradient[at].copy(), tuple([slot[group].copy() for slot in before])
            update_arrays(self.optimizer, values, grads, state, step, state)
            theta[at] = values
            for slot, new in zip(after, state, strict=True):
                slot[group] = new
        self.memory, self._spare = Memory(after, steps), before
