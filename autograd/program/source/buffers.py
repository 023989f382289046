"""Pass: cut lines into single operations, and let arrays share memory.

A line with one operation can write into the array that it is for (`out=`), without memory of its own. An array whose
numbers are no longer needed becomes another of the same shape: fewer arrays, more of which stay in the cache.

>>> from autograd.program.source.formula import call, name
>>> x, y, z = [name(letter, "nb", letter) for letter in "xyz"]
>>> sections = split([Section("", [Line(y, (x + 1.0) * x), Line(z, call("np.tanh", y))])])
>>> for line in sections[0].lines:
...     print(line.target, "=", line.formula)
y = x + 1.0
y = y * x
z = np.tanh(y)
>>> share_buffers({letter: Buffer(letter, (3,), True) for letter in "yz"}, sections, {})
{'y': 'y', 'z': 'y'}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from autograd.program.source.draft import Buffer, Line, Section
from autograd.program.source.formula import Formula, axes_of, is_truth
from autograd.program.source.numpy_names import SAME_IN_NUMPY

# What NumPy can write into an array (`out=`). Its other functions return a new one, which is then copied.
UFUNCS = {
    f"np.{function}" for function in (*SAME_IN_NUMPY, "add", "multiply", "negative", "power", "square", "subtract")
}
WITH_OUT = UFUNCS | {"np.matmul", "np.vecdot", "np.einsum", "np.take"}

# ----- One operation a line -----


def split(sections: list[Section]) -> list[Section]:
    """Cut formulas such as (a·b)·c in two lines: t = a·b, t = t·c."""
    return [Section(s.comment, [part for line in s.lines for part in _split_line(line)]) for s in sections]


def accepts_out(function: str) -> bool:
    """Whether the function can be handed the array to write."""
    return function in WITH_OUT or ".reduce|" in function


def _split_line(line: Line) -> Iterator[Line]:
    formula = line.formula
    if line.how == "set" and isinstance(formula, Formula) and formula.function in UFUNCS:
        first, *others = formula.parts
        # The first part may be computed into the target, if it fills it with numbers, and no other part reads it.
        if (
            isinstance(first, Formula)
            and accepts_out(first.function)
            and not is_truth(first)
            and first.axes == line.target.axes
            and not any(_overlaps(other, line.target) for other in others)
        ):
            yield from _split_line(replace(line, formula=first))
            rest = Formula(formula.function, (line.target, *others), "", axes_of(*formula.parts))
            yield replace(line, formula=rest)
            return
    yield line


def _overlaps(part: Formula | float, target: Formula) -> bool:
    if not isinstance(part, Formula):
        return False
    return any(x.text == target.text or (x.buffer and x.buffer == target.buffer) for x in part.names())


# ----- Memory -----


@dataclass(slots=True)
class _LiveRange:
    """From which line to which an array is needed, and the line that writes it first."""

    start: int
    writer: Line
    end: int = -1


def share_buffers(
    buffers: Mapping[str, Buffer], sections: Sequence[Section], live_until: Mapping[str, int]
) -> dict[str, str]:
    """For each array that is used, the one in whose place it lies.

    `live_until[name]` is the number of the section up to which an array must be left alone: the caller reads it.
    """
    ranges = _live_ranges(buffers, sections, live_until)
    place: dict[str, str] = {}
    # By shape: the arrays in use, by the line up to which they are, and those that are free.
    in_use: defaultdict[tuple[object, ...], list[tuple[int, int, str]]] = defaultdict(list)
    free: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    # A linear scan in the order of first writes, as compilers assign registers.
    for k, (buffer, live) in enumerate(sorted(ranges.items(), key=lambda item: item[1].start)):
        shape = buffers[buffer].shape, buffers[buffer].batched
        # One that is read for the last time by the line that writes this one may be overwritten, if that is in place.
        limit = live.start + _in_place(live.writer, buffer)
        while in_use[shape] and in_use[shape][0][0] < limit:
            free[shape].append(heappop(in_use[shape])[2])
        # The array that became free last is the one most likely to be in the cache still.
        place[buffer] = free[shape].pop() if free[shape] else buffer
        heappush(in_use[shape], (live.end, k, place[buffer]))
    return place


def _live_ranges(
    buffers: Mapping[str, Buffer], sections: Sequence[Section], live_until: Mapping[str, int]
) -> dict[str, _LiveRange]:
    ranges: dict[str, _LiveRange] = {}
    at = 0  # the number of the line; the end of a section counts as one more
    for s, section in enumerate(sections):
        for line in section.lines:
            # Reads come first: what no line has written yet is not in these arrays.
            for buffer in line.reads():
                if buffer in ranges:
                    ranges[buffer].end = at
            if line.writes in buffers:
                ranges.setdefault(line.writes, _LiveRange(at, line)).end = at
            at += 1
        for buffer, last in live_until.items():
            if last == s and buffer in ranges:
                ranges[buffer].end = at
        at += 1
    return ranges


def _in_place(line: Line, buffer: str) -> bool:
    """Whether a line may overwrite what it reads: element by element, into the whole of the array."""
    whole = line.target.text == buffer and line.how == "set"
    return whole and isinstance(line.formula, Formula) and line.formula.function in UFUNCS
