"""copy, deepcopy and pickle keep numbers, names, roles, gradients, and what is shared."""

import copy
import pickle

import pytest

from autograd import Value, dot, operation, softmax, topological_order
from autograd.engine import ops
from autograd.graph.copying import thaw


def network() -> tuple[Value, Value, Value]:
    w = Value(0.5, "w", role="parameter")
    x = Value(2.0, "x", requires_grad=False)
    shared = w * x + 1
    return w, shared, softmax([shared * shared, dot([w, shared], [x, x], 0.1), shared / 3])[1]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_of_a_graph_is_a_graph_of_its_own(duplicate: object) -> None:
    w, _, y = network()
    y.backward()
    other = duplicate(y)  # type: ignore[operator]
    before, after = topological_order(y), topological_order(other)
    assert not set(before) & set(after)
    for u, v in zip(before, after, strict=True):
        assert (u.data, u.grad, u.label, u.op, u.role, u.requires_grad, u.local_grads, u.params) == (
            v.data, v.grad, v.label, v.op, v.role, v.requires_grad, v.local_grads, v.params,
        )  # fmt: skip
    slope = w.grad
    other.backward()
    (copied,) = [v for v in after if v.label == "w"]
    assert w.grad == slope
    # In a pickle each softmax stands by itself, and slopes are added up in another order.
    assert copied.grad == pytest.approx(2 * slope, rel=0.0 if duplicate is copy.deepcopy else 1e-15)


def test_what_several_results_share_stays_shared() -> None:
    w, shared, y = network()
    w2, shared2, y2 = copy.deepcopy([w, shared, y])
    assert shared2 in topological_order(y2) and w2 in topological_order(y2)
    w3, y3, z3 = pickle.loads(pickle.dumps([w, y, y * 2]))
    assert w3 in topological_order(y3) and w3 in topological_order(z3)


def test_a_shallow_copy_has_the_same_operands() -> None:
    w, shared, _ = network()
    for v in (w, shared, shared * shared, dot([w, w], [shared, shared])):
        other = copy.copy(v)
        assert other is not v
        assert (other.data, other.op, other.operands, other.label) == (v.data, v.op, v.operands, v.label)


def test_an_unknown_operation_is_named() -> None:
    @operation(lambda xp, y, x: 1.0, name="only_here")
    def identity(xp: object, x: object) -> object:
        return x

    stored = identity(Value(1.0)).__reduce__()
    row = ops.TABLE.pop("only_here")
    try:
        with pytest.raises(ValueError, match=r"uses the operation 'only_here': register it before loading"):
            thaw(*stored[1])
    finally:
        ops.TABLE["only_here"] = row
