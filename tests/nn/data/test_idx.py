"""IDX files: every type and shape there and back, plain and gzip; damaged ones are named, and never believed."""

import gzip
import os
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from nn.idx import TYPES, load_idx, load_mnist, save_idx

CODES = [(code, np.dtype(name).newbyteorder("=")) for code, name in TYPES.items()]


def idx(code: int, shape: tuple[int, ...], numbers: bytes) -> bytes:
    """An IDX file, put together by hand."""
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + numbers


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("shape", [(5,), (2, 3), (2, 3, 4), (0, 28, 28), (1, 1, 1, 1, 6)])
@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz"])
def test_there_and_back(tmp_path: Path, code: int, kind: np.dtype[Any], shape: tuple[int, ...], name: str) -> None:
    array = (np.arange(np.prod(shape)) * 7 % 100).astype(kind).reshape(shape)
    save_idx(tmp_path / name, array)
    found = load_idx(tmp_path / name)
    assert (found.dtype, found.shape) == (kind, shape)
    assert np.array_equal(found, array)
    raw = (tmp_path / name).read_bytes()
    assert (raw[:2] == b"\x1f\x8b") == name.endswith(".gz")
    plain = gzip.decompress(raw) if name.endswith(".gz") else raw
    assert plain[: 4 + 4 * len(shape)] == idx(code, shape, b"")


@pytest.mark.parametrize(
    ("code", "numbers", "expected"),
    [
        (0x08, b"\x00\xff", [0, 255]),
        (0x09, b"\x01\xff", [1, -1]),
        (0x0B, b"\x01\x00\xff\xfe", [256, -2]),
        (0x0C, b"\x00\x01\x00\x00\xff\xff\xff\xff", [65536, -1]),
        (0x0D, struct.pack(">2f", 1.5, -0.25), [1.5, -0.25]),
        (0x0E, struct.pack(">2d", 0.1, -1e300), [0.1, -1e300]),
    ],
)
def test_numbers_are_big_endian(tmp_path: Path, code: int, numbers: bytes, expected: list[float]) -> None:
    path = tmp_path / "numbers"
    path.write_bytes(idx(code, (2,), numbers))
    assert load_idx(path).tolist() == expected


def test_gzip_is_told_by_content_not_by_name(tmp_path: Path) -> None:
    (tmp_path / "plain.gz").write_bytes(idx(8, (2,), b"\1\2"))
    (tmp_path / "zipped").write_bytes(gzip.compress(idx(8, (2,), b"\1\2")))
    assert load_idx(tmp_path / "plain.gz").tolist() == load_idx(str(tmp_path / "zipped")).tolist() == [1, 2]


def test_what_is_loaded_can_be_written_to_and_saving_is_repeatable(tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        save_idx(tmp_path / name, np.array([1, 2], dtype=np.uint8))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    found = load_idx(tmp_path / "a.gz")
    found[0] = 9
    assert found.tolist() == [9, 2]


GOOD = idx(8, (2, 3), b"abcdef")
DAMAGED = [
    (b"", "not an IDX file: found 0 bytes, expected at least 4"),
    (GOOD[:3], "not an IDX file: found 3 bytes, expected at least 4"),
    (b"\x89PNG\r\n\x1a\n", "not an IDX file: it begins with 89 50 4e 47, expected 00 00, a type of 08, 09, 0b"),
    (b"\0\1" + GOOD[2:], "it begins with 00 01 08 02"),
    (b"\0\0\x0a" + GOOD[3:], "it begins with 00 00 0a 02"),
    (idx(8, (), b"a"), "it begins with 00 00 08 00, .* and 1 to 32 dimensions"),
    (b"\0\0\x08\xff" + GOOD[4:], "it begins with 00 00 08 ff"),
    (GOOD[:9], "cut off inside the header: found 9 bytes, expected 12"),
    (GOOD[:-1], r"the header says shape \(2, 3\), 6 bytes of numbers, found only 5"),
    (GOOD[:12], r"the header says shape \(2, 3\), 6 bytes of numbers, found only 0"),
    (GOOD + b"g", r"the header says shape \(2, 3\), 6 bytes of numbers, found more"),
    (idx(0x0E, (2,), bytes(15)), r"shape \(2,\), 16 bytes of numbers, found only 15"),
    (idx(8, (0,), b"a"), r"shape \(0,\), 0 bytes of numbers, found more"),
    (idx(8, (2**32 - 1,), b"abc"), r"shape \(4294967295,\), 4294967295 bytes, expected at most max_bytes=\d+: d"),
    (idx(8, (2**32 - 1,) * 8, b""), "the header asks for shape"),
    (idx(8, (0, 2**32 - 1, 2**32 - 1), b""), r"asks for shape \(0, 4294967295, 4294967295\)"),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes, message: str, zipped: bool) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(ValueError, match=f"train-images-idx3-ubyte: .*{message}"):
        load_idx(path)


ZIPPED = gzip.compress(idx(8, (3000,), np.random.default_rng(1).bytes(3000)))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ZIPPED[:2], id="two bytes"),
        pytest.param(ZIPPED[:1000], id="cut off"),
        pytest.param(ZIPPED[:-4], id="no length at the end"),
        pytest.param(ZIPPED[:-8] + bytes(8), id="wrong checksum"),
        pytest.param(ZIPPED[:20] + bytes(20) + ZIPPED[40:], id="overwritten"),
        pytest.param(ZIPPED + b"more", id="something after the end"),
    ],
)
def test_a_damaged_gzip_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.gz: (the gzip data is cut off or damaged|.*found)"):
        load_idx(path)


@settings(max_examples=200)
@given(content=st.binary(max_size=60), whole=st.booleans(), zipped=st.booleans())
def test_any_bytes_give_an_array_or_a_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, whole: bool, zipped: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    content = b"\0\0\x08\x01\0\0\0" + content if whole else content
    path.write_bytes(gzip.compress(content) if zipped else content)
    try:
        found = load_idx(path)
    except ValueError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
    else:
        assert found.tobytes() == content[8:]


@pytest.mark.parametrize("zipped", [False, True])
def test_memory_follows_what_is_there_not_what_is_claimed(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "a"
    content = idx(8, (500_000_000,), b"abc")
    path.write_bytes(gzip.compress(content) if zipped else content)
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="500000000 bytes of numbers, found only 3"):
            load_idx(path, max_bytes=10**9)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_file_that_unpacks_without_end_is_left_where_the_header_ends(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(idx(8, (10,), bytes(100_000_000)), compresslevel=1))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="10 bytes of numbers, found more"):
            load_idx(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


ZEROS = {  # what fits in 1 MB of gzip: the time that a refusal may take is that of reading a header
    "128 MiB that are there": lambda: gzip.compress(idx(8, (1 << 27,), bytes(1 << 27)), compresslevel=1),
    "1 GiB that is not there": lambda: gzip.compress(idx(8, (1 << 30,), bytes(1 << 20))),
}


@pytest.mark.parametrize("content", ZEROS)
def test_a_small_gzip_file_may_not_ask_for_a_thousand_times_its_size(content: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(ZEROS[content]())
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"bomb\.gz: .*expected at most max_bytes=\d{8}: damaged, or raise"):
            load_idx(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_zeros_that_pack_well_are_read_all_the_same(tmp_path: Path) -> None:
    save_idx(tmp_path / "blank.gz", np.zeros((60_000, 28, 28), dtype=np.uint8))
    tracemalloc.start()
    try:
        assert load_idx(tmp_path / "blank.gz").shape == (60_000, 28, 28)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.3 * 60_000 * 28 * 28


@pytest.mark.parametrize("path", [3, True, False, 0, 1.5, None, b"a", [], object()])
def test_what_is_no_path_is_refused_and_no_file_of_somebody_else_is_closed(path: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="a file is read from a path such as 'train-images-idx3-ubyte', got "):
        load_idx(path)
    with pytest.raises(TypeError, match=r"a file is named by a path such as 'labels\.idx', got "):
        save_idx(path, np.zeros(1))
    with pytest.raises(TypeError, match="the folder of MNIST's files is named by a path, got "):
        load_mnist(path)
    with (tmp_path / "mine").open("wb") as mine:
        with pytest.raises(TypeError, match="got "):
            load_idx(mine.fileno())  # type: ignore[arg-type]
        mine.write(b"still open")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe' is no file but a device or a pipe"):
        load_idx(tmp_path / "pipe")


def test_the_limit_can_be_moved(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(GOOD)
    assert load_idx(path, max_bytes=6).shape == (2, 3)
    with pytest.raises(ValueError, match="6 bytes, expected at most max_bytes=5: damaged, or raise max_bytes"):
        load_idx(path, max_bytes=5)
    with pytest.raises(ValueError, match="load_idx: max_bytes must be a whole number from 1 on, got 0"):
        load_idx(path, max_bytes=0)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nothing"):
        load_idx(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (
            np.array([1, 2], dtype=np.int64),
            r"has int64 numbers, and IDX only uint8, int8, .*: convert with \.astype\(\)",
        ),
        (np.uint8(3), r"must have 1 to 32 dimensions below 2\*\*32, got shape \(\)"),
        (np.zeros((1,) * 33, dtype=np.uint8), "must have 1 to 32 dimensions"),
        (np.array(["a"]), r"must be an array of numbers, got array\(\['a'\].*\(ndarray\)"),
        ([[1, 2], [3]], r"must be an array of numbers, got \[\[1, 2\], \[3\]\] \(list\)"),
        (None, r"must be an array of numbers, got None \(NoneType\)"),
    ],
)
def test_what_cannot_be_saved(tmp_path: Path, array: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=f"save_idx: array {message}"):
        save_idx(tmp_path / "a.idx", array)
    assert not (tmp_path / "a.idx").exists()


# ----- Pairs of files -----

PICTURES = (np.arange(4 * 2 * 3) * 10).astype(np.uint8).reshape(4, 2, 3)
LABELS = np.array([7, 0, 9, 1], dtype=np.uint8)


def put(
    folder: Path,
    prefix: str = "train",
    end: str = "",
    joint: str = "-",
    pictures: NDArray[Any] = PICTURES,
    labels: NDArray[Any] = LABELS,
) -> None:
    save_idx(folder / f"{prefix}-images{joint}idx3-ubyte{end}", pictures)
    save_idx(folder / f"{prefix}-labels{joint}idx1-ubyte{end}", labels)


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize("joint", ["-", "."])
@pytest.mark.parametrize(("part", "prefix"), [("train", "train"), ("test", "t10k")])
def test_a_pair_is_found_by_its_usual_names(tmp_path: Path, part: str, prefix: str, end: str, joint: str) -> None:
    put(tmp_path, prefix, end, joint)
    X, y = load_mnist(tmp_path, part)
    assert (X.shape, str(X.dtype), str(y.dtype)) == ((4, 6), "float64", "int64")
    assert np.array_equal(X[1], np.array([60, 70, 80, 90, 100, 110]) / 255.0)
    assert y.tolist() == [7, 0, 9, 1]
    X, y = load_mnist(str(tmp_path), part, count=2)
    assert (X.shape, y.tolist()) == ((2, 6), [7, 0])


def test_the_other_part_is_not_taken_instead(tmp_path: Path) -> None:
    put(tmp_path, "t10k")
    with pytest.raises(
        FileNotFoundError, match=r"none of train-images-idx3-ubyte, train-images-idx3-ubyte\.gz, train-im"
    ):
        load_mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match="none of t10k-labels-idx1-ubyte"):
        load_mnist(tmp_path, "test")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"labels": LABELS[:3]}, "holds 4 pictures and .* 3 labels: not a pair"),
        ({"pictures": PICTURES[0]}, r"train-images.*expected pictures \(n, height, width\) .* found shape \(2, 3\)"),
        ({"pictures": PICTURES.astype(np.float32)}, r"expected pictures .* found shape \(4, 2, 3\) of float32"),
        ({"labels": PICTURES}, r"train-labels.*expected labels \(n,\) of bytes, found shape \(4, 2, 3\)"),
        ({"labels": LABELS.astype(np.int32)}, r"expected labels .* of int32"),
    ],
)
def test_files_that_make_no_pair(tmp_path: Path, files: dict[str, Any], message: str) -> None:
    put(tmp_path, **files)
    with pytest.raises(ValueError, match=message):
        load_mnist(tmp_path)


def test_a_part_or_a_count_that_there_is_not(tmp_path: Path) -> None:
    put(tmp_path)
    with pytest.raises(ValueError, match="part is one of train, test, got 'all'"):
        load_mnist(tmp_path, "all")
    with pytest.raises(ValueError, match="load_mnist: count must be at most 4, as many as there are, got 5"):
        load_mnist(tmp_path, count=5)
    with pytest.raises(ValueError, match="load_mnist: count must be a whole number from 1 on, got 0"):
        load_mnist(tmp_path, count=0)
