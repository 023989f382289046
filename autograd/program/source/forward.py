"""Pass: write the lines that compute each block."""

from __future__ import annotations

from collections.abc import Callable

from autograd.engine import ops
from autograd.program.passes.blocks import ACROSS, ALONG, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE
from autograd.program.passes.graph import COPY, SPREAD
from autograd.program.source import reductions
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, call, name, written
from autograd.program.source.lines import Line, Section
from autograd.program.source.numpy_names import XP
from autograd.program.source.places import Reference, own, read

Read = dict[int, list[Reference]]  # for each block, what it reads
SHOWN = 6  # numbers of nodes in a comment


def write_forward(draft: Draft) -> Read:
    """Write a section for each block, in order; returns what each of them reads."""
    found: Read = {}
    for b, block in enumerate(draft.layout.blocks):
        draft.forward.append(Section(_comment(draft, b)))
        found[b] = _WRITERS[block.form](draft, b)
    return found


def _comment(draft: Draft, b: int) -> str:
    """Which nodes a block computes, by their numbers in the recorded graph."""
    block = draft.layout.blocks[b]
    numbers = sorted(draft.graph.origin(i) for i in block.nodes.ravel().tolist())
    shown = [f"#{k}" for k in numbers if k >= 0]
    if len(shown) > SHOWN:
        shown[SHOWN - 2 : -1] = ["..."]
    op = block.op if block.op.isascii() else "own"
    text = (
        f"{draft.block_names[b]}: {block.size} {op} nodes" if block.size > 1 else f"{draft.block_names[b]}: {op} node"
    )
    printable = "".join(c if c.isprintable() and c.isascii() else "?" for c in text)
    return f"{printable} {', '.join(shown)}".rstrip() + ("" if block.batched else ", the same for all examples")


def operation(draft: Draft, op: str, operands: list[Operand]) -> Operand:
    """The forward rule of a row over formulas."""
    if op in (COPY, SPREAD):
        return operands[0]
    if op == "relu" and not draft.careful and isinstance(operands[0], Formula):
        return call("np.maximum", operands[0], 0.0)  # its nan is that of the row
    if op == "sigmoid" and not draft.careful and isinstance(operands[0], Formula):
        return 1.0 / (1.0 + call("np.exp", -operands[0]))
    try:
        result = ops.TABLE[op].value(XP, operands)
        return result if isinstance(result, Formula) else float(result)
    except Exception:  # an own operation that is written for floats alone may raise anything here
        draft.foreign.add(op)
        return call("own_value", name(ascii(op)), *operands)


def without_repetition(formulas: list[Operand], temporary: Callable[[Formula], Formula]) -> list[Operand]:
    """The formulas with whatever occurs twice in them computed once: `temporary` gives it a name."""
    counts: dict[str, int] = {}
    for f in formulas:
        _count(f, counts)
    names: dict[str, Formula] = {}
    return [_named(f, counts, names, temporary) for f in formulas]


def _count(part: Operand, counts: dict[str, int]) -> None:
    if isinstance(part, Formula) and part.function:
        text = written(part)
        counts[text] = counts.get(text, 0) + 1
        if counts[text] == 1:
            for x in part.parts:
                _count(x, counts)


def _named(
    part: Operand, counts: dict[str, int], names: dict[str, Formula], temporary: Callable[[Formula], Formula]
) -> Operand:
    if not isinstance(part, Formula) or not part.function:
        return part
    text = written(part)
    if text not in names:
        inner = tuple([_named(x, counts, names, temporary) for x in part.parts])
        made = Formula(part.function, inner, "", part.axes)
        if counts[text] == 1:
            return made
        names[text] = temporary(made)
    return names[text]


def _elementwise(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    context = draft.context(block)
    found = [read(draft, of, "n", context) for of in block.operands]
    value = operation(draft, block.op, [reference.value for reference in found])
    (value,) = without_repetition([value], lambda f: _temporary(draft, f))
    draft.add(Line(own(draft, b), value))
    return found


def _temporary(draft: Draft, formula: Formula) -> Formula:
    made = name(draft.names.new("t"), formula.axes)
    draft.add(Line(made, formula, "local"))
    return made


def _product(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    weights, x, *rest = block.operands
    number = draft.block_names[b].lstrip("z") if draft.block_names[b].startswith("z") else ""
    w = read(draft, weights, "lk", summed="lk" if len(weights) > 1 else "k", wanted=f"W{number}")
    columns = read(draft, x, "kr", summed="k", matrix=block.batched)
    target = own(draft, b)
    flat = flattened(draft, target, block.nodes.shape)
    draft.add(Line(flat, call("np.matmul", w.value, flattened(draft, columns.value, x.shape))))
    found = [w, columns]
    for of in rest:
        term = read(draft, of, "lr", draft.context(block), wanted=f"b{number}")
        draft.add(Line(target, term.value, "add"))
        found.append(term)
    return found


def flattened(draft: Draft, part: Operand, shape: tuple[int, ...]) -> Formula:
    """An array along (rows, columns, examples) as a matrix: one column for each pair of the last two."""
    assert isinstance(part, Formula)
    rows, columns = shape
    if columns == 1 or "b" not in part.axes:
        return part
    return _reshaped(draft, part, f"{rows}, -1" if part.axes[0] in "lk" else "-1")


def _reshaped(draft: Draft, part: Formula, shape: str) -> Formula:
    text = f"{part.text}.reshape({shape})"
    if part.text in draft.locals.values():  # a part of X: it has to be made in each call
        return name(draft.local(text, f"{part.text}_flat"), part.axes)
    return name(draft.view(text, f"{part.text}_flat"), part.axes, part.buffer)


def _rowwise(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    left, right, *rest = block.operands
    context = draft.context(block)
    found = [read(draft, of, "kn", f"k{context}", summed="k") for of in (left, right)]
    target = own(draft, b)
    a, x = found[0].value, found[1].value
    draft.add(Line(target, reductions.summed_product(a, x, context)))
    for of in rest:
        term = read(draft, of, "n", context)
        draft.add(Line(target, term.value, "add"))
        found.append(term)
    return found


def _along(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    context = draft.context(block)
    x = read(draft, block.operands[0], "kn", context if block.form == FAMILY else f"k{context}", summed="k")
    assert isinstance(x.value, Formula)
    sizes = dict(zip("kn", block.operands[0].shape, strict=True))
    wide = reductions.Wide(draft, x.value, own(draft, b), sizes, block.settings)
    reductions.FORWARD[block.op](wide)
    draft.wide[b] = wide
    return [x]


def _across(draft: Draft, b: int) -> list[Reference]:
    x = read(draft, draft.layout.blocks[b].operands[0], "n")
    target = own(draft, b)
    draft.add(Line(target, call("np.matmul", x.value, name("ones", "b"), axes=target.axes)))
    draft.add(Line(target, call("np.divide", target, name("examples"))))
    return [x]


_WRITERS: dict[str, Callable[[Draft, int], list[Reference]]] = {
    ELEMENTWISE: _elementwise,
    PRODUCT: _product,
    ROWWISE: _rowwise,
    ALONG: _along,
    FAMILY: _along,
    ACROSS: _across,
}
