"""Where a block reads and writes: the rows of an array behind an array of node numbers, as formulas."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from autograd.program.passes.blocks import FAMILY, PRODUCT, Numbers
from autograd.program.passes.graph import INPUT
from autograd.program.passes.graph import LITERAL as LITERAL_LEAF
from autograd.program.passes.groups import INPUTS, LITERAL, ROWS
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, call, name, written
from autograd.program.source.lines import Line
from autograd.program.source.names import common_name
from autograd.program.source.patterns import Pattern, find_pattern

SAMPLE = 61  # a prime, so that rows and columns of a matrix both vary


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Rows of one array.

    `value` is the formula to read them by; `nodes` are the nodes without those that only repeat along an axis;
    `learned` and `fed` say whether a gradient by parameters, or by inputs, goes on to them; `index` names the list of
    their places, if they do not lie in order.
    """

    value: Operand
    nodes: Numbers
    pattern: Pattern
    home: str
    array: int
    learned: bool
    fed: bool
    wanted: str
    index: str = ""

    @property
    def axes(self) -> str:
        """The axes along which the rows vary."""
        return self.pattern.axes + ("b" if self.home in (ROWS, INPUTS) else "")


def own(draft: Draft, b: int, gradient: bool = False) -> Formula:
    """The rows of block b, or the gradients by them."""
    block = draft.layout.blocks[b]
    axes = {PRODUCT: "lr", FAMILY: "kn"}.get(block.form, "n")
    found = locate(draft, block.nodes, axes, "k" if axes == "kn" else "", draft.block_names[b])
    return place(draft, found, gradient)


def read(
    draft: Draft, of: Numbers, axes: str, context: str = "", summed: str = "", wanted: str = "", matrix: bool = False
) -> Reference:
    """What to read for the nodes `of`, given along `axes`, in the midst of arrays along `context`.

    `summed` axes are kept even if nothing changes along them. As a `matrix`, the rows must lie one after another.
    `wanted` is what to call leaves without labels.
    Rows that do not are gathered first, by a line of the open section.
    """
    found = locate(draft, of, axes, summed, _name_of(draft, of, wanted))
    leaf = draft.graph.leaves.get(int(of.flat[0]))
    if leaf is not None and leaf.kind == LITERAL_LEAF and found.pattern.kind == "at" and not summed:
        return replace(found, value=leaf.value, home=LITERAL)
    if matrix and found.home == ROWS and found.pattern.kind == "turned":
        scattered = replace(found.pattern, kind="list", indices=draft.layout.position[found.nodes])
        found = replace(found, pattern=scattered)
    expansion = _expansion(found.axes, context)
    if found.pattern.kind == "list":
        found = replace(found, index=draft.index(found.pattern.indices))
        plain = _gathered(draft, found)
    elif found.home == INPUTS:
        plain = name(draft.local(found.pattern.text("X.T", draft.columns, ", examples"), found.wanted), found.axes)
    else:
        plain = place(draft, found)
    text = plain.text + expansion
    if expansion and found.home != INPUTS:
        text = draft.view(text, f"{plain.text}_column")
    return replace(found, value=name(text, found.axes, plain.buffer))


def place(draft: Draft, found: Reference, gradient: bool = False) -> Formula:
    """Where these rows lie, or the gradients by them; if they are scattered, the whole array."""
    pattern, layout = found.pattern, draft.layout
    scattered = pattern.kind == "list"
    if found.home == ROWS:
        base, size = draft.segment_names[found.array], layout.sizes[found.array]
        rows = size if size > 1 else 0
        of = draft.gradient_buffer(base) if gradient else base
        if scattered:
            return name(of if rows else draft.view(f"{of}[None]", f"{of}_row"), found.axes, of)
        label = draft.view(pattern.text(base, rows, ", examples"), found.wanted)
        text = pattern.text(of, rows, ", examples")
        return name(draft.view(text, f"g_{label}" if gradient else label), found.axes, of)
    if found.home == INPUTS:
        text = "gX" if scattered else pattern.text("gX", draft.columns, ", examples")
        return name(draft.view(text, f"g_{found.wanted}"), found.axes)
    base = "gP" if gradient else "P"
    if scattered:
        return name(base, found.axes)
    label = draft.view(pattern.shared_text("P", layout.shared), found.wanted)
    text = pattern.shared_text(base, layout.shared)
    return name(draft.view(text, f"g_{label}" if gradient else label), found.axes)


def locate(draft: Draft, nodes: Numbers, axes: str, summed: str, wanted: str) -> Reference:
    """Where these nodes lie."""
    pattern = find_pattern(draft.layout.position[nodes], axes, summed)
    for k in range(len(axes) - 1, -1, -1):
        if axes[k] not in pattern.axes:
            nodes = np.asarray(nodes.take(0, axis=k))
    flat = nodes.ravel()
    learned, fed = bool(draft.learned[flat].any()), bool(draft.fed[flat].any())
    home, array = draft.layout.homes[int(flat[0])], int(draft.layout.segment[flat[0]])
    home = "shared" if home == LITERAL else home
    return Reference(0.0, nodes, pattern, home, array, learned, fed, wanted)


def _gathered(draft: Draft, found: Reference) -> Formula:
    if found.home == INPUTS:
        return name(draft.local(f"X.T[{found.index}]", found.wanted), found.axes)
    into = draft.buffer(f"{found.wanted}_rows", found.pattern.shape, found.axes)
    source = place(draft, found)
    draft.add(Line(into, call("np.take", source, name(found.index), axes=found.axes)))
    return into


def called(value: Operand) -> str:
    """What a learner calls what is read: the name of an array, or a number; "" for a larger formula."""
    text = written(value).removesuffix("_column")
    return text if re.fullmatch(r"\w+|-?[\d.]+", text) else ""


def _name_of(draft: Draft, nodes: Numbers, wanted: str) -> str:
    """A name for these nodes, from their labels or from what they are."""
    flat = nodes.ravel().tolist()
    some = flat[:: max(1, len(flat) // SAMPLE)]  # enough for a name
    labels = [draft.graph.labels.get(i, "") for i in some]
    found = common_name(labels) if all(labels) else ""
    leaf = draft.graph.leaves.get(flat[0])
    if found or leaf is None:
        return found or "part"
    if leaf.kind == INPUT:
        return "x"
    return "numbers" if leaf.kind == LITERAL_LEAF else wanted or "p"


def _expansion(axes: str, context: str) -> str:
    """What makes an array along `axes` fit beside one along `context`: new axes of length 1, except in front."""
    missing = [axis not in axes for axis in context]
    first = missing.index(False) if False in missing else len(missing)
    if not any(missing[first:]):
        return ""
    return "[" + ", ".join("None" if gone else ":" for gone in missing[first:]) + "]"
