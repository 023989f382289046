"""Losses: PyTorch's values and gradients, exactness far out, reductions, shapes, refusals."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

import autograd
from autograd import Value, topological_order
from autograd.testing import gradcheck
from nn import losses

REDUCTIONS = ["mean", "sum", "none"]


def hinge_of_torch(s: torch.Tensor, y: torch.Tensor, reduction: str) -> torch.Tensor:
    each = torch.relu(1 - y * s)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


def squared_error_of_torch(p: torch.Tensor, y: torch.Tensor, reduction: str) -> torch.Tensor:
    return F.mse_loss(p, y, reduction=reduction)


# our name -> PyTorch's function, predictions, targets
ELEMENTWISE: dict[str, tuple[Callable[..., torch.Tensor], list[float], list[float]]] = {
    "mse": (F.mse_loss, [2.0, 3.0, 1.0, -4.5], [2.0, 1.0, 3.0, 1e3]),
    "squared_error": (squared_error_of_torch, [2.0, 3.0, 1.0, -4.5], [2.0, 1.0, 3.0, 1e3]),
    "half_squared_error": (
        lambda p, y, reduction: 0.5 * F.mse_loss(p, y, reduction=reduction), [2.0, 3.0, 1.0], [2.0, 1.0, 3.0],
    ),
    "mae": (F.l1_loss, [2.0, 3.0, 1.0], [2.0, 1.0, 3.0]),
    "huber": (F.huber_loss, [0.0, 0.5, 1.0, 1.5, -1.0, -1e6], [0.0] * 6),
    "hinge": (hinge_of_torch, [0.0, 1.0, 2.0, -1.0, 0.5, -3.0], [1.0, 1.0, 1.0, 1.0, -1.0, -1.0]),
    "binary_cross_entropy": (F.binary_cross_entropy, [0.5, 0.5, 0.1, 0.999, 0.3, 1e-9], [0.0, 1.0, 0.7, 0.0, 1.0, 1.0]),
    "binary_cross_entropy_with_logits": (
        F.binary_cross_entropy_with_logits,
        [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1e3, 1e3, 1e3, -1e3, -1e3, -1e3],
        [0.0, 1.0, 0.5] * 5,
    ),
}  # fmt: skip


def ours(loss: Any, numbers: Any, targets: Any, **settings: Any) -> tuple[Any, list[float]]:
    """The value and the gradients by all predictions; of the sum where there are several values."""
    leaves: list[Value] = []

    def leaf(x: Any) -> Any:
        if isinstance(x, list):
            return [leaf(entry) for entry in x]
        leaves.append(Value(x))
        return leaves[-1]

    y = loss(leaf(numbers), targets, **settings)
    flat = list(flattened(y))
    autograd.sum(flat).backward()
    values = [v.data for v in flat]
    return (values if isinstance(y, list) else values[0]), [v.grad for v in leaves]


def flattened(x: Any) -> Any:
    if isinstance(x, list):
        for entry in x:
            yield from flattened(entry)
    else:
        yield x


def torchs(loss: Any, numbers: Any, targets: Any, **settings: Any) -> tuple[Any, list[float]]:
    t = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    indices = torch.tensor(targets).dtype == torch.int64
    y = loss(t, torch.tensor(targets, dtype=torch.int64 if indices else torch.float64), **settings)
    y.sum().backward()
    assert t.grad is not None
    return (y.flatten().tolist() if y.ndim else y.item()), t.grad.flatten().tolist()


def same(found: tuple[Any, list[float]], expected: tuple[Any, list[float]], gradients: float = 1e-12) -> bool:
    values = found[0] == pytest.approx(expected[0], rel=1e-12, abs=1e-300)
    return bool(values and found[1] == pytest.approx(expected[1], rel=gradients, abs=1e-300))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_and_gradients_are_those_of_pytorch(name: str, reduction: str) -> None:
    oracle, numbers, targets = ELEMENTWISE[name]
    found = ours(losses.get(name), numbers, targets, reduction=reduction)
    expected = torchs(oracle, numbers, targets, reduction=reduction)
    assert same(found, expected)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_examples_of_several_outputs_are_averaged_over_all_outputs(name: str, reduction: str) -> None:
    oracle, numbers, targets = ELEMENTWISE[name]
    n = len(numbers) // 2 * 2
    rows, wanted = [numbers[: n // 2], numbers[n // 2 : n]], [targets[: n // 2], targets[n // 2 : n]]
    found = ours(losses.get(name), rows, wanted, reduction=reduction)
    assert same(found, torchs(oracle, rows, wanted, reduction=reduction))


@pytest.mark.parametrize("delta", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("difference", [0.0, 0.5, 1.0, 1.5, -1.0, -3.0, 1e-8, math.inf])
def test_huber_at_every_delta(delta: float, difference: float) -> None:
    found = ours(losses.huber, [difference], [0.0], delta=delta)
    assert same(found, torchs(F.huber_loss, [difference], [0.0], delta=delta))


# ----- Classes -----

SCORES = [
    [0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0], [1000.0, 1000.0, 1000.0], [-1000.0, -1000.0, -1000.0],
    [-1e-3, 700.0, 710.0],
]  # fmt: skip


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("z", SCORES)
def test_cross_entropy_on_scores_is_that_of_pytorch(z: list[float], k: int) -> None:
    expected = torchs(F.cross_entropy, [z], [k])
    one_hot = [[float(i == k) for i in range(3)]]
    for target in ([k], [float(k)], one_hot, np.array([k]), np.array(one_hot)):
        found = ours(losses.cross_entropy, [z], target)
        assert found[0] == pytest.approx(expected[0], rel=1e-12, abs=1e-300)
        assert found[1] == pytest.approx(expected[1], rel=1e-12, abs=1e-16)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_of_several_examples_and_of_soft_targets(reduction: str) -> None:
    numbers = [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [-1.0, 4.0, 0.5]]
    found = ours(losses.cross_entropy, numbers, [2, 0, 1], reduction=reduction)
    assert same(found, torchs(F.cross_entropy, numbers, [2, 0, 1], reduction=reduction))
    soft = [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.25, 0.5, 0.25]]
    found = ours(losses.cross_entropy, numbers, soft, reduction=reduction)
    assert same(found, torchs(F.cross_entropy, numbers, soft, reduction=reduction), gradients=1e-11)


@pytest.mark.parametrize(
    ("z", "k", "value", "gradient"),
    [
        ([math.inf, 0.0, 0.0], 0, math.nan, [math.nan] * 3),
        ([-math.inf, 0.0, 0.0], 0, math.inf, [-1.0, 0.5, 0.5]),
        ([-math.inf, 0.0, 0.0], 1, math.log(2.0), [0.0, -0.5, 0.5]),
    ],
)
def test_cross_entropy_at_infinite_scores(z: list[float], k: int, value: float, gradient: list[float]) -> None:
    for target in ([k], [[float(i == k) for i in range(3)]]):
        found = ours(losses.cross_entropy, [z], target)
        assert found[0] == pytest.approx(value, nan_ok=True)
        assert found[1] == pytest.approx(gradient, nan_ok=True)


@pytest.mark.parametrize("target", [[2, 0], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], [[0.2, 0.3, 0.5], [0.5, 0.5, 0.0]]])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_cross_entropy_on_probabilities_is_the_logarithm_of_them(target: Any, reduction: str) -> None:
    def oracle(p: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        weights = F.one_hot(y, 3) if y.dtype == torch.int64 else y
        each = -(weights * torch.log(p)).sum(-1)
        return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()

    numbers = [[0.1, 0.2, 0.7], [0.25, 0.5, 0.25]]
    found = ours(losses.categorical_cross_entropy, numbers, target, reduction=reduction)
    expected = torchs(oracle, numbers, target)
    assert same((found[0], [abs(g) for g in found[1]]), (expected[0], [abs(g) for g in expected[1]]))
    assert all(g <= 0.0 for g in found[1])


def test_probabilities_and_scores_give_the_same_loss_and_gradient() -> None:
    z = [[1.0, -2.0, 0.5], [0.3, 0.2, 0.1]]
    expected = ours(losses.cross_entropy, z, [1, 2])

    def through_softmax(rows: Any, targets: Any) -> Any:
        return losses.categorical_cross_entropy([autograd.softmax(row) for row in rows], targets)

    assert same(ours(through_softmax, z, [1, 2]), expected, gradients=1e-11)


# ----- Edges -----


@pytest.mark.parametrize(
    ("p", "y", "value", "gradient"),
    [
        (0.0, 0.0, 0.0, 0.0),
        (0.0, 1.0, 100.0, -1e12),
        (1.0, 0.0, 100.0, 1e12),
        (1.0, 1.0, 0.0, 0.0),
        (1e-50, 0.0, 1e-50, 1e-38),
        (1e-50, 1.0, 100.0, -1e12),
        (0.5, 0.5, math.log(2.0), 0.0),
    ],
)
def test_binary_cross_entropy_at_its_ends(p: float, y: float, value: float, gradient: float) -> None:
    found = ours(losses.binary_cross_entropy, [p], [y])
    assert [found[0], *found[1]] == pytest.approx([value, gradient], rel=1e-14, abs=1e-300)
    # PyTorch keeps its 1e-12 in 32 bits, which shows in the ninth digit.
    assert same(found, torchs(F.binary_cross_entropy, [p], [y]), gradients=1e-8)


@pytest.mark.parametrize(
    ("z", "y", "value", "gradient"),
    [
        (40.0, 1.0, 4.248354255291589e-18, -4.248354255291589e-18),
        (-40.0, 0.0, 4.248354255291589e-18, 4.248354255291589e-18),
        (40.0, 0.0, 40.0, 1.0),
        (-40.0, 1.0, 40.0, -1.0),
        (-1000.0, 0.5, 500.0, -0.5),
        (math.inf, 1.0, 0.0, 0.0),
        (-math.inf, 0.0, 0.0, 0.0),
        (math.inf, 0.0, math.inf, 1.0),
    ],
)
def test_logits_are_exact_where_pytorch_rounds_to_zero(z: float, y: float, value: float, gradient: float) -> None:
    found = ours(losses.binary_cross_entropy_with_logits, [z], [y])
    assert [found[0], *found[1]] == pytest.approx([value, gradient], rel=1e-14, abs=1e-300)


@given(st.floats(-1000, 1000), st.sampled_from([0.0, 1.0]))
def test_no_logit_makes_the_loss_or_its_slope_infinite(z: float, y: float) -> None:
    (value, [gradient]) = ours(losses.binary_cross_entropy_with_logits, [z], [y])
    assert 0.0 <= value <= 1000.0 + math.log(2.0)
    assert (-1.0 <= gradient <= 0.0) if y == 1.0 else (0.0 <= gradient <= 1.0)


@given(st.lists(st.floats(-1000, 1000), min_size=2, max_size=5), st.data())
def test_no_scores_make_the_loss_or_its_slopes_infinite(z: list[float], data: st.DataObject) -> None:
    k = data.draw(st.integers(0, len(z) - 1))
    value, gradients = ours(losses.cross_entropy, [z], [k])
    assert 0.0 <= value <= 2000.0 + math.log(5.0)
    assert all(abs(g) <= 1.0 for g in gradients)
    assert sum(gradients) == pytest.approx(0.0, abs=1e-14)


SMOOTH = ("mse", "half_squared_error", "mae", "huber", "binary_cross_entropy", "binary_cross_entropy_with_logits")


@pytest.mark.parametrize("name", SMOOTH)
def test_first_and_second_derivatives_by_prediction_and_target(name: str) -> None:
    for p, y in [(0.3, 0.8), (0.9, 0.1), (0.5, 0.25)]:
        gradcheck(lambda p, y: losses.get(name)([p], [y]), [p, y], order=2, rtol=1e-4, atol=1e-6)


def test_half_the_square_has_the_error_as_its_slope() -> None:
    # L = ½(y − ŷ)² with ŷ = w0·x0 + w1·x1 + w2·x2 + b: ∂L/∂wᵢ = (ŷ − y)·xᵢ
    w, b, x, y = [Value(0.5), Value(-1.0), Value(2.0)], Value(0.1), [1.0, 2.0, 3.0], 4.0
    prediction = autograd.dot(w, x, bias=b)
    loss = losses.half_squared_error(prediction, y)
    loss.backward()
    error = prediction.data - y
    assert loss.data == pytest.approx(0.5 * error**2, rel=1e-15)
    assert [v.grad for v in w] == pytest.approx([error * v for v in x], rel=1e-15)
    assert b.grad == pytest.approx(error, rel=1e-15)


# ----- Shapes and kinds of numbers -----


def test_reductions_of_two_errors() -> None:
    assert losses.mse([1.0, 2.0], [3.0, 5.0]) == 6.5
    assert losses.mse([1.0, 2.0], [3.0, 5.0], reduction="sum") == 13.0
    assert losses.mse([1.0, 2.0], [3.0, 5.0], "none") == [4.0, 9.0]
    assert losses.squared_error([1.0, 2.0], [3.0, 5.0]) == 13.0


def test_plain_numbers_give_a_plain_number() -> None:
    for name, (_, numbers, targets) in ELEMENTWISE.items():
        assert type(losses.get(name)(numbers, targets)) is float
        assert losses.get(name)(numbers, targets) == ours(losses.get(name), numbers, targets)[0]
    assert type(losses.cross_entropy([[1.0, 2.0]], [0])) is float


def test_single_predictions_lists_of_one_and_arrays() -> None:
    assert losses.mse(Value(3.0), 1.0).data == 4.0
    assert losses.mse(Value(3.0), 1.0, reduction="none").data == 4.0
    assert losses.mse([[Value(3.0)], Value(1.0)], np.array([[1.0], [1.0]])).data == 2.0
    assert losses.mse(np.array([3.0, 1.0]), (1, True)) == 2.0
    assert losses.mse(iter([3.0, 1.0]), iter([1, 1]), reduction="none") == [4.0, 0.0]
    assert losses.mse([[3.0], [1.0]], [1, 1], reduction="none") == [[4.0], [0.0]]
    assert losses.mse([[3.0, 1.0]], [[1, 1]], reduction="none") == [[4.0, 0.0]]


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if name != "hinge"])
def test_targets_may_be_values_and_stay_in_the_graph(name: str) -> None:
    # A compiled loss is fed its targets: they must be leaves of what was recorded, whatever their numbers.
    _, numbers, targets = ELEMENTWISE[name]
    given_targets = [Value(y, requires_grad=False) for y in targets]
    loss = losses.get(name)([Value(x) for x in numbers], given_targets)
    assert loss.data == pytest.approx(losses.get(name)(numbers, targets), rel=1e-14)
    assert set(given_targets) <= set(topological_order(loss))


def test_a_one_hot_target_of_values_stays_in_the_graph() -> None:
    target = [Value(0.0, requires_grad=False), Value(1.0, requires_grad=False)]
    loss = losses.cross_entropy([[Value(1.0), Value(2.0)]], [target])
    assert loss.data == losses.cross_entropy([[1.0, 2.0]], [1])
    assert set(target) <= set(topological_order(loss))


def test_losses_over_classes_take_the_index_of_a_class() -> None:
    for loss in set(losses.LOSSES.values()):
        if loss in losses.CLASSES:
            assert loss([[0.5, 0.5]], [1]) == pytest.approx(math.log(2.0), rel=1e-15)
        else:
            with pytest.raises(ValueError, match=r"predictions\[0\] has width 2 but targets\[0\] has width 1"):
                loss([[0.5, 0.5]], [1])


def test_losses_are_known_by_name() -> None:
    assert losses.get("mean_squared_error") is losses.get("mse") is losses.mse
    assert losses.get("sparse_categorical_crossentropy") is losses.categorical_cross_entropy
    assert losses.get(max) is max
    with pytest.raises(
        ValueError, match=r"loss='mes' is not known: did you mean mse\? Choose one of mse, squared_error"
    ):
        losses.get("mes")
    with pytest.raises(TypeError, match=r"loss is a name or a function .*, got 3"):
        losses.get(3)  # type: ignore[arg-type]


# ----- Class weights and smoothing: PyTorch's -----

SCORES = [[1.5, -2.0, 0.25, 3.0], [0.0, 0.5, -0.5, 1000.0], [-1.0, 2.0, 2.0, 0.0], [0.3, 0.2, 0.1, 0.0]]
CLASSES = [0, 3, 1, 1]
SHARES = [[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 0.0, 1.0], [0.5, 0.5, 0.0, 0.0], [0.25] * 4]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weight", [None, [0.5, 2.0, 1.0, 0.25], [0.0, 1.0, 0.0, 3.0], [1.0] * 4])
@pytest.mark.parametrize("targets", [CLASSES, SHARES], ids=["classes", "shares"])
def test_weights_and_smoothing_are_pytorchs(
    targets: list[Any], weight: list[float] | None, smoothing: float, reduction: str
) -> None:
    kind = torch.int64 if targets is CLASSES else torch.float64
    z = torch.tensor(SCORES, dtype=torch.float64, requires_grad=True)
    expected = F.cross_entropy(
        z,
        torch.tensor(targets, dtype=kind),
        weight=None if weight is None else torch.tensor(weight, dtype=torch.float64),
        label_smoothing=smoothing,
        reduction=reduction,
    )
    values = [[Value(x) for x in row] for row in SCORES]
    loss = losses.cross_entropy(values, targets, reduction, weight=weight, label_smoothing=smoothing)
    found = [v.data for v in loss] if reduction == "none" else loss.data
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-12)
    expected.sum().backward()  # type: ignore[no-untyped-call]
    (autograd.sum(loss) if reduction == "none" else loss).backward()
    assert z.grad is not None
    np.testing.assert_allclose([[v.grad for v in row] for row in values], z.grad.numpy(), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"weight": [1.0]}, ValueError, r"weight has 1 classes but predictions\[0\] has 4"),
        ({"weight": [1.0, 1.0, -1.0, 1.0]}, ValueError, r"weight\[2\] must be a finite number from 0 on, got -1.0"),
        ({"weight": 2.0}, TypeError, "weight must be a list with a number for each class, got 2.0"),
        ({"weight": [0.0, 0.0, 1.0, 0.0]}, ValueError, "weight is 0 for all classes among the targets"),
        ({"label_smoothing": 1.5}, ValueError, "label_smoothing must be a number from 0 to 1, got 1.5"),
        ({"label_smoothing": "much"}, TypeError, "label_smoothing must be a number from 0 to 1, got 'much'"),
    ],
)
def test_weights_and_smoothing_are_checked(settings: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        losses.cross_entropy(SCORES, CLASSES, **settings)


# ----- Predictions and targets in each other's place -----

TWO = [losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits]


@pytest.mark.parametrize("loss", TWO)
@pytest.mark.parametrize(("predictions", "targets"), [([1, 0], [0.9, 0.2]), (1, 0.9), ([[1.0, 0.0]], [[0.5, 0.5]])])
def test_swapped_arguments_are_suspected(loss: Callable[..., Any], predictions: Any, targets: Any) -> None:
    with pytest.raises(ValueError, match=f"did they change places.*{loss.__name__}\\(predictions, targets\\)"):
        loss(predictions, targets)


@pytest.mark.parametrize("loss", TWO)
@pytest.mark.parametrize(
    ("predictions", "targets"),
    [
        ([1, 0], [0.9, 1.0]),  # one target is a class
        ([1, 0.5], [0.9, 0.2]),  # one prediction is none
        ([Value(1.0), Value(0.0)], [0.9, 0.2]),  # a model that is sure
        ([0.9, 0.2], [1, 0]),
        ([0.5], [0.5]),
    ],
)
def test_what_may_be_meant_is_not_suspected(loss: Callable[..., Any], predictions: Any, targets: Any) -> None:
    loss(predictions, targets)
