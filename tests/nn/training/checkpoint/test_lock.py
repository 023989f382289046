"""One training at a time in a folder: the second is refused at once, and the folder is free when the first ends."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

import nn
from nn.callbacks import Callback, Logs
from nn.training import CheckpointError
from nn.training.checkpoint import lock
from nn.training.checkpoint.lock import Lock
from tests.nn.small_nets import ROOT
from tests.nn.training.stateful_training import net, train

SCRIPT = """
import signal, sys, time
import nn

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what runs in the background without it

class Waiting(nn.training.Callback):
    def on_epoch_end(self, epoch, logs):
        print("trains", flush=True)
        if len(sys.argv) > 2:
            exec(sys.argv[2])
        time.sleep(60)

nn.MLP(2, [1], seed=0).fit([[0.0, 1.0], [1.0, 0.0]], [0, 1], epochs=2, seed=0, checkpoint=sys.argv[1], resume=True,
                           progress=False, callbacks=[Waiting()])
"""


@contextmanager
def another(folder: Path, then: str = "pass") -> Iterator[subprocess.Popen[str]]:
    """Another process that trains in the folder, until it is ended."""
    command = [sys.executable, "-c", SCRIPT, str(folder), then]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "trains\n"
            yield process
        finally:
            process.kill()


def mine(folder: Path, **settings: Any) -> nn.training.History:
    return nn.MLP(2, [1], seed=0).fit(  # type: ignore[no-any-return]
        [[0.0, 1.0], [1.0, 0.0]], [0, 1], epochs=2, seed=0, checkpoint=folder, resume=True, progress=False, **settings
    )


def test_the_second_process_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with another(tmp_path / "run") as process:
        before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
        match = rf"run is in use by process {process.pid} on \S+, since \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d: one training"
        for _ in range(3):
            with pytest.raises(CheckpointError, match=match):
                mine(tmp_path / "run")
        assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


ENDINGS: dict[str, Callable[[subprocess.Popen[str]], None]] = {
    "kill -9": lambda process: process.send_signal(signal.SIGKILL),
    "Ctrl-C": lambda process: process.send_signal(signal.SIGINT),
    "a signal to end": lambda process: process.terminate(),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_the_first_process_sets_the_folder_free(ending: str, tmp_path: Path) -> None:
    with another(tmp_path) as process:
        ENDINGS[ending](process)
        process.wait(60)
    assert mine(tmp_path).epochs == 2
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.json"]


@pytest.mark.parametrize("then", ["raise RuntimeError", "import os; os._exit(3)", "sys.exit()"])
def test_so_does_an_error_and_an_exit(then: str, tmp_path: Path) -> None:
    with another(tmp_path, then) as process:
        process.wait(60)
    assert mine(tmp_path).epochs == 2


class Ending(Callback):
    def __init__(self, error: BaseException) -> None:
        self.error = error

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        raise self.error


@pytest.mark.parametrize("error", [RuntimeError("x"), KeyboardInterrupt(), SystemExit(), GeneratorExit()])
def test_in_one_process_every_end_sets_it_free(error: BaseException, tmp_path: Path) -> None:
    with suppress(BaseException):
        mine(tmp_path, callbacks=[Ending(error)])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.json"]
    assert mine(tmp_path).epochs == 2


class Inside(Callback):
    """Trains in the same folder, in the middle of a training."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.errors = folder, [""]

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        def again() -> None:
            try:
                mine(self.folder)
            except CheckpointError as error:
                self.errors.append(str(error))

        again()
        thread = threading.Thread(target=again)
        thread.start()
        thread.join()


def test_a_training_inside_of_it_or_in_another_thread_is_refused_too(tmp_path: Path) -> None:
    inside = Inside(tmp_path)
    assert mine(tmp_path, callbacks=[inside]).epochs == 2
    assert len(inside.errors) == 5
    assert all(f"is in use by process {os.getpid()} on" in error for error in inside.errors[1:])


def test_a_refused_training_frees_the_folder(tmp_path: Path) -> None:
    mine(tmp_path)
    for _ in range(2):
        with pytest.raises(CheckpointError, match=r"made with l2=0\.0"):
            mine(tmp_path, l2=0.1)
        with pytest.raises(FileExistsError, match="is the checkpoint of an earlier training"):
            train(net(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.json"]


def test_folders_are_locked_one_by_one(tmp_path: Path) -> None:
    with another(tmp_path / "one"):
        assert mine(tmp_path / "other").epochs == 2


def test_what_lies_there_and_nobody_holds_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text(f"process {os.getpid()} on here, since yesterday")
    assert mine(tmp_path).epochs == 2
    assert not (tmp_path / ".lock").exists()


@pytest.mark.parametrize("kind", ["folder", "link", "loop"])
def test_what_is_no_lock_is_not_written_to(kind: str, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("somebody else's")
    place = tmp_path / "run" / ".lock"
    (tmp_path / "run").mkdir()
    if kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(tmp_path / "precious" if kind == "link" else place)
    with pytest.raises(CheckpointError, match=r"\.lock cannot be locked: "):
        mine(tmp_path / "run")
    assert (tmp_path / "precious").read_text() == "somebody else's"


def test_a_lock_that_was_removed_between_opening_and_locking_is_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one who had it has just gone, and taken the file away: two others would hold two files of one name."""
    flock, calls = fcntl.flock, [0]

    def slow(file: Any, operation: int) -> None:
        calls[0] += 1
        if calls[0] == 1:
            (tmp_path / ".lock").unlink()
        flock(file, operation)

    monkeypatch.setattr(fcntl, "flock", slow)
    with Lock(tmp_path), pytest.raises(CheckpointError, match="is in use by process"), Lock(tmp_path):
        pass
    assert calls[0] == 3


def test_where_files_cannot_be_locked_a_training_goes_on_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(file: Any, operation: int) -> None:
        raise OSError(lock.WITHOUT_LOCKS[0], "not supported")

    monkeypatch.setattr(fcntl, "flock", none)
    assert mine(tmp_path).epochs == 2

    def broken(file: Any, operation: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(CheckpointError, match=r"\.lock cannot be locked: .*Input/output error"):
        mine(tmp_path)


def test_without_locks_of_the_system_an_open_file_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, which removes no file that somebody has opened."""
    monkeypatch.setattr(lock, "fcntl", None)
    held = Lock(tmp_path)
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path.name == ".lock" and held._file is not None:
            raise PermissionError(13, "in use")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    (tmp_path / ".lock").write_text("left by a process that was killed")
    with held, pytest.raises(CheckpointError, match=rf"in use by process {os.getpid()} on"), Lock(tmp_path):
        pass
    assert not any(tmp_path.iterdir())
    assert mine(tmp_path).epochs == 2


@pytest.mark.slow
def test_many_processes_that_fight_for_one_folder(tmp_path: Path) -> None:
    """Each of them trains to the end, or says that it is refused; the checkpoint is whole all the time."""
    script = (
        "import sys, nn\n"
        "try:\n"
        "    nn.MLP(2, [1], seed=0).fit([[0.0, 1.0], [1.0, 0.0]], [0, 1], epochs=int(sys.argv[2]), seed=0, "
        "checkpoint=sys.argv[1], resume=True, progress=False)\n"
        "    print('trained')\n"
        "except nn.training.CheckpointError as error:\n"
        "    print(error)\n"
    )
    outcomes = []
    for turn in range(3):
        commands = [[sys.executable, "-c", script, str(tmp_path / "run"), str(100 * (turn + 1))] for _ in range(3)]
        processes = [subprocess.Popen(c, cwd=ROOT, stdout=subprocess.PIPE, text=True) for c in commands]
        outcomes += [(p.communicate()[0].strip(), p.returncode) for p in processes]
    assert {code for _, code in outcomes} == {0}
    assert all(out == "trained" or re.search(r"run is in use by (process \d+|another)", out) for out, _ in outcomes)
    assert sum(out == "trained" for out, _ in outcomes) >= 3
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["checkpoint.json"]
