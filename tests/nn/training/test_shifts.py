"""What only shifts a batch in front of a normalisation: found in any model, and no reason for engines to differ."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import optim
from nn.callbacks import Callback
from nn.training.shifts import shifts_of
from tests.nn.small_nets import QUIET

Layer = partial(nn.Layer, activation="linear", seed=0)


class Own(nn.Module):
    """A layer and a normalisation as attributes; with `around`, the layer's outputs go past it, too."""

    def __init__(self, around: bool = False, asks: bool = False) -> None:
        self.dense, self.norm, self.around, self.asks = Layer(2, 2), nn.BatchNorm(2), around, asks

    def batch(self, xs: Any) -> list[Any]:
        rows = [self.dense(x) for x in xs]
        if self.asks and rows[0][0].data > 100.0:
            return rows
        centred = self.norm.batch(rows)
        return (
            [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(rows, centred, strict=True)]
            if self.around
            else centred
        )

    def __call__(self, x: Any) -> Any:
        return self.batch([x])[0]


def shared() -> nn.Module:
    layer = Layer(2, 2)
    return nn.Sequential(layer, nn.BatchNorm(2), layer)


BIASES = ["layers.0.neurons.0.b", "layers.0.neurons.1.b"]
# The model, what only shifts a batch, and what else stands in front of normalisations alone.
MODELS: dict[str, tuple[Callable[[], nn.Module], list[str], int]] = {
    "a layer": (lambda: nn.Sequential(Layer(2, 2), nn.BatchNorm(2), Layer(2, 1)), BIASES, 4),
    "one node a product": (lambda: nn.Sequential(Layer(2, 2, fused=False), nn.BatchNorm(2), Layer(2, 1)), BIASES, 4),
    "two layers": (
        lambda: nn.Sequential(Layer(2, 2), Layer(2, 1), nn.BatchNorm(1)), [*BIASES, "layers.1.neurons.0.b"], 6,
    ),
    "a linear activation": (
        lambda: nn.Sequential(Layer(2, 2), nn.ActivationLayer("linear"), nn.BatchNorm(2)), BIASES, 4,
    ),
    "nested": (
        lambda: nn.Sequential(nn.Sequential(Layer(2, 2)), nn.Sequential(nn.BatchNorm(2), Layer(2, 1))),
        ["layers.0.layers.0.neurons.0.b", "layers.0.layers.0.neurons.1.b"], 4,
    ),
    "two normalisations": (
        lambda: nn.Sequential(nn.BatchNorm(2), nn.BatchNorm(2)), ["layers.0.beta0", "layers.0.beta1"], 2,
    ),
    "normalised inputs": (lambda: nn.Sequential(nn.BatchNorm(2), Layer(2, 1)), [], 0),
    "an activation between": (lambda: nn.Sequential(Layer(2, 2, activation="relu"), nn.BatchNorm(2)), [], 6),
    "a dropout between": (lambda: nn.Sequential(Layer(2, 2), nn.Dropout(0.5), nn.BatchNorm(2)), [], 6),
    "no dropout": (lambda: nn.Sequential(Layer(2, 2), nn.Dropout(0.0), nn.BatchNorm(2)), BIASES, 4),
    "a layer held twice": (shared, [], 0),
    "a module of one's own": (Own, ["dense.neurons.0.b", "dense.neurons.1.b"], 4),
    "a skip connection": (lambda: Own(around=True), [], 0),
    "a module that asks for numbers": (lambda: Own(asks=True), [], 0),
    "frozen already": (lambda: nn.MLP(2, [2, 1], batch_norm=True), [], 4),
    "unfrozen": (lambda: nn.MLP(2, [2, 1], batch_norm=True).unfreeze(), BIASES, 4),
    "in evaluation until it trains": (lambda: nn.Sequential(Layer(2, 2), nn.BatchNorm(2)).eval(), BIASES, 4),
    "a normalisation in evaluation": (lambda: nn.Sequential(Layer(2, 2), nn.BatchNorm(2).eval()), [], 0),
    "none": (lambda: nn.MLP(2, [2, 1]), [], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_what_shifts_a_batch(name: str) -> None:
    make, ever, may = MODELS[name]
    model = make()
    before = model.state_dict()
    shifts = shifts_of(model, [1.0, 2.0])
    assert [label for label, p in model.named_parameters() if p in shifts.ever] == ever
    assert len(shifts.may) == may and not shifts.may & shifts.ever
    assert model.state_dict() == before


def test_shifts_get_no_gradient_but_of_penalties() -> None:
    X, y = [[0.1, 0.7], [-0.3, 0.2], [0.9, -0.5], [0.4, 0.4]], [0.3, -0.2, 0.8, 0.1]
    for engine in ("eager", "compiled"):
        for penalty, expected in ((None, 0.0), (lambda model: 0.5 * model.layers[0].neurons[0].b, 0.5)):
            model = nn.Sequential(Layer(2, 2), nn.BatchNorm(2), Layer(2, 1))
            model.fit(X, y, regularization=penalty, engine=engine, optimizer="sgd", lr=0.0, **QUIET)
            assert model.layers[0].neurons[0].b.grad == expected  # type: ignore[attr-defined]
            assert model.layers[0].neurons[0].w[0].grad != 0.0  # type: ignore[attr-defined]


def test_a_normalisation_that_a_callback_switches_off_lets_shifts_through() -> None:
    class Off(Callback):
        def on_epoch_begin(self, epoch: int, logs: Any) -> None:
            if epoch == 1:
                self.model.layers[1].eval()  # type: ignore[attr-defined]

    X, y = [[0.1, 0.7], [-0.3, 0.2], [0.9, -0.5], [0.4, 0.4]], [0.3, -0.2, 0.8, 0.1]
    for engine in ("eager", "auto"):
        model = nn.Sequential(Layer(2, 2), nn.BatchNorm(2), Layer(2, 1))
        model.fit(X, y, engine=engine, callbacks=[Off()], epochs=2, optimizer="sgd", lr=0.01, **QUIET)
        assert model.layers[0].neurons[0].b.grad != 0.0  # type: ignore[attr-defined]


# ----- Engines agree -----

OPTIMIZERS: list[Callable[[list[Value]], optim.Optimizer]] = [
    partial(optim.SGD, lr=0.02, momentum=0.9),
    partial(optim.Adam, lr=0.01),
    partial(optim.AdamW, lr=0.01),
    partial(optim.RMSProp, lr=0.01),
    partial(optim.RMSProp, lr=0.01, centered=True, momentum=0.5),
    partial(optim.Adagrad, lr=0.02),
]
PENALTIES: list[dict[str, Any]] = [
    {},
    {"regularization": lambda model: 0.01 * sum([p**4 for p in model.parameters()])},
    {"l2": 0.01},
    {"l1": 0.01},
]
ACTIVATIONS = ("linear", "linear", "tanh", "sigmoid", "relu", "hardtanh")
kinds = st.sampled_from(["layer", "layer", "norm", "norm", "dropout", "activation", "nested"])
STEPS, DIGITS = 30, 1e-10


def random_model(parts: list[str], seed: int) -> nn.Sequential:
    """Random stages. No normalisation follows another at once: the second leaves next to nothing of any gradient.

    Weights are small, so that no rate above makes the loss explode.
    """
    rng = Random(seed)
    width, fresh = 2, True

    def stages(kinds: list[str]) -> list[nn.Module]:
        nonlocal width, fresh
        modules: list[nn.Module] = []
        for i, kind in enumerate(kinds):
            if kind == "layer":
                nout = rng.randint(1, 4)
                activation = rng.choice(ACTIVATIONS)
                weights: dict[str, Any] = {"init": "uniform", "seed": rng.getrandbits(20)}
                modules.append(nn.Layer(width, nout, activation, fused=rng.random() < 0.7, **weights))
                width, fresh = nout, True
            elif kind == "norm" and fresh:
                modules.append(nn.BatchNorm(width))
                fresh = False
            elif kind == "dropout":
                modules.append(nn.Dropout(rng.choice([0.0, 0.3, 0.5]), seed=rng.getrandbits(20)))
            elif kind == "activation":
                modules.append(nn.ActivationLayer(rng.choice(ACTIVATIONS)))
            elif kind == "nested":
                inner = stages(kinds[i + 1 :])
                return [*modules, nn.Sequential(*inner)] if inner else modules
        return modules

    return nn.Sequential(*stages(parts), nn.Layer(width, 1, "linear", init="uniform", seed=rng.getrandbits(20)))


def check_engines(
    parts: list[str], seed: int, optimizer: Callable[[list[Value]], optim.Optimizer], penalty: dict[str, Any]
) -> None:
    rng = Random(seed)
    X, y = [[rng.gauss(0.0, 1.0) for _ in range(2)] for _ in range(15)], [rng.gauss(0.0, 1.0) for _ in range(15)]
    states = []
    for engine in ("eager", "compiled"):
        model = random_model(parts, seed)
        model.fit(
            X, y, loss="mse", optimizer=optimizer(model.parameters()), epochs=STEPS // 3, batch_size=5, engine=engine,
            seed=0, progress=False, **penalty,
        )  # fmt: skip
        states.append(np.array([*model.state_dict().values()]))
    eager, compiled = states
    assert np.abs(compiled - eager).max() <= DIGITS * max(1.0, np.abs(eager).max())


examples = (
    st.lists(kinds, max_size=5), st.integers(0, 2**32), st.sampled_from(OPTIMIZERS), st.sampled_from(PENALTIES),
)  # fmt: skip


@settings(max_examples=60)
@given(*examples)
def test_engines_agree_on_random_models(parts: list[str], seed: int, optimizer: Any, penalty: dict[str, Any]) -> None:
    check_engines(parts, seed, optimizer, penalty)


@pytest.mark.slow
@settings(max_examples=200)
@given(*examples)
def test_engines_agree_on_many(parts: list[str], seed: int, optimizer: Any, penalty: dict[str, Any]) -> None:
    check_engines(parts, seed, optimizer, penalty)
