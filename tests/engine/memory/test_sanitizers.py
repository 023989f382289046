"""The engine compiled with address and undefined-behaviour sanitizers, under its own tests and under hostile calls.

Skipped where the compiler has no sanitizers. Leaks are not looked for: Python itself keeps memory to its end.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from tests.engine.memory.test_no_way_into_memory import HOSTILE, targets

ROOT = Path(__file__).parents[3]
FLAGS = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1"
TESTS = ("test_value", "test_hot_operations", "test_walk", "memory/test_no_way_into_memory")
# One of each kind of what runs in C: the rest differs in which rule of the table it calls.
TARGETS = """
    Value.__init__ Value.__add__ Value.__pow__ Value.tanh Value.__float__ Value.detach Value.arctan2
    Value.backward Node.data Node.grad Node.label Node.operands Node.local_grads Node.requires_grad Node.__deepcopy__
    Extra.__init__ numbers.write_numbers numbers.numbers_of lists.taking_gradients lists.all_parameters node.peek
    node.checked_label applying.node applying.apply several.dot_node several.where
    order.topological order.places_of FlatGraph.__init__ FlatGraph.adjoints FlatGraph.between FlatGraph.with_slopes
    copies.copy_graph copies.copy_over
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not autograd.compiled, reason="plain Python has no memory of its own to leave"),
    pytest.mark.skipif(sys.platform != "linux" or shutil.which("gcc") is None, reason="needs gcc on Linux"),
]


def library(name: str) -> str:
    """The path of a library of the compiler; the test is skipped if it has none."""
    found = subprocess.run(
        ["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True
    ).stdout.strip()
    if not os.path.isabs(found):
        pytest.skip(f"gcc has no {name} here")
    return found


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the project with an engine that watches its own memory, and the environment to run it in."""
    preload = f"{library('libasan.so')} {library('libubsan.so')}"
    folder = tmp_path_factory.mktemp("sanitized")
    for name in ("autograd", "nn", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("conftest.py", "pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, folder)
    run(folder, {"CFLAGS": FLAGS, "LDFLAGS": FLAGS}, "setup.py", "-q", "build_ext", "--inplace")
    assert list(folder.glob("autograd/engine/value.*.so"))
    # Python's own allocator would hide a node that is used after it was freed.
    environment = {
        "LD_PRELOAD": preload,
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }
    return folder, environment


def run(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=1800,  # two busy cores compile for more than 600 s
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_the_engines_tests(sanitized: tuple[Path, dict[str, str]]) -> None:
    files = [f"tests/engine/{name}.py" for name in TESTS]
    # What these two count, the sanitizers' allocators change: they keep freed memory in quarantine.
    deep = ["tests/engine/memory/test_deep_graphs.py", "-k", "not collector and not growth"]
    printed = run(*sanitized, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *files, *deep)
    assert " passed" in printed and "failed" not in printed


def test_hostile_calls(sanitized: tuple[Path, dict[str, str]]) -> None:
    # All targets in one process, as starting one under the sanitizers takes a second.
    before, _, rest = HOSTILE.partition("target = sys.argv[1]\n")
    body = "".join(f"    {line}\n" for line in rest.splitlines())
    code = f"{before}for target in sys.argv[1:]:\n{body}"
    known = [target for target in TARGETS.split() if target in targets()]
    assert len(known) > 20
    assert run(*sanitized, "-W", "ignore", "-c", code, *known).count("alive") == len(known)


def test_the_sanitizers_see_a_fault(sanitized: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """A read past the end of an array, in C that is compiled and loaded in the same way."""
    (tmp_path / "fault.c").write_text("#include <stdlib.h>\nint fault(int i) { int *a = malloc(8); return a[i]; }\n")
    subprocess.run(["gcc", *FLAGS.split(), "-shared", "-fPIC", "-o", "fault.so", "fault.c"], cwd=tmp_path, check=True)
    code = "import ctypes; ctypes.CDLL('./fault.so').fault(2)"
    with pytest.raises(AssertionError, match=r"heap-buffer-overflow|insufficient space for an object of type"):
        run(tmp_path, sanitized[1], "-c", code)
