"""The bound for rounding errors: above the error that there is, and not far above."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from autograd import Value, exp, gelu, grad, lgamma, log, log_softmax, sigmoid, silu, sin, softplus
from autograd.checking.rounding import rounding_error
from autograd.custom import operation
from autograd.testing import gradcheck


def exactly(*terms: float) -> float:
    return float(sum(map(Fraction, terms)))


@pytest.mark.parametrize(
    ("f", "x", "exact"),
    [
        (lambda x: x + 1e6 - 1e6, 1e-3, 1e-3),
        (lambda x: (x + 0.1) + 0.2 - 1.0, 0.7, exactly(0.7, 0.1, 0.2, -1.0)),
        (gelu, -7.3, 0.5 * -7.3 * math.erfc(7.3 * math.sqrt(0.5))),
        (lambda x: log(1.0 + x), 1e-9, math.log1p(1e-9)),
        (lambda x: exp(x) - 1.0, 1e-9, math.expm1(1e-9)),
        (lambda x: 1.0 - sigmoid(x), 30.0, 1.0 / (1.0 + math.exp(30.0))),
        (lambda x: log_softmax([x, 0.0])[0], 30.0, -math.log1p(math.exp(-30.0))),
        (lambda x: grad(sigmoid(x), x, create_graph=True), 33.0, math.exp(-33.0) / (1.0 + math.exp(-33.0)) ** 2),
    ],
)
def test_the_bound_holds_where_digits_are_lost(f: Callable[..., Any], x: float, exact: float) -> None:
    result = f(Value(x))
    bound = rounding_error(result)
    assert 0.0 < abs(result.data - exact) <= bound
    assert bound < 1e3 * abs(result.data - exact)


def test_near_a_zero_of_a_function_its_rounding_is_that_of_the_operand() -> None:
    result = lgamma(Value(1.000001))
    off = abs(result.data - -5.772148423874146e-07)  # 40 digits of mpmath, rounded
    assert 1e-16 < off < 2.0 * rounding_error(result) < 1e-15


def test_numbers_below_the_normal_ones_are_rounded_to_the_smallest() -> None:
    bound = rounding_error(Value(3e-324) * 0.6)
    assert bound >= 5e-324
    assert gradcheck(silu, [-725.375895181365])
    assert gradcheck(softplus, [-32094.664445829425, 0.023006783767376738])


def test_what_is_exact_or_constant() -> None:
    assert rounding_error(Value(3.0)) == 0.0
    assert rounding_error(sin(Value(0.5))) < 2e-16


def test_an_infinite_slope_does_not_make_the_bound_infinite() -> None:
    x = Value(0.0)
    assert rounding_error((x + 1.0).log() + x.sqrt()) < 1e-15


def test_a_rule_that_takes_plain_numbers_alone_counts_as_one_operation() -> None:
    @operation(lambda xp, y, x: math.cos(x.data if isinstance(x, Value) else x))
    def plain_sin(xp: Any, x: Any) -> Any:
        if isinstance(x, Value):
            raise TypeError("a number, please")
        return math.sin(x)

    assert 0.0 < rounding_error(plain_sin(Value(0.5))) < 2e-16
