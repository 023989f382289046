"""Lay the site's pages out: this folder, the pages and pictures of docs/, the lessons, the changelog.

In the repository they lie where readers of the repository look for them, and their links to each other work there.
`assemble` copies them to one folder with the site's own addresses and rewrites the links: what was
`../notebooks/05-two-paths.ipynb` becomes `lessons/05-two-paths.ipynb`. A link to a file that has no place on the site
is refused. The page to try it on gets what it loads: npm's copy of Pyodide, where it was installed, and chaingrad.
Formulas get a font.

>>> addresses = {Path("docs/site/how-to/a.md"): Path("how-to/a.md"), Path("docs/b.md"): Path("b.md")}
>>> rewritten("[b](../../b.md#top)", Path("docs/site/how-to/a.md"), addresses)
'[b](../b.md#top)'
"""

import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
NPM = ROOT / "build" / "npm" / "node_modules"
PYODIDE = NPM / "pyodide"
FONT = NPM / "@fontsource" / "noto-sans-math"
# What is shown, from where, and its folder on the site.
PLACES = (
    ("docs/*.md", "docs", "."),
    ("docs/**/*.svg", "docs", "."),
    ("docs/**/*.png", "docs", "."),
    ("docs/**/*.gif", "docs", "."),
    ("docs/site/**/*", "docs/site", "."),  # after the pictures, of which it has some
    ("notebooks/*.ipynb", "notebooks", "lessons"),
    ("CHANGELOG.md", ".", "."),
    ("autograd/**/*.py", ".", "_code"),  # for the pages that quote it; no page by itself
)
# Only relative ones: an address on the web has a colon. In a notebook the text stands in JSON, which changes no link.
LINK = re.compile(r"(\]\()([\w./-]+)((?:#[\w-]*)?\))")


def assemble(folder: Path) -> None:
    """Fill a new folder with the sources of the site; raises ValueError with every link that leads nowhere."""
    addresses = {
        path.relative_to(ROOT): Path(target) / path.relative_to(ROOT / base)
        for pattern, base, target in PLACES
        for path in sorted(ROOT.glob(pattern))
        if path.is_file() and "__pycache__" not in path.parts
    }
    shutil.rmtree(folder, ignore_errors=True)
    problems = []
    for path, address in addresses.items():
        target = folder / address
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".md", ".ipynb"):
            text = (ROOT / path).read_text(encoding="utf-8")
            problems += [f"{path}: {link}" for link in astray(text, path, addresses)]
            text = without_preparation(text) if path.suffix == ".ipynb" else text
            target.write_text(rewritten(text, path, addresses), encoding="utf-8")
        else:
            shutil.copy(ROOT / path, target)
    runtime(folder / "_static" / "try")
    font(folder / "_static")
    packed(folder / "lessons.zip", sorted((ROOT / "notebooks").glob("*.ipynb")))
    if problems:
        raise ValueError("these links lead to nothing that is on the site:\n" + "\n".join(problems))


def without_preparation(notebook: str) -> str:
    """A lesson without the cell that prepares a hosted notebook, which JupyterLab shows closed."""
    lesson = json.loads(notebook)
    lesson["cells"] = [cell for cell in lesson["cells"] if cell.get("id") != "hosted"]
    return json.dumps(lesson, ensure_ascii=False, indent=1)


def runtime(folder: Path) -> None:
    """Put Python for the browser and the two packages beside the page that runs them."""
    if PYODIDE.exists():
        (folder / "pyodide").mkdir(parents=True)
        for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
            shutil.copy(PYODIDE / name, folder / "pyodide")
    else:
        print("npm's pyodide is not installed: the page to try it on will say that it cannot be started")
    paths = sorted(path for package in ("autograd", "nn") for path in (ROOT / package).rglob("*.*"))
    wanted = (".py", ".js", ".css", ".html")
    packed(folder / "chaingrad.zip", [path for path in paths if path.suffix in wanted])


def packed(archive: Path, paths: Iterable[Path]) -> None:
    """Write an archive of some files of the repository, with their addresses in it."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in paths:
            opened.write(path, path.relative_to(ROOT))


def font(folder: Path) -> None:
    """Give formulas a font with a table for mathematics: without one, browsers set indices on the line, x1 for x₁."""
    rule = ""
    if FONT.exists():
        shutil.copy(FONT / "files" / "noto-sans-math-latin-400-normal.woff2", folder / "noto-sans-math.woff2")
        shutil.copy(FONT / "LICENSE", folder / "noto-sans-math.LICENSE.txt")
        rule = '@font-face { font-family: "Noto Sans Math"; src: url("noto-sans-math.woff2"); }\n'
    (folder / "math.css").write_text(rule + 'math { font-family: "Noto Sans Math", math; }\n', encoding="utf-8")


def rewritten(text: str, page: Path, addresses: dict[Path, Path]) -> str:
    """The text of a page with its relative links as they are on the site."""

    def one(link: re.Match[str]) -> str:
        target = addresses.get(_target(link[2], page))
        if target is None:
            return link[0]
        return link[1] + Path(os.path.relpath(target, addresses[page].parent)).as_posix() + link[3]

    return LINK.sub(one, text)


def astray(text: str, page: Path, addresses: dict[Path, Path]) -> list[str]:
    """The links of a page to files of the repository that are not on the site."""
    targets = [link[2] for link in LINK.finditer(text)]
    return [name for name in targets if (ROOT / _target(name, page)).exists() and _target(name, page) not in addresses]


def _target(link: str, page: Path) -> Path:
    return Path(os.path.normpath(page.parent / link))


if __name__ == "__main__":
    assemble(Path(sys.argv[1]))
