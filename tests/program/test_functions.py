"""Functions of Values, traced once for each structure of their arguments."""

import math
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import numpy as np
import pytest

import nn
from autograd import TracingError, Value, dot, grad, greater, no_grad, relu, where
from autograd.program import CompiledFunction, batch_mean, compile


@compile
def squared_error(model: nn.Module, x: list[Value], y: Value, power: int = 2) -> Value:
    """How far a model is from y."""
    return (model(x) - y) ** power  # type: ignore[no-any-return]


def test_a_function_keeps_its_name() -> None:
    assert getattr(squared_error, "__name__", "") == "squared_error"
    assert squared_error.__doc__ == "How far a model is from y."
    assert "traced" in repr(squared_error)


def test_as_the_function_itself_says() -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    before = squared_error.traces
    for x in ([1.0, 2.0, 3.0], [0.5, -1.0, 0.0]):
        assert squared_error(model, x, 0.5) == pytest.approx((model(x) - 0.5).data ** 2, rel=1e-13)
    assert squared_error.traces == before + 1
    squared_error(model, [1, 2, 3], 0.5)  # whole numbers in a list are numbers all the same
    assert squared_error.traces == before + 1
    squared_error(model, [1.0, 2.0, 3.0], 0.5, power=4)
    squared_error(model.eval(), [1.0, 2.0, 3.0], 0.5)
    squared_error(nn.MLP(3, [4, 1], seed=3), [1.0, 2.0, 3.0], 0.5)
    assert squared_error.traces == before + 4


def test_arrays_are_batches() -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    X, y = np.random.default_rng(0).normal(size=(5, 3)), np.arange(5.0)
    expected = [squared_error(model, list(row), t) for row, t in zip(X, y, strict=True)]
    assert squared_error(model, X, y).tolist() == pytest.approx(expected, rel=1e-13)
    assert squared_error(model, X, 1.0).shape == (5,), "what is no array is the same for all examples"


def test_gradients_by_the_parameters_of_a_model() -> None:
    model = nn.MLP(3, [4, 1], activation="tanh", seed=2)
    X, y = np.random.default_rng(0).normal(size=(5, 3)), np.arange(5.0)
    program = squared_error.program(model, X, y)
    assert set(program.parameters) == set(model.parameters())
    value, gradients = squared_error.value_and_grad(model, X, y, accumulate=True)
    assert [p.grad for p in model.parameters()] == gradients.tolist()
    model.zero_grad()
    total = sum([(model(list(row)) - t) ** 2 for row, t in zip(X, y, strict=True)]) * 0.2
    total.backward()
    assert value == pytest.approx(total.data, rel=1e-13)
    assert [p.grad for p in model.parameters()] == pytest.approx(gradients, rel=1e-11)


def test_nested_lists_and_values() -> None:
    @compile
    def bilinear(left: list[Any], matrix: list[list[Any]], right: list[Any], scale: Value) -> Any:
        return scale * dot(left, [dot(row, right) for row in matrix])

    scale = Value(2.0, "scale")
    matrix = [[1.0, 2.0], [3.0, 4.0]]
    assert bilinear([1.0, 1.0], matrix, [1.0, -1.0], scale) == -4.0
    value, gradients, by_inputs = bilinear.value_and_grad([1.0, 1.0], matrix, [1.0, -1.0], scale, inputs=True)
    assert (value, gradients.tolist()) == (-4.0, [-2.0])
    assert by_inputs.tolist() == [-2.0, -2.0, 2.0, -2.0, 2.0, -2.0, 8.0, 12.0]
    batch = bilinear([1.0, 1.0], np.array([matrix, matrix]) * [[[1.0]], [[2.0]]], [1.0, -1.0], scale)
    assert batch.tolist() == [-4.0, -8.0]
    scale.data = 1.0
    assert bilinear([1.0, 1.0], matrix, [1.0, -1.0], scale) == -2.0
    labels = [v.label for v in bilinear.program([1.0, 1.0], matrix, [1.0, -1.0], scale).inputs]
    assert labels == ["left0", "left1", "matrix0_0", "matrix0_1", "matrix1_0", "matrix1_1", "right0", "right1"]


def test_constants_are_part_of_the_program() -> None:
    @compile
    def power(x: Any, n: int, kind: str, options: dict[str, Any]) -> Any:
        result = x
        for _ in range(n - 1):
            result = result * x
        return (result if kind == "plain" else -result) + options["shift"]

    assert power(2.0, 3, "plain", {"shift": 1.0}) == 9.0
    assert power(2.0, 3, "negative", {"shift": 1.0}) == -7.0
    assert power(2.0, 4, "plain", {"shift": 2.0}) == 18.0
    assert power.traces == 3
    assert power(np.array([1.0, 3.0]), n=2, kind="plain", options={"shift": 0.0}).tolist() == [1.0, 9.0]


def test_several_results() -> None:
    both = compile(lambda x: [x[0] + x[1], x[0] * x[1], 7])
    assert both([2.0, 3.0]) == [5.0, 6.0, 7.0]
    assert both(np.array([[2.0, 3.0], [1.0, 1.0]])).tolist() == [[5.0, 6.0, 7.0], [2.0, 1.0, 7.0]]


def test_a_module_is_a_function() -> None:
    model = nn.MLP(2, [3, 2], seed=0)
    assert compile(model)([1.0, 2.0]) == pytest.approx([v.data for v in model([1.0, 2.0])], rel=1e-13)


def test_compiled_functions_call_each_other() -> None:
    inner = compile(lambda x: x * x)
    outer = compile(lambda x: inner(x) + 1.0)
    assert outer(3.0) == 10.0
    assert (outer.traces, inner.traces) == (1, 0)


def test_a_decorator_with_arguments() -> None:
    @compile(dtype=np.float32)
    def double(x: Any) -> Any:
        return x * 2.0

    assert isinstance(double, CompiledFunction)
    assert double(np.array([1.0, 2.0])).dtype == np.float32


def here() -> str:
    return __file__


BRANCH = r"the one branch that this number takes\. Use where\(greater\(a, b\), x, y\), maximum"
NUMBER = r"this one number for all examples\. Keep it a Value: autograd has exp"


@pytest.mark.parametrize(
    ("function", "what", "why"),
    [
        (lambda x: x if x > 0 else -x, ">", BRANCH),
        (lambda x: x if x >= 0 else -x, ">=", BRANCH),
        (lambda x: x if x < 0 else -x, "<", BRANCH),
        (lambda x: x if 0 <= x else -x, ">=", BRANCH),
        (lambda x: x if x == 2.0 else -x, "==", BRANCH),
        (lambda x: x if x != 2 else -x, "==", BRANCH),
        (lambda x: x if x in (1.0, 2.0) else -x, "==", BRANCH),
        (lambda x: x or 1.0, r"bool\(\)", BRANCH),
        (lambda x: max(x, x * 2.0), ">", BRANCH),
        (lambda x: np.clip(x, 0.0, 1.0), ">=", BRANCH),
        (lambda x: x * float(x), r"float\(\)", NUMBER),
        (lambda x: x * int(x), r"int\(\)", NUMBER),
        (lambda x: x * math.sin(x), r"float\(\)", NUMBER),
        (lambda x: x * x.data, r"\.data", NUMBER),
        (lambda x: x * x.grad, r"\.grad", NUMBER),
        (lambda x: (x * 2.0).detach() * x, r"detach\(\)", NUMBER),
        (lambda x: grad(x * x, x) * x, r"grad\(\) without create_graph=True", NUMBER),
    ],
)
def test_a_number_is_not_to_be_asked_for(function: Any, what: str, why: str) -> None:
    message = (
        rf"{what} on a Value at .*test_functions\.py:\d+, `.*lambda.*`, while tracing: the program would keep {why}"
    )
    with pytest.raises(TracingError, match=message):
        compile(function)(2.0)
    x, same = Value(1.0), Value(1.0)
    assert x > 0.0, "outside of a trace, comparisons are what they were"
    assert x == x
    assert x != same
    assert x != 1.0
    assert (x.data, x.grad, x.detach().data) == (1.0, 0.0, 1.0)


def test_values_may_be_told_apart_and_constants_read() -> None:
    two = Value(2.0, role="constant")
    chosen = compile(lambda x: x * (two.data if x in [x] and x != two else 5.0))
    assert chosen(np.array([1.0, 3.0])).tolist() == [2.0, 6.0]


def test_derivatives_in_a_function() -> None:
    slope = compile(lambda x: grad(relu(x) * x, x, create_graph=True))
    assert slope(np.array([2.0, -3.0, 0.5])).tolist() == [4.0, 0.0, 1.0]
    assert slope.value_and_grad(np.array([2.0, -3.0]), inputs=True)[2].tolist() == [[1.0], [0.0]]


def test_nothing_is_left_unrecorded() -> None:
    def unrecorded(x: Any) -> Any:
        with no_grad():
            y = x * x
        return y + x

    with pytest.raises(TracingError, match=r"no_grad\(\) while tracing: .* Leave it out"):
        compile(unrecorded)(2.0)


def test_the_way_out() -> None:
    kept = compile(lambda x: where(greater(x, 1.0), x * x, relu(-x)))
    assert kept(np.array([2.0, -3.0, 0.5])).tolist() == [4.0, 3.0, 0.0]


def test_an_error_in_the_function_leaves_no_trace() -> None:
    def fails(x: Value) -> Value:
        raise RuntimeError("not today")

    compiled = compile(fails)
    with pytest.raises(RuntimeError, match="not today"):
        compiled(1.0)
    assert compiled.traces == 0
    assert bool(Value(1.0)) is True


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (np.zeros(3), np.zeros(4)),
            ValueError,
            "y has 4 examples, but an argument before it has 3: an array is a batch",
        ),
        ((np.zeros(3), np.zeros(4)), ValueError, "as weights are, is given as a list"),
        (
            ([np.zeros(3)], 1.0),
            TypeError,
            r"x\[0\] is an array inside a list: give each array as an argument of its own",
        ),
        (
            (np.array([Value(1.0)]), 1.0),
            TypeError,
            "x is an array of object: .* arrays of numbers; give Values in a list",
        ),
        ((np.array(["a"]), 1.0), TypeError, "x is an array of <U1"),
        (({1, 2}, 1.0), TypeError, r"x is \{1, 2\} \(set\): a compiled function takes numbers"),
        ((np.zeros((0, 2)), 1.0), ValueError, "x is a batch of no examples"),
        ((1.0, "text"), TypeError, "returned 'text'"),
        ((1.0, ()), TypeError, r"returned \(\): return a Value, or a list of them"),
        (
            (1.0, ((2.0,),)),
            TypeError,
            r"returned \(Value\(.*\) \(tuple\): return a Value, or a list of them, not nested",
        ),
    ],
)
def test_refused_arguments(arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    compiled = compile(lambda x, y: y if isinstance(y, (str, tuple)) else x * y)
    with pytest.raises(error, match=message):
        compiled(*arguments)


def test_results_in_an_array_are_refused() -> None:
    with pytest.raises(TypeError, match=r"\(ndarray\): return a Value, or a list of them, as array.ravel\(\).tolist"):
        compile(lambda x: np.array([x, x]))(2.0)


def random_mask(x: Any, rng: Random = Random(0)) -> Any:  # noqa: B008
    return x * rng.random()


@pytest.mark.parametrize("function", [random_mask, nn.Dropout(0.5, seed=0)])
def test_a_number_that_a_trace_cannot_follow_is_found(function: Any) -> None:
    message = "the function uses numbers that a trace cannot follow.* random ones .* make them arguments"
    is_layer = isinstance(function, nn.Module)
    compiled = compile(function)
    with pytest.raises(TracingError, match=message):
        compiled(np.arange(40.0).reshape(2, 20) + 1.0 if is_layer else np.array([1.0, 2.0]))
    one_by_one = compile(function)
    one_by_one([1.0] * 20 if is_layer else 1.0)
    with pytest.raises(TracingError, match=message):
        one_by_one([2.0] * 20 if is_layer else 2.0)


def test_a_function_over_the_batch_is_not_compared_on_one_example() -> None:
    centred = compile(lambda x: x - batch_mean(x))
    assert centred(np.array([1.0, 2.0, 6.0])).tolist() == [-2.0, -1.0, 3.0]


def test_a_function_without_a_signature() -> None:
    with pytest.raises(TracingError, match="> on a Value"):
        compile(max)(1.0, 2.0)


def test_dropout_in_evaluation_is_nothing() -> None:
    dropout = compile(nn.Dropout(0.5, seed=0).eval())
    assert dropout(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_threads_have_arrays_of_their_own() -> None:
    program = compile(lambda x: (x * x).tanh() + x.sin() * x.cos()).program(np.array([1.0, 2.0]))
    rows = [np.linspace(k, k + 1.0, 5000)[:, None] for k in range(8)]
    expected = [program(part) for part in rows]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            for got, wanted in zip(pool.map(program, rows), expected, strict=True):
                assert np.array_equal(got, wanted)


def test_programs_of_a_function_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.function.KEPT", 3)
    scaled = compile(lambda x, n: x * n)
    assert [scaled(2.0, n) for n in range(2, 9)] == [2.0 * n for n in range(2, 9)]
    assert len(scaled._traces) == 3
