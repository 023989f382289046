"""The pictures of gallery.md: every block of code on the page runs, and what its last line gives is saved.

A picture stands below its block, and its name says which kind of file it is:

    ```python
    draw(L)
    ```

    ![A graph](gallery/graph.svg)
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE / "gallery.md"
BLOCK = re.compile(r"^```python\n(.*?)^```\n\n!\[[^\]]+\]\((gallery/[\w.-]+)\)$", re.DOTALL | re.MULTILINE)


def made(text: str, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each picture of a page: where it belongs, and what the last line of its block gives."""
    for block in BLOCK.finditer(text):
        *before, last = ast.parse(block[1]).body
        assert isinstance(last, ast.Expr), f"the block for {block[2]} does not end with a picture"
        exec(compile(ast.Module(before, []), block[2], "exec"), names)
        yield block[2], eval(compile(ast.Expression(last.value), block[2], "eval"), names)


def save(picture: Any, path: Path) -> None:
    """Write a drawing, a film, a plot or (as a photograph of the page) a view."""
    if hasattr(picture, "figure"):  # the axes of a plot
        picture.figure.savefig(path, dpi=80, metadata={"Software": None})
    elif hasattr(picture, "html") and path.suffix == ".png":
        _photograph(picture.html, path)
    else:
        picture.save(path)
    if path.suffix == ".png":
        _smaller(path)


def _photograph(html: str, path: Path) -> None:
    """The page as a browser shows it."""
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        browser = tools.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1100, "height": 760}, reduced_motion="reduce")
        page.set_content(html)
        page.wait_for_timeout(500)
        page.screenshot(path=path)
        browser.close()


def _smaller(path: Path) -> None:
    """The same image in 128 colours."""
    from PIL import Image

    from autograd.picture.film.gif import with_palette

    with Image.open(path) as image:
        [small] = with_palette([image.convert("RGB")])
    small.save(path, optimize=True)


def main() -> None:
    """Write every picture of the gallery."""
    import matplotlib

    matplotlib.use("Agg")
    (HERE / "gallery").mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    for name, picture in made(PAGE.read_text(encoding="utf-8"), {}):
        if not wanted or Path(name).stem in wanted:
            save(picture, HERE / name)
            print(name, (HERE / name).stat().st_size)


if __name__ == "__main__":
    main()
