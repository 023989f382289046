"""`Value`: a number whose arithmetic records a computation graph.

    Value(2.0)    a leaf, in C a row of fields (`node.py`)
    a * b         `arithmetic.py`: the operators, and how a node is made
    abs(a)        here and in `applying.py`: the other operations, by the table

This file runs as plain Python, and compiled by Cython (`value.pxd` beside it gives the C types).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.arithmetic import Arithmetic
from autograd.engine.flags import LEAF, MEMBER, MIRRORED, REQUIRES, ROLES
from autograd.engine.node import checked_label
from autograd.engine.state import MODE, refuse_number
from autograd.support import answers, habits
from autograd.support.convert import Number, to_float
from autograd.support.settings import check_flag
from autograd.support.text import short

if TYPE_CHECKING:  # read by Cython at compile time
    import cython
else:
    from autograd.engine import uncompiled as cython
if not cython.compiled:  # else from the .pxd files of the same names
    from autograd.engine.applying import apply_unary
    from autograd.engine.arithmetic import (
        constant,
        cos_of,
        exp_of,
        install,
        is_plain,
        log_of,
        multiply_number,
        relu_of,
        sigmoid_of,
        sin_of,
        sqrt_of,
        tanh_of,
    )
    from autograd.engine.backward import step_back, walk_back
    from autograd.engine.node import in_modes

RADIANS_A_DEGREE = math.pi / 180.0
DEGREES_A_RADIAN = 180.0 / math.pi


@cython.final
@cython.no_gc
@cython.auto_pickle(False)
@cython.cclass
class Value(Arithmetic):
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
        if in_modes():
            refuse_number("detach()")
        return constant(self._data)

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
        walk_back(self, seed, in_modes() and MODE.get().anomalies)

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
        anomalies = in_modes() and MODE.get().anomalies
        if self._flags & MEMBER:
            self._b._grad = 0.0
        step_back(self, anomalies)
        if self._flags & MEMBER:
            step_back(self._b, anomalies)  # which no lesson sees

    def __floordiv__(self, other: Any) -> Any:
        return apply(ops.TABLE["//"], (self, other)) if is_plain(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return apply(ops.TABLE["//"], (other, self)) if is_plain(other) else NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return (self // other, self % other) if is_plain(other) else NotImplemented

    def __rdivmod__(self, other: Any) -> Any:
        return (other // self, other % self) if is_plain(other) else NotImplemented

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return apply_unary(self, "abs")

    def __floor__(self) -> Value:
        return apply_unary(self, "floor")

    def __ceil__(self) -> Value:
        return apply_unary(self, "ceil")

    def __round__(self, digits: None = None) -> Value:
        if digits is not None:
            raise TypeError(f"round() of a Value goes to whole numbers, got digits={short(digits)}: scale it first")
        return apply_unary(self, "round")

    def item(self) -> float:
        """The number, as PyTorch and NumPy call it; `.data` here."""
        if in_modes():
            refuse_number("item()")
        return self._data

    # ----- Functions that NumPy calls by these names on object arrays; all stand in `autograd.functions` too -----

    def relu(self) -> Value:
        """max(0, x), with slope 0 at exactly 0."""
        return relu_of(self)

    def sigmoid(self) -> Value:
        """1 / (1 + e^-x)."""
        return sigmoid_of(self)

    def exp(self) -> Value:
        """e^x."""
        return exp_of(self)

    def exp2(self) -> Value:
        """2^x."""
        return apply_unary(self, "exp2")

    def expm1(self) -> Value:
        """e^x − 1, exact near 0."""
        return apply_unary(self, "expm1")

    def log(self) -> Value:
        """ln x: -inf at 0, nan below."""
        return log_of(self)

    def log2(self) -> Value:
        """log₂ x."""
        return apply_unary(self, "log2")

    def log10(self) -> Value:
        """log₁₀ x."""
        return apply_unary(self, "log10")

    def log1p(self) -> Value:
        """ln(1 + x), exact near 0."""
        return apply_unary(self, "log1p")

    def sqrt(self) -> Value:
        """√x: nan below 0."""
        return sqrt_of(self)

    def cbrt(self) -> Value:
        """∛x."""
        return apply_unary(self, "cbrt")

    def square(self) -> Value:
        """x²."""
        return apply_unary(self, "square")

    def reciprocal(self) -> Value:
        """1/x."""
        return apply_unary(self, "reciprocal")

    def sin(self) -> Value:
        """The sine of x radians."""
        return sin_of(self)

    def cos(self) -> Value:
        """The cosine of x radians."""
        return cos_of(self)

    def tan(self) -> Value:
        """The tangent of x radians."""
        return apply_unary(self, "tan")

    def arcsin(self) -> Value:
        """The angle whose sine is x."""
        return apply_unary(self, "asin")

    def arccos(self) -> Value:
        """The angle whose cosine is x."""
        return apply_unary(self, "acos")

    def arctan(self) -> Value:
        """The angle whose tangent is x."""
        return apply_unary(self, "atan")

    def sinh(self) -> Value:
        """The hyperbolic sine."""
        return apply_unary(self, "sinh")

    def cosh(self) -> Value:
        """The hyperbolic cosine."""
        return apply_unary(self, "cosh")

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        return tanh_of(self)

    def arcsinh(self) -> Value:
        """The inverse hyperbolic sine."""
        return apply_unary(self, "asinh")

    def arccosh(self) -> Value:
        """The inverse hyperbolic cosine."""
        return apply_unary(self, "acosh")

    def arctanh(self) -> Value:
        """The inverse hyperbolic tangent."""
        return apply_unary(self, "atanh")

    def rint(self) -> Value:
        """The nearest whole number, halves to even."""
        return apply_unary(self, "round")

    def sign(self) -> Value:
        """-1, 0 or 1."""
        return apply_unary(self, "sign")

    def conjugate(self) -> Value:
        """x itself, a real number; `np.var` and `np.std` ask for it."""
        return self

    def deg2rad(self) -> Value:
        """x degrees in radians."""
        return multiply_number(self, RADIANS_A_DEGREE, False)

    def rad2deg(self) -> Value:
        """x radians in degrees."""
        return multiply_number(self, DEGREES_A_RADIAN, False)

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


install(Value)
