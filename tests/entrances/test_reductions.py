"""Fused nodes: one node with many operands gives what the chain of small ones gives."""

import builtins
import math
import random
from typing import Any

import pytest

import autograd
from autograd import Value, dot, exp, grad, hvp, jvp, log, log_softmax, logsumexp, mean, prod, softmax, std, var
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.many.order import topological
from autograd.engine.node import edges_back
from autograd.engine.state import AnomalyError


def numbers(n: int, seed: int) -> list[float]:
    rng = random.Random(seed)
    return [rng.uniform(-2, 2) for _ in range(n)]


def leaves(n: int, seed: int) -> list[Value]:
    return [Value(x) for x in numbers(n, seed)]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 784])
@pytest.mark.parametrize("with_bias", [True, False])
def test_dot_is_the_expanded_sum_bit_for_bit(n: int, with_bias: bool) -> None:
    w, x, b = leaves(n, 1), leaves(n, 2), Value(0.3)
    fused = dot(w, x, b if with_bias else None)
    assert fused.op == "dot" and fused.operands == (*w, *x, *([b] if with_bias else []))
    (fused * fused).backward()
    found = [v.grad for v in (*w, *x, b)]
    w2, x2, b2 = leaves(n, 1), leaves(n, 2), Value(0.3)
    z: Any = b2 if with_bias else 0.0
    for wi, xi in zip(w2, x2, strict=True):
        z = z + wi * xi
    (z * z).backward()
    assert z.data == fused.data
    assert found == [v.grad for v in (*w2, *x2, b2)]


def test_dot_with_a_shared_operand_and_plain_numbers() -> None:
    w = Value(2.0)
    z = dot([w, w, 3.0], [w, 5.0, 7.0], w)
    z.backward()
    assert (z.data, w.grad) == (2 * 2 + 10 + 21 + 2, 4 + 5 + 1)
    assert dot([1.0, 2.0], [3.0, 4.0]) == 11.0
    assert dot([], []) == 0.0


def test_dot_names_both_lengths() -> None:
    with pytest.raises(ValueError, match=r"dot: 2 weights but 3 inputs"):
        dot(leaves(2, 1), leaves(3, 2))
    with pytest.raises(TypeError, match=r"dot\(\) takes a list of Values, got the single Value"):
        dot(Value(1.0), [1.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("n", [1, 2, 5, 50])
def test_fused_equal_small_nodes(n: int) -> None:
    def small_sum(xs: list[Value]) -> Any:
        total: Any = 0.0
        for x in xs:
            total = total + x
        return total

    def small_prod(xs: list[Value]) -> Any:
        result: Any = 1.0
        for x in xs:
            result = result * x
        return result

    def small_var(xs: list[Value]) -> Any:
        m = small_sum(xs) / n
        return small_sum([(x - m) ** 2 for x in xs]) / (n - 1 if n > 1 else 1)

    pairs: list[tuple[Any, Any]] = [
        (autograd.sum, small_sum),
        (prod, small_prod),
        (mean, lambda xs: small_sum(xs) / n),
        (logsumexp, lambda xs: log(small_sum([exp(x) for x in xs]))),
        (lambda xs: softmax(xs)[0], lambda xs: exp(xs[0]) / small_sum([exp(x) for x in xs])),
        (lambda xs: log_softmax(xs)[-1], lambda xs: xs[-1] - log(small_sum([exp(x) for x in xs]))),
        (lambda xs: var(xs, 1.0 if n > 1 else 0.0), small_var),
        (autograd.norm, lambda xs: autograd.sqrt(small_sum([x * x for x in xs]))),
    ]
    for fused, small in pairs:
        xs, ys = leaves(n, 3), leaves(n, 3)
        one, many = fused(xs) * 3, small(ys) * 3
        assert one.operands[0].operands[:n] == tuple(xs)
        one.backward()
        many.backward()
        assert one.data == pytest.approx(many.data, rel=1e-13, abs=1e-15)
        # Cancelling terms leave rounding of a size with the largest slope, so the tolerance goes by that.
        scale = max(abs(y.grad) for y in ys)
        for x, y in zip(xs, ys, strict=True):
            assert x.grad == pytest.approx(y.grad, rel=1e-12, abs=1e-14 * max(scale, 0.1))


def edges(root: Value) -> int:
    """How many edges a walk back from the root takes, gradients with a graph included."""
    return builtins.sum(len(edges_back(v)[0]) for v in topological([root], shared=True))


def hessian_product(function: Any, n: int) -> Any:
    xs = leaves(n, 3)
    y = dot(numbers(n, 4), function(xs)) if function in (softmax, log_softmax) else function(xs)
    slopes = grad(y, xs, create_graph=True)
    return dot(slopes, numbers(n, 5))


REDUCTIONS = [autograd.sum, prod, mean, var, std, autograd.norm, autograd.max, autograd.min, logsumexp]


@pytest.mark.parametrize("function", [*REDUCTIONS, softmax, log_softmax])
def test_graphs_of_second_derivatives_grow_with_n_and_not_with_its_square(function: Any) -> None:
    few, many = (edges(hessian_product(function, n)) for n in (20, 80))
    assert many < 4.2 * few


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("point", [numbers(6, 3), [1.0] * 3, [2.0, -math.inf, 0.0], [800.0, 0.0, -800.0]])
def test_derivatives_of_all_softmaxes_are_those_of_each_by_itself(function: Any, point: list[float]) -> None:
    weights = numbers(len(point), 4)
    row = ops.TABLE[function.__name__]

    def shared(xs: list[Value]) -> Any:
        return dot(weights, function(xs))

    def apart(xs: list[Value]) -> Any:
        return dot(weights, [apply(row, xs, (float(k),)) for k in range(len(xs))])

    for derived in (hvp, jvp):
        assert derived(shared)(point, weights) == pytest.approx(derived(apart)(point, weights), rel=1e-14, abs=1e-15)
    xs = [Value(x) for x in point]
    assert grad(shared(xs), xs) == pytest.approx(grad(apart(xs), xs), rel=1e-14, abs=1e-15)


def test_jvp_of_softmax_stops_infinities_as_its_slopes_do() -> None:
    _, slopes = jvp(softmax)([1000.0, 0.0], [math.inf, 1.0])
    assert slopes == [0.0, 0.0]


def test_one_step_by_hand_from_a_softmax() -> None:
    xs = [Value(0.0), Value(0.0)]
    p, _ = softmax(xs)
    p.grad = 8.0
    p._backward()
    assert [x.grad for x in xs] == [2.0, -2.0] and p.operands == tuple(xs)


def test_a_walk_that_breaks_off_at_a_softmax_leaves_no_trace() -> None:
    xs = [Value(0.0), Value(0.0)]
    y = dot([1.0, 0.5], softmax(xs))
    with autograd.detect_anomaly(), pytest.raises(AnomalyError, match=r"became inf going back through dot"):
        y.backward(math.inf)
    for x in xs:
        x.grad = 0.0
    y.backward()
    assert [x.grad for x in xs] == [0.125, -0.125]


def test_of_nothing_and_of_one() -> None:
    assert (autograd.sum([]), prod([]), logsumexp([])) == (0.0, 1.0, -math.inf)
    assert math.isnan(mean([])) and math.isnan(std([1.0])) and var([1.0], correction=0) == 0.0
    (p,) = softmax([Value(3.0)])
    assert (p.data, p.local_grads) == (1.0, (0.0,))
    for empty in (autograd.max, autograd.min):
        with pytest.raises(ValueError, match=r"\(\) of nothing: give at least one"):
            empty([])


@pytest.mark.parametrize("function", [autograd.sum, prod, mean, var, std, logsumexp, softmax, autograd.max])
def test_wrong_arguments(function: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a list of Values, got the single Value"):
        function(Value(1.0))
    with pytest.raises(TypeError, match=r"takes a list of Values, got 3 \(int\)"):
        function(3)
    with pytest.raises(TypeError, match=r"got the text 'x'"):
        function([Value(1.0), "x"])


def test_generators_and_tuples_are_lists_too() -> None:
    assert autograd.sum(Value(float(i)) for i in range(4)).data == 6.0
    assert autograd.max((1.0, Value(2.0))).data == 2.0
