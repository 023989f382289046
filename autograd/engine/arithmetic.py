"""`Arithmetic`: + - * / % ** of Values, and how a node is made.

    a * b   ->   _multiply(a, b)   ->   one node: the number 6, its operands a and b, the slopes by them 3.0 and 2.0

The hot operations (these, and exp, log, tanh, relu, maximum and the like) are spelled out for speed, value and slopes
side by side; a test holds them against their rows in `ops`. They stand in one file with the operators and with what
makes the node, because C compiles into one piece what is in one file: a product takes 19 ns.

This file runs as plain Python, and compiled by Cython (`arithmetic.pxd` beside it gives the C types).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.flags import CONSTANT, INLINE_A, INLINE_B, LEAF, REQUIRES, WIDE
from autograd.engine.node import Extra, Node
from autograd.engine.node import count_modes as count_in_node
from autograd.engine.state import MODE, check_finite, refuse_branch, refuse_number
from autograd.support.convert import takes_part, to_float
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython

    from autograd.engine.value import Value
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from kernels.pxd, memory.h and C's own library
    from autograd.engine import kernels
    from autograd.engine.uncompiled import (
        bytes_in_use,
        bytes_kept,
        c_cos,
        c_exp,
        c_log,
        c_sin,
        c_sqrt,
        c_tanh,
        new_slopes,
        slabs_install,
    )

ADD, SUB, MUL, DIV, POW, MOD, NEG = (ops.TABLE[name].index for name in ("+", "-", "*", "/", "**", "%", "neg"))
EXP, LOG, SQRT, SIN, COS, TANH = (ops.TABLE[name].index for name in ("exp", "log", "sqrt", "sin", "cos", "tanh"))
RELU, SIGMOID, MAXIMUM = (ops.TABLE[name].index for name in ("relu", "sigmoid", "maximum"))

node_type: Any = None  # Value, once there is one
modes = 0  # how many contexts, in all threads, have a mode switched on: the one test that an operation pays for them


@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class Arithmetic(Node):
    """The operators that record; `Value` is the class to use."""

    __slots__ = ()

    def __add__(self, other: Any) -> Any:
        if is_node(other):
            return _add(self, cython.cast(Node, other))
        return _add_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return _add_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        if is_node(other):
            return _subtract(self, cython.cast(Node, other))
        return _subtract_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return _subtract_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if is_node(other):
            return _multiply(self, cython.cast(Node, other))
        return multiply_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rmul__(self, other: Any) -> Any:
        return multiply_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        if is_node(other):
            return _divide_by(self, cython.cast(Node, other))
        return _divide_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return _divide_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        if modulus is not None:
            raise TypeError(f"pow() of a Value takes no modulus, got {short(modulus)}: use (a ** b) % m")
        if is_node(other):
            return _power_of(self, cython.cast(Node, other))
        return _power_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rpow__(self, other: Any, modulus: None = None) -> Any:
        return _power_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        if is_node(other):
            return _remainder_of(self, cython.cast(Node, other))
        return _remainder_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return _remainder_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __neg__(self) -> Value:
        return unary(self, -self._data, -1.0, NEG)

    # ----- Comparisons by data, equality by identity -----

    def __lt__(self, other: Any) -> Any:
        if modes:
            refuse_branch("<")
        return self._data < number(other) if is_plain(other) else NotImplemented

    def __le__(self, other: Any) -> Any:
        if modes:
            refuse_branch("<=")
        return self._data <= number(other) if is_plain(other) else NotImplemented

    def __gt__(self, other: Any) -> Any:
        if modes:
            refuse_branch(">")
        return self._data > number(other) if is_plain(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        if modes:
            refuse_branch(">=")
        return self._data >= number(other) if is_plain(other) else NotImplemented

    def __eq__(self, other: object) -> bool:
        if modes and self is not other and not is_node(other) and is_plain(other):
            refuse_branch("==")
        return self is other

    def __hash__(self) -> int:
        # Nodes begin at multiples of 32 bytes: the low bits are always 0. `id` itself would make an int first.
        if cython.compiled:
            return cython.cast("size_t", cython.cast("void *", self)) >> 5  # type: ignore[no-any-return]
        else:
            return id(self) >> 5

    def __bool__(self) -> bool:
        if modes:
            refuse_branch("bool()")
        return self._data != 0.0

    def __float__(self) -> float:
        if modes:
            refuse_number("float()")
        return self._data

    def __int__(self) -> int:
        if modes:
            refuse_number("int()")
        return int(self._data)

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else repr(self)


# ----- What a plain number is to an operator -----


def is_value(x: Any) -> bool:
    """The same as isinstance(x, Value), for files that `value.py` stands on."""
    return is_node(x)


def as_value(x: Any) -> Value:
    # Without a cast C would walk up from Value to Node, to be sure of the type.
    return cython.cast(Node, x) if is_node(x) else constant(number(x))


def number(x: Any) -> float:
    """The float that a plain number or a Value holds; see `convert.to_float`."""
    if type(x) is float:
        return x
    if cython.compiled and type(x) is int:
        # From C, through arithmetic.pxd: no name that Python's checkers know.
        overflow = 0
        whole: int = PyLong_AsLongAndOverflow(x, cython.address(overflow))  # type: ignore[name-defined]  # noqa: F821
        if overflow == 0:
            return whole
    return _other_number(x)


def _other_number(x: Any) -> float:
    # Apart, for whichever way is taken, a `try` saves registers and the state of exceptions: 3 ns.
    if type(x) is int:
        try:
            return float(x)
        except OverflowError:
            return to_float(x)
    if x is True or x is False:  # conditions, mostly
        return 1.0 if x is True else 0.0
    return cython.cast(Node, x)._data if is_node(x) else to_float(x)


def is_plain(x: Any) -> bool:
    """Whether an operator of Value takes x; see `convert.takes_part`."""
    return type(x) is float or type(x) is int or is_node(x) or takes_part(x)


# ----- Making nodes -----


if not cython.compiled:  # else from memory.h

    def is_node(x: Any) -> bool:
        return type(x) is node_type

    def new_node(a: Any, b: Any, data: float, da: float, db: float, code: int, flags: int) -> Any:
        v = node_type.__new__(node_type)
        v._data, v._grad, v._da, v._db = data, 0.0, da, db
        v._a, v._b, v._label, v._extra = a, b, None, None
        v._next, v._left, v._code, v._flags = None, 0, code, flags
        return v


def constant(data: float) -> Value:
    v: Value = new_node(None, None, data, 0.0, 0.0, LEAF, CONSTANT)
    return v


def bare(a: Node | None, b: Node | None, data: float, da: float, db: float, op: int, flags: int) -> Value:
    """A node that knows no modes yet."""
    v: Value = new_node(a, b, data, da, db, op, flags)
    return v


def unary(a: Node, data: float, da: float, op: int) -> Value:
    v: Value = new_node(a, None, data, da, 0.0, op, a._flags & REQUIRES)
    return under_modes(v) if modes else v


def binary(a: Node, b: Node, data: float, da: float, db: float, op: int) -> Value:
    v: Value = new_node(a, b, data, da, db, op, (a._flags | b._flags) & REQUIRES)
    return under_modes(v) if modes else v


def _with_number(a: Node, c: float, left: bool, data: float, da: float, op: int) -> Value:
    """A node of a Value and a plain number; `left` if the number came first."""
    v: Value
    if left:
        v = new_node(None, a, data, c, da, op, (a._flags & REQUIRES) | INLINE_A)
    else:
        v = new_node(a, None, data, da, c, op, (a._flags & REQUIRES) | INLINE_B)
    return under_modes(v) if modes else v


def wide(op: int, operands: tuple[Value, ...], data: float, slopes: Any, params: tuple[float, ...]) -> Value:
    """A node of any number of operands, with as many local derivatives."""
    v: Value = new_node(None, None, data, 0.0, 0.0, op, any_requires(operands) | WIDE)
    v._extra = extra_of(operands, slopes, params, "")
    return under_modes(v) if modes else v


def extra_of(operands: tuple[Value, ...], slopes: Any, params: tuple[float, ...], place: str) -> Extra:
    extra = Extra.__new__(Extra)
    extra.operands = operands
    extra.slopes = slopes
    extra.params = params
    extra.place = place
    return extra


def any_requires(operands: tuple[Value, ...]) -> int:
    for i in range(len(operands)):
        if cython.cast(Node, operands[i])._flags & REQUIRES:
            return REQUIRES
    return 0


def under_modes(v: Value) -> Value:
    """What the modes of this context make of a new node: nothing recorded, or nan and inf refused."""
    if not modes:
        return v
    mode = MODE.get()
    if mode.anomalies:
        place = check_finite(v)
        if v._extra is None:
            v._extra = extra_of((), new_slopes(0), (), place)
        else:
            v._extra.place = place
    return v if mode.recording else constant(v._data)


def count_modes(change: int) -> None:
    """Tell the engine that a context switched a mode on (1) or off (-1)."""
    global modes
    modes += change
    count_in_node(change)


def memory() -> tuple[int, int]:
    """The bytes in slabs that hold nodes, and in empty ones kept for the next nodes; (0, 0) uncompiled."""
    return bytes_in_use(), bytes_kept()


def install(kind: type) -> None:
    """Let every node be of this class, and live in slabs."""
    global node_type
    node_type = kind
    if not slabs_install(kind, LEAF):
        raise ImportError("memory.h and node.pxd do not agree on the fields of a node: compile the engine again")


# ----- The hot operations: value and slopes side by side, as in their rows of the table -----


def _add(a: Node, b: Node) -> Value:
    return binary(a, b, a._data + b._data, 1.0, 1.0, ADD)


def _add_number(a: Node, c: float, left: bool) -> Value:
    return _with_number(a, c, left, a._data + c, 1.0, ADD)


def _subtract(a: Node, b: Node) -> Value:
    return binary(a, b, a._data - b._data, 1.0, -1.0, SUB)


def _subtract_number(a: Node, c: float, left: bool) -> Value:
    if left:
        return _with_number(a, c, left, c - a._data, -1.0, SUB)
    return _with_number(a, c, left, a._data - c, 1.0, SUB)


def _multiply(a: Node, b: Node) -> Value:
    return binary(a, b, a._data * b._data, b._data, a._data, MUL)


def multiply_number(a: Node, c: float, left: bool) -> Value:
    return _with_number(a, c, left, a._data * c, c, MUL)


def _divide_by(a: Node, b: Node) -> Value:
    y = kernels.quotient(a._data, b._data)
    return binary(a, b, y, kernels.quotient(1.0, b._data), kernels.quotient(-y, b._data), DIV)


def _divide_number(a: Node, c: float, left: bool) -> Value:
    if left:
        y = kernels.quotient(c, a._data)
        return _with_number(a, c, left, y, kernels.quotient(-y, a._data), DIV)
    return _with_number(a, c, left, kernels.quotient(a._data, c), kernels.quotient(1.0, c), DIV)


def _power_of(a: Node, b: Node) -> Value:
    x = a._data
    c = b._data
    y = kernels.power(x, c)
    return binary(a, b, y, kernels.base_slope(x, c), kernels.exponent_slope(x, c, y), POW)


def _power_number(a: Node, c: float, left: bool) -> Value:
    if left:
        y = kernels.power(c, a._data)
        return _with_number(a, c, left, y, kernels.exponent_slope(c, a._data, y), POW)
    return _with_number(a, c, left, kernels.power(a._data, c), kernels.base_slope(a._data, c), POW)


def _remainder_of(a: Node, b: Node) -> Value:
    return binary(a, b, kernels.remainder(a._data, b._data), 1.0, -kernels.floor_quotient(a._data, b._data), MOD)


def _remainder_number(a: Node, c: float, left: bool) -> Value:
    if left:
        return _with_number(a, c, left, kernels.remainder(c, a._data), -kernels.floor_quotient(c, a._data), MOD)
    return _with_number(a, c, left, kernels.remainder(a._data, c), 1.0, MOD)


def relu_of(a: Node) -> Value:
    return unary(a, kernels.rectified(a._data), kernels.rectified_slope(a._data), RELU)


def exp_of(a: Node) -> Value:
    y = c_exp(a._data)
    return unary(a, y, y, EXP)


def log_of(a: Node) -> Value:
    return unary(a, c_log(a._data), kernels.log_slope(a._data), LOG)


def sqrt_of(a: Node) -> Value:
    y = c_sqrt(a._data)
    return unary(a, y, kernels.quotient(0.5, y), SQRT)


def sin_of(a: Node) -> Value:
    return unary(a, c_sin(a._data), c_cos(a._data), SIN)


def cos_of(a: Node) -> Value:
    return unary(a, c_cos(a._data), -c_sin(a._data), COS)


def tanh_of(a: Node) -> Value:
    y = c_tanh(a._data)
    return unary(a, y, 1.0 - y * y, TANH)


def sigmoid_of(a: Node) -> Value:
    y = kernels.logistic(a._data)
    return unary(a, y, y * (1.0 - y), SIGMOID)


def maximum_of(a: Node, b: Node) -> Value:
    x = a._data
    y = b._data
    return binary(a, b, kernels.larger(x, y), kernels.larger_slope(x, y), kernels.larger_slope(y, x), MAXIMUM)


def maximum_with(a: Node, c: float, left: bool) -> Value:
    x = a._data
    y = kernels.larger(c, x) if left else kernels.larger(x, c)  # of two zeros, the first one's sign
    return _with_number(a, c, left, y, kernels.larger_slope(x, c), MAXIMUM)
