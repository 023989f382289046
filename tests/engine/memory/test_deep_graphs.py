"""Size: a million operations, no recursion anywhere, no growth of memory, no work for the garbage collector."""

import copy
import gc
import pickle
import resource
import sys

import pytest

import autograd
from autograd import Value, count_paths, exp, levels, topological_order


def chain(x: Value, operations: int) -> Value:
    y = x
    for _ in range(operations):
        y = y + 0.5
    return y


def test_a_chain_of_a_million_operations() -> None:
    x = Value(1.0)
    y = chain(x, 1_000_000)
    y.backward()
    assert (y.data, x.grad) == (500_001.0, 1.0)
    del y  # freed without recursion


def test_a_deep_graph_with_two_operands_and_wide_nodes() -> None:
    x = Value(1.0)
    y = z = x
    for i in range(100_000):
        y, z = (autograd.sum([y, z, x]) * 0.25, y) if i % 10 == 0 else (y - z * 0.5, y)
    y.backward()
    assert x.grad != 0.0
    del y, z


def test_freeing_a_graph_from_its_middle() -> None:
    x = Value(1.0)
    kept = []
    y = x
    for i in range(200_000):
        y = y * 1.0
        if i % 50_000 == 0:
            kept.append(y)
    del y
    for part in reversed(kept):
        part.backward()
    assert x.grad == len(kept)


def test_fifty_doublings() -> None:
    x = Value(1.0)
    y = x
    for _ in range(50):
        y = y + y
    y.backward()
    assert x.grad == 2.0**50 == count_paths(y, x)


def test_reading_a_deep_graph() -> None:
    y = chain(Value(1.0), 100_000)
    order = topological_order(y)
    assert order[-1] is y and len(order) == 200_001  # each 0.5 is a constant leaf of its own
    assert levels(y)[y] == 100_000


def test_copies_and_pickles_of_a_deep_graph() -> None:
    x = Value(1.0, label="x")
    y = chain(x, 50_000)
    y.backward()
    for other in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        (leaf,) = [v for v in topological_order(other) if v.label == "x"]
        assert leaf is not x and (leaf.grad, other.data) == (1.0, y.data)
        other.backward()
        assert leaf.grad == 2.0
    assert x.grad == 1.0


@pytest.mark.skipif(not autograd.compiled, reason="the plain Python engine has larger nodes")
def test_a_node_takes_at_most_100_bytes() -> None:
    assert sys.getsizeof(Value(1.0)) <= 100
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    y = chain(Value(1.0), 1_000_000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    assert grown <= 100 * 1_000_000
    del y


def rss() -> int:
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_recording_and_dropping_leaves_no_growth() -> None:
    def round_trip() -> None:
        x = Value(0.5)
        y = x
        for i in range(25_000):
            y = autograd.dot([y, x], [x, y], 0.1) if i % 5 == 0 else exp(y * x - y) * 0.5
        y.backward()

    for _ in range(5):
        round_trip()
    start = rss()
    for _ in range(45):
        round_trip()
    assert rss() - start < 4_000_000  # one graph of these takes 20 MB compiled


@pytest.mark.skipif(not autograd.compiled, reason="the plain Python engine leaves it to reference counts, too")
def test_the_collector_is_not_needed_and_has_nothing_to_see() -> None:
    assert not gc.is_tracked(Value(1.0))
    gc.collect()
    gc.disable()
    try:
        start = rss()
        for _ in range(20):
            y = chain(Value(1.0), 100_000)
            y.backward()
            del y
        assert rss() - start < 20_000_000
    finally:
        gc.enable()
