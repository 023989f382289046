"""Formulas as MathML, which every browser of today draws by itself: no script, no fonts, no network.

docutils translates them. What it does not know is spelt for it: `\\tfrac12` with braces, `\\dots` as `\\ldots`.
A function's name gets its space: `tanh x` and not `tanhx`. Browsers do not break the lines of MathML, so a formula of
its own is written in pieces that may: each begins at a relation, a sum or a wide space outside of all brackets.

>>> [piece.count("<mo") for piece in pieces(tex2mathml("y = f(a + b) + c", as_block=True))]
[0, 4, 1]
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SPELLINGS = ((re.compile(r"\\([td]?frac)\s*(\d)\s*(\d)"), r"\\\1{\2}{\3}"), (re.compile(r"\\dots\b"), r"\\ldots"))
# A function, with its power or base or without, and what it is applied to, where that is no bracket.
APPLIED = re.compile(r"<mo>\u2061</mo>(?=\s*<m(?!o))")
POWER = re.compile(r"(<(msup|msub)>\s*<mi>[a-z]{2,}</mi>\s*<m\w>[^<]*</m\w>\s*</\2>)(?=\s*<m(?!o))")
SPACE = '<mo rspace="0.1667em">\u2061</mo>'
ENTITY = re.compile(r"&(?!amp|lt|gt)\w+;")  # of HTML; XML has those three
BREAKS = {*"=≈→⇒+−·×≤≥"}
OPENING, CLOSING = {*"([{⟨"}, {*")]}⟩"}
NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def mathml(formula: str, block: bool) -> str:
    """A formula of LaTeX as a `<math>` element; raises `ExtensionError` for one that docutils cannot read."""
    for pattern, spelling in SPELLINGS:
        formula = pattern.sub(spelling, formula)
    try:
        written = ENTITY.sub(lambda entity: unescape(entity[0]), tex2mathml(formula, as_block=block))
    except MathError as error:
        raise ExtensionError(f"no MathML for {formula}: {error}") from error
    return POWER.sub(rf"\1{SPACE}", APPLIED.sub(SPACE, written))


def pieces(formula: str) -> Iterator[str]:
    """A `<math>` element as several in a line, broken in front of operators that stand outside of brackets."""
    ElementTree.register_namespace("", NAMESPACE)
    row: list[ElementTree.Element] = []
    depth = 0
    for part in ElementTree.fromstring(formula):
        text = part.text if part.tag == f"{{{NAMESPACE}}}mo" else ""
        depth += (text in OPENING) - (text in CLOSING)
        if depth == 0 and row and (text in BREAKS or _is_wide(part)):
            yield _written(row)
            row = []
            part.set("form", "infix")  # as the first of a piece it would have the spaces of a sign
        row.append(part)
    yield _written(row)


def _is_wide(part: ElementTree.Element) -> bool:
    """Whether this is a space between two formulas, and not a thin one inside of one."""
    return part.tag == f"{{{NAMESPACE}}}mspace" and float(part.get("width", "0em").removesuffix("em")) >= 1


def _written(row: list[ElementTree.Element]) -> str:
    math = ElementTree.Element(f"{{{NAMESPACE}}}math", {"displaystyle": "true"})
    math.extend(row)
    return ElementTree.tostring(math, encoding="unicode")


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula in a line."""
    writer.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula of its own."""
    parts: list[list[str]] = [[]]
    for piece in pieces(mathml(node.astext(), block=True)):
        if "<mspace" in piece.partition(">")[2][:8]:  # several formulas side by side: first they part from each other
            parts.append([])
        parts[-1].append(piece)
    spans = "".join(f"<span>{'<wbr>'.join(part)}</span>" for part in parts)
    writer.body.append(f'<div class="formula">{spans}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer with Sphinx, which takes it for it is the one that a setting names."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
