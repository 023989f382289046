"""A real headless Chromium for the tests of the page, and graphs to look at in it.

Every page is watched: an error in its console, or a request for anything but itself, fails the test.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import autograd
from autograd import Value
from autograd.page import View, view
from autograd.reductions import dot

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
AXE = Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"

Open = Callable[..., "Page"]


# Not for the session: while it is open, its event loop counts as running, and no other test could run one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One Chromium for the tests of a file."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (apt install chromium)")
    with playwright.sync_playwright() as tools:
        chromium = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: "Browser", tmp_path: Path) -> Iterator[Open]:
    """Open a view, a Value or HTML text as a file; `settings` are those of a browser context, such as color_scheme.

    `allowed` is a part of the messages in the console that are expected; `before` is a script that runs first.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(what: View | Value | str, allowed: str = "\n", before: str = "", **settings: Any) -> "Page":
        html = what if isinstance(what, str) else (view(what) if isinstance(what, Value) else what).html
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": 1300, "height": 800}, **settings)
        contexts.append(context)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on(
            "console", lambda message: None if allowed in message.text else troubles.append(f"console: {message.text}")
        )
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: troubles.append(f"request: {request.url[:200]}") if _leaves(request.url, path) else None,
        )
        page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles


def _leaves(url: str, path: Path) -> bool:
    return url != path.as_uri() and not url.startswith(("data:", "about:"))


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, the checker of accessibility."""
    if not AXE.exists():
        pytest.skip(f"axe-core is not here: npm install --prefix {AXE.parents[2].relative_to(AXE.parents[4])} axe-core")
    return AXE.read_text(encoding="utf-8")


# ----- Graphs -----


@pytest.fixture
def two_paths() -> tuple[Value, dict[str, Value]]:
    """w1 reaches L through O21 and through O22."""
    return _two_paths()


@pytest.fixture
def network() -> Callable[..., Value]:
    """The squared error of a network of tanh neurons: network([2, 3, 1]) has 2 inputs and 3 hidden neurons."""
    return _network


def _two_paths() -> tuple[Value, dict[str, Value]]:
    named = {name: Value(x, label=name, role="parameter") for name, x in (("w1", 0.6), ("w2", -0.4), ("w3", 0.9))}
    x = Value(1.5, label="x", requires_grad=False)
    o11 = (named["w1"] * x).tanh()
    o21, o22 = autograd.sigmoid(o11 * named["w2"]), (o11 * named["w3"]).tanh()
    loss = (o21 * o22 - 1.0) ** 2
    o11.label, o21.label, o22.label, loss.label = "O11", "O21", "O22", "L"
    return loss, named | {"x": x, "O11": o11, "O21": o21, "O22": o22}


def _network(sizes: list[int], seed: int = 0, fused: bool = False, labels: bool = True, examples: int = 1) -> Value:
    rng = random.Random(seed)
    loss = Value(0.0, role="constant")
    layers = [
        [
            [
                Value(
                    rng.uniform(-1, 1),
                    f"layers.{i}.neurons.{j}.{'b' if k == inputs else f'w{k}'}" if labels else "",
                    role="parameter",
                )
                for k in range(inputs + 1)
            ]
            for j in range(outputs)
        ]
        for i, (inputs, outputs) in enumerate(pairwise(sizes))
    ]
    for _ in range(examples):
        signals = [
            Value(rng.uniform(-1, 1), label=f"x{i}" if labels else "", requires_grad=False) for i in range(sizes[0])
        ]
        for layer in layers:
            signals = [_neuron(weights, signals, fused) for weights in layer]
        error = (signals[0] - rng.choice([-1.0, 1.0])) ** 2
        loss = error if examples == 1 else loss + error
    loss.label = "loss" if labels else ""
    return loss


def _neuron(weights: list[Value], signals: list[Value], fused: bool) -> Value:
    total = dot(weights[:-1], signals, weights[-1]) if fused else weights[-1]
    for w, x in () if fused else zip(weights[:-1], signals, strict=True):
        total = total + w * x
    activated: Value = total.tanh()
    return activated
