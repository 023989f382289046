"""Networks as scikit-learn has them: `MLPClassifier` and `MLPRegressor` for pipelines, grid searches and the rest.

They take scikit-learn's names for what its own networks have too. Needs scikit-learn: pip install "chaingrad[data]".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ModuleNotFoundError as missing:
    raise ImportError('nn.sklearn needs scikit-learn: pip install "chaingrad[data]"') from missing

from autograd.support.settings import check_count, check_flag, check_fraction, check_non_negative
from autograd.support.text import short
from nn.callbacks import EarlyStopping
from nn.data import train_validation_split
from nn.mlp import MLP
from nn.training import fit, predict, predict_proba

Array = NDArray[Any]


# scikit-learn has no types: to mypy its classes are Any.
class _Network(BaseEstimator):  # type: ignore[misc]
    """What the classifier and the regressor share: the parameters, and the training of `model_`."""

    def __init__(
        self,
        hidden_layer_sizes: Sequence[int] | int = (16,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        dropout: float = 0.0,
        batch_size: int = 32,
        learning_rate_init: float = 0.01,
        max_iter: int = 100,
        tol: float = 1e-4,
        n_iter_no_change: int = 10,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.dropout = dropout
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose

    def _train(self, X: Array, y: list[Any], width: int, loss: str, sample_weight: Any) -> None:
        """Make a network with so many outputs, and train it."""
        owner = type(self).__name__
        for name, setting in (("activation", self.activation), ("solver", self.solver)):
            if not isinstance(setting, str) and not callable(setting):
                raise TypeError(f"{owner}: {name} must be a name, got {short(setting)}")
        sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes, dtype=object)).tolist()
        hidden = [check_count(owner, f"hidden_layer_sizes[{i}]", n) for i, n in enumerate(sizes)]
        epochs = check_count(owner, "max_iter", self.max_iter)
        patience = check_count(owner, "n_iter_no_change", self.n_iter_no_change)
        rate = check_non_negative(owner, "learning_rate_init", self.learning_rate_init)
        least = check_non_negative(owner, "tol", self.tol)
        hold_back = check_flag(owner, "early_stopping", self.early_stopping)
        share = check_fraction(owner, "validation_fraction", self.validation_fraction)
        verbose = self.verbose if isinstance(self.verbose, bool) else check_count(owner, "verbose", self.verbose, 0) > 0
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        model = MLP(X.shape[1], [*hidden, width], self.activation, dropout=self.dropout, seed=seed)
        rows, validation, weights = X.tolist(), None, None
        if sample_weight is not None:
            factors = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
            counting = np.flatnonzero(factors).tolist()  # an example of weight 0 is as one that is not there
            if not counting:
                raise ValueError(f"{owner}: sample_weight must not be 0 everywhere")
            rows, y = [rows[i] for i in counting], [y[i] for i in counting]
            weights = (factors[counting] / factors[counting].mean()).tolist()
        if hold_back:
            pairs = [*zip(rows, weights or rows, strict=True)]
            pairs, held_back, y, y_val = train_validation_split(pairs, y, share, seed=seed)
            validation = ([x for x, _ in held_back], y_val)
            rows, weights = [x for x, _ in pairs], [w for _, w in pairs] if weights else None
        self.history_ = fit(
            model,
            rows,
            y,
            loss=loss,
            optimizer=self.solver,
            lr=rate,
            l2=check_non_negative(owner, "alpha", self.alpha) / 2.0,  # scikit-learn's is ½·alpha·Σw²
            epochs=epochs,
            batch_size=min(check_count(owner, "batch_size", self.batch_size), len(rows)),
            validation_data=validation,
            sample_weight=weights,
            early_stopping=EarlyStopping(patience=patience, min_delta=least, restore_best_weights=hold_back),
            seed=seed,
            progress=verbose,
        )
        self.model_ = model.eval()
        self.n_iter_ = self.history_.epochs
        self.loss_curve_ = self.history_.history["loss"]

    def _check_dense(self, y: Any) -> None:
        """Raise TypeError for a sparse y, whose entries NumPy would take for one thing."""
        if hasattr(y, "toarray"):
            raise TypeError(f"{type(self).__name__}: y is sparse, and must be an array: give y.toarray()")


class MLPClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A network that tells classes apart, trained with cross-entropy.

    After `fit`: `classes_`, `model_` (the network; its outputs are raw scores), `history_`, `n_iter_`, `loss_curve_`.

    Raises ValueError for nan and infinity, another number of features, labels of one class only, and parameters that
    are out of range.

    >>> from nn.datasets import moons
    >>> X, y = moons(60, noise=0.05)
    >>> classifier = MLPClassifier((8,), activation="tanh", learning_rate_init=0.05, random_state=0).fit(X, y)
    >>> bool(classifier.score(X, y) > 0.8), classifier.predict_proba(X).shape
    (True, (60, 2))
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network on examples X with labels y, numbers or texts; returns self.

        `sample_weight` has a number for each example: how much it counts in the loss, relative to the others.
        """
        self._check_dense(y)
        X, y = validate_data(self, X, y, dtype=np.float64)
        try:
            check_classification_targets(y)
            self.classes_, indices = np.unique(y, return_inverse=True)
        except TypeError as error:  # from sorting
            raise TypeError(
                f"{type(self).__name__}: y must hold labels of one kind, all texts or numbers: {error}"
            ) from None
        n = len(self.classes_)
        if n < 2:
            (only,) = self.classes_.tolist()
            raise ValueError(f"{type(self).__name__} needs at least two classes, got one class: {short(only)}")
        binary = n == 2
        loss = "binary_cross_entropy_with_logits" if binary else "cross_entropy"
        self._train(X, indices.tolist(), 1 if binary else n, loss, sample_weight)
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, a row for each example, in the order of `classes_`."""
        check_is_fitted(self)
        return predict_proba(self.model_, validate_data(self, X, reset=False, dtype=np.float64))

    def predict(self, X: Any) -> Array:
        """The likeliest class of each example."""
        likeliest: Array = self.predict_proba(X).argmax(axis=1)
        labels: Array = self.classes_[likeliest]
        return labels


class MLPRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A network that gives numbers, trained with half the squared error; y may have several columns.

    After `fit`: `model_` (the network), `history_`, `n_iter_`, `loss_curve_`.

    Raises ValueError for nan and infinity, another number of features, and parameters that are out of range.

    >>> import math
    >>> X = [[i / 20.0] for i in range(21)]
    >>> y = [math.sin(3.0 * x) for [x] in X]
    >>> regressor = MLPRegressor((8,), "tanh", learning_rate_init=0.05, max_iter=200, random_state=0).fit(X, y)
    >>> bool(regressor.score(X, y) > 0.9)
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train a new network on examples X with targets y; returns self.

        `sample_weight` has a number for each example: how much it counts in the loss, relative to the others.
        """
        self._check_dense(y)
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        y = np.asarray(y, dtype=np.float64)
        self._flat = y.ndim == 1
        self._train(X, y.tolist(), 1 if self._flat else y.shape[1], "half_squared_error", sample_weight)
        return self

    def predict(self, X: Any) -> Array:
        """The prediction for each example: a number, or a row of them if y had columns."""
        check_is_fitted(self)
        outputs = predict(self.model_, validate_data(self, X, reset=False, dtype=np.float64))
        return outputs if self._flat else outputs.reshape(len(outputs), -1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
