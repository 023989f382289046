"""Small data sets to learn with: points of two classes in the plane, the student table, iris and handwritten digits.

Each returns (X, y): one list of numbers for each example, and one label for each example. The drawn ones come from a
generator of their own: the same seed gives the same points, and no other random numbers change; seed=None takes one
draw from Python's `random`.
"""

import math
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.support import answers
from autograd.support.seeds import own_generator
from autograd.support.settings import check_count, check_fraction, check_non_negative
from autograd.support.text import short
from nn.keywords import suggest_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Examples = list[list[float]]
Labels = tuple[Any, Any]


@suggest_settings
def moons(
    n: int = 100, noise: float = 0.1, seed: int | None = 0, labels: Labels = (0, 1)
) -> tuple[Examples, list[Any]]:
    """Two half circles of radius 1, one bent into the other: class 0 around (0, 0), class 1 around (1, 0.5).

    `noise` is the standard deviation of each coordinate; `labels=(-1, 1)` suits a hinge loss. The first class has
    n // 2 points, the second the rest, in random order. Raises ValueError for n below 2, a negative noise, or two
    equal labels.

    >>> X, y = moons(4, noise=0.0, seed=0)
    >>> [[round(v, 3) for v in x] for x in X], y
    ([[0.0, 0.5], [1.0, 0.0], [-1.0, 0.0], [2.0, 0.5]], [1, 0, 0, 1])
    """
    first, second = _sizes("moons", n)
    outer = [[math.cos(a), math.sin(a)] for a in _spread(0.0, math.pi, first)]
    inner = [[1.0 - math.cos(a), 0.5 - math.sin(a)] for a in _spread(0.0, math.pi, second)]
    return _two_classes("moons", outer, inner, noise, seed, labels)


@suggest_settings
def circles(
    n: int = 100, noise: float = 0.05, factor: float = 0.5, seed: int | None = 0, labels: Labels = (0, 1)
) -> tuple[Examples, list[Any]]:
    """Two circles around (0, 0): class 0 of radius 1, class 1 of radius `factor`.

    Raises ValueError for n below 2, a negative noise, a factor outside of [0, 1), or two equal labels.

    >>> X, y = circles(6, noise=0.0, factor=0.5)
    >>> [round(math.hypot(*x), 3) for x in X], y
    ([0.5, 0.5, 0.5, 1.0, 1.0, 1.0], [1, 1, 1, 0, 0, 0])
    """
    inside = check_fraction("circles", "factor", factor)
    first, second = _sizes("circles", n)
    outer = [[math.cos(math.tau * i / first), math.sin(math.tau * i / first)] for i in range(first)]
    inner = [
        [inside * math.cos(math.tau * i / second), inside * math.sin(math.tau * i / second)] for i in range(second)
    ]
    return _two_classes("circles", outer, inner, noise, seed, labels)


@suggest_settings
def spirals(
    n: int = 200, noise: float = 0.02, turns: float = 1.0, seed: int | None = 0, labels: Labels = (0, 1)
) -> tuple[Examples, list[Any]]:
    """Two spiral arms from the middle out to radius 1, each the other one turned by half a circle.

    `turns` is how often an arm goes round. Raises ValueError for n below 2, a negative noise or number of turns, or
    two equal labels.

    >>> X, y = spirals(4, noise=0.0, turns=1.0, seed=3)
    >>> [round(x[0], 3) for x in X], y
    ([1.0, 0.1, -1.0, -0.1], [0, 0, 1, 1])
    """
    angle = math.tau * check_non_negative("spirals", "turns", turns)
    arms: list[Examples] = []
    for sign, size in zip((1.0, -1.0), _sizes("spirals", n), strict=True):
        radii = _spread(0.1, 1.0, size)
        arms.append(
            [
                [sign * r * math.cos(angle * (r - 0.1) / 0.9), sign * r * math.sin(angle * (r - 0.1) / 0.9)]
                for r in radii
            ]
        )
    return _two_classes("spirals", arms[0], arms[1], noise, seed, labels)


@suggest_settings
def xor(n: int = 4, noise: float = 0.0, seed: int | None = 0, labels: Labels = (0, 1)) -> tuple[Examples, list[Any]]:
    """The corners of the unit square, in order; the second label where exactly one coordinate is 1.

    More than 4 points go round the corners again; `noise` is the standard deviation of each coordinate.
    Raises ValueError for n below 1, a negative noise, or two equal labels.

    >>> xor()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    count = check_count("xor", "n", n)
    deviation = check_non_negative("xor", "noise", noise)
    names = _two_labels("xor", labels)
    rng = own_generator("xor", seed)
    corners = [(0, 0), (0, 1), (1, 0), (1, 1)]
    points = [corners[i % 4] for i in range(count)]
    return [[a + rng.gauss(0.0, deviation), b + rng.gauss(0.0, deviation)] for a, b in points], [
        names[a ^ b] for a, b in points
    ]


STUDENTS = (
    (95, 4, 4, 1),
    (100, 5, 2, 1),
    (95, 2, 7, 0),
    (110, 3, 5, 1),
    (90, 1, 6, 0),
    (105, 6, 3, 1),
    (85, 5, 1, 1),
    (120, 1, 8, 0),
    (100, 2, 5, 0),
    (90, 4, 3, 1),
    (115, 2, 4, 1),
    (80, 3, 6, 0),
)


def student() -> tuple[Examples, list[int]]:
    """The student table: IQ in points, study and play in hours a day; 1 for a pass, 0 for a fail.

    Twelve invented students, the first of which is the worked example of every explanation here.

    >>> X, y = student()
    >>> X[0], y[0], len(y)
    ([95.0, 4.0, 4.0], 1, 12)
    """
    return [[float(v) for v in row[:3]] for row in STUDENTS], [row[3] for row in STUDENTS]


def iris() -> tuple[Examples, list[int]]:
    """Fisher's 150 irises: length and width of sepal and petal in cm; 0 setosa, 1 versicolor, 2 virginica.

    They are mixed, always in the same way: the last ones, which `validation_split` holds back, are of all three.

    Raises ImportError if scikit-learn, which holds the numbers, is not installed.

    >>> X, y = iris()
    >>> X[0], y[0], len(X)
    ([5.2, 3.5, 1.5, 0.2], 0, 150)
    """
    data, target = _from_sklearn("iris")
    order = list(range(len(target)))
    random.Random(0).shuffle(order)
    return data[order].tolist(), target[order].tolist()


def digits(size: int = 8) -> tuple[Examples, list[int]]:
    """1797 handwritten digits of size × size pixels from 0 (paper) to 1 (ink), row after row, and which digit it is.

    They are 8 × 8; another size is interpolated by `resize`, so that 28 gives pictures the shape of MNIST's.
    Raises ImportError if scikit-learn, which holds the pictures, is not installed; ValueError for a size below 1.

    >>> X, y = digits()
    >>> len(X), len(X[0]), X[0][:5], y[:3]
    (1797, 64, [0.0, 0.0, 0.3125, 0.8125, 0.5625], [0, 1, 2])
    """
    side = check_count("digits", "size", size)
    data, target = _from_sklearn("digits")
    pictures = data.reshape(-1, 8, 8) / 16.0
    if side != 8:
        pictures = resize(pictures, side)
    return pictures.reshape(len(pictures), -1).tolist(), target.tolist()


def resize(pictures: "NDArray[np.float64]", size: int) -> "NDArray[np.float64]":
    """Pictures (n, height, width) as (n, size, size), each new pixel a mean of the four old ones around its centre.

    Bilinear interpolation between pixel centres: new pixel i lies at (i + ½)·old/new − ½, held inside the picture.
    Raises ValueError if the pictures are not of three dimensions or the size is below 1.

    >>> import numpy as np
    >>> resize(np.array([[[0.0, 1.0], [0.0, 1.0]]]), 4)[0, 0].tolist()
    [0.0, 0.25, 0.75, 1.0]
    """
    import numpy as np

    side = check_count("resize", "size", size)
    grid = np.asarray(pictures, dtype=np.float64)
    if grid.ndim != 3 or 0 in grid.shape[1:]:
        raise ValueError(f"resize: pictures must be of shape (n, height, width), got {grid.shape}")
    for axis in (1, 2):
        old = grid.shape[axis]
        at = np.clip((np.arange(side) + 0.5) * old / side - 0.5, 0.0, old - 1.0)
        low = np.floor(at).astype(np.intp)
        high = np.minimum(low + 1, old - 1)
        share = (at - low).reshape((-1, 1) if axis == 1 else (1, -1))
        grid = (1.0 - share) * grid.take(low, axis) + share * grid.take(high, axis)
    return grid


def _from_sklearn(name: str) -> tuple[Any, Any]:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(f'{name} comes with scikit-learn, which is missing: pip install "chaingrad[data]"') from error
    bunch = datasets.load_iris() if name == "iris" else datasets.load_digits()
    return bunch.data, bunch.target


def _sizes(owner: str, n: int) -> tuple[int, int]:
    count = check_count(owner, "n", n, least=2)
    return count // 2, count - count // 2


def _spread(low: float, high: float, n: int) -> list[float]:
    """n numbers from low to high, both included, at equal distances."""
    return [low + (high - low) * i / (n - 1) for i in range(n)] if n > 1 else [low]


def _two_labels(owner: str, labels: Sequence[Any]) -> Labels:
    if not isinstance(labels, (tuple, list)) or len(labels) != 2 or labels[0] == labels[1]:
        raise ValueError(f"{owner}: labels must be two different ones, such as (0, 1) or (-1, 1), got {short(labels)}")
    return labels[0], labels[1]


def _two_classes(
    owner: str, first: Examples, second: Examples, noise: float, seed: int | None, labels: Labels
) -> tuple[Examples, list[Any]]:
    """The points of both classes, moved by the noise, in random order."""
    deviation = check_non_negative(owner, "noise", noise)
    names = _two_labels(owner, labels)
    rng = own_generator(owner, seed)
    points = [(x, names[0]) for x in first] + [(x, names[1]) for x in second]
    moved = [([v + rng.gauss(0.0, deviation) for v in x], label) for x, label in points]
    rng.shuffle(moved)
    return [x for x, _ in moved], [label for _, label in moved]


if not TYPE_CHECKING:  # which knows the names above, and no others
    __getattr__ = answers.of_module("nn.datasets")
