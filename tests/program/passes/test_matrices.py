"""Networks and formulas, compiled: numbers as recorded, over batches too, and matrix products where they belong."""

import builtins

import numpy as np
import pytest

from autograd import Value
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
