"""A snapshot holds the whole graph as it was: right numbers, right order, and deaf to what happens later."""

import dataclasses
import math
import random

import pytest

from autograd import Value
from autograd.graph.snapshot import Edge, GraphTooLarge, Node, snapshot


def expression(seed: int, operations: int = 12) -> Value:
    """A random graph with shared nodes, repeated operands and constants."""
    rng = random.Random(seed)
    pool = [Value(rng.uniform(-2, 2), label=name) for name in "abc"]
    for _ in range(operations):
        left, right = rng.choice(pool), rng.choice(pool)
        makers = (lambda p, q: p + q, lambda p, q: p * q, lambda p, q: p.tanh(), lambda p, q: p - 0.5)
        pool.append(rng.choice(makers)(left, right))
    root = pool[-1]
    for value in pool[3:-1]:
        root = root + value
    root.backward()
    return root


def test_every_field_of_a_small_graph() -> None:
    x = Value(3.0, label="x")
    w = Value(-2.0, label="w", role="parameter")
    y = x * w + 1.0
    y.label = "y"
    y.backward()
    picture = snapshot(y)
    assert picture.nodes == (
        Node(0, "x", "input", "", "", 3.0, -2.0, True),
        Node(1, "w", "parameter", "", "", -2.0, 3.0, True),
        Node(2, "", "result", "*", "×", -6.0, 1.0, True),
        Node(3, "", "constant", "", "", 1.0, 0.0, False),
        Node(4, "y", "result", "+", "+", -5.0, 1.0, True),
    )
    assert picture.edges == (
        Edge(0, 0, 2, 0, -2.0),
        Edge(1, 1, 2, 1, 3.0),
        Edge(2, 2, 4, 0, 1.0),
        Edge(3, 3, 4, 1, 1.0),
    )
    assert picture.root == 4
    assert picture.output is picture.nodes[4]


def test_a_value_used_twice_by_one_operation_has_two_edges() -> None:
    a = Value(3.0)
    picture = snapshot(a * a)
    assert [(edge.source, edge.target, edge.position) for edge in picture.edges] == [(0, 1, 0), (0, 1, 1)]


def test_a_lone_leaf_is_a_graph() -> None:
    picture = snapshot(Value(1.5, label="x"))
    assert (len(picture.nodes), picture.edges, picture.root) == (1, (), 0)
    assert picture.output.is_leaf


def test_a_node_without_a_label_is_named_by_its_number() -> None:
    picture = snapshot(Value(1.0, label="x").tanh())
    assert [node.name for node in picture.nodes] == ["x", "v1"]


@pytest.mark.parametrize("seed", range(10))
def test_operands_come_before_results(seed: int) -> None:
    picture = snapshot(expression(seed))
    assert [node.index for node in picture.nodes] == list(range(len(picture.nodes)))
    assert [edge.index for edge in picture.edges] == list(range(len(picture.edges)))
    assert all(edge.source < edge.target for edge in picture.edges)
    assert picture.root == len(picture.nodes) - 1


@pytest.mark.parametrize("seed", range(10))
def test_the_chain_rule_holds_inside_a_snapshot(seed: int) -> None:
    picture = snapshot(expression(seed))
    for node in picture.nodes:
        if node.requires_grad and node.index != picture.root:
            flows = [edge.local_grad * picture.nodes[edge.target].grad for edge in picture.outgoing[node.index]]
            assert node.grad == pytest.approx(math.fsum(flows), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_incoming_and_outgoing_hold_every_edge_once(seed: int) -> None:
    picture = snapshot(expression(seed))
    assert [edge for edges in picture.incoming for edge in edges] == list(picture.edges)
    assert sorted((e for edges in picture.outgoing for e in edges), key=lambda e: e.index) == list(picture.edges)
    for node in picture.nodes:
        assert [edge.position for edge in picture.incoming[node.index]] == list(
            range(len(picture.incoming[node.index]))
        )
        assert all(edge.source == node.index for edge in picture.outgoing[node.index])


def test_the_same_graph_gives_the_same_snapshot() -> None:
    root = expression(1)
    assert snapshot(root) == snapshot(root) == snapshot(expression(1))
    assert snapshot(root) != snapshot(expression(2))


def test_nothing_that_happens_later_shows() -> None:
    a = Value(3.0, label="a")
    square = a * a
    before = snapshot(square)
    square.backward()
    a.data, a.label = 7.0, "renamed"
    assert [(node.label, node.data, node.grad) for node in before.nodes] == [("a", 3.0, 0.0), ("", 9.0, 0.0)]
    assert snapshot(square) != before


def test_it_cannot_be_changed() -> None:
    picture = snapshot(Value(1.0) + 1.0)
    for thing, name in ((picture, "root"), (picture.nodes[0], "data"), (picture.edges[0], "local_grad")):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(thing, name, 0)


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_infinities_are_kept(number: float) -> None:
    assert snapshot(Value(number)).output.data == number


def test_nan_is_kept() -> None:
    assert math.isnan(snapshot(Value(math.nan)).output.data)


def test_a_frozen_leaf_takes_no_gradient() -> None:
    picture = snapshot(Value(1.0, requires_grad=False) * Value(2.0))
    assert [node.requires_grad for node in picture.nodes] == [False, True, True]


@pytest.mark.parametrize(("thing", "named"), [(3.0, r"3\.0 \(float\)"), (None, "None"), ([Value(1.0)], r"\(list\)")])
def test_only_a_value_has_a_graph(thing: object, named: str) -> None:
    with pytest.raises(TypeError, match=f"from the Value at its end, got .*{named}.*expression of Values"):
        snapshot(thing)  # type: ignore[arg-type]


def test_a_long_repr_is_cut_in_the_error() -> None:
    with pytest.raises(TypeError, match=r"got 'x{96}\.\.\. \(str\)"):
        snapshot("x" * 10_000)  # type: ignore[arg-type]


def test_more_nodes_than_wanted_is_an_error_that_names_the_count() -> None:
    value = Value(1.0)
    for _ in range(50_000):
        value = value.tanh()
    with pytest.raises(GraphTooLarge, match=r"has 50,001 nodes, more than max_nodes=300; .*pass max_nodes=50001"):
        snapshot(value, max_nodes=300)


def test_exactly_as_many_nodes_as_wanted_is_fine() -> None:
    picture = snapshot(Value(1.0) + Value(2.0), max_nodes=3)
    assert len(picture.nodes) == 3
