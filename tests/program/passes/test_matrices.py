"""Networks and formulas, compiled: numbers as recorded, over batches too, and matrix products where they belong."""

import builtins
from collections.abc import Sequence

import numpy as np
import pytest

from autograd import Value, dot, tanh
from autograd.program import compile
from autograd.program.program import Reduction
from tests.program.comparing import check_same, compiled, compiled_results, leaves, recorded_results
from tests.program.nets import NETS, Net, count, forward, hinge, layers_of


def products(source: str) -> int:
    """How many matrix products the forward function has."""
    return source.split("def backward")[0].count("np.matmul(")


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_as_recorded(net: Net) -> None:
    rows, weights = net.rows(4), net.weights()
    expected = recorded_results(net.record, rows, weights)
    program, order = compiled(net.record, rows, weights)
    for got, wanted in zip(compiled_results(program, order, rows), expected, strict=True):
        check_same(got, wanted, 1e-12, context=program.source)


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_over_a_batch(net: Net, reduction: Reduction) -> None:
    rows, weights = net.rows(7), net.weights()
    expected = recorded_results(net.record, rows, weights)
    program, order = compiled(net.record, rows, weights)
    value, gradients, by_inputs = program.value_and_grad(rows, reduction=reduction, inputs=True)
    over = 7 if reduction == "mean" else 1
    check_same(value, expected.values.sum() / over, 1e-12)
    check_same(gradients, expected.by_parameters.sum(axis=0)[order] / over, 1e-11)
    check_same(by_inputs, expected.by_inputs / over, 1e-12)
    check_same(program.value_and_grad(rows, reduction=reduction)[1], gradients, 1e-15)


@pytest.mark.parametrize("net", NETS.values(), ids=NETS)
def test_careful_code(net: Net) -> None:
    rows, weights = net.rows(3), net.weights()
    expected = recorded_results(net.record, rows, weights)
    program, order = compiled(net.record, rows, weights)
    machine = program._loaded().arrays
    by_inputs = np.empty((3, net.inputs))
    with np.errstate(all="ignore"):
        machine._careful_gradients(np.array(rows), 1.0, by_inputs)
    check_same(machine.gradient, expected.by_parameters.sum(axis=0)[order], 1e-11, context=program.careful_source)
    check_same(by_inputs, expected.by_inputs, 1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("micrograd's moons", 3),
        ("sums the other way round", 3),
        ("one node a neuron", 2),
        ("cross-entropy of logsumexp", 2),
        ("cross-entropy by hand", 2),
        ("tied weights", 2),
        ("residual sums", 2),
        ("convolution", 1),
    ],
)
def test_lifted_to_matrix_products(name: str, expected: int) -> None:
    net = NETS[name]
    program, _ = compiled(net.record, net.rows(1), net.weights())
    assert products(program.source) == expected
    if name != "convolution":  # whose windows overlap
        assert "np.take" not in program.source, "operands are slices, not gathers"


def test_tied_weights_are_a_transpose() -> None:
    program, _ = compiled(NETS["tied weights"].record, [[0.5] * 4], NETS["tied weights"].weights())
    assert ".reshape(3, 4).swapaxes(0, 1)" in program.source


def test_a_written_out_batch_becomes_matrix_products() -> None:
    """micrograd's loop over the examples, all in one graph: each layer is one product of weights and examples."""
    sizes, examples = [2, 4, 4, 1], 6
    net = Net(2 * examples, count(sizes), lambda x, w: Value(0.0))
    data = net.rows(1)[0]

    def record(x: list[Value], w: list[Value]) -> Value:
        layers = layers_of(sizes, w)
        points = [[Value(v, requires_grad=False) for v in data[2 * k : 2 * k + 2]] for k in range(examples)]
        sides = [Value(1.0 if k % 2 else -1.0, requires_grad=False) for k in range(examples)]
        losses = [hinge(forward(layers, point), [side]) for point, side in zip(points, sides, strict=True)]
        mean: Value = builtins.sum(losses) * (1.0 / examples)
        return mean

    expected = recorded_results(record, [[]], net.weights())  # type: ignore[arg-type]
    _, weights = leaves([[]], net.weights())
    program = compile(record([], weights))
    order = [weights.index(p) for p in program.parameters]
    value, gradients = program.value_and_grad()
    check_same(value, expected.values[0])
    check_same(gradients, expected.by_parameters[0][order])
    assert products(program.source) == 3
    assert "4×2 with 2×6" in program.report()


def pairs_of(left: int, right: int, k: int, biased: bool, of: str) -> Net:
    """Every list of one kind with every list of another, in a grid: matrix products of each example."""

    def record(x: Sequence[Value], w: Sequence[Value]) -> Value:
        scaled = [tanh(a * w[i % len(w)]) for i, a in enumerate(x)]  # differs between examples, and is computed
        rows = [scaled[i * k : (i + 1) * k] for i in range(left)]
        start = {"others": left * k, "the same": 0}.get(of, left * k)
        columns = [(list(x) if of == "inputs" else scaled)[start + j * k : start + (j + 1) * k] for j in range(right)]
        if of == "turned":  # the lists are columns of what lies there row by row
            columns = [scaled[start + j : start + right * k : right] for j in range(right)]
        total: Value = builtins.sum(
            dot(a, b, w[0] * scaled[i] if biased else None).sin() * (1.0 + i + 2 * j)
            for i, a in enumerate(rows)
            for j, b in enumerate(columns)
        )
        return total

    return Net((left + right) * k, 3, record)


@pytest.mark.parametrize(("left", "right", "k"), [(2, 2, 2), (3, 4, 5), (5, 2, 3), (2, 9, 2), (6, 6, 1)])
@pytest.mark.parametrize("biased", [False, True], ids=["", "biased"])
@pytest.mark.parametrize("of", ["others", "inputs", "turned", "the same"])
def test_pairs_are_matrix_products_of_each_example(left: int, right: int, k: int, biased: bool, of: str) -> None:
    net = pairs_of(left, min(left, right) if of == "the same" else right, k, biased, of)
    rows, weights = net.rows(4), net.weights()
    expected = recorded_results(net.record, rows, weights)
    program, order = compiled(net.record, rows, weights)
    for got, wanted in zip(compiled_results(program, order, rows), expected, strict=True):
        check_same(got, wanted, 1e-12, context=program.source)
    value, gradients, by_inputs = program.value_and_grad(rows, reduction="sum", inputs=True)
    check_same(value, expected.values.sum(), 1e-12)
    check_same(gradients, expected.by_parameters.sum(axis=0)[order], 1e-11)
    check_same(by_inputs, expected.by_inputs, 1e-12)
    if k > 1 and of != "the same":
        line = f"{left * right} × dot, matrix product of {left}×{k} with {k}×{right}, both of each example"
        assert line in [text.partition(": ")[2] for text in program.report().splitlines()], "and nothing is gathered"


def test_queries_and_keys_of_attention() -> None:
    program, _ = compiled(NETS["self-attention"].record, [[0.5] * 12], NETS["self-attention"].weights())
    assert program.report().count("both of each example") == 2, "queries with keys, weights with values"
    assert "np.take" not in program.source


def test_pairs_in_many_small_grids_stay_rows() -> None:
    def record(x: Sequence[Value], w: Sequence[Value]) -> Value:
        scaled = [tanh(a * w[0]) for a in x]
        heads = [[scaled[h * 8 + i * 2 : h * 8 + i * 2 + 2] for i in range(4)] for h in range(8)]
        total: Value = builtins.sum(dot(a, b) ** 2 for q1, q2, k1, k2 in heads for a in (q1, q2) for b in (k1, k2))
        return total

    net = Net(64, 1, record)
    program, order = compiled(record, net.rows(3), net.weights())
    assert "both of each example" not in program.report(), "eight calls of NumPy would take longer than two gathers"
    for got, wanted in zip(
        compiled_results(program, order, net.rows(3)), recorded_results(record, net.rows(3), net.weights()), strict=True
    ):
        check_same(got, wanted, 1e-12)


def test_large_batches_run_in_chunks() -> None:
    net = NETS["micrograd's moons"]
    program, _ = compiled(net.record, net.rows(1), net.weights())
    rows = np.array(net.rows(2500))
    whole = program.value_and_grad(rows, inputs=True)
    machine = program._loaded().arrays
    assert machine.chunk < 100_000
    machine.chunk = 700
    value, gradients, by_inputs = program.value_and_grad(rows, inputs=True)
    check_same(value, whole[0], 1e-13)
    check_same(gradients, whole[1], 1e-11)
    check_same(by_inputs, whole[2], 1e-13)
    check_same(program(rows), np.concatenate([program(rows[:1000]), program(rows[1000:])]), 1e-13)
