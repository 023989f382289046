"""The file of a checkpoint: everything a training needs to go on, in one file that is either the old or the new one.

The file is JSON in two lines: the first holds a checksum of the second. Floats are written so that they come back bit
for bit; nothing in the file is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from typing import Any

from autograd.support import files
from autograd.support.text import short, short_path

NAME = "checkpoint.json"
FORMAT = "chaingrad checkpoint"
VERSION = 2
OF_FILES = files.FOREIGN | {".safetensors", ".yaml", ".yml", ".tar", ".gz", ".svg", ".html", ".log"}

LONGEST_HEAD = 1000  # bytes; it has about 140
MOST_BYTES = 1 << 30
DEEPEST = 64  # lists and dicts inside of each other; the file itself has 5, what a callback remembers may have more

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BESIDE_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class CheckpointError(ValueError):
    """A checkpoint that is damaged, that belongs to another training, or that another training is writing."""


class Checkpoint:
    """The checkpoint in a folder; a new folder is created in the folder around it, which must exist.

    Raises TypeError for what is no path, ValueError for an empty one and for a name that looks like that of a file,
    NotADirectoryError for a file, FileNotFoundError when the folder around it does not exist, CheckpointError for a
    link that leads nowhere.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = Checkpoint(folder)
    ...     nothing = checkpoint.read()
    ...     checkpoint.write({"epoch": 3})
    ...     nothing, checkpoint.read()
    (None, {'epoch': 3})
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if isinstance(folder, (str, os.PathLike)) and not os.fspath(folder):
            raise ValueError("checkpoint is empty: name a folder, such as 'run'")
        self.folder = files.check_path(folder, "checkpoint is the path of a folder")
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"checkpoint={short_path(folder)} is a file: name a folder")
        if self.folder.is_symlink() and not self.folder.exists():
            raise CheckpointError(
                f"checkpoint={short_path(folder)} is a link that leads nowhere: mend it, or name a folder"
            )
        if not self.folder.exists() and self.folder.suffix.lower() in OF_FILES:
            raise ValueError(
                f"checkpoint={short_path(folder)} looks like a file, and a checkpoint is a folder: "
                f"name it {short_path(self.folder.with_suffix(''))}; to write the trained model to a file, "
                "call model.save(path)"
            )
        if not self.folder.parent.is_dir():
            raise FileNotFoundError(
                f"checkpoint={short_path(folder)}: there is no folder {short_path(self.folder.parent)} to make "
                f"{short(self.folder.name)} in; make it first"
            )
        self.path = self.folder / NAME

    def exists(self) -> bool:
        """Whether there is a checkpoint in the folder, or anything else in its place, be it a link to nothing."""
        return os.path.lexists(self.path)

    def prepare(self) -> None:
        """Remove the unfinished files of a killed training; nobody else may be writing into the folder."""
        for unfinished in self.folder.glob(f".{NAME}.*"):
            unfinished.unlink(missing_ok=True)

    def write(self, content: Mapping[str, Any]) -> None:
        """Replace the checkpoint, all or nothing: written under another name, flushed to the disk, then renamed.

        Raises CheckpointError for what could not be read again: it is too large, or nested too deeply.
        """
        body = json.dumps(content).encode()
        self._check_size(len(body))
        self._check_depth(body)
        head = {"format": FORMAT, "version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
        files.write(self.path, json.dumps(head).encode() + b"\n" + body + b"\n")

    def read(self) -> dict[str, Any] | None:
        """The content that was written last; None if nothing was.

        Raises CheckpointError if the file is damaged, truncated, of another version, no checkpoint, or cannot be read.
        """
        if not self.exists():
            return None
        try:
            with files.open_to_read(self.path, NAME) as file:
                # The first line tells a checkpoint from any other file, and its version; only then does the checksum
                # count.
                first = file.readline(LONGEST_HEAD)
                sealed = self._seal(first)
                self._check_size(os.fstat(file.fileno()).st_size)
                body = bytes(files.read_up_to(file, MOST_BYTES + 1)).removesuffix(b"\n")
        except CheckpointError:
            raise
        except (OSError, ValueError) as error:  # a folder, a pipe or a link to itself in its place
            raise CheckpointError(f"{self.path} cannot be read: {error}") from error
        if hashlib.sha256(body).hexdigest() != sealed:
            raise CheckpointError(
                f"{self.path} is damaged or truncated, its checksum does not fit: delete it to start from the beginning"
            )
        self._check_depth(body)
        try:
            content = json.loads(body.decode(), object_pairs_hook=_without_twins)
        except ValueError as error:
            raise CheckpointError(f"{self.path} is no JSON: {error}") from None
        if not isinstance(content, dict):
            raise CheckpointError(f"{self.path} must hold a dict, got {type(content).__name__}")
        return content

    def _seal(self, first: bytes) -> str:
        """The checksum that the first line gives."""
        try:
            head = json.loads(first) if depth_of(first) <= 1 else None
        except ValueError:
            head = None
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise CheckpointError(f"{self.path} is not a checkpoint: delete it, or name another folder")
        if repr(head.get("version")) != repr(VERSION):
            raise CheckpointError(
                f"{self.path} has version {short(head.get('version'))}, and this program reads {VERSION}"
            )
        return str(head.get("sha256"))

    def _check_size(self, size: int) -> None:
        if size > MOST_BYTES:
            raise CheckpointError(f"{self.path} has {size:,} bytes, and a checkpoint has at most {MOST_BYTES:,}")

    def _check_depth(self, body: bytes) -> None:
        if depth_of(body) > DEEPEST:
            raise CheckpointError(
                f"{self.path} has lists and dicts more than {DEEPEST} deep in each other: no checkpoint has, unless a "
                "callback's state_dict() does"
            )


def depth_of(text: bytes) -> int:
    """How deep lists and dicts are nested in a JSON text, told without a call for each level.

    >>> depth_of(b'{"a": [1, "]["]}'), depth_of(b"[" * 100_000)
    (2, 100000)
    """
    depth = deepest = 0
    for bracket in _STRING.sub(b"", text).translate(None, _BESIDE_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of the pairs; ValueError if a name is there twice, as no program writes it."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a name is there twice, {short(next(n for n in names if names.count(n) > 1))}")
    return entries
