"""What is known before the first step: the losses of a guess and of neighbours, inputs, missing classes."""

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn import losses
from nn.callbacks import Callback, Logs
from nn.datasets import moons, student
from nn.training.diagnosis import recall
from nn.training.diagnosis.baseline import baseline
from nn.training.diagnosis.causes import same, sizes
from nn.training.diagnosis.start import SAMPLE, mixed, sizes_of, start_of
from nn.training.diagnosis.weights import alike
from nn.training.engine import Objective
from nn.training.examples import Examples
from nn.training.watch import Watch
from tests.nn.small_nets import QUIET, small

RNG = random.Random(4)
X = [[RNG.gauss(0.0, 1.0)] for _ in range(60)]
BINARY = [int(RNG.random() < 0.3) for _ in X]
NUMBERS = [RNG.gauss(3.0, 2.0) for _ in X]
CONSTANTS = [k / 100.0 for k in range(-300, 900)]


@pytest.mark.parametrize(
    ("loss", "y", "allowed"),
    [
        (losses.mse, NUMBERS, CONSTANTS),
        (losses.half_squared_error, NUMBERS, CONSTANTS),
        (losses.squared_error, NUMBERS, CONSTANTS),
        (partial(losses.mse, reduction="sum"), NUMBERS, CONSTANTS),
        (losses.binary_cross_entropy, BINARY, [c for c in CONSTANTS if 0.0 < c < 1.0]),
        (losses.binary_cross_entropy_with_logits, BINARY, CONSTANTS),
    ],
)
def test_chance_is_the_loss_of_the_best_constant(loss: Any, y: list[Any], allowed: list[float]) -> None:
    found = baseline(loss, Examples(X, y), batch_size=len(X))
    assert found is not None
    best = min(loss([c] * len(y), y) for c in allowed)
    assert found.chance == pytest.approx(best, rel=1e-3) and found.chance <= best * (1.0 + 1e-9)
    # These targets do not depend on the inputs: neighbours know no more than the constant does.
    assert found.reach is not None and found.reach > 0.9 * found.chance


@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.categorical_cross_entropy])
@pytest.mark.parametrize("k", [2, 3, 10])
def test_chance_of_balanced_classes_is_their_logarithm(loss: Any, k: int) -> None:
    classes = [i % k for i in range(60)]
    for y in (classes, nn.data.one_hot(classes)):
        found = baseline(loss, Examples([[float(c)] for c in classes], list(y)), 8)
        assert found is not None and found.chance == pytest.approx(np.log(k), rel=1e-6)
        assert found.reach is not None and found.reach < 0.3 * found.chance  # the class is the input


def test_what_has_no_baseline() -> None:
    assert baseline(lambda predictions, targets: predictions[0], Examples(X, NUMBERS), 8) is None
    assert baseline(losses.mse, Examples(X, [2.0] * 60), 8) is None  # a constant is perfect
    few = baseline(losses.mse, Examples(X[:10], NUMBERS[:10]), 8)
    assert few is not None and few.reach is None


def test_weights_of_examples_count() -> None:
    weights = [10.0 if y else 0.0 for y in BINARY]
    found = baseline(losses.mse, Examples(X, [float(y) for y in BINARY], weights), 8)
    assert found is None  # of the examples that count, all are 1


def test_a_look_changes_nothing() -> None:
    model = nn.MLP(2, [6, 1], dropout=0.5, batch_norm=True, seed=1)
    X, y = moons(40)
    watch, before = Watch(model), model.state_dict()
    generators = [part.rng.getstate() for part in model.modules() if isinstance(part, nn.Dropout)]
    start_of(model, Objective(losses.mse), Examples(X, y), None, watch, 8)
    assert model.state_dict() == before and watch.state_dict() == watch.fresh()
    assert [part.rng.getstate() for part in model.modules() if isinstance(part, nn.Dropout)] == generators


def test_a_large_set_is_sampled_evenly() -> None:
    n = 4 * SAMPLE
    y = [0] * (n // 2) + [1] * (n // 2)
    start = start_of(small(), Objective(losses.mse), Examples([[1.0, 2.0]] * n, y), None, Watch(small()), 8)
    assert start["targets"]["mean"] == 0.5 and start["chance"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("row", "start"),
    [
        ([1.0] * 19 + [0.001], []),  # a dark pixel
        ([1.0, 1.0, 0.0], []),
        ([0.0, 0.0], []),
        ([9.0, 0.1], []),
        ([1.0, 0.001], ["Inputs are of very different size, about 1 in column 0 and 0.001 in column 1, "]),
        ([0.3] * 9 + [4000.0], ["Inputs are of very different size, about 4,000 in column 9 and 0.3 in column 0, "]),
        ([1e300, 1e-300], ["Inputs are of very different size, "]),
        ([50.0, 40.0], ["Inputs are about 50 in column 0, "]),
        ([0.001, 0.002], ["Inputs are no larger than about 0.002, "]),
    ],
)
def test_inputs_that_are_wrong_by_themselves(row: list[float], start: list[str]) -> None:
    said = [*sizes(sizes_of([row, [-x for x in row], row]))]
    assert len(said) == len(start) and all(a.startswith(b) for a, b in zip(said, start, strict=True)), said


WEIGHTS = [1.0] * 39 + [2.0]
OTHERS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "an input": lambda X, y: {"X": [[*X[0][:-1], 7.0], *X[1:]]},
    "a target": lambda X, y: {"y": [1 - y[0], *y[1:]]},
    "weights": lambda X, y: {"sample_weight": WEIGHTS},
    "a batch": lambda X, y: {"batch_size": 5},
    "a loss": lambda X, y: {"loss": "mse"},
    "an option": lambda X, y: {"loss": partial(losses.binary_cross_entropy, reduction="sum")},
    "fewer": lambda X, y: {"X": X[:30], "y": y[:30]},
    "nothing": lambda X, y: {},
}


@pytest.mark.parametrize("kind", [list, np.array])
@pytest.mark.parametrize("other", OTHERS)
def test_what_is_kept_of_examples_is_of_no_others(other: str, kind: Any) -> None:
    X, y = moons(40)
    first: dict[str, Any] = {"X": kind(X), "y": kind(y), "batch_size": 8, "loss": "binary_cross_entropy", "seed": 1}
    start = small().fit(**first, **QUIET).start
    changed = first | {name: kind(x) if name in "Xy" else x for name, x in OTHERS[other](X, y).items()}
    again = small().fit(**changed, **QUIET).start
    recall._last.clear()
    assert again == small().fit(**changed, **QUIET).start
    assert (again == start) == (other == "nothing")


def test_the_same_examples_are_looked_at_once_and_those_changed_in_place_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def counted(*arguments: Any) -> Any:
        looks.append(1)
        return baseline(*arguments)

    monkeypatch.setattr("nn.training.diagnosis.start.baseline", counted)
    X, y = map(np.array, moons(40))
    recall._last.clear()
    first = small().fit(X, y, **QUIET)
    first.start["inputs"]["largest"] = -1.0  # of the user's own
    second = small(seed=3).fit(X, y, **QUIET)
    assert len(looks) == 1 and second.start["inputs"]["largest"] > 0.0
    X[3, 1] += 0.25
    small().fit(X, y, **QUIET)
    assert len(looks) == 2
    monkeypatch.setattr(recall, "LARGEST", 10)
    for _ in range(2):
        small().fit(X + 1.0, y, **QUIET)
    assert len(looks) == 4


FROZEN: dict[str, Callable[[Any], Any]] = {
    "nobody": lambda m: None,
    "layer": lambda m: m.layers[0].freeze(),
    "neurons": lambda m: [n.freeze() for n in m.layers[-1].neurons[:2]],
}


@pytest.mark.parametrize("settings", [{}, {"batch_norm": True}, {"dropout": 0.3}, {"init": "zeros"}], ids=str)
@pytest.mark.parametrize("frozen", FROZEN)
def test_weights_are_measured_alike_from_arrays_and_from_the_model(
    frozen: str, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nn.training.compiled.engine.MANY", 1)
    starts = []
    for engine in ("compiled", "eager"):
        model = nn.MLP(3, [5, 4, 3], seed=1, **settings)
        for k, p in enumerate(model.parameters()):
            p.data += 0.01 * (k % 5)
        FROZEN[frozen](model)
        starts.append(
            model.fit([[1.0, 2.0, 3.0], [0.5, 0.1, 0.2]] * 6, [0, 2] * 6, engine=engine, seed=1, **QUIET).start
        )
    assert starts[0]["layers"] == starts[1]["layers"]


def emptied(model: nn.Sequential, *places: int) -> nn.Sequential:
    for i in places:
        for parameter in model.layers[i].parameters():
            parameter.data = 0.0
    return model


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (nn.MLP(2, [3, 4, 1], init="zeros"), ["layers.0", "layers.1"]),
        (nn.MLP(2, [3, 1], init="zeros", batch_norm=True), ["layers.0"]),
        (nn.MLP(2, [3, 1], init="zeros", dropout=0.5), []),  # which leaves others out of each
        (nn.MLP(2, [1, 1], init="zeros"), []),
        (nn.MLP(2, [3], init="zeros"), []),  # each has targets of its own
        (nn.MLP(2, [3, 4, 1]), []),
        (emptied(nn.MLP(2, [3, 4, 1], seed=0), 0), []),
        (emptied(nn.MLP(2, [3, 4, 1], seed=0), 2), []),
        (emptied(nn.MLP(2, [3, 4, 1], seed=0), 1, 2), ["layers.1"]),
    ],
)
def test_neurons_that_stay_alike(model: nn.MLP, names: list[str]) -> None:
    assert alike(model) == names


@pytest.mark.parametrize(
    ("X", "start"),
    [
        ([[0.1, 0.0]] * 50, "All inputs are the same, "),
        ([[0.0, 0.0]] * 2, "All inputs are the same, "),
        ([[0.1, 0.0]] * 49 + [[0.1, 1e-9]], ""),
        ([[1.0]] * 49 + [[1.0 + 1e-9]], ""),
        ([[0.1, 0.0]], ""),  # of one example nothing can be said
        ([[1e300], [1e300]], "All inputs are the same, "),
    ],
)
def test_inputs_that_do_not_differ(X: list[list[float]], start: str) -> None:
    said = [*same(sizes_of(X))]
    assert bool(said) == bool(start) and all(sentence.startswith(start) for sentence in said)


@pytest.mark.parametrize(("by", "spread"), [(0.0, 1.0), (1.0, 0.5**0.5), (-3.0, 0.1**0.5), (1e6, 1e-6)])
def test_spread_is_the_deviation_over_the_root_mean_square(by: float, spread: float) -> None:
    assert sizes_of([[by - 1.0, 7.0], [by + 1.0, 7.0]])["spread"] == pytest.approx(spread, rel=1e-2)


@pytest.mark.parametrize(
    ("y", "low", "high"),
    [
        ([0] * 30 + [1] * 30 + [2] * 30, 0.0, 0.05),
        (list(nn.data.one_hot([0] * 30 + [1] * 30)), 0.0, 0.05),
        ([random.Random(i).randrange(3) for i in range(300)], 0.8, 1.2),
        ([int(random.Random(i).random() < 0.05) for i in range(600)], 0.6, 1.4),
    ],
)
def test_how_mixed_an_order_is(y: list[Any], low: float, high: float) -> None:
    found = mixed(y)
    assert found is not None and low <= found <= high
    assert mixed(y[:1]) is None


SORTED = [[0.1 * i, 0.0] for i in range(40)], [1] * 5 + [0] * 20 + [1] * 15
NOTES = [
    (moons(40), {"loss": "binary_cross_entropy_with_logits"}, "binary_cross_entropy_with_logits takes raw scores, "),
    (([[5.0, 2.0]] * 40, [0, 1] * 20), {}, "All inputs are the same, "),
    (student(), {}, "Inputs are about 98 in column 0"),
    (SORTED, {"validation_split": 0.25}, "The validation examples have none of class 0"),
]


@pytest.mark.parametrize(("data", "settings", "note"), NOTES)
def test_what_is_wrong_before_the_training_is_said_before_it(
    data: Any, settings: dict[str, Any], note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    X, y = data
    model = nn.MLP(len(X[0]), [4, 1], output_activation="sigmoid", seed=0)
    model.fit(X, y, verbose=2, **settings)
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(note) and told[1].startswith("epoch 1/1")
    model.fit(X, y, verbose=0, **settings)
    assert capsys.readouterr().err == ""


def test_nothing_is_said_before_a_training_without_fault(capsys: pytest.CaptureFixture[str]) -> None:
    small().fit(*moons(40), verbose=2, validation_split=0.25)
    assert [line.partition(" ")[0] for line in capsys.readouterr().err.splitlines()] == ["epoch"]


class Stop(Callback):
    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_training_that_goes_on_remembers_how_it_began(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    X, y = SORTED
    settings: dict[str, Any] = {"epochs": 4, "seed": 3, "validation_split": 0.25}
    whole = small().fit(X, y, **settings, **QUIET)
    first = small().fit(X, y, checkpoint=tmp_path, callbacks=[Stop()], **settings, **QUIET)
    assert first.stopped == "interrupted"
    history = small(seed=8).fit(X, y, checkpoint=tmp_path, resume=True, verbose=2, **settings)
    assert history.start == whole.start and history.diagnose() == whole.diagnose() != []
    assert "The validation examples" not in capsys.readouterr().err  # that was said when it began
