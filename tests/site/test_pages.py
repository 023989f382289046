"""The pages before they are built: where they come from, and the extensions that write parts of them."""

import doctest
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOURCE = Path(__file__).parents[2] / "docs" / "site"


def loaded(path: Path) -> ModuleType:
    """A module that is in no package."""
    spec = importlib.util.spec_from_file_location(f"site_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_page_finds_its_place(tmp_path: Path) -> None:
    loaded(SOURCE / "assemble.py").assemble(tmp_path / "source")
    written = {path.relative_to(tmp_path / "source").as_posix() for path in (tmp_path / "source").rglob("*.*")}
    assert {"index.md", "conf.py", "lessons/05-two-paths.ipynb", "closed-value.md", "_static/math.css"} <= written
    text = (tmp_path / "source" / "how-to" / "pytest.md").read_text(encoding="utf-8")
    assert "](../lessons/15-checking-your-homework.ipynb)" in text


def test_a_link_to_what_is_not_on_the_site_is_found() -> None:
    assemble = loaded(SOURCE / "assemble.py")
    text = "[a](../../../README.md) [b](print.md) [c](https://example.org) [d](nowhere.md)"
    assert assemble.astray(text, Path("docs/site/how-to/a.md"), {Path("docs/site/how-to/print.md"): Path("x")}) == [
        "../../../README.md"
    ]


@pytest.mark.parametrize("name", ["api", "kinks", "mathml", "names"])
def test_the_examples_of_the_extensions(name: str) -> None:
    pytest.importorskip("sphinx", reason="the group `site` is not installed")
    failed, tried = doctest.testmod(loaded(SOURCE / "_extensions" / f"{name}.py"))
    assert tried > 0 and failed == 0


@pytest.mark.parametrize(
    ("formula", "error"),
    [(r"\frac12", ""), (r"a \dots b~c", ""), (r"\tanh^2 z", ""), (r"\nonsense{x}", "no MathML for .*nonsense")],
)
def test_formulas(formula: str, error: str) -> None:
    pytest.importorskip("sphinx", reason="the group `site` is not installed")
    mathml = loaded(SOURCE / "_extensions" / "mathml.py")
    if not error:
        assert "<math" in "".join(mathml.pieces(mathml.mathml(formula, block=True)))
    else:
        with pytest.raises(Exception, match=error):
            mathml.mathml(formula, block=True)
