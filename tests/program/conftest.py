"""Which way programs run in these tests: array code, a tape, or what the library chooses.

What is about array code (its passes, its source, searches over random programs) runs nothing else. What is about
programs as their users see them runs twice: by arrays, and as chosen.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from autograd.program import choice

TWICE = {
    "test_arguments", "test_calls", "test_each_example", "test_functions", "test_infinite_paths", "test_jacobians",
    "test_program", "test_refusals", "test_shared_numbers", "test_trace", "test_trainer",
}  # fmt: skip


@pytest.fixture(autouse=True)
def runs_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """Arrays, unless the test is run by choice or sees to it itself."""
    way: Any = getattr(request, "param", "" if "tape" in request.node.nodeid else "arrays")
    before = choice.FORCED
    choice.FORCED = way
    yield
    choice.FORCED = before


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of what users see, twice."""
    if metafunc.module.__name__.rpartition(".")[2] in TWICE:
        metafunc.parametrize("runs_by", ["arrays", ""], ids=["arrays", "chosen"], indirect=True)
