"""What every test shares: the engine under test is the one in the sources, how long hypothesis searches, no windows."""

import importlib
import os
from pathlib import Path

import pytest
from hypothesis import settings

import autograd

# "default" and "long" draw the same examples in every run, so that a change is refused for what it did and not by
# chance; "search" draws others each time, for an evening.
settings.register_profile("default", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=1000, deadline=None, derandomize=True)
settings.register_profile("search", max_examples=5000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

os.environ.setdefault("MPLBACKEND", "Agg")


def pytest_sessionstart() -> None:
    """Refuse to test a compiled engine that is older than its source: Python would run the old one.

    The compiled modules are imported here: pytest would import the plain file for a module that is not there yet.
    """
    package = Path(autograd.__file__).parent
    for binary in (package / "engine").rglob("*.so"):
        module = binary.parent / binary.name.split(".")[0]
        for source in (module.with_suffix(".py"), module.with_suffix(".pxd")):
            if source.exists() and source.stat().st_mtime > binary.stat().st_mtime:
                raise pytest.UsageError(f"{source.name} has changed since it was compiled: run `make .venv/engine`")
        importlib.import_module(".".join(module.relative_to(package.parent).parts))
