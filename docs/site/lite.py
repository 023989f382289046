"""Copies of the lessons for JupyterLite: each begins with a cell that installs chaingrad from the wheel beside it.

>>> first_cell({"cells": [], "nbformat": 4})["cells"][0]["source"]
'%pip install -q chaingrad matplotlib scikit-learn'
"""

import json
import sys
from pathlib import Path
from typing import Any

INSTALL = "%pip install -q chaingrad matplotlib scikit-learn"


def first_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the installation in front."""
    cell: dict[str, Any] = {
        "cell_type": "code", "execution_count": None, "id": "install", "metadata": {}, "outputs": [], "source": INSTALL,
    }  # fmt: skip
    return notebook | {"cells": [cell, *notebook["cells"]]}


def main(source: Path, target: Path) -> None:
    """Write a copy of each lesson."""
    for path in sorted(source.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        (target / path.name).write_text(json.dumps(first_cell(notebook), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
