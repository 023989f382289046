"""Where compiled nodes live: what survives of many graphs, and what is kept of a large one."""

import itertools
import random

import pytest

import autograd
from autograd import AnomalyError, Value, detect_anomaly
from autograd.engine.arithmetic import memory

pytestmark = pytest.mark.skipif(not autograd.compiled, reason="the plain Python engine leaves memory to Python")
NODE, SLAB = 96, 16384


def graph(nodes: int) -> list[Value]:
    values = [Value(0.5), Value(0.25)]
    for _ in range(nodes - 2):
        values.append(values[-1] * values[-2] + 0.5 if len(values) % 2 else -values[-1])
    return values


@pytest.mark.parametrize("position", [0, 1, 100, "random", "result"], ids=str)
def test_survivors_of_many_graphs_hold_at_most_twice_the_memory_they_need(position: int | str) -> None:
    choose = random.Random(0)
    before = memory()[0]
    kept = []
    for _ in range(10_000):
        values = graph(200)
        if position == "result":
            kept.append(values[-1].detach())
        else:
            kept.append(Value(1.0) if position == 100 else values[0 if position == 0 else 1])
        if position == "random":
            kept[-1] = [Value(x) for x in range(200)][choose.randrange(200)]
    assert memory()[0] - before <= 2 * NODE * len(kept) + 4 * SLAB


def test_places_that_became_free_are_used_again() -> None:
    values = [Value(x) for x in range(50_000)]
    full = memory()[0]
    del values[::2]
    values += [Value(x) for x in range(20_000)]
    assert memory()[0] <= full
    assert [v.data for v in values[:3]] == [1.0, 3.0, 5.0]


def test_of_a_large_graph_a_bounded_amount_is_kept() -> None:
    values = [Value(x) for x in range(2_000_000)]
    assert memory()[0] >= NODE * len(values)
    del values
    in_use, kept = memory()
    assert kept <= in_use + (4096 + 1) * SLAB


def test_a_graph_lies_in_the_order_in_which_it_was_made() -> None:
    x = Value(1.0)
    chain = [x]
    for _ in range(5_000):
        chain.append(chain[-1] + 1.0)
    steps = [id(b) - id(a) for a, b in itertools.pairwise(chain)]
    assert steps.count(NODE) > 0.9 * len(steps)


def test_a_walk_that_an_anomaly_ends_leaves_no_trace() -> None:
    x = Value(0.0)
    shared = x * 1.0
    y = autograd.sqrt(shared) + shared * shared
    for _ in range(3):
        with detect_anomaly(), pytest.raises(AnomalyError, match="the gradient of"):
            y.backward()
    other = shared * 3.0 + shared
    x.grad = 0.0
    other.backward()
    assert x.grad == 4.0
