"""Gradients on their way back: where each of them is kept, who writes it first, and which need no array at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograd.program.passes.groups import INPUTS, ROWS
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, axes_of, call, factors, name, product
from autograd.program.source.forward import Read
from autograd.program.source.lines import Line, Section
from autograd.program.source.places import Reference, locate, own, place

SEED = name("seed")
NAMED = 3  # blocks in the comment of a section, besides its own
Places = NDArray[np.int64]


class Adjoints:
    """The gradients by all rows, while backward lines are written from the last block to the first.

    The first line to write a gradient sets it, the others add. A gradient that is a number for the whole batch, or such
    a number times one array, is passed on as a formula instead, if it is the only one that reaches its block.
    """

    def __init__(self, draft: Draft, read: Read) -> None:
        self.draft = draft
        layout = draft.layout
        self._written = [np.zeros(size, dtype=np.bool_) for size in layout.sizes]
        self._written_shared = np.zeros(layout.shared, dtype=np.bool_)
        self._written_inputs = np.zeros(draft.columns, dtype=np.bool_)
        self._home = np.full(len(draft.graph), -1, dtype=np.int64)
        for b, block in enumerate(layout.blocks):
            self._home[block.nodes.ravel()] = b
        self._light: dict[int, Operand] = {}  # the gradients that are formulas
        self._passed: dict[int, list[str]] = {}  # and the blocks that they have passed through, by name
        self._block = -1
        self._arrivals = self._count_arrivals(read)
        self._has_parameters = bool(layout.parameters)
        self._only_inputs = False
        self.lines: list[Line] = []

    def takes(self, b: int) -> bool:
        """Whether a gradient goes through block b."""
        flat = self.draft.layout.blocks[b].nodes.ravel()
        return bool((self.draft.learned[flat] | self.draft.fed[flat]).any())

    def _count_arrivals(self, read: Read) -> list[int]:
        """For each block, how many gradients come in."""
        counts = [0] * len(self.draft.layout.blocks)
        for b, references in read.items():
            if self.takes(b):
                for reference in references:
                    for c in set(self._home[reference.nodes.ravel()].tolist()) - {-1}:
                        counts[c] += 1
        counts[self._home[self.draft.graph.outputs[0]]] += 1
        return counts

    # ----- Sections -----

    def start(self) -> None:
        """Let the gradient of the first output, by itself, be the seed."""
        output = self.draft.graph.outputs[0]
        b = int(self._home[output])
        if self._arrivals[b] == 1 and self.draft.layout.blocks[b].size == 1:
            self._light[b] = SEED
            return
        self._accumulate(locate(self.draft, np.array(output), "", "", "result"), SEED)
        self._close("the result itself")

    def open(self, b: int) -> Operand | None:
        """Begin the section of block b: the gradient by its rows, None if nothing came in."""
        layout = self.draft.layout
        flat = layout.blocks[b].nodes.ravel()
        self._block = b
        self._only_inputs = self._has_parameters and not self.draft.learned[flat].any()
        if b in self._light:
            return self._light[b]
        home, array = ROWS if layout.blocks[b].batched else "shared", int(layout.segment[flat[0]])
        written = self._rows(home, array)[layout.position[flat]]
        if not written.any():
            return None
        self._fill(home, array, layout.position[flat])
        return own(self.draft, b, gradient=True)

    def close(self, b: int) -> None:
        """End the section of block b."""
        self._close(f"back through {', '.join([*self._passed.get(b, []), self.draft.block_names[b]])}")

    def _close(self, comment: str) -> None:
        if self.lines:
            self.draft.backward.append(Section(comment, self.lines))
        self.lines = []

    # ----- Lines -----

    def as_array(self, b: int, g: Operand) -> Formula:
        """The gradient by block b as an array, if it is a formula so far."""
        if b in self._light:
            target = own(self.draft, b, gradient=True)
            self._line(target, g)
            return target
        assert isinstance(g, Formula)
        return g

    def temporary(self, formula: Formula) -> Formula:
        """A name for an intermediate result."""
        made = name(self.draft.names.new("t"), formula.axes)
        self._line(made, formula, "local")
        return made

    def send(self, reference: Reference, formula: Operand, context: str, sizes: dict[str, int]) -> None:
        """Add a formula in the midst of arrays along `context` to the gradient by what was read.

        It is summed over the axes along which the operand is the same; `sizes` are those of the axes, but for b.
        """
        if not (reference.learned or reference.fed):
            return
        for axis in context:
            if axis not in reference.axes and axis not in axes_of(formula):
                formula = product(formula, name("examples") if axis == "b" else float(sizes[axis]))
        formula = summed(formula, context, reference.axes)
        before, self._only_inputs = self._only_inputs, self._has_parameters and not reference.learned
        b = self._only_reader_of(reference)
        if b is not None and is_light(formula):
            there = self.draft.context(self.draft.layout.blocks[b])
            self._light[b] = renamed(formula, dict(zip(reference.axes, there, strict=True)))
            self._passed[b] = [*self._passed.get(self._block, []), self.draft.block_names[self._block]][-NAMED:]
        else:
            self._accumulate(reference, formula)
        self._only_inputs = before

    def _only_reader_of(self, reference: Reference) -> int | None:
        """The block that the reference reads all of, in order, if no other gradient goes there."""
        flat = reference.nodes.ravel()
        b = int(self._home[flat[0]])
        if b < 0 or self._arrivals[b] != 1 or reference.index:
            return None
        block = self.draft.layout.blocks[b]
        nodes = block.nodes.ravel()
        if len(nodes) != len(flat) or not bool((nodes == flat).all()):
            return None
        return b if len(reference.axes) == len(self.draft.context(block)) else None

    def _accumulate(self, reference: Reference, formula: Operand) -> None:
        target = place(self.draft, reference, gradient=True)
        written = self._rows(reference.home, reference.array)
        places = self.draft.layout.position[reference.nodes].ravel()
        if reference.index and len(np.unique(places)) == len(places) and not written[places].any():
            self._line(target, formula, "put", reference.index)
        elif reference.index:
            self._fill(reference.home, reference.array, places)
            self._line(target, _as_wide(formula, reference), "at", reference.index)
        elif written[places].any():
            self._fill(reference.home, reference.array, places)
            self._line(target, formula, "add")
        else:
            self._line(target, formula)
        written[places] = True

    def _fill(self, home: str, array: int, places: Places) -> None:
        """Set what has not been written yet to 0."""
        written = self._rows(home, array)
        open_ = np.unique(places[~written[places]])
        if not len(open_):
            return
        for run in np.split(open_, np.flatnonzero(np.diff(open_) != 1) + 1):
            start, stop = int(run[0]), int(run[-1]) + 1
            if home == ROWS:
                base = self.draft.gradient_buffer(self.draft.segment_names[array])
                whole = stop - start == self.draft.layout.sizes[array]
                self._line(name(base if whole else f"{base}[{start}:{stop}]", "", base), 0.0)
            else:
                self._line(name(f"{'gX' if home == INPUTS else 'gP'}[{start}:{stop}]"), 0.0)
            written[start:stop] = True

    def _rows(self, home: str, array: int) -> NDArray[np.bool_]:
        """Which rows of a gradient array have been written so far."""
        return (
            self._written[array] if home == ROWS else self._written_inputs if home == INPUTS else self._written_shared
        )

    def _line(self, target: Formula, formula: Operand, how: str = "set", index: str = "") -> None:
        self.lines.append(Line(target, formula, how, index, self._only_inputs))


def _as_wide(formula: Operand, reference: Reference) -> Operand:
    """The formula along all axes of what is scattered: to a vector, np.add.at adds rubbish where one is missing."""
    along = axes_of(formula)
    if not along or reference.home in (ROWS, INPUTS) or along[0] == reference.axes[0]:
        return formula
    return call("np.broadcast_to", formula, name(f"{reference.index}.shape"), axes=reference.axes)


def is_light(formula: Operand) -> bool:
    """Whether a formula is a number for the whole batch, or that times one array: not worth an array of its own."""
    arrays = [f for f in factors(formula) if axes_of(f)]
    return not arrays or (len(arrays) == 1 and isinstance(arrays[0], Formula) and not arrays[0].function)


def renamed(formula: Operand, letters: dict[str, str]) -> Operand:
    """The same formula in the midst of another block, where its axes have other letters."""
    if not isinstance(formula, Formula):
        return formula
    axes = "".join([letters.get(axis, axis) for axis in formula.axes])
    parts = tuple([renamed(x, letters) for x in formula.parts])
    return Formula(formula.function, parts, formula.text, axes, formula.buffer)


def summed(formula: Operand, context: str, axes: str) -> Operand:
    """The sum of a formula in the midst of arrays along `context`, along all axes but `axes`."""
    if not axes_of(formula):
        return formula
    assert isinstance(formula, Formula)
    # Where a formula does not vary, its array still has an axis, of length 1, except in front.
    there = context[context.index(formula.axes[0]) :]
    gone = "".join([axis for axis in there if axis not in axes])
    if not gone:
        return formula
    kept = "".join([axis for axis in formula.axes if axis in axes])
    if gone == "b" and len(kept) <= 1:
        parts = [f for f in factors(formula) if axes_of(f)]
        number = product(*[f for f in factors(formula) if not axes_of(f)])
        if len(parts) == 2 and all(axes_of(f) == there for f in parts):
            return product(call("np.vecdot", *parts, axes=kept), number)
        rest = product(*parts)
        if axes_of(rest) == there:
            return product(call("np.matmul", rest, name("ones", "b"), axes=kept), number)
    places = ", ".join([str(there.index(axis)) for axis in gone])
    return Formula(f"np.add.reduce|axis=({places},)", (formula,), "", kept)
