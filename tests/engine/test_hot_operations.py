"""The operations that `arithmetic.py` spells out for speed, against their rows in the table, bit for bit.

The grid has kinks, both zeros, infinities and nan. Two nan are the same, whatever their sign bit.
"""

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import pytest

import autograd
from autograd import Value, dot, relu
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.applying import node as record

GRID = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -3.0,
    1 / 3,
    7.25,
    1e-320,
    -5e-324,
    1e200,
    -1e308,
    math.inf,
    -math.inf,
    math.nan,
]
EXPONENTS = [*GRID, 3.0, -2.0, 1024.0, -1100.0, 1e17 + 2.0]
ZERO_OR_SO = [0.0, -0.0, 1.5, math.inf, math.nan]

# How a program may write each; a number that comes in without a Value around it is a constant.
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "%": operator.mod,
    "maximum": autograd.maximum,
}
UNARY: dict[str, list[Callable[[Any], Any]]] = {
    "neg": [operator.neg],
    "relu": [lambda x: x.relu(), relu],
    "abs": [abs],
    "exp": [lambda x: x.exp(), autograd.exp],
    "log": [lambda x: x.log(), autograd.log],
    "sqrt": [lambda x: x.sqrt(), autograd.sqrt],
    "sin": [lambda x: x.sin(), autograd.sin],
    "cos": [lambda x: x.cos(), autograd.cos],
    "tanh": [lambda x: x.tanh(), autograd.tanh],
    "sigmoid": [lambda x: x.sigmoid(), autograd.sigmoid],
}
SHARING: dict[str, Callable[[Sequence[Any]], list[Any]]] = {
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
}
WRAPPED = {
    "two Values": lambda a, b: (Value(a), Value(b)),
    "Value and number": lambda a, b: (Value(a), b),
    "number and Value": lambda a, b: (a, Value(b)),
}


def check_hot(name: str, node: Value, numbers: Sequence[float], settings: tuple[float, ...] = ()) -> None:
    """Assert that a node has the value and the slopes that the row of its operation gives for these numbers."""
    row = ops.TABLE[name]
    y = row.value(ops.FLOATS, numbers, settings)
    slopes = row.local(ops.FLOATS, y, numbers, settings)
    assert (node.op, node.params) == (name, settings)
    assert bits([x.data for x in node.operands]) == bits(numbers)
    assert bits([node.data, *node.local_grads]) == bits([y, *slopes]), f"{name} of {numbers}: value and slopes"


def bits(numbers: Sequence[float]) -> list[str]:
    """Every bit of some numbers: two zeros differ, and nothing is rounded."""
    return [float(x).hex() for x in numbers]


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str, wrap: Callable[[float, float], tuple[Any, Any]]) -> None:
    for a, b in itertools.product(GRID, EXPONENTS):
        check_hot(name, BINARY[name](*wrap(a, b)), [a, b])


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("name", BINARY)
def test_what_arrives_in_the_leaves(name: str, wrap: Callable[[float, float], tuple[Any, Any]]) -> None:
    """backward() reads the slopes before anybody has looked at a constant operand and unfolded it."""
    for a, b in itertools.product(GRID, EXPONENTS):
        operands = wrap(a, b)
        node = BINARY[name](*operands)
        node.backward()
        row = ops.TABLE[name]
        slopes = row.local(ops.FLOATS, row.value(ops.FLOATS, [a, b]), [a, b])
        for operand, slope in zip(operands, slopes, strict=True):
            if isinstance(operand, Value):
                assert bits([operand.grad]) == bits([slope + 0.0]), (name, a, b)


@pytest.mark.parametrize(
    ("name", "spelling"), [(name, each) for name, spellings in UNARY.items() for each in spellings]
)
def test_unary(name: str, spelling: Callable[[Any], Any]) -> None:
    for x in EXPONENTS:
        check_hot(name, spelling(Value(x)), [x])


@pytest.mark.parametrize("condition", [*ZERO_OR_SO, True, False])
def test_where(condition: float) -> None:
    for a, b in itertools.product(ZERO_OR_SO, repeat=2):
        for operands in ((Value(condition), a, b), (condition, Value(a), b), (condition, a, Value(b))):
            check_hot("where", autograd.where(*operands), [condition, a, b])


@pytest.mark.parametrize("name", ["maximum", "where"])
def test_of_plain_numbers_comes_a_plain_number(name: str) -> None:
    numbers = (0.0, 2, True)[: ops.TABLE[name].arity]
    assert type(getattr(autograd, name)(*numbers)) is float
    with pytest.raises(TypeError, match="got the text '2'"):
        getattr(autograd, name)(*[Value(1.0), "2", "2"][: ops.TABLE[name].arity])


@pytest.mark.parametrize("bias", [None, *ZERO_OR_SO], ids=lambda bias: f"bias {bias}")
def test_dot(bias: float | None) -> None:
    given = [] if bias is None else [bias]
    for w1, w2, x1, x2 in itertools.product(ZERO_OR_SO, repeat=4):
        numbers = [w1, w2, x1, x2, *given]
        check_hot("dot", dot([Value(w1), w2], [x1, Value(x2)], bias), numbers)


def test_dot_adds_up_from_the_bias_on() -> None:
    # In any other order the two large numbers would not swallow the 1.
    node = dot([Value(1e20), Value(1.0)], [1.0, -1e20], Value(1.0))
    check_hot("dot", node, [1e20, 1.0, 1.0, -1e20, 1.0])
    assert node.data == 0.0
    assert dot([Value(1e20), Value(-1e20)], [1.0, 1.0]).data + 1.0 == 1.0


@pytest.mark.parametrize("name", SHARING)
def test_softmax(name: str) -> None:
    for numbers in itertools.product([*ZERO_OR_SO, -math.inf, 1000.0], repeat=3):
        nodes = SHARING[name]([Value(numbers[0]), numbers[1], Value(numbers[2])])
        floats = SHARING[name](numbers)
        for k, node in enumerate(nodes):
            check_hot(name, node, numbers, (float(k),))
        assert bits(floats) == bits([node.data for node in nodes])
    assert SHARING[name]([]) == []


@pytest.mark.parametrize("name", SHARING)
def test_what_softmaxes_that_share_a_node_pass_back(name: str) -> None:
    """What n nodes of n operands would: an infinite or nan gradient is stopped by a slope of exactly 0."""
    spread: list[tuple[float, ...]] = [
        (0.5, -0.25, 1.0),
        (1000.0, 0.0, -1000.0),
        (2.0, -math.inf, 0.0),
        (3.0, 3.0, 3.0),
    ]
    for numbers, weights in itertools.product(
        spread, itertools.product([0.0, 1.5, -2.0, math.inf, math.nan], repeat=3)
    ):
        found, expected = [Value(x) for x in numbers], [Value(x) for x in numbers]
        dot(weights, SHARING[name](found)).backward()
        apart = [apply(ops.TABLE[name], expected, (float(k),)) for k in range(3)]
        dot(weights, apart).backward()
        assert [x.grad for x in found] == pytest.approx([x.grad for x in expected], rel=1e-15, abs=1e-15, nan_ok=True)


@pytest.mark.parametrize("name", [*BINARY, *UNARY])
def test_a_difference_in_the_last_bit_is_seen(name: str) -> None:
    row = ops.TABLE[name]
    numbers = [1.25, 3.0][: row.arity]
    y = row.value(ops.FLOATS, numbers)
    slopes = row.local(ops.FLOATS, y, numbers)
    check_hot(name, record(row, numbers, y, slopes), numbers)
    for i in range(len(slopes)):
        off = [math.nextafter(slope, math.inf) if j == i else slope for j, slope in enumerate(slopes)]
        with pytest.raises(AssertionError, match="value and slopes"):
            check_hot(name, record(row, numbers, y, off), numbers)
    with pytest.raises(AssertionError, match="value and slopes"):
        check_hot(name, record(row, numbers, math.nextafter(y, math.inf), slopes), numbers)
