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
from autograd.engine.applying import node
from autograd.engine.many.copies import copy_graph, copy_over
from autograd.engine.many.flat import FlatGraph
from autograd.engine.many.order import topological
from autograd.engine.state import refuse_number
from autograd.engine.value import Value
from autograd.graph import topological_order
from autograd.support.text import short

# The operation, the places of the operands, data, grad, label, local derivatives and settings.
Record = tuple[str, tuple[int, ...], float, float, str, tuple[float, ...], tuple[float, ...]]


def shallow_copy(v: Value) -> Value:
    """A node with the same number, label and operands."""
    refuse_number(".data")
    return copy_over(v, v.operands)


def deep_copy(v: Value, memo: dict[int, Any]) -> Value:
    """A copy of the graph below v; `memo` is that of `copy.deepcopy`."""
    refuse_number(".data")
    copy_graph(topological([v], shared=True), memo)
    duplicate: Value = memo[id(v)]
    return duplicate


def freeze(v: Value) -> tuple[Any, ...]:
    """What `pickle` stores of v: see `thaw_leaf` and `thaw`, which take it back."""
    if v.is_leaf:
        return thaw_leaf, (v.data, v.grad, v.label, v.role, v.requires_grad)
    order = topological_order(v)
    refuse_number(".data")
    below = FlatGraph(order).operands()
    # Leaves go to pickle as Values, which it tells apart by identity: a parameter of two results is stored once.
    leaves = [each for each in order if each.is_leaf]
    computed = [i for i, each in enumerate(order) if not each.is_leaf]
    place = [0] * len(order)
    for k, i in enumerate([i for i, each in enumerate(order) if each.is_leaf] + computed):
        place[i] = k
    records: list[Record] = []
    for i in computed:
        u = order[i]
        operands = tuple([place[a] for a in below[i]])
        records.append((u.op, operands, u.data, u.grad, u.label, u.local_grads, u.params))
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
