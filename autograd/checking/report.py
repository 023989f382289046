"""What `gradcheck` found, derivative by derivative."""

import html
from dataclasses import dataclass, field

from autograd.explanation.notation import html_table
from autograd.support.text import columns, pad


@dataclass(frozen=True)
class Comparison:
    """One derivative: by the engine, by difference quotients, and the slopes on either side.

    The numeric slope may be off by `error`. If that hides an error of 0.1 %, the derivative agrees, but is not
    `decided`; `remark` says why.
    """

    name: str
    analytic: float
    numeric: float
    left: float
    right: float
    agrees: bool
    kink: bool
    error: float = 0.0
    decided: bool = True
    remark: str = ""

    @property
    def mark(self) -> str:
        """The outcome in a word."""
        if not self.decided:
            return f"± {self.error:.1g}"
        return "kink" if self.kink else "ok" if self.agrees else "WRONG"

    def __str__(self) -> str:
        return self.line(16)

    def line(self, width: int) -> str:
        """The same with a name column of so many characters."""
        return f"{pad(self.name, width)} {self.analytic:>22.15g} {self.numeric:>22.15g}  {self.mark}"


@dataclass(frozen=True, repr=False)
class GradcheckReport:
    """What `gradcheck` found; true if nothing is wrong. `str()` shows every derivative in two columns."""

    comparisons: tuple[Comparison, ...]
    conventions: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return all(c.agrees for c in self.comparisons)

    def __str__(self) -> str:
        width = max(16, *(columns(c.name) for c in self.comparisons))
        lines = [
            f"{'derivative':<{width}} {'analytic':>22} {'numeric':>22}",
            *(c.line(width) for c in self.comparisons),
        ]
        return "\n".join([*lines, *self._remarks()])

    __repr__ = __str__

    def _remarks(self) -> list[str]:
        return [f"{c.name}: {c.remark}" for c in self.comparisons if c.remark] + list(self.conventions)

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook."""
        cells = [(c.name, f"{c.analytic:.15g}", f"{c.numeric:.15g}", c.mark) for c in self.comparisons]
        rows = [[html.escape(cell) for cell in row] for row in cells]
        table = html_table("", ("derivative", "analytic", "numeric", ""), rows)
        return "\n".join([table, *(f"<p>{html.escape(remark)}</p>" for remark in self._remarks())])
