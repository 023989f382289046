"""The progress bar, and its silence."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from nn.datasets import moons
from nn.demo import train_moons
from tests.nn.small_nets import ROOT, small


def test_the_bar_shows_loss_and_metrics(capsys: pytest.CaptureFixture[str]) -> None:
    small().fit(*moons(6), epochs=2, metrics=["accuracy"])
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown and "2/2" in shown and "loss 0." in shown and "accuracy 0." in shown


@pytest.mark.parametrize("settings", [{"verbose": 0}, {"progress": False}, {"progress": True, "verbose": 0}])
def test_without_progress_nothing_is_shown(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    small().fit(*moons(6), **settings)
    assert capsys.readouterr() == ("", "")


def test_verbose_2_is_a_line_for_each_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    history = small().fit(*moons(6), epochs=2, verbose=2)
    first, second = history.history["loss"]
    expected = f"epoch 1/2  loss {first:.4g}\nepoch 2/2  loss {second:.4g}\n"
    assert capsys.readouterr() == ("", expected)


def test_a_notebook_without_widgets_gets_a_bar_and_no_warning() -> None:
    script = """
import sys, types
sys.modules["ipykernel.zmqshell"] = types.ModuleType("ipykernel.zmqshell")
import IPython
IPython.get_ipython = lambda: None
sys.modules["ipywidgets"] = None
import nn
nn.MLP(1, [1]).fit([[1.0], [2.0]], [1.0, 2.0], epochs=2)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "epoch 2/2" in done.stderr and "arning" not in done.stderr


@pytest.mark.parametrize("settings", ["", ", verbose=2", ", engine='auto', loss=lambda p, y: (p[0] - y[0]) ** 2"])
def test_a_notebook_shows_the_bar_in_the_output_and_not_as_an_error(
    settings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where the kernel's sockets land
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import nn\n"
    code += f"history = nn.MLP(1, [1]).fit([[1.0], [2.0]], [1.0, 2.0], epochs=2, batch_size=1{settings})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    config = Config({"KernelManager": {"transport": "ipc"}})
    NotebookClient(notebook, timeout=60, kernel_name="python3", shutdown_kernel="immediate", config=config).execute()
    outputs = notebook.cells[0].outputs
    assert outputs and {output.name for output in outputs} == {"stdout"}
    assert "epoch 2/2" in "".join(output.text for output in outputs)


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


def detached() -> io.TextIOWrapper:
    stream = io.TextIOWrapper(io.BytesIO())
    stream.detach()
    return stream


SHOWING: dict[str, Callable[[], Any]] = {
    "bar": lambda: small().fit(*moons(6), epochs=2),
    "lines": lambda: small().fit(*moons(6), epochs=2, verbose=2),
    "eager": lambda: small().fit(*moons(6), epochs=2, engine="eager"),
    "a line before": lambda: small().fit([[1000.0, 0.1]] * 6, [0.0, 1.0] * 3),  # inputs of very different size
    "not compiled": lambda: small().fit(*moons(6), loss=lambda p, y: (p[0] - y[0]) ** 2),
    "demo": lambda: train_moons(epochs=1, seed=0),
}


@pytest.mark.parametrize("show", SHOWING.values(), ids=SHOWING)
@pytest.mark.parametrize("stream", [lambda: None, closed, detached])
def test_without_a_stream_it_trains_and_shows_nothing(
    stream: Callable[[], Any], show: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    show()
    monkeypatch.setattr(sys, "stdout", stream())
    monkeypatch.setattr(sys, "stderr", stream())
    show()
