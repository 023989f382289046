"""Pictures are read: in a real browser, text is whole and large enough, nothing overlaps, and things are in order."""

import itertools
import random
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import autograd
from autograd import Value, grad
from autograd.picture import Drawing, draw
from nn import MLP, losses
from nn.demo import two_paths
from tests.page.conftest import browser as browser
from tests.picture.pictures import network, neuron, recurrence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def mlp(inputs: int, *widths: int, fused: bool = True, examples: int = 1, classes: bool = False) -> Value:
    """The loss of a network over some examples: squared errors, or cross-entropy of softmax."""
    rng = random.Random(0)
    model = MLP(inputs, list(widths), activation="tanh", seed=1, fused=fused)
    outputs: Any = [model([rng.random() for _ in range(inputs)]) for _ in range(examples)]
    loss = losses.cross_entropy(outputs, [0] * examples) if classes else losses.mse(outputs, [1.0] * examples)
    loss.label = "loss"
    loss.backward()
    assert isinstance(loss, Value)
    return loss


def line(examples: int) -> Value:
    """The error of w·x + b over some examples, added up by Python's `sum`."""
    w, b = Value(0.5, label="w", role="parameter"), Value(0.1, label="b", role="parameter")
    loss = sum((w * Value(0.1 * i, label=f"x{i}") + b - 1.0) ** 2 for i in range(examples)) / examples
    loss.backward()
    assert isinstance(loss, Value)
    return loss


def second(power: int) -> Value:
    """The second derivative of 2x^power."""
    x = Value(0.5, label="x")
    (first,) = grad(x**power * 2.0, [x], create_graph=True)
    slope: Value = grad(first, [x], create_graph=True)[0]
    return slope


def slope_of_tanh() -> Value:
    x, w = Value(0.5, label="x"), Value(-0.3, label="w")
    slope: Value = grad((x * w).tanh() * x, [w], create_graph=True)[0]
    return slope


def chain(steps: int) -> Value:
    value = Value(-0.5, label="a")
    for step in range(steps):
        value = value.tanh() if step % 2 else value * 1.5
    return value


def tied(steps: int) -> Value:
    """The same neuron again and again, with labels of a module."""
    w, b = (Value(0.5, label=f"cell.{name}", role="parameter") for name in "wb")
    state = Value(0.1, label="h0")
    for step in range(steps):
        state = (state * w + b).tanh() + Value(0.1, label=f"x{step}")
    assert isinstance(state, Value)
    return state


def dot(terms: int) -> Value:
    xs = [Value(-0.1 * i, label=f"x{i}") for i in range(terms)]
    total: Value = autograd.dot(xs, [Value(0.2, label=f"w{i}", role="parameter") for i in range(terms)])
    return total


def pixels() -> Value:
    return mlp(784, 16, 10, classes=True)


GRAPHS: dict[str, Callable[[], Value | list[Value]]] = {
    "two nodes": lambda: Value(-2.0, label="a").tanh(),
    "neuron": neuron,
    "two paths": lambda: two_paths()[1],
    "twice": lambda: (a := Value(-3.0, label="a")) * a - a,
    "dot of 4": lambda: dot(4),
    "dot of 9": lambda: dot(9),
    "dot of 24": lambda: dot(24),
    "chain of 20": lambda: chain(20),
    "chain of 150": lambda: chain(150),
    "2-1": lambda: mlp(2, 1),
    "2-2-1": lambda: mlp(2, 2, 1),
    "2-2-1 in steps": lambda: mlp(2, 2, 1, fused=False),
    "3-4-4-1": lambda: mlp(3, 4, 4, 1),
    "4-8-8-2": lambda: mlp(4, 8, 8, 2, classes=True),
    "2-16-16-1": lambda: mlp(2, 16, 16, 1),
    "3-4-3 softmax": lambda: mlp(3, 4, 3, classes=True),
    "no modules": lambda: network(3, 4, 4, 1),
    "rnn of 4": lambda: recurrence(4),
    "rnn of 8": lambda: recurrence(8),
    "rnn of 20": lambda: recurrence(20),
    "tied": lambda: tied(4),
    "tied over 15": lambda: tied(15),
    "second derivative": lambda: second(3),
    "second of the fifth": lambda: second(5),
    "slope of tanh": slope_of_tanh,
    "line over 100": lambda: line(100),
    "net over 100": lambda: mlp(2, 4, 1, examples=100),
    "digits": lambda: mlp(64, 16, 10, classes=True),
    "784-16-10": lambda: MLP(784, [16, 10], seed=1)([0.5] * 784),
    "784-16-10 loss": pixels,
}
assert len(GRAPHS) == 30

# Everything is measured on the screen, in pixels of the picture as drawn: `scale` says how much smaller it is shown.
FAULTS = """() => {
  const svg = document.querySelector(".chaingrad-picture > div").shadowRoot.querySelector("svg");
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const box = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left: left / scale, right: right / scale, top: top / scale, bottom: bottom / scale };
  };
  const faults = [];
  const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent);
  const bodies = [...svg.querySelectorAll("g.node > rect:first-of-type")];
  for (const text of texts) {
    const group = text.parentElement;
    const rects = group.querySelectorAll("rect");
    if (!rects.length) continue;
    const [inner, outer] = [box(text), box(rects[rects.length - 1])];
    const across = Math.min(inner.left - outer.left, outer.right - inner.right);
    const room = Math.min(across, inner.top - outer.top, outer.bottom - inner.bottom);
    if (room < 3) faults.push(`"${text.textContent}" is ${room.toFixed(1)} from its border`);
  }
  const boxes = texts.map(box);
  const crosses = (a, b, gap) => a.left < b.right - gap && b.left < a.right - gap
    && a.top < b.bottom - gap && b.top < a.bottom - gap;
  boxes.forEach((a, i) => boxes.slice(0, i).forEach((b, j) => {
    if (crosses(a, b, 0.5)) faults.push(`"${texts[i].textContent}" and "${texts[j].textContent}" overlap`);
  }));
  const solid = bodies.map(box);
  solid.forEach((a, i) => solid.slice(0, i).forEach((b) => {
    if (crosses(a, b, 0.5)) faults.push(`${bodies[i].parentElement.id} overlaps`);
  }));
  texts.forEach((text, i) => {
    const hidden = text.closest(".edge") && solid.some((b) => crosses(boxes[i], b, 1));
    if (hidden) faults.push(`"${text.textContent}" is hidden`);
  });
  for (const line of svg.querySelectorAll(".edge > path:first-of-type")) {
    for (let at = 0; at < line.getTotalLength(); at += 4) {
      const { x, y } = line.getPointAtLength(at);
      const [left, top] = [svg.getBoundingClientRect().left / scale, svg.getBoundingClientRect().top / scale];
      const dot = { left: x + left, right: x + left, top: y + top, bottom: y + top };
      const hit = solid.findIndex((b) => crosses(dot, b, 1));
      if (hit >= 0) { faults.push(`${line.parentElement.id} crosses ${bodies[hit].parentElement.id}`); break; }
    }
  }
  const frame = box(svg);
  // Of several pages this one shows some boxes, and each of them whole.
  for (const b of [...boxes, ...solid]) {
    const across = b.left > frame.left - 0.5 && b.right < frame.right + 0.5;
    const whole = across && b.top > frame.top - 0.5 && b.bottom < frame.bottom + 0.5;
    if (!whole && (!PAGES || crosses(b, frame, 0.5))) faults.push("cut by the border");
  }
  return faults;
}"""
TYPE = """() => {
  const svg = document.querySelector(".chaingrad-picture > div").shadowRoot.querySelector("svg");
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const sizes = [...svg.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize));
  const paper = getComputedStyle(svg.querySelector("rect")).fill;
  return [scale * Math.min(...sizes), document.documentElement.scrollWidth - innerWidth, paper];
}"""


def shown(page: "Page", picture: Drawing) -> None:
    page.set_content(f"<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>{picture._repr_html_()}")


def faults(page: "Page", pages: int = 1) -> list[str]:
    found: list[str] = page.evaluate(FAULTS.replace("PAGES", str(pages > 1).lower()))
    return found


@pytest.fixture(scope="module")
def page(browser: "Browser") -> "Page":
    return browser.new_page(viewport={"width": 700, "height": 800})


@pytest.mark.parametrize("name", GRAPHS)
def test_a_picture_can_be_read(name: str, page: "Page") -> None:
    drawn = draw(GRAPHS[name]())
    page.set_viewport_size({"width": 700, "height": 800})
    shown(page, drawn)
    assert faults(page) == []
    for width, least in ((390, 0.0), (700, 9.0), (1000, 9.0), (1400, 9.0)):
        page.set_viewport_size({"width": width, "height": 800})
        size, hidden, _ = page.evaluate(TYPE)
        assert size >= least - 0.01 and hidden <= 0, (width, size, drawn.width)
    for scheme, paper in (("dark", "rgb(21, 24, 28)"), ("light", "rgb(255, 255, 255)")):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate(TYPE)[2] == paper


MANNERS: list[dict[str, Any]] = [
    {"size": "print"}, {"rankdir": "LR", "derivatives": False}, {"rankdir": "TB"},
    {"direction": "both", "theme": "dark"},
    {"direction": "backward", "legend": True, "gradients": True},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("number", "name"), [*enumerate(GRAPHS)])
@pytest.mark.parametrize("step", [0, 2])
def test_every_manner_of_a_picture_can_be_read(number: int, name: str, step: int, page: "Page") -> None:
    settings = MANNERS[(number + step) % len(MANNERS)]
    drawn = draw(GRAPHS[name](), **settings)
    page.set_viewport_size({"width": 5000, "height": 800})
    shown(page, drawn)
    assert faults(page, len(drawn.pages)) == []
    if "size" in settings:  # 17 cm are 642 pixels, 8 points 10.67
        assert 11.0 * min(1.0, 642.0 / drawn.width) >= 10.67


@pytest.mark.parametrize("name", ["two paths", "chain of 20", "rnn of 8", "tied", "2-2-1"])
def test_what_is_too_wide_stands_in_rows(name: str, page: "Page") -> None:
    drawn = draw(GRAPHS[name](), rankdir="LR")
    assert drawn.folded is None and drawn.width <= 855
    page.set_viewport_size({"width": 1400, "height": 800})
    shown(page, drawn)
    assert faults(page) == []
    outside = page.evaluate("""() => {
      const svg = document.querySelector(".chaingrad-picture > div").shadowRoot.querySelector("svg");
      const { width, height } = svg.viewBox.baseVal;
      return [...svg.querySelectorAll("path")].map((path) => path.getBBox()).filter(
        (box) => box.x < 1 || box.y < 1 || box.x + box.width > width - 1 || box.y + box.height > height - 1).length;
    }""")
    assert outside == 0


def test_a_long_chain_stands_in_rows_and_a_recurrence_does_not() -> None:
    assert draw(chain(20)).rankdir == "LR"
    assert draw(recurrence(8)).rankdir == "TB"


@pytest.mark.parametrize("collapse", [None, "neuron"])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("fused", [True, False])
def test_layered_nets_stand_in_order(collapse: str | None, rankdir: str, fused: bool, page: "Page") -> None:
    drawn = draw(mlp(3, 4, 3, 2, fused=fused, classes=True), collapse=collapse, rankdir=rankdir)
    page.set_viewport_size({"width": 5000, "height": 800})  # small type is not drawn as small as it should be
    shown(page, drawn)
    assert faults(page) == []
    places = page.evaluate("""() => [...document.querySelector(".chaingrad-picture > div").shadowRoot
      .querySelectorAll("g.node > text:first-of-type, g.frame > text")]
      .map((text) => [text.textContent, ...["x", "y"].map((axis) => text.getBoundingClientRect()[axis])])""")
    digits = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    families: dict[str, list[tuple[int, float, float]]] = {}
    for text, x, y in places:
        if match := re.fullmatch(r"(neuron |x|w\d?)(\d)", text.translate(digits)):
            families.setdefault(match[1], []).append((int(match[2]), x, y))
    assert {"neuron ", "x"} < {*families, "w0"}
    for kind, members in families.items():
        # Neurons of several layers, and weights of one number in several: from one 0 to the next, numbers rise.
        layers = itertools.pairwise(sorted(members, key=lambda member: member[2 if rankdir == "LR" else 1]))
        if kind == "x":
            assert all(first[0] < then[0] for first, then in layers)
    for row in rows_of(places, digits, rankdir):
        assert row == sorted(row), row


def rows_of(places: list[Any], digits: dict[int, int], rankdir: str) -> list[list[int]]:
    """The numbers of neurons whose titles stand in one column (LR) or one row (TB), in the order of their places."""
    rows: dict[int, list[tuple[float, int]]] = {}
    for text, x, y in places:
        if match := re.fullmatch(r"neuron (\d)", text.translate(digits)):
            along, across = (y, x) if rankdir == "LR" else (x, y)
            rows.setdefault(round(across / 40), []).append((along, int(match[1])))
    return [[number for _, number in sorted(row)] for row in rows.values()]


def test_a_click_opens_it_large_and_a_drag_selects(page: "Page") -> None:
    page.set_viewport_size({"width": 390, "height": 700})
    shown(page, draw(mlp(3, 4, 4, 1)))
    assert page.locator("dialog").count() == 0
    page.mouse.click(100, 100)
    size = page.evaluate("""() => { const svg = document.querySelector("dialog > div").shadowRoot.querySelector("svg");
      return 11 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; }""")
    assert size >= 16
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.mouse.move(20, 40)
    page.mouse.down()
    page.mouse.move(300, 200)
    page.mouse.up()
    assert page.locator("dialog").count() == 0
    page.locator(".chaingrad-picture > div").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Close").click()
    page.locator("dialog").wait_for(state="detached")


@pytest.mark.parametrize(
    ("attribute", "paper"),
    [
        ('data-jp-theme-light="false"', "rgb(21, 24, 28)"), ('data-jp-theme-light="true"', "rgb(255, 255, 255)"),
        ('class="vscode-dark"', "rgb(21, 24, 28)"), ('class="vscode-light"', "rgb(255, 255, 255)"),
    ],
)  # fmt: skip
def test_a_picture_has_the_theme_of_its_notebook(attribute: str, paper: str, page: "Page") -> None:
    page.emulate_media(color_scheme="light" if "21" in paper else "dark")
    page.set_content(f"<body {attribute}>{draw(neuron())._repr_html_()}")
    assert page.evaluate(TYPE)[2] == paper
    page.set_content(f"<body {attribute}>{draw(neuron(), theme='light')._repr_html_()}")
    assert page.evaluate(TYPE)[2] == "rgb(255, 255, 255)"
