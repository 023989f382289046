"""What people write in a formula that is not meant that way, the place of it, and how to write it instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import count, islice, repeat

from autograd.support.keywords import closest

__all__ = ["Text", "function_hint", "point_at", "slips"]

SHOWN = 72  # characters of a long formula around the place
# Mathematics as people type or paste it: each has exactly one meaning here.
SIGNS = {"×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "√": "sqrt"}
NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
PATTERNS = {
    r"\^": "write ** for powers",
    r"(?<![=<>!:])=(?!=)": "values stand behind the formula, not in it: 'a*b' a=2 b=3",
    r"(?<![\w.])\d+,\d+(?![\w.(])": "a decimal number has a point: write {}",
    r"\|": "write abs(x) for |x|",
    r"!(?!=)": "there is no factorial: exp(lgamma(n + 1)) is n!",
    r"[-+*/%^,(]\s*$": "something is missing at the end",
}
POWERS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True))
CALLED = {
    "ln": "log", "lg": "log10", "tg": "tan", "tgh": "tanh", "arctg": "atan", "pow": "power", "root": "sqrt",
    "sgn": "sign", "fabs": "abs", "avg": "mean", "average": "mean", "expit": "sigmoid", "sig": "sigmoid",
    "div": "divide", "mul": "multiply", "sub": "subtract", "neg": "negative", "mod": "remainder", "swish": "silu",
    "if": "where", "gt": "greater", "ge": "greater_equal", "eq": "equal", "clip": "clamp",
}  # fmt: skip


class Text:
    """A formula as it was written, as Python reads it, and the way back from one place to the other.

    >>> text = Text("2×π² − 1")
    >>> text.python, text.written[text.place(text.python.index("-"))]
    ('2*π**(2) - 1', '−')
    """

    def __init__(self, written: str) -> None:
        self.written = written
        pieces: list[str] = []
        self._places: list[int] = []
        # Piece by piece: raised digits, a root of one name or number, or any other character.
        for match in re.finditer(rf"[{''.join(POWERS)}]+|√\s*({NUMBER}|[^\W\d]\w*)(?!\s*[\w.(])|.", written, re.DOTALL):
            start, piece, rooted = match.start(), match[0], match[1]
            places: Iterable[int] = repeat(start)
            if piece[0] in POWERS:
                piece = f"**({''.join(POWERS[c] for c in piece)})"
            elif rooted:
                # The letters inside keep their places; what stands before them has that of the root sign.
                places = (max(place, start) for place in count(match.start(1) - len("sqrt(")))
                piece = f"sqrt({rooted})"
            else:
                piece = " " if piece.isspace() else SIGNS.get(piece, piece)
            pieces.append(piece)
            self._places += islice(places, len(piece))
        self.python = "".join(pieces)

    def place(self, index: int) -> int:
        """Where in the written formula something is that Python finds at `index`."""
        return self._places[index] if 0 <= index < len(self._places) else len(self.written)

    def place_in_line(self, column: int) -> int:
        """The same for a column of Python's syntax tree, which counts bytes."""
        return self.place(len(self.python.encode("utf-8", "replace")[:column].decode("utf-8", "ignore")))


def point_at(message: str, written: str, *places: int) -> str:
    """A message with the formula below it and a caret under each place.

    >>> print(point_at("write ** for powers", "a^2", 1))
    write ** for powers
      a^2
       ^
    """
    # A part of a long formula, around the first place; each character of it stays one column wide.
    line = "".join(" " if c.isspace() else c if c.isprintable() else "?" for c in written)
    start = max(0, min(places[0] - SHOWN // 2, len(line) - SHOWN))
    shown, before = line[start : start + SHOWN], "..." if start else ""
    after = "..." if start + SHOWN < len(line) else ""
    marks = {min(place, len(line)) - start for place in places}
    carets = "".join("^" if k in marks else " " for k in range(len(shown) + 1)).rstrip()
    return f"{message}\n  {before}{shown}{after}\n  {' ' * len(before)}{carets}"


def slips(python: str, functions: Collection[str]) -> list[tuple[str, int]]:
    """The likely slips in a formula that cannot be read, each with its place, from left to right.

    >>> slips("2a^2", ["exp"])
    [('between 2 and a stands no sign: write 2*a', 1), ('write ** for powers', 2)]
    """
    likely = _brackets(python)
    for pattern, advice in PATTERNS.items():
        match = re.search(pattern, python)
        if match:
            likely.append((advice.format(match[0].replace(",", ".")), match.start()))
    # A number and a name, as in 2a; but 1e5 and 2j are numbers.
    for pair in re.finditer(rf"(?<![\w.])({NUMBER})([^\W\d]\w*)", python):
        if not re.fullmatch(r"[eE]\d+|[jJ]", pair[2]):
            advice = f"between {pair[1]} and {pair[2]} stands no sign: write {pair[1]}*{pair[2]}"
            likely.append((advice, pair.start(2)))
    # Two operands with nothing but a blank between them, or a bracket that closes before one.
    for pair in re.finditer(r"(?:[\w.]|\))(\s+|(?<=\)))(?=[\w(.])", python):
        word = re.search(r"[^\W\d]\w*$", python[max(0, pair.start() - 30) : pair.start() + 1])
        if word and word[0] in functions:
            if python[pair.end()] != "(":  # exp (a) can be read
                likely.append((f"the argument of {word[0]} stands in brackets: write {word[0]}(x)", pair.end()))
        elif pair[1] or python[pair.end()] != "(":  # so can (a)(b), whose error comes later
            left, right = python[pair.start()], python[pair.end()]
            likely.append((f"between {left!r} and {right!r} stands no sign: write * for a product", pair.end()))
    return sorted(likely, key=lambda slip: slip[1])


def _brackets(python: str) -> list[tuple[str, int]]:
    """The first bracket without a partner, if there is one."""
    opened: list[int] = []
    for place, sign in enumerate(python):
        if sign in "([{":
            opened.append(place)
        elif sign in ")]}":
            if not opened or python[opened[-1]] + sign not in ("()", "[]", "{}"):
                return [(f"this {sign!r} closes nothing: open a bracket before it, or take it out", place)]
            opened.pop()
    return [(f"this {python[opened[-1]]!r} is never closed: add the bracket", opened[-1])] if opened else []


def function_hint(name: str, functions: Collection[str]) -> str:
    """The function that was probably meant; "" if none is like it.

    >>> function_hint("ln", ["log", "exp"]), function_hint("tahn", ["tanh"]), function_hint("foo", ["exp"])
    ('log', 'tanh', '')
    """
    ours = CALLED.get(name.lower(), "")
    return ours if ours in functions else closest(name, functions)
