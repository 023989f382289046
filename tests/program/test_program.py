"""What a Program takes and gives: batches and single examples, reductions, roles of leaves, dtypes, reports."""

import math

import numpy as np
import pytest

from autograd import Value, dot, exp, logsumexp, softmax, tanh
from autograd.program import Program, batch_mean, compile


def line() -> tuple[Program, Value, Value, Value]:
    """(w·x + b)², of which the gradient is known."""
    w, b, x = Value(2.0, "w"), Value(1.0, "b"), Value(0.0, "x")
    return compile((w * x + b) ** 2, [x]), w, b, x


def test_one_example_gives_a_float_and_arrays() -> None:
    program, w, b, _ = line()
    assert program([3.0]) == 49.0
    value, gradients, by_inputs = program.value_and_grad([3.0], inputs=True)
    assert (value, dict(zip(program.parameters, gradients.tolist(), strict=True))) == (49.0, {w: 42.0, b: 14.0})
    assert type(value) is float
    assert by_inputs.tolist() == [28.0]
    gradients[:] = by_inputs[:] = 0.0  # they are the caller's
    assert program.value_and_grad([3.0], inputs=True)[2].tolist() == [28.0]


def test_a_batch_gives_a_value_for_each_example() -> None:
    program, *_ = line()
    assert program([[3.0], [0.0], [-0.5]]).tolist() == [49.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("reduction", "value", "by_w", "by_x"),
    [
        ("mean", 25.0, 21.0, [[14.0], [2.0]]),
        ("sum", 50.0, 42.0, [[28.0], [4.0]]),
        ("none", [49.0, 1.0], [42.0, 0.0], [[28.0], [4.0]]),
    ],
)
def test_reductions(reduction: str, value: object, by_w: object, by_x: object) -> None:
    program, w, _, _ = line()
    got, gradients, by_inputs = program.value_and_grad([[3.0], [0.0]], reduction=reduction, inputs=True)  # type: ignore[arg-type]
    k = program.parameters.index(w)
    assert np.asarray(got).tolist() == value
    assert np.asarray(gradients)[..., k].tolist() == by_w
    assert by_inputs.tolist() == by_x


@pytest.mark.parametrize(("reduction", "grad"), [("mean", 21.0), ("sum", 42.0), ("none", 42.0)])
def test_accumulate_adds_to_grad(reduction: str, grad: float) -> None:
    program, w, _, x = line()
    w.grad, x.grad = 1.0, 100.0
    program.value_and_grad([[3.0], [0.0]], reduction=reduction, accumulate=True)  # type: ignore[arg-type]
    assert (w.grad, x.grad) == (1.0 + grad, 100.0)
    program.value_and_grad([[3.0], [0.0]], reduction="sum", inputs=True, accumulate=True)
    assert (w.grad, x.grad) == (1.0 + grad + 42.0, 132.0)


def test_leaves_are_read_at_each_call() -> None:
    w, frozen, x = Value(2.0, "w"), Value(10.0, "frozen", requires_grad=False), Value(0.0, "x")
    constant = Value(5.0, "constant", role="constant")
    program = compile(w * x + frozen + constant, [x])
    assert program.parameters == [w]
    assert program([1.0]) == 17.0
    w.data, frozen.data, constant.data = 3.0, 20.0, 50.0  # a constant is part of the formula
    assert program([1.0]) == 28.0


def test_named_parameters_count_even_if_nothing_depends_on_them() -> None:
    w, idle, x = Value(2.0), Value(7.0), Value(0.0)
    program = compile(w * x, [x], parameters=[idle, w])
    assert set(program.parameters) == {w, idle}
    _, gradients = program.value_and_grad([5.0])
    assert dict(zip(program.parameters, gradients, strict=True)) == {w: 5.0, idle: 0.0}


def test_without_inputs_everything_is_shared() -> None:
    a, b = Value(3.0), Value(4.0)
    program = compile(a * a + b.exp())
    value, gradients = program.value_and_grad()
    assert value == 9.0 + math.exp(4.0)
    assert dict(zip(program.parameters, gradients, strict=True)) == {a: 6.0, b: math.exp(4.0)}
    assert program() == value


def test_a_result_that_no_input_reaches() -> None:
    w, x = Value(3.0), Value(0.0)
    program = compile(w * w, [x])
    assert program([[1.0], [2.0]]).tolist() == [9.0, 9.0]
    assert program.value_and_grad([[1.0], [2.0]], inputs=True)[1:] == ([6.0], pytest.approx(np.zeros((2, 1))))
    assert program.value_and_grad([[1.0], [2.0]], reduction="sum") == (18.0, [12.0])


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_output_that_is_a_leaf(which: int) -> None:
    leaf = [Value(2.0, "x"), Value(3.0, "w"), Value(4.0, role="constant")][which]
    x = leaf if which == 0 else Value(0.0)
    program = compile(leaf, [x])
    value, gradients, by_inputs = program.value_and_grad([[7.0], [8.0]], reduction="sum", inputs=True)
    assert (value, gradients.tolist(), by_inputs.tolist()) == [
        (15.0, [], [[1.0], [1.0]]),
        (6.0, [2.0], [[0.0], [0.0]]),
        (8.0, [], [[0.0], [0.0]]),
    ][which]


def test_several_outputs() -> None:
    x, y, w = Value(0.0), Value(0.0), Value(2.0)
    z = [w * x, tanh(y), w + 1.0, x]
    program = compile([z[0] * y, *z], [x, y])
    rows = np.array([[1.0, 0.5], [2.0, -1.0], [3.0, 0.0]])
    expected = [[2 * a * b, 2 * a, math.tanh(b), 3.0, a] for a, b in rows]
    assert program(rows) == pytest.approx(np.array(expected))
    assert program(rows[0]) == pytest.approx(np.array(expected[0]))
    value, gradients = program.value_and_grad(rows, reduction="sum")
    assert (value, gradients) == (pytest.approx(-3.0), pytest.approx([-1.5]))
    trainer = program.trainer()
    trainer.value_and_gradient(rows)
    assert trainer.outputs == pytest.approx(np.array(expected))


def test_float32() -> None:
    weights, x = [Value(0.1 * k) for k in range(5)], [Value(0.0) for _ in range(5)]
    z = tanh(dot(weights, x, Value(0.3)))
    rows = np.linspace(-1, 1, 15).reshape(3, 5)
    small, large = compile(z, x, dtype=np.float32), compile(z, x)
    assert small(rows).dtype == np.float32
    assert small(rows) == pytest.approx(large(rows), rel=1e-6)
    assert small.value_and_grad(rows)[1] == pytest.approx(large.value_and_grad(rows)[1], rel=1e-5)
    assert not np.array_equal(small(rows), large(rows))


def test_batch_mean_is_over_the_batch() -> None:
    gamma, x = Value(1.5), Value(0.0)
    scaled = gamma * x
    away = scaled - batch_mean(scaled)
    program = compile(away * away * away, [x])
    rows = np.array([[1.0], [2.0], [6.0]])
    c = 1.5 * (rows[:, 0] - 3.0)
    value, gradients, by_inputs = program.value_and_grad(rows, inputs=True)
    assert value == pytest.approx((c**3).mean())
    assert gradients == pytest.approx([3.0 * (c**3).mean() / 1.5])
    slope = c**2 - (c**2).mean()
    assert by_inputs[:, 0] == pytest.approx(1.5 * slope)
    assert batch_mean(Value(4.0)).data == 4.0
    with pytest.raises(ValueError, match="examples depend on each other through batch_mean"):
        program.value_and_grad(rows, reduction="none")


def test_labels_of_results_stay() -> None:
    x = [Value(0.0, "x0"), Value(0.0, "x1")]
    shares = softmax(x)
    shares[0].label, shares[1].label = "first share", "other share"
    first, second = tanh(shares[0] * x[0]), tanh(shares[0] * x[0])
    second.label = "told twice"
    program = compile(first + second + shares[1], x)
    text = str(program.stages)
    assert "first share" in text
    assert "other share" in text
    assert "told_twice = " in program.source


def test_stages_and_report_can_be_printed() -> None:
    weights = [[Value(0.5, f"w{i}{j}") for j in range(3)] for i in range(2)]
    x = [Value(0.0, f"x{j}") for j in range(4)]
    h = [exp(dot(row, x[:3])) for row in weights]
    program = compile(h[0] * h[1], x)
    text = str(program.stages)
    assert [stage.name for stage in program.stages] == [
        "recorded", "canonical", "grouped", "lifted", "ordered", "emitted",
    ]  # fmt: skip
    assert all(str(stage) in text for stage in program.stages)
    assert "#6 = dot(#0 w00, #1 w01, #2 w02, #3 x0, #4 x1, #5 x2; 3)" in program.stages["canonical"].text
    assert "2 × dot: matrix product of w (2×3) @ x (3×1)" in str(program.stages[3])
    assert len(program.stages) == 6
    report = program.report()
    assert "2 of 2 weighted sums are rows of matrix products" in report
    assert "columns of X that nothing depends on: 3" in report
    assert "alone (nothing else on its level does the same to operands of these kinds)" in report


def test_the_report_says_what_was_not_lifted_and_why() -> None:
    x, w = [Value(0.0, f"x{j}") for j in range(8)], [Value(0.5, f"w{j}") for j in range(8)]
    own = [w[k] * x[k] + w[k + 1] * x[(3 * k + 1) % 8] for k in range(6)]
    far = [logsumexp([x[0], x[3], x[4]]), logsumexp([x[1], x[2], x[7]])]
    both = dot(x[:4], [tanh(v) for v in x[4:]])
    report = compile([far[0] * far[1] + both + batch_mean(own[0]) + own[1] * own[2] * own[3], *own], x).report()
    assert "0 of 7 weighted sums are rows of matrix products" in report
    assert "6 × dot of length 2, row by row (no matrix product: no two share what they weigh; operand 0" in report
    assert "row by row (no matrix product: both factors differ between examples" in report
    assert "2 × logsumexp over 3 operands (operand 0 gathered: its rows do not lie in order)" in report
    assert "1 × batch_mean, over the examples (once for the whole batch)" in report
