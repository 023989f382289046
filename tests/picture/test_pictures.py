"""What is in a picture: every node, number, edge and colour; the same picture every time."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.graph.snapshot import snapshot
from autograd.picture import Drawing, GraphTooLarge, draw
from autograd.picture.themes import LIGHT, luminance
from autograd.support.text import exact_number, format_number
from tests.picture.pictures import SVG, Picture, neuron

LOOKS = {role: LIGHT.look(role) for role in ("input", "parameter", "constant", "result", "output")}


def test_every_node_of_a_small_graph() -> None:
    picture = Picture(draw(neuron()).svg)
    assert picture.kinds == {
        "v0": "node value input",
        "v1": "node value parameter",
        "v2": "node value result",
        "v3": "node value input",
        "v4": "node value result",
        "v5": "node value result",
        "v6": "node value constant",
        "v7": "node value output",
        **{f"o{i}": "node operation" for i in (2, 4, 5, 7)},
        **{f"r{i}": "edge result" for i in (2, 4, 5, 7)},
        **{f"e{i}": "edge operand" for i in range(7)},
    }
    o = neuron()
    x, w = snapshot(o).nodes[:2]
    assert picture.texts["v0"] == ["x", "data 2", f"grad {format_number(x.grad)}"]
    assert picture.texts["v1"] == ["w", "data −3", f"grad {format_number(w.grad)}"]
    assert picture.texts["v3"] == ["b", "data 6.5"]  # takes no gradient
    assert picture.texts["v6"] == ["2"]
    assert picture.texts["v7"] == ["o", f"data {format_number(o.data)}", "grad 1"]
    assert [picture.texts[f"o{i}"] for i in (2, 4, 5, 7)] == [["×"], ["+"], ["tanh"], ["×"]]


def test_the_local_derivative_is_on_its_edge() -> None:
    o = neuron()
    picture = Picture(draw(o).svg)
    slope = format_number(snapshot(o).edges[4].local_grad)
    labels = [[text.strip() for text in picture.texts[f"e{i}"] if text] for i in range(7)]
    assert labels == [["−3"], ["2"], ["1"], [], [slope], ["2"], []]  # none where no gradient goes
    assert all(picture.texts[f"r{i}"] == [] for i in (2, 4, 5, 7))


def test_derivatives_can_be_left_out() -> None:
    picture = Picture(draw(neuron(), derivatives=False).svg)
    assert all(picture.texts[edge] == [] for edge in picture.edges())
    assert len(picture.edges()) == 11


def test_hovering_shows_the_exact_numbers() -> None:
    o = neuron()
    picture = Picture(draw(o).svg)
    nodes = snapshot(o).nodes
    assert picture.titles["v0"] == [f"x (input): data 2.0, grad {exact_number(nodes[0].grad)}"]
    assert picture.titles["v3"] == ["b (input): data 6.5"]
    assert picture.titles["o2"] == ["* gives v2"]
    assert picture.titles["e0"] == ["∂v2/∂x = −3.0"]
    assert picture.titles["e3"] == []
    assert picture.root.find(f"{SVG}g/{SVG}title").text == "Computation graph of o: 8 values, 4 operations"  # type: ignore[union-attr]


def test_a_value_used_twice_has_two_edges() -> None:
    a = Value(3.0, label="a")
    picture = Picture(draw(a * a).svg)
    assert sorted(picture.edges()) == ["e0", "e1", "r1"]
    assert [text for edge in ("e0", "e1") for text in picture.texts[edge]] == ["3", "3"]


def test_a_lone_value() -> None:
    picture = Picture(draw(Value(3.0, label="x")).svg)
    assert picture.kinds == {"v0": "node value output"}
    assert picture.texts["v0"] == ["x", "data 3", "grad 0"]


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_wide_operations(rankdir: str) -> None:
    xs = [Value(0.1 * i, label=f"x{i}") for i in range(12)]
    ws = [Value(0.2 * i - 1, label=f"w{i}", role="parameter") for i in range(12)]
    for root, operands, symbol in ((autograd.dot(xs, ws), 24, "w·x"), (autograd.sum(xs), 12, "Σ")):
        picture = Picture(draw(root, rankdir=rankdir, collapse=None).svg)
        assert len(picture.edges()) == operands + 1
        assert picture.texts[f"o{operands}"] == [symbol]


def test_roles_differ_in_colour_and_in_shape_or_line() -> None:
    assert len({look["fillcolor"] for look in LOOKS.values()}) == len(LOOKS)
    assert len({(look["shape"], look["style"], look.get("peripheries")) for look in LOOKS.values()}) == len(LOOKS)
    picture = Picture(draw(neuron()).svg)
    drawn = {picture.kinds[f"v{i}"].split()[-1]: picture.shapes[f"v{i}"] for i in range(8)}
    assert drawn["output"][1:3] == ["rect", "rect"]  # two borders
    rects = {name: next(group.iter(f"{SVG}rect")) for name, group in picture.groups.items() if name[0] == "v"}
    rounded = {picture.kinds[name].split()[-1]: float(rect.get("rx", 0)) for name, rect in rects.items()}
    assert rounded["input"] > rounded["result"] > rounded["parameter"] == 0
    dashed = [name for name, rect in rects.items() if "dasharray" in picture.looks[rect.get("class", "")]]
    assert dashed == ["v6"]


@pytest.mark.parametrize("look", [*LOOKS.values(), LIGHT.look("operation")], ids=[*LOOKS, "operation"])
def test_text_is_readable_on_every_fill(look: dict[str, str]) -> None:
    text, fill = sorted((luminance(look.get("fontcolor", "#1a1a1a")), luminance(look["fillcolor"])))
    assert (fill + 0.05) / (text + 0.05) >= 4.5


def test_a_legend_names_the_roles_that_occur() -> None:
    legend = [name for name in Picture(draw(neuron(), legend=True).svg).kinds if name.startswith("legend_")]
    assert sorted(legend) == [
        f"legend_{n}" for n in ("constant", "input", "number", "operation", "output", "parameter", "result")
    ]
    small = Picture(draw(Value(1.0).tanh(), legend=True).svg).kinds
    assert [name for name in small if name.startswith("legend")] == [
        "legend_input",
        "legend_operation",
        "legend_output",
        "legend_number",
    ]
    assert "legend" not in draw(neuron()).svg


def test_the_direction_is_the_one_with_the_larger_type_unless_asked() -> None:
    def size(picture: Drawing) -> tuple[float, float]:
        root = Picture(picture.svg).root
        return float(root.get("width", "")), float(root.get("height", ""))

    width, height = size(draw(neuron(), rankdir="LR"))
    assert width > 700 > height
    assert size(draw(neuron())) == size(draw(neuron(), rankdir="TB"))  # the whole of it fits in 700 pixels
    short = Value(2.0) * 3.0
    assert size(draw(short)) == size(draw(short, rankdir="LR"))


@pytest.mark.parametrize(
    ("theme", "fill"),
    [("light", "fill:#ffffff;"), ("dark", "fill:#15181c;"), ("auto", "fill:light-dark(#ffffff,#15181c);")],
)
def test_the_background_is_that_of_the_theme(theme: str, fill: str) -> None:
    picture = Picture(draw(neuron(), theme=theme).svg)
    first = next(picture.root.iter(f"{SVG}rect"))
    assert first.get("width") == "100%" and fill in picture.looks[first.get("class", "")]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (-6.88137, "−6.8814"), (0.5, "0.5"), (2.0, "2"), (1e-5, "1e−5"), (0.0012345, "0.001234"), (0.99999, "1"),
        (-0.0, "0"), (0.0, "0"), (24.70408, "24.7041"), (100.0, "100"), (9999.99999, "10000"), (12345.678, "12345.7"),
        (1e6, "1e6"), (-1234567.0, "−1.235e6"), (1e300, "1e300"), (5e-324, "4.941e−324"),
        (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "−inf"),
    ],
)  # fmt: skip
def test_numbers_are_short(number: float, text: str) -> None:
    assert format_number(number) == text


@given(st.floats(-1e300, 1e300))
def test_short_numbers_are_right(number: float) -> None:
    text = format_number(number)
    assert len(text) <= 10 + text.startswith("−")
    assert float(text.replace("−", "-")) == pytest.approx(number, rel=5.01e-4)


def test_nan_and_infinity_are_drawn() -> None:
    picture = Picture(draw(Value(float("nan"), label="n") * Value(float("-inf"))).svg)
    assert picture.texts["v0"] == ["n", "data nan", "grad 0"]
    assert picture.texts["v1"] == ["data −inf", "grad 0"]


# ----- The same picture every time, of one moment -----


def test_the_same_graph_gives_the_same_dot_and_svg() -> None:
    first, second = draw(neuron()), draw(neuron())
    assert first == second
    assert first.source == second.source
    assert first.svg == second.svg


def test_a_drawing_shows_the_moment_it_was_made() -> None:
    a = Value(3.0, label="a")
    square = a * a
    before = draw(square)
    square.backward()
    assert Picture(before.svg).texts["v0"] == ["a", "data 3", "grad 0"]
    assert Picture(draw(square).svg).texts["v0"] == ["a", "data 3", "grad 6"]


def test_a_snapshot_can_be_drawn() -> None:
    o = neuron()
    assert draw(snapshot(o)) == draw(o)
    with pytest.raises(GraphTooLarge, match="8 nodes, more than max_nodes=7"):
        draw(snapshot(o), max_nodes=7, collapse=None)


# ----- Several results in one picture -----


def test_several_results_share_what_they_have_in_common() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    s = a * b
    s.label = "s"
    results = [s + 1.0, s.tanh(), s]  # one of them inside of the others
    drawn = draw(results)
    assert [drawn.snapshot.nodes[i].data for i in drawn.snapshot.outputs] == [v.data for v in results]
    assert drawn.snapshot.root == drawn.snapshot.outputs[-1]
    assert [node.label for node in drawn.snapshot.nodes].count("a") == 1
    assert [*Picture(drawn.svg).kinds.values()].count("node value output") == 3
    assert drawn.mermaid.count(":::output") == 3
    assert json.loads(drawn.json)["outputs"] == list(drawn.snapshot.outputs)
    assert "s: 6 values, 3 operations" in repr(drawn)


def test_one_result_in_a_list_is_that_result() -> None:
    result = Value(2.0) * 3.0
    assert draw([result]).source == draw(result).source and "outputs" not in json.loads(draw([result]).json)
    assert draw([result, result]).source == draw(result).source
    assert draw(draw([result, Value(1.0)]).snapshot).snapshot.outputs == (2, 3)
    with pytest.raises(GraphTooLarge, match=r"5 nodes, more than max_nodes=4.* It holds 2 inputs, 1 constant"):
        draw([Value(1.0) + 1.0, Value(2.0).tanh()], max_nodes=4, collapse=None)
