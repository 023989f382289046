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
TABLES = """<style>
body { margin: 0; font: 15px sans-serif; color: #1b1b1b; background: white }
div { padding: 14px 18px } p { margin: 0 0 5px }
table { border-collapse: collapse; margin-top: 12px } caption { text-align: left; font-weight: bold; padding: 4px 0 }
th, td { text-align: left; padding: 3px 18px 3px 0; border-bottom: 1px solid #ddd; white-space: nowrap }
</style>"""
BLOCK = re.compile(r"^```python\n(.*?)^```\n\n!\[[^\]]+\]\((gallery/[\w.-]+)\)$", re.DOTALL | re.MULTILINE)


def made(text: str, names: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each picture of a page: where it belongs, and what the last line of its block gives."""
    for block in BLOCK.finditer(text):
        *before, last = ast.parse(block[1]).body
        assert isinstance(last, ast.Expr), f"the block for {block[2]} does not end with a picture"
        exec(compile(ast.Module(before, []), block[2], "exec"), names)
        yield block[2], eval(compile(ast.Expression(last.value), block[2], "eval"), names)


def save(picture: Any, path: Path) -> None:
    """Write a drawing, a film, a plot or (as a photograph of the page) a view or an explanation."""
    if hasattr(picture, "figure"):  # the axes of a plot
        picture.figure.savefig(path, dpi=100, metadata={"Software": None})
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
        if "chaingrad-explanation" in html:
            page = browser.new_page(viewport={"width": 940, "height": 400}, device_scale_factor=1.5)
            page.set_content(TABLES + html)
            page.locator(".chaingrad-explanation").screenshot(path=path)
        else:
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
