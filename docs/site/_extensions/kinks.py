"""The directive `kinks`: every convention of the table of operations, as the table says it.

A row is here when its slope somewhere is a choice: at a kink, a jump, a tie, or at the end of where it is defined.
"""

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograd.engine import ops


def lines() -> list[str]:
    """The table in Markdown: name, formula, rule, and what holds where the rule gives no answer.

    >>> [line for line in lines() if line.startswith("| **relu**")]
    ['| **relu** | max(0, x) | slope 1 above 0, 0 below | slope 0 at exactly 0, by convention |']
    """
    rows = [op for op in ops.ROWS if op.convention]
    table = ["| operation | formula | slope | convention |", "| --- | --- | --- | --- |"]
    return table + [_row(op.name, op.formula, op.rule, op.convention) for op in rows]


def _plain(text: str) -> str:
    """Text whose signs are no marks of Markdown."""
    return "".join(f"\\{sign}" if sign in "*_`|<\\" else sign for sign in text)


def _row(name: str, *cells: str) -> str:
    return f"| **{_plain(name)}** | " + " | ".join(map(_plain, cells)) + " |"


class Kinks(SphinxDirective):
    """The table at its place in a page."""

    def run(self) -> list[nodes.Node]:
        """Parse the table."""
        source, line = self.get_source_info()
        box = nodes.container()
        self.state.nested_parse(StringList(lines(), source=source), line, box)
        children: list[nodes.Node] = box.children
        return children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("kinks", Kinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
