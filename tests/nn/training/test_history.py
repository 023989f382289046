"""The training log: gradients, updates, dead and saturated neurons of every layer, against sums made by hand."""

import math
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

import nn
from autograd import Value
from nn.callbacks import Callback
from nn.datasets import moons
from nn.layers import ActivationLayer, BatchNorm, Dropout
from nn.neuron import Layer
from nn.training.history import History
from nn.training.watch import EXAMPLES, Watch
from tests.nn.small_nets import QUIET, small


def length(numbers: list[float]) -> float:
    return math.sqrt(math.fsum(x * x for x in numbers))


class Parts(Callback):
    """Weights before and after every step, and the gradients of it, by layer."""

    def __init__(self) -> None:
        self.before: list[list[list[float]]] = []
        self.after: list[list[list[float]]] = []
        self.grads: list[list[list[float]]] = []

    def _of_layers(self, attribute: str) -> list[list[float]]:
        return [[getattr(p, attribute) for p in layer.parameters()] for layer in self.model.layers]  # type: ignore[attr-defined]

    def on_train_batch_begin(self, batch: int, logs: Mapping[str, float]) -> None:
        self.before.append(self._of_layers("data"))

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float]) -> None:
        self.after.append(self._of_layers("data"))
        self.grads.append(self._of_layers("grad"))


def test_gradient_norm_and_update_ratio_are_means_over_the_steps() -> None:
    X, y = moons(8)
    parts = Parts()
    history = small().fit(X, y, optimizer="sgd", lr=0.1, batch_size=3, epochs=2, callbacks=[parts], seed=0, **QUIET)
    assert [*history.layers] == ["layers.0", "layers.1"]
    for i, layer in enumerate(history.layers.values()):
        for epoch in range(2):
            steps = range(3 * epoch, 3 * epoch + 3)
            norms = [length(parts.grads[s][i]) for s in steps]
            ratios = [
                length([a - b for a, b in zip(parts.after[s][i], parts.before[s][i], strict=True)])
                / length(parts.before[s][i])
                for s in steps
            ]
            assert layer["gradient_norm"][epoch] == pytest.approx(sum(norms) / 3, rel=1e-12)
            assert layer["update_ratio"][epoch] == pytest.approx(sum(ratios) / 3, rel=1e-12)
            assert ratios[0] == pytest.approx(0.1 * norms[0] / length(parts.before[3 * epoch][i]), rel=1e-9)


def test_the_gradient_norm_is_that_before_clipping() -> None:
    clipped, free = (small().fit(*moons(8), clip_norm=c, batch_size=None, seed=0, **QUIET) for c in (1e-6, None))
    assert clipped.layers["layers.0"]["gradient_norm"] == free.layers["layers.0"]["gradient_norm"]


def neurons(biases: list[float], activation: str) -> Layer:
    """Neurons that all see their input times 1, each with its own bias."""
    layer = Layer(1, len(biases), activation, init="zeros")
    for neuron, b in zip(layer.neurons, biases, strict=True):
        neuron.w[0].data, neuron.b.data = 1.0, b
    return layer


@pytest.mark.parametrize(
    ("activation", "biases", "xs", "name", "expected"),
    [
        ("relu", [-9.0, -2.0, 0.0, 5.0], [0.0, 1.0], "dead", 0.5),
        ("relu", [-9.0, -9.0, -9.0, -9.0], [0.0, 1.0], "dead", 1.0),
        ("relu", [-1.0, -1.0, 0.0, 5.0], [0.0, 1.0], "dead", 0.5),  # 0 is not above 0
        ("sigmoid", [-4.0, 0.0, 4.0, 5.0], [0.0, 1.0], "saturated", 3 / 8),  # σ(4.6) is 0.99
        ("tanh", [-3.0, 0.0, 1.0, 2.7], [0.0, 1.0], "saturated", 3 / 8),  # tanh 2.65 is 0.99
    ],
)
def test_dead_and_saturated_shares(
    activation: str, biases: list[float], xs: list[float], name: str, expected: float
) -> None:
    model = nn.Sequential(neurons(biases, activation), Layer(len(biases), 1, "linear", seed=0))
    history = model.fit([[x] for x in xs], [0.0] * len(xs), lr=0.0, **QUIET)
    assert history.layers["layers.0"][name] == [expected]
    assert {*history.layers["layers.1"]} == {"gradient_norm", "update_ratio"}


def test_a_neuron_that_fires_in_one_batch_is_not_dead() -> None:
    model = nn.Sequential(neurons([-2.0, 0.0], "relu"), Layer(2, 1, "linear", seed=0))
    history = model.fit([[1.0], [1.0], [3.0]], [0.0] * 3, lr=0.0, batch_size=1, shuffle=False, **QUIET)
    assert history.layers["layers.0"]["dead"] == [0.0]


def test_only_the_last_examples_of_an_epoch_are_looked_at() -> None:
    """A neuron that fires for the first of many examples only counts as dead: the look is cheap, not complete."""
    model = nn.Sequential(neurons([-2.0, 0.0], "relu"), Layer(2, 1, "linear", seed=0))
    xs = [[3.0], *[[1.0]] * (EXAMPLES + 20)]
    settings: dict[str, Any] = {"lr": 0.0, "shuffle": False, **QUIET}
    history = model.fit(xs, [0.0] * len(xs), batch_size=10, **settings)
    assert history.layers["layers.0"]["dead"] == [0.5]
    history = model.fit(xs, [0.0] * len(xs), batch_size=None, **settings)
    assert history.layers["layers.0"]["dead"] == [0.0]


def test_what_follows_a_layer_belongs_to_it() -> None:
    model = nn.Sequential(
        Layer(2, 3, "linear", seed=0), BatchNorm(3), ActivationLayer("relu"), Dropout(0.5, seed=0),
        nn.Sequential(Layer(3, 2, "tanh", seed=1), Layer(2, 1, "linear", seed=2)),
    )  # fmt: skip
    watch = Watch(model)
    found = [(layer.name, len(layer.parameters), layer.activation) for layer in watch.layers]
    assert found == [("layers.0", 15, "relu"), ("layers.4.layers.0", 8, "tanh"), ("layers.4.layers.1", 3, "")]
    history = model.fit(*moons(10), batch_size=5, epochs=2, **QUIET)
    assert "dead" in history.layers["layers.0"] and "saturated" in history.layers["layers.4.layers.0"]


class Own(nn.Module):
    """A module of the user's own: its parts have gradients, what they give is not seen."""

    def __init__(self) -> None:
        self.first, self.last = Layer(2, 3, "relu", seed=0), Layer(3, 1, "linear", seed=1)

    def __call__(self, x: Any) -> Any:
        return self.last(self.first(x))[0]


def test_a_module_of_ones_own_has_a_log_by_part() -> None:
    history = Own().fit(*moons(8), loss="mse", epochs=2, **QUIET)
    assert {name: [*numbers] for name, numbers in history.layers.items()} == {
        "first": ["gradient_norm", "update_ratio"],
        "last": ["gradient_norm", "update_ratio"],
    }


def test_a_single_layer_or_a_lone_value_has_a_log_too() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(0.0, role="parameter")

        def __call__(self, x: Any) -> Any:
            return self.slope * x[0]

    assert [*Line().fit([[1.0]], [1.0], **QUIET).layers] == ["Line"]
    assert {*Layer(2, 1, "sigmoid").fit(*moons(8), **QUIET).layers["Layer"]} == {
        "gradient_norm", "update_ratio", "saturated",
    }  # fmt: skip


def test_frozen_layers_have_no_gradient() -> None:
    model = small()
    model.layers[0].freeze()
    history = model.fit(*moons(8), epochs=2, **QUIET)
    assert history.layers["layers.0"] == {
        "gradient_norm": [0.0, 0.0],
        "update_ratio": [0.0, 0.0],
        "saturated": [0.0, 0.0],
    }
    assert history.layers["layers.1"]["gradient_norm"][0] > 0.0


def test_the_log_costs_no_other_result() -> None:
    """Looking at the layers changes nothing: dropout drops the same, running means move the same."""
    X, y = moons(12)
    models = [nn.MLP(2, [4, 1], "relu", "sigmoid", dropout=0.5, batch_norm=True, seed=0) for _ in range(2)]
    models[0].fit(X, y, batch_size=4, seed=0, **QUIET)
    monkey = pytest.MonkeyPatch()
    with monkey.context() as m:
        m.setattr("nn.training.loop.EXAMPLES", 0)
        history = models[1].fit(X, y, batch_size=4, seed=0, **QUIET)
    assert history.layers == {} and models[0].state_dict() == models[1].state_dict()


def test_a_history_shows_itself_and_can_be_pickled() -> None:
    history = small().fit(*moons(8), epochs=2, lr=0.01, **QUIET)
    loss = history.history["loss"][-1]
    assert repr(history) == f"History(2 epochs, finished: loss {loss:.4g}, lr 0.01)"
    again = pickle.loads(pickle.dumps(history))
    assert vars(again) == vars(history)
    assert repr(History()) == "History(0 epochs)"


def test_a_second_training_has_a_history_of_its_own() -> None:
    model = small()
    first, second = (model.fit(*moons(8), epochs=2, seed=0, **QUIET) for _ in range(2))
    assert first.epochs == second.epochs == 2
    assert second.history["loss"][0] < first.history["loss"][0]
