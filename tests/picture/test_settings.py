"""What draw refuses."""

from typing import Any

import pytest

from autograd import Value
from autograd.page import view
from autograd.picture import draw
from autograd.picture.animate import animate


@pytest.mark.parametrize(
    ("thing", "named"), [(3.0, "float"), ("loss", "str"), ([Value(1.0), 2.0], "float"), (None, "None")]
)
def test_only_a_value_can_be_drawn(thing: object, named: str) -> None:
    with pytest.raises(TypeError, match=rf"from the Value at its end, got .*{named}"):
        draw(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("rankdir", ["RL", "lr", "", None])
def test_unknown_directions(rankdir: str) -> None:
    with pytest.raises(
        ValueError if rankdir is not None else TypeError,
        match=rf'rankdir is "auto", "LR" \(left to right\) or "TB" \(top to bottom\), got {rankdir!r}',
    ):
        draw(Value(1.0), rankdir=rankdir)


@pytest.mark.parametrize("format", ["gif", "SVG", "", ".svg"])
def test_unknown_formats(format: str) -> None:
    with pytest.raises(ValueError, match=f"format is one of svg, dot, gv, png, pdf, mmd, json, got '{format}'"):
        draw(Value(1.0), format=format)


COUNT = "{name} must be a whole number from 1 on, got {given!r}"
FLAG = "{name} must be True or False, got {given!r}"
SECONDS = "{name} must be a number of seconds above 0, got {given!r}"
NAN, INF = float("nan"), float("inf")
# For every setting: what is refused as a wrong kind of thing, what as a wrong value, and the message.
DRAW: dict[str, tuple[list[Any], list[Any], str]] = {
    "rankdir": (
        [3, None, ["LR"]],
        ["RL"],
        r'rankdir is "auto", "LR" \(left to right\) or "TB" \(top to bottom\), got ',
    ),
    "format": ([3, None, ["svg"]], ["gif"], "format is one of svg, dot, gv, png, pdf, mmd, json, got "),
    "theme": ([3, None, ["dark"]], ["pink"], "theme is one of auto, light, dark, got "),
    "direction": ([3, None], ["up"], "direction is one of forward, backward, both, got "),
    "collapse": ([3, True], ["neurons"], "collapse is one of None, auto, neuron, layer, got "),
    "size": ([3, None], ["A4"], "size is one of screen, print, got "),
    "max_nodes": (["a", None, 1.5, True], [0, -1], COUNT),
    "time_limit": (["a", None], [0, -1.0, NAN, INF], SECONDS),
    "derivatives": (["no", 1, None], [], FLAG),
    "legend": (["no", 0], [], FLAG),
    "gradients": (["yes", 1], [], FLAG),
    "highlight": ([1.5, True, ["a"]], ["b", 7], "highlight|no node has the label 'b'"),
    "k": ([], [3], "k says how many paths to highlight: give highlight=parameter with it"),
}
ANIMATE: dict[str, tuple[list[Any], list[Any], str]] = {
    **{name: DRAW[name] for name in ("rankdir", "theme", "max_nodes", "time_limit")},
    "seconds": (["a", None], [0, -1, NAN, INF], "seconds must be a number of seconds for each step above 0, got "),
}
VIEW: dict[str, tuple[list[Any], list[Any], str]] = {
    "theme": DRAW["theme"],
    "title": ([3, None, ["a"]], [], "title must be a text, got {given!r}"),
    "height": (["a", None, NAN, INF], [0, -5], "height must be a whole number from 1 on, got {given!r}"),
    "max_nodes": (["a", None, 1.5], [0], COUNT),
}


@pytest.mark.parametrize(
    ("function", "name", "given", "error", "message"),
    [
        (function, name, given, error, message)
        for function, table in ((draw, DRAW), (animate, ANIMATE), (view, VIEW))
        for name, (kinds, values, message) in table.items()
        for error, wrong in ((TypeError, kinds), (ValueError, values))
        for given in wrong
    ],
)
def test_every_setting_says_what_it_takes(
    function: Any, name: str, given: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message.format(name=name, given=given).replace("[", r"\[")):
        function(Value(2.0, label="a") * 3.0, **{name: given})


@pytest.mark.parametrize("k", ["a", 0, 1.5])
def test_the_number_of_paths(k: Any) -> None:
    a = Value(2.0, label="a")
    with pytest.raises(ValueError, match="k is how many of the strongest paths to show, 1 or more, got"):
        draw(a * 3.0, highlight=a, k=k)


def test_every_setting_is_in_the_tables() -> None:
    import inspect

    for function, table in ((draw, DRAW), (animate, ANIMATE), (view, VIEW)):
        assert set(table) == {
            p.name for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY
        }


def test_flags_of_numpy_are_flags() -> None:
    import numpy as np

    assert "legend_" in draw(Value(2.0) * 3.0, legend=np.bool_(True)).source  # type: ignore[arg-type]
    assert "legend_" not in draw(Value(2.0) * 3.0, legend=np.bool_(False)).source  # type: ignore[arg-type]
