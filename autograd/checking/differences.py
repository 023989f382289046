"""The slope of a function of one number by difference quotients, and how far that is off.

A quotient over the step h is off by a series in h (one side) or h² (both sides), and by rounding / h. Quotients over
h, h/r, h/r², ... are extrapolated to step 0 by Neville's scheme, as Richardson did and Ridders (1982) with an error
estimate: how far an entry is from the two it was made of, plus the rounding that its weights let through. The entry of
least error is the slope. Nobody has to choose a step: the best one is 1e-2 for a sine and 1e-9 beside a pole.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from autograd.checking.rounding import EPSILON, TINY

# From step to step. Not 4: whole ratios meet whole periods, and three quotients agree on a wrong slope. Those of x % 1
# over 54, 216 and 864 teeth do, and all those of sin(32πx) over steps of 1/4, 1/16, 1/64 are 0.
RATIO = math.sqrt(5.0) + 2.0
LEVELS = 22  # from max(|x|, 1)/RATIO down to where a step is some 60 units in the last place of x
COLUMNS = 6
CLEAR = 10.0  # how many times its rounding a quotient must move by to say something
SAFETY = 4.0  # how many estimated errors the slope may be off


class Quotient(NamedTuple):
    """A difference quotient over a step, and how far rounding may have moved it."""

    step: float
    slope: float
    rounding: float


class Estimate(NamedTuple):
    """A slope and about how far it is off: inf where too little is known to say."""

    slope: float
    error: float


NOTHING = Estimate(math.nan, math.inf)


class Tableau:
    """Quotients over smaller and smaller steps, extrapolated to step 0; their errors are a series in step^power.

    >>> table = Tableau(power=2)
    >>> for h in (0.4, 0.1, 0.025):
    ...     table.add(Quotient(h, (math.exp(h) - math.exp(-h)) / (2 * h), 1e-16 / h))
    >>> f"{table.best().slope:.9f}", table.best().error < 1e-4
    ('1.000000000', True)
    """

    def __init__(self, power: int) -> None:
        self.power = power
        self.quotients: list[Quotient] = []
        self.entries: list[tuple[int, Estimate]] = []  # with the row: the number of the smallest step
        self._row: list[tuple[float, float]] = []  # slope and rounding of the last row's entries

    def add(self, quotient: Quotient) -> None:
        """Add the quotient over the next smaller step."""
        above, self._row = self._row, [(quotient.slope, quotient.rounding)]
        self.quotients.append(quotient)
        for column in range(1, min(len(self.quotients), COLUMNS)):
            (slope, rounding), (upper, its_rounding) = self._row[-1], above[column - 1]
            ratio = min(self.quotients[-1 - column].step / quotient.step, 1e30) ** self.power
            entry = slope + (slope - upper) / (ratio - 1.0)
            let_through = (ratio * rounding + its_rounding) / (ratio - 1.0)
            self._row.append((entry, let_through))
            # Two quotients may agree by chance, three hardly.
            if column > 1:
                error = max(abs(entry - slope), abs(entry - upper)) + let_through
                self.entries.append((len(self.quotients) - 1, Estimate(entry, error)))

    def best(self) -> Estimate:
        """The entry of least error. One that smaller steps contradict is off by so much at least."""
        result = NOTHING
        for row, (slope, error) in sorted(self.entries, key=lambda entry: entry[1].error):
            if error >= result.error:
                break
            reached = abs(self.quotients[row].slope - slope)
            for quotient in self.quotients[row + 1 :]:
                error = max(error, abs(quotient.slope - slope) - reached - CLEAR * quotient.rounding)
            if error < result.error:
                result = Estimate(slope, error)
        return result

    def growth(self) -> float:
        """By which factor the quotients grow from step to step at the smallest steps; 0 if they come to a limit.

        A jump grows by RATIO, √x at 0 by its root. On the way to a limit the increments fall; along -ln h they stay.
        """
        last = self.quotients[-6:]
        if any(abs(q.slope) <= CLEAR * q.rounding for q in last) or len({q.slope > 0.0 for q in last}) > 1:
            return 0.0
        sizes = [abs(q.slope) for q in last]
        increments = [b - a for a, b in pairwise(sizes)]
        falling = any(b < 0.75 * a for a, b in pairwise(increments))
        seen = all(by > 0.02 * size for by, size in zip(increments, sizes, strict=False))  # and is not rounding
        return sizes[-1] / sizes[-2] if len(last) == 6 and seen and not falling else 0.0


@dataclass(frozen=True)
class Slopes:
    """The slope of a function at a point: on both sides at once, from the left and from the right.

    A slope of ±inf says that the quotients grow without bound, `steepest` being the largest of them. At a kink the two
    sides differ, at a jump the function itself does.
    """

    both: Estimate
    left: Estimate
    right: Estimate
    steepest: float
    jump: bool

    @property
    def slope(self) -> Estimate:
        """The slope on both sides at once, or at the edge of a domain that of the one side where there is one."""
        known = [e for e in (self.both, self.left, self.right) if e.error < math.inf]
        return self.both if self.both in known else min(known, key=lambda e: e.error, default=NOTHING)

    @property
    def kink(self) -> bool:
        """Whether the slopes on the two sides differ by more than their errors."""
        gap = abs(self.right.slope - self.left.slope)
        if self.jump or not gap > 0.0:  # nan: one side is missing
            return False
        allowed = 1e-6 * max(abs(self.left.slope), abs(self.right.slope)) if math.isfinite(gap) else 0.0
        return gap > allowed + SAFETY * (self.left.error + self.right.error)


def slopes(f: Callable[[float], float], x: float, rounding: float, larger: int = 0) -> Slopes:
    """The slopes of f at x. f gives nan where it is not defined; `rounding` is how far f(x) may be off.

    `larger` steps come before the usual ones.

    >>> found = slopes(lambda x: math.log(x) if x > 0.0 else math.nan, 1e-3, 1e-15)
    >>> f"{found.both.slope:.6f}", found.kink
    ('1000.000000', False)
    """
    both, left, right = Tableau(power=2), Tableau(power=1), Tableau(power=1)

    def add(table: Tableau, a: float, b: float, fa: float, fb: float) -> None:
        slope = (fb - fa) / (b - a)
        noise = max(rounding, EPSILON * abs(fa)) + max(rounding, EPSILON * abs(fb)) + TINY
        if math.isfinite(slope):
            table.add(Quotient(max(x - a, b - x), slope, noise / (b - a)))

    middle = f(x)
    for step in steps(x, larger):
        # a and b are as far from x as exactly the same float.
        b = x + step
        a = x - (b - x)
        fa, fb = f(a), f(b)
        add(both, a, b, fa, fb)
        add(left, a, x, fa, middle)
        add(right, x, b, middle, fb)
    return _found(both, left, right)


def _found(both: Tableau, left: Tableau, right: Tableau) -> Slopes:
    growths = {table: table.growth() for table in (both, left, right)}
    steepest = max((abs(table.quotients[-1].slope) for table, growth in growths.items() if growth), default=0.0)
    jump = max(growths.values()) > 0.9 * RATIO
    sides = [_limit(table, growth) for table, growth in growths.items()]
    return Slopes(sides[0], sides[1], sides[2], steepest, jump)


def _limit(table: Tableau, growth: float) -> Estimate:
    return Estimate(math.copysign(math.inf, table.quotients[-1].slope), 0.0) if growth else table.best()


def steps(x: float, larger: int = 0) -> Iterator[float]:
    """The steps to try, from about max(|x|, 1)/4 down to where the last digits of x are moved."""
    scale = max(abs(x), 1.0)
    for level in range(1 - larger, LEVELS + 1):
        yield scale * RATIO**-level
    # Go on to steps that are small beside x, without those between if x is tiny.
    level = LEVELS + 1
    if abs(x) < RATIO**-LEVELS:
        scale, level = abs(x), 1
    while scale * RATIO**-level > abs(x) * RATIO ** -(LEVELS + 1) and x + scale * RATIO**-level != x:
        yield scale * RATIO**-level
        level += 1
