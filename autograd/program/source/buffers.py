"""Pass: reuse arrays. One whose numbers are no longer needed becomes another of the same shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from autograd.program.source.formula import Formula
from autograd.program.source.lines import Buffer, Line, Section
from autograd.program.source.split import UFUNCS


@dataclass(slots=True)
class _Life:
    """From which line to which an array is needed, and the line that writes it first."""

    start: int
    writer: Line
    end: int = -1


@dataclass(slots=True)
class _Pool:
    """The arrays of one shape: those in use, by the line up to which they are, and those that are free."""

    busy: list[tuple[int, int, str]] = field(default_factory=list)
    free: list[str] = field(default_factory=list)


def share_buffers(
    buffers: Mapping[str, Buffer], sections: Sequence[Section], kept: Mapping[str, int]
) -> dict[str, str]:
    """For each array that is used, the one in whose place it lies.

    `kept[name]` is the number of the section up to which an array must be left alone, because the caller reads it.
    """
    lives = _lives(buffers, sections, kept)
    place: dict[str, str] = {}
    pools: dict[tuple[tuple[int, ...], bool], _Pool] = {}
    for k, (found, life) in enumerate(sorted(lives.items(), key=lambda item: item[1].start)):
        buffer = buffers[found]
        pool = pools.setdefault((buffer.shape, buffer.batched), _Pool())
        # One that is read for the last time by the line that writes this one may be overwritten, if that is in place.
        limit = life.start + _in_place(life.writer, found)
        while pool.busy and pool.busy[0][0] < limit:
            pool.free.append(heappop(pool.busy)[2])
        place[found] = pool.free.pop() if pool.free else found
        heappush(pool.busy, (life.end, k, place[found]))
    return place


def _lives(buffers: Mapping[str, Buffer], sections: Sequence[Section], kept: Mapping[str, int]) -> dict[str, _Life]:
    lives: dict[str, _Life] = {}
    at = 0
    for s, section in enumerate(sections):
        for line in section.lines:
            for found in line.reads():
                if found in lives:
                    lives[found].end = at
            if line.writes in buffers:
                lives.setdefault(line.writes, _Life(at, line)).end = at
            at += 1
        for found, until in kept.items():
            if until == s and found in lives:
                lives[found].end = at
        at += 1
    return lives


def _in_place(line: Line, found: str) -> bool:
    """Whether a line may overwrite what it reads: element by element, into the whole of the array."""
    whole = line.target.text == found and line.how == "set"
    return whole and isinstance(line.formula, Formula) and line.formula.function in UFUNCS
