"""Gradients on their way back: where each of them is kept, who writes it first, and which need no array at all.

The first line that writes a gradient sets it, the others add. A gradient that is a number for the whole batch, or such
a number times one array, is passed on as a formula instead, if it is the only one that reaches its block. Here that is
so for the result (`seed`), the exponential (`seed * plus1`) and the sum (`seed * exp1`). h takes one gradient from each
of the latter two: the first line sets it, the second adds to it.

>>> from autograd import Value, exp, tanh
>>> from autograd.program import compile
>>> w, x = Value(0.0, label="w"), Value(0.0, label="x")
>>> h = tanh(w * x)
>>> h.label = "h"
>>> source = compile(exp(h) * (h + 1.0), inputs=[x]).source
>>> print(source.partition("inputs=False):\\n")[2].partition("    return")[0])
        x = X.T[0]
        # back through times2, plus1
        np.multiply(exp1, seed, out=g_h)
        # back through times2, exp1
        np.add(g_h, plus1 * exp1 * seed, out=g_h)
        # back through h
        np.multiply(g_h, 1.0 - h * h, out=g_times1)
        # back through times1
        np.vecdot(g_times1, x, out=g_w)
        if inputs:
            np.multiply(g_times1, w, out=g_x)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from autograd.program.passes.graph import INPUTS, ROWS
from autograd.program.source.draft import Draft, Line, Section
from autograd.program.source.formula import (
    Formula,
    Operand,
    axes_of,
    call,
    factors,
    is_truth,
    name,
    operations,
    product,
)
from autograd.program.source.forward import References
from autograd.program.source.places import Reference, block_rows, locate, view_of

SEED = name("seed")
LONGEST = 8  # operations in a formula that is passed on
BLOCKS_NAMED = 3  # in the comment of a section, besides its own
Places = NDArray[np.int64]


class Adjoints:
    """The backward lines, written from the last block to the first, and the gradient of every block so far.

    The gradient of a block is an array that lines have written to, or a formula that no line has needed as an array.
    """

    def __init__(self, draft: Draft, references: References) -> None:
        self.draft = draft
        layout = draft.layout
        # Which rows of each gradient array have been written so far.
        self._written = [np.zeros(size, dtype=np.bool_) for size in layout.sizes]
        self._written_shared = np.zeros(layout.shared, dtype=np.bool_)
        self._written_inputs = np.zeros(draft.columns, dtype=np.bool_)
        self._block_of = np.full(len(draft.graph), -1, dtype=np.int64)
        for b, block in enumerate(layout.blocks):
            self._block_of[block.nodes.ravel()] = b
        self._formulas: dict[int, Operand] = {}  # the gradients that are no arrays, by their blocks
        self._passed: dict[int, list[str]] = {}  # and the names of the blocks that these formulas have passed through
        self._block = -1
        self._incoming = self._count_incoming(references)
        self._has_parameters = bool(layout.parameters)
        self._only_inputs = False
        self.lines: list[Line] = []

    def has_gradient(self, b: int) -> bool:
        """Whether a gradient goes through block b."""
        flat = self.draft.layout.blocks[b].nodes.ravel()
        return bool((self.draft.to_parameters[flat] | self.draft.to_inputs[flat]).any())

    def _count_incoming(self, references: References) -> list[int]:
        """For each block, how many gradients come in."""
        counts = [0] * len(self.draft.layout.blocks)
        for b, operands in references.items():
            if self.has_gradient(b):
                for reference in operands:
                    for c in set(self._block_of[reference.nodes.ravel()].tolist()) - {-1}:
                        counts[c] += 1
        counts[self._block_of[self.draft.graph.outputs[0]]] += 1
        return counts

    # ----- Sections -----

    def start(self) -> None:
        """Let the gradient of the first output, by itself, be the seed."""
        output = self.draft.graph.outputs[0]
        b = int(self._block_of[output])
        if self._incoming[b] == 1 and self.draft.layout.blocks[b].size == 1:
            self._formulas[b] = SEED
            return
        self._accumulate(locate(self.draft, np.array(output, dtype=np.int64), "", "", "result"), SEED)
        self._close("the result itself")

    def open(self, b: int) -> Operand | None:
        """Begin the section of block b: the gradient by its rows, None if nothing came in."""
        layout = self.draft.layout
        flat = layout.blocks[b].nodes.ravel()
        self._block = b
        self._only_inputs = self._has_parameters and not self.draft.to_parameters[flat].any()
        if b in self._formulas:
            return self._formulas[b]
        storage, array = ROWS if layout.blocks[b].batched else "shared", int(layout.segment[flat[0]])
        written = self._rows_written(storage, array)[layout.position[flat]]
        if not written.any():
            return None
        # Some rows have a gradient: that of the others is 0.
        self._fill(storage, array, layout.position[flat])
        return block_rows(self.draft, b, gradient=True)

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
        if b in self._formulas:
            target = block_rows(self.draft, b, gradient=True)
            self._line(target, g)
            return target
        assert isinstance(g, Formula)
        return g

    def temporary(self, formula: Formula) -> Formula:
        """A name for an intermediate result."""
        variable = name(self.draft.names.new("t"), formula.axes, truth=is_truth(formula))
        self._line(variable, formula, "local")
        return variable

    def send(self, reference: Reference, formula: Operand, context: str, sizes: dict[str, int]) -> None:
        """Write the line that adds a formula, along the axes `context`, to the gradient of the operand of a reference.

        It is summed over the axes along which the operand is the same; `sizes` are those of the axes, but for b.
        """
        if not (reference.to_parameters or reference.to_inputs):
            return
        # Along an axis where neither varies, the sum is a product with the length of the axis.
        for axis in context:
            if axis not in reference.axes and axis not in axes_of(formula):
                formula = product(formula, name("examples") if axis == "b" else float(sizes[axis]))
        formula = summed(formula, context, reference.axes)
        before, self._only_inputs = self._only_inputs, self._has_parameters and not reference.to_parameters
        b = self._only_block_read(reference)
        if b is not None and is_scaled(formula):
            # Nothing else will be added to it: pass the formula on, with the letters that its axes have in that block.
            there = self.draft.context(self.draft.layout.blocks[b])
            self._formulas[b] = renamed(formula, dict(zip(reference.axes, there, strict=True)))
            passed = [*self._passed.get(self._block, []), self.draft.block_names[self._block]]
            self._passed[b] = passed[-BLOCKS_NAMED:]
        else:
            self._accumulate(reference, formula)
        self._only_inputs = before

    def _only_block_read(self, reference: Reference) -> int | None:
        """The block that the reference reads all of, in order, if no other gradient goes there."""
        flat = reference.nodes.ravel()
        b = int(self._block_of[flat[0]])
        if b < 0 or self._incoming[b] != 1 or reference.index:
            return None
        block = self.draft.layout.blocks[b]
        if not np.array_equal(block.nodes.ravel(), flat):
            return None
        return b if len(reference.axes) == len(self.draft.context(block)) else None

    def _accumulate(self, reference: Reference, formula: Operand) -> None:
        target = view_of(self.draft, reference, gradient=True)
        written = self._rows_written(reference.storage, reference.array)
        places = self.draft.layout.position[reference.nodes].ravel()
        if reference.index and len(np.unique(places)) == len(places) and not written[places].any():
            # Scattered rows, each named once and all of them new: set them.
            self._line(target, formula, "put", reference.index)
        elif reference.index:
            # np.add.at adds as often as a row is named, to what must be there already.
            self._fill(reference.storage, reference.array, places)
            self._line(target, _as_wide(formula, reference), "at", reference.index)
        elif written[places].any():
            self._fill(reference.storage, reference.array, places)
            self._line(target, formula, "add")
        else:
            self._line(target, formula)
        written[places] = True

    def _fill(self, storage: str, array: int, places: Places) -> None:
        """Set what has not been written yet to 0."""
        written = self._rows_written(storage, array)
        open_ = np.unique(places[~written[places]])
        if not len(open_):
            return
        # One line for each run of rows that follow one another.
        for run in np.split(open_, np.flatnonzero(np.diff(open_) != 1) + 1):
            start, stop = int(run[0]), int(run[-1]) + 1
            if storage == ROWS:
                base = self.draft.gradient_buffer(self.draft.segment_names[array])
                whole = stop - start == self.draft.layout.sizes[array]
                self._line(name(base if whole else f"{base}[{start}:{stop}]", "", base), 0.0)
            else:
                self._line(name(f"{'gX' if storage == INPUTS else 'gP'}[{start}:{stop}]"), 0.0)
            written[start:stop] = True

    def _rows_written(self, storage: str, array: int) -> NDArray[np.bool_]:
        """Which rows of a gradient array have been written so far."""
        if storage == ROWS:
            return self._written[array]
        return self._written_inputs if storage == INPUTS else self._written_shared

    def _line(self, target: Formula, formula: Operand, how: str = "set", index: str = "") -> None:
        self.lines.append(Line(target, formula, how, index, self._only_inputs))


def _as_wide(formula: Operand, reference: Reference) -> Operand:
    """The formula broadcast to the shape of the index, for `np.add.at`.

    That function takes numbers of fewer axes, and adds wrong ones to a vector.
    """
    axes = axes_of(formula)
    if not axes or reference.storage in (ROWS, INPUTS) or axes[0] == reference.axes[0]:
        return formula
    return call("np.broadcast_to", formula, name(f"{reference.index}.shape"), axes=reference.axes)


def is_scaled(formula: Operand) -> bool:
    """Whether a formula stays a formula: one number for the whole batch, or such a number times one array.

    A formula of LONGEST operations becomes an array: passed on from block to block, it would be computed in each.
    """
    if isinstance(formula, Formula) and operations(formula, LONGEST) >= LONGEST:
        return False
    arrays = [f for f in factors(formula) if axes_of(f)]
    return not arrays or (len(arrays) == 1 and isinstance(arrays[0], Formula) and not arrays[0].function)


def renamed(formula: Operand, letters: dict[str, str]) -> Operand:
    """The formula with other letters for its axes: `letters` maps those of its block to those of another block."""
    if not isinstance(formula, Formula):
        return formula
    axes = "".join([letters.get(axis, axis) for axis in formula.axes])
    parts = tuple([renamed(x, letters) for x in formula.parts])
    return Formula(formula.function, parts, formula.text, axes, formula.buffer, formula.truth)


def summed(formula: Operand, context: str, axes: str) -> Operand:
    """The sum of a formula over those axes of `context` that are not in `axes`.

    >>> g, x = name("g", "nb"), name("x", "nb")
    >>> print(summed(g, "nb", "n"), "or", summed(g * x, "nb", "n"), "or", summed(g * x, "nb", "b"))
    g @ ones or np.vecdot(g, x) or np.add.reduce(g * x, axis=(0,))
    """
    if not axes_of(formula):
        return formula
    assert isinstance(formula, Formula)
    # Where a formula does not vary, its array still has an axis, of length 1, except in front.
    there = context[context.index(formula.axes[0]) :]
    absent = "".join([axis for axis in there if axis not in axes])
    if not absent:
        return formula
    kept = "".join([axis for axis in formula.axes if axis in axes])
    # Sums over the examples alone are products of matrices or vectors. These need no array for what is added up, and
    # over a thousand examples the product with ones takes about half the time of np.add.reduce.
    if absent == "b" and len(kept) <= 1:
        arrays = [f for f in factors(formula) if axes_of(f)]
        number = product(*[f for f in factors(formula) if not axes_of(f)])
        if len(arrays) == 2 and all(axes_of(f) == there for f in arrays):
            return product(call("np.vecdot", *arrays, axes=kept), number)
        rest = product(*arrays)
        if axes_of(rest) == there:
            return product(call("np.matmul", rest, name("ones", "b"), axes=kept), number)
    places = ", ".join([str(there.index(axis)) for axis in absent])
    return Formula(f"np.add.reduce|axis=({places},)", (formula,), "", kept)
