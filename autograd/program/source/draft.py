"""A program under construction: which arrays it keeps, which parts of them have names, and its lines so far.

This is the third intermediate representation: lines of array code, each of which writes one array.

>>> from autograd import Value, tanh
>>> from autograd.program.build import build
>>> from autograd.program.passes.graph import read_graph
>>> x = Value(0.0)
>>> draft = build(read_graph([tanh(x) + 1.0], [x]).graph, columns=1).draft
>>> draft.block_names, draft.locals
(['tanh1', 'plus1'], {'X.T[0]': 'x'})
>>> for line in [line for section in draft.forward for line in section.lines]:
...     print(line.target, "=", line.formula)
tanh1 = np.tanh(x)
plus1 = tanh1 + 1.0
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from autograd.engine import ops
from autograd.program.passes.blocks import FAMILY, PAIRED, PRODUCT, Block, Numbers
from autograd.program.passes.graph import INPUT, PARAMETER, Graph
from autograd.program.passes.layout import Layout
from autograd.program.source.formula import Formula, Operand, is_truth, name
from autograd.program.source.names import Names, common_name
from autograd.program.source.numpy_names import HELPERS
from autograd.program.source.patterns import find_pattern

# What a block is called whose nodes have no labels; other operations are called by their own names.
_STEMS = {"dot": "z", "+": "plus", "-": "minus", "*": "times", "/": "ratio", "**": "power", "%": "rest", "//": "floor"}


@dataclass(frozen=True, slots=True)
class Buffer:
    """An array that is kept between calls: `shape` without the examples, which are its last axis if `batched`."""

    name: str
    shape: tuple[int, ...]
    batched: bool


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """`target` becomes the formula, or grows by it.

    how      meaning
    "set"    target = formula
    "add"    target = target + formula
    "local"  a name for a part of X or an intermediate result, good until the function returns
    "at"     target[index] = target[index] + formula, for each of the rows that `index` names, with multiplicity
    "put"    target[index] = formula, where no row is named twice
    `only_inputs` marks what only a gradient by the inputs needs.
    """

    target: Formula
    formula: Formula | float
    how: str = "set"
    index: str = ""
    only_inputs: bool = False

    def reads(self) -> Iterator[str]:
        """The buffers that are read."""
        if isinstance(self.formula, Formula):
            for part in self.formula.names():
                if part.buffer:
                    yield part.buffer
        if self.how in ("add", "at") and self.target.buffer:
            yield self.target.buffer

    @property
    def writes(self) -> str:
        """The buffer that is written, "" for a local name."""
        return self.target.buffer


@dataclass(slots=True)
class Section:
    """The lines of one block, forward or backward, under one comment."""

    comment: str
    lines: list[Line] = field(default_factory=list)


class Draft:
    """What the passes that write lines share; `careful` asks for the table's own rules, zero factors and all."""

    def __init__(self, graph: Graph, layout: Layout, columns: int, careful: bool = False) -> None:
        self.graph, self.layout, self.columns, self.careful = graph, layout, columns, careful
        # Nodes through which a gradient goes on to parameters, and those through which one goes on to inputs.
        self.to_parameters = nodes_with_gradient(graph, PARAMETER)
        self.to_inputs = nodes_with_gradient(graph, INPUT)
        # Names, each used once: of arrays, of their parts and of constant indices.
        self.names = Names(HELPERS)
        self.buffers: dict[str, Buffer] = {}
        self._gradients: dict[str, str] = {}  # the arrays of gradients, by the arrays that they belong to
        self.views: dict[str, str] = {}  # text -> name, set up once for a batch size
        self.locals: dict[str, str] = {}  # text -> name, computed in each call: parts of X
        self.indices: dict[str, Numbers] = {}
        self._index_names: dict[tuple[tuple[int, ...], bytes], str] = {}
        # What the passes write.
        self.forward: list[Section] = []
        self.backward: list[Section] = []
        self.results: list[Operand] = []  # what the forward lines return
        self.foreign: set[str] = set()  # operations whose rules do not run over formulas
        self.saved: dict[int, dict[str, Formula]] = {}  # arrays of a reduction's forward lines, for its backward lines
        counts: dict[str, int] = {}
        self.block_names = [self.names.new(self._block_label(block, counts)) for block in layout.blocks]
        self.segment_names: list[str] = []
        self._name_arrays()

    def _name_arrays(self) -> None:
        layout = self.layout
        for members, rows in zip(layout.segments, layout.sizes, strict=True):
            # A block with an array of its own gives it its name; blocks that share an array are views of it.
            alone = len(members) == 1
            base = self.block_names[members[0]] if alone else self.names.new("rows")
            self.segment_names.append(base)
            self.buffers[base] = Buffer(base, (rows,) if rows > 1 else (), True)
            for b in () if alone else members:
                pattern = find_pattern(layout.position[layout.blocks[b].nodes.ravel()], "n")
                self.views[pattern.text(base, rows)] = self.block_names[b]
        # What is the same for all examples lies in the vector P.
        for b, block in enumerate(layout.blocks):
            if not block.batched:
                pattern = find_pattern(layout.position[block.nodes.ravel()], "n")
                self.views[pattern.shared_text("P", layout.shared)] = self.block_names[b]

    def _block_label(self, block: Block, counts: dict[str, int]) -> str:
        """What to call a block: what its labels share, or its operation and a number."""
        labels = [self.graph.labels.get(i, "") for i in block.nodes.ravel().tolist()]
        label = common_name(labels) if all(labels) else ""
        if label:
            return label
        stem = _STEMS.get(block.op) or common_name([block.op]) or "own"
        counts[stem] = counts.get(stem, 0) + 1
        return f"{stem}{counts[stem]}"

    def view(self, text: str, label: str) -> str:
        """The name of a part of an array that stays where it is."""
        return text if text.isidentifier() else self._name_once(self.views, text, label)

    def local(self, text: str, label: str) -> str:
        """The name of a part of X."""
        return self._name_once(self.locals, text, label)

    def _name_once(self, names: dict[str, str], text: str, label: str) -> str:
        if text not in names:
            names[text] = self.names.new(label)
        return names[text]

    def buffer(self, label: str, shape: Sequence[int], axes: str) -> Formula:
        """A new array that varies along these axes; `shape` is without the examples."""
        buffer = self.names.new(label)
        self.buffers[buffer] = Buffer(buffer, tuple(shape), "b" in axes)
        return name(buffer, axes, buffer)

    def gradient_buffer(self, of: str) -> str:
        """The array of the gradients by the rows of a segment."""
        if of not in self._gradients:
            self._gradients[of] = self.buffer(f"g_{of}", self.buffers[of].shape, "b").text
        return self._gradients[of]

    def index(self, indices: Numbers) -> str:
        """The name of a constant list of indices."""
        key = (indices.shape, indices.tobytes())
        if key not in self._index_names:
            self._index_names[key] = index = self.names.new("index")
            self.indices[index] = indices
        return self._index_names[key]

    def context(self, block: Block) -> str:
        """The axes along which the results of a block vary; those of length 1 do not count, but a family's do."""
        letters = "lr" if block.form in (PRODUCT, PAIRED) else "kn" if block.form == FAMILY else "n"
        sizes = zip(letters, block.nodes.shape, strict=True)
        return "".join([axis for axis, size in sizes if size > 1 or axis == "k"]) + "b" * block.batched

    def temporary(self, formula: Formula) -> Formula:
        """A name for an intermediate result, in the forward section that is open."""
        variable = name(self.names.new("t"), formula.axes, truth=is_truth(formula))
        self.add(Line(variable, formula, "local"))
        return variable

    def add(self, *lines: Line) -> None:
        """Append lines to the forward section that is open."""
        self.forward[-1].lines.extend(lines)


def nodes_with_gradient(graph: Graph, kind: str) -> Numbers:
    """Which nodes a gradient passes on its way to the leaves of this kind: 1 for those."""
    reached = [0] * len(graph)
    for i, leaf in graph.leaves.items():
        if leaf.kind == kind:
            reached[i] = 1
    # Operands come first in the order; an operation without derivative, such as floor, lets nothing through.
    for i in graph.order:
        op = ops.TABLE.get(graph.ops[i])
        if op is None or op.differentiable:
            for a in graph.operands[i]:
                if reached[a]:
                    reached[i] = 1
                    break
    return np.array(reached, dtype=np.int64)
