"""Pass: write the lines that compute each block.

Each form of block has a function that says how to read the operands and writes the lines. In a layer of two neurons,
the block of dots is a matrix product, and that of tanh one line for both:

>>> from autograd import Value, dot, tanh
>>> from autograd.program import compile
>>> x = [Value(0.0, label=f"x{i}") for i in range(3)]
>>> layer = [tanh(dot([Value(0.5) for _ in x], x, Value(0.1))) for _ in range(2)]
>>> source = compile(layer, inputs=x).source
>>> print(source.partition("def forward(X):\\n")[2].partition("    return")[0])
        x = X.T
        # z1: 2 dot nodes #7, #13
        np.matmul(W1, x, out=z1)
        np.add(z1, b1_column, out=z1)
        # tanh1: 2 tanh nodes #8, #14
        np.tanh(z1, out=tanh1)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from autograd.engine import ops
from autograd.program.passes.blocks import (
    BATCH_REDUCTION,
    ELEMENTWISE,
    FAMILY,
    PAIRED,
    PRODUCT,
    REDUCTION,
    ROWWISE,
    Numbers,
)
from autograd.program.passes.graph import COPY, SPREAD
from autograd.program.source.draft import Draft, Line, Section
from autograd.program.source.formula import Formula, Operand, call, literal, name
from autograd.program.source.numpy_names import XP
from autograd.program.source.places import Reference, block_rows, read
from autograd.program.source.reductions import FORWARD, contracted, reduction_of, summed_product

References = dict[int, list[Reference]]  # for each block, what it reads
NUMBERS_SHOWN = 6  # of nodes, in a comment
DEEPEST = 20  # functions inside of each other in one line; no row of the table needs more than 12


def write_forward(draft: Draft) -> References:
    """Write a section for each block, in order; returns what each of them reads."""
    references: References = {}
    for b, block in enumerate(draft.layout.blocks):
        draft.forward.append(Section(_comment(draft, b)))
        references[b] = _WRITERS[block.form](draft, b)
    return references


def _comment(draft: Draft, b: int) -> str:
    """Which nodes a block computes, by their numbers in the recorded graph."""
    block = draft.layout.blocks[b]
    numbers = [f"#{k}" for k in sorted(draft.graph.origin(i) for i in block.nodes.ravel().tolist()) if k >= 0]
    if len(numbers) > NUMBERS_SHOWN:
        numbers[NUMBERS_SHOWN - 2 : -1] = ["..."]
    # An operation may have any name, so what is no ASCII character stays out of the source.
    op = block.op if block.op.isascii() else "own"
    text = f"{draft.block_names[b]}: " + (f"{block.size} {op} nodes" if block.size > 1 else f"{op} node")
    printable = "".join(c if c.isprintable() and c.isascii() else "?" for c in text)
    return f"{printable} {', '.join(numbers)}".rstrip() + ("" if block.batched else ", the same for all examples")


# ----- Formulas -----


def apply_rule(draft: Draft, op: str, operands: list[Operand]) -> Operand:
    """The forward rule of a row over formulas."""
    if op in (COPY, SPREAD):
        return operands[0]
    # Shorter than the rule of the row, where no number comes out different.
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


def share_subexpressions(formulas: list[Operand], temporary: Callable[[Formula], Formula]) -> list[Operand]:
    """The formulas with whatever occurs twice in them computed once: `temporary` gives it a name.

    So do formulas that are nested too deep to be written as one line: a rule of the user's may run in a loop.

    >>> x = name("x")
    >>> e = call("np.exp", x)
    >>> print(*share_subexpressions([e / (1.0 + e)], lambda formula: name("t")))
    t / (1.0 + t)
    """
    # Innermost first: formulas with the same function of the same parts have one number.
    numbers: dict[tuple[object, ...], int] = {}
    number_of: dict[int, int] = {}  # by the id of a formula
    distinct: list[Formula] = []
    stack = _formulas(formulas)
    while stack:
        formula = stack[-1]
        missing = [part for part in _formulas(formula.parts) if id(part) not in number_of]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        parts = [number_of[id(x)] if isinstance(x, Formula) else literal(x) for x in formula.parts]
        number = numbers.setdefault((formula.function, formula.text, *parts), len(distinct))
        number_of[id(formula)] = number
        if number == len(distinct):
            distinct.append(formula)
    # How often each is used, where what occurs twice is computed once.
    uses = Counter([number_of[id(x)] for formula in distinct for x in _formulas(formula.parts)])
    uses.update([number_of[id(x)] for x in _formulas(formulas)])
    # In the same order, so that temporaries are computed of those before them.
    rewritten: list[Formula] = []
    depths: list[int] = []

    def now(part: Operand) -> Operand:
        return rewritten[number_of[id(part)]] if isinstance(part, Formula) else part

    for k, formula in enumerate(distinct):
        depth = 0
        if formula.function:
            depth = 1 + max([depths[number_of[id(x)]] for x in _formulas(formula.parts)], default=0)
            formula = Formula(formula.function, tuple(map(now, formula.parts)), "", formula.axes)
            if uses[k] > 1 or depth > DEEPEST:
                formula, depth = temporary(formula), 0
        rewritten.append(formula)
        depths.append(depth)
    return list(map(now, formulas))


def _formulas(parts: Iterable[Operand]) -> list[Formula]:
    """Those that are no numbers, the last one first."""
    return [part for part in reversed(tuple(parts)) if isinstance(part, Formula)]


# ----- One function for each form of block -----


def _elementwise(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    references = [read(draft, nodes, "n", draft.context(block)) for nodes in block.operands]
    value = apply_rule(draft, block.op, [reference.value for reference in references])
    (value,) = share_subexpressions([value], draft.temporary)
    draft.add(Line(block_rows(draft, b), value))
    return references


def _product(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    weights, x, *terms = block.operands
    # The weights of z1 are W1 and its biases b1, if they have no labels.
    number = draft.block_names[b].lstrip("z") if draft.block_names[b].startswith("z") else ""
    w = read(draft, weights, "lk", summed="lk" if len(weights) > 1 else "k", label=f"W{number}")
    columns = read(draft, x, "kr", summed="k", matrix=block.batched)
    target = block_rows(draft, b)
    # z = W @ x, over all columns of all examples at once.
    z = as_matrix(draft, target, block.nodes.shape)
    draft.add(Line(z, call("np.matmul", w.value, as_matrix(draft, columns.value, x.shape))))
    return [w, columns, *_add_terms(draft, target, terms, "lr", draft.context(block), f"b{number}")]


def _add_terms(
    draft: Draft, target: Formula, terms: list[Numbers], axes: str, context: str, label: str = ""
) -> list[Reference]:
    references = []
    for nodes in terms:
        references.append(read(draft, nodes, axes, context, label=label))
        draft.add(Line(target, references[-1].value, "add"))
    return references


def as_matrix(draft: Draft, part: Operand, shape: tuple[int, ...]) -> Formula:
    """An array along (rows, columns, examples) as a matrix: one column for each pair of the last two."""
    assert isinstance(part, Formula)
    rows, columns = shape
    if columns == 1 or "b" not in part.axes:
        return part
    text = f"{part.text}.reshape({f'{rows}, -1' if part.axes[0] in 'lk' else '-1'})"
    if part.text in draft.locals.values():  # a part of X: it has to be reshaped in each call
        return name(draft.local(text, f"{part.text}_flat"), part.axes)
    return name(draft.view(text, f"{part.text}_flat"), part.axes, part.buffer)


def _paired(draft: Draft, b: int) -> list[Reference]:
    left, right, *terms = draft.layout.blocks[b].operands
    references = [read(draft, left, "kl", summed="kl"), read(draft, right, "kr", summed="kr")]
    target = block_rows(draft, b)
    draft.add(Line(target, contracted(references[0].value, references[1].value, target.axes)))
    return references + _add_terms(draft, target, terms, "lr", draft.context(draft.layout.blocks[b]))


def _rowwise(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    left, right, *terms = block.operands
    context = draft.context(block)
    references = [read(draft, nodes, "kn", f"k{context}", summed="k") for nodes in (left, right)]
    target = block_rows(draft, b)
    draft.add(Line(target, summed_product(references[0].value, references[1].value, context)))
    return references + _add_terms(draft, target, terms, "n", context)


def _reduction(draft: Draft, b: int) -> list[Reference]:
    block = draft.layout.blocks[b]
    # The results of a family lie along k themselves; those of a reduction do not.
    context = ("" if block.form == FAMILY else "k") + draft.context(block)
    operands = read(draft, block.operands[0], "kn", context, summed="k")
    FORWARD[block.op](reduction_of(draft, b, operands))
    return [operands]


def _batch_reduction(draft: Draft, b: int) -> list[Reference]:
    x = read(draft, draft.layout.blocks[b].operands[0], "n")
    target = block_rows(draft, b)
    # A sum over the examples as a product with ones: of a thousand of them, in about half the time of np.add.reduce.
    draft.add(Line(target, call("np.matmul", x.value, name("ones", "b"), axes=target.axes)))
    draft.add(Line(target, call("np.divide", target, name("examples"))))
    return [x]


_WRITERS: dict[str, Callable[[Draft, int], list[Reference]]] = {
    ELEMENTWISE: _elementwise, PRODUCT: _product, PAIRED: _paired, ROWWISE: _rowwise, REDUCTION: _reduction,
    FAMILY: _reduction, BATCH_REDUCTION: _batch_reduction,
}  # fmt: skip
