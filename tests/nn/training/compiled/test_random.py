"""Random trainings, eager and compiled: the same model, memories, gradients, generators and logs afterwards."""

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, tanh
from nn import losses, optim
from nn.callbacks import Callback
from nn.schedules import exponential
from nn.training import TrainingError
from nn.training.history import History

INPUTS = 2
TOLERANCE = 1e-9  # relative to the largest of a kind
ROUNDING = 1e-13  # two normalisations in a row leave hardly any gradient but this


class Part(NamedTuple):
    """A stage: what it is, how wide, with which activation, which rate of dropout, and what is inside."""

    kind: str
    width: int
    activation: Any
    p: float
    fused: bool
    inner: "list[Part]"


class Recipe(NamedTuple):
    """A training: the stages before the last one, the loss, what else `fit` is asked for, and the data's seed."""

    parts: list[Part]
    loss: str
    optimizer: Any
    asked: dict[str, Any]
    examples: int
    weighted: bool
    validated: bool
    frozen: list[int]
    every: int
    meddling: str
    seed: int


def own_mean(predictions: Any, targets: Any) -> Any:
    return sum([abs(p - y) ** 3 for p, y in zip(predictions, targets, strict=True)]) / len(targets)


def own_sum(predictions: Any, targets: Any) -> Any:
    return sum([(p - y) * tanh(p - y) for p, y in zip(predictions, targets, strict=True)])


# The loss, the kind of target, how many outputs, the last activation.
LOSSES: dict[str, tuple[Any, str, int, str]] = {
    "mse": ("mse", "number", 1, "linear"),
    "mse of two": ("mse", "number", 2, "tanh"),
    "squared error": ("squared_error", "number", 2, "linear"),
    "half squared error": ("half_squared_error", "number", 1, "linear"),
    "mae": ("mae", "number", 2, "linear"),
    "huber": (partial(losses.huber, delta=0.5), "number", 1, "linear"),
    "bce": ("binary_cross_entropy", "share", 1, "sigmoid"),
    "bce of two": ("binary_cross_entropy", "share", 2, "sigmoid"),
    "bce on scores": ("binary_cross_entropy_with_logits", "share", 1, "linear"),
    "cross-entropy": ("cross_entropy", "class", 3, "linear"),
    "cross-entropy summed": (partial(losses.cross_entropy, reduction="sum"), "class", 3, "log_softmax"),
    "cross-entropy of shares": ("cross_entropy", "shares", 3, "linear"),
    "categorical": ("categorical_cross_entropy", "class", 3, "softmax"),
    "categorical of shares": ("categorical_cross_entropy", "shares", 3, "softmax"),
    "hinge": ("hinge", "sign", 1, "linear"),
    "own mean": (own_mean, "number", 1, "linear"),
    "own sum": (own_sum, "number", 1, "linear"),
}  # fmt: skip
OWN = ("own mean", "own sum")


class Skip(nn.Module):
    """Around a layer and a dropout, with a scale; `twice` applies the layer to its own output."""

    def __init__(self, width: int, part: Part, rng: Random, twice: bool) -> None:
        self.layer = nn.Layer(width, width, part.activation, seed=rng, fused=part.fused)
        self.dropout = nn.Dropout(part.p, seed=rng.getrandbits(32))
        self.scale = Value(0.5, role="parameter")
        self.twice = twice

    def __call__(self, x: Any) -> Any:
        inner = self.layer(self.layer(x)) if self.twice else self.layer(x)
        return [a + self.scale * b for a, b in zip(x, self.dropout(inner), strict=True)]


class Meddler(Callback):
    """Does what callbacks may: changes numbers after a step, or freezes and sets things after an epoch."""

    def __init__(self, what: str) -> None:
        self.what = what

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float]) -> None:
        if self.what == "rate":
            self.optimizer.lr *= 0.5
        elif self.what == "freeze":
            for p in self.model.parameters()[:2]:
                p.requires_grad = not p.requires_grad
        elif self.what == "dropout":
            for part in self.model.modules():
                if isinstance(part, nn.Dropout):
                    part.p = 0.25
        elif self.what == "modes":
            next(reversed(list(self.model.modules()))).eval()
        elif self.what == "fit":
            rows, targets = [[0.5, 1.0], [-1.0, 0.3], [0.2, -0.4]], [self.target] * 3
            self.model.fit(rows, targets, loss=self.loss, optimizer="sgd", lr=0.01, seed=0, progress=False)

    target: Any
    loss: Any


class Stepper(Meddler):
    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self.model.parameters()[batch % 3].data *= 0.75
        self.optimizer.steps[0] += 1


seeds = st.integers(0, 2**32)
shares = st.sampled_from([0.0, 0.3, 0.5, 1.0])
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid", "gelu", "softplus", "hardtanh", "elu", "softmax", "log_softmax")
activations = st.sampled_from([*ACTIVATIONS, lambda z: z * tanh(z)])
inner_parts = st.builds(
    Part,
    st.sampled_from(["layer", "layer", "dropout", "shared dropout", "norm", "activation", "skip", "twice"]),
    st.integers(1, 4), activations, shares, st.booleans(), st.just([]),
)  # fmt: skip
nested = st.builds(
    Part, st.just("nested"), st.just(1), st.none(), st.just(0.0), st.just(True), st.lists(inner_parts, max_size=3)
)
rates = st.sampled_from([0.0, 0.01, 0.05])
decays = st.sampled_from([0.0, 0.0, 0.1])
momenta = st.sampled_from([0.0, 0.5, 0.9])
sgd = st.builds(partial, st.just(optim.SGD), lr=rates, momentum=momenta, dampening=decays, weight_decay=decays)
nesterov = st.builds(partial, st.just(optim.SGD), lr=rates, momentum=st.just(0.7), nesterov=st.just(True))
adaptive = st.one_of(
    st.builds(partial, st.just(optim.Adagrad), lr=rates, lr_decay=decays, weight_decay=decays),
    st.builds(partial, st.just(optim.RMSProp), lr=rates, momentum=momenta, weight_decay=decays, centered=st.booleans()),
    st.builds(partial, st.sampled_from([optim.Adam, optim.AdamW]), lr=rates, weight_decay=decays),
)
ASKED = {
    "batch_size": st.none() | st.integers(1, 9),
    "l1": st.sampled_from([0.0, 0.02]),
    "l2": st.sampled_from([0.0, 0.02]),
    "regularization": st.sampled_from([None, None, lambda model: 0.01 * sum([p**4 for p in model.parameters()])]),
    "clip_norm": st.sampled_from([None, None, 0.3]),
    "clip_value": st.sampled_from([None, None, 0.05]),
    "shuffle": st.booleans(),
    "epochs": st.integers(1, 3),
}


def smooth(parts: list[Part]) -> list[Part]:
    """Without kinks: a normalisation makes 0 of a constant but for rounding, and the slope there would be anything."""
    return [
        part._replace(
            activation="softplus" if part.activation in ("relu", "hardtanh") else part.activation,
            inner=smooth(part.inner),
        )
        for part in parts
    ]


def has_norm(parts: list[Part]) -> bool:
    return any(part.kind == "norm" or has_norm(part.inner) for part in parts)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    parts = draw(st.lists(inner_parts | nested, max_size=4))
    norm = has_norm(parts)
    asked = draw(st.fixed_dictionaries(ASKED))
    optimizer = draw(sgd | nesterov | adaptive)
    if norm:
        parts = smooth(parts)
        asked["batch_size"] = draw(st.sampled_from([None, 4, 7]))
    elif draw(st.integers(0, 4)) == 0:
        asked["schedule"] = exponential(0.05, 0.9)
        optimizer = optimizer.func
    loss = draw(st.sampled_from([name for name in LOSSES if name != "mae" or not norm]))
    return Recipe(
        parts, loss, optimizer, asked,
        examples=draw(st.sampled_from([7, 11])) if norm else draw(st.integers(1, 12)),
        weighted=loss not in OWN and draw(st.booleans()),
        validated=draw(st.booleans()),
        frozen=draw(st.lists(st.integers(0, 100), max_size=3)),
        every=draw(st.sampled_from([1, 1, 1, 2])),
        meddling=draw(st.sampled_from(["", "", "", "steps", "rate", "freeze", "dropout", "modes", "fit"])),
        seed=draw(seeds),
    )  # fmt: skip


def staged(parts: list[Part], width: int, rng: Random, shared: Random) -> tuple[list[nn.Module], int]:
    """The modules, and how many numbers the last one gives."""
    modules: list[nn.Module] = []
    for part in parts:
        if part.kind == "layer":
            modules.append(nn.Layer(width, part.width, part.activation, seed=rng, fused=part.fused))
            width = part.width
        elif part.kind == "norm":
            modules.append(nn.BatchNorm(width, momentum=0.3, eps=0.1))
        elif part.kind == "activation":
            modules.append(nn.ActivationLayer(part.activation))
        elif part.kind == "nested":
            inner, width = staged(part.inner, width, rng, shared)
            modules += [nn.Sequential(*inner)] if inner else []
        elif part.kind in ("skip", "twice"):
            modules.append(Skip(width, part, rng, part.kind == "twice"))
        else:
            modules.append(nn.Dropout(part.p, seed=rng.getrandbits(32) if part.kind == "dropout" else shared))
    return modules, width


def built(recipe: Recipe) -> nn.Module:
    rng = Random(recipe.seed)
    modules, width = staged(recipe.parts, INPUTS, rng, Random(1))
    _, _, outputs, activation = LOSSES[recipe.loss]
    modules.append(nn.Layer(width, outputs, activation, seed=rng))
    model = nn.Sequential(*modules)
    parameters = model.parameters()
    for i in recipe.frozen:
        parameters[i % len(parameters)].requires_grad = False
    return model


def data(recipe: Recipe, n: int, rng: Random) -> tuple[list[list[float]], list[Any]]:
    _, kind, outputs, _ = LOSSES[recipe.loss]
    one: Callable[[], Any] = {
        "number": lambda: rng.choice([0.0, 1.0, rng.gauss(0.0, 1.0)]),
        "share": lambda: rng.choice([0, 1, rng.random()]),
        "sign": lambda: rng.choice([-1, 1]),
        "class": lambda: rng.randrange(3),
        "shares": lambda: rng.choice([[0, 1, 0], [0.25, 0.25, 0.5], [1, 0, 0]]),
    }[kind]
    rows = [[rng.gauss(0.0, 1.0) for _ in range(INPUTS)] for _ in range(n)]
    several = kind in ("number", "share") and outputs > 1
    return rows, [[one() for _ in range(outputs)] if several else one() for _ in range(n)]


def trained(recipe: Recipe, engine: str) -> tuple[nn.Module, optim.Optimizer, History, str]:
    rng = Random(recipe.seed + 1)
    model, (X, y) = built(recipe), data(recipe, recipe.examples, rng)
    optimizer = recipe.optimizer(model.parameters()[:: recipe.every])
    asked: dict[str, Any] = {**recipe.asked, "loss": LOSSES[recipe.loss][0], "seed": 3, "progress": False}
    asked["optimizer"] = optimizer
    if recipe.weighted:
        asked["sample_weight"] = [1.0, *[rng.choice([0.0, rng.random()]) for _ in y[1:]]]
    if recipe.validated:
        asked["validation_data"] = data(recipe, 5, rng)
    if recipe.meddling:
        meddler = (Stepper if recipe.meddling == "steps" else Meddler)(recipe.meddling)
        meddler.target, meddler.loss = y[0], asked["loss"]
        asked["callbacks"] = [meddler]
    try:
        return model, optimizer, model.fit(X, y, engine=engine, **asked), ""
    except TrainingError as error:
        return model, optimizer, error.history, str(error)
    except RuntimeError as error:
        if recipe.meddling != "freeze" or "nothing that it was made of takes a gradient" not in str(error):
            raise
        return model, optimizer, History({"engine": "compiled"}), "all frozen"  # by the callback


def numbers(model: nn.Module, optimizer: optim.Optimizer, history: History) -> dict[str, list[float]]:
    """Everything that a training leaves behind, by kind."""
    found = {
        "state": [*model.state_dict().values()],
        "gradients": [p.grad for p in model.parameters()],
        "steps": [float(n) for n in optimizer.steps],
        **{f"memory of {slot}": kept for slot, kept in optimizer.state.items()},
        **{f"log of {name}": kept for name, kept in history.history.items()},
    }
    for layer, kept in history.layers.items():
        found |= {f"{name} of {layer}": series for name, series in kept.items()}
    return found


def check(recipe: Recipe) -> None:
    assume(any(p.requires_grad for p in built(recipe).layers[-1].parameters()))  # type: ignore[attr-defined]
    one, memory, eager, failure = trained(recipe, "eager")
    other, other_memory, auto, other_failure = trained(recipe, "auto")
    event(f"engine {auto.settings['engine']}")
    assert auto.settings["engine"] == "compiled" or recipe.meddling == "modes"
    assert (other_failure, auto.stopped) == (failure, eager.stopped)
    expected, found = numbers(one, memory, eager), numbers(other, other_memory, auto)
    assert list(found) == list(expected)
    for kind, values in expected.items():
        size = float(np.abs(values).max(initial=0.0))
        np.testing.assert_allclose(found[kind], values, rtol=TOLERANCE, atol=TOLERANCE * size + ROUNDING, err_msg=kind)
    assert memory.hyperparameters == other_memory.hyperparameters
    for a, b in zip(one.modules(), other.modules(), strict=True):
        assert a.training == b.training
        if isinstance(a, nn.Dropout) and isinstance(b, nn.Dropout):
            assert a.rng.getstate() == b.rng.getstate()


@settings(max_examples=150)
@given(recipes())
def test_random_trainings(recipe: Recipe) -> None:
    check(recipe)


@pytest.mark.slow
@settings(max_examples=600)
@given(recipes())
def test_many_random_trainings(recipe: Recipe) -> None:
    check(recipe)
