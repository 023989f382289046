"""All passes in a row: from a recorded graph to source, with what each pass made kept to be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import overload

import numpy as np

from autograd.program.passes.alike import settle
from autograd.program.passes.blocks import ACROSS
from autograd.program.passes.graph import Graph
from autograd.program.passes.groups import Group, group
from autograd.program.passes.layout import Layout, order_rows
from autograd.program.passes.matrices import lift
from autograd.program.passes.powers import share_squares
from autograd.program.passes.simplify import drop_dead, fold, merge_equal
from autograd.program.passes.sums import collect_sums
from autograd.program.report import report
from autograd.program.source.backward import write_backward
from autograd.program.source.draft import Draft
from autograd.program.source.emit import emit
from autograd.program.source.forward import Read, write_forward
from autograd.program.source.places import called, read

CANONICAL: tuple[Callable[[Graph], Graph], ...] = (
    fold, collect_sums, merge_equal, share_squares, drop_dead, settle,
)  # fmt: skip


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
        if isinstance(which, str):
            found = [stage for stage in self._stages if stage.name == which]
            if not found:
                names = ", ".join(stage.name for stage in self._stages)
                raise KeyError(f"there is no stage {which!r}: the stages are {names}")
            return found[0]
        return self._stages[which]

    def __len__(self) -> int:
        return len(self._stages)

    def __iter__(self) -> Iterator[Stage]:
        return iter(self._stages)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """What the passes made of a graph, as far as a running program needs it.

    `results` says for each array that the forward function returns how many outputs are in it, and whether they differ
    between examples. `rows` is how many numbers per example all arrays have together.
    """

    recorded: Graph
    groups: list[Group]
    draft: Draft
    reads: Read
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
        return any(block.form == ACROSS for block in self.draft.layout.blocks)

    def stages(self) -> Stages:
        """What each pass made, in words."""
        graph, canonical, names = self.recorded, self.draft.graph, self.draft.block_names
        lifted = [
            f"{b}: {names[b]} = {block.describe([called(found.value) for found in self.reads[b]])}"
            for b, block in enumerate(self.layout.blocks)
        ]
        leaves = f"{len(graph.order)} operations on {len(graph.leaves)} leaves"
        return Stages(
            [
                Stage("recorded", leaves, graph.describe()),
                Stage("canonical", f"{len(canonical.order)} operations", canonical.describe()),
                Stage("grouped", f"{len(self.groups)} groups", "\n".join(found.describe() for found in self.groups)),
                Stage("lifted", f"{len(lifted)} blocks", "\n".join(lifted)),
                Stage("ordered", f"{len(self.layout.segments)} arrays", self.layout.describe(names)),
                Stage("emitted", f"{self.source.count(chr(10))} lines", self.source.rstrip("\n")),
            ]
        )

    def report(self) -> str:
        """What became what."""
        return report(self.recorded, self.draft, self.reads)


def build(graph: Graph, columns: int, parameters: int = 0, careful: bool = False) -> Built:
    """Run all passes. X has so many `columns`; so many `parameters` are there, whether or not they occur."""
    canonical = graph
    for run in CANONICAL:
        canonical = run(canonical)
    groups = group(canonical)
    blocks = lift(canonical, groups)
    layout = order_rows(canonical, blocks, parameters)
    draft = Draft(canonical, layout, columns, careful)
    reads = write_forward(draft)
    results = _write_results(draft)
    write_backward(draft, reads)
    source, rows = emit(draft)
    return Built(graph, groups, draft, reads, source, rows, results)


def _write_results(draft: Draft) -> list[tuple[int, bool]]:
    """Have the forward function return the outputs: those of one block that follow one another as one array."""
    home = {i: b for b, block in enumerate(draft.layout.blocks) for i in block.nodes.ravel().tolist()}
    results = []
    for b, found in groupby(draft.graph.outputs, key=home.__getitem__):
        nodes = np.array(list(found))
        several = len(nodes) > 1
        axes = "n" if several else ""
        reference = read(draft, nodes if several else np.array(nodes[0]), axes, summed=axes)
        draft.results.append(reference.value)
        results.append((len(nodes), draft.layout.blocks[b].batched))
    return results
