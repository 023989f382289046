"""The page to try it on, with npm's Pyodide in Chromium: nothing but the site itself is asked for anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

EXAMPLES = ["two_paths.py", "network.py", "training.py"]
START = 60_000  # milliseconds: on busy cores Python takes longer to start than a test has patience


@pytest.fixture
def page(site: Path, address: str, browser: "Browser") -> Iterator["Page"]:
    """The page, not started."""
    troubles: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda ask: None if ask.url.startswith((address, "data:")) else troubles.append(ask.url))
    page.goto(f"{address}/try.html")
    yield page
    page.close()
    assert troubles == []


@pytest.fixture
def pyodide(site: Path) -> None:
    """Python for the browser is on the site."""
    if not (site / "_static" / "try" / "pyodide").exists():
        pytest.skip("npm's pyodide is not on the site: install npm, then make site")


def wait_for(page: "Page", state: str) -> None:
    page.wait_for_function("(text) => document.getElementById('try-state').textContent.startsWith(text)", arg=state)


@pytest.mark.usefixtures("pyodide")
def test_every_example_is_recorded_drawn_explained_and_viewed(page: "Page") -> None:
    page.set_default_timeout(START)
    assert page.locator("#try-run").is_disabled()
    page.click("#try-start")
    page.wait_for_function("document.getElementById('try-state').textContent.startsWith('Loading Python')")
    assert page.locator("#try-progress").is_visible()
    wait_for(page, "Done.")  # the first example runs by itself
    assert not page.locator("#try-progress").is_visible()
    assert (page.text_content("#try-output") or "").startswith("w1.grad = 0.00216428106")
    assert "= 0.01006 + (−0.007898)" in (page.text_content("#try-explanation") or "")
    for example in EXAMPLES:
        page.select_option("#try-example", example)
        page.wait_for_function("document.getElementById('try-code').value.includes('show(')")
        page.dispatch_event("#try-run", "click")
        wait_for(page, "Done.")
        assert page.locator("#try-picture svg text").count() > 10
        # A frame out of sight is loaded, and draws nothing.
        page.frame_locator("#try-page").get_by_text("Computation graph of").first.wait_for(state="attached")
        assert "Traceback" not in (page.text_content("#try-output") or "")

    page.fill("#try-code", "print(1 / 0)")
    page.keyboard.press("Control+Enter")
    wait_for(page, "Done.")
    assert "ZeroDivisionError" in (page.text_content("#try-output") or "")
    assert not page.locator("#try-page").is_visible()

    page.fill("#try-code", "while True: pass")
    page.dispatch_event("#try-run", "click")
    wait_for(page, "Running")
    page.click("#try-stop")
    wait_for(page, "Stopped.")
    assert page.locator("#try-start").is_enabled()


def broken(page: "Page") -> None:
    page.route("**/pyodide.mjs", lambda route: route.abort())


def incomplete(page: "Page") -> None:
    page.route("**/chaingrad.zip", lambda route: route.fulfill(status=404))


@pytest.mark.usefixtures("pyodide")
@pytest.mark.parametrize(("trouble", "said"), [(broken, "pyodide.mjs"), (incomplete, "answered 404")])
def test_a_failure_is_a_sentence(page: "Page", trouble: Callable[["Page"], None], said: str) -> None:
    page.set_default_timeout(START)
    trouble(page)
    page.click("#try-start")
    wait_for(page, "Python could not be started here: ")
    assert said in (page.text_content("#try-state") or "")
    assert page.locator("#try-start").is_enabled()


def test_from_a_file_it_says_what_to_do(site: Path, browser: "Browser") -> None:
    page = browser.new_page()
    page.goto((site / "try.html").as_uri())
    wait_for(page, "A browser runs Python only from a web server: python -m http.server")
    assert page.locator("#try-start").is_disabled()
    page.close()
