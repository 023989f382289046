"""What a user gets who names no weights, no batch size and no seed: micrograd's numbers, and networks that learn.

Single trainings are luck, so accuracies are means over five seeds, which give other weights, batches and points.
"""

import random
from collections.abc import Callable
from statistics import mean
from typing import Any

import pytest
from sklearn.datasets import make_moons

import autograd
import nn
from nn.data import standardise, train_validation_split
from nn.datasets import digits, iris, moons, student, xor
from nn.training.arguments import size_of_batches
from tests.nn.small_nets import QUIET

Data = Callable[[int], tuple[Any, Any, Any, Any]]


def lecture(seed: int, init: str | None) -> tuple[nn.MLP, Any, Any]:
    """Network and points of micrograd's demo; `random_state` does there what `np.random.seed` does."""
    random.seed(seed)
    X, y = make_moons(n_samples=100, noise=0.1, random_state=seed)
    return nn.MLP(2, [16, 16, 1], init=init), X, y * 2 - 1


def lectures_loss(model: nn.MLP, X: Any, y: Any) -> tuple[autograd.Value, float]:
    """The max-margin loss with 1e-4 of L2, written as there, and the share of points that are right."""
    scores = [model(x) for x in X]
    losses = [(1 + -label * score).relu() for label, score in zip(y, scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    penalty = 1e-4 * sum(p * p for p in model.parameters())
    right = [(label > 0) == (score.data > 0) for label, score in zip(y, scores, strict=True)]
    return data_loss + penalty, sum(right) / len(right)


def test_the_first_loss_of_micrograds_demo_is_the_published_one() -> None:
    loss, accuracy = lectures_loss(*lecture(1337, "uniform"))
    assert (loss.data, accuracy) == (0.8958441028683222, 0.5)


@pytest.mark.slow
@pytest.mark.parametrize("init", [None, "uniform"])
@pytest.mark.parametrize("seed", [1337, *range(4)])
def test_micrograds_demo_gets_every_point_right(seed: int, init: str | None) -> None:
    model, X, y = lecture(seed, init)
    best = 0.0
    for k in range(100):
        loss, accuracy = lectures_loss(model, X, y)
        best = max(best, accuracy)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert best == 1.0


def held_out(load: Callable[[], Any]) -> Data:
    """A fifth of the examples to judge by, another one for each seed."""

    def data(seed: int) -> tuple[Any, Any, Any, Any]:
        X, y = load()
        X, X_held, y, y_held = train_validation_split(X, y, 0.2, seed=seed)
        return X, y, X_held, y_held

    return data


def seen(load: Callable[[int], Any]) -> Data:
    """Judged by what was learnt from."""
    return lambda seed: (*load(seed), *load(seed))


def standardised_students(seed: int) -> tuple[Any, Any]:
    X, y = student()
    return standardise(X)[0], y


def accuracies(data: Data, widths: list[int], **settings: Any) -> list[float]:
    """The accuracy for each of five seeds; `outputs` is the activation at the end, the others are `fit`'s."""
    results = []
    outputs = settings.pop("outputs", "linear")
    for seed in range(5):
        X, y, X_judged, y_judged = data(seed)
        model = nn.MLP(widths[0], widths[1:], output_activation=outputs, seed=seed)
        model.fit(X, y, seed=seed, **settings, **QUIET)
        results.append(model.evaluate(X_judged, y_judged, metrics=["accuracy"])["accuracy"])
    return results


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "widths", "settings", "least"),
    [
        (seen(lambda seed: moons(seed=seed)), [2, 16, 1], {"epochs": 100, "lr": 0.01}, 0.97),
        (seen(lambda seed: moons(seed=seed)), [2, 16, 1], {"epochs": 100, "lr": 0.01, "outputs": "sigmoid"}, 0.97),
        (seen(standardised_students), [3, 4, 1], {"epochs": 100, "lr": 0.01, "outputs": "sigmoid"}, 0.95),
        (held_out(iris), [4, 8, 3], {"epochs": 100, "lr": 0.01}, 0.95),
        (held_out(digits), [64, 32, 10], {"epochs": 20, "lr": 0.01}, 0.96),
        (held_out(lambda: digits(28)), [784, 32, 10], {"epochs": 10}, 0.93),
    ],
    ids=["moons", "moons sigmoid", "student", "iris", "digits", "digits 28"],
)
def test_networks_learn_with_the_defaults(data: Data, widths: list[int], settings: Any, least: float) -> None:
    reached = accuracies(data, widths, **settings)
    assert mean(reached) >= least, reached


@pytest.mark.slow
@pytest.mark.parametrize("outputs", ["linear", "sigmoid"])
def test_xor_is_solved_by_four_of_five_networks(outputs: str) -> None:
    reached = accuracies(seen(lambda seed: xor()), [2, 8, 1], epochs=500, lr=0.05, outputs=outputs)
    assert sum(a == 1.0 for a in reached) >= 4, reached


@pytest.mark.parametrize("seed", range(3))
def test_a_wide_network_begins_near_the_loss_of_guessing(seed: int) -> None:
    """ln 10 = 2.30 for ten classes; weights in −1 to 1 began at 8."""
    X, y = digits(28)
    model = nn.MLP(784, [32, 10], seed=seed)
    assert model.evaluate(X[:200], y[:200])["loss"] < 2.8


def test_flowers_held_back_are_of_all_kinds() -> None:
    settings: dict[str, Any] = {"lr": 0.01, "epochs": 60, "metrics": "accuracy", "seed": 0, **QUIET}
    history = nn.MLP(4, [8, 3], seed=0).fit(*iris(), validation_split=0.2, **settings)
    assert history.history["val_accuracy"][-1] >= 0.9


# ----- Python's own random numbers -----


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_pythons_seed_repeats_a_whole_training(engine: str) -> None:
    def run(seed: int) -> Any:
        random.seed(seed)
        model = nn.MLP(2, [6, 1], dropout=0.3)
        history = model.fit(*moons(40), epochs=3, engine=engine, **QUIET)
        return model.state_dict(), history.history["loss"], random.getstate()

    assert run(7) == run(7)
    assert run(7)[:2] != run(8)[:2]


def test_with_seeds_nothing_is_drawn_from_pythons_generator() -> None:
    random.seed(7)
    state = random.getstate()
    model = nn.MLP(2, [6, 1], dropout=0.3, seed=1)
    model.fit(*moons(40), epochs=2, seed=1, **QUIET)
    assert random.getstate() == state


def test_a_training_without_a_seed_draws_once_however_long_it_is() -> None:
    model = nn.MLP(2, [6, 1], dropout=0.3, seed=1)

    def state_after(epochs: int) -> Any:
        random.seed(7)
        model.fit(*moons(40), epochs=epochs, **QUIET)
        return random.getstate()

    random.seed(7)
    random.getrandbits(48)
    assert state_after(1) == state_after(4) == random.getstate()


def test_arguments_that_do_not_fit_draw_nothing(tmp_path: Any) -> None:
    random.seed(7)
    state = random.getstate()
    model = nn.MLP(2, [6, 1], seed=1)
    X, y = moons(40)
    wrong: list[dict[str, Any]] = [{"epochs": 0}, {"lr": -1.0}, {"checkpoint": tmp_path, "checkpoint_every": 0}]
    for settings in wrong:
        with pytest.raises(ValueError, match=r"must be"):
            model.fit(X, y, **settings, **QUIET)
    with pytest.raises(ValueError, match="nouts is empty"):
        nn.MLP(2, [])
    assert random.getstate() == state


# ----- The size of batches -----


@pytest.mark.parametrize("n", [*range(1, 70), 96, 97, 99, 100, 255, 256, 257, 1000, 60_000])
def test_batches_are_an_eighth_of_the_examples_from_4_to_about_32(n: int) -> None:
    size = size_of_batches(n, "auto")
    wanted = min(max(n // 8, 4), 32)
    assert wanted <= size <= wanted + 2
    assert n % size != 1 or n == 1  # no example is left over alone
    assert size_of_batches(n, None) == n and size_of_batches(n, 7) == 7


def test_a_normalisation_takes_the_batches_of_any_number_of_examples() -> None:
    for n in (2, 3, 5, 9, 33, 34):
        nn.MLP(2, [3, 1], batch_norm=True, seed=0).fit(*moons(n), epochs=1, engine="eager", **QUIET)


def test_another_word_is_no_size() -> None:
    with pytest.raises(TypeError, match=r"batch_size must be a whole number .* or None .*, got 'all'"):
        nn.MLP(2, [1]).fit(*moons(8), batch_size="all", **QUIET)
