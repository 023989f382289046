"""Checkpoints that are damaged, or of another training: a clear error, and nothing changes."""

import hashlib
import json
import os
import random
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nn
from nn.layers import Dropout
from nn.optim import SGD, Adam
from nn.schedules import cosine
from nn.training.checkpoint import Checkpoint, CheckpointError
from nn.training.checkpoint.file import FORMAT, VERSION
from tests.nn.small_nets import small
from tests.nn.training.stateful_training import Stop, X, Y, net, train


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint in the middle of the second epoch."""
    folder = tmp_path_factory.mktemp("run")
    with pytest.raises(RuntimeError, match="a crash"):
        train(net(), folder, checkpoint_every=1, callbacks=[Stop(7)])
    return (folder / "checkpoint.json").read_bytes()


def refused(folder: Path, match: str, **changes: Any) -> None:
    """Resuming fails with that message, and changes neither the model nor the optimizer nor the folder."""
    model = changes.pop("model", None) or net()
    kind = changes.pop("optimizer", Adam)
    optimizer = kind(model.parameters(), lr=0.1)
    generators = [m.rng.getstate() for m in model.modules() if isinstance(m, Dropout)]
    before = model.state_dict(), optimizer.state_dict(), generators
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(CheckpointError, match=match):
        train(model, folder, resume=True, optimizer=optimizer, **changes)
    generators = [m.rng.getstate() for m in model.modules() if isinstance(m, Dropout)]
    assert (model.state_dict(), optimizer.state_dict(), generators) == before
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda data: b"", "is not a checkpoint"),
        (lambda data: b"hello\n", "is not a checkpoint"),
        (lambda data: b'{"a": 1}\n{}\n', "is not a checkpoint"),
        (lambda data: b"\xff\xfe\x00" + data, "is not a checkpoint"),
        (lambda data: data[: len(data) // 2], "is damaged or truncated, its checksum does not fit"),
        (lambda data: data[:-2], "is damaged or truncated"),
        (lambda data: data + b"more", "is damaged or truncated"),
        (lambda data: data.replace(b"0.1", b"0.2", 1), "is damaged or truncated"),
        (lambda data: data.replace(b'"version": 2', b'"version": 1', 1), "has version 1, and this program reads 2"),
        (lambda data: data.replace(b'"version": 2', b'"version": true', 1), "has version True, and this program reads"),
        (lambda data: b"[" * 100_000 + data, "is not a checkpoint"),
        (lambda data: data.replace(b"\n", b" " * 2000 + b"\n", 1), "damaged or truncated"),
    ],
)
def test_a_damaged_checkpoint_is_refused(
    damage: Callable[[bytes], bytes], match: str, written: bytes, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.json").write_bytes(damage(written))
    refused(tmp_path, match, checkpoint_every=1)


@given(data=st.data())
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_goes_unnoticed(data: st.DataObject, written: bytes, tmp_path: Path) -> None:
    intact = json.loads(written.partition(b"\n")[2])
    place = data.draw(st.integers(0, len(written) - 1) | st.integers(0, 150))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != written[place]))
    (tmp_path / "checkpoint.json").write_bytes(written[:place] + bytes([byte]) + written[place + 1 :])
    try:
        content = Checkpoint(tmp_path).read()
    except CheckpointError:
        return
    assert content == intact  # the byte was a blank, which may as well be a tab


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"model": nn.MLP(2, [5, 1], "tanh", "sigmoid", dropout=0.3, batch_norm=True)}, "made with model=.* 12 p.* 15"),
        ({"model": nn.MLP(2, [4, 1], "relu", "sigmoid", dropout=0.3, batch_norm=True)}, "made with model="),
        ({"model": small(dropout=0.3)}, "made with model="),
        ({"optimizer": SGD}, "made with optimizer='Adam', and now it is 'SGD'"),
        ({"optimizer": partial(Adam, weight_decay=0.1)}, r"made with optimizer\.weight_decay=0.0, and now it is 0.1"),
        ({"optimizer": partial(Adam, betas=(0.9, 0.99))}, r"betas=0\.999 in place 1, and now it is 0\.99"),
        ({"schedule": cosine(0.2, 40)}, r"made with schedule\.rate=0.1, and now it is 0.2"),
        ({"schedule": None}, "made with schedule='cosine', and now it is None"),
        ({"loss": "mse"}, "made with loss='binary_cross_entropy', and now it is 'mse'"),
        ({"batch_size": 5}, "made with batch_size=4, and now it is 5"),
        ({"shuffle": False}, "made with shuffle=True, and now it is False"),
        ({"seed": 8}, "made with seed=7, and now it is 8"),
        ({"seed": None}, "made with seed=7, and now it is None"),
        ({"l2": 0.1}, r"made with l2=0.0, and now it is 0.1: give the same to go on bit for bit, or name another"),
        ({"clip_norm": 1.0}, "made with clip_norm=None, and now it is 1.0"),
        ({"clip_value": 1.0}, "made with clip_value=None, and now it is 1.0"),
        ({"metrics": []}, r"made with metrics=\['accuracy'\], and now it is \[\]"),
        ({"X": X[::-1]}, "made with training examples='18 × 2, .*', and now it is '18 × 2, "),
        ({"y": [1 - t for t in Y]}, "made with training examples="),
        ({"validation_data": None, "early_stopping": False}, "made with validation examples="),
        ({"early_stopping": False}, r"made with callbacks=\['EarlyStopping'\], and now it is \[\]"),
    ],
)  # fmt: skip
def test_the_checkpoint_of_another_training_is_refused(
    changes: dict[str, Any], match: str, written: bytes, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.json").write_bytes(written)
    refused(tmp_path, match, **changes)


@pytest.mark.parametrize(
    ("path", "value", "match"),
    [
        (
            "state/parameters/layers.0.neurons.0.w0",
            "x",
            r"s/layers\.0\.neurons\.0\.w0 must be a finite number, got 'x'",
        ),
        ("state/parameters/layers.0.neurons.0.w0", 10**400, r"w0 must be a finite number, got 10000"),
        ("state/parameters", {}, r"state/parameters does not fit: missing 'layers\.0\.neurons\.0\.w0', .* and 22 more"),
        ("state/parameters/extra", 1.0, "state/parameters does not fit: unknown 'extra'"),
        ("state/parameters/\ud800", 1.0, r"state/parameters does not fit: unknown '\\ud800'"),
        ("state/buffers/layers.1.running_mean", [0.0], r"layers\.1\.running_mean must be a list of 4, got one of 1"),
        ("state/generators/layers.3.rng", [3, [1, 2], None], r"layers\.3\.rng must be a list of 625, got one of 2"),
        ("state/optimizer/steps", [1], "state/optimizer/steps must be a list of 25, got one of 1"),
        ("state/optimizer", None, "state/optimizer must be a dict, got None"),
        (
            "state/optimizer/hyperparameters/lr",
            False,
            "hyperparameters/lr must be a finite number, got False",
        ),
        ("state/optimizer/hyperparameters/lr", "fast", "lr must be a finite number, got 'fast'"),
        ("state", 3, "state must be a dict, got 3"),
        ("history", {}, "history does not fit: missing 'history', 'layers', 'epoch' and 2 more"),
        ("history", [1], r"history must be a dict, got \[1\]"),
        ("history/epoch", [1], r"history/epoch must be \[0\], the numbers of the epochs, got \[1\]"),
        ("position/batch", None, "position/batch must be a whole number from 0 to 4, got None"),
        ("position/batch", 99, "position/batch must be a whole number from 0 to 4, got 99"),
        ("position/epoch", -1, "position/epoch must be a whole number from 0 on, got -1"),
        ("position/epoch", 10**9, "position/steps must be 5000000001, as epoch 1000000000 has begun .*, got 6"),
        ("seed", "7", "seed must be 7, got '7'"),
        ("seed", 7.0, r"seed must be 7, got 7\.0"),
        ("scale", 0.0, "scale must be a finite number from 1 on, got 0.0"),
        ("watch", [], "watch must be a list of 2, got one of 0"),
        ("watch/0", None, "watch/0 must be a dict, got None"),
        ("so_far/examples", 0, "so_far/examples must be 4, as 1 batches were done, got 0"),
        ("so_far/outputs", [0.5], "so_far/outputs must be a list of 4, got one of 1"),
        ("callbacks", [], "callbacks must be a list of 1, got one of 0"),
        ("callbacks/0/wait", 1, "callbacks/0/wait must be a whole number from 0 to 0, got 1"),
        ("callbacks/0/state", None, "callbacks/0/state must be a dict, got None"),
        ("callbacks/0/best_epoch", None, r"callbacks/0 must be \{'wait': 1, 'best': None"),
        ("stopped", 0, "stopped must be true or false, got 0"),
        ("job/fixed/batch_size", True, "was made with batch_size=True, and now it is 4"),
        ("job/fixed", None, "job/fixed must be a dict, got None"),
        ("more", 1, "the checkpoint does not fit: unknown 'more'"),
    ],
)
def test_content_that_does_not_fit_is_refused(
    path: str, value: Any, match: str, written: bytes, tmp_path: Path
) -> None:
    """A file with a right checksum, as a program with a fault would write it."""
    content = json.loads(written.partition(b"\n")[2])
    *way, last = path.split("/")
    place = content
    for name in way:
        place = place[int(name) if isinstance(place, list) else name]
    place[int(last) if isinstance(place, list) else last] = value
    Checkpoint(tmp_path).write(content)
    refused(tmp_path, match)


def test_an_earlier_checkpoint_is_not_overwritten_unasked(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.json").write_bytes(written)
    with pytest.raises(FileExistsError, match="resume=True goes on with it; to start anew, delete it"):
        train(net(), tmp_path)
    assert (tmp_path / "checkpoint.json").read_bytes() == written


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(NotADirectoryError, match="is a file: name a folder"):
        train(net(), tmp_path / "run")


@pytest.mark.parametrize(
    "name", ["model.json", "model.SAFETENSORS", "run.pt", "a.h5", "a.keras", "a.pkl", "run.tar.gz"]
)
def test_a_name_that_looks_like_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"checkpoint='.*{name}' looks like a file, .* name it '.*'; .* model\.save"):
        train(net(), tmp_path / name)
    assert not any(tmp_path.iterdir())
    (tmp_path / name).mkdir()  # whoever made such a folder means it
    train(net(), tmp_path / name)
    assert [path.name for path in (tmp_path / name).iterdir()] == ["checkpoint.json"]


@pytest.mark.parametrize("name", ["run.1", "lr0.1", "2026.11.21", "run"])
def test_a_folder_may_have_a_point_in_its_name(name: str, tmp_path: Path) -> None:
    train(net(), tmp_path / name)
    assert (tmp_path / name / "checkpoint.json").is_file()


def test_a_folder_in_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*rnus' to make 'moons' in; make it first"):
        train(net(), tmp_path / "rnus" / "moons")
    assert not any(tmp_path.iterdir())


def nothing(place: Path) -> None:
    place.symlink_to(place.parent / "nothing")


def itself(place: Path) -> None:
    place.symlink_to(place)


PLACES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a folder": (Path.mkdir, "is a folder: name the file in it"),
    "a link to nothing": (nothing, "No such file or directory"),
    "a link to itself": (itself, "Too many levels of symbolic links"),
    "a pipe": (os.mkfifo, "is no file but a device or a pipe"),
    "a device": (lambda place: place.symlink_to("/dev/zero"), "is no file but a device or a pipe"),
}


@pytest.mark.parametrize("kind", PLACES)
def test_what_stands_in_its_place_is_no_new_start(kind: str, tmp_path: Path) -> None:
    make, match = PLACES[kind]
    make(tmp_path / "checkpoint.json")
    model = net()
    before = model.state_dict()
    with pytest.raises(CheckpointError, match=rf"checkpoint\.json cannot be read: .*{match}"):
        train(model, tmp_path, resume=True)
    with pytest.raises(FileExistsError, match="is the checkpoint of an earlier training"):
        train(model, tmp_path)
    assert model.state_dict() == before
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.json"]


@pytest.mark.parametrize("make", [nothing, itself])
def test_a_link_that_leads_nowhere_is_no_new_folder(make: Callable[[Path], Any], tmp_path: Path) -> None:
    make(tmp_path / "run")
    with pytest.raises(CheckpointError, match="run' is a link that leads nowhere: mend it, or name a folder"):
        train(net(), tmp_path / "run", resume=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_link_to_a_checkpoint_is_one(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "elsewhere.json").write_bytes(written)
    (tmp_path / "run" / "checkpoint.json").symlink_to(tmp_path / "elsewhere.json")
    assert train(net(), tmp_path / "run", resume=True).epochs == 4


def seal(body: bytes) -> bytes:
    head = {"format": FORMAT, "version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n" + body + b"\n"


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"", "is no JSON: Expecting value"),
        (b"\xff", "is no JSON: 'utf-8' codec"),
        (b"[1]", "must hold a dict, got list"),
        (b"null", "must hold a dict, got NoneType"),
        (b"[" * 100_000 + b"]" * 100_000, "lists and dicts more than 64 deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "lists and dicts more than 64 deep"),
        (b'{"a": 1, "a": 2}', "a name is there twice, 'a'"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is no JSON: Exceeds the limit"),
        (
            b"{}",
            "does not fit this training: the checkpoint does not fit: missing 'job', 'position', 'seed' and 7 more",
        ),
    ],
)
def test_a_body_that_is_none_under_a_right_checksum(body: bytes, match: str, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.json").write_bytes(seal(body))
    refused(tmp_path, match)


def test_a_file_larger_than_a_checkpoint_can_be_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "checkpoint.json").open("wb") as file:
        file.write(seal(b"{}"))
        file.truncate(3 << 30)  # of zeros that take no room on the disk
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match="has 3,221,225,472 bytes, and a checkpoint has at most"):
            Checkpoint(tmp_path).read()
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_what_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    checkpoint = Checkpoint(tmp_path)
    checkpoint.write({"epoch": 1})
    with pytest.raises(CheckpointError, match=r"more than 64 deep .* unless a callback's state_dict\(\) does"):
        checkpoint.write({"deep": deep})
    assert checkpoint.read() == {"epoch": 1}


@pytest.mark.parametrize("folder", [3, True, None, b"run", ["run"], 1.5])
def test_what_is_no_path_is_refused(folder: Any) -> None:
    with pytest.raises(TypeError, match="checkpoint is the path of a folder, got "):
        Checkpoint(folder)
    if folder is not None:
        with pytest.raises(TypeError, match="checkpoint is the path of a folder, got "):
            train(net(), folder)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(ValueError, match="checkpoint is empty: name a folder, such as 'run'"):
        Checkpoint("")


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = Checkpoint(tmp_path)
    checkpoint.write({"epoch": 1})

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.write({"epoch": 2})
    assert checkpoint.read() == {"epoch": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.json"]


def test_every_float_comes_back_bit_for_bit(tmp_path: Path) -> None:
    rng = random.Random(0)
    numbers = [rng.uniform(-1, 1) * 10.0 ** rng.randint(-320, 300) for _ in range(1000)]
    special = [0.0, -0.0, 5e-324, float("inf"), float("-inf"), float("nan")]
    checkpoint = Checkpoint(tmp_path)
    checkpoint.write({"numbers": numbers + special})
    back = checkpoint.read()
    assert back is not None and repr(back["numbers"]) == repr(numbers + special)
