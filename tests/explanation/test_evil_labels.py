"""Labels are text: whatever they hold, they are shown, and nothing in them acts."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.explanation import explain, trace_table, why_order
from autograd.explanation.explanation import Explanation

EVIL = [
    "<script>alert(1)</script>",
    '"]; evil [label="',
    "\n",
    "two\nlines",
    "$x$",
    "$$",
    r"\input{/etc/passwd}",
    r"\end{aligned}",
    "}{",
    "{{{",
    "a^b_c~d&e%f#g",
    "'",
    "`",
    "&lt;b&gt;",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "🧠🔥",
    "long" * 125,
    "\x00\x07\x1b[31mred",
    "\u202egnitset",
    "\ud800",
    "ﷺ",
    "∂L/∂w",
    "\\",
    "-",
    "%s {0} {name}",
]
TAGS = {"div", "p", "table", "caption", "tr", "th", "td", "sub", "sup", "br"}
CELLS = {("scope", "col"), ("style", "text-align:left")}


class Reader(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def explained(label: str) -> Explanation:
    x = Value(0.5, label)
    h = x * x
    h.label = label + "h"
    y = h.tanh() * x
    y.label = label
    return explain(y, x)


def check(why: Explanation) -> str:
    reader = Reader()
    reader.feed(why.html)
    reader.close()
    assert reader.open == []
    assert reader.tags <= TAGS
    assert reader.attributes <= {("class", "chaingrad-explanation"), *CELLS}
    balanced(why.latex)
    balanced(why.update(0.1).latex)
    for text in (str(why), str(why.update(0.1)), why.latex, why.html, repr(why)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", text)
        text.encode("utf-8")
    assert not set("<>") & set(why.latex)
    return reader.text


def balanced(latex: str) -> None:
    """Braces and \\left..\\right match, no bare special character stands anywhere, and one block is open at a time."""
    depth = 0
    commands = re.findall(r"\\[A-Za-z]+|\\.|[{}]|[^\\{}]+", latex, re.DOTALL)
    assert "".join(commands) == latex
    for token in commands:
        depth += {"{": 1, "}": -1}.get(token, 0)
        assert depth >= 0
        assert token.startswith("\\") or not set("$%#~") & set(token)
    assert depth == 0
    assert commands.count(r"\left") == commands.count(r"\right")
    assert commands.count(r"\begin") == commands.count(r"\end") <= 1
    assert set(re.findall(r"\\[A-Za-z]+", latex)) <= ALLOWED


ALLOWED = {
    "\\" + name
    for name in (
        "begin end frac partial mathrm cdot times left right quad qquad text infty lt gt backslash wedge sim prime "
        "leftarrow eta alpha beta gamma delta epsilon zeta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon "
        "phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
    ).split()
}


@pytest.mark.parametrize("label", EVIL)
def test_an_evil_label_is_text(label: str) -> None:
    why = explained(label)
    assert why.count == 2
    check(why)
    for table in (trace_table(explain_output(label)), why_order(explain_output(label))):
        reader = Reader()
        reader.feed(table.html)
        assert reader.tags <= TAGS and reader.open == []
        assert reader.attributes <= CELLS
        str(table).encode("utf-8")


def explain_output(label: str) -> Value:
    x = Value(0.5, label)
    h = x.tanh()
    h.label = label + "h"
    y: Value = h + h.exp() * x
    y.label = label
    return y


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", '"]; evil [label="', "$x$", "🧠🔥", "&lt;b&gt;", "}{"])
def test_an_evil_label_is_shown_as_it_is(label: str) -> None:
    why = explained(label)
    assert f"∂“{label}”" in str(why) or f"∂“{label}#" in str(why)
    assert label in check(why)


@given(st.text(max_size=80))
def test_any_label_is_text(label: str) -> None:
    check(explained(label))


def test_a_label_of_five_hundred_characters_leaves_a_readable_line() -> None:
    text = str(explained("x" * 500))
    assert max(map(len, text.splitlines())) < 200
    assert "…" in text


def test_the_latex_of_large_explanations_is_balanced() -> None:
    x = y = Value(1.0, "x")
    for i in range(40):
        y = y * 0.5 + y * -2.0
        if i % 3 == 0:
            y.label = f"h{i}"
    for grain in ("all", "named"):
        for k in (1, 3, 40):
            balanced(explain(y, x, grain, k=k).latex)
