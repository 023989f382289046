"""Labels are text from the user, and stay text."""

import dataclasses
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.graph.snapshot import snapshot
from autograd.picture import draw
from autograd.support.text import MAX_LABEL, clean, shorten
from tests.picture.pictures import Picture

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
    assert [tag for tag in tags if tag[0] != "text"] == [
        ("style", []), ("div", ["class"]), ("img", ["alt", "style", "src"]), ("script", []),
    ]  # fmt: skip
    assert sum(tag[0] == "text" for tag in tags) == 2  # the style and the script


def test_wide_characters_get_more_room() -> None:
    def width(label: str) -> float:
        root = Picture(draw(Value(1.0, label=label)).svg).root
        return float(root.get("width", ""))

    assert width("日" * 20) - width("i") > 20 * 11


def test_a_long_label_keeps_both_ends() -> None:
    text = shorten("layer1.neuron3." + "y" * 100 + ".w7")
    assert len(text) == MAX_LABEL
    assert text.startswith("layer1.neuron3.")
    assert text.endswith(".w7")
