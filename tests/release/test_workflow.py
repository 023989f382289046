"""The workflow of a release uploads the files that were tested: nothing is built after the check."""

import re
from typing import Any

import pytest

from tests.installing import ROOT
from tests.release.test_release import PYPROJECT

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed (the group `site` brings it)")

pytestmark = pytest.mark.slow  # it runs after `make site`, whose group brings PyYAML

JOBS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))["jobs"]
BUILDS = re.compile(r"-m build\b|cibuildwheel --|pip wheel|bdist|sdist\b")


def used(job: str, action: str) -> list[dict[str, Any]]:
    """The settings that a job gives to an action, each time it uses it."""
    return [step.get("with", {}) for step in JOBS[job]["steps"] if step.get("uses", "").startswith(action)]


def builds(job: str) -> bool:
    """Whether a step of the job makes a distribution."""
    return any(BUILDS.search(step.get("run", "")) for step in JOBS[job]["steps"])


def test_what_is_uploaded_was_built_once_and_checked() -> None:
    makers = {job for job in JOBS if used(job, "actions/upload-artifact")}
    assert makers == {job for job in JOBS if builds(job)} == {"wheels", "pure"}
    assert set(JOBS["check"]["needs"]) == makers
    assert set(JOBS["upload"]["needs"]) == makers | {"check"}

    # Both take all files of all makers; the one tests them where it put them, the other does nothing but upload.
    taken = {"path": "dist", "merge-multiple": True}
    assert used("check", "actions/download-artifact") == used("upload", "actions/download-artifact") == [taken]
    (tested,) = (step for step in JOBS["check"]["steps"] if step.get("run") == "make release-check")
    assert tested["env"]["CHAINGRAD_DIST"].endswith("/dist")
    assert [step["uses"].partition("@")[0] for step in JOBS["upload"]["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]


def test_each_compiled_wheel_is_tested_where_it_is_built() -> None:
    assert "test-skip" not in PYPROJECT["tool"]["cibuildwheel"]
    assert "tests/engine/test_value.py" in " ".join(PYPROJECT["tool"]["cibuildwheel"]["test-command"])
    (build,) = (step["run"] for step in JOBS["wheels"]["steps"] if "cibuildwheel --" in step.get("run", ""))
    (kept,) = used("wheels", "actions/upload-artifact")
    assert build.endswith("--output-dir dist")
    assert kept["path"] == "dist/*.whl"
