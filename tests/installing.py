"""Distributions built from a copy of the sources, and installed into environments of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command outside of the repository; return what it printed, or fail and show it."""
    clean = {name: value for name, value in os.environ.items() if name not in ("CC", "PYTHONPATH")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def source_distribution(source: Path) -> Path:
    """The source distribution, built from a copy: a build in place would touch the engine that is running."""
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("autograd", "nn", "tests"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    script = "from setuptools import build_meta; build_meta.build_sdist('dist')"
    run(sys.executable, "-c", script, cwd=source)
    (built,) = (source / "dist").iterdir()
    return built


def wheel(sdist: Path, folder: Path, **environment: str) -> tuple[Path, str]:
    """Build a wheel from the source distribution; return it and what was printed meanwhile."""
    pip = (sys.executable, "-m", "pip", "wheel", "-v", "--no-build-isolation", "--no-deps")
    printed = run(*pip, "--wheel-dir", "dist", sdist, cwd=folder, **environment)
    (built,) = (folder / "dist").iterdir()
    return built, printed


def environment(folder: Path) -> Path:
    """An empty virtual environment in a folder; returns its Python."""
    run(sys.executable, "-m", "venv", "--without-pip", "venv", cwd=folder)
    return folder / "venv" / "bin" / "python"


def pip(python: Path, *arguments: str | Path) -> str:
    """Run pip on an environment that has none."""
    return run(sys.executable, "-m", "pip", "--python", python, *arguments, cwd=python.parent)


def install(wheel: Path, folder: Path, *options: str) -> Path:
    """Install a wheel into an empty virtual environment; return that one's Python."""
    python = environment(folder)
    pip(python, "install", *options, wheel)
    return python
