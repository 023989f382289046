"""`grad` and what is built on it: orders, shapes, unused inputs, forward mode, and that `.grad` stays as it was."""

import math
from typing import Any

import pytest
import torch

import autograd
from autograd import Value, count_paths, derivative, draw, grad, hessian, hvp, jacobian, jvp, value_and_grad


def rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def test_grad_of_leaves_and_of_interior_nodes() -> None:
    x, unused = Value(3.0), Value(1.0)
    square = x * x
    y = square * square
    assert grad(y, [square, x, unused]) == [18.0, 108.0, 0.0]
    assert grad(y, x) == 108.0 and grad(y, y) == 1.0 and grad(y, x, seed=2) == 216.0
    assert (x.grad, square.grad) == (0.0, 0.0)


def test_grad_refuses_what_it_cannot_do() -> None:
    x, unused = Value(3.0), Value(1.0, label="u")
    with pytest.raises(ValueError, match=r"input 1, Value\(data=1.0, grad=0.0, label='u'\), is not in the graph"):
        grad(x * x, [x, unused], allow_unused=False)
    with pytest.raises(TypeError, match=r"grad\(\) takes Values, got 3.0"):
        grad(x * x, [3.0])  # type: ignore[list-item]
    y = x * x * x
    x.data = 5.0
    with pytest.raises(RuntimeError, match=r"was changed after it was recorded"):
        grad(y, x, create_graph=True)
    assert grad(y, x) == 27.0  # the numbers that were recorded


def test_results_are_values_that_can_be_differentiated_and_drawn() -> None:
    x = Value(2.0, label="x")
    first = grad(x**3, x, create_graph=True)
    second = grad(first, x, create_graph=True)
    third = grad(second, x, create_graph=True)
    fourth = grad(third, x, create_graph=True)
    assert [d.data for d in (first, second, third, fourth)] == [12.0, 12.0, 6.0, 0.0]
    assert count_paths(first, x) > 0
    assert "x" in draw(first).source
    first.backward()
    assert x.grad == 12.0


@pytest.mark.parametrize("order", range(6))
def test_higher_orders(order: int) -> None:
    cycle = [math.sin(0.5), math.cos(0.5), -math.sin(0.5), -math.cos(0.5)]
    assert derivative(lambda x: x.sin(), order)(0.5) == pytest.approx(cycle[order % 4], rel=1e-15)
    expected = [math.tanh(0.5), 0.7864477329659274, -0.7268619813835873, -0.5652092882597705, 3.9522195637245825]
    expected += [-3.266686471971392]
    assert derivative(lambda x: x.tanh(), order)(0.5) == pytest.approx(expected[order], rel=1e-13)
    assert derivative(lambda x: x.exp(), order)(1.5) == math.exp(1.5)


def test_order_is_checked() -> None:
    with pytest.raises(ValueError, match=r"order must be a whole number from 0 on, got -1"):
        derivative(lambda x: x, -1)


def test_value_and_grad_keeps_the_shape_of_its_arguments() -> None:
    value, (dx, (dw, db)) = value_and_grad(lambda x, w: w[0][0] * x + w[0][1] * x**2 + w[1])(3.0, ([2.0, 1.0], 0.5))
    assert (value, dx, dw, db) == (15.5, 8.0, [3.0, 9.0], 1.0)
    x = Value(3.0, label="x")
    assert value_and_grad(lambda x: x * x)(x) == (9.0, 6.0)
    assert x.grad == 0.0
    with pytest.raises(TypeError, match=r"must return a Value, got None"):
        value_and_grad(lambda x: None)(3.0)  # type: ignore[arg-type, return-value]
    assert value_and_grad(lambda x: 2.0)(3.0) == (2.0, 0.0)  # type: ignore[arg-type, return-value]


def test_jacobian_hessian_and_products_against_torch() -> None:
    point = [-1.2, 1.0]
    tensor = torch.tensor(point, dtype=torch.float64)
    torch_hessian: Any = torch.autograd.functional.hessian
    expected = torch_hessian(lambda t: rosenbrock(t[0], t[1]), tensor).tolist()
    assert hessian(rosenbrock)(*point) == [pytest.approx(row, rel=1e-13) for row in expected]
    assert hessian(lambda p: rosenbrock(p[0], p[1]))(point) == [pytest.approx(row, rel=1e-13) for row in expected]
    v = [0.3, -0.7]
    product = [sum(h * w for h, w in zip(row, v, strict=True)) for row in expected]
    assert hvp(lambda p: rosenbrock(p[0], p[1]))(point, v) == pytest.approx(product, rel=1e-12)
    assert list(hvp(rosenbrock)(*point, tuple(v))) == pytest.approx(product, rel=1e-12)


def test_forward_and_reverse_mode_agree() -> None:
    def f(x: Any, y: Any) -> list[Any]:
        z = (x * y).tanh()
        return [z * x, autograd.softmax([x, y, z])[1], z + 1]

    rows = jacobian(f)(0.3, 1.1)
    values, slopes = jvp(f)(0.3, 1.1, (2.0, -0.5))
    assert values == [v.data for v in f(Value(0.3), Value(1.1))]
    assert slopes == pytest.approx([2.0 * row[0] - 0.5 * row[1] for row in rows], rel=1e-14)
    assert jvp(lambda x: x * x)(3.0, 1.0) == (9.0, 6.0)
    with pytest.raises(ValueError, match=r"the vector has 1 numbers, the arguments have 2"):
        jvp(f)(0.3, 1.1, (1.0,))


def test_derivatives_of_wide_nodes() -> None:
    xs = [0.5, -1.0, 2.0]
    pairs: tuple[tuple[Any, Any], ...] = (
        (autograd.logsumexp, lambda t: torch.logsumexp(t, 0)),
        (autograd.prod, torch.prod),
        (autograd.var, torch.var),
        (autograd.norm, torch.linalg.vector_norm),
        (lambda x: autograd.log_softmax(x)[1], lambda t: torch.log_softmax(t, 0)[1]),
    )
    for ours, theirs in pairs:
        torch_hessian: Any = torch.autograd.functional.hessian
        expected = torch_hessian(theirs, torch.tensor(xs, dtype=torch.float64)).tolist()
        found = hessian(ours)(xs)
        assert [x for row in found for x in row] == pytest.approx(
            [x for row in expected for x in row], rel=1e-12, abs=1e-15
        )


def test_the_rosenbrock_minimum_is_found_with_newton() -> None:
    x, y = -1.2, 1.0
    for _ in range(8):
        _, (gx, gy) = value_and_grad(rosenbrock)(x, y)
        (a, b), (_, d) = hessian(rosenbrock)(x, y)
        det = a * d - b * b
        x, y = x - (d * gx - b * gy) / det, y - (a * gy - b * gx) / det
    assert (x, y) == pytest.approx((1.0, 1.0), abs=1e-12)


def test_a_function_where_a_value_belongs() -> None:
    with pytest.raises(TypeError, match=r"for a function, write derivative\(f\)\(x\) or value_and_grad\(f\)\(x\)"):
        grad(lambda x: x**2, 3.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"write derivative\(f\)\(x\) for the value at x"):
        derivative(lambda x: x, 3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"count_paths\(\) goes from a Value to a Value, got 'x'"):
        count_paths(Value(1.0), "x")  # type: ignore[arg-type]


def test_a_star_import_leaves_pythons_own_names_alone() -> None:
    names: dict[str, Any] = {}
    exec("from autograd import *", names)
    assert not {"sum", "max", "min", "abs", "round"} & set(names)
    assert {"Value", "explain", "draw", "view", "grad", "tanh", "dot"} <= set(names)
    assert all(callable(names[name]) for name in autograd.__all__)
