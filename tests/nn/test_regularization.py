"""L1 and L2: the penalty, its gradient, and that L2 is weight decay."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.optim import SGD
from nn.regularization import l1, l2, weights_of

weights = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6)


@given(xs=weights, strength=st.floats(0.0, 10.0))
def test_l1_is_the_sum_of_sizes_and_pulls_with_one_force(xs: list[float], strength: float) -> None:
    parameters = [Value(x) for x in xs]
    penalty = l1(parameters, strength)
    penalty.backward()
    assert penalty.data == pytest.approx(strength * sum(abs(x) for x in xs), rel=1e-12)
    assert [p.grad for p in parameters] == [strength * ((x > 0) - (x < 0)) for x in xs]


@given(xs=weights, strength=st.floats(0.0, 10.0))
def test_l2_is_the_sum_of_squares_and_pulls_with_twice_the_weight(xs: list[float], strength: float) -> None:
    parameters = [Value(x) for x in xs]
    penalty = l2(parameters, strength)
    penalty.backward()
    assert penalty.data == pytest.approx(strength * sum(x * x for x in xs), rel=1e-12)
    assert [p.grad for p in parameters] == pytest.approx([2.0 * strength * x for x in xs], rel=1e-12)


def test_l2_is_weight_decay() -> None:
    a, b = [Value(0.7), Value(-0.3)], [Value(0.7), Value(-0.3)]
    penalised, decayed = SGD(a, lr=0.1), SGD(b, lr=0.1, weight_decay=0.2)
    for _ in range(10):
        penalised.zero_grad()
        decayed.zero_grad()
        (a[0] * a[1] + l2(a, 0.1)).backward()
        (b[0] * b[1]).backward()
        penalised.step()
        decayed.step()
    assert [p.data for p in a] == pytest.approx([p.data for p in b], rel=1e-12)
    assert a[0].data != 0.7


def test_only_the_parameters_given_are_penalised() -> None:
    kept, left_out, frozen = Value(2.0), Value(2.0), Value(2.0, requires_grad=False)
    (kept * left_out * 0.0 + l2([kept, frozen], 1.0)).backward()
    assert (kept.grad, left_out.grad, frozen.grad) == (4.0, 0.0, 0.0)


class Line:
    """What a model shows of itself here: named parameters."""

    def __init__(self) -> None:
        names = ("layers.0.neurons.0.w0", "layers.0.neurons.0.b", "layers.1.gamma0", "layers.1.beta0", "w")
        self.named = [(name, Value(float(i), label=name)) for i, name in enumerate(names)]

    def named_parameters(self) -> list[tuple[str, Value]]:
        return self.named


def test_weights_of_a_model_are_its_parameters_but_for_biases_and_scales() -> None:
    assert [w.label for w in weights_of(Line())] == ["layers.0.neurons.0.w0", "w"]


@pytest.mark.parametrize("penalty", [l1, l2])
@pytest.mark.parametrize(
    ("parameters", "strength", "error", "message"),
    [
        ([Value(1.0)], -0.1, ValueError, r"strength must be a finite number from 0 on, got -0\.1"),
        ([Value(1.0)], math.nan, ValueError, "strength must be .*, got nan"),
        ([Value(1.0)], "much", TypeError, "strength must be .*, got 'much'"),
        ([], 0.1, ValueError, "parameters must not be empty"),
        (Value(1.0), 0.1, TypeError, r"parameters must be a list of Values, got the single Value\("),
        ([Value(1.0), 2.0], 0.1, TypeError, r"parameter 1 must be a Value, got 2\.0 \(float\)"),
    ],
)
def test_what_is_refused(
    penalty: Callable[[Any, Any], Value], parameters: Any, strength: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"{penalty.__name__}: {message}"):
        penalty(parameters, strength)
