"""Schedules equal PyTorch's schedulers at every step, hold no state, and refuse what makes no rate."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler

from nn.schedules import Schedule, constant, cosine, exponential, linear, step_decay, warmup, warmup_cosine

# Base rate 1, at step 0, 1, 2, ...: PyTorch 2.13.
TABLE: list[tuple[Schedule, list[float]]] = [
    (constant(1.0), [1.0] * 9),
    (step_decay(1.0, 3), [1.0, 1.0, 1.0, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01]),
    (exponential(1.0, 0.9), [1.0, 0.9, 0.81, 0.729, 0.6561, 0.59049, 0.531441, 0.4782969, 0.43046721]),
    (
        linear(1 / 3, 1.0, 5),
        [0.333333333333, 0.466666666667, 0.6, 0.733333333333, 0.866666666667, 1.0, 1.0, 1.0, 1.0],
    ),
    (linear(1.0, 0.0, 4), [1.0, 0.75, 0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]),
    (
        cosine(1.0, 4),
        [1.0, 0.853553390593, 0.5, 0.146446609407, 0.0, 0.146446609407, 0.5, 0.853553390593, 1.0],
    ),
    (warmup(5, 1.0, start=1 / 3), [0.333333333333, 0.466666666667, 0.6, 0.733333333333, 0.866666666667, 1.0, 1.0]),
]


@pytest.mark.parametrize(("schedule", "expected"), TABLE)
def test_the_first_rates(schedule: Schedule, expected: list[float]) -> None:
    assert [schedule(t) for t in range(len(expected))] == pytest.approx(expected, abs=1e-12)


def rates(make: Callable[[torch.optim.Optimizer], Any], base: float, steps: int) -> list[float]:
    """The rates that a PyTorch scheduler sets."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler, found = make(optimizer), []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize(
    ("schedule", "base", "make"),
    [
        (constant(0.3), 0.3, lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0)),
        (step_decay(0.3, 7, 0.5), 0.3, lambda o: lr_scheduler.StepLR(o, 7, 0.5)),
        (exponential(0.3, 0.95), 0.3, lambda o: lr_scheduler.ExponentialLR(o, 0.95)),
        (linear(0.2, 0.02, 13), 0.2, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.1, 13)),
        (cosine(0.3, 17, 0.05), 0.3, lambda o: lr_scheduler.CosineAnnealingLR(o, 17, 0.05)),
        (warmup(6, 0.3, start=0.25), 0.3, lambda o: lr_scheduler.LinearLR(o, 0.25, 1.0, 6)),
        (
            warmup(6, step_decay(0.3, 4), start=0.25),
            0.3,
            lambda o: lr_scheduler.SequentialLR(
                o, [lr_scheduler.LinearLR(o, 0.25, 1.0, 6), lr_scheduler.StepLR(o, 4)], milestones=[6]
            ),
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:The epoch parameter")  # SequentialLR uses it itself
def test_fifty_rates_are_pytorchs(
    schedule: Schedule, base: float, make: Callable[[torch.optim.Optimizer], Any]
) -> None:
    assert [schedule(t) for t in range(50)] == pytest.approx(rates(make, base, 50), rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("schedule", [schedule for schedule, _ in TABLE])
def test_a_schedule_answers_the_same_in_any_order(schedule: Schedule) -> None:
    forwards = [schedule(t) for t in range(20)]
    backwards = [schedule(t) for t in reversed(range(20))]
    assert forwards == backwards[::-1]


def test_warmup_then_cosine_rises_and_falls() -> None:
    rate = [warmup_cosine(0.2, 5, 25, end=0.01)(t) for t in range(26)]
    assert rate[:6] == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16, 0.2])
    assert all(a > b for a, b in itertools.pairwise(rate[5:]))
    assert rate[15] == pytest.approx(0.105)
    assert rate[25] == pytest.approx(0.01)


def test_micrograds_own_schedule() -> None:
    assert [linear(1.0, 0.1, 100)(t) for t in range(100)] == pytest.approx([1.0 - 0.9 * t / 100 for t in range(100)])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: constant(-0.1), ValueError, r"constant: rate must be a finite number from 0 on, got -0\.1"),
        (lambda: constant(math.nan), ValueError, "constant: rate .* got nan"),
        (lambda: constant("0.1"), TypeError, r"constant: rate must be a finite number from 0 on, got '0\.1'"),  # type: ignore[arg-type]
        (lambda: step_decay(0.1, 0), ValueError, "step_decay: every must be a whole number from 1 on, got 0"),
        (lambda: step_decay(0.1, 2, -1.0), ValueError, r"step_decay: factor .* got -1\.0"),
        (lambda: exponential(0.1, math.inf), ValueError, "exponential: factor .* got inf"),
        (lambda: linear(0.1, -0.2, 3), ValueError, r"linear: end .* got -0\.2"),
        (lambda: linear(0.1, 0.2, 0), ValueError, "linear: steps must be a whole number from 1 on, got 0"),
        (lambda: cosine(0.1, 2.5), TypeError, r"cosine: steps must be a whole number from 1 on, got 2\.5"),  # type: ignore[arg-type]
        (lambda: cosine(0.1, True), TypeError, "cosine: steps must be a whole number from 1 on, got True"),
        (lambda: warmup(0, 0.1), ValueError, "warmup: steps must be a whole number from 1 on, got 0"),
        (lambda: warmup(3, 0.1, start=2.0), ValueError, r"start must be a share of the rate from 0 to 1, got 2\.0"),
        (lambda: warmup(3, -0.1), ValueError, r"warmup: then must be a finite number from 0 on, got -0\.1"),
        (lambda: warmup_cosine(0.1, 5, 5), ValueError, "steps counts the warm-up too and must be above 5, got 5"),
        (lambda: constant(0.1)(-1), ValueError, "schedule: step must be a whole number from 0 on, got -1"),
        (lambda: cosine(0.1, 3)(1.5), TypeError, r"schedule: step must be a whole number from 0 on, got 1\.5"),  # type: ignore[arg-type]
    ],
)
def test_what_is_refused(make: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()
