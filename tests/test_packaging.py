"""What is installed, on which machines, and that the files around the code agree with each other."""

import importlib.metadata
import re
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.installing import ROOT, install, run, source_distribution, wheel

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
GROUPS: dict[str, list[str]] = PYPROJECT["dependency-groups"]


def read(name: str) -> str:
    """The text of one file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


# ----- Files that must agree ----------------------------------------------------------------------


@pytest.mark.parametrize("line", [*PROJECT["dependencies"], *(x for e in EXTRAS.values() for x in e)])
def test_every_dependency_has_a_lower_bound(line: str) -> None:
    assert re.fullmatch(r"[\w-]+(\[[\w,]+\])?>=[\d.]+(; sys_platform != 'emscripten')?", line) or line.startswith(
        "chaingrad["
    )


def test_the_extra_all_names_the_others() -> None:
    assert EXTRAS["all"] == [f"chaingrad[{','.join(name for name in EXTRAS if name != 'all')}]"]


def test_the_build_tools_are_named_alike_twice() -> None:
    assert GROUPS["build"] == PYPROJECT["build-system"]["requires"]


def test_a_library_has_the_same_lower_bound_wherever_it_is_named() -> None:
    lines = {line for part in (*EXTRAS.values(), *GROUPS.values(), PROJECT["dependencies"]) for line in part}
    names = [re.split(r"[<=>\[]", line)[0] for line in lines if not line.startswith("chaingrad[")]
    assert sorted(names) == sorted(set(names))


def test_ruff_and_mypy_have_one_version_each() -> None:
    pins = dict(line.split("==") for line in GROUPS["lint"])
    assert pins.keys() == {"ruff", "mypy"}
    assert PYPROJECT["tool"]["ruff"]["required-version"] == f"=={pins['ruff']}"
    for name in (".pre-commit-config.yaml", ".github/workflows/ci.yml", ".ci/run", "Makefile"):
        assert not re.findall(r"(?:ruff|mypy)\S*==", read(name)), f"{name} pins a version of its own"


def test_the_hooks_are_targets_of_the_makefile() -> None:
    hooks = re.findall(r"^\s*entry: (.*)$", read(".pre-commit-config.yaml"), re.MULTILINE)
    assert hooks == ["make lint", "make types"]


def test_the_oldest_python_is_named_alike_everywhere() -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert PYPROJECT["tool"]["mypy"]["python_version"] == "3.11"
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py311"
    classifiers = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    matrix = re.search(r"python: (\[.*\])", read(".github/workflows/ci.yml"))
    assert matrix
    assert classifiers == ["3.11", "3.12", "3.13", "3.14"] == re.findall(r"3\.\d+", matrix[1])


def test_the_version_is_written_in_one_place() -> None:
    version = PROJECT["version"]
    assert importlib.metadata.version("chaingrad") == version
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, text=True, capture_output=True, check=False).stdout.split()
    texts = {name: read(name) for name in files if name.endswith((".py", ".toml", ".cff", ".yml", ".in"))}
    written = re.compile(rf"(?<!micrograd )(?<!micrograd==)(?<!v)\b{re.escape(version)}\b")
    found = {name: len(written.findall(text)) for name, text in texts.items() if written.search(text)}
    assert found in ({"pyproject.toml": 1}, {})  # {}: a copy without git


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".github/workflows/ci.yml", ".ci/run"])
def test_every_make_target_that_is_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", read("Makefile"), re.MULTILINE))
    assert {"demo", "test", "check"} <= targets
    assert set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", read(document), re.MULTILINE)) <= targets


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_exists(document: str) -> None:
    text = read(document)
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) + re.findall(r'src="([^":]+)"', text)
    inline = re.findall(
        r"`((?:[\w.-]+/)+(?:[\w-]+\.\w+)?)`", text
    )  # `nn/` or `autograd/engine/ops.py`, but not `dL/dw`
    made = ("demo/", "build/", ".venv/")
    missing = [name for name in links + inline if not name.startswith(made) and not (ROOT / name).exists()]
    assert not missing


# ----- What is built and installed ----------------------------------------------------------------


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    return source_distribution(tmp_path_factory.mktemp("source"))


ENGINE = {
    str(path.relative_to(ROOT).with_suffix(end))
    for path in (ROOT / "autograd" / "engine").rglob("*.pxd")
    for end in (".py", ".pxd")
}
MARKERS = {"autograd/py.typed", "nn/py.typed"}

NO_COMPILER = "the C compiler is missing or failed"
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")

SAMPLE = """
import autograd
from autograd import Value
a = Value(3.0)
(a * a + a).backward()
print(autograd.__file__, autograd.compiled, a.grad)
"""

IMPORT_ALL = """
import autograd, nn
from importlib import import_module
from pkgutil import walk_packages
for package in (autograd, nn):
    for module in walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__") and module.name != "autograd.numpy":  # HIPS's: always an error
            try:
                print(import_module(module.name).__name__)
            except ImportError as missing:
                if 'pip install "chaingrad[' not in str(missing) and missing.name != "jax":
                    raise
                print("needs-an-extra:" + module.name)
"""


@pytest.mark.slow
def test_the_sdist_is_complete_and_no_more(sdist: Path) -> None:
    assert "autograd/engine/value.pxd" in ENGINE
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert ENGINE | MARKERS | {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "setup.py"} <= names
    assert not [name for name in names if name.startswith("tests") or name.endswith((".c", ".so"))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "compiled", "line"),
    [
        pytest.param({}, True, None, id="compiler", marks=needs_compiler),
        pytest.param({"CHAINGRAD_NO_EXTENSION": "1"}, False, "CHAINGRAD_NO_EXTENSION is set", id="left out"),
        pytest.param({"PYTHONPATH": "{tmp}/free"}, False, "the extension is not made for free-threaded", id="no GIL"),
        pytest.param({"PYTHONPATH": "{tmp}/shadow"}, False, "Cython cannot be imported", id="no Cython"),
        pytest.param({"CC": "/no/such/cc"}, False, NO_COMPILER, id="no compiler"),
        pytest.param({"CC": "/bin/false"}, False, NO_COMPILER, id="compiler fails"),
        pytest.param({"CC": "{tmp}/half-cc"}, False, NO_COMPILER, id="compiler fails halfway", marks=needs_compiler),
    ],
)
def test_a_wheel_works_with_and_without_the_extension(
    sdist: Path, tmp_path: Path, environment: dict[str, str], compiled: bool, line: str | None
) -> None:
    (tmp_path / "shadow").mkdir()
    (tmp_path / "shadow" / "Cython.py").write_text("raise ImportError('hidden by a test')\n")
    (tmp_path / "free").mkdir()  # a Python that says of itself that it is free-threaded
    (tmp_path / "free" / "sitecustomize.py").write_text(
        "import sysconfig\nsysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1\n"
    )
    (tmp_path / "half-cc").write_text('#!/bin/sh\ncase "$*" in *value.c*) exit 1;; *) exec cc "$@";; esac\n')
    (tmp_path / "half-cc").chmod(0o755)
    environment = {name: text.format(tmp=tmp_path) for name, text in environment.items()}
    built, printed = wheel(sdist, tmp_path, **environment)
    lines = [text.strip() for text in printed.splitlines() if text.strip().startswith("chaingrad:")]
    assert bool(lines) is bool(line)
    assert all(text.startswith(f"chaingrad: {line}") and text.endswith("plain Python, slower") for text in lines)

    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
    assert set(names) >= ENGINE | MARKERS
    assert {name.split("/")[0] for name in names} == {"autograd", "nn", f"chaingrad-{PROJECT['version']}.dist-info"}
    binary = {name.split(".")[0] for name in names if name.endswith((".so", ".pyd"))}
    assert binary == ({name.split(".")[0] for name in ENGINE} if compiled else set())
    assert not [name for name in names if name.endswith(".c")]

    # Nothing else is installed there: the engine has to do without NumPy and without Cython.
    python = install(built, tmp_path, "--no-deps")
    file, is_compiled, gradient = run(python, "-I", "-c", SAMPLE, cwd=tmp_path).split()
    assert Path(file).is_relative_to(tmp_path / "venv")
    assert (is_compiled, gradient) == (str(compiled), "7.0")


@pytest.mark.slow
def test_every_module_imports_with_the_declared_dependencies_alone(sdist: Path, tmp_path: Path) -> None:
    built, _ = wheel(sdist, tmp_path)
    python = install(built, tmp_path)
    imported = run(python, "-I", "-c", IMPORT_ALL, cwd=tmp_path).split()
    assert "autograd.engine.value" in imported
    missing = [name for name in imported if name.startswith("needs-an-extra:") and ".jax" not in name]
    assert missing == ["needs-an-extra:nn.sklearn"]
