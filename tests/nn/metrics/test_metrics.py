"""Every metric equals scikit-learn's, zero divisions and labels that are missing on one side included."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.exceptions import UndefinedMetricWarning

from autograd import Value
from nn import metrics
from nn.metrics import accuracy, confusion_matrix, f1, mae, mse, precision, r2, recall

SCORES = {precision: sk.precision_score, recall: sk.recall_score, f1: sk.f1_score}
AVERAGES = ["macro", "micro", "weighted", None]

# What can go wrong in a table of counts: (truth, predictions).
BINARY: list[tuple[list[Any], list[Any]]] = [
    ([0, 1, 1, 0, 1], [0, 1, 0, 1, 1]),
    ([0, 0, 0], [0, 0, 0]),  # nothing is positive, on either side
    ([1, 1, 1], [1, 1, 1]),
    ([0, 0, 0], [0, 1, 0]),  # nothing to be found
    ([0, 1, 1], [0, 0, 0]),  # nothing predicted
    ([1, 1], [0, 0]),
    ([0], [1]),
    ([-1, 1, 1], [1, 1, -1]),
]
MANY: list[tuple[list[Any], list[Any]]] = [
    *BINARY,
    ([0, 1, 2, 2, 1], [0, 2, 2, 2, 1]),
    ([0, 0, 1], [2, 2, 1]),  # 2 is predicted and never true
    ([0, 1, 2], [0, 0, 0]),
    (["cat", "dog", "owl", "cat"], ["cat", "owl", "owl", "dog"]),
    ([5, 7], [7, 5]),
    ([0.0, 1.0, 1.0], [0.0, 0.0, 1.0]),
    ([True, False, True], [True, True, False]),
]
labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12)
finite = st.floats(-1e6, 1e6)
numbers = st.lists(st.tuples(finite, finite), min_size=2, max_size=10)


def same(ours: Any, theirs: Any) -> bool:
    return bool(np.allclose(ours, theirs, rtol=1e-12, atol=1e-15, equal_nan=True))


@pytest.mark.parametrize("zero", [0.0, 1.0, math.nan])
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("truth", "predictions"), BINARY)
def test_binary_scores(score: Any, truth: list[Any], predictions: list[Any], zero: float) -> None:
    expected = SCORES[score](truth, predictions, zero_division=zero)
    assert same(score(truth, predictions, zero_division=zero), expected)


@pytest.mark.parametrize("zero", [0.0, 1.0, math.nan])
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("truth", "predictions"), MANY)
def test_averaged_scores(
    score: Any, truth: list[Any], predictions: list[Any], average: str | None, zero: float
) -> None:
    expected = SCORES[score](truth, predictions, average=average, zero_division=zero)
    assert same(score(truth, predictions, average, zero_division=zero), expected)


@given(pairs=labels, average=st.sampled_from(AVERAGES), score=st.sampled_from(list(SCORES)))
def test_scores_of_any_labels(pairs: list[tuple[int, int]], average: str | None, score: Any) -> None:
    truth, predictions = zip(*pairs, strict=True)
    expected = SCORES[score](truth, predictions, average=average, zero_division=0.0)
    assert same(score(truth, predictions, average), expected)


@pytest.mark.filterwarnings("ignore:A single label was found")  # scikit-learn, of one label
@pytest.mark.parametrize(("truth", "predictions"), MANY)
def test_accuracy_and_confusion(truth: list[Any], predictions: list[Any]) -> None:
    assert confusion_matrix(truth, predictions) == sk.confusion_matrix(truth, predictions).tolist()
    assert accuracy(truth, predictions) == sk.accuracy_score(truth, predictions)


@pytest.mark.filterwarnings("ignore:A single label was found")  # scikit-learn, of one label
@given(pairs=labels, chosen=st.permutations([0, 1, 2, 3, 4]), k=st.integers(1, 5))
def test_confusion_of_chosen_labels(pairs: list[tuple[int, int]], chosen: list[int], k: int) -> None:
    truth, predictions = zip(*pairs, strict=True)
    if set(truth) & set(chosen[:k]):
        expected = sk.confusion_matrix(truth, predictions, labels=chosen[:k]).tolist()
        assert confusion_matrix(truth, predictions, labels=chosen[:k]) == expected
    else:
        with pytest.raises(ValueError, match=r"none of the labels .* is among the true ones"):
            confusion_matrix(truth, predictions, labels=chosen[:k])


def test_another_positive_label() -> None:
    truth, predictions = ["sick", "well", "sick"], ["sick", "sick", "well"]
    assert precision(truth, predictions, positive="sick") == sk.precision_score(truth, predictions, pos_label="sick")
    assert recall([2, 2, 3], [2, 3, 3], positive=3) == 1.0


REGRESSIONS = {mse: sk.mean_squared_error, mae: sk.mean_absolute_error, r2: sk.r2_score}


@pytest.mark.parametrize("metric", REGRESSIONS)
@given(pairs=numbers)
def test_numbers(metric: Any, pairs: list[tuple[float, float]]) -> None:
    truth, predictions = zip(*pairs, strict=True)
    expected = REGRESSIONS[metric](truth, predictions)
    # Where almost all digits of the spread cancel, the two round differently.
    assume(metric is not r2 or math.sqrt(np.var(truth)) >= 1e-6 * max(map(abs, truth)))
    assert metric(truth, predictions) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("metric", REGRESSIONS)
def test_numbers_of_several_outputs(metric: Any) -> None:
    truth = np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]])
    predictions = truth + np.array([[0.5, -1.0], [0.0, 2.0], [-0.25, 4.0]])
    assert metric(truth, predictions) == pytest.approx(REGRESSIONS[metric](truth, predictions), rel=1e-12)


@pytest.mark.parametrize(
    ("truth", "predictions", "expected"),
    [
        ([2.0, 2.0, 2.0], [2.0, 2.0, 2.0], 1.0),
        ([2.0, 2.0, 2.0], [2.0, 2.0, 2.5], 0.0),
        ([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], 1.0),
        ([0.1, 0.1, 0.1], [0.1, 0.1, 0.2], 0.0),  # 0.1 + 0.1 + 0.1 is not 3 · 0.1
        ([1.0, 2.0], [1.0, 2.0], 1.0),
        ([1.0, 2.0], [2.0, 1.0], -3.0),
    ],
)
def test_r2_of_a_constant_truth(truth: list[float], predictions: list[float], expected: float) -> None:
    assert r2(truth, predictions) == expected
    if truth[0] != 0.1:
        assert sk.r2_score(truth, predictions) == expected


def test_r2_of_one_example_is_nan() -> None:
    assert math.isnan(r2([1.0], [1.0]))
    with pytest.warns(UndefinedMetricWarning, match="not well-defined with less than two samples"):
        assert math.isnan(sk.r2_score([1.0], [1.0]))


def test_errors_too_large_for_a_float_are_infinite() -> None:
    assert mse([1e200], [-1e200]) == math.inf
    assert mae([1.7e308, 1.7e308], [0.0, 0.0]) == math.inf


@pytest.mark.parametrize("kind", [list, tuple, np.array, lambda xs: [Value(x) for x in xs]])
def test_lists_arrays_and_values_count_alike(kind: Callable[[Any], Any]) -> None:
    truth, predictions = [0, 1, 1, 0], [0, 1, 0, 0]
    assert accuracy(kind(truth), kind(predictions)) == 0.75
    assert f1(kind(truth), kind(predictions)) == pytest.approx(2 / 3)
    counts = confusion_matrix(kind(truth), kind(predictions))
    assert (counts.tolist() if kind is np.array else counts) == [[2, 0], [1, 1]]
    assert mse(kind(truth), kind(predictions)) == 0.25
    assert mae([[0], [1], [1], [0]], kind(predictions)) == 0.25


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int8, np.float32, bool, str, object])
@given(pairs=labels)
def test_an_array_of_labels_counts_as_its_list(kind: Any, pairs: list[tuple[int, int]]) -> None:
    truth, predictions = (np.array(column).astype(kind) for column in zip(*pairs, strict=True))
    columns = truth.tolist(), predictions.tolist()
    assert accuracy(truth, predictions) == accuracy(*columns) == sk.accuracy_score(*columns)
    assert confusion_matrix(truth, predictions).tolist() == confusion_matrix(*columns)
    assert f1(truth, predictions, "macro") == f1(*columns, "macro")


@pytest.mark.parametrize("far", [2000, 2**62, 2**63])
def test_labels_that_lie_far_apart(far: int) -> None:
    truth, predictions = np.array([0, far, far], dtype=np.uint64), np.array([0, far, 0], dtype=np.uint64)
    assert confusion_matrix(truth, predictions).tolist() == [[1, 0], [1, 1]]
    assert recall(truth, predictions, positive=far) == 0.5


@given(pairs=numbers)
def test_an_array_of_numbers_counts_as_its_list(pairs: list[tuple[float, float]]) -> None:
    truth, predictions = (list(column) for column in zip(*pairs, strict=True))
    for metric in REGRESSIONS:
        if metric is not r2 or max(truth) - min(truth) > 1e-9:
            assert metric(np.array(truth), np.array(predictions)) == metric(truth, predictions)
    squares = [(t - p) * (t - p) for t, p in pairs]
    assert mse(truth, predictions) == math.fsum(squares) / len(squares)  # the sum is rounded once


def test_a_label_of_a_type_of_its_own_is_not_hidden_by_an_equal_one() -> None:
    with pytest.raises(TypeError, match=r"accuracy: truth 2 must be a label .*, got Decimal\('1'\)"):
        accuracy([1, 0, Decimal(1)], [1, 0, 1])


def test_by_name() -> None:
    for name, metric in metrics.NAMES.items():
        assert metrics.get(name) is metric
    assert metrics.get(max) is max
    with pytest.raises(ValueError, match="no metric is called 'acc': choose one of accuracy, precision, recall, f1"):
        metrics.get("acc")
    with pytest.raises(TypeError, match="metric must be a name or a function of truth and predictions, got 3"):
        metrics.get(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", [accuracy, confusion_matrix, precision, recall, f1, mse, mae, r2])
@pytest.mark.parametrize(
    ("truth", "predictions", "error", "message"),
    [
        ([0, 1], [0], ValueError, "2 true values but 1 predictions; there must be as many of each"),
        ([], [], ValueError, "there must be at least one example, got none"),
        ([0, 1], [0, math.nan], ValueError, "prediction 1 must be .*, got nan"),
        ([0, math.inf], [0, 1], ValueError, "truth 1 must be .*, got inf"),
        ([0, None], [0, 1], TypeError, "truth 1 must be .*, got None"),
        (3, [0], TypeError, "truth must be a list, got 3"),
        ("ab", "ab", TypeError, "truth must be a list, got 'ab'"),
        ([0], Value(1.0), TypeError, r"predictions must be a list, got Value\("),
    ],
)
def test_what_every_metric_refuses(
    metric: Callable[..., Any], truth: Any, predictions: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"{metric.__name__}: {message}"):
        metric(truth, predictions)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: accuracy([0, 1], [0.2, 1.0]), ValueError, r"prediction 0 must be a label, got 0\.2: round prob"),
        (lambda: accuracy([[0], [1]], [0, 1]), TypeError, r"truth 0 must be a label \(a number or a text\), got \[0\]"),
        (lambda: accuracy(["a", "b"], [0, 1]), TypeError, "labels must be all texts or all numbers, got both"),
        (lambda: f1([0, 1], [0, 1], average="mean"), ValueError, "f1: average must be 'binary', .*, got 'mean'"),
        (lambda: f1([0, 1, 2], [0, 1, 1]), ValueError, r"f1: average='binary' needs two labels, got 3: \[0, 1, 2\]"),
        (lambda: recall([2, 3], [2, 3]), ValueError, r"positive=1 is not among the labels \[2, 3\]"),
        (lambda: confusion_matrix([0], [0], labels=[]), ValueError, r"at least one and each only once, got \[\]"),
        (lambda: confusion_matrix([0], [0], labels=[0, 0]), ValueError, r"each only once, got \[0, 0\]"),
        (lambda: mse([1.0, [1.0, 2.0]], [1.0, 2.0]), ValueError, "example 1 has 2 true and 1 predicted numbers, exp"),
        (lambda: mse([[]], [1.0]), ValueError, "truth 0 must be a number or a list of numbers, got an empty list"),
        (
            lambda: mse(np.array([1.0, 2.0]), np.array([1.0, math.nan])),
            ValueError,
            "prediction 1 must be finite, got nan",
        ),
        (
            lambda: accuracy(np.array([0, 1]), np.array([0.0, 0.5])),
            ValueError,
            r"prediction 1 must be a label, got 0\.5",
        ),
        (lambda: mae(["a"], [1.0]), TypeError, "mae: truth 0 must be a number, got 'a'"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
