"""What stands in for Cython, for C's library and for memory.h while the engine runs as plain Python.

Cython reads its decorators at compile time and never imports this; plain Python imports this instead of Cython, which
need not be installed to run.
"""

from collections.abc import Callable
from math import fmod as c_fmod
from typing import Any, TypeVar

from autograd.engine.ieee import cos as c_cos
from autograd.engine.ieee import exp as c_exp
from autograd.engine.ieee import floor as c_floor
from autograd.engine.ieee import log as c_log
from autograd.engine.ieee import sin as c_sin
from autograd.engine.ieee import sqrt as c_sqrt
from autograd.engine.ieee import tanh as c_tanh
from autograd.support import habits

__all__ = [
    "NULL", "auto_pickle", "bytes_in_use", "bytes_kept", "c_cos", "c_exp", "c_floor", "c_fmod", "c_log", "c_sin",
    "c_sqrt", "c_tanh", "cast", "cclass", "compiled", "dict_for", "final", "free_slopes", "is_numbered", "look_ahead",
    "mirror_place", "mirror_write", "new_slopes", "no_gc", "slabs_install",
]  # fmt: skip

compiled = False
NULL = None
Class = TypeVar("Class", bound=type)


def final(kind: Class) -> Class:
    """No subclasses; compiled, C refuses them."""

    def refuse(cls: type) -> None:
        raise TypeError(f"type {kind.__name__!r} is not an acceptable base type{habits.CLOSED}")

    # Set on a class that exists: mypy takes a method for something that is only written in a class body.
    kind.__init_subclass__ = classmethod(refuse)  # type: ignore[assignment]
    return kind


def cclass(kind: Class) -> Class:
    """Compiled: a class with C fields, as value.pxd and node.pxd lay them out."""
    return kind


def no_gc(kind: Class) -> Class:
    """Compiled: instances are out of the cyclic garbage collector's sight."""
    return kind


def auto_pickle(wanted: bool) -> Callable[[Class], Class]:
    """Compiled: whether pickle support is generated."""
    return lambda kind: kind


def cast(kind: object, x: Any) -> Any:
    """Compiled: take x for an instance of `kind` without a check."""
    return x


def new_slopes(count: int) -> Any:
    """Compiled: memory for so many numbers, all 0."""
    return [0.0] * count


def free_slopes(slopes: Any) -> None:
    """Compiled: give it back."""


def dict_for(count: int) -> dict[Any, Any]:
    """Compiled: an empty dict with room for so many entries."""
    return {}


def is_numbered(label: str, prefix: str, number: int) -> bool:
    """Compiled: whether a label is a prefix and a number, without a text made of both."""
    return label == f"{prefix}{number}"


def look_ahead(v: object) -> None:
    """Compiled: ask for the memory that a walk is about to come to."""


def mirror_place(v: object, place: object) -> None:
    """Compiled: let a leaf keep a number of an array up to date."""


def mirror_write(v: object) -> None:
    """Compiled: write it there."""


def slabs_install(kind: type, leaf: int) -> bool:
    """Compiled: let instances of `kind` live in slabs; whether they can."""
    return True


def bytes_in_use() -> int:
    """Compiled: the bytes in slabs that hold nodes."""
    return 0


def bytes_kept() -> int:
    """Compiled: the bytes in empty slabs."""
    return 0
