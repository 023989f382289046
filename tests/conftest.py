"""What every test shares: the engine under test is the one in the sources, how long hypothesis searches, no windows."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

import autograd

# "default" draws the same examples in every run; "long" searches at random, for an evening.
settings.register_profile("default", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_sessionstart() -> None:
    """Refuse to test a compiled engine that is older than its source: Python would run the old one."""
    for binary in (Path(autograd.__file__).parent / "engine").glob("*.so"):
        for source in (binary.parent / (binary.name.split(".")[0] + end) for end in (".py", ".pxd")):
            if source.exists() and source.stat().st_mtime > binary.stat().st_mtime:
                raise pytest.UsageError(f"{source.name} has changed since it was compiled: run `make .venv/engine`")
