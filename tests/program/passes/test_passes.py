"""Each pass by itself: what goes in, what comes out, and that nothing that went in has changed."""

import builtins
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, dot, logsumexp, relu, softmax, tanh
from autograd import sum as add_up
from autograd.program.passes.alike import legalize
from autograd.program.passes.blocks import (
    ELEMENTWISE,
    FAMILY,
    PRODUCT,
    REDUCTION,
    ROWWISE,
    Block,
    group_nodes,
    levels_of,
)
from autograd.program.passes.graph import Graph, read_graph
from autograd.program.passes.layout import Layout, assign_layout
from autograd.program.passes.matrices import lift
from autograd.program.passes.simplify import drop_dead, fold_constants, merge_equal, share_squares
from autograd.program.passes.sums import collect_sums

X = [Value(0.1 * i, f"x{i}") for i in range(6)]
W = [Value(0.2 * i, f"w{i}", role="parameter") for i in range(12)]


def graph_of(*outputs: Value) -> Graph:
    return read_graph(outputs, X).graph


def lines_of(graph: Graph) -> list[str]:
    """The operations, with names in place of numbers where there are some."""
    return [line.split(" = ", 1)[1] for line in graph.describe(100).split("\n") if line]


def frozen(graph: Graph) -> object:
    return (
        list(graph.ops), list(graph.operands), dict(graph.leaves), list(graph.order), graph.outputs,
        dict(graph.settings), dict(graph.labels), dict(graph.origins), dict(graph.literals),
    )  # fmt: skip


x0, x1, x2, w0, w1, w2 = *X[:3], *W[:3]


@pytest.mark.parametrize(
    ("run", "outputs", "expected"),
    [
        (fold_constants, [x0 * 1.0], []),
        (fold_constants, [1.0 * x0 / 1.0 - 0.0], []),
        (fold_constants, [x0**1.0 + 0.0], ["+(#0 x0, 0.0)"]),  # which turns -0.0 into 0.0
        (fold_constants, [0.0 - x0], ["-(0.0, #1 x0)"]),
        (fold_constants, [x0 * (Value(2.0, role="constant") * 3.0 + 1.0)], ["*(#0 x0, 7.0)"]),
        (fold_constants, [relu(Value(-1.0, role="constant")) + x0], ["+(0.0, #2 x0)"]),
        (merge_equal, [tanh(x0) * tanh(x0)], ["tanh(#0 x0)", "*(#1, #1)"]),
        (merge_equal, [tanh(x0 * x1) + tanh(x0 * x1)], ["*(#0 x0, #1 x1)", "tanh(#2)", "+(#3, #3)"]),
        (merge_equal, [x0 * x1 + x1 * x0], ["*(#0 x0, #1 x1)", "*(#1 x1, #0 x0)", "+(#2, #3)"]),
        (merge_equal, [*softmax([x0, x1]), softmax([x0, x1])[0]],
         ["softmax(#0 x0, #1 x1; 0)", "softmax(#0 x0, #1 x1; 1)"]),
        (share_squares, [x0**2 + x0**4], ["**(#0 x0, 2.0)", "**(#2, 2.0)", "+(#2, #4)"]),
        (share_squares, [x0**4 + x0**2], ["**(#0 x0, 2.0)", "**(#4, 2.0)", "+(#2, #4)"]),
        (share_squares, [x0**3 - x0**2], ["**(#0 x0, 2.0)", "*(#4, #0 x0)", "-(#2, #4)"]),
        (share_squares, [x0**4 - x0**3], ["**(#0 x0, 4.0)", "**(#0 x0, 3.0)", "-(#2, #4)"]),
        (share_squares, [x0**2 - x1**4], ["**(#0 x0, 2.0)", "**(#3 x1, 4.0)", "-(#2, #5)"]),
        (share_squares, [x0**2 - x0**w0 + x0**5],
         ["**(#0 x0, 2.0)", "**(#0 x0, #3 w0)", "-(#2, #4)", "**(#0 x0, 5.0)", "+(#5, #7)"]),
        (collect_sums, [w0 * x0 + w1 * x1], ["dot(#0 w0, #3 w1, #1 x0, #4 x1; 2)"]),
        (collect_sums, [x1 * w1 + (w2 + x0 * w0)], ["dot(#1 w1, #5 w0, #0 x1, #4 x0, #3 w2; 2)"]),
        (collect_sums, [w0 * x0 + x1], ["*(#0 w0, #1 x0)", "+(#2, #3 x1)"]),
        (collect_sums, [x0 * x1 + x1 * x2], ["*(#0 x0, #1 x1)", "*(#1 x1, #3 x2)", "+(#2, #4)"]),
        (collect_sums, [builtins.sum(a * b for a, b in zip(X[:4], X[2:], strict=True))],
         ["dot(#1 x0, #5 x1, #2 x2, #6 x3, #2 x2, #6 x3, #9 x4, #12 x5; 4)"]),
        (collect_sums, [add_up(W[:9])], ["sum(#0 w0, #1 w1, #2 w2, #3 w3, ..., #6 w6, #7 w7, #8 w8)"]),
        (collect_sums, [w0 + w1 + w2], ["+(#0 w0, #1 w1)", "+(#2, #3 w2)"]),
        (collect_sums, [dot([w0, w1], [tanh(x0), x1], w2)],
         ["tanh(#2 x0)", "*(#1 w1, #4 x1)", "+(#7, #5 w2)", "*(#0 w0, #3)", "+(#9, #8)"]),
        (collect_sums, [dot([w0, w1, w2], [x0, x1, 2.0])],
         ["*(#2 w2, 2.0)", "dot(#0 w0, #1 w1, #3 x0, #4 x1, #7; 2)"]),
        (legalize, [logsumexp([x0, tanh(x1), w0, 2.0])],
         ["tanh(#1 x1)", "copy(#0 x0)", "spread(#3 w0)", "spread(2.0)", "logsumexp(#6, #2, #7, #8)"]),
        (legalize, [logsumexp([x0, x1])], ["logsumexp(#0 x0, #1 x1)"]),
        (legalize, [add_up([x0, w0, x1])], ["+(#0 x0, #1 w0)", "+(#4, #2 x1)"]),
        (legalize, [add_up([x0])], ["+(#0 x0, 0.0)"]),
        (legalize, [x0, w0], ["copy(#0 x0)", "copy(#1 w0)"]),
        (collect_sums, [dot([], [], x0)], ["+(#0 x0, 0.0)"]),
        (collect_sums, [dot([], [], Value(0.0, role="constant"))], ["+(0.0, 0.0)"]),
    ],
)  # fmt: skip
def test_on_graphs(run: Callable[[Graph], Graph], outputs: list[Value], expected: list[str]) -> None:
    graph = graph_of(*outputs)
    before = frozen(graph)
    after = drop_dead(run(graph))
    assert lines_of(after) == expected
    assert frozen(graph) == before, "a pass leaves its argument alone"
    again = drop_dead(run(run(graph)))
    assert [again.ops[i] for i in again.order] == [after.ops[i] for i in after.order], "once is enough"


def test_a_sum_that_is_used_twice_stays() -> None:
    inner = w0 * x0 + w1 * x1
    assert (
        lines_of(collect_sums(graph_of(inner * inner + w2 * x2 + w0 * x1)))[0] == "dot(#0 w0, #3 w1, #1 x0, #4 x1; 2)"
    )


def test_a_product_that_is_used_twice_stays() -> None:
    shared = w0 * x0
    collected = lines_of(collect_sums(graph_of(shared + w1 * x1 + w2 * x2 + tanh(shared))))
    assert collected[0] == "*(#0 w0, #1 x0)"
    assert collected[-1].startswith("dot(#3 w1, #7 w2, #4 x1, #8 x2, #2, ")


def test_drop_dead() -> None:
    graph = graph_of(tanh(x0), relu(x1))
    assert lines_of(drop_dead(graph.with_order(graph.order, graph.outputs[1:]))) == ["relu(#2 x1)"]


def test_levels_and_groups() -> None:
    graph = graph_of(tanh(x0) + tanh(x1), tanh(w0) * x0)
    assert [levels_of(graph)[i] for i in graph.order] == [1, 1, 2, 1, 2]
    assert [found.describe() for found in group_nodes(graph)] == [
        "level 1: 2 × tanh of inputs, per example",
        "level 1: 1 × tanh of shared, shared by the batch",
        "level 2: 1 × + of rows, rows, per example",
        "level 2: 1 × * of shared, inputs, per example",
    ]


def test_different_exponents_are_different_groups() -> None:
    assert len(group_nodes(fold_constants(graph_of(x0**2.0, x1**3.0, x2**2.0)))) == 2
    assert len(group_nodes(fold_constants(graph_of(x0 * 2.0, x1 * 3.0)))) == 1


def blocks_of(*outputs: Value) -> tuple[Graph, list[Block]]:
    graph = legalize(drop_dead(merge_equal(collect_sums(fold_constants(graph_of(*outputs))))))
    return graph, lift(graph, group_nodes(graph))


def neuron(ws: list[Value], xs: list[Any]) -> Any:
    return builtins.sum(w * x for w, x in zip(ws, xs, strict=True))


hidden = [tanh(x) for x in X[:3]]
LIFTED: list[tuple[list[Any], list[tuple[str, tuple[int, ...]]]]] = [
    ([neuron(W[:3], X[:3]), neuron(W[3:6], X[:3])], [(PRODUCT, (2, 1))]),
    ([neuron(W[:3], X[:3]), neuron(W[3:6], X[2::-1])], [(PRODUCT, (2, 1))]),  # the other way round
    ([neuron(W[:3], X[:3]), neuron(W[3:6], X[3:])], [(PRODUCT, (1, 1)), (PRODUCT, (1, 1))]),
    ([neuron(W[:2], X[k : k + 2]) for k in range(4)], [(PRODUCT, (1, 4))]),  # a convolution
    ([neuron(ws, xs) for ws in (W[:2], W[2:4]) for xs in (X[:2], X[2:4], X[4:])], [(PRODUCT, (2, 3))]),
    ([neuron(W[k : k + 2], X[k % 5 : k % 5 + 2]) for k in range(10)], [(PRODUCT, (2, 1))] * 5),
    ([neuron(W[k : k + 2], [X[k], X[(k + 1) % 6]]) for k in range(6)], [(ROWWISE, (6,))]),
    ([neuron(W[:4], [W[4], W[5], W[6], W[7]])], [(ROWWISE, (1,))]),
    ([dot(X[:4], [*X[2:]])], [(ROWWISE, (1,))]),
    ([tanh(x) for x in X], [(ELEMENTWISE, (6,))]),
    ([logsumexp(X[:3]), logsumexp(X[3:])], [(REDUCTION, (2,))]),
    ([*softmax(X[:3]), *softmax(X[3:])], [(FAMILY, (3, 2))]),
]  # fmt: skip


@pytest.mark.parametrize(("outputs", "expected"), LIFTED)
def test_lift(outputs: list[Value], expected: list[tuple[str, tuple[int, ...]]]) -> None:
    _, blocks = blocks_of(*outputs)
    assert [(block.form, block.nodes.shape) for block in blocks] == expected


def layout_of(*outputs: Value) -> Layout:
    graph, blocks = blocks_of(*outputs)
    return assign_layout(graph, blocks)


def test_weights_lie_row_by_row_as_their_products_want_them() -> None:
    # Recorded neuron by neuron with the bias last, and with a sum over all parameters in front.
    neurons = [neuron(W[3 * k : 3 * k + 2], X[:2]) + W[3 * k + 2] for k in range(4)]
    layout = layout_of(add_up([w * w for w in W]) + add_up([tanh(z) for z in neurons]))
    read = read_graph([add_up([w * w for w in W]) + add_up([tanh(z) for z in neurons])], X)
    labels = [read.parameters[p].label for p in layout.parameters]
    assert labels == [f"w{i}" for i in (0, 1, 3, 4, 6, 7, 9, 10, 2, 5, 8, 11)]


def test_rows_that_are_read_together_share_an_array() -> None:
    layout = layout_of(logsumexp([*[tanh(x) for x in X[:2]], *[relu(x) for x in X[:3]]]))
    assert layout.sizes == [5, 1]
    layout = layout_of(tanh(x0) + relu(x1))
    assert layout.sizes == [1, 1, 1]


def test_extra_parameters_come_last() -> None:
    read = read_graph([w1 * x0], X, parameters=[w0, w1])
    graph = drop_dead(read.graph)
    assert assign_layout(graph, lift(graph, group_nodes(graph)), 2).parameters == [1, 0]
