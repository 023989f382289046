"""All passes in a row: from a recorded graph to source, and in words what each of them made.

>>> from autograd.engine.value import Value
>>> from autograd.program.passes.graph import read_graph
>>> w, x = Value(3.0, label="w"), Value(0.0, label="x")
>>> compilation = build(read_graph([(w * x * 1.0).tanh()], inputs=[x]).graph, columns=1)
>>> print(compilation.stages()["recorded"])
recorded: 3 operations on 3 leaves
#2 = *(#0 w, #1 x)
#4 = *(#2, 1.0)
#5 = tanh(#4)
>>> print(compilation.stages()["lifted"])
lifted: 2 blocks
0: times1 = 1 × *: elementwise of w and x
1: tanh1 = 1 × tanh: elementwise of times1
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import overload

import numpy as np

from autograd.program.passes.alike import legalize, unshare
from autograd.program.passes.blocks import BATCH_REDUCTION, ELEMENTWISE, PAIRED, PRODUCT, Block, NodeGroup, group_nodes
from autograd.program.passes.graph import INPUT, Graph
from autograd.program.passes.layout import Layout, assign_layout
from autograd.program.passes.matrices import lift
from autograd.program.passes.simplify import (
    assume_finite,
    drop_dead,
    fold_but_choices,
    fold_constants,
    merge_equal,
    share_squares,
)
from autograd.program.passes.sums import collect_sums
from autograd.program.source.backward import write_backward
from autograd.program.source.draft import Draft
from autograd.program.source.emit import emit
from autograd.program.source.forward import References, write_forward
from autograd.program.source.places import display_name, read
from autograd.support.text import plural, short

# Sums are collected before equal nodes are merged, because a product that two sums used would stay outside of both
# dots. `legalize` is last: it needs the sums and dots that are left, and makes no copies for dead nodes then.
CANONICAL: tuple[Callable[[Graph], Graph], ...] = (
    assume_finite, fold_constants, collect_sums, merge_equal, share_squares, drop_dead, legalize,
)  # fmt: skip
# With infinities, an edge of the recorded graph counts by itself: 0·∞ + 0·(−∞) is 0, and 0·(∞ − ∞) is nan.
CAREFUL: tuple[Callable[[Graph], Graph], ...] = (fold_but_choices, unshare, collect_sums, drop_dead, legalize)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one pass made, to be printed."""

    name: str
    summary: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}: {self.summary}\n{self.text}"


class Stages(Sequence[Stage]):
    """The stages of a compilation, by number or by name; `print` shows all of them."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = list(stages)

    @overload
    def __getitem__(self, which: int | str) -> Stage: ...
    @overload
    def __getitem__(self, which: slice) -> list[Stage]: ...
    def __getitem__(self, which: int | slice | str) -> Stage | list[Stage]:
        if not isinstance(which, str):
            return self._stages[which]
        named = {stage.name: stage for stage in self._stages}
        if which not in named:
            raise KeyError(f"there is no stage {short(which)}: the stages are {', '.join(named)}")
        return named[which]

    def __len__(self) -> int:
        return len(self._stages)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))


@dataclass(frozen=True, slots=True, eq=False)
class Compilation:
    """What the passes made of a graph, as far as a running program needs it.

    `results` says for each array that the forward function returns how many outputs are in it, and whether they differ
    between examples. `rows` is how many numbers per example all arrays have together.
    """

    recorded: Graph
    groups: list[NodeGroup]
    draft: Draft
    references: References
    source: str
    rows: int
    results: list[tuple[int, bool]]

    @property
    def layout(self) -> Layout:
        """Where everything lies."""
        return self.draft.layout

    @property
    def whole_batches(self) -> bool:
        """Whether examples depend on each other, so that a batch cannot be cut into chunks."""
        return any(block.form == BATCH_REDUCTION for block in self.layout.blocks)

    def stages(self) -> Stages:
        """What each pass made, in words."""
        graph, canonical, names = self.recorded, self.draft.graph, self.draft.block_names
        blocks = [
            f"{b}: {names[b]} = {block.describe([display_name(reference.value) for reference in self.references[b]])}"
            for b, block in enumerate(self.layout.blocks)
        ]
        leaves = f"{len(graph.order)} operations on {len(graph.leaves)} leaves"
        return Stages(
            [
                Stage("recorded", leaves, graph.describe()),
                Stage("canonical", f"{len(canonical.order)} operations", canonical.describe()),
                Stage("grouped", f"{len(self.groups)} groups", "\n".join(group.describe() for group in self.groups)),
                Stage("lifted", f"{len(blocks)} blocks", "\n".join(blocks)),
                Stage("ordered", f"{len(self.layout.segments)} arrays", self.layout.describe(names)),
                Stage("emitted", f"{self.source.count(chr(10))} lines", self.source.rstrip("\n")),
            ]
        )

    def report(self) -> str:
        """What became what, and why the rest did not: a summary, and a line for each block."""
        draft, blocks = self.draft, self.layout.blocks
        left, steps = plural(len(draft.graph.order), "operation"), plural(len(blocks), "block")
        lines = [f"{plural(len(self.recorded), 'node')} recorded, {left} left, computed in {steps}"]
        dots = sum(block.size for block in blocks if block.op == "dot")
        if dots:
            lifted = sum(block.size for block in blocks if block.form in (PRODUCT, PAIRED))
            lines.append(f"{lifted} of {dots} weighted sums are rows of matrix products")
        for b, block in enumerate(blocks):
            notes = _notes(draft, block)
            # Reading by a list of indices copies the rows in every call: the one cost that a layout could not avoid.
            gathered = [str(j) for j, reference in enumerate(self.references[b]) if reference.index]
            if gathered:
                notes.append(f"operand {', '.join(gathered)} gathered: its rows do not lie in order")
            lines.append(f"  {draft.block_names[b]}: {block.summary()}" + (f" ({'; '.join(notes)})" if notes else ""))
        # An input that does not occur in the recorded graph is probably a mistake.
        used = {leaf.position for leaf in self.recorded.leaves.values() if leaf.kind == INPUT}
        idle = [str(k) for k in range(draft.columns) if k not in used]
        if idle:
            lines.append(f"  columns of X that nothing depends on: {', '.join(idle)}")
        return "\n".join(lines)


def _notes(draft: Draft, block: Block) -> list[str]:
    """What stood in the way of faster code."""
    notes = [f"no matrix product: {block.why}"] if block.why else []
    if block.op in draft.foreign:
        notes.append("one number at a time: its rule does not run over arrays")
    if block.form == ELEMENTWISE and block.size == 1 and len(draft.layout.blocks) > 1:
        notes.append("nothing else on its level does the same to operands of these kinds")
    if not block.batched:
        notes.append("once for the whole batch")
    return notes


def build(
    graph: Graph,
    columns: int,
    parameters: int = 0,
    careful: bool = False,
    as_recorded: bool = False,
    asking: bool = False,
) -> Compilation:
    """Run all passes. X has so many `columns`; so many `parameters` are there, whether or not they occur.

    With `as_recorded`, parameters stay in their order, and are not put into that of matrix products.
    The `careful` source has every node as it was recorded, and minds factors that are 0, infinite or nan. One that is
    `asking` is fast, and keeps the questions that `assume_finite` leaves out.
    """
    canonical = graph
    for canonicalize in CAREFUL if careful else CANONICAL[asking:]:
        canonical = canonicalize(canonical)
    # From nodes to blocks, and from blocks to places in memory.
    groups = group_nodes(canonical, copies=careful)
    blocks = lift(canonical, groups, careful)
    layout = assign_layout(canonical, blocks, parameters, as_recorded)
    # Lines of array code, in the order in which they run: a block reads what blocks before it have named.
    draft = Draft(canonical, layout, columns, careful)
    references = write_forward(draft)
    results = _write_results(draft)
    write_backward(draft, references)
    source, rows = emit(draft)
    return Compilation(graph, groups, draft, references, source, rows, results)


def _write_results(draft: Draft) -> list[tuple[int, bool]]:
    """Have the forward function return the outputs: those of one block that follow one another as one array."""
    # One output is a row, several are rows along an axis: the machine puts them side by side again.
    block_of = {i: b for b, block in enumerate(draft.layout.blocks) for i in block.nodes.ravel().tolist()}
    results = []
    for b, outputs in groupby(draft.graph.outputs, key=block_of.__getitem__):
        nodes = np.array(list(outputs), dtype=np.int64)
        several = len(nodes) > 1
        axes = "n" if several else ""
        reference = read(draft, nodes if several else nodes[0:1].reshape(()), axes, summed=axes)
        draft.results.append(reference.value)
        results.append((len(nodes), draft.layout.blocks[b].batched))
    return results
