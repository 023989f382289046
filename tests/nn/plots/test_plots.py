"""The plots show the numbers that they were given, say what is wrong, and leave no figure open unasked."""

import math
from collections.abc import Iterator
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

import nn
from autograd import Value
from nn import plots
from nn.datasets import moons

X, Y = moons(20, seed=0)


@pytest.fixture
def ax() -> Any:
    return Figure(layout="constrained").add_subplot()


@pytest.fixture(autouse=True)
def no_figure_left() -> Iterator[None]:
    yield
    plt.close("all")


def model(**changes: Any) -> nn.MLP:
    return nn.MLP(2, [4, 1], **{"activation": "tanh", "seed": 0, **changes})


ALL: dict[str, Any] = {
    "loss_curve": lambda ax: plots.loss_curve([3.0, 2.0, 1.0], ax=ax),
    "metric_curve": lambda ax: plots.metric_curve({"accuracy": [0.5, 0.9]}, "accuracy", ax=ax),
    "learning_rates": lambda ax: plots.learning_rates({0.1: [1.0, 0.5]}, ax=ax),
    "decision_boundary": lambda ax: plots.decision_boundary(model(), X, Y, ax=ax, resolution=8),
    "loss_along_weight": lambda ax: plots.loss_along_weight(lambda: 1.0, Value(2.0, "w"), ax=ax),
    "activation_functions": lambda ax: plots.activation_functions("relu", ax=ax),
    "gradient_sizes": lambda ax: plots.gradient_sizes({"a": [1.0], "b": [0.1]}, ax=ax),
    "first_layer": lambda ax: plots.first_layer(model(), ax=ax),
    "network": lambda ax: plots.network(model(), [0.1, 0.2], ax=ax),
    "confusion_matrix": lambda ax: plots.confusion_matrix([0, 1], [0, 0], ax=ax),
}


@pytest.mark.parametrize("name", ALL)
def test_draws_into_the_axes_given_or_into_new_ones(name: str, ax: Any) -> None:
    assert ALL[name](ax) is ax
    assert not plt.get_fignums()
    own = ALL[name](None)
    assert own is not ax and len(plt.get_fignums()) == 1
    own.figure.canvas.draw()  # labels and layout work out without a warning
    with pytest.raises(TypeError, match=r"ax is a matplotlib Axes or None, got 3"):
        ALL[name](3)


def test_loss_curve(ax: Any) -> None:
    plots.loss_curve({"loss": [100.0, 10.0, 1.0], "val_loss": [90.0, 20.0, 5.0]}, ax=ax)
    train, validation = ax.lines
    assert list(train.get_ydata()) == [100.0, 10.0, 1.0] and list(train.get_xdata()) == [1, 2, 3]
    assert list(validation.get_ydata()) == [90.0, 20.0, 5.0]
    assert train.get_color() != validation.get_color() and train.get_linestyle() != validation.get_linestyle()
    assert ax.get_yscale() == "log" and (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["training", "validation"]


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ([], "the history is empty"),
        ({"accuracy": [1.0]}, "there is no 'loss' in the history, only 'accuracy'"),
        ({"loss": []}, "the history is empty"),
    ],
)
def test_loss_curve_refuses(history: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.loss_curve(history)
    with pytest.raises(TypeError, match=r"give a History, a dict of lists or a list of losses, got 3"):
        plots.loss_curve(3)
    with pytest.raises(ValueError, match=r"there is no 'f1' in the history, only 'loss'"):
        plots.metric_curve([1.0], "f1")


def test_learning_rates_cut_off_a_run_that_diverges(ax: Any) -> None:
    plots.learning_rates({0.01: [1.0, 0.9], 2.0: [1.0, 2.0, 50.0, math.nan]}, ax=ax)
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert labels == ["0.01", "2 (diverges)"]
    mark, run = ax.lines[1:]
    assert list(run.get_ydata()) == [1.0, 2.0, 50.0] and (mark.get_xdata()[0], mark.get_ydata()[0]) == (3, 3.0)
    assert ax.get_ylim()[1] == 3.0
    with pytest.raises(ValueError, match=r"the run at rate 0.5 is empty"):
        plots.learning_rates({0.5: []})
    with pytest.raises(ValueError, match=r"give at least one run"):
        plots.learning_rates({})


def test_the_boundary_lies_where_the_model_puts_it(ax: Any) -> None:
    def right_half(x: Any) -> Any:
        return Value(1.0) * (x[0] - 0.5)

    plots.decision_boundary(right_half, [[0.0, 0.0], [1.0, 1.0]], ["left", "right"], ax=ax)
    (line,) = [c for c in ax.collections if hasattr(c, "get_paths") and len(c.get_paths()) == 1 and not c.get_fill()]
    assert {round(x, 9) for x in line.get_paths()[0].vertices[:, 0]} == {0.5}
    points = [c for c in ax.collections if c.get_label() in ("left", "right")]
    assert [c.get_offsets().tolist() for c in points] == [[[0.0, 0.0]], [[1.0, 1.0]]]
    assert points[0].get_facecolor().tolist() != points[1].get_facecolor().tolist()


def test_a_sigmoid_output_is_cut_at_one_half_and_several_outputs_at_the_largest(ax: Any) -> None:
    assert plots.boundary._scores(model(output_activation="sigmoid"), None)[1] == 0.5
    assert plots.boundary._scores(model(), None)[1] == 0.0
    plots.decision_boundary(nn.MLP(2, [3], seed=1), X, [i % 3 for i in range(20)], ax=ax, resolution=10)
    assert len(ax.get_legend().get_texts()) == 3


def borders(ax: Any) -> list[Any]:
    """The points of every line between regions."""
    lines = [c for c in ax.collections if hasattr(c, "get_paths") and len(c.get_paths()) == 1 and not c.get_fill()]
    return [line.get_paths()[0].vertices for line in lines]


def test_the_border_of_a_perceptron_is_a_straight_line(ax: Any) -> None:
    perceptron = nn.Perceptron(2)
    perceptron.w[0].data, perceptron.w[1].data, perceptron.b.data = 1.0, 2.0, -1.5
    plots.decision_boundary(perceptron, [[0.0, 0.0], [1.0, 1.0]], [0, 1], ax=ax)
    [line] = borders(ax)
    assert max(abs(x + 2 * y - 1.5) for x, y in line) < 1e-9


def test_of_a_step_more_points_are_looked_at(ax: Any) -> None:
    plots.decision_boundary(lambda x: x[0] ** 2 + x[1] ** 2 < 1, [[-1.0, -1.0], [1.5, 1.5]], [0, 1], ax=ax)
    [line] = borders(ax)
    assert max(abs(math.hypot(x, y) - 1.0) for x, y in line) < 0.02


def test_between_two_classes_there_is_no_band_of_a_third(ax: Any) -> None:
    def three(x: Any) -> list[float]:
        return [-x[0], -9.0, x[0]]

    plots.decision_boundary(three, [[-1.0, 0.0], [1.0, 1.0]], [0, 2], ax=ax)
    assert all(abs(x) < 1e-9 for line in borders(ax) for x, _ in line)
    assert len([c for c in ax.collections if c.get_fill() and type(c).__name__ == "QuadContourSet"]) == 2


@pytest.mark.parametrize(
    ("points", "labels", "message"),
    [
        ([[1.0, 2.0, 3.0]], [0], r"each example needs 2 numbers, got \[1.0, 2.0, 3.0\]"),
        ([], [], "got no examples"),
        ([[1.0, 2.0]], [0, 1], "there are 1 examples but 2 labels"),
    ],
)
def test_decision_boundary_refuses(points: Any, labels: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.decision_boundary(model(), points, labels)


def test_loss_along_weight_shows_the_path_and_puts_the_weight_back(ax: Any) -> None:
    w = Value(3.0, "w")
    plots.loss_along_weight(lambda: (w - 1) ** 2, w, [3.0, 2.0], ax=ax, span=(0.0, 4.0), points=5)
    assert list(ax.lines[0].get_ydata()) == [1.0, 0.0, 1.0, 4.0, 9.0]
    assert list(ax.lines[1].get_ydata()) == [4.0, 1.0]
    assert w.data == 3.0 and ax.get_xlabel() == "w"

    def fails() -> Value:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        plots.loss_along_weight(fails, w)
    assert w.data == 3.0
    with pytest.raises(ValueError, match=r"span goes from a smaller to a larger weight"):
        plots.loss_along_weight(lambda: w, w, span=(1.0, 1.0))
    with pytest.raises(TypeError, match=r"weight is a Value"):
        plots.loss_along_weight(lambda: w, 3.0)  # type: ignore[arg-type]


def test_activation_functions_and_slopes(ax: Any) -> None:
    plots.activation_functions(["relu", "tanh"], ax=ax, span=1.0)
    relu, slope = ax.lines[0].get_ydata(), ax.lines[1].get_ydata()
    assert (relu[0], relu[-1], slope[0], slope[200], slope[-1]) == (0.0, 1.0, 0.0, 0.0, 1.0)
    assert ax.lines[2].get_ydata()[-1] == math.tanh(1.0)
    with pytest.raises(ValueError, match=r"softmax goes over a whole layer"):
        plots.activation_functions("softmax", ax=ax)


def test_curves_that_run_together_are_side_by_side(ax: Any) -> None:
    plots.activation_functions(["relu", "leaky_relu", "tanh"], ax=ax)
    heights = [
        ax.transData.inverted().transform(line.get_transform().transform([(3.0, 3.0)]))[0][1] for line in ax.lines
    ]
    relu, leaky, tanh = heights[0], heights[2], heights[4]
    assert relu == pytest.approx(3.0) and tanh == pytest.approx(3.0) and leaky < 3.0
    assert ax.get_ylim()[1] > 5.0


def test_gradient_sizes_tell_weights_from_normalisations(ax: Any) -> None:
    net: Any = nn.MLP(2, [3, 1], batch_norm=True, seed=0)
    for k, p in enumerate(net.parameters()):
        p.grad = float(k)
    plots.gradient_sizes(net, ax=ax)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["layer 0", "layer 1\nBatchNorm", "layer 3"]
    first, norm, last = ax.patches
    assert first.get_facecolor() == last.get_facecolor() != norm.get_facecolor()
    weights = [p.grad for neuron in net.layers[0].neurons for p in neuron.w]  # the biases are frozen
    assert first.get_height() == pytest.approx(math.sqrt(sum(g * g for g in weights) / len(weights)))


def test_gradient_sizes_of_a_model(ax: Any) -> None:
    deep = nn.MLP(2, [3, 3, 1], activation="sigmoid", seed=0)
    with pytest.raises(ValueError, match=r"every gradient is 0: call loss.backward\(\)"):
        plots.gradient_sizes(deep, ax=ax)
    deep([0.5, 0.3]).backward()
    plots.gradient_sizes(deep, ax=ax)
    heights = [bar.get_height() for bar in ax.patches]
    expected = [
        math.sqrt(sum(p.grad**2 for p in layer.parameters()) / len(layer.parameters())) for layer in deep.layers
    ]
    assert heights == pytest.approx(expected, rel=1e-12)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["layer 0", "layer 1", "layer 2"]
    with pytest.raises(ValueError, match=r"there is no parameter"):
        plots.gradient_sizes({})


def test_first_layer_tiles_the_weights(ax: Any) -> None:
    net: Any = nn.MLP(4, [3, 1], seed=0)
    plots.first_layer(net, ax=ax, columns=2)
    mosaic = ax.images[0].get_array()
    weights = [[w.data for w in neuron.w] for neuron in net.layers[0].neurons]
    assert mosaic.shape == (5, 5)
    assert mosaic[0:2, 3:5].ravel().tolist() == weights[1] and mosaic[3:5, 0:2].ravel().tolist() == weights[2]
    with pytest.raises(ValueError, match=r"shape \(3, 2\) has 6 places, the neurons have 4 weights"):
        plots.first_layer(net, shape=(3, 2))
    with pytest.raises(ValueError, match=r"Dropout has no layer of neurons"):
        plots.first_layer(nn.Dropout(0.5))


def lines_of(ax: Any) -> list[tuple[Any, ...]]:
    """Every weight that is drawn: its width, its colour as a tuple, and whether its line is whole."""
    return [
        (width, tuple(colour[:3]), style[1] is None)
        for lines in ax.collections
        for width, colour, style in zip(lines.get_linewidths(), lines.get_colors(), lines.get_linestyle(), strict=True)
    ]


def test_network_diagram(ax: Any) -> None:
    net: Any = model()
    plots.network(net, [0.1, -0.2], ax=ax)
    lines = lines_of(ax)
    assert len(lines) == 2 * 4 + 4 and len(ax.patches) == 2 + 4 + 1
    texts = [t.get_text() for t in ax.texts]
    assert texts[:3] == ["0.1", "−0.2", "input\n2"] and texts[-1] == "linear\n1"
    for layer, first, count in ((net.layers[0], 0, 8), (net.layers[1], 8, 4)):
        weights = sorted((w.data for neuron in layer.neurons for w in neuron.w), key=abs)
        shown = lines[first : first + count]
        assert [whole for _, _, whole in shown] == [w >= 0 for w in weights]
        assert [width for width, *_ in shown] == pytest.approx([0.2 + 2.8 * abs(w / weights[-1]) for w in weights])
        assert len({colour for _, colour, whole in shown if whole} & {c for _, c, whole in shown if not whole}) == 0
    with pytest.raises(ValueError, match=r"takes 2 inputs, x has 3"):
        plots.network(net, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"has no layers of neurons to draw"):
        plots.network(nn.Dropout(0.5))


def test_activations_have_the_colour_of_their_sign_and_white_is_zero(ax: Any) -> None:
    net: Any = nn.MLP(4, [2], seed=0)
    plots.network(net, [-2.0, 0.0, 1.0, 2.0], ax=ax)
    low, zero, middle, high = (patch.get_facecolor()[:3] for patch in ax.patches[:4])
    assert min(zero) > 0.99
    assert low[0] > low[2] and high[2] > high[0]  # orange has more red, blue more blue
    assert high[0] < middle[0] < zero[0]


def test_of_a_wide_layer_the_first_and_last_are_shown_and_the_gap_says_how_many_are_not() -> None:
    wide = plots.network(nn.MLP(40, [20, 3], seed=0))
    assert len(wide.patches) == 16 + 16 + 3 and len(lines_of(wide)) == 16 * 16 + 16 * 3
    texts = [t.get_text() for t in wide.texts]
    assert "⋮\n24 more\n⋮" in texts and "⋮\n4 more\n⋮" in texts


def test_outputs_have_the_names_of_classes_and_the_largest_stands_out(ax: Any) -> None:
    net: Any = nn.MLP(2, [3], seed=0)
    x = [0.5, -1.0]
    plots.network(net, x, ax=ax, classes=["a", "b", 3])
    named = {t.get_text(): t.get_fontweight() for t in ax.texts if t.get_text() in ("a", "b", "3")}
    outputs = [v.data for v in net(x)]
    assert named == {n: "bold" if outputs[k] == max(outputs) else "normal" for k, n in enumerate(("a", "b", "3"))}
    with pytest.raises(ValueError, match=r"the model has 3 outputs, but there are 2 classes"):
        plots.network(net, classes=["a", "b"])


@pytest.mark.parametrize(("width", "shape", "seen"), [(784, None, (28, 28)), (64, None, (8, 8)), (6, (2, 3), (2, 3))])
def test_an_image_is_an_input_layer_of_its_own(width: int, shape: Any, seen: tuple[int, int], ax: Any) -> None:
    net: Any = nn.MLP(width, [20, 2], seed=0)
    x = [i / width for i in range(width)]
    plots.network(net, x, ax=ax, shape=shape)
    assert ax.images[0].get_array().shape == seen and ax.images[0].get_array().ravel().tolist() == x
    assert len(ax.patches) == 16 + 2 and len(lines_of(ax)) == 16 + 16 * 2
    assert f"input\n{seen[0]} × {seen[1]}" in [t.get_text() for t in ax.texts]
    with pytest.raises(ValueError, match=rf"shape \(1, 2\) has 2 places, the neurons have {width} weights"):
        plots.network(net, x, shape=(1, 2))


def test_a_layer_bears_the_name_of_the_activation_behind_its_normalisation() -> None:
    ax = plots.network(nn.MLP(2, [3, 1], activation="relu", batch_norm=True, seed=0).eval(), [1.0, 2.0])
    assert "relu\n3" in [t.get_text() for t in ax.texts]


def test_confusion_matrix(ax: Any) -> None:
    plots.confusion_matrix(["a", "a", "b"], ["a", "b", "b"], ax=ax)
    assert ax.images[0].get_array().tolist() == [[1, 1], [0, 1]]
    assert [t.get_text() for t in ax.texts] == ["1", "1", "0", "1"]
    with pytest.raises(ValueError, match=r"there are 1 true labels but 2 predictions"):
        plots.confusion_matrix([1], [1, 2])
    with pytest.raises(ValueError, match=r"there are no examples"):
        plots.confusion_matrix([], [])
    with pytest.raises(ValueError, match=r"the label 3 is not among labels \[1, 2\]"):
        plots.confusion_matrix([1, 3], [1, 2], labels=[1, 2])


@pytest.mark.parametrize(("classes", "numbers", "names"), [(2, 4, 2), (40, 1600, 40), (41, 0, 21), (1000, 0, 40)])
def test_cells_of_many_classes_have_colours_alone(classes: int, numbers: int, names: int) -> None:
    ax = plots.confusion_matrix(range(classes), range(classes))
    assert len(ax.texts) == numbers
    assert len(ax.get_xticklabels()) == len(ax.get_yticklabels()) == names
    assert [tick.get_text() for tick in ax.get_xticklabels()][:2] == ["0", str(math.ceil(classes / 40))]


def settings() -> dict[str, Any]:
    """Every plot, called with what it needs and some settings."""
    net, weight = model(), Value(1.0)
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0, 1]
    return {
        "decision_boundary": lambda **given: plots.decision_boundary(net, X, y, **given),
        "loss_along_weight": lambda **given: plots.loss_along_weight(
            **{"loss": lambda: weight * weight, "weight": weight, **given}
        ),
        "activation_functions": lambda **given: plots.activation_functions(**given),
        "first_layer": lambda **given: plots.first_layer(net, **given),
        "confusion_matrix": lambda **given: plots.confusion_matrix(**{"truth": [0, 1], "predictions": [0, 1], **given}),
        "network": lambda **given: plots.network(net, **given),
        "learning_rates": lambda **given: plots.learning_rates(**given),
        "gradient_sizes": lambda **given: plots.gradient_sizes(**given),
    }


@pytest.mark.parametrize(
    ("plot", "given", "error", "message"),
    [
        ("decision_boundary", {"resolution": 0}, ValueError, "resolution must be a whole number from 2 on, got 0"),
        ("decision_boundary", {"resolution": 1}, ValueError, "resolution must be a whole number from 2 on, got 1"),
        ("decision_boundary", {"resolution": "fine"}, TypeError, "resolution must be a whole number from 2 on"),
        ("decision_boundary", {"threshold": "half"}, TypeError, "threshold must be a finite number, got 'half'"),
        ("decision_boundary", {"threshold": -math.inf}, ValueError, "threshold must be a finite number, got -inf"),
        ("loss_along_weight", {"points": 1}, ValueError, "points must be a whole number from 2 on, got 1"),
        ("loss_along_weight", {"points": "many"}, TypeError, "points must be a whole number from 2 on, got 'many'"),
        ("loss_along_weight", {"span": 3}, TypeError, "span must be a pair of finite numbers, got 3"),
        ("loss_along_weight", {"span": ("a", 1)}, TypeError, r"span\[0\] must be a pair of finite numbers, got 'a'"),
        ("loss_along_weight", {"loss": 3}, TypeError, "loss is a function without arguments .* got 3"),
        ("activation_functions", {"span": 0}, ValueError, "span must be a number of units to each side above 0, got 0"),
        ("activation_functions", {"span": "a"}, TypeError, "span must be a number of units"),
        (
            "activation_functions",
            {"names": 3},
            TypeError,
            "names is the name of an activation or a list of names, got 3",
        ),
        ("activation_functions", {"names": []}, ValueError, "names is empty: give at least one activation"),
        ("first_layer", {"shape": 3}, TypeError, r"shape must be a pair \(rows, columns\), got 3"),
        ("first_layer", {"shape": (1, 2.5)}, TypeError, r"shape\[1\] must be a whole number from 1 on, got 2.5"),
        ("first_layer", {"columns": 0}, ValueError, "columns must be a whole number from 1 on, got 0"),
        ("first_layer", {"columns": "a"}, TypeError, "columns must be a whole number from 1 on, got 'a'"),
        ("confusion_matrix", {"labels": 3}, TypeError, "labels must be a list of labels, got 3"),
        ("confusion_matrix", {"truth": "aab"}, TypeError, "truth must be a list of labels, got 'aab'"),
        ("network", {"x": 3}, TypeError, "x is one input, a list of 2 numbers, got 3"),
        (
            "learning_rates",
            {"runs": [[1.0, 0.5]]},
            TypeError,
            "runs is a dict from learning rate to its list of losses",
        ),
        ("gradient_sizes", {"model": 3}, TypeError, "give a model, or a mapping from layer to its gradients, got 3"),
    ],
)
def test_every_setting_says_what_it_takes(
    plot: str, given: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        settings()[plot](**given)
