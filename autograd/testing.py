"""For unit tests of your own: check a derivative by finite differences, or a gradient against one derived by hand."""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.checking.comparing import STEP, Tolerance, compare
from autograd.checking.partials import Partials
from autograd.checking.report import Comparison as Comparison
from autograd.checking.report import GradcheckReport as GradcheckReport
from autograd.engine import ops
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.support.convert import Number, to_float
from autograd.support.text import short


class GradientMismatch(AssertionError):
    """A gradient is not what it was expected to be; the message shows both, side by side."""


def gradcheck(
    f: Callable[..., Any],
    inputs: Any,
    *,
    order: int = 1,
    rtol: float = 1e-5,
    atol: float = 0.0,
    step: float | None = None,
) -> GradcheckReport:
    """Compare the derivatives of f at the inputs, up to the given order, with difference quotients.

    (f(x + h) − f(x − h)) / 2h with h = step · max(1, |x|), step = 2⁻¹⁷ unless it is given, is enough if it agrees to
    rtol. If not, quotients over many steps are extrapolated to step 0 (Ridders 1982), and tell how far off they are:
    |analytic − numeric| <= rtol · max(|analytic|, |numeric|) + atol + that error is right. Where the error would hide
    0.1 % of the slope, the report shows it in place of "ok". Order 2 does the same to the first derivatives, and so on.

    f takes one scalar for each input. At a kink, where the two one-sided slopes differ, the derivative is accepted if
    it lies between them, and the report says which convention the engine follows.

    Raises GradientMismatch, an AssertionError that shows the report, if a derivative is off; ValueError if f gives
    another number when it is called again.

    >>> bool(gradcheck(lambda x, y: x**2 * y, [3.0, 2.0], order=2))
    True
    >>> print(gradcheck(lambda x: x.log(), [1e-9]))
    derivative                     analytic                numeric
    ∂x                           1000000000        ...  ok
    >>> print(gradcheck(lambda x: x.relu(), [0.0]))
    derivative                     analytic                numeric
    ∂x                                    0                    0.5  kink
    ∂x: a kink, the one-sided slopes differ (0 from the left, 1 from the right); the engine takes 0, between the two
    relu at 0: slope 0 at exactly 0, by convention
    """
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise ValueError(f"order must be a whole number from 1 on, got {order!r}")
    _check_tolerance("rtol", rtol)
    _check_tolerance("atol", atol)
    step = STEP if step is None else step
    if not _is_number(step) or not 1e-300 <= step < math.inf:
        raise ValueError(f"step must be above 0 and finite, got {step!r}")
    if not callable(f):
        raise TypeError(f"gradcheck takes a function and its inputs, got {short(f)} ({type(f).__name__})")
    given = list(inputs) if isinstance(inputs, Sequence) or hasattr(inputs, "__iter__") else [inputs]
    if not given:
        raise ValueError("gradcheck has no inputs: give at least one number to differentiate by")
    point = [x.data if isinstance(x, Value) else to_float(x) for x in given]
    names = _input_names(f, given)
    partials = Partials(f, point, order)
    comparisons: list[Comparison] = []
    for depth in range(order):
        kinked = any(c.kink for c in comparisons)
        comparisons += [
            compare(partials, path, j, names, Tolerance(rtol, atol), step, kinked)
            for j in range(len(point))
            for path in partials.recorded[depth]
        ]
    report = GradcheckReport(tuple(comparisons), tuple(_conventions(partials.recorded[0][()])))
    if not report:
        wrong = [c.name for c in comparisons if not c.agrees]
        raise GradientMismatch(f"derivatives disagree with finite differences in {', '.join(wrong)}\n{report}")
    return report


def _check_tolerance(name: str, tolerance: Any) -> None:
    if not _is_number(tolerance) or not 0.0 <= tolerance < math.inf:
        raise ValueError(f"{name} must be at least 0 and finite, got {tolerance!r}")


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool)


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


def _conventions(output: Value) -> list[str]:
    """A sentence for each operation that sits exactly on a point where its derivative is a convention."""
    found: dict[str, None] = {}
    for node in topological_order(output):
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
