"""What `cython.no_gc` and its like are while the engine runs as plain Python: decorators that do nothing.

Cython reads the decorators at compile time and never imports this; plain Python imports this instead of Cython, which
need not be installed to run.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from autograd.support import habits

compiled = False
Class = TypeVar("Class", bound=type)


def final(kind: Class) -> Class:
    """No subclasses; compiled, C refuses them."""

    def refuse(cls: type) -> None:
        raise TypeError(f"type {kind.__name__!r} is not an acceptable base type{habits.CLOSED}")

    kind.__init_subclass__ = classmethod(refuse)  # type: ignore[assignment]
    return kind


def cclass(kind: Class) -> Class:
    """Compiled: a class with C fields, as value.pxd and node.pxd lay them out."""
    return kind


def no_gc(kind: Class) -> Class:
    """Compiled: instances are out of the cyclic garbage collector's sight."""
    return kind


def freelist(size: int) -> Callable[[Class], Class]:
    """Compiled: keep the memory of up to `size` freed instances for the next ones."""
    return lambda kind: kind


def auto_pickle(wanted: bool) -> Callable[[Class], Class]:
    """Compiled: whether pickle support is generated."""
    return lambda kind: kind


def cast(kind: object, x: Any) -> Any:
    """Compiled: take x for an instance of `kind` without a check."""
    return x
