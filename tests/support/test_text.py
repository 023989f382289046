"""Values in messages: cut, on one line, whatever their repr does; and every message of the package has them so."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd.support.text import LIMIT, got, short, short_path


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


def nested(depth: int) -> list[Any]:
    deep: list[Any] = []
    for _ in range(depth):
        deep = [deep]
    return deep


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "None"),
        ([1, "two"], "[1, 'two']"),
        (list(range(10**6)), str(list(range(40)))[: LIMIT - 3] + "..."),
        (tuple(range(10**6)), str(tuple(range(40)))[: LIMIT - 3] + "..."),
        ({k: k for k in range(10**6)}, str({k: k for k in range(40)})[: LIMIT - 3] + "..."),
        ("x" * 10**6, "'" + "x" * (LIMIT - 4) + "..."),
        (b"x" * 10**6, "b'" + "x" * (LIMIT - 5) + "..."),
        (np.zeros((2, 2)), "array([[0., 0.], [0., 0.]])"),
        (10**5000, "<int>"),
        (Broken(), "<Broken>"),
        ([Broken()], "<list>"),
        (nested(10**5), "<list>"),
    ],
    ids=lambda x: x if isinstance(x, str) and len(x) < 99 else "",
)
def test_any_value_is_shown_cut_and_on_one_line(value: Any, shown: str) -> None:
    assert short(value) == shown
    assert got(value) == f"{shown} ({type(value).__name__})"


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
@pytest.mark.parametrize("n", range(LIMIT - 2, LIMIT + 3))
def test_a_list_is_cut_where_its_whole_repr_would_be(kind: Any, n: int) -> None:
    entries = kind(range(n))
    assert short(entries)[: LIMIT - 3] == repr(entries)[: LIMIT - 3]


def test_a_path_is_whole() -> None:
    path = Path("/a/long/folder") / ("name" * 50)
    assert short_path(path) == repr(str(path))
    assert len(short_path("x" * 10**4)) <= 300


# ----- Every message -----

HOMES = [Path(package.__file__).parent for package in (autograd, nn) if package.__file__]
WHOLE = {
    "autograd/engine/special.py": "its functions are printed into programs, which have no `short`",
    "autograd/program/function.py": "the name of an attribute, as Python says it",
    "autograd/engine/uncompiled.py": "the name of a class, as Python says it",
}
"""Files whose messages show a value whole, and why."""


def whole_values(tree: ast.AST) -> Iterator[str]:
    """What the messages of `raise` show by `!r` or `repr`, of any length."""
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Raise):
            for node in ast.walk(statement):
                if isinstance(node, ast.FormattedValue) and node.conversion == ord("r"):
                    yield ast.unparse(node.value)
                elif isinstance(node, ast.Name) and node.id == "repr":
                    yield "repr"


def test_messages_cut_what_they_show() -> None:
    """`{short(x)}` or `{got(x)}`, not `{x!r}`: a user's list may have a million entries."""
    found = {}
    for home in HOMES:
        for path in home.rglob("*.py"):
            whole = list(whole_values(ast.parse(path.read_text(encoding="utf-8"))))
            if whole:
                found[path.relative_to(home.parent).as_posix()] = whole
    assert found.keys() == WHOLE.keys(), {file: whole for file, whole in found.items() if file not in WHOLE}


@pytest.mark.parametrize(
    ("source", "whole"),
    [
        ('raise TypeError(f"x must be a list, got {x!r}")', ["x"]),
        ('raise problem(f"got {x[0]!r} and {y!r}") from None', ["x[0]", "y"]),
        ("raise ValueError(f\"choose one of {', '.join(map(repr, names))}\")", ["repr"]),
        ('raise ValueError("got " + repr(x))', ["repr"]),
        ('raise TypeError(f"got {short(x)}")', []),
        ('return f"{x!r}"', []),
    ],
)
def test_a_value_shown_whole_is_found(source: str, whole: list[str]) -> None:
    assert list(whole_values(ast.parse(source))) == whole
