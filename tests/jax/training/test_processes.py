"""`python -m nn train`: two processes do what one does; if one is killed, all end, and the next run goes on."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nn.training.jax.command import local_plan

SCRIPT = str(Path(__file__).parent / "digits_script.py")
ENVIRONMENT = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONWARNINGS": "ignore"}
BOUND = 5.0  # seconds


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nn", "train", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip


def finish(*words: str) -> str:
    with start(*words) as process:
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return output


def weights(folder: Path) -> Any:
    """What the processes have saved, all the same."""
    saved = [np.load(path) for path in folder.glob("weights*.npy")]
    assert all(np.array_equal(saved[0], other) for other in saved)
    return np.asarray(saved[0])


def workers_of(parent: int) -> dict[int, int]:
    """The processes that a parent has started, by their number."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().split(b"\0") if path.exists() else []
        status = path.parent / "stat"
        if b"nn.training.jax.worker" in words and int(status.read_text().rpartition(")")[2].split()[1]) == parent:
            found[int(words[words.index(b"nn.training.jax.worker") + 3])] = int(path.parent.name)
    return found


def wait_for(folder: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Until so many processes are in the middle of an epoch."""
    until = time.monotonic() + 200.0
    while len(list(folder.glob("pid*"))) < count:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("two")
    assert finish(SCRIPT, "--local", "2", "--", str(folder), "0.0").splitlines()[-1] == "done"
    assert len(list(folder.glob("weights*.npy"))) == 2
    return weights(folder)


@pytest.mark.slow
@pytest.mark.parametrize("devices", [1, 2])
def test_two_processes_do_what_one_does(
    devices: int, undisturbed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one device or two: the last batch, of 5 examples, does not divide."""
    monkeypatch.setitem(ENVIRONMENT, "XLA_FLAGS", f"--xla_force_host_platform_device_count={devices}")
    finish(SCRIPT, "--local", "1", "--", str(tmp_path), "0.0")
    np.testing.assert_allclose(weights(tmp_path), undisturbed, rtol=1e-10, atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("killed", [1, 0], ids=["worker", "coordinator"])
def test_one_is_killed_and_the_next_run_goes_on(killed: int, undisturbed: Any, tmp_path: Path) -> None:
    with start(SCRIPT, "--local", "2", "--", str(tmp_path), "0.5") as process:
        wait_for(tmp_path, 2, process)
        os.kill(workers_of(process.pid)[killed], signal.SIGKILL)
        began = time.monotonic()
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 1 and time.monotonic() - began < BOUND
    (sentence,) = [line for line in errors.splitlines() if line.startswith("process ")]
    assert sentence == (
        f"process {killed} of 2 was ended by SIGKILL, and all were ended: the same command goes on from the last "
        "checkpoint if the script says fit(..., checkpoint='FOLDER', resume=True)"
    )
    assert not list(tmp_path.glob("weights*.npy"))
    finish(SCRIPT, "--local", "2", "--", str(tmp_path), "0.0")
    assert np.array_equal(weights(tmp_path), undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("killed", [1, 0], ids=["worker", "coordinator"])
def test_parents_on_two_machines_hear_of_each_other(killed: int, undisturbed: Any, tmp_path: Path) -> None:
    del undisturbed  # which is made first: the machine is busy with one thing at a time
    address = local_plan([], 2).coordinator
    words = [SCRIPT, "--coordinator", address, "--processes", "2", "--process-id"]
    arguments = ["--", str(tmp_path), "0.5"]
    with start(*words, "0", *arguments) as first, start(*words, "1", *arguments) as second:
        wait_for(tmp_path, 2, first)
        os.kill(workers_of([first, second][killed].pid)[killed], signal.SIGKILL)
        began = time.monotonic()
        told = [process.communicate(timeout=60)[1] for process in (first, second)]
        assert time.monotonic() - began < BOUND
    assert [first.returncode, second.returncode] == [1, 1]
    for errors in told:
        assert re.search(f"^process {killed} of 2 was ended by SIGKILL, and all were ended: ", errors, re.M)


@pytest.mark.slow
def test_two_machines_come_to_the_same_end(undisturbed: Any, tmp_path: Path) -> None:
    address = local_plan([], 2).coordinator
    words = [SCRIPT, "--coordinator", address, "--processes", "2", "--process-id"]
    arguments = ["--", str(tmp_path), "0.0"]
    with start(*words, "1", *arguments) as second:
        finish(*words, "0", *arguments)
        assert second.wait(timeout=60) == 0
    assert np.array_equal(weights(tmp_path), undisturbed)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.py", "--local", "2"], "there is no script nowhere.py"),
        ([SCRIPT], "give --local N, or all of --coordinator, --processes and --process-id"),
        ([SCRIPT, "--local", "2", "--processes", "2"], "give --local N, or all of"),
        ([SCRIPT, "--local", "0"], "must be a whole number from 1 on, got 0"),
        ([SCRIPT, "--coordinator", "here", "--processes", "2", "--process-id", "0"], "--coordinator is HOST:PORT"),
        ([SCRIPT, "--coordinator", "h:1", "--processes", "2", "--process-id", "2"], "--process-id counts from 0 to 1"),
    ],
)
def test_refusals(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    from nn.__main__ import main

    with pytest.raises(SystemExit, match="2"):
        main(["train", *words])
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_script_that_fails_says_so_itself(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.argv[1:], __name__)\nsys.exit(7)\n")
    with start(str(script), "--local", "1", "--", "--epochs", "3") as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (1, "['--epochs', '3'] __main__")
    assert errors.startswith("process 0 of 1 failed with exit status 7, and all were ended: the same command")
