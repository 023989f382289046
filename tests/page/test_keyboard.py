"""Everything works without a mouse, and a screen reader is told what is seen. axe-core looks for what was forgotten."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import autograd as ag
from autograd import Value

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]

FOCUSED = """() => {
  const focused = document.activeElement;
  return focused.getAttribute('aria-label') || focused.id || focused.textContent;
}"""
AXE = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map(
  ({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) }))"""


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    loss: Value = (a * b + a).tanh()
    loss.label = "L"
    return loss


def tab_to(page: "Page", label: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(label):
            return
    raise AssertionError(f"Tab does not reach {label!r}")


def test_the_focus_goes_through_the_page_in_reading_order(open_page: Open) -> None:
    page = open_page(small())
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED).split(",")[0])
    assert seen == [
        "reset", "back", "play", "next", "end", "speed", "theme", "Step", "L tanh", "fit", "turn", "Zoom in",
        "Zoom out", "slopes", "find", "a", "a", "b", "b", "Legend",
    ]  # fmt: skip


def test_stepping_with_keys_alone(open_page: Open) -> None:
    page = open_page(small())
    page.keyboard.press("Home")
    assert page.inner_text("#counter").startswith("0 of ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("n")
    assert page.inner_text("#counter").startswith("2 of ")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("b")
    page.keyboard.press("End")
    assert page.inner_text("#next") == "Next"
    assert page.get_attribute("#next", "aria-disabled") == "true"
    page.keyboard.press("Home")
    tab_to(page, "next")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert page.inner_text("#counter").startswith("2 of ")
    assert page.evaluate(FOCUSED) == "next"
    page.keyboard.press("p")
    assert page.inner_text("#play") == "Pause"
    page.keyboard.press("p")
    assert page.inner_text("#play") == "Play"


def test_buttons_that_are_off_keep_the_focus(open_page: Open) -> None:
    page = open_page(small())
    tab_to(page, "back")
    while page.get_attribute("#back", "aria-disabled") == "false":
        page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "back"
    page.keyboard.press("Enter")
    assert page.inner_text("#counter").startswith("0 of ")


def test_the_graph_is_walked_with_arrows_and_nodes_are_selected_with_enter(open_page: Open) -> None:
    page = open_page(small())
    tab_to(page, "L")
    visited = []
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
        visited.append(page.evaluate(FOCUSED).split(",")[0])
    assert visited == ["+ v₃", "× v₂", "b", "a", "b", "× v₂"]
    page.wait_for_selector("#card", state="visible")  # what hovering shows, focus shows too
    page.keyboard.press("Enter")
    assert "Node\n\nv₂ result" in page.inner_text("#panel")
    assert page.locator("#world .node.selected").count() == 1
    page.keyboard.press("Escape")  # the card
    page.keyboard.press("Escape")  # the selection
    assert page.locator("#world .node.selected").count() == 0
    assert page.inner_text("#counter") == "7 of 7"  # no arrow in the graph made a step


def test_boxes_open_and_fold_with_keys(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]))
    assert page.evaluate("chaingrad.manner.down")
    tab_to(page, "loss")
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    label = page.evaluate(FOCUSED)
    assert label.endswith(": open")
    box = label.split()[-2]
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED).endswith(f"open box {box.rstrip(':')} of 208 nodes: fold")
    assert page.get_attribute("#world .frame:focus", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert "neuron" in page.evaluate(FOCUSED)
    page.keyboard.press("-")
    assert page.evaluate(FOCUSED) == label


def test_sliders_and_the_search_work_with_keys(network: Network, open_page: Open) -> None:
    page = open_page(small())
    tab_to(page, "a, slider")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("chaingrad.numbers.data[0]") > 2.0
    assert page.inner_text("#counter") == "7 of 7"
    tab_to(page, "Legend")
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "find"
    page.keyboard.type("tanh")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED).startswith("L")
    page.keyboard.press("Enter")
    assert page.locator("#world .node.selected").get_attribute("data-node") == "4"


def test_letters_in_a_field_are_letters_and_can_be_switched_off(open_page: Open) -> None:
    page = open_page(small())
    page.click("#find")
    page.keyboard.type("nbp")
    assert page.input_value("#find") == "nbp"
    assert page.inner_text("#counter") == "7 of 7"
    page.click("#keys summary")
    page.uncheck("#letters")
    page.click("#sentence")
    page.keyboard.press("b")
    assert page.inner_text("#counter") == "7 of 7"


def test_each_step_is_announced_but_not_while_racing(open_page: Open) -> None:
    page = open_page(small())
    assert page.get_attribute("#sentence", "role") == "status"
    page.keyboard.press("Home")
    assert page.get_attribute("#sentence", "aria-live") == "polite"
    page.select_option("#speed", "400")
    page.keyboard.press("Escape")
    page.click("#play")
    assert page.get_attribute("#sentence", "aria-live") == "off"
    page.click("#play")
    assert page.get_attribute("#sentence", "aria-live") == "polite"


def test_nodes_tell_a_screen_reader_what_they_show(open_page: Open) -> None:
    page = open_page(small())
    labels = [node.get_attribute("aria-label") for node in page.locator("#world [data-node]").all()]
    assert "a, 2, ∂ −0.002682, input a" in labels
    assert "+ v₃, −4, ∂ 0.001341, result v₃ = v₂ + a" in labels
    page.keyboard.press("Home")
    assert page.locator("[data-node='3']").get_attribute("aria-label") == (
        "+ v₃, …, ∂ …, result v₃ = v₂ + a, value not computed yet, gradient not known yet"
    )


def test_motion_is_reduced_where_that_is_wanted(open_page: Open) -> None:
    moving = "() => document.getAnimations().filter((one) => one.playState === 'running').length"
    for preference, expected in (("no-preference", True), ("reduce", False)):
        page = open_page(small(), reduced_motion=preference)
        page.click("#back")
        assert page.locator("#world .link.backward").count() > 0
        assert (page.evaluate(moving) > 0) is expected


def test_light_and_dark_follow_the_reader(open_page: Open) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        page = open_page(small(), color_scheme=scheme)
        shades[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shades == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 28)"}


def shown(page: "Page") -> None:
    """Every part of the page that can be opened, open."""
    page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["start", "selected", "folded", "stepping", "narrow", "asking", "slopes"])
def test_axe_finds_nothing(state: str, scheme: str, axe: str, network: Network, open_page: Open) -> None:
    page = open_page(
        {"folded": network([2, 8, 8, 1]), "asking": network([2, 20, 20, 1])}.get(state, small()), color_scheme=scheme
    )
    if state == "selected":
        page.click("[data-node='0']")
        page.mouse.move(5, 300)
        page.hover("[data-node='3']")
    if state == "stepping":
        page.click("#back")
        page.click("#back")
    if state == "asking":
        page.click("#open-all")
    if state == "slopes":
        page.check("#slopes")
        page.click("#turn")
        page.evaluate("chaingrad.select(0)")
    if state == "narrow":
        page.set_viewport_size({"width": 420, "height": 900})
    shown(page)
    page.evaluate(axe)
    faults: list[dict[str, Any]] = page.evaluate(AXE)
    assert faults == []


# ----- Contrast of the letters in the picture, which axe does not look at -----

COLOURS = """() => [...document.querySelectorAll('#world text')].map((text) => {
  const thing = text.closest('g');
  const shape = thing.querySelector(':scope > .shape');
  return [text.textContent, getComputedStyle(text).fill, shape ? getComputedStyle(shape).fill : null];
})"""


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2 between two colours like "rgb(1, 2, 3)"."""

    def light(colour: str) -> float:
        parts = [float(x) / 255 for x in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_in_the_picture_stand_out(scheme: str, network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]), color_scheme=scheme)
    page.locator("#world .box").first.click()
    page.keyboard.press("b")
    pairs = [(text, ink, paper) for text, ink, paper in page.evaluate(COLOURS) if paper]
    assert len(pairs) > 60
    assert [(text, ink, paper) for text, ink, paper in pairs if contrast(ink, paper) < 4.5] == []


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21.0)
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") == pytest.approx(4.48, abs=0.01)
    assert ag.Value(1.0).data == 1.0
