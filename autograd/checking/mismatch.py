"""Gradients by the engine and by hand as a table, and below it what is the matter with the wrong ones."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograd.checking.rounding import half_unit
from autograd.explanation.notation import html_table
from autograd.support.text import columns, pad


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
    """The factor by which all wrong gradients are off, if it is the same and there are several; nan if not."""
    known = [row for row in rows if row.by_hand and math.isfinite(row.by_hand) and math.isfinite(row.engine)]
    if len(known) < max(2, len(rows)):
        return math.nan
    # As far as the digits tell: the factors of rounded numbers lie between two bounds each.
    bounds = [sorted((row.engine / (row.by_hand - u), row.engine / (row.by_hand + u))) for row, u in _units(known)]
    low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
    return (low + high) / 2.0 if low <= high and low * high > 0.0 and (high - low) < 1e-3 * abs(low) else math.nan


def _units(rows: Sequence[Row]) -> Iterable[tuple[Row, float]]:
    return ((row, half_unit(row.by_hand) + 1e-9 * abs(row.by_hand)) for row in rows)


def joined(names: Iterable[str]) -> str:
    """Names in a sentence, the first six of many."""
    names = list(names)
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
