"""A reader of many numbers, whose leaves keep its array up to date from the second time on."""

import copy
import pickle
from array import array

import pytest

from autograd import Value
from autograd.engine.many.numbers import NumberReader, write_numbers

NUMBERS = [1.0, -2.0, 0.5]


def leaves() -> list[Value]:
    return [Value(x, label=f"w{i}", role="parameter") for i, x in enumerate(NUMBERS)]


def read(reader: NumberReader, count: int = 3) -> list[float]:
    into = array("d", [7.0] * count)
    reader.read(into)
    return into.tolist()


@pytest.mark.parametrize("reads", range(4))
def test_each_way_to_set_a_number_is_seen(reads: int) -> None:
    vs = leaves()
    reader = NumberReader(vs)
    for _ in range(reads):
        assert read(reader) == NUMBERS
    vs[0].data = 3.0
    assert read(reader) == [3.0, -2.0, 0.5]
    write_numbers(vs, array("d", [4.0, 5.0, 6.0]))
    assert read(reader) == [4.0, 5.0, 6.0]
    Value.__init__(vs[1], 8.0)
    assert read(reader) == [4.0, 8.0, 6.0]
    assert (vs[1].role, vs[1].requires_grad) == ("input", True)
    vs[1].requires_grad = False
    vs[1].data = 9.0
    with pytest.raises(ValueError, match="role"):
        Value.__init__(vs[2], 10.0, role="weight")
    assert (read(reader), vs[2].role) == ([4.0, 9.0, vs[2].data], "parameter")


@pytest.mark.parametrize("again", [False, True])
def test_two_readers_of_the_same_leaves(again: bool) -> None:
    vs = leaves()
    first, second = NumberReader(vs), NumberReader(vs[::-1])
    for k in range(4):
        vs[k % 3].data = k + 0.25
        now = [v.data for v in vs]
        assert read(first) == now
        assert read(second) == now[::-1]
    # The other one goes on when the one is gone, whose array the leaves kept; and a third may be theirs.
    del first
    third = NumberReader(vs) if again else second
    for k in range(4):
        vs[k % 3].data = k + 0.75
        assert read(second) == [v.data for v in vs][::-1]
        assert read(third) == [v.data for v in (vs if again else vs[::-1])]


def test_a_leaf_that_is_read_twice_and_a_result_among_them() -> None:
    x = Value(2.0)
    for nodes in ([x, x], [x, x * 3.0]):
        reader = NumberReader(nodes)
        for number in (2.0, 3.0, 4.0, 5.0):
            x.data = number
            assert read(reader, 2) == [v.data for v in nodes]
        del reader
        x.data = 2.0


def test_a_leaf_that_is_read_is_a_leaf_like_others() -> None:
    vs = leaves()
    plain = leaves()
    reader = NumberReader(vs)
    assert read(reader) == read(reader) == read(reader)
    for a, b in zip(vs, plain, strict=True):
        for v in (a, copy.copy(a), copy.deepcopy(a), pickle.loads(pickle.dumps(a))):
            assert (repr(v), v.role, v.requires_grad, v.local_grads, v.operands) == (
                repr(b), b.role, b.requires_grad, (), (),
            )  # fmt: skip
            (v * v + 3.0 * v).backward()
            assert v.grad == 2.0 * b.data + 3.0
            v.grad = 0.0
    # What was copied keeps no array of anybody's.
    twin = copy.deepcopy(vs[0])
    twin.data = 100.0
    assert read(reader) == NUMBERS
    del reader
    twin.data = 101.0
    vs[0].data = 102.0
    assert (twin.data, vs[0].data) == (101.0, 102.0)
