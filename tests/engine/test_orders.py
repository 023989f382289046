"""Second and third derivatives: every operation against PyTorch's `create_graph`, and whole functions."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

import autograd as ag
from autograd import Value, derivative, hessian
from tests.engine.oracle import TWINS, Point, Twin, agree, check_orders, partials, torch_partials

CASES = [
    pytest.param(twin, point, id=f"{twin.name} at {', '.join(f'{x:g}' for x in point)}")
    for twin in TWINS
    for point in twin.points
]

# f(x, y), the point, its value, f_x, f_y, f_xx, f_xy, f_yy: figures of PyTorch 2.13, 64-bit.
MIXED = [
    (lambda x, y: x * y, (2, 3), 6, 3, 2, 0, 1, 0),
    (lambda x, y: x / y, (6, 3), 2, 1 / 3, -2 / 3, 0, -1 / 9, 4 / 9),
    (lambda x, y: x**y, (2, 3), 8, 12, 5.545177444479562, 12, 12.317766166719343, 3.843624111345611),
    (lambda x, y: x**y, (0, 2), 0, 0, 0, 2, 0, 0),  # PyTorch: f_yy nan, though 0**y is 0 on both sides of y = 2
    (lambda x, y: ag.atan2(x, y), (1, 2), 0.4636476090008061, 0.4, -0.2, -0.16, -0.12, 0.16),
    (lambda x, y: ag.hypot(x, y), (3, 4), 5, 0.6, 0.8, 0.128, -0.096, 0.072),
    (lambda x, y: ag.logaddexp(x, y), (1, 2), 2.313261687518223, 0.2689414213699951, 0.7310585786300049,
     0.19661193324148185, -0.19661193324148185, 0.19661193324148185),
    (lambda x, y: ag.maximum(x, y), (2, 2), 2, 0.5, 0.5, 0, 0, 0),
    (lambda x, y: x**2 * y + y**3, (3, 2), 26, 12, 12 + 9, 4, 6, 12),
    (lambda x, y: ag.tanh(x * y), (0.5, 0.8), 0.3799489622552249, 0.6845110288649422, 0.42781939304058886,
     -0.41612680811118574, 0.5955595310116866, -0.16254953441843192),
    (lambda x, y: ag.sigmoid(x) * y, (0.5, 0.8), 0.4979674649614837, 0.1880029697612756, 0.6224593312018546,
     -0.046045435881856604, 0.2350037122015945, 0),
    (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, (-1.2, 1), 24.2, -215.6, -88, 1330, 480, 200),
    (lambda x, y: ag.exp(x) * ag.sin(y), (0.3, 1.1), 1.2030041043554869, 1.2030041043554869, 0.6122907195886298,
     1.2030041043554869, 0.6122907195886298, -1.2030041043554869),
    (lambda x, y: x % y, (7, 3), 1, 1, -2, 0, 0, 0),
]  # fmt: skip
MIXED_IDS = """x*y|x/y|x**y|0**y|atan2|hypot|logaddexp|maximum at a tie|x**2*y + y**3|tanh(x*y)|sigmoid(x)*y|
Rosenbrock|exp(x)*sin(y)|x % y""".replace("\n", "").split("|")

# Derivatives of order 0, 1, 2, ... at a point.
ORDERS = {
    "x**3": (lambda x: x**3, 2.0, [8, 12, 12, 6, 0, 0]),
    "x*x*x": (lambda x: x * x * x, 2.0, [8, 12, 12, 6, 0, 0]),
    "x**4": (lambda x: x**4, 2.0, [16, 32, 48, 48, 24, 0]),
    "sin": (ag.sin, 0.5, [0.479425538604203, 0.8775825618903728, -0.479425538604203, -0.8775825618903728,
                          0.479425538604203]),
    "tanh": (ag.tanh, 0.5, [0.46211715726000973, 0.7864477329659274, -0.7268619813835873, -0.5652092882597705,
                            3.9522195637245825, -3.266686471971392]),
    "exp": (ag.exp, 1.0, [math.e] * 6),
    "log": (ag.log, 2.0, [math.log(2), 1 / 2, -1 / 4, 2 / 8, -6 / 16, 24 / 32]),
    "1/x": (lambda x: 1 / x, 2.0, [1 / 2, -1 / 4, 2 / 8, -6 / 16, 24 / 32, -120 / 64]),
    "sqrt": (ag.sqrt, 4.0, [2, 1 / 4, -1 / 32, 3 / 256, -15 / 2048]),
    "sigmoid at 0": (ag.sigmoid, 0.0, [1 / 2, 1 / 4, 0, -1 / 8, 0, 1 / 4]),
}  # fmt: skip


@pytest.mark.parametrize(("twin", "point"), CASES)
def test_second_and_third_derivatives(twin: Twin, point: Point) -> None:
    check_orders(twin, point)


@pytest.mark.parametrize(("f", "point", "value", "fx", "fy", "fxx", "fxy", "fyy"), MIXED, ids=MIXED_IDS)
def test_mixed_second_derivatives(
    f: Callable[..., Any], point: Point, value: float, fx: float, fy: float, fxx: float, fxy: float, fyy: float
) -> None:
    expected = {(): value, (0,): fx, (1,): fy, (0, 0): fxx, (0, 1): fxy, (1, 0): fxy, (1, 1): fyy}
    got = partials(f, point, 2)
    assert got.keys() == expected.keys()
    for path, number in expected.items():
        assert agree(got[path], number, 1e-14), (path, got[path], number)
    assert hessian(f)(*point) == [[got[(0, 0)], got[(0, 1)]], [got[(1, 0)], got[(1, 1)]]]


@pytest.mark.parametrize(("f", "x", "expected"), ORDERS.values(), ids=ORDERS)
def test_orders_of_one_variable(f: Callable[..., Any], x: float, expected: list[float]) -> None:
    for order, number in enumerate(expected):
        assert agree(derivative(f, order)(x), number, 1e-13), (order, number)


def test_third_derivatives_of_a_neuron() -> None:
    def ours(w1: Value, w2: Value, b: Value) -> Any:
        hidden = ag.tanh(ag.dot([w1, w2], [0.5, -1.5], b))
        return ag.softplus(hidden * w1) + hidden * hidden

    def twin(w1: Any, w2: Any, b: Any) -> Any:
        hidden = torch.tanh(w1 * 0.5 - w2 * 1.5 + b)
        return torch.nn.functional.softplus(hidden * w1) + hidden * hidden

    point = (0.7, 0.2, -0.4)
    expected = torch_partials(twin, point, 3)
    got = partials(ours, point, 3)
    assert len(expected) == 1 + 3 + 9 + 27 and got.keys() == expected.keys()
    assert all(number != 0.0 and agree(got[path], number, 1e-12) for path, number in expected.items())
