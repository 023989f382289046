"""Every concept of concepts.py is taught in the cell it names."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.concepts import CONCEPTS, Concept

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@cache
def cells(lesson: str) -> dict[str, Any]:
    return {cell["id"]: cell for cell in nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells}


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda concept: concept.name)
def test_is_taught_where_it_says(concept: Concept) -> None:
    cell = cells(concept.lesson).get(concept.cell)
    assert cell is not None, f"{concept.lesson} has no cell {concept.cell}"
    printed = [output.text for output in cell.get("outputs", []) if output.output_type == "stream"]
    text = " ".join(" ".join([cell.source, *printed]).split())
    assert " ".join(concept.words.split()) in text


def test_is_listed_once() -> None:
    assert [name for name, n in Counter(concept.name for concept in CONCEPTS).items() if n > 1] == []
