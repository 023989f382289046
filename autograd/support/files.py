"""Files that are written whole or not at all, with errors that speak of the file and not of how it is written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

__all__ = ["FOREIGN", "target", "write"]

# What other formats are called: such a name on a file of this package would mislead whoever opens it.
FOREIGN = frozenset(
    ".pt .pth .ckpt .h5 .hdf5 .keras .json .pkl .pickle .joblib .npz .npy .onnx .csv .txt .py .zip".split()
)


def target(path: str | os.PathLike[str], example: str) -> Path:
    """The path of a file that is about to be written; `example` is a name to suggest, such as "graph.svg".

    Raises TypeError for what is no path, ValueError for an empty one, IsADirectoryError for that of a folder, and
    FileNotFoundError when the folder to write in does not exist.

    >>> target("nowhere/graph.svg", "graph.svg")
    Traceback (most recent call last):
    FileNotFoundError: there is no folder 'nowhere' for 'graph.svg'; make it first
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"a file is named by a path such as {example!r}, got {path!r} ({type(path).__name__})")
    if not os.fspath(path):
        raise ValueError(f"the path of the file is empty: name a file, such as {example!r}")
    found = Path(path)
    if found.is_dir():
        raise IsADirectoryError(f"{str(found)!r} is a folder: name a file in it, such as {str(found / example)!r}")
    if not found.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(found.parent)!r} for {found.name!r}; make it first")
    return found


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
