"""Files that are written whole or not at all, and what is said when they cannot be."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value, draw, view
from autograd.picture.animate import animate
from autograd.support import files
from nn import MLP
from nn.animation import Film
from nn.idx import save_idx


@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_leaves_what_was_there_and_speaks_of_the_file(
    broken: str, old: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "graph.svg"
    if old is not None:
        path.write_bytes(old)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "hidden.part")

    monkeypatch.setattr(os, broken, full)
    with pytest.raises(OSError, match=r"No space left on device: '[^']*graph\.svg'$"):
        files.write(path, b"new")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == ({"graph.svg": old} if old else {})


def test_an_error_without_a_number_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("broken pipe")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError, match=r"^broken pipe$"):
        files.write(tmp_path / "a", b"")
    assert not any(tmp_path.iterdir())


def saved(path: Any) -> dict[str, Any]:
    """Everything that writes a file, each asked to write to one path."""
    graph = Value(2.0) * 3.0
    return {
        "draw": lambda: draw(graph).save(path),
        "view": lambda: view(graph).save(path),
        "animate": lambda: animate(graph).save(path),
        "model": lambda: MLP(2, [1]).save(path),
        "film": lambda: Film([[0.0, 0.0]], [0]).save(path),
        "idx": lambda: save_idx(path, np.zeros(3)),
    }


@pytest.mark.parametrize("kind", saved(""))
@pytest.mark.parametrize(
    ("path", "error", "match"),
    [
        ("", ValueError, "the path is empty: a file is named by a path such as '"),
        (3, TypeError, "a file is named by a path such as '.*', got 3"),
        (None, TypeError, "a file is named by a path such as '.*', got None"),
        (True, TypeError, "a file is named by a path such as '.*', got True"),
        (b"a.svg", TypeError, "a file is named by a path such as '.*', got b'a.svg'"),
        (["a.svg"], TypeError, r"a file is named by a path such as '.*', got \['a.svg'\]"),
        ("here", IsADirectoryError, r"'here' is a folder: name a file in it, such as 'here/\w+\.\w+'"),
        ("away/a.svg", FileNotFoundError, "there is no folder 'away' for 'a.svg'; make it first"),
    ],
)
def test_paths_that_are_refused(
    kind: str, path: Any, error: type[Exception], match: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with pytest.raises(error, match=match):
        saved(path)[kind]()
    assert [file.name for file in tmp_path.rglob("*")] == ["here"]


class Bytes:
    """A path in bytes, which the rest of the package does not take."""

    def __fspath__(self) -> bytes:
        return b"a"


@pytest.mark.parametrize("path", [0, 2, True, 1.5, None, b"a", Bytes(), (), object()])
def test_what_is_no_path_opens_nothing(path: Any) -> None:
    with pytest.raises(TypeError, match="a file is named by a path, got "):
        files.check_path(path)
    with pytest.raises(TypeError, match="a file is read from a path such as 'a', got "):
        files.open_to_read(path, "a")


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe' is no file but a device or a pipe: name a file, such as 'a'"):
        files.open_to_read(tmp_path / "pipe", "a")
    with pytest.raises(IsADirectoryError, match="is a folder: name the file in it, such as 'a'"):
        files.open_to_read(tmp_path, "a")
    with pytest.raises(ValueError, match="the path is empty: a file is read from a path such as 'a'"):
        files.open_to_read("", "a")
