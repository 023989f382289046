"""The directive `api`: a list of public names, each with its signature and docstring.

    ```{api} nn.losses
    mse mae
    ```

stands for an autodoc directive a name, by what the name is: a class with its members, a function, or a constant.
"""

import ast
import re
from importlib import import_module
from inspect import isclass
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst.directives import flag
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def kind(thing: Any) -> str:
    """Which of autodoc's directives documents this."""
    if isclass(thing):
        return "autoexception" if issubclass(thing, Exception) else "autoclass"
    return "autofunction" if callable(thing) else "autodata"


def _bases(thing: Any) -> list[str]:
    """Show what a class inherits from, where that is one of ours: its methods stand there."""
    ours = isclass(thing) and thing.__base__ is not None and thing.__base__.__module__.startswith(("autograd", "nn"))
    return ["   :show-inheritance:"] if ours else []


def compiled(thing: type) -> tuple[str, list[str]]:
    """The signature of a compiled class, and its members with the inherited ones, in the order of the sources.

    >>> from autograd import Value
    >>> signature, members = compiled(Value)
    >>> signature, members[2]
    ("(data, label='', *, requires_grad=True, role='input')", '   .. autoattribute:: Value.data')
    """
    signature, names = "()", []
    for one in reversed(thing.__mro__[:-1]):
        source = Path(str(import_module(one.__module__).__file__)).parent / f"{one.__module__.rpartition('.')[2]}.py"
        classes = (part for part in ast.parse(source.read_text("utf-8")).body if isinstance(part, ast.ClassDef))
        (body,) = (part.body for part in classes if part.name == one.__name__)
        methods = {part.name: part for part in body if isinstance(part, ast.FunctionDef)}
        names += [name for name in methods if name[0] != "_" and name not in names]
        signature = _signature(methods["__init__"].args) if "__init__" in methods else signature
    members = [f"   .. {_member(getattr(thing, name))}:: {thing.__name__}.{name}" for name in names]
    return signature, ["   :no-members:", "", *members]


def _member(thing: Any) -> str:
    """Which of autodoc's directives documents this part of a class."""
    return "automethod" if callable(thing) else "autoproperty" if isinstance(thing, property) else "autoattribute"


def _signature(arguments: ast.arguments) -> str:
    """The arguments as they are called, without `self`, types and what is private."""
    given = [None] * (len(arguments.args) - len(arguments.defaults)) + [*arguments.defaults]
    shown = [
        (a, default) for a, default in zip(arguments.args, given, strict=True) if a.arg != "self" and a.arg[0] != "_"
    ]
    first = [f"{a.arg}={ast.unparse(default)}" if default else a.arg for a, default in shown]
    by_name = [
        f"{a.arg}={ast.unparse(d)}" if d else a.arg
        for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    return f"({', '.join([*first, *(['*'] if by_name else []), *by_name])})"


# Outside of `code`, reStructuredText takes |x| for a substitution, coefs_ for a link and *x for emphasis; we do not.
CODE = re.compile(r"(``.*?``|`[^`]*`)")
MARKUP = re.compile(r"([|*]|_\b|_(?=\W|$))")


def plain(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Keep the signs of formulas in a docstring as they are: all but code and lists is plain text."""
    in_example = False
    for i, line in enumerate(lines):
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        if not in_example:
            parts = CODE.split(line)
            lines[i] = "".join(part if part.startswith("`") else MARKUP.sub(r"\\\1", part) for part in parts)


def elsewhere(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out attributes that only say what another library's word is called here."""
    return True if type(thing).__name__ == "Elsewhere" else None


class Api(SphinxDirective):
    """Names of a module, one after another."""

    required_arguments = 1
    option_spec = {"inherited": flag}  # noqa: RUF012  # as docutils spells it
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Parse the directives that the names stand for."""
        module = import_module(self.arguments[0])
        lines = ["```{eval-rst}"]
        for name in " ".join(self.content).split():
            thing = getattr(module, name)
            signature, options = compiled(thing) if "inherited" in self.options else ("", _bases(thing))
            lines += [f".. {kind(thing)}:: {module.__name__}.{name}{signature}", *options, ""]
        lines.append("```")
        source, line = self.get_source_info()
        return self.parse_content_to_nodes_from(lines, source, line)

    def parse_content_to_nodes_from(self, lines: list[str], source: str, line: int) -> list[nodes.Node]:
        """The nodes of some lines of Markdown."""
        box = nodes.container()
        self.state.nested_parse(StringList(lines, source=source), line, box)
        children: list[nodes.Node] = box.children
        return children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("api", Api)
    app.connect("autodoc-process-docstring", plain)
    app.connect("autodoc-skip-member", elsewhere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
