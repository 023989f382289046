"""Half squared error and its update rule, the vanishing gradient, and micrograd's README example."""

from typing import Any

import pytest
import torch

from autograd import Value, sigmoid
from autograd.testing import assert_gradients


def test_half_squared_error_and_its_update_rule() -> None:
    """Loss = ½(y − ŷ)², ŷ = w0·x0 + w1·x1 + w2·x2 + b: ∂Loss/∂wᵢ = −(y − ŷ)·xᵢ."""
    xs, y, rate = [1.5, -2.0, 0.5], 3.0, 0.1
    ws = [Value(w, label=f"w{i}") for i, w in enumerate([0.2, -0.4, 0.6])]
    b = Value(0.1, label="b")
    predicted = ws[0] * xs[0] + ws[1] * xs[1] + ws[2] * xs[2] + b
    loss = 0.5 * (y - predicted) ** 2
    loss.backward()
    error = y - (0.2 * 1.5 + 0.4 * 2.0 + 0.6 * 0.5 + 0.1)
    assert_gradients({**{w: -error * x for w, x in zip(ws, xs, strict=True)}, b: -error}, rtol=1e-13)
    for w in [*ws, b]:
        w.data -= rate * w.grad
    expected = [0.2 + rate * error * 1.5, -0.4 - rate * error * 2.0, 0.6 + rate * error * 0.5]
    assert [w.data for w in ws] == pytest.approx(expected, rel=1e-13)
    # The error shrinks by the factor 1 − rate·(Σ xᵢ² + 1), exactly, as the loss is quadratic.
    after = y - (sum(w.data * x for w, x in zip(ws, xs, strict=True)) + b.data)
    assert after == pytest.approx(error * (1 - rate * (1.5**2 + 2.0**2 + 0.5**2 + 1)), rel=1e-12)


@pytest.mark.parametrize("depth", [1, 4, 12, 40])
def test_vanishing_gradient(depth: int) -> None:
    """A chain of sigmoid layers: every factor σ′ is at most ¼, and their product is the gradient."""
    w = [Value(1.0) for _ in range(depth)]
    x = Value(0.3)
    factors, out = [], x
    for weight in w:
        out = sigmoid(weight * out)
        factors.append(out.data * (1 - out.data) * weight.data)
    out.backward()
    product = 1.0
    for factor in factors:
        assert 0 < factor <= 0.25
        product *= factor
    assert x.grad == pytest.approx(product, rel=1e-12)
    assert 0 < x.grad <= 0.25**depth


def test_micrograds_readme_example() -> None:
    results = []
    kinds: list[Any] = [Value, lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)]
    for scalar in kinds:
        a, b = scalar(-4.0), scalar(2.0)
        c = a + b
        d = a * b + b**3
        c = c + (c + 1)
        c = c + (1 + c + (-a))
        d = d + (d * 2 + (b + a).relu())
        d = d + (3 * d + (b - a).relu())
        e = c - d
        f = e**2
        g = f / 2.0 + 10.0 / f
        g.backward()
        results.append([float(g.data), float(a.grad), float(b.grad)])
    assert [f"{x:.4f}" for x in results[0]] == ["24.7041", "138.8338", "645.5773"]
    assert results[0] == pytest.approx(results[1], rel=1e-14)
