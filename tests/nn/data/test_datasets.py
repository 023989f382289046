"""The data sets have the shapes, sizes and numbers that they promise, and the same seed draws the same points."""

import builtins
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn import datasets as sk

from nn.datasets import circles, digits, iris, moons, resize, spirals, student, xor

DRAWN = [moons, circles, spirals, xor]


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("n", [2, 3, 7, 40])
def test_as_many_points_as_asked_for_in_two_classes(draw: Callable[..., Any], n: int) -> None:
    X, y = draw(n, noise=0.1, seed=3)
    assert len(X) == len(y) == n
    assert all(len(x) == 2 and all(type(v) is float and math.isfinite(v) for v in x) for x in X)
    assert set(y) == {0, 1}
    assert abs(Counter(y)[0] - Counter(y)[1]) <= 1


@pytest.mark.parametrize("draw", DRAWN)
def test_a_seed_fixes_the_points_and_leaves_pythons_generator_alone(draw: Callable[..., Any]) -> None:
    state = random.getstate()
    assert draw(20, noise=0.1, seed=1) == draw(20, noise=0.1, seed=1)
    assert draw(20, noise=0.1, seed=1) != draw(20, noise=0.1, seed=2)
    assert draw(20, noise=0.1) == draw(20, noise=0.1, seed=0)
    assert random.getstate() == state
    random.seed(8)
    first, second = draw(20, noise=0.1, seed=None), draw(20, noise=0.1, seed=None)
    random.seed(8)
    assert draw(20, noise=0.1, seed=None) == first != second


@pytest.mark.parametrize("draw", [moons, circles, spirals])
def test_the_classes_come_mixed(draw: Callable[..., Any]) -> None:
    y = draw(100, seed=1)[1]
    assert 30 < sum(a != b for a, b in itertools.pairwise(y)) < 70


@pytest.mark.parametrize("draw", DRAWN)
def test_labels_of_your_own(draw: Callable[..., Any]) -> None:
    X, y = draw(9, seed=5)
    assert draw(9, seed=5, labels=(-1, 1)) == (X, [2 * label - 1 for label in y])
    assert set(draw(9, labels=("a", "b"))[1]) == {"a", "b"}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (moons(30, noise=0.0), sk.make_moons(30, noise=None)),
        (moons(31, noise=0.0), sk.make_moons(31, noise=None)),
        (circles(30, noise=0.0, factor=0.3), sk.make_circles(30, noise=None, factor=0.3)),
    ],
)
def test_moons_and_circles_are_the_well_known_ones(ours: Any, theirs: Any) -> None:
    """Noise aside, the same set of points as scikit-learn's, in another order."""
    mine = np.array(sorted([*map(float, np.round(x, 9)), label] for x, label in zip(*ours, strict=True)))
    known = np.array(sorted([*map(float, np.round(x, 9)), int(label)] for x, label in zip(*theirs, strict=True)))
    assert np.allclose(mine, known, atol=1e-8)


def test_noise_is_a_standard_deviation() -> None:
    X, y = circles(4000, noise=0.05, factor=0.0, seed=1)
    around = [v for x, label in zip(X, y, strict=True) if label == 1 for v in x]
    assert math.sqrt(sum(v * v for v in around) / len(around)) == pytest.approx(0.05, rel=0.05)


def test_spirals_are_two_arms_that_turn() -> None:
    X, y = spirals(200, noise=0.0, turns=2.0)
    arms = [sorted((math.hypot(*x), *x) for x, label in zip(X, y, strict=True) if label == k) for k in (0, 1)]
    assert [round(r, 9) for r, *_ in arms[0]] == [round(r, 9) for r, *_ in arms[1]]
    assert [arms[0][0][0], arms[0][-1][0]] == pytest.approx([0.1, 1.0])
    for (_, a, b), (_, c, d) in zip(*arms, strict=True):
        assert [a, b] == pytest.approx([-c, -d])  # half a circle apart
    crossings = sum((a[2] < 0) != (b[2] < 0) for a, b in itertools.pairwise(arms[0]))
    assert crossings == 4  # two turns cross the axis four times


def test_xor_is_the_four_corners_and_noise_makes_clouds() -> None:
    assert xor() == ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    X, y = xor(400, noise=0.1, seed=1)
    assert all((round(a) ^ round(b)) == label for (a, b), label in zip(X, y, strict=True))
    assert len({tuple(x) for x in X}) == 400


def test_the_student_table() -> None:
    X, y = student()
    assert (X[0], y[0]) == ([95.0, 4.0, 4.0], 1)
    assert len(X) == len(y) == 12
    assert all(type(v) is float for x in X for v in x)
    assert set(y) == {0, 1}
    X[0][0] = 0.0
    assert student()[0][0][0] == 95.0  # each call gives lists of its own


def test_iris() -> None:
    X, y = iris()
    known = sk.load_iris()
    rows = list(zip(known.data.tolist(), known.target.tolist(), strict=True))
    assert Counter((tuple(x), label) for x, label in zip(X, y, strict=True)) == Counter((tuple(x), c) for x, c in rows)
    assert (len(X), Counter(y)) == (150, {0: 50, 1: 50, 2: 50})


@pytest.mark.parametrize("size", [15, 30, 45, 75])
def test_the_last_irises_are_of_all_kinds(size: int) -> None:
    X, y = iris()
    assert set(Counter(y[-size:])) == {0, 1, 2} and max(Counter(y[-size:]).values()) <= 0.6 * size
    assert (X, y) == iris()


def test_digits_are_between_paper_and_ink() -> None:
    X, y = digits()
    known = sk.load_digits()
    assert np.array_equal(np.array(X) * 16.0, known.data)
    assert y == known.target.tolist()
    assert {v for x in X for v in x} <= {i / 16 for i in range(17)}


def test_digits_of_another_size() -> None:
    X, y = digits(size=28)
    assert (len(X), len(X[0]), y) == (1797, 784, digits()[1])
    small = torch.tensor(digits()[0][:50], dtype=torch.float64).reshape(-1, 1, 8, 8)
    large = torch.nn.functional.interpolate(small, size=(28, 28), mode="bilinear", align_corners=False)
    assert np.allclose(X[:50], large.reshape(50, 784).numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("shape", "size"), [((2, 8, 8), 1), ((1, 8, 8), 5), ((3, 4, 7), 9), ((1, 1, 1), 3), ((2, 28, 28), 8)]
)
def test_resize_is_bilinear(shape: tuple[int, ...], size: int) -> None:
    pictures = np.random.default_rng(1).random(shape)
    expected = torch.nn.functional.interpolate(
        torch.tensor(pictures)[:, None], size=(size, size), mode="bilinear", align_corners=False
    )
    assert np.allclose(resize(pictures, size), expected[:, 0].numpy(), rtol=1e-12, atol=1e-14)


def test_resize_to_the_same_size_changes_nothing() -> None:
    pictures = np.random.default_rng(1).random((2, 6, 6))
    assert np.array_equal(resize(pictures, 6), pictures)


@pytest.mark.parametrize("load", [iris, digits])
def test_without_scikit_learn_the_error_says_what_to_install(
    load: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    real_import = builtins.__import__

    def no_sklearn(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == "sklearn":
            raise ImportError(name)
        return real_import(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", no_sklearn)
    with pytest.raises(ImportError, match=r'scikit-learn, which is missing: pip install "chaingrad\[data\]"'):
        load()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: moons(1), ValueError, "moons: n must be a whole number from 2 on, got 1"),
        (lambda: moons(10.5), TypeError, r"moons: n must be a whole number from 2 on, got 10\.5"),  # type: ignore[arg-type]
        (lambda: moons(10, noise=-0.1), ValueError, r"moons: noise must be a finite number from 0 on, got -0\.1"),
        (lambda: circles(10, noise=math.nan), ValueError, "circles: noise must be .*, got nan"),
        (lambda: circles(10, factor=1.0), ValueError, r"circles: factor must be .* below 1, got 1\.0"),
        (lambda: spirals(10, turns=-1.0), ValueError, r"spirals: turns must be .*, got -1\.0"),
        (lambda: xor(0), ValueError, "xor: n must be a whole number from 1 on, got 0"),
        (lambda: xor(noise=math.inf), ValueError, "xor: noise must be .*, got inf"),
        (lambda: moons(10, labels=(1, 1)), ValueError, r"moons: labels must be two different ones.*, got \(1, 1\)"),
        (lambda: xor(labels=(1, 2, 3)), ValueError, r"xor: labels must be two different ones.*, got \(1, 2, 3\)"),  # type: ignore[arg-type]
        (lambda: digits(0), ValueError, "digits: size must be a whole number from 1 on, got 0"),
        (lambda: resize(np.zeros((8, 8)), 4), ValueError, r"resize: pictures must be of shape .*, got \(8, 8\)"),
        (lambda: resize(np.zeros((2, 0, 8)), 4), ValueError, r"resize: pictures must be of shape .*, got \(2, 0, 8\)"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
