"""How a table of edge cases is written, and the check that a row of it holds.

A row reads `expression | point | value | slopes | second derivatives`. The variables of an expression are x, or a, b, c
in the order of the numbers of the point, and the derivatives follow that order; a second derivative is by the same
variable twice. `0` is either zero, `-0` the negative one alone. Numbers that are not 0, inf or nan are compared to a
relative 1e-14, which no zero can pass. `1/3` is a fraction; a line that ends in a bar goes on in the next.
"""

import math
import re
from typing import Any, NamedTuple

import pytest

import autograd
from autograd import Value, grad
from tests.engine.oracle import SLOPE_TOLERANCE

NAMES = {name: getattr(autograd, name) for name in dir(autograd)} | {"inf": math.inf, "nan": math.nan}


class Row(NamedTuple):
    """One line of a table."""

    expression: str
    point: list[float]
    value: float
    first: list[float]
    second: list[float]


def rows_of(*tables: str) -> list[Any]:
    """Every row of some tables, as parameters of a test."""
    lines = [line for table in tables for line in re.sub(r"\|\n", "|", table).splitlines() if line.strip()]
    return [pytest.param(_read(line), id=" at ".join(part.strip() for part in line.split("|")[:2])) for line in lines]


def _read(line: str) -> Row:
    expression, *columns = (part.strip() for part in line.split("|"))
    point, [value], first, second = ([_number(x) for x in column.split(",")] for column in columns)
    assert len(point) == len(first) == len(second), line
    return Row(expression, point, value, first, second)


def _number(text: str) -> float:
    numerator, _, denominator = text.partition("/")
    return float(numerator) / float(denominator or 1.0)


def record(row: Row) -> tuple[list[Value], Value]:
    """The variables of a row at its point, and its expression of them."""
    names = ["x"] if re.search(r"\bx\b", row.expression) else ["a", "b", "c"][: len(row.point)]
    variables = [Value(x) for x in row.point]
    return variables, eval(row.expression, NAMES | dict(zip(names, variables, strict=True)))


def check_row(row: Row) -> None:
    """Assert value, slopes (from `grad`, recorded again, and from `backward`) and second derivatives of a row."""
    variables, y = record(row)
    recorded = grad(y, variables, create_graph=True)
    _assert_same(row, "value", [y.data], [row.value])
    _assert_same(row, "slopes", grad(y, variables), row.first)
    _assert_same(row, "recorded slopes", [slope.data for slope in recorded], row.first)
    second = [grad(slope, variable) for slope, variable in zip(recorded, variables, strict=True)]
    _assert_same(row, "second derivatives", second, row.second)
    if y.requires_grad:
        y.backward()
    # A leaf starts from 0.0, and 0.0 + -0.0 is 0.0: the sign of a zero is lost here, in PyTorch too.
    _assert_same(row, "accumulated slopes", [variable.grad for variable in variables], [x + 0.0 for x in row.first])


def _assert_same(row: Row, what: str, got: list[float], expected: list[float]) -> None:
    assert all(_same(a, b) for a, b in zip(got, expected, strict=True)), (
        f"{row.expression} at {row.point}: {what} are {got}, expected {expected}"
    )


def _same(got: float, expected: float) -> bool:
    if expected == 0.0:
        return got == 0.0 and (math.copysign(1.0, expected) > 0.0 or math.copysign(1.0, got) < 0.0)
    if math.isfinite(expected):
        return abs(got - expected) <= SLOPE_TOLERANCE * abs(expected)
    return got == expected or (got != got and expected != expected)
