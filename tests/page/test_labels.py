"""Labels are text. Whatever they say, they are shown as they are and run nothing."""

import html
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from autograd import Value, topological_order
from autograd.page import view
from autograd.page.notebook import SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

EVIL = {
    "script": "<script>alert(1)</script>",
    "closing": "</script><script>alert(1)</script>",
    "comment": "<!--<script>",
    "image": "<img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)',
    "dot": '"]; evil [label="',
    "newline": "two\nlines\\n",
    "latex": "$x$ \\frac{a}{b}",
    "emoji": "🚀 loss 🇨🇭",
    "placeholder": "@script@ @data@ {{x}} ${alert(1)}",
    "prototype": "__proto__",
    "entity": "&lt;b&gt; &amp; &quot;",
    "right to left": "\u202eevil\u202c",
    "surrogate": "half \ud800 of it",
    "control": "bell\x07null\x00",
    "long": "L" * 500,
    "unicode": "θ₁ 损失 ∂",
}


def shown(label: str) -> str:
    """What is left of a label where one line of text is shown."""
    return " ".join(re.sub("[\x00-\x08\ud800\u202e\u202c]", "", label).split())


def test_labels_are_text_everywhere(open_page: Open) -> None:
    leaves = [Value(1.0 + i, label=label) for i, label in enumerate(EVIL.values())]
    loss = leaves[0] * leaves[1] + leaves[2].relu()
    for leaf in leaves[3:]:
        loss = loss + leaf * leaf
        loss.label = leaf.label + "!"
    page = open_page(loss)
    order = topological_order(loss)
    for leaf in leaves:
        node = order.index(leaf)
        assert page.evaluate(f"chaingrad.graph.labels[{node}]") == shown(leaf.label)
        page.mouse.move(600, 90)  # away from any card
        page.evaluate(f"chaingrad.goToNode({node})")
        assert shown(leaf.label) in page.inner_text("#about").replace("\n", " ")
        page.hover("#world .node.selected")
        page.wait_for_selector("#card", state="visible")
        page.fill("#find", shown(leaf.label)[:40])
        assert page.locator("#found li").count() >= 1
    page.click("#reset")
    while page.get_attribute("#next", "aria-disabled") == "false":
        page.keyboard.press("ArrowRight")
    page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    assert page.locator("body script").count() == 2  # the data and the script, and none from a label
    assert page.locator("#page img, #page iframe, #page b b, #page [onmouseover], #page [onerror]").count() == 0


@pytest.mark.parametrize("name", ["script", "closing", "placeholder", "attribute"])
def test_the_title_is_text(name: str, open_page: Open) -> None:
    page = open_page(view(Value(2.0) * 3.0, title=EVIL[name]))
    assert page.title() == page.inner_text("#heading") == f"Computation graph of {shown(EVIL[name])}"
    assert page.locator("body script").count() == 2


@pytest.mark.parametrize("name", EVIL)
def test_a_label_is_text_in_a_notebook(name: str) -> None:
    x = Value(2.0, label=EVIL[name])
    cell = view(x * x)._repr_html_()
    outside = re.sub(r'srcdoc="[^"]*"', "", cell)
    assert outside.count("<script>") == outside.count("<script") == 1 and SCRIPT in outside  # the cell's own
    assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", outside)
    assert cell.encode("utf-8")


def test_the_data_cannot_end_its_script_element() -> None:
    x = Value(1.0, label="</script><!--")
    page = view(x * 2.0).html
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1])["labels"][0] == "</script><!--"
    assert page.count("</script>") == 2


def test_numbers_that_json_lacks_survive(open_page: Open) -> None:
    x = Value(float("inf"), label="x")
    y = Value(float("nan"), label="y")
    page = open_page(x * -1.0 + y)
    assert page.evaluate("chaingrad.numbers.data.map(String)") == ["Infinity", "-1", "-Infinity", "NaN", "NaN"]
    assert page.text_content("[data-node='2'] .value") == "−inf"


def test_nothing_may_run_or_be_fetched_but_the_page_itself(open_page: Open) -> None:
    page = open_page(Value(1.0, label="x") * 2.0)
    policy = page.get_attribute("meta[http-equiv]", "content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in html.unescape(view(Value(1.0)).html).replace("http-equiv", "").replace(
        "http://www.w3.org/2000/svg", ""
    )
