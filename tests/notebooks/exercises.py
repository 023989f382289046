"""The exercises of a lesson: cells named exercise-1-task, -setup (not always), -answer, -check and -solution.

An answer cell holds dots where the reader writes. The check prints "is open" for the dots, raises AssertionError for a
wrong answer and prints "is right" for a right one; the solution, folded away, is a right one.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import nbformat

from tests.notebooks.slips import SLIPS

ANSWER = re.compile(r"exercise-(\d+)-answer")
FOLDED = re.compile(r"<details><summary>Solution</summary>\n\n```python\n(.*?)\n```\n.*</details>", re.DOTALL)


@dataclass
class Exercise:
    """One exercise, and a wrong answer for each slip that is listed."""

    number: int
    task: str
    answer: Any
    check: Any
    solution: str
    slips: list[tuple[str, str]]

    def wrong(self) -> Iterator[str]:
        """The solution, with one slip each."""
        for right, slip in self.slips:
            assert right in self.solution, f"exercise {self.number}: its solution has no {right!r} to spoil"
            yield self.solution.replace(right, slip)


def exercises(notebook: Any, lesson: str) -> list[Exercise]:
    """All exercises of a lesson, in order."""
    cells = {cell["id"]: cell for cell in notebook.cells}
    numbers = [int(found[1]) for name in cells if (found := ANSWER.fullmatch(name))]
    slips = SLIPS.get(lesson, {})
    assert sorted(slips) == numbers == list(range(1, len(numbers) + 1)), f"{lesson}: exercises without a slip, or more"
    read = []
    for n in numbers:
        task, answer, check, solution = (cells[f"exercise-{n}-{part}"] for part in "task answer check solution".split())
        folded = FOLDED.fullmatch(solution.source)
        assert folded, f"{lesson}, exercise {n}: the solution is one folded Python block"
        read.append(Exercise(n, task.source, answer, check, folded[1], slips[n]))
    return read


def with_answers(notebook: Any, lesson: str) -> tuple[Any, list[tuple[str, Any]]]:
    """A copy in which each check is followed by the wrong answers, the solution, and the dots again.

    Each answer stands before a check of its own: the second result lists what is expected of it ("wrong", "right",
    "open"), and its cell. The added cells have the names added-0, added-1, ...
    """
    longer, checks = deepcopy(notebook), []
    known = {exercise.check["id"]: exercise for exercise in exercises(notebook, lesson)}
    cells = []
    for cell in longer.cells:
        cells.append(cell)
        if exercise := known.get(cell["id"]):
            answers = [("wrong", text) for text in exercise.wrong()]
            answers += [("right", exercise.solution), ("open", exercise.answer.source)]
            for expected, text in answers:
                for source in (text, exercise.check.source):
                    added = nbformat.v4.new_code_cell(source, id=f"added-{len(cells)}")
                    cells.append(added)
                added.metadata["tags"] = ["raises-exception"]
                checks.append((expected, added))
    longer.cells = cells
    return longer, checks


def verdict(check: Any) -> str:
    """What a check that was run says: wrong, right or open; any other error by its name."""
    errors = [output.ename for output in check.outputs if output.output_type == "error"]
    if errors:
        return "wrong" if errors[0] in ("AssertionError", "GradientMismatch") else str(errors[0])
    text = "".join(output.text for output in check.outputs if output.output_type == "stream")
    return next((word for word in ("right", "open") if re.search(rf"^Exercise \d+ is {word}\b", text, re.M)), text)
