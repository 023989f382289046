"""Rules, notes, edge cases and errors of `explain`."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, dot, floor, maximum, no_grad, relu, softmax, where
from autograd.custom import is_own
from autograd.engine.ops import TABLE
from autograd.explanation import explain
from autograd.graph.snapshot import snapshot


def leaves(*numbers: float) -> list[Value]:
    return [Value(x, "abc"[i]) for i, x in enumerate(numbers)]


# ----- Rules ---------------------------------------------------------------------------------------

PRODUCT = "product rule: the other factor"
ZERO_TO_ZERO = "^: 0^0 is 1 with both slopes 0; a negative base has slope nan in the exponent"
RULES: list[tuple[Callable[..., Any], tuple[float, ...], list[str]]] = [
    (lambda a, b: a * b, (2.0, 3.0), [PRODUCT, PRODUCT]),
    (lambda a, b: a - b, (2.0, 3.0), ["sum rule: slope 1", "sum rule: slope −1"]),
    (lambda a, b: a / b, (2.0, 3.0), ["quotient rule: 1/b", "quotient rule: −(a/b)/b"]),
    (lambda a, b: a**b, (2.0, 3.0), ["power rule: b·a^(b−1)", "exponential rule: a^b·ln a"]),
    (lambda a, b: a**b, (0.0, 0.0), [ZERO_TO_ZERO, ZERO_TO_ZERO]),
    (lambda a: -a, (2.0,), ["sum rule: slope −1"]),
    (lambda a: a.sigmoid(), (0.0,), ["σ′ = σ(1−σ)"]),
    (relu, (1.0,), ["ReLU: slope 1 above 0, 0 below"]),
    (relu, (0.0,), ["ReLU: slope 0 at exactly 0, by convention"]),
    (abs, (0.0,), ["abs: slope 0 at exactly 0, by convention"]),
    (maximum, (2.0, 2.0), ["max: one half to each at a tie"] * 2),
    (maximum, (2.0, 1.0), ["max: slope 1 for the larger, 0 for the other"] * 2),
    (floor, (2.5,), ["⌊⌋: slope 0: a staircase"]),
    (lambda a: where(a, 2.0, 5.0), (1.0,), ["where: slope 0, the condition only chooses"]),
    (lambda a, b: where(True, a, b), (1.0, 2.0), ["where: slope 1 for the branch taken, 0 for the other"] * 2),
    (lambda a, b, c: dot([a], [b], c), (1.0, 2.0, 3.0), [PRODUCT, PRODUCT, "sum rule: the bias has slope 1"]),
    (lambda a, b: dot([a], [b]), (1.0, 2.0), [PRODUCT, PRODUCT]),
    (lambda a, b: softmax([a, b])[0], (1.0, 2.0), ["softmax: pₖ(δₖᵢ − pᵢ)"] * 2),
]


@pytest.mark.parametrize(("function", "numbers", "expected"), RULES)
def test_every_factor_names_its_rule(
    function: Callable[..., Any], numbers: tuple[float, ...], expected: list[str]
) -> None:
    operands = leaves(*numbers)
    output = function(*operands)
    for operand, text in zip(operands, expected, strict=True):
        (factor,) = explain(output, operand).factors
        assert factor.rules == (text,)
        assert factor.steps == ((factor.value, text),)
        assert text in str(explain(output, operand)).replace("\n      ", " ")


def test_every_row_of_the_table_has_a_rule_of_one_line() -> None:
    rows = [row for row in TABLE.values() if not is_own(row.name)]  # other tests' own operations have any name
    assert [row.name for row in rows if not row.rule or "\n" in row.rule] == []


def test_an_operation_that_left_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    (x,) = leaves(0.5)
    picture = snapshot(x.tanh())
    monkeypatch.delitem(TABLE, "tanh")
    (factor,) = explain(picture, "a").factors
    assert factor.rules == ("tanh: its own rule",)


# ----- Factors and names ---------------------------------------------------------------------------


def test_a_factor_of_one_chain_shows_its_steps() -> None:
    w = Value(0.5, "w")
    h = (w * 3.0 + 1.0).tanh()
    y = h * h
    h.label, y.label = "h", "y"
    first, second = explain(y, w).factors
    slope = 1.0 - h.data * h.data
    assert second.steps == ((slope, "tanh′ = 1 − tanh²"), (1.0, "sum rule: each term has slope 1"), (3.0, PRODUCT))
    assert (first.count, first.steps, second.count) == (2, (), 1)
    assert f"the sum over 2 paths between them, which .open() shows; {PRODUCT}" in str(explain(y, w))
    assert str(first.open()).startswith("∂y/∂h = ∂y/∂h⁽¹⁾ + ∂y/∂h⁽²⁾\n")
    assert repr(second) == f"<Factor ∂h/∂w: {3.0 * slope!r}>"
    assert repr(explain(y, w).paths[0]) == f"<Path y ← h ← w: {explain(y, w).total!r}>"


def test_a_value_used_twice_by_one_operation_counts_twice() -> None:
    x = Value(3.0, "x")
    y = x * x
    y.label = "y"
    why = explain(y, x)
    assert str(why).splitlines()[:3] == ["∂y/∂x = ∂y/∂x⁽¹⁾ + ∂y/∂x⁽²⁾", "      = 3 + 3", "      = 6"]
    assert r"\frac{\partial y}{\partial x^{(1)}}" in why.latex
    assert "∂y/∂x<sup>(1)</sup>" in why.html
    assert (explain(y, x, "named").count, explain(y, x, "named").every) == (1, 2)
    assert str(explain(y, x, "named")).splitlines()[0] == "∂y/∂x = 6"


def test_nodes_of_one_name_are_numbered() -> None:
    h = x = Value(1.0, "h")
    for _ in range(3):
        h = h * 2.0
        h.label = "h"
    assert str(explain(h, x)).splitlines()[0] == "∂h#4/∂h#1 = ∂h#4/∂h#3 · ∂h#3/∂h#2 · ∂h#2/∂h#1"


def test_the_unnamed_nodes_are_spelled_out() -> None:
    a, b = leaves(2.0, 3.0)
    lines = str(explain((a * b + 1.0) ** 2 - a, a)).splitlines()
    assert lines[lines.index("The nodes without a name:") + 1 :] == [
        "  v7 = v6 − a = 47",
        "  v6 = v4² = 49",
        "  v4 = v2 + 1 = 7",
        "  v2 = a · b = 6",
    ]
    assert "v<sub>6</sub> = v<sub>4</sub><sup>2</sup> = 49" in explain((a * b + 1.0) ** 2 - a, a).html


def test_auto_stops_at_names_only_where_there_are_some_between() -> None:
    (a,) = leaves(2.0)
    h = a * 3.0
    y = h.tanh()
    assert explain(y, a).grain == "all"
    h.label = "h"
    assert explain(y, a).grain == "named"


# ----- What stands beside the formula ----------------------------------------------------------------


def test_how_the_derivative_compares_with_grad() -> None:
    (w,) = leaves(3.0)
    y = w * 2.0
    y.label = "y"
    assert explain(y, w).notes == ("a.grad is still 0: call y.backward() to have this number there.",)
    y.backward()
    assert explain(y, w).notes == ("a.grad is the same number.",)
    y.backward()
    assert explain(y, w).notes == ("a.grad holds 4 instead: calls of backward() add up until it is set to 0.",)
    h = y * 5.0
    h.backward()
    assert explain(h * 7.0, h).notes == ("v4.grad holds 1 instead: another backward() left it there.",)


def test_frozen_leaves_and_constants() -> None:
    x, c = Value(3.0, "x", requires_grad=False), Value(4.0, "c", role="constant")
    w = Value(1.0, "w")
    y = w * x * c
    assert explain(y, x).total == 4.0
    assert explain(y, x).notes == (
        "x is frozen (requires_grad is False): backward() stores no gradient in it, though the derivative exists.",
    )
    assert explain(y, c).total == 3.0
    assert explain(y, c).notes == (
        "c is a constant: backward() stores no gradient in it, though the derivative exists.",
    )


def detached(x: Value) -> Any:
    return x.detach() * 2.0


def unrecorded(x: Value) -> Any:
    with no_grad():
        return x * 2.0


@pytest.mark.parametrize("function", [detached, unrecorded, lambda x: Value(1.0) * 2.0])
@pytest.mark.parametrize("grain", ["auto", "named", "all"])
def test_no_path(function: Callable[[Value], Any], grain: str) -> None:
    x = Value(3.0, "x")
    y = function(x)
    y.label = "y"
    why = explain(y, x, grain)
    assert (why.count, why.every, why.total, why.rest, why.paths, why.factors) == (0, 0, 0.0, 0.0, (), ())
    assert str(why).splitlines()[0] == "∂y/∂x = 0"
    assert "No path leads from x to y: y was computed without x, so it does not depend on it." in str(why)
    assert why.latex.endswith("&= 0\n\\end{aligned}")
    assert "<p>∂y/∂x = 0</p>" in why.html
    assert why.update(0.1).value == 3.0
    assert why.draw().snapshot.output.label == "y"


@pytest.mark.parametrize("grain", ["auto", "named", "all"])
def test_the_output_by_itself(grain: str) -> None:
    (a,) = leaves(2.0)
    for y in (a, a * 3.0):
        why = explain(y, y, grain)
        assert (why.count, why.total, [path.product for path in why.paths]) == (1, 1.0, [1.0])
        assert why.paths[0].names == (why.output,)
        assert f"∂{why.output}/∂{why.output} = 1\n" in str(why)
        assert "the derivative is 1" in why.notes[0]


def test_an_inner_node() -> None:
    (a,) = leaves(2.0)
    h = a * 3.0
    y = h * h * a
    assert explain(y, h).total == 24.0
    y.backward()
    assert explain(y, h).notes == ("v2.grad is the same number.",)


def test_explaining_changes_nothing() -> None:
    a, b = leaves(2.0, 3.0)
    y = a * b + a
    a.grad = 0.25
    str(explain(y, a)), explain(y, a).html, explain(y, a).latex
    assert (a.grad, b.grad, y.grad, y.label) == (0.25, 0.0, 0.0, "")


# ----- Labels in place of Values, and errors ---------------------------------------------------------


def test_a_snapshot_and_a_label() -> None:
    a, b = leaves(2.0, 3.0)
    assert explain(snapshot(a * b), "b").total == explain(a * b, "b").total == 2.0


ERRORS: list[tuple[Callable[[Value, Value], Any], type[Exception], str]] = [
    (lambda y, a: explain(2.0, a), TypeError, "taken from the Value at its end, got 2.0 (float)"),  # type: ignore[arg-type]
    (lambda y, a: explain(y, 2.0), TypeError, "the label of one, got 2.0 (float)"),  # type: ignore[arg-type]
    (lambda y, a: explain(y, [a]), TypeError, "for several, [explain(output, w) for w in ...]"),  # type: ignore[arg-type]
    (lambda y, a: explain(snapshot(y), a), TypeError, "in a snapshot, name the node by its label, got Value("),
    (lambda y, a: explain(y, "z"), ValueError, "no node has the label 'z'; labels are 'a', 'b'"),
    (lambda y, a: explain(Value(1.0) * 2.0, "z"), ValueError, "labels are none: pass the Value itself"),
    (lambda y, a: explain(y * Value(1.0, "a"), "a"), ValueError, "2 nodes have the label 'a': pass the Value itself"),
    (
        lambda y, a: explain(y, a, "names"),
        ValueError,
        "'all', 'neuron', 'layer', got 'names'",
    ),
    (lambda y, a: explain(y, a, "neuron"), ValueError, "grain='neuron' needs parameters with a module in their names"),
    (lambda y, a: explain(y, a, "layer"), ValueError, "grain='layer' needs parameters with a module in their names"),
    (lambda y, a: explain(y, a, k=0), ValueError, "k is at least 1, got 0"),
    (lambda y, a: explain(y, a, k=2.5), TypeError, "k is a whole number, got 2.5 (float)"),  # type: ignore[arg-type]
    (lambda y, a: explain(y, a, precision=0), ValueError, "precision is 1 to 17, got 0"),
    (lambda y, a: explain(y, a, precision=18), ValueError, "precision is 1 to 17, got 18"),
    (lambda y, a: explain(y, a, width=True), TypeError, "width is a whole number, got True (bool)"),
    (lambda y, a: explain(y, a, width=10), ValueError, "width is at least 20, got 10"),
    (lambda y, a: explain(y, a, symbol="D"), ValueError, 'symbol is "∂" or "d", got \'D\''),
]


@pytest.mark.parametrize(("call", "error", "message"), ERRORS)
def test_errors(call: Callable[[Value, Value], Any], error: type[Exception], message: str) -> None:
    a, b = leaves(2.0, 3.0)
    with pytest.raises(error, match=re.escape(message)):
        call(a * b, a)
