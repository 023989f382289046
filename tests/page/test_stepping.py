"""Walking through the graph: what is shown after each step, and that the end is the engine's, to the last bit."""

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import autograd
from autograd import Value, topological_order
from autograd.reductions import dot
from autograd.support.text import format_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]
Network = Callable[..., Value]

TO_THE_END = """() => {
  const next = document.getElementById('next');
  let steps = 0;
  for (; next.getAttribute('aria-disabled') === 'false'; steps += 1) next.click();
  return steps;
}"""
TABLE = """() => [...document.querySelectorAll('#rows tbody tr')].map((row) => [
  row.querySelector('[data-column=value]').textContent, row.querySelector('[data-column=gradient]').textContent])"""
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('#world [data-node]')].map((node) => [
  node.dataset.node, [node.querySelector('.value').textContent, node.querySelector('.grad')?.textContent ?? '']]))"""


def table(page: "Page") -> list[list[str]]:
    """Value and gradient of every node, all digits, from the page's own table."""
    if not page.locator("#table").get_attribute("open"):
        page.evaluate("document.getElementById('table').open = true")
        page.wait_for_selector("#rows tr", state="attached")
        page.check("#digits", force=True)
        page.evaluate("() => { for (const b = document.querySelector('#rows button'); !b.hidden;) b.click(); }")
    return page.evaluate(TABLE)  # type: ignore[no-any-return]


def engine(loss: Value) -> list[tuple[float, float | None]]:
    """Value and gradient of every node as a single `backward()` leaves them."""
    order = topological_order(loss)
    for v in order:
        v.grad = 0.0
    loss.backward()
    return [(v.data, v.grad if v.requires_grad else None) for v in order]


def same_bits(text: str, x: float | None) -> bool:
    if x is None:
        return text == "none"
    text = text.replace("−", "-")
    return text not in ("…", "none") and (float(text) == x or (math.isnan(float(text)) and math.isnan(x)))


def tangled() -> Value:
    """Nodes used many times, in different orders, so that the order of the sums matters to the last bit."""
    a, b, c = Value(0.1, label="a"), Value(0.7, label="b"), Value(-1.3, label="c")
    d = a * b + b / c
    e = d * d + autograd.exp(a) * d - d / 3.0
    f = autograd.maximum(e, d) + dot([a, e, d], [b, d, c], e) + autograd.softmax([a, e, d])[1]
    total: Value = (f * e + d).tanh() * f + f**2 + e
    return total


def awkward() -> Value:
    """inf, nan, a zero factor, a kink, frozen leaves, a staircase, and a node that nothing comes back to."""
    x, y = Value(0.0, label="x"), Value(2.0, label="y", requires_grad=False)
    taken = autograd.where(x > 0, autograd.log(x), x * y)
    total: Value = taken + x.relu() + autograd.floor(x + 0.5) * autograd.exp(x + 800.0) * 0.0 + abs(x)
    return total


GRAPHS: dict[str, Callable[[], Value]] = {"tangled": tangled, "awkward": awkward}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_end_is_what_the_engine_has(name: str, open_page: Open) -> None:
    loss = GRAPHS[name]()
    page = open_page(loss)
    found, expected = table(page), engine(loss)
    assert len(found) == len(expected) > 8
    assert [
        row
        for row, (data, grad) in zip(found, expected, strict=True)
        if not (same_bits(row[0], data) and same_bits(row[1], grad))
    ] == []


@pytest.mark.parametrize("sizes", [[2, 2, 1], [2, 8, 8, 1], [2, 24, 24, 1]], ids=["30", "300", "2000"])
def test_stepping_to_the_end_gives_the_engines_numbers(sizes: list[int], network: Network, open_page: Open) -> None:
    loss = network(sizes)
    page = open_page(loss)
    last = int(page.locator("#position").get_attribute("max") or 0)
    page.click("#reset")
    assert [row for row in table(page) if row[1] not in ("…", "none")] == []
    assert 0 < page.evaluate(TO_THE_END) <= last
    expected = engine(loss)
    found = table(page)
    assert len(found) == len(expected)
    assert all(
        same_bits(row[0], data) and same_bits(row[1], grad) for row, (data, grad) in zip(found, expected, strict=True)
    )
    shown: dict[str, Any] = page.evaluate(SHOWN)
    assert shown
    for index, (value, gradient) in shown.items():
        data, grad = expected[int(index)]
        assert value == format_number(data).replace("-", "−")
        assert gradient == ("" if grad is None else "∂ " + format_number(grad).replace("-", "−"))


def test_each_step_says_what_happens(open_page: Open) -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.label = "c"
    loss = c + a
    loss.label = "L"
    page = open_page(loss)
    assert page.inner_text("#sentence").startswith("Every step is done")
    page.click("#reset")
    said = [page.inner_text("#sentence")]
    while page.locator("#next").get_attribute("aria-disabled") == "false":
        page.click("#next")
        said.append(page.inner_text("#sentence"))
    assert said == [
        "Start: the 2 leaves are given, nothing is computed yet.",
        "c = a × b = 2 × −3 = −6.",
        "L = c + a = −6 + 2 = −4.",
        "The walk back starts at the output: ∂L/∂L = 1.",
        "Back through L = c + a, where ∂L/∂L = 1: c gets += 1 × 1 = 1; a gets += 1 × 1 = 1 "
        "(sum rule: each term has slope 1).",
        "Back through c = a × b, where ∂L/∂c = 1: a gets += −3 × 1, in all −2; b gets += 2 × 1 = 2 "
        "(product rule: the other factor). That was the last step.",
    ]


def test_a_step_forward_computes_one_node_and_a_step_back_takes_it_away(open_page: Open) -> None:
    loss = tangled()
    page = open_page(loss)
    page.click("#reset")
    known = [sum(row[0] != "…" for row in table(page))]
    states = [table(page)]
    for _ in range(6):
        page.click("#next")
        states.append(table(page))
        known.append(sum(row[0] != "…" for row in states[-1]))
    assert [b - a for a, b in pairwise(known)] == [1] * 6
    for state in reversed(states[:-1]):
        page.click("#back")
        assert table(page) == state


def test_a_gradient_that_waits_for_more_says_so(two_paths: tuple[Value, dict[str, Value]], open_page: Open) -> None:
    loss, named = two_paths
    page = open_page(loss)
    waiting = []
    while page.locator("#back").get_attribute("aria-disabled") == "false":
        page.click("#back")
        shown = page.evaluate(SHOWN)
        waiting += [index for index, (_, text) in shown.items() if text.endswith(" …") and text != "∂ …"]
    o11 = topological_order(loss).index(named["O11"])
    assert set(waiting) == {str(o11)}  # after the first of its two contributions


def test_play_walks_to_the_end_and_can_be_paused(open_page: Open) -> None:
    from playwright.sync_api import expect

    page = open_page(tangled())
    last = page.inner_text("#counter")
    page.select_option("#speed", "400")
    page.click("#play")
    assert page.inner_text("#play") == "Pause"
    expect(page.locator("#counter")).to_have_text(re.compile("^[5-9] of "))
    page.click("#play")
    page.select_option("#speed", "100")
    held = page.inner_text("#counter")
    page.wait_for_timeout(350)
    assert page.inner_text("#counter") == held != last
    page.click("#play")
    expect(page.locator("#counter")).to_have_text(last, timeout=20_000)
    assert page.inner_text("#play") == "Play"


def test_gradients_are_those_of_this_graph_whatever_grad_holds(open_page: Open) -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    y.backward()
    page = open_page(y)
    assert float(table(page)[0][1]) == 6.0 != x.grad
    page.click("[data-node='0']")
    assert ".grad held 12 when this page was made" in page.inner_text("#about")


def test_a_graph_without_gradients_stops_after_the_values(open_page: Open) -> None:
    page = open_page(Value(2.0, requires_grad=False) * 3.0)
    assert page.inner_text("#counter") == "1 of 1"
    assert [row[1] for row in table(page)] == ["none"] * 3


def test_a_single_leaf_is_a_page_too(open_page: Open) -> None:
    page = open_page(Value(2.0, label="alone"))
    assert table(page) == [["2", "1"]]


def test_a_folded_box_is_one_step_and_says_what_went_on_in_it(network: Network, open_page: Open) -> None:
    page = open_page(network([2, 8, 8, 1]))
    page.click("#reset")
    page.click("#next")
    assert page.inner_text("#sentence").startswith("In the folded box layers.0, 5 values are computed, the last is v")
    assert page.evaluate(TO_THE_END) > 50
    last = page.inner_text("#sentence")
    assert last.startswith("In the folded box layers.0, ")
    assert "their gradients back, the last is v" in last


def test_a_convention_and_a_gradient_of_zero_are_told(open_page: Open) -> None:
    x = Value(0.0, label="x")
    y = (x * 3.0).relu()
    y.label = "y"
    page = open_page(y)
    page.click("#back")
    assert page.inner_text("#sentence") == (
        "Back through y = ReLU(v₂), where ∂y/∂y = 1: v₂ gets += 0 × 1 = 0 (slope 1 above 0, 0 below). "
        "Here: slope 0 at exactly 0, by convention."
    )
    page.click("#next")
    assert page.inner_text("#sentence") == (
        "Back through v₂ = x × 3, where ∂y/∂v₂ = 0: nothing arrives here, so nothing is sent on. "
        "That was the last step."
    )


def test_names_of_several_words_are_bracketed_in_derivatives(open_page: Open) -> None:
    x = Value(2.0, label="my x")
    page = open_page(x * 3.0)
    page.click("[data-node='0']")
    assert "∂v₂/∂(my x) = 3" in page.inner_text("#paths")
