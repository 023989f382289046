"""HIPS's distribution `autograd` has our import name: whichever comes or goes, a message says what to do."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installing import ROOT, environment, pip, run, source_distribution, wheel

COMMAND = re.compile(r"`(pip [^`]+)`")
REPAIR = ["pip uninstall -y autograd chaingrad", "pip install chaingrad"]

# Each of the things that the warning says of programs for HIPS's distribution.
BROKEN = """
from autograd import hessian, jacobian, value_and_grad
for names in ("autograd import elementwise_grad", "autograd import make_vjp", "autograd.misc import optimizers"):
    try:
        exec("from " + names)
    except ImportError:
        print("broken")
for function in (autograd.grad, autograd.value_and_grad, autograd.jacobian, autograd.hessian):
    try:
        function(lambda x, y: x * y, 1)(2.0, 3.0)
    except TypeError:
        print("other arguments")
"""
OURS = """
import autograd, nn, autograd
from autograd import Value
x = Value(3.0)
(x * x).backward()
print("ours", x.grad, nn.MLP(2, [1], seed=0)([1.0, 2.0]).data < 9)
"""
THEIRS = """
import autograd.numpy as np
from autograd import elementwise_grad, grad
from autograd.misc.optimizers import adam
print("theirs", grad(lambda x: x * x)(3.0))
"""


# ----- On copies that only look like it: which lines say it -----


def python(folder: Path, *arguments: str) -> str:
    """What a Python prints that is started in a folder, errors included."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False).stderr


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Our packages with a file of HIPS's in the folder of `autograd`."""
    (tmp_path / "autograd").mkdir()
    for entry in (ROOT / "autograd").iterdir():
        (tmp_path / "autograd" / entry.name).symlink_to(entry)
    (tmp_path / "nn").symlink_to(ROOT / "nn")
    (tmp_path / "autograd" / "tracer.py").write_text("")
    return tmp_path


def test_a_file_of_the_other_distribution_is_noticed_once(beside: Path) -> None:
    printed = python(beside, "-c", OURS)
    assert printed.count("UserWarning") == 1
    assert COMMAND.findall(printed) == [*REPAIR, "pip install autograd"]
    assert "two distributions are installed" in python(beside, "-W", "error", "-c", "import autograd")
    (beside / "autograd" / "tracer.py").unlink()
    assert python(beside, "-W", "error", "-c", OURS) == ""


@pytest.mark.parametrize("other", ["autograd/__init__.py", "autograd.py", "autograd/left_behind.py"])
def test_nn_says_that_another_package_has_the_name(tmp_path: Path, other: str) -> None:
    (tmp_path / other).parent.mkdir(exist_ok=True)
    (tmp_path / other).write_text("def grad(f): ...")
    (tmp_path / "nn").symlink_to(ROOT / "nn")
    message = python(tmp_path, "-S", "-c", "import nn").splitlines()[-1]  # -S: without what is installed
    assert message.startswith("ImportError: nn needs chaingrad's package autograd, but `import autograd` gives another")
    assert COMMAND.findall(message)[-2:] == REPAIR
    assert str(tmp_path / "autograd") in message


# ----- In real environments -----


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both distributions and what HIPS's needs."""
    folder = tmp_path_factory.mktemp("wheels")
    download = [sys.executable, "-m", "pip", "download", "--retries", "1", "--timeout", "15", "-d", "dist", "autograd"]
    done = subprocess.run(download, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"HIPS's autograd cannot be downloaded: {done.stderr.strip().splitlines()[-1]}")
    source = source_distribution(tmp_path_factory.mktemp("source"))
    built, _ = wheel(source, tmp_path_factory.mktemp("built"), CHAINGRAD_NO_EXTENSION="1")  # compiling takes 20 s
    shutil.copy(built, folder / "dist")
    return folder / "dist"


def repaired(python: Path, wheels: Path, message: str, distribution: str) -> None:
    """Do what a message says, in an environment without pip and with this folder in the place of the index."""
    for command in COMMAND.findall(message):
        if command.startswith("pip uninstall"):
            pip(python, *command.split()[1:])
    assert f"pip install {distribution}" in message
    installed(python, wheels, distribution)


def installed(python: Path, wheels: Path, distribution: str) -> None:
    alone = ["--no-deps"] if distribution == "chaingrad" else []
    pip(python, "install", "--no-index", "--find-links", wheels, *alone, distribution)


@pytest.mark.slow
@pytest.mark.parametrize("removed", ["", "autograd", "chaingrad"])
@pytest.mark.parametrize("order", [("autograd", "chaingrad"), ("chaingrad", "autograd")], ids="-then-".join)
def test_both_orders_and_the_way_back(wheels: Path, tmp_path: Path, order: tuple[str, str], removed: str) -> None:
    python = environment(tmp_path)
    for distribution in order:
        installed(python, wheels, distribution)
    if removed:
        pip(python, "uninstall", "-y", removed)
    ours_on_top = order[1] == "chaingrad"
    if not removed and ours_on_top:
        message = run(python, "-I", "-c", OURS + BROKEN, cwd=tmp_path)
        assert message.count("UserWarning") == 1
        assert message.endswith("ours 6.0 True\n" + "broken\n" * 3 + "other arguments\n" * 4)
        assert "autograd.numpy" not in message  # that one works, and nothing is said of it
        run(python, "-I", "-W", "ignore", "-c", "import autograd.numpy, autograd.extend", cwd=tmp_path)
    elif removed != "chaingrad":  # HIPS's __init__, or none: only nn can tell
        message = run(python, "-I", "-c", "try: import nn\nexcept ImportError as error: print(error)", cwd=tmp_path)
        assert "nn needs chaingrad's package autograd" in message
        if not removed:
            assert run(python, "-I", "-c", THEIRS, cwd=tmp_path) == "theirs 6.0\n"
    else:  # nothing of ours is left that could tell
        message = " ".join(f"`{command}`" for command in [*REPAIR, "pip install autograd"])
    if removed != "chaingrad":
        repaired(python, wheels, message, "chaingrad")
        assert run(python, "-I", "-W", "error", "-c", OURS, cwd=tmp_path) == "ours 6.0 True\n"
    else:
        repaired(python, wheels, message, "autograd")
        assert run(python, "-I", "-c", THEIRS, cwd=tmp_path) == "theirs 6.0\n"


# ----- The first code cell of every lesson, on a hosted notebook -----


HOSTED = ["pip uninstall -q -y autograd chaingrad", 'pip install -q "chaingrad[plots,data]" pytest']


def first_cell(lesson: Path) -> str:
    cells = json.loads(lesson.read_text("utf-8"))["cells"]
    return "".join(next(cell for cell in cells if cell["cell_type"] == "code")["source"])


def test_every_lesson_begins_with_the_same_cell() -> None:
    assert len({first_cell(lesson) for lesson in (ROOT / "notebooks").glob("*.ipynb")}) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "there", [[], ["autograd"], ["autograd", "chaingrad"], ["chaingrad", "autograd"], ["chaingrad"]]
)
def test_the_first_cell_installs_and_repairs(wheels: Path, tmp_path: Path, there: list[str]) -> None:
    python = environment(tmp_path)
    for distribution in there:
        installed(python, wheels, distribution)
    cell = re.sub(r"%(pip .*)", r"print('''\1''')", first_cell(ROOT / "notebooks" / "01-build-it-yourself.ipynb"))
    assert run(python, "-I", "-c", cell, cwd=tmp_path) == ""  # on one's own machine nothing is touched
    commands = run(python, "-I", "-c", cell, cwd=tmp_path, COLAB_RELEASE_TAG="1").splitlines()
    assert commands == ([] if there == ["chaingrad"] else HOSTED)
    for command in commands:
        if "uninstall" in command:
            pip(python, *command.split()[1:])
        else:
            installed(python, wheels, "chaingrad")
    assert run(python, "-I", "-W", "error", "-c", OURS, cwd=tmp_path) == "ours 6.0 True\n"
    assert run(python, "-I", "-c", cell, cwd=tmp_path, COLAB_RELEASE_TAG="1") == ""  # and a second time it rests
