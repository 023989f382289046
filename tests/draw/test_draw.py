"""Pictures: what is in them, that user text stays text, that files appear whole, and that nothing freezes."""

import base64
import dataclasses
import importlib
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value
from autograd.dot import LOOKS, MAX_LABEL, OPERATION, clean, format_number, shorten
from autograd.draw import Drawing, GraphTooLarge, RenderError, draw
from autograd.snapshot import snapshot

SVG = "{http://www.w3.org/2000/svg}"
drawing = importlib.import_module("autograd.draw")

EVIL = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    '"]; evil [label="': '"]; evil [label="',
    r"back\nslash \N \l \r \G \\ \"": r"back\nslash \N \l \r \G \\ \"",
    "\\": "\\",
    '\\"': '\\"',
    "$x$": "$x$",
    "{a|b}": "{a|b}",
    "<b>x</b>": "<b>x</b>",
    "<<b>x</b>>": "<<b>x</b>>",
    "&amp; &lt; &#65; &": "&amp; &lt; &#65; &",
    "]]> <!-- x -->": "]]> <!-- x -->",
    "emoji 🎉 日本語 ∂σΣ": "emoji 🎉 日本語 ∂σΣ",
    "two\nlines\tand\x00 a \x1b[31mcolour": "two lines and a [31mcolour",
    "lone \ud800 surrogate \uffff": "lone surrogate",
    "turned \u202eround": "turned round",
    "node": "node",
    "0.5": "0.5",
    "x" * 500: "x" * 21 + "…" + "x" * 10,
}


class Picture:
    """An SVG read back: the class and the texts of every element with an id."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        groups = [group for group in self.root.iter(f"{SVG}g") if group.get("id") != "graph0"]
        self.kinds = {group.get("id", ""): group.get("class", "") for group in groups}
        self.texts = {group.get("id", ""): [text.text for text in group.iter(f"{SVG}text")] for group in groups}
        self.titles = {group.get("id", ""): [text.text for text in group.iter(f"{SVG}title")] for group in groups}
        self.shapes = {group.get("id", ""): [child.tag.removeprefix(SVG) for child in group] for group in groups}

    def edges(self) -> list[str]:
        """The ids of all edges."""
        return [name for name, kind in self.kinds.items() if kind.startswith("edge")]


def neuron() -> Value:
    """A neuron with every role in it: tanh(x·w + b) · 2, where b takes no gradient."""
    x = Value(2.0, label="x")
    w = Value(-3.0, label="w", role="parameter")
    b = Value(6.5, label="b", requires_grad=False)
    o: Value = (x * w + b).tanh() * 2.0
    o.label = "o"
    o.backward()
    return o


def network(inputs: int, *widths: int) -> Value:
    """A network of the classic kind, one small operation at a time."""
    values = [Value(0.1 * i, label=f"x{i}") for i in range(inputs)]
    for layer, width in enumerate(widths):
        outputs = []
        for j in range(width):
            total = Value(0.01 * j, label=f"b{layer}.{j}", role="parameter")
            for i, value in enumerate(values):
                total = total + value * Value(0.1 - 0.02 * i, label=f"w{layer}.{j}.{i}", role="parameter")
            outputs.append(total.tanh())
        values = outputs
    loss: Value = (values[0] - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    return loss


def recurrence(steps: int) -> Value:
    """The same three weights in every step: edges that pass many levels."""
    w, u, b = (Value(0.5, label=name, role="parameter") for name in "wub")
    state = Value(0.0, label="h0")
    for step in range(steps):
        state = (state * w + Value(0.1 * step) * u + b).tanh()
    return state


# ----- What a picture shows -----


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
    assert picture.texts["v1"] == ["w", "data -3", f"grad {format_number(w.grad)}"]
    assert picture.texts["v3"] == ["b", "data 6.5"]  # takes no gradient
    assert picture.texts["v6"] == ["2"]
    assert picture.texts["v7"] == ["o", f"data {format_number(o.data)}", "grad 1"]
    assert [picture.texts[f"o{i}"] for i in (2, 4, 5, 7)] == [["×"], ["+"], ["tanh"], ["×"]]


def test_the_local_derivative_is_on_its_edge() -> None:
    o = neuron()
    picture = Picture(draw(o).svg)
    slope = format_number(snapshot(o).edges[4].local_grad)
    labels = [[text.strip() for text in picture.texts[f"e{i}"] if text] for i in range(7)]
    assert labels == [["-3"], ["2"], ["1"], [], [slope], ["2"], []]  # none where no gradient goes
    assert all(picture.texts[f"r{i}"] == [] for i in (2, 4, 5, 7))


def test_derivatives_can_be_left_out() -> None:
    picture = Picture(draw(neuron(), derivatives=False).svg)
    assert all(picture.texts[edge] == [] for edge in picture.edges())
    assert len(picture.edges()) == 11


def test_hovering_shows_the_exact_numbers() -> None:
    o = neuron()
    picture = Picture(draw(o).svg)
    nodes = snapshot(o).nodes
    assert picture.titles["v0"] == [f"x (input): data 2.0, grad {nodes[0].grad!r}"]
    assert picture.titles["v3"] == ["b (input): data 6.5"]
    assert picture.titles["o2"] == ["* gives v2"]
    assert picture.titles["e0"] == ["∂v2/∂x = -3.0"]
    assert picture.titles["e3"] == []
    assert picture.root.find(f"{SVG}g/{SVG}title").text == "Computation graph of o: 8 values, 4 operations"  # type: ignore[union-attr]


def test_a_value_used_twice_has_two_edges() -> None:
    a = Value(3.0, label="a")
    picture = Picture(draw(a * a).svg)
    assert sorted(picture.edges()) == ["e0", "e1", "r1"]
    assert [text for edge in ("e0", "e1") for text in picture.texts[edge]] == [" 3 ", " 3 "]


def test_a_lone_value() -> None:
    picture = Picture(draw(Value(3.0, label="x")).svg)
    assert picture.kinds == {"v0": "node value output"}
    assert picture.texts["v0"] == ["x", "data 3", "grad 0"]


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_wide_operations(rankdir: str) -> None:
    xs = [Value(0.1 * i, label=f"x{i}") for i in range(12)]
    ws = [Value(0.2 * i - 1, label=f"w{i}", role="parameter") for i in range(12)]
    for root, operands, symbol in ((autograd.dot(xs, ws), 24, "w·x"), (autograd.sum(xs), 12, "Σ")):
        picture = Picture(draw(root, rankdir=rankdir).svg)
        assert len(picture.edges()) == operands + 1
        assert picture.texts[f"o{operands}"] == [symbol]


def test_roles_differ_in_colour_and_in_shape_or_line() -> None:
    assert len({look["fillcolor"] for look in LOOKS.values()}) == len(LOOKS)
    assert len({(look["shape"], look["style"], look.get("peripheries")) for look in LOOKS.values()}) == len(LOOKS)
    picture = Picture(draw(neuron()).svg)
    drawn = {picture.kinds[f"v{i}"].split()[-1]: picture.shapes[f"v{i}"] for i in range(8)}
    assert drawn["input"][1] == "ellipse"
    assert drawn["parameter"][1] == "polygon"
    assert drawn["result"][1] == "path"  # rounded
    assert drawn["output"][1:3] == ["path", "path"]  # two borders
    dashed = [element for element in picture.root.iter() if element.get("stroke-dasharray")]
    assert len(dashed) == 1


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("look", [*LOOKS.values(), OPERATION], ids=[*LOOKS, "operation"])
def test_text_is_readable_on_every_fill(look: dict[str, str]) -> None:
    text, fill = sorted((luminance(look.get("fontcolor", "#1a1a1a")), luminance(look["fillcolor"])))
    assert (fill + 0.05) / (text + 0.05) >= 4.5


def test_a_legend_names_the_roles_that_occur() -> None:
    legend = [name for name in Picture(draw(neuron(), legend=True).svg).kinds if name.startswith("legend_")]
    assert sorted(legend) == [
        f"legend_{n}" for n in ("constant", "input", "operation", "output", "parameter", "result")
    ]
    small = Picture(draw(Value(1.0).tanh(), legend=True).svg).kinds
    assert [name for name in small if name.startswith("legend")] == [
        "legend_input",
        "legend_operation",
        "legend_output",
    ]
    assert "legend" not in draw(neuron()).svg


def test_the_direction_is_left_to_right_unless_asked() -> None:
    def size(picture: Drawing) -> tuple[float, float]:
        root = Picture(picture.svg).root
        return float(root.get("width", "").removesuffix("pt")), float(root.get("height", "").removesuffix("pt"))

    width, height = size(draw(neuron()))
    assert width > height
    assert size(draw(neuron(), rankdir="LR")) == (width, height)
    width, height = size(draw(neuron(), rankdir="TB"))
    assert width < height


def test_the_background_is_white_so_that_it_can_be_read_on_dark_pages() -> None:
    root = Picture(draw(neuron()).svg).root
    first = next(root.iter(f"{SVG}polygon"))
    assert first.get("fill") == "white"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (-6.88137, "-6.8814"), (0.5, "0.5"), (2.0, "2"), (1e-5, "1e-05"), (0.0012345, "0.001234"), (0.99999, "1"),
        (-0.0, "0"), (0.0, "0"), (24.70408, "24.7041"), (100.0, "100"), (9999.99999, "10000"), (12345.678, "12345.7"),
        (1e6, "1e+06"), (-1234567.0, "-1.235e+06"), (1e300, "1e+300"), (5e-324, "4.941e-324"),
        (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf"),
    ],
)  # fmt: skip
def test_numbers_are_short(number: float, text: str) -> None:
    assert format_number(number) == text


@given(st.floats(-1e300, 1e300))
def test_short_numbers_are_right(number: float) -> None:
    text = format_number(number)
    assert len(text) <= 10 + text.startswith("-")
    assert float(text) == pytest.approx(number, rel=5.01e-4)


def test_nan_and_infinity_are_drawn() -> None:
    picture = Picture(draw(Value(float("nan"), label="n") * Value(float("-inf"))).svg)
    assert picture.texts["v0"] == ["n", "data nan", "grad 0"]
    assert picture.texts["v1"] == ["data -inf", "grad 0"]


# ----- Labels are text from the user -----


@pytest.mark.parametrize(("label", "shown"), EVIL.items(), ids=range(len(EVIL)))
def test_labels_are_shown_as_they_are(label: str, shown: str) -> None:
    a = Value(1.0)
    a.label = label
    picture = Picture(draw(a * 2.0).svg)
    assert picture.texts["v0"] == [shown, "data 1", "grad 0"]
    assert sorted(picture.kinds) == ["e0", "e1", "o2", "r2", "v0", "v1", "v2"]
    assert picture.titles["v0"] == [f"{clean(label)} (input): data 1.0, grad 0.0"]


@pytest.mark.parametrize(("label", "shown"), EVIL.items(), ids=range(len(EVIL)))
def test_symbols_of_operations_are_text_too(label: str, shown: str) -> None:
    picture = snapshot(Value(1.0).tanh())
    strange = dataclasses.replace(picture.nodes[1], symbol=label)
    drawn = Picture(draw(dataclasses.replace(picture, nodes=(picture.nodes[0], strange))).svg)
    assert drawn.texts["o1"] == [shown]


@pytest.mark.skipif(shutil.which("dot") is None, reason="the system has no dot")
@pytest.mark.parametrize(("label", "shown"), EVIL.items(), ids=range(len(EVIL)))
def test_labels_are_the_same_with_the_system_program(label: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rendering = importlib.import_module("autograd.render")
    monkeypatch.setattr(rendering, "_with_wasm", rendering._with_dot)
    a = Value(1.0, label=label)
    picture = Picture(draw(a * 2.0).svg)
    assert [text and text.replace("\xa0", " ") for text in picture.texts["v0"]] == [shown, "data 1", "grad 0"]
    assert sorted(picture.kinds) == ["e0", "e1", "o2", "r2", "v0", "v1", "v2"]


@given(st.text(min_size=1))
def test_any_label_at_all(label: str) -> None:
    shown = shorten(clean(label))
    picture = Picture(draw(Value(1.0, label=label)).svg)
    assert picture.texts["v0"] == [*([shown] if shown else []), "data 1", "grad 0"]


@pytest.mark.parametrize("label", EVIL, ids=range(len(EVIL)))
def test_labels_cannot_leave_the_html_of_a_notebook(label: str) -> None:
    tags = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, [name for name, _ in attrs]))

        def handle_data(self, data: str) -> None:
            tags.append(("text", [data]))

    Reader().feed(draw(Value(1.0, label=label))._repr_html_())
    assert tags == [("div", ["style"]), ("img", ["alt", "style", "src"])]


def test_wide_characters_get_more_room() -> None:
    def width(label: str) -> float:
        root = Picture(draw(Value(1.0, label=label)).svg).root
        return float(root.get("width", "").removesuffix("pt"))

    assert width("日" * 20) - width("i") > 20 * 9  # ten points each, which Graphviz takes for five


def test_a_long_label_keeps_both_ends() -> None:
    text = shorten("layer1.neuron3." + "y" * 100 + ".w7")
    assert len(text) == MAX_LABEL
    assert text.startswith("layer1.neuron3.")
    assert text.endswith(".w7")


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
        draw(snapshot(o), max_nodes=7)


# ----- Size -----


def test_a_graph_that_is_too_large_is_refused_at_once() -> None:
    value = Value(1.0)
    for _ in range(300):
        value = value + 1.0
    message = r"the graph has 601 nodes, more than max_nodes=300; take a smaller part .*pass max_nodes=601"
    with pytest.raises(GraphTooLarge, match=message):
        draw(value)
    assert isinstance(GraphTooLarge("x"), ValueError)


@pytest.mark.slow
def test_a_million_nodes_are_refused_quickly() -> None:
    value = Value(1.0)
    for _ in range(1_000_000):
        value = value.tanh()
    start = time.perf_counter()
    with pytest.raises(GraphTooLarge, match="1,000,001 nodes"):
        draw(value)
    assert time.perf_counter() - start < 20  # 1 to 3 s of walking; a layout would take for ever


@pytest.mark.parametrize(
    ("root", "nodes"), [(network(3, 4, 4, 1), 121), (network(5, 8, 5, 1), 292), (network(2, 26, 1), 294)]
)
def test_a_few_hundred_nodes_are_drawn_in_about_a_second(root: Value, nodes: int) -> None:
    picture = draw(root)
    assert len(picture.snapshot.nodes) == nodes
    assert " label=" in picture.source and "headlabel" not in picture.source
    picture.svg  # noqa: B018 - the property does the work; the first one also loads Graphviz
    start = time.perf_counter()
    svg = draw(root).svg
    assert time.perf_counter() - start < 5  # 0.05 to 0.3 s on one core
    assert svg.count('class="edge') == len(picture.snapshot.edges) + sum(
        n.role == "result" for n in picture.snapshot.nodes
    )


@pytest.mark.parametrize(("steps", "settings"), [(14, "headlabel"), (20, "splines=line"), (45, "splines=line")])
def test_shared_weights_over_many_steps_do_not_hang(steps: int, settings: str) -> None:
    # With labels that want room on the way, 20 steps take longer than the time limit.
    picture = draw(recurrence(steps))
    assert settings in picture.source
    assert picture.svg.count('class="edge operand"') == len(picture.snapshot.edges)


def test_a_layout_that_takes_too_long_says_what_to_do() -> None:
    picture = draw(recurrence(45), time_limit=0.05)
    with pytest.raises(RenderError, match=r"time_limit=0\.05 s; draw a smaller part"):
        picture.svg  # noqa: B018
    assert picture.source.startswith("digraph")


def test_an_edge_that_graphviz_leaves_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = drawing.render

    def lossy(source: str, format: str, *, time_limit: float) -> str:
        return re.sub(r'<g id="e3" class="edge.*?</g>', "", honest(source, format), flags=re.DOTALL)

    monkeypatch.setattr(drawing, "render", lossy)
    with pytest.raises(RenderError, match="drew 10 of 11 edges"):
        draw(neuron()).svg  # noqa: B018


# ----- What is refused -----


@pytest.mark.parametrize(("thing", "named"), [(3.0, "float"), ("loss", "str"), ([Value(1.0)], "list"), (None, "None")])
def test_only_a_value_can_be_drawn(thing: object, named: str) -> None:
    with pytest.raises(TypeError, match=rf"from the Value at its end, got .*{named}"):
        draw(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("rankdir", ["RL", "lr", "", None])
def test_unknown_directions(rankdir: str) -> None:
    with pytest.raises(ValueError, match=rf'"LR" \(left to right\) or "TB" \(top to bottom\), got {rankdir!r}'):
        draw(Value(1.0), rankdir=rankdir)


@pytest.mark.parametrize("format", ["gif", "SVG", "", ".svg"])
def test_unknown_formats(format: str) -> None:
    with pytest.raises(ValueError, match=f"format is one of svg, dot, gv, png, pdf, got '{format}'"):
        draw(Value(1.0), format=format)


# ----- Files -----


@pytest.mark.parametrize("name", ["graph.svg", "GRAPH.SVG"])
def test_saving_an_svg(name: str, tmp_path: Path) -> None:
    picture = draw(neuron())
    path = picture.save(tmp_path / name)
    assert path == tmp_path / name
    assert path.read_text(encoding="utf-8") == picture.svg
    assert len(Picture(path.read_text(encoding="utf-8")).edges()) == 11
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ["graph.dot", "graph.gv"])
def test_saving_dot_needs_no_renderer(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "render", None)
    picture = draw(neuron())
    assert picture.save(str(tmp_path / name)).read_text(encoding="utf-8") == picture.source


@pytest.mark.skipif(shutil.which("dot") is None, reason="the system has no dot")
@pytest.mark.parametrize(("name", "magic"), [("graph.png", b"\x89PNG\r\n\x1a\n"), ("graph.pdf", b"%PDF-")])
def test_saving_png_and_pdf(name: str, magic: bytes, tmp_path: Path) -> None:
    content = draw(neuron()).save(tmp_path / name).read_bytes()
    assert content.startswith(magic)
    assert len(content) > 5000


@pytest.mark.parametrize("name", ["graph.png", "graph.pdf"])
def test_png_and_pdf_without_a_converter(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(RenderError, match=r"needs the program dot .* or the package cairosvg"):
        draw(neuron()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("format", ["svg", "dot", "gv"])
def test_a_name_without_an_extension_gets_the_format(format: str, tmp_path: Path) -> None:
    path = draw(neuron(), format=format).save(tmp_path / "graph")
    assert path == tmp_path / f"graph.{format}"
    assert path.exists()


@pytest.mark.parametrize("name", ["graph.gif", "graph.jpeg", "v1.5", "graph.svgz"])
def test_unknown_extensions(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"from '\.\w+' in .*{name}.*what works: \.svg, \.dot, \.gv, \.png, \.pdf"):
        draw(neuron()).save(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere.* for 'graph\.svg'; make it first"):
        draw(neuron()).save(tmp_path / "nowhere" / "graph.svg")


def test_saving_twice_replaces(tmp_path: Path) -> None:
    draw(neuron()).save(tmp_path / "graph.dot")
    second = draw(Value(1.0)).save(tmp_path / "graph.dot")
    assert second.read_text(encoding="utf-8") == draw(Value(1.0)).source
    assert os.listdir(tmp_path) == ["graph.dot"]


def fail(*_: object) -> None:
    raise OSError("disk full")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw(neuron()).save(tmp_path / "graph.dot")
    old = path.read_bytes()
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(Value(1.0)).save(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["graph.dot"]


# ----- Notebooks -----


def test_a_notebook_shows_an_image_with_its_data_inside() -> None:
    picture = draw(neuron())
    html = picture._repr_html_()
    found = re.search(r'<img alt="([^"]*)" style="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', html)
    assert found is not None
    assert found[1] == "Computation graph of o: 8 values, 4 operations"
    assert base64.b64decode(found[3]).decode("utf-8") == picture.svg
    assert "<script" not in html


def test_plain_text_is_short() -> None:
    assert repr(draw(neuron())) == '<Drawing of o: 8 values, 4 operations; .svg, .source, .save("graph.svg")>'
    assert repr(draw(Value(1.0))).startswith("<Drawing of v0: 1 value, 0 operations;")


@pytest.mark.parametrize("make", [lambda: draw(neuron()).source, lambda: draw(neuron()).svg], ids=["source", "svg"])
def test_nothing_machine_dependent_is_inside(make: Callable[[], str]) -> None:
    text = make()
    assert "0x" not in text
    assert "generated" not in text.lower()
    assert "DOCTYPE" not in text
