"""`Snapshot`: everything that a training step changes, to put it back or to write it down.

That is the parameters, the buffers (running means), the random generators (dropout) and what the optimizer remembers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from nn.module import Module
from nn.optimizer import Optimizer


class Snapshot(NamedTuple):
    """The state of a training at one moment; `take` makes one, `put_back` returns to it.

    >>> from nn import MLP, optim
    >>> model = MLP(1, [1], init="zeros")
    >>> before = take(model, optim.SGD(model.parameters()))
    >>> model.layers[0].neurons[0].b.data = 3.0
    >>> put_back(model, None, before)
    >>> model([1.0]).data
    0.0
    """

    values: list[float]
    buffers: list[list[float]]
    generators: list[Any]
    optimizer: dict[str, Any] | None


def take(model: Module, optimizer: Optimizer | None = None) -> Snapshot:
    """The state of a model, and of the optimizer if there is one."""
    return Snapshot(
        [p.data for p in model.parameters()],
        [list(numbers) for numbers in _buffers(model).values()],
        [_state_of(generator) for generator in _generators(model).values()],
        None if optimizer is None else optimizer.state_dict(),
    )


def put_back(model: Module, optimizer: Optimizer | None, snapshot: Snapshot) -> None:
    """Return to a snapshot of the same model; a second KeyboardInterrupt meanwhile waits until that is done."""
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            for p, x in zip(model.parameters(), snapshot.values, strict=True):
                p.data = x
            for held, numbers in zip(_buffers(model).values(), snapshot.buffers, strict=True):
                held[:] = numbers
            for generator, state in zip(_generators(model).values(), snapshot.generators, strict=True):
                _restore(generator, state)
            if optimizer is not None and snapshot.optimizer is not None:
                optimizer.load_state_dict(snapshot.optimizer)
            break
        except KeyboardInterrupt as error:  # everything is written again from the start: half of it is worth nothing
            interrupted = error
    if interrupted is not None:
        raise interrupted


def to_json(model: Module, snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as names, numbers and lists, for a file."""
    return {
        "parameters": dict(zip((n for n, _ in model.named_parameters()), snapshot.values, strict=True)),
        "buffers": dict(zip(_buffers(model), snapshot.buffers, strict=True)),
        "generators": dict(zip(_generators(model), snapshot.generators, strict=True)),
        "optimizer": snapshot.optimizer,
    }


def from_json(model: Module, saved: Any) -> Snapshot:
    """A snapshot of this model from what `to_json` gave.

    Raises ValueError if it does not fit the model; the optimizer's part is checked when it is put back.
    """
    if not isinstance(saved, Mapping):
        raise ValueError(f"the saved state must be a dict, got {type(saved).__name__}")
    values = _matching("parameters", saved, dict(model.named_parameters()))
    for name, x in values.items():
        if type(x) not in (float, int):
            raise ValueError(f"the saved parameter {name} must be a number, got {x!r}")
    buffers = _matching("buffers", saved, _buffers(model))
    for name, numbers in _buffers(model).items():
        given = buffers[name]
        if not isinstance(given, list) or len(given) != len(numbers) or not all(_finite(x) for x in given):
            raise ValueError(f"the saved {name} must be a list of {len(numbers)} finite numbers")
    generators = _matching("generators", saved, _generators(model))
    for name, generator in _generators(model).items():
        try:
            _restore(_like(generator), generators[name])
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"the saved state of the random generator {name} does not fit: {error}") from None
    return Snapshot([float(x) for x in values.values()], list(buffers.values()), list(generators.values()), None)


def _matching(what: str, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The saved entries in the order of the model's own; they must be called the same."""
    given = saved.get(what)
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


def _buffers(model: Module) -> dict[str, list[float]]:
    return {
        f"{prefix}.{attribute}" if prefix else attribute: getattr(module, attribute)
        for prefix, module in model.named_modules()
        for attribute in module.buffers
    }


def _generators(model: Module) -> dict[str, Any]:
    """The random generators among the attributes of all modules, Python's and NumPy's."""
    return {
        f"{prefix}.{attribute}" if prefix else attribute: held
        for prefix, module in model.named_modules()
        for attribute, held in vars(module).items()
        if isinstance(held, Random) or hasattr(held, "bit_generator")
    }


def _state_of(generator: Any) -> Any:
    """The state as lists, dicts and numbers; what Python has as tuples, a file has as lists."""
    if isinstance(generator, Random):
        version, numbers, gauss = generator.getstate()
        return [version, list(numbers), gauss]
    return _plain(generator.bit_generator.state)


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
