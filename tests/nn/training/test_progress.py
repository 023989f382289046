"""The progress bar, and its silence."""

import subprocess
import sys
from typing import Any

import pytest

from nn.datasets import moons
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
