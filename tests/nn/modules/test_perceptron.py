"""The perceptron: its thresholds, Rosenblatt's rule step by step, what it can and cannot separate."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import Perceptron

CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    ("activation", "threshold"), [("sigmoid", 0.5), ("logistic", 0.5), ("tanh", 0.0), ("linear", 0.0), ("relu", 0.0)]
)
def test_the_threshold_follows_the_activation(activation: str, threshold: float) -> None:
    assert Perceptron(2, activation).threshold == threshold
    assert Perceptron(2, activation, threshold=0.25).threshold == 0.25


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "linear"])
@pytest.mark.parametrize(("bias", "answer"), [(-1e-3, 0.0), (0.0, 1.0), (1e-3, 1.0)])
def test_it_answers_one_where_the_threshold_is_reached(activation: str, bias: float, answer: float) -> None:
    neuron = Perceptron(1, activation)
    neuron.load_state_dict({"w0": 1.0, "b": bias})
    y = neuron([0.0])
    assert (y.data, y.op, y.requires_grad) == (answer, "greater_equal", False)


def test_one_correction_is_rosenblatts_rule() -> None:
    neuron = Perceptron(2)
    neuron.load_state_dict({"w0": 0.5, "w1": -1.0, "b": 0.25})
    # w·x + b = 0.5·2 − 1·(−3) + 0.25 ≥ 0: the answer is 1, wanted 0, so w ← w − 0.1·x and b ← b − 0.1.
    assert neuron.fit([[2.0, -3.0]], [0], epochs=1, lr=0.1) == 1
    assert [p.data for p in neuron.parameters()] == [0.5 - 0.1 * 2.0, -1.0 + 0.1 * 3.0, 0.25 - 0.1]
    assert neuron.mistakes == [1]


def test_a_right_answer_corrects_nothing() -> None:
    neuron = Perceptron(1, init="uniform", seed=0)
    before = neuron.state_dict()
    answer = neuron([2.0]).data
    assert neuron.fit([[2.0]], [answer]) == 0
    assert neuron.state_dict() == before
    assert neuron.mistakes == [0]


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
@pytest.mark.parametrize("targets", [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1]])
def test_it_separates_what_a_line_separates(activation: str, targets: list[int]) -> None:
    neuron = Perceptron(2, activation)
    assert neuron.fit(CORNERS, targets) == 0
    assert [neuron(x).data for x in CORNERS] == targets
    assert neuron.mistakes[-1] == 0
    assert len(neuron.mistakes) < 20


@pytest.mark.parametrize("targets", [[0, 1, 1, 0], [1, 0, 0, 1]])
@pytest.mark.parametrize("activation", ["linear", "sigmoid", "tanh"])
def test_it_cannot_separate_xor(activation: str, targets: list[int]) -> None:
    neuron = Perceptron(2, activation)
    wrong = neuron.fit(CORNERS, targets, epochs=200)
    assert 1 <= wrong <= 4
    assert wrong == sum(neuron(x).data != y for x, y in zip(CORNERS, targets, strict=True))
    assert len(neuron.mistakes) == 200
    assert min(neuron.mistakes) > 0


@given(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=20),
    st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
    st.integers(-3, 3),
)
def test_it_finds_a_line_wherever_there_is_one(
    points: list[tuple[int, int]], direction: tuple[int, int], shift: int
) -> None:
    # 2·(a·x + b·y + c) + 1 is odd: no point lies on the line.
    targets = [float(2 * (direction[0] * x + direction[1] * y + shift) + 1 > 0) for x, y in points]
    assert Perceptron(2).fit(points, targets, epochs=5000) == 0


def test_no_gradient_reaches_its_weights() -> None:
    neuron = Perceptron(2)
    with pytest.raises(RuntimeError, match="nothing that it was made of takes a gradient"):
        neuron([1.0, 2.0]).backward()
    neuron.fit(CORNERS, [0, 0, 0, 1])
    assert all(p.grad == 0.0 for p in neuron.parameters())


def test_its_text_says_what_it_is() -> None:
    assert repr(Perceptron(2, "sigmoid")) == "Perceptron(2, 'sigmoid', threshold=0.5)"


@pytest.mark.parametrize(
    ("X", "y", "settings", "error", "message"),
    [
        ([[1.0]], [0], {}, ValueError, r"X\[0\]: .*takes 2 inputs, got 1"),
        ([[1.0, 2.0], [1.0]], [0, 1], {}, ValueError, r"X\[1\]: .*takes 2 inputs, got 1"),
        ([[1.0, math.nan]], [0], {}, ValueError, r"X\[0\]\[1\] is nan: every input must be a finite number"),
        ([[1.0, 2.0]], [2], {}, ValueError, r"y\[0\] is 2: a perceptron tells 0 from 1"),
        ([[1.0, 2.0]], [-1], {}, ValueError, r"y\[0\] is -1"),
        ([[1.0, 2.0]], [math.nan], {}, ValueError, r"y\[0\] is nan"),
        ([[1.0, 2.0]], [0, 1], {}, ValueError, "X has 1 examples but y has 2"),
        ([], [], {}, ValueError, "X is empty"),
        ([[1.0, 2.0]], [1], {"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ([[1.0, 2.0]], [1], {"epochs": 1.5}, TypeError, "epochs is a whole number, got 1.5"),
        ([[1.0, 2.0]], [1], {"lr": 0.0}, ValueError, "lr is the size of a correction and must be above 0, got 0.0"),
        ([[1.0, 2.0]], [1], {"lr": -1.0}, ValueError, "lr .* got -1.0"),
        ([[1.0, 2.0]], [1], {"lr": math.nan}, ValueError, "lr .* got nan"),
        ([["a", 2.0]], [1], {}, TypeError, r"X\[0\]: .*input 0: .* got the text 'a'"),
    ],
)
def test_what_it_cannot_learn_from_is_named_and_changes_nothing(
    X: Any, y: Any, settings: Any, error: type[Exception], message: str
) -> None:
    neuron = Perceptron(2, init="uniform", seed=0)
    neuron.fit(CORNERS, [0, 0, 0, 1])
    before, mistakes = neuron.state_dict(), list(neuron.mistakes)
    with pytest.raises(error, match=message):
        neuron.fit(X, y, **settings)
    assert (neuron.state_dict(), neuron.mistakes) == (before, mistakes)
