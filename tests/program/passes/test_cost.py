"""What compiling costs: calls of functions, counted, grow no faster than the nodes; and one trace, one compilation."""

import builtins
import sys
from collections.abc import Callable

import pytest

from autograd import Value, relu, tanh
from autograd import sum as add_up
from autograd.program import compile
from tests.counting import calls


def wide_layer(n: int) -> tuple[Value, list[Value]]:
    x = [Value(0.1, f"x{i}") for i in range(20)]
    rows = [[Value(0.5, role="parameter") for _ in x] for _ in range(n)]
    return add_up([relu(builtins.sum(w * v for w, v in zip(row, x, strict=True))) for row in rows]), x


def deep_chain(n: int) -> tuple[Value, list[Value]]:
    x, w = Value(0.3, "x"), Value(0.5, "w")
    y = x
    for _ in range(n):
        y = tanh(y * w)
    return y, [x]


def formulas(n: int) -> tuple[Value, list[Value]]:
    x = Value(0.2, "x")
    weights = [Value(0.1 * i) for i in range(n)]
    return add_up([(w * x).sin() * w for w in weights]), [x]


@pytest.mark.parametrize("build", [wide_layer, deep_chain, formulas])
def test_compiling_is_linear_in_the_nodes(build: Callable[[int], tuple[Value, list[Value]]]) -> None:
    counts = []
    for n in (100, 200, 400):
        output, inputs = build(n)
        counts.append(calls(lambda: compile(output, inputs)._code.prepare))  # noqa: B023
    assert counts[1] < 2.2 * counts[0], counts
    assert counts[2] < 2.2 * counts[1], counts


def test_a_graph_deeper_than_the_recursion_limit() -> None:
    x, w = Value(0.5), Value(1.0001, role="parameter")
    y: Value = x
    for i in range(2 * sys.getrecursionlimit()):
        y = y * w if i % 2 else (y + 0.1).sin()
    program = compile(y, inputs=[x])
    y.backward()
    value, (slope,) = program.value_and_grad([0.5])
    assert abs(value - y.data) < 1e-12 and abs(slope - w.grad) < 1e-12
