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
from typing import Any, Protocol

from autograd.engine import rules
from autograd.program.source.draft import Draft, Line
from autograd.program.source.formula import Formula, Operand, axes_of, call, name, product, written
from autograd.program.source.numpy_names import XP, NumpyNames
from autograd.program.source.places import Reference, block_rows


class ReductionOf(Protocol):
    """What the rules below work on: formulas, of which lines are made, or arrays that are computed at once.

    x is the array of operands along k, y the result, `xp` the namespace of functions of both. `saved` are the arrays
    that the forward rule keeps for the derivatives. `careful` asks for the right answer at nan as well.
    """

    x: Any
    y: Any
    xp: Any
    settings: tuple[float, ...]
    saved: dict[str, Any]
    largest: Any  # the largest finite number

    @property
    def count(self) -> int: ...
    @property
    def careful(self) -> bool: ...
    def write(self, value: Any) -> None:
        """Let y be this."""

    def keep(self, label: str, like: Any, value: Any) -> Any:
        """Let saved[label] be this, an array along the axes of another one."""

    def over(self, ufunc: str, a: Any) -> Any:
        """A reduction along k, as the sum by "add"."""

    def first(self) -> Any:
        """The first operand."""

    def square(self, a: Any) -> Any: ...
    def others(self, a: Any) -> Any:
        """For each along k the product of all others."""


LARGEST = name("largest")  # the sources define it


@dataclass(slots=True)
class Reduction:
    """An operation over `count` operands as formulas: each step of a rule becomes a line of the draft."""

    draft: Draft
    x: Formula
    y: Formula
    sizes: dict[str, int]  # of the axes k and n
    settings: tuple[float, ...]
    saved: dict[str, Formula]
    xp: NumpyNames = XP
    largest: Formula = LARGEST

    @property
    def count(self) -> int:
        """How many operands."""
        return self.sizes["k"]

    @property
    def careful(self) -> bool:
        """As the source is."""
        return self.draft.careful

    def write(self, value: Operand) -> None:
        """A line for the result."""
        self.draft.add(Line(self.y, value))

    def keep(self, label: str, like: Formula, value: Operand) -> Formula:
        """A line for an array, a new one along these axes if there is none of the name."""
        if label not in self.saved:
            shape = [self.sizes[axis] for axis in like.axes if axis != "b"]
            self.saved[label] = self.draft.buffer(label, shape, like.axes)
        self.draft.add(Line(self.saved[label], value))
        return self.saved[label]

    def over(self, ufunc: str, a: Operand) -> Formula:
        """As `np.add.reduce(x, axis=0)`."""
        return reduced(f"np.{ufunc}", a)

    def first(self) -> Formula:
        """The first operand, as it lies in the array."""
        return name(f"{self.x.text if not self.x.function else written(self.x)}[0]", self.y.axes, self.x.buffer)

    def square(self, a: Operand) -> Formula:
        """In one operation."""
        return call("np.square", a)

    def others(self, a: Operand) -> Formula:
        """By the helper of that name."""
        return call("others", a)


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


# ----- Forward: each rule computes y -----


def _ufunc(ufunc: str, r: ReductionOf) -> None:
    r.write(r.over(ufunc, r.x))


def _mean(r: ReductionOf) -> None:
    r.write(r.over("add", r.x))
    r.write(r.y / float(r.count))


def _var(r: ReductionOf) -> None:
    # Distances from the first operand, unless it is huge, and from their mean: as the row has it. y holds what is taken
    # off until the distances are saved. The setting is the correction: divide by n - 1, or n.
    first = r.first()
    r.write(r.xp.where(r.xp.greater(r.xp.abs(first), rules.HUGE), 0.0, first))
    away = r.keep("away", r.x, r.x - r.y)
    r.write(r.over("add", away))
    r.write(r.y / float(r.count))
    away = r.keep("away", r.x, away - r.y)
    r.write(r.over("add", r.square(away)))
    r.write(r.xp.divide(r.y, r.count - r.settings[0]))


def _std(r: ReductionOf) -> None:
    _var(r)
    r.write(r.xp.sqrt(r.y))


def _logsumexp(r: ReductionOf) -> None:
    r.write(r.over("maximum", r.x))
    # The largest finite number in place of ∞, or ∞ − ∞ would come of it.
    r.write(r.xp.maximum(r.y, -r.largest))
    r.write(r.xp.minimum(r.y, r.largest))
    # log Σ exp(x) = top + log Σ exp(x − top), whose exponentials do not overflow.
    e = r.keep("e", r.x, r.x - r.y)
    e = r.keep("e", r.x, r.xp.exp(e))
    r.write(r.y + r.xp.log(r.keep("total", r.y, r.over("add", e))))


def _shift_by_largest(r: ReductionOf) -> Any:
    top = r.over("maximum", r.x)
    top = r.keep("top", top, top)
    r.write(r.x - top)
    return top


def _softmax(r: ReductionOf) -> None:
    top = _shift_by_largest(r)
    r.write(r.xp.exp(r.y))
    r.write(r.y / r.keep("total", top, r.over("add", r.y)))


def _log_softmax(r: ReductionOf) -> None:
    top = _shift_by_largest(r)
    e = r.keep("e", r.x, r.xp.exp(r.y))
    r.write(r.y - r.xp.log(r.keep("total", top, r.over("add", e))))


FORWARD: dict[str, Callable[[ReductionOf], None]] = {
    "sum": partial(_ufunc, "add"), "prod": partial(_ufunc, "multiply"), "norm": partial(_ufunc, "hypot"),
    "max": partial(_ufunc, "maximum"), "min": partial(_ufunc, "minimum"), "mean": _mean, "var": _var, "std": _std,
    "logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax,
}  # fmt: skip

# ----- Local derivatives: of the result by each operand, along k -----


def _share(r: ReductionOf) -> Any:
    # Operands that are equally large share the gradient. Where the result is nan, those that are nan do.
    xp, hits = r.xp, r.xp.equal(r.x, r.y)
    if r.careful:
        hits = xp.where(xp.isnan(r.y), xp.isnan(r.x), hits)
    return xp.divide(hits, r.over("add", hits))


LOCAL_DERIVATIVES: dict[str, Callable[[ReductionOf], Any]] = {
    "sum": lambda r: 1.0,
    "mean": lambda r: 1.0 / r.count,
    "prod": lambda r: r.others(r.x),
    "max": _share,
    "min": _share,
    "var": lambda r: r.xp.divide(2.0 * r.saved["away"], r.count - r.settings[0]),
    # At 0, where all operands are equal (or 0), std and norm have a kink: the derivative is taken to be 0.
    "std": lambda r: r.xp.where(r.xp.equal(r.y, 0.0), 0.0, r.saved["away"] / (r.y * (r.count - r.settings[0]))),
    "norm": lambda r: r.xp.where(r.xp.equal(r.y, 0.0), 0.0, r.x / r.y),
    "logsumexp": lambda r: r.saved["e"] / r.saved["total"],
}


def family_gradient(op: str, r: Reduction, g: Operand) -> Operand:
    """The gradient by the operands of all softmaxes of one family together: Σₖ gₖ · ∂yₖ/∂xᵢ."""
    share = r.y if op == "softmax" else r.saved["e"] / r.saved["total"]
    if r.careful:
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
