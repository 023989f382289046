"""`Keeper`: everything that a training step changes, to put it back or to write it into a checkpoint.

That is the parameters, the buffers (running means), the random generators (dropout) and the state of the optimizer:

    before = keeper.take()  ->  Snapshot(values=[0.5, ...], buffers=[[0.0, ...]], generators=[...], optimizer={...})
    a step, which fails
    keeper.put_back(before)  ->  all four are as they were, even if Ctrl-C comes meanwhile
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

import numpy as np

from autograd import Value
from autograd.engine.many.numbers import numbers_of, write_numbers
from autograd.support.schema import Schema, anything, count, equal, fields, finite, list_of, optional
from nn.module import Module
from nn.optim.optimizer import Optimizer
from nn.places import each_once

WORD, STATE = 2**32, 624  # of a Mersenne Twister: its state is so many words of so many values


class Snapshot(NamedTuple):
    """The state of a training at one moment; the lists have the order of the keeper's own."""

    values: list[float]
    buffers: list[list[float]]
    generators: list[Any]
    optimizer: dict[str, Any] | None


class Keeper:
    """Takes snapshots of a model, and of its optimizer if there is one, and puts them back.

    With parameters=False it takes the buffers and the random generators alone; a list saves it the search for them.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> keeper = Keeper(model)
    >>> before = keeper.take()
    >>> model.layers[0].neurons[0].b.data = 3.0
    >>> keeper.put_back(before)
    >>> model([1.0]).data
    0.0
    """

    def __init__(
        self, model: Module, optimizer: Optimizer | None = None, parameters: bool | list[Value] = True
    ) -> None:
        self.optimizer = optimizer
        self.model = model
        self.parameters = parameters if isinstance(parameters, list) else model.parameters() if parameters else []
        self.buffers: dict[str, list[float]] = {}
        self.generators: dict[str, Any] = {}
        for prefix, module in model.named_modules():
            for attribute, value in vars(module).items():
                name = f"{prefix}.{attribute}" if prefix else attribute
                if attribute in module.buffers:
                    self.buffers[name] = value
                elif isinstance(value, Random) or hasattr(value, "bit_generator"):  # Python's or NumPy's
                    self.generators[name] = value

    def _names(self) -> list[str]:
        """The names of the parameters: asked for when they are needed, as making thousands takes a while."""
        return each_once([name for name, _ in self.model.named_parameters()])

    def take(self) -> Snapshot:
        """The state as it is now."""
        return Snapshot(
            numbers_of(self.parameters),
            [list(numbers) for numbers in self.buffers.values()],
            [_state_of(generator) for generator in self.generators.values()],
            None if self.optimizer is None else self.optimizer.state_dict(),
        )

    def put_back(self, snapshot: Snapshot) -> None:
        """Return to a snapshot; a KeyboardInterrupt meanwhile waits until that is done."""
        to_the_end(lambda: self._put_back(snapshot))

    def _put_back(self, snapshot: Snapshot) -> None:
        if self.optimizer is not None and snapshot.optimizer is not None:
            self.optimizer.load_state_dict(snapshot.optimizer)  # first: it refuses what does not fit
        write_numbers(self.parameters, np.array(snapshot.values, dtype=np.float64))
        for buffer, numbers in zip(self.buffers.values(), snapshot.buffers, strict=True):
            buffer[:] = numbers  # in place: the layer keeps its list
        for generator, state in zip(self.generators.values(), snapshot.generators, strict=True):
            _set_state(generator, state)

    def to_json(self, snapshot: Snapshot) -> dict[str, Any]:
        """A snapshot as names, numbers and lists, for a file."""
        return {
            "parameters": dict(zip(self._names(), snapshot.values, strict=True)),
            "buffers": dict(zip(self.buffers, snapshot.buffers, strict=True)),
            "generators": dict(zip(self.generators, snapshot.generators, strict=True)),
            "optimizer": snapshot.optimizer,
        }

    def schema(self) -> Schema:
        """What `to_json` gives for this model and optimizer."""
        return fields(
            {
                "parameters": fields(dict.fromkeys(self._names(), finite)),
                "buffers": fields({name: list_of(finite, len(buffer)) for name, buffer in self.buffers.items()}),
                "generators": fields({name: _generator(generator) for name, generator in self.generators.items()}),
                "optimizer": equal(None) if self.optimizer is None else self.optimizer.schema(),
            }
        )

    def from_json(self, saved: Mapping[str, Any]) -> Snapshot:
        """A snapshot of this model from one that `to_json` wrote, and that `schema` has checked."""
        parameters, buffers, generators = saved["parameters"], saved["buffers"], saved["generators"]
        return Snapshot(
            [float(parameters[name]) for name in self._names()],
            [buffers[name] for name in self.buffers],
            [generators[name] for name in self.generators],
            saved["optimizer"],
        )


def to_the_end(write: Callable[[], None]) -> None:
    """Call a function that may be called again from its start, until it has come to its end.

    A KeyboardInterrupt on the way is raised after that.
    """
    interruption: KeyboardInterrupt | None = None
    while True:
        try:
            write()
            break
        except KeyboardInterrupt as error:
            interruption = error
    if interruption is not None:
        raise interruption


def _state_of(generator: Any) -> Any:
    """The state as tuples, lists, dicts and numbers; tuples come back from a file as lists."""
    return generator.getstate() if isinstance(generator, Random) else _without_arrays(generator.bit_generator.state)


def _without_arrays(state: Any) -> Any:
    if isinstance(state, Mapping):
        return {name: _without_arrays(part) for name, part in state.items()}
    return state.tolist() if hasattr(state, "tolist") else state


def _set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, Random):
        version, numbers, gauss = state
        generator.setstate((version, tuple(numbers), gauss))
    else:
        generator.bit_generator.state = state


def _generator(generator: Any) -> Schema:
    """The state of a generator of the same kind: another one takes it, and gives the same back."""

    def check(place: str, saved: Any) -> Any:
        if type(generator).getstate is Random.getstate if isinstance(generator, Random) else False:
            words = list_of(count(most=WORD - 1), STATE + 1)
            list_of(anything, 3)(place, saved)
            for entry, schema in zip(saved, (equal(3), words, optional(finite)), strict=True):
                schema(place, entry)
            return count(most=STATE)(f"{place}/1/{STATE}", saved[1][STATE])
        _check_places(place, saved)
        try:
            fresh = Random(0) if isinstance(generator, Random) else type(generator)(type(generator.bit_generator)(0))
            _set_state(fresh, saved)
            taken = json.dumps(_state_of(fresh), sort_keys=True)
        except Exception as error:  # whatever somebody else's code makes of it
            raise ValueError(f"{place} is no state of such a random generator: {error}") from None
        return equal(taken)(place, json.dumps(saved, sort_keys=True))

    return check


# Where NumPy's generators are in their blocks of numbers: they do not look whether they are still inside.
PLACES = {"pos": STATE, "buffer_pos": 4, "has_uint32": 1}


def _check_places(place: str, saved: Any) -> None:
    for name, entry in saved.items() if isinstance(saved, dict) else ():
        if name in PLACES:
            count(most=PLACES[name])(f"{place}/{name}", entry)
        _check_places(f"{place}/{name}", entry)
