"""The Python blocks of README.md, and of the pages in docs/, run in order and print what they say they print.

The rule for an example: in ``print(...)  # text`` the comment is what is printed. A comment on a
``print`` that is indented under another statement cannot be checked and is refused. A block of ``text`` that
follows a block of Python is all that it printed.
"""

import ast
import importlib
import io
import re
import tokenize
from contextlib import redirect_stdout
from pathlib import Path
from typing import TypeGuard

import pytest

from autograd.engine import ops

importlib.import_module("nn")  # its operations are in the table before those of a page
ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Of the site all pages that have code: its indexes and lists of names have none.
SITE = [page for page in sorted((ROOT / "docs" / "site").rglob("*.md")) if "```python" in page.read_text("utf-8")]
BLOCK = re.compile(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES + SITE, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the examples may write files
    text, operations = page.read_text(encoding="utf-8"), set(ops.TABLE)
    assert BLOCK.search(text), f"{page.name} has no ```python block"
    assert check(text, str(page)) == []
    for name in set(ops.TABLE) - operations:  # of the page's own
        del ops.TABLE[name]


def test_the_readme_names_every_page() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"](docs/{page.name})" not in text] == []


def test_every_figure_stands_in_the_table_of_the_benchmarks() -> None:
    numbers = re.compile(r"\d+(?:[.,-]\d+)*")
    rows: dict[str, str] = {}
    script = ""
    for line in (ROOT / "benchmarks" / "README.md").read_text("utf-8").splitlines():
        if line.startswith("| "):
            named = re.search(r"`(\w+\.py)", line)
            script = named[1] if named else script  # a row without a name belongs to the script above
            rows[script] = rows.get(script, "") + line
    claims = re.findall(r"^\|[^|]+\|([^|]+)\| `(\w+\.py)` \|$", PAGES[0].read_text("utf-8"), re.MULTILINE)
    assert len(claims) >= 5
    for figure, name in claims:
        assert (ROOT / "benchmarks" / name).exists()
        assert set(numbers.findall(figure)) <= set(numbers.findall(rows[name])), f"{name}: {figure}"


@pytest.mark.parametrize(
    ("code", "problems"),
    [
        ("print(1 + 1)  # 2", []),
        ("x = 2\nprint(x, 3)  # 2 3\nprint('any')", []),
        ("x = 2  # not a print", []),
        ("print('a # b')  # a # b", []),
        ("print(\n    1 + 1\n)  # 2", []),
        ("print(1 + 1)  # 3", ["doc:2: printed '2', and the comment says '3'"]),
        ("print(1)", []),
        ("for i in range(2):\n    print(i)  # 0", ["doc:3: a print in a block cannot be compared"]),
        ("for i in range(2):\n    print(i)\n```\n\n```text\n0\n1", []),
        ("print(1)\n```\n\n```text\n2", ["doc:2: printed '1', and the block of text says '2'"]),
    ],
)
def test_the_rule(code: str, problems: list[str]) -> None:
    assert check(f"```python\n{code}\n```\n", "doc") == problems


def test_blocks_share_names_and_other_languages_are_left_alone() -> None:
    text = "```python\nx = 1\n```\n\n```sh\nrm -rf x\n```\n\n```python\nprint(x)  # 2\n```\n"
    assert check(text, "doc") == ["doc:10: printed '1', and the comment says '2'"]


def check(text: str, name: str) -> list[str]:
    """Run the Python blocks of a Markdown text; return one line for every print that differs."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    problems = []
    for block in BLOCK.finditer(text):
        above = text.count("\n", 0, block.start(1))
        # Blank lines in front give every statement its line number in the Markdown file.
        source = "\n" * above + block[1]
        comments = comments_by_line(source)
        everything = ""
        for statement in ast.parse(source, name).body:
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(ast.Module([statement], []), name, "exec"), namespace)
            everything += printed.getvalue()
            inner = {call.end_lineno or 0 for call in ast.walk(statement) if is_print(call)} & comments.keys()
            if isinstance(statement, ast.Expr) and is_print(statement.value):
                line = statement.end_lineno
                if line in comments and printed.getvalue().strip() != comments[line]:
                    problems.append(
                        f"{name}:{line}: printed {printed.getvalue().strip()!r}, "
                        f"and the comment says {comments[line]!r}"
                    )
            else:
                problems += [f"{name}:{line}: a print in a block cannot be compared" for line in sorted(inner)]
        if block[2] is not None and everything.strip() != block[2].strip():
            problems.append(
                f"{name}:{above + 1}: printed {everything.strip()!r}, and the block of text says {block[2].strip()!r}"
            )
    return problems


def comments_by_line(source: str) -> dict[int, str]:
    """The comments of a source text, without their marks, by line number."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").rstrip() for t in tokens if t.type == tokenize.COMMENT}


def is_print(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether a node is a call of ``print``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
