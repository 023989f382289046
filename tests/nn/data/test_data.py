"""Batches, the cut into training and validation, scaling and one-hot: nothing lost, nothing twice, nothing mixed up."""

import math
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import nn
from nn.data import batches, one_hot, standardise, train_validation_split


def examples(n: int) -> tuple[list[list[float]], list[int]]:
    """n examples that can be told apart, and that know their label."""
    return [[float(i), float(-i)] for i in range(n)], [i % 3 for i in range(n)]


# ----- Batches -----


@given(n=st.integers(1, 30), size=st.integers(1, 40), shuffle=st.booleans(), drop=st.booleans(), seed=st.integers(0, 9))
def test_batches_hold_every_example_once_with_its_label(
    n: int, size: int, shuffle: bool, drop: bool, seed: int
) -> None:
    X, y = examples(n)
    found = list(batches(X, y, size, shuffle=shuffle, seed=seed, drop_last=drop))
    sizes = [len(xs) for xs, _ in found]
    rest = n % size
    assert sizes == [size] * (n // size) + ([rest] if rest and not drop else [])
    seen = [int(x[0]) for xs, _ in found for x in xs]
    assert [label for _, labels in found for label in labels] == [i % 3 for i in seen]
    assert len(set(seen)) == len(seen) == sum(sizes)
    if not shuffle:
        assert seen == list(range(sum(sizes)))


def test_a_seed_fixes_the_order_and_a_generator_goes_on() -> None:
    X, y = examples(20)

    def order(seed: Any) -> list[float]:
        return [x[0] for xs, _ in batches(X, y, 7, shuffle=True, seed=seed) for x in xs]

    assert order(1) == order(1) == order(random.Random(1)) != order(2)
    rng = random.Random(1)
    assert order(rng) != order(rng)
    random.seed(3)
    first, second = order(None), order(None)
    random.seed(3)
    assert (order(None), order(None)) == (first, second) and first != second
    state = random.getstate()
    list(batches(X, y, 7)), order(1)
    assert random.getstate() == state  # nothing is drawn from Python's generator where it is not needed
    assert X == examples(20)[0]


def test_arrays_and_tables_are_taken_by_place() -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"a": [1.0, 2.0, 3.0]}, index=[2, 1, 0])
    labels = pandas.Series([10, 20, 30], index=[2, 1, 0])
    for X, y in ((table, labels), (table.to_numpy(), labels.to_numpy())):
        ((xs, ys),) = batches(X, y, 3)
        assert [float(x[0]) for x in xs] == [1.0, 2.0, 3.0]
        assert [int(v) for v in ys] == [10, 20, 30]
    assert standardise(table)[1] == standardise([[1.0], [2.0], [3.0]])[1]


# ----- Training and validation -----


@given(n=st.integers(2, 40), fraction=st.floats(0.01, 0.99), seed=st.integers(0, 9))
def test_a_split_loses_nothing(n: int, fraction: float, seed: int) -> None:
    X, y = examples(n)
    X_train, X_val, y_train, y_val = train_validation_split(X, y, fraction, seed)
    assert sorted(x[0] for x in X_train + X_val) == [float(i) for i in range(n)]
    assert [int(x[0]) % 3 for x in X_train + X_val] == y_train + y_val
    assert len(X_val) == min(max(round(n * fraction), 1), n - 1)


def test_a_split_is_mixed_and_its_seed_fixes_it() -> None:
    X, y = examples(50)
    assert train_validation_split(X, y, 0.3, seed=4) == train_validation_split(X, y, 0.3, seed=4)
    assert train_validation_split(X, y, 0.3, seed=4) != train_validation_split(X, y, 0.3, seed=5)
    assert train_validation_split(X, y, 0.3, seed=4)[0] != sorted(train_validation_split(X, y, 0.3, seed=4)[0])


@given(counts=st.lists(st.integers(2, 12), min_size=2, max_size=4), fraction=st.floats(0.05, 0.95))
def test_a_stratified_split_keeps_the_share_of_every_label(counts: list[int], fraction: float) -> None:
    y = [label for label, many in enumerate(counts) for _ in range(many)]
    X = [[float(i)] for i in range(len(y))]
    X_train, X_val, y_train, y_val = train_validation_split(X, y, fraction, stratify=True)
    assert len(y_val) == min(max(round(len(y) * fraction), 1), len(y) - 1)
    assert Counter(y_train) + Counter(y_val) == Counter(y)
    assert [y[int(x[0])] for x in X_train + X_val] == y_train + y_val
    for label, many in enumerate(counts):
        assert abs(Counter(y_val)[label] - many * len(y_val) / len(y)) < 1.0


def test_a_stratified_split_cuts_as_scikit_learn() -> None:
    X, y = [[i] for i in range(100)], [0] * 60 + [1] * 30 + [2] * 10
    *_, theirs = train_test_split(X, y, test_size=0.2, stratify=y, random_state=0)
    *_, ours = train_validation_split(X, y, 0.2, stratify=True)
    assert Counter(ours) == Counter(theirs) == {0: 12, 1: 6, 2: 2}


# ----- Scaling -----

tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(-1000, 1000).map(float), min_size=width, max_size=width), min_size=1, max_size=9
    )
)


@given(table=tables)
def test_standardise_is_scikit_learns(table: list[list[float]]) -> None:
    scaled, (means, deviations) = standardise(table)
    scaler = StandardScaler().fit(table)
    assert np.allclose(scaled, scaler.transform(table), rtol=1e-12, atol=1e-12)
    assert np.allclose(means, scaler.mean_, rtol=1e-12, atol=1e-12)
    assert np.allclose(deviations, scaler.scale_, rtol=1e-12, atol=1e-12)


@given(table=tables)
def test_moments_are_rounded_once(table: list[list[float]]) -> None:
    scaled, (means, deviations) = standardise(np.array(table))
    for k, column in enumerate(zip(*table, strict=True)):
        if min(column) < max(column):
            assert means[k] == math.fsum(v / len(column) for v in column)
            assert deviations[k] == math.hypot(*(v - means[k] for v in column)) / math.sqrt(len(column))
        assert scaled[:, k].tolist() == [(v - means[k]) / deviations[k] for v in column]
    assert standardise(table) == (scaled.tolist(), (means, deviations))


def test_what_came_is_not_written_to() -> None:
    X = np.array(TABLE)
    standardise(X)
    train_validation_split(X, np.array(LABELS))[0][:] = -1.0
    next(batches(X, LABELS, 2))[0][:] = -1.0
    assert X.tolist() == TABLE


def test_a_constant_column_becomes_zero() -> None:
    scaled, scaling = standardise([[0.1, 1.0], [0.1, 2.0], [0.1, 6.0]])
    assert [row[0] for row in scaled] == [0.0, 0.0, 0.0]
    assert scaling[1][0] == 1.0
    assert standardise([[3.0, 4.0]])[0] == [[0.0, 0.0]]


@pytest.mark.parametrize("unit", [1e-300, 1e-3, 1.0, 1e300])
def test_units_do_not_matter(unit: float) -> None:
    scaled, _ = standardise([[-1.0 * unit], [0.0], [1.0 * unit]])
    assert [row[0] for row in scaled] == pytest.approx([-math.sqrt(1.5), 0.0, math.sqrt(1.5)], rel=1e-12)


def test_validation_data_are_measured_as_the_training_data() -> None:
    _, scaling = standardise([[0.0, 1.0], [4.0, 1.0]])
    assert standardise([[6.0, 3.0]], scaling) == ([[2.0, 2.0]], scaling)


# ----- One-hot -----


@given(labels=st.lists(st.integers(0, 6), min_size=1), more=st.integers(0, 3))
def test_one_hot_has_its_one_at_the_label(labels: list[int], more: int) -> None:
    width = max(labels) + 1 + more
    rows = one_hot(labels, width)
    assert [row.index(1.0) for row in rows] == labels
    assert all(sum(row) == 1.0 and len(row) == width for row in rows)
    assert one_hot(np.array(labels)).tolist() == one_hot(labels) == [row[: max(labels) + 1] for row in rows]


# ----- What is refused -----


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: batches([[1]], [0, 1], 1), ValueError, "batches: 1 examples but 2 labels; there must be as many"),
        (lambda: batches([], [], 1), ValueError, "batches: X must not be empty, got no examples"),
        (lambda: batches([[1]], [0], 0), ValueError, "batches: batch_size must be a whole number from 1 on, got 0"),
        (lambda: batches([[1]], [0], 1.5), TypeError, r"batches: batch_size must be a whole number .* got 1\.5"),  # type: ignore[arg-type]
        (
            lambda: batches([[1]], [0], 1, True, seed="x"),  # type: ignore[arg-type]
            TypeError,
            "batches: seed must be a whole number, a .* got 'x'",
        ),
        (lambda: train_validation_split([[1]], [0]), ValueError, "needs at least 2 examples to cut in two, got 1"),
        (lambda: train_validation_split([[1], [2]], [0]), ValueError, "2 examples but 1 labels"),
        (lambda: train_validation_split([[1], [2]], [0, 1], 0.0), ValueError, r"between 0 and 1, got 0\.0"),
        (lambda: train_validation_split([[1], [2]], [0, 1], 1.0), ValueError, r"between 0 and 1, got 1\.0"),
        (lambda: train_validation_split([[1], [2]], [0, 1], math.nan), ValueError, "between 0 and 1, got nan"),
        (lambda: train_validation_split([[1], [2]], [0, 1], "a"), ValueError, "between 0 and 1, got 'a'"),  # type: ignore[arg-type]
        (
            lambda: train_validation_split([[1], [2], [3]], ["a", "a", "b"], 0.5, stratify=True),
            ValueError,
            "the label 'b' has one example, which cannot be on both sides",
        ),
        (lambda: standardise([]), ValueError, "standardise: X must not be empty, got no examples"),
        (lambda: standardise([1.0, 2.0]), TypeError, r"example 0 must be a list of numbers, got 1\.0"),
        (lambda: standardise(["12"]), TypeError, "example 0 must be a list of numbers, got '12'"),
        (lambda: standardise([[1.0], ["2"]]), TypeError, "example 1, column 0 must be a number, got '2'"),
        (lambda: standardise([[1.0], [None]]), TypeError, "example 1, column 0 must be a number, got None"),
        (lambda: standardise([[1.0, 2.0], [1.0]]), ValueError, "example 1 has 1 numbers, expected 2 as in the first"),
        (lambda: standardise([[1.0], [math.nan]]), ValueError, "example 1, column 0 must be finite, got nan"),
        (lambda: standardise([[math.inf]]), ValueError, "example 0, column 0 must be finite, got inf"),
        (lambda: standardise([[1e308], [-1e308]] * 5), ValueError, r"column 0 spans -1e\+308 to 1e\+308: too far"),
        (
            lambda: standardise([[1.0]], ([0.0, 0.0], [1.0, 1.0])),
            ValueError,
            "has 2 means .* the examples have 1 columns",
        ),
        (lambda: standardise([[1.0]], ([0.0], [0.0])), ValueError, r"column 0 needs .* above 0, got 0\.0, 0\.0"),
        (lambda: standardise([[1.0]], ([math.nan], [1.0])), ValueError, "column 0 needs a finite mean .* got nan"),
        (lambda: standardise(np.array([[1.0, 2.0], [3.0, math.nan]])), ValueError, "example 1, column 1 must be fin"),
        (lambda: one_hot(np.array([0, 5]), 3), ValueError, "one_hot: label 1 must be from 0 to 2, got 5"),
        (lambda: one_hot([0, 2**63], 3), ValueError, "one_hot: label 1 must be from 0 to 2, got 9223372036854775808"),
        (lambda: one_hot([]), ValueError, "one_hot: there must be at least one label, got none"),
        (lambda: one_hot([0, 3], 3), ValueError, "one_hot: label 1 must be from 0 to 2, got 3"),
        (lambda: one_hot([0, -1], 3), ValueError, "one_hot: label 1 must be from 0 to 2, got -1"),
        (lambda: one_hot([-2, -1]), ValueError, "one_hot: label 0 must be from 0 on, got -2"),
        (lambda: one_hot([0.5]), TypeError, r"one_hot: label 0 must be a whole number from 0 on, got 0\.5"),
        (lambda: one_hot([math.nan]), TypeError, "one_hot: label 0 must be a whole number from 0 on, got nan"),
        (lambda: one_hot([math.inf]), TypeError, "one_hot: label 0 must be a whole number from 0 on, got inf"),
        (lambda: one_hot(["a"]), TypeError, "one_hot: label 0 must be a whole number from 0 on, got 'a'"),
        (lambda: one_hot([0], 0), ValueError, "one_hot: classes must be a whole number from 1 on, got 0"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# ----- Lists give lists, arrays give arrays -----

TABLE, LABELS = [[1.0, 2.0], [3.0, 5.0], [0.0, 1.0], [2.0, 2.0]], [0, 1, 1, 0]
HELPERS: dict[str, Callable[[Any, Any], list[Any]]] = {
    "batches": lambda X, y: [part for batch in batches(X, y, 3) for part in batch],
    "split": lambda X, y: [*train_validation_split(X, y, 0.5, stratify=True)],
    "standardise": lambda X, y: [standardise(X)[0]],
    "standardise again": lambda X, y: [standardise(X, ([0.0, 1.0], [1.0, 2.0]))[0]],
    "one_hot": lambda X, y: [one_hot(y)],
    "confusion_matrix": lambda X, y: [nn.metrics.confusion_matrix(y, y)],
    "precision": lambda X, y: [nn.metrics.precision(y, y, average=None)],
}


@pytest.mark.parametrize("helper", HELPERS)
def test_helpers_mirror_what_came(helper: str) -> None:
    parts = HELPERS[helper](TABLE, LABELS)
    mirrored = HELPERS[helper](np.array(TABLE), np.array(LABELS))
    assert all(type(part) is list for part in parts) and all(isinstance(part, np.ndarray) for part in mirrored)
    assert [part.tolist() for part in mirrored] == parts


def test_each_mirrors_for_itself() -> None:
    X, X_held, y, y_held = train_validation_split(np.array(TABLE), LABELS)
    assert isinstance(X, np.ndarray) and isinstance(X_held, np.ndarray) and type(y) is type(y_held) is list
    names = train_validation_split(TABLE, np.array(["a", "b", "a", "b"]))[2]
    assert isinstance(names, np.ndarray) and names.dtype.kind == "U"
    assert train_validation_split(np.array(TABLE, dtype=np.float32), LABELS)[0].dtype == np.float32
    counts = nn.metrics.confusion_matrix([0, 1], np.array([0, 0]))
    assert isinstance(counts, np.ndarray) and counts.tolist() == [[1, 0], [1, 0]]
