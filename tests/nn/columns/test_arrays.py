"""What is read in one go, and what is left to be looked at entry by entry."""

import math
from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn.columns import as_numbers


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([0, 1.5, True], [0.0, 1.5, 1.0]),
        ((2**53 + 1, -(2**70)), [2.0**53, -(2.0**70)]),
        ([[1], (2.5,)], [[1.0], [2.5]]),
        (np.array([1, 2], dtype=np.uint8), [1.0, 2.0]),
        (np.array([[True], [False]]), [[1.0], [0.0]]),
        (np.array([0.1], dtype=">f8"), [0.1]),
        (np.ma.array([1.0, 2.0]), [1.0, 2.0]),
    ],
)
def test_plain_numbers_are_read(entries: Any, expected: list[Any]) -> None:
    numbers = as_numbers(entries)
    assert numbers is not None and numbers.dtype == np.float64 and numbers.tolist() == expected


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [[]],
        np.zeros((2, 0)),
        3,
        None,
        "12",
        ["1"],
        [1.0, "2"],
        [1.0, None],
        [1.0, [2.0]],
        [[1.0], [2.0, 3.0]],
        [[[1.0]]],
        np.zeros((1, 1, 1)),
        [1.0, math.nan],
        np.array([math.inf]),
        [10**400],
        [Value(1.0)],
        [np.float64(1.0)],
        np.array(["1"]),
        np.array([1.0, None]),
        np.array([1j]),
        np.ma.array([1.0, 2.0], mask=[True, False]),
        iter([1.0]),
        {1.0: 2.0},
    ],
)
def test_anything_else_is_left_alone(entries: Any) -> None:
    assert as_numbers(entries) is None


def test_an_iterator_is_not_used_up() -> None:
    entries = iter([1.0])
    assert as_numbers(entries) is None and list(entries) == [1.0]
