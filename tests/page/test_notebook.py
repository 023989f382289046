"""The page in a notebook: alive where scripts run, a right picture where they do not, never a blank cell."""

import base64
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import autograd as ag
from autograd import Value
from autograd.page import still, view
from autograd.picture.render import RenderError
from autograd.support.text import format_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]


def sanitized(cell: str) -> str:
    """What is left of the cell in a notebook that is not trusted."""
    return re.sub(r"<style>.*?</style>|<iframe.*?</iframe>|<script>.*?</script>", "", cell, flags=re.DOTALL)


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


def wide() -> Value:
    """A sum whose picture is some 3,000 pixels high."""
    total: Value = ag.sum([Value(float(i), label=f"x{i}") for i in range(40)])
    return total


@pytest.mark.parametrize("build", [small, wide])
def test_where_scripts_are_blocked_all_of_the_picture_shows_through(
    build: Callable[[], Value], open_page: Open
) -> None:
    cell = view(build())._repr_html_()
    blocked = open_page(document(cell.replace("allow-scripts", "")), allowed="Blocked script execution")
    without = open_page(
        document(cell.replace("position:relative;display", "visibility:hidden;position:relative;display"))
    )
    box, image = (blocked.locator(tag).bounding_box() for tag in ("iframe", "img"))
    assert box == image and box and box["height"] == 620.0
    assert blocked.locator("img").evaluate("(image) => getComputedStyle(image).objectFit") == "scale-down"
    # Inside of the frame's border and its corners.
    inside: Any = {"x": box["x"] + 8, "y": box["y"] + 8, "width": box["width"] - 16, "height": box["height"] - 16}
    assert blocked.screenshot(clip=inside) == without.screenshot(clip=inside)
    alive = open_page(document(cell))
    alive.frame_locator("iframe").locator("#world .node").first.wait_for()
    painted = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    alive.frames[1].evaluate(painted)
    assert alive.screenshot(clip=inside) != without.screenshot(clip=inside)


def test_without_a_frame_a_high_picture_is_as_high_as_it_is(open_page: Open) -> None:
    cell = re.sub(r"<iframe.*?</iframe>", "", view(wide())._repr_html_(), flags=re.DOTALL)
    box = open_page(document(cell)).locator("img").bounding_box()
    assert box and box["height"] > 1500.0


def test_every_view_in_a_notebook_has_its_own_height(open_page: Open) -> None:
    loss = small()
    cells = "".join(view(loss, height=height)._repr_html_() for height in (300, 700, 431))
    page = open_page(document(cells))
    boxes = [frame.bounding_box() for frame in page.locator("iframe").all()]
    assert [round(box["height"]) for box in boxes if box] == [300, 700, 431]


@pytest.mark.parametrize(
    ("attribute", "theme"),
    [
        ('data-jp-theme-light="false"', "dark"), ('data-jp-theme-light="true"', "light"),
        ('class="vscode-dark"', "dark"), ('class="vscode-light"', "light"),
    ],
)  # fmt: skip
def test_a_page_has_the_theme_of_its_notebook(attribute: str, theme: str, open_page: Open) -> None:
    other = "light" if theme == "dark" else "dark"
    for wanted, found in (("auto", theme), (other, other)):
        cell = document(view(small(), theme=wanted)._repr_html_()).replace("<body>", f"<body {attribute}>")
        page = open_page(cell, color_scheme=other)
        page.frame_locator("iframe").locator("#world .node").first.wait_for()
        page.frames[1].wait_for_function(f"document.documentElement.dataset.theme === '{found}'")


# What is left to be read where a front end does not know the tags of a cell: all of it written out, the tags taken out,
# or elements with what is in them.
SANITIZERS: dict[str, Callable[[str], str]] = {
    "everything escaped": lambda cell: cell,
    "tags taken out": lambda cell: html.unescape(re.sub(r"<[^>]*>", " ", cell)),
    "frames, styles and scripts taken out": sanitized,
    "frames escaped": lambda cell: re.sub(r"<(?!/?(details|summary|table|thead|tbody|t[rhd]|div|img)\b)", "&lt;", cell),
}


@pytest.mark.parametrize("name", SANITIZERS)
def test_a_short_text_comes_first_whatever_is_left(name: str, network: Network) -> None:
    for loss, characters in ((small(), 66_000), (network([2, 8, 8, 1]), 90_000), (network([3, 4, 3, 1]), 140_000)):
        left = SANITIZERS[name](view(loss)._repr_html_())
        assert "Computation graph of " in left[:60]
        assert len(left) < (5_000 if name == "tags taken out" else characters)
        large = re.search(r"[A-Za-z0-9+/]{200}", left)
        assert (large is None) is (name == "tags taken out")
        # The table, and then what is large.
        assert "grad" not in left[:60] and (large is None or left.index("sum over paths") < large.start())


def test_joined_lines_change_nothing(open_page: Open) -> None:
    made = view(small())
    assert "\n" not in made._repr_html_()
    page = open_page(" ".join(line.strip() for line in made.html.splitlines()))
    assert page.locator("#world .node").count() == 7
    assert page.locator("#still").is_hidden()


# ----- The saved page without scripts -----


def without_scripts(page: str) -> str:
    """The page with another script than its policy allows."""
    return page.replace("'use strict'", "'use  strict'")


@pytest.mark.parametrize("build", [small, wide])
@pytest.mark.parametrize("way", ["switched off", "not allowed", "taken out"])
def test_a_saved_page_shows_picture_and_table_where_scripts_do_not_run(
    way: str, build: Callable[[], Value], open_page: Open
) -> None:
    loss = build()
    page = view(loss).html
    if way == "not allowed":
        page = without_scripts(page)
    elif way == "taken out":
        page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    shown = open_page(page, allowed="Content Security Policy", java_script_enabled=way != "switched off")
    assert shown.locator("#page").is_hidden()
    name = "L" if build is small else "v40"
    assert shown.inner_text("#still > p").startswith(f"Computation graph of {name}: ")
    shown.locator("#still summary").click()
    assert shown.locator("#still tbody tr").count() == sum(v.requires_grad for v in ag.leaves(loss))
    box = shown.locator("#still > img").bounding_box()
    assert box and box["width"] > 150.0 and box["height"] > 100.0


def test_a_page_that_runs_shows_no_still_picture(open_page: Open) -> None:
    page = open_page(view(small()))
    assert page.locator("#still").is_hidden()
    assert page.locator("#page").is_visible()


def test_picture_and_page_show_the_same_numbers_even_after_two_passes(open_page: Open) -> None:
    loss = small()
    loss.backward()
    loss.backward()
    made = view(loss)
    loss.backward()  # the view is frozen
    texts = re.findall(r">([^<>\n]+)</text>", html.unescape(picture(made._repr_html_())))
    page = open_page(made)
    for node in page.locator("#world .node:not(.constant)").all():
        value = node.locator(".value").text_content() or ""
        grad = (node.locator(".grad").text_content() or "").removeprefix("∂ ")
        assert f"data {value}" in texts
        assert f"grad {grad}" in texts


def test_a_large_graph_has_a_folded_picture(network: Network) -> None:
    svg = picture(view(network([2, 8, 8, 1]))._repr_html_())
    assert svg.count('class="node"') < 40
    assert ">layer 0<" in svg and 'class="node box"' in svg


def test_without_a_renderer_a_sentence_and_the_table_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise RenderError("there is no renderer <here>")

    monkeypatch.setattr(still, "still", refuse)
    cell = sanitized(view(small())._repr_html_())
    assert "Computation graph of L: 7 nodes" in cell
    assert "no renderer &lt;here&gt;" in cell
    assert "<table>" in cell
    assert "no renderer &lt;here&gt;" in view(small()).html


def test_the_cell_is_the_same_every_time_and_one_may_stand_twice() -> None:
    assert view(small())._repr_html_() == view(small())._repr_html_()
    assert " id=" not in re.sub(r'srcdoc="[^"]*"', "", view(small())._repr_html_())


def test_the_cell_of_2000_nodes_stays_small(network: Network) -> None:
    assert len(view(network([2, 24, 24, 1]))._repr_html_()) < 300_000
