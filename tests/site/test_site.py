"""The site: every link leads somewhere, every public name is there, pages fit a desk and a phone, for everybody."""

import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

import pytest

import autograd
import nn

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

# Of each kind of page one, for the checks that take a second a page.
KINDS = [
    "index.html", "try.html", "how-to/keras.html", "inside/passes.html", "kinks.html", "reference/looking.html",
    "lessons/02-reading-a-computation-graph.html", "lessons/06-activation-functions.html",
]  # fmt: skip

# Until the page has answered a change of its width.
RESIZED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))"

# What sticks out of the window, and boxes that must be scrolled sideways though they hold no code.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth, found = [];
  const scrolls = (box) => ["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX);
  if (document.documentElement.scrollWidth > width) found.push("the page itself");
  for (const part of document.querySelectorAll("article *")) {
    const box = part.getBoundingClientRect(), name = `${part.tagName} ${part.className} ${part.textContent}`;
    let outer = part.parentElement;
    while (outer.tagName !== "ARTICLE" && !scrolls(outer)) outer = outer.parentElement;
    if (outer.tagName === "ARTICLE" && box.width > 0 && box.right > width + 1) found.push(name);
    const code = part.closest("pre, .highlight, textarea");
    if (scrolls(part) && part.scrollWidth > part.clientWidth + 1 && !code) found.push(name);
  }
  return found.map((name) => name.trim().replace(/\\s+/g, " ").slice(0, 100));
}"""


class Links(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to, and what can be linked to in it."""
        for name, value in attrs:
            if value and name in ("href", "src"):
                self.links.append(value)
            if value and name in ("id", "name"):
                self.anchors.add(value)


def pages(site: Path) -> list[Path]:
    """All pages but those that the page to try it on loads."""
    return sorted(path for path in site.rglob("*.html") if "_static" not in path.parts)


def test_every_link_inside_leads_to_something(site: Path) -> None:
    read = {path: Links(path.read_text(encoding="utf-8")) for path in pages(site)}
    assert len(read) > 40
    astray = []
    for path, links in read.items():
        for link in links.links:
            if link.startswith(("http:", "https:", "data:", "mailto:")):
                continue
            file, anchor = urldefrag(unquote(link))
            target = (path.parent / file.split("?")[0]).resolve() if file else path
            if not target.exists() or (target in read and anchor not in read[target].anchors):
                astray.append(f"{path.relative_to(site)}: {link}")
    assert astray == []


# ----- The reference -----

# Without an underscore, and yet for other rooms of the project and not for its users.
INNER = {
    "nn.callbacks": {"EpochFunction", "Monitor", "check_hooks"}, "nn.clipping": {"scale_for"}, "nn.data": {"Rows"},
    "nn.init": {"drawn", "generator", "given"}, "nn.io": {"checked_target", "save", "load"}, "nn.training": set(),
}  # fmt: skip


def public_names() -> Iterator[str]:
    """What users import, as the reference names it."""
    names = {*autograd.__all__, "abs", "compile", "compiled", "max", "min", "round", "sum"}
    yield from (f"autograd.{name}" for name in names)
    yield from (f"autograd.testing.{name}" for name in made_in(autograd.testing))
    modules = [name for name in dir(nn) if isinstance(getattr(nn, name), ModuleType)]
    yield from (f"nn.{name}" for name in dir(nn) if name not in modules)
    elsewhere = {id(getattr(nn, name)) for name in dir(nn) if name not in modules}
    for module in (import_module(f"nn.{name}") for name in modules):
        for name in made_in(module) - INNER.get(module.__name__, set()):
            if id(getattr(module, name)) not in elsewhere:
                yield f"{module.__name__}.{name}"


def made_in(module: ModuleType) -> set[str]:
    """The classes and functions of a module, or those that it offers if it says so."""
    if hasattr(module, "__all__"):
        return {name for name in module.__all__ if callable(getattr(module, name))}
    things = vars(module).items()
    return {
        name for name, thing in things
        if name[0] != "_" and (isclass(thing) or isfunction(thing)) and thing.__module__ == module.__name__
    }  # fmt: skip


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    listed = zlib.decompress((site / "objects.inv").read_bytes().split(b"\n", 4)[4]).decode()
    documented = {line.split()[0] for line in listed.splitlines()}
    assert sorted(set(public_names()) - documented) == []
    assert {"autograd.Value.backward", "autograd.Value.grad", "nn.MLP", "nn.losses.mse"} <= documented


# ----- In Chromium -----


def test_no_page_is_wider_than_its_window(site: Path, address: str, browser: "Browser") -> None:
    found = []
    page = browser.new_page()
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("request", lambda ask: found.append(ask.url) if not ask.url.startswith((address, "data:")) else None)
    for path in pages(site):
        page.goto(f"{address}/{path.relative_to(site).as_posix()}", wait_until="load")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate(RESIZED)
            found += [f"{path.relative_to(site)} at {width}: {what}" for what in page.evaluate(TOO_WIDE)]
    page.close()
    assert found == []


def test_axe_finds_no_serious_fault(address: str, browser: "Browser", axe: str) -> None:
    found = []
    page = browser.new_page()
    for name in KINDS:
        page.goto(f"{address}/{name}", wait_until="load")
        page.evaluate(axe)
        for width, scheme in ((1280, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(RESIZED)
            faults = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
            found += [
                f"{name} {scheme}: {fault['id']}: {fault['nodes'][0]['html'][:200]}"
                for fault in faults
                if fault["impact"] in ("serious", "critical")
            ]
    page.close()
    assert found == []
