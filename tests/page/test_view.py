"""What `view` gives back, and the boxes that a graph is folded into."""

import json
import os
import random
import re
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, topological_order
from autograd.engine import ops
from autograd.graph.adjoints import backward_order, gradients, path_counts
from autograd.graph.boxes import module_boxes, module_path
from autograd.graph.folding import FOLD_ABOVE, Folding, initial_folding
from autograd.graph.snapshot import GraphTooLarge, snapshot
from autograd.page import view
from autograd.page.document import SCRIPTS, in_one_line, parts, script
from autograd.page.operations import operations
from autograd.reductions import dot
from nn import MLP

Network = Callable[..., Value]


def data_of(page: str) -> dict[str, list[object]]:
    found = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


# ----- The object -----


def test_it_is_saved_whole(tmp_path: Path) -> None:
    made = view(Value(2.0, label="θ") * 3.0)
    assert made.save(tmp_path / "graph") == tmp_path / "graph.html"
    assert made.save(str(tmp_path / "page.htm")) == tmp_path / "page.htm"
    assert (tmp_path / "graph.html").read_text(encoding="utf-8") == made.html
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph.html", "page.htm"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "graph.html").write_text("old")
    made = view(Value(2.0) * 3.0)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        made.save(tmp_path / "graph.html")
    assert [path.name for path in tmp_path.iterdir()] == ["graph.html"]
    assert (tmp_path / "graph.html").read_bytes() == b"old"


@pytest.mark.parametrize("name", ["graph.svg", "graph.png", "graph.json", "v1.5"])
def test_a_page_is_no_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"a page is saved as \.html, got '.*{name}'; draw\(\.\.\.\)\.save writes"):
        view(Value(2.0)).save(tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no folder '.*missing' for 'graph.html'; make it first"):
        view(Value(2.0)).save(tmp_path / "missing" / "graph.html")


def test_open_shows_a_file_in_the_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = view(Value(2.0) * 3.0)
    path = made.open()
    assert path.read_text(encoding="utf-8") == made.html
    assert opened == [path.as_uri()]


@pytest.mark.parametrize("thing", [3.0, None, [Value(1.0)], "x"])
def test_only_a_value_can_be_viewed(thing: object) -> None:
    with pytest.raises(TypeError, match="a graph is taken from the Value at its end"):
        view(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("height", [0, -5])
def test_the_height_is_positive(height: int) -> None:
    with pytest.raises(ValueError, match=f"height must be a whole number from 1 on, got {height}"):
        view(Value(1.0), height=height)


def test_a_graph_that_is_too_large_is_refused_with_the_remedy() -> None:
    y = Value(1.0)
    for _ in range(30):
        y = y.tanh()
    with pytest.raises(GraphTooLarge, match="max_nodes=31"):
        view(y, max_nodes=30)
    assert len(view(y, max_nodes=31).snapshot.nodes) == 31


def test_it_is_frozen() -> None:
    x = Value(2.0, label="x")
    y = x * x
    made = view(y)
    y.backward()
    x.data = 99.0
    assert data_of(made.html)["data"] == [2.0, 4.0]
    assert data_of(made.html)["stored"] == [0.0, 0.0]
    assert made.html is made.html


def test_the_same_graph_gives_the_same_page(network: Network) -> None:
    assert view(network([2, 3, 1])).html == view(network([2, 3, 1])).html


def test_the_line_that_recorded_a_node_is_told_where_it_is_known() -> None:
    with ag.detect_anomaly():
        y = Value(2.0).tanh()
    assert [place.rpartition(":")[0] for place in data_of(view(y).html)["places"].values()] == [__file__]  # type: ignore[attr-defined]


# ----- Sweeps -----


@given(st.integers(0, 10_000))
def test_gradients_are_those_of_the_engine_to_the_last_bit(seed: int) -> None:
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-2, 2), requires_grad=rng.random() > 0.2) for _ in range(3)]
    for _ in range(12):
        a, b, c = (rng.choice(nodes) for _ in range(3))
        kind = rng.randrange(4)
        nodes.append((a * b, a - b / 3, a.tanh(), dot([a, b], [b, c], a))[kind])
    loss = ag.sum(nodes)
    if not loss.requires_grad:
        return
    picture = snapshot(loss)
    loss.backward()
    order = topological_order(loss)
    assert gradients(picture, backward_order(picture)) == [v.grad for v in order]
    assert path_counts(picture) == [ag.count_paths(loss, v) for v in order]


def test_a_deep_graph_needs_no_recursion() -> None:
    y = Value(1.0, label="x")
    for _ in range(30_000):
        y = y * 1.0
    picture = snapshot(y)
    assert len(backward_order(picture)) == 30_000
    assert len(initial_folding(picture).closed) > 5


# ----- Boxes -----


@pytest.mark.parametrize(
    ("label", "boxes"),
    [
        ("layers.0.neurons.1.w2", ("layers.0", "layers.0.neurons.1")),
        ("encoder.layers.3.norm.gamma", ("encoder", "encoder.layers.3", "encoder.layers.3.norm")),
        ("layer.w", ("layer",)),
        ("w", ()),
        ("", ()),
        ("3.14", ()),
        ("a. b", ()),
        ("a..b", ()),
        (".w", ()),
        ("Schicht.größe", ("Schicht",)),
    ],
)
def test_labels_that_are_places_name_boxes(label: str, boxes: tuple[str, ...]) -> None:
    assert module_path(label) == boxes


@pytest.mark.parametrize("fused", [False, True])
def test_a_neuron_holds_its_own_work_and_the_loss_stays_outside(fused: bool, network: Network) -> None:
    loss = network([2, 3, 1], fused=fused)
    picture = snapshot(loss)
    nesting = module_boxes(picture)
    held: dict[str, list[str]] = {}
    for node, title in zip(picture.nodes, nesting.titles(), strict=True):
        held.setdefault(title, []).append(node.op)
    outside = sorted(op for op in held.pop("") if op)
    assert outside == ["**", "-"]
    assert sorted(held) == ["layers.0.neurons.0", "layers.0.neurons.1", "layers.0.neurons.2", "layers.1.neurons.0"]
    assert all(ops.count("tanh") == 1 for ops in held.values())
    assert sorted(box.title for box in nesting.boxes if box.parent < 0) == ["layers.0", "layers.1.neurons.0"]


def test_a_softmax_belongs_to_the_layer_and_a_residual_sum_to_nobody() -> None:
    rows = [[Value(0.1 * (i + j), f"out.neurons.{i}.w{j}", role="parameter") for j in range(2)] for i in range(2)]
    x = [Value(1.0, "x0", requires_grad=False), Value(2.0, "x1", requires_grad=False)]
    p = ag.softmax([dot(row, x) for row in rows])
    loss = (p[0] + p[1] * 2.0).tanh()
    picture = snapshot(loss)
    titles = module_boxes(picture).titles()
    of = {node.op: titles[node.index] for node in picture.nodes if node.op}
    assert of == {"dot": "out.neurons.1", "softmax": "out", "+": "", "*": "", "tanh": ""}


def test_small_graphs_start_open_and_large_ones_folded(network: Network) -> None:
    small, large = snapshot(network([2, 4, 1])), snapshot(network([2, 8, 8, 1]))
    assert len(small.nodes) <= FOLD_ABOVE < len(large.nodes)
    assert initial_folding(small).closed == []
    assert len(initial_folding(small).boxes) > 4
    titles = [initial_folding(large).boxes[i].title for i in initial_folding(large).closed]
    assert "layers.0.neurons.7" in titles
    assert "layers.0" not in titles


def seen(folding: Folding) -> int:
    """How many things are seen at first."""
    groups, member, folded = folding.boxes, folding.innermost, set(folding.closed)

    def top(box: int) -> int:
        found = -1
        while box >= 0:
            found = box if box in folded else found
            box = groups[box].parent
        return found

    return len({top(box) if top(box) >= 0 else -2 - i for i, box in enumerate(member)})


def chain(n: int) -> Value:
    y = Value(0.5, label="x")
    for i in range(n):
        y = ag.sin(y) if i % 3 else y * 1.5
    return y


def bush(n: int) -> Value:
    """Unlabelled and tangled: every node is used somewhere later."""
    nodes = [Value(float(i), label=f"x{i}") for i in range(20)]
    for i in range(n):
        nodes.append(nodes[i] * nodes[-1] + nodes[i // 2])
    return nodes[-1]


def stages(n: int) -> Value:
    """A few named nodes with much work before each."""
    y = Value(1.0, label="x")
    for stage in range(5):
        for _ in range(n // 5):
            y = y.tanh() + 0.5
        y.label = f"stage {stage}"
    return y


@pytest.mark.parametrize("build", [chain, bush, stages, lambda n: ag.sum([Value(float(i)) for i in range(n)])])
@pytest.mark.parametrize("n", [200, 2000])
def test_graphs_without_modules_are_folded_too(build: Callable[[int], Value], n: int) -> None:
    folding = initial_folding(snapshot(build(n)))
    assert 1 <= seen(folding) <= 60


def test_what_leads_to_a_named_node_is_named_after_it() -> None:
    folding = initial_folding(snapshot(stages(400)))
    assert [box.title for box in folding.boxes] == [f"stage {i}" for i in range(5)]


def test_wide_layers_bundle_their_leaves() -> None:
    x = [Value(0.1, f"x{i}", requires_grad=False) for i in range(100)]
    neurons = [
        dot(
            [Value(0.1, f"layers.0.neurons.{j}.w{i}", role="parameter") for i in range(100)],
            x,
            Value(0.0, f"layers.0.neurons.{j}.b", role="parameter"),
        )
        for j in range(4)
    ]
    loss = ag.sum([n.relu() for n in neurons])
    folding = initial_folding(snapshot(loss))
    titles = [box.title for box in folding.boxes]
    assert "x0 … x99" in titles
    assert titles.count("w0 … b") == 4
    assert seen(folding) < 12


def test_a_batch_folds_into_the_layers_and_the_loss(network: Network) -> None:
    folding = initial_folding(snapshot(network([2, 4, 1], fused=True, examples=40)))
    assert {"layers.0", "layers.1.neurons.0", "loss"} <= {box.title for box in folding.boxes}
    assert seen(folding) < 20


def test_the_output_is_seen_even_where_nothing_has_a_name() -> None:
    picture = snapshot(chain(400))
    assert initial_folding(picture).innermost[picture.root] == -1


def test_the_title_of_a_bundle_tells_its_names() -> None:
    x = [Value(0.1, f"x{i % 2}", requires_grad=False) for i in range(20)]
    w = Value(1.0, "layers.0.neurons.0.w0", role="parameter")
    b = Value(1.0, "layers.0.neurons.0.b", role="parameter")
    loss = ag.sum([(w * v + b).tanh() ** 2 for v in x] + [Value(float(i)) for i in range(70)])
    titles = [box.title for box in initial_folding(snapshot(loss)).boxes]
    assert "x0, x1" in titles
    assert "inputs" in titles


@pytest.mark.parametrize(
    ("widths", "activation", "seen"),
    [
        ([16, 16, 1], "linear", True),
        ([16, 16, 1], "sigmoid", True),
        ([200, 1], "linear", True),
        ([30, 30], "softmax", True),
        ([4, 100], "softmax", False),  # with a hundred neurons beside it
    ],
)
def test_the_output_of_a_large_model_is_seen_at_first(widths: list[int], activation: str, seen: bool) -> None:
    outputs = MLP(2, widths, output_activation=activation, seed=1)([1.0, -2.0])
    picture = snapshot(outputs if isinstance(outputs, Value) else outputs[0])
    folding, around = initial_folding(picture), set()
    box = folding.innermost[picture.root]
    while box >= 0:
        around.add(box)
        box = folding.boxes[box].parent
    assert folding.closed and around
    assert around.isdisjoint(folding.closed) == seen


# ----- The document -----


def test_script_and_style_are_one_line_each_without_comments() -> None:
    code = script(operations(ops.TABLE))
    style = parts()[1]
    assert "\n" not in code + style
    assert "//" not in re.sub(r'"(?:\\.|[^"\\])*"', '""', code)
    assert "/*" not in code + style


def test_strings_are_left_as_they_are() -> None:
    strings = re.compile(r'"(?:\\.|[^"\\\n])*"')
    sources = [(files("autograd.page") / "browser" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    lines = [line.partition("; // ")[0] for source in sources for line in source.split("\n")]
    written = [text for line in lines if not line.strip().startswith("//") for text in strings.findall(line)]
    sent = strings.findall(parts()[2])
    assert len(sent) > 500
    assert [text for text in written if text not in set(sent)] == []
    assert '" // "' in sent


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("// all of it\n", ""),
        ("const a = 1; // why\n// more\nconst b = 2;", "const a = 1; const b = 2;"),
        ('const url = "http://a//b"; // "quoted"', 'const url = "http://a//b";'),
        ("const a = 'it // is'; // it's", "const a = 'it // is';"),
        ("/* two\nlines */ a { b: c; }", "a { b: c; }"),
        (r'const a = "\" // "; // c', r'const a = "\" // ";'),
    ],
)
def test_comments_go_and_nothing_else(code: str, line: str) -> None:
    assert in_one_line(code) == line
