"""Numbers that do not follow from their inputs any more: found exactly, said in text and HTML, and never in vain."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value, dot, explain, grad, logsumexp, mean, operation, std, topological_order, trace_table
from autograd.engine.ops import TABLE
from autograd.graph.snapshot import snapshot
from autograd.graph.stale import stale
from tests.engine.graphs import Functions, Graph, evaluate, graphs
from tests.engine.oracle import TWINS

OURS: Functions = {twin.name: twin.ours for twin in TWINS}
ARITIES = {name: op.arity for name, op in TABLE.items() if name in OURS and name != "polygamma"} | {"dot": 5}
random_graphs = graphs(OURS, ARITIES, st.sampled_from([-2.0, -1.0, 0.0, 0.5, 3.0, 1e9, 1e-9]))
NOTE = "not follow from"


def example() -> tuple[Value, Value, Value, Value]:
    """x = 2, z = 3x, y = z + 1, and w, on which nothing depends."""
    x = Value(2.0, label="x")
    z = x * 3.0
    z.label = "z"
    y = z + 1.0
    y.label = "y"
    return x, z, y, Value(1.0, label="w")


def set_data(v: Value, x: float) -> None:
    v.data = x


CHANGES: dict[str, tuple[Callable[[Value, Value, Value], None], list[str]]] = {
    "nothing": (lambda x, z, y: None, []),
    "the same number": (lambda x, z, y: set_data(x, 2.0), []),
    "an input": (lambda x, z, y: set_data(x, 5.0), ["z"]),
    "the last digit": (lambda x, z, y: set_data(x, 2.0 + 1e-9), ["z"]),
    "nan": (lambda x, z, y: set_data(x, float("nan")), ["z"]),
    "a result": (lambda x, z, y: set_data(z, 5.0), ["z", "y"]),
    "the output": (lambda x, z, y: set_data(y, 5.0), ["y"]),
    "a gradient": (lambda x, z, y: setattr(x, "grad", 5.0), []),
    "backward": (lambda x, z, y: y.backward(), []),
}


@pytest.mark.parametrize(("change", "names"), CHANGES.values(), ids=CHANGES)
def test_table_and_explanation_say_what_does_not_follow(
    change: Callable[[Value, Value, Value], None], names: list[str]
) -> None:
    x, z, y, _ = example()
    change(x, z, y)
    picture = snapshot(y)
    assert [picture.nodes[i].name for i in stale(picture)] == names
    said = f"{' and '.join(names)} {'do' if len(names) > 1 else 'does'} not follow from"
    shown: list[Any] = [trace_table(y), explain(y, x), explain(y, "x"), explain(y, x, "all").factors[0].open()]
    for one in shown:
        assert [note for note in one.notes if NOTE in note] == [note for note in one.notes[:1] if names]
        for text in (str(one), one.html):
            assert (said in text) == (NOTE in text) == bool(names)


def test_it_is_said_where_there_is_no_path_and_of_the_output_itself() -> None:
    x, _, y, w = example()
    computed = w * w  # stands alone in the picture, without its operands
    for wrt in (w, computed, y):
        assert NOTE not in str(explain(y, wrt))
    set_data(x, 5.0)
    for wrt in (w, computed, y):
        first, *others = explain(y, wrt).notes
        assert first.startswith("z does not follow from its inputs") and others


def test_a_label_in_the_note_is_escaped() -> None:
    x, z, y, _ = example()
    z.label = "<b>"
    set_data(x, 5.0)
    for html in (trace_table(y).html, explain(y, x).html):
        assert "<b>" not in html and "“&lt;b&gt;” does not follow" in html


def test_a_long_table_looks_at_the_rows_that_it_shows() -> None:
    x = y = Value(1.0, label="x")
    for _ in range(50):
        y = y.sin()
    middle = Value(1.0)
    y = y + middle
    for _ in range(50):
        y = y.sin()
    set_data(middle, 2.0)
    assert trace_table(y, max_rows=10).notes == ()
    assert "v52 does not follow" in str(trace_table(y, max_rows=1000)) and "v52 does not follow" in str(explain(y, x))


def test_many_are_counted() -> None:
    w = Value(1.0, label="w")
    y = mean([w * float(k) for k in range(2, 1300)])
    set_data(w, 2.0)
    assert "v2, v4, v6 and 1,295 more do not follow from their inputs" in str(explain(y, w))


def test_a_rule_that_changed_or_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = operation(lambda xp, y, x: 2.0, name="twice_for_stale")(lambda xp, x: 2.0 * x)
    x = Value(2.0, label="x")
    y = twice(x)
    assert NOTE not in str(explain(y, x))
    monkeypatch.setitem(TABLE, "twice_for_stale", TABLE["sin"])
    assert NOTE in str(trace_table(y))
    monkeypatch.delitem(TABLE, "twice_for_stale")
    assert stale(snapshot(y)) == []


GRAPHS: dict[str, Callable[[], Value]] = {
    "sums that cancel": lambda: mean([Value(x) for x in (1e16, 1.0, -1e16, 1e-16)] * 9),
    "a deviation": lambda: std([Value(1e8 + x * 1e-7) for x in range(40)]),
    "products that cancel": lambda: dot([Value(x) for x in (1e9, 1.0, -1e9)], [Value(x) for x in (1e9, 1e-9, 1e9)]),
    "large scores": lambda: logsumexp([Value(x) for x in (1e300, -1e300, 3.0)]),
    "infinity and nan": lambda: Value(float("inf")) * 0.0 + Value(0.0).log(),
    "a network": lambda: nn.losses.cross_entropy(nn.MLP(2, [8, 3], batch_norm=True).batch([[0.1, 2.0]] * 5), [0] * 5),
    "a second derivative": lambda: grad(x := Value(0.3), x, create_graph=True) * x.tanh(),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_nothing_is_said_in_vain(graph: Callable[[], Value]) -> None:
    assert stale(snapshot(graph())) == []


@given(random_graphs, st.data())
def test_of_random_graphs_it_is_said_of_what_uses_a_changed_number(graph: Graph, data: st.DataObject) -> None:
    leaves = [Value(x) for x in graph.leaves]
    y = evaluate(graph, leaves, OURS)[-1]
    assert stale(snapshot(y)) == []
    changed = data.draw(st.sampled_from(leaves))
    set_data(changed, 0.1234)
    picture = snapshot(y)
    order = topological_order(y)
    users = [i for i, v in enumerate(order) if any(operand is changed for operand in v.operands)]
    assert set(stale(picture)) <= set(users)
    if [order[i].op for i in users] == ["tanh"]:
        assert stale(picture) == users
