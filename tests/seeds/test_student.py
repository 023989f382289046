"""Will the student pass? Three inputs, one hidden sigmoid, one output sigmoid; every gradient derived by hand."""

import math

import pytest

from autograd import Value, sigmoid
from autograd.testing import assert_gradient, assert_gradients

IQ, STUDY, PLAY = 95.0, 4.0, 4.0
START = {"w1": 0.01, "w2": 0.02, "w3": 0.03, "b1": 0.001, "w4": 0.02, "b2": 0.03}


def forward() -> tuple[dict[str, Value], dict[str, Value]]:
    p = {name: Value(x, label=name, role="parameter") for name, x in START.items()}
    z1 = p["w1"] * IQ + p["w2"] * STUDY + p["w3"] * PLAY + p["b1"]
    o1 = sigmoid(z1)
    z2 = p["w4"] * o1 + p["b2"]
    return p, {"z1": z1, "o1": o1, "z2": z2, "o2": sigmoid(z2)}


def by_hand() -> dict[str, float]:
    """∂(1 − O2)²/∂p as products along the chain, with nothing but `math`."""
    o1 = 1 / (1 + math.exp(-(0.01 * 95 + 0.02 * 4 + 0.03 * 4 + 0.001)))
    o2 = 1 / (1 + math.exp(-(0.02 * o1 + 0.03)))
    loss_o2 = -2 * (1 - o2)
    o2_z2 = o2 * (1 - o2)
    o1_z1 = o1 * (1 - o1)
    to_hidden = loss_o2 * o2_z2 * 0.02 * o1_z1
    return {
        "w4": loss_o2 * o2_z2 * o1,
        "b2": loss_o2 * o2_z2,
        "w1": to_hidden * 95,
        "w2": to_hidden * 4,
        "w3": to_hidden * 4,
        "b1": to_hidden,
    }


def test_forward_numbers() -> None:
    _, n = forward()
    assert n["z1"].data == pytest.approx(1.151, abs=1e-12)
    assert n["o1"].data == pytest.approx(0.7597, abs=5e-5)
    assert n["o2"].data == pytest.approx(0.5113, abs=5e-5)
    assert (1 - n["o2"]).data == pytest.approx(0.49, abs=5e-3)


def test_plain_difference_as_loss() -> None:
    p, n = forward()
    (1 - n["o2"]).backward()
    o2 = n["o2"].data
    assert_gradient(p["w4"], -o2 * (1 - o2) * n["o1"].data)


def test_squared_loss_equals_the_hand_written_products() -> None:
    p, n = forward()
    ((1 - n["o2"]) ** 2).backward()
    assert_gradients({p[name]: slope for name, slope in by_hand().items()}, rtol=1e-12)


def test_one_update_gives_the_expected_weights() -> None:
    p, n = forward()
    ((1 - n["o2"]) ** 2).backward()
    rate = 0.01
    for v in p.values():
        v.data -= rate * v.grad
    for name, slope in by_hand().items():
        assert p[name].data == pytest.approx(START[name] - rate * slope, rel=1e-13)
    # The loss falls, and by about rate · |gradient|², as the first-order expansion says.
    z1 = p["w1"].data * IQ + p["w2"].data * STUDY + p["w3"].data * PLAY + p["b1"].data
    o1 = 1 / (1 + math.exp(-z1))
    after = (1 - 1 / (1 + math.exp(-(p["w4"].data * o1 + p["b2"].data)))) ** 2
    before = (1 - n["o2"].data) ** 2
    predicted = rate * sum(slope**2 for slope in by_hand().values())
    assert before - after == pytest.approx(predicted, rel=0.02)
