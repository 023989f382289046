"""The arguments of a traced function: which of them are fed per example, which are constants, which hold parameters."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.engine.value import Value
from autograd.support.convert import takes_part


@dataclass(slots=True)
class Arguments:
    """What was found in the arguments of one call.

    `key` is the same for two calls that one program serves, `shapes` is what it says of each argument. `parts` are the
    numbers, in order: one by itself, or an array (examples, numbers). `examples` is how many there are, None if it was
    one example; `shared` says whether numbers by themselves are given once for all of them. `leaves` are the Values
    among the arguments and the parameters of modules, each once. `held` keeps alive what the key names by its identity.
    """

    key: tuple[Hashable, ...] = ()
    shapes: list[Hashable] = field(default_factory=list)
    parts: list[float | NDArray[Any]] = field(default_factory=list)
    examples: int | None = None
    shared: bool = False
    leaves: list[Value] = field(default_factory=list)
    held: list[Any] = field(default_factory=list)

    def rows(self, dtype: Any) -> NDArray[Any]:
        """The matrix (examples, inputs) that the program takes."""
        with np.errstate(over="ignore"):  # what is too large for float32 is inf
            if self.examples is None:
                return np.array([self.parts], dtype)
            shape = self.examples, 1
            wide = [
                x if isinstance(x, np.ndarray) else np.broadcast_to(x, shape)
                for x in self.parts
                if not self.shared or isinstance(x, np.ndarray)
            ]
            if len(wide) == 1:
                return np.asarray(wide[0], dtype)
            if all(x.shape[1] == 1 for x in wide):  # columns that lie side by side are read faster, one by one
                return np.concatenate([x.T for x in wide], dtype=dtype).T
            return np.concatenate(wide, axis=1, dtype=dtype)

    def numbers(self) -> list[float]:
        """Those that are given once for the whole batch."""
        return [x for x in self.parts if not isinstance(x, np.ndarray)] if self.shared else []


def read_arguments(named: Iterable[tuple[str, Any]], inputs: bool = False) -> Arguments:
    """Sort out the arguments of a call, given with their names.

    NumPy arrays, whose first axis runs over the examples of a batch, are inputs, fed per example. So are floats, and
    all numbers in lists, if there is no array or if gradients by the `inputs` are wanted; else they are given once for
    the whole batch. Values and whatever has `parameters()` are taken as they are. Everything else (whole numbers
    outside lists, truth values, text, functions, None) is a constant of the program.

    Raises TypeError for what cannot be one of these, ValueError for arrays of different lengths.
    """
    found = Arguments()
    named = list(named)
    found.shapes = [_read(found, name, x, top=True) for name, x in named]
    found.shared = not inputs and found.examples is not None
    found.key = (found.shared, *zip([name for name, _ in named], found.shapes, strict=True))
    found.leaves = list(dict.fromkeys(found.leaves))  # modules may share some
    return found


def _read(found: Arguments, name: str, x: Any, top: bool = False) -> Hashable:
    if isinstance(x, Value):
        found.held.append(x)
        if x.is_leaf:
            found.leaves.append(x)
        return ("value", id(x), x.requires_grad)
    if isinstance(x, np.ndarray) and x.ndim:
        return _read_batch(found, name, x, top)
    if isinstance(x, (list, tuple)):
        return (type(x).__name__, *[_read(found, f"{name}[{i}]", part) for i, part in enumerate(x)])
    if isinstance(x, dict):
        return ("dict", *[(key, _read(found, f"{name}[{key!r}]", part)) for key, part in x.items()])
    if isinstance(x, (float, np.floating, np.ndarray)) or (not top and not isinstance(x, bool) and takes_part(x)):
        found.parts.append(float(x))
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
    found.leaves.extend(parameters)
    modes = tuple([getattr(part, "training", None) for part in parts])
    return ("module", id(x), tuple(map(id, parts)), modes, tuple(map(id, parameters)), bytes(trained))


def _read_batch(found: Arguments, name: str, x: NDArray[Any], top: bool) -> Hashable:
    if not top:
        raise TypeError(
            f"{name} is an array inside a list: give each array as an argument of its own, or all as "
            "one array with an example a row"
        )
    if x.dtype.kind not in "fiub":
        lists = "; give Values in a list" if x.dtype == object else ""
        raise TypeError(f"{name} is an array of {x.dtype}: a compiled function takes arrays of numbers{lists}")
    if found.examples not in (None, len(x)):
        raise ValueError(
            f"{name} has {len(x)} examples, but an argument before it has {found.examples}: an array is a batch, an "
            "example a row; what is the same for all of them, as weights are, is given as a list"
        )
    if not len(x):
        raise ValueError(f"{name} is a batch of no examples: give at least one")
    found.examples = len(x)
    found.parts.append(x.reshape(len(x), x.size // len(x)))
    return ("batch", x.shape[1:])


class Placeholders:
    """What a function is called with while it is traced: a Value for each number of one `example`.

    `inputs` are the Values that stand for what is fed per example, `numbers` those for what is the same for all.
    """

    def __init__(self, found: Arguments, example: int) -> None:
        self.example, self.shared = example, found.shared
        self.inputs: list[Value] = []
        self.numbers: list[Value] = []

    def argument(self, shape: Any, x: Any, name: str) -> Any:
        """The argument with a new Value for each number in it; `shape` is what the key says of it."""
        kind = shape if isinstance(shape, str) else shape[0]
        if kind == "number":
            made = Value(float(x), _label(name), requires_grad=not self.shared)
            (self.numbers if self.shared else self.inputs).append(made)
            return made
        if kind == "batch":
            return self._nested(x[self.example], name)
        if kind in ("list", "tuple"):
            pairs = enumerate(zip(shape[1:], x, strict=True))
            parts = [self.argument(s, part, f"{name}_{i}") for i, (s, part) in pairs]
            return tuple(parts) if kind == "tuple" else parts
        if kind == "dict":
            return {key: self.argument(s, x[key], f"{name}_{key}") for key, s in shape[1:]}
        return x

    def _nested(self, x: Any, name: str) -> Any:
        if np.ndim(x) == 0:
            self.inputs.append(Value(float(x), _label(name)))
            return self.inputs[-1]
        return [self._nested(part, f"{name}_{i}") for i, part in enumerate(x)]


def _label(name: str) -> str:
    """x_0_1 as x0_1: the first index belongs to the name."""
    head, _, tail = name.partition("_")
    return f"{head}{tail}" if tail[:1].isdigit() else name
