"""Pass: lift. Groups of dots become matrix products where weights and operands are shared, other groups become rows.

A layer is a group of dots over the same operands: W @ x. If the same weights meet several lists of operands (the
examples of a batch that was written out, the windows of a convolution), these are the columns of a matrix: W @ X.

>>> from autograd.program.passes.blocks import group_nodes
>>> from autograd.program.passes.graph import Value, read_graph
>>> from autograd.program.passes.sums import collect_sums
>>> W, x = [[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]], [Value(5.0), Value(6.0)]
>>> graph = collect_sums(read_graph([(u * x[0] + v * x[1]).tanh() for u, v in W], inputs=x).graph)
>>> print(graph.describe())
#6 = dot(#0, #3, #1, #4; 2)
#7 = tanh(#6)
#12 = dot(#8, #10, #1, #4; 2)
#13 = tanh(#12)
>>> for block in lift(graph, group_nodes(graph)):
...     print(block.describe(), [array.tolist() for array in block.operands])
2 × dot: matrix product of 2×2 @ 2×1 [[[0, 3], [8, 10]], [[1], [4]]]
2 × tanh: elementwise [[6, 12]]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from autograd.program.passes.alike import FAMILIES, is_variadic
from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    REDUCTION,
    ROWWISE,
    Block,
    NodeGroup,
    Numbers,
)  # fmt: skip
from autograd.program.passes.graph import BATCH_MEAN, INPUTS, ROWS, SHARED, Graph

FEWEST_PAIRS = 16  # dots in a product of each example, on average
FEW_PIECES = 4  # a group may always be cut into this many pieces, and into more if they are long

Operands = dict[int, tuple[int, ...]]


def lift(graph: Graph, groups: Sequence[NodeGroup], careful: bool = False) -> list[Block]:
    """Make blocks of groups, in an order in which each finds its operands computed.

    Products of two factors that differ between examples are only taken together if they need not be `careful` ones.
    """
    blocks: list[Block] = []
    block_of: dict[int, int] = {}
    for group in groups:
        if group.op == "dot":
            pieces = _lift_dots(graph, group, careful)
        elif group.op in FAMILIES:
            pieces = [_family(graph, group)]
        elif is_variadic(graph, group.nodes[0]):
            pieces = [_block(REDUCTION, group, group.nodes, [_columns(graph, group.nodes)])]
        elif group.op == BATCH_MEAN and group.storage[0] in (INPUTS, ROWS):
            pieces = [_block(BATCH_REDUCTION, group, group.nodes, _columns(graph, group.nodes))]
        else:
            pieces = _elementwise(graph, group, block_of)
        for block in pieces:
            block_of.update(dict.fromkeys(block.nodes.ravel().tolist(), len(blocks)))
            blocks.append(block)
    return blocks


def _block(form: str, group: NodeGroup, nodes: ArrayLike, operands: Iterable[Numbers], why: str = "") -> Block:
    return Block(form, group.op, _numbers(nodes), tuple(operands), group.batched, group.settings, why)


def _numbers(nodes: ArrayLike) -> Numbers:
    return np.asarray(nodes, dtype=np.int64)


def _columns(graph: Graph, nodes: Sequence[int]) -> Numbers:
    """The operands of each node as a column."""
    return _numbers([graph.operands[i] for i in nodes]).T


def _elementwise(graph: Graph, group: NodeGroup, block_of: dict[int, int]) -> list[Block]:
    """One block, or one for each combination of blocks that the operands come from, if these are not too many.

    Operands out of one block can lie side by side, so a piece reads slices where the whole group would gather.
    """
    pieces: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in group.nodes:
        pieces[tuple([block_of.get(a, -1) for a in graph.operands[i]])].append(i)
    # Each block is a call of NumPy: many short pieces would cost more than one gather.
    if len(pieces) > max(FEW_PIECES, len(group.nodes) // FEW_PIECES):
        pieces = {(): list(group.nodes)}
    return [_block(ELEMENTWISE, group, nodes, _columns(graph, nodes)) for nodes in pieces.values()]


def _family(graph: Graph, group: NodeGroup) -> Block:
    """All softmaxes of a level, side by side."""
    k = len(graph.operands[group.nodes[0]])
    members = _numbers(group.nodes).reshape(-1, k)  # `legalize` adds the members of each one after another
    return _block(FAMILY, group, members.T, [_columns(graph, members[:, 0].tolist())])


def _lift_dots(graph: Graph, group: NodeGroup, careful: bool) -> list[Block]:
    left, right, terms = {}, {}, {}
    for i in group.nodes:
        left[i], right[i], terms[i] = graph.dot_parts(i)
    # A matrix product over a batch needs one matrix for all examples; else each example has one of its own.
    if group.storage[0] != SHARED:
        return _lift_pairs(group, left, right, terms, careful)
    # First what has several columns, W @ X; of the rest, what reads the same operands: W @ x.
    blocks, others = _products_of_columns(group, left, right, terms)
    single: list[int] = []
    for layer in _layers(others, left, right):
        # A single dot is a product of its own only over a batch, and where there are few: else rows take fewer calls.
        if len(layer) == 1 and (len(others) > FEW_PIECES or not group.batched):
            single += layer
            continue
        weights, x = _numbers([left[i] for i in layer]), _numbers(right[layer[0]])[:, None]
        added = _numbers([terms[i] for i in layer]).T[:, :, None]
        blocks.append(_block(PRODUCT, group, _numbers(layer)[:, None], [weights, x, *added]))
    if single:
        why = "no two share what they weigh" if len(single) > 1 else "there is only one"
        blocks.append(_rowwise(group, single, left, right, terms, why))
    return blocks


def _lift_pairs(group: NodeGroup, left: Operands, right: Operands, terms: Operands, careful: bool) -> list[Block]:
    """Every query with every key, as attention has it: a matrix product of each example; what is left row by row."""
    why = "both factors differ between examples"
    blocks = [] if careful else _products_of_columns(group, left, right, terms)[0]
    # A single row gathers nothing that repeats; and many small products take more calls than one gather.
    paired = [block for block in blocks if len(block.nodes) > 1]
    if len(paired) > max(FEW_PIECES, len(group.nodes) // FEWEST_PAIRS):
        paired = []
    if not paired:
        return [_rowwise(group, group.nodes, left, right, terms, why)]
    kept = {i for block in paired for i in block.nodes.ravel().tolist()}
    pieces = [replace(block, form=PAIRED, operands=(block.operands[0].T, *block.operands[1:])) for block in paired]
    rest = [i for i in group.nodes if i not in kept]
    return pieces + ([_rowwise(group, rest, left, right, terms, why)] if rest else [])


def _rowwise(
    group: NodeGroup, nodes: Sequence[int], left: Operands, right: Operands, terms: Operands, why: str
) -> Block:
    factors_left, factors_right, added = [_numbers([side[i] for i in nodes]).T for side in (left, right, terms)]
    return _block(ROWWISE, group, nodes, [factors_left, factors_right, *added], why)


def _products_of_columns(
    group: NodeGroup, left: Operands, right: Operands, terms: Operands
) -> tuple[list[Block], list[int]]:
    """Matrix products among the dots of a group: each row of weights is multiplied with each of several columns.

    Returns the blocks and the nodes that are in none of them.
    """
    # For each list of weights, the lists of operands that it meets, and the node in which it does.
    meetings: dict[tuple[int, ...], dict[tuple[int, ...], int]] = defaultdict(dict)
    others: list[int] = []
    for i in group.nodes:
        if right[i] in meetings[left[i]]:
            others.append(i)  # the same dot with other terms to add
        else:
            meetings[left[i]][right[i]] = i
    if all(len(nodes) == 1 for nodes in meetings.values()):
        return [], list(group.nodes)
    # Lists of weights that meet the same lists of operands are the rows of one matrix.
    rows_by_columns: dict[tuple[tuple[int, ...], ...], list[tuple[int, ...]]] = defaultdict(list)
    for weights, nodes in meetings.items():
        rows_by_columns[tuple(sorted(nodes))].append(weights)
    blocks: list[Block] = []
    for columns, rows in rows_by_columns.items():
        block_nodes = _numbers([[meetings[w][x] for x in columns] for w in rows])
        if len(columns) == 1:  # `_layers` finds these too, and more that share it in another order
            others += block_nodes.ravel().tolist()
            continue
        count = range(len(terms[group.nodes[0]]))
        added = [_numbers([[terms[i][t] for i in row] for row in block_nodes.tolist()]) for t in count]
        blocks.append(_block(PRODUCT, group, block_nodes, [_numbers(rows), _numbers(columns).T, *added]))
    return blocks, others


def _layers(nodes: Sequence[int], left: Operands, right: Operands) -> list[list[int]]:
    """The nodes by the operands that they weigh: one list for each set of operands, such as the neurons of one layer.

    Changes `left` and `right`: the operands of each dot, and its weights with them, are sorted by node.
    """
    layers: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in nodes:
        order = sorted(range(len(right[i])), key=right[i].__getitem__)
        left[i], right[i] = tuple([left[i][j] for j in order]), tuple([right[i][j] for j in order])
        layers[right[i]].append(i)
    return list(layers.values())
