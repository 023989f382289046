"""Derivatives inside of derivatives: random compositions, under every outer mode, against torch.func."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, derivative, enable_grad, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad
from autograd.engine.state import NoHistoryError
from autograd.testing import gradcheck

Function = Callable[[Any], Any]

# What torch.func.jvp itself calls, at its first use.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")


@dataclass(frozen=True)
class Library:
    """The same seven ways to a derivative, and three smooth functions, in one of the two libraries."""

    sin: Function
    exp: Function
    tanh: Function
    grad: Callable[[Function], Function]
    derivative: Callable[[Function], Function]
    value_and_grad: Callable[[Function], Callable[[Any], tuple[Any, Any]]]
    jacobian: Callable[[Callable[[Any], list[Any]]], Callable[[Any], list[Any]]]
    hessian: Callable[[Function], Function]
    hvp: Callable[[Function], Callable[[Any, Any], Any]]
    jvp: Callable[[Function], Callable[[Any, Any], tuple[Any, Any]]]


def _recorded_grad(f: Function) -> Function:
    """`grad` of a recorded value, by a node of its own: x itself may be read by f besides."""

    def slope(x: Any) -> Any:
        at = x * 1.0 if isinstance(x, Value) else Value(x)
        with enable_grad():
            return grad(f(at), at, create_graph=True)

    return slope


def _torch_hvp(f: Function) -> Callable[[Any, Any], Any]:
    return lambda x, v: torch.func.jvp(torch.func.grad(f), (x,), (v,))[1]


def _torch_jvp(f: Function) -> Callable[[Any, Any], tuple[Any, Any]]:
    def push(x: Any, v: Any) -> tuple[Any, Any]:
        value, slope = torch.func.jvp(f, (x,), (v,))[:2]
        return value, slope

    return push


def _torch_value_and_grad(f: Function) -> Callable[[Any], tuple[Any, Any]]:
    return lambda x: torch.func.grad_and_value(f)(x)[::-1]


OURS = Library(
    ag.sin, ag.exp, ag.tanh, _recorded_grad, derivative, value_and_grad,
    lambda f: lambda x: [row[0] for row in jacobian(f)(x)], lambda f: lambda x: hessian(f)(x)[0][0], hvp, jvp,
)  # fmt: skip
THEIRS = Library(
    torch.sin, torch.exp, torch.tanh, torch.func.grad, torch.func.grad, _torch_value_and_grad,
    lambda f: lambda x: list(torch.func.jacrev(lambda y: torch.stack(f(y)))(x)), torch.func.hessian, _torch_hvp,
    _torch_jvp,
)  # fmt: skip

# How one function becomes another by way of a derivative; `outer` shows whether the inner one reads the outer x.
WRAPS: dict[str, Callable[[Library, Function], Function]] = {
    "grad": lambda lib, f: lib.grad(f),
    "derivative": lambda lib, f: lib.derivative(f),
    "value_and_grad": lambda lib, f: lambda x: lib.value_and_grad(f)(x)[0] * lib.value_and_grad(f)(x)[1],
    "jacobian": lambda lib, f: lambda x: sum(lib.jacobian(lambda y: [f(y), f(y) * y])(x)),
    "hessian": lambda lib, f: lib.hessian(f),
    "hvp": lambda lib, f: lambda x: lib.hvp(f)(x, x * 0.5),
    "jvp": lambda lib, f: lambda x: lib.jvp(f)(x, x)[1],
    "grad, reads x": lambda lib, f: lambda x: x * lib.grad(lambda y: f(x * y) * x)(x),
    "derivative, reads x": lambda lib, f: lambda x: lib.derivative(lambda y: f(x * y))(x * 0.5),
    "value_and_grad, reads x": lambda lib, f: lambda x: lib.value_and_grad(lambda y: f(y) * x)(x)[1],
    "hessian, reads x": lambda lib, f: lambda x: lib.hessian(lambda y: f(y + x))(x * 0.25),
    "hvp, reads x": lambda lib, f: lambda x: lib.hvp(lambda y: f(y) * x)(x, x),
    "jvp, reads x": lambda lib, f: lambda x: lib.jvp(lambda y: f(y) * x)(x, x * x)[1],
}  # fmt: skip
STARTS: dict[str, Callable[[Library], Function]] = {
    "sin(x)·x": lambda lib: lambda x: lib.sin(x) * x,
    "tanh(x²)": lambda lib: lambda x: lib.tanh(x * x),
    "exp(sin x)": lambda lib: lambda x: lib.exp(lib.sin(x)),
    "x³ + x": lambda lib: lambda x: x * x * x + x,
}


def composed(lib: Library, start: str, wraps: list[str]) -> Function:
    f = STARTS[start](lib)
    for wrap in wraps:
        f = WRAPS[wrap](lib, f)
    return f


@given(
    st.sampled_from(sorted(STARTS)),
    st.lists(st.sampled_from(sorted(WRAPS)), min_size=1, max_size=3),
    st.floats(-1.2, 1.2),
    st.booleans(),
)
def test_compositions_agree_with_torch_func(start: str, wraps: list[str], x: float, recording: bool) -> None:
    expected = float(composed(THEIRS, start, wraps)(torch.tensor(x, dtype=torch.float64)))
    with nullcontext() if recording else no_grad():
        got = composed(OURS, start, wraps)(x)
    number = got.data if isinstance(got, Value) else got
    assert math.isclose(number, expected, rel_tol=1e-10, abs_tol=1e-10), (start, wraps, x)


@pytest.mark.parametrize("wrap", sorted(WRAPS))
@pytest.mark.parametrize("outer", ["derivative", "hessian", "jvp"])
def test_every_derivative_inside_of_every_other(outer: str, wrap: str) -> None:
    for recording in (True, False):
        test_compositions_agree_with_torch_func.hypothesis.inner_test("tanh(x²)", [wrap, outer], 0.6, recording)  # type: ignore[attr-defined]


# ----- What comes out: floats from floats, Values where somebody may differentiate by them -----


def test_an_inner_derivative_does_not_cut_the_outer_graph() -> None:
    assert derivative(lambda x: x * derivative(lambda y: x * y)(1.0))(3.0) == 6.0
    assert derivative(lambda x: grad(x**3, x))(2.0) == 12.0  # inside of a derivative grad() records by itself
    assert derivative(derivative(lambda x: x**4))(2.0) == 48.0


def test_a_value_from_outside_is_kept() -> None:
    w = Value(3.0, label="w")
    slope = derivative(lambda x: w * x * x)(2.0)
    (slope * slope).backward()
    assert slope.data == 12.0 and w.grad == 2 * 12.0 * 4.0
    assert derivative(lambda x: 3.0 * x * x)(2.0) == 12.0  # nothing from outside: a float


@pytest.mark.parametrize("function", [value_and_grad, derivative, jacobian, hessian])
def test_a_computed_argument_is_kept_and_an_input_counts_as_its_number(function: Callable[..., Any]) -> None:
    def last(x: Any) -> Any:
        while isinstance(x, (list, tuple)):
            x = x[-1]
        return x

    w = Value(2.0, label="w")
    kept = last(function(lambda x: x**3)(w * w))
    kept.backward()
    assert w.grad == (24.0 if function is hessian else 6 * 4.0 * 4.0) and kept.data in (48.0, 24.0)
    assert isinstance(last(function(lambda x: x**3)(w)), float)


def test_under_no_grad_results_are_constants() -> None:
    w = Value(3.0, label="w")
    with no_grad():
        assert derivative(lambda x: x**3)(2.0) == 12.0
        slope = derivative(lambda x: w * x * x)(2.0)
    assert slope.data == 12.0 and not slope.requires_grad and slope.is_leaf


def test_what_was_computed_under_no_grad_has_no_derivative() -> None:
    q = Value(2.0, label="q")
    with no_grad():
        energy = q**3
        with pytest.raises(NoHistoryError, match=r"computed under no_grad\(\).*with enable_grad\(\)"):
            grad(energy, q)
        with enable_grad():
            assert grad(q**3, q) == 12.0
        assert grad(q, q) == 1.0


def test_gradcheck_of_functions_with_derivatives_inside() -> None:
    assert gradcheck(lambda x: x * derivative(lambda y: (x * y).sin())(1.0), [0.7], order=2)
    assert gradcheck(lambda x, y: grad((x * y) ** 2, x, create_graph=True), [0.7, 1.3])


@pytest.mark.parametrize("function", [value_and_grad, derivative, jacobian, hessian, hvp, jvp])
def test_a_number_in_place_of_a_function_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=rf"{function.__name__}\(\) takes a function, got None"):
        function(None)
    with pytest.raises(TypeError, match=r"of a recorded Value, use grad\(output, inputs\)"):
        function(Value(2.0))


@pytest.mark.parametrize("function", [hvp, jvp])
def test_a_vector_must_be_given(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="takes the arguments of f and then a vector, got 1 in all"):
        function(lambda x: x * x)(2.0)


def test_several_outputs_are_for_jacobian() -> None:
    with pytest.raises(TypeError, match="must return one Value, got 2: for several, use jacobian or jvp"):
        value_and_grad(lambda x: [x, x])(2.0)  # type: ignore[arg-type, return-value]
