"""The page in a notebook: alive where scripts run, a right picture where they do not, never a blank cell."""

import base64
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

import autograd as ag
from autograd import Value
from autograd.page import notebook, view
from autograd.picture.render import RenderError
from autograd.support.text import format_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]


def sanitized(cell: str) -> str:
    """What is left of the cell in a notebook that is not trusted."""
    return re.sub(r"<style>.*?</style>|<iframe.*?</iframe>", "", cell, flags=re.DOTALL)


def picture(cell: str) -> str:
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', cell)
    assert found
    return base64.b64decode(found[1]).decode("utf-8")


def document(cell: str) -> str:
    return f"<!DOCTYPE html><html><body><p>before</p>{cell}<p>after</p></body></html>"


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    loss: Value = (a * b + a * 0.5).tanh()
    loss.label = "L"
    return loss


def test_the_page_is_alive_in_its_frame(open_page: Open) -> None:
    page = open_page(document(view(small())._repr_html_()))
    frame = page.frame_locator("iframe")
    frame.locator("#reset").click()
    frame.locator("#next").click()
    assert frame.locator("#sentence").inner_text() == "v₂ = a × b = 2 × −3 = −6."
    frame.locator("[data-node='0']").click()
    assert "the sum over 2 paths" in frame.locator("#paths").inner_text()
    box = page.locator("iframe").bounding_box()
    assert box
    assert box["height"] == 620.0


def test_the_wheel_scrolls_the_notebook_and_not_the_graph(open_page: Open) -> None:
    page = open_page(document(view(small(), height=500)._repr_html_() + "<p>more</p>" * 60))
    frame = page.frames[1]
    page.frame_locator("iframe").locator("#world .node").first.wait_for()
    camera = "[chaingrad.camera.x, chaingrad.camera.y, chaingrad.camera.scale]"
    before = frame.evaluate(camera)
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 200)
    page.wait_for_function("() => window.scrollY > 0")
    assert frame.evaluate(camera) == before


def test_without_style_and_frame_the_picture_is_there(open_page: Open) -> None:
    loss = small()
    cell = sanitized(view(loss)._repr_html_())
    page = open_page(document(cell))
    assert page.locator("img").evaluate(
        "(image) => image.complete && image.naturalWidth > 100 && image.clientHeight > 60"
    )
    assert "Computation graph of L" in (page.locator("img").get_attribute("alt") or "")
    page.locator("details summary").click()
    loss.backward()
    rows = [row.inner_text().split("\t") for row in page.locator("tbody tr").all()]
    leaves = [v for v in ag.leaves(loss) if v.requires_grad]
    assert rows == [
        [v.label, format_number(v.data), format_number(v.grad), str(ag.count_paths(loss, v))] for v in leaves
    ]


def test_where_scripts_are_blocked_the_picture_shows_through(open_page: Open) -> None:
    cell = view(small())._repr_html_().replace("border:1px solid #c9ccd1", "border:0")
    blocked = open_page(document(cell.replace("allow-scripts", "")), allowed="Blocked script execution")
    without = open_page(document(re.sub(r"<iframe.*?</iframe>", "", cell, flags=re.DOTALL)))
    assert blocked.locator("iframe").count() == 1
    assert blocked.screenshot() == without.screenshot()
    alive = open_page(document(cell))
    alive.frame_locator("iframe").locator("#world .node").first.wait_for()
    assert alive.screenshot() != without.screenshot()


def test_picture_and_page_show_the_same_numbers_even_after_two_passes(open_page: Open) -> None:
    loss = small()
    loss.backward()
    loss.backward()
    made = view(loss)
    loss.backward()  # the view is frozen
    texts = re.findall(r">([^<>\n]+)</text>", html.unescape(picture(made._repr_html_())))
    page = open_page(made)
    for node in page.locator("#world .node:not(.constant)").all():
        value = (node.locator(".value").text_content() or "").replace("−", "-")
        grad = (node.locator(".grad").text_content() or "").replace("−", "-").removeprefix("∂ ")
        assert f"data {value}" in texts
        assert f"grad {grad}" in texts


def test_a_large_graph_has_a_folded_picture(network: Network) -> None:
    svg = picture(view(network([2, 8, 8, 1]))._repr_html_())
    assert svg.count('class="node"') < 40
    assert "layers.0.neurons.0" in svg


def test_without_a_renderer_a_sentence_and_the_table_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise RenderError("there is no renderer <here>")

    monkeypatch.setattr(notebook, "still", refuse)
    cell = sanitized(view(small())._repr_html_())
    assert "Computation graph of L: 7 nodes" in cell
    assert "no renderer &lt;here&gt;" in cell
    assert "<table>" in cell


def test_the_cell_is_the_same_every_time_and_one_may_stand_twice() -> None:
    assert view(small())._repr_html_() == view(small())._repr_html_()
    other = Value(2.0, label="a") * 3.0
    names = [re.search(r'class="(chaingrad-\w+)"', view(v)._repr_html_()) for v in (small(), other)]
    assert names[0]
    assert names[1]
    assert names[0][1] != names[1][1]


def test_the_cell_of_2000_nodes_stays_small(network: Network) -> None:
    assert len(view(network([2, 24, 24, 1]))._repr_html_()) < 300_000
