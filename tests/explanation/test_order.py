"""The naive recursion beside the sorted pass: against a recursion written out here, and where the two part."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, sigmoid, tanh
from autograd.explanation import why_order


def recursion(output: Value) -> dict[Value, float]:
    """What one writes first: add to the operands, then go into each of them at once."""
    grads: dict[Value, float] = {output: 1.0}

    def backward(v: Value) -> None:
        for operand, slope in zip(v.operands, v.local_grads, strict=True):
            grads[operand] = grads.get(operand, 0.0) + slope * grads[v]
        for operand in v.operands:
            backward(operand)

    backward(output)
    return grads


@given(st.lists(st.tuples(st.sampled_from("+*t-"), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8))
def test_it_does_what_the_recursion_does(steps: list[tuple[str, int, int]]) -> None:
    nodes = [Value(0.7, "n0"), Value(-1.3, "n1")]
    for i, (op, back, other) in enumerate(steps):
        a, b = nodes[-1 - back % len(nodes)], nodes[-1 - other % len(nodes)]
        nodes.append(a + b if op == "+" else a * b if op == "*" else a - b if op == "-" else tanh(a))
        nodes[-1].label = f"n{i + 2}"
    output = nodes[-1]
    compared = why_order(output)
    expected = recursion(output)
    by_name = {v.label: grad for v, grad in expected.items()}
    for node, naive in zip(compared.snapshot.nodes, compared.naive_grads, strict=True):
        assert naive == pytest.approx(by_name[node.label], rel=1e-12, abs=1e-300)
    output.backward()
    grads = {v.label: v.grad for v in expected}
    for node, right in zip(compared.snapshot.nodes, compared.sorted_grads, strict=True):
        assert right == pytest.approx(grads[node.label], rel=1e-12, abs=1e-14)
    assert compared.complete
    assert compared.parting is not None or compared.same


def test_a_tree_needs_no_order() -> None:
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(4.0, "c")
    compared = why_order(sigmoid(a * b) + c)
    assert compared.same and compared.parting is None and compared.differing == ()
    assert str(compared) == (
        "The sorted pass visits 3 computed nodes once each; the naive recursion makes 3 calls.\n"
        "Both give the same gradients here: no computed node passes anything on too early or twice."
    )
    assert repr(compared) == "<OrderComparison: the same gradients; print it>"


def test_a_node_that_is_called_too_early() -> None:
    a = Value(3.0, "a")
    b = a * 2.0
    c = b * 5.0
    b.label, c.label = "b", "c"
    compared = why_order(b + c)
    parting = compared.parting
    assert parting is not None
    names = [node.name for node in compared.snapshot.nodes]
    assert (names[parting.node], parting.call, parting.held, parting.right, parting.again) == ("b", 2, 1.0, 6.0, False)
    assert [names[i] for i in parting.waiting] == ["c"]
    assert (compared.visits, compared.all_calls, sum(compared.calls)) == (3, 4, 4)
    assert [names[i] for i in compared.differing] == ["a"]
    assert str(compared).splitlines() == [
        "node  sorted pass  naive recursion  calls",
        "a              12               14",
        "",
        "The sorted pass visits 3 computed nodes once each; the naive recursion makes 4 calls.",
        "They part at call 2, of b: it passes on 1 at once, but in the end 6 arrives there, for c comes later. "
        "Called again, it passes on all that it holds by then, so the first part goes down twice.",
    ]
    assert [">a<" in compared.html, ">12<" in compared.html, ">14<" in compared.html] == [True] * 3
    assert compared._repr_html_() == compared.html
    assert repr(compared) == "<OrderComparison: 1 gradients differ; print it>"


def test_a_node_that_is_called_twice() -> None:
    a = Value(3.0, "a")
    b = a * 2.0
    b.label = "b"
    compared = why_order(b * b)
    assert compared.parting is not None and compared.parting.again
    sentence = "They part at call 3, of b: it passes on its 12 again, after all of it was passed on before."
    assert sentence in str(compared)
    assert compared.naive_grads[0] == 48.0 and compared.sorted_grads[0] == 24.0


def test_a_difference_too_small_for_four_digits_is_shown() -> None:
    a = Value(1.0, "a")
    b = a * 1.0
    compared = why_order(b + b * 1e-7)
    assert "passes on 1 at once, but in the end 1.0000001 arrives there" in str(compared)


def test_the_grads_are_left_alone() -> None:
    a = Value(3.0, "a")
    b = a * 2.0
    y = b * b
    a.grad, b.grad, y.grad = 1.0, 2.0, 3.0
    why_order(y)
    assert (a.grad, b.grad, y.grad) == (1.0, 2.0, 3.0)


def test_an_exponential_recursion_is_stopped() -> None:
    y = Value(1.0, "x")
    for _ in range(60):
        y = y + y.tanh()
    compared = why_order(y, max_calls=1000)
    assert not compared.complete and not compared.same
    assert sum(compared.calls) == 1000
    # A sum that lies k steps below the output is called once for each of the 2^k paths, its tanh as often.
    assert compared.all_calls == sum(2 * 2**k for k in range(60))
    text = str(compared)
    assert "It was stopped after 1,000 of them, so there are no final numbers to compare." in text
    assert "They part at call " in text and "node " not in text.splitlines()[0]


def test_many_differences_are_cut() -> None:
    a = Value(1.0, "a")
    h = a * 1.5
    h = h + h * 2.0
    for _ in range(30):
        h = h * 1.1
    xs = [Value(0.1 * i, f"x{i}") for i in range(1, 41)]
    y = xs[0] * 1.0
    for x in xs:
        y = y + x * h
    assert "more nodes differ." in str(why_order(y))


def test_frozen_parts_are_not_called() -> None:
    x, w = Value(2.0, "x", requires_grad=False), Value(3.0, "w")
    h = x * 2.0
    y = (h + h * w) * h
    compared = why_order(y)
    assert compared.same
    assert compared.visits == 3
    assert why_order(h).all_calls == 0


def test_infinite_gradients_that_agree_are_no_difference() -> None:
    x = Value(0.0, "x")
    compared = why_order(x.sqrt() * 2.0)
    assert compared.same and compared.sorted_grads[0] == math.inf


def test_errors() -> None:
    with pytest.raises(TypeError, match=r"taken from the Value at its end, got 2\.0 \(float\)"):
        why_order(2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="why_order: max_calls must be a whole number from 1 on, got 0"):
        why_order(Value(1.0), max_calls=0)
