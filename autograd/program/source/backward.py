"""Pass: write the lines that compute gradients, block by block from the last to the first.

Each block sends to each of its operands local derivative times gradient of the result. The local derivatives are those
of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograd.engine import ops
from autograd.program.passes.blocks import ACROSS, ALONG, ELEMENTWISE, FAMILY, PRODUCT, ROWWISE, Block
from autograd.program.passes.graph import COPY, SPREAD
from autograd.program.source import reductions
from autograd.program.source.adjoints import Adjoints
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, call, name, product
from autograd.program.source.forward import Read, flattened, without_repetition
from autograd.program.source.numpy_names import XP
from autograd.program.source.places import Reference, own


def write_backward(draft: Draft, read: Read) -> None:
    """Write a section for each block that the gradient of the first output passes through."""
    adjoints = Adjoints(draft, read)
    adjoints.start()
    for b in range(len(draft.layout.blocks) - 1, -1, -1):
        g = adjoints.open(b) if adjoints.takes(b) else None
        if g is not None:
            block = draft.layout.blocks[b]
            _WRITERS[block.form](_Step(draft, adjoints, b, block, read[b], draft.context(block)), g)
            adjoints.close(b)


@dataclass(frozen=True, slots=True, eq=False)
class _Step:
    """One block on the way back."""

    draft: Draft
    adjoints: Adjoints
    b: int
    block: Block
    references: list[Reference]
    context: str

    def times(self, slope: Operand, g: Operand) -> Operand:
        """Local derivative times gradient; in a careful program, a factor of exactly 0 wins over inf and nan."""
        if not self.draft.careful:
            return product(g, slope)
        if not isinstance(slope, Formula) and slope in (1.0, -1.0):
            return -g if slope < 0.0 else g
        return call("times", slope, g)


def _elementwise(step: _Step, g: Operand) -> None:
    y, xs = own(step.draft, step.b), [reference.value for reference in step.references]
    wanted = [j for j, reference in enumerate(step.references) if reference.learned or reference.fed]
    parts = [step.times(slope(step.draft, step.block.op, j, y, xs), g) for j in wanted]
    parts = without_repetition(parts, step.adjoints.temporary)
    for j, part in zip(wanted, parts, strict=True):
        step.adjoints.send(step.references[j], part, step.context, {"n": step.block.size})


def slope(draft: Draft, op: str, j: int, y: Formula, xs: list[Operand]) -> Operand:
    """The local derivative by operand j, as its row has it or, where no number comes out different, shorter."""
    if op in (COPY, SPREAD):
        return 1.0
    if not draft.careful:
        if op == "relu":
            return call("np.greater", y, 0.0)
        if op == "log":
            return 1.0 / xs[0]  # what is below 0 has made the result nan
        if op in ("maximum", "minimum"):
            mine, other = (xs[j], xs[1 - j]) if op == "maximum" else (xs[1 - j], xs[j])
            return XP.where(XP.equal(mine, other), 0.5, XP.greater(mine, other))
    try:
        return _checked(ops.TABLE[op].derivatives[j](XP, y, *xs))
    except Exception:  # as in the forward rule
        draft.foreign.add(op)
        return call("own_slope", name(ascii(op)), name(str(j)), y, *xs)


def _checked(found: Operand) -> Operand:
    return found if isinstance(found, Formula) else float(found)


def _product(step: _Step, g: Operand) -> None:
    draft, block = step.draft, step.block
    weights, x, *rest = step.references
    sizes = dict(zip("lr", block.nodes.shape, strict=True))
    g = step.adjoints.as_array(step.b, g)
    flat = flattened(draft, g, block.nodes.shape)
    w, columns = weights.value, flattened(draft, x.value, block.operands[1].shape)
    assert isinstance(w, Formula)
    rule = _careful_product if draft.careful else _fast_product
    by_weights, by_columns = rule(flat, w, columns, "l" in step.context, block.batched or sizes["r"] > 1)
    if block.batched and sizes["r"] > 1:
        by_columns = call("np.reshape", by_columns, name(f"({len(block.operands[1])}, {sizes['r']}, examples)"))
    step.adjoints.send(weights, _along(by_weights, weights.axes), weights.axes, sizes)
    step.adjoints.send(x, _along(by_columns, x.axes), x.axes, sizes)
    for term in rest:
        step.adjoints.send(term, g, step.context, sizes)


def _fast_product(g: Formula, w: Formula, x: Formula, several: bool, many: bool) -> tuple[Formula, Formula]:
    """g @ x.T and w.T @ g, for the gradient g by w @ x; or what these come to where w has one row, or x one column.

    It has `several` rows, or `many` columns, or both: a single weighted sum is no matrix product.
    """
    if not several:
        return call("np.matmul", x, g), call("np.multiply", _text(w, "[:, None]"), g)
    if not many:
        return call("np.multiply", x, _text(g, "[:, None]")), call("np.matmul", _text(w, ".T"), g)
    return call("np.matmul", g, _text(x, ".T")), call("np.matmul", _text(w, ".T"), g)


def _careful_product(g: Formula, w: Formula, x: Formula, several: bool, many: bool) -> tuple[Formula, Formula]:
    """The same, with every single product a careful one."""
    if not several:
        return call("sum_of_times", _text(x, ".T"), g), call("times", _text(w, "[:, None]"), g)
    if not many:
        return call("times", x, _text(g, "[:, None]")), call("sum_of_times", w, g)
    by_weights = call("sum_of_times", _text(x, ".T[:, None]"), _text(g, ".T[:, :, None]"))
    return by_weights, call("sum_of_times", _text(w, "[:, :, None]"), _text(g, "[:, None]"))


def _text(of: Formula, more: str) -> Formula:
    return name(of.text + more, of.axes, of.buffer)


def _along(formula: Formula, axes: str) -> Formula:
    return Formula(formula.function, formula.parts, formula.text, axes, formula.buffer)


def _rowwise(step: _Step, g: Operand) -> None:
    left, right, *rest = step.references
    sizes = dict(zip("kn", step.block.operands[0].shape, strict=True))
    for one, other in ((left, right), (right, left)):
        step.adjoints.send(one, step.times(other.value, g), f"k{step.context}", sizes)
    for term in rest:
        step.adjoints.send(term, g, step.context, sizes)


def _reduction(step: _Step, g: Operand) -> None:
    wide = step.draft.wide[step.b]
    formula = step.times(reductions.SLOPES[step.block.op](wide), g)
    step.adjoints.send(step.references[0], formula, f"k{step.context}", wide.sizes)


def _family(step: _Step, g: Operand) -> None:
    wide = step.draft.wide[step.b]
    formula = reductions.family_gradient(step.block.op, wide, g)
    step.adjoints.send(step.references[0], formula, step.context, wide.sizes)


def _across(step: _Step, g: Operand) -> None:
    (x,) = step.references
    flat = step.adjoints.as_array(step.b, g)
    column = _text(flat, "[:, None]") if "n" in flat.axes else flat
    step.adjoints.send(x, column / name("examples"), x.axes, {"n": step.block.size})


_WRITERS: dict[str, Callable[[_Step, Operand], None]] = {
    ELEMENTWISE: _elementwise,
    PRODUCT: _product,
    ROWWISE: _rowwise,
    ALONG: _reduction,
    FAMILY: _family,
    ACROSS: _across,
}
