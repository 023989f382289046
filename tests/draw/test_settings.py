"""What draw refuses."""

import pytest

from autograd import Value
from autograd.draw import draw


@pytest.mark.parametrize(("thing", "named"), [(3.0, "float"), ("loss", "str"), ([Value(1.0)], "list"), (None, "None")])
def test_only_a_value_can_be_drawn(thing: object, named: str) -> None:
    with pytest.raises(TypeError, match=rf"from the Value at its end, got .*{named}"):
        draw(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("rankdir", ["RL", "lr", "", None])
def test_unknown_directions(rankdir: str) -> None:
    with pytest.raises(ValueError, match=rf'"LR" \(left to right\) or "TB" \(top to bottom\), got {rankdir!r}'):
        draw(Value(1.0), rankdir=rankdir)


@pytest.mark.parametrize("format", ["gif", "SVG", "", ".svg"])
def test_unknown_formats(format: str) -> None:
    with pytest.raises(ValueError, match=f"format is one of svg, dot, gv, png, pdf, mmd, json, got '{format}'"):
        draw(Value(1.0), format=format)
