"""Names, numbers and derivatives as plain text, LaTeX and HTML: three ways to write, one interface (`Style`).

    >>> for style in (Style(), Latex(), Html()):
    ...     print(style.name("w12"), style.number(-1.5e-7), style.factor(-2.0), sep="    ")
    w12    −1.5e−7    (−2)
    w_{12}    -1.5 \\times 10^{-7}    \\left(-2\\right)
    w<sub>12</sub>    −1.5×10<sup>−7</sup>    (−2)

Labels are text from the user. Each style shows them as they are and lets nothing in them act: no markup, no commands.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograd.support.text import clean, shorten

SYMBOLS = {"∂": r"\partial ", "d": r"\mathrm{d}"}
LONGEST_NAME = 48
_LETTERS = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
    "phi chi psi omega"
).split()
_OWN_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()


def _greek(name: str) -> str:
    case = "SMALL" if name.islower() else "CAPITAL"
    return unicodedata.lookup(f"GREEK {case} LETTER {'LAMDA' if name.lower() == 'lambda' else name.upper()}")


GREEK = {name: _greek(name) for plain in _LETTERS for name in (plain, plain.capitalize())}
# LaTeX has no command for the capitals that look like Latin letters.
_LATEX_GREEK = {letter: rf"\{name} " for name, letter in GREEK.items() if name.islower() or name in _OWN_CAPITALS}
# `<` and `>` are spelt out: the LaTeX stays harmless even on a page that takes it for HTML.
_LATEX_ESCAPES = {
    **{c: "\\" + c for c in "#$%&_{}"},
    "\\": r"\backslash ", "^": r"{\wedge}", "~": r"{\sim}", "<": r"\lt ", ">": r"\gt ", " ": r"\ ",
    "'": r"{\prime}", "`": "‵", "-": r"\text{-}", "−": "-",
}  # fmt: skip
_SMALL = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
_FULL_SIZE = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LOWERED = {high: low for low, high in _RAISED.items()}
_INDEXED = re.compile(r"([^\W\d_]+)(\d+|(?:_[^\W_]+)+|(?:\[\d+\])+)")
_PLAIN = re.compile(r"[^\W\d][\w.…]*(?:\[\d+\])*(?:#\d+)?")


@dataclass(frozen=True, slots=True)
class Name:
    """A label in its parts: `layers.0.w12` is the prefix "layers.0.", the base "w" and the index "12"."""

    prefix: str
    base: str
    index: str


def parse_name(label: str) -> Name:
    """Find the index in a label: trailing digits, what follows `_` after one letter, or numbers in brackets.

    >>> parse_name("w12"), parse_name("W[0][1]")
    (Name(prefix='', base='w', index='12'), Name(prefix='', base='W', index='0,1'))
    >>> parse_name("learning_rate").base
    'learning_rate'
    """
    prefix, dot, last = label.rpartition(".")
    match = _INDEXED.fullmatch(last.translate(_FULL_SIZE))
    if not match:
        return Name(prefix + dot, last, "")
    base, index = match[1], ",".join(re.findall(r"[^\W_]+", match[2]))
    # Words behind an underscore are an index of a letter (w_old), and a part of a longer name (learning_rate).
    if index.replace(",", "").isdigit() or len(base) == 1 or base in GREEK:
        return Name(prefix + dot, base, index)
    return Name(prefix + dot, last, "")


def digits(x: float, precision: int) -> tuple[str, int]:
    """The digits of a finite number and the power of ten that they are multiplied by, 0 for everyday sizes.

    Whole numbers below a million keep all their digits; others get `precision` significant ones.

    >>> [digits(x, 4) for x in (0.0123456, 12345.678, 95.0, -1.5e-7)]
    [('0.01235', 0), ('12346', 0), ('95', 0), ('-1.5', -7)]
    """
    if x == int(x) and abs(x) < 1e6:
        return str(int(x)), 0
    mantissa, _, power = f"{x:.{precision - 1}e}".partition("e")
    exponent = int(power)
    # Everyday sizes are written out. The power is taken after rounding: 9999.96 has five digits, not four.
    if -4 <= exponent < 6:
        mantissa, exponent = f"{x:.{max(0, precision - 1 - exponent)}f}", 0
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa), exponent


def format_count(n: int) -> str:
    """A whole number with commas; from 31 digits on, its first four digits and its size.

    >>> format_count(1204), format_count(2**200)
    ('1,204', 'about 1.607·10⁶⁰')
    """
    if n < 10**30:
        return f"{n:,}"
    # A float holds no such number: the logarithm of its first 64 bits, and of the power of two that follows them.
    shift = n.bit_length() - 64
    power = math.log10(n >> shift) + shift * math.log10(2.0)
    return f"about {10 ** (power % 1):.4g}·10{str(int(power)).translate(_RAISED)}"


def unique(names: Iterable[str]) -> list[str]:
    """The same names, numbered where one occurs several times.

    >>> unique(["h", "y", "h"])
    ['h#1', 'y', 'h#2']
    """
    names = list(names)
    totals, used = Counter(names), Counter[str]()
    result = []
    for name in names:
        used[name] += 1
        result.append(name if totals[name] == 1 else f"{name}#{used[name]}")
    return result


class Style:
    """Plain text, for a terminal and a screen reader; with `subscripts`, w12 is written w₁₂.

    >>> style = Style()
    >>> style.derivative("L", "w12"), style.number(-0.00123456), style.factor(-2.0)
    ('∂L/∂w12', '−0.001235', '(−2)')
    >>> Style(subscripts=True, symbol="d").derivative("L", "alpha1")
    'dL/dα₁'
    """

    times = " · "
    minus = "−"

    def __init__(self, precision: int = 4, symbol: str = "∂", subscripts: bool = False) -> None:
        self.precision = precision
        self.symbol = symbol
        self.subscripts = subscripts

    def name(self, label: str) -> str:
        """A label, in quotation marks if it is more than a word, and cut in the middle if it is very long."""
        text = _tidy(label)
        if not _PLAIN.fullmatch(text):
            return f"“{text}”"
        return self._indexed(parse_name(text)) if self.subscripts else text

    def _indexed(self, name: Name) -> str:
        index = name.index
        if index.replace(",", "").isdigit():
            index = index.translate(_SMALL)
        elif index:
            index = f"_{index}"
        return name.prefix + GREEK.get(name.base, name.base) + index

    def derivative(self, of: str, by: str, slot: int = 0) -> str:
        """∂of/∂by; with a slot, by its use as that operand (1 is the first)."""
        return f"{self.symbol}{self.name(of)}/{self.symbol}{self.name(by)}{self.raised(slot) if slot else ''}"

    def raised(self, slot: int) -> str:
        """The number of an operand, above the line and in brackets."""
        return f"⁽{str(slot).translate(_RAISED)}⁾"

    def number(self, x: float) -> str:
        """A number with as many significant digits as asked for."""
        if x != x:
            return "nan"
        if math.isinf(x):
            return self.infinity(x < 0)
        mantissa, power = digits(x, self.precision)
        exponent = str(power).replace("-", self.minus) if power else ""
        return self.scaled(mantissa.replace("-", self.minus), exponent)

    def infinity(self, negative: bool) -> str:
        """±∞."""
        return "−inf" if negative else "inf"

    def scaled(self, mantissa: str, exponent: str) -> str:
        """Digits and, if there is one, their power of ten."""
        return f"{mantissa}e{exponent}" if exponent else mantissa

    def factor(self, x: float) -> str:
        """A number inside a product or sum: in brackets if it is negative."""
        text = self.number(x)
        return f"({text})" if text.startswith(self.minus) else text

    def power(self, base: str, exponent: str) -> str:
        """A power of things that are written already: x² for a whole number, a^b for anything else.

        >>> Style().power("x", "2"), Style().power("x", "(−1)"), Style().power("a", "b"), Style().power("x", "0.5")
        ('x²', 'x⁻¹', 'a^b', 'x^0.5')
        """
        whole = exponent.removeprefix("(").removesuffix(")")
        return base + whole.translate(_RAISED) if re.fullmatch(r"−?\d+", whole) else f"{base}^{exponent}"

    def words(self, text: str) -> str:
        """A sentence."""
        return text


class Latex(Style):
    r"""LaTeX for math mode, understood by MathJax, KaTeX and LaTeX with amsmath.

    >>> Latex().derivative("L", "w12"), Latex().number(-1.5e-7)
    ('\\frac{\\partial L}{\\partial w_{12}}', '-1.5 \\times 10^{-7}')
    >>> Latex().name("a_b$ <script>")
    '\\mathrm{a\\_b\\$\\ \\lt script\\gt }'
    """

    times = r" \cdot "
    minus = "-"

    def name(self, label: str) -> str:
        """A label with its index below, Greek letters as such, and everything that LaTeX would act on escaped."""
        name = parse_name(_tidy(label))
        letter = GREEK.get(name.base, name.base)
        if len(letter) == 1 and letter.isalpha():
            prefix = rf"\mathrm{{{_escape(name.prefix)}}}" if name.prefix else ""
            base = prefix + _LATEX_GREEK.get(letter, letter)
        else:
            base = rf"\mathrm{{{_escape(name.prefix + letter)}}}"
        index = name.index if name.index.replace(",", "").isdigit() else rf"\mathrm{{{_escape(name.index)}}}"
        return f"{base.strip()}_{{{index}}}" if name.index else base.strip()

    def derivative(self, of: str, by: str, slot: int = 0) -> str:
        d = SYMBOLS[self.symbol]
        return rf"\frac{{{d}{self.name(of)}}}{{{d}{self.name(by)}{self.raised(slot) if slot else ''}}}"

    def raised(self, slot: int) -> str:
        return f"^{{({slot})}}"

    def infinity(self, negative: bool) -> str:
        return r"-\infty " if negative else r"\infty "

    def scaled(self, mantissa: str, exponent: str) -> str:
        return rf"{mantissa} \times 10^{{{exponent}}}" if exponent else mantissa

    def factor(self, x: float) -> str:
        text = self.number(x)
        return rf"\left({text}\right)" if text.startswith("-") else text

    def power(self, base: str, exponent: str) -> str:
        return f"{{{base}}}^{{{exponent}}}"

    def words(self, text: str) -> str:
        powers = re.sub("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"}}10^{{{found[1].translate(_LOWERED)}}}\\text{{", text)
        return rf"\text{{{powers}}}"


class Html(Style):
    """HTML for the inside of an element: indices as `<sub>`, everything else escaped.

    >>> Html().derivative("L", "w12")
    '∂L/∂w<sub>12</sub>'
    >>> Html().name("<b>")
    '“&lt;b&gt;”'
    """

    def name(self, label: str) -> str:
        """A label with its index below and its markup escaped."""
        text = _tidy(label)
        if not _PLAIN.fullmatch(text):
            return html.escape(f"“{text}”")
        name = parse_name(text)
        index = f"<sub>{html.escape(name.index)}</sub>" if name.index else ""
        return html.escape(name.prefix + GREEK.get(name.base, name.base)) + index

    def raised(self, slot: int) -> str:
        return f"<sup>({slot})</sup>"

    def infinity(self, negative: bool) -> str:
        return "−∞" if negative else "∞"

    def scaled(self, mantissa: str, exponent: str) -> str:
        return f"{mantissa}×10<sup>{exponent}</sup>" if exponent else mantissa

    def power(self, base: str, exponent: str) -> str:
        return f"{base}<sup>{exponent}</sup>"

    def words(self, text: str) -> str:
        return html.escape(text)


def html_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already; notebooks would align the cells to the right."""
    style = 'style="text-align:left"'
    head = "".join(f'<th scope="col" {style}>{column}</th>' for column in columns)
    lines = ["<tr>" + "".join(f"<td {style}>{cell}</td>" for cell in cells) + "</tr>" for cells in rows]
    return "\n".join(["<table>", f"<caption>{caption}</caption>", f"<tr>{head}</tr>", *lines, "</table>"])


def _tidy(label: str) -> str:
    return shorten(clean(label), LONGEST_NAME)


def _escape(text: str) -> str:
    return "".join(_LATEX_ESCAPES.get(c, c) for c in text)
