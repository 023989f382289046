"""What `gradcheck` is called with: an order that would never end, inputs that do not fit the function."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value
from autograd.checking.arguments import check_call, check_order, read_inputs
from autograd.testing import gradcheck


@pytest.mark.parametrize("order", [11, 10**400])
def test_an_order_that_would_never_end_is_refused(order: int) -> None:
    with pytest.raises(ValueError, match="gradcheck: order must be at most "):
        gradcheck(lambda x: x.tanh(), 0.5, order=order)


def test_the_largest_order_is_checked() -> None:
    assert gradcheck(lambda x: x**3 - x, 0.5, order=10)


@pytest.mark.parametrize("order", [0, -1, True, 1.5, None, "2"])
def test_what_is_no_order_is_refused(order: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="order must be a whole number from 1 on"):
        check_order(order)


@pytest.mark.parametrize(
    ("f", "inputs", "message"),
    [
        (lambda x: x, [1.0, 2.0], "inputs are 2 numbers, and f cannot take them: too many positional arguments"),
        (lambda x, y: x, 1.0, "inputs are 1 number, and f cannot take them: missing a required argument: 'y'"),
        (lambda: 1.0, [1.0], "inputs are 1 number, and f cannot take them: too many"),
    ],
)
def test_another_number_of_inputs_is_refused(f: Callable[..., Any], inputs: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"gradcheck: {message}"):
        gradcheck(f, inputs)


@pytest.mark.parametrize(
    ("f", "inputs"), [(math.hypot, [3.0, 4.0]), (lambda *xs: xs[0], [1.0, 2.0]), (lambda x, y=2.0: x * y, [1.0])]
)
def test_functions_of_any_signature_may_be_called(f: Callable[..., Any], inputs: list[float]) -> None:
    check_call(f, inputs)


@pytest.mark.parametrize("inputs", [b"abc", "abc", {1.0, 2.0}, {"a": 1.0}, None, [1.0, "a"], [[1.0]], object(), 2j])
def test_what_are_no_inputs_is_refused(inputs: Any) -> None:
    with pytest.raises(TypeError, match="gradcheck: inputs must be a number, a Value or a list of them, got "):
        read_inputs(inputs)


def test_one_input_may_come_alone() -> None:
    x = Value(2.0)
    assert read_inputs(x) == [x]
    assert read_inputs(iter([1.0, x])) == [1.0, x]
    with pytest.raises(ValueError, match="gradcheck has no inputs"):
        read_inputs([])
