"""Pass: write the lines that compute gradients, block by block from the last to the first.

Each block sends to each of its operands local derivative times gradient of the result. The local derivatives are those
of the table. A single neuron, on its way back:

>>> from autograd import Value, dot, tanh
>>> from autograd.program import compile
>>> w, x = [[Value(0.0, label=f"{letter}{i}") for i in range(3)] for letter in "wx"]
>>> source = compile(tanh(dot(w, x)), inputs=x).source
>>> print(source.partition("inputs=False):\\n")[2].partition("    return")[0])
        x = X.T
        # back through tanh1
        np.subtract(1.0, tanh1 * tanh1, out=g_z1)
        np.multiply(g_z1, seed, out=g_z1)
        # back through z1
        np.matmul(x, g_z1, out=gP)
        if inputs:
            np.multiply(P[:, None], g_z1, out=gX)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from autograd.engine import ops
from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    REDUCTION,
    ROWWISE,
    Block,
)
from autograd.program.passes.graph import COPY, SPREAD
from autograd.program.source import reductions
from autograd.program.source.adjoints import Adjoints
from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, call, name, product
from autograd.program.source.forward import References, as_matrix, share_subexpressions
from autograd.program.source.numpy_names import XP
from autograd.program.source.places import Reference, block_rows


def write_backward(draft: Draft, references: References) -> None:
    """Write a section for each block that the gradient of the first output passes through."""
    adjoints = Adjoints(draft, references)
    adjoints.start()
    # When a block has its turn, all blocks that read it have sent their gradients.
    for b in range(len(draft.layout.blocks) - 1, -1, -1):
        g = adjoints.open(b) if adjoints.has_gradient(b) else None
        if g is not None:
            block = draft.layout.blocks[b]
            _WRITERS[block.form](_Step(draft, adjoints, b, block, references[b], draft.context(block)), g)
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

    def times(self, derivative: Operand, g: Operand) -> Operand:
        """Local derivative times gradient; in a careful program, a factor of exactly 0 wins over inf and nan."""
        if not self.draft.careful:
            return product(g, derivative)
        if not isinstance(derivative, Formula) and derivative in (1.0, -1.0):
            return -g if derivative < 0.0 else g
        return call("times", derivative, g)


def _elementwise(step: _Step, g: Operand) -> None:
    draft, op = step.draft, step.block.op
    y, xs = block_rows(draft, step.b), [reference.value for reference in step.references]
    # Only operands that lie below parameters or inputs take a gradient.
    operands = [j for j, reference in enumerate(step.references) if reference.to_parameters or reference.to_inputs]
    gradients = [step.times(local_derivative(draft, op, j, y, xs), g) for j in operands]
    # What the gradients by several operands have in common is computed once.
    gradients = share_subexpressions(gradients, step.adjoints.temporary)
    for j, gradient in zip(operands, gradients, strict=True):
        step.adjoints.send(step.references[j], gradient, step.context, {"n": step.block.size})


def local_derivative(draft: Draft, op: str, j: int, y: Formula, xs: list[Operand]) -> Operand:
    """The local derivative by operand j by the rule of its row; in the fast source by the short one, if it has one."""
    if op in (COPY, SPREAD):
        return 1.0
    try:
        row = ops.TABLE[op]
        # The careful source follows the rows at every number; it runs where this one gives inf or nan.
        rule = row.derivatives[j] if draft.careful else row.short.get(j, row.derivatives[j])
        derivative = rule(XP, y, *xs)
        return derivative if isinstance(derivative, Formula) else float(derivative)
    except Exception:  # as in the forward rule
        draft.foreign.add(op)
        return call("own_slope", name(ascii(op)), name(str(j)), y, *xs)


def _product(step: _Step, g: Operand) -> None:
    draft, block = step.draft, step.block
    weights, x, *terms = step.references
    sizes = dict(zip("lr", block.nodes.shape, strict=True))
    # All operands of the products as matrices: what differs between columns, or between examples, lies side by side.
    g = step.adjoints.as_array(step.b, g)
    matrix = as_matrix(draft, g, block.nodes.shape)
    w, columns = weights.value, as_matrix(draft, x.value, block.operands[1].shape)
    assert isinstance(w, Formula)
    rule = _careful_product if draft.careful else _fast_product
    by_weights, by_columns = rule(matrix, w, columns, "l" in step.context, block.batched or sizes["r"] > 1)
    # The gradient by several columns is taken apart again.
    if block.batched and sizes["r"] > 1:
        by_columns = call("np.reshape", by_columns, name(f"({len(block.operands[1])}, {sizes['r']}, examples)"))
    # Both have been summed over what their operands do not vary along, so their axes are those of the operands.
    step.adjoints.send(weights, replace(by_weights, axes=weights.axes), weights.axes, sizes)
    step.adjoints.send(x, replace(by_columns, axes=x.axes), x.axes, sizes)
    for term in terms:
        step.adjoints.send(term, g, step.context, sizes)


def _fast_product(g: Formula, w: Formula, x: Formula, several: bool, many: bool) -> tuple[Formula, Formula]:
    """g @ x.T and w.T @ g, for the gradient g by w @ x; or what these come to where w has one row, or x one column.

    It has `several` rows, or `many` columns, or both: a single weighted sum is no matrix product.
    """
    if not several:
        return call("np.matmul", x, g), call("np.multiply", _suffixed(w, "[:, None]"), g)
    if not many:
        return call("np.multiply", x, _suffixed(g, "[:, None]")), call("np.matmul", _suffixed(w, ".T"), g)
    return call("np.matmul", g, _suffixed(x, ".T")), call("np.matmul", _suffixed(w, ".T"), g)


def _careful_product(g: Formula, w: Formula, x: Formula, several: bool, many: bool) -> tuple[Formula, Formula]:
    """The same, with every single product a careful one."""
    if not several:
        return call("sum_of_times", _suffixed(x, ".T"), g), call("times", _suffixed(w, "[:, None]"), g)
    if not many:
        return call("times", x, _suffixed(g, "[:, None]")), call("sum_of_times", w, g)
    by_weights = call("sum_of_times", _suffixed(x, ".T[:, None]"), _suffixed(g, ".T[:, :, None]"))
    return by_weights, call("sum_of_times", _suffixed(w, "[:, :, None]"), _suffixed(g, "[:, None]"))


def _suffixed(formula: Formula, suffix: str) -> Formula:
    return name(formula.text + suffix, formula.axes, formula.buffer)


def _paired(step: _Step, g: Operand) -> None:
    left, right, *terms = step.references
    sizes = dict(zip("lrk", (*step.block.nodes.shape, len(step.block.operands[0])), strict=True))
    g = step.adjoints.as_array(step.b, g)
    # By each factor, the gradient times the other one, summed over what that factor does not vary along.
    for one, other in ((left, right), (right, left)):
        step.adjoints.send(one, reductions.contracted(g, other.value, one.axes), one.axes, sizes)
    for term in terms:
        step.adjoints.send(term, g, step.context, sizes)


def _rowwise(step: _Step, g: Operand) -> None:
    left, right, *terms = step.references
    sizes = dict(zip("kn", step.block.operands[0].shape, strict=True))
    # By each factor of a product, the derivative is the other one.
    for one, other in ((left, right), (right, left)):
        step.adjoints.send(one, step.times(other.value, g), f"k{step.context}", sizes)
    for term in terms:
        step.adjoints.send(term, g, step.context, sizes)


def _reduction(step: _Step, g: Operand) -> None:
    (operands,) = step.references
    reduction = reductions.reduction_of(step.draft, step.b, operands)
    gradient = step.times(reductions.LOCAL_DERIVATIVES[step.block.op](reduction), g)
    step.adjoints.send(operands, gradient, f"k{step.context}", reduction.sizes)


def _family(step: _Step, g: Operand) -> None:
    (operands,) = step.references
    reduction = reductions.reduction_of(step.draft, step.b, operands)
    gradient = reductions.family_gradient(step.block.op, reduction, g)
    step.adjoints.send(operands, gradient, step.context, reduction.sizes)


def _batch_reduction(step: _Step, g: Operand) -> None:
    (x,) = step.references
    g = step.adjoints.as_array(step.b, g)
    # Each example has its share of the gradient by the mean.
    column = _suffixed(g, "[:, None]") if "n" in g.axes else g
    step.adjoints.send(x, column / name("examples"), x.axes, {"n": step.block.size})


_WRITERS: dict[str, Callable[[_Step, Operand], None]] = {
    ELEMENTWISE: _elementwise, PRODUCT: _product, PAIRED: _paired, ROWWISE: _rowwise, REDUCTION: _reduction,
    FAMILY: _family, BATCH_REDUCTION: _batch_reduction,
}  # fmt: skip
