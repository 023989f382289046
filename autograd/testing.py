"""For unit tests of your own: check a derivative by finite differences, or a gradient against one derived by hand."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from autograd.checking.arguments import check_order, check_step, check_tolerance, read_inputs
from autograd.checking.by_hand import Entry, compare_by_hand
from autograd.checking.causes import causes
from autograd.checking.comparing import STEP, Tolerance, compare
from autograd.checking.mismatch import Mismatch
from autograd.checking.partials import Partials
from autograd.checking.report import Comparison as Comparison
from autograd.checking.report import GradcheckReport as GradcheckReport
from autograd.engine import ops
from autograd.engine.value import Value
from autograd.explanation.notation import unique
from autograd.graph import topological_order
from autograd.support.convert import Number, to_float
from autograd.support.keywords import suggest_keywords
from autograd.support.settings import check_function
from autograd.support.text import clean, got, short, shorten

NAMES = {
    "tol": ["rtol"], "tolerance": ["rtol"], "rel": ["rtol"], "rel_tol": ["rtol"], "rtolerance": ["rtol"],
    "abs": ["atol"], "abs_tol": ["atol"], "delta": ["atol"], "loss": ["output"], "root": ["output"],
    "expected": ["by_hand"], "grad": ["by_hand"], "gradients": ["by_hand"],
}  # fmt: skip


class GradientMismatch(AssertionError):
    """A gradient is not what it was expected to be; the message shows both, side by side."""

    def __init__(self, message: str = "", table: Mismatch | None = None) -> None:
        super().__init__(message)
        self.table = table

    def _repr_html_(self) -> str | None:
        """The same as a table, where a notebook shows an error that was caught."""
        return self.table.html() if self.table else None

    def _render_traceback_(self) -> Any:
        """What IPython shows if nobody catches the error: the user's own lines and the message.

        IPython leaves out frames with `__tracebackhide__`, as pytest does, but never the last one.
        """
        from IPython.core.getipython import get_ipython

        shown = self.__traceback__
        while shown and shown.tb_next and not shown.tb_next.tb_frame.f_locals.get("__tracebackhide__"):
            shown = shown.tb_next
        if shown:
            shown.tb_next = None
        shell = get_ipython()
        assert shell  # nobody else asks
        return shell.InteractiveTB.structured_traceback(type(self), self, self.__traceback__)


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
    another number when it is called again, for an order above 10 and tolerances below 0; TypeError for arguments of the
    wrong kind, and if f takes another number of inputs.

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
    __tracebackhide__ = True
    order = check_order(order)
    tolerance = Tolerance(check_tolerance("rtol", rtol), check_tolerance("atol", atol))
    step = STEP if step is None else check_step(step)
    check_function("gradcheck", "f", f)
    given = read_inputs(inputs)
    point = [x.data if isinstance(x, Value) else to_float(x) for x in given]
    names = _input_names(f, given)
    partials = Partials(f, point, order)
    comparisons: list[Comparison] = []
    for depth in range(order):
        kinked = any(c.kink for c in comparisons)
        comparisons += [
            compare(partials, path, j, names, tolerance, step, kinked)
            for j in range(len(point))
            for path in partials.recorded[depth]
        ]
    report = GradcheckReport(tuple(comparisons), tuple(_conventions(partials.recorded[0][()])))
    if not report:
        wrong = [c.name for c in comparisons if not c.agrees]
        lines = [f"derivatives disagree with finite differences in {', '.join(wrong)}", str(report)]
        raise GradientMismatch("\n".join([*lines, *causes(partials, comparisons[: len(point)], names)]))
    return report


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


@suggest_keywords(NAMES)
def assert_gradient(
    value: Value, by_hand: Number, *, output: Value | None = None, rtol: float = 1e-9, atol: float = 0.0
) -> None:
    """Assert that `value.grad` is the number that was derived by hand; two nan agree.

    Given the `output` that `backward()` was called on, the message names the mistake: `assert_gradients` says which.

    Raises GradientMismatch, an AssertionError that shows both and how far apart they are; TypeError and ValueError for
    wrong arguments.

    >>> w = Value(3.0, label="w")
    >>> (w * w).backward()
    >>> assert_gradient(w, 2 * 3.0)
    >>> assert_gradient(w, 3.0)
    Traceback (most recent call last):
    autograd.testing.GradientMismatch: the gradients differ in w
                  engine    by hand  difference
      w                6          3  3           <-- off by the factor 2
    """
    __tracebackhide__ = True
    if not isinstance(value, Value):
        raise TypeError(
            f"assert_gradient takes a Value and its gradient by hand, got {got(value)}"
            "; for several, assert_gradients takes a dict of them"
        )
    mismatch = _compare("assert_gradient", {value: by_hand}, output, rtol, atol)
    if mismatch:
        raise GradientMismatch(str(mismatch), mismatch)


@suggest_keywords(NAMES)
def assert_gradients(
    by_hand: Mapping[Value | str, Number] | Mapping[Value, Number] | Mapping[str, Number],
    *,
    output: Value | None = None,
    rtol: float = 1e-9,
    atol: float = 0.0,
) -> None:
    """Assert the `.grad` of several Values at once; the message lists all of them, right ones too.

    Given the `output` that `backward()` was called on, labels can stand for Values, and the message names the mistake
    where one fits each wrong number, to the digits that were written: a path left out or counted twice, the only one
    summed; a local derivative forgotten, there twice or turned round; the 2 of a square; a sign; two numbers swapped.
    Where three mistakes fit, or one may fit by chance, it names none. A node that is not in the graph of the output has
    no other gradient than 0.

    Raises GradientMismatch, an AssertionError that shows all; TypeError and ValueError for wrong arguments.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> (a * b).backward()
    >>> assert_gradients({a: 3.0, b: 2.0})

    A weight reaches y along two paths, of which one was left out:

    >>> from autograd import sigmoid, tanh
    >>> w = Value(0.5, label="w")
    >>> h, k = sigmoid(w * 0.8), tanh(w * -0.4)
    >>> y = h * 1.1 + k * 0.7
    >>> h.label, k.label, y.label = "h", "k", "y"
    >>> y.backward()
    >>> assert_gradients({"w": 0.8 * h.data * (1 - h.data) * 1.1}, output=y)
    Traceback (most recent call last):
    autograd.testing.GradientMismatch: the gradients differ in w
                       engine      by hand  difference
      w        -0.05766257898 0.2114294563  -0.2691
    w: the path y ← k ← w is left out, its product is −0.2691
    """
    __tracebackhide__ = True
    mismatch = _compare("assert_gradients", by_hand, output, rtol, atol)
    if mismatch:
        raise GradientMismatch(str(mismatch), mismatch)


def _compare(owner: str, by_hand: Any, output: Any, rtol: Any, atol: Any) -> Mismatch | None:
    """The arguments, checked, and what does not agree."""
    __tracebackhide__ = True
    rtol, atol = check_tolerance("rtol", rtol, owner), check_tolerance("atol", atol, owner)
    if output is not None and not isinstance(output, Value):
        raise TypeError(f"{owner}: output must be the Value that backward() was called on, got {got(output)}")
    if not isinstance(by_hand, Mapping):
        raise TypeError(
            f"{owner} takes a dict from Values to their gradients by hand, such as {{w: 0.5}}, got {got(by_hand)}"
        )
    if not by_hand:
        raise ValueError("assert_gradients was given nothing to compare")
    values = [_by_label(key, output) if isinstance(key, str) else key for key in by_hand]
    entries = []
    for i, (value, number) in enumerate(zip(values, by_hand.values(), strict=True)):
        if not isinstance(value, Value):
            raise TypeError(f"{owner} takes a Value and its gradient by hand, got {got(value)}")
        name = shorten(clean(value.label)) or f"value {i}"
        try:
            entries.append(Entry(name, value, to_float(number)))
        except TypeError as error:
            raise TypeError(f"{owner}: the gradient by hand of {name} is no number: {error}") from None
    names = unique(entry.name for entry in entries)
    entries = [replace(entry, name=name) for entry, name in zip(entries, names, strict=True)]
    return compare_by_hand(entries, output, rtol, atol)


def _by_label(label: str, output: Value | None) -> Value:
    """The node of this label."""
    if output is None:
        raise TypeError(f"assert_gradients finds {short(label)} by its label in a graph: pass output=, or the Value")
    order = topological_order(output)
    found = [node for node in order if node.label == label]
    if len(found) != 1:
        labels = sorted({node.label for node in order if node.label})
        some = ", ".join(short(name) for name in labels[:10]) + (", ..." if len(labels) > 10 else "")
        number = f"{len(found)} nodes have" if found else "no node has"
        remedy = "pass the Value itself" if found or not labels else f"labels are {some}"
        raise ValueError(f"assert_gradients: {number} the label {short(label)}: {remedy}")
    return found[0]
