"""Questions about lists of nodes, answered in C loops: who takes gradients, who is there twice.

Called from Python with anything at all, and compiled without bounds and None checks: so each function checks first.

This file runs as plain Python, and compiled by Cython (`lists.pxd` beside it gives the C types).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine.flags import CONSTANT, LEAF, PARAMETER, REQUIRES
from autograd.engine.value import Value
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython

BEHIND = 256  # bytes from the last node of a slab in memory.h to the first one of the next


def check_nodes(name: str, values: list[Any]) -> None:
    for v in values:
        if not isinstance(v, Value):
            raise TypeError(f"{name}() takes a list of Values, got {short(v)} in it")


def check_lengths(name: str, values: int, numbers: int) -> None:
    if values != numbers:
        raise ValueError(f"{name}(): {values} Values, but {numbers} numbers")


def taking_gradients(values: list[Any]) -> bytes:
    """For many nodes whether each takes a gradient: a byte for each, 1 or 0, which are kept and compared quickly.

    >>> from autograd import Value
    >>> taking_gradients([Value(1.0), Value(2.0, requires_grad=False)])
    b'\\x01\\x00'
    """
    flags = bytearray(len(values))
    for i in range(len(values)):
        if not isinstance(values[i], Value):
            check_nodes("taking_gradients", values)  # which raises
        v = cython.cast(Value, values[i])
        flags[i] = v._flags & REQUIRES != 0
    return bytes(flags)


def all_parameters(values: list[Any]) -> bool:
    """Whether a list holds nothing but leaves that count as parameters: by their role, or inputs taking a gradient."""
    for x in values:
        if not isinstance(x, Value):
            return False
        v = cython.cast(Value, x)
        if v._code != LEAF or v._flags & CONSTANT or not v._flags & (PARAMETER | REQUIRES):
            return False
    return True


# The next two number nodes by their field `_left`, which is 0 outside of walks. As in `order`, no code of anybody else
# runs until it is 0 again; a walk that stands still meanwhile, in another thread, has it above 0, and a dict must do.


def are_distinct(values: list[Any]) -> bool:
    """Whether no node is in a list twice; a hundredth of the time that a set of them takes, if they were made in order.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> are_distinct([x, Value(1.0)]), are_distinct([x, x])
    (True, False)
    """
    check_nodes("are_distinct", values)
    if not cython.compiled:
        return len(set(values)) == len(values)
    if _ascend(values):
        return True
    if not _all_unnumbered(values):
        return len(set(values)) == len(values)
    twice = False
    for i in range(len(values)):
        v = cython.cast(Value, values[i])
        if v._left != 0:
            twice = True
            break
        v._left = -1
    _unnumber(values)
    return not twice


def _ascend(values: list[Any]) -> bool:
    """Whether nodes lie in memory in some stretches, one node behind the other, and no stretch within another one.

    So lie those that were made one after another, and then none is there twice; no node is read to see it. In letters
    of an alphabet: d e f, a b, h i   ->   a to b, d to f, h to i are apart.
    """
    stretches: list[tuple[Any, Any]] = []
    most = 10 + len(values) // 50
    first = last = 0
    for i in range(len(values)):
        here = cython.cast("uintptr_t", cython.cast("void *", values[i]))
        if not last < here <= last + BEHIND:
            if len(stretches) > most:
                return False
            stretches.append((first, last))
            first = here
        last = here
    stretches.append((first, last))
    stretches.sort()
    for i in range(1, len(stretches)):  # noqa: SIM110  as below
        if stretches[i][0] <= stretches[i - 1][1]:
            return False
    return True


def places_among(values: list[Any], among: list[Any], into: Any) -> None:
    """Write into an array of whole numbers where each node stands in another list, each of it once; -1 for those not.

    Raises TypeError for what is no Value, ValueError for an array of another length.

    >>> from array import array
    >>> from autograd import Value
    >>> a, b, c = Value(1.0), Value(2.0), Value(3.0)
    >>> places = array("q", [0, 0])
    >>> places_among([c, a], [a, b], places)
    >>> places.tolist()
    [-1, 0]
    """
    check_nodes("places_among", values)
    check_nodes("places_among", among)
    check_lengths("places_among", len(values), len(into))
    if not cython.compiled or not _all_unnumbered(values) or not _all_unnumbered(among):
        place = dict(zip(among, range(len(among)), strict=True))
        for i in range(len(values)):
            into[i] = place.get(values[i], -1)
        return
    for i in range(len(among)):
        cython.cast(Value, among[i])._left = -2 - i
    for i in range(len(values)):
        v = cython.cast(Value, values[i])
        into[i] = -2 - v._left if v._left != 0 else -1
    _unnumber(among)


def _all_unnumbered(values: list[Any]) -> bool:
    for i in range(len(values)):  # noqa: SIM110  a loop in C; `all` would make a generator
        if cython.cast(Value, values[i])._left != 0:
            return False
    return True


def _unnumber(values: list[Any]) -> None:
    for i in range(len(values)):
        cython.cast(Value, values[i])._left = 0
