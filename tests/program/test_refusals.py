"""What `compile` and a Program do not take: the error says what was given, and what to give."""

from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.program import Program, compile


def line() -> Program:
    w, b, x = Value(2.0, "w"), Value(1.0, "b"), Value(0.0, "x")
    return compile((w * x + b) ** 2, [x])


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([1.0, 2.0], ValueError, r"X has the shape \(2,\), and this program takes 1 inputs: give \(1,\) for one"),
        ([[1.0, 2.0]], ValueError, r"X has the shape \(1, 2\)"),
        ([[[1.0]]], ValueError, r"X has the shape \(1, 1, 1\)"),
        (1.0, ValueError, r"X has the shape \(\)"),
        (np.zeros((0, 1)), ValueError, "X is a batch of no examples"),
        ([[1.0], [2.0, 3.0]], ValueError, "X is not an array of numbers"),
        ([["a"]], TypeError, "X is an array of <U1: a program takes numbers"),
        ([[1j]], TypeError, "X is an array of complex128"),
        (np.array([["2026"]], dtype="M8[Y]"), TypeError, "X is an array of datetime64"),
    ],
)
def test_what_is_no_table_of_numbers(X: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        line()(X)  # type: ignore[arg-type]


X, Y = Value(1.0, "x"), Value(2.0, "y")


@pytest.mark.parametrize(
    ("arguments", "named", "error", "message"),
    [
        ((X * Y, [X * Y]), {}, ValueError, "input 0, .* is computed: list the leaves that it is made of"),
        ((X * Y, [X, X]), {}, ValueError, "input 1, .* is listed twice: it was number 0"),
        ((X * Y, [1.0]), {}, TypeError, r"input 0 is no Value but 1\.0 \(float\)"),
        ((X * Y, X), {}, TypeError, r"inputs is a list of Values, got Value\(.*: write inputs=\[...\] around it"),
        ((X * Y, [X]), {"parameters": [X * Y]}, ValueError, "parameter 0, .* is computed"),
        ((X * Y, [X]), {"parameters": [Y, Y]}, ValueError, "parameter 1, .* is listed twice"),
        ((X * Y, [X]), {"parameters": [X]}, ValueError, "parameter 0, .* is input 0 too"),
        ((X * Y, [X]), {"parameters": ["y"]}, TypeError, "parameter 0 is no Value but 'y'"),
        (([X, 3.0],), {}, TypeError, r"an output is a Value, got 3\.0 \(float\)"),
        (("x",), {}, TypeError, "takes a Value, a list of Values or a function, got 'x'"),
        (([],), {}, ValueError, "there is no output to compile"),
        ((lambda x: x, [X]), {}, ValueError, "a function finds them in its arguments"),
        ((X * Y, [X]), {"dtype": "int64"}, ValueError, "dtype must be float64 or float32, got 'int64'"),
        ((X * Y, [X]), {"dtype": np.float16}, ValueError, "dtype must be float64 or float32"),
    ],
)
def test_what_does_not_compile(
    arguments: tuple[Any, ...], named: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        compile(*arguments, **named)


@pytest.mark.parametrize("rows", [[1.0], [[1.0]]])
def test_unknown_reductions(rows: list[float]) -> None:
    with pytest.raises(ValueError, match='reduction must be "mean", "sum" or "none", got \'max\''):
        line().value_and_grad(rows, reduction="max")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match='must be "mean" or "sum" here'):
        line().trainer().value_and_gradient(rows, reduction="none")


def test_unknown_stages() -> None:
    with pytest.raises(KeyError, match="there is no stage 'nothing': the stages are recorded, canonical, grouped"):
        line().stages["nothing"]
