"""Each pass by itself: what goes in, what comes out, and that nothing that went in has changed."""

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, dot, logsumexp, relu, softmax, tanh
from autograd import sum as add_up
from autograd.program.blocks import ALONG, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE, Block
from autograd.program.fold import drop_dead, fold, merge_equal
from autograd.program.formula import Formula, call, factors, literal, name, product, written
from autograd.program.groups import group, levels_of
from autograd.program.ir import Graph
from autograd.program.lift import lift
from autograd.program.lines import Buffer, Line, Section
from autograd.program.names import Names, common_name, identifier
from autograd.program.numpy_xp import XP
from autograd.program.order import Layout, order_rows
from autograd.program.patterns import find_pattern
from autograd.program.reuse import share_buffers
from autograd.program.settle import settle
from autograd.program.split import split
from autograd.program.sums import collect_sums
from autograd.program.walk import read_graph

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
        (fold, [x0 * 1.0], []),
        (fold, [1.0 * x0 / 1.0 - 0.0], []),
        (fold, [x0**1.0 + 0.0], ["+(#0 x0, 0.0)"]),  # which turns -0.0 into 0.0
        (fold, [0.0 - x0], ["-(0.0, #1 x0)"]),
        (fold, [x0 * (Value(2.0, role="constant") * 3.0 + 1.0)], ["*(#0 x0, 7.0)"]),
        (fold, [relu(Value(-1.0, role="constant")) + x0], ["+(0.0, #2 x0)"]),
        (merge_equal, [tanh(x0) * tanh(x0)], ["tanh(#0 x0)", "*(#1, #1)"]),
        (merge_equal, [tanh(x0 * x1) + tanh(x0 * x1)], ["*(#0 x0, #1 x1)", "tanh(#2)", "+(#3, #3)"]),
        (merge_equal, [x0 * x1 + x1 * x0], ["*(#0 x0, #1 x1)", "*(#1 x1, #0 x0)", "+(#2, #3)"]),
        (merge_equal, [*softmax([x0, x1]), softmax([x0, x1])[0]],
         ["softmax(#0 x0, #1 x1; 0)", "softmax(#0 x0, #1 x1; 1)"]),
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
        (settle, [logsumexp([x0, tanh(x1), w0, 2.0])],
         ["tanh(#1 x1)", "copy(#0 x0)", "spread(#3 w0)", "spread(2.0)", "logsumexp(#6, #2, #7, #8)"]),
        (settle, [logsumexp([x0, x1])], ["logsumexp(#0 x0, #1 x1)"]),
        (settle, [add_up([x0, w0, x1])], ["+(#0 x0, #1 w0)", "+(#4, #2 x1)"]),
        (settle, [add_up([x0])], ["+(#0 x0, 0.0)"]),
        (settle, [x0, w0], ["copy(#0 x0)", "copy(#1 w0)"]),
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
    assert [found.describe() for found in group(graph)] == [
        "level 1: 2 × tanh of inputs, per example",
        "level 1: 1 × tanh of shared, shared by the batch",
        "level 2: 1 × + of rows, rows, per example",
        "level 2: 1 × * of shared, inputs, per example",
    ]


def test_different_exponents_are_different_groups() -> None:
    assert len(group(fold(graph_of(x0**2.0, x1**3.0, x2**2.0)))) == 2
    assert len(group(fold(graph_of(x0 * 2.0, x1 * 3.0)))) == 1


def blocks_of(*outputs: Value) -> tuple[Graph, list[Block]]:
    graph = settle(drop_dead(merge_equal(collect_sums(fold(graph_of(*outputs))))))
    return graph, lift(graph, group(graph))


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
    ([logsumexp(X[:3]), logsumexp(X[3:])], [(ALONG, (2,))]),
    ([*softmax(X[:3]), *softmax(X[3:])], [(FAMILY, (3, 2))]),
]  # fmt: skip


@pytest.mark.parametrize(("outputs", "expected"), LIFTED)
def test_lift(outputs: list[Value], expected: list[tuple[str, tuple[int, ...]]]) -> None:
    _, blocks = blocks_of(*outputs)
    assert [(block.form, block.nodes.shape) for block in blocks] == expected


def layout_of(*outputs: Value) -> Layout:
    graph, blocks = blocks_of(*outputs)
    return order_rows(graph, blocks)


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
    assert order_rows(graph, lift(graph, group(graph)), 2).parameters == [1, 0]


def test_patterns() -> None:
    def text(rows: Any, axes: str, **how: Any) -> str:
        found = find_pattern(np.array(rows), axes, **how)
        return f"{found.axes} {'list' if found.kind == 'list' else found.text('z', 12, ', examples')}"

    assert text(5, "") == " z[5]"
    assert text([5, 5], "n") == " z[5]"
    assert text([5, 5], "k", summed="k") == "k list"
    assert text([5], "k", summed="k") == "k z[5:6]"
    assert text(range(12), "n") == "n z"
    assert text(range(3, 6), "n") == "n z[3:6]"
    assert text([1, 4, 7], "n") == "n z[1:8:3]"
    assert text([4, 2, 0], "n") == "n z[4::-2]"
    assert text([0, 1, 3], "n") == "n list"
    assert text([[0, 1, 2], [3, 4, 5]], "kn") == "kn z[0:6].reshape(2, 3, examples)"
    assert text([[0, 2, 4], [1, 3, 5]], "kn") == "kn z[0:6].reshape(3, 2, examples).swapaxes(0, 1)"
    assert text([[0, 0], [1, 1]], "ln") == "l z[0:2]"
    assert text([[0, 1], [0, 1]], "ln") == "n z[0:2]"
    assert text([[0, 1], [5, 3]], "ln") == "ln list"
    assert find_pattern(np.array([0]), "k", "k").text("z", 0) == "z[None]"
    assert find_pattern(np.array(0), "").text("z", 0) == "z"


def test_an_array_is_reused_when_it_is_no_longer_read() -> None:
    a, b, c, d = [name(letter, "nb", letter) for letter in "abcd"]
    buffers = {letter: Buffer(letter, (3,), True) for letter in "abcd"}
    x = name("x", "nb")
    lines = [
        Line(a, call("np.exp", x)),
        Line(b, call("np.tanh", a)),  # in place: a is not read again
        Line(c, call("np.matmul", x, b)),  # not in place
        Line(d, call("np.add", c, b)),  # either would do, and the one last written is taken
    ]
    assert share_buffers(buffers, [Section("", lines)], {}) == {"a": "a", "b": "a", "c": "c", "d": "c"}
    kept = share_buffers(buffers, [Section("", lines[:2]), Section("", lines[2:])], {"a": 1, "b": 0})
    assert kept == {"a": "a", "b": "b", "c": "c", "d": "c"}
    buffers["b"] = Buffer("b", (4,), True)
    assert share_buffers(buffers, [Section("", lines)], {})["b"] == "b"


def test_one_operation_a_line() -> None:
    t, a, b = name("t", "nb", "t"), name("a", "nb", "a"), name("b", "nb", "b")
    (section,) = split([Section("", [Line(t, (a + b) * (a - b) + 1.0)])])
    assert [(str(line.target), str(line.formula)) for line in section.lines] == [
        ("t", "a + b"), ("t", "t * (a - b)"), ("t", "t + 1.0"),
    ]  # fmt: skip
    (section,) = split([Section("", [Line(t, (a + b) * t)])])
    assert [str(line.formula) for line in section.lines] == ["(a + b) * t"], "t is still to be read"
    (section,) = split([Section("", [Line(t, call("np.greater", a, b) * b)])])
    assert len(section.lines) == 1, "a truth value is no number yet"


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (lambda a, b: (a + b) * 2.0 - a / (b - 1.0), "(a + b) * 2.0 - a / (b - 1.0)"),
        (lambda a, b: a - (b - a), "a - (b - a)"),
        (lambda a, b: a / (b * a), "a / (b * a)"),
        (lambda a, b: -(a + b), "-(a + b)"),
        (lambda a, b: a * -b, "a * (-b)"),
        (lambda a, b: a * -2.0, "a * (-2.0)"),
        (lambda a, b: 0.0 + a * 1.0, "a"),
        (lambda a, b: XP.greater(a, b) * XP.greater(b, a), "(a > b) * (b > a)"),
        (lambda a, b: XP.greater(a, 0.0) - XP.greater(0.0, a), "(a > 0.0) * 1.0 - (0.0 > a) * 1.0"),
        (lambda a, b: XP.greater(a, 0.0) + XP.equal(a, 0.0), "(a > 0.0) * 1.0 + (a == 0.0) * 1.0"),
        (lambda a, b: XP.where(XP.equal(2.0, 2.0), a, b), "a"),
        (lambda a, b: XP.where(a, b, float("inf")), "np.where(a, b, np.inf)"),
        (lambda a, b: XP.power(a, 2.0), "np.square(a)"),
        (lambda a, b: XP.power(a, -1.0), "1.0 / a"),
        (lambda a, b: XP.power(a, 3.0), "np.square(a) * a"),
        (lambda a, b: a * XP.power(b, 0.0) * XP.power(2.0, 3.0), "a * 8.0"),
        (lambda a, b: XP.power(a, 0.3), "np.power(a, 0.3)"),
        (lambda a, b: XP.power(a, 0.5), "power(a, 0.5)"),
        (lambda a, b: XP.sigmoid(a), "sigmoid(a)"),
        (lambda a, b: XP.relu(a), "np.where(0.0 > a, 0.0, a)"),
        (lambda a, b: XP.exp(0.0) * a, "a"),
        (lambda a, b: product(a * 2.0, -(b * 0.5)), "-(a * b)"),
        (lambda a, b: product(name("seed") * 2.0, -a), "a * (seed * (-2.0))"),
    ],
)  # fmt: skip
def test_formulas(formula: Callable[[Formula, Formula], Formula], expected: str) -> None:
    a, b = name("a", "nb", "a"), name("b", "nb", "b")
    made = formula(a, b)
    assert str(made) == expected
    if "seed" not in expected:
        numbers = {"a": np.array([0.3, -1.0]), "b": np.array([1.7, 0.4])}
        known = {"np": np, "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "power": np.power, **numbers}
        with np.errstate(invalid="ignore"):
            assert np.shape(eval(expected, known)) == (2,)


def test_a_rule_that_branches_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a rule branched on a number: write the choice with xp\.where"):
        bool(name("x") + 1.0)


def test_literals() -> None:
    numbers = [0.1, -0.0, 1e300, 5e-324, float("inf"), -float("inf"), float("nan")]
    again = [eval(literal(x), {"np": np}) for x in numbers]
    assert repr(again) == repr(numbers)
    assert written(-3.0, 2) == "(-3.0)"
    assert [written(part) for part in factors(-(name("a") * 2.0))] == ["(-1.0)"[1:-1], "a", "2.0"]


def test_names() -> None:
    names = Names()
    assert [names.new(wanted) for wanted in ("z", "z", "z", "P", "None", "")] == [
        "z",
        "z_2",
        "z_3",
        "P_2",
        "None_2",
        "v",
    ]
    assert identifier("a" * 100) == "a" * 32
    assert common_name(["w0", "w1", "b"]) == ""
    assert common_name(["layers.0.neurons.0.w0", "layers.0.neurons.1.w1"]) == "layers_0_w"
    assert common_name(["α1", "α2"]) == ""
