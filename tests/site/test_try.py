"""The page to try it on, with npm's Pyodide in Chromium: nothing but the site itself is asked for anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

# And a line that no other has.
EXAMPLES = {"two_paths.py": "o31 = ", "network.py": "[2, 1]", "training.py": "nn.sgd("}
# What is typed, key by key, and how the output ends. The next line begins where this one does, after a colon further.
TYPED = {
    "for i in range(2):\nprint(i)": "0\n1\n",
    "x = 1 / 0": 'your code", line 1, in <module>\n    x = 1 / 0\n        ~~^~~\nZeroDivisionError: division by zero\n',
    "print((1": "  File \"your code\", line 1\n    print((1\n          ^\nSyntaxError: '(' was never closed\n",
    "1 + 1": "",
    "print('x' * 10**6)": "no more than 100,000 letters are shown\n",
    "input('name')": "nobody answers input() in this page: write the answer into the code\n",
    "import nn\nnn.MLP(2, [1]).fit([[1, 2]], [1])": "predict, files and plots need more: install chaingrad for them.\n",
}
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
def test_every_example_is_recorded_drawn_explained_and_viewed(page: "Page", axe: str) -> None:
    page.set_default_timeout(START)
    assert page.locator("#try-run").is_disabled()
    page.click("#try-start")
    page.wait_for_function("document.getElementById('try-state').textContent.startsWith('Loading Python')")
    assert page.locator("#try-progress").is_visible()
    wait_for(page, "Done.")  # the first example runs by itself
    assert not page.locator("#try-progress").is_visible()
    assert (page.text_content("#try-output") or "").startswith("w1.grad = 0.00216428106")
    assert "= 0.01006 + (−0.007898)" in (page.text_content("#try-explanation") or "")
    for example, line in EXAMPLES.items():
        page.select_option("#try-example", example)
        page.wait_for_function("(line) => document.getElementById('try-code').value.includes(line)", arg=line)
        page.press("#try-run", "Enter")
        wait_for(page, "Done.")
        assert page.locator("#try-picture svg text").count() > 10
        page.locator("#try-page").scroll_into_view_if_needed()  # a frame out of sight draws nothing
        page.frame_locator("#try-page").get_by_text("Computation graph of").first.wait_for()
        assert "Traceback" not in (page.text_content("#try-output") or "")
    learnt = [line.split()[-2:] for line in (page.text_content("#try-output") or "").splitlines()[-4:]]
    assert [target for target, _ in learnt] == ["0", "1", "1", "0"]
    assert all(abs(float(target) - float(output)) < 0.05 for target, output in learnt)
    page.evaluate(axe)
    faults = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [fault["id"] for fault in faults if fault["impact"] in ("serious", "critical")] == []

    for code, printed in TYPED.items():
        page.locator("#try-code").press("Control+A")
        page.keyboard.type(code)
        page.keyboard.press("Control+Enter")
        wait_for(page, "Done.")
        assert (page.text_content("#try-output") or "").endswith(printed)
        assert not page.locator("#try-page").is_visible()

    page.fill("#try-code", "while True: pass")
    page.press("#try-run", "Enter")
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
