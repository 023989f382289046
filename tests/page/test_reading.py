"""The page is read: at any width type is large enough, text is whole, nothing overlaps; on paper, too."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from autograd import Value
from autograd.page import view
from tests.picture.test_reading import GRAPHS

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]

# In pixels of the picture as drawn. What is whole on the stage counts; the rest is moved there by hand.
FAULTS = """() => {
  const { scale } = chaingrad.camera;
  const stage = chaingrad.svg.getBoundingClientRect();
  const box = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left: left / scale, right: right / scale, top: top / scale, bottom: bottom / scale };
  };
  const faults = [];
  const texts = [...document.querySelectorAll("#world text")].filter((text) => text.textContent.trim());
  for (const text of texts) {
    const shape = text.parentElement.querySelector(":scope > .shape, :scope > rect");
    if (!shape) continue;
    const [inner, outer] = [box(text), box(shape)];
    const across = Math.min(inner.left - outer.left, outer.right - inner.right);
    const least = text.closest(".pill") ? 0 : 3;
    const room = Math.min(across, inner.top - outer.top + (text.closest(".pill") ? 1 : 0), outer.bottom - inner.bottom);
    if (room < least) faults.push(`"${text.textContent}" is ${room.toFixed(1)} from its border`);
  }
  const crosses = (a, b) => a.left < b.right - 0.7 && b.left < a.right - 0.7 && a.top < b.bottom - 0.7 && b.top < a.bottom - 0.7;
  const boxes = texts.map(box);
  boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, j) => {
    if (crosses(a, b)) faults.push(`"${texts[i].textContent}" and "${texts[j].textContent}" overlap`);
  }));
  const solid = [...document.querySelectorAll("#world .node > .shape, #world .box > .shape")];
  const bodies = solid.map(box);
  texts.forEach((text, i) => {
    const hidden = text.closest(".labels") && bodies.some((b) => crosses(boxes[i], b));
    if (hidden) faults.push(`"${text.textContent}" is hidden`);
  });
  bodies.forEach((a, i) => bodies.slice(0, i).forEach((b, j) => {
    if (crosses(a, b)) faults.push(`${solid[i].parentElement.textContent} and ${solid[j].parentElement.textContent}`);
  }));
  return faults;
}"""  # noqa: E501
# The smallest type in the picture and around it, how far the page can be scrolled sideways, and whether it is whole.
TYPE = """() => {
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  const seen = [...document.querySelectorAll("#page *")].filter((e) => e.checkVisibility() && e.childNodes.length
    && [...e.childNodes].some((part) => part.nodeType === 3 && part.data.trim()) && !e.closest("svg"));
  const letters = [...document.querySelectorAll("#world text, #world tspan")].map(size);
  const view = chaingrad.camera.view();
  const { w, h } = chaingrad.scene.layout;
  const whole = view.x <= 1 && view.y <= 1 && view.x + view.w >= w - 1 && view.y + view.h >= h - 1;
  const output = chaingrad.scene.items.get(standIn_);
  return { type: chaingrad.camera.scale * Math.min(...letters), around: Math.min(...seen.map(size)),
    sideways: document.documentElement.scrollWidth - innerWidth, map: document.querySelector("#overview").hasAttribute("hidden") === whole,
    output: output.at.x >= view.x && output.at.y >= view.y && output.at.x + output.at.w <= view.x + view.w && output.at.y + output.at.h <= view.y + view.h };
}""".replace(  # noqa: E501
    "standIn_",
    "[...chaingrad.scene.items.values()].find((item) => !item.frame && (item.node === chaingrad.graph.output"
    " || (item.nodes ?? []).includes(chaingrad.graph.output))).id",
)


@pytest.mark.parametrize("name", GRAPHS)
def test_a_page_can_be_read_as_it_opens(name: str, open_page: Open) -> None:
    made = GRAPHS[name]()
    page = open_page(made if isinstance(made, Value) else made[0])
    for width in (390, 700, 1000, 1400):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(60)
        found = page.evaluate(TYPE)
        assert found["type"] >= 10.99 and found["around"] >= 11.0, (width, found)
        assert found["sideways"] <= 0 and found["output"] and found["map"], (width, found)
        assert page.evaluate(FAULTS) == []
    for theme, paper in (("dark", "rgb(21, 24, 28)"), ("light", "rgb(255, 255, 255)")):
        page.select_option("#theme", theme)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        page.set_checked("#slopes", theme == "dark")
        assert page.evaluate(FAULTS) == []
        page.click("#turn")
        assert page.evaluate(FAULTS) == []
    if page.evaluate("chaingrad.graph.size") <= 150 and page.locator("#open-all").is_enabled():
        page.click("#open-all")
        assert page.evaluate(FAULTS) == []
        page.check("#slopes")
        assert page.evaluate(FAULTS) == []


# ----- Paths -----

STRANDS = """() => [...document.querySelectorAll("#world .strand")].map((line) => [
  line.classList[1], line.classList.contains("minus"), getComputedStyle(line).stroke,
  getComputedStyle(line).strokeDasharray])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_of_two_paths_has_its_colour_and_its_sign(scheme: str, open_page: Open) -> None:
    loss = GRAPHS["two paths"]()
    assert isinstance(loss, Value)
    page = open_page(loss, color_scheme=scheme)
    page.evaluate("chaingrad.select(chaingrad.graph.labels.indexOf('w1'))")
    strands = page.evaluate(STRANDS)
    first, second = ({tuple(rest) for kind, *rest in strands if kind == f"path-{row}"} for row in range(2))
    assert len(first) == len(second) == 1
    (adds, colour, dashes), (takes, other, gaps) = first.pop(), second.pop()
    assert not adds and takes and colour != other and dashes == "none" != gaps
    assert page.locator("#world .pill").all_text_contents() == ["1 + ", "2 − "]
    assert page.locator("#paths .row").all_inner_texts() == ["1 adds", "2 takes away"]
    assert page.evaluate(FAULTS) == []
    page.locator("#paths ol button").nth(1).click()
    assert {kind for kind, *_ in page.evaluate(STRANDS)} == {"path-1"}
    page.keyboard.press("Escape")
    assert page.locator("#world .strand, #world .pill").count() == 0


def test_many_paths_say_by_their_dashes_where_the_flow_takes_away(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]))
    page.click("#world .node.input")
    assert page.evaluate("chaingrad.paths.count > 6n")
    assert page.evaluate("""() => chaingrad.scene.links.filter(({ element }) => element.classList.contains("lit"))
      .every(({ element, members }) => element.classList.contains("minus")
        === members.reduce((sum, key) => sum + (chaingrad.paths.flows.get(key) ?? 0), 0) < 0)""")
    assert page.locator("#world .strand").count() == 0


# ----- Paper -----

PAPER = """() => {
  window.dispatchEvent(new Event("beforeprint"));
  const sheets = [...document.querySelectorAll("#paper svg")];
  const scales = sheets.map((svg) => Number(svg.getAttribute("width")) / svg.viewBox.baseVal.width);
  const shapes = [...sheets[0].querySelectorAll(".node > .shape, .box > .shape")].map((shape) => {
    const at = shape.parentElement.transform.baseVal.getItem(0).matrix;
    const [x, y, w, h] = [at.e, at.f, Number(shape.getAttribute("width")), Number(shape.getAttribute("height"))];
    return sheets.filter((svg) => { const v = svg.viewBox.baseVal;
      return x >= v.x && y >= v.y && x + w <= v.x + v.width + 0.2 && y + h <= v.y + v.height + 0.2; }).length;
  });
  const told = [sheets.length, Math.min(...scales), Math.max(...sheets.map((svg) => svg.getAttribute("width"))),
    shapes.length, shapes.filter((times) => times === 1).length, document.documentElement.dataset.theme,
    document.querySelector("#paper").innerText];
  window.dispatchEvent(new Event("afterprint"));
  return [...told, document.querySelectorAll("#paper *").length, document.documentElement.dataset.theme];
}"""


@pytest.mark.parametrize("name", ["two paths", "rnn of 8", "4-8-8-2", "chain of 20", "784-16-10 loss"])
def test_paper_shows_every_thing_whole_in_8_points(name: str, open_page: Open) -> None:
    loss = GRAPHS[name]()
    assert isinstance(loss, Value)
    page = open_page(loss, color_scheme="dark")
    page.click("#back")
    page.emulate_media(media="print")
    sheets, scale, width, things, whole, theme, text, left, after = page.evaluate(PAPER)
    assert 1 <= sheets <= 12 and whole == things > 3
    assert scale * 11 * 0.75 >= 8.0 and width <= 990  # A4 across, less margins of 12 mm, has 1,032 pixels
    assert (theme, after, left) == ("light", "dark", 0)
    assert ("Step " in text and "Back through" in text) or "In the folded box" in text


def test_the_printed_page_is_the_picture(open_page: Open) -> None:
    page = open_page(GRAPHS["rnn of 8"]())
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") >= 2


# ----- Keys, themes, many nodes -----


def test_the_space_bar_plays_and_pauses_but_not_on_a_button(open_page: Open) -> None:
    page = open_page(GRAPHS["neuron"]())
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause"
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play"
    page.locator("#world .node.input").first.click()  # with the mouse: the space bar plays all the same
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Pause" and page.locator("#world .node.selected").count() == 1
    page.keyboard.press("Space")
    page.locator("#turn").focus()
    down = page.evaluate("chaingrad.manner.down")
    page.keyboard.press("Space")
    assert page.inner_text("#play") == "Play" and page.evaluate("chaingrad.manner.down") is not down


@pytest.mark.parametrize(("theme", "paper"), [("dark", "rgb(21, 24, 28)"), ("light", "rgb(255, 255, 255)")])
def test_a_theme_is_asked_for_and_switched(theme: str, paper: str, open_page: Open) -> None:
    from playwright.sync_api import expect

    colour = "getComputedStyle(document.body).backgroundColor"
    page = open_page(
        view(Value(2.0, label="a") * 3.0, theme=theme), color_scheme="light" if theme == "dark" else "dark"
    )
    assert page.evaluate(colour) == paper
    page.select_option("#theme", "auto")
    assert page.evaluate(colour) != paper
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    expect(page.locator("body")).to_have_css("background-color", paper)


def test_numbers_have_six_digits_and_all_on_demand(open_page: Open) -> None:
    x = Value(0.1, label="x")
    page = open_page((x * 3.0).tanh() * 1e-7)
    page.click("#world .node.input")
    page.click("#table summary")
    row = page.locator("#rows tr", has_text="tanh").locator("td")
    assert row.nth(1).inner_text() == "0.291313"
    assert page.locator("#rows tr").last.locator("td").nth(1).inner_text() == "2.91313e−8"
    page.check("#digits")
    assert row.nth(1).inner_text() == repr(Value(0.1 * 3.0).tanh().data)


def test_of_a_large_picture_what_is_seen_is_drawn(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 24, 24, 1]))
    page.click("#open-all")
    page.click("#ask-yes")
    drawn = "document.querySelectorAll('#world .node, #world .box, #world .link').length"
    assert page.evaluate("chaingrad.scene.items.size") > 2000 and page.evaluate(drawn) < 600
    page.click("#fit")  # from afar all things of a kind are one path
    assert page.evaluate(drawn) < 20 and page.locator("#world > .far path").count() > 3
    page.fill("#find", "layers.1.neurons.5.w3")
    page.click("#found button")
    page.click("#fit-path")
    page.evaluate("chaingrad.camera.fit(chaingrad.scene.items.get(chaingrad.focus).at)")
    page.wait_for_function("document.querySelector('#world .node.selected')")
    # The map goes where it is pressed.
    before = page.evaluate("[chaingrad.camera.x, chaingrad.camera.y]")
    page.locator("#overview").click(position={"x": 3, "y": 3})
    assert page.evaluate("[chaingrad.camera.x, chaingrad.camera.y]") != before


def test_a_dense_layer_of_boxes_is_two_fans(open_page: Open) -> None:
    page = open_page(GRAPHS["784-16-10 loss"]())
    page.evaluate("""() => { const folded = ({ title, kind }) => title.includes("neurons") || kind === "leaves";
      chaingrad.boxes.folded = new Set(chaingrad.boxes.groups.filter(folded).map((group) => group.id));
      chaingrad.redraw(); }""")
    assert page.locator("#world .joint").all_text_contents() == ["each to each 16 × 10 "]
    assert page.evaluate("chaingrad.scene.links.length") < 70
    assert page.evaluate(FAULTS) == []
