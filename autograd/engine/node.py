"""`Node`: what is recorded of one number and how it was made, and the walk back over it, which is the chain rule.

`Value` in `value.py` adds the arithmetic. This file runs as plain Python, and compiled by Cython (`node.pxd` beside it
gives the C types); the two give the same numbers, bit for bit.

A node keeps the local derivative of each of its edges, found in the forward pass. Changing `.data` afterwards
therefore does not change what `backward()` computes: a gradient belongs to the numbers that were recorded.
"""

from __future__ import annotations

from array import array
from threading import RLock
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.flags import (
    CONSTANT,
    INLINE_A,
    INLINE_B,
    LEAF,
    MEMBER,
    MIRRORED,
    PARAMETER,
    REQUIRES,
    WIDE,
    role_of,
)
from autograd.engine.state import MODE, check_gradient, check_stopped, refuse_number
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
    from autograd.engine.uncompiled import (
        dict_for,
        free_slopes,
        is_numbered,
        look_ahead,
        mirror_place,
        mirror_write,
        new_slopes,
    )

modes = 0  # how many contexts, in all threads, have a mode switched on; see `value.count_modes`
writes = 0  # how often the number of a node was set; see `write_count`
BEHIND = 256  # bytes from the last node of a slab in memory.h to the first one of the next
NOTHING = cython.cast("NodeFields *", None)  # where an operand is not there
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

    def backward(self, grad: Number = 1.0, *, retain_graph: bool = True, create_graph: bool = False) -> None:
        """Add grad · ∂self/∂leaf to the `.grad` of every leaf, through a topological sort walked in reverse.

        Interior grads are set anew, leaf grads accumulate; set them to 0 between steps. A path with a factor that is
        exactly 0 adds nothing, even where another of its factors is infinite or nan in a branch not taken.

        A graph is kept as long as its end is, whatever PyTorch's `retain_graph` says; `create_graph=True` is for
        `autograd.grad`, whose results are Values.

        Raises RuntimeError if no leaf takes a gradient; TypeError if `grad` is not a number; ValueError for
        `create_graph=True`.

        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> y.backward()
        >>> x.grad, y.grad
        (12.0, 1.0)
        """
        seed = grad if type(grad) is float else to_float(grad)
        if not self._flags & REQUIRES:
            raise RuntimeError(
                f"backward() on {short(self)}: nothing that it was made of takes a gradient. "
                "Was it made under no_grad(), detached, or from frozen leaves?"
            )
        # In this order, for the call of a check would be half of what a small graph costs.
        if retain_graph is not True:
            check_flag("backward", "retain_graph", retain_graph)
        if create_graph is not False and check_flag("backward", "create_graph", create_graph):
            raise ValueError(
                "backward: create_graph=True: a .grad is a plain number here. For derivatives that are Values, "
                "use autograd.grad(output, inputs, create_graph=True)"
            )
        _walk_back(self, seed, modes > 0 and MODE.get().anomalies)

    def _backward(self) -> None:
        """One step of the walk, for a lesson by hand: add this node's part to the grads of its operands, as micrograd.

        >>> from autograd import Value
        >>> a, b = Value(2.0), Value(-3.0)
        >>> product = a * b
        >>> total = product + a
        >>> total.grad = 1.0
        >>> total._backward()
        >>> product.grad, a.grad, b.grad
        (1.0, 1.0, 0.0)
        >>> product._backward()
        >>> a.grad, b.grad
        (-2.0, 2.0)
        """
        anomalies = modes > 0 and MODE.get().anomalies
        if self._flags & MEMBER:
            self._b._grad = 0.0
        _step_back(self, anomalies)
        if self._flags & MEMBER:
            _step_back(self._b, anomalies)  # which no lesson sees

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


# ----- The walk back -----


# Compiled, nodes are plain pointers here: to count each passing reference to one takes a sixth of the walk's time.


def _to_meet(a: Any) -> bool:
    """Whether the walk has not met an operand yet and goes through it: computed, and taking a gradient."""
    return a is not NOTHING and a._left == 0 and a._code != LEAF and a._flags & REQUIRES != 0


def _wide_operand_to_meet(v: Node) -> Any:
    operands = cython.cast(Extra, v._extra).operands
    while v._left > 1:
        v._left -= 1
        operand = cython.cast(Node, operands[v._left - 1])
        if _to_meet(cython.cast("NodeFields *", operand)):
            return cython.cast("NodeFields *", operand)
    return NOTHING


def _meet(v: Node, above: Any) -> None:
    """Open a node: it remembers from where the walk came, and how many of its operands are to be looked at."""
    look_ahead(v)
    v._grad = 0.0
    v._left = 1 + (len(cython.cast(Extra, v._extra).operands) if v._flags & WIDE else 2)
    v._next = above


def _link(root: Node) -> None:
    """Link the computed nodes below `root` that take a gradient, from the root on, results before their operands.

    Depth first, without a stack: while an operand is looked into, its `_next` is the node that the walk came from, and
    once nothing is left there, the node that comes after it. Leaves are left out, so that threads with graphs of their
    own can share parameters.

        y = a·b,  a = x + x,  b = a·x        down y -> b -> a, then up: a, b before a, y before b:  y -> b -> a
    """
    v = cython.cast("NodeFields *", root)
    done = cython.NULL
    _meet(v, cython.NULL)
    while True:
        # The next operand to look into: of two, the second comes first.
        if v._flags & WIDE:
            a = _wide_operand_to_meet(v)
        else:
            a = NOTHING
            if v._left == 3:
                v._left = 2
                if _to_meet(v._b):
                    a = v._b
            if a is NOTHING and v._left == 2:
                v._left = 1
                if _to_meet(v._a):
                    a = v._a
        if a is not NOTHING:
            _meet(a, v)
            v = a
            continue
        # All operands stand in the list: v goes before them, and the walk back to where it came from.
        above = v._next
        v._next = done
        done = v
        if above is cython.NULL:
            return
        v = above


def _forget(root: Node) -> None:
    """After an exception in the middle of a walk, leave no trace of it: `_left` is 0 outside of walks."""
    stack = [root]
    while stack:
        v = stack.pop()
        if v._left != 0:
            v._left = 0
            v._next = cython.NULL
            stack.extend(v.operands)
            if v._flags & MEMBER:
                stack.append(v._b)


def _walk_back(root: Node, seed: float, anomalies: bool) -> None:
    if root._code == LEAF:
        root._grad += seed
        return
    link = cython.NULL
    try:
        _link(root)
        root._grad = seed
        link = cython.cast("NodeFields *", root)
        while link is not cython.NULL:
            v = link
            look_ahead(v)
            v._left = 0
            link = v._next
            if anomalies:
                _step_back(cython.cast(Node, v), True)
            else:
                _pass_back(v)
    except BaseException:
        _forget(root)
        while link is not cython.NULL:
            link._left = 0
            link = link._next
        raise


def _step_back(v: Node, anomalies: bool) -> None:
    """The chain rule at one node, looked at before and after where `detect_anomaly()` is on."""
    if anomalies:
        for a, slope in zip(v.operands, v.local_grads, strict=True):
            check_stopped(a, slope, v, v._grad)
    _pass_back(cython.cast("NodeFields *", v))
    if anomalies and v._grad != 0.0:
        for a in v.operands:
            check_gradient(a, a._grad, v, v._grad)


def _pass_back(v: Node) -> None:
    """The chain rule at one node: every operand gets local derivative · grad of the node."""
    if v._grad == 0.0:
        return  # nothing arrives here, so nothing leaves: not even 0 · inf
    if v._flags & WIDE:
        _spread(cython.cast(Extra, v._extra), v._grad)
    elif v._flags & MEMBER and v._grad - v._grad != 0.0:
        _spread_pairs(cython.cast(Node, v))
    else:
        if v._a is not NOTHING:
            _send(v._a, v._da, v._grad)
        if v._b is not NOTHING:
            _send(v._b, v._db, v._grad)


def _spread(extra: Extra, grad: float) -> None:
    for i in range(len(extra.operands)):
        operand = cython.cast(Node, extra.operands[i])
        _send(cython.cast("NodeFields *", operand), extra.slopes[i], grad)


def _spread_pairs(v: Node) -> None:
    for i in range(len(v._b._extra.operands)):
        operand = cython.cast(Node, v._b._extra.operands[i])
        _send(cython.cast("NodeFields *", operand), pair_slope(v, i), v._grad)


def pair_slope(v: Node, i: int) -> float:
    """The local derivative of one softmax of several by operand i, as its row has it.

    The walk back takes two edges in its place, with c for the own operand and -c for the node that all share, whose
    slopes are the shares p: n softmaxes of n operands pass back what they have along 3n edges, not n². What arrives
    must be finite for that, or ∞ - ∞ would stand where a slope of 0 stops an infinity.
    """
    own = 1.0 if i == v._extra.params[0] else 0.0
    slope: float = v._da * (own - v._b._extra.slopes[i])
    return slope


def _send(a: Node, slope: float, grad: float) -> None:
    """operand.grad += local derivative · node.grad; a local derivative of exactly 0 stops even an infinite grad."""
    if a._flags & REQUIRES:
        part = slope * grad
        if part != part and slope == 0.0 and grad == grad:
            return
        a._grad += part


# Called from Python with anything at all, and compiled without bounds and None checks: so each checks first.


def peek(v: Node) -> float:
    """The number of a node, while a function is traced too: for checks that leave no trace in what is computed."""
    if not isinstance(v, Node):
        raise TypeError(f"peek() takes a Value, got {short(v)}")
    return v._data


def _check_nodes(name: str, values: list[Any]) -> None:
    for v in values:
        if not isinstance(v, Node):
            raise TypeError(f"{name}() takes a list of Values, got {short(v)} in it")


def shared_by(v: Node) -> Value | None:
    """The node that a softmax of several shares with the others, if v is one."""
    _check_nodes("shared_by", [v])
    return v._b if v._flags & MEMBER else None


def edges_back(v: Node) -> tuple[tuple[Value, ...], tuple[float, ...]]:
    """Operands and local derivatives along which the walk back goes: as shown, but for a softmax of several.

    >>> from autograd import Value, softmax
    >>> p, _ = softmax([Value(0.0), Value(0.0)])
    >>> [a.op for a in edges_back(p)[0]], edges_back(p)[1]
    (['', 'logsumexp'], (0.5, -0.5))
    """
    _check_nodes("edges_back", [v])
    if v._flags & MEMBER:
        return (v._a, v._b), (v._da, v._db)
    return v.operands, v.local_grads


def numbers_of(values: list[Any]) -> list[float]:
    """The numbers of many nodes: a tenth of the time that `[v.data for v in values]` takes."""
    _check_nodes("numbers_of", values)
    return [v._data for v in values]


def taking_gradients(values: list[Any]) -> bytes:
    """For many nodes whether each takes a gradient: a byte for each, 1 or 0, which are kept and compared quickly.

    >>> from autograd import Value
    >>> taking_gradients([Value(1.0), Value(2.0, requires_grad=False)])
    b'\\x01\\x00'
    """
    flags = bytearray(len(values))
    for i in range(len(values)):
        if not isinstance(values[i], Node):
            _check_nodes("taking_gradients", values)  # which raises
        v = cython.cast(Node, values[i])
        flags[i] = v._flags & REQUIRES != 0
    return bytes(flags)


def all_parameters(values: list[Any]) -> bool:
    """Whether a list holds nothing but leaves that count as parameters: by their role, or inputs taking a gradient."""
    for x in values:
        if not isinstance(x, Node):
            return False
        v = cython.cast(Node, x)
        if v._code != LEAF or v._flags & CONSTANT or not v._flags & (PARAMETER | REQUIRES):
            return False
    return True


def write_count() -> int:
    """How often the number of any node was set: as long as this stays, numbers that were read are those of today."""
    return writes


# These take what holds floats side by side, as arrays of NumPy do: no number becomes an object on the way. With the
# buffer in hand, no code of anybody else runs, which could make a list shorter.


# no_gc: from a tuple of Values nothing leads back.
@cython.final
@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class NumberReader:
    """Reads the numbers of many nodes into an array, again and again: the nodes have been looked at once.

    From the second time on the leaves keep an array of the reader's up to date (compiled; one reader a leaf): who sets
    a number has its node at hand, while 43,201 parameters read from as many nodes are as many lines of the processor's
    cache, 0.12 to 0.2 ms where copying the array takes 0.02.

    Raises TypeError for what is no Value.

    >>> from array import array
    >>> from autograd import Value
    >>> numbers = array("d", [0.0, 0.0])
    >>> NumberReader([Value(1.0), Value(2.0)]).read(numbers)
    >>> numbers.tolist()
    [1.0, 2.0]
    """

    nodes: tuple[Any, ...]
    addresses: Any
    numbers: Any  # the array that the leaves keep up to date; NULL where they do not
    reads: int

    def __init__(self, values: list[Any]) -> None:
        if self.nodes is not None:
            raise TypeError("a NumberReader is made once")
        kept = tuple(values)
        _check_nodes("NumberReader", list(kept))
        addresses = array("Q", bytes(8 * len(kept)))
        _put_addresses(kept, addresses)
        self.addresses = addresses
        self.nodes = kept

    def __dealloc__(self) -> None:
        if self.numbers is not cython.NULL:
            self._forget(len(self.nodes))

    def read(self, into: Any) -> None:
        """Write the numbers into an array of as many floats; ValueError for another length or kind."""
        if self.nodes is None:
            raise TypeError("this NumberReader has no nodes: make it as NumberReader(values)")
        _check_lengths("read", len(self.nodes), len(into))
        if cython.compiled:
            self.reads += self.reads < 3
            if self.reads == 2:
                self._mirror()
        if self.numbers is not cython.NULL:
            for i in range(len(into)):
                into[i] = self.numbers[i]
            return
        addresses = self.addresses
        for i in range(len(addresses)):
            into[i] = _number_at(addresses[i]) if cython.compiled else self.nodes[i]._data

    def _mirror(self) -> None:
        """Let the leaves keep an array up to date, unless there is anything else among them or one keeps another's."""
        count = len(self.nodes)
        self.numbers = new_slopes(count)
        for i in range(count):
            v = cython.cast(Node, self.nodes[i])
            if v._code != LEAF or v._flags & MIRRORED:
                self._forget(i)
                return
            v._flags |= MIRRORED
            mirror_place(cython.cast("NodeFields *", v), self.numbers + i)
            mirror_write(cython.cast("NodeFields *", v))

    def _forget(self, count: int) -> None:
        for i in range(count):
            v = cython.cast(Node, self.nodes[i])
            v._flags &= ~MIRRORED
        free_slopes(self.numbers)
        self.numbers = cython.NULL


def _number_at(address: Any) -> float:
    number: float = cython.cast(Node, cython.cast("void *", address))._data
    return number


def _put_addresses(nodes: tuple[Any, ...], into: Any) -> None:
    for i in range(len(nodes)):
        into[i] = cython.cast("uintptr_t", cython.cast("void *", nodes[i])) if cython.compiled else id(nodes[i])


def read_numbers(values: list[Any], into: Any) -> None:
    """Write the numbers of many nodes into an array; errors as of `write_numbers`."""
    _check_nodes("read_numbers", values)
    _check_lengths("read_numbers", len(values), len(into))
    for i in range(len(values)):
        into[i] = cython.cast(Node, values[i])._data


def read_gradients(values: list[Any], into: Any) -> None:
    """Write the gradients of many nodes into an array; errors as of `write_numbers`."""
    _check_nodes("read_gradients", values)
    _check_lengths("read_gradients", len(values), len(into))
    for i in range(len(values)):
        into[i] = cython.cast(Node, values[i])._grad


def write_numbers(values: list[Any], numbers: Any) -> None:
    """Set the numbers of many nodes to those of an array.

    Raises TypeError for what is no Value, ValueError for an array of another length or kind; then nothing is set.
    """
    global writes
    _check_nodes("write_numbers", values)
    _check_lengths("write_numbers", len(values), len(numbers))
    for i in range(len(values)):
        v = cython.cast(Node, values[i])
        v._data = float(numbers[i])
        if v._flags & MIRRORED:
            mirror_write(cython.cast("NodeFields *", v))
    writes += 1


def write_gradients(values: list[Any], gradients: Any, add: bool) -> None:
    """Set the gradients of many nodes to those of an array, or add these to them; errors as of `write_numbers`."""
    _check_nodes("write_gradients", values)
    _check_lengths("write_gradients", len(values), len(gradients))
    for i in range(len(values)):
        v = cython.cast(Node, values[i])
        v._grad = (v._grad if add else 0.0) + float(gradients[i])


def fill_gradients(values: list[Any], grad: float) -> None:
    """Set the gradients of many nodes to one number; TypeError for what is no Value."""
    _check_nodes("fill_gradients", values)
    for i in range(len(values)):
        cython.cast(Node, values[i])._grad = grad


# The next two number nodes by their field `_left`, which is 0 outside of walks. As in `walk`, no code of anybody else
# runs until it is 0 again; a walk that stands still meanwhile, in another thread, has it above 0, and a dict must do.


def are_distinct(values: list[Any]) -> bool:
    """Whether no node is in a list twice; a hundredth of the time that a set of them takes, if they were made in order.

    >>> from autograd import Value
    >>> x = Value(1.0)
    >>> are_distinct([x, Value(1.0)]), are_distinct([x, x])
    (True, False)
    """
    _check_nodes("are_distinct", values)
    if not cython.compiled:
        return len(set(values)) == len(values)
    if _ascend(values):
        return True
    if not _all_unnumbered(values):
        return len(set(values)) == len(values)
    twice = False
    for i in range(len(values)):
        v = cython.cast(Node, values[i])
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
    _check_nodes("places_among", values)
    _check_nodes("places_among", among)
    _check_lengths("places_among", len(values), len(into))
    if not cython.compiled or not _all_unnumbered(values) or not _all_unnumbered(among):
        place = dict(zip(among, range(len(among)), strict=True))
        for i in range(len(values)):
            into[i] = place.get(values[i], -1)
        return
    for i in range(len(among)):
        cython.cast(Node, among[i])._left = -2 - i
    for i in range(len(values)):
        v = cython.cast(Node, values[i])
        into[i] = -2 - v._left if v._left != 0 else -1
    _unnumber(among)


def _all_unnumbered(values: list[Any]) -> bool:
    for i in range(len(values)):  # noqa: SIM110  a loop in C; `all` would make a generator
        if cython.cast(Node, values[i])._left != 0:
            return False
    return True


def _unnumber(values: list[Any]) -> None:
    for i in range(len(values)):
        cython.cast(Node, values[i])._left = 0


def numbered_labels(values: list[Any], prefix: str) -> list[str] | None:
    """The labels of a list of nodes, if they are the prefix with 0, 1, 2, ... behind it; None if one of them is not.

    >>> from autograd import Value
    >>> numbered_labels([Value(1.0, "w0"), Value(2.0, "w1")], "w"), numbered_labels([Value(1.0, "w1")], "w")
    (['w0', 'w1'], None)
    """
    _check_nodes("numbered_labels", values)
    labels: list[str] = []
    for i in range(len(values)):
        v = cython.cast(Node, values[i])
        if v._label is None or not is_numbered(v._label, prefix, i):
            return None
        labels.append(v._label)
    return labels


def number_labels(values: list[Any], prefix: str) -> None:
    """Label the nodes of a list with the prefix and 0, 1, 2, ... behind it; TypeError for what is no Value."""
    _check_nodes("number_labels", values)
    for i in range(len(values)):
        cython.cast(Node, values[i])._label = f"{prefix}{i}"


def room_for_names(count: int) -> dict[str, float]:
    """An empty dict with room for so many names."""
    return dict_for(count)


def put_numbers(state: dict[str, float], values: list[Any], prefix: str) -> bool:
    """Put the number of each node of a list into a dict under its label; False if labels are none of `numbered_labels`.

    A label is a text that is there already, and each node is looked at once: with lists of names and of numbers first,
    it takes three times as long.

    >>> from autograd import Value
    >>> state: dict[str, float] = {}
    >>> put_numbers(state, [Value(1.0, "w0"), Value(2.0, "w1")], "w"), state
    (True, {'w0': 1.0, 'w1': 2.0})
    """
    for i, x in enumerate(values):  # and not values[i]: a key of the dict's may be of a class that shortens the list
        if not isinstance(x, Node):  # here, as each look at them all is a tenth of the time
            _check_nodes("put_numbers", values)
            return False
        v = cython.cast(Node, x)
        if v._label is None or not is_numbered(v._label, prefix, i):
            return False
        state[v._label] = v._data
    return True


def are_numbered(names: list[Any], start: int, count: int, prefix: str) -> bool:
    """Whether `count` entries of a list, from one on, are a prefix with 0, 1, 2, ... behind it.

    >>> are_numbered(["b", "w0", "w1"], 1, 2, "w"), are_numbered(["w0", "w1"], 1, 1, "w")
    (True, False)
    """
    if start < 0 or count > len(names) - start:
        return False
    for i in range(count):
        name = names[start + i]
        if type(name) is not str or not is_numbered(name, prefix, i):
            return False
    return True


def _check_lengths(name: str, values: int, numbers: int) -> None:
    if values != numbers:
        raise ValueError(f"{name}(): {values} Values, but {numbers} numbers")


def count_modes(change: int) -> None:
    """Tell the walk that a context switched a mode on (1) or off (-1)."""
    global modes
    modes += change


if not cython.compiled:  # in C, fields are None from the start
    NumberReader.nodes = NumberReader.numbers = None  # type: ignore[assignment]
    NumberReader.reads = 0
