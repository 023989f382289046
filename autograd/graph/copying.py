"""Copies and pickles of nodes, without recursion however deep the graph is.

`copy.copy` gives a node with the same operands, `copy.deepcopy` a copy of the whole graph below (nodes shared
by several results stay shared). A pickle holds the graph below a result as one flat table; leaves
are pickled as themselves, so parameters that two pickled results share stay shared, interior nodes do not.

The table of y = a · a + a: leaves first, then a record for each computed node, operands by their place in that order.

    >>> a = Value(3.0, label="a")
    >>> _, (leaves, records) = freeze(a * a + a)
    >>> [leaf.label for leaf in leaves], [(record[0], record[1], record[2]) for record in records]
    (['a'], [('*', (0, 0), 9.0), ('+', (1, 0), 12.0)])
    >>> thaw(leaves, records)
    Value(data=12.0, grad=0.0, op='+')
"""

from typing import Any

from autograd.engine import ops
from autograd.engine.value import Value, node
from autograd.graph import topological_order
from autograd.support.text import short

# The operation, the places of the operands, data, grad, label, local derivatives and settings.
Record = tuple[str, tuple[int, ...], float, float, str, tuple[float, ...], tuple[float, ...]]


def _copy_of(v: Value, operands: list[Any]) -> Value:
    """A node with the numbers of v, over these operands."""
    if v.is_leaf:
        return thaw_leaf(v.data, v.grad, v.label, v.role, v.requires_grad)
    duplicate = node(ops.TABLE[v.op], operands, v.data, v.local_grads, v.params)
    duplicate.grad, duplicate.label = v.grad, v.label
    return duplicate


def shallow_copy(v: Value) -> Value:
    """A node with the same number, label and operands."""
    return _copy_of(v, list(v.operands))


def deep_copy(v: Value, memo: dict[int, Any]) -> Value:
    """A copy of the graph below v; `memo` is that of `copy.deepcopy`."""
    # Operands come first, so their copies are in the memo when a result needs them: no recursion.
    for original in topological_order(v):
        # What another object of the same deepcopy holds has been copied with that one, and stays shared.
        if id(original) not in memo:
            memo[id(original)] = _copy_of(original, [memo[id(operand)] for operand in original.operands])
            memo.setdefault(id(memo), []).append(original)  # as copy does: ids in the memo are those of living objects
    duplicate: Value = memo[id(v)]
    return duplicate


def freeze(v: Value) -> tuple[Any, ...]:
    """What `pickle` stores of v: see `thaw_leaf` and `thaw`, which take it back."""
    if v.is_leaf:
        return thaw_leaf, (v.data, v.grad, v.label, v.role, v.requires_grad)
    order = topological_order(v)
    # Leaves go to pickle as Values, which it tells apart by identity: a parameter of two results is stored once.
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
            raise ValueError(f"the stored graph uses the operation {short(op)}: register it before loading")
        # Nothing is computed again: numbers and local derivatives are those that were recorded.
        result = node(ops.TABLE[op], [nodes[i] for i in operands], data, local_grads, params)
        result.grad, result.label = grad, label
        nodes.append(result)
    return nodes[-1]
