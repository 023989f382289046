"""No number makes an operation raise, in its value or in derivatives up to the second, and all ways to one agree."""

import itertools
import math
from typing import Any

import pytest

from autograd import Value, grad
from autograd.engine import ops
from autograd.engine.applying import apply
from tests.engine.oracle import built_in_rows

INF, NAN = math.inf, math.nan
MANY = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 20.0, -1000.0, 1e-320, -5e-324, 1e30, 1e200, -1e308, INF, -INF, NAN]
SOME = [0.0, -0.0, 1.0, -2.5, -5e-324, 1e200, -1e308, INF, -INF, NAN]
FEW = [-0.0, 2.0, -1e308, INF, NAN]
ORDERS = [0.0, 1.0, 2.0, 7.0]  # of a polygamma: nothing else is allowed
PARAMS = {"softmax": (1.0,), "log_softmax": (0.0,)}


def points_of(op: ops.Op) -> list[tuple[float, ...]]:
    if op.name == "polygamma":
        return list(itertools.product(ORDERS, MANY))
    count = 3 if op.variadic else op.arity
    return list(itertools.product({1: MANY, 2: SOME, 3: FEW}[count], repeat=count))


def shown(x: Any) -> str:
    return float(x).hex()


@pytest.mark.parametrize("op", built_in_rows().values(), ids=lambda op: op.name)
def test_every_corner(op: ops.Op) -> None:
    params = PARAMS.get(op.name, ())
    for point in points_of(op):
        number = apply(op, point, params)
        assert isinstance(number, float)
        xs = [Value(x) for x in point]
        y = apply(op, xs, params)
        assert isinstance(y, Value) and shown(y.data) == shown(number)
        first = grad(y, xs, create_graph=True)
        assert [shown(slope.data) for slope in first] == [shown(slope) for slope in grad(y, xs)], (op.name, point)
        for slope in first:
            second = grad(slope, xs, create_graph=True)
            assert [shown(d.data) for d in second] == [shown(d) for d in grad(slope, xs)], (op.name, point)


@pytest.mark.parametrize("empty", ["sum", "prod", "mean", "norm", "logsumexp"])
def test_of_nothing(empty: str) -> None:
    expected = {"sum": 0.0, "prod": 1.0, "mean": NAN, "norm": 0.0, "logsumexp": -INF}[empty]
    assert shown(apply(ops.TABLE[empty], ())) == shown(expected)


@pytest.mark.parametrize("order", [-1.0, 0.5, INF, NAN])
def test_the_order_of_a_polygamma_is_a_whole_number(order: float) -> None:
    with pytest.raises(ValueError, match=rf"polygamma: the order must be 0, 1, 2, ..., 1000, got {order}"):
        apply(ops.TABLE["polygamma"], (order, 1.0))
