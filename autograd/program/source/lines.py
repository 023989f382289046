"""The third intermediate representation: lines of array code, each of which writes one array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from autograd.program.source.formula import Formula


@dataclass(frozen=True, slots=True)
class Buffer:
    """An array that is kept between calls: `shape` without the examples, which are its last axis if `batched`."""

    name: str
    shape: tuple[int, ...]
    batched: bool


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """`target` becomes the formula, or grows by it.

    how      meaning
    "set"    target = formula
    "add"    target = target + formula
    "local"  a name for a part of X or an intermediate result, good until the function returns
    "at"     target[index] = target[index] + formula, for each of the rows that `index` names, with multiplicity
    "put"    target[index] = formula, where no row is named twice
    `only_inputs` marks what only a gradient by the inputs needs.
    """

    target: Formula
    formula: Formula | float
    how: str = "set"
    index: str = ""
    only_inputs: bool = False

    def reads(self) -> Iterator[str]:
        """The buffers that are read."""
        if isinstance(self.formula, Formula):
            for part in self.formula.names():
                if part.buffer:
                    yield part.buffer
        if self.how in ("add", "at") and self.target.buffer:
            yield self.target.buffer

    @property
    def writes(self) -> str:
        """The buffer that is written, "" for a local name."""
        return self.target.buffer


@dataclass(slots=True)
class Section:
    """The lines of one block, forward or backward, under one comment."""

    comment: str
    lines: list[Line] = field(default_factory=list)
