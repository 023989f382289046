"""`Value`: a number whose arithmetic records a computation graph.

This file runs as plain Python, and compiled by Cython (`value.pxd` beside it gives the C types). The hot operations
(arithmetic, exp, log, tanh, relu, maximum, dot and the like) are spelled out here for speed; a test holds them against
their rows in `ops`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.engine import ops, rules
from autograd.engine.flags import (
    CONSTANT,
    INLINE_A,
    INLINE_B,
    LEAF,
    MEMBER,
    MIRRORED,
    PARAMETER,
    REQUIRES,
    ROLES,
    SHARED,
    WIDE,
)
from autograd.engine.node import Extra, Node, checked_label
from autograd.engine.node import count_modes as count_in_node
from autograd.engine.operation import Op
from autograd.engine.state import MODE, check_finite, refuse_branch, refuse_number
from autograd.support import answers, habits
from autograd.support.convert import Number, takes_part, to_float
from autograd.support.settings import check_flag
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from kernels.pxd, memory.h and C's own library
    from autograd.engine.kernels import (
        base_slope,
        exponent_slope,
        floor_quotient,
        larger,
        larger_slope,
        log_slope,
        logistic,
        power,
        quotient,
        rectified,
        rectified_slope,
        remainder,
    )
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
RELU, SIGMOID, MAXIMUM, WHERE, DOT = (ops.TABLE[name].index for name in ("relu", "sigmoid", "maximum", "where", "dot"))
SOFTMAX, LOG_SOFTMAX, LOGSUMEXP = (ops.TABLE[name].index for name in ("softmax", "log_softmax", "logsumexp"))
RADIANS_A_DEGREE = math.pi / 180.0
DEGREES_A_RADIAN = 180.0 / math.pi

UNGUARDED = (0.0,)  # the setting of logsumexp that softmax wants

modes = 0  # how many contexts, in all threads, have a mode switched on: the one test that an operation pays for them


@cython.final
@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class Value(Node):
    """A number in a computation graph.

    Arithmetic on Values records; `backward()` on a result adds d(result)/d(leaf) to the `.grad` of every leaf that it
    was made from. `role` says what a leaf is: an "input", a "parameter" or a "constant".

    Raises TypeError for anything but one real number: a string, None, a complex number, a list, another Value.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (4.0, -3.0, 2.0)
    """

    __slots__ = ()

    # `_op` is there to be refused: micrograd's operations end in Value(data, (self, other), "+").
    def __init__(
        self, data: Number, label: str = "", _op: str = "", *, requires_grad: bool = True, role: str = "input"
    ) -> None:
        if _op != "":
            raise TypeError(f"Value takes no operation, got {short(_op)}{habits.NOT_BY_HAND}")
        if self._code != LEAF:
            raise TypeError(f"{short(self)} was computed, and cannot be made a leaf: make a new Value")
        if self._label is not None:
            self.data = data  # not its first call: a number that changes
        self._data = data if type(data) is float else to_float(data)
        flags = REQUIRES if type(role) is str and role == "input" else _role_flags(role)
        self._flags = (self._flags & MIRRORED) | flags
        # In this order, for the call of a check would be a third of what an input costs.
        frozen = requires_grad is False
        if frozen or (requires_grad is not True and not check_flag("Value", "requires_grad", requires_grad)):
            self._flags &= ~REQUIRES
        self._code = LEAF
        self._label = label if type(label) is str else checked_label(label)
        self._grad = 0.0
        if not cython.compiled:  # compiled, a new node holds None and 0 already
            self._da = self._db = 0.0
            self._a = self._b = self._extra = None
            self._next = None
            self._left = 0

    def detach(self) -> Value:
        """A constant with the same number and no history.

        >>> x = Value(3.0)
        >>> (x.detach() * x).operands[0].role
        'constant'
        """
        if modes:
            refuse_number("detach()")
        return _constant(self._data)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return _add(self, other)
        return _add_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __radd__(self, other: Any) -> Any:
        return _add_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return _subtract(self, other)
        return _subtract_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return _subtract_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return _multiply(self, other)
        return _multiply_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rmul__(self, other: Any) -> Any:
        return _multiply_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return _divide_by(self, other)
        return _divide_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return _divide_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __pow__(self, other: Any, modulus: None = None) -> Any:
        if modulus is not None:
            raise TypeError(f"pow() of a Value takes no modulus, got {short(modulus)}: use (a ** b) % m")
        if isinstance(other, Value):
            return _power_of(self, other)
        return _power_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rpow__(self, other: Any, modulus: None = None) -> Any:
        return _power_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        if isinstance(other, Value):
            return _remainder_of(self, other)
        return _remainder_number(self, number(other), False) if is_plain(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return _remainder_number(self, number(other), True) if is_plain(other) else NotImplemented

    def __floordiv__(self, other: Any) -> Any:
        return apply(ops.TABLE["//"], (self, other)) if is_plain(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return apply(ops.TABLE["//"], (other, self)) if is_plain(other) else NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return (self // other, self % other) if is_plain(other) else NotImplemented

    def __rdivmod__(self, other: Any) -> Any:
        return (other // self, other % self) if is_plain(other) else NotImplemented

    def __neg__(self) -> Value:
        return _unary(self, -self._data, -1.0, NEG)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _apply_unary(self, "abs")

    def __floor__(self) -> Value:
        return _apply_unary(self, "floor")

    def __ceil__(self) -> Value:
        return _apply_unary(self, "ceil")

    def __round__(self, digits: None = None) -> Value:
        if digits is not None:
            raise TypeError(f"round() of a Value goes to whole numbers, got digits={short(digits)}: scale it first")
        return _apply_unary(self, "round")

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
        if modes and self is not other and not isinstance(other, Value) and is_plain(other):
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

    def item(self) -> float:
        """The number, as PyTorch and NumPy call it; `.data` here."""
        if modes:
            refuse_number("item()")
        return self._data

    # ----- Functions that NumPy calls by these names on object arrays; all stand in `autograd.functions` too -----

    def relu(self) -> Value:
        """max(0, x), with slope 0 at exactly 0."""
        return _relu(self)

    def sigmoid(self) -> Value:
        """1 / (1 + e^-x)."""
        return _sigmoid(self)

    def exp(self) -> Value:
        """e^x."""
        return _exp(self)

    def exp2(self) -> Value:
        """2^x."""
        return _apply_unary(self, "exp2")

    def expm1(self) -> Value:
        """e^x − 1, exact near 0."""
        return _apply_unary(self, "expm1")

    def log(self) -> Value:
        """ln x: -inf at 0, nan below."""
        return _log(self)

    def log2(self) -> Value:
        """log₂ x."""
        return _apply_unary(self, "log2")

    def log10(self) -> Value:
        """log₁₀ x."""
        return _apply_unary(self, "log10")

    def log1p(self) -> Value:
        """ln(1 + x), exact near 0."""
        return _apply_unary(self, "log1p")

    def sqrt(self) -> Value:
        """√x: nan below 0."""
        return _sqrt(self)

    def cbrt(self) -> Value:
        """∛x."""
        return _apply_unary(self, "cbrt")

    def square(self) -> Value:
        """x²."""
        return _apply_unary(self, "square")

    def reciprocal(self) -> Value:
        """1/x."""
        return _apply_unary(self, "reciprocal")

    def sin(self) -> Value:
        """The sine of x radians."""
        return _sin(self)

    def cos(self) -> Value:
        """The cosine of x radians."""
        return _cos(self)

    def tan(self) -> Value:
        """The tangent of x radians."""
        return _apply_unary(self, "tan")

    def arcsin(self) -> Value:
        """The angle whose sine is x."""
        return _apply_unary(self, "asin")

    def arccos(self) -> Value:
        """The angle whose cosine is x."""
        return _apply_unary(self, "acos")

    def arctan(self) -> Value:
        """The angle whose tangent is x."""
        return _apply_unary(self, "atan")

    def sinh(self) -> Value:
        """The hyperbolic sine."""
        return _apply_unary(self, "sinh")

    def cosh(self) -> Value:
        """The hyperbolic cosine."""
        return _apply_unary(self, "cosh")

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        return _tanh(self)

    def arcsinh(self) -> Value:
        """The inverse hyperbolic sine."""
        return _apply_unary(self, "asinh")

    def arccosh(self) -> Value:
        """The inverse hyperbolic cosine."""
        return _apply_unary(self, "acosh")

    def arctanh(self) -> Value:
        """The inverse hyperbolic tangent."""
        return _apply_unary(self, "atanh")

    def rint(self) -> Value:
        """The nearest whole number, halves to even."""
        return _apply_unary(self, "round")

    def sign(self) -> Value:
        """-1, 0 or 1."""
        return _apply_unary(self, "sign")

    def conjugate(self) -> Value:
        """x itself, a real number; `np.var` and `np.std` ask for it."""
        return self

    def deg2rad(self) -> Value:
        """x degrees in radians."""
        return _multiply_number(self, RADIANS_A_DEGREE, False)

    def rad2deg(self) -> Value:
        """x radians in degrees."""
        return _multiply_number(self, DEGREES_A_RADIAN, False)

    # In these three, `apply` gives a Value because one goes in, which its declared type leaves open.

    def arctan2(self, x: Any) -> Value:
        """The angle of the point (x, self)."""
        return apply(ops.TABLE["atan2"], (self, x))  # type: ignore[return-value]

    def hypot(self, other: Any) -> Value:
        """√(self² + other²)."""
        return apply(ops.TABLE["hypot"], (self, other))  # type: ignore[return-value]

    def clip(self, low: Any, high: Any) -> Value:
        """self held between low and high."""
        return apply(ops.TABLE["clamp"], (self, low, high))  # type: ignore[return-value]

    # ----- What other libraries' numbers have, each answered with what does the job here -----

    _children = answers.Elsewhere("Value", "_children")
    abs = answers.Elsewhere("Value", "abs")
    add_ = answers.Elsewhere("Value", "add_")
    children = answers.Elsewhere("Value", "children")
    clamp = answers.Elsewhere("Value", "clamp")
    clone = answers.Elsewhere("Value", "clone")
    copy_ = answers.Elsewhere("Value", "copy_")
    cpu = answers.Elsewhere("Value", "cpu")
    cuda = answers.Elsewhere("Value", "cuda")
    fill_ = answers.Elsewhere("Value", "fill_")
    grad_fn = answers.Elsewhere("Value", "grad_fn")
    gradient = answers.Elsewhere("Value", "gradient")
    log_softmax = answers.Elsewhere("Value", "log_softmax")
    mean = answers.Elsewhere("Value", "mean")
    mul_ = answers.Elsewhere("Value", "mul_")
    name = answers.Elsewhere("Value", "name")
    numpy = answers.Elsewhere("Value", "numpy")
    parents = answers.Elsewhere("Value", "parents")
    pow = answers.Elsewhere("Value", "pow")
    register_hook = answers.Elsewhere("Value", "register_hook")
    requires_grad_ = answers.Elsewhere("Value", "requires_grad_")
    retain_grad = answers.Elsewhere("Value", "retain_grad")
    shape = answers.Elsewhere("Value", "shape")
    softmax = answers.Elsewhere("Value", "softmax")
    sub_ = answers.Elsewhere("Value", "sub_")
    sum = answers.Elsewhere("Value", "sum")
    to = answers.Elsewhere("Value", "to")
    val = answers.Elsewhere("Value", "val")
    value = answers.Elsewhere("Value", "value")
    zero_ = answers.Elsewhere("Value", "zero_")
    zero_grad = answers.Elsewhere("Value", "zero_grad")

    def __dir__(self) -> list[str]:
        return [name for name in object.__dir__(self) if not answers.is_elsewhere(type(self), name)]


def _role_flags(role: str) -> int:
    if not isinstance(role, str) or role not in ROLES:
        problem = ValueError if isinstance(role, str) else TypeError
        raise problem(f"role must be one of {', '.join(map(short, ROLES))}, got {short(role)}")
    return ROLES[role]


def number(x: Any) -> float:
    """The float that a plain number or a Value holds; see `convert.to_float`."""
    if type(x) is float:
        return x
    if type(x) is int:
        try:
            return float(x)
        except OverflowError:
            return to_float(x)
    if x is True or x is False:  # conditions, mostly
        return 1.0 if x is True else 0.0
    return _data_of(x) if isinstance(x, Node) else to_float(x)


def _data_of(v: Node) -> float:
    return v._data


def is_plain(x: Any) -> bool:
    """Whether an operator of Value takes x; see `convert.takes_part`."""
    return type(x) is float or type(x) is int or type(x) is Value or takes_part(x)


# ----- Making nodes -----


if not cython.compiled:  # else from memory.h

    def new_node(a: Any, b: Any, data: float, da: float, db: float, code: int, flags: int) -> Any:
        v = Value.__new__(Value)
        v._data, v._grad, v._da, v._db = data, 0.0, da, db
        v._a, v._b, v._label, v._extra = a, b, None, None
        v._next, v._left, v._code, v._flags = None, 0, code, flags
        return v


def _constant(data: float) -> Value:
    v: Value = new_node(None, None, data, 0.0, 0.0, LEAF, CONSTANT)
    return v


def new_parameters(numbers: Any, prefix: str) -> list[Value]:
    """A parameter for each number of an array of floats, labelled with the prefix and 0, 1, 2, ... behind it.

    >>> from array import array
    >>> new_parameters(array("d", [0.5, 2.0]), "w")[1].label
    'w1'
    """
    values: list[Value] = []
    for i in range(len(numbers)):
        v: Value = new_node(None, None, numbers[i], 0.0, 0.0, LEAF, REQUIRES | PARAMETER)
        v._label = f"{prefix}{i}"
        values.append(v)
    return values


def _unary(a: Value, data: float, da: float, op: int) -> Value:
    v: Value = new_node(a, None, data, da, 0.0, op, a._flags & REQUIRES)
    return _under_modes(v) if modes else v


def _binary(a: Value, b: Value, data: float, da: float, db: float, op: int) -> Value:
    v: Value = new_node(a, b, data, da, db, op, (a._flags | b._flags) & REQUIRES)
    return _under_modes(v) if modes else v


def _with_number(a: Value, c: float, left: bool, data: float, da: float, op: int) -> Value:
    """A node of a Value and a plain number; `left` if the number came first."""
    v: Value
    if left:
        v = new_node(None, a, data, c, da, op, (a._flags & REQUIRES) | INLINE_A)
    else:
        v = new_node(a, None, data, da, c, op, (a._flags & REQUIRES) | INLINE_B)
    return _under_modes(v) if modes else v


def _wide(op: int, operands: tuple[Value, ...], data: float, slopes: Any, params: tuple[float, ...]) -> Value:
    """A node of any number of operands, with as many local derivatives."""
    v: Value = new_node(None, None, data, 0.0, 0.0, op, _any_requires(operands) | WIDE)
    v._extra = _extra(operands, slopes, params, "")
    return _under_modes(v) if modes else v


def _extra(operands: tuple[Value, ...], slopes: Any, params: tuple[float, ...], place: str) -> Extra:
    extra = Extra.__new__(Extra)
    extra.operands = operands
    extra.slopes = slopes
    extra.params = params
    extra.place = place
    return extra


def _any_requires(operands: tuple[Value, ...]) -> int:
    for a in operands:
        if a._flags & REQUIRES:
            return REQUIRES
    return 0


def _under_modes(v: Value) -> Value:
    """What the modes of this context make of a new node: nothing recorded, or nan and inf refused."""
    mode = MODE.get()
    if mode.anomalies:
        place = check_finite(v)
        if v._extra is None:
            v._extra = _extra((), new_slopes(0), (), place)
        else:
            v._extra.place = place
    return v if mode.recording else _constant(v._data)


def count_modes(change: int) -> None:
    """Tell the engine that a context switched a mode on (1) or off (-1)."""
    global modes
    modes += change
    count_in_node(change)


def memory() -> tuple[int, int]:
    """The bytes in slabs that hold nodes, and in empty ones kept for the next nodes; (0, 0) uncompiled."""
    return bytes_in_use(), bytes_kept()


def node(
    op: Op, operands: Sequence[Any], data: float, local_grads: Sequence[float], params: Sequence[float] = ()
) -> Value:
    """Record one node: the result `data` of `op` on operands (Values or plain numbers), with its local derivatives.

    Raises TypeError for an `op` that is no row of the table, ValueError unless there is one derivative an operand.
    """
    if not isinstance(op, Op) or not 0 <= op.index < len(ops.ROWS) or ops.ROWS[op.index] is not op:
        raise TypeError(f"node() takes a row of the table of operations, got {short(op)}")
    values = tuple([_as_value(x) for x in operands])
    # A finished list: a sequence may lie about its length, and the walk back does not look again.
    numbers = [number(slope) for slope in local_grads]
    if len(numbers) != len(values):
        raise ValueError(f"{op.name}: {len(values)} operands but {len(numbers)} local derivatives")
    settings = tuple(params)
    y = number(data)
    if settings or len(values) > 2 or not values:
        slopes = new_slopes(len(numbers))
        for i in range(len(numbers)):
            slopes[i] = numbers[i]
        v = _wide(op.index, values, y, slopes, settings)
    elif len(values) == 2:
        v = _binary(values[0], values[1], y, numbers[0], numbers[1], op.index)
    else:
        v = _unary(values[0], y, numbers[0], op.index)
    if not op.differentiable:
        v._flags &= ~REQUIRES
    return v


def apply(op: Op, operands: Sequence[Any], params: Sequence[float] = ()) -> Value | float:
    """Apply a row of the table: a node if any operand is a Value, a float if all are plain numbers."""
    numbers = [number(x) for x in operands]
    y = number(op.value(ops.FLOATS, numbers, params))
    for x in operands:
        if isinstance(x, Value):
            return node(op, operands, y, op.local(ops.FLOATS, y, numbers, params), params)
    return y


def _apply_unary(a: Value, name: str) -> Value:
    row: Op = ops.TABLE[name]
    y = number(row.forward(ops.FLOATS, a._data))
    v = _unary(a, y, number(row.derivatives[0](ops.FLOATS, y, a._data)), row.index)
    if not row.differentiable:
        v._flags &= ~REQUIRES
    return v


def dot_node(weights: Sequence[Any], inputs: Sequence[Any], bias: Any) -> Value:
    """One node for bias + Σ weights[i]·inputs[i]; bias may be None.

    Raises ValueError unless there are as many weights as inputs.
    """
    factors = [*weights]
    n = len(factors)  # of the finished list: a sequence may lie about its length
    factors += inputs
    if len(factors) != 2 * n:
        raise ValueError(f"dot: {n} weights but {len(factors) - n} inputs; there must be as many of each")
    if bias is not None:
        factors.append(bias)
    operands = tuple([_as_value(x) for x in factors])
    slopes = new_slopes(len(operands))
    return _wide(DOT, operands, _dot(operands, slopes, n), slopes, ())


def softmax_nodes(xs: Sequence[Any], logs: bool) -> list[Any]:
    """softmax or log_softmax of all, e^(xₖ - s) or xₖ - s with s = ln Σ e^(xⱼ): floats if all of xs are, else nodes.

    Each shows all xs as operands, with the local derivatives of its row. It keeps two: xₖ and s, a node that all of
    them share; see `node.pair_slope`.
    """
    given = [*xs]
    numbers = [number(x) for x in given]
    s, shares, logarithms = rules.softmaxes(ops.FLOATS, numbers)
    results: list[Any] = logarithms if logs else shares
    for x in given:
        if isinstance(x, Value):
            break
    else:
        return results
    operands = tuple([_as_value(x) for x in given])
    slopes = new_slopes(len(operands))
    for i in range(len(operands)):
        slopes[i] = shares[i]
    flags = _any_requires(operands)
    shared: Value = new_node(None, None, s, 0.0, 0.0, LOGSUMEXP, flags | WIDE | SHARED)
    shared._extra = _extra(operands, slopes, UNGUARDED, "")
    nodes = []
    for k in range(len(operands)):
        y = results[k]
        c = 1.0 if logs else y
        v: Value = new_node(operands[k], shared, y, c, -c, LOG_SOFTMAX if logs else SOFTMAX, flags | MEMBER)
        v._extra = _extra((), new_slopes(0), (float(k),), "")
        nodes.append(_under_modes(v) if modes else v)
    return nodes


def _as_value(x: Any) -> Value:
    return x if isinstance(x, Value) else _constant(number(x))


def _dot(operands: tuple[Value, ...], slopes: Any, n: int) -> float:
    total = 0.0
    if len(operands) > 2 * n:
        a = operands[2 * n]
        total = a._data
        slopes[2 * n] = 1.0
    for i in range(n):
        a = operands[i]
        b = operands[n + i]
        slopes[i] = b._data
        slopes[n + i] = a._data
        total += a._data * b._data
    return total


# ----- The hot operations: value and slopes side by side, as in their rows of the table -----


def _add(a: Value, b: Value) -> Value:
    return _binary(a, b, a._data + b._data, 1.0, 1.0, ADD)


def _add_number(a: Value, c: float, left: bool) -> Value:
    return _with_number(a, c, left, a._data + c, 1.0, ADD)


def _subtract(a: Value, b: Value) -> Value:
    return _binary(a, b, a._data - b._data, 1.0, -1.0, SUB)


def _subtract_number(a: Value, c: float, left: bool) -> Value:
    if left:
        return _with_number(a, c, left, c - a._data, -1.0, SUB)
    return _with_number(a, c, left, a._data - c, 1.0, SUB)


def _multiply(a: Value, b: Value) -> Value:
    return _binary(a, b, a._data * b._data, b._data, a._data, MUL)


def _multiply_number(a: Value, c: float, left: bool) -> Value:
    return _with_number(a, c, left, a._data * c, c, MUL)


def _divide_by(a: Value, b: Value) -> Value:
    y = quotient(a._data, b._data)
    return _binary(a, b, y, quotient(1.0, b._data), quotient(-y, b._data), DIV)


def _divide_number(a: Value, c: float, left: bool) -> Value:
    if left:
        y = quotient(c, a._data)
        return _with_number(a, c, left, y, quotient(-y, a._data), DIV)
    return _with_number(a, c, left, quotient(a._data, c), quotient(1.0, c), DIV)


def _power_of(a: Value, b: Value) -> Value:
    x = a._data
    c = b._data
    y = power(x, c)
    return _binary(a, b, y, base_slope(x, c), exponent_slope(x, c, y), POW)


def _power_number(a: Value, c: float, left: bool) -> Value:
    if left:
        y = power(c, a._data)
        return _with_number(a, c, left, y, exponent_slope(c, a._data, y), POW)
    return _with_number(a, c, left, power(a._data, c), base_slope(a._data, c), POW)


def _remainder_of(a: Value, b: Value) -> Value:
    return _binary(a, b, remainder(a._data, b._data), 1.0, -floor_quotient(a._data, b._data), MOD)


def _remainder_number(a: Value, c: float, left: bool) -> Value:
    if left:
        return _with_number(a, c, left, remainder(c, a._data), -floor_quotient(c, a._data), MOD)
    return _with_number(a, c, left, remainder(a._data, c), 1.0, MOD)


def _relu(a: Value) -> Value:
    return _unary(a, rectified(a._data), rectified_slope(a._data), RELU)


def _exp(a: Value) -> Value:
    y = c_exp(a._data)
    return _unary(a, y, y, EXP)


def _log(a: Value) -> Value:
    return _unary(a, c_log(a._data), log_slope(a._data), LOG)


def _sqrt(a: Value) -> Value:
    y = c_sqrt(a._data)
    return _unary(a, y, quotient(0.5, y), SQRT)


def _sin(a: Value) -> Value:
    return _unary(a, c_sin(a._data), c_cos(a._data), SIN)


def _cos(a: Value) -> Value:
    return _unary(a, c_cos(a._data), -c_sin(a._data), COS)


def _tanh(a: Value) -> Value:
    y = c_tanh(a._data)
    return _unary(a, y, 1.0 - y * y, TANH)


def _sigmoid(a: Value) -> Value:
    y = logistic(a._data)
    return _unary(a, y, y * (1.0 - y), SIGMOID)


def _maximum(a: Value, b: Value) -> Value:
    x = a._data
    y = b._data
    return _binary(a, b, larger(x, y), larger_slope(x, y), larger_slope(y, x), MAXIMUM)


def _maximum_number(a: Value, c: float, left: bool) -> Value:
    x = a._data  # of two zeros, the first one's sign
    return _with_number(a, c, left, larger(c, x) if left else larger(x, c), larger_slope(x, c), MAXIMUM)


def maximum(a: Any, b: Any) -> Any:
    """The larger of two, as in the row of that name."""
    if isinstance(a, Value):
        return _maximum(a, b) if isinstance(b, Value) else _maximum_number(a, number(b), False)
    if isinstance(b, Value):
        return _maximum_number(b, number(a), True)
    return apply(ops.ROWS[MAXIMUM], (a, b))


def where(condition: Any, a: Any, b: Any) -> Any:
    """a where the condition is not 0, else b; both are recorded, and the branch not taken gets no gradient.

    Derivative: 1 for the branch taken, 0 for the other and for the condition. While a function is traced for
    compilation, write the condition as a function: `where(greater(x, 0.0), a, b)`.

    >>> from autograd import Value, where
    >>> x = Value(0.0)
    >>> y = where(x > 0, x.sqrt(), 0.0)
    >>> y.backward()
    >>> y.data, x.grad
    (0.0, 0.0)
    """

    if not (isinstance(a, Value) or isinstance(b, Value) or isinstance(condition, Value)):
        return apply(ops.ROWS[WHERE], (condition, a, b))
    operands = (_as_value(condition), _as_value(a), _as_value(b))
    slopes = new_slopes(3)
    if _data_of(operands[0]) != 0.0:
        slopes[1] = 1.0
        return _wide(WHERE, operands, _data_of(operands[1]), slopes, ())
    slopes[2] = 1.0
    return _wide(WHERE, operands, _data_of(operands[2]), slopes, ())


if not slabs_install(Value):
    raise ImportError("memory.h and node.pxd do not agree on the fields of a node: compile the engine again")
