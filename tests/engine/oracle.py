"""Every operation of the table beside its twin in PyTorch, with the points at which both are tried.

A new operation needs one entry here: without it the tests of this folder fail and name the row that is missing.
`check_slopes` and `check_orders` are what the tests call, and what the mutation tests see fail.

Points are where the function is smooth and its derivatives well conditioned. So left out are: 1 − y² of a tanh or a
sigmoid beyond 4, where no digit of y is left in it; the neighbourhoods of zeros of a value or slope, such as lgamma at
1 and 2; anything below 1e-280, where the absolute floor would let a zero pass. `first_only` points are good for values
and slopes, but in a higher order one of the two loses digits; the comment there says which one and where.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

import autograd as ag
from autograd import Value, custom, grad
from autograd.engine import ops

Point = tuple[float, ...]
Partials = dict[tuple[int, ...], float]  # by the operands of differentiation, in order; () is the value

SLOPE_TOLERANCE = 1e-14  # one operation: two math libraries differ by a few units in the last place
ORDER_TOLERANCE = 1e-12  # second and third derivatives: sums of products of such
FLOOR = 1e-300
SMALLEST = 1e-280  # an expected number other than 0 must be larger, or 0 would pass for it


@dataclass(frozen=True)
class Twin:
    """One operation in both libraries; `ours` records a single node of the row `name`."""

    name: str
    ours: Callable[..., Any]
    torch: Callable[..., Any]
    points: tuple[Point, ...]
    first_only: tuple[Point, ...] = ()


def built_in_rows() -> dict[str, ops.Op]:
    """The rows of the table without those that other tests may have added."""
    return {name: op for name, op in ops.TABLE.items() if name not in custom._OWN}


class _Psi(torch.autograd.Function):
    """ψ⁽ⁿ⁾(x), n = -1 for lgamma. PyTorch's own trigamma is good to 1e-9 only, its Hurwitz zeta function to 1e-15."""

    @staticmethod
    def forward(ctx: Any, n: Any, x: Any) -> Any:
        ctx.save_for_backward(n, x)
        order = int(n)
        if order < 1:
            return torch.lgamma(x) if order < 0 else torch.digamma(x)
        return (-1.0) ** (order + 1) * math.factorial(order) * torch.special.zeta(n + 1.0, x)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> Any:
        n, x = ctx.saved_tensors
        return slopes[0] * math.nan, slopes[0] * _psi(n + 1.0, x)


def _psi(n: Any, x: Any) -> Any:
    return _Psi.apply(torch.as_tensor(n, dtype=torch.float64), x)  # type: ignore[no-untyped-call]


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of one tensor as one of several scalars."""
    return lambda *xs: function(torch.stack(xs))


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: function(xs)


def _flat(function: Callable[..., Any]) -> Callable[..., Any]:
    """A comparison or a step: PyTorch gives a truth value or refuses a derivative, which for a scalar is 0."""
    return lambda *xs: function(*[x.detach() for x in xs]).to(torch.float64)


def _dot(a: Any, b: Any, c: Any, d: Any, bias: Any) -> Any:
    return torch.dot(torch.stack([a, b]), torch.stack([c, d])) + bias


def _hardtanh(x: Any, lo: Any, hi: Any) -> Any:
    # PyTorch's own takes numbers for bounds: flat on them, so the bound has the slope there; the upper one wins.
    held = torch.where((lo < hi) & (x <= lo), lo, hi)
    return torch.where((lo < x) & (x < hi), x, held)


def _one(*xs: float) -> tuple[Point, ...]:
    return tuple((x,) for x in xs)


PAIRS: tuple[Point, ...] = ((2.0, 3.0), (-0.5, 1.25), (1e40, -3e30), (0.75, -1e-9))
LIST: tuple[Point, ...] = ((1.5, 2.0, 6.0), (-0.5, 3.25, -2.0, 0.125))
LOGITS: tuple[Point, ...] = ((1.5, 2.0, 4.0), (-0.5, 1.0))

TWINS = (
    Twin("+", ag.add, torch.add, PAIRS),
    Twin("-", ag.subtract, torch.sub, PAIRS),
    Twin("*", ag.multiply, torch.mul, PAIRS),
    Twin("/", ag.divide, torch.div, PAIRS),
    Twin("**", ag.power, torch.pow, ((2.0, 3.0), (0.3, -1.7), (5.5, 0.25), (1.5, 40.0), (1e50, 2.5))),
    Twin("neg", ag.negative, torch.neg, _one(-0.7, 3.0)),
    Twin("%", ag.remainder, torch.remainder, ((7.5, 3.0), (-7.5, 3.0), (7.5, -3.0), (0.4, -1.7))),
    Twin("//", ag.floor_divide, _flat(torch.floor_divide), ((7.5, 3.0), (-7.5, 3.0), (0.4, -1.7))),
    Twin("abs", ag.abs, torch.abs, _one(-0.7, 3.0)),
    Twin("square", ag.square, torch.square, _one(-0.7, 3.0, 1e100)),
    Twin("reciprocal", ag.reciprocal, torch.reciprocal, _one(-0.7, 3.0, 1e60)),
    Twin("sqrt", ag.sqrt, torch.sqrt, _one(1e-80, 0.3, 2.0, 1e80)),
    Twin("cbrt", ag.cbrt, lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), _one(-2.7, 0.3, 1.5, 9.0)),
    Twin("exp", ag.exp, torch.exp, _one(-600.0, -1.0, 1e-9, 0.5, 3.0, 700.0)),
    Twin("exp2", ag.exp2, torch.exp2, _one(-900.0, -1.3, 1e-9, 0.5, 3.0, 1000.0)),
    Twin("expm1", ag.expm1, torch.expm1, _one(-3.0, -1.0, 1e-9, 0.5, 3.0, 700.0)),
    Twin("log", ag.log, torch.log, _one(1e-90, 1e-5, 0.5, 3.0, 1e90)),
    Twin("log2", ag.log2, torch.log2, _one(1e-90, 1e-5, 0.5, 3.0, 1e90)),
    Twin("log10", ag.log10, torch.log10, _one(1e-90, 1e-5, 0.5, 3.0, 1e90)),
    Twin("log1p", ag.log1p, torch.log1p, _one(-0.9, 1e-200, 1e-5, 0.5, 3.0, 1e90)),
    Twin("xlogy", ag.xlogy, torch.xlogy, ((2.0, 3.0), (-0.5, 0.25), (0.0, 2.0), (1e-3, 1e5))),
    Twin("logaddexp", ag.logaddexp, torch.logaddexp, ((1.0, 2.0), (-1.0, 0.5), (700.0, 701.0), (4.0, 3.0))),
    Twin("sin", ag.sin, torch.sin, _one(0.3, -2.0, 1e-9, 100.0)),
    Twin("cos", ag.cos, torch.cos, _one(0.3, -2.0, 1e-9, 100.0)),
    Twin("tan", ag.tan, torch.tan, _one(0.3, -1.2, 1e-9, 2.5)),
    Twin("asin", ag.asin, torch.asin, _one(0.3, -0.9, 1e-9, 0.99)),
    Twin("acos", ag.acos, torch.acos, _one(0.3, -0.9, 1e-9, 0.99)),
    Twin("atan", ag.atan, torch.atan, _one(0.3, -3.0, 1e-9, 1e8)),
    Twin("atan2", ag.atan2, torch.atan2, ((1.0, 2.0), (-3.0, 0.5), (0.2, -1.0), (1e-40, 1e-39), (-2.0, -3.0))),
    Twin("hypot", ag.hypot, torch.hypot, ((3.0, 4.0), (-0.5, 0.3), (1e50, -2e50))),
    Twin("sinh", ag.sinh, torch.sinh, _one(0.3, -3.0, 1e-9, 700.0)),
    Twin("cosh", ag.cosh, torch.cosh, _one(0.3, -3.0, 1e-9, 700.0)),
    Twin("tanh", ag.tanh, torch.tanh, _one(0.3, -1.5, 1e-9, 2.0)),
    # PyTorch squares x on the way to the third derivative of asinh and acosh, and gets its sign wrong at 1e100.
    Twin("asinh", ag.asinh, torch.asinh, _one(0.3, -3.0, 1e-9, 1e5), first_only=_one(1e100)),
    Twin("acosh", ag.acosh, torch.acosh, _one(1.01, 1.5, 3.0, 1e5), first_only=_one(1e100)),
    Twin("atanh", ag.atanh, torch.atanh, _one(0.3, -0.9, 1e-9, 0.99)),
    Twin("erf", ag.erf, torch.erf, _one(0.3, -2.0, 1e-9, 5.0)),
    Twin("lgamma", ag.lgamma, lambda x: _psi(-1.0, x), _one(0.1, 0.5, 3.7, 12.3, 1e5)),
    Twin("digamma", ag.digamma, lambda x: _psi(0.0, x), _one(0.1, 0.5, 3.7, 12.3, 1e5)),
    Twin("polygamma", ag.polygamma, _psi, ((1.0, 0.5), (2.0, 3.7), (3.0, 12.3), (0.0, 2.5))),
    Twin("floor", ag.floor, torch.floor, _one(2.5, -2.5, 1e300)),
    Twin("ceil", ag.ceil, torch.ceil, _one(2.5, -2.5, 1e300)),
    Twin("round", ag.round, torch.round, _one(2.3, -2.7, 1e300)),
    Twin("sign", ag.sign, torch.sign, _one(2.5, -2.5)),
    Twin("greater", ag.greater, _flat(torch.gt), ((1.0, 2.0), (2.0, 1.0))),
    Twin("greater_equal", ag.greater_equal, _flat(torch.ge), ((1.0, 2.0), (2.0, 1.0))),
    Twin("equal", ag.equal, _flat(torch.eq), ((1.0, 2.0), (2.0, 2.0))),
    Twin("isnan", ag.isnan, _flat(torch.isnan), _one(1.0)),
    Twin("maximum", ag.maximum, torch.maximum, ((1.0, 2.0), (2.0, -1.0))),
    Twin("minimum", ag.minimum, torch.minimum, ((1.0, 2.0), (2.0, -1.0))),
    Twin("where", ag.where, lambda c, a, b: torch.where(c != 0.0, a, b), ((1.0, 2.0, 3.0), (0.0, 2.0, 3.0))),
    Twin("clamp", ag.clamp, torch.clamp, ((0.5, -1.0, 1.0), (-2.0, -1.0, 1.0), (2.0, -1.0, 1.0), (0.0, 2.0, -2.0))),
    Twin("sigmoid", ag.sigmoid, torch.sigmoid, _one(-600.0, -30.0, -3.0, 0.3, 2.0)),
    # Second order: σ′ = y(1 − y) has no digits left where y is near 1, for us at -600, for PyTorch at 30.
    Twin("logsigmoid", ag.logsigmoid, functional.logsigmoid, _one(-3.0, 0.3, 2.0), first_only=_one(-600.0, 30.0)),
    Twin("relu", ag.relu, torch.relu, _one(-0.7, 3.0)),
    Twin("leaky_relu", ag.leaky_relu, functional.prelu, ((-2.0, 0.25), (3.0, 0.25))),
    Twin("elu", ag.elu, lambda x, a: torch.where(x > 0.0, x, a * torch.expm1(x)),
         ((-2.0, 1.5), (3.0, 1.5), (-1e-9, 2.0))),
    Twin("selu", ag.selu, functional.selu, _one(-2.0, 3.0, -1e-9)),
    # At βx = 19 the slope in β, x·σ − y, keeps eight digits in both libraries: left out.
    Twin("softplus", ag.softplus, lambda x, b: torch.where(b * x > 20.0, x, torch.log1p(torch.exp(b * x)) / b),
         ((-3.0, 1.0), (0.3, 1.0), (2.0, 2.0), (1.0, 0.5), (21.0, 1.0))),
    Twin("silu", ag.silu, functional.silu, _one(-30.0, -3.0, 0.3, 2.0)),
    Twin("gelu", ag.gelu, functional.gelu, _one(-1.9, -0.3, 0.3, 1.2)),
    Twin("gelu_tanh", lambda x: ag.gelu(x, "tanh"), lambda x: functional.gelu(x, approximate="tanh"),
         _one(-1.5, -0.3, 0.3, 2.0)),
    Twin("mish", ag.mish, functional.mish, _one(-30.0, -3.0, 0.3, 2.0)),
    Twin("hardtanh", ag.hardtanh, _hardtanh, ((0.5, -1.0, 1.0), (-2.0, -1.0, 1.0), (2.0, -1.0, 1.0), (0.0, 2.0, -2.0))),
    Twin("softsign", ag.softsign, functional.softsign, _one(-30.0, -3.0, 0.3, 2.0)),
    Twin("sum", _listed(ag.sum), _over(torch.sum), (*LIST, (-0.5,))),
    Twin("prod", _listed(ag.prod), _over(torch.prod), (*LIST, (-0.5,))),
    Twin("mean", _listed(ag.mean), _over(torch.mean), (*LIST, (-0.5,))),
    Twin("var", _listed(ag.var), _over(torch.var), LIST),
    Twin("std", _listed(ag.std), _over(torch.std), ((1.5, 2.5, 6.0), (-0.5, 3.25, -2.0, 0.125))),
    Twin("norm", _listed(ag.norm), _over(torch.linalg.vector_norm), (*LIST, (-0.5,))),
    Twin("max", _listed(ag.max), _over(torch.max), (*LIST, (6.0, 1.5, 2.0))),
    Twin("min", _listed(ag.min), _over(torch.min), (*LIST, (6.0, 1.5, 2.0))),
    Twin("dot", lambda a, b, c, d, e: ag.dot([a, b], [c, d], e), _dot,
         ((1.5, 2.0, 6.0, -3.0, 0.4), (-0.5, 0.0, 7.0, 2.0, 1.0))),
    Twin("logsumexp", _listed(ag.logsumexp), _over(lambda xs: torch.logsumexp(xs, 0)), LOGITS),
    Twin("softmax", lambda *xs: ag.softmax(xs)[1], _over(lambda xs: torch.softmax(xs, 0)[1]), LOGITS),
    Twin("log_softmax", lambda *xs: ag.log_softmax(xs)[1], _over(lambda xs: torch.log_softmax(xs, 0)[1]), LOGITS),
)  # fmt: skip


def partials(function: Callable[..., Any], point: Point, orders: int) -> Partials:
    """The value and all partial derivatives up to an order, from the engine's recorded derivatives."""
    xs = [Value(x) for x in point]
    results: dict[tuple[int, ...], Value] = {(): function(*xs)}
    found: Partials = {(): results[()].data}
    for _ in range(orders):
        results = {
            (*path, j): slope
            for path, result in results.items()
            for j, slope in enumerate(grad(result, xs, create_graph=True))
        }
        found |= {path: result.data for path, result in results.items()}
    return found


def torch_partials(function: Callable[..., Any], point: Point, orders: int) -> Partials:
    """The same from PyTorch; what it calls unused or constant has derivative 0."""
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    results: dict[tuple[int, ...], Any] = {(): function(*xs)}
    found: Partials = {(): results[()].item()}
    for _ in range(orders):
        results = {
            (*path, j): slope for path, result in results.items() for j, slope in enumerate(_torch_grad(result, xs))
        }
        found |= {path: result.item() for path, result in results.items()}
    return found


def _torch_grad(result: Any, xs: list[Any]) -> Sequence[Any]:
    if not result.requires_grad:
        return [torch.zeros((), dtype=torch.float64)] * len(xs)
    return torch.autograd.grad(result, xs, create_graph=True, materialize_grads=True)


def agree(got: float, expected: float, tolerance: float) -> bool:
    """Whether two numbers are as close as rounding allows; nan agrees with nan, inf with itself alone."""
    if math.isfinite(got) and math.isfinite(expected):
        return abs(got - expected) <= max(tolerance * abs(expected), FLOOR)
    return got == expected or (got != got and expected != expected)


def check_slopes(twin: Twin, point: Point) -> None:
    """Assert value and slopes: as recorded, from `backward()`, from `grad()`, and from a `grad()` that records."""
    expected = torch_partials(twin.torch, point, 1)
    xs = [Value(x) for x in point]
    y = twin.ours(*xs)
    assert y.op == twin.name and len(y.operands) == len(point)
    plain, recorded = grad(y, xs), grad(y, xs, create_graph=True)
    if y.requires_grad:
        y.backward()
    _assert_agree(twin, point, "value", y.data, expected[()], SLOPE_TOLERANCE)
    for i, x in enumerate(xs):
        slopes = {"recorded": y.local_grads[i], "backward": x.grad, "grad": plain[i], "graph": recorded[i].data}
        for source, slope in slopes.items():
            _assert_agree(twin, point, f"slope by operand {i} ({source})", slope, expected[(i,)], SLOPE_TOLERANCE)


def check_orders(twin: Twin, point: Point) -> None:
    """Assert every second and third partial derivative, mixed ones in every order of differentiation."""
    expected = torch_partials(twin.torch, point, 3)
    got = partials(twin.ours, point, 3)
    assert got.keys() == expected.keys()
    for path, number in expected.items():
        _assert_agree(twin, point, f"derivative by operands {path}", got[path], number, ORDER_TOLERANCE)


def _assert_agree(twin: Twin, point: Point, what: str, got: float, expected: float, tolerance: float) -> None:
    where = f"{twin.name} at {point}: {what} is"
    if 0.0 < abs(expected) < SMALLEST:
        raise ValueError(f"{where} {expected:g}, so small that 0 would pass: choose another point")
    assert agree(got, expected, tolerance), f"{where} {got!r}, PyTorch says {expected!r}"
