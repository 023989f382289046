"""Files that are written whole or not at all, and read no further than they should be; errors speak of the file.

A number is no path here: `open(3)` would take over, and close, whatever file of somebody else has that number.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import IO

from autograd.support.text import got, short, short_path

__all__ = ["FOREIGN", "check_path", "open_to_read", "read_up_to", "target", "write"]

CHUNK = 1 << 20  # bytes
LONGEST_PATH = 4096  # characters; Linux takes no longer one, other systems stop before

# What other formats are called: such a name on a file of this package would mislead whoever opens it.
FOREIGN = frozenset(
    ".pt .pth .ckpt .h5 .hdf5 .keras .json .pkl .pickle .joblib .npz .npy .onnx .csv .txt .py .zip".split()
)


def check_path(path: str | os.PathLike[str], what: str = "a file is named by a path") -> Path:
    """The path, in the type that is used; `what` begins the error: what is named, and by what.

    Raises TypeError for anything but a text and an `os.PathLike`, ValueError for an empty text and for one that is
    longer than the paths of any system.

    >>> check_path(3)
    Traceback (most recent call last):
    TypeError: a file is named by a path, got 3 (int)
    """
    if not isinstance(path, (str, os.PathLike)) or not isinstance(os.fspath(path), str):
        raise TypeError(f"{what}, got {got(path)}")
    if not os.fspath(path):
        raise ValueError(f"the path is empty: {what}")
    if len(os.fspath(path)) > LONGEST_PATH:
        raise ValueError(f"{what}, got one of {len(os.fspath(path)):,} characters, {short(path)}")
    return Path(path)


def target(path: str | os.PathLike[str], example: str) -> Path:
    """The path of a file that is about to be written; `example` is a name to suggest, such as "graph.svg".

    Raises TypeError for what is no path, ValueError for an empty one, IsADirectoryError for that of a folder, and
    FileNotFoundError when the folder to write in does not exist.

    >>> target("nowhere/graph.svg", "graph.svg")
    Traceback (most recent call last):
    FileNotFoundError: there is no folder 'nowhere' for 'graph.svg'; make it first
    """
    found = check_path(path, f"a file is named by a path such as {example!r}")
    if found.is_dir():
        raise IsADirectoryError(
            f"{short_path(found)} is a folder: name a file in it, such as {short_path(found / example)}"
        )
    if not found.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {short_path(found.parent)} for {short(found.name)}; make it first")
    return found


def open_to_read(path: str | os.PathLike[str], example: str) -> IO[bytes]:
    """A file opened to be read as bytes; close it. `example` is the name of such a file.

    Raises TypeError for what is no path, ValueError for an empty one and for what is no file but a device or a pipe,
    which might never end; IsADirectoryError for a folder, FileNotFoundError and other OSErrors as `open` does.

    >>> open_to_read("nowhere.idx", "train.idx")
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'nowhere.idx'
    """
    found = check_path(path, f"a file is read from a path such as {example!r}")
    kind = found.stat().st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(f"{short_path(found)} is a folder: name the file in it, such as {short(example)}")
    if not stat.S_ISREG(kind):
        raise ValueError(
            f"{short_path(found)} is no file but a device or a pipe: name a file, such as {short(example)}"
        )
    return found.open("rb")


def read_up_to(file: IO[bytes], size: int) -> bytearray:
    """At most so many bytes, in pieces: the memory grows with what is there, not with what a header claims.

    >>> import io
    >>> read_up_to(io.BytesIO(b"abc"), 10**12)
    bytearray(b'abc')
    """
    content = bytearray()
    while len(content) < size:
        piece = file.read(min(CHUNK, size - len(content)))
        if not piece:
            break
        content += piece
    return content


def write(path: Path, content: bytes) -> None:
    """Write a file under another name beside it, and rename it when all of it is on the disk.

    Nobody ever sees half a file, and when something goes wrong the old one is still there. Raises OSError as writing
    does, with the name of the file itself.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "a.txt"), b"whole")
    ...     [(file.name, file.read_bytes()) for file in Path(folder).iterdir()]
    [('a.txt', b'whole')]
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno is None or error.strerror is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from None
