"""Neurons and layers folded into boxes, and what is said of graphs that stay too large."""

import pytest

from autograd import Value
from autograd.graph.snapshot import snapshot, summary
from autograd.picture import GraphTooLarge, draw
from autograd.picture.collapse import fold_modules
from nn import MLP
from tests.picture.pictures import Picture, network


def loss(examples: int = 1, fused: bool = False) -> Value:
    """The loss of a 2-3-3-1 network."""
    model = MLP(2, [3, 3, 1], activation="tanh", seed=1, fused=fused)
    total = Value(0.0, requires_grad=False)
    for k in range(examples):
        total = total + (model([0.1 * k, 1.0 - k]) - 1.0) ** 2
    total.label = "loss"
    total.backward()
    return total


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(("level", "boxes"), [("neuron", 7), ("layer", 3)])
def test_boxes_and_what_they_hold(level: str, boxes: int, fused: bool) -> None:
    picture = snapshot(loss(3, fused))
    folded = fold_modules(picture, level)
    assert folded is not None
    assert len(folded.boxes) == boxes
    held = sorted([*folded.outside, *(index for box in folded.boxes for index in box.members)])
    assert held == list(range(len(picture.nodes)))
    assert sum(box.parameters for box in folded.boxes) == 9 + 12 + 4
    ends = {box.name: set(box.members) for box in folded.boxes}
    inner = {e.index for e in picture.edges if any({e.source, e.target} <= box for box in ends.values())}
    assert sorted(k for link in folded.links for k in link.edges) == sorted({e.index for e in picture.edges} - inner)


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("direction", ["forward", "backward", "both"])
def test_a_folded_picture_shows_titles_counts_and_frames(rankdir: str, direction: str) -> None:
    drawn = draw(loss(), collapse="neuron", rankdir=rankdir, direction=direction, legend=True, gradients=True)
    picture = Picture(drawn.svg)
    boxes = [texts for name, texts in picture.texts.items() if picture.kinds[name] == "node box"]
    assert len(boxes) == 7
    assert all(texts[1] and texts[1].endswith("nodes") for texts in boxes)
    assert [texts[0] for texts in boxes].count("neuron 1") == 2
    frames = [texts for name, texts in picture.texts.items() if name.startswith("frame")]
    assert sorted(str(texts[0]) for texts in frames) == ["layer 0", "layer 1"]
    assert "record" not in drawn.source
    edges = [line for line in drawn.source.split("\n") if "->" in line and "legend" not in line]
    assert edges and all("label=" not in line for line in edges)


def test_frames_in_frames_in_frames() -> None:
    """The outer two hold nothing directly; they are drawn all the same, and every box keeps its label."""
    outputs = []
    for part in "ab":
        inputs = [Value(2.0, label="x")]
        for layer in range(2):
            name = f"net.{part}.layers.{layer}.neurons"
            inputs = [
                (sum((Value(0.5, f"{name}.{n}.w{i}", role="parameter") * h for i, h in enumerate(inputs)), Value(0.0))
                 + Value(0.1, f"{name}.{n}.b", role="parameter")).tanh()
                for n in range(2)
            ]  # fmt: skip
        outputs += inputs
    picture = Picture(draw(sum(outputs, Value(0.0)), collapse="neuron").svg)
    frames = [str(texts[0]) for name, texts in picture.texts.items() if name.startswith("frame")]
    assert frames[:3] == ["net", "a", "layer 1"] and len(frames) >= 6
    assert all(texts[0] for name, texts in picture.texts.items() if picture.kinds[name] == "node box")


def test_the_output_stays_outside() -> None:
    model = MLP(2, [3, 1], seed=1)
    output = model([1.0, 2.0])
    drawn = Picture(draw(output, collapse="layer").svg)
    assert [kind for kind in drawn.kinds.values() if kind == "node value output"] == ["node value output"]


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "softmax"])
@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_the_box_of_the_last_neuron_computes_the_output(level: str, fused: bool, activation: str) -> None:
    outputs = MLP(2, [3, 2], output_activation=activation, seed=1, fused=fused)([1.0, 2.0])
    drawn = draw(outputs[0], collapse=level)
    folded, root = drawn.folded, drawn.snapshot.root
    assert folded is not None
    if level == "neuron" and activation == "softmax":  # which is the work of no single neuron
        assert not folded.makers and f"o{root} -> v{root}" in drawn.source
        return
    maker = next(box for box in folded.boxes if box.name == folded.makers[root])
    assert maker.title == ("layers.1.neurons.0" if level == "neuron" else "layers.1")
    assert root in maker.members and root in folded.outside
    assert f"{maker.name} -> v{root}" in drawn.source and f"o{root}" not in drawn.source
    # Whatever the neuron takes goes into its box.
    before = {box.name for box in folded.boxes if box.title.startswith("layers.0")}
    assert {link.source for link in folded.links if link.target == maker.name} == before
    assert f"{maker.name} --> v{root}" in drawn.mermaid and f"o{root}" not in drawn.mermaid
    picture = Picture(drawn.svg)
    assert picture.kinds[f"v{root}"] == "node value output" and f"o{root}" not in picture.kinds


def test_auto_folds_only_what_is_too_large() -> None:
    root = loss()
    size = len(snapshot(root).nodes)
    assert draw(root, collapse=None, max_nodes=size).folded is None
    neurons = draw(root, max_nodes=size - 1).folded
    assert neurons is not None and {box.title for box in neurons.boxes} > {"layers.0.neurons.0", "layers.1.neurons.2"}
    layers = draw(root, max_nodes=neurons.size - 1).folded
    assert layers is not None and {box.title for box in layers.boxes} >= {"layers.0", "layers.1"}
    message = r"more than max_nodes=1;.*this is after folding all that can be folded\. It holds 25 parameters"
    with pytest.raises(GraphTooLarge, match=message):
        draw(root, max_nodes=1)


def test_a_graph_without_modules_cannot_be_folded() -> None:
    root = network(2, 2, 1)
    with pytest.raises(ValueError, match=r"collapse='neuron' needs parameters with a module in their names"):
        draw(root.tanh() if not root.operands else Value(1.0) * 2.0, collapse="neuron")
    assert draw(root, max_nodes=10).shown.size <= 10  # levels are boxes, too


def test_highlighted_flow_is_that_of_all_edges_together() -> None:
    root = loss()
    drawn = draw(root, collapse="layer", highlight="layers.0.neurons.0.w0")
    assert drawn.paint.highlight is not None and drawn.folded is not None
    first = next(box for box in drawn.folded.boxes if box.title == "layers.0")
    flow = drawn.paint.highlight.flow
    leaving = [flow[k] for link in drawn.folded.links if link.source == first.name for k in link.edges if k in flow]
    assert sum(leaving) == pytest.approx(drawn.paint.highlight.total, rel=1e-12)


def test_the_summary_of_a_large_graph() -> None:
    with pytest.raises(
        GraphTooLarge, match=r"It holds 25 parameters, 3 inputs.*6 tanh.*longest path has \d+ steps.*auto"
    ):
        draw(loss(), max_nodes=10, collapse=None)
    assert summary(loss()) == summary(snapshot(loss()))


@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_several_outputs_stand_beside_the_boxes_that_compute_them(level: str) -> None:
    outputs = MLP(2, [3, 2], seed=1)([1.0, 2.0])
    drawn = draw(outputs, collapse=level)
    folded = drawn.folded
    assert folded is not None and set(folded.makers) == set(drawn.snapshot.outputs) <= set(folded.outside)
    assert len(drawn.snapshot.outputs) == 2 and len({*folded.makers.values()}) == (2 if level == "neuron" else 1)
    for index, box in folded.makers.items():
        assert f"{box} -> v{index}" in drawn.source and f"o{index}" not in drawn.source
    assert [*Picture(drawn.svg).kinds.values()].count("node value output") == 2
