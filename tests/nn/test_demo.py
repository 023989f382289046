"""`python -m nn`: what the demo prints and writes."""

import subprocess
import sys
from pathlib import Path

import pytest

from nn.__main__ import main
from nn.demo import run


def test_the_demo_writes_what_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--epochs", "2", "--seed", "3", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "z1  = 1.151000" in printed and "O1  = 0.759694" in printed and "O2  = 0.511297" in printed
    assert "∂L/∂w4" in printed and "∂L/∂w1" in printed
    assert "w1: 0.010000 - 0.1 * -0.084713 = 0.018471" in printed
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["boundary.png", "loss.png", "student-graph.svg"]
    for name in written:
        assert f"{name}: " in printed
        assert (tmp_path / "out" / name).stat().st_size > 1000


def test_bad_arguments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--epochs", "0"])
    assert "--epochs must be at least 1, got 0" in capsys.readouterr().err
    with pytest.raises(ValueError, match=r"epochs must be at least 1, got 0"):
        run(tmp_path, epochs=0)
    assert list(tmp_path.iterdir()) == []


def test_help() -> None:
    done = subprocess.run([sys.executable, "-m", "nn", "--help"], capture_output=True, text=True, check=True)
    assert "--epochs" in done.stdout and "--out DIR" in done.stdout


def test_a_file_where_the_folder_should_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "afile").write_text("")
    with pytest.raises(SystemExit):
        main(["--epochs", "1", "--out", str(tmp_path / "afile")])
    assert "cannot write into --out" in capsys.readouterr().err
