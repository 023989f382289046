"""The engine's walk over a graph and its flat arrays against a plain reference in Python, on graphs of every kind."""

import copy
import math
import pickle
import sys
import threading
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, count_paths, detect_anomaly, dot, levels, operation, softmax, topological_order
from autograd.engine import ops
from autograd.engine.applying import node
from autograd.engine.many.copies import copy_graph, copy_over
from autograd.engine.many.flat import FlatGraph, chain
from autograd.engine.many.order import places_of, topological
from autograd.graph.adjoints import backward_order
from autograd.graph.snapshot import freeze, snapshot
from autograd.program.passes.graph import read_graph
from tests.engine.graphs import Graph, evaluate, graphs

ARITIES = {"+": 2, "-": 2, "*": 2, "tanh": 1, "sum": -1, "softmax": -1, "plus": 1, "from": 1, "own": 2, "nothing": 0}


@operation(lambda xp, y, a, b: b, lambda xp, y, a, b: a, name="walked")
def own(xp: Any, a: Any, b: Any) -> Any:
    """A product of the test's own."""
    return a * b


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "tanh": lambda a: autograd.tanh(a),
    "sum": lambda *xs: autograd.sum([*xs]),
    "softmax": lambda *xs: softmax([*xs])[0],
    "plus": lambda a: a + 1.5,
    "from": lambda a: 2.0 - a,
    "own": lambda a, b: own(a, b),
    "nothing": lambda: node(ops.TABLE["sum"], [], 0.0, []),
}


def reference(roots: list[Value]) -> list[Value]:
    """Depth first by the order of the operands, with a stack of iterators in place of a recursion."""
    order: list[Value] = []
    seen: set[int] = set()
    for root in roots:
        stack = [] if id(root) in seen else [(root, iter(root.operands))]
        while stack:
            v, rest = stack[-1]
            below = next((a for a in rest if id(a) not in seen), None)
            if below is not None:
                stack.append((below, iter(below.operands)))
            else:
                stack.pop()
                seen.add(id(v))
                order.append(v)
    return order


def same(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(map(lambda x, y: x is y, a, b))


def check(roots: list[Value]) -> None:
    """All that is read off a graph against sums and walks over Values."""
    order = topological(roots)
    assert same(order, reference(roots)) and same(topological_order(roots), order)
    number = {id(v): i for i, v in enumerate(order)}
    flat, last = FlatGraph(order), len(order) - 1
    assert flat.operands() == [tuple([number[id(a)] for a in v.operands]) for v in order]
    assert [flat.node(i)[0] for i in range(len(order))] == [v.label for v in order]
    edges = [(number[id(a)], i, k) for i, v in enumerate(order) for k, a in enumerate(v.operands)]
    assert [flat.edge(e)[:3] for e in range(flat.edge_count)] == edges
    slopes = [d for v in order for d in v.local_grads]
    assert [flat.edge(e)[3].hex() for e in range(flat.edge_count)] == [float(d).hex() for d in slopes]
    assert flat.params == {i: v.params for i, v in enumerate(order) if v.params}
    adjoints, counts = [0.0] * last + [1.0], [0] * last + [1]
    depth, tangents = [0] * len(order), [1.0] + [0.0] * last
    above = [1] + [0] * last
    for i, v in enumerate(order):
        below = [number[id(a)] for a in v.operands]
        depth[i] = 1 + max((depth[a] for a in below), default=-1)
        above[i] = int(i == 0 or any(above[a] for a in below))
        for a, d in zip(below, v.local_grads, strict=True):
            tangents[i] += chain(tangents[a], d)
    on_path = [0] * last + [above[last]]
    for i in range(last, -1, -1):
        for a, d in zip([number[id(a)] for a in order[i].operands], order[i].local_grads, strict=True):
            adjoints[a] += chain(adjoints[i], d) if adjoints[i] != 0 else 0.0
            counts[a] += counts[i]
            on_path[a] |= on_path[i] and above[a]
    assert flat.levels() == depth
    assert repr(flat.adjoints(last)) == repr(adjoints) == repr(flat.adjoints(last, order=range(last + 1)))
    assert repr(flat.tangents(0)) == repr(tangents)
    assert flat.path_counts(last) == counts == [flat.count_paths(i, last) for i in range(len(order))]
    assert list(flat.between(0, last)) == on_path
    size = flat.adjoints(last, size=True)
    assert all(s >= abs(a) * (1 - 1e-9) or math.isnan(s + a) for s, a in zip(size, adjoints, strict=True))


def values(graph: Graph) -> list[Value]:
    return evaluate(graph, [Value(x, f"x{i}") for i, x in enumerate(graph.leaves)], FUNCTIONS)


RANDOM = graphs({**FUNCTIONS, "sum": lambda *xs: sum(xs), "softmax": lambda *xs: 0.5, "own": lambda a, b: a * b,
                 "tanh": math.tanh, "nothing": lambda: 0.0}, ARITIES, st.floats(-2.0, 2.0), steps=20)  # fmt: skip


@given(RANDOM)
def test_random_graphs(graph: Graph) -> None:
    nodes = values(graph)
    check([nodes[-1]])
    check([*nodes[-3:], nodes[0], nodes[-1]])


@given(RANDOM)
def test_copies_and_reading_for_compilation(graph: Graph) -> None:
    y = values(graph)[-1]
    order, copied = topological_order(y), topological_order(copy.deepcopy(y))
    for u, v in zip(order, copied, strict=True):
        assert u is not v and u.requires_grad == v.requires_grad
        assert repr((u.data, u.op, u.local_grads, u.label, u.params)) == repr(
            (v.data, v.op, v.local_grads, v.label, v.params)
        )
    number = {v: i for i, v in enumerate(order)}
    read = read_graph([y]).graph
    assert read.ops == [v.op if v.operands else "" for v in order]
    assert read.operands == [tuple([number[a] for a in v.operands]) for v in order]
    assert read.order == [i for i, v in enumerate(order) if v.operands] and read.outputs == (len(order) - 1,)
    assert read.labels == {i: v.label for i, v in enumerate(order) if v.label}
    assert read.settings == {i: v.params for i, v in enumerate(order) if v.params and v.operands}


@pytest.mark.parametrize("wide", [False, True])
def test_200_000_nodes(wide: bool) -> None:
    x = Value(0.5, "x")
    y, rest = x, [x]
    for i in range(100_000 if autograd.compiled else 10_000):
        y = (rest[i // 2] if wide else y) * x + rest[-1] if i % 2 else y + 1e-9
        rest.append(y)
    y = dot(rest[-3:], rest[-3:], rest[-1])
    order = topological_order(y)
    assert same(order, reference([y]))
    picture = snapshot(y)
    assert len(picture.nodes) == len(order) and picture.incoming[picture.root][0].source < picture.root
    assert levels(y)[y] == max(FlatGraph(order).levels())
    assert count_paths(y, rest[-2]) > 0 and count_paths(y, Value(1.0)) == 0
    assert len(topological_order(copy.deepcopy(y))) == len(order)
    y.backward()


def test_a_walk_in_the_middle_of_a_walk_back() -> None:
    """A profiler's function runs between two steps of `backward()`, while its marks are in the nodes."""
    x = Value(0.5, "x")
    y = x
    for _ in range(50):
        y = (y * x + 0.25).tanh()
    expected = reference([y])
    y.backward()
    slope, x.grad = x.grad, 0.0
    found: list[bool] = []

    def look(frame: Any, event: str, argument: Any) -> None:
        if frame.f_code.co_name == "check_stopped" and event == "call" and len(found) < 5:
            found.append(False)
            found[-1] = same(topological([y]), expected) and FlatGraph(expected).count == len(expected)

    with detect_anomaly():
        sys.setprofile(look)
        try:
            y.backward()
        finally:
            sys.setprofile(None)
    assert found == [True] * 5 and x.grad == slope
    check([y])


def test_threads_may_walk_graphs_that_share_nodes() -> None:
    x = Value(0.9)
    shared = x
    for _ in range(3000 if autograd.compiled else 100):
        shared = shared * x + 0.01
    ends = [shared * k for k in (1.0, 2.0)]
    expected = [reference([end]) for end in ends]
    wrong: list[int] = []

    def walk(k: int) -> None:
        for _ in range(20):
            if not same(topological([ends[k]]), expected[k]):
                wrong.append(k)

    threads = [threading.Thread(target=walk, args=(k,)) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_node_alone_has_no_operands() -> None:
    x = Value(1.0)
    y, other = x * 2.0, x + 3.0
    picture = freeze([*topological_order(y), other], [y], alone=1)
    assert picture.nodes[3].op == "+" and picture.incoming[3] == () and picture.root == 2
    assert backward_order(picture) == [2]


def test_other_local_derivatives() -> None:
    x = Value(3.0)
    flat = FlatGraph(topological([x * x]))
    assert flat.with_slopes([1.0, 4.0]).adjoints(1) == [5.0, 1.0] and flat.adjoints(1) == [6.0, 1.0]
    with pytest.raises(ValueError, match="1 local derivatives for 2 edges"):
        flat.with_slopes(array("d", [1.0]))


def test_what_is_no_graph() -> None:
    x = Value(1.0)
    y = x.tanh()
    for order, problem in (([y], "does not stand before it"), ([y, x], "does not stand before it"), ([x, x], "twice")):
        with pytest.raises(ValueError, match=problem):
            FlatGraph(order)
        check([y])  # no mark was left behind
    for call in (lambda: FlatGraph([1.0]), lambda: topological([x, None]), lambda: copy_graph([None], {})):  # type: ignore[list-item]
        with pytest.raises(TypeError, match=r"takes Values, got"):
            call()
    with pytest.raises(ValueError, match="3 nodes alone among 2"):
        FlatGraph([x, y], 3)
    flat = FlatGraph([x, y])
    with pytest.raises(TypeError, match="made once"):
        flat.__init__([x])  # type: ignore[misc]
    for wrong in (lambda: flat.node(2), lambda: flat.span(-1), lambda: flat.adjoints(1, order=[0, 5]),
                  lambda: flat.between(0, 9), lambda: flat.path_counts(2), lambda: flat.tangents(-1)):  # fmt: skip
        with pytest.raises(IndexError, match="of a graph of 2"):
            wrong()
    with pytest.raises(IndexError, match="edge 1 of a graph of 1"):
        flat.edge(1)
    with pytest.raises(ValueError, match=r"2 operands for a copy of .* which has 1"):
        copy_over(y, [x, x])
    with pytest.raises(TypeError, match="an operand is a Value, got 1"):
        copy_over(y, [1])  # type: ignore[list-item]
    with pytest.raises(KeyError):
        copy_graph([y], {})
    with pytest.raises(TypeError, match=r"the memo holds 2 \(int\) for Value"):
        copy_graph([y], {id(x): 2})
    assert places_of([y], [x, y]) == [1] and places_of([y, None, x], [x, y]) == [1, -1, 0]


def test_a_snapshot_can_be_copied_and_pickled() -> None:
    x = Value(3.0, "x")
    picture = snapshot(softmax([x * x, x + 2.0, x])[0])
    assert picture.incoming[1][0].source == 0
    for other in (copy.deepcopy(picture), copy.copy(picture), pickle.loads(pickle.dumps(picture))):
        assert other == picture and other.incoming[2] == picture.incoming[2]
        assert other.graph.adjoints(picture.root) == picture.graph.adjoints(picture.root)
        assert other.graph.params == picture.graph.params and other.graph.labels == {0: "x"}


def test_columns_that_are_no_graph() -> None:
    x = Value(3.0)
    make, columns = FlatGraph(topological([x * x])).__reduce__()
    assert make(*columns).operands() == [(), (0, 0)]
    for k, wrong, problem in (
        (0, [0, 0], "not equally long"), (0, [0, 3, 2], "one node after the other"), (0, [1, 0, 2], "one node after"),
        (1, [0, 1], "operand 1 of node 1 does not stand before it"), (1, [0, -5], "operand -5"), (6, [1.0], "equally"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=problem):
            make(*columns[:k], wrong, *columns[k + 1 :])
    with pytest.raises(ValueError, match="9 columns, not 1"):
        make(columns)
