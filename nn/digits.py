"""`python -m nn digits`: a network learns digits from MNIST's files; what it mixes up and what it holds is drawn."""

from __future__ import annotations

import importlib.util
import math
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

import nn
from autograd.support.files import check_path
from autograd.support.settings import check_count
from nn.idx import load_idx, load_mnist
from nn.io import checked_target

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HELP = """\
MNIST has four files: train-images-idx3-ubyte and train-labels-idx1-ubyte with
60,000 digits, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte with 10,000.
Each may be plain or end in .gz. Get them with a browser, by searching for
"MNIST database of handwritten digits", and put them into one folder. The t10k
pair alone is enough. Fashion-MNIST, and any set with these file names, works
too. Nothing is ever downloaded from here."""

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class Pictures(NamedTuple):
    """Pictures to learn from and pictures held out: X has one row a picture, from 0 (paper) to 1 (ink), y its class.

    `shape` is the height and width of a picture, `classes` the number of classes, `origin` says what was read.
    """

    X: Floats
    y: Labels
    X_held: Floats
    y_held: Labels
    shape: tuple[int, int]
    classes: int
    origin: str

    def __str__(self) -> str:
        return f"pictures of {_size(self.shape)}, {self.classes} classes\n  {self.origin}"


def read(folder: Path, train: int | None = None, test: int | None = None, seed: int = 0) -> Pictures:
    """Pictures from MNIST's files in a folder, drawn by the seed: `train` to learn from, `test` held out.

    With the train and the t10k files, the first come from train and the others from t10k, by default all of them. A
    pair that is alone is split, by default into four fifths and the rest: 8,000 and 2,000 of MNIST's t10k.

    Raises FileNotFoundError that names the files and says how to get them; ValueError for damaged files, for fewer than
    two classes, for pictures of two sizes and for more pictures than there are; TypeError for what is no path.
    """
    folder = check_path(folder, "the folder of MNIST's files is named by a path")
    pairs = [pair for pair in ("train", "t10k") if any(folder.glob(f"{pair}-*[-.]idx*"))]
    if not pairs:
        problem = "there are none of MNIST's files" if folder.is_dir() else "there is no such folder"
        raise FileNotFoundError(f"{folder}: {problem}\n{HELP}")
    contents = [_pair(folder, pair) for pair in pairs]
    (X, y, shape), (X_held, y_held, other) = contents[0], contents[-1]
    if shape != other:
        raise ValueError(f"{folder}: the train files hold pictures of {_size(shape)}, t10k of {_size(other)}")
    classes = int(max(y.max(), y_held.max())) + 1
    if len({*y.tolist()}) < 2:
        raise ValueError(f"{folder}: all {len(y)} pictures have the label {y[0]}: there is nothing to tell apart")
    rng = Random(seed)
    if len(pairs) == 2:
        n, m = _number_of("train", train, len(y), len(y)), _number_of("test", test, len(y_held), len(y_held))
        training, testing = rng.sample(range(len(y)), n), rng.sample(range(len(y_held)), m)
        origin = f"{n:,} of the {len(y):,} in train to learn from, {m:,} of the {len(y_held):,} in t10k held out"
    else:
        n, m = _shares(len(y), train, test)
        order = rng.sample(range(len(y)), n + m)
        training, testing = order[:n], order[n:]
        origin = f"only {pairs[0]} is there, {len(y):,} in all: {n:,} of these to learn from, {m:,} others held out"
    return Pictures(X[training], y[training], X_held[testing], y_held[testing], shape, classes, origin)


def _pair(folder: Path, pair: str) -> tuple[Floats, Labels, tuple[int, int]]:
    X, y = load_mnist(folder, "test" if pair == "t10k" else pair)
    if X.size == 0:
        raise ValueError(f"{folder}: the {pair} files hold no pictures, or pictures without pixels")
    names = [f"{pair}-images{joint}idx3-ubyte{end}" for joint in "-." for end in ("", ".gz")]
    read_before = next(folder / name for name in names if (folder / name).is_file())
    height, width = load_idx(read_before).shape[1:]
    return X, y, (height, width)


def _shares(n: int, train: int | None, test: int | None) -> tuple[int, int]:
    """How many of the n pictures of one pair are to learn from, and how many are held out."""
    if n < 2:
        raise ValueError("there is 1 picture: to learn from one and hold out another takes at least 2")
    usual = max(1, n * 4 // 5)
    if train is None:
        m = _number_of("test", test, n - usual, n - 1)
        return min(usual, n - m), m
    training = _number_of("train", train, usual, n - 1)
    return training, _number_of("test", test, n - usual, n - training)


def _number_of(name: str, number: int | None, default: int, most: int) -> int:
    """How many pictures to use, at most as many as there are."""
    if number is None:
        return min(default, most)
    if check_count("digits", name, number) > most:
        raise ValueError(f"digits: {name} must be at most {most}, as many pictures as are left for it, got {number}")
    return number


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} × {shape[1]} pixels"


def check(pictures: Pictures, out: Path, save: Path | None = None, show: int = 0) -> None:
    """Find out before the training, not after it, whether there is all that `learn` needs.

    Raises ImportError without matplotlib, OSError if `out` or the folder of `save` cannot be written into, ValueError
    for a picture to show that is not held out, and for the name of another format to save in; TypeError for what is no
    path.
    """
    out = check_path(out, "the folder for the pictures is named by a path")
    save = None if save is None else check_path(save, "the file for the network is named by a path")
    if importlib.util.find_spec("matplotlib") is None:
        raise ImportError('the pictures need matplotlib, which is missing: pip install "chaingrad[plots]"')
    if not 0 <= show < len(pictures.y_held):
        most = len(pictures.y_held) - 1
        raise ValueError(f"digits: show must be from 0 to {most}, the place of a picture held out, got {show}")
    for folder in (out, *([save.parent] if save else [])):
        try:
            if folder is out:
                out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise OSError(f"cannot write into {folder}: {error.strerror}") from error
    if save is not None:
        checked_target(save)


def learn(
    pictures: Pictures,
    out: Path,
    *,
    hidden: Sequence[int] = (32,),
    epochs: int = 10,
    batch: int = 32,
    lr: float = 1e-3,
    seed: int = 0,
    engine: str = "auto",
    show: int = 0,
    save: Path | None = None,
) -> nn.MLP:
    """Train with Adam on the cross-entropy, print how good it is on the pictures held out, and draw into `out`.

    `show` is the place of the held-out picture whose activations are drawn. `save` is a file for the network. Ctrl-C
    ends the training; what was learned until then is tested and drawn all the same. Returns the network.

    Raises what `fit` raises, and OSError for files that cannot be written; `check` finds most of these before.
    """
    out = check_path(out, "the folder for the pictures is named by a path")
    p = pictures
    model = nn.MLP(math.prod(p.shape), [*hidden, p.classes], seed=seed)
    widths = "-".join(map(str, [model.nin, *model.nouts]))
    print(f"network: {widths}, {len(model.parameters()):,} parameters; Adam, lr {lr:g}, batches of {batch}", flush=True)

    start = time.perf_counter()
    history = model.fit(
        p.X, p.y, loss="cross_entropy", optimizer="adam", lr=lr, epochs=epochs, batch_size=batch,
        metrics=["accuracy"], seed=seed, engine=engine,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    if history.stopped == "interrupted":
        reached = min(history.epochs + 1, epochs)
        print(f"\ninterrupted in epoch {reached} of {epochs}: the network stays as its last step left it")
    print(f"trained for {seconds:.1f} s", flush=True)
    if save is not None:
        model.save(save)
    scores = model.predict(p.X_held)
    answers = scores.argmax(axis=1)
    right = int((answers == p.y_held).sum())
    print(f"held out: {right:,} of {len(answers):,} right, {right / len(answers):.1%}")
    print(f"  {mixed_up(p.y_held, answers)}")
    written = _draw(out, model, p, answers, show)
    print("\nWritten:")
    for path, what in written:
        print(f"  {path}: {what}")
    if save is not None:
        print(f"  {save}: the network, for nn.load")
    return model


def mixed_up(truth: Labels, answers: Labels, most: int = 3) -> str:
    """The pairs of classes that were mistaken most often, in words.

    >>> mixed_up(np.array([4, 4, 4, 7, 9]), np.array([9, 9, 4, 2, 9]))
    'mixed up most: 4 taken for 9 (twice), 7 for 2 (once)'
    """
    pairs = Counter((t, a) for t, a in zip(truth.tolist(), answers.tolist(), strict=True) if t != a)
    if not pairs:
        return "nothing was mixed up"
    first, *others = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
    rest = [f"{t} for {a} ({_times(n)})" for (t, a), n in others]
    return ", ".join([f"mixed up most: {first[0][0]} taken for {first[0][1]} ({_times(first[1])})", *rest])


def _times(n: int) -> str:
    return "once" if n == 1 else "twice" if n == 2 else f"{n} times"


def _draw(out: Path, model: nn.MLP, p: Pictures, answers: Labels, show: int) -> list[tuple[Path, str]]:
    """The three pictures, each with what it shows."""
    from matplotlib.figure import Figure

    out.mkdir(parents=True, exist_ok=True)
    side = 1.6 + 0.5 * p.classes
    confusion = Figure(figsize=(side, side), layout="constrained")
    labels = list(range(p.classes))
    nn.plots.confusion_matrix(p.y_held.tolist(), answers.tolist(), confusion.add_subplot(), labels=labels)
    weights = Figure(figsize=(8.0, 4.8), layout="constrained")
    ax = nn.plots.first_layer(model, p.shape, weights.add_subplot(), columns=_columns(model.nouts[0]))
    ax.set_title(f"weights of the first layer, neurons 0 to {model.nouts[0] - 1} row by row")
    names = ("confusion.png", "weights.png", "activations.png")
    figures = (confusion, weights, activations(model, p.X_held[show], p.shape, int(p.y_held[show])))
    for name, figure in zip(names, figures, strict=True):
        figure.savefig(out / name, dpi=120, bbox_inches="tight")
    return [
        (out / names[0], "which class (row) was taken for which (column)"),
        (out / names[1], "what each neuron of the first layer looks for"),
        (out / names[2], f"held-out picture {show}, and what every neuron holds for it"),
    ]


def _columns(neurons: int) -> int | None:
    """The most even way to fill rows up to twice as long as there are; None if there is no such way."""
    fitting = [c for c in range(1, neurons + 1) if neurons % c == 0 and 1 <= c * c / neurons <= 3]
    return min(fitting, default=None)


def activations(model: nn.MLP, x: Floats, shape: tuple[int, int], truth: int) -> Figure:
    """A picture, and one bar for what each neuron holds for it, layer by layer; next to the scores their softmax."""
    from matplotlib.figure import Figure

    from nn.plots.style import BLUE, ORANGE

    *inner, scores = model.activations(x.tolist())
    answer = int(np.argmax(scores))
    tallest = max(len(scores), *(min(len(values), 64) for values in inner))
    figure = Figure(figsize=(3.4 + 3.0 * (len(inner) + 1), max(3.8, 1.2 + 0.14 * tallest)), layout="constrained")
    first, *middle, last = figure.subplots(1, len(inner) + 2)
    first.imshow(x.reshape(shape), cmap="gray_r", vmin=0.0, vmax=1.0, interpolation="nearest")
    first.set(title=f"the input, of class {truth}", xticks=[], yticks=[])
    for k, (ax, values) in enumerate(zip(middle, inner, strict=True), 1):
        _bars(ax, values, [BLUE] * len(values), f"layer {k}: {len(values)} ReLU neurons", "activation", "neuron")
    colors = [ORANGE if c == answer else BLUE for c in range(len(scores))]
    verdict = "right" if answer == truth else "wrong"
    _bars(last, scores, colors, f"the output: class {answer}, {verdict}", "score", "class")
    last.set_yticks(range(len(scores)))
    shares = np.exp(np.array(scores) - max(scores))
    for c, share in enumerate(shares / shares.sum()):  # to the right of the axes, so that no bar is under it
        last.text(1.03, c, f"{share:.1%}", transform=last.get_yaxis_transform(), va="center", fontsize=9)
    last.text(1.03, -0.6, "softmax", transform=last.get_yaxis_transform(), va="bottom", fontsize=9)
    return figure


def _bars(ax: Axes, values: Sequence[float], colors: Sequence[str], title: str, unit: str, each: str) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.barh(range(len(values)), values, color=colors)
    ax.axvline(0.0, color="0.3", linewidth=0.8)
    ax.set(title=title, xlabel=unit, ylabel=each, ylim=(len(values) - 0.4, -0.6))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
