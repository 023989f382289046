"""One derivative through every entrance where a slope of exactly 0 meets nan or inf; `backward()` says which.

A step function lets nothing pass, not even nan. Another slope of 0 stops an infinity, and leaves a nan to be seen.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, compile, derivative, explain, grad, hessian, hvp, jacobian, jvp, value_and_grad, where

Function = Callable[..., Any]
X = 1.5

STEPS: dict[str, Function] = {
    "floor": autograd.floor,
    "ceil": autograd.ceil,
    "round": autograd.round,
    "sign": autograd.sign,
    "floor_divide": lambda x: x // 2.0,
    "greater": lambda x: autograd.greater(x, 1.0),
    "equal": lambda x: autograd.equal(x, 1.0),
    "isnan": autograd.isnan,
    "a step of a step": lambda x: autograd.sign(autograd.floor(x)),
}
SLOPES_OF_ZERO: dict[str, Function] = {
    "where, not taken": lambda x: where(0.0, x, 1.0),
    "where, the condition": lambda x: where(x, 2.0, 1.0),
    "clamp, outside": lambda x: autograd.clamp(x, 2.0, 3.0),
    "maximum, the smaller": lambda x: autograd.maximum(x, 5.0),
    "max, a smaller one": lambda x: autograd.max([x, x + 1.0, Value(9.0)]),
    "relu, below 0": lambda x: autograd.relu(x - 5.0),
    "times 0": lambda x: x * 0.0,
    "to the power 0": lambda x: x**0.0,
    "dot with 0": lambda x: autograd.dot([x, x], [0.0, 0.0]),
}
FACTORS: dict[str, Function] = {
    "nan": lambda x: math.nan,
    "inf": lambda x: math.inf,
    "-inf": lambda x: -math.inf,
    "a computed nan": lambda x: autograd.log(x - 7.0),
    "a computed inf": lambda x: 1.0 / (x - X),
}
AROUND: dict[str, Callable[[Function, Function], Function]] = {
    "f(x) · c": lambda f, c: lambda x: f(x) * c(x),
    "(f(x²) · c)³": lambda f, c: lambda x: (f(x * x) * c(x)) ** 3,
    "f(x) · c + x": lambda f, c: lambda x: f(x) * c(x) + x,
}


def by_backward(f: Function) -> float:
    x = Value(X)
    y = f(x)
    if y.requires_grad:
        y.backward()
    return x.grad


def program_of(f: Function) -> Any:
    x = Value(X)
    return compile(f(x), [x])


def of_recorded(f: Function, **settings: Any) -> Any:
    x = Value(X)
    return grad(f(x), x, **settings)


def by_operands_too(f: Function) -> Any:
    x = Value(X)
    y = f(x)
    return grad(y, [x, *y.operands])[0]


def by_explanation(f: Function) -> float:
    x = Value(X, "x")
    why = explain(f(x), x, "all", k=1000)
    assert same(why.total, sum(path.product for path in why.paths))
    return why.total


def by_arrays(f: Function) -> Any:
    """As a batch that is large enough for array code, whatever the choice would be."""
    slopes = np.zeros((len(ROWS), 1))
    program_of(f)._loaded().arrays_with_numbers().gradients(np.array(ROWS), 1.0, slopes)
    return slopes[9, 0]


ROWS = [[X]] * 64
FIRST: dict[str, Callable[[Function], Any]] = {
    "grad": of_recorded,
    "grad, recorded": lambda f: of_recorded(f, create_graph=True).data,
    "grad, of the operands, too": by_operands_too,
    "value_and_grad": lambda f: value_and_grad(f)(X)[1],
    "derivative": lambda f: derivative(f)(X),
    "jacobian": lambda f: jacobian(lambda x: [x, f(x)])(X)[1][0],
    "jvp": lambda f: jvp(f)(X, 1.0)[1],
    "explain": by_explanation,
    "program, one": lambda f: program_of(f).value_and_grad([X], inputs=True)[2][0],
    "program, a batch": lambda f: program_of(f).value_and_grad(ROWS, inputs=True, reduction="none")[2][9, 0],
    "program, arrays": by_arrays,
    "program, jacobian": lambda f: program_of(f).jacobian([X])[0],
    "compiled function": lambda f: compile(f).value_and_grad(Value(X))[1][0],
    "compiled derivative": lambda f: compile(lambda x: value_and_grad(f)(x)[1])(X),
    "compiled jvp": lambda f: compile(lambda x: jvp(f)(x, 1.0)[1])(X),
}
SECOND: dict[str, Callable[[Function], Any]] = {
    "hessian": lambda f: hessian(f)(X)[0][0],
    "derivative": lambda f: derivative(f, order=2)(X),
    "hvp": lambda f: hvp(f)(X, 1.0),
    "program, hessian": lambda f: program_of(f).hessian([X])[0, 0],
    "program, hessians": lambda f: program_of(f).hessian(ROWS)[9, 0, 0],
    "compiled derivative": lambda f: compile(lambda x: derivative(f, order=2)(x))(X),
}


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("name", [*STEPS, *SLOPES_OF_ZERO])
def test_one_answer_through_every_entrance(name: str, factor: str, around: str) -> None:
    f = AROUND[around]((STEPS | SLOPES_OF_ZERO)[name], FACTORS[factor])
    expected = by_backward(f)
    with np.errstate(all="ignore"):
        found = {entrance: float(answer(f)) for entrance, answer in FIRST.items()}
    assert not {entrance: x for entrance, x in found.items() if not same(x, expected)}, f"backward() has {expected}"


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("name", [*STEPS, *SLOPES_OF_ZERO])
def test_one_second_derivative(name: str, factor: str, around: str) -> None:
    f = AROUND[around]((STEPS | SLOPES_OF_ZERO)[name], FACTORS[factor])
    x = Value(X)
    first = grad(f(x), x, create_graph=True)
    expected = by_backward(lambda x: grad(f(x), x, create_graph=True)) if first.requires_grad else 0.0
    with np.errstate(all="ignore"):
        found = {entrance: float(answer(f)) for entrance, answer in SECOND.items()}
    assert not {entrance: x for entrance, x in found.items() if not same(x, expected)}, f"backward() has {expected}"


@pytest.mark.parametrize("name", STEPS)
def test_a_step_function_lets_nothing_pass(name: str) -> None:
    x = Value(X, "x")
    step = STEPS[name](x)
    y = step * math.nan
    assert grad(y, [x, step]) == [0.0, pytest.approx(math.nan, nan_ok=True)]
    why = explain(y + x, x)
    assert (why.total, [path.product for path in why.paths]) == (1.0, [0.0] * (why.count - 1) + [1.0])


def test_named_stops_on_the_way_to_a_step_function() -> None:
    x = Value(X, "x")
    inner, outer = autograd.floor(x * 2.0) * 3.0, Value(math.nan, "c", role="constant")
    inner.label = "h"
    why = explain(inner * outer + inner * x, x)
    assert [path.product for path in why.paths] == [0.0, 9.0]
    assert why.total == 9.0
