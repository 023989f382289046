"""One training at a time in a folder: the second is refused at once, and told who the first is.

While a training runs, `.lock` in its folder says who it is and since when, and is locked: by the operating system, so
that it is free again when the process ends, however that comes about. What kill -9 leaves is a file that nobody holds.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from nn.training.checkpoint.file import CheckpointError

try:
    import fcntl
except ImportError:  # pragma: no cover: Windows
    fcntl = None  # type: ignore[assignment]

NAME = ".lock"
LONGEST = 300  # bytes of the sentence in it
WITHOUT_LOCKS = (errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS)  # file systems on which there is nothing to be had


class Lock:
    """A `with` block in which nobody else can lock the same folder, which is made if it is not there.

    Raises CheckpointError if somebody else has locked it, or if the lock cannot be made.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Lock(Path(folder)):
    ...     with Lock(Path(folder)):
    ...         pass
    Traceback (most recent call last):
    nn.training.checkpoint.file.CheckpointError: /... is in use by process ... on ..., since ...: one training at a ...
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / NAME
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
            while self._file is None:
                self._file = self._take()
            self._file.truncate(0)
            self._file.write(_myself().encode()[:LONGEST])
            self._file.flush()
        except BaseException as error:  # Ctrl-C too
            self._release()
            if isinstance(error, OSError):
                raise CheckpointError(f"{self.path} cannot be locked: {error}") from error
            raise

    def __exit__(self, *_: object) -> None:
        self._release()

    def _release(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        if fcntl is None:  # pragma: no cover: Windows removes no file that is open
            file.close()
        # Removed while it is still locked: afterwards a file of this name may be somebody else's.
        self.path.unlink(missing_ok=True)
        file.close()

    def _take(self) -> IO[bytes] | None:
        """The locked file; None if it was removed meanwhile, by the one who had it."""
        if fcntl is None:  # pragma: no cover: Windows, where a file that is open cannot be removed
            try:
                self.path.unlink(missing_ok=True)
                return self.path.open("xb")
            except (PermissionError, FileExistsError):
                raise self._refusal() from None
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(open(self.path, "ab", opener=_no_link))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._refusal() from None
            except OSError as error:
                if error.errno not in WITHOUT_LOCKS:
                    raise
            if not self._is_there(file):
                return None
            stack.pop_all()  # it stays open
            return file

    def _is_there(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), os.stat(self.path))
        except FileNotFoundError:
            return False

    def _refusal(self) -> CheckpointError:
        try:
            with self.path.open("rb") as file:
                who = file.read(LONGEST).decode(errors="replace").strip()
        except OSError:
            who = ""
        return CheckpointError(
            f"{self.folder} is in use by {who or 'another process'}: one training at a time writes its checkpoints "
            "into a folder; wait for it to end, or name another folder"
        )


def _myself() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%Y-%m-%d %H:%M:%S')}"


def _no_link(path: str, flags: int) -> int:
    """What `open` calls to open: a link would have somebody else's file written to."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o644)
