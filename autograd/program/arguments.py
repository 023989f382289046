"""The arguments of a traced function: which of them are fed per example, which are constants, which hold parameters.

>>> arguments = read_arguments([("x", np.array([[1.0, 2.0], [3.0, 4.0]])), ("slope", 5.0), ("power", 2)])
>>> arguments.key  # a batch of rows of two numbers, a number for all of them, a constant
(True, ('x', ('batch', (2,))), ('slope', 'number'), ('power', ('constant', <class 'int'>, 2)))
>>> arguments.rows(float).tolist(), arguments.shared_numbers()
([[1.0, 2.0], [3.0, 4.0]], [5.0])
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd.engine.value import Value
from autograd.support.convert import takes_part
from autograd.support.text import got, short


@dataclass(slots=True)
class Arguments:
    """What is in the arguments of one call.

    `key` is the same for two calls that one program serves, `shapes` is what it says of each argument. `numbers` are
    all numbers, in order: one by itself, or an array (examples, numbers). `examples` is how many there are, None if it
    was one example; `shared` says whether numbers by themselves are the same for all of them. `leaves` are the Values
    among the arguments and the parameters of modules, each once. `references` keep alive what the key names by its
    identity: another object could get the same one.
    """

    key: tuple[Hashable, ...] = ()
    shapes: list[Hashable] = field(default_factory=list)
    numbers: list[float | NDArray[Any]] = field(default_factory=list)
    examples: int | None = None
    shared: bool = False
    leaves: list[Value] = field(default_factory=list)
    references: list[Any] = field(default_factory=list)

    def rows(self, dtype: Any) -> NDArray[Any]:
        """The matrix (examples, inputs) that the program takes."""
        with np.errstate(over="ignore"):  # what is too large for float32 is inf
            if self.examples is None:
                return np.array([self.numbers], dtype)
            # Numbers by themselves are columns too, unless the program takes them once for the whole batch.
            shape = self.examples, 1
            columns = [
                x if isinstance(x, np.ndarray) else np.broadcast_to(x, shape)
                for x in self.numbers
                if not self.shared or isinstance(x, np.ndarray)
            ]
            if len(columns) == 1:
                return np.asarray(columns[0], dtype)
            if all(x.shape[1] == 1 for x in columns):  # columns that lie side by side are read faster, one by one
                return np.concatenate([x.T for x in columns], dtype=dtype).T
            return np.concatenate(columns, axis=1, dtype=dtype)

    def shared_numbers(self) -> list[float]:
        """Those that are the same for the whole batch."""
        return [x for x in self.numbers if not isinstance(x, np.ndarray)] if self.shared else []


def read_arguments(named: Iterable[tuple[str, Any]], inputs: bool = False) -> Arguments:
    """Sort out the arguments of a call, given with their names.

    NumPy arrays, whose first axis runs over the examples of a batch, are inputs, fed per example. So are floats, and
    all numbers in lists, if there is no array or if gradients by the `inputs` are wanted; else they are given once for
    the whole batch. Values and whatever has `parameters()` are taken as they are. Everything else (whole numbers
    outside lists, truth values, text, functions, None) is a constant of the program.

    Raises TypeError for what cannot be one of these, ValueError for arrays of different lengths.
    """
    arguments = Arguments()
    named = list(named)
    arguments.shapes = [_read(arguments, name, x, top=True) for name, x in named]
    # Only now is it known whether there is an array, and so what a number by itself is.
    arguments.shared = not inputs and arguments.examples is not None
    arguments.key = (arguments.shared, *zip([name for name, _ in named], arguments.shapes, strict=True))
    arguments.leaves = list(dict.fromkeys(arguments.leaves))  # modules may share some
    return arguments


def _read(arguments: Arguments, name: str, x: Any, top: bool = False) -> Hashable:
    """Sort out argument x, or a part of one; returns what the key says of it."""
    # A Value is the same object in the program: it is named by its identity.
    if isinstance(x, Value):
        arguments.references.append(x)
        if x.is_leaf:
            arguments.leaves.append(x)
        return ("value", id(x), x.requires_grad)
    if isinstance(x, np.ndarray) and x.ndim:
        return _read_batch(arguments, name, x, top)
    if isinstance(x, (list, tuple)):
        return (type(x).__name__, *[_read(arguments, f"{name}[{i}]", part) for i, part in enumerate(x)])
    if isinstance(x, dict):
        return ("dict", *[(key, _read(arguments, f"{name}[{short(key)}]", part)) for key, part in x.items()])
    # A whole number by itself is a constant, as a count of steps is; in a list it is a number like the others.
    if isinstance(x, (float, np.floating, np.ndarray)) or (not top and not isinstance(x, bool) and takes_part(x)):
        arguments.numbers.append(float(x))
        return "number"
    if callable(getattr(x, "parameters", None)):
        return _read_module(arguments, x)
    # Everything else is a constant, whose value is part of the key.
    try:
        hash(x)
    except TypeError:
        raise TypeError(
            f"{name} is {got(x)}: a compiled function takes numbers, lists of them, arrays of one "
            "example a row, Values, modules, and constants that can be hashed"
        ) from None
    arguments.references.append(x)
    return ("constant", type(x), x)


def _read_module(arguments: Arguments, x: Any) -> Hashable:
    """Parts may be exchanged, frozen, or put into evaluation one by one: each of them counts."""
    parts = list(x.modules()) if callable(getattr(x, "modules", None)) else [x]
    parameters = list(x.parameters())
    trained = [p.requires_grad for p in parameters]
    arguments.references.extend([x, *parts, *parameters])
    arguments.leaves.extend(parameters)
    modes = tuple([getattr(part, "training", None) for part in parts])
    return ("module", id(x), tuple(map(id, parts)), modes, tuple(map(id, parameters)), bytes(trained))


def _read_batch(arguments: Arguments, name: str, x: NDArray[Any], top: bool) -> Hashable:
    if not top:
        raise TypeError(
            f"{name} is an array inside a list: give each array as an argument of its own, or all as "
            "one array with an example a row"
        )
    if x.dtype.kind not in "fiub":
        lists = "; give Values in a list" if x.dtype == object else ""
        raise TypeError(f"{name} is an array of {x.dtype}: a compiled function takes arrays of numbers{lists}")
    if arguments.examples not in (None, len(x)):
        raise ValueError(
            f"{name} has {len(x)} examples, but an argument before it has {arguments.examples}: an array is a batch, "
            "an example a row; what is the same for all of them, as weights are, is given as a list"
        )
    if not len(x):
        raise ValueError(f"{name} is a batch of no examples: give at least one")
    arguments.examples = len(x)
    arguments.numbers.append(x.reshape(len(x), x.size // len(x)))
    return ("batch", x.shape[1:])


class Placeholders:
    """What a function is called with while it is traced: a Value for each number of one `example`.

    `inputs` are the Values that stand for what is fed per example, `shared` those for what is the same for all.
    """

    def __init__(self, arguments: Arguments, example: int) -> None:
        self.example = example
        self.inputs: list[Value] = []
        self.shared: list[Value] = []
        self._numbers_are_shared = arguments.shared

    def argument(self, shape: Any, x: Any, name: str) -> Any:
        """The argument with a new Value for each number in it; `shape` is what the key says of it."""
        kind = shape if isinstance(shape, str) else shape[0]
        if kind == "number":
            shared = self._numbers_are_shared
            value = Value(float(x), _label(name), requires_grad=not shared)
            (self.shared if shared else self.inputs).append(value)
            return value
        if kind == "batch":
            return self._row(x[self.example], name)
        if kind in ("list", "tuple"):
            # The key says of each part what it is, and parts stand in one order.
            parts = [
                self.argument(s, part, f"{name}_{i}") for i, (s, part) in enumerate(zip(shape[1:], x, strict=True))
            ]
            return tuple(parts) if kind == "tuple" else parts
        if kind == "dict":
            return {key: self.argument(s, x[key], f"{name}_{key}") for key, s in shape[1:]}
        return x

    def _row(self, x: Any, name: str) -> Any:
        """The numbers of one example of a batch as Values, in lists nested as the axes of its array are."""
        if np.ndim(x) == 0:
            self.inputs.append(Value(float(x), _label(name)))
            return self.inputs[-1]
        return [self._row(part, f"{name}_{i}") for i, part in enumerate(x)]


def _label(name: str) -> str:
    """x_0_1 as x0_1: the first index belongs to the name."""
    head, _, tail = name.partition("_")
    return f"{head}{tail}" if tail[:1].isdigit() else name
