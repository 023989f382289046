"""What runs a program: the tape, or array code. A choice by cost, from the structure of the graph and the batch size.

Array code pays for each of its lines (about a microsecond), whatever the number of examples, and then little for a
number: matrix products and vector instructions. The tape pays almost nothing for a step, and more for a number. So the
tape serves single examples, small batches, and graphs in which few operations are alike; arrays serve the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from autograd.engine import ops, value
from autograd.engine.tape.tape import KINDS
from autograd.program.passes.blocks import PAIRED, PRODUCT, Block
from autograd.program.passes.graph import BATCH_MEAN, Graph

COMPILED = not (value.__file__ or "").endswith(".py")
FORCED: Literal["", "arrays", "tape"] = ""  # for tests and benchmarks: no choice
ALIKE_A_GROUP = (
    0.05  # as many more as there are groups: to make array code takes 0.8 ms each, and 20 us a node is enough
)
ALIKE = 4.0  # operations on the same level that do the same, on average, from which on array code is made at once
FEWEST = 2.0  # examples for which array code may run: one always has the bits of recording
SMALL = 300  # operations: so few are worth it if half as many are alike, or two dots are, a matrix product
LARGEST = 3000  # operations: beyond, array code of a graph without structure takes seconds to make, and more to run

# Nanoseconds, forward and backward together; measured on one core, and only their ratios count.
CALL, LINE = 5000.0, 2500.0  # of array code: a call, a block
NUMBER, MATRIX, ARRAY_FUNCTION = 1.5, 0.4, 6.0  # and for one example a number, one of a matrix product, a function
TAPE_CALL, STEP, EDGE = 2500.0, 1.0, 1.2  # of the tape: a call, and for one example a step and an edge
FUNCTIONS = {"exp": 12.0, "log": 14.0, "tanh": 25.0, "sigmoid": 16.0, "sin": 24.0, "cos": 24.0, "**": 40.0, "%": 20.0}
RULE = 4000.0  # a step by a rule of the table, in Python


def can_tape(graph: Graph) -> bool:
    """Whether the compiled engine is there, and each operation is one of a single example's numbers."""
    return COMPILED and FORCED != "arrays" and all(op in ops.TABLE and op != BATCH_MEAN for op in set(graph.ops) - {""})


def groups(graph: Graph) -> tuple[int, bool]:
    """How many blocks of array code there will be at most, and whether some may be matrix products.

    Operations on one level that do the same are one block, and a sum of many terms is on one level, for it will be one
    operation. (Array code finds more than that.)
    """
    level = [0] * len(graph.ops)
    kinds: set[tuple[int, str, int]] = set()
    matrices = False
    operands, names = graph.operands, graph.ops
    for i in graph.order:
        below, name = operands[i], names[i]
        if name == "+":
            high = max([level[a] + (names[a] != "+") for a in below])
        else:
            high = 1 + max([level[a] for a in below], default=0)
        level[i] = high
        kind = high, name, len(below)
        matrices = matrices or (name == "dot" and kind in kinds)
        kinds.add(kind)
    return len(kinds), matrices


def has_structure(graph: Graph, groups: int, matrices: bool) -> bool:
    """Whether array code is made at once, and decides in which order the parameters lie."""
    alike = len(graph.order) / max(groups, 1)
    return FORCED != "tape" and (
        alike >= max(ALIKE, ALIKE_A_GROUP * groups) or (len(graph.order) <= SMALL and (matrices or alike >= 2.0))
    )


def crossing(graph: Graph, groups: int, blocks: Sequence[Block] | None) -> float:
    """From how many examples on array code is expected to take less time than the tape; inf if it never does.

    Where array code has been made, its `blocks` say what it costs; else the graph, as it was recorded, does.
    """
    if FORCED == "tape" or (blocks is None and len(graph.order) > LARGEST):
        return math.inf  # it would take seconds to make
    counts: dict[str, int] = {}
    edges = products = 0
    for i in graph.order:
        name, below = graph.ops[i], len(graph.operands[i])
        counts[name] = counts.get(name, 0) + 1
        edges += below
        if name == "dot":
            products += below
    # The tape, and array code: what one more example costs, and what a call costs.
    functions = sum([count * (FUNCTIONS.get(name, 0.0) if name in KINDS else RULE) for name, count in counts.items()])
    tape = STEP * len(graph.order) + EDGE * edges + functions
    if blocks is None:
        arrays = NUMBER * (len(graph.order) + edges - products) + MATRIX * products
        arrays += sum([count * _function_cost(name) for name, count in counts.items()])
        lines = groups
    else:
        arrays, lines = sum([_block_cost(block) for block in blocks if block.batched]), len(blocks)
    call = CALL + LINE * lines
    return max((call - TAPE_CALL) / (tape - arrays), FEWEST) if tape > arrays else math.inf


def _function_cost(op: str) -> float:
    """Of a function of one number, in array code, beside what the number itself takes."""
    return ARRAY_FUNCTION if op in FUNCTIONS or op not in KINDS else 0.0


def _block_cost(block: Block) -> float:
    """What one more example takes in a block, forward and backward."""
    read = sum([operand.size for operand in block.operands])
    if block.form == PRODUCT:
        return MATRIX * 2 * block.size * len(block.operands[1]) + NUMBER * block.size
    if block.form == PAIRED:
        return NUMBER * block.size * len(block.operands[0])
    return NUMBER * (block.size + read) + _function_cost(block.op) * block.size
