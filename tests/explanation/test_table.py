"""The table of the forward and the reverse pass: text, HTML, pandas, and the numbers in it."""

import math
import re
from collections import defaultdict

import pytest

from autograd import Value, dot, norm, sigmoid, softmax
from autograd.explanation import trace_table
from autograd.graph.snapshot import snapshot


def test_the_text() -> None:
    x, w = Value(2.0, "x", requires_grad=False), Value(-0.5, "w")
    loss = (sigmoid(w * x) - 1.0) ** 2
    loss.label = "L"
    assert str(trace_table(loss, precision=3)).splitlines() == [
        "Forward, read down   | Reverse, read up",
        "---------------------+-----------------------------",
        "v0 = w = −0.5        | v̄0 = −0.575",
        "v1 = x = 2           | takes no gradient",
        "v2 = v0 · v1 = −1    | v̄2 = −0.287",
        "                     |   v̄0 += v̄2 · 2 = −0.575",
        "v3 = σ(v2) = 0.269   | v̄3 = −1.46",
        "                     |   v̄2 += v̄3 · 0.197 = −0.287",
        "v5 = v3 − 1 = −0.731 | v̄5 = −1.46",
        "                     |   v̄3 += v̄5 · 1 = −1.46",
        "v7 = L = v5² = 0.534 | v̄7 = 1",
        "                     |   v̄5 += v̄7 · (−1.46) = −1.46",
    ]


def two_uses() -> tuple[Value, Value]:
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    c = a * b
    return (c + a).tanh() * c + norm([a, b, c]) + softmax([a, b])[1] + dot([a, c], [b, b], a), a


def test_what_is_sent_adds_up_to_the_adjoint() -> None:
    output, _ = two_uses()
    table = trace_table(output)
    output.backward()
    received: dict[str, float] = defaultdict(float)
    received[table.rows[-1].name] = 1.0
    for row in table.rows:
        for sent in row.sent:
            assert row.adjoint is not None
            assert sent.amount == row.adjoint * sent.local_grad
            received[sent.to] += sent.amount
    picture = snapshot(output)
    for row in table.rows:
        node = picture.nodes[int(row.name[1:])]
        assert (row.value, row.label) == (node.data, node.label)
        assert row.adjoint == pytest.approx(node.grad, rel=1e-13)
        assert received[row.name] == pytest.approx(node.grad, rel=1e-13)


def test_the_numbers_do_not_depend_on_backward_calls() -> None:
    output, a = two_uses()
    before = trace_table(output).rows
    output.backward()
    output.backward()
    a.grad = 99.0
    assert trace_table(output).rows == before


OPERATIONS = [
    (lambda a, b: a + b, "v0 + v1"),
    (lambda a, b: a / b, "v0 / v1"),
    (lambda a, b: -a + 0 * b, "−v0"),
    (lambda a, b: abs(a) + 0 * b, "|v0|"),
    (lambda a, b: a.sqrt() + 0 * b, "√v0"),
    (lambda a, b: a.square() + 0 * b, "v0²"),
    (lambda a, b: a**-1.5 + 0 * b, "v0^(−1.5)"),
    (lambda a, b: a.hypot(b), "hypot(v0, v1)"),
    (lambda a, b: norm([a, b, 2.0]), "norm(v0, v1, 2)"),
    (lambda a, b: dot([a, 2.0], [b, b], 1.0), "v0·v2 + 2·v2 + 1"),
    (lambda a, b: norm([a, b] * 10), "norm(v0, v1, v0, v1, …, v0, v1)"),
]


@pytest.mark.parametrize(("function", "text"), OPERATIONS)
def test_operations_are_spelled_in_the_names_of_their_operands(function: object, text: str) -> None:
    assert callable(function)
    output = function(Value(2.0, "a"), Value(3.0, "b"))
    assert text in [row.operation for row in trace_table(output).rows]


def test_the_html() -> None:
    x = Value(2.0, "x<1")
    html = trace_table((x > 1.0) * x * x + x**2).html
    assert "<caption>Forward and reverse pass of v" in html
    assert ">v<sub>1</sub> = “x&lt;1” = 2</td>" in html
    assert "v<sub>1</sub><sup>2</sup>" in html
    assert re.findall(r"<t[dh][^>]*></t[dh]>", html) != []  # a leaf adds nothing
    assert trace_table(x)._repr_html_() == trace_table(x).html


def test_the_rows_as_pandas() -> None:
    a = Value(3.0, "a")
    frame = trace_table(a * a + Value(1.0, "c", requires_grad=False)).to_pandas()
    assert list(frame.columns) == ["name", "label", "operation", "value", "adjoint", "sent"]
    assert frame["name"].tolist() == ["v0", "v1", "v2", "v3"]
    assert frame["value"].tolist() == [3.0, 9.0, 1.0, 10.0]
    assert frame["sent"].tolist() == [{}, {"v0": 6.0}, {}, {"v1": 1.0}]
    assert math.isnan(frame["adjoint"][2])


def test_a_long_table_shows_both_ends() -> None:
    y = Value(1.0, "x")
    for _ in range(100):
        y = y.sin()
    table = trace_table(y, max_rows=10)
    text = str(table)
    assert len(table.rows) == 101
    assert "… 91 rows left out …" in text and "… 91 rows left out …" in table.html
    assert "v4 = sin(v3)" in text and "v96 = sin(v95)" in text and "v5 = " not in text and "v95 = " not in text
    assert repr(table) == "<TraceTable of v100: 101 rows; print it, or .html, .rows, .to_pandas()>"


def test_a_constant_alone() -> None:
    assert [row.value for row in trace_table(Value(2.0, role="constant")).rows] == [2.0]


def test_errors() -> None:
    with pytest.raises(TypeError, match=r"taken from the Value at its end, got 2\.0 \(float\)"):
        trace_table(2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="precision is 1 to 17 significant digits, got 0"):
        trace_table(Value(1.0), precision=0)
    with pytest.raises(ValueError, match="trace_table: max_rows must be a whole number from 2 on, got 1"):
        trace_table(Value(1.0), max_rows=1)
