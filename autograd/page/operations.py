"""The operations of a graph, printed from the table: value, slopes and kink of each, as JavaScript for its page.

The rules of a row are run over expressions (`expression`), or, where they loop over any number of operands, translated
(`loops`). In, the names of rows; out, the map in which the page looks operations up:

>>> print(operations(["relu", "mean"]))
const OPERATIONS = (() => {
function total(xs) {
let result = 0;
for (const x of xs) {
result = result + x;
}
return result;
}
function mean(xs) {
return total(xs) / xs.length;
}
return new Map([
["relu", { value: ([x0]) => 0 > x0 ? 0 : x0,
slopes: (y, [x0]) => [Number.isNaN(x0) ? NaN : x0 > 0 ? 1 : 0],
kink: ([x0]) => x0 === 0 }],
["mean", { value: (xs, settings) => mean(xs, ...settings),
slopes: (y, xs) => xs.map((_) => 1 / xs.length),
kink: null }],
]);
})();
"""

import json
from collections.abc import Iterable
from functools import cache

from autograd.engine.ops import TABLE, Op
from autograd.page.expression import XP, arrow, decisions, name, number
from autograd.page.loops import Translation

# The text of a row, and that of each function it calls, by name.
Printed = tuple[str, dict[str, str]]


def operations(names: Iterable[str]) -> str:
    """JavaScript for those of these operations that can be printed.

    Left out are rows of the user's whose rules branch on numbers, or call what is not in their namespace.
    """
    rows: list[str] = []
    functions: dict[str, str] = {}
    for what in names:
        printed = _printed(TABLE[what]) if what in TABLE else None
        if printed is not None:
            rows.append(f"[{_quoted(what)}, {printed[0]}],")
            functions |= printed[1]
    return "\n".join(["const OPERATIONS = (() => {", *functions.values(), "return new Map([", *rows, "]);", "})();"])


def _printed(op: Op) -> Printed | None:
    built_in = op.forward.__module__.startswith("autograd.engine.")
    try:  # a rule of the user's is printed again for each page, as it may read a number that has changed
        return _kept(op) if built_in else _print(op)
    except Exception:  # one that is written for floats alone may raise anything here
        return None


def _print(op: Op) -> Printed:
    if op.variadic:
        translation = Translation()
        return _row(*translation.row(op.name)), translation.functions
    operands = [name(f"x{i}") for i in range(op.arity)]
    head = f"[{', '.join([operand.text for operand in operands])}]"
    y = name("y")
    value = arrow(head, number(op.value(XP, operands)))
    slopes = arrow(f"y, {head}", [number(slope) for slope in op.local(XP, y, operands)])
    return _row(value, slopes, arrow(head, decisions(op.kink, operands)) if op.kink else "null"), {}


_kept = cache(_print)


def _row(value: str, slopes: str, kink: str) -> str:
    return f"{{ value: {value},\nslopes: {slopes},\nkink: {kink} }}"


def _quoted(text: str) -> str:
    r"""A name as a string of JavaScript that can stand inside a `<script>` element.

    >>> print(_quoted('</script>"\\'))
    "\u003c/script>\"\\"
    """
    return json.dumps(text).replace("<", "\\u003c")
