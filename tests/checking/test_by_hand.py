"""What `assert_gradients` says beside the mistakes: of `.grad`, of the graph, in which columns, of wrong arguments."""

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograd import Value, exp, relu, sigmoid
from autograd.checking.by_hand import MOST_NODES
from autograd.support.text import columns
from autograd.testing import GradientMismatch, assert_gradient, assert_gradients
from tests.checking.planted import NETS
from tests.checking.test_mistakes import notes


def product(backward: int = 1) -> tuple[Value, Value, Value]:
    a, b = Value(2.5, "a"), Value(-3.2, "b")
    y = a * b
    y.label = "y"
    for _ in range(backward):
        y.backward()
    return a, b, y


# ----- .grad and the graph -----


def test_backward_was_not_called() -> None:
    a, b, y = product(backward=0)
    assert notes(y, {a: -3.2, b: 2.5}) == [
        "a, b: `.grad` is 0: backward() was not called on y; the numbers by hand are right"
    ]
    assert notes(y, {a: -3.0}) == ["a: `.grad` is 0: backward() was not called on y"]


def test_backward_was_called_twice() -> None:
    a, _, y = product(backward=2)
    assert notes(y, {a: -3.2}) == [
        "a: `.grad` holds the derivative of y 2 times: set it to 0 before each backward(); the number by hand is right"
    ]


def test_backward_was_called_on_something_else() -> None:
    a, b, y = product()
    (a * 1.3 + b).backward()
    assert notes(y, {a: -3.2}) == [
        "a: `.grad` is not the derivative of y: backward() was called on something else, or on more; "
        "the number by hand is right"
    ]
    # What agrees with `.grad` passes, as it does without the output.
    assert_gradient(a, -3.2 + 1.3, output=y)


def flat_at_its_minimum(w: Value) -> Value:
    h = w * 2.0
    h.label = "h"
    y: Value = (h - h.data) ** 2
    return y


# What is computed of w = −0.7, and why its gradient is 0.
ZEROS: list[tuple[Callable[[Value], Value], str]] = [
    (lambda w: (w * 0.0 + 0.6) * 1.7, r"0 is right: ∂(w · 0)/∂w = 0"),
    (lambda w: relu(w * 1.5) * 0.8, r"0 is right: ∂(ReLU(w · 1.5))/∂(w · 1.5) = 0"),
    (flat_at_its_minimum, r"0 is right: ∂y/∂(h − (−1.4)) = 0"),
    (lambda w: (w - w) * 1.3, "0 is right: the paths cancel"),
    (lambda w: relu(w * 1.5) + w * 0.0, "0 is right: each path has a factor 0, one is ∂"),
    (lambda w: exp(w * 1e-200) * 1e-200, "0 is right by the recorded graph"),
]


@pytest.mark.parametrize(("f", "words"), ZEROS, ids=[words for _, words in ZEROS])
def test_a_gradient_of_0_that_is_right_is_told_why(f: Callable[[Value], Value], words: str) -> None:
    w = Value(-0.7, "w")
    y = f(w)
    y.label = "y"
    y.backward()
    assert w.grad == 0.0
    text = message({w: 0.317}, y)
    assert f"<-- {words}" in text and "was backward() called" not in text
    # Without the output, nobody knows.
    assert "<-- the engine has 0: was backward() called?" in message({w: 0.317})


@pytest.mark.parametrize("others", [0, 1, 2])
def test_a_number_is_swapped_with_a_0(others: int) -> None:
    a, b, c, d = (Value(x, name) for name, x in (("a", 0.3), ("b", -1.7), ("c", 0.45), ("d", 0.9)))
    y = a * 1.31 + b * 0.0 + c * d * 0.77
    y.label = "y"
    y.backward()
    more = dict([(c, -c.grad), (d, d.grad * 1.9)][:others])
    said = notes(y, {a: b.grad, b: a.grad} | more)
    head = "a, b" if others else "both"
    assert said[0] == f"{head}: the numbers of a and b are swapped"
    assert said[1:] == ["c: the sign is turned"][:others]
    # A 0 in place of something else is no swap.
    assert not any("swapped" in line for line in notes(y, {a: 0.0, b: 1.47} | more))


def test_no_gradient_is_taken() -> None:
    x = Value(2.0, "x", requires_grad=False)
    w = Value(3.0, "w")
    y = x * w
    y.backward()
    assert notes(y, {x: 3.0}) == [
        "x: its requires_grad is False, so the engine takes no gradient; the number by hand is right"
    ]


def test_a_node_outside_of_the_graph() -> None:
    w, v = Value(0.5, "w"), Value(2.0, "v")
    y = Value(w.data, "copy") * v
    y.label = "y"
    y.backward()
    assert notes(y, {w: 2.0, v: 0.5}) == [
        "w is not in the graph of y: no operation that leads there was recorded on it. "
        "`.data` and float() cut a graph, and a Value made anew is another one"
    ]
    assert_gradient(w, 0.0, output=y)
    # Not even a number that agrees with a `.grad` left from elsewhere.
    (w * 3.0).backward()
    with pytest.raises(GradientMismatch, match="w is not in the graph of y"):
        assert_gradient(w, 3.0, output=y)


def test_an_unnamed_output_and_inner_nodes() -> None:
    x = Value(0.4, "x")
    h = sigmoid(x)
    y = h * h * 0.7
    y.backward()
    assert notes(y, {h: y.data / h.data}) == [
        "value 0: one of the 2 uses of value 0 in value 0 · value 0 is left out, its product is 0.4191"
    ]
    assert notes(y, {x: 0.0}) == []
    with pytest.raises(GradientMismatch, match="by hand it is 0"):
        assert_gradient(x, 0.0, output=y)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_no_numbers(number: float) -> None:
    a, b, y = product()
    assert notes(y, {a: number}) == []
    a.grad = math.nan
    assert_gradient(a, math.nan, output=y)
    with pytest.raises(GradientMismatch, match=r"a: `\.grad` is not the derivative of y"):
        assert_gradients({a: 1.0, b: 2.5}, output=y)
    w = Value(0.0, "w")
    z = w.log() * 0.3
    z.backward()
    assert w.grad == math.inf
    assert_gradient(w, math.inf, output=z)
    assert notes(z, {w: 2.0}) == []


def test_a_rounded_number_is_called_rounded_and_nothing_else() -> None:
    output, p = NETS["two_layers"](Random(5))
    output.backward()
    for precision in (3, 4, 5, 6):
        rounded = float(f"{p['w1'].grad:.{precision}g}")
        with pytest.raises(GradientMismatch, match=r"they agree to \d digits: rounded\? give more, or rtol=$"):
            assert_gradient(p["w1"], rounded, output=output)
        assert_gradient(p["w1"], rounded, output=output, rtol=10.0 ** (1 - precision))


def test_one_unit_in_the_last_place_is_no_error_of_its_own() -> None:
    a, _, _ = product()
    with pytest.raises(GradientMismatch, match="they agree to 15 digits"):
        assert_gradient(a, math.nextafter(-3.2, 0.0), rtol=0.0)


def test_a_very_large_graph_is_not_searched() -> None:
    y = x = Value(0.5, "x")
    for _ in range(MOST_NODES):
        y = y * 1.0001
    y.backward()
    assert notes(y, {x: -x.grad}) == []


def test_infinite_numbers_beside_finite_ones() -> None:
    a, b, y = product()
    assert notes(y, {a: math.inf, b: 7.7}) == []
    with pytest.raises(GradientMismatch, match="by hand it is nan"):
        assert_gradients({a: math.nan, b: 5.0})


# ----- labels -----


def test_labels_stand_for_values() -> None:
    a, _, y = product()
    assert_gradients({"a": -3.2, "b": 2.5, "y": 1.0}, output=y)
    both: dict[Value | str, float] = {"b": 2.5, a: -3.2}
    assert_gradients(both, output=y)
    with pytest.raises(GradientMismatch, match=r"the gradients differ in a\n"):
        assert_gradients({"a": 3.5}, output=y)


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"by_hand": {"c": 1.0}}, ValueError, "no node has the label 'c': labels are 'a', 'b', 'y'$"),
    ({"by_hand": {"a": 1.0}, "output": None}, TypeError, "finds 'a' by its label in a graph: pass output=, or the V"),
    ({"output": 3.0}, TypeError, r"output must be the Value that backward\(\) was called on, got 3\.0 \(float\)"),
    ({"output": [1]}, TypeError, r"output must be the Value .*, got \[1\] \(list\)"),
    ({"by_hand": [1.0]}, TypeError, r"takes a dict from Values to their gradients by hand, .*, got \[1\.0\] \(list\)"),
    ({"by_hand": None}, TypeError, r"takes a dict from Values .*, got None \(NoneType\)"),
    ({"by_hand": {}}, ValueError, "assert_gradients was given nothing to compare"),
    ({"by_hand": {3.0: 1.0}}, TypeError, r"takes a Value and its gradient by hand, got 3\.0 \(float\)"),
    ({"by_hand": {"a": "1"}}, TypeError, "the gradient by hand of a is no number: .* got the text '1'"),
    ({"by_hand": {"a": [1.0]}}, TypeError, r"the gradient by hand of a is no number: .* got \[1\.0\] \(list\)"),
    ({"by_hand": {"a": None}}, TypeError, "the gradient by hand of a is no number: .* got None"),
    ({"rtol": -1.0}, ValueError, r"assert_gradients: rtol must be a finite number from 0 on, got -1\.0"),
    ({"rtol": None}, TypeError, "assert_gradients: rtol must be a finite number from 0 on, got None"),
    ({"atol": "1"}, TypeError, "assert_gradients: atol must be a finite number from 0 on, got '1'"),
    ({"atol": math.nan}, ValueError, "assert_gradients: atol must be a finite number from 0 on, got nan"),
]


@pytest.mark.parametrize(("arguments", "error", "words"), WRONG, ids=lambda x: str(x)[:40])
def test_wrong_arguments_are_answered_by_name(arguments: dict[str, Any], error: type[Exception], words: str) -> None:
    *_, y = product()
    settings: dict[str, Any] = {"by_hand": {"a": 1.0}, "output": y} | arguments
    with pytest.raises(error, match=words):
        assert_gradients(settings.pop("by_hand"), **settings)


def test_wrong_arguments_of_one_gradient_are_answered_by_name() -> None:
    a, _, y = product()
    with pytest.raises(
        TypeError, match=r"assert_gradient takes a Value .*, got \[Value.*\] \(list\); for several, assert_grad"
    ):
        assert_gradient([a], 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"assert_gradient: output must be the Value"):
        assert_gradient(a, 1.0, output="y")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rtol must be"):
        assert_gradient(a, 1.0, output=y, rtol=math.inf)


def test_a_label_that_two_nodes_have() -> None:
    a, b = Value(2.0, "w"), Value(3.0, "w")
    y = a * b
    y.backward()
    with pytest.raises(ValueError, match="2 nodes have the label 'w': pass the Value itself"):
        assert_gradients({"w": 3.0}, output=y)
    with pytest.raises(GradientMismatch, match="the gradients differ in w#2\n"):
        assert_gradients({a: 3.0, b: 5.0}, output=y)


# ----- how it is shown -----


def message(by_hand: dict[Value, float], output: Value | None = None) -> str:
    with pytest.raises(GradientMismatch) as caught:
        assert_gradients(by_hand, output=output)
    return str(caught.value)


@pytest.mark.parametrize("names", [("w", "b"), ("重み", "σ′"), ("layers.0.neurons.12.w784", "ŵ"), ("", "e\u0301")])
def test_columns_line_up_whatever_the_names_and_numbers(names: tuple[str, str]) -> None:
    p, q, r = Value(1.0, names[0]), Value(1.0, names[1]), Value(1.0, "right")
    p.grad, q.grad, r.grad = -1.23456789012e-05, 12345678.9, 3.0
    head, *rows = message({p: 1.0, q: -1.23456789012e-300, r: 3.0}).splitlines()[1:]
    assert {columns(row[: row.index("<--")]) for row in rows if "<--" in row} == {columns(rows[0].split("<--")[0])}
    for text, numbers in (("engine", [row.split()[-2] for row in rows[2:]]), ("by hand", [rows[2].split()[-1]])):
        end = columns(head[: head.index(text) + len(text)])
        assert columns(rows[2][: rows[2].index(numbers[0]) + len(numbers[0])]) <= end or text == "by hand"
    assert columns(rows[2]) == columns(head[: head.index("by hand") + len("by hand")])


def test_the_diagnosis_is_the_last_line_and_right_gradients_are_shown_too() -> None:
    output, p = NETS["two_layers"](Random(5))
    output.backward()
    lines = message({p["w1"]: -p["w1"].grad, p["w2"]: p["w2"].grad}, output).splitlines()
    assert lines[0] == "the gradients differ in w1" and lines[-1] == "w1: the sign is turned"
    assert [line.split()[0] for line in lines[1:-1]] == ["engine", "w1", "w2"]


def test_labels_cannot_spoil_the_message() -> None:
    a, b, y = Value(2.5, "two\nlines"), Value(3.2, "x" * 300), Value(0.0)
    y = a * b
    y.backward()
    text = message({a: -3.2, b: 1.0}, y)
    assert len(text) < 800 and "two lines" in text and text.count("\n") < 6


def test_the_error_shows_a_table_in_a_notebook_and_travels_between_processes() -> None:
    a, b, y = product()
    a.label = "<b>"
    with pytest.raises(GradientMismatch) as caught:
        assert_gradients({a: 3.2, b: 2.5}, output=y)
    table = caught.value._repr_html_()
    assert table and table.startswith("<table>") and "&lt;b&gt;" in table and "<b>" not in table
    assert table.count("<tr>") == 3 and "<p>&lt;b&gt;: the sign is turned</p>" in table
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value) and again._repr_html_() == table
    assert GradientMismatch("by itself")._repr_html_() is None


CODE = """
from autograd import Value
from autograd.testing import assert_gradient, gradcheck
w = Value(0.5, label="w")
y = (w * 1.7).tanh()
y.label = "y"
y.backward()
def test_mine():
    assert_gradient(w, -w.grad, output=y)
def test_slopes():
    gradcheck(lambda a: a * a.data, [3.0])
"""


def test_pytest_shows_the_message_and_no_line_of_the_checker(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(CODE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_mine.py")]
    shown = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False).stdout
    assert "testing.py" not in shown and "_compare" not in shown
    assert ">       assert_gradient(w, -w.grad, output=y)" in shown
    wrong = [line for line in shown.splitlines() if line.startswith("E ")]
    assert wrong[0] == "E       autograd.testing.GradientMismatch: the gradients differ in w"
    assert "E       w: the sign is turned" in wrong
    assert "E       ∂a: `.data` or float() cuts the graph: the 3 in a · 3 moves with a" in shown


def test_jupyter_shows_the_message_and_no_line_of_the_checker() -> None:
    cells = [CODE, "test_mine()", "test_slopes()", "try:\n    test_mine()\nexcept AssertionError as e:\n    display(e)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, allow_errors=True, kernel_name="python3").execute()
    for cell, words in zip(notebook.cells[1:3], ("w: the sign is turned", "the 3 in a · 3 moves with a"), strict=True):
        (output,) = cell.outputs
        shown = "\n".join(output.traceback)
        assert output.ename == "GradientMismatch" and words in shown and words in output.evalue
        assert "testing.py" not in shown and "raise" not in shown
        assert cell.source.strip("()") in shown
    (output,) = notebook.cells[3].outputs
    assert output.data["text/html"].startswith("<table>")
