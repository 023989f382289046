"""Draw the pictures of README, CONTRIBUTING and the gallery: `make pictures` writes them beside this file."""

import shutil
from pathlib import Path

import gallery
import rooms
from playwright.sync_api import Page, sync_playwright

from autograd import Value, draw, label, view
from nn.demo import two_paths

HERE = Path(__file__).parent


def main() -> None:
    """Write rooms.svg, graph.svg and page.png, and what stands in gallery/."""
    rooms.main()
    draw_graph()
    photograph()
    gallery.main()


def draw_graph() -> None:
    """The first example of the README."""
    w, b = Value(-3.0, role="parameter"), Value(10.25, role="parameter")
    m = w * 2.0
    s = m + b
    y = s * w
    label(w=w, b=b, m=m, s=s, y=y)
    y.backward()
    print(draw(y, highlight=w).save(HERE / "graph.svg"))


def photograph() -> None:
    """What a reader sees of `view`, in Chromium."""
    _, loss = two_paths()
    loss.backward()
    with sync_playwright() as tools:
        chromium = tools.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": 1100, "height": 800})
        page.set_content(view(loss, title="two paths").html)
        choose(page, "w1")
        page.screenshot(path=HERE / "page.png")
        chromium.close()
    print(HERE / "page.png")


def choose(page: Page, name: str) -> None:
    """Find a node of the page by its name, as a reader does: its paths light up, and the whole of them is shown."""
    field = page.get_by_role("searchbox", name="Find a node")
    field.fill(name)
    field.press("Enter")
    field.press("Escape")
    page.get_by_role("button", name="Fit path").click()
    page.wait_for_timeout(500)  # the path comes into view


if __name__ == "__main__":
    main()
