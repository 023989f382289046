"""Dropout and batch normalisation: PyTorch's figures, training against evaluation, refusals."""

import math
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from nn import BatchNorm, Dropout, Sequential

# ----- Dropout -----


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_dropout_drops_its_share_and_scales_the_rest(p: float) -> None:
    outputs = Dropout(p, seed=0)([1.0] * 4000)
    assert set(outputs) == {0.0, 1.0 / (1.0 - p)}
    assert outputs.count(0.0) / 4000 == pytest.approx(p, abs=0.03)


def test_a_quarter_dropped_leaves_four_thirds() -> None:
    assert set(Dropout(0.25, seed=0)([1.0] * 100)) == {0.0, 1.3333333333333333}


def test_probability_one_gives_zeros_and_zero_gives_everything() -> None:
    values = [Value(2.0), Value(-3.0)]
    assert [v.data for v in Dropout(1.0)(values)] == [0.0, -0.0]
    assert Dropout(0.0)(values) == values


def test_dropout_does_nothing_in_evaluation_and_draws_nothing() -> None:
    dropout = Dropout(0.5, seed=0).eval()
    state = dropout.rng.getstate()
    values = [Value(2.0), 3]
    assert dropout(values) == [values[0], 3.0]
    assert dropout.rng.getstate() == state


def test_the_gradient_passes_where_the_number_did() -> None:
    values = [Value(1.0) for _ in range(20)]
    outputs = Dropout(0.5, seed=1)(values)
    autograd.sum(outputs).backward()
    assert [v.grad for v in values] == [y.data for y in outputs]
    assert {v.grad for v in values} == {0.0, 2.0}


def test_a_seed_repeats_and_a_generator_is_used_as_it_is() -> None:
    ones = [1.0] * 50
    assert Dropout(0.5, seed=3)(ones) == Dropout(0.5, seed=3)(ones)
    assert Dropout(0.5, seed=3)(ones) != Dropout(0.5, seed=4)(ones)
    assert Dropout(0.5)(ones) != Dropout(0.5)(ones)
    rng = Random(0)
    assert Dropout(0.5, seed=rng).rng is rng
    dropout = Dropout(0.5, seed=3)
    assert dropout(ones) != dropout(ones)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf])
def test_a_probability_outside_zero_to_one_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match=f"p must be a number from 0 to 1, got {p}"):
        Dropout(p)


@pytest.mark.parametrize("x", [1.0, Value(1.0), None, "12"])
def test_dropout_takes_a_list(x: Any) -> None:
    with pytest.raises(TypeError, match="Dropout takes a list of numbers, got"):
        Dropout(0.5)(x)


# ----- Batch normalisation -----

BATCHES = [
    [[1.0, 3.0], [2.0, 0.0], [4.0, 2.0]],
    [[1.0, 2.0], [3.0, -1.0]],
    [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [2.5, 0.5]],
]


def test_figures_of_pytorch() -> None:
    norm = BatchNorm(2)
    rows = norm.batch([[1.0, 3.0], [3.0, 1.0]])
    assert [[v.data for v in row] for row in rows] == [
        pytest.approx([-0.9999950000375, 0.9999950000375], rel=1e-12),
        pytest.approx([0.9999950000375, -0.9999950000375], rel=1e-12),
    ]
    # columns [1, 3], [2, 0], [4, 2]: means 2, 1, 3, variances over n - 1 all 2
    norm = BatchNorm(3)
    norm.batch([[1.0, 2.0, 4.0], [3.0, 0.0, 2.0]])
    assert norm.running_mean == pytest.approx([0.2, 0.1, 0.3], rel=1e-15)
    assert norm.running_var == pytest.approx([1.1, 1.1, 1.1], rel=1e-15)


@pytest.mark.parametrize(("momentum", "eps"), [(0.1, 1e-5), (0.9, 1e-3), (0.0, 1e-5), (1.0, 1.0)])
def test_outputs_gradients_and_running_statistics_are_those_of_pytorch(momentum: float, eps: float) -> None:
    norm = BatchNorm(2, momentum=momentum, eps=eps)
    oracle = torch.nn.BatchNorm1d(2, eps=eps, momentum=momentum, dtype=torch.float64)
    numbers = {"gamma0": 1.5, "gamma1": -0.5, "beta0": 0.25, "beta1": 2.0}
    norm.load_state_dict({**norm.state_dict(), **numbers})
    with torch.no_grad():
        oracle.weight.copy_(torch.tensor([1.5, -0.5], dtype=torch.float64))
        oracle.bias.copy_(torch.tensor([0.25, 2.0], dtype=torch.float64))
    for batch in [*BATCHES, None, BATCHES[0]]:
        if batch is None:
            norm.eval()
            oracle.eval()
            continue
        t = torch.tensor(batch, dtype=torch.float64, requires_grad=True)
        weights = torch.arange(1.0, 1.0 + t.numel(), dtype=torch.float64).reshape(t.shape)
        oracle.zero_grad()
        expected = oracle(t)
        (expected * weights).sum().backward()
        norm.zero_grad()
        inputs = [[Value(x) for x in row] for row in batch]
        outputs = [v for row in norm.batch(inputs) for v in row]
        autograd.dot(weights.flatten().tolist(), outputs).backward()
        assert t.grad is not None
        assert oracle.weight.grad is not None
        assert oracle.bias.grad is not None
        assert [v.data for v in outputs] == pytest.approx(expected.flatten().tolist(), rel=1e-12, abs=1e-12)
        assert [v.grad for row in inputs for v in row] == pytest.approx(t.grad.flatten().tolist(), rel=1e-10, abs=1e-9)
        assert [v.grad for v in norm.gamma] == pytest.approx(oracle.weight.grad.tolist(), rel=1e-11, abs=1e-12)
        assert [v.grad for v in norm.beta] == pytest.approx(oracle.bias.grad.tolist(), rel=1e-12)
        assert oracle.running_mean is not None
        assert oracle.running_var is not None
        assert norm.running_mean == pytest.approx(oracle.running_mean.tolist(), rel=1e-13, abs=1e-300)
        assert norm.running_var == pytest.approx(oracle.running_var.tolist(), rel=1e-13)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8, unique=True))
def test_what_comes_out_has_mean_zero_and_at_most_variance_one(column: list[float]) -> None:
    outputs = [row[0].data for row in BatchNorm(1).batch([[x] for x in column])]
    assert sum(outputs) / len(outputs) == pytest.approx(0.0, abs=1e-6)
    assert sum(y * y for y in outputs) / len(outputs) <= 1.0 + 1e-9


def test_evaluation_measures_nothing_and_takes_one_example() -> None:
    norm = BatchNorm(2)
    norm.batch(BATCHES[0])
    state = norm.state_dict()
    norm.eval()
    rows = norm.batch(BATCHES[1])
    assert [[v.data for v in row] for row in rows] == [[v.data for v in norm(x)] for x in BATCHES[1]]
    assert [v.data for v in norm.batch([BATCHES[1][0]])[0]] == [v.data for v in rows[0]]
    assert norm.state_dict() == state


@pytest.mark.parametrize(
    "call", [lambda norm: norm([1.0, 2.0]), lambda norm: norm.batch([[1.0, 2.0]]), lambda norm: norm.batch([])]
)
def test_training_on_fewer_than_two_examples_is_refused(call: Any) -> None:
    norm = BatchNorm(2)
    with pytest.raises(ValueError, match=r"BatchNorm\(2\) in training needs at least 2 examples at once, got [01]"):
        call(norm)
    assert norm.state_dict() == BatchNorm(2).state_dict()


def test_a_bad_batch_changes_no_running_statistics() -> None:
    norm = BatchNorm(2)
    with pytest.raises(ValueError, match=r"BatchNorm\(2\) takes 2 inputs, got 3"):
        norm.batch([[1.0, 2.0], [1.0, 2.0, 3.0]])
    assert norm.state_dict() == BatchNorm(2).state_dict()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"width": 0}, ValueError, "width must be at least 1, got 0"),
        ({"width": 1.5}, TypeError, "width is a whole number, got 1.5"),
        ({"width": 1, "momentum": -0.1}, ValueError, "momentum is the share of the new .* from 0 to 1, got -0.1"),
        ({"width": 1, "momentum": 2}, ValueError, "momentum .* got 2"),
        ({"width": 1, "eps": 0.0}, ValueError, "eps keeps the division finite and must be above 0, got 0.0"),
        ({"width": 1, "eps": math.nan}, ValueError, "eps .* got nan"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        BatchNorm(**settings)


def test_its_numbers_are_named() -> None:
    model = Sequential(BatchNorm(2))
    assert list(model.state_dict()) == [
        *(f"layers.0.{what}{i}" for what in ("gamma", "beta") for i in range(2)),
        *(f"layers.0.running_{what}{i}" for what in ("mean", "var") for i in range(2)),
    ]
    assert [p.label for p in model.parameters()] == list(model.state_dict())[:4]
