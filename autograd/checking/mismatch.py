"""Gradients by the engine and by hand as a table, and below it what is the matter with the wrong ones."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograd.checking.rounding import half_unit
from autograd.explanation.notation import html_table
from autograd.support.text import columns, pad

TELLING = 0.02  # a factor known to 2 % tells whether it is another one's, too


@dataclass(frozen=True)
class Row:
    """One gradient by the engine and by hand; `agrees` if they are the same, `hint` in a word or two if not.

    The name fits on a line.
    """

    name: str
    engine: float
    by_hand: float
    agrees: bool
    hint: str = ""

    def cells(self) -> tuple[str, str, str, str]:
        """The name and the three numbers as they are shown."""
        difference = "" if self.agrees else f"{self.engine - self.by_hand:.4g}"
        return self.name, f"{self.engine:.10g}", f"{self.by_hand:.10g}", difference


@dataclass(frozen=True)
class Mismatch:
    """Several gradients, some of them wrong; `str()` shows a table, `notes` are the lines below it."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def head(self) -> str:
        """Which gradients are wrong."""
        return f"the gradients differ in {', '.join(row.name for row in self.rows if not row.agrees)}"

    def __str__(self) -> str:
        table = [("", "engine", "by hand", "difference"), *(row.cells() for row in self.rows)]
        names, engine, hand, _ = (max(map(columns, column)) for column in zip(*table, strict=True))
        last = max(9, *(columns(row[3]) for row in table[1:]))
        lines = [self.head]
        for i, (name, *numbers) in enumerate(table):
            line = f"  {pad(name, max(8, names))} {numbers[0]:>{max(10, engine)}} {numbers[1]:>{max(10, hand)}}  "
            hint = self.rows[i - 1].hint if i else ""
            lines.append(line + (f"{numbers[2]:<{last}}   <-- {hint}" if hint else numbers[2]))
        return "\n".join([line.rstrip() for line in lines] + list(self.notes))

    def html(self) -> str:
        """The table and the lines below it as HTML; labels are escaped."""
        cells = [[html.escape(cell) for cell in (*row.cells(), row.hint)] for row in self.rows]
        table = html_table(html.escape(self.head), ("", "engine", "by hand", "difference", ""), cells)
        return "\n".join([table, *(f"<p>{html.escape(note)}</p>" for note in self.notes)])


def hint(engine: float, hand: float) -> str:
    """What the two numbers have to do with each other."""
    if math.isnan(hand) or math.isnan(engine):
        return f"{'by hand' if math.isnan(hand) else 'the engine'} it is nan"
    if engine == 0.0:
        return "the engine has 0: was backward() called?"
    if hand == 0.0:
        return "by hand it is 0"
    if abs(engine / hand - 1.0) < 5e-3:
        digits = -math.floor(math.log10(max(abs(engine / hand - 1.0), 1e-16))) - 1
        return f"they agree to {digits} digits: rounded? give more, or rtol="
    return f"off by the factor {engine / hand:.4g}"


def same_factor(rows: Sequence[Row]) -> float:
    """The factor by which all wrong gradients are off, if it is the same and there are several; nan if not.

    It is the same if the numbers say so exactly, or if it is to the digits written and two of them tell it to 2 % at
    least: 4 by the engine is 2 and 4 times what was written as 2 and 1, although 2 and 1 may be 1.5 rounded.
    """
    known = [row for row in rows if row.by_hand and math.isfinite(row.by_hand) and math.isfinite(row.engine)]
    if len(known) < max(2, len(rows)) or not all(row.engine for row in known):
        return math.nan
    first = known[0].engine / known[0].by_hand
    if all(math.isclose(row.engine / row.by_hand, first, rel_tol=1e-9) for row in known):
        return first
    # As far as the digits tell: the factors of rounded numbers lie between two bounds each.
    bounds = [sorted((row.engine / (row.by_hand - u), row.engine / (row.by_hand + u))) for row, u in _units(known)]
    telling = [high - low <= TELLING * min(abs(low), abs(high)) and low * high > 0.0 for low, high in bounds]
    low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
    return _shortest(low, high) if sum(telling) >= 2 and low <= high and low * high > 0.0 else math.nan


def _units(rows: Sequence[Row]) -> Iterator[tuple[Row, float]]:
    """The rows, and how far what was meant may be from the number: 1.2 among numbers of three digits is 1.20."""
    finest = min(half_unit(row.by_hand) for row in rows)
    most = min(half_unit(row.by_hand) / _magnitude(row.by_hand) for row in rows)
    for row in rows:
        unit = min(half_unit(row.by_hand), max(finest, most * _magnitude(row.by_hand)))
        yield row, 1.01 * unit + 1e-9 * abs(row.by_hand)


def _magnitude(x: float) -> float:
    """The power of ten of the first digit."""
    return 10.0 ** math.floor(math.log10(abs(x)))


def _shortest(low: float, high: float) -> float:
    """The number of fewest digits between two of the same sign."""
    middle = (low + high) / 2.0
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, 18))
    return next((x for x in rounded if low <= x <= high), middle)


def joined(names: Iterable[str]) -> str:
    """Names in a sentence, the first six of many."""
    names = list(names)
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
