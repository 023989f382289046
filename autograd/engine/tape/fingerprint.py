"""`Fingerprint`: what an object is made of, written down once, and asked later whether all of it is still the same.

A compiled function serves a call quickly if its module is the one that was traced, with the same parts, none of them
exchanged, frozen or put into evaluation. To walk all its parts in Python takes ten times as long as recording the call;
to compare a few hundred references in C takes a microsecond or two.

    model.__dict__ = {"layers": [a, b], "training": True}    containers: that dict, the list, the dicts of a and of b
                                                             nodes: the Values in them, and who of them takes a gradient
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from autograd.engine.flags import REQUIRES
from autograd.engine.node import Node
from autograd.engine.operation import Op

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython

# What does not change, or is only named by its reference, as functions are.
ATOMS = (bool, int, float, complex, str, bytes, type(None), type, FunctionType, BuiltinFunctionType, MethodType, Op)
ATOMS_TOO = (ModuleType, range)


class _Plain:
    """A class that adds nothing to an object but attributes."""


PLAIN_SIZE = _Plain.__basicsize__  # of its objects, in bytes; state of C's makes them larger


@cython.final
@cython.auto_pickle(False)
@cython.cclass
class Fingerprint:
    """The containers that an object consists of, what was in each, and which of its Values take gradients.

    Raises TypeError for an object with state that cannot be compared by its references: an array, a generator of random
    numbers, anything made in C.

    >>> class Pair:
    ...     def __init__(self, left, right):
    ...         self.parts = [left, right]
    >>> pair = Pair(1.0, "two")
    >>> fingerprint = Fingerprint(pair)
    >>> fingerprint.fits(pair)
    True
    >>> pair.parts.append(3.0)
    >>> fingerprint.fits(pair)
    False
    """

    owner: Any
    owners: list[Any]
    dicts: list[Any]
    containers: list[Any]
    contents: list[tuple[Any, ...]]
    nodes: list[Any]
    required: list[bool]

    def __init__(self, owner: object) -> None:
        if self.containers is not None:
            raise TypeError("a Fingerprint is taken once")
        self.owners, self.dicts, self.nodes = [], [], []
        containers: list[Any] = []
        contents: list[tuple[Any, ...]] = []
        seen: set[int] = set()
        stack = [owner]
        # Whatever is reached, once: references are kept, so no identity is used again.
        while stack:
            x = stack.pop()
            if id(x) in seen or isinstance(x, (*ATOMS, *ATOMS_TOO)):
                continue
            seen.add(id(x))
            if isinstance(x, Node):
                self.nodes.append(x)
            elif isinstance(x, tuple):  # a named one, too
                stack.extend(x)
            elif _is_frozen(x):
                stack.extend([getattr(x, name) for name in type(x).__dataclass_fields__])
            elif type(x) is list:
                containers.append(x)
                contents.append(tuple(x))
                stack.extend(x)
            elif type(x) is dict:
                containers.append(x)
                contents.append((*x.keys(), *x.values()))
                stack.extend((*x.keys(), *x.values()))
            else:
                _check_comparable(x)
                self.owners.append(x)
                self.dicts.append(x.__dict__)
                stack.append(x.__dict__)
        self.required = [_takes_gradient(v) for v in self.nodes]
        self.contents = contents
        self.owner = owner
        self.containers = containers

    def fits(self, x: object) -> bool:
        """Whether x is the object, and all of it is the same."""
        if self.containers is None or x is not self.owner:
            return False
        for i in range(len(self.owners)):
            if self.owners[i].__dict__ is not self.dicts[i]:
                return False
        for i in range(len(self.containers)):
            container, content = self.containers[i], self.contents[i]
            if type(container) is list:
                if not _same_list(container, content):
                    return False
            elif not _same_dict(container, content):
                return False
        for i in range(len(self.nodes)):  # noqa: SIM110  a loop in C; `all` would make a generator
            if _takes_gradient(self.nodes[i]) != self.required[i]:
                return False
        return True


def _takes_gradient(v: Node) -> bool:
    return v._flags & REQUIRES != 0


def _same_list(now: list[Any], then: tuple[Any, ...]) -> bool:
    if len(now) != len(then):
        return False
    for i in range(len(then)):  # noqa: SIM110  as in `fits`
        if now[i] is not then[i]:
            return False
    return True


def _same_dict(now: dict[Any, Any], then: tuple[Any, ...]) -> bool:
    n = len(now)
    if 2 * n != len(then):
        return False
    for i, key in enumerate(now):
        if key is not then[i]:
            return False
    for i, value in enumerate(now.values()):  # noqa: SIM110  as in `fits`
        if value is not then[n + i]:
            return False
    return True


def _is_frozen(x: Any) -> bool:
    """Whether x is of a dataclass whose fields cannot be set."""
    parameters = getattr(type(x), "__dataclass_params__", None)
    return parameters is not None and parameters.frozen


def _check_comparable(x: object) -> None:
    """Refuse objects whose state is not all in `__dict__`: one with slots, or of a class that was written in C."""
    kind = type(x)
    slots = [base for base in kind.__mro__[:-1] if base.__dict__.get("__slots__")]
    if slots or kind.__basicsize__ != PLAIN_SIZE or kind.__itemsize__ or not hasattr(x, "__dict__"):
        raise TypeError(f"a {kind.__name__} cannot be compared by its references")
    if kind.__getattribute__ is not object.__getattribute__:
        raise TypeError(f"a {kind.__name__} reads its attributes in its own way")


if not cython.compiled:  # in C, fields are None from the start
    Fingerprint.containers = None  # type: ignore[assignment]
