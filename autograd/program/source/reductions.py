"""Operations over several operands as array code: reductions along the first axis, k, of an array of operands.

The table states these for a list of operands, one by one; here they are spelled out once more for arrays, for speed. A
test holds each against its row. `x` is the array of operands, `y` the result, `g` the gradient by y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from autograd.program.source.draft import Draft
from autograd.program.source.formula import Formula, Operand, axes_of, call, name, product, written
from autograd.program.source.lines import Line
from autograd.program.source.numpy_names import XP


@dataclass(frozen=True, slots=True, eq=False)
class Wide:
    """An operation over `count` operands in the midst of a draft; `saved` is what its backward lines will read."""

    draft: Draft
    x: Formula
    y: Formula
    sizes: dict[str, int]  # of the axes k and n
    settings: tuple[float, ...] = ()
    saved: dict[str, Formula] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many operands."""
        return self.sizes["k"]

    def set(self, target: Formula, formula: Operand) -> None:
        """One line."""
        self.draft.add(Line(target, formula))

    def keep(self, wanted: str, axes: str) -> Formula:
        """A new array along these axes, which backward lines may read."""
        shape = [self.sizes[axis] for axis in axes if axis != "b"]
        self.saved[wanted] = self.draft.buffer(wanted, shape, axes)
        return self.saved[wanted]


def reduced(ufunc: str, x: Operand) -> Formula:
    """A reduction along the first axis, as `np.add.reduce(x, axis=0)`."""
    along = axes_of(x).replace("k", "")
    return Formula(f"{ufunc}.reduce|axis=0", (x,), "", along)


def summed_product(a: Operand, b: Operand, axes: str) -> Formula:
    """Σₖ a·b along all of `axes`."""
    if not axes and axes_of(a) == axes_of(b) == "k":
        return call("np.matmul", a, b, axes="")
    return call("np.einsum", name(f'"k{axes},k{axes}->{axes}"'), a, b, axes=axes)


# ----- Forward -----


def _sum(w: Wide) -> None:
    w.set(w.y, reduced("np.add", w.x))


def _mean(w: Wide) -> None:
    w.set(w.y, reduced("np.add", w.x))
    w.set(w.y, w.y / float(w.count))


def _prod(w: Wide) -> None:
    w.set(w.y, reduced("np.multiply", w.x))


def _max(w: Wide) -> None:
    w.set(w.y, reduced("np.maximum", w.x))


def _min(w: Wide) -> None:
    w.set(w.y, reduced("np.minimum", w.x))


def _var(w: Wide) -> None:
    w.set(w.y, reduced("np.add", w.x))
    w.set(w.y, w.y / float(w.count))
    away = w.keep("away", w.x.axes)
    w.set(away, w.x - w.y)
    w.set(w.y, reduced("np.add", call("np.square", away)))
    w.set(w.y, call("np.divide", w.y, w.count - w.settings[0]))


def _std(w: Wide) -> None:
    _var(w)
    w.set(w.y, call("np.sqrt", w.y))


def _norm(w: Wide) -> None:
    w.set(w.y, reduced("np.hypot", w.x))


def _logsumexp(w: Wide) -> None:
    w.set(w.y, reduced("np.maximum", w.x))
    # The largest finite number in place of ∞, or ∞ − ∞ would come of it.
    w.set(w.y, call("np.maximum", w.y, name("-largest")))
    w.set(w.y, call("np.minimum", w.y, name("largest")))
    e = w.keep("e", w.x.axes)
    w.set(e, w.x - w.y)
    w.set(e, XP.exp(e))
    total = w.keep("total", w.y.axes)
    w.set(total, reduced("np.add", e))
    w.set(w.y, w.y + XP.log(total))


def _softmax(w: Wide) -> None:
    top = w.keep("top", w.x.axes.replace("k", ""))
    w.set(top, reduced("np.maximum", w.x))
    w.set(w.y, w.x - top)
    w.set(w.y, XP.exp(w.y))
    total = w.keep("total", top.axes)
    w.set(total, reduced("np.add", w.y))
    w.set(w.y, w.y / total)


def _log_softmax(w: Wide) -> None:
    top = w.keep("top", w.x.axes.replace("k", ""))
    w.set(top, reduced("np.maximum", w.x))
    w.set(w.y, w.x - top)
    e = w.keep("e", w.x.axes)
    w.set(e, XP.exp(w.y))
    total = w.keep("total", top.axes)
    w.set(total, reduced("np.add", e))
    w.set(w.y, w.y - XP.log(total))


FORWARD: dict[str, Callable[[Wide], None]] = {
    "sum": _sum, "mean": _mean, "prod": _prod, "max": _max, "min": _min, "var": _var, "std": _std, "norm": _norm,
    "logsumexp": _logsumexp, "softmax": _softmax, "log_softmax": _log_softmax,
}  # fmt: skip

# ----- Slopes: the derivative of the result by each operand, along k -----


def _share(w: Wide) -> Operand:
    hits = XP.where(XP.isnan(w.y), XP.isnan(w.x), XP.equal(w.x, w.y)) if w.draft.careful else XP.equal(w.x, w.y)
    return call("np.divide", hits, reduced("np.add", hits), axes=w.x.axes)


def _var_slope(w: Wide) -> Operand:
    return call("np.divide", 2.0 * w.saved["away"], w.count - w.settings[0])


def _std_slope(w: Wide) -> Operand:
    return XP.where(XP.equal(w.y, 0.0), 0.0, w.saved["away"] / (w.y * (w.count - w.settings[0])))


SLOPES: dict[str, Callable[[Wide], Operand]] = {
    "sum": lambda w: 1.0,
    "mean": lambda w: 1.0 / w.count,
    "prod": lambda w: call("others", w.x),
    "max": _share,
    "min": _share,
    "var": _var_slope,
    "std": _std_slope,
    "norm": lambda w: XP.where(XP.equal(w.y, 0.0), 0.0, w.x / w.y),
    "logsumexp": lambda w: w.saved["e"] / w.saved["total"],
}


def family_gradient(op: str, w: Wide, g: Operand) -> Operand:
    """The gradient by the operands of all softmaxes of one family together: Σₖ gₖ · ∂yₖ/∂xᵢ."""
    share = w.y if op == "softmax" else w.saved["e"] / w.saved["total"]
    if w.draft.careful:
        return _careful_gradient(op, w, share, g)
    weighted = product(g, w.y) if op == "softmax" else g
    total = reduced("np.add", weighted) if "k" in axes_of(weighted) else product(weighted, float(w.count))
    return product(w.y, g - total) if op == "softmax" else g - product(share, total)


def _careful_gradient(op: str, w: Wide, share: Formula, g: Operand) -> Operand:
    # All pairs of result k and operand i: k first, to be summed along.
    one = name(f"np.eye({w.count}).reshape({', '.join(map(str, (w.count, w.count, *[1] * (len(w.x.axes) - 1))))})")
    slopes: Operand = one - call("np.expand_dims", share, name("0"))
    if op == "softmax":
        slopes = call("np.expand_dims", w.y, name("1")) * slopes
    each = call("np.expand_dims", g, name("1")) if "k" in axes_of(g) else name(f"[{written(g)}] * {w.count}")
    return call("sum_of_times", slopes, each, axes=w.x.axes)
