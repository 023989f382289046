"""The page put together: template, style, scripts and data, and a policy that lets nothing else run.

Style and script are sent as one line each, without comments: a front end that joins or trims lines would comment out
what follows a `//`, and one other character would make a style or script that the policy does not know.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from autograd.page.operations import operations
from autograd.page.payload import as_script, payload
from autograd.picture.themes import PAGE_DARK, PAGE_LIGHT

if TYPE_CHECKING:
    from autograd.page import View

# In the order in which they build on each other; together with the graph's operations they are one script.
SCRIPTS = (
    "numbers", "special", "ieee", "formulas", "graph", "paths", "steps", "boxes", "layout", "placing", "drawing",
    "scene", "refresh", "camera", "overview", "look", "card", "details", "chain", "whatif", "finding", "panel", "app",
    "keyboard", "theme", "printing", "main",
)  # fmt: skip


@lru_cache(maxsize=1)
def parts() -> tuple[str, str, str]:
    """Template, style and scripts of the page."""
    folder = files("autograd.page") / "browser"
    scripts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    template, style = ((folder / name).read_text(encoding="utf-8") for name in ("page.html", "page.css"))
    for theme in (PAGE_LIGHT, PAGE_DARK):
        style = style.replace(f"@{theme.name}@", theme.css())
    return template, in_one_line(style), in_one_line("\n".join(scripts))


def script(rules: str) -> str:
    """The one script of a page, with the operations of its graph in front of what computes with them."""
    return f"(() => {{ 'use strict'; {in_one_line(rules)} {parts()[2]} }})();"


def in_one_line(code: str) -> str:
    r"""JavaScript or CSS without its comments and its ends of lines; every statement has to end with a semicolon.

    >>> in_one_line("// Comment.\nconst a = '//'; // more\nconst b = 2;\n")
    "const a = '//'; const b = 2;"
    """
    kept = re.sub(_STRING_OR_COMMENT, lambda found: found[1] or "", code)
    return " ".join(line for line in map(str.strip, kept.split("\n")) if line)


def page_of(view: View, still: str = "") -> str:
    """The page of a view, with this HTML in it for where scripts do not run."""
    data = payload(view.snapshot, view.title, view.params, view.places, view.theme)
    names = [row["name"] for row in data["table"]]
    return page(as_script(data), f"Computation graph of {data['title']}", operations(names), still)


def page(data: str, title: str, rules: str, still: str) -> str:
    """One self-contained HTML document; `data` is JSON and `rules` are JavaScript, safe inside script elements.

    `still` is HTML for where scripts do not run. It comes after the script, which hides it before it can be seen.

    Its content security policy names the hashes of this one style and this one script: nothing else can run, and
    nothing can be requested from anywhere, whatever the labels say.
    """
    template, style, _ = parts()
    code = script(rules)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(code)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    fill = {"policy": policy, "title": html.escape(title), "style": style, "data": data, "script": code, "still": still}
    # All at once: what is put in is never searched for places to fill.
    return re.sub("@(policy|title|style|data|script|still)@", lambda place: fill[place[1]], template)


# Of the pieces that are found, a string is kept; a comment in CSS, and one of JavaScript's with a blank before it, go.
_STRING_OR_COMMENT = r"""(?m)("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|/\*(?s:.*?)\*/|(?:^|(?<=\s))//.*$"""


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"
