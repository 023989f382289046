"""A derivative by the engine against difference quotients: whether the two agree, and whether that can be decided."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd.checking.differences import RATIO, SAFETY, Slopes, slopes
from autograd.checking.partials import Partials, Path
from autograd.checking.report import Comparison

STEP = 2.0**-17  # about the cube root of the float epsilon, where truncation and rounding of a central difference meet
LARGER = 8  # up to 1e5·max(|x|, 1): steps for a slope of 1e-9 that rounding drowns, as of √(x² + 1e12) at x = 1e-3
NOTICED = 1e-3  # the relative error that a derivative is to be caught with


class Tolerance(NamedTuple):
    """How far a derivative may be off, beyond what the difference quotients are off by: rtol·|slope| + atol."""

    rtol: float
    atol: float

    def accepts(self, a: float, b: float, error: float) -> bool:
        """Whether two slopes agree, one of which is known to ± error."""
        gap = abs(a - b)
        return a == b or (math.isfinite(gap) and gap <= self.atol + error + self.rtol * max(abs(a), abs(b)))


class Verdict(NamedTuple):
    """Whether a derivative agrees with the quotients, whether they can decide, how far they are off, and a remark."""

    agrees: bool
    decided: bool
    error: float
    remark: str = ""


def compare(
    partials: Partials, path: Path, j: int, names: Sequence[str], tolerance: Tolerance, step: float, kinked: bool
) -> Comparison:
    """The derivative along a path and then input j; `kinked` says that a derivative of lower order is at a kink."""
    name = "∂" + "∂".join(names[k] for k in (*path, j))
    x, middle, analytic = partials.point[j], partials.value(path), partials.value((*path, j))
    if not math.isfinite(middle):
        remark = f"cannot be decided, what has the slope is {middle} there"
        return Comparison(name, analytic, math.nan, math.nan, math.nan, True, False, math.inf, False, remark)

    def f(t: float) -> float:
        return partials.beside(path, j, t)

    rounding = partials.rounding(path)
    quick = _quick(f, x, middle, rounding, analytic, tolerance.rtol, step)
    if quick:
        return Comparison(name, analytic, *quick, agrees=True, kink=False)
    # A slope of 0 has no 0.1 %: there it is enough that f moves in its tenth digit only.
    flat = 1e-9 * max(1.0, abs(middle)) / max(1.0, abs(x)) if analytic == 0.0 else 0.0
    found = slopes(f, x, rounding)
    verdict = _judge(analytic, partials.rounding((*path, j)), found, tolerance, flat, kinked)
    if not verdict.decided and math.isfinite(verdict.error):
        wider = slopes(f, x, rounding, LARGER)
        # Where f does not move, the slope beside x may still hide in its rounding: only a slope that is seen counts.
        if abs(wider.slope.slope) > SAFETY * wider.slope.error:
            found, verdict = wider, _judge(analytic, partials.rounding((*path, j)), wider, tolerance, flat, kinked)
    if not verdict.agrees and analytic == 0.0 and partials.cut(j):
        verdict = verdict._replace(remark=f"{names[j]} is not in the graph of f: .data and float() cut it off")
    agrees, decided, error, remark = verdict
    left, right = found.left.slope, found.right.slope
    return Comparison(name, analytic, found.slope.slope, left, right, agrees, found.kink, error, decided, remark)


def _quick(
    f: Callable[[float], float], x: float, middle: float, rounding: float, analytic: float, rtol: float, step: float
) -> tuple[float, float, float] | None:
    """The slope, and those on the left and on the right, over one step: if that is enough to see that all is well."""
    h = step * max(1.0, abs(x))
    up, down, width = f(x + h), f(x - h), (x + h) - (x - h)
    if not all(map(math.isfinite, (up, down, analytic))) or not width > 0.0:
        return None
    if analytic == 0.0 and up == middle == down:
        # Flat as far as this step shows; the largest one tells a slope of 1e-12 from none.
        reach = max(1.0, abs(x)) / RATIO
        return (0.0, 0.0, 0.0) if f(x + reach) == middle == f(x - reach) else None
    slope, left, right = (up - down) / width, (middle - down) / h, (up - middle) / h
    size = max(abs(slope), abs(analytic))
    agrees = abs(slope - analytic) <= rtol * size and 2.0 * rounding / width <= 0.1 * rtol * size
    # A smooth function's one-sided slopes differ by h·f″: beyond that it may be a kink, and is looked at closely.
    return (slope, left, right) if agrees and abs(right - left) <= 1e-4 * size else None


def _judge(analytic: float, rounding: float, found: Slopes, tolerance: Tolerance, flat: float, kinked: bool) -> Verdict:
    """What the slopes found say about a derivative, which may be off by its own `rounding`."""
    numeric, error = found.slope.slope, SAFETY * found.slope.error + rounding
    if found.kink:
        agrees = _between(analytic, rounding, found, tolerance)
        sides = f"{found.left.slope:.6g} from the left, {found.right.slope:.6g} from the right"
        place = f"the engine takes {analytic:.6g}, {'between' if agrees else 'NOT between'} the two"
        return Verdict(agrees, True, error, f"a kink, the one-sided slopes differ ({sides}); {place}")
    if found.jump or math.isinf(numeric):
        if kinked:
            return Verdict(True, False, math.inf, "cannot be decided, at a kink of f its derivative jumps")
        if abs(analytic) < found.steepest:
            what = "a jump" if found.jump else "a vertical tangent"
            return Verdict(False, True, error, f"{what}, the difference quotients grow without bound")
        if math.isinf(analytic):
            return Verdict(analytic in (found.both.slope, found.left.slope, found.right.slope), True, error)
        numeric = math.nan  # perhaps a limit lies beyond the smallest step
    if math.isnan(analytic) and math.isnan(numeric):
        return Verdict(True, True, error)
    if math.isnan(numeric):
        return Verdict(True, False, math.inf, "cannot be decided, no limit of the difference quotients is in sight")
    if not math.isfinite(analytic):
        agrees, decided = error > abs(numeric), False
    else:
        size = max(abs(numeric), abs(analytic))
        agrees = tolerance.accepts(analytic, numeric, error)
        enough = max(0.5 * max(tolerance.rtol, NOTICED) * size, tolerance.atol, flat)
        decided = analytic == numeric == 0.0 or error <= enough
    if agrees and not decided:
        return Verdict(True, False, error, f"cannot be decided, the numeric slope is known to ± {error:.2g} only")
    return Verdict(agrees, True, error)


def _between(slope: float, rounding: float, found: Slopes, tolerance: Tolerance) -> bool:
    """Whether a slope lies between those on the two sides of a kink, or agrees with one of them."""
    low, high = sorted((found.left, found.right), key=lambda side: side.slope)
    near = (tolerance.accepts(slope, side.slope, SAFETY * side.error + rounding) for side in (low, high))
    return low.slope <= slope <= high.slope or any(near)
