"""Pass: one operation a line, where a line can then write into the array that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from autograd.program.source.formula import Formula, axes_of, is_truth
from autograd.program.source.lines import Line, Section

# What NumPy can write into a given array (`out=`). Its other functions return a new one, which is then copied.
UFUNCS = {
    f"np.{name}"
    for name in (
        "abs add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil copysign cos cosh divide equal exp "
        "exp2 expm1 floor greater greater_equal hypot isfinite isnan log log10 log1p log2 maximum minimum multiply "
        "negative power remainder rint sin sinh sqrt square subtract tan tanh"
    ).split()
}
INTO = UFUNCS | {"np.matmul", "np.vecdot", "np.einsum", "np.take"}


def split(sections: list[Section]) -> list[Section]:
    """Cut formulas such as (a·b)·c in two lines: t = a·b, t = t·c."""
    return [Section(s.comment, [part for line in s.lines for part in _parts(line)]) for s in sections]


def writes_into(function: str) -> bool:
    """Whether the function can be given the array to write."""
    return function in INTO or ".reduce|" in function


def _parts(line: Line) -> Iterator[Line]:
    formula = line.formula
    if line.how == "set" and isinstance(formula, Formula) and formula.function in UFUNCS:
        first, *others = formula.parts
        if (
            isinstance(first, Formula)
            and writes_into(first.function)
            and not is_truth(first)
            and first.axes == line.target.axes
            and not any(_touches(other, line.target) for other in others)
        ):
            yield from _parts(replace(line, formula=first))
            again = Formula(formula.function, (line.target, *others), "", axes_of(*formula.parts))
            yield replace(line, formula=again)
            return
    yield line


def _touches(part: Formula | float, target: Formula) -> bool:
    if not isinstance(part, Formula):
        return False
    return any(x.text == target.text or (x.buffer and x.buffer == target.buffer) for x in part.names())
