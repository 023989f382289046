"""Mermaid and JSON: everything is there, labels stay text, numbers stay numbers."""

import json
import re
from pathlib import Path

import pytest

from autograd import Value
from autograd.graph.snapshot import snapshot
from autograd.picture import draw
from nn import MLP
from tests.picture.pictures import neuron
from tests.picture.test_labels import EVIL


def test_mermaid_has_every_node_and_edge() -> None:
    text = draw(neuron(), rankdir="LR").mermaid
    assert text.startswith("flowchart LR\n")
    assert sorted(re.findall(r"^  (v\d+)\W.*:::\w+$", text, re.M)) == [f"v{i}" for i in range(8)]
    assert len(re.findall(r"-->", text)) == 7 + 4
    assert draw(neuron(), rankdir="TB").mermaid.startswith("flowchart TB\n")
    assert '-->|"' not in draw(neuron(), derivatives=False).mermaid


@pytest.mark.parametrize("label", EVIL, ids=range(len(EVIL)))
def test_labels_are_text_in_mermaid(label: str) -> None:
    line = draw(Value(1.0, label=label)).mermaid.split("\n")[1]
    assert re.fullmatch(r'  v0\[\["[\w #;]*(<br/>[\w #;]+)+"\]\]:::output', line)


def test_json_holds_the_whole_snapshot() -> None:
    picture = snapshot(neuron())
    graph = json.loads(draw(picture).json)
    assert [(v["label"], v["data"], v["grad"]) for v in graph["nodes"]] == [
        (v.label, v.data, v.grad) for v in picture.nodes
    ]
    assert [(e["source"], e["target"], e["local_grad"]) for e in graph["edges"]] == [
        (e.source, e.target, e.local_grad) for e in picture.edges
    ]
    assert graph["root"] == picture.root
    assert "boxes" not in graph


def test_json_has_no_numbers_that_are_none() -> None:
    graph = json.loads(draw(Value(float("nan")) * Value(float("-inf"))).json)
    assert [v["data"] for v in graph["nodes"]] == ["NaN", "-Infinity", "NaN"]
    assert json.loads(draw(Value(float("inf"), label="\ud800")).json)["nodes"][0]["label"] == "\ud800"


def test_folded_exports() -> None:
    drawn = draw(MLP(2, [3, 1], seed=1)([1.0, 2.0]), collapse="layer")
    assert ":::box" in drawn.mermaid and "v3" not in drawn.mermaid
    assert {box["title"] for box in json.loads(drawn.json)["boxes"]} == {"layers.0", "layers.1"}


@pytest.mark.parametrize(("name", "start"), [("graph.mmd", "flowchart"), ("graph.json", "{")])
def test_saving(name: str, start: str, tmp_path: Path) -> None:
    assert draw(neuron()).save(tmp_path / name).read_text(encoding="utf-8").startswith(start)
