"""Learning-rate schedules: functions from a step (or an epoch), counted from 0, to the rate to use in it.

Before each step, `optimizer.lr = schedule(step)`. A schedule holds no state: asked twice it answers the same, and
training can be taken up again at any step. A checkpoint knows it by its name and by what its closure holds, so the
variables there are called as the arguments are.
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from autograd import power
from autograd.support import answers
from autograd.support.settings import check_count, check_non_negative
from autograd.support.text import short

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """The same rate for ever. Raises ValueError for a negative or infinite rate, as every schedule here does.

    >>> constant(0.1)(1000)
    0.1
    """
    rate = check_non_negative("constant", "rate", rate)
    return _from_zero(lambda t: rate)


def step_decay(rate: float, every: int, factor: float = 0.1) -> Schedule:
    """rate · factor^⌊t / every⌋: the rate is multiplied by the factor after every so many steps.

    Raises ValueError for `every` below 1 and a negative factor.

    >>> [round(step_decay(1.0, every=2)(t), 6) for t in range(5)]
    [1.0, 1.0, 0.1, 0.1, 0.01]
    """
    rate, every = check_non_negative("step_decay", "rate", rate), check_count("step_decay", "every", every)
    factor = check_non_negative("step_decay", "factor", factor)
    return _from_zero(lambda t: rate * power(factor, t // every))


def exponential(rate: float, factor: float) -> Schedule:
    """rate · factor^t. Raises ValueError for a negative factor.

    >>> [round(exponential(1.0, 0.9)(t), 6) for t in range(4)]
    [1.0, 0.9, 0.81, 0.729]
    """
    rate, factor = check_non_negative("exponential", "rate", rate), check_non_negative("exponential", "factor", factor)
    return _from_zero(lambda t: rate * power(factor, t))


def linear(start: float, end: float, steps: int) -> Schedule:
    """From start to end on a straight line, in so many steps, and `end` from then on.

    micrograd's moons run, 1 − 0.9·t/100, is `linear(1.0, 0.1, 100)`. Raises ValueError for `steps` below 1.

    >>> [linear(1.0, 0.0, 4)(t) for t in range(6)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    start, end = check_non_negative("linear", "start", start), check_non_negative("linear", "end", end)
    steps = check_count("linear", "steps", steps)
    return _from_zero(lambda t: start + (end - start) * min(t / steps, 1.0))


def cosine(rate: float, steps: int, end: float = 0.0) -> Schedule:
    """end + (rate − end)·(1 + cos(π·t/steps))/2: from the rate down to `end` at t = steps, flat at both ends.

    After that it rises again, as PyTorch's CosineAnnealingLR does: 2·steps later it is where it was.
    Raises ValueError for `steps` below 1. Source: Loshchilov, Hutter, "SGDR", 2016.

    >>> [round(cosine(1.0, 4)(t), 6) for t in range(6)]
    [1.0, 0.853553, 0.5, 0.146447, 0.0, 0.146447]
    """
    rate, end = check_non_negative("cosine", "rate", rate), check_non_negative("cosine", "end", end)
    steps = check_count("cosine", "steps", steps)
    return _from_zero(lambda t: end + (rate - end) * (1.0 + math.cos(math.pi * t / steps)) / 2.0)


def warmup(steps: int, then: Schedule | float, start: float = 0.0) -> Schedule:
    """From start · rate up to the rate on a straight line in so many steps; then another schedule, from its step 0 on.

    `then` is a schedule or a rate; the line ends at its first rate, so that step `steps` is the first at full rate.
    Raises ValueError for `steps` below 1 and a start outside of 0 to 1.

    >>> [warmup(4, 0.8)(t) for t in range(6)]
    [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 0.8]
    >>> rate = warmup(2, cosine(1.0, 4), start=0.5)
    >>> [round(rate(t), 6) for t in range(7)]
    [0.5, 0.75, 1.0, 0.853553, 0.5, 0.146447, 0.0]
    """
    steps = check_count("warmup", "steps", steps)
    start = check_non_negative("warmup", "start", start)
    if start > 1.0:
        raise ValueError(f"warmup: start must be a share of the rate from 0 to 1, got {short(start)}")
    after = then if callable(then) else constant(check_non_negative("warmup", "then", then))
    peak = check_non_negative("warmup", "the rate then(0)", after(0))
    return _from_zero(lambda t: peak * (start + (1.0 - start) * t / steps) if t < steps else after(t - steps))


def warmup_cosine(rate: float, warmup_steps: int, steps: int, end: float = 0.0) -> Schedule:
    """Up on a straight line for `warmup_steps`, then down along `cosine`, to `end` at step `steps`.

    Raises ValueError unless steps > warmup_steps ≥ 1.

    >>> [round(warmup_cosine(1.0, 2, 6)(t), 6) for t in range(7)]
    [0.0, 0.5, 1.0, 0.853553, 0.5, 0.146447, 0.0]
    """
    up, many = check_count("warmup_cosine", "warmup_steps", warmup_steps), check_count("warmup_cosine", "steps", steps)
    if many <= up:
        raise ValueError(f"warmup_cosine: steps counts the warm-up too and must be above {up}, got {many}")
    return warmup(up, cosine(rate, many - up, end))


def _from_zero(rate_at: Schedule) -> Schedule:
    @wraps(rate_at)
    def schedule(step: int) -> float:
        rate = rate_at(check_count("schedule", "step", step, least=0))
        if rate == math.inf or rate != rate:
            raise ValueError(f"schedule: at step {step} the rate is too large for a float: choose a smaller factor")
        return rate

    return schedule


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.schedules")
