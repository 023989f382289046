"""`Node`: what is recorded of one number and how it was made.

`Arithmetic` in `arithmetic.py` adds the operators, and `Value` in `value.py` the rest. This file runs as plain Python,
and compiled by Cython (`node.pxd` beside it gives the C types); the two give the same numbers, bit for bit.

A node keeps the local derivative of each of its edges, found in the forward pass. Changing `.data` afterwards
therefore does not change what `backward()` computes: a gradient belongs to the numbers that were recorded.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.flags import CONSTANT, INLINE_A, INLINE_B, LEAF, MEMBER, MIRRORED, REQUIRES, WIDE, role_of
from autograd.engine.state import refuse_number
from autograd.support import answers, habits
from autograd.support.convert import Number, to_float
from autograd.support.settings import check_flag
from autograd.support.text import got, short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython

    from autograd.engine.value import Value
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from memory.h
    from autograd.engine.uncompiled import free_slopes, mirror_write

modes = 0  # how many contexts, in all threads, have a mode switched on; see `arithmetic.count_modes`
writes = 0  # how often the number of a node was set; see `write_count`
unfolding = RLock()  # one thread at a time: the number moves from a field to a leaf, and must not be read halfway


@cython.final
@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class Extra:
    """What few nodes need: any number of operands, settings of an operation, the line that made the node."""

    __slots__ = ("operands", "params", "place", "slopes")

    operands: tuple[Any, ...]
    slopes: Any  # the local derivatives by the operands
    params: tuple[float, ...]
    place: str

    def __dealloc__(self) -> None:
        # Compiled only, where slopes are memory of their own, and no array.
        free_slopes(self.slopes)


# no_gc: operands are older than the node and labels are str, so no cycle can form. The collector would otherwise walk
# a growing graph again and again: 70 ms against 9.5 ms for 65,000 nodes.
@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class Node:
    """One node of a computation graph. `Value` is the class to use: it can also add and multiply."""

    __slots__ = ("_a", "_b", "_code", "_da", "_data", "_db", "_extra", "_flags", "_grad", "_label", "_left", "_next")

    _a: Any  # the operands, None where there is none or where it is a plain number
    _b: Any
    _da: float  # the local derivatives by them
    _db: float
    _data: float
    _grad: float
    _code: int  # index of the operation in the table
    _flags: int
    _label: str | None
    _extra: Any
    _next: Any  # during a walk back: the node that comes after this one
    _left: int  # during a walk back: 1 + the operands that it has not looked at yet; else 0

    def __cinit__(self) -> None:
        # Compiled only: a node that never met __init__ is a leaf, and not the result of operation number 0.
        self._code = LEAF

    def __setattr__(self, name: str, value: Any) -> None:
        # Compiled only (plain Python's own error will do): Python's own way, and a better message where it fails.
        try:
            # From C, through node.pxd: no name that Python's checkers know.
            PyObject_GenericSetAttr(self, name, value)  # type: ignore[name-defined]  # noqa: F821
        except AttributeError as error:
            raise answers.closed(self, name, error) from None

    @property
    def data(self) -> float:
        """The number. Setting it changes this node alone: nothing is recomputed."""
        if modes and not self._flags & CONSTANT:
            refuse_number(".data")
        return self._data

    @data.setter
    def data(self, x: Number) -> None:
        global writes
        self._data = x if type(x) is float else to_float(x)
        if self._flags & MIRRORED:
            mirror_write(cython.cast("NodeFields *", self))
        writes += 1

    @property
    def grad(self) -> float:
        """The derivative of the last root by this node; in leaves, the sum over all `backward()` calls so far."""
        if modes:
            refuse_number(".grad")
        return self._grad

    @grad.setter
    def grad(self, x: Number) -> None:
        self._grad = to_float(x)

    @property
    def label(self) -> str:
        """The name that pictures and explanations use; "" for none."""
        return self._label or ""

    @label.setter
    def label(self, text: str) -> None:
        self._label = checked_label(text)

    @property
    def op(self) -> str:
        """The name of the operation that made this node, as in the table: "+", "tanh", ...; "" for a leaf."""
        return "" if self._code == LEAF else ops.ROWS[self._code].name

    @property
    def operands(self) -> tuple[Value, ...]:
        """What the operation was applied to, in order, as often as it was used; plain numbers are constant leaves."""
        if self._flags & WIDE:
            # An Extra is typed for Cython alone, in node.pxd.
            return self._extra.operands  # type: ignore[no-any-return]
        if self._code == LEAF:
            return ()
        if self._flags & (INLINE_A | INLINE_B):
            _unfold_constant(self)
        if self._flags & MEMBER:
            return self._b._extra.operands  # type: ignore[no-any-return]
        if self._b is None:
            return (self._a,)
        return (self._a, self._b)

    @property
    def local_grads(self) -> tuple[float, ...]:
        """The derivative of this node by each operand, at the numbers that were recorded."""
        if self._flags & WIDE:
            return tuple([self._extra.slopes[i] for i in range(len(self._extra.operands))])
        if self._code == LEAF:
            return ()
        if self._flags & (INLINE_A | INLINE_B):
            _unfold_constant(self)
        if self._flags & MEMBER:
            return tuple([pair_slope(self, i) for i in range(len(self._b._extra.operands))])
        if self._b is None:
            return (self._da,)
        return (self._da, self._db)

    @property
    def params(self) -> tuple[float, ...]:
        """Settings of the operation that are no operands, such as the k of a softmax; mostly ()."""
        return () if self._extra is None else self._extra.params

    @property
    def place(self) -> str:
        """The line of the program that made this node, if it was made under `detect_anomaly()`; else ""."""
        return "" if self._extra is None else self._extra.place

    @property
    def is_leaf(self) -> bool:
        """Whether the node was given and not computed."""
        return self._code == LEAF

    @property
    def role(self) -> str:
        """What the node is: "input", "parameter" or "constant" for a leaf, else "result"."""
        return role_of(self._code, self._flags)

    @property
    def requires_grad(self) -> bool:
        """Whether `backward()` reaches this node; setting it to False on a leaf freezes the leaf."""
        return bool(self._flags & REQUIRES)

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if self._code != LEAF:
            raise ValueError(f"{short(self)} is computed: freeze the leaves it is made of, or use .detach()")
        if check_flag("Value", "requires_grad", wanted):
            self._flags = (self._flags & ~CONSTANT) | REQUIRES
        else:
            self._flags &= ~REQUIRES

    @property
    def _prev(self) -> set[Value]:
        """micrograd's name for the operands."""
        return set(self.operands)

    @property
    def _op(self) -> str:
        text = {"relu": "ReLU"}.get(self.op, self.op)
        return f"**{self.operands[1].data:g}" if text == "**" and self.operands[1].role == "constant" else text

    def __repr__(self) -> str:
        text = f"Value(data={self._data!r}, grad={self._grad!r}"
        if self._label:
            text += f", label={self._label!r}"
        return text + (")" if self._code == LEAF else f", op={self.op!r})")

    # Every Node is a Value, the one subclass; the functions below ask for one.

    def __reduce__(self) -> Any:
        from autograd.graph.copying import freeze

        return freeze(self)  # type: ignore[arg-type]

    def __copy__(self) -> Any:
        from autograd.graph.copying import shallow_copy

        return shallow_copy(self)  # type: ignore[arg-type]

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from autograd.graph.copying import deep_copy

        return deep_copy(self, memo)  # type: ignore[arg-type]


if not cython.compiled:
    # What a compiled node holds before __init__: Value.__new__(Value) is a leaf in both.
    _BLANK = {"_code": LEAF, "_data": 0.0, "_grad": 0.0, "_da": 0.0, "_db": 0.0, "_flags": 0, "_left": 0}

    def _blank(self: Node, name: str) -> Any:
        if name not in Node.__slots__:
            raise answers.missing("Value", self, name, ())  # as the words that stand in the class
        return _BLANK.get(name)

    # Not in the class body, where the compiled class would have it too, at the price of each method call.
    Node.__getattr__ = _blank  # type: ignore[attr-defined]
    del Node.__setattr__


def checked_label(text: Any) -> str:
    # Exactly a str: an instance of a subclass could refer back to the node and close a cycle that nothing collects.
    if not isinstance(text, str):
        history = habits.NOT_BY_HAND if isinstance(text, (tuple, set)) else ""
        raise TypeError(f"a label is a str, got {got(text)}{history}")
    return str(text)


def _unfold_constant(v: Node) -> None:
    """Make a leaf of the plain number among the operands, now that somebody looks."""
    with unfolding:
        row = ops.ROWS[v._code]
        leaf: Any = type(v)  # Value, which this file does not know
        if v._flags & INLINE_A:
            v._a = leaf(v._da, role="constant")
            v._da = to_float(row.derivatives[0](ops.FLOATS, v._data, v._da, v._b._data))
        elif v._flags & INLINE_B:  # else another thread was first
            v._b = leaf(v._db, role="constant")
            v._db = to_float(row.derivatives[1](ops.FLOATS, v._data, v._a._data, v._db))
        v._flags &= ~(INLINE_A | INLINE_B)


# ----- For other files of the engine, and of other rooms -----


def pair_slope(v: Node, i: int) -> float:
    """The local derivative of one softmax of several by operand i, as its row has it.

    The walk back takes two edges in its place, with c for the own operand and -c for the node that all share, whose
    slopes are the shares p: n softmaxes of n operands pass back what they have along 3n edges, not n². What arrives
    must be finite for that, or ∞ - ∞ would stand where a slope of 0 stops an infinity.
    """
    own = 1.0 if i == v._extra.params[0] else 0.0
    slope: float = v._da * (own - v._b._extra.slopes[i])
    return slope


def peek(v: Node) -> float:
    """The number of a node, while a function is traced too: for checks that leave no trace in what is computed."""
    _check_node("peek", v)
    return v._data


def shared_by(v: Node) -> Value | None:
    """The node that a softmax of several shares with the others, if v is one."""
    _check_node("shared_by", v)
    return v._b if v._flags & MEMBER else None


def edges_back(v: Node) -> tuple[tuple[Value, ...], tuple[float, ...]]:
    """Operands and local derivatives along which the walk back goes: as shown, but for a softmax of several.

    >>> from autograd import Value, softmax
    >>> p, _ = softmax([Value(0.0), Value(0.0)])
    >>> [a.op for a in edges_back(p)[0]], edges_back(p)[1]
    (['', 'logsumexp'], (0.5, -0.5))
    """
    _check_node("edges_back", v)
    if v._flags & MEMBER:
        return (v._a, v._b), (v._da, v._db)
    return v.operands, v.local_grads


def _check_node(name: str, v: Any) -> None:
    # Called from Python with anything at all, and compiled without a look at types.
    if not isinstance(v, Node):
        raise TypeError(f"{name}() takes a Value, got {short(v)}")


def write_count() -> int:
    """How often the number of any node was set: as long as this stays, numbers that were read are those of today."""
    return writes


def count_write() -> None:
    """One more number was set, or many at once."""
    global writes
    writes += 1


def in_modes() -> bool:
    """Whether any context has a mode switched on."""
    return modes > 0


def count_modes(change: int) -> None:
    """For `arithmetic.count_modes`."""
    global modes
    modes += change
