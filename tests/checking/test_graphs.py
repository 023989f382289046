"""gradcheck of random graphs of smooth operations: nothing is called wrong, and errors in a slope are caught."""

from typing import Any

from hypothesis import assume, event, given

from autograd import Value, topological_order
from autograd.engine import ops
from autograd.testing import GradientMismatch, gradcheck
from tests.engine.graphs import Graph, evaluate
from tests.engine.test_random_graphs import ENGINE, small_graphs, smooth_graphs


def off_kinks(graph: Graph) -> bool:
    """Whether no operation of a graph sits where its derivative is a convention, or infinite."""
    order = topological_order(evaluate(graph, [Value(x) for x in graph.leaves], ENGINE)[-1])
    return not any(
        ops.TABLE[node.op].at_kink([operand.data for operand in node.operands])
        or not all(abs(slope) < 1e9 for slope in node.local_grads)
        for node in order
        if not node.is_leaf
    )


@given(smooth_graphs)
def test_right_first_derivatives(graph: Graph) -> None:
    assume(off_kinks(graph))
    report = gradcheck(lambda *xs: evaluate(graph, xs, ENGINE)[-1], graph.leaves)
    event("all decided" if all(c.decided for c in report.comparisons) else "some are not decided")


@given(small_graphs)
def test_right_second_derivatives(graph: Graph) -> None:
    assume(off_kinks(graph))
    assert gradcheck(lambda *xs: evaluate(graph, xs, ENGINE)[-1], graph.leaves, order=2)


@given(smooth_graphs)
def test_one_thousandth_more(graph: Graph) -> None:
    assume(off_kinks(graph))

    def wrong(*xs: Any) -> Any:
        y = evaluate(graph, xs, ENGINE)[-1]
        return y + 0.001 * (y - y.data)  # the value of y, and 1.001 times its slopes

    try:
        report = str(gradcheck(wrong, graph.leaves))
    except GradientMismatch as mismatch:
        report = str(mismatch)
    rows = [line.split() for line in report.splitlines() if line.endswith((" ok", " WRONG", " kink"))]
    assert not [row for row in rows if row[-1] != "WRONG" and float(row[1]) != 0.0]
    event(f"{len(rows)} derivatives")
