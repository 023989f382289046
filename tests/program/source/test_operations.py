"""Every row of the table as a program, fast and careful, against the engine, at kinks, ties, nan and inf too."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from autograd import Value, operation
from autograd.engine import ops
from autograd.engine.applying import apply as apply_row
from autograd.engine.operation import Op
from autograd.program import Program, compile
from autograd.program.machine import CarefulMachine, Machine
from tests.engine.oracle import built_in_rows
from tests.program.comparing import check_same

INF, NAN = math.inf, math.nan
GRIDS = {
    1: [
        0.0,
        0.5,
        1.0,
        -1.0,
        -0.5,
        2.0,
        -3.0,
        0.1,
        1e-9,
        -1e-9,
        6.0,
        -6.0,
        30.0,
        -30.0,
        700.0,
        -700.0,
        1e300,
        INF,
        -INF,
        NAN,
    ],
    2: [0.0, 1.0, -1.0, 0.5, 2.0, -2.5, 3.0, 25.0, INF, -INF, NAN],
    3: [0.0, 1.0, -1.0, 2.5, INF, NAN],
    5: [0.0, 1.0, -2.0, INF],
}
# The order of a polygamma is a whole number from 0 on; NumPy, too, has these alone.
ORDERS = [0.0, 1.0, 2.0, 3.0]
SETTINGS = {
    "softmax": [(0.0,), (2.0,)],
    "log_softmax": [(0.0,), (2.0,)],
    "var": [(0.0,), (1.0,)],
    "std": [(0.0,), (1.0,)],
}
TOLERANCE = {"**": 4e-13, "lgamma": 1e-12}  # of one operation; elsewhere two libraries differ in the last digits alone


def points(name: str) -> list[tuple[float, ...]]:
    if name == "polygamma":
        return list(itertools.product(ORDERS, GRIDS[1]))
    arity = ops.TABLE[name].arity
    count = arity if arity > 0 else 5 if name == "dot" else 3
    return list(itertools.product(GRIDS[count], repeat=count))


def apply(op: Op, operands: Any, settings: Any = ()) -> Any:
    """A node of that operation."""
    return apply_row(op, operands, settings)


CASES = [(name, settings) for name in built_in_rows() for settings in SETTINGS.get(name, [()])]


def program_for(name: str, settings: tuple[float, ...]) -> tuple[Program, list[tuple[float, ...]]]:
    tried = points(name)
    inputs = [Value(x, f"x{i}") for i, x in enumerate(tried[0])]
    return compile(2.0 * apply(ops.TABLE[name], inputs, settings), inputs), tried


def engine(name: str, settings: tuple[float, ...], point: tuple[float, ...]) -> tuple[float, list[float]]:
    inputs = [Value(x) for x in point]
    y = 2.0 * apply(ops.TABLE[name], inputs, settings)
    if isinstance(y, Value) and y.requires_grad:
        y.backward()
    return y.data, [x.grad for x in inputs]


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_over_inputs(name: str, settings: tuple[float, ...]) -> None:
    program, tried = program_for(name, settings)
    values, gradients = zip(*[engine(name, settings, point) for point in tried], strict=True)
    check_same(program(np.array(tried)), values, TOLERANCE.get(name, 1e-14))
    for part, (value, gradient) in zip(tried, zip(values, gradients, strict=True), strict=True):
        got, _, by_inputs = program.value_and_grad(np.array([part]), inputs=True)
        check_same(got, value, TOLERANCE.get(name, 1e-14), context=part)
        check_same(by_inputs[0], gradient, TOLERANCE.get(name, 1e-13), context=part)


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_careful_code_by_itself(name: str, settings: tuple[float, ...]) -> None:
    program, tried = program_for(name, settings)
    machine = CarefulMachine(program._code, program.dtype)
    X = np.array(tried)
    by_inputs = np.empty(X.shape)
    with np.errstate(all="ignore"):
        machine._all_gradients(X, 1.0, by_inputs)
    check_same(by_inputs, [engine(name, settings, point)[1] for point in tried], TOLERANCE.get(name, 1e-13))


FINITE = [case for case in CASES if case[0] != "polygamma"]  # whose slope by the order is always nan


@pytest.mark.parametrize(("name", "settings"), FINITE, ids=str)
def test_fast_code_where_all_is_finite(name: str, settings: tuple[float, ...]) -> None:
    program, tried = program_for(name, settings)
    expected = {point: engine(name, settings, point) for point in tried}
    finite = [p for p, (value, gradient) in expected.items() if np.isfinite([value, *gradient]).all()]
    machine = Machine(program._code, program.dtype)
    by_inputs = np.empty((len(finite), len(finite[0])))
    with np.errstate(all="ignore"):
        machine._all_gradients(np.array(finite), 1.0, by_inputs)
    wanted = np.array([expected[point][1] for point in finite])
    known = np.isfinite(by_inputs)  # where the fast code gives nan, the careful one is asked
    check_same(by_inputs[known], wanted[known], TOLERANCE.get(name, 1e-13))


@pytest.mark.parametrize(("name", "settings"), CASES, ids=str)
def test_over_parameters(name: str, settings: tuple[float, ...]) -> None:
    """The same code once for the whole batch, on numbers that are read from the Values."""
    tried = points(name)[:: max(1, len(points(name)) // 40)]
    weights = [Value(x, f"w{i}", role="parameter") for i, x in enumerate(tried[0])]
    program = compile(2.0 * apply(ops.TABLE[name], weights, settings))
    for point in tried:
        for w, x in zip(weights, point, strict=True):
            w.data = x
        value, gradients = program.value_and_grad()
        by_weight = dict(zip(program.parameters, gradients, strict=True))
        wanted_value, wanted = engine(name, settings, point)
        check_same(value, wanted_value, TOLERANCE.get(name, 1e-14), context=point)
        check_same([by_weight[w] for w in weights], wanted, TOLERANCE.get(name, 1e-13), context=point)


@pytest.mark.parametrize(("name", "settings"), FINITE, ids=str)
def test_one_operand_that_the_batch_shares(name: str, settings: tuple[float, ...]) -> None:
    """Its gradient is a sum over the examples; twice each, for that of two truths is no truth."""
    tried = points(name)
    for j in range(len(tried[0])):
        operands = [Value(x, f"x{i}") for i, x in enumerate(tried[0])]
        program = compile(2.0 * apply(ops.TABLE[name], operands, settings), operands[:j] + operands[j + 1 :])
        for number in sorted({point[j] for point in tried if math.isfinite(point[j])}):
            found = {p: engine(name, settings, p) for p in tried if p[j] == number}
            finite = [p for p, (value, slopes) in found.items() if np.isfinite([value, *slopes]).all()]
            if not (finite and program.parameters):
                continue
            operands[j].data = number
            rows = np.array([p[:j] + p[j + 1 :] for p in finite] * 2)
            value, (slope,), by_inputs = program.value_and_grad(rows, reduction="sum", inputs=True)
            slopes = [found[p][1] for p in finite] * 2
            sizes = [math.fsum(abs(found[p][0]) for p in finite), math.fsum(abs(row[j]) for row in slopes)]
            np.testing.assert_allclose(value, 2.0 * math.fsum(found[p][0] for p in finite), 0.0, 1e-12 * sizes[0])
            np.testing.assert_allclose(slope, math.fsum(row[j] for row in slopes), 0.0, 1e-12 * sizes[1])
            check_same(by_inputs, [row[:j] + row[j + 1 :] for row in slopes], TOLERANCE.get(name, 1e-13))


@pytest.mark.parametrize(("name", "settings"), FINITE, ids=str)
def test_rules_of_truths_alone(name: str, settings: tuple[float, ...]) -> None:
    """NumPy has booleans for them, whose sum is a disjunction, and whose exponential has three digits."""
    row = ops.TABLE[name]
    count = len(points(name)[0])

    def of_truths(xp: Any, x: Any) -> Any:
        return row.value(xp, [xp.greater(x, float(k)) for k in range(count)], settings)

    mixed = operation(lambda xp, y, x: of_truths(xp, x), name="of_truths")(of_truths)
    x = Value(0.0)
    rows = [0.5, 1.5, 2.5, -0.5] * 3
    program = compile(mixed(x), [x])
    expected = [mixed(v) for v in rows]
    check_same(program(np.array(rows)[:, None]), expected, 1e-14)
    got = program.value_and_grad(np.array(rows)[:, None], reduction="none", inputs=True)
    check_same(got[2][:, 0], expected, 1e-14)


def test_a_zero_factor_stops_infinity() -> None:
    x = Value(0.0, "x")
    y = apply(ops.TABLE["where"], [apply(ops.TABLE["greater"], [x, 0.0]), x.log(), x * 3.0])
    program = compile(y, [x])
    value, _, by_inputs = program.value_and_grad([[0.0], [-1.0], [2.0]], reduction="sum", inputs=True)
    assert by_inputs.tolist() == [[3.0], [3.0], [0.5]]
    assert value == pytest.approx(-3.0 + math.log(2.0), rel=1e-14)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_zero_factor_stops_infinity_in_a_matrix_product(at: int) -> None:
    weights = [[Value(1.0, role="parameter") for _ in range(3)] for _ in range(2)]
    x = [Value(0.0) for _ in range(3)]
    row = [1.0, 2.0, 3.0]
    row[at] = INF

    def record(x: list[Value]) -> Value:
        z = [sum([w * v for w, v in zip(ws, x, strict=True)], Value(0.0, role="constant")) for ws in weights]
        y: Value = z[0].tanh() + z[1].sigmoid() * 0.0
        return y

    program = compile(record(x), x)
    assert "np.matmul" in program.source
    value, gradients, by_inputs = program.value_and_grad(row, inputs=True)
    inputs = [Value(v) for v in row]
    y = record(inputs)
    y.backward()
    check_same(value, y.data)
    check_same(gradients, [p.grad for p in program.parameters])
    check_same(by_inputs, [v.grad for v in inputs])


@pytest.mark.parametrize("number", [-3.0, -1e-200, -0.0, 0.0, 2.5, 1e77, 1e155, math.inf, -math.inf, math.nan])
def test_powers_that_share_a_square(number: float) -> None:
    """Values bit by bit as without sharing; slopes as the engine has them."""
    x = Value(number)
    for power in (3.0, 4.0):
        alone, shared = compile(x**power, [x]), compile([x**power, x**2], [x])
        value, _, (slope,) = shared.value_and_grad([number], inputs=True)
        check_same(value, alone([number]), 0.0)
        x.grad = 0.0
        (x**power).backward()
        check_same(slope, x.grad, 1e-14)
