"""`gradcheck` says what cuts the graph, and which operation's rule is wrong; and says nothing of what is right."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, operation, sigmoid, where
from autograd.checking.report import GradcheckReport
from autograd.support.text import columns
from autograd.testing import GradientMismatch, gradcheck


def causes(f: Callable[..., Any], *point: float) -> list[str]:
    """The lines that name a cause."""
    with pytest.raises(GradientMismatch) as caught:
        gradcheck(f, list(point))
    return [line for line in str(caught.value).splitlines() if "cuts the graph" in line or "by its rule" in line]


CUTS: list[tuple[Callable[..., Any], tuple[float, ...], list[str]]] = [
    (lambda a: a.data**2, (2.0,), ["∂a: `.data` or float() cuts the graph: the result, 4, moves with a"]),
    (lambda a: a * a.data, (3.0,), ["∂a: `.data` or float() cuts the graph: the 3 in a · 3 moves with a"]),
    (lambda a, b: a * exp(float(b)) + b, (3.0, 1.0), ["∂b: `.data` or float() cuts the graph: the 2.718 in a · 2.718"]),
    (
        lambda a, b: sigmoid(Value(a.data * b.data)) + a,
        (0.3, 0.4),
        ["∂a: `.data` or float() cuts the graph: the 0.12 in σ(0.12) moves", "∂b: `.data` or float() cuts the graph:"],
    ),
    (
        lambda a: a.data * a + a.data * 1.5 * a + math.sin(a.data),
        (0.7,),
        ["∂a: `.data` or float() cuts the graph: the 0.7 in 0.7 · a, the 1.05 in 1.05 · a, the 0.6442 in v5 +"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "words"), CUTS)
def test_what_cuts_the_graph_is_named(f: Callable[..., Any], point: tuple[float, ...], words: list[str]) -> None:
    lines = causes(f, *point)
    assert len(lines) == len(words) and all(line.startswith(start) for line, start in zip(lines, words, strict=True))
    assert all(line.endswith(("as a constant", "as constants")) for line in lines)


def wrong(*rules: Callable[..., Any]) -> Callable[..., Any]:
    """An operation x² · y with these rules."""

    @operation(*rules, name="square_times")
    def square_times(xp: Any, x: Any, y: Any) -> Any:
        return x * x * y

    return square_times


RULES: list[tuple[Callable[..., Any], str]] = [
    (lambda xp, _, x, y: -2.0 * x * y, "−1.5 by its rule, and 1.5 by difference quotients: the sign is turned"),
    (lambda xp, _, x, y: x * y, "0.75 by its rule, and 1.5 by difference quotients: half of it"),
    (lambda xp, _, x, y: 4.0 * x * y, "3 by its rule, and 1.5 by difference quotients: twice as much"),
    (
        lambda xp, _, x, y: 1.0 / (2.0 * x * y),
        "0.666667 by its rule, and 1.5 by difference quotients: 1 / the derivative",
    ),
    (lambda xp, _, x, y: (2.0 * x * y) ** 2, "2.25 by its rule, and 1.5 by difference quotients: its square"),
    (lambda xp, _, x, y: 2.0 * x, "1 by its rule, and 1.5 by difference quotients"),
]


@pytest.mark.parametrize(("rule", "words"), RULES)
def test_the_operation_with_a_wrong_rule_is_named_once(rule: Callable[..., Any], words: str) -> None:
    f = wrong(rule, lambda xp, _, x, y: x * x)
    place = "square_times at 0.5, 1.5: its derivative by operand 1 is "
    assert causes(lambda x, y: f(x, y) * sigmoid(f(x, y)) + 1.0, 0.5, 1.5) == [place + words]


def test_nothing_is_named_where_no_cause_is_known() -> None:
    # The slope at a jump; and a graph of another shape at points beside the given one.
    assert causes(lambda x: where(x >= 1.0, 5.0, x), 1.0) == []
    assert causes(lambda x: x.data * x if x.data > 3.0 else x.data + x * 1.0, 3.0) == []
    # At a kink a rule is a convention, and right rules are not spoken of.
    f = wrong(lambda xp, _, x, y: 2.0 * x * y, lambda xp, _, x, y: x * x)
    assert all("rule" not in line for line in causes(lambda x, y: f(x, y.data) + y, 0.5, 1.5))


def test_a_report_is_a_table_in_a_notebook() -> None:
    report = gradcheck(lambda x: x.relu() * 1.5, [0.0])
    table = report._repr_html_()
    assert isinstance(report, GradcheckReport) and table.startswith("<table>") and table.count("<tr>") == 2
    assert "<p>relu at 0: slope 0 at exactly 0, by convention</p>" in table and repr(report) == str(report)


def test_columns_line_up_with_long_and_wide_names() -> None:
    inputs = [Value(0.5, "重み"), Value(0.25, "layers.0.neurons.3.w17"), Value(2.0, "x")]
    lines = str(gradcheck(lambda a, b, c: a * b * c, inputs)).splitlines()
    assert len({columns(line.removesuffix("  ok")) for line in lines}) == 1
