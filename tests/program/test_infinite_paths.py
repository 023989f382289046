"""One answer, eager or compiled, at the ends of the range of floats; and where equal nodes pass inf and -inf on."""

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, exp, relu, sqrt, where
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.program import compile
from tests.engine.oracle import built_in_rows
from tests.program.comparing import check_same

INF, NAN = math.inf, math.nan
ENDS = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 1e308, 5e-324]
SETTINGS = {"softmax": (1.0,), "log_softmax": (1.0,), "var": (1.0,), "std": (1.0,)}
Point = tuple[float, ...]
Function = Callable[..., Any]


def points(name: str) -> list[Point]:
    if name == "polygamma":
        return list(itertools.product([0.0, 1.0, 2.0, 1000.0], ENDS))
    if name == "dot":  # a matrix product adds the bias last: no sum that overflows on the way
        some = random.Random(0)
        return [tuple(some.choice(ENDS[:7]) for _ in range(5)) for _ in range(600)]
    arity = ops.TABLE[name].arity
    return list(itertools.product(ENDS, repeat=arity if arity > 0 else 3))


def check_one_answer(function: Function, point: Point, program: Any) -> None:
    inputs = [Value(x) for x in point]
    y = function(*inputs)
    if y.requires_grad:
        y.backward()
    value, _, (slopes,) = program.value_and_grad(np.array([point]), inputs=True)
    check_same(value, y.data, 1e-13, context=point)
    check_same(slopes, [x.grad for x in inputs], 1e-12, context=point)


@pytest.mark.parametrize("name", built_in_rows())
def test_every_row_at_the_ends_of_the_range(name: str) -> None:
    def function(*xs: Any) -> Any:
        return 1.0 * apply(ops.TABLE[name], xs, SETTINGS.get(name, ()))

    tried = points(name)
    inputs = [Value(x) for x in tried[0]]
    program = compile(function(*inputs), inputs)
    check_same(program(np.array(tried)), [function(*map(Value, point)).data for point in tried], 1e-13)
    for point in tried:
        check_one_answer(function, point, program)


# A node that is written twice is computed once where all is finite. One node of both gets inf − inf = nan for a
# gradient, where each by itself passes on what its own slope makes of inf: 0 where that is 0.
TWICE: dict[str, Function] = {
    "stopped by a choice": lambda x, y: where(x, 0.0, x * y) * INF + where(x, 0.0, x * y) * -INF,
    "products": lambda x, y: exp(x * y) * INF - exp(x * y) * INF,
    "roots": lambda x, y: sqrt(x) * y - sqrt(x) * y,
    "units": lambda x, y: relu(x) * y - relu(x) * y,
    "powers": lambda x, y: x**3 * y - x**3 * y + x**2,
    "one node for both": lambda x, y: (lambda h: h * INF - h * INF)(exp(x * y)),
}


@pytest.mark.parametrize("name", TWICE)
def test_equal_nodes_that_pass_infinities_on(name: str) -> None:
    inputs = [Value(1.0), Value(1.0)]
    program = compile(TWICE[name](*inputs), inputs)
    for point in itertools.product(ENDS[:7], repeat=2):
        check_one_answer(TWICE[name], point, program)


@pytest.mark.parametrize("kind", ["max", "softmax", "var", "dot", "prod", "logsumexp", "norm"])
@pytest.mark.parametrize("row", [(0.0, 2.0), (math.inf, 1.0), (1.0, math.nan), (-2.0, 3.0)])
def test_equal_nodes_of_many_operands(kind: str, row: tuple[float, float]) -> None:
    """The careful program keeps them apart; a block of nothing but copies has a result for each."""

    def node(x: Value, z: Value) -> Any:
        if kind == "softmax":
            return autograd.softmax([x, z, x])[0]
        return autograd.dot([x, z], [z, x]) if kind == "dot" else getattr(autograd, kind)([x, z, x])

    def four(x: Value, z: Value) -> Any:
        return node(x, z) * node(x, z) + node(x, z) / node(x, z)

    x, z = Value(0.5), Value(2.0)
    program = autograd.compile(four(x, z), inputs=[x, z])
    a, b = Value(row[0]), Value(row[1])
    recorded = four(a, b)
    recorded.backward()
    value, _, slopes = program.value_and_grad(list(row), inputs=True)
    assert np.allclose([value, *slopes], [recorded.data, a.grad, b.grad], rtol=1e-12, equal_nan=True)
