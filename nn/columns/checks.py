"""Checks of columns: an error names the entry, and says what is expected.

>>> check_aligned([[0.0], [1.0]], [1], "X has {} examples but y has {}", "X is empty")
Traceback (most recent call last):
ValueError: X has 2 examples but y has 1
>>> named_number("y[1]", "high")
Traceback (most recent call last):
TypeError: y[1]: a Value holds one real number, got the text 'high': convert it with float() first
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from typing import Any

from autograd import Value
from autograd.support.convert import is_listed, to_float
from autograd.support.settings import check_list
from autograd.support.text import short


def is_column(x: Any) -> bool:
    """Whether something can be read entry by entry, in its own order: a list, an array, an iterator; no text, no set.

    >>> is_column([0, 1]), is_column("01"), is_column({0, 1})
    (True, False, False)
    """
    return is_listed(x)


def check_label(owner: str, name: str, x: Any) -> Any:
    """A label: a text or a plain number, out of a Value or a number of NumPy's.

    >>> check_label("precision", "positive", None)
    Traceback (most recent call last):
    TypeError: precision: positive must be a label (a number or a text), got None
    """
    plain = x.data if isinstance(x, Value) else x.tolist() if hasattr(x, "tolist") else x
    if not isinstance(plain, (str, int, float)):
        raise TypeError(f"{owner}: {name} must be a label (a number or a text), got {short(x)}")
    return plain


def check_labels(owner: str, name: str, column: Any) -> list[Any]:
    """A list of labels, texts or plain numbers.

    >>> check_labels("confusion_matrix", "truth", [1, None])
    Traceback (most recent call last):
    TypeError: confusion_matrix: truth[1] must be a label (a number or a text), got None
    """
    return [
        check_label(owner, f"{name}[{i}]", x) for i, x in enumerate(check_list(owner, name, column, "a list of labels"))
    ]


def in_order(labels: Iterable[Any]) -> list[Any]:
    """Every label once, numbers before texts.

    >>> in_order(["b", 2, 1, 2])
    [1, 2, 'b']
    """
    return sorted(set(labels), key=lambda label: (isinstance(label, str), label))


def in_a_plane(owner: str, X: Any) -> list[list[float]]:
    """Examples of two numbers each, as points to draw.

    >>> in_a_plane("Film", [[1, 2, 3]])
    Traceback (most recent call last):
    ValueError: Film: X is drawn in a plane: each example needs 2 numbers, got [1, 2, 3]
    """
    rows = check_list(owner, "X", X, "a list of examples")
    wrong = next((x for x in rows if not is_column(x) or len(x) != 2), None)
    if not rows or wrong is not None:
        shown = "no examples" if wrong is None else short(wrong)
        raise ValueError(f"{owner}: X is drawn in a plane: each example needs 2 numbers, got {shown}")
    return [[named_number(f"{owner}: X[{i}][{j}]", v) for j, v in enumerate(x)] for i, x in enumerate(rows)]


def check_aligned(first: Sized, second: Sized, unequal: str, empty: str) -> None:
    """Raise ValueError unless two columns have as many entries, and at least one.

    `unequal` is the message for other lengths, with a {} for each of the two; `empty` that for no entries.
    """
    if len(first) != len(second):
        raise ValueError(unequal.format(len(first), len(second)))
    if not len(first):
        raise ValueError(empty)


def named_number(name: str, x: Any) -> float:
    """A number of any type as a float; TypeError with the name of the entry for anything else."""
    try:
        return to_float(x)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
