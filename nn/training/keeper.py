"""`Keeper`: everything that a training step changes, to put it back or to write it down.

That is the parameters, the buffers (running means), the random generators (dropout) and what the optimizer remembers.
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
    """The state of a training at one moment; a `Keeper` makes it and returns to it."""

    values: list[float]
    buffers: list[list[float]]
    generators: list[Any]
    optimizer: dict[str, Any] | None


class Keeper:
    """Takes snapshots of a model, and of its optimizer if there is one, and puts them back.

    With parameters=False it sees to the buffers and the random generators alone.

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
            for attribute, held in vars(module).items():
                name = f"{prefix}.{attribute}" if prefix else attribute
                if attribute in module.buffers:
                    self.buffers[name] = held
                elif isinstance(held, Random) or hasattr(held, "bit_generator"):  # Python's or NumPy's
                    self.generators[name] = held

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
        for held, numbers in zip(self.buffers.values(), snapshot.buffers, strict=True):
            held[:] = numbers
        for generator, state in zip(self.generators.values(), snapshot.generators, strict=True):
            _restore(generator, state)

    def to_json(self, snapshot: Snapshot) -> dict[str, Any]:
        """A snapshot as names, numbers and lists, for a file."""
        return {
            "parameters": dict(zip(self._names(), snapshot.values, strict=True)),
            "buffers": dict(zip(self.buffers, snapshot.buffers, strict=True)),
            "generators": dict(zip(self.generators, snapshot.generators, strict=True)),
            "optimizer": snapshot.optimizer,
        }

    def from_json(self, saved: Any) -> Snapshot:
        """A snapshot of this model from what `to_json` gave.

        Raises ValueError if it does not fit the model; the optimizer checks its part when it is put back.
        """
        if not isinstance(saved, Mapping):
            raise ValueError(f"the saved state must be a dict, got {type(saved).__name__}")
        values = _matching("parameters", saved, self._names())
        for name, x in values.items():
            if not _finite(x):
                raise ValueError(f"the saved parameter {name} must be a finite number, got {x!r}")
        buffers = _matching("buffers", saved, self.buffers)
        for name, held in self.buffers.items():
            given = buffers[name]
            if not isinstance(given, list) or len(given) != len(held) or not all(_finite(x) for x in given):
                raise ValueError(f"the saved {name} must be a list of {len(held)} finite numbers")
        generators = _matching("generators", saved, self.generators)
        for name, generator in self.generators.items():
            try:
                _restore(_like(generator), generators[name])
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"the saved state of the random generator {name} does not fit: {error}") from None
        numbers = [float(x) for x in values.values()]
        return Snapshot(numbers, list(buffers.values()), list(generators.values()), saved.get("optimizer"))


def to_the_end(write: Callable[[], None]) -> None:
    """Call a function that may be called again from its start, until it has come to its end.

    A KeyboardInterrupt on the way is raised after that.
    """
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            write()
            break
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


def _matching(what: str, saved: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """The saved entries in the order of the model's own; they must be called the same."""
    given, wanted = saved.get(what), dict.fromkeys(wanted)
    if not isinstance(given, Mapping):
        raise ValueError(f"the saved {what} are missing")
    missing = [name for name in wanted if name not in given]
    unknown = [name for name in given if name not in wanted]
    if missing or unknown:
        problems = [f"{word} {', '.join(names[:3])}" for word, names in (("no", missing), ("extra", unknown)) if names]
        raise ValueError(f"the saved {what} are those of another model: {'; '.join(problems)}")
    return {name: given[name] for name in wanted}


def _finite(x: Any) -> bool:
    return type(x) in (float, int) and math.isfinite(x)


def _state_of(generator: Any) -> Any:
    """The state as tuples, lists, dicts and numbers; tuples come back from a file as lists."""
    return generator.getstate() if isinstance(generator, Random) else _plain(generator.bit_generator.state)


def _plain(x: Any) -> Any:
    if isinstance(x, Mapping):
        return {k: _plain(v) for k, v in x.items()}
    return x.tolist() if hasattr(x, "tolist") else x


def _restore(generator: Any, state: Any) -> None:
    if isinstance(generator, Random):
        version, numbers, gauss = state
        generator.setstate((version, tuple(numbers), gauss))
    else:
        generator.bit_generator.state = state


def _like(generator: Any) -> Any:
    """Another generator of the same kind, to try a state on."""
    return Random(0) if isinstance(generator, Random) else type(generator)(type(generator.bit_generator)(0))
