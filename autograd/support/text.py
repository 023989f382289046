"""Text for people: numbers in few characters, labels made safe to show, values cut to the length of a message."""

from __future__ import annotations

import re
import sys
import unicodedata
from io import TextIOWrapper
from itertools import islice

__all__ = [
    "FORBIDDEN", "MAX_LABEL", "clean", "columns", "exact_number",
    "format_number", "got", "pad", "plural", "short", "short_path",
    "short_text", "shorten",
]  # fmt: skip

MAX_LABEL = 32  # characters of a label in a picture
LIMIT = 100  # characters of a value in a message: a Value with its digits and its label fits
PATH = 300  # of a path
FORBIDDEN = {"Cc", "Cs", "Cn"}  # control characters, lone surrogates, code points that are no characters
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def exact_number(x: float) -> str:
    """Every digit there is, with a true minus sign.

    >>> exact_number(-0.1), exact_number(2.0), exact_number(1e-05)
    ('−0.1', '2.0', '1e−5')
    """
    return _for_people(repr(x))


def format_number(x: float) -> str:
    """Write a number in as few characters as a picture needs: four decimals, or four digits below one.

    The minus sign is a true one (−), as long as the plus, and a power of ten is written e−5, as in `explain`.

    >>> [format_number(x) for x in (-6.88137, 0.5, 2.0, 1e-5, 0.00123456, 1234567.0, float("nan"), -float("inf"))]
    ['−6.8814', '0.5', '2', '1e−5', '0.001235', '1.235e6', 'nan', '−inf']
    """
    size = abs(x)
    if size < 1 or not size < 1e6:
        text = f"{x + 0.0:.4g}"  # the sum turns -0.0 into 0.0
    else:
        text = f"{x:.{4 if size < 1e4 else 1}f}".rstrip("0").rstrip(".")
    return _for_people(text)


def _for_people(number: str) -> str:
    """True minus signs, and powers of ten without a plus sign or zeros in front: 1e−5 for 1e-05."""
    digits, e, power = number.partition("e")
    return f"{digits}e{int(power)}".replace("-", "−") if e else number.replace("-", "−")


def clean(text: str) -> str:
    """Make user text safe to show on one line: no control characters, no lone surrogates, no direction overrides.

    >>> clean("two\\n  words\\x00")
    'two words'
    """
    kept = (c for c in text if c.isspace() or (unicodedata.category(c) not in FORBIDDEN and c not in _BIDI))
    return " ".join("".join(kept).split())


def shorten(text: str, limit: int = MAX_LABEL) -> str:
    """Cut the middle out of a long text: both ends tell `layer1.neuron3.w7` from its neighbours.

    >>> shorten("a" * 500 + ".w7", 12)
    'aaaaaaa…a.w7'
    """
    if len(text) <= limit:
        return text
    tail = limit // 3
    return f"{text[: limit - tail - 1]}…{text[len(text) - tail :]}"


def short(thing: object, limit: int = LIMIT) -> str:
    """The start of a repr, on one line, for an error message: whatever was given, however long, and if it has no repr.

    >>> short([1, 2]), short("a" * 100, 12), short(10**5000)
    ('[1, 2]', "'aaaaaaaa...", '<int>')
    """
    try:
        text = repr(_first_entries(thing, limit))
    except Exception:  # its own error, lists too deep, a whole number of more than 4,300 digits
        text = f"<{type(thing).__name__}>"
    return short_text(re.sub(r"\n\s*", " ", text), limit)


def short_path(path: object) -> str:
    """A path in quotes, whole unless it is longer than any that is meant: the part cut off could not be looked for.

    >>> short_path("graphs/first.svg")
    "'graphs/first.svg'"
    """
    return short(str(path), PATH)


def got(thing: object) -> str:
    """What came instead of what was wanted: the start of its repr, and its type.

    >>> got("two"), got(list(range(1000)))[-20:]
    ("'two' (str)", '24, 25, 26... (list)')
    """
    return f"{short(thing)} ({type(thing).__name__})"


def _first_entries(thing: object, limit: int) -> object:
    """As many entries of a long list as a text of `limit` characters shows: the repr of millions takes seconds."""
    if type(thing) in (list, tuple, set, frozenset) and len(thing) > limit:  # type: ignore[arg-type]
        return type(thing)(islice(thing, limit))  # type: ignore[call-overload, call-arg]
    if type(thing) is dict and len(thing) > limit:
        return dict(islice(thing.items(), limit))
    return thing


def short_text(text: str, limit: int = LIMIT) -> str:
    """The start of a text.

    >>> short_text("a formula of many words", 12)
    'a formula...'
    """
    return text if len(text) <= limit else text[: limit - 3] + "..."


def plural(number: int, noun: str) -> str:
    """A number with its noun.

    >>> plural(1, "node"), plural(2047, "node")
    ('1 node', '2,047 nodes')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a character of Chinese, none for an accent by itself.

    >>> columns("w1"), columns("σ′"), columns("重み"), columns("w\\u0302")
    (2, 2, 4, 1)
    """
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def pad(text: str, width: int) -> str:
    """A text with spaces behind it, up to so many columns."""
    return text + " " * (width - columns(text))


def print_any_sign() -> None:
    """Let `print` write \\u2202 for a sign that the output's encoding has not, in place of an error: for commands.

    A terminal knows ∂; a file or a pipe on Windows has the 256 signs of cp1252.
    """
    if isinstance(sys.stdout, TextIOWrapper):  # None where there is no console
        sys.stdout.reconfigure(errors="backslashreplace")
