"""Models whose output is a derivative: a force −∂E/∂q, a slope of a function that closes over the weights.

Everything that evaluates does so without recording, and such a model needs the graph of its energy all the same.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, derivative, grad, no_grad
from nn.losses import mse
from nn.module import unrecorded
from nn.optim import SGD

X = [[0.1 * i - 0.5] for i in range(12)]
Y = [2.0 * x for [x] in X]


class Force(nn.Module):
    """−∂E/∂q of an energy that is a network."""

    def __init__(self) -> None:
        self.energy = nn.MLP(1, [4, 1], "tanh", seed=3)

    def __call__(self, x: Any) -> Any:
        q = x[0] if isinstance(x[0], Value) else Value(x[0], "q")
        return -grad(self.energy([q]), q, create_graph=True)

    def by_hand(self, x: float) -> float:
        """−Σ v·w·(1 − tanh²(w·x + b)), without this package."""
        first, last = self.energy.layers
        inner = [(n.w[0].data, n.b.data) for n in first.neurons]  # type: ignore[attr-defined]
        outer = [w.data for w in last.neurons[0].w]  # type: ignore[attr-defined]
        return -float(sum(v * w * (1.0 - np.tanh(w * x + b) ** 2) for v, (w, b) in zip(outer, inner, strict=True)))


class Slope(Force):
    """The same force, as the derivative of a function."""

    def __call__(self, x: Any) -> Any:
        return -derivative(lambda q: self.energy([q]))(x[0])


class Damped(Force):
    """The same force behind a dropout, which has drawn when the derivative is asked for, and must not draw twice."""

    def __init__(self) -> None:
        super().__init__()
        self.dropout = nn.Dropout(0.5, seed=4)

    def __call__(self, x: Any) -> Any:
        q = x[0] if isinstance(x[0], Value) else Value(x[0], "q")
        return -grad(self.energy(self.dropout([q])), q, create_graph=True)


MODELS: dict[str, Callable[[], Force]] = {"grad": Force, "derivative": Slope, "with dropout": Damped}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("outside", [False, True])
def test_predict_and_evaluate_give_the_real_numbers(name: str, outside: bool) -> None:
    model = MODELS[name]()
    expected = [model.by_hand(x) for [x] in X]
    if outside:
        with no_grad():
            predicted, found = model.predict(X), model.evaluate(X, Y)
    else:
        predicted, found = model.predict(X), model.evaluate(X, Y)
    np.testing.assert_allclose(predicted, expected, rtol=1e-12)
    assert found["loss"] == pytest.approx(np.mean((np.array(expected) - Y) ** 2), rel=1e-12)
    assert all(p.grad == 0.0 for p in model.parameters())


def trained_by_hand(model: Force, epochs: int) -> list[float]:
    """Full batches of gradient descent: the loss before each step."""
    optimizer = SGD(model.parameters(), lr=0.2)
    losses = []
    for _ in range(epochs):
        loss: Any = mse([model(x) for x in X], Y)
        losses.append(loss.data)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


@pytest.mark.parametrize("engine", ["eager", "compiled", "auto"])
@pytest.mark.parametrize("name", ["grad", "derivative"])
def test_training_with_validation_is_the_loop_written_by_hand(name: str, engine: str) -> None:
    model, other = MODELS[name](), MODELS[name]()
    losses = trained_by_hand(other, 6)
    history = model.fit(
        X, Y, optimizer="sgd", lr=0.2, batch_size=None, epochs=6, validation_data=(X, Y), engine=engine,
        progress=False, shuffle=False,
    )  # fmt: skip
    assert losses[-1] < 0.9 * losses[0]
    np.testing.assert_allclose(history.history["loss"], losses, rtol=1e-10)
    np.testing.assert_allclose(history.history["val_loss"][:-1], losses[1:], rtol=1e-10)
    np.testing.assert_allclose([*model.state_dict().values()], [*other.state_dict().values()], rtol=1e-9, atol=1e-12)
    assert history.settings["engine"] == ("eager" if engine == "eager" else "compiled")
    np.testing.assert_allclose(model.predict(X), [model.by_hand(x) for [x] in X], rtol=1e-10)


def test_the_comparison_of_program_and_model_draws_no_more_than_a_step() -> None:
    one, other = Damped(), Damped()
    histories = [
        model.fit(X, Y, optimizer="sgd", lr=0.1, batch_size=4, epochs=3, seed=1, engine=engine, progress=False)
        for model, engine in ((one, "eager"), (other, "compiled"))
    ]
    np.testing.assert_allclose(histories[0].history["loss"], histories[1].history["loss"], rtol=1e-10)
    assert one.dropout.rng.getstate() == other.dropout.rng.getstate()


def test_a_penalty_that_is_a_derivative_is_tried_and_trained() -> None:
    def flat(model: nn.Module) -> Any:
        q = Value(0.3, requires_grad=False)
        return grad(model.energy([q]), q, create_graph=True) ** 2  # type: ignore[attr-defined]

    histories = [
        Force().fit(X, Y, regularization=flat, epochs=2, batch_size=None, engine=engine, progress=False)
        for engine in ("eager", "compiled")
    ]
    assert histories[0].history["penalty"][0] == pytest.approx(Force().by_hand(0.3) ** 2, rel=1e-12)
    np.testing.assert_allclose(histories[0].history["penalty"], histories[1].history["penalty"], rtol=1e-10)


def test_what_needs_no_graph_has_none() -> None:
    modes = []
    assert unrecorded(lambda: modes.append((Value(1.0) * 2.0).requires_grad)) is None
    assert modes == [False]
