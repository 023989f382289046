"""Loops over many nodes, and over many random numbers: what a loop in Python would give, and hostile calls."""

import random
import sys
from array import array
from random import Random
from typing import Any

import pytest

from autograd import Value
from autograd.engine.kernels import normal_pairs, shuffle
from autograd.engine.many import lists, numbers
from autograd.engine.many import names as labels_of_nodes
from autograd.engine.many.numbers import new_parameters


def values(n: int) -> list[Value]:
    return [Value(float(k), f"v{k}") for k in range(n)]


def places(some: list[Any], among: list[Any]) -> list[int]:
    into = array("q", [7] * len(some))
    lists.places_among(some, among, into)
    return into.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_places_are_those_of_a_dict(seed: int) -> None:
    rng = Random(seed)
    pool = values(50)
    among = rng.sample(pool, 30)
    some = [rng.choice(pool) for _ in range(200)]
    index = {v: k for k, v in enumerate(among)}
    for _ in range(2):  # nothing is left behind
        assert places(some, among) == [index.get(v, -1) for v in some]
    assert lists.are_distinct(among) and not lists.are_distinct(some) and lists.are_distinct([])
    assert not lists.are_distinct([*among, among[0]]) and lists.are_distinct(among)
    # A walk back finds its fields as it left them.
    root = some[0] * some[1] + some[2]
    root.backward()
    assert places([root], [root]) == [0]


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("order", ["made", "reversed", "halves", "every other one", "mixed"])
def test_distinct_wherever_nodes_lie(order: str, twice: bool) -> None:
    made = values(1000)
    some = {
        "made": made,
        "reversed": made[::-1],
        "halves": made[500:] + made[:500],
        "every other one": made[::2] + made[1::2],
        "mixed": Random(0).sample(made, 1000),
    }[order]
    if twice:
        some = [*some[:700], some[300], *some[700:]]
    assert lists.are_distinct(some) is not twice
    assert all(v.grad == 0.0 for v in some)
    assert places(some[:1], some[:1]) == [0]  # nothing is left behind


@pytest.mark.parametrize("call", [places, lambda a, b: places(b, a), lambda a, b: lists.are_distinct(a)])
def test_no_values_are_refused_and_nothing_is_left(call: Any) -> None:
    good = values(3)
    with pytest.raises(TypeError, match="takes a list of Values, got 1"):
        call([*good, 1], good)
    assert lists.are_distinct(good)


def test_who_takes_a_gradient_is_a_byte_each() -> None:
    some = [Value(1.0), Value(1.0, requires_grad=False), Value(1.0, role="parameter")]
    assert lists.taking_gradients(some) == bytes([1, 0, 1]) and lists.taking_gradients([]) == b""
    with pytest.raises(TypeError, match="takes a list of Values, got 1"):
        lists.taking_gradients([*some, 1])


def test_a_list_that_a_key_empties_is_read_no_further() -> None:
    some = [Value(1.0, f"w{k}") for k in range(3)]

    class Empties:
        def __hash__(self) -> int:
            return hash("w0")

        def __eq__(self, other: object) -> bool:
            some.clear()
            return False

    state: dict[Any, float] = {Empties(): 0.0}
    assert labels_of_nodes.put_numbers(state, some, "w")
    assert len(state) == 2


def test_numbers_and_gradients_are_read_and_filled() -> None:
    some = values(4)
    into = array("d", [0.0] * 4)
    numbers.read_numbers(some, into)
    assert into.tolist() == [0.0, 1.0, 2.0, 3.0]
    numbers.fill_gradients(some, 2.5)
    numbers.read_gradients(some, into)
    assert into.tolist() == [2.5] * 4 == [v.grad for v in some]
    for read in (numbers.read_numbers, numbers.read_gradients):
        with pytest.raises(ValueError, match="4 Values, but 3 numbers"):
            read(some, array("d", [0.0] * 3))
        with pytest.raises(TypeError, match="takes a list of Values"):
            read([None], into)
    with pytest.raises(TypeError, match="takes a list of Values"):
        numbers.fill_gradients([*some, "w"], 0.0)
    assert some[0].grad == 2.5
    with pytest.raises(ValueError, match="3 Values, but 4 numbers"):
        lists.places_among(some[:3], some, array("q", [0] * 4))


def test_new_parameters_are_parameters() -> None:
    (a, b) = new_parameters(array("d", [0.5, -2.0]), "layer.w")
    assert [(v.data, v.grad, v.label, v.role, v.requires_grad, v.is_leaf) for v in (a, b)] == [
        (0.5, 0.0, "layer.w0", "parameter", True, True),
        (-2.0, 0.0, "layer.w1", "parameter", True, True),
    ]
    (a * b + a).backward()
    assert (a.grad, b.grad) == (-1.0, 0.5)
    assert new_parameters(array("d"), "w") == []


def test_labels_are_numbered() -> None:
    some = values(12)
    assert labels_of_nodes.numbered_labels(some, "v") == [f"v{k}" for k in range(12)]
    assert labels_of_nodes.numbered_labels(some, "w") is None
    labels_of_nodes.number_labels(some, "layers.0.w")
    assert [v.label for v in some] == [f"layers.0.w{k}" for k in range(12)]
    some[11].label = "mine"
    assert labels_of_nodes.numbered_labels(some, "layers.0.w") is None
    for call in (labels_of_nodes.numbered_labels, labels_of_nodes.number_labels):
        with pytest.raises(TypeError, match="takes a list of Values"):
            call([1.0], "w")


@pytest.mark.parametrize(
    ("labels", "prefix", "expected"),
    [
        (["w0", "w1"], "w", True),
        (["0", "1"], "", True),
        (["θ0", "θ1"], "θ", True),
        (["é0", "é1"], "é", True),
        (["w0", "θ1"], "w", False),
        (["w", "w1"], "w", False),
        (["w00", "w01"], "w", False),
        (["w0", "w10"], "w", False),
        (["w0", "v1"], "w", False),
        (["w0", ""], "w", False),
        (["", ""], "", False),
    ],
)
def test_numbered_labels_are_the_prefix_and_the_number(labels: list[str], prefix: str, expected: bool) -> None:
    some = [Value(1.0, label) if label else Value(1.0) for label in labels]
    assert labels_of_nodes.numbered_labels(some, prefix) == (labels if expected else None)
    state: dict[str, float] = {}
    assert labels_of_nodes.put_numbers(state, some, prefix) is expected
    assert not expected or state == dict.fromkeys(labels, 1.0)
    assert labels_of_nodes.are_numbered(labels, 0, 2, prefix) is expected
    assert labels_of_nodes.are_numbered(["b", *labels], 1, 2, prefix) is expected


def test_names_that_are_not_there_are_not_numbered() -> None:
    names: list[Any] = ["w0", "w1", 2]
    assert labels_of_nodes.are_numbered(names, 3, 0, "w") and labels_of_nodes.are_numbered(names, 0, 2, "w")
    for start, count in ((0, 3), (0, 4), (1, 1), (2, 1), (-1, 1), (-3, 2), (4, 0), (sys.maxsize, sys.maxsize)):
        assert not labels_of_nodes.are_numbered(names, start, count, "w")
    with pytest.raises(TypeError, match="takes a list of Values"):
        labels_of_nodes.put_numbers({}, [Value(1.0, "w0"), 1.0], "w")
    nothing: Any = None
    assert not labels_of_nodes.are_numbered(names, 0, 1, nothing) and not labels_of_nodes.put_numbers(
        {}, [Value(1.0, "w0")], nothing
    )
    assert labels_of_nodes.numbered_labels([Value(1.0, "w0")], nothing) is None
    assert labels_of_nodes.room_for_names(100_000) == {}


@pytest.mark.parametrize("seed", range(3))
def test_normal_pairs_are_those_of_gauss(seed: int) -> None:
    n = 20_000
    rng, other = Random(seed), Random(seed)
    numbers = array("d", [0.0] * n)
    normal_pairs(array("d", [rng.random() for _ in range(n)]), numbers)
    assert numbers.tolist() == [other.gauss(0.0, 1.0) for _ in range(n)]
    for count, into in ((3, 3), (4, 2)):
        with pytest.raises(ValueError, match="in pairs"):
            normal_pairs(array("d", [0.5] * count), array("d", [0.0] * into))


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 127, 128, 129, 1000])
def test_a_shuffle_is_pythons(n: int) -> None:
    for seed in range(5):
        rng = Random(seed)
        words = array("Q", [rng.getrandbits(32) for _ in range(3 * n + 50)])
        order, expected = array("q", range(n)), list(range(n))
        used = shuffle(order, words)
        rng = Random(seed)
        rng.shuffle(expected)
        assert order.tolist() == expected
        assert 0 <= used < len(words)
        assert used == 0 or rng.getrandbits(32) == words[used]
    assert shuffle(array("q", range(n)), array("Q")) == (0 if n < 2 else -1)


def test_a_generator_of_pythons_is_what_this_counts_on() -> None:
    assert random.Random(5).getrandbits(32) >> 22 == random.Random(5).getrandbits(10)
