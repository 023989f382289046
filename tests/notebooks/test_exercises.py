"""Every exercise has a task, a hint and a solution, all where a reader looks for them; test_notebooks.py runs them."""

from pathlib import Path

import nbformat
import pytest

from tests.notebooks.exercises import exercises, verdict
from tests.notebooks.slips import SLIPS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
by_lesson = pytest.mark.parametrize("lesson", SLIPS)


@by_lesson
def test_has_one_to_three_exercises_with_a_hint(lesson: str) -> None:
    found = exercises(nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4), lesson)
    assert 1 <= len(found) <= 3
    for exercise in found:
        assert exercise.task.startswith(f"## Exercise {exercise.number}: ")
        assert "<details><summary>Hint</summary>\n\n" in exercise.task


@by_lesson
def test_stands_open(lesson: str) -> None:
    for exercise in exercises(nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4), lesson):
        assert "..." in exercise.answer.source
        assert exercise.slips and "..." not in exercise.solution
        assert verdict(exercise.check) == "open"


def test_every_lesson_with_a_check_is_listed() -> None:
    checked = [path.stem for path in NOTEBOOKS.glob("*.ipynb") if "exercise-1-check" in path.read_text("utf-8")]
    assert sorted(checked) == sorted(SLIPS)


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ([("stream", {"text": "Exercise 2 is right\n"})], "right"),
        ([("stream", {"text": "Exercise 2 is open: replace the dots\n"})], "open"),
        ([("error", {"ename": "GradientMismatch"})], "wrong"),
        ([("stream", {"text": "Exercise 2 is right\n"}), ("error", {"ename": "AssertionError"})], "wrong"),
        ([("error", {"ename": "NameError"})], "NameError"),
        ([("stream", {"text": "nothing of the kind"})], "nothing of the kind"),
    ],
)
def test_a_verdict_is_read(outputs: list[tuple[str, dict[str, str]]], said: str) -> None:
    made = [nbformat.v4.new_output(kind, **content) for kind, content in outputs]
    assert verdict(nbformat.v4.new_code_cell(outputs=made)) == said
