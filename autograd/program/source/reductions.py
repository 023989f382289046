"""Operations over several operands as array code: reductions along the first axis, k, of an array of operands.

The table states these for a list of operands, one by one; here they stand once more for arrays, for speed. A test holds
each against its row. Of three numbers in an array x, along an axis k:

>>> from autograd import Value, std
>>> from autograd.program import compile
>>> values = [Value(float(i), label=f"x{i}") for i in range(3)]
>>> source = compile(std(values), values).source
>>> print(source.partition("def forward(X):\\n")[2].partition("    return std1")[0])
        x = X.T
        # std1: std node #3
        np.copyto(std1, np.where(np.abs(x[0]) > 1e+300, 0.0, x[0]))
        np.subtract(x, std1, out=away)
        np.add.reduce(away, axis=0, out=std1)
        np.divide(std1, 3.0, out=std1)
        np.subtract(away, std1, out=away)
        np.add.reduce(np.square(away), axis=0, out=std1)
        np.divide(std1, 2.0, out=std1)
        np.sqrt(std1, out=std1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from autograd.engine import rules
from autograd.program.source.draft import Draft, Line
from autograd.program.source.formula import Formula, Operand, axes_of, call, name, product, written
from autograd.program.source.numpy_names import XP
from autograd.program.source.places import Reference, block_rows


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """An operation over `count` operands: x is the array of operands, y the result.

    `saved` are the arrays that its forward lines keep for its backward lines.
    """

    draft: Draft
    x: Formula
    y: Formula
    sizes: dict[str, int]  # of the axes k and n
    settings: tuple[float, ...]
    saved: dict[str, Formula]

    @property
    def count(self) -> int:
        """How many operands."""
        return self.sizes["k"]

    def line(self, target: Formula, formula: Operand) -> None:
        """Write one line."""
        self.draft.add(Line(target, formula))

    def save(self, label: str, axes: str) -> Formula:
        """A new array along these axes, which backward lines may read."""
        shape = [self.sizes[axis] for axis in axes if axis != "b"]
        self.saved[label] = self.draft.buffer(label, shape, axes)
        return self.saved[label]


def reduction_of(draft: Draft, b: int, operands: Reference) -> Reduction:
    """The operation of block b, which reads these operands."""
    block = draft.layout.blocks[b]
    assert isinstance(operands.value, Formula)
    sizes = dict(zip("kn", block.operands[0].shape, strict=True))
    saved = draft.saved.setdefault(b, {})
    return Reduction(draft, operands.value, block_rows(draft, b), sizes, block.settings, saved)


def reduced(ufunc: str, x: Operand) -> Formula:
    """A reduction along the first axis, as `np.add.reduce(x, axis=0)`."""
    return Formula(f"{ufunc}.reduce|axis=0", (x,), "", axes_of(x).replace("k", ""))


def summed_product(a: Operand, b: Operand, axes: str) -> Formula:
    """Σₖ a·b along all of `axes`."""
    if not axes and axes_of(a) == axes_of(b) == "k":
        return call("np.matmul", a, b, axes="")
    return call("np.einsum", name(f'"k{axes},k{axes}->{axes}"'), a, b, axes=axes)


def contracted(a: Operand, b: Operand, axes: str) -> Formula:
    """The products of a and b, summed over what is not among `axes`: matrix products of each example."""
    return call("np.einsum", name(f'"{axes_of(a)},{axes_of(b)}->{axes}"'), a, b, axes=axes)


# ----- Forward: each function writes the lines that compute y -----


def _ufunc(ufunc: str, r: Reduction) -> None:
    r.line(r.y, reduced(ufunc, r.x))


def _mean(r: Reduction) -> None:
    r.line(r.y, reduced("np.add", r.x))
    r.line(r.y, r.y / float(r.count))


def _var(r: Reduction) -> None:
    # Distances from the first operand, unless it is huge, and from their mean: as the row has it. y holds what is taken
    # off until the distances are saved. The setting is the correction: divide by n - 1, or n.
    first = name(f"{r.x.text if not r.x.function else written(r.x)}[0]", r.y.axes, r.x.buffer)
    r.line(r.y, XP.where(XP.greater(XP.abs(first), rules.HUGE), 0.0, first))
    away = r.save("away", r.x.axes)
    r.line(away, r.x - r.y)
    r.line(r.y, reduced("np.add", away))
    r.line(r.y, r.y / float(r.count))
    r.line(away, away - r.y)
    r.line(r.y, reduced("np.add", call("np.square", away)))
    r.line(r.y, call("np.divide", r.y, r.count - r.settings[0]))


def _std(r: Reduction) -> None:
    _var(r)
    r.line(r.y, call("np.sqrt", r.y))


def _logsumexp(r: Reduction) -> None:
    r.line(r.y, reduced("np.maximum", r.x))
    # The largest finite number in place of ∞, or ∞ − ∞ would come of it.
    r.line(r.y, call("np.maximum", r.y, name("-largest")))
    r.line(r.y, call("np.minimum", r.y, name("largest")))
    # log Σ exp(x) = top + log Σ exp(x − top), whose exponentials do not overflow.
    e = r.save("e", r.x.axes)
    r.line(e, r.x - r.y)
    r.line(e, XP.exp(e))
    total = r.save("total", r.y.axes)
    r.line(total, reduced("np.add", e))
    r.line(r.y, r.y + XP.log(total))


def _shift_by_largest(r: Reduction) -> None:
    top = r.save("top", r.x.axes.replace("k", ""))
    r.line(top, reduced("np.maximum", r.x))
    r.line(r.y, r.x - top)


def _softmax(r: Reduction) -> None:
    _shift_by_largest(r)
    r.line(r.y, XP.exp(r.y))
    total = r.save("total", r.saved["top"].axes)
    r.line(total, reduced("np.add", r.y))
    r.line(r.y, r.y / total)


def _log_softmax(r: Reduction) -> None:
    _shift_by_largest(r)
    e = r.save("e", r.x.axes)
    r.line(e, XP.exp(r.y))
    total = r.save("total", r.saved["top"].axes)
    r.line(total, reduced("np.add", e))
    r.line(r.y, r.y - XP.log(total))


FORWARD: dict[str, Callable[[Reduction], None]] = {
    "sum": partial(_ufunc, "np.add"), "prod": partial(_ufunc, "np.multiply"), "norm": partial(_ufunc, "np.hypot"),
    "max": partial(_ufunc, "np.maximum"), "min": partial(_ufunc, "np.minimum"), "mean": _mean, "var": _var, "std": _std,
    "logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax,
}  # fmt: skip

# ----- Local derivatives: of the result by each operand, along k -----


def _share(r: Reduction) -> Operand:
    # Operands that are equally large share the gradient. Where the result is nan, those that are nan do.
    hits = XP.where(XP.isnan(r.y), XP.isnan(r.x), XP.equal(r.x, r.y)) if r.draft.careful else XP.equal(r.x, r.y)
    return call("np.divide", hits, reduced("np.add", hits), axes=r.x.axes)


LOCAL_DERIVATIVES: dict[str, Callable[[Reduction], Operand]] = {
    "sum": lambda r: 1.0,
    "mean": lambda r: 1.0 / r.count,
    "prod": lambda r: call("others", r.x),
    "max": _share,
    "min": _share,
    "var": lambda r: call("np.divide", 2.0 * r.saved["away"], r.count - r.settings[0]),
    # At 0, where all operands are equal (or 0), std and norm have a kink: the derivative is taken to be 0.
    "std": lambda r: XP.where(XP.equal(r.y, 0.0), 0.0, r.saved["away"] / (r.y * (r.count - r.settings[0]))),
    "norm": lambda r: XP.where(XP.equal(r.y, 0.0), 0.0, r.x / r.y),
    "logsumexp": lambda r: r.saved["e"] / r.saved["total"],
}


def family_gradient(op: str, r: Reduction, g: Operand) -> Operand:
    """The gradient by the operands of all softmaxes of one family together: Σₖ gₖ · ∂yₖ/∂xᵢ."""
    share = r.y if op == "softmax" else r.saved["e"] / r.saved["total"]
    if r.draft.careful:
        return _careful_gradient(op, r, share, g)
    # By softmax, y · (g − Σ g·y); by log_softmax, g − softmax · Σ g. No matrix of all pairs is needed.
    weighted = product(g, r.y) if op == "softmax" else g
    total = reduced("np.add", weighted) if "k" in axes_of(weighted) else product(weighted, float(r.count))
    return product(r.y, g - total) if op == "softmax" else g - product(share, total)


def _careful_gradient(op: str, r: Reduction, share: Formula, g: Operand) -> Operand:
    # All pairs of result k and operand i: k first, to be summed along.
    one = name(f"np.eye({r.count}).reshape({', '.join(map(str, (r.count, r.count, *[1] * (len(r.x.axes) - 1))))})")
    jacobian: Operand = one - call("np.expand_dims", share, name("0"))
    if op == "softmax":
        jacobian = call("np.expand_dims", r.y, name("1")) * jacobian
    # A gradient that is the same for all results is repeated, for `zip` to pair it with each row.
    each = call("np.expand_dims", g, name("1")) if "k" in axes_of(g) else name(f"[{written(g)}] * {r.count}")
    return call("sum_of_times", jacobian, each, axes=r.x.axes)
