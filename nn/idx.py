"""IDX files, the format of MNIST: a header that says type and shape, then the numbers; plain or gzip.

A header is four bytes (0, 0, the type, the number of dimensions) and one big-endian 4-byte whole number for each
dimension; the numbers follow, big-endian, last dimension fastest. What a header claims is checked before anything of
that size is made. Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
"""

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from autograd.support import files
from autograd.support.settings import check_choice, check_count
from autograd.support.text import got

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_DIMENSIONS = 32
MOST_BYTES = 1 << 30
# 1 MB of gzip can unpack to 1 GB of zeros. The pictures of MNIST unpack to 5 times their size; what stays below SMALL
# does no harm.
MOST_UNPACKED = 100
SMALL = 1 << 26
PARTS = {"train": "train", "test": "t10k"}  # how the names of MNIST's files begin

PathLike = str | os.PathLike[str]


def load_idx(path: PathLike, max_bytes: int | None = None) -> NDArray[np.generic]:
    """The array in an IDX file, whether it is plain or gzip, whatever its name.

    Raises ValueError, with the name of the file, what was found and what was expected, if it does not begin as an IDX
    file does, is cut off or damaged, holds more than its header says, or if its header asks for more than `max_bytes`.
    TypeError for what is no path and for a `max_bytes` that is no whole number, FileNotFoundError if there is no such
    file.

    `max_bytes` None is 1 GiB, and of a gzip file 100 times its size (64 MiB of a small one) if that is less: what its
    header claims must not fill the memory. There is no way to have no limit; for a larger file, give its size.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_idx(folder + "/labels.gz", np.array([7, 2, 1], dtype=np.uint8))
    ...     load_idx(folder + "/labels.gz").tolist()
    [7, 2, 1]
    """
    most = MOST_BYTES if max_bytes is None else check_count("load_idx", "max_bytes", max_bytes)
    with files.open_to_read(path, "train-images-idx3-ubyte") as file:
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            return _read(path, file, most)
        if max_bytes is None:
            most = min(max(SMALL, MOST_UNPACKED * os.fstat(file.fileno()).st_size), MOST_BYTES)
        try:
            with gzip.open(file) as unzipped:
                return _read(path, cast("IO[bytes]", unzipped), most)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{path}: the gzip data is cut off or damaged ({error}): get the file again") from error


def save_idx(path: PathLike, array: NDArray[np.generic]) -> None:
    """Write an array as an IDX file; gzip if the name ends in ".gz".

    Raises ValueError for a type that the format does not have (it has 8-bit whole numbers with and without sign, 16-
    and 32-bit ones with sign, and both floats) and for an array without a dimension or with more than 32; TypeError
    for what is no array of numbers; TypeError, IsADirectoryError and FileNotFoundError for a path that cannot be that
    of a file.
    """
    target = files.target(path, "labels.idx")
    try:
        numbers = np.asarray(array)
    except (ValueError, TypeError):  # rows of different lengths, or of Values
        numbers = np.array(None)
    if numbers.dtype.kind not in "biufc":
        raise TypeError(f"save_idx: array must be an array of numbers, got {got(array)}")
    codes = {np.dtype(name).newbyteorder("="): code for code, name in TYPES.items()}
    code = codes.get(numbers.dtype.newbyteorder("="))
    if code is None:
        raise ValueError(
            f"save_idx: array has {numbers.dtype} numbers, and IDX only "
            f"{', '.join(map(str, codes))}: convert with .astype() first"
        )
    if not 1 <= numbers.ndim <= MOST_DIMENSIONS or max(numbers.shape) >= 2**32:
        raise ValueError(
            f"save_idx: array must have 1 to {MOST_DIMENSIONS} dimensions below 2**32, got shape {numbers.shape}"
        )
    header = bytes([0, 0, code, numbers.ndim]) + np.array(numbers.shape, dtype=">u4").tobytes()
    content = header + numbers.astype(TYPES[code]).tobytes()
    files.write(target, gzip.compress(content, mtime=0) if target.name.endswith(".gz") else content)


def load_mnist(
    directory: PathLike, part: str = "train", count: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The pictures and labels of MNIST, or of a set in its format, from the files of the usual names in a directory.

    `part` is "train" (train-images-idx3-ubyte and train-labels-idx1-ubyte) or "test" (the same with t10k); each file
    may end in .gz and may have a dot for the second hyphen. Returns X of shape (n, height · width) from 0 (paper) to
    1 (ink) and y of shape (n,); the first `count` of them, if given.
    Raises FileNotFoundError that names the files looked for; ValueError for files that are damaged, of another shape
    or do not belong together; TypeError for what is no path.
    """
    folder = files.check_path(directory, "the folder of MNIST's files is named by a path")
    check_choice("part", part, PARTS)
    prefix = PARTS[part]
    pictures_at = _find(folder, f"{prefix}-images", "idx3-ubyte")
    labels_at = _find(folder, f"{prefix}-labels", "idx1-ubyte")
    pictures, labels = load_idx(pictures_at), load_idx(labels_at)
    if pictures.ndim != 3 or pictures.dtype != np.uint8:
        raise ValueError(f"{pictures_at}: expected pictures (n, height, width) of bytes, found {_about(pictures)}")
    if labels.ndim != 1 or labels.dtype != np.uint8:
        raise ValueError(f"{labels_at}: expected labels (n,) of bytes, found {_about(labels)}")
    if len(pictures) != len(labels):
        raise ValueError(
            f"{pictures_at} holds {len(pictures)} pictures and {labels_at} {len(labels)} labels: not a pair"
        )
    n = len(labels) if count is None else check_count("load_mnist", "count", count)
    if n > len(labels):
        raise ValueError(f"load_mnist: count must be at most {len(labels)}, as many as there are, got {n}")
    height, width = pictures.shape[1:]
    return pictures[:n].reshape(n, height * width).astype(np.float64) / 255.0, labels[:n].astype(np.int64)


def _about(array: NDArray[np.generic]) -> str:
    return f"shape {array.shape} of {array.dtype}"


def _find(folder: Path, name: str, kind: str) -> Path:
    names = [f"{name}{joint}{kind}{end}" for joint in "-." for end in ("", ".gz")]
    for candidate in names:
        if (folder / candidate).is_file():
            return folder / candidate
    raise FileNotFoundError(f"{folder}: none of {', '.join(names)} is in this folder")


def _read(path: PathLike, file: IO[bytes], most: int) -> NDArray[np.generic]:
    magic = file.read(4)
    if len(magic) < 4:
        raise ValueError(f"{path}: not an IDX file: found {len(magic)} bytes, expected at least 4")
    if magic[:2] != b"\0\0" or magic[2] not in TYPES or not 1 <= magic[3] <= MOST_DIMENSIONS:
        raise ValueError(
            f"{path}: not an IDX file: it begins with {magic.hex(' ')}, expected 00 00, "
            f"a type of {', '.join(f'{code:02x}' for code in TYPES)}, and 1 to {MOST_DIMENSIONS} dimensions"
        )
    dimensions = file.read(4 * magic[3])
    if len(dimensions) < 4 * magic[3]:
        raise ValueError(
            f"{path}: cut off inside the header: found {4 + len(dimensions)} bytes, expected {4 + 4 * magic[3]}"
        )
    shape = tuple(int.from_bytes(dimensions[i : i + 4], "big") for i in range(0, len(dimensions), 4))
    kind = np.dtype(TYPES[magic[2]])
    claimed = kind.itemsize * math.prod(max(side, 1) for side in shape)  # also of an empty array: NumPy has its limits
    if claimed > most:
        raise ValueError(
            f"{path}: the header asks for shape {shape}, {claimed} bytes, expected at most max_bytes={most}: "
            "damaged, or raise max_bytes"
        )
    expected = kind.itemsize * math.prod(shape)
    content = files.read_up_to(file, expected + 1)
    if len(content) != expected:
        size = f"only {len(content)}" if len(content) < expected else "more"
        raise ValueError(f"{path}: the header says shape {shape}, {expected} bytes of numbers, found {size}")
    return np.frombuffer(content, dtype=kind).reshape(shape).astype(kind.newbyteorder("="), copy=False)
