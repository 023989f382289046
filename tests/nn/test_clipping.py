"""Clipping by norm and by value equals PyTorch's, nan and infinity included; frozen parameters take no part."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.clipping import clip_norm, clip_value


def with_grads(grads: list[float]) -> list[Value]:
    parameters = [Value(1.0) for _ in grads]
    for p, g in zip(parameters, grads, strict=True):
        p.grad = g
    return parameters


def tensors_with(grads: list[float]) -> list[torch.Tensor]:
    tensors = [torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in grads]
    for t, g in zip(tensors, grads, strict=True):
        t.grad = torch.tensor([g], dtype=torch.float64)
    return tensors


@pytest.mark.parametrize(
    ("grads", "limit", "length", "after"),
    [
        ([3.0, 4.0], 1.0, 5.0, [0.599999880000024, 0.799999840000032]),
        ([0.3, 0.4], 1.0, 0.5, [0.3, 0.4]),
        ([0.0, 0.0], 1.0, 0.0, [0.0, 0.0]),
        ([3.0, math.nan], 1.0, math.nan, [math.nan, math.nan]),
        ([3.0, math.inf], 1.0, math.inf, [0.0, math.nan]),
        ([3.0, 4.0], 0.0, 5.0, [0.0, 0.0]),
    ],
)
def test_by_norm(grads: list[float], limit: float, length: float, after: list[float]) -> None:
    parameters, tensors = with_grads(grads), tensors_with(grads)
    assert clip_norm(parameters, limit) == pytest.approx(length, nan_ok=True)
    assert [p.grad for p in parameters] == pytest.approx(after, rel=1e-14, nan_ok=True)
    torch.nn.utils.clip_grad_norm_(tensors, limit)
    assert [p.grad for p in parameters] == pytest.approx([t.grad.item() for t in tensors], rel=1e-12, nan_ok=True)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("grads", "after"),
    [([3.0, -4.0], [2.0, -2.0]), ([1.0, -2.0], [1.0, -2.0]), ([math.inf, -math.inf, math.nan], [2.0, -2.0, math.nan])],
)
def test_by_value(grads: list[float], after: list[float]) -> None:
    parameters, tensors = with_grads(grads), tensors_with(grads)
    clip_value(parameters, 2.0)
    assert [p.grad for p in parameters] == pytest.approx(after, nan_ok=True)
    torch.nn.utils.clip_grad_value_(tensors, 2.0)
    assert after == pytest.approx([t.grad.item() for t in tensors], nan_ok=True)  # type: ignore[union-attr]


gradients = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8)


@given(grads=gradients, limit=st.floats(1e-6, 1e3))
def test_after_clipping_by_norm_the_norm_is_in_bounds_and_the_direction_kept(grads: list[float], limit: float) -> None:
    parameters, tensors = with_grads(grads), tensors_with(grads)
    length = clip_norm(parameters, limit)
    after = [p.grad for p in parameters]
    assert math.hypot(*after) <= limit * (1.0 + 1e-12)
    expected = torch.nn.utils.clip_grad_norm_(tensors, limit)
    assert length == pytest.approx(expected.item(), rel=1e-12, abs=1e-150)
    assert after == pytest.approx([t.grad.item() for t in tensors], rel=1e-12, abs=1e-150)  # type: ignore[union-attr]


def test_a_norm_beyond_the_largest_square_is_still_a_number() -> None:
    parameters = with_grads([3e200, 4e200])
    assert clip_norm(parameters, 1.0) == pytest.approx(5e200)
    assert [p.grad for p in parameters] == pytest.approx([0.6, 0.8])


def test_frozen_parameters_take_no_part() -> None:
    parameters = with_grads([3.0, 100.0, 4.0])
    parameters[1].requires_grad = False
    assert clip_norm(parameters, 10.0) == 5.0
    clip_value(parameters, 3.5)
    assert [p.grad for p in parameters] == [3.0, 100.0, 3.5]
    for p in parameters:
        p.requires_grad = False
    assert clip_norm(parameters, 1.0) == 0.0


@pytest.mark.parametrize(
    ("clip", "error", "message"),
    [
        (lambda: clip_norm(with_grads([1.0]), -1.0), ValueError, r"clip_norm: max_norm must be a finite .* got -1\.0"),
        (lambda: clip_norm(with_grads([1.0]), math.nan), ValueError, "clip_norm: max_norm .* got nan"),
        (lambda: clip_value(with_grads([1.0]), -1.0), ValueError, r"clip_value: max_value .* got -1\.0"),
        (lambda: clip_value(with_grads([1.0]), "2"), TypeError, "clip_value: max_value .* got '2'"),  # type: ignore[arg-type]
        (lambda: clip_norm([], 1.0), ValueError, "parameters must not be empty"),
        (lambda: clip_value([Value(1.0) * 2], 1.0), ValueError, "is computed"),
    ],
)
def test_what_is_refused(clip: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        clip()
