"""Copies of the lessons for JupyterLite, where Python runs in the browser.

The cell that prepares a hosted notebook installs chaingrad from the wheel beside the lessons instead, and a cell that
would start a process says that no browser can. A file of a notebook may have a list of lines for a text; JupyterLite
shows such lists with their commas, so here every text is one.

>>> def cell(source: str, **more: str) -> dict[str, Any]:
...     return {"cell_type": "code", "source": source, **more}
>>> lesson = {"cells": [cell("...", id="hosted"), cell("import subprocess")]}
>>> for one in in_the_browser(lesson)["cells"]:
...     print(one["source"])
# Installs chaingrad in the browser, with NumPy and what else the lessons use: about a minute at the first time.
%pip install -q chaingrad matplotlib scikit-learn
# A browser starts no process: here this cell ends with an OSError. The cells after it do not need it.
import subprocess
"""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat

INSTALL = """\
# Installs chaingrad in the browser, with NumPy and what else the lessons use: about a minute at the first time.
%pip install -q chaingrad matplotlib scikit-learn"""
NO_PROCESS = "# A browser starts no process: here this cell ends with an OSError. The cells after it do not need it.\n"


def in_the_browser(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook as it runs there."""
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        source = cell["source"]
        if cell.get("id") == "hosted":
            cell = cell | {"source": INSTALL, "metadata": {}}
        elif cell["cell_type"] == "code" and "import subprocess" in source:
            cell = cell | {"source": NO_PROCESS + source}
        cells.append(cell)
    return notebook | {"cells": cells}


def main(source: Path, target: Path) -> None:
    """Write a copy of each lesson."""
    for path in sorted(source.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)  # it joins the lists
        (target / path.name).write_text(json.dumps(in_the_browser(notebook), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
