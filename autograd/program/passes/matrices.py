"""Pass: lift. Groups of dots become matrix products where weights and operands are shared, other groups become rows.

A layer is a group of dots over the same operands: W @ x. If the same weights meet several lists of operands (the
examples of a batch that was written out, the windows of a convolution), these are the columns of a matrix: W @ X.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from autograd.program.passes.alike import FAMILIES, is_wide
from autograd.program.passes.blocks import ACROSS, ALONG, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE, Block, Numbers
from autograd.program.passes.graph import BATCH_MEAN, Graph
from autograd.program.passes.groups import INPUTS, ROWS, SHARED, Group

FEW_PIECES = 4  # a group may always be cut into this many pieces, and into more if they are long


def lift(graph: Graph, groups: Sequence[Group]) -> list[Block]:
    """Make blocks of groups, in an order in which each finds its operands computed."""
    blocks: list[Block] = []
    home: dict[int, int] = {}
    for group in groups:
        if group.op == "dot":
            made = _lift_dots(graph, group)
        elif group.op in FAMILIES:
            made = _families(graph, group)
        elif is_wide(graph, group.nodes[0]):
            made = [_block(ALONG, group, group.nodes, [_columns(graph, group.nodes)])]
        elif group.op == BATCH_MEAN and group.homes[0] in (INPUTS, ROWS):
            made = [_block(ACROSS, group, group.nodes, list(_columns(graph, group.nodes)))]
        else:
            made = _elementwise(graph, group, home)
        for block in made:
            home.update(dict.fromkeys(block.nodes.ravel().tolist(), len(blocks)))
            blocks.append(block)
    return blocks


def _block(
    form: str, group: Group, nodes: Sequence[int] | Numbers, operands: Sequence[Numbers], why: str = ""
) -> Block:
    of = np.asarray(nodes, dtype=np.int64)
    return Block(form, group.op, of, tuple(operands), group.batched, group.settings, why)


def _columns(graph: Graph, nodes: Sequence[int]) -> Numbers:
    """The operands of each node as a column."""
    return np.array([graph.operands[i] for i in nodes], dtype=np.int64).T


def _elementwise(graph: Graph, group: Group, home: dict[int, int]) -> list[Block]:
    """One block, or one for each combination of blocks that the operands come from, if these are not too many."""
    pieces: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in group.nodes:
        pieces[tuple([home.get(a, -1) for a in graph.operands[i]])].append(i)
    cut = list(pieces.values())
    if len(cut) > max(FEW_PIECES, len(group.nodes) // FEW_PIECES):
        cut = [list(group.nodes)]
    return [_block(ELEMENTWISE, group, nodes, list(_columns(graph, nodes))) for nodes in cut]


def _families(graph: Graph, group: Group) -> list[Block]:
    """All softmaxes of a level, side by side."""
    members: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in group.nodes:
        members[graph.operands[i]].append(i)
    operands = np.array(list(members), dtype=np.int64).T
    nodes = np.array(list(members.values()), dtype=np.int64).T
    return [_block(FAMILY, group, nodes, [operands])]


def _lift_dots(graph: Graph, group: Group) -> list[Block]:
    k = int(group.settings[0])
    left, right, rest = {}, {}, {}
    for i in group.nodes:
        operands = graph.operands[i]
        left[i], right[i], rest[i] = operands[:k], operands[k : 2 * k], operands[2 * k :]
    if group.homes[0] != SHARED:
        return [_rowwise(group, list(group.nodes), left, right, rest, "both factors differ between examples")]
    blocks, others = _outer(group, left, right, rest)
    alone: list[int] = []
    for layer in _layers(others, left, right):
        if len(layer) == 1 and (len(others) > FEW_PIECES or not group.batched):
            alone += layer
            continue
        w = np.array([left[i] for i in layer], dtype=np.int64)
        x = np.array(right[layer[0]], dtype=np.int64)[:, None]
        terms = np.array([rest[i] for i in layer], dtype=np.int64).T[:, :, None]
        blocks.append(_block(PRODUCT, group, np.array(layer)[:, None], [w, x, *terms]))
    if alone:
        why = "no two share what they weigh" if len(alone) > 1 else "there is only one"
        blocks.append(_rowwise(group, alone, left, right, rest, why))
    return blocks


Operands = dict[int, tuple[int, ...]]


def _rowwise(group: Group, nodes: list[int], left: Operands, right: Operands, rest: Operands, why: str) -> Block:
    factors = [np.array([side[i] for i in nodes], dtype=np.int64).T for side in (left, right)]
    terms = np.array([rest[i] for i in nodes], dtype=np.int64).T
    return _block(ROWWISE, group, nodes, [*factors, *terms], why)


def _outer(group: Group, left: Operands, right: Operands, rest: Operands) -> tuple[list[Block], list[int]]:
    """Blocks in which every list of weights meets every one of several lists of operands; and the nodes left over."""
    partners: dict[tuple[int, ...], dict[tuple[int, ...], int]] = defaultdict(dict)
    others: list[int] = []
    for i in group.nodes:
        if right[i] in partners[left[i]]:
            others.append(i)  # the same dot with other terms to add
        else:
            partners[left[i]][right[i]] = i
    if all(len(met) == 1 for met in partners.values()):
        return [], list(group.nodes)
    classes: dict[tuple[tuple[int, ...], ...], list[tuple[int, ...]]] = defaultdict(list)
    for weights, met in partners.items():
        classes[tuple(sorted(met))].append(weights)
    blocks: list[Block] = []
    for columns, rows in classes.items():
        nodes = np.array([[partners[w][x] for x in columns] for w in rows], dtype=np.int64)
        if len(columns) == 1:
            others += nodes.ravel().tolist()
            continue
        several = range(len(rest[group.nodes[0]]))
        terms = [np.array([[rest[i][t] for i in row] for row in nodes.tolist()]) for t in several]
        blocks.append(_block(PRODUCT, group, nodes, [np.array(rows), np.array(columns).T, *terms]))
    return blocks, others


def _layers(nodes: Sequence[int], left: Operands, right: Operands) -> list[list[int]]:
    """Nodes that weigh the same operands, in whatever order; each is put into the order of the first."""
    layers: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for i in nodes:
        if right[i] != tuple(sorted(right[i])):
            order = sorted(range(len(right[i])), key=right[i].__getitem__)
            left[i] = tuple([left[i][j] for j in order])
            right[i] = tuple([right[i][j] for j in order])
        layers[right[i]].append(i)
    return list(layers.values())
