"""The Value itself: what it holds, what it takes and refuses, how backward behaves, and micrograd's spelling."""

import math
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, exp, log, sqrt

WRONG = [
    pytest.param("a", r"text 'a': convert it with float\(\)", id="text"),
    pytest.param("nan", r"text 'nan'", id="nan as text"),
    pytest.param(b"2", r"text b'2'", id="bytes"),
    pytest.param(None, r"got None", id="None"),
    pytest.param(1j, r"complex 1j: take its .real", id="complex"),
    pytest.param(np.complex128(1j), r"complex", id="NumPy complex"),
    pytest.param([1.0], r"\[1.0\] \(list\): make a Value of each element", id="list"),
    pytest.param({}, r"dict", id="dict"),
]
NUMBERS = [
    pytest.param(x, id=type(x).__name__)
    for x in (2, 2.0, True, np.float64(2), np.float32(2), np.int64(2), np.array(2.0), Fraction(2), Decimal(2))
]


def test_a_leaf_and_a_result() -> None:
    a = Value(2.0, label="a")
    assert (a.data, a.grad, a.label, a.op, a.operands, a.local_grads) == (2.0, 0.0, "a", "", (), ())
    assert (a.is_leaf, a.role, a.requires_grad) == (True, "input", True)
    b = Value(-3.0, role="parameter")
    c = a * b
    assert (c.data, c.op, c.operands, c.local_grads, c.role) == (-6.0, "*", (a, b), (-3.0, 2.0), "result")
    assert (a * a).operands == (a, a)


@pytest.mark.parametrize("x", NUMBERS)
def test_plain_numbers_on_both_sides(x: Any) -> None:
    v = Value(3.0)
    two = float(x)
    results = [v + x, x + v, v - x, x - v, v * x, x * v, v / x, x / v, v**x, x**v, v % x, x % v, v // x, x // v]
    expected = [3 + two, two + 3, 3 - two, two - 3, 3 * two, two * 3, 3 / two, two / 3, 3**two, two**3]
    expected += [3 % two, two % 3, 3 // two, two // 3]
    assert [type(r) for r in results] == [Value] * 14
    assert [r.data for r in results] == pytest.approx(expected, rel=1e-15)
    assert Value(x).data == two
    assert (v > x, v < x, v >= x, v <= x) == (3 > two, 3 < two, True, 3 <= two)


def test_plain_numbers_are_constants_in_the_graph() -> None:
    v = Value(3.0)
    for result, position in (
        (v + 2, 1),
        (2 + v, 0),
        (v - 2, 1),
        (2 - v, 0),
        (v * 2, 1),
        (2 / v, 0),
        (v**2, 1),
        (2**v, 0),
    ):
        constant = result.operands[position]
        assert (constant.data, constant.role, constant.requires_grad) == (2.0, "constant", False)
        assert result.operands[position] is constant
        assert result.operands[1 - position] is v
        assert len(result.local_grads) == 2
    assert (v * 2).local_grads == (2.0, 3.0)
    assert (10.0 / v).local_grads == pytest.approx((1 / 3, -10 / 9), rel=1e-15)
    assert (v**2).local_grads == pytest.approx((6.0, 9 * math.log(3)), rel=1e-15)


def test_looking_at_the_operands_changes_no_gradient() -> None:
    x, y = Value(3.0), Value(3.0)
    looked_at, not_looked_at = 2 / (x * 5 + 1) ** 2, 2 / (y * 5 + 1) ** 2
    for node in autograd.topological_order(looked_at):
        assert len(node.operands) == len(node.local_grads)
    looked_at.backward()
    not_looked_at.backward()
    assert x.grad == y.grad != 0.0


@pytest.mark.parametrize(("bad", "message"), WRONG)
def test_wrong_types_are_refused_and_nothing_changes(bad: Any, message: str) -> None:
    v = Value(3.0, label="v")
    w = v * v
    for attempt in (
        lambda: Value(bad),
        lambda: v + bad,
        lambda: bad - v,
        lambda: v * bad,
        lambda: v / bad,
        lambda: v**bad,
        lambda: bad**v,
        lambda: v < bad,
        lambda: exp(bad),
        lambda: autograd.sum([v, bad]),
        lambda: autograd.dot([v], [bad]),
        lambda: setattr(v, "data", bad),
        lambda: setattr(v, "grad", bad),
        lambda: w.backward(bad),
    ):
        with pytest.raises(TypeError, match=message):
            attempt()
    assert (v.data, v.grad, w.data, w.grad) == (3.0, 0.0, 9.0, 0.0)


def test_other_refusals() -> None:
    v: Any = Value(3.0)
    with pytest.raises(TypeError, match=r"use it as it is, or its .data"):
        Value(v)
    with pytest.raises(TypeError, match=r"make a Value of each element"):
        Value(np.array([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"unsupported operand type"):
        v + object()
    with pytest.raises(TypeError, match=r"a label is a str, got 3"):
        Value(1.0, label=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a label is a str"):
        v.label = None
    with pytest.raises(ValueError, match=r"role must be one of 'input', 'parameter', 'constant', got 'weight'"):
        Value(1.0, role="weight")
    with pytest.raises(TypeError, match=r"takes no modulus, got 5"):
        pow(v, 2, 5)
    with pytest.raises(TypeError, match=r"digits=2"):
        round(v, 2)
    with pytest.raises(AttributeError):
        v.colour = "red"


def test_numbers_too_large_for_a_float_are_infinite() -> None:
    assert Value(10**400).data == math.inf
    assert (Value(1.0) * -(10**400)).data == -math.inf


def test_twice_backward_adds_the_same_twice() -> None:
    a = Value(2.0)
    b = a * a * 3
    c = b * b
    c.backward()
    once = a.grad
    assert (once, b.grad) == (288.0, 24.0)
    c.backward()
    assert (a.grad, b.grad, c.grad) == (2 * once, 24.0, 1.0)


def test_backward_from_a_leaf_and_with_a_seed() -> None:
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0
    y = Value(3.0)
    (y * y).backward(10)
    assert y.grad == 60.0
    (y * y).backward(0.0)
    assert y.grad == 60.0


def test_two_roots_share_a_part() -> None:
    x = Value(3.0)
    y = x * x
    (2 * y).backward()
    (5 * y).backward()
    assert (x.grad, y.grad) == (42.0, 5.0)


def test_backward_needs_a_leaf_that_takes_a_gradient() -> None:
    frozen = Value(2.0, requires_grad=False)
    with pytest.raises(RuntimeError, match=r"nothing that it was made of takes a gradient"):
        (frozen * 3).backward()
    with pytest.raises(RuntimeError, match=r"detached"):
        Value(2.0).detach().backward()


def test_a_frozen_leaf_keeps_itself_and_all_above_it_out() -> None:
    w, x = Value(2.0), Value(3.0)
    x.requires_grad = False
    inner = x * x
    y = w * inner
    y.backward()
    assert (w.grad, x.grad, inner.grad, inner.requires_grad) == (9.0, 0.0, 0.0, False)
    z = w * w
    w.requires_grad = False  # after recording
    z.backward()
    assert w.grad == 9.0
    with pytest.raises(ValueError, match=r"is computed: freeze the leaves"):
        z.requires_grad = False


def test_gradients_belong_to_the_numbers_that_were_recorded() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0


def test_a_zero_factor_stops_even_infinity() -> None:
    x = Value(0.0)
    sqrt(x * x).backward()
    assert x.grad == 0.0
    y = Value(-1.0)
    autograd.where(y > 0, log(y), 0.0).backward()
    assert y.grad == 0.0


def test_comparison_by_data_equality_by_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == a and a != b and a != 1.0
    assert len({a, b, a}) == 2
    assert a in [b, a] and b not in [a]
    assert a <= b and a >= b and not a < b and Value(2.0) > b and 0.5 < a
    assert not (Value(math.nan) > 1) and not (Value(math.nan) <= 1)
    assert max(a, Value(5.0)).data == 5.0
    assert [v.data for v in sorted([Value(3.0), Value(1.0), Value(2.0)])] == [1.0, 2.0, 3.0]
    total: Any = sum([a, b, a])
    assert total.data == 3.0


def test_python_protocol() -> None:
    v = Value(2.5, label="v")
    assert (float(v), int(v), bool(v), bool(Value(-0.0)), math.floor(v).data, math.ceil(v).data, round(v).data) == (
        2.5, 2, True, False, 2.0, 3.0, 2.0,
    )  # fmt: skip
    assert f"{v:.3f}|{v:8.1e}" == "2.500| 2.5e+00"
    assert repr(v) == str(v) == f"{v}" == "Value(data=2.5, grad=0.0, label='v')"
    assert repr(v * 2) == "Value(data=5.0, grad=0.0, op='*')"
    assert (+v) is v and (-v).data == -2.5 and abs(Value(-2.0)).data == 2.0
    assert (-(v**2)).data == -6.25


def test_micrograds_spelling() -> None:
    a, b = Value(2.0), Value(3.0)
    c = a * b
    assert c._prev == {a, b} and c._op == "*" and a._op == "" and a._prev == set()
    assert (c**2)._op == "**2" and c.relu()._op == "ReLU"
    seen: set[Value] = set()
    stack = [c.relu()]
    while stack:  # as the usual trace() of a notebook does
        v = stack.pop()
        if v not in seen:
            seen.add(v)
            stack.extend(v._prev)
    assert len(seen) == 4


def test_numpy_on_both_sides() -> None:
    v: Any
    v, w = Value(2.0), Value(3.0)
    xs = np.array([v, w])
    assert (np.array([1.0, 2.0]) @ xs).data == 8.0
    matrix = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    assert [z.data for z in matrix @ np.array([10.0, 1.0])] == [12.0, 34.0]
    assert [z.data for z in v * np.array([1.0, 2.0])] == [2.0, 4.0]
    assert [z.data for z in np.array([1.0, 2.0]) - v] == [-1.0, 0.0]
    assert np.sum(xs).data == 5.0 and np.mean(xs).data == 2.5
    assert isinstance(np.exp(v), Value) and isinstance(np.float64(2) * v, Value)


@pytest.mark.parametrize(
    "name",
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh "
    "arctanh floor ceil rint square reciprocal absolute".split(),
)
def test_numpy_functions_on_object_arrays(name: str) -> None:
    x = 1.25 if name == "arccosh" else 0.25
    (found,) = getattr(np, name)(np.array([Value(x)]))
    assert isinstance(found, Value)
    assert found.data == pytest.approx(float(getattr(np, name)(x)), rel=1e-15)


def test_numpy_functions_of_two() -> None:
    v, w = np.array([Value(3.0)]), np.array([Value(4.0)])
    assert np.hypot(v, w)[0].data == 5.0
    assert np.arctan2(v, w)[0].data == math.atan2(3.0, 4.0)
    assert np.maximum(v, w)[0].data == 4.0
    assert Value(5.0).clip(0, 1).data == 1.0


def test_threads_that_read_one_graph_unfold_each_number_once() -> None:
    """`x * 3.0` keeps the 3.0 in place of a local derivative, and moves it into a leaf when somebody looks."""
    x = Value(2.0)
    nodes = [x * (3.0 + i) if i % 2 else (3.0 + i) / x for i in range(4000)]
    seen: list[list[tuple[Value, ...]]] = []
    ready = threading.Barrier(4)

    def read() -> None:
        ready.wait()
        seen.append([node.operands for node in nodes])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    finally:
        sys.setswitchinterval(interval)
    assert len(seen) == 4
    for i, (node, *operands) in enumerate(zip(nodes, *seen, strict=True)):
        number = next(v for v in node.operands if v is not x)
        assert number.data == 3.0 + i and all(o == node.operands for o in operands)
        slope = 3.0 + i if i % 2 else -(3.0 + i) / 4.0
        assert node.local_grads[node.operands.index(x)] == slope
