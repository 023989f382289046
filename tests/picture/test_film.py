"""A film in a notebook, in a real browser: it moves, stops, goes step by step by keyboard, and reads well."""

from typing import TYPE_CHECKING, Any

import pytest

from autograd import animate
from autograd.picture import draw
from tests.page.conftest import axe as axe
from tests.page.conftest import browser as browser
from tests.picture.pictures import network, neuron

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SEEN = """() => [...document.querySelector("[data-film=on]").shadowRoot.querySelectorAll("text")]
  .filter((text) => getComputedStyle(text).visibility === "visible").map((text) => text.textContent)"""


def opened(browser: "Browser", html: str, **settings: Any) -> "Page":
    page = browser.new_page(viewport={"width": 700, "height": 500}, **settings)
    page.set_content(f"<!DOCTYPE html><html lang='en'><title>film</title><main>{html}</main>")
    return page


def seen(page: "Page") -> list[str]:
    texts: list[str] = page.evaluate(SEEN)
    return texts


def test_a_film_moves_stops_and_goes_step_by_step(browser: "Browser") -> None:
    film = animate(neuron(), seconds=0.2)
    page = opened(browser, film._repr_html_())
    button, slider = page.get_by_role("button"), page.get_by_role("slider")
    assert button.text_content() == "Pause"
    page.wait_for_function("document.querySelector('input').value > 1")
    slider.focus()
    page.keyboard.press("Home")
    assert button.text_content() == "Play"
    for number, step in enumerate(film.steps, 1):
        caption = f"{number} of 5 · {step.caption}"
        assert slider.get_attribute("aria-valuetext") == caption
        texts = seen(page)
        assert " ".join(texts).count(" of 5 · ") == 1 and caption in " ".join(texts)
        assert [text for text in texts if text.startswith("grad")] == [
            f"grad {shown}" for shown in _grads(film.steps, number - 1, film.snapshot)
        ]
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert button.text_content() == "Pause"
    page.close()


def _grads(steps: Any, number: int, picture: Any) -> list[str]:
    from autograd.support.text import format_number

    nodes = [node.index for node in picture.nodes if node.requires_grad]
    return [format_number(steps[number].gradients[index]) for index in nodes]


def test_readers_who_want_less_motion_find_it_at_its_end(browser: "Browser") -> None:
    film = animate(neuron())
    page = opened(browser, film._repr_html_(), reduced_motion="reduce")
    assert page.get_by_role("button").text_content() == "Play"
    assert page.get_by_role("slider").input_value() == "5" and "5 of 5" in " ".join(seen(page))
    page.get_by_role("slider").press("ArrowLeft")
    assert "4 of 5" in " ".join(seen(page))
    still = opened(browser, film.svg, reduced_motion="reduce")  # where no scripts run
    texts = still.evaluate("""() => [...document.querySelectorAll("text")]
      .filter((text) => getComputedStyle(text).visibility === "visible").map((text) => text.textContent)""")
    assert "5 of 5" in " ".join(texts)
    page.close()
    still.close()


def test_each_film_of_a_notebook_has_its_own_controls_and_a_picture_has_none(browser: "Browser") -> None:
    films = [animate(neuron()), animate(network(2, 1))]
    page = opened(browser, films[0]._repr_html_() + draw(neuron())._repr_html_() + films[1]._repr_html_())
    assert [slider.get_attribute("max") for slider in page.get_by_role("slider").all()] == [
        "5",
        str(len(films[1].steps)),
    ]
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: "Browser", scheme: Any, axe: str) -> None:
    page = opened(browser, animate(neuron())._repr_html_(), color_scheme=scheme)
    page.add_script_tag(content=axe)
    found = page.evaluate("axe.run()")["violations"]
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
    page.close()
