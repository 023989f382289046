"""Formulas as MathML, which every browser of today draws by itself: no script, no fonts, no network.

docutils translates them. What it does not know is spelt for it: `\\tfrac12` with braces, `\\dots` as `\\ldots`.
"""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SPELLINGS = ((re.compile(r"\\([td]?frac)\s*(\d)\s*(\d)"), r"\\\1{\2}{\3}"), (re.compile(r"\\dots\b"), r"\\ldots"))


def mathml(formula: str, block: bool) -> str:
    """A formula of LaTeX as a `<math>` element; raises `ExtensionError` for one that docutils cannot read."""
    for pattern, spelling in SPELLINGS:
        formula = pattern.sub(spelling, formula)
    try:
        return tex2mathml(formula, as_block=block)
    except MathError as error:
        raise ExtensionError(f"no MathML for {formula}: {error}") from error


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula in a line."""
    writer.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula of its own; one that is wider than the page is scrolled."""
    writer.body.append(f'<div class="formula" tabindex="0">{mathml(node.astext(), block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer with Sphinx, which takes it for it is the one that a setting names."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
