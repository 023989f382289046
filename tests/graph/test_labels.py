"""Labels from the names of variables."""

from typing import Any

import pytest

from autograd import Value
from autograd.graph.labels import label


def test_locals() -> None:
    w1, w2 = Value(1.0), Value(2.0, "kept")
    _hidden = Value(3.0)
    total = w1 * w2 + _hidden
    alias = total
    number, text, nothing = 1.5, "w", None
    label(locals())
    assert (w1.label, w2.label, _hidden.label, total.label) == ("w1", "kept", "", "total")
    assert alias is total and (number, text, nothing) == (1.5, "w", None)


def test_lists_are_numbered_and_plain_variables_come_first() -> None:
    ws = [Value(1.0), Value(2.0), [Value(3.0), 4.0, (Value(5.0),)]]
    label({"ws": ws, "first": ws[0]})
    assert isinstance(ws[2], list)
    assert [v.label for v in (ws[0], ws[1], ws[2][0], ws[2][2][0])] == ["first", "ws1", "ws2_0", "ws2_2_0"]  # type: ignore[union-attr]


def test_a_list_inside_itself_ends() -> None:
    loop: list[Any] = [Value(1.0)]
    loop.append(loop)
    label({"x": loop})
    assert loop[0].label == "x0"


def test_overwrite() -> None:
    a, b = Value(1.0, "old"), Value(2.0, "old")
    label({"a": a})
    assert a.label == "old"
    label({"a": a, "b": [b]}, overwrite=True)
    assert (a.label, b.label) == ("a", "b0")


def test_keywords_always_set_the_label() -> None:
    a, b, c = Value(1.0, "old"), Value(2.0), Value(3.0)
    label({"x": b, "y": a}, η=a, w=[c])
    assert (a.label, b.label, c.label) == ("η", "x", "w0")
    label()
    assert a.label == "η"


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        (["w"], {}, r"label\(\) takes a mapping from names to Values such as locals\(\), got 'w' \(str\)"),
        ([Value(1.0)], {}, r"label\(\) takes a mapping .* for one Value, write label\(name=value\)"),
        ([{1: Value(1.0)}], {}, r"a name is a str, got 1 \(int\)"),
        ([], {"w": 2.0}, r"label\(w=\.\.\.\) names a Value or a list of Values, got 2\.0 \(float\)"),
        ([], {"w": [2.0]}, r"label\(w=\.\.\.\) names a Value or a list of Values, got \[2\.0\] \(list\)"),
    ],
)
def test_errors(arguments: list[Any], keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        label(*arguments, **keywords)
