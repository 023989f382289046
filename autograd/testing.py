"""For unit tests of your own: check a derivative by finite differences, or a gradient against one derived by hand."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd.derivatives import grad
from autograd.engine import ops
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.support.convert import Number, to_float

STEP = 2.0**-17  # about the cube root of the float epsilon, where truncation and rounding of a central difference meet


class GradientMismatch(AssertionError):
    """A gradient is not what it was expected to be; the message shows both, side by side."""


@dataclass(frozen=True)
class Comparison:
    """One derivative: by the engine, by central differences, and the slopes on either side."""

    name: str
    analytic: float
    numeric: float
    left: float
    right: float
    agrees: bool
    kink: bool

    def __str__(self) -> str:
        mark = "kink" if self.kink else "ok" if self.agrees else "WRONG"
        return f"{self.name:<16} {self.analytic:>22.15g} {self.numeric:>22.15g}  {mark}"


@dataclass(frozen=True)
class GradcheckReport:
    """What `gradcheck` found; true if nothing is wrong. `str()` shows every derivative in two columns."""

    comparisons: tuple[Comparison, ...]
    conventions: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return all(c.agrees for c in self.comparisons)

    def __str__(self) -> str:
        lines = [f"{'derivative':<16} {'analytic':>22} {'numeric':>22}", *map(str, self.comparisons)]
        for c in self.comparisons:
            if c.kink:
                lines.append(
                    f"{c.name}: a kink, the one-sided slopes differ ({c.left:.6g} from the left, {c.right:.6g} from "
                    f"the right); the engine takes {c.analytic:.6g}, {'between' if c.agrees else 'NOT between'} the two"
                )
        return "\n".join([*lines, *self.conventions])


def gradcheck(
    f: Callable[..., Any],
    inputs: Any,
    *,
    order: int = 1,
    rtol: float = 1e-5,
    atol: float = 1e-9,
    step: float = STEP,
) -> GradcheckReport:
    """Compare the derivatives of f at the inputs, up to the given order, with central differences.

    (f(x + h) − f(x − h)) / 2h with h = step · max(1, |x|); order 2 does the same to the first derivatives, and so on.
    f takes one scalar for each input. At a kink, where the two one-sided slopes differ, the derivative is accepted if
    it lies between them, and the report says which convention the engine follows.

    Raises GradientMismatch, an AssertionError that shows the report, if a derivative is off.

    >>> bool(gradcheck(lambda x, y: x**2 * y, [3.0, 2.0], order=2))
    True
    >>> print(gradcheck(lambda x: x.relu(), [0.0]))
    derivative                     analytic                numeric
    ∂x                                    0                    0.5  kink
    ∂x: a kink, the one-sided slopes differ (0 from the left, 1 from the right); the engine takes 0, between the two
    relu at 0: slope 0 at exactly 0, by convention
    """
    if not isinstance(order, int) or order < 1:
        raise ValueError(f"order must be a whole number from 1 on, got {order!r}")
    for name, number, least in (("rtol", rtol, 0.0), ("atol", atol, 0.0), ("step", step, 1e-300)):
        if not least <= number < math.inf:
            raise ValueError(f"{name} must be {'above' if least else 'at least'} 0 and finite, got {number!r}")
    given = list(inputs) if isinstance(inputs, Sequence) or hasattr(inputs, "__iter__") else [inputs]
    if not given:
        raise ValueError("gradcheck has no inputs: give at least one number to differentiate by")
    point = [x.data if isinstance(x, Value) else to_float(x) for x in given]
    names = _input_names(f, given)
    comparisons: list[Comparison] = []
    for depth in range(order):
        comparisons += _compare(f, point, names, depth, rtol, atol, step)
    report = GradcheckReport(tuple(comparisons), tuple(_conventions(f, point)))
    if not report:
        wrong = [c.name for c in comparisons if not c.agrees]
        raise GradientMismatch(f"derivatives disagree with finite differences in {', '.join(wrong)}\n{report}")
    return report


def _compare(
    f: Callable[..., Any], point: list[float], names: list[str], depth: int, rtol: float, atol: float, step: float
) -> list[Comparison]:
    """The derivatives of order depth + 1 against differences of those of order depth."""
    analytic = _partials(f, point, depth + 1)
    middle = _partials(f, point, depth)
    found = []
    for j, x in enumerate(point):
        h = step * max(1.0, abs(x))
        up = _partials(f, [*point[:j], x + h, *point[j + 1 :]], depth)
        down = _partials(f, [*point[:j], x - h, *point[j + 1 :]], depth)
        for path, value in middle.items():
            exact = analytic[(*path, j)]
            right, left = (up[path] - value) / h, (value - down[path]) / h
            numeric = (up[path] - down[path]) / (2 * h)
            close = abs(numeric - exact) <= atol + rtol * max(abs(numeric), abs(exact)) or numeric == exact
            # A smooth function's one-sided slopes differ by h·f″: a kink is a gap that half the step leaves as it is.
            kink = _gap_stays(f, point, j, path, depth, h, right - left)
            between = min(left, right) - atol <= exact <= max(left, right) + atol
            name = "∂" + "∂".join(names[k] for k in (*path, j))
            found.append(Comparison(name, exact, numeric, left, right, close or (kink and between), kink))
    return found


def _gap_stays(f: Any, point: list[float], j: int, path: tuple[int, ...], depth: int, h: float, gap: float) -> bool:
    if not (math.isfinite(gap) and abs(gap) > 1e-4):
        return False
    sides = [_partials(f, [*point[:j], point[j] + d, *point[j + 1 :]], depth)[path] for d in (-h / 2, 0.0, h / 2)]
    half = (sides[2] - 2 * sides[1] + sides[0]) / (h / 2)
    return abs(half - gap) <= 0.25 * abs(gap)


def _partials(f: Callable[..., Any], point: list[float], order: int) -> dict[tuple[int, ...], float]:
    """All partial derivatives of one order, by the indices of the inputs in the order of differentiation."""
    leaves = [Value(x) for x in point]
    if order == 0:
        return {(): to_float(_number_of(f(*leaves)))}
    results: dict[tuple[int, ...], Value] = {(): _recorded(f(*leaves))}
    for _ in range(order):
        results = {
            (*path, j): slope
            for path, result in results.items()
            for j, slope in enumerate(grad(result, leaves, create_graph=True))
        }
    return {path: result.data for path, result in results.items()}


def _recorded(output: Any) -> Value:
    return output if isinstance(output, Value) else Value(output, role="constant")


def _number_of(output: Any) -> Any:
    return output.data if isinstance(output, Value) else output


def _input_names(f: Callable[..., Any], given: list[Any]) -> list[str]:
    try:
        names = [p.name for p in inspect.signature(f).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        names = []
    spare = [f"x{i}" for i in range(len(given))]
    return [
        getattr(x, "label", "") or name
        for x, name in zip(given, names if len(names) == len(given) else spare, strict=True)
    ]


def _conventions(f: Callable[..., Any], point: list[float]) -> list[str]:
    """A sentence for each operation that sits exactly on a point where its derivative is a convention."""
    found: dict[str, None] = {}
    for node in topological_order(_recorded(f(*[Value(x) for x in point]))):
        numbers = [operand.data for operand in node.operands]
        if not node.is_leaf and (op := ops.TABLE[node.op]).at_kink(numbers):
            found[f"{op.name} at {', '.join(f'{x:g}' for x in numbers)}: {op.convention}"] = None
    return list(found)


def assert_gradient(value: Value, by_hand: Number, *, rtol: float = 1e-9, atol: float = 0.0) -> None:
    """Assert that `value.grad` is the number that was derived by hand; two nan agree.

    Raises GradientMismatch, an AssertionError that shows both and how far apart they are.

    >>> w = Value(3.0, label="w")
    >>> (w * w).backward()
    >>> assert_gradient(w, 2 * 3.0)
    >>> assert_gradient(w, 3.0)
    Traceback (most recent call last):
    autograd.testing.GradientMismatch: the gradients differ in w
                  engine    by hand  difference
      w                6          3  3           <-- off by the factor 2
    """
    assert_gradients({value: by_hand}, rtol=rtol, atol=atol)


def _hint(engine: float, hand: float) -> str:
    """What the two numbers have to do with each other."""
    if math.isnan(hand) or math.isnan(engine):
        return f"{'by hand' if math.isnan(hand) else 'the engine'} it is nan"
    if engine == 0.0:
        return "the engine has 0: was backward() called?"
    if hand == 0.0:
        return "by hand it is 0"
    if abs(engine / hand - 1.0) < 5e-3:
        digits = -math.floor(math.log10(abs(engine / hand - 1.0))) - 1
        return f"they agree to {digits} digits: rounded? give more, or rtol="
    return f"off by the factor {engine / hand:.4g}"


def assert_gradients(by_hand: Mapping[Value, Number], *, rtol: float = 1e-9, atol: float = 0.0) -> None:
    """Assert the `.grad` of several Values at once; the message lists all of them, right ones too.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> (a * b).backward()
    >>> assert_gradients({a: 3.0, b: 2.0})
    """
    if not by_hand:
        raise ValueError("assert_gradients was given nothing to compare")
    lines, wrong = [], []
    for i, (value, expected) in enumerate(by_hand.items()):
        if not isinstance(value, Value):
            raise TypeError(f"assert_gradient takes a Value and its gradient by hand, got {value!r}")
        hand, engine, name = to_float(expected), value.grad, value.label or f"value {i}"
        same = engine == hand or (engine != engine and hand != hand)
        if same or (math.isfinite(engine) and math.isfinite(hand) and abs(engine - hand) <= atol + rtol * abs(hand)):
            lines.append(f"  {name:<8} {engine:>10.10g} {hand:>10.10g}")
        else:
            wrong.append(name)
            lines.append(
                f"  {name:<8} {engine:>10.10g} {hand:>10.10g}  {engine - hand:<9.4g}   <-- {_hint(engine, hand)}"
            )
    if wrong:
        head = f"  {'':<8} {'engine':>10} {'by hand':>10}  difference"
        raise GradientMismatch("\n".join([f"the gradients differ in {', '.join(wrong)}", head, *lines]))
