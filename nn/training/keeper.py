"""`Keeper`: everything that a training step changes, to put it back or to write it into a checkpoint.

That is the parameters, the buffers (running means), the random generators (dropout) and the state of the optimizer:

    before = keeper.take()  ->  Snapshot(values=[0.5, ...], buffers=[[0.0, ...]], generators=[...], optimizer={...})
    a step, which fails
    keeper.put_back(before)  ->  all four are as they were, even if Ctrl-C comes meanwhile
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

from autograd.engine.node import numbers_of
from nn.module import Module
from nn.optim.optimizer import Optimizer


class Snapshot(NamedTuple):
    """The state of a training at one moment; the lists have the order of the keeper's own."""

    values: list[float]
    buffers: list[list[float]]
    generators: list[Any]
    optimizer: dict[str, Any] | None


class Keeper:
    """Takes snapshots of a model, and of its optimizer if there is one, and puts them back.

    With parameters=False it takes the buffers and the random generators alone.

    >>> from nn import MLP
    >>> model = MLP(1, [1], init="zeros")
    >>> keeper = Keeper(model)
    >>> before = keeper.take()
    >>> model.layers[0].neurons[0].b.data = 3.0
    >>> keeper.put_back(before)
    >>> model([1.0]).data
    0.0
    """

    def __init__(self, model: Module, optimizer: Optimizer | None = None, parameters: bool = True) -> None:
        self.optimizer = optimizer
        self.model = model
        self.parameters = model.parameters() if parameters else []
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
        return [name for name, _ in self.model.named_parameters()]

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
        for p, x in zip(self.parameters, snapshot.values, strict=True):
            p.data = x
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

    def from_json(self, saved: Any) -> Snapshot:
        """A snapshot of this model from one that `to_json` wrote.

        Raises ValueError if it does not fit the model; the optimizer checks its part when it is put back.
        """
        if not isinstance(saved, Mapping):
            raise ValueError(f"the saved state must be a dict, got {type(saved).__name__}")
        values = _matching("parameters", saved, self._names())
        for name, x in values.items():
            if not _finite(x):
                raise ValueError(f"the saved parameter {name} must be a finite number, got {x!r}")
        buffers = _matching("buffers", saved, self.buffers)
        for name, buffer in self.buffers.items():
            entries = buffers[name]
            if not isinstance(entries, list) or len(entries) != len(buffer) or not all(_finite(x) for x in entries):
                raise ValueError(f"the saved {name} must be a list of {len(buffer)} finite numbers")
        generators = _matching("generators", saved, self.generators)
        for name, generator in self.generators.items():
            try:  # the state on another generator of the same kind, so that nothing changes yet
                _set_state(_fresh(generator), generators[name])
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"the saved state of the random generator {name} does not fit: {error}") from None
        numbers = [float(x) for x in values.values()]
        return Snapshot(numbers, list(buffers.values()), list(generators.values()), saved.get("optimizer"))


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


def _matching(part: str, saved: Mapping[str, Any], own: Iterable[str]) -> dict[str, Any]:
    """The saved entries in the order of the model's own names; they must be called the same."""
    entries, names = saved.get(part), dict.fromkeys(own)
    if not isinstance(entries, Mapping):
        raise ValueError(f"the saved {part} are missing")
    missing = [name for name in names if name not in entries]
    extra = [name for name in entries if name not in names]
    if missing or extra:
        problems = [f"{word} {', '.join(some[:3])}" for word, some in (("no", missing), ("extra", extra)) if some]
        raise ValueError(f"the saved {part} are those of another model: {'; '.join(problems)}")
    return {name: entries[name] for name in names}


def _finite(x: Any) -> bool:
    return type(x) in (float, int) and math.isfinite(x)


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


def _fresh(generator: Any) -> Any:
    """Another generator of the same kind."""
    return Random(0) if isinstance(generator, Random) else type(generator)(type(generator.bit_generator)(0))
