"""Copies and pickles of nodes, without recursion however deep the graph is.

`copy.copy` gives a node with the same operands, `copy.deepcopy` a copy of the whole graph below (nodes shared
by several results stay shared). A pickle holds the graph below a result as one flat table; leaves
are pickled as themselves, so parameters that two pickled results share stay shared, interior nodes do not.
"""

from typing import Any

from autograd.engine import ops
from autograd.engine.value import Value, node
from autograd.graph import topological_order

Record = tuple[str, tuple[int, ...], float, float, str, tuple[float, ...], tuple[float, ...]]


def _copied_leaf(v: Value) -> Value:
    copied = Value(v.data, v.label, role=v.role, requires_grad=v.requires_grad)
    copied.grad = v.grad
    return copied


def _copied_result(v: Value, operands: list[Any]) -> Value:
    copied = node(ops.TABLE[v.op], operands, v.data, v.local_grads, v.params)
    copied.grad, copied.label = v.grad, v.label
    return copied


def shallow_copy(v: Value) -> Value:
    """A node with the same number, label and operands."""
    return _copied_leaf(v) if v.is_leaf else _copied_result(v, list(v.operands))


def deep_copy(v: Value, memo: dict[int, Any]) -> Value:
    """A copy of the graph below v; `memo` is that of `copy.deepcopy`."""
    for each in topological_order(v):
        if id(each) not in memo:
            operands = [memo[id(operand)] for operand in each.operands]
            memo[id(each)] = _copied_leaf(each) if each.is_leaf else _copied_result(each, operands)
            memo.setdefault(id(memo), []).append(each)  # as copy does: ids in the memo stay those of living objects
    found: Value = memo[id(v)]
    return found


def freeze(v: Value) -> tuple[Any, ...]:
    """What `pickle` stores of v: see `thaw_leaf` and `thaw`, which take it back."""
    if v.is_leaf:
        return thaw_leaf, (v.data, v.grad, v.label, v.role, v.requires_grad)
    order = topological_order(v)
    leaves = [each for each in order if each.is_leaf]
    computed = [each for each in order if not each.is_leaf]
    place = {each: i for i, each in enumerate(leaves + computed)}
    records: list[Record] = [
        (u.op, tuple(place[a] for a in u.operands), u.data, u.grad, u.label, u.local_grads, u.params) for u in computed
    ]
    return thaw, (leaves, records)


def thaw_leaf(data: float, grad: float, label: str, role: str, requires_grad: bool) -> Value:
    """A leaf from what `freeze` stored."""
    leaf = Value(data, label, role=role, requires_grad=requires_grad)
    leaf.grad = grad
    return leaf


def thaw(leaves: list[Value], records: list[Record]) -> Value:
    """A result and the graph below it from what `freeze` stored.

    Raises ValueError if a node was made by an operation that this program has not registered.
    """
    nodes = list(leaves)
    for op, operands, data, grad, label, local_grads, params in records:
        if op not in ops.TABLE:
            raise ValueError(f"the stored graph uses the operation {op!r}: register it before loading")
        made = node(ops.TABLE[op], [nodes[i] for i in operands], data, local_grads, params)
        made.grad, made.label = grad, label
        nodes.append(made)
    return nodes[-1]
