"""`python -m nn digits`: which pictures are taken, what is printed and drawn, and what goes wrong well."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import digits
from nn.__main__ import main
from nn.digits import Pictures, activations, check, learn, mixed_up, read
from nn.idx import save_idx
from nn.training.progress import Progress
from tests.nn.small_nets import ROOT

NAMES = ["activations.png", "confusion.png", "weights.png"]


def write(folder: Path, pair: str, pictures: Any, labels: Any, end: str = "") -> None:
    """One pair of MNIST's files."""
    save_idx(folder / f"{pair}-images-idx3-ubyte{end}", np.asarray(pictures, dtype=np.uint8))
    save_idx(folder / f"{pair}-labels-idx1-ubyte{end}", np.asarray(labels, dtype=np.uint8))


def numbered(n: int, first: int = 0) -> Any:
    """n pictures of 2 × 1 pixels, each with its number in base 256."""
    return [[[k // 256], [k % 256]] for k in range(first, first + n)]


def numbers_of(X: Any) -> list[int]:
    """Which of the numbered pictures these are."""
    return [round(255 * (256 * high + low)) for high, low in X.tolist()]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 600 digits of 8 × 8 pixels, in files of MNIST's names."""
    folder = tmp_path_factory.mktemp("small")
    X, y = nn.datasets.digits()
    write(folder, "t10k", np.array(X[:600]).reshape(-1, 8, 8) * 255, y[:600], ".gz")
    return folder


@pytest.mark.parametrize(
    ("n", "train", "test", "taken"),
    [
        (12_000, None, None, (9_600, 2_400)),
        (10_000, None, None, (8_000, 2_000)),
        (10_000, 9_000, None, (9_000, 1_000)),
        (10_000, None, 3_000, (7_000, 3_000)),
        (100, None, None, (80, 20)),
        (100, 10, None, (10, 20)),
        (100, 10, 5, (10, 5)),
        (100, None, 60, (40, 60)),
        (100, None, 10, (80, 10)),
        (100, 99, 1, (99, 1)),
        (2, None, None, (1, 1)),
    ],
)
@pytest.mark.parametrize("pair", ["train", "t10k"])
def test_a_pair_that_is_alone_is_split(
    tmp_path: Path, pair: str, n: int, train: int | None, test: int | None, taken: tuple[int, int]
) -> None:
    write(tmp_path, pair, numbered(n), [k % 10 for k in range(n)])
    found = read(tmp_path, train, test)
    learned, held = numbers_of(found.X), numbers_of(found.X_held)
    assert (len(learned), len(held)) == (len(found.y), len(found.y_held)) == taken
    assert len({*learned, *held}) == sum(taken)  # no picture is on both sides, or twice on one
    assert [k % 10 for k in learned] == found.y.tolist() and [k % 10 for k in held] == found.y_held.tolist()
    assert found.shape == (2, 1) and found.classes == min(n, 10)
    assert f"only {pair} is there, {n:,} in all" in str(found) and "2 × 1 pixels" in str(found)


@pytest.mark.parametrize(("train", "test", "taken"), [(None, None, (300, 90)), (7, 5, (7, 5)), (300, None, (300, 90))])
def test_two_pairs_stay_apart(tmp_path: Path, train: int | None, test: int | None, taken: tuple[int, int]) -> None:
    write(tmp_path, "train", numbered(300), [0, 1, 2] * 100, ".gz")
    write(tmp_path, "t10k", numbered(90, first=1000), [0, 1, 6] * 30)
    found = read(tmp_path, train, test)
    assert (len(found.y), len(found.y_held)) == taken
    assert max(numbers_of(found.X)) < 300 and min(numbers_of(found.X_held)) >= 1000
    assert found.classes == 7
    assert f"{taken[0]} of the 300 in train to learn from, {taken[1]} of the 90 in t10k held out" in str(found)


def test_the_seed_draws_and_files_sorted_by_class_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path, "t10k", numbered(1000), [k // 100 for k in range(1000)])
    first, again, other = read(tmp_path, seed=1), read(tmp_path, seed=1), read(tmp_path, seed=2)
    assert numbers_of(first.X) == numbers_of(again.X) and numbers_of(first.X_held) == numbers_of(again.X_held)
    assert set(numbers_of(first.X_held)) != set(numbers_of(other.X_held))
    assert set(first.y.tolist()) == set(first.y_held.tolist()) == set(range(10))


@pytest.mark.parametrize(
    ("files", "counts", "message"),
    [
        ({"t10k": (10, 2, 1)}, (10, None), "train must be at most 9, as many pictures as are left for it, got 10"),
        ({"t10k": (10, 2, 1)}, (None, 10), "test must be at most 9, .* got 10"),
        ({"t10k": (10, 2, 1)}, (6, 5), "test must be at most 4, .* got 5"),
        ({"t10k": (10, 2, 1)}, (0, None), "train must be a whole number from 1 on, got 0"),
        ({"train": (10, 2, 1), "t10k": (4, 2, 1)}, (11, None), "train must be at most 10, .* got 11"),
        ({"train": (10, 2, 1), "t10k": (4, 2, 1)}, (None, 5), "test must be at most 4, .* got 5"),
        ({"train": (9, 2, 1), "t10k": (9, 1, 2)}, (None, None), "hold pictures of 2 × 1 pixels, t10k of 1 × 2 pixels"),
        ({"t10k": (0, 2, 1)}, (None, None), "the t10k files hold no pictures, or pictures without pixels"),
        ({"train": (5, 0, 3)}, (None, None), "the train files hold no pictures, or pictures without pixels"),
        ({"t10k": (1, 2, 1)}, (None, None), "all 1 pictures have the label 0: there is nothing to tell apart"),
    ],
)
def test_pictures_that_do_not_fit(
    tmp_path: Path, files: dict[str, tuple[int, int, int]], counts: tuple[int | None, int | None], message: str
) -> None:
    for pair, shape in files.items():
        write(tmp_path, pair, np.zeros(shape), [k % 3 for k in range(shape[0])])
    with pytest.raises(ValueError, match=message):
        read(tmp_path, *counts)


def test_one_class_is_nothing_to_learn(tmp_path: Path) -> None:
    write(tmp_path, "t10k", numbered(20), [4] * 20)
    with pytest.raises(ValueError, match="all 20 pictures have the label 4: there is nothing to tell apart"):
        read(tmp_path)


def test_missing_files_are_named_with_the_way_to_get_them(tmp_path: Path) -> None:
    names = "(?s)train-images-idx3-ubyte.*train-labels-idx1-ubyte.*t10k-images-idx3-ubyte.*t10k-labels-idx1-ubyte"
    with pytest.raises(FileNotFoundError, match=names):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        read(tmp_path / "nowhere")
    save_idx(tmp_path / "t10k-images-idx3-ubyte", np.zeros((4, 2, 1), dtype=np.uint8))
    with pytest.raises(FileNotFoundError, match=r"none of t10k-labels-idx1-ubyte, .* is in this folder"):
        read(tmp_path)


def test_from_the_files_to_the_pictures(small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, saved = tmp_path / "new" / "out", tmp_path / "w.safetensors"
    words = ["digits", "--data", str(small), "--out", str(out), "--save", str(saved), "--epochs", "6", "--lr", "0.01"]
    assert main([*words, "--hidden", "16", "--train", "500", "--test", "100", "--batch", "25"]) == 0
    printed, bar = capsys.readouterr()
    assert "pictures of 8 × 8 pixels, 10 classes" in printed
    assert "only t10k is there, 600 in all: 500 of these to learn from, 100 others held out" in printed
    assert "network: 64-16-10, 1,210 parameters; Adam, lr 0.01, batches of 25" in printed
    assert "epoch 6/6" in bar and "120/120" in bar and "accuracy" in bar
    assert sorted(path.name for path in out.iterdir()) == NAMES
    for path in [*out.iterdir(), saved]:
        assert f"{path}: " in printed and path.stat().st_size > 1000

    model, found = nn.load(saved), read(small, 500, 100)
    answers = np.array(model.predict_classes(found.X_held))
    right = int((answers == found.y_held).sum())
    assert right >= 80
    assert f"held out: {right} of 100 right, {right}.0%\n  {mixed_up(found.y_held, answers)}\n" in printed


def test_the_same_seed_gives_the_same_network(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits, "_draw", lambda *_: [])  # which takes longer than the training
    found = read(small, 60, 20)
    settings: dict[str, Any] = {"hidden": (6, 5), "epochs": 2, "batch": 20}
    first, again, other = (learn(found, tmp_path, seed=seed, **settings).state_dict() for seed in (3, 3, 4))
    assert first == again != other


def test_pictures_need_not_be_square(tmp_path: Path) -> None:
    X, y = nn.datasets.digits()
    write(tmp_path, "train", (np.array(X[:60]).reshape(-1, 8, 8) * 255)[:, :, 1:7], y[:60])
    found = read(tmp_path)
    model = learn(found, tmp_path / "out", hidden=(5,), epochs=1)
    assert found.shape == (8, 6) and model.nin == 48
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == NAMES


def test_activations_are_those_of_the_model() -> None:
    model = nn.MLP(6, [7, 3], init="he_normal", seed=1)
    x = np.linspace(0.0, 1.0, 6)
    hidden, scores = model.activations(x.tolist())
    answer = scores.index(max(scores))
    for truth, verdict in ((answer, "right"), ((answer + 1) % 3, "wrong")):
        axes: list[Any] = activations(model, x, (2, 3), truth).axes
        picture, middle, last = axes
        assert np.array_equal(picture.images[0].get_array(), x.reshape(2, 3))
        assert picture.get_title() == f"the input, of class {truth}"
        assert [bar.get_width() for bar in middle.patches] == hidden
        assert middle.get_title() == "layer 1: 7 ReLU neurons"
        assert [bar.get_width() for bar in last.patches] == scores
        assert last.get_title() == f"the output: class {answer}, {verdict}"
        shares = [float(text.get_text()[:-1]) for text in last.texts if text.get_text().endswith("%")]
        assert sum(shares) == pytest.approx(100.0, abs=0.15) and shares.index(max(shares)) == answer
        colors = [bar.get_facecolor() for bar in last.patches]
        assert [color != colors[answer] for color in colors] == [c != answer for c in range(3)]


@pytest.mark.parametrize(
    ("truth", "answers", "words"),
    [
        ([1, 2], [1, 2], "nothing was mixed up"),
        ([1, 2], [2, 2], "mixed up most: 1 taken for 2 (once)"),
        (
            [0, 0, 0, 5, 5, 7, 8, 9],
            [1, 1, 1, 6, 6, 1, 0, 9],
            "0 taken for 1 (3 times), 5 for 6 (twice), 7 for 1 (once)",
        ),
    ],
)
def test_what_is_mixed_up_most(truth: list[int], answers: list[int], words: str) -> None:
    assert mixed_up(np.array(truth), np.array(answers)).removeprefix("mixed up most: ") == words.removeprefix(
        "mixed up most: "
    )


def test_ctrl_c_keeps_what_was_learned(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    step, left = Progress.step, iter(range(12))

    def interrupted(self: Progress, epoch: int, loss: float) -> None:
        step(self, epoch, loss)
        if next(left, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "step", interrupted)
    model = learn(read(small, 300, 50), tmp_path, hidden=(8,), epochs=50, lr=0.01)
    assert "interrupted in epoch 2 of 50: the network stays as its last step left it" in capsys.readouterr().out
    assert model.state_dict() != nn.MLP(64, [8, 10], init="he_normal", seed=0).state_dict()
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_from_outside(small: Path, tmp_path: Path) -> None:
    # What a shell starts in the background ignores SIGINT; here it is heard again, as in the foreground.
    code = "import signal, sys; from nn.__main__ import main; "
    code += "signal.signal(signal.SIGINT, signal.default_int_handler); sys.exit(main(sys.argv[1:]))"
    words = ["digits", "--data", str(small), "--out", str(tmp_path), "--epochs", "100000"]
    command = [sys.executable, "-c", code, *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        seen = b""
        end = time.monotonic() + 60
        while b"loss" not in seen and time.monotonic() < end:
            seen += process.stderr.read(1)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0 and b"interrupted in epoch" in printed and b"activations.png" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == NAMES


def test_ctrl_c_before_the_first_step(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> Pictures:
        raise KeyboardInterrupt

    monkeypatch.setattr(digits, "read", interrupted)
    assert main(["digits", "--data", str(small), "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err == "interrupted\n" and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say where the files are, with --data DIR\nMNIST has four files"),
        (("--data", "{tmp}/nowhere"), "/nowhere: there is no such folder\nMNIST has four files"),
        (("--data", "{small}", "--train", "600"), "train must be at most 599"),
        (
            ("--data", "{small}", "--show", "120"),
            "show must be from 0 to 119, the place of a picture held out, got 120",
        ),
        (("--data", "{small}", "--out", "{tmp}/file/out"), "cannot write into {tmp}/file/out: Not a directory"),
        (("--data", "{small}", "--out", "{tmp}/file"), "cannot write into {tmp}/file: File exists"),
        (("--data", "{small}", "--save", "{tmp}/no/w"), "cannot write into {tmp}/no: No such file or directory"),
        (("--data", "{small}", "--save", "{tmp}"), "is a folder: name a file in it"),
        (("--data", "{small}", "--save", "{tmp}/net.txt"), "saved in the format safetensors, and .txt is another"),
    ],
)
def test_what_cannot_work_is_said_before_the_training(
    small: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(nn.MLP, "fit", lambda *_, **__: pytest.fail("this must not be trained"))
    monkeypatch.chdir(tmp_path)
    places = {"small": small, "tmp": tmp_path}
    assert main(["digits", *(word.format(**places) for word in words)]) == 2
    printed, complaint = capsys.readouterr()
    assert printed == "" and message.format(**places) in complaint and "Traceback" not in complaint


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        *((f"--{name}", "0", f"--{name}: must be a whole number from 1 on, got 0") for name in ("epochs", "batch")),
        *((f"--{name}", "-3", f"--{name}: must be a whole number from 1 on, got -3") for name in ("train", "test")),
        ("--hidden", "many", "--hidden: must be a whole number from 1 on, got many"),
        ("--seed", "-1", "--seed: must be a whole number from 0 on, got -1"),
        ("--lr", "0", "--lr: must be a finite number above 0, got 0"),
        ("--lr", "nan", "--lr: must be a finite number above 0, got nan"),
        ("--lr", "fast", "--lr: must be a finite number above 0, got fast"),
        ("--engine", "steam", "--engine: invalid choice: 'steam'"),
    ],
)
def test_options_that_make_no_sense(capsys: pytest.CaptureFixture[str], option: str, value: str, message: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["digits", "--data", "nowhere", option, value])
    assert message in capsys.readouterr().err


def test_a_training_that_explodes_says_what_to_do(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["digits", "--data", str(small), "--out", str(tmp_path), "--hidden", "4", "--lr", "1e9"]) == 1
    assert "smaller learning rate" in capsys.readouterr().err


def test_without_matplotlib(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"the pictures need matplotlib, .* pip install \"chaingrad\[plots\]\""):
        check(read(small), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_demo_knows_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--epochs", "2", "digits"])
    assert "unrecognized arguments: digits" in capsys.readouterr().err
    for words in (["--help"], ["digits", "--help"]):
        with pytest.raises(SystemExit, match="0"):
            main(words)
        assert "python -m nn digits" in capsys.readouterr().out
