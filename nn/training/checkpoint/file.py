"""Checkpoints: everything a training needs to go on, in one file that is either the old or the new one.

The file is JSON in two lines: the first holds a checksum of the second. Floats are written so that they come back bit
for bit; nothing in the file is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograd.support import files
from autograd.support.text import short

NAME = "checkpoint.json"
FORMAT = "chaingrad checkpoint"
VERSION = 1
OF_FILES = files.FOREIGN | {".safetensors", ".yaml", ".yml", ".tar", ".gz", ".svg", ".html", ".log"}


class CheckpointError(ValueError):
    """A checkpoint that is damaged, or that belongs to another training."""


class Checkpoint:
    """The checkpoint in a folder; a new folder is created in the folder around it, which must exist.

    Raises TypeError for what is no path, ValueError for an empty one and for a name that looks like that of a file,
    NotADirectoryError for a file, FileNotFoundError when the folder around it does not exist.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = Checkpoint(folder)
    ...     nothing = checkpoint.read()
    ...     checkpoint.write({"epoch": 3})
    ...     nothing, checkpoint.read()
    (None, {'epoch': 3})
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if not isinstance(folder, (str, os.PathLike)):
            raise TypeError(f"checkpoint is the path of a folder, got {folder!r} ({type(folder).__name__})")
        self.folder = Path(folder)
        if not os.fspath(folder):
            raise ValueError("checkpoint is empty: name a folder, such as 'run'")
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"checkpoint={str(folder)!r} is a file: name a folder")
        if not self.folder.exists() and self.folder.suffix.lower() in OF_FILES:
            raise ValueError(
                f"checkpoint={str(folder)!r} looks like a file, and a checkpoint is a folder: name it "
                f"{str(self.folder.with_suffix(''))!r}; to write the trained model to a file, call model.save(path)"
            )
        if not self.folder.parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint={str(folder)!r}: there is no folder {str(self.folder.parent)!r} to make "
                f"{self.folder.name!r} in; make it first"
            )
        self.path = self.folder / NAME

    def exists(self) -> bool:
        """Whether there is a checkpoint in the folder."""
        return self.path.exists()

    def prepare(self) -> None:
        """Create the folder, and remove the unfinished file of a killed training."""
        self.folder.mkdir(exist_ok=True)
        for unfinished in self.folder.glob(f".{NAME}.*"):
            unfinished.unlink(missing_ok=True)

    def write(self, content: Mapping[str, Any]) -> None:
        """Replace the checkpoint, all or nothing: written under another name, flushed to the disk, then renamed."""
        body = json.dumps(content).encode()
        head = {"format": FORMAT, "version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
        files.write(self.path, json.dumps(head).encode() + b"\n" + body + b"\n")

    def read(self) -> dict[str, Any] | None:
        """The content that was written last; None if nothing was.

        Raises CheckpointError if the file is damaged, truncated, of a newer version, or no checkpoint.
        """
        try:
            first, _, rest = self.path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        # The first line tells a checkpoint from any other file, and its version; only then does the checksum count.
        try:
            head = json.loads(first)
        except ValueError:
            head = None
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise CheckpointError(f"{self.path} is not a checkpoint: delete it, or name another folder")
        if head.get("version") != VERSION:
            raise CheckpointError(f"{self.path} has version {head.get('version')!r}, and this program reads {VERSION}")
        body = rest.removesuffix(b"\n")
        if hashlib.sha256(body).hexdigest() != head.get("sha256"):
            raise CheckpointError(
                f"{self.path} is damaged or truncated, its checksum does not fit: delete it to start from the beginning"
            )
        content: dict[str, Any] = json.loads(body)
        return content


def check_same(path: Path, saved: Any, current: Mapping[str, Any]) -> None:
    """Raise CheckpointError if the settings of a saved training are not those of the current one.

    >>> check_same(Path("run"), {"batch_size": 16}, {"batch_size": 32})
    Traceback (most recent call last):
    nn.training.checkpoint.CheckpointError: run was made with batch_size=16, and now it is 32: ...
    """
    settings = saved if isinstance(saved, dict) else {}
    for name in (*current, *(name for name in settings if name not in current)):
        before, now = settings.get(name), current.get(name)
        if before != now:
            raise CheckpointError(
                f"{path} was made with {name}={short(before)}, and now it is {short(now)}: "
                "give the same to go on bit for bit, or name another folder"
            )
