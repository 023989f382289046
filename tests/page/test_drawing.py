"""The drawing: nothing overlaps or is cut, boxes fold in place, and clicking works at every size."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import autograd as ag
from autograd import Value

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]

# Everything that overlaps something else, hangs out of the box around it, or holds text that is wider than itself.
FAULTS = """() => {
  const things = [...chaingrad.scene.items.values()];
  const solid = things.filter((item) => !item.frame).sort((a, b) => a.at.x - b.at.x);
  const faults = [];
  solid.forEach((a, i) => {
    for (let j = i + 1; j < solid.length && solid[j].at.x < a.at.x + a.at.w; j += 1) {
      const b = solid[j];
      if (a.at.y < b.at.y + b.at.h && b.at.y < a.at.y + a.at.h) faults.push(`${a.id} overlaps ${b.id}`);
    }
    if (!a.element) return;
    const shape = a.element.querySelector('.shape').getBBox();
    for (const text of a.element.querySelectorAll('text')) {
      const box = text.getBBox();
      const wide = box.x < shape.x - 0.5 || box.x + box.width > shape.x + shape.width + 0.5;
      const high = box.y < shape.y - 1 || box.y + box.height > shape.y + shape.height + 1;
      if (wide || high) faults.push(`text ${text.textContent} of ${a.id}`);
    }
  });
  for (const frame of things.filter((item) => item.frame)) {
    for (const item of things.filter((other) => !other.frame)) {
      const own = item.node !== undefined ? [item.node] : item.nodes;
      const inside = own.every((node) => frame.nodes.includes(node));
      const [a, b] = [item.at, frame.at];
      const within = a.x >= b.x && a.y >= b.y + 20 && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;
      const apart = a.x >= b.x + b.w || a.x + a.w <= b.x || a.y >= b.y + b.h || a.y + a.h <= b.y;
      if (inside ? !within : !apart) faults.push(`${item.id} and frame ${frame.id}`);
    }
  }
  return faults;
}"""
# Where a line enters another node or closed box than its own two; of many lines, about a hundred.
CROSSED = """() => chaingrad.scene.links.filter((_, i, all) => !(i % Math.ceil(all.length / 120))).flatMap((link) => {
  const others = (item) => !item.frame && item.id !== link.from && item.id !== link.to;
  const solid = [...chaingrad.scene.items.values()].filter(others);
  const found = [];
  for (let s = 0; s < link.line.getTotalLength(); s += 5) {
    const p = link.line.getPointAtLength(s);
    const within = ({ x, y, w, h }) => p.x > x + 1 && p.x < x + w - 1 && p.y > y + 1 && p.y < y + h - 1;
    const hit = solid.find(({ at }) => within(at));
    if (hit) found.push(`${link.from} to ${link.to} over ${hit.id}`);
  }
  return [...new Set(found)];
})"""


def shared(n: int) -> Value:
    """Unlabelled, with long skips: every value is used again two and five steps later."""
    x = [Value(0.1 * i, label=f"x{i}") for i in range(5)]
    for i in range(n):
        x.append(ag.sin(x[-1] * x[-2]) + x[-5] if i % 2 else x[-1] - x[-3])
    return x[-1]


def wide(n: int) -> Value:
    """One node of very many operands."""
    total: Value = ag.sum([Value(float(i), label=f"input number {i}") for i in range(n)])
    return total


GRAPHS: dict[str, Callable[[Network], Value]] = {
    "10": lambda network: shared(6),
    "100": lambda network: shared(60),
    "100 in boxes": lambda network: network([3, 4, 3, 1]),
    "300": lambda network: network([2, 8, 8, 1]),
    "300 fused": lambda network: network([6, 14, 8, 1], fused=True),
    "wide": lambda network: wide(60),
    "batch": lambda network: network([2, 3, 1], fused=True, examples=12),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_overlaps_or_is_cut(name: str, network: Network, open_page: Open) -> None:
    page = open_page(GRAPHS[name](network))
    page.click("#end", force=True)
    for button in (None, "#open-all", "#fold-all"):
        if button is not None and page.locator(button).is_enabled():
            page.click(button)
        assert page.evaluate(FAULTS) == []
        assert page.evaluate(CROSSED) == []


def test_2000_nodes_have_their_places_too(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 24, 24, 1]))
    assert page.evaluate("chaingrad.graph.size") > 2000
    assert page.locator("#world > g .node, #world > g .box").count() < 60
    page.click("#open-all")
    page.click("#ask-no")
    assert page.locator("#world .node, #world .box").count() < 60
    page.click("#open-all")
    page.click("#ask-yes")
    assert page.evaluate("chaingrad.scene.items.size") > page.evaluate("chaingrad.graph.size")
    assert 0 < page.locator("#world .node").count() < 200  # what is on the screen has elements, and no more
    assert page.evaluate(FAULTS) == []


@pytest.mark.parametrize("fused", [False, True])
def test_all_of_a_graph_is_in_view_at_first(fused: bool, network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1], fused=fused))
    stage: Any = page.locator("#picture").bounding_box()
    for thing in page.locator("#world .node, #world .box").all():
        box: Any = thing.bounding_box()
        assert stage["x"] <= box["x"]
        assert box["x"] + box["width"] <= stage["x"] + stage["width"]
        assert stage["y"] <= box["y"]
        assert box["y"] + box["height"] <= stage["y"] + stage["height"]


def test_letters_are_large_enough_at_first(network: Network, open_page: Open) -> None:
    for graph in (shared(6), shared(60), network([3, 4, 3, 1]), network([2, 8, 8, 1]), network([2, 24, 24, 1])):
        page = open_page(graph)
        assert page.evaluate("chaingrad.camera.scale") >= 1
        page.context.close()


# ----- Clicking -----


@pytest.mark.parametrize("sizes", [[1, 1, 1], [2, 8, 8, 1], [2, 24, 24, 1]], ids=["10", "300", "2000"])
def test_clicking_opens_boxes_and_lights_paths(sizes: list[int], network: Network, open_page: Open) -> None:
    loss = network(sizes)
    page = open_page(loss)
    while page.locator("#world .box").count():
        page.locator("#world .box").first.click()
        if page.locator("#world .node.parameter").count():
            break
    leaf = page.locator("#world .node.parameter").first
    leaf.click()
    assert leaf.get_attribute("aria-pressed") == "true"
    assert page.locator("#world .link.lit").count() > 0
    assert page.locator("#paths-section").is_visible()
    node = int(leaf.get_attribute("data-node") or -1)
    loss.backward()
    expected = ag.topological_order(loss)[node].grad
    assert math.isclose(page.evaluate("chaingrad.paths.total"), expected, rel_tol=1e-12)
    leaf.click()
    assert page.locator("#world .link.lit").count() == 0
    assert page.locator("#paths-section").is_hidden()


def test_a_box_opens_and_folds_where_it_is(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]))
    page.click("#world .box:has-text('layer 0')")
    box = page.locator("#world .box").nth(5)
    group, before = box.get_attribute("data-group"), box.bounding_box()
    seen = page.locator("#world .node").count()
    box.click()
    frame = page.locator(f".frame[data-group='{group}']")
    after = frame.bounding_box()
    assert before
    assert after
    assert abs(before["x"] - after["x"]) < 6  # the shadow of a closed box is part of it
    assert abs(before["y"] - after["y"]) < 6
    assert page.locator("#world .node").count() > seen
    assert page.evaluate(FAULTS) == []
    page.click(f".frame[data-group='{group}'] > .handle")
    again = page.locator(f".box[data-group='{group}']").bounding_box()
    assert again
    assert abs(before["x"] - again["x"]) < 1
    assert abs(before["y"] - again["y"]) < 1


ON_STAGE = """() => {
  const v = chaingrad.camera.view(-40);
  const seen = ({ middle: { x, y } }) => x > v.x && y > v.y && x < v.x + v.w && y < v.y + v.h;
  const p = chaingrad.camera.toScreen(chaingrad.scene.links.find(seen).middle);
  const f = chaingrad.svg.getBoundingClientRect();
  return [p.x + f.left, p.y + f.top, Number(chaingrad.manner.down)];
}"""


def test_thin_edges_can_be_hit_beside_the_line(open_page: Open) -> None:
    page = open_page(shared(6))
    x, y, down = page.evaluate(ON_STAGE)
    page.mouse.move(x + 5 * down, y + 5 * (1 - down))
    page.wait_for_selector("#card", state="visible")
    assert "→" in page.inner_text("#card")


def test_hovering_tells_value_gradient_slopes_and_expression(
    two_paths: tuple[Value, dict[str, Value]], open_page: Open
) -> None:
    page = open_page(two_paths[0])
    page.hover("[aria-label^='O₂₂']")
    page.wait_for_selector("#card", state="visible")
    text = page.inner_text("#card")
    for said in ("tanh(O₁₁ × w₃)", "value", "0.5681", "∂L/∂O₂₂", "∂O₂₂/∂v", "tanh′ = 1 − tanh²"):
        assert said in text
    page.mouse.move(5, 500)
    page.wait_for_selector("#card", state="hidden")


def test_dragging_moves_and_the_wheel_zooms_only_when_asked(open_page: Open) -> None:
    page = open_page(shared(6))
    camera = "() => [chaingrad.camera.x, chaingrad.camera.y, chaingrad.camera.scale]"
    x, y, scale = page.evaluate(camera)
    page.mouse.move(300, 700)
    page.mouse.down()
    page.mouse.move(360, 660, steps=4)
    page.mouse.up()
    assert page.evaluate(camera) == pytest.approx([x + 60, y - 40, scale])
    page.mouse.wheel(0, 120)
    page.wait_for_timeout(60)
    assert page.evaluate(camera) == pytest.approx([x + 60, y - 160, scale])
    page.keyboard.down("Control")
    page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    page.wait_for_timeout(60)
    assert page.evaluate(camera)[2] > scale


def test_finding_opens_selects_and_shows(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]))
    page.fill("#find", "layers.1.neurons.5 w3")
    assert page.locator("#found li").count() == 1
    page.click("#found button")
    node = page.locator("#world .node.selected")
    assert "layers.1.neurons.5.w3" in (node.get_attribute("aria-label") or "")
    box, stage = node.bounding_box(), page.locator("#picture").bounding_box()
    assert box
    assert stage
    assert stage["x"] <= box["x"] <= stage["x"] + stage["width"] - box["width"]
    page.fill("#find", "tanh")
    assert page.inner_text("#find-count") == "17 found"
    page.fill("#find", "no such thing")
    assert page.inner_text("#find-count") == "none found"
    page.click("#fit-path")
    lit: Any = page.locator("#world .node.lit").first.bounding_box()
    assert lit["width"] > 20


def test_a_stage_of_another_size_is_filled_again_until_somebody_has_moved(network: Network, open_page: Open) -> None:
    from playwright.sync_api import expect

    page = open_page(network([2, 3, 1]))
    inside = """() => [...chaingrad.scene.items.values()].every(({ at }) => {
      const { x, y } = chaingrad.camera.toScreen(at);
      return x >= 0 && y >= 0 && x + at.w * chaingrad.camera.scale <= chaingrad.svg.clientWidth;
    })"""
    boxes = page.locator("#world .box").count()
    page.set_viewport_size({"width": 800, "height": 600})
    expect(page.locator("#world .box")).not_to_have_count(boxes)  # too small to read: folded
    assert page.evaluate(inside)
    page.set_viewport_size({"width": 1300, "height": 800})
    expect(page.locator("#world .box")).to_have_count(boxes)
    assert page.evaluate(inside)
    page.click("#closer")
    moved = page.evaluate("[chaingrad.camera.x, chaingrad.camera.scale]")
    page.set_viewport_size({"width": 900, "height": 700})
    page.wait_for_timeout(100)
    assert page.evaluate("[chaingrad.camera.x, chaingrad.camera.scale]") == moved


def test_from_far_away_things_show_their_names_alone_as_large_as_they_fit(open_page: Open) -> None:
    y = Value(0.5, label="a name that is rather long")
    for i in range(40):
        y = (y * 0.9).tanh()
        y.label = f"h{i}"
    page = open_page(y)
    texts = """() => [...document.querySelectorAll("#world .node")].map((node) => {
      const shape = node.querySelector(".shape").getBoundingClientRect();
      const seen = [...node.querySelectorAll("text")].filter((text) => getComputedStyle(text).display !== "none");
      return [seen.length, ...seen.map((text) => {
        const box = text.getBoundingClientRect();
        return box.left >= shape.left && box.right <= shape.right && box.width > 0.1 * shape.width;
      })];
    })"""
    assert max(number for number, *_ in page.evaluate(texts)) == 3
    page.click("#fit")
    assert page.evaluate("chaingrad.camera.scale") < 0.6
    assert all(found == [1, True] for found in page.evaluate(texts))
    for _ in range(12):
        page.click("#closer")
    assert max(number for number, *_ in page.evaluate(texts)) == 3
