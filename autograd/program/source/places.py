"""Where a block reads and writes: the rows of an array behind an array of node numbers, as formulas.

Nodes of the inputs are rows of `X.T`, nodes that the batch shares are parts of the vector P, all others are rows of an
array that has a column for each example. In a neuron with three inputs:

>>> from autograd import Value, dot
>>> from autograd.program.build import build
>>> from autograd.program.passes.graph import read_graph
>>> w, x = [[Value(0.0, label=f"{letter}{i}") for i in range(3)] for letter in "wx"]
>>> draft = build(read_graph([dot(w, x, Value(0.0, label="b"))], x).graph, columns=3).draft
>>> draft.locals, list(draft.views.items())[:2]
({'X.T': 'x'}, [('P[0:3]', 'w'), ('P[3:4].reshape(())', 'b')])
>>> weights = read(draft, draft.layout.blocks[0].operands[0], "lk", summed="k")
>>> print(weights.value, weights.storage, weights.axes, view_of(draft, weights, gradient=True))
w shared k g_w
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from autograd.program.passes.blocks import FAMILY, PAIRED, PRODUCT, Numbers
from autograd.program.passes.graph import INPUT, INPUTS, LITERAL, ROWS, SHARED
from autograd.program.source.draft import Draft, Line
from autograd.program.source.formula import Formula, Operand, call, name, written
from autograd.program.source.names import common_name
from autograd.program.source.patterns import Pattern, find_pattern

SAMPLE = 61  # a prime, so that rows and columns of a matrix both vary


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Rows of one array.

    `value` is the formula to read them by; `nodes` are the nodes without those that only repeat along an axis;
    `to_parameters` and `to_inputs` say whether a gradient by parameters, or by inputs, goes on to them; `label` is what
    to call them; `index` names the list of their places, if they do not lie in order.
    """

    value: Operand
    nodes: Numbers
    pattern: Pattern
    storage: str
    array: int
    to_parameters: bool
    to_inputs: bool
    label: str
    index: str = ""

    @property
    def axes(self) -> str:
        """The axes along which the rows vary."""
        return self.pattern.axes + ("b" if self.storage in (ROWS, INPUTS) else "")


def block_rows(draft: Draft, b: int, gradient: bool = False) -> Formula:
    """The rows of block b, or the gradients by them."""
    block = draft.layout.blocks[b]
    axes = {PRODUCT: "lr", PAIRED: "lr", FAMILY: "kn"}.get(block.form, "n")
    reference = locate(draft, block.nodes, axes, "k" if axes == "kn" else "", draft.block_names[b])
    return view_of(draft, reference, gradient)


def read(
    draft: Draft, nodes: Numbers, axes: str, context: str = "", summed: str = "", label: str = "", matrix: bool = False
) -> Reference:
    """The expression that reads the numbers of some nodes, an array along `axes`, beside arrays along `context`.

    `summed` axes are kept even if nothing changes along them. `label` is what to call leaves without labels. Rows of a
    `matrix` must lie one after another; those that do not are gathered first, by a line of the open section.
    """
    reference = locate(draft, nodes, axes, summed, _label_of(draft, nodes, label))
    # A literal that is the same everywhere is written as a number.
    leaf = draft.graph.leaves.get(int(nodes.flat[0]))
    if leaf is not None and leaf.kind == LITERAL and reference.pattern.kind == "at" and not summed:
        return replace(reference, value=leaf.value, storage=LITERAL)
    # To flatten a transposed view is to copy it, once and for all: gather its rows in each call instead.
    if matrix and reference.storage == ROWS and reference.pattern.kind == "transposed":
        scattered = replace(reference.pattern, kind="list", indices=draft.layout.position[reference.nodes])
        reference = replace(reference, pattern=scattered)
    if reference.pattern.kind == "list":
        reference = replace(reference, index=draft.index(reference.pattern.indices))
        rows = _gather(draft, reference)
    elif reference.storage == INPUTS:
        text = reference.pattern.text("X.T", draft.columns, ", examples")
        rows = name(draft.local(text, reference.label), reference.axes)
    else:
        rows = view_of(draft, reference)
    # Give it the axes of length 1 that it lacks beside the other arrays. A part of X has no lasting view.
    expansion = _expansion(reference.axes, context)
    text = rows.text + expansion
    if expansion and reference.storage != INPUTS:
        text = draft.view(text, f"{rows.text}_column")
    return replace(reference, value=name(text, reference.axes, rows.buffer))


def view_of(draft: Draft, reference: Reference, gradient: bool = False) -> Formula:
    """Where these rows lie, or the gradients by them; if they are scattered, the whole array."""
    pattern, layout = reference.pattern, draft.layout
    scattered = pattern.kind == "list"
    if reference.storage == ROWS:
        base, size = draft.segment_names[reference.array], layout.sizes[reference.array]
        rows = size if size > 1 else 0
        buffer = draft.gradient_buffer(base) if gradient else base
        if scattered:
            return name(buffer if rows else draft.view(f"{buffer}[None]", f"{buffer}_row"), reference.axes, buffer)
        # The rows have a name before their gradient does, which is called after them.
        label = draft.view(pattern.text(base, rows, ", examples"), reference.label)
        text = pattern.text(buffer, rows, ", examples")
        return name(draft.view(text, f"g_{label}" if gradient else label), reference.axes, buffer)
    # The gradient by inputs is an array with their places; they themselves are read from X in each call.
    if reference.storage == INPUTS:
        text = "gX" if scattered else pattern.text("gX", draft.columns, ", examples")
        return name(draft.view(text, f"g_{reference.label}"), reference.axes)
    base = "gP" if gradient else "P"
    # In P and gP, a gradient is called after the numbers that it is for, and has their place.
    if scattered:
        return name(base, reference.axes)
    label = draft.view(pattern.shared_text("P", layout.shared), reference.label)
    text = pattern.shared_text(base, layout.shared)
    return name(draft.view(text, f"g_{label}" if gradient else label), reference.axes)


def locate(draft: Draft, nodes: Numbers, axes: str, summed: str, label: str) -> Reference:
    """Where these nodes lie."""
    pattern = find_pattern(draft.layout.position[nodes], axes, summed)
    # Along the axes that the pattern leaves out, one node stands for all.
    for k in range(len(axes) - 1, -1, -1):
        if axes[k] not in pattern.axes:
            nodes = np.asarray(nodes.take(0, axis=k), dtype=np.int64)
    flat = nodes.ravel()
    to_parameters, to_inputs = bool(draft.to_parameters[flat].any()), bool(draft.to_inputs[flat].any())
    # All of them lie in the same array. Literals that differ among each other stand in P.
    storage, array = draft.layout.storage[int(flat[0])], int(draft.layout.segment[flat[0]])
    storage = SHARED if storage == LITERAL else storage
    return Reference(0.0, nodes, pattern, storage, array, to_parameters, to_inputs, label)


def _gather(draft: Draft, reference: Reference) -> Formula:
    if reference.storage == INPUTS:
        return name(draft.local(f"X.T[{reference.index}]", reference.label), reference.axes)
    target = draft.buffer(f"{reference.label}_rows", reference.pattern.shape, reference.axes)
    source = view_of(draft, reference)
    draft.add(Line(target, call("np.take", source, name(reference.index), axes=reference.axes)))
    return target


def display_name(value: Operand) -> str:
    """What a stage calls an operand: the name of its array, or its number; "" for a larger formula."""
    text = written(value).removesuffix("_column")
    return text if re.fullmatch(r"\w+|-?[\d.]+", text) else ""


def _label_of(draft: Draft, nodes: Numbers, label: str) -> str:
    """A name for these nodes, from their labels or from what they are."""
    flat = nodes.ravel().tolist()
    some = flat[:: max(1, len(flat) // SAMPLE)]  # enough for a name
    labels = [draft.graph.labels.get(i, "") for i in some]
    common = common_name(labels) if all(labels) else ""
    leaf = draft.graph.leaves.get(flat[0])
    if common or leaf is None:
        return common or "part"
    if leaf.kind == INPUT:
        return "x"
    return "numbers" if leaf.kind == LITERAL else label or "p"


def _expansion(axes: str, context: str) -> str:
    """The subscript that gives an array along `axes` the missing axes of `context`, each of length 1.

    None are written in front, where NumPy adds them itself; "" if there is nothing to add.
    """
    missing = [axis not in axes for axis in context]
    first = missing.index(False) if False in missing else len(missing)
    if not any(missing[first:]):
        return ""
    return "[" + ", ".join("None" if absent else ":" for absent in missing[first:]) + "]"
