"""A program under construction: which arrays it keeps, which parts of them have names, and its lines so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.engine import ops
from autograd.program.passes.blocks import FAMILY, PRODUCT, Block, Numbers
from autograd.program.passes.graph import INPUT, PARAMETER, Graph
from autograd.program.passes.layout import Layout
from autograd.program.source.formula import Formula, Operand, name
from autograd.program.source.helpers import HELPERS
from autograd.program.source.lines import Buffer, Line, Section
from autograd.program.source.names import Names, common_name
from autograd.program.source.patterns import find_pattern

if TYPE_CHECKING:
    from autograd.program.source.reductions import Wide

_STEMS = {"dot": "z", "+": "plus", "-": "minus", "*": "times", "/": "ratio", "**": "power", "%": "rest", "//": "floor"}


class Draft:
    """What the passes that write lines share; `careful` asks for the table's own rules, zero factors and all."""

    def __init__(self, graph: Graph, layout: Layout, columns: int, careful: bool = False) -> None:
        self.graph, self.layout, self.columns, self.careful = graph, layout, columns, careful
        self.names = Names(HELPERS)
        self.learned = reached_with_slope(graph, PARAMETER)
        self.fed = reached_with_slope(graph, INPUT)
        self.buffers: dict[str, Buffer] = {}
        self._gradients: dict[str, str] = {}  # the arrays of gradients, by the arrays that they belong to
        self.views: dict[str, str] = {}  # text -> name, made once for a batch size
        self.locals: dict[str, str] = {}  # text -> name, made in each call: parts of X
        self.indices: dict[str, Numbers] = {}
        self._known_indices: dict[tuple[tuple[int, ...], bytes], str] = {}
        self.forward: list[Section] = []
        self.backward: list[Section] = []
        self.segment_names: list[str] = []
        self.results: list[Operand] = []  # what the forward lines return
        self.foreign: set[str] = set()  # operations whose rules do not run over formulas
        self.wide: dict[int, Wide] = {}  # for backward lines: what forward lines kept
        self.block_names: list[str] = []
        self._name_blocks()

    def _name_blocks(self) -> None:
        counts: dict[str, int] = {}
        layout = self.layout
        self.block_names = [self.names.new(self._wanted(block, counts)) for block in layout.blocks]
        for members, rows in zip(layout.segments, layout.sizes, strict=True):
            alone = len(members) == 1
            base = self.block_names[members[0]] if alone else self.names.new("rows")
            self.segment_names.append(base)
            self.buffers[base] = Buffer(base, (rows,) if rows > 1 else (), True)
            for b in () if alone else members:
                pattern = find_pattern(layout.position[layout.blocks[b].nodes.ravel()], "n")
                self.views[pattern.text(base, rows)] = self.block_names[b]
        for b, block in enumerate(layout.blocks):
            if not block.batched:
                pattern = find_pattern(layout.position[block.nodes.ravel()], "n")
                self.views[pattern.shared_text("P", layout.shared)] = self.block_names[b]

    def _wanted(self, block: Block, counts: dict[str, int]) -> str:
        """What to call a block: what its labels share, or its operation and a number."""
        labels = [self.graph.labels.get(i, "") for i in block.nodes.ravel().tolist()]
        found = common_name(labels) if all(labels) else ""
        if found:
            return found
        stem = _STEMS.get(block.op) or common_name([block.op]) or "own"
        counts[stem] = counts.get(stem, 0) + 1
        return f"{stem}{counts[stem]}"

    def view(self, text: str, wanted: str) -> str:
        """The name of a part of an array that stays where it is."""
        if text.isidentifier():
            return text
        if text not in self.views:
            self.views[text] = self.names.new(wanted)
        return self.views[text]

    def local(self, text: str, wanted: str) -> str:
        """The name of a part of X."""
        if text not in self.locals:
            self.locals[text] = self.names.new(wanted)
        return self.locals[text]

    def buffer(self, wanted: str, shape: Sequence[int], axes: str) -> Formula:
        """A new array that varies along these axes; `shape` is without the examples."""
        found = self.names.new(wanted)
        self.buffers[found] = Buffer(found, tuple(shape), "b" in axes)
        return name(found, axes, found)

    def gradient_buffer(self, of: str) -> str:
        """The array of the gradients by the rows of a segment."""
        if of not in self._gradients:
            self._gradients[of] = found = self.names.new(f"g_{of}")
            self.buffers[found] = Buffer(found, self.buffers[of].shape, True)
        return self._gradients[of]

    def index(self, indices: Numbers) -> str:
        """The name of a constant list of indices."""
        key = (indices.shape, indices.tobytes())
        if key not in self._known_indices:
            self._known_indices[key] = found = self.names.new("index")
            self.indices[found] = indices
        return self._known_indices[key]

    def context(self, block: Block) -> str:
        """The axes along which the results of a block vary; those of length 1 do not count, but a family's do."""
        letters = "lr" if block.form == PRODUCT else "kn" if block.form == FAMILY else "n"
        sizes = zip(letters, block.nodes.shape, strict=True)
        return "".join([axis for axis, size in sizes if size > 1 or axis == "k"]) + "b" * block.batched

    def add(self, *lines: Line) -> None:
        """Append lines to the forward section that is open."""
        self.forward[-1].lines.extend(lines)


def reached_with_slope(graph: Graph, kind: str) -> Numbers:
    """Which nodes a gradient passes on its way to the leaves of this kind: 1 for those."""
    reached = [0] * len(graph)
    for i, leaf in graph.leaves.items():
        if leaf.kind == kind:
            reached[i] = 1
    for i in graph.order:
        op = ops.TABLE.get(graph.ops[i])
        if op is None or op.differentiable:
            for a in graph.operands[i]:
                if reached[a]:
                    reached[i] = 1
                    break
    return np.array(reached)
