"""Words that every object of JavaScript has, wherever a user's text can go: the page looks up none in an object.

A test reads the scripts for such look-ups; others set a trap at every such name and do in Chromium what a user can.
"""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

import autograd as ag
from autograd import Value
from autograd.engine import ops
from autograd.engine.applying import apply
from autograd.engine.operation import register
from autograd.page import view
from autograd.page.document import SCRIPTS
from tests.engine.planted import row_like

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., "Page"]

WORDS = [
    "constructor", "toString", "__proto__", "hasOwnProperty", "valueOf", "isPrototypeOf", "propertyIsEnumerable",
    "toLocaleString", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
]  # fmt: skip
# Of an array, a function, a Map; and what programs set: nothing that a page looks up either.
OTHERS = ["length", "prototype", "map", "then", "undefined", "NaN", "Infinity", "0"]


EVERY = [*WORDS, *OTHERS]

# ----- In the scripts -----

SOURCES = {name: (files("autograd.page") / "browser" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS}


def objects(source: str) -> set[str]:
    """Names to which an object is given, by a literal or by `JSON.parse`."""
    return set(re.findall(r"(\w+)\s*(?:=(?!=)|:)\s*(?:\{|JSON\.parse)", source))


def lookups(source: str) -> list[str]:
    """Look-ups by a name that is not written out, in an object or in what cannot be told from one."""
    source = re.sub(r'"(?:\\.|[^"\\\n])*"|//.*', '""', source)
    known = objects(source)
    # An index is a number that is counted, or the place of a node; anything else is looked up by what it says.
    by_name = re.findall(r"(\w+)\[(?!\d|\w+ [-+] \d|i\]|j\]|-)([^\[\]]+)\]", source)
    faults = [f"{of}[{by}]" for of, by in by_name if of in known]
    return faults + re.findall(r"\}\)?\[\w+\]", source) + re.findall(r"\w+ in (?!\w+ of)\w+\b(?=\))", source)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_looks_up_in_an_object(name: str) -> None:
    assert lookups(SOURCES[name]) == []


@pytest.mark.parametrize(
    "planted",
    [
        "const RULES = { a: 1 };\nRULES[op.name]();",
        "const actions = {\n n: 1 };\nif (actions[key]) actions[key]();",
        "const page = JSON.parse(text);\npage[word];",
        "const radius = { input: 3 }[role] ?? 8;",
        "if (word in page) return;",
    ],
)
def test_such_a_look_up_would_be_found(planted: str) -> None:
    assert lookups(planted)


# ----- In the browser -----

# Each name that objects inherit answers as before, and writes down who asked a plain object for it.
TRAPS = """
window.trapped = [];
for (const name of Object.getOwnPropertyNames(Object.prototype)) {
  const was = Object.getOwnPropertyDescriptor(Object.prototype, name);
  Object.defineProperty(Object.prototype, name, {
    configurable: true,
    get() {
      const plain = this !== null && typeof this === "object" && Object.getPrototypeOf(this) === Object.prototype;
      if (plain) window.trapped.push(name);
      return was.get ? was.get.call(this) : was.value;
    },
    set(value) { Object.defineProperty(this, name, { value, configurable: true, writable: true, enumerable: true }); },
  });
}
"""


@pytest.fixture(scope="module")
def own_rows() -> Iterator[dict[str, ops.Op]]:
    """Operations of the user's that are called so."""
    square, others = ops.TABLE["square"], {word: ops.TABLE.pop(word) for word in EVERY if word in ops.TABLE}
    rows = {word: register(row_like(square, name=word, symbol=word, rule=word, convention=word)) for word in EVERY}
    yield rows
    for word in rows:
        del ops.TABLE[word]
    ops.TABLE.update(others)


def graph(word: str, rows: dict[str, ops.Op]) -> Value:
    """Leaf, operation, module and output of this name."""
    leaf = Value(0.5, label=word)
    inner = apply(rows[word], [leaf])
    assert isinstance(inner, Value)
    output: Value = inner * Value(2.0, label=f"{word}.{word}", role="parameter") + leaf
    output.label = word
    return output


@pytest.mark.parametrize("word", ["constructor", "toString", "__proto__"])
def test_a_page_whose_names_are_all_such_a_word(word: str, own_rows: dict[str, ops.Op], open_page: Open) -> None:
    page = open_page(view(graph(word, own_rows), title=word), before=TRAPS)
    assert page.inner_text("#heading") == f"Computation graph of {word}"
    for control in ("#reset", "#next", "#next", "#end", "#back", "#fold-all", "#open-all"):
        page.click(control, force=True)
    page.locator("#world .node").first.click()
    page.locator("#world .node").last.hover()
    page.click("#table summary")
    assert page.evaluate("trapped") == []


def test_every_word_in_every_field(own_rows: dict[str, ops.Op], open_page: Open) -> None:
    output: Value = ag.sum([graph(word, own_rows) for word in EVERY])
    page = open_page(output, before=TRAPS)
    assert page.evaluate("chaingrad.whatIf.why") == ""
    for word in EVERY:
        page.fill("#find", word)
        assert page.locator("#found li").count() >= 1
        page.press("#find", "Enter")  # the leaf or the output of this name; the leaf has a slider
        page.evaluate("word => chaingrad.goToNode(chaingrad.graph.labels.indexOf(word))", word)
        field = page.locator("#what input[type=text]").first
        before = page.evaluate("chaingrad.numbers.data")
        field.fill(word)
        field.press("Enter")
        if word not in ("0", "Infinity"):
            assert field.get_attribute("aria-invalid") == "true"
            assert page.evaluate("chaingrad.numbers.data") == before
        field.fill("1.25")
        field.press("Enter")
        assert field.get_attribute("aria-invalid") is None
        assert page.evaluate("word => chaingrad.numbers.data[chaingrad.graph.labels.indexOf(word)]", word) == 1.25
        page.click("text=Back to the recorded numbers")
    assert page.evaluate("trapped") == []
