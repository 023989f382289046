"""The estimators keep scikit-learn's rules, and do their work inside of its tools."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nn.datasets import circles, iris, moons, student
from nn.sklearn import MLPClassifier, MLPRegressor

QUICK: dict[str, Any] = {"hidden_layer_sizes": (8,), "max_iter": 20, "learning_rate_init": 0.03}


@parametrize_with_checks([MLPClassifier(**QUICK), MLPRegressor(**QUICK)])  # type: ignore[untyped-decorator]
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def test_the_student_table_in_a_pipeline() -> None:
    X, y = student()
    names = np.array(["fail", "pass"])[y]
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((4,), learning_rate_init=0.05, random_state=0))
    pipeline.fit(X, names)
    assert pipeline.score(X, names) == 1.0
    assert [*pipeline.classes_] == ["fail", "pass"] and pipeline.predict(X[:1]) == ["pass"]
    shares = pipeline.predict_proba(X)
    assert shares.shape == (12, 2) and shares.sum(axis=1) == pytest.approx(np.ones(12), abs=1e-15)
    assert ((shares[:, 1] > 0.5) == (names == "pass")).all()


def test_a_grid_search_over_widths_and_penalties() -> None:
    X, y = circles(60, noise=0.05, seed=0)
    grid = {"mlpclassifier__hidden_layer_sizes": [(1,), (8, 8)], "mlpclassifier__alpha": [0.0, 0.01]}
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(learning_rate_init=0.05, max_iter=60, random_state=0))
    search = GridSearchCV(pipeline, grid, cv=2).fit(X, y)
    assert search.best_params_["mlpclassifier__hidden_layer_sizes"] == (8, 8)
    assert search.best_score_ >= 0.9 > search.cv_results_["mean_test_score"].min()


def test_three_classes_in_a_cross_validation() -> None:
    X, y = iris()
    classifier = make_pipeline(StandardScaler(), MLPClassifier((8,), "tanh", max_iter=40, random_state=0))
    assert cross_val_score(classifier, X, y, cv=3).mean() >= 0.9


def test_a_regressor_of_several_columns() -> None:
    X = np.linspace(-1.0, 1.0, 30)[:, None]
    y = np.hstack([X**2, np.sin(2.0 * X)])
    regressor = MLPRegressor((8,), "tanh", learning_rate_init=0.05, max_iter=150, random_state=0).fit(X, y)
    assert regressor.predict(X).shape == (30, 2) and regressor.score(X, y) > 0.9
    one = clone(regressor).fit(X, y[:, 0])
    assert one.predict(X).shape == (30,) and one.score(X, y[:, 0]) > 0.9


def test_the_same_random_state_gives_the_same_network() -> None:
    X, y = moons(30)
    states = [MLPClassifier(**QUICK, dropout=0.2, random_state=s).fit(X, y).model_.state_dict() for s in (1, 1, 2)]
    assert states[0] == states[1] != states[2]


def test_training_stops_when_the_loss_stands_still() -> None:
    X, y = moons(30)
    settings: dict[str, Any] = {**QUICK, "max_iter": 200, "tol": 0.05, "n_iter_no_change": 3, "random_state": 0}
    classifier = MLPClassifier(**settings).fit(X, y)
    assert 3 < classifier.n_iter_ == len(classifier.loss_curve_) < 200
    assert classifier.history_.stopped == "early" and "val_loss" not in classifier.history_.history
    held_back = MLPClassifier(**settings, early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert "val_loss" in held_back.history_.history and held_back.history_.best_epoch is not None


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"hidden_layer_sizes": (0,)}, ValueError, r"hidden_layer_sizes\[0\] must be a whole number from 1 on, got 0"),
        ({"max_iter": 0}, ValueError, "max_iter must be a whole number from 1 on, got 0"),
        ({"batch_size": "auto"}, TypeError, "batch_size must be a whole number from 1 on, got 'auto'"),
        ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change must be"),
        ({"learning_rate_init": -1.0}, ValueError, "learning_rate_init must be a finite number from 0 on, got -1.0"),
        ({"early_stopping": "x"}, TypeError, "early_stopping must be True or False, got 'x'"),
        ({"tol": "x"}, TypeError, "tol must be a finite number from 0 on, got 'x'"),
        ({"verbose": "x"}, TypeError, "verbose must be a whole number from 0 on, got 'x'"),
        ({"activation": None}, TypeError, "activation must be a name, got None"),
        ({"solver": np.ones(2)}, TypeError, "solver must be a name, got array"),
        ({"validation_fraction": "abc"}, TypeError, "validation_fraction must be a number from 0 on and below 1"),
        ({"batch_size": 10**400}, ValueError, f"batch_size must be at most {2**63 - 1}, got 1000"),
        ({"alpha": -1.0}, ValueError, "alpha must be a finite number from 0 on, got -1.0"),
        ({"solver": "lbfgs"}, ValueError, "no optimizer is called 'lbfgs': use adam; .* choose one of sgd"),
        ({"activation": "step"}, ValueError, "activation 'step' is not known"),
        ({"early_stopping": True, "validation_fraction": 1.0}, ValueError, "validation_fraction must be"),
    ],
)
def test_parameters_out_of_range(settings: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        MLPClassifier(**settings).fit(*moons(10))


@pytest.mark.parametrize("estimator", [MLPClassifier(), MLPRegressor()])
def test_a_sparse_y_is_refused_by_name(estimator: Any) -> None:
    with pytest.raises(TypeError, match=r"^MLP.*: y is sparse, and must be an array: give y.toarray\(\)"):
        estimator.fit([[0.0], [1.0]], OneHotEncoder().fit_transform([[0], [1]]))


def test_labels_of_two_kinds_are_refused() -> None:
    with pytest.raises(TypeError, match="MLPClassifier: y must hold labels of one kind"):
        MLPClassifier().fit([[0.0], [1.0]], ["a", None])


def test_one_class_is_not_enough() -> None:
    with pytest.raises(ValueError, match="needs at least two classes, got one class: 'cat'"):
        MLPClassifier().fit([[1.0], [2.0]], ["cat", "cat"])


def test_a_single_hidden_layer_may_be_a_number() -> None:
    X, y = moons(10)
    assert MLPClassifier(hidden_layer_sizes=4, max_iter=1).fit(X, y).model_.nouts == [4, 1]


# ----- Weights of examples -----


@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("hold_back", [False, True])
def test_weights_count_relative_to_each_other(make: Any, hold_back: bool) -> None:
    X, y = moons(30, noise=0.3, seed=0)

    def weights(w: Any, chosen: Any = slice(None)) -> Any:
        settings: dict[str, Any] = {**QUICK, "max_iter": 5, "early_stopping": hold_back, "random_state": 0}
        model = make(**settings).fit(np.array(X)[chosen], np.array(y)[chosen], sample_weight=w)
        return np.array([*model.model_.state_dict().values()])

    equal = weights(None)
    np.testing.assert_allclose(weights([2.0] * 30), equal, rtol=1e-9)
    some = np.random.default_rng(0).uniform(0.1, 3.0, 30)
    np.testing.assert_allclose(weights(some), weights(7.0 * some), rtol=1e-7)
    assert not np.allclose(weights(some), equal)
    # An example of weight 0 is as one that is not there.
    counting = np.arange(30) % 3 > 0
    assert (weights(np.where(counting, 1.0, 0.0)) == weights([1.0] * 20, counting)).all()


def test_a_heavy_class_is_found_more_often() -> None:
    X, y = moons(60, noise=0.6, seed=0)
    found = []
    for heavy in (0.1, 1.0, 10.0):
        weights = [heavy if label else 1.0 for label in y]
        classifier = MLPClassifier(**QUICK, random_state=0).fit(X, y, sample_weight=weights)
        found.append(classifier.predict(X).sum())
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ([1.0], "sample_weight.shape"),
        ([-1.0] * 10, "[Nn]egative"),
        ([0.0] * 10, "must not be 0 everywhere|at least one non-zero"),
    ],
)
def test_weights_are_checked(weights: list[float], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        MLPClassifier(**QUICK).fit(*moons(10), sample_weight=weights)
