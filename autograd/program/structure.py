"""The arguments of a traced function: which of them are fed per example, which are constants, which hold parameters."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.convert import takes_part
from autograd.value import Value


@dataclass(slots=True)
class Arguments:
    """What was found in the arguments of one call.

    `key` is the same for two calls that one program serves, `shapes` is what it says of each argument. `columns` are
    the numbers, in order, an array (examples, numbers) for each argument, with one row for what is the same for all;
    `examples` is how many there are, None if it was one example. `held` keeps alive what the key names by its identity.
    """

    key: tuple[Hashable, ...] = ()
    shapes: list[Hashable] = field(default_factory=list)
    columns: list[NDArray[Any]] = field(default_factory=list)
    examples: int | None = None
    parameters: list[Value] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)

    def rows(self, dtype: Any) -> NDArray[Any]:
        """The matrix (examples, inputs) that the program takes."""
        count = 1 if self.examples is None else self.examples
        if len(self.columns) == 1 and len(self.columns[0]) == count:
            return np.asarray(self.columns[0], dtype)
        wide = [np.broadcast_to(part, (count, part.shape[1])) for part in self.columns]
        return np.concatenate([np.empty((count, 0)), *wide], axis=1, dtype=dtype)


def read_arguments(named: Iterable[tuple[str, Any]]) -> Arguments:
    """Sort out the arguments of a call, given with their names.

    Floats, and all numbers in lists, are inputs, fed per example; so are NumPy arrays, whose first axis runs over the
    examples of a batch. Values and whatever has `parameters()` are taken as they are. Everything else (whole numbers
    outside lists, truth values, text, functions, None) is a constant of the program.

    Raises TypeError for what cannot be one of these, ValueError for arrays of different lengths.
    """
    found = Arguments()
    named = list(named)
    found.shapes = [_read(found, name, x, top=True) for name, x in named]
    found.key = tuple(zip([name for name, _ in named], found.shapes, strict=True))
    found.parameters = list(dict.fromkeys(found.parameters))  # modules may share some
    return found


def _read(found: Arguments, name: str, x: Any, top: bool = False) -> Hashable:
    if isinstance(x, Value):
        found.held.append(x)
        return ("value", id(x), x.requires_grad)
    if isinstance(x, np.ndarray) and x.ndim:
        return _read_batch(found, name, x, top)
    if isinstance(x, (list, tuple)):
        return (type(x).__name__, *[_read(found, f"{name}[{i}]", part) for i, part in enumerate(x)])
    if isinstance(x, dict):
        return ("dict", *[(key, _read(found, f"{name}[{key!r}]", part)) for key, part in x.items()])
    if isinstance(x, (float, np.floating, np.ndarray)) or (not top and not isinstance(x, bool) and takes_part(x)):
        found.columns.append(np.array([[float(x)]]))
        return "number"
    if callable(getattr(x, "parameters", None)):
        return _read_module(found, x)
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"{name} is {x!r} ({type(x).__name__}): a compiled function takes numbers, lists of them, arrays of one "
            "example a row, Values, modules, and constants that can be hashed"
        ) from None
    found.held.append(x)
    return ("constant", type(x), x)


def _read_module(found: Arguments, x: Any) -> Hashable:
    """Parts may be exchanged, frozen, or put into evaluation one by one: each of them counts."""
    parts = list(x.modules()) if callable(getattr(x, "modules", None)) else [x]
    parameters = list(x.parameters())
    trained = [p.requires_grad for p in parameters]
    found.held.extend([x, *parts, *parameters])
    found.parameters.extend(compress(parameters, trained))
    modes = tuple([getattr(part, "training", None) for part in parts])
    return ("module", id(x), tuple(map(id, parts)), modes, tuple(map(id, parameters)), bytes(trained))


def _read_batch(found: Arguments, name: str, x: NDArray[Any], top: bool) -> Hashable:
    if not top:
        raise TypeError(f"{name} is an array inside a list: give each array as an argument of its own")
    if x.dtype.kind not in "fiub":
        raise TypeError(f"{name} is an array of {x.dtype}: a compiled function takes arrays of numbers")
    if found.examples not in (None, len(x)):
        raise ValueError(f"{name} has {len(x)} examples, but an argument before it has {found.examples}")
    if not len(x):
        raise ValueError(f"{name} is a batch of no examples: give at least one")
    found.examples = len(x)
    found.columns.append(x.reshape(len(x), -1))
    return ("batch", x.shape[1:])


def build_argument(shape: Any, x: Any, name: str, inputs: list[Value], example: int = 0) -> Any:
    """The argument with a new input Value for each number in it; they are appended to `inputs`.

    `shape` is what the key says of it, `x` the argument as it was given; of a batch, this `example` is taken.
    """
    kind = shape if isinstance(shape, str) else shape[0]
    if kind == "number":
        inputs.append(Value(float(x), _label(name)))
        return inputs[-1]
    if kind == "batch":
        return _nested(x[example], name, inputs)
    if kind in ("list", "tuple"):
        pairs = enumerate(zip(shape[1:], x, strict=True))
        parts = [build_argument(s, part, f"{name}_{i}", inputs, example) for i, (s, part) in pairs]
        return tuple(parts) if kind == "tuple" else parts
    if kind == "dict":
        return {key: build_argument(s, x[key], f"{name}_{key}", inputs, example) for key, s in shape[1:]}
    return x


def _nested(x: Any, name: str, inputs: list[Value]) -> Any:
    if np.ndim(x) == 0:
        inputs.append(Value(float(x), _label(name)))
        return inputs[-1]
    return [_nested(part, f"{name}_{i}", inputs) for i, part in enumerate(x)]


def _label(name: str) -> str:
    """x_0_1 as x0_1: the first index belongs to the name."""
    head, _, tail = name.partition("_")
    return f"{head}{tail}" if tail[:1].isdigit() else name
