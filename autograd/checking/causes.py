"""Why difference quotients may give another slope than the graph: a number that the graph holds fast, or a wrong rule.

`.data` and float() take a number out of the graph. What is computed with it is recorded with a constant in its place,
so the derivative misses what the constant would move by. Recorded at points beside the given one, it does move: for
f(a) = a · a.data at a = 3 the graph is a · 3, and beside it a · 3.01. If ∂f/∂constant times its slope is what the
derivative is off by, that is the cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograd.checking.differences import SAFETY, slopes
from autograd.checking.partials import Partials
from autograd.checking.report import Comparison
from autograd.custom import is_own
from autograd.derivatives.context import recording
from autograd.engine.ops import FLOATS, TABLE
from autograd.engine.value import Value
from autograd.explanation.notation import Style
from autograd.explanation.operations import write_operation
from autograd.graph import topological_order
from autograd.graph.adjoints import adjoints
from autograd.graph.snapshot import Snapshot, snapshot
from autograd.support.text import short_text

STEP = 1e-4
CLOSE = 1e-2  # how much of what a derivative is off by may stay unexplained
MOST_NAMED = 3


def causes(partials: Partials, comparisons: Sequence[Comparison], names: Sequence[str]) -> list[str]:
    """Sentences about the wrong ones among the first derivatives, one for each input in order.

    >>> partials = Partials(lambda a: a * a.data, [3.0], 1)
    >>> wrong = Comparison("∂a", 3.0, 6.0, 6.0, 6.0, False, False)
    >>> causes(partials, [wrong], ["a"])
    ['∂a: `.data` or float() cuts the graph: the 3 in a · 3 moves with a, and is recorded as a constant']
    """
    result = [
        sentence
        for j, comparison in enumerate(comparisons)
        if not comparison.agrees and math.isfinite(comparison.numeric) and math.isfinite(comparison.analytic)
        if (sentence := _cut(partials, j, comparison, names))
    ]
    return result + list(dict.fromkeys(_wrong_rules(partials.recorded[0][()])))


def _cut(partials: Partials, j: int, comparison: Comparison, names: Sequence[str]) -> str:
    """What moves with an input though the graph takes it for a constant; "" if that is not the cause."""
    x, output = partials.point[j], partials.recorded[0][()]
    h = STEP * max(1.0, abs(x))
    here, below, above = topological_order(output), _beside(partials, j, x - h), _beside(partials, j, x + h)
    if not [node.op for node in here] == [node.op for node in below] == [node.op for node in above]:
        return ""
    picture = snapshot(output)
    slopes_above = adjoints(picture)
    moves = {
        i: (b.data - a.data) / (2.0 * h)
        for i, (node, a, b) in enumerate(zip(here, below, above, strict=True))
        if node.is_leaf and node not in partials.inputs and a.data != b.data
    }
    missing = comparison.numeric - comparison.analytic
    explained = math.fsum(slopes_above[i] * slope for i, slope in moves.items())
    if not moves or not abs(explained - missing) <= CLOSE * abs(missing):
        return ""
    labels = {here.index(node): name for node, name in zip(partials.inputs, names, strict=True) if node in here}
    places = [_place(picture, i, labels) for i in list(moves)[:MOST_NAMED]]
    more = f" and {len(moves) - MOST_NAMED} more" if len(moves) > MOST_NAMED else ""
    verbs = ("moves", "is recorded as a constant") if len(moves) == 1 else ("move", "are recorded as constants")
    return (
        f"{comparison.name}: `.data` or float() cuts the graph: {', '.join(places)}{more} {verbs[0]} with {names[j]}, "
        f"and {verbs[1]}"
    )


def _beside(partials: Partials, j: int, x: float) -> list[Value]:
    """The nodes of f where input j is x; none where f is not defined."""
    point = [*partials.point[:j], x, *partials.point[j + 1 :]]
    try:
        with recording():
            output = partials.f(*[Value(t) for t in point])
    except (ArithmeticError, ValueError):
        return []
    return topological_order(output) if isinstance(output, Value) else [Value(float(output), role="constant")]


def _place(picture: Snapshot, leaf: int, labels: dict[int, str]) -> str:
    """A number and the operation that uses it."""
    number = Style().number(picture.nodes[leaf].data)
    uses = picture.outgoing[leaf]
    if not uses:
        return f"the result, {number},"

    def name(i: int) -> str:
        node = picture.nodes[i]
        return labels.get(i) or node.label or (Style().number(node.data) if node.is_leaf else node.name)

    formula = write_operation(picture, uses[0].target, Style(), name)
    return f"the {number} in {short_text(formula, 40)}"


def _wrong_rules(output: Value) -> Iterator[str]:
    """The operations of the user's own whose rule for a local derivative disagrees with their forward rule."""
    for node in topological_order(output):
        if not is_own(node.op):
            continue
        row, numbers = TABLE[node.op], [operand.data for operand in node.operands]
        if row.at_kink(numbers):
            continue
        for i, (x, by_rule) in enumerate(zip(numbers, node.local_grads, strict=True)):

            def f(t: float, i: int = i, numbers: list[float] = numbers, node: Value = node) -> float:
                try:
                    y = TABLE[node.op].value(FLOATS, [*numbers[:i], t, *numbers[i + 1 :]], node.params)
                except (ArithmeticError, ValueError):
                    return math.nan
                return float(y) if math.isfinite(y) else math.nan

            found = slopes(f, x, 0.0)
            slope, error = found.slope.slope, SAFETY * found.slope.error
            if found.kink or not error <= 1e-3 * abs(slope) or abs(slope - by_rule) <= 1e-4 * abs(slope) + error:
                continue
            style = Style(precision=6)
            place = ", ".join(f"{n:g}" for n in numbers)
            by = f" by operand {i + 1}" if len(numbers) > 1 else ""
            yield (
                f"{node.op} at {place}: its derivative{by} is {style.number(by_rule)} by its rule, and "
                f"{style.number(slope)} by difference quotients{_slip(slope, by_rule)}"
            )


def _slip(right: float, written: float) -> str:
    """What a wrong local derivative may have come from, where one thing fits."""
    slips = {
        "the sign is turned": -right,
        "1 / the derivative": 1.0 / right,
        "its square": right * right,
        "half of it": right / 2.0,
        "twice as much": 2.0 * right,
    }
    fitting = [slip for slip, number in slips.items() if math.isclose(written, number, rel_tol=1e-4)]
    return f": {fitting[0]}" if len(fitting) == 1 else ""
