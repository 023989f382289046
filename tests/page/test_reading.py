"""The page is read: at any width type is large enough, text is whole, nothing overlaps; on paper, too."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
# The smallest type in the picture and around it, how far the page can be scrolled sideways, and whether it is all there.
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
