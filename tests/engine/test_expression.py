"""Formulas as text and the command line: what they compute, and that nothing but arithmetic is ever run."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value
from autograd.__main__ import main
from autograd.expression import ExpressionError, evaluate, known_functions

ATTACKS = [
    "__import__('os').system('true')",
    "().__class__",
    "a.data",
    "a if a else b",
    "[x for x in (1,)]",
    "lambda: 1",
    "a == b",
    "'text'",
    "f'{a}'",
    "a := 3",
    "exec(1)",
    "open(1)",
    "exp(*a)",
    "exp(x=a)",
    "True",
    "1j",
    "a[0]",
    "a @ b",
    "a // b",
    "a and b",
    "~a",
    "print(a)",
    "describe(a)",
    "Value(a)",
    "",
    "a +",
    "a; b",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_everything_but_formulas_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"cannot read|not allowed|there is no function"):
        evaluate(text, {"a": Value(1.0), "b": Value(2.0)})


@pytest.mark.parametrize(
    "text", ["(" * 3000 + "a" + ")" * 3000, "-" * 3000 + "a", "a" + "+a" * 3000, "exp(" * 800 + "a" + ")" * 800]
)
def test_deep_formulas_are_refused_without_a_crash(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"nested deeper than|cannot read"):
        evaluate(text, {"a": Value(1.0)})


def test_formulas() -> None:
    a, b = Value(2.0), Value(-3.0)
    values = {"a": a, "b": b}
    assert evaluate("tanh(a*b + 10)", values).data == pytest.approx(0.999329299739067, rel=1e-15)
    assert evaluate("-a**2 + max(a, b, 1) * pi - 7 % 4", values).data == pytest.approx(-4 + 2 * 3.141592653589793 - 3)
    assert evaluate("1/0 + sum(a, b)", values).data == float("inf")
    assert evaluate("(-8.0)**(1/3)", {}).data != evaluate("(-8.0)**(1/3)", {}).data  # nan, not complex
    assert evaluate("where(greater(a, 0), a, b)", values).data == 2.0
    assert evaluate("3", {}).role == "constant"
    with pytest.raises(ExpressionError, match=r"'z' has no value; given are: a, b. Add z=NUMBER"):
        evaluate("a + z", values)
    with pytest.raises(ExpressionError, match=r"exp is a function: call it"):
        evaluate("exp + 1", values)
    with pytest.raises(ExpressionError, match=r"there is no function 'foo'; known are abs, acos"):
        evaluate("foo(a)", values)
    with pytest.raises(ExpressionError, match=r"hypot\(\) with 1 arguments"):
        evaluate("hypot(a)", values)
    assert {"tanh", "relu", "hypot", "logsumexp"} <= set(known_functions())


def test_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "graph.svg"
    assert main(["tanh(a*b + c)", "a=2", "b=-3", "c=10", "--svg", str(picture)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "tanh(a*b + c) = 0.999329299739067"
    assert "d/da = -0.00402285" in out and "d/db = 0.00268190" in out and "d/dc = 0.00134095" in out
    assert "graph.svg" in out and picture.read_text(encoding="utf-8").lstrip().startswith("<?xml")


def test_explaining_the_table_and_the_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "graph.html"
    assert main(["a*b + a", "a=2", "b=3", "--explain", "a", "--table", "--html", str(page)]) == 0
    out = capsys.readouterr().out
    assert "∂output/∂a" in out and "Reverse, read up" in out and "graph.html" in out
    assert "<html" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a", "a=1", "--explain", "b"], "--explain b: there is no such name; given are a"),
        (["a", "a=1", "--svg", "picture.docx"], "cannot tell what to write"),
        (["a", "a"], "'a' is not of the form name=value"),
        (["a", "a=x"], "the value of a is not a number: 'x'"),
        (["a", "a=1", "a=2"], "'a' is given twice"),
        (["exp", "exp=1"], "'exp' is the name of a function"),
        (["a +", "a=1"], "cannot read 'a +'"),
        (["a", "a=1", "--svg", "nowhere/x.svg"], "there is no folder"),
    ],
)
def test_command_line_errors(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "autograd", "2*3"], capture_output=True, text=True, check=True)
    assert done.stdout == "2*3 = 6.0\n"
