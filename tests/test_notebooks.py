"""Every notebook runs from top to bottom in a kernel of its own, and is committed with the outputs of today's code.

On the way each exercise is answered, wrongly and rightly, as tests/notebooks/exercises.py has it.
Where the outputs are not today's: `jupyter execute --inplace notebooks/NAME.ipynb`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from tests.notebooks.exercises import verdict, with_answers

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# Where one person's files lie; a stored output that shows such a path has been run on their machine.
MACHINE_PATH = re.compile(r"/(?:home|root|tmp|work|Users|site-packages)/\S*|[A-Z]:\\\\?Users\b\S*")
BASE64 = re.compile(r"base64,[A-Za-z0-9+/=\s]+")
# Packed data; the name of a cell, a hash of its page; numbers, and the lines of a table that are as long as these.
VARYING = re.compile(r"[A-Za-z0-9+/=]{200,}|chaingrad-[0-9a-f]+|[-+]?\d[\d,.]*(e[-+]\d+)?|-{3,}")


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS, "notebooks/ holds no notebook, so the tests of this file have checked nothing"


def test_the_readme_lists_every_notebook_under_its_title() -> None:
    titles = {path.name: nbformat.read(path, as_version=4).cells[0].source.splitlines()[0] for path in NOTEBOOKS}
    listed = re.findall(r"^- \[(.*)\]\(notebooks/(.*)\)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert [(name, f"# {title}") for title, name in listed] == list(titles.items())


@by_name
def test_leads_to_notebooks_that_exist(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    links = re.findall(r"\]\(([^)#]+\.ipynb)\)", "".join(c.source for c in notebook.cells if c.cell_type == "markdown"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@by_name
def test_runs_shows_what_is_stored_and_checks_answers(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What it writes does not land here. The kernel's sockets do land there: their names are relative.
    monkeypatch.chdir(tmp_path)
    notebook, checks = with_answers(nbformat.read(path, as_version=4), path.stem)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        shutdown_kernel="immediate",  # waiting politely stalls for seconds now and then
        config=Config({"KernelManager": {"transport": "ipc"}}),  # not TCP: no port, no warning
    )
    client.execute()  # raises CellExecutionError, which shows the cell
    assert not [text for text in stderr(notebook) if "Warning" in text]
    for expected, check in checks:
        assert verdict(check) == expected, f"an answer that is {expected} is not seen to be so by\n{check.source}"
    stored = nbformat.read(path, as_version=4)
    own = [cell for cell in notebook.cells if not cell["id"].startswith("added-")]
    for before, now in zip(stored.cells, own, strict=True):
        assert wording(before) == wording(now), f"run the notebook again: it shows something else after\n{now.source}"


@by_name
def test_is_stored_with_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    assert cells
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), (
        "run the notebook from top to bottom, then save it"
    )
    assert any(cell.outputs for cell in cells)
    assert not [output for output in outputs(notebook) if output.output_type == "error"]
    assert not [cell["id"] for cell in notebook.cells if "execution" in cell.metadata], "times of day are not stored"


@by_name
def test_shows_no_path_of_one_machine(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    found = [hit for text in texts(notebook) for hit in MACHINE_PATH.findall(text)]
    assert not found


@pytest.mark.parametrize(
    ("text", "shows"),
    [
        ("saved /home/ada/net.html", True),
        ("File /Users/ada/x.py:3", True),
        (r"C:\Users\ada\x.py", True),
        ("loss 0.25 after 10/20 steps", False),
        ("https://example.org/page", False),
    ],
)
def test_a_machine_path_is_recognised(text: str, shows: bool) -> None:
    assert bool(MACHINE_PATH.search(text)) is shows


@pytest.mark.parametrize(
    ("before", "now", "alike"),
    [
        ("loss 0.25 in 3.1 s", "loss 1e-05 in 12.125 s", True),
        ("loss   0.25\n----", "loss 0.125\n------", True),
        ("loss 0.25", "cost 0.25", False),
        ('<p class="chaingrad-8d7e">a</p>', '<p class="chaingrad-00a1">a</p>', True),
        ("<p>a</p>", "<details>a</details>", False),
        ("eNrMvd1y" * 40, "AAAAvd1y" * 50, True),
    ],
)
def test_another_wording_is_recognised(before: str, now: str, alike: bool) -> None:
    cells = [nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text=x)]) for x in (before, now)]
    assert (wording(cells[0]) == wording(cells[1])) is alike


def outputs(notebook: Any) -> Iterator[Any]:
    """All outputs of all code cells."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield from cell.outputs


def stderr(notebook: Any) -> Iterator[str]:
    """What the cells wrote to standard error."""
    for output in outputs(notebook):
        if output.output_type == "stream" and output.name == "stderr":
            yield output.text


def wording(cell: Any) -> dict[str, str]:
    """What a cell shows, by kind, but for numbers, which may be times or last digits, packed data and figures.

    Figures come out where matplotlib has a window or a notebook to draw in, which the tests forbid.
    """
    parts: dict[str, str] = {}
    for output in cell.get("outputs", []):  # a stream comes in pieces of any length
        shown = {output.name: output.text} if output.output_type == "stream" else output.get("data", {})
        for kind, content in shown.items() if "image/png" not in shown else ():
            parts[kind] = parts.get(kind, "") + str(content)
    return {kind: " ".join(VARYING.sub("0", text).split()) for kind, text in parts.items()}


def texts(notebook: Any) -> Iterator[str]:
    """Every readable piece of output: streams, and results as text, HTML, SVG or LaTeX."""
    for output in outputs(notebook):
        if output.output_type == "stream":
            yield output.text
        for kind, content in output.get("data", {}).items():
            if isinstance(content, str) and kind not in ("image/png", "image/jpeg"):
                yield BASE64.sub("", content)  # by chance base64 spells anything
