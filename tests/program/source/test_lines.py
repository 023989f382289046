"""What the source is written with: places in arrays, lines and which arrays they share, formulas, names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd.program.source.buffers import share_buffers, split
from autograd.program.source.draft import Buffer, Line, Section
from autograd.program.source.formula import Formula, call, factors, literal, name, product, written
from autograd.program.source.names import Names, common_name, identifier
from autograd.program.source.numpy_names import XP
from autograd.program.source.patterns import find_pattern


def test_patterns() -> None:
    def text(rows: Any, axes: str, **how: Any) -> str:
        found = find_pattern(np.array(rows), axes, **how)
        return f"{found.axes} {'list' if found.kind == 'list' else found.text('z', 12, ', examples')}"

    assert text(5, "") == " z[5]"
    assert text([5, 5], "n") == " z[5]"
    assert text([5, 5], "k", summed="k") == "k list"
    assert text([5], "k", summed="k") == "k z[5:6]"
    assert text(range(12), "n") == "n z"
    assert text(range(3, 6), "n") == "n z[3:6]"
    assert text([1, 4, 7], "n") == "n z[1:8:3]"
    assert text([4, 2, 0], "n") == "n z[4::-2]"
    assert text([0, 1, 3], "n") == "n list"
    assert text([[0, 1, 2], [3, 4, 5]], "kn") == "kn z[0:6].reshape(2, 3, examples)"
    assert text([[0, 2, 4], [1, 3, 5]], "kn") == "kn z[0:6].reshape(3, 2, examples).swapaxes(0, 1)"
    assert text([[0, 0], [1, 1]], "ln") == "l z[0:2]"
    assert text([[0, 1], [0, 1]], "ln") == "n z[0:2]"
    assert text([[0, 1], [5, 3]], "ln") == "ln list"
    assert find_pattern(np.array([0]), "k", "k").text("z", 0) == "z[None]"
    assert find_pattern(np.array(0), "").text("z", 0) == "z"


def test_an_array_is_reused_when_it_is_no_longer_read() -> None:
    a, b, c, d = [name(letter, "nb", letter) for letter in "abcd"]
    buffers = {letter: Buffer(letter, (3,), True) for letter in "abcd"}
    x = name("x", "nb")
    lines = [
        Line(a, call("np.exp", x)),
        Line(b, call("np.tanh", a)),  # in place: a is not read again
        Line(c, call("np.matmul", x, b)),  # not in place
        Line(d, call("np.add", c, b)),  # either would do, and the one last written is taken
    ]
    assert share_buffers(buffers, [Section("", lines)], {}) == {"a": "a", "b": "a", "c": "c", "d": "c"}
    kept = share_buffers(buffers, [Section("", lines[:2]), Section("", lines[2:])], {"a": 1, "b": 0})
    assert kept == {"a": "a", "b": "b", "c": "c", "d": "c"}
    buffers["b"] = Buffer("b", (4,), True)
    assert share_buffers(buffers, [Section("", lines)], {})["b"] == "b"


def test_one_operation_a_line() -> None:
    t, a, b = name("t", "nb", "t"), name("a", "nb", "a"), name("b", "nb", "b")
    (section,) = split([Section("", [Line(t, (a + b) * (a - b) + 1.0)])])
    assert [(str(line.target), str(line.formula)) for line in section.lines] == [
        ("t", "a + b"), ("t", "t * (a - b)"), ("t", "t + 1.0"),
    ]  # fmt: skip
    (section,) = split([Section("", [Line(t, (a + b) * t)])])
    assert [str(line.formula) for line in section.lines] == ["(a + b) * t"], "t is still to be read"
    (section,) = split([Section("", [Line(t, call("np.greater", a, b) * b)])])
    assert len(section.lines) == 1, "a truth value is no number yet"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda a, b: (a + b) * 2.0 - a / (b - 1.0), "(a + b) * 2.0 - a / (b - 1.0)"),
        (lambda a, b: a - (b - a), "a - (b - a)"),
        (lambda a, b: a / (b * a), "a / (b * a)"),
        (lambda a, b: -(a + b), "-(a + b)"),
        (lambda a, b: a * -b, "a * (-b)"),
        (lambda a, b: a * -2.0, "a * (-2.0)"),
        (lambda a, b: 0.0 + a * 1.0, "a"),
        (lambda a, b: XP.greater(a, b) * XP.greater(b, a), "(a > b) * (b > a)"),
        (lambda a, b: XP.greater(a, 0.0) - XP.greater(0.0, a), "(a > 0.0) * 1.0 - (0.0 > a) * 1.0"),
        (lambda a, b: XP.greater(a, 0.0) + XP.equal(a, 0.0), "(a > 0.0) * 1.0 + (a == 0.0) * 1.0"),
        (lambda a, b: XP.where(XP.equal(2.0, 2.0), a, b), "a"),
        (lambda a, b: XP.where(a, b, float("inf")), "np.where(a, b, np.inf)"),
        (lambda a, b: XP.power(a, 2.0), "np.square(a)"),
        (lambda a, b: XP.power(a, -1.0), "1.0 / a"),
        (lambda a, b: XP.power(a, 3.0), "np.square(a) * a"),
        (lambda a, b: a * XP.power(b, 0.0) * XP.power(2.0, 3.0), "a * 8.0"),
        (lambda a, b: XP.power(a, 0.3), "np.power(a, 0.3)"),
        (lambda a, b: XP.power(a, 0.5), "power(a, 0.5)"),
        (lambda a, b: XP.sigmoid(a), "sigmoid(a)"),
        (lambda a, b: XP.relu(a), "np.where(0.0 > a, 0.0, a)"),
        (lambda a, b: XP.exp(0.0) * a, "a"),
        (lambda a, b: product(a * 2.0, -(b * 0.5)), "-(a * b)"),
        (lambda a, b: product(name("seed") * 2.0, -a), "a * (seed * (-2.0))"),
    ],
)  # fmt: skip
def test_formulas(formula: Callable[[Formula, Formula], Formula], expected: str) -> None:
    a, b = name("a", "nb", "a"), name("b", "nb", "b")
    made = formula(a, b)
    assert str(made) == expected
    if "seed" not in expected:
        numbers = {"a": np.array([0.3, -1.0]), "b": np.array([1.7, 0.4])}
        known = {"np": np, "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "power": np.power, **numbers}
        with np.errstate(invalid="ignore"):
            assert np.shape(eval(expected, known)) == (2,)


def test_a_rule_that_branches_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a rule branched on a number: write the choice with xp\.where"):
        bool(name("x") + 1.0)


def test_literals() -> None:
    numbers = [0.1, -0.0, 1e300, 5e-324, float("inf"), -float("inf"), float("nan")]
    again = [eval(literal(x), {"np": np}) for x in numbers]
    assert repr(again) == repr(numbers)
    assert written(-3.0, 2) == "(-3.0)"
    assert [written(part) for part in factors(-(name("a") * 2.0))] == ["(-1.0)"[1:-1], "a", "2.0"]


def test_names() -> None:
    names = Names()
    assert [names.new(wanted) for wanted in ("z", "z", "z", "P", "None", "")] == [
        "z",
        "z_2",
        "z_3",
        "P_2",
        "None_2",
        "v",
    ]
    assert identifier("a" * 100) == "a" * 32
    assert common_name(["w0", "w1", "b"]) == ""
    assert common_name(["layers.0.neurons.0.w0", "layers.0.neurons.1.w1"]) == "layers_0_w"
    assert common_name(["α1", "α2"]) == ""
