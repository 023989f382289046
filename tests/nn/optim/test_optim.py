"""Every optimizer makes PyTorch's steps and keeps PyTorch's defaults; its rule is the same on floats and on arrays."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import optim
from nn.optim import SGD, Adam, Optimizer, RMSProp, sgd
from tests.nn.optim.optimizer_rows import FOUR_STEPS, SETTINGS, START, TORCH, fresh, ours, theirs, train


@pytest.mark.parametrize(("kind", "settings", "expected"), FOUR_STEPS)
def test_the_first_four_steps_on_a_parabola(
    kind: Callable[..., Optimizer], settings: dict[str, Any], expected: list[float]
) -> None:
    path = train(kind([Value(1.0)], lr=0.1, **settings), lambda ps: ps[0] ** 2, 4)
    assert [x for (x,) in path] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_fifty_steps_are_pytorchs(kind: Callable[..., Optimizer], settings: dict[str, Any]) -> None:
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    oracle = TORCH[kind](tensors, **settings)  # type: ignore[index]
    path = train(kind(fresh(), **settings), ours, 50)
    assert max(abs(a - b) for a, b in zip(path[-1], START, strict=True)) > 0.1  # it went somewhere
    for point in path:
        oracle.zero_grad()
        theirs(tensors).backward()  # type: ignore[no-untyped-call]
        oracle.step()
        assert point == pytest.approx([t.item() for t in tensors], rel=1e-12)


@pytest.mark.parametrize("kind", TORCH)
def test_defaults_are_pytorchs(kind: Any) -> None:
    defaults = TORCH[kind]([torch.zeros(1, requires_grad=True)]).defaults
    assert kind([Value(1.0)]).hyperparameters == {name: defaults[name] for name in kind.limits}


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_the_rule_alone_on_floats_walks_the_same_path(kind: Any, settings: dict[str, Any]) -> None:
    optimizer = kind([Value(0.9)], **settings)
    path = [x for (x,) in train(optimizer, lambda ps: ps[0] ** 4 - ps[0], 20)]
    value, state = 0.9, tuple(optimizer.start_of(slot) for slot in kind.slots)
    for step, expected in enumerate(path, start=1):
        value, state = kind.update(value, 4.0 * value**3 - 1.0, state, step, optimizer.hyperparameters)
        assert value == pytest.approx(expected, rel=1e-13)


numbers = st.floats(-1e3, 1e3)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
@given(rows=st.lists(st.tuples(numbers, numbers, st.floats(0, 10)), min_size=1, max_size=5), step=st.integers(1, 100))
def test_the_rule_is_the_same_on_floats_and_on_arrays(
    kind: Any, settings: dict[str, Any], rows: list[tuple[float, float, float]], step: int
) -> None:
    h = kind([Value(0.0)], **settings).hyperparameters
    one_by_one = [kind.update(value, grad, (slot,) * len(kind.slots), step, h) for value, grad, slot in rows]
    values, grads, slots = (np.array(column) for column in zip(*rows, strict=True))
    at_once, state = kind.update(values, grads, (slots,) * len(kind.slots), step, h, np)
    assert at_once.tolist() == [value for value, _ in one_by_one]
    for k, column in enumerate(state):
        assert column.tolist() == [kept[k] for _, kept in one_by_one]


def test_a_slot_holds_what_its_name_says() -> None:
    (w,) = parameters = [Value(1.0)]
    optimizer = Adam(parameters, betas=(0.5, 0.75))
    w.grad = 2.0
    optimizer.step()
    assert {slot: list(column) for slot, column in optimizer.state.items()} == {"average": [1.0], "squares": [1.0]}
    assert optimizer.steps == [1]


def test_zero_grad_and_the_rate() -> None:
    w = Value(1.0)
    w.grad = 3.0
    optimizer = SGD([w], lr=0.5)
    optimizer.lr = 0.25
    optimizer.step()
    assert (w.data, w.grad, optimizer.lr) == (0.25, 3.0, 0.25)
    optimizer.zero_grad()
    assert w.grad == 0.0
    with pytest.raises(ValueError, match="SGD: lr must be a finite number from 0 on, got -1"):
        optimizer.lr = -1.0
    assert optimizer.lr == 0.25


def test_sgd_is_one_plain_step() -> None:
    w, frozen = Value(1.0), Value(2.0, requires_grad=False)
    w.grad = frozen.grad = 4.0
    sgd([w, frozen], 0.25)
    assert (w.data, frozen.data) == (0.0, 2.0)
    with pytest.raises(ValueError, match=r"sgd: lr must be a finite number from 0 on, got -0\.1"):
        sgd([w], -0.1)
    assert w.data == 0.0


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_a_frozen_parameter_is_left_alone_and_starts_anew_when_thawed(kind: Any, settings: dict[str, Any]) -> None:
    parameters = fresh()
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer, oracle = kind(parameters, **settings), TORCH[kind](tensors, **settings)
    for step in range(12):
        frozen = step < 6
        parameters[1].requires_grad = not frozen
        tensors[1].requires_grad_(not frozen)
        train(optimizer, ours, 1)
        oracle.zero_grad()
        theirs(tensors).backward()  # type: ignore[no-untyped-call]
        oracle.step()
        if frozen:
            assert (parameters[1].data, optimizer.steps[1]) == (START[1], 0)
            assert all(kept[1] == optimizer.start_of(slot) for slot, kept in optimizer.state.items())
        assert [p.data for p in parameters] == pytest.approx([t.item() for t in tensors], rel=1e-12)
    assert optimizer.steps == [12, 6, 12, 12]


@pytest.mark.parametrize("kind", TORCH)
@pytest.mark.parametrize("grad", [math.nan, math.inf, -math.inf, 1e300])
def test_gradients_that_are_no_numbers_pass_on_without_a_warning(kind: Any, grad: float) -> None:
    sick, well = Value(1.0), Value(1.0)
    sick.grad, well.grad = grad, 1.0
    tensors = [torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    tensors[0].grad, tensors[1].grad = (torch.tensor(g, dtype=torch.float64) for g in (grad, 1.0))
    kind([sick, well], lr=0.1).step()
    TORCH[kind](tensors, lr=0.1).step()
    assert [sick.data, well.data] == pytest.approx([t.item() for t in tensors], nan_ok=True, rel=1e-12)


def test_centered_rmsprop_stays_finite_when_the_gradient_never_changes() -> None:
    """The variance of a constant gradient is 0, which rounding takes below 0: PyTorch's step is nan then."""
    w, tensor = Value(0.0), torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = RMSProp([w], centered=True, alpha=0.5)
    oracle = torch.optim.RMSprop([tensor], centered=True, alpha=0.5)
    for _ in range(100):
        w.grad, tensor.grad = 0.7, torch.full_like(tensor, 0.7)
        optimizer.step()
        oracle.step()
    assert math.isnan(tensor.item())
    assert -math.inf < w.data < 0.0


# ----- By name -----


@pytest.mark.parametrize(("name", "kind"), optim.NAMES.items())
def test_get_by_name_or_class(name: str, kind: type[Optimizer]) -> None:
    w = Value(1.0)
    assert type(optim.get(name.upper(), [w])) is kind
    assert optim.get(name, [w]).hyperparameters == kind([w]).hyperparameters
    assert optim.get(kind, [w], lr=0.5).lr == 0.5


def test_get_of_an_optimizer_gives_it_back() -> None:
    w = Value(1.0, label="w0")
    given = SGD([w])
    assert optim.get(given, [Value(2.0), w]) is given
    with pytest.raises(ValueError, match="the optimizer steps 1 parameters that are not among these, w0 first"):
        optim.get(given, [Value(2.0)])
    with pytest.raises(ValueError, match=r"lr=0\.5 and an optimizer with lr=0\.001 are two rates"):
        optim.get(given, [w], lr=0.5)


def test_get_of_something_else() -> None:
    with pytest.raises(ValueError, match="no optimizer is called 'adamant': choose one of sgd, adagrad, rmsprop"):
        optim.get("adamant", [Value(1.0)])
    with pytest.raises(TypeError, match="optimizer must be a name, an optimizer or its class, got 3"):
        optim.get(3, [Value(1.0)])  # type: ignore[arg-type]
