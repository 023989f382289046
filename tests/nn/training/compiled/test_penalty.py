"""Penalties of known kinds on many weights: the code of a recording, without one, and kept with the model."""

import gc
import re
import weakref
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from autograd.program import compile
from autograd.program.trace import tracing
from nn import MLP, losses
from nn.training import engine as objectives
from nn.training.compiled import penalty as penalties
from nn.training.compiled.penalty import NO_INPUTS, Penalty, wide_penalty
from nn.training.engine import Objective
from nn.training.kept import programs_of

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 6)), RNG.integers(0, 3, 40)
KINDS: list[dict[str, Any]] = [
    {"l1": 0.1},
    {"l2": 0.1},
    {"l1": 0.1, "l2": 0.2},
    {"l1": 0.1, "l2": 0.1},
    {"l1": 1.0, "l2": 1.0},
    {"l2": 67.0},
]


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(penalties, "MANY", 100)


def weights_like(n: int, frozen: int, seed: int = 0) -> list[Value]:
    weights = [Value(x, role="parameter") for x in np.random.default_rng(seed).normal(size=n + frozen)]
    for w in weights[:: (n + frozen) // frozen][:frozen] if frozen else ():  # in between
        w.requires_grad = False
    weights[1].data = 0.0  # where the slope of |w| is 0
    return weights


def code_of(program: Any) -> str:
    """The source without the numbers of nodes and without what it calls its parameters."""
    source = re.sub(r" #\d+.*", "", program.source)
    return re.sub(r"\b(g_)?(p|w|frozen|part)\b", r"\1x", source)


@pytest.mark.parametrize("frozen", [0, 1, 60, 64, 70, 71, 90])
@pytest.mark.parametrize("settings", KINDS, ids=str)
def test_it_is_what_a_recording_of_all_weights_gives(settings: dict[str, Any], frozen: int) -> None:
    weights, objective = weights_like(230, frozen), Objective(losses.mse, **settings)
    wide = wide_penalty(objective, weights)
    assert wide is not None and "widened" in repr(wide)
    with tracing(recording=True):
        recorded = compile(objective.penalty_on(weights))
    assert set(wide.parameters) == set(recorded.parameters)
    if not frozen and settings.get("l1") != settings.get("l2"):
        assert code_of(wide) == code_of(recorded)
    ours, theirs = wide.trainer(), recorded.trainer()
    value, gradient = ours.value_and_gradient(NO_INPUTS)
    expected, slopes = theirs.value_and_gradient(NO_INPUTS)
    assert value == pytest.approx(expected, rel=1e-13)
    slope_of = dict(zip(recorded.parameters, slopes, strict=True))
    np.testing.assert_allclose(gradient, [slope_of[p] for p in wide.parameters], rtol=1e-14)
    # Its careful source, for which all weights are recorded after all.
    weights[2].data = float("inf")
    ours.read()
    assert ours.values(NO_INPUTS)[0] == float("inf")


@pytest.mark.parametrize(("n", "frozen"), [(60, 60), (60, 0), (0, 230), (230, 67)])
def test_what_is_not_widened_is_recorded(n: int, frozen: int) -> None:
    assert wide_penalty(Objective(losses.mse, l2=0.1), weights_like(n, frozen)) is None


def model() -> MLP:
    return MLP(6, [24, 16, 3], seed=1)


def freeze_weights(m: MLP) -> None:
    for w in nn.regularization.weights_of(m.layers[0]):
        w.requires_grad = False


FREEZE: dict[str, Any] = {
    "none": lambda m: None,
    "layer": lambda m: m.layers[1].freeze(),
    "neuron": lambda m: m.layers[0].neurons[3].freeze(),
    "all weights of a layer": freeze_weights,
}


@pytest.mark.parametrize("freeze", FREEZE)
@pytest.mark.parametrize("settings", KINDS[:4], ids=str)
def test_engines_agree_and_nothing_is_recorded_weight_by_weight(
    settings: dict[str, Any], freeze: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[int] = []
    for name in ("l1", "l2"):
        original = getattr(objectives, name)

        def counted(weights: list[Value], strength: float, original: Any = original) -> Any:
            recorded.append(len(weights))
            return original(weights, strength)

        monkeypatch.setattr(objectives, name, counted)
    trained, histories = [model(), model()], []
    for m, engine in zip(trained, ("compiled", "eager"), strict=True):
        FREEZE[freeze](m)
        histories.append(m.fit(X, Y, epochs=2, seed=1, progress=False, engine=engine, **settings))
        if engine == "compiled":
            assert max(recorded) <= 67 + 71 and len(nn.regularization.weights_of(m)) > 2 * 138
    for name in ("loss", "penalty"):
        np.testing.assert_allclose(histories[0][name], histories[1][name], rtol=1e-10)
    a, b = (list(m.state_dict().values()) for m in trained)
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10)


def test_a_second_fit_has_the_program_of_the_first_and_the_numbers_of_now() -> None:
    m, objective = model(), Objective(losses.cross_entropy, l2=0.5)
    m.layers[1].freeze()
    programs = programs_of(m)
    assert programs is not None
    trained = [p for p in m.parameters() if p.requires_grad]
    first = Penalty(m, objective, trained, programs)
    for p in m.layers[1].parameters()[::25]:
        p.data = 100.0
    again = Penalty(m, objective, trained, programs)
    other = Penalty(m, objective, trained[::-1], programs)
    assert first.trainer is not None and again.trainer is not None and other.trainer is not None
    assert again.trainer.program is first.trainer.program is other.trainer.program
    theta = np.array([p.data for p in trained])
    expected = float(objective.penalty(m))
    for penalty, vector in ((again, theta), (other, theta[::-1].copy())):
        assert penalty.value(vector) == pytest.approx(expected, rel=1e-12)
        gradient = np.zeros(len(theta))
        penalty.add_gradient(vector, gradient)
        is_weight = np.isin([id(p) for p in trained], [id(w) for w in nn.regularization.weights_of(m)])
        by_order = gradient if penalty is again else gradient[::-1]
        np.testing.assert_allclose(by_order, np.where(is_weight, theta, 0.0), rtol=1e-12)
    strength = Penalty(m, objective._replace(l2=1.0), trained, programs)
    assert strength.value(theta) == pytest.approx(2.0 * expected, rel=1e-12)
    m.layers[1].unfreeze()
    assert programs_of(m) is not programs  # which is another structure


def test_a_kept_penalty_does_not_keep_the_model() -> None:
    def loss_of(m: MLP) -> Any:
        return lambda outputs, y: m and losses.cross_entropy(outputs, y)

    m = model()
    m.fit(X, Y, loss=loss_of(m), l2=0.1, progress=False)
    gone = weakref.ref(m)
    del m
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_a_model_without_weights_is_refused_before_anything_is_recorded(kind: str) -> None:
    class Shift(nn.Module):
        def __init__(self) -> None:
            self.b = Value(1.0, role="parameter")

        def __call__(self, x: Any) -> Value:
            moved: Value = self.b + x[0]
            return moved

    with pytest.raises(ValueError, match=f"{kind}: parameters must not be empty: a penalty needs at least one Value"):
        Shift().fit([[1.0]], [2.0], progress=False, **{kind: 0.1})
