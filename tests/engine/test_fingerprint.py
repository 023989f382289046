"""Fingerprints: every change of an object's parts is seen; what cannot be compared by its references is refused."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import Value
from autograd.engine.tape.fingerprint import Fingerprint


class Part:
    """Something with parts."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


@dataclass(frozen=True, slots=True)
class Frozen:
    inside: Any


class Pair(NamedTuple):
    left: Any
    right: Any


def tree() -> Any:
    """All kinds of containers, one in another."""
    shared = Part(w=Value(1.0), rate=0.5)
    return Part(
        layers=[shared, Part(b=Value(2.0), more=[[Value(3.0)]])],
        table={"a": Value(4.0), ("b", 1): [shared]},
        frozen=Frozen([Value(5.0)]),
        pair=Pair(Value(6.0), {"k": 7}),
        training=True,
        text="x",
        function=len,
        kind=int,
    )


def set_to(name: str, x: Any) -> Callable[[Part], None]:
    return lambda part: setattr(part, name, x)


CHANGES: dict[str, Callable[[Any], object]] = {
    "an attribute": set_to("training", False),
    "an attribute more": set_to("other", None),
    "an attribute less": lambda t: delattr(t, "text"),
    "a list grows": lambda t: t.layers.append(None),
    "a list shrinks": lambda t: t.layers.pop(),
    "a list turned round": lambda t: t.layers.reverse(),
    "an entry of a list in a list": lambda t: t.layers[1].more[0].__setitem__(0, Value(3.0)),
    "another Value": lambda t: setattr(t.layers[0], "w", Value(1.0)),
    "a Value frozen": lambda t: setattr(t.layers[0].w, "requires_grad", False),
    "a Value in a frozen dataclass": lambda t: t.frozen.inside.__setitem__(0, Value(5.0)),
    "a Value in a tuple frozen": lambda t: setattr(t.pair.left, "requires_grad", False),
    "a dict in a tuple": lambda t: t.pair.right.update(k=8),
    "a key": lambda t: t.table.update(c=1),
    "a key exchanged": lambda t: t.table.update(c=t.table.pop("a")),
    "a number": lambda t: setattr(t.layers[0], "rate", 0.25),
    "all attributes at once": lambda t: setattr(t, "__dict__", dict(t.__dict__)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen(change: Callable[[Any], object]) -> None:
    root = tree()
    fingerprint = Fingerprint(root)
    assert fingerprint.fits(root)
    change(root)
    assert not fingerprint.fits(root)
    assert Fingerprint(root).fits(root)


def test_numbers_of_values_do_not_count() -> None:
    root = tree()
    fingerprint = Fingerprint(root)
    root.layers[0].w.data = 9.0
    root.layers[0].w.grad = 9.0
    assert fingerprint.fits(root)
    assert not fingerprint.fits(tree()), "another object with equal parts"


def test_circles_and_depth() -> None:
    root: Any = Part(up=None)
    root.up = [root]
    for _ in range(5000):
        root.up = [root.up]
    fingerprint = Fingerprint(root)
    assert fingerprint.fits(root)


class Slotted:
    __slots__ = ("x",)


class Reading:
    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(self, name)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (np.zeros(3), "a ndarray cannot be compared by its references"),
        (random.Random(0), "a Random cannot be compared by its references"),
        ({1, 2}, "a set cannot be compared"),
        (threading.Lock(), "a lock cannot be compared"),
        (Slotted(), "a Slotted cannot be compared"),
        (bytearray(3), "a bytearray cannot be compared"),
        (Reading(), "a Reading reads its attributes in its own way"),
    ],
)
def test_state_that_has_no_references_is_refused(part: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Fingerprint(Part(inside=[part]))


def test_one_that_was_never_taken_fits_nothing() -> None:
    assert not Fingerprint.__new__(Fingerprint).fits(None)
    fingerprint = Fingerprint(Part())
    with pytest.raises(TypeError, match="a Fingerprint is taken once"):
        fingerprint.__init__(Part())  # type: ignore[misc]
