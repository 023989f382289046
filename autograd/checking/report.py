"""What `gradcheck` found, derivative by derivative."""

from dataclasses import dataclass, field


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

    def __str__(self) -> str:
        mark = "kink" if self.kink else "ok" if self.agrees else "WRONG"
        if not self.decided:
            mark = f"± {self.error:.1g}"
        return f"{self.name:<16} {self.analytic:>22.15g} {self.numeric:>22.15g}  {mark}"


@dataclass(frozen=True)
class GradcheckReport:
    """What `gradcheck` found; true if nothing is wrong. `str()` shows every derivative in two columns."""

    comparisons: tuple[Comparison, ...]
    conventions: tuple[str, ...] = field(default=())

    def __bool__(self) -> bool:
        return all(c.agrees for c in self.comparisons)

    def __str__(self) -> str:
        lines = [f"{'derivative':<16} {'analytic':>22} {'numeric':>22}", *map(str, self.comparisons)]
        lines += [f"{c.name}: {c.remark}" for c in self.comparisons if c.remark]
        return "\n".join([*lines, *self.conventions])
