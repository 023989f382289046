"""The gallery has every picture that it shows, and no other; tests/test_readme.py runs its code."""

import re
from pathlib import Path

import pytest

import nn.plots
from docs.gallery import BLOCK, PAGE, made, save

ROOM = PAGE.parent / "gallery"
TEXT = PAGE.read_text(encoding="utf-8")
SHOWN = [Path(name).name for _, name in BLOCK.findall(TEXT)]


def test_every_block_has_its_picture_and_every_picture_its_block() -> None:
    assert sorted(SHOWN) == sorted(path.name for path in ROOM.iterdir())
    assert TEXT.count("```python") == len(SHOWN) == TEXT.count("](gallery/")
    assert sum(path.stat().st_size for path in ROOM.iterdir()) < 3_000_000


def test_every_plot_is_shown() -> None:
    names = {name for name in vars(nn.plots) if callable(getattr(nn.plots, name)) and name[0] != "_"}
    assert names - set(re.findall(r"plots\.(\w+)\(", TEXT)) == set()


def test_a_block_without_a_picture_at_its_end_is_refused() -> None:
    with pytest.raises(AssertionError, match=r"gallery/x\.svg does not end with a picture"):
        list(made("```python\nx = 1\n```\n\n![x](gallery/x.svg)\n", {}))


@pytest.mark.parametrize("name", ["x.svg", "x.png", "x.gif"])
def test_what_a_block_gives_is_saved(name: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    code = "from autograd import Value, animate, draw\nx = Value(1.0).tanh()\n"
    last = "animate(x)" if name == "x.gif" else "draw(x)"
    [(path, picture)] = made(f"```python\n{code}{last}\n```\n\n![x](gallery/{name})\n", {})
    save(picture, tmp_path / Path(path).name)
    assert (tmp_path / name).stat().st_size > 200
