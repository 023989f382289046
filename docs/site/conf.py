"""Sphinx's settings for the site; `make site` builds it from what `assemble.py` lays out in build/site/source."""

import sys
from importlib.metadata import version as _version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "chaingrad"
author = "the chaingrad authors"
release = version = _version("chaingrad")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_copybutton", "api", "kinks", "mathml", "names"]
exclude_patterns = ["_*"]
nitpicky = False  # annotations name private helpers that have no page; links that people wrote are checked all the same
suppress_warnings = ["myst.header"]  # a notebook may begin a section one level down

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the tests run the lessons; the site shows what they stored
nb_mime_priority_overrides = [("html", "text/latex", 5)]

smartquotes = False  # what stands in quotes is mostly a string to be typed

# Docstrings write `name` for code, as the rest of the project does.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_default_options = {
    "members": True,
    # scikit-learn adds these to every estimator of its own accord.
    "exclude-members": "set_fit_request, set_predict_request, set_partial_fit_request, set_score_request",
}
autodoc_typehints = "none"  # they stand in the signature in full length otherwise; the text says what is taken
autodoc_preserve_defaults = True
add_module_names = True
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"chaingrad {release}"
html_static_path = ["_static"]
html_favicon = "_static/icon.svg"
html_css_files = ["math.css", "site.css"]
html_copy_source = False
html_show_copyright = html_show_sphinx = False
html_js_files = ["site.js"]
html_use_index = False  # the reference is one, by topic, and there is the search
pygments_style = "a11y-high-contrast-light"  # furo brings them
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"


def _headings(app: "Sphinx", page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give the captions beside the page the level that Sphinx leaves out of its headings."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: "Sphinx") -> None:
    """Run after furo has made the navigation."""
    app.connect("html-page-context", _headings, priority=900)
