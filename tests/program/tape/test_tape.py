"""Replayed graphs: the numbers of recorded ones, bit for bit for single examples, at any numbers; and batches."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.engine import ops
from autograd.engine.tape.replay import Replay
from autograd.engine.tape.tape import KINDS, Tape
from autograd.program import compile, stops
from autograd.program.passes.graph import read_graph
from autograd.program.taping import TapeMachine, tape_for
from tests.engine.graphs import Graph, evaluate, graphs
from tests.engine.test_random_graphs import ARITIES as OF_TORCH
from tests.engine.test_random_graphs import ENGINE, smooth_graphs

pytestmark = pytest.mark.skipif(not autograd.compiled, reason="plain Python replays nothing: arrays run every program")

ARITIES = {name: n for name, n in OF_TORCH.items() if name != "polygamma"}
NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, math.inf, -math.inf, math.nan]),
    st.floats(-10.0, 10.0),
    st.floats(),
)
# A recorded softmax of several passes back along two edges, one in a tape along all of its n: the same to last digits,
# not to the last bit. Its value has the same bits.
WIDE = {"softmax", "log_softmax"}
any_graphs = graphs(ENGINE, {name: n for name, n in ARITIES.items() if name not in WIDE}, NUMBERS)
four = st.lists(NUMBERS, min_size=4, max_size=4)


def bits(numbers: Sequence[float]) -> list[str]:
    """All that is in a number; two nan are the same."""
    return [float(x).hex() for x in numbers]


def recorded(graph: Graph, leaves: Sequence[float]) -> list[float]:
    """The value and the gradients at these numbers, by recording."""
    values = [Value(x) for x in leaves]
    y = evaluate(graph, values, ENGINE)[-1]
    if y.requires_grad:
        y.backward()
    return [y.data, *(v.grad for v in values)]


def machine_for(graph: Graph) -> TapeMachine:
    """A tape of the graph as it is recorded at its own numbers; all leaves are inputs."""
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, ENGINE)[-1]
    return TapeMachine(tape_for(read_graph([y], leaves).graph, len(leaves), [], []), len(leaves), 0)


@given(any_graphs, four)
def test_one_example_has_the_bits_of_recording(graph: Graph, others: list[float]) -> None:
    machine = machine_for(graph)
    others = others[: len(graph.leaves)]
    for leaves in (others, list(graph.leaves), others):  # nothing stays from the numbers before
        assert machine.replay.load(leaves)
        value = machine.replay.gradient(1.0, True)
        assert bits([value, *machine.by_inputs]) == bits(recorded(graph, leaves)), f"\n{graph}\nat {leaves}"
        assert bits([machine.replay.value()]) == bits([value])


@given(any_graphs, st.lists(four, min_size=1, max_size=12))
def test_each_example_of_a_batch_has_the_bits_of_recording(graph: Graph, rows: list[list[float]]) -> None:
    machine = machine_for(graph)
    # More than one block: the rows again and again, from another one on in each.
    X = np.array([row[: len(graph.leaves)] for row in rows + rows[::-1]] * 25)
    into = np.empty(X.shape)
    machine.gradients(X, 1.0, into)
    values = machine.values(X)
    for k in range(len(rows)):
        expected = bits(recorded(graph, X[k].tolist()))
        for at in (k, 2 * len(rows) * 24 + k):
            assert bits([values[at], *into[at]]) == expected, f"\n{graph}\nat {X[k]}"


@given(smooth_graphs)
def test_gradients_by_parameters_add_up_over_examples(graph: Graph) -> None:
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, ENGINE)[-1]
    half = len(leaves) // 2
    program = compile(y, leaves[:half], parameters=leaves[half:])
    X = np.array([[x * (1.0 + 0.125 * k) for x in graph.leaves[:half]] for k in range(3)]).reshape(3, half)
    expected = np.array([recorded(graph, [*row, *graph.leaves[half:]]) for row in X.tolist()])
    with np.errstate(all="ignore"):
        total, by_parameters = expected[:, 0].sum(), expected[:, 1 + half :].sum(axis=0)
    value, gradients = program.value_and_grad(X, reduction="sum")
    order = [leaves[half:].index(p) for p in program.parameters]
    np.testing.assert_allclose([value, *gradients], [total, *by_parameters[order]], rtol=1e-9, atol=1e-9)


def test_every_kind_of_step_is_met_by_the_random_graphs() -> None:
    assert set(KINDS) - {"stops"} <= set(ARITIES)  # which functions that are traced record, see test_jacobians
    assert set(ARITIES) - set(KINDS), "and rules of the table"


def test_literal_exponents_for_one_example_and_for_many() -> None:
    x = Value(1.7)
    y = x**2 + x**3 + 3.0**x + x**-1.0 + x**0.5
    y.backward()
    program = compile(y, [x])
    value, _, by_inputs = program.value_and_grad([1.7], inputs=True)
    assert (value, by_inputs.tolist()) == (y.data, [x.grad])
    _, _, by_inputs = program.value_and_grad(np.full((40, 1), 1.7), inputs=True)
    np.testing.assert_allclose(by_inputs, x.grad / 40, rtol=1e-15)


def test_slopes_of_deep_graphs_do_not_recurse() -> None:
    x = Value(0.5)
    y = x
    for _ in range(5_000):
        y = y + 1e-5 * y.sin()
    y.backward()
    program = compile(y, [x])
    assert program.jacobian([0.5]) == pytest.approx(x.grad)
    assert math.isfinite(program.hessian([0.5])[0, 0])


SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e-300, 2.0]


@pytest.mark.parametrize("adjoint", SPECIAL)
@pytest.mark.parametrize("slope", SPECIAL)
def test_the_tape_asks_what_stops_as_the_table_does(adjoint: float, slope: float) -> None:
    a, b = Value(1.0), Value(1.0)
    program = compile(stops(a, b), [a, b])
    assert program([adjoint, slope]) == stops(adjoint, slope)
    assert program.jacobian([adjoint, slope]).tolist() == [0.0, 0.0]


STEP = (ops.TABLE["+"], [0, 1], ())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, 1, [], [(ops.TABLE["+"], [0, 5], ())], [True] * 3, [2]), r"step 0, \+, reads rows \[0, 5\]: there are 2"),
        ((1, 1, [], [(ops.TABLE["+"], [0, -1], ())], [True] * 3, [2]), r"step 0, \+, reads rows \[0, -1\]"),
        ((1, 1, [], [(ops.TABLE["+"], [0], ())], [True] * 3, [2]), r"step 0, \+, reads rows \[0\]"),
        ((1, 1, [], [STEP], [True] * 3, [3]), r"outputs \[3\]: there are 3 rows"),
        ((1, 1, [], [STEP], [True] * 3, []), "at least one output"),
        ((1, 1, [], [STEP], [True] * 2, [2]), "a flow for each leaf and step"),
        ((1, 1, [], [STEP], [True] * 3, [2], 5), "5 literals among 0 numbers"),
    ],
)
def test_tapes_that_make_no_sense(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Tape(*arguments)


def test_replays_check_what_they_get() -> None:
    replay = Replay(Tape(1, 1, [], [STEP], [True] * 3, [2]))
    assert not replay.load([1.0, 2.0]) and not replay.load(["a"]) and not replay.load(None)
    with pytest.raises(ValueError, match=r"X is \(2, 3\) and the results \(2, 1\): there are 1 inputs"):
        replay.values(np.ones((2, 3)), np.empty((2, 1)))
    with pytest.raises(ValueError, match=r"X is \(2, 1\) and the results \(1, 1\)"):
        replay.gradients(np.ones((2, 1)), 1.0, False, np.empty((0, 0)), np.empty((1, 1)))
    with pytest.raises(TypeError, match="has no tape: make it as Replay"):
        Replay.__new__(Replay).value()
    with pytest.raises(TypeError, match="takes a Tape, once, got None"):
        Replay(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="takes a Tape that has its steps"):
        Replay(Tape.__new__(Tape))
