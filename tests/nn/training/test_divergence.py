"""nan, inf and explosions: the error names the operation, the layer and a remedy."""

import pickle
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import exp, log, sqrt
from nn.training import TrainingError
from tests.nn.small_nets import QUIET, Recorder


def minus_log(predictions: Any, targets: Any) -> Any:
    return autograd.mean([-log(p * 0.0) for p in predictions])


def root_of_zero(predictions: Any, targets: Any) -> Any:
    return autograd.mean([sqrt(p - p.data) for p in predictions])


@pytest.mark.parametrize(
    ("model", "settings", "match"),
    [
        (
            nn.Sequential(nn.Layer(1, 2, "linear", seed=0), nn.ActivationLayer(exp), nn.Layer(2, 1, "linear")),
            {"X": [[1e4], [1e4]]},
            r"step 1 of 1: the loss became nan or infinite\. It began in layers\.1: exp of .* is inf",
        ),
        (nn.MLP(1, [1], seed=0), {"loss": minus_log}, r"It began in the loss: log of .* is -inf"),
        (
            nn.MLP(1, [1], seed=0),
            {"loss": root_of_zero},
            r"the gradient became nan or infinite\. It began in .*going back through sqrt",
        ),
        (
            nn.MLP(1, [1], seed=0),
            {"regularization": lambda model: log(model.parameters()[0] * 0.0)},
            r"It began in the penalty: log of",
        ),
        (
            nn.MLP(1, [1], seed=0),
            {"lr": 1e308, "X": [[10.0]], "y": [1e3]},
            r"the update became nan or infinite.*smaller learning rate \(it was 1e\+308",
        ),
        (
            nn.MLP(1, [3, 1], activation="linear", seed=0),
            {"lr": 10.0, "epochs": 50, "X": [[3.0]], "y": [5.0]},
            r"the loss exploded, to .* in layers\.\d: the largest gradient is .* of layers\.",
        ),
    ],
    ids=["layer", "loss", "gradient", "penalty", "update", "explosion"],
)
def test_a_breakdown_names_the_operation_and_the_layer(model: nn.Module, settings: dict[str, Any], match: str) -> None:
    arguments: dict[str, Any] = {"X": [[1.0]], "y": [1.0], "optimizer": "sgd", "lr": 0.1, **settings}
    if len(arguments["X"]) != len(arguments["y"]):
        arguments["y"] = arguments["y"] * len(arguments["X"])
    recorder = Recorder()
    before = model.state_dict()
    with pytest.raises(TrainingError, match=match) as caught:
        model.fit(arguments.pop("X"), arguments.pop("y"), callbacks=[recorder], **arguments, **QUIET)
    text, history = str(caught.value), caught.value.history
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == text and again.layer == caught.value.layer and again.history.failure == text
    assert "Try a smaller learning rate" in text
    assert history.stopped == "failed" and history.failure == text and history.diagnose() == [text]
    assert all(np.isfinite([*model.state_dict().values()]))
    if "exploded" not in text:
        assert model.state_dict() == [before, *recorder.steps][-1]
        assert all(p.grad == 0.0 for p in model.parameters())


def test_a_breakdown_later_leaves_the_model_at_the_step_before() -> None:
    def breaks(predictions: Any, targets: Any) -> Any:
        total = nn.losses.mse(predictions, targets)
        return total if total.data > 0.5 * first else total + log(0.0 * total)

    model, recorder = nn.MLP(1, [1], seed=0), Recorder()
    first = model.evaluate([[2.0]], [3.0])["loss"]
    with pytest.raises(TrainingError, match=r"step 1 of 1: .* It began in the loss: log of .* is -inf") as caught:
        model.fit(
            [[2.0]], [3.0], loss=breaks, optimizer="sgd", lr=0.01, epochs=100, callbacks=[recorder], engine="eager",
            **QUIET,
        )  # fmt: skip
    assert caught.value.layer == "the loss" and caught.value.epoch == len(recorder.steps) > 1
    assert model.state_dict() == recorder.steps[-1]


def test_the_remedies_fit_the_case() -> None:
    with pytest.raises(TrainingError, match=r"standardised inputs \(the largest is 10000;") as caught:
        nn.MLP(1, [1], activation="exp", output_activation="exp", seed=0).fit([[1e4]], [1.0], clip_norm=1.0, **QUIET)
    assert "clip_norm=1.0" not in str(caught.value)
    with pytest.raises(TrainingError, match="or a loss on raw scores, such as"):
        nn.MLP(1, [1], seed=0).fit([[1.0]], [1.0], loss=minus_log, **QUIET)


def test_the_layer_of_a_gradient_that_breaks_down_is_named() -> None:
    """In layer 1 √ is taken of exactly 0, where its slope is infinite."""
    model = nn.Sequential(
        nn.Layer(1, 2, "tanh", seed=0), nn.Layer(2, 2, sqrt, init="zeros"), nn.Layer(2, 1, "linear", seed=0)
    )
    with pytest.raises(TrainingError, match=r"the gradient became .* in layers\.1: .*sqrt"):
        model.fit([[1.0]], [1.0], **QUIET)


def test_a_large_neuron_makes_a_short_message() -> None:
    model = nn.MLP(300, [1], init="zeros")
    model.layers[0].neurons[0].w[0].data = 1e308  # type: ignore[attr-defined]
    with pytest.raises(TrainingError, match=r"It began in layers\.0: dot of") as caught:
        model.fit([[10.0] * 300], [1.0], **QUIET)
    assert len(str(caught.value)) < 700
