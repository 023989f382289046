"""Formulas as text and the command line: what they compute, and that nothing but arithmetic is ever run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.__main__ import main
from autograd.command.expression import ExpressionError, evaluate, known_functions

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


SLIPS: list[tuple[str, str, str]] = [  # a formula over a, b and x, what is said, and the line with the carets
    ("a^2", r"write \*\* for powers, as in x\*\*2", " ^"),
    ("a ^ 2 + b", r"write \*\* for powers", "  ^"),
    ("(a + b)^2", r"write \*\* for powers", "       ^"),
    ("a^2 + 2a", r"write \*\* for powers; between 2 and a stands no sign: write 2\*a", " ^     ^"),
    ("2a", r"between 2 and a stands no sign: write 2\*a", " ^"),
    ("a + 0.5x", r"write 0\.5\*x", "       ^"),
    ("3e", r"between 3 and e stands no sign: write 3\*e", " ^"),
    ("1e5a", r"write 1e5\*a", "   ^"),
    ("2pi", r"write 2\*pi", " ^"),
    ("2(a + 1)", r"before a bracket stands a function, or a sign: write \* for a product", " ^"),
    ("(a)(b)", r"there is no function 'a', it is a number: write a\*", " ^"),
    ("(a + 1)(b)", r"write \* for a product", "       ^"),
    ("(a)b", r"between '\)' and 'b' stands no sign: write \* for a product", "   ^"),
    ("a(b + 1)", r"there is no function 'a', it is a number: write a\*", "^"),
    ("a b", r"between 'a' and 'b' stands no sign: write \* for a product", "  ^"),
    ("ab", r"'ab' has no value; given are: a, b, x\. Add ab=NUMBER, or write a\*b for a product", "^"),
    ("sin a", r"the argument of sin stands in brackets: write sin\(x\)", "    ^"),
    ("(a + b", r"this '\(' is never closed: add the bracket", "^"),
    ("tanh((a + b)", r"this '\(' is never closed", "    ^"),
    ("a + b)", r"this '\)' closes nothing", "     ^"),
    ("(a + b]", r"this '\]' closes nothing", "      ^"),
    ("[a + b]*2", "all brackets are round", "^"),
    ("tahn(a)", r"there is no function 'tahn'; did you mean tanh\?", "^"),
    ("a + ln(b)", r"there is no function 'ln'; did you mean log\?", "    ^"),
    ("sgn(a)", "did you mean sign", "^"),
    ("pow(a, 2)", "did you mean power", "^"),
    ("y*z + a", "'y' has no value; given are: a, b, x. Add y=NUMBER z=NUMBER", "^"),
    ("a = 2", "values stand behind the formula, not in it", "  ^"),
    ("2,5*a", r"a decimal number has a point, as in 2\.5", " ^"),
    ("|a|", r"write abs\(x\) for \|x\|", "^"),
    ("a | b", r"write abs\(x\) for \|x\|", "  ^"),
    ("a!", "there is no factorial", " ^"),
    ("a +", "something is missing at the end", "  ^"),
    ("a // b", r"write floor_divide\(a, b\)", "^"),
    ("a == b", r"write greater\(a, b\) or equal\(a, b\)", "^"),
    ("a; b", "cannot read 'a; b'", " ^"),
    ("a + “b”", "invalid character '“'", "    ^"),
    ("×a²^b", "cannot read '×a²", "   ^"),
    ("a²·b^2", r"write \*\* for powers", "    ^"),
    ("hypot(a)", r"hypot\(\) with 1 arguments", "^"),
]


@pytest.mark.parametrize(("text", "said", "carets"), SLIPS)
def test_slips_are_told_with_their_place(text: str, said: str, carets: str) -> None:
    with pytest.raises(ExpressionError, match=said) as caught:
        evaluate(text, {"a": Value(2.0), "b": Value(-3.0), "x": Value(0.5)})
    _, shown, pointing = str(caught.value).split("\n")
    assert (shown, pointing) == (f"  {text}", f"  {carets}")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2×a", "2*a"),
        ("2·a⋅b", "2*a*b"),
        ("a÷b − 1", "a/b - 1"),
        ("a² + b³", "a**2 + b**3"),
        ("a¹² * b⁻¹", "a**12 * b**(-1)"),
        ("-a²", "-(a**2)"),
        ("√(a)", "sqrt(a)"),
        ("√a·b", "sqrt(a)*b"),
        ("√2 + √ a", "sqrt(2) + sqrt(a)"),
        ("√2.5e1", "sqrt(25)"),
        ("√(√16)", "sqrt(sqrt(16))"),
        ("sin(π/2)", "sin(pi/2)"),
    ],
)
def test_mathematics_as_it_is_printed(text: str, same: str) -> None:
    results = []
    for formula in (text, same):
        a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        output = evaluate(formula, {"a": a, "b": b})
        if output.requires_grad:
            output.backward()
        results.append((output.data, a.grad, b.grad))
    assert results[0] == results[1]


def test_a_name_of_the_users_own_goes_before_a_constant() -> None:
    assert evaluate("π + e", {"π": Value(1.0), "e": Value(2.0)}).data == 3.0


def test_a_long_formula_is_shown_around_the_place() -> None:
    text = "+".join(["a"] * 100) + "+2b+" + "+".join(["a"] * 100)
    with pytest.raises(ExpressionError, match=r"write 2\*b") as caught:
        evaluate(text, {"a": Value(1.0), "b": Value(1.0)})
    _, shown, pointing = str(caught.value).split("\n")
    assert len(shown) < 90 and shown.startswith("  ...") and shown.endswith("...")
    assert shown[len(pointing) - 2 : len(pointing)] == "2b"


@given(st.text(alphabet="ab12.,^*/+-()[]|=!√²π× \t\n\x00é“", max_size=30))
def test_any_text_is_a_formula_or_an_error_with_a_place_inside_it(text: str) -> None:
    try:
        evaluate(text, {"a": Value(2.0), "b": Value(-3.0)})
    except ExpressionError as error:
        for line in str(error).split("\n")[2:]:
            assert set(line.removeprefix("  ")) <= {" ", "^"} and len(line) <= len(text.strip()) + 3


def test_command_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "graph.svg"
    assert main(["tanh(a*b + c)", "a=2", "b=-3", "c=10", "--svg", str(picture)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "tanh(a*b + c) = 0.999329299739067"
    assert "d/da = -0.00402285" in out and "d/db = 0.00268190" in out and "d/dc = 0.00134095" in out
    assert "graph.svg" in out and picture.read_text(encoding="utf-8").startswith("<svg ")


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
        (["a", "a=2,5"], "the value of a is not a number: '2,5'; a decimal number has a point"),
        (["a", "a", "=", "2"], "write it without spaces, such as a=2"),
        (["a^2 + 2a", "a=3"], "\n  a^2 + 2a\n   ^     ^\n"),
        (["a", "a=1", "--svg", "."], "is a folder: name a file in it"),
        (["a", "a=1", "--html", "a.svg"], "a page is saved as .html"),
        (["a", "a=1", "a=2"], "'a' is given twice"),
        (["exp", "exp=1"], "'exp' is the name of a function"),
        (["a +", "a=1"], "cannot read 'a +'"),
        (["a", "a=1", "--svg", "nowhere/x.svg"], "there is no folder"),
    ],
)
def test_command_line_errors(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["-a+1", "a=3"], "-a+1 = -2.0"),
        (["-2*a", "a=3"], "-2*a = -6.0"),
        (["a", "a=1/4"], "a = 0.25"),
        (["a", "a=-pi"], "a = -3.141592653589793"),
        (["2×a²", "a=3"], "2×a² = 18.0"),
    ],
)
def test_what_people_type(arguments: list[str], first: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[0] == first


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "autograd", "2*3"], capture_output=True, text=True, check=True)
    assert done.stdout == "2*3 = 6.0\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_signs_that_the_output_has_not_are_written_as_numbers(encoding: str) -> None:
    command = [sys.executable, "-m", "autograd", "a*a", "a=3", "--explain", "a", "--table"]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding})
    sign = "∂" if encoding == "utf-8" else r"\u2202"
    assert f"{sign}output/{sign}a = {sign}output/{sign}a" in done.stdout.decode(encoding)
