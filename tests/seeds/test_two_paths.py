"""A weight that reaches the loss along two paths: its gradient is the sum of both products, and neither alone."""

import math
from collections.abc import Callable

import pytest

from autograd import Value, count_paths, sigmoid


def slope(o: float) -> float:
    return o * (1 - o)


def one_neuron_that_fans_out() -> tuple[Value, Value, tuple[float, float]]:
    """(a) w1 feeds O11, which feeds O21 and O22; both feed O31."""
    x, target = 0.8, 1.0
    w1, w2, w3, w4, w5 = (Value(v, role="parameter") for v in (0.5, -0.7, 0.9, 1.1, -1.3))
    o11 = sigmoid(w1 * x)
    o21, o22 = sigmoid(w2 * o11), sigmoid(w3 * o11)
    o31 = sigmoid(w4 * o21 + w5 * o22)
    loss = (target - o31) ** 2
    head = -2 * (target - o31.data) * slope(o31.data)
    tail = slope(o11.data) * x
    first = head * w4.data * slope(o21.data) * w2.data * tail
    second = head * w5.data * slope(o22.data) * w3.data * tail
    return loss, w1, (first, second)


def one_shared_weight() -> tuple[Value, Value, tuple[float, float]]:
    """(b) one w1 feeds O11, then O21, and O12, then O22; both feed O31."""
    x1, x2, target = 0.8, -0.4, 1.0
    w1, w2, w3, w4, w5 = (Value(v, role="parameter") for v in (0.5, -0.7, 0.9, 1.1, -1.3))
    o11, o12 = sigmoid(w1 * x1), sigmoid(w1 * x2)
    o21, o22 = sigmoid(w2 * o11), sigmoid(w3 * o12)
    o31 = sigmoid(w4 * o21 + w5 * o22)
    loss = (target - o31) ** 2
    head = -2 * (target - o31.data) * slope(o31.data)
    first = head * w4.data * slope(o21.data) * w2.data * slope(o11.data) * x1
    second = head * w5.data * slope(o22.data) * w3.data * slope(o12.data) * x2
    return loss, w1, (first, second)


@pytest.mark.parametrize("network", [one_neuron_that_fans_out, one_shared_weight])
def test_gradient_is_the_sum_over_both_paths(
    network: Callable[[], tuple[Value, Value, tuple[float, float]]],
) -> None:
    loss, w1, (first, second) = network()
    assert count_paths(loss, w1) == 2
    loss.backward()
    assert w1.grad == pytest.approx(first + second, rel=1e-13)
    assert not math.isclose(w1.grad, first, rel_tol=0.05)
    assert not math.isclose(w1.grad, second, rel_tol=0.05)
    assert abs(first) > 1e-3 and abs(second) > 1e-3
